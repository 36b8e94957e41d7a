"""What belongs together: lists, steps, code, rows, and the paragraph around a sentence."""

import pytest
from replied import whole_text

from qa.answer import SentenceRef
from qa.quote.asked import Asked, asked_for
from qa.quote.together import around, whole

LIST = "Some words.\n\nEvery child should bring:\n\n- a rain jacket\n- a sleeping bag\n- a torch\n\nThe coach leaves at eight."
STEPS = "The pressure is low.\n\n1. Open the valve.\n2. Wait for 1.5 bar.\n3. Close the valve.\n\nCall us."
CODE = "To install it, run this:\n\n```\npip install gate\ngate init\n```\n\nThen open it."
TABLE = "| What | Who |\n|---|---|\n| Order the saw | Tom |\n| Buy filters | Dana |\n\nThat was all."


def quoted(text: str, beginning: str, asked: Asked) -> list[str]:
    """What is quoted with the sentence that begins so."""
    hit = whole_text(text)
    ref = next(r for r in (SentenceRef(hit, span) for span in hit.sentences) if r.quote.startswith(beginning))
    return [one.quote for one in whole(ref, asked)]


@pytest.mark.parametrize(
    ("text", "beginning", "asked", "first", "last", "count"),
    [
        (LIST, "- a sleeping", Asked(every=True), "Every child should bring:", "- a torch", 4),
        (LIST, "- a sleeping", Asked(), "- a sleeping bag", "- a sleeping bag", 1),
        (LIST, "Every child", Asked(), "Every child should bring:", "- a torch", 4),
        (LIST, "The coach", Asked(every=True), "The coach leaves at eight.", "The coach leaves at eight.", 1),
        (STEPS, "2. Wait", Asked(every=True, steps=True), "1. Open the valve.", "3. Close the valve.", 3),
        (STEPS, "The pressure", Asked(every=True, steps=True), "The pressure is low.", "3. Close the valve.", 4),
        (STEPS, "The pressure", Asked(), "The pressure is low.", "The pressure is low.", 1),
        (CODE, "gate init", Asked(), "pip install gate", "gate init", 2),
        (CODE, "To install", Asked(), "To install it, run this:", "gate init", 3),
        (TABLE, "| Buy", Asked(), "| Buy filters | Dana |", "| Buy filters | Dana |", 1),
        (TABLE, "| Buy", Asked(every=True, listed=True), "| Order the saw | Tom |", "| Buy filters | Dana |", 2),
    ],
)
def test_what_is_quoted_together(text: str, beginning: str, asked: Asked, first: str, last: str, count: int) -> None:
    """A list where all of it is asked for, or its lead-in is the answer; code always; a row alone but where all are listed."""
    found = quoted(text, beginning, asked)
    assert (found[0], found[-1], len(found)) == (first, last, count)


def test_a_long_list_is_not_quoted_whole() -> None:
    """But the item that answers."""
    text = "Bring:\n\n" + "".join(f"- thing number {n}\n" for n in range(40))
    assert quoted(text, "- thing number 7", Asked(every=True)) == ["- thing number 7"]


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("what should every child bring?", Asked(every=True)),
        ("list all action items", Asked(every=True, several=True, listed=True)),
        ("How do I install it?", Asked(every=True, steps=True)),
        ("which documents are needed?", Asked(every=True, several=True)),
        ("who signed the contract?", Asked()),
        ("when does the library close on Thursday?", Asked()),
    ],
)
def test_what_a_question_asks_for(question: str, asked: Asked) -> None:
    """One thing, or all of them."""
    assert asked_for(question) == asked


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which objects did Ines treat?", True),
        ("What old books has Ana read?", True),
        ("What does Ines treat?", False),
        ("Which class does Ines teach?", False),
        ("What was this about?", False),
    ],
)
def test_the_plural_asks_for_several(question: str, several: bool) -> None:
    """And not any word that ends in an s."""
    assert asked_for(question).several == several


@pytest.mark.parametrize(
    ("text", "beginning", "shown"),
    [
        (LIST, "- a torch", "Every child should bring:\n\n- a rain jacket\n- a sleeping bag\n- a torch"),
        ("One two.\n\nThree four. Five six.\nSeven.\n\nEight.", "Five", "Three four. Five six.\nSeven."),
        (TABLE, "| Buy", "| Buy filters | Dana |"),
        ("# Gate\nIt is mended.\n\nMore.", "It is", "It is mended."),
    ],
)
def test_what_a_sentence_is_shown_in(text: str, beginning: str, shown: str) -> None:
    """Its paragraph, or its list with what leads to it; a row by itself."""
    hit = whole_text(text)
    ref = next(r for r in (SentenceRef(hit, span) for span in hit.sentences) if r.quote.startswith(beginning))
    found = around(ref)
    assert found.before + found.marked + found.after == shown
    assert hit.text[found.span[0] : found.span[1]] == shown
