"""The citations of a reply: ids looked up, nothing lost, nothing pointed at that was not sent, and what is supported."""

import re
import time

import pytest
from hypothesis import example, given, settings
from replied import CUTS, HITS, REPLIES, passage

from index.passage import Hit
from qa.answer import REFUSAL, CitedText
from qa.reply.cite import Citer

Sentences = list[tuple[str, tuple[int, ...], bool | None]]


def cited(reply: str, step: int = 1000, hits: list[Hit] | None = None) -> CitedText:
    """The reply in pieces of a length; what was given out is the text."""
    citer = Citer(HITS if hits is None else hits)
    shown = [citer.feed(reply[i : i + step]) for i in range(0, len(reply), step)]
    rest, found = citer.finish()
    assert "".join(shown) + rest == found.text
    return found


def sentences(found: CitedText) -> Sentences:
    """What a table says of the sentences."""
    return [(s.text, s.citations, s.supported) for s in found.sentences]


@pytest.mark.parametrize("forged", ["[1․1]", "⟦1.1⟧", "〔1.1〕", "[١.١]", "[1·1]", "[１.１]", "[①.①]", "[1.\u200b1]"])
def test_what_only_looks_like_an_id_cites_nothing(forged: str) -> None:
    """Other dots, brackets and digits."""
    assert cited(f"Lee asked Xi {forged}.").refs == ()


# The habits of models


