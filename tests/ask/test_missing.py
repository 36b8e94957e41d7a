"""An honest no without a model: what a question hangs on is not there, or is said the other way round."""

import json
from pathlib import Path

import pytest
from conftest import Run


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What did Tesla announce in Gyeongju?", ["Tesla"]),
        ("what did Lee say about Elon Musk?", ["Elon", "Musk"]),
        ("What did Lee ask of Xi in 1987?", ["1987"]),
        ("what did Lee ask of Xi?", []),
        ("What did Lee ask of Xi Jinpin?", []),  # another spelling
        ("What of the Koreans and the Beijing's call in May?", []),  # other forms, and a month
        ("What do the US and the EU want from Xi?", []),  # what documents may spell out
        ("Was hat Lee in Seoul von Xi verlangt und warum ist das eine Forderung?", []),  # German
    ],
)
def test_what_no_document_mentions(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, question: str, missing: list[str]
) -> None:
    """Names and numbers alone, their forms and spelling forgiven; the nearest passages are shown as such."""
    monkeypatch.setenv("QA_READER", "none")  # which may have other reasons to say no
    found = qa("ask", question, "--json")
    answer = json.loads(found.out)
    assert answer["missing"] == missing
    assert (found.code, answer["status"]) == ((1, "not_found") if missing else (0, "passages"))
    assert bool(answer["nearest"]) == bool(missing)


STAFF = """| Name | Room |
|---|---|
| Petra Novak | 106 |
| Joel Brandt | 137 |
| Aisha Rahman | 138 |

Petra Novak, Joel Brandt and Aisha B. Rahman came. Cora and Milo Vance did not.

Mr Calloway called the caller about the Calloway account. Ann Lee and Bea Lind share the Marketing office.
The Marketing team and the Finance department meet on Mondays.
"""


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What is Petra Brandt's room?", ["Petra Brandt"]),  # the first name of one, the last name of another
        ("In which room is Joel Novak?", ["Joel Novak"]),
        ("What is Petra Novak's room?", []),
        ("Who is Ann Calloway?", []),  # may be the one who has no first name here
        ("Where is Cora Vance?", []),  # shares the last name
        ("Where is Petra Rahman?", ["Petra Rahman"]),
        ("What did Calder say?", ["Calder"]),  # no slip of a common word
        ("What does the Marketing Department do?", []),  # no names
    ],
)
def test_a_name_made_of_two(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, question: str, missing: list[str]) -> None:
    """Nobody has it."""
    monkeypatch.setenv("QA_READER", "none")
    (project / "seeds" / "staff.md").write_text(STAFF)
    assert json.loads(qa("ask", question, "--json").out)["missing"] == missing


FLATS = """Flat 15 belongs to Lorenz. Flat 16 belongs to Colette; flat 3.1 is the office.

Block A and Block B have a lift. Boats 1 to 9 are white, boat 12 is red and boat 14 is blue.

- Version 2 brings tags.
- Version 3 brings pictures.

# 2.5

The program 2.4 is slow, and the program 2.3 was slower. The next 3 years and the next 4 years are planned.
"""


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("who lives in flat 17?", ["flat 17"]),
        ("who lives in flat 3.2?", ["flat 3.2"]),
        ("who lives in flat 16?", []),
        ("who lives in Flat 3.1?", []),
        ("what does block C have?", ["block C"]),
        ("what colour has boat 5?", []),  # boats 1 to 9 have one
        ("what does version 4 bring?", ["version 4"]),
        ("does version 4 bring tags?", []),  # "from version 2 on" would answer that
        ("who came in May 3 or May 4?", []),
        ("what does the program 2.5 bring?", []),  # which stands under another name
        ("what happened in the next 5 years?", []),
        ("which lift 7 is broken?", []),  # lifts have no numbers here
    ],
)
def test_one_of_several(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, question: str, missing: list[str]) -> None:
    """By its number or letter, where others are told of by theirs."""
    monkeypatch.setenv("QA_READER", "none")
    (project / "seeds" / "flats.md").write_text(FLATS)
    assert json.loads(qa("ask", question, "--json").out)["missing"] == missing


def test_it_is_said_first(project: Path, qa: Run) -> None:
    """In words, and in Markdown."""
    assert "No document mentions “Tesla”. The nearest passages:\n" in qa("ask", "What did Tesla announce in Gyeongju?").err
    assert qa("ask", "What did Tesla announce?", "--markdown").out.startswith("No document mentions “Tesla”.")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("who founded tesla?", ["tesla"]),
        ("how does photosynthesis work?", ["photosynthesis"]),
        ("what is the name of the dog of the chancellor?", []),  # whose words are common ones
        ("wer hat den eiffelturm gebaut?", []),
    ],
)
def test_rare_words_in_small_letters(project: Path, qa: Run, question: str, missing: list[str]) -> None:
    """Are named where the answer is no for another reason: they alone are none."""
    found = json.loads(qa("ask", question, "--json").out)
    assert (found["status"], found["missing"]) == ("not_found", missing)
    assert qa("ask", "what did Lee ask of Xi concerning the peninsular denuclearization?").code == 0


def test_the_other_way_round(project: Path, qa: Run) -> None:
    """Who asked whom."""
    swapped = qa("ask", "what did Xi ask of Lee?")
    assert swapped.code == 1
    assert "The nearest sentence says it the other way round." in swapped.err
    assert qa("ask", "what did Lee ask of Xi?").code == 0