@pytest.mark.parametrize(
    ("reply", "text", "expected"),
    [
        # before the stop, and a sentence that keeps its number
        (
            "Lee asked Xi for a role [1.1]. Kim stayed [2.1]. Lee asked [1.1].",
            "Lee asked Xi for a role [1]. Kim stayed [2]. Lee asked [1].",
            [("Lee asked Xi for a role.", (1,), True), ("Kim stayed.", (2,), True), ("Lee asked.", (1,), True)],
        ),
        # behind the stop, with and without a space
        (
            "Lee asked Xi. [1.1] It cost 1577 euros.[1.2]",
            "Lee asked Xi. [1] It cost 1577 euros. [2]",
            [("Lee asked Xi.", (1,), True), ("It cost 1577 euros.", (2,), True)],
        ),
        # several ids at once: lists, neighbours, the same one twice
        ("It was so [1.1, 1.3].", "It was so [1][2].", [("It was so.", (1, 2), True)]),
        ("It was so [1.1; 1.3 and 2.1].", "It was so [1][2][3].", [("It was so.", (1, 2, 3), True)]),
        ("It was so [1.1][2.2] [1.1].", "It was so [1][2].", [("It was so.", (1, 2), True)]),
        ("It was so [1.1], [1.3], and it is.", "It was so [1][2], and it is.", [("It was so, and it is.", (1, 2), True)]),
        # ranges: within a passage, short, with another dash; backwards or over two passages: the two ends
        ("It was so [1.1-1.3].", "It was so [1][2][3].", [("It was so.", (1, 2, 3), True)]),
        ("It was so [1.1–3].", "It was so [1][2][3].", [("It was so.", (1, 2, 3), True)]),
        ("It was so [1.1 — 2.1].", "It was so [1][2].", [("It was so.", (1, 2), True)]),
        ("It was so [1.3-1.1].", "It was so [1][2].", [("It was so.", (1, 2), True)]),
        ("It was so [1.1-1.4].", "It was so [1][2][3].", [("It was so.", (1, 2, 3), False)]),  # one of them was not sent
        ("It was so [1.2-1.999999].", "It was so [1].", [("It was so.", (1,), False)]),
        # at the end of a paragraph for the sentences before it, back to the last that has one, but not for another paragraph
        (
            "Kim is out.\n\nKim stayed [2.1]. Lee asked Xi. The call took 30 minutes. [1.1; 1.3]",
            "Kim is out.\n\nKim stayed [1]. Lee asked Xi. The call took 30 minutes. [2][3]",
            [
                ("Kim is out.", (), False),
                ("Kim stayed.", (1,), True),
                ("Lee asked Xi.", (2, 3), True),
                ("The call took 30 minutes.", (2, 3), True),
            ],
        ),
        # before the last stop it is that sentence's own
        (
            "Kim is out. Lee asked Xi [1.1].",
            "Kim is out. Lee asked Xi [1].",
            [("Kim is out.", (), False), ("Lee asked Xi.", (1,), True)],
        ),
        # before the sentence, as in the prompt: on lines, in a row, in a list
        (
            "[1.1] Lee asked.\n[2.1] Kim stayed.",
            "[1] Lee asked.\n[2] Kim stayed.",
            [("Lee asked.", (1,), True), ("Kim stayed.", (2,), True)],
        ),
        (
            "[1.1] Lee asked. [2.1] Kim stayed.",
            "[1] Lee asked. [2] Kim stayed.",
            [("Lee asked.", (1,), True), ("Kim stayed.", (2,), True)],
        ),
        ("- [1.1] Lee asked\n- Kim left", "- [1] Lee asked\n- Kim left", [("Lee asked", (1,), True), ("Kim left", (), False)]),
        # a list with a lead-in, and Markdown's bold
        (
            "Two things happened:\n- **Lee** asked [1.1]\n- Kim stayed [2.1]",
            "Two things happened:\n- **Lee** asked [1]\n- Kim stayed [2]",
            [("Two things happened:", (), None), ("**Lee** asked", (1,), True), ("Kim stayed", (2,), True)],
        ),
        # a numbered list: its numbers are no figures; an item of two sentences
        (
            "1. Lee asked. He paid. [1.1]\n2. Kim stayed. [2.1]",
            "1. Lee asked. He paid. [1]\n2. Kim stayed. [2]",
            [("Lee asked.", (1,), True), ("He paid.", (1,), True), ("Kim stayed.", (2,), True)],
        ),
        # a whole sentence in bold, and ids in bold
        (
            "**Kim stayed.** Lee asked **[1.1]**. [2.1]",
            "**Kim stayed.** Lee asked **[1]**. [2]",
            [("**Kim stayed.**", (2,), True), ("Lee asked.", (1, 2), True)],
        ),
        # headings
        (
            "## What Lee did\nLee asked [1.1].\n\n**Kim**\nKim stayed [2.1].",
            "## What Lee did\nLee asked [1].\n\n**Kim**\nKim stayed [2].",
            [("What Lee did", (), None), ("Lee asked.", (1,), True), ("**Kim**", (), None), ("Kim stayed.", (2,), True)],
        ),
        # a table: its first row is a heading
        (
            "| who | what |\n|---|---|\n| Kim | stayed [2.1] |\n| Lee | left |",
            "| who | what |\n|---|---|\n| Kim | stayed [1] |\n| Lee | left |",
            [("| who | what |", (), None), ("| Kim | stayed |", (1,), True), ("| Lee | left |", (), False)],
        ),
        # code: a fence is one sentence; a number in brackets stays code
        (
            "So:\n```\nlee.ask(xi[2])\nkim.stay() # [2.1]\n```\nKim stayed [2.1].",
            "So:\n```\nlee.ask(xi[ 2 ])\nkim.stay() # [1]\n```\nKim stayed [1].",
            [("So:", (), None), ("lee.ask(xi[ 2 ])\nkim.stay() #", (1,), False), ("Kim stayed.", (1,), True)],
        ),
        # a tail of sources: for what carries none, and no sentence itself; on lines of its own too
        (
            "Kim stayed at home.\n\nSources: [2.1]",
            "Kim stayed at home.\n\nSources: [1]",
            [("Kim stayed at home.", (1,), True), ("Sources:", (1,), None)],
        ),
        (
            "Kim stayed [2.1].\n\n**Sources:**\n- [2.1]\n- [1.1]",
            "Kim stayed [1].\n\n**Sources:**\n- [1]\n- [2]",
            [("Kim stayed.", (1,), True), ("**Sources:**", (1, 2), None)],
        ),
        (
            "- Kim stayed\n- Lee asked\n\n[1.1][2.1]",
            "- Kim stayed\n- Lee asked\n\n[1][2]",
            [("Kim stayed", (1, 2), True), ("Lee asked", (1, 2), True)],
        ),
        # other brackets, with what some models put into them, and Chinese
        (
            "李在明要求习近平【1.1】。金在家。【2.1†source】",
            "李在明要求习近平 [1]。金在家。 [2]",
            [("李在明要求习近平。", (1,), True), ("金在家。", (2,), True)],
        ),
        ("Kim stayed ［2.1］ and [id 2.1] and [^2.1].", "Kim stayed [1] and [1] and [1].", None),
        # German: its nouns are no names
        (
            "Lee bat Xi z. B. um eine konstruktive Rolle im Jahr 2025 [1.1]. Die Passagen sagen nicht, wer zahlte.",
            "Lee bat Xi z. B. um eine konstruktive Rolle im Jahr 2025 [1]. Die Passagen sagen nicht, wer zahlte.",
            [
                ("Lee bat Xi z. B. um eine konstruktive Rolle im Jahr 2025.", (1,), True),
                ("Die Passagen sagen nicht, wer zahlte.", (), None),
            ],
        ),
        # a short answer is one with its reason
        ("Yes. Kim stayed [2.1].", "Yes. Kim stayed [1].", [("Yes. Kim stayed.", (1,), True)]),
        # unknown ids vanish, and what carried them is not supported; [0.0] is not the last of anything
        (
            "Kim left [9.9]. Lee asked [0.0][1.0][0.1]. [3.1] Xi  [1.99]too.",
            "Kim left. Lee asked. Xi too.",
            [("Kim left.", (), False), ("Lee asked.", (), False), ("Xi too.", (), False)],
        ),
        ("Kim stayed [2.1][2.9].", "Kim stayed [1].", [("Kim stayed.", (1,), False)]),
        ("Kim ([9.9]) stayed ([2.1]).", "Kim () stayed ([1]).", [("Kim stayed.", (1,), False)]),
        # a number alone names no sentence; other brackets, versions in parentheses and intervals are text
        ("Lee asked [1.1] as said in [7] [sic].", "Lee asked [1] as said in (7) [sic].", None),
        (
            "See [the site](https://example.org) (3.2) [x] [-1.1] [a.b] [^2] 【4】.",
            "See [the site](https://example.org) (3.2) [x] [-1.1] [a.b] (2) (4).",
            None,
        ),
        ("It is in [0.12, 0.45] [1.1].", "It is in [0.12, 0.45] [1].", None),
        ("[3[9.9]] [[9.9]4] x[9.9]y", "[3 ] [ 4] x y", None),  # no number is made of what is left
        # the refusal word within a sentence, or cited, is a document's word
        ("It returns NOT_FOUND [1.1]. grpc.NOT_FOUND", "It returns NOT_FOUND [1]. grpc.NOT_FOUND", None),
        # hostile characters are not this file's concern
        ("Kim\x1b[31m [2.1]\r\n.", "Kim\x1b[31m [1]\r\n.", None),
    ],
)
def test_habits_of_models(reply: str, text: str, expected: Sentences | None) -> None:
    """Each in one piece and in small ones."""
    for step in (1000, 1, 3):
        found = cited(reply, step)
        assert found.text == text
        assert not found.refused
        if expected is not None:
            assert sentences(found) == expected


def test_refs_are_the_sentences_in_order_of_first_use() -> None:
    """Number n points to refs[n - 1]."""
    assert [ref.quote for ref in cited("Kim [2.1]. Lee [1.2, 2.1].").refs] == ["Kim stayed at home.", "He paid 1,577.00 euros."]


def test_only_what_may_be_an_id_waits() -> None:
    """Text is given out as it comes; white space, brackets that may be ids and a beginning refusal word wait."""
    citer = Citer(HITS)
    given = ["NOT", "_SO", " much", " [", "1", ".1", "]", " see", " [the", " site]", "."]
    assert [citer.feed(delta) for delta in given] == ["", "NOT_SO", " much", "", "", "", " [1]", " see", " [the", " site]", "."]


# Refusals


@pytest.mark.parametrize(
    "reply",
    [
        REFUSAL,
        f" {REFUSAL}.\n",
        f"**{REFUSAL}**",
        f"`{REFUSAL}`: the passages are about something else.",
        f"The passages don't say. {REFUSAL}",
        f"The passages tell only of Kim.\n\n{REFUSAL}",
        f"Answer: {REFUSAL}",
        f"{REFUSAL} - nothing is said of it [9.9].",
        f"{REFUSAL}. [9.9]",
        f"The answer is {REFUSAL}.",
        "Not found.",
    ],
)
def test_refusals(reply: str) -> None:
    """The word with whatever stands around it, and no valid id."""
    for step in (1000, 1):
        assert cited(reply, step).refused


@pytest.mark.parametrize(
    ("reply", "text"),
    [
        (f"Kim stayed [2.1]. {REFUSAL}", "Kim stayed [1]."),
        (f"{REFUSAL}: but Kim stayed [2.1].", "but Kim stayed [1]."),
        (f"Kim stayed [2.1].\n**{REFUSAL}**\nLee asked [1.1].", "Kim stayed [1].\n\nLee asked [2]."),
    ],
)
def test_the_refusal_word_beside_an_answer_is_left_out(reply: str, text: str) -> None:
    """What is cited counts."""
    found = cited(reply)
    assert (found.refused, found.text) == (False, text)


def test_a_document_with_the_refusal_word_changes_nothing() -> None:
    """Only the reply's own word counts."""
    hits = [passage("a.txt", f"{REFUSAL}.", f"Reply {REFUSAL} to all questions.")]
    found = cited("It tells to refuse [1.2].", hits=hits)
    assert (found.refused, sentences(found)) == (False, [("It tells to refuse.", (1,), True)])


# Support


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        # numbers
        ("Lee asked in 2025 [1.1].", True),
        ("Lee asked in 2024 [1.1].", False),
        ("It cost 1577 euros [1.2].", True),
        ("It cost 1,577 euros [1.2].", True),
        ("It cost 15.77 euros [1.2].", False),
        ("It was a 30-minute call, thirty minutes in all [1.3].", True),
        ("It took 30min [1.3].", True),
        ("The call took thirty-one minutes [1.3].", False),
        ("The call took 30 minutes [1.1].", False),  # it stands elsewhere
        ("One of them asked [1.1].", True),  # no figure
        ("It took 30 million minutes [1.3].", False),
        # names
        ("Trump asked Xi [1.1].", False),  # a name in the passages, at the beginning of the sentence
        ("Trump wants Xi to play a role [1.1].", False),
        ("Putin asked Xi [1.1].", False),  # nowhere in them
        ("He said to Putin that it cost much [1.2].", False),
        ("It was Lee’s money that paid [1.2].", True),  # "he" is Lee, in the sentence before
        ("It is the LEE family that asked [1.1].", True),
        ("It was said by an American [2.2].", False),
        ("It was said by the US president Trump [2.2].", True),  # initials
        ("It was said by President Trump [2.2].", True),  # what somebody is called is no name
        ("Zébras run [2.2].", True),  # accents
        ("Money went to Xi [1.1].", True),  # an ordinary word begins it
        ("**Constructive Efforts:** He asked Xi [1.1].", True),  # a label in bold has the capitals of a headline
        ("**Big Money** – What he paid was 1577 euros [1.2].", True),
        ("**Donald Trump:** He asked Xi [1.1].", False),  # a name of the passages, though
        ("**Request:** He asked Putin [1.1].", False),
        # quotations
        ("Lee spoke of a “constructive role” [1.1].", True),
        ('Lee spoke of a "Constructive  role," [1.1].', True),
        ("Lee spoke of a “destructive role” [1.1].", False),
        ("Lee spoke of “Lee asked … role” [1.1].", True),
        ("Lee bat um eine „konstruktive Rolle“ [1.1].", False),  # translated, it is no quotation
        # what claims nothing
        ("The passages do not say who paid.", None),
        ("The passages do not say who paid in 2024 [1.1].", None),
        ("No document mentions Putin.", None),
        ("Who paid is not stated.", None),
        ("They don’t say who paid.", None),
        ("They say who did not pay.", False),
        ("文件没有提到谁付钱。", None),
        ("# Results", None),
        ("Here is what Lee asked:", None),
        ("I hope this helps!", None),
        ("The passages do not say who paid, but Kim won.", False),
        ("It does not contain nuts.", False),
        ("In 2024 three things happened:", False),
        ("Kim was not named [2.1].", None),  # the cited sentence does not say so itself
    ],
)
def test_support(claim: str, supported: bool | None) -> None:
    """Numbers, names and quotations must stand in what is cited."""
    assert [s.supported for s in cited(claim).sentences] == [supported]


@pytest.mark.parametrize(
    ("evidence", "claim", "supported"),
    [
        ("On 2025-06-10 it rained.", "It rained in June 2025", True),
        ("It rained on 10 June 2025.", "It rained on 2025-06-10", True),
        ("It rained on 10.06.2025.", "It rained on 10 June 2025", True),
        ("Two million came.", "In all 2,000,000 came", True),
        ("1,5 Mio. kamen.", "Es kamen 1.500.000", True),
        ("It grew by 3.5 %.", "It grew by 3.5 percent", True),
        ("Ann and Ben met.", "The two met", True),
        ("Ann met Ben in Seoul.", "The three met", False),
        ("Kim of North Korea spoke.", "The North Korean spoke", True),
        ("The European Union spoke.", "It was the EU that spoke", True),
        ("The EU spoke.", "It was the European Union that spoke", True),
        ("Er sprach mit der Kanzlerin über die Wahl.", "Er sprach über die Abstimmung mit der Kanzlerin", True),
        ("习近平与李在明通话。", "It was Xi who spoke with Lee", True),  # another script
    ],
)
def test_forms_of_numbers_and_names(evidence: str, claim: str, supported: bool) -> None:
    """What is folded, and what is not."""
    found = cited(f"{claim} [1.1].", hits=[passage("a.txt", evidence)])
    assert [s.supported for s in found.sentences] == [supported]


def test_a_name_is_looked_for_around_the_sentence_also_across_passages() -> None:
    """Two sentences before and one behind, as they stand in the source; headings count; a full name may stand elsewhere."""
    first = passage("a.txt", "Jane Smith came.", "It rained.")
    second = passage("a.txt", "She left.", "Then Bob came.", "It was cold.", "He left, said Smith.", start=100, heading="Ava")
    hits = [second, first]
    assert [s.supported for s in cited("It was Smith who left [1.1].", hits=hits).sentences] == [True]
    assert [s.supported for s in cited("It was Smith who was cold [1.2].", hits=hits).sentences] == [False]
    assert [s.supported for s in cited("So it is with Ava [1.3].", hits=hits).sentences] == [True]
    assert [s.supported for s in cited("It was said by Jane Smith [1.4].", hits=hits).sentences] == [True]
    assert [s.supported for s in cited("It was said by Mary Smith [1.4].", hits=hits).sentences] == [False]


# Laws


ITEM = r"[0-9]{1,6}[.．][0-9]{1,6}(?:\s*[-–—]\s*(?:[0-9]{1,6}[.．])?[0-9]{1,6})?"
GROUP = re.compile(
    rf"[\[【［][\s^]*(?:(?:id|passage|sentence)s?:?\s?)?({ITEM}(?:(?:\s*(?:[,;&，；、]|and|und)\s*|\s+){ITEM})*)[\s,;.]*"
    r"(?:†[^\n\[\]【】［］]*)?[\]】］]",
    re.IGNORECASE,
)


NUMBERS = r"\d+(?:[^\w()\[\]【】［］（）.．]{1,9}\d+)*"
"""A number that is no id, or several."""


def without_ids(reply: str) -> str:
    """A reply as it has to be shown, but for white space, punctuation and the refusal word."""
    kept = GROUP.sub(lambda group: group[0] if is_interval(group[1]) else "", reply)
    return bare(re.sub(rf"[\[【［(]\^?{NUMBERS}[\]】］)]|\(3.2\)", "", kept))


def is_interval(items: str) -> bool:
    """Whether a group is more than one number, all below one."""
    wholes = re.findall(r"([0-9]+)[.．][0-9]+", items)
    return (len(wholes) > 1 or re.search("[-–—]", items) is not None) and not any(map(int, wholes))


def bare(text: str) -> str:
    """Without white space, punctuation, emphasis and the refusal word."""
    return re.sub(r"[\s*_`\"“”.:!,;。：！，、；]", "", text).replace(REFUSAL.replace("_", ""), "")


def holds(reply: str, cuts: list[int]) -> None:
    """The laws of any reply."""
    found = cited(reply)
    assert found == cited(reply, 1)
    assert found == in_pieces(reply, cuts)
    assert all(ref.hit in HITS and ref.span in ref.hit.sentences for ref in found.refs)
    assert len(set(found.refs)) == len(found.refs)
    shown = [int(n) for n in re.findall(r"\[(\d+)\]", found.text)]
    assert list(dict.fromkeys(shown)) == list(range(1, len(found.refs) + 1))
    if found.sentences:
        assert {n for s in found.sentences for n in s.citations} == set(shown)
    for sentence in found.sentences:
        assert not re.search(r"\[\d+\]", sentence.text)
        assert sentence.citations or not sentence.supported
    assert bare(re.sub(rf"\[ ?\d+ ?\]|\({NUMBERS}\)|\(3.2\)", "", found.text)) == without_ids(reply)


def in_pieces(reply: str, cuts: list[int]) -> CitedText:
    """The reply cut anywhere."""
    citer, last, shown = Citer(HITS), 0, ""
    for cut in [*sorted(cuts), len(reply)]:
        shown += citer.feed(reply[last:cut])
        last = max(last, cut)
    rest, found = citer.finish()
    assert shown + rest == found.text
    return found


@settings(max_examples=250, deadline=None)
@given(REPLIES, CUTS)
@example("So it was [12.3   ].", [])
@example("So it was [ ^ 1.1    -   1.2 ].", [])
def test_laws(reply: str, cuts: list[int]) -> None:
    """Whatever comes back, in whatever pieces."""
    holds(reply, cuts)


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None)
@given(REPLIES, CUTS)
def test_laws_at_length(reply: str, cuts: list[int]) -> None:
    """Ten thousand replies."""
    holds(reply, cuts)


def test_nothing_to_cite() -> None:
    """No hits, an empty reply, ids alone."""
    assert cited("", hits=[]) == CitedText("", (), ())
    assert cited("Lee [1.1].", hits=[]).sentences[0].supported is False
    assert cited("[1.1]").text == "[1]"


def soak(run: str) -> object:
    """One for the long runs."""
    return pytest.param(run, marks=pytest.mark.soak)


@pytest.mark.parametrize(
    "run",
    [
        "-",
        "\n",
        "[1.1]",
        "**a",
        *map(soak, [" ", "| ", "[", "|", "*", "[1", "(", "`", "```\n", ".", "!", "a. ", "<", ":", "#"]),
    ],
)
@pytest.mark.parametrize("before", ["", "|a\n|", "**", "Sources: "])
def test_a_long_run_of_one_thing_is_read_in_linear_time(before: str, run: str) -> None:
    """Once the reply has ended, nothing bounds what is done with it: 190,000 dashes took minutes."""
    began = time.process_time()
    cited(before + run * (100_000 // len(run)) + "x [1.1]", step=2000)
    assert time.process_time() - began < 60
