"""Ids and whole replies in the forms that models write."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from replied import passage

from index.passage import Hit
from qa.answer import CitedText
from qa.reply.cite import Citer
from qa.reply.forms import Plain

ONE = [passage("a.txt", "Lee asked Xi for a role.", "He paid 15 euros.", "The call took long.")]
TWO = [*ONE, passage("b.txt", "Kim stayed at home.", "Zebras run fast.")]


def cited(reply: str, hits: list[Hit], step: int = 1000) -> CitedText:
    """The reply in pieces; what was given out is the text."""
    citer = Citer(hits)
    shown = [citer.feed(reply[i : i + step]) for i in range(0, len(reply), step)]
    rest, found = citer.finish()
    assert "".join(shown) + rest == found.text
    return found


@pytest.mark.parametrize(
    "id_",
    [
        *("[2.2]", "[2:2]", "[S2.2]", "[s2.2]", "(2.2)", "【2.2】", "[2,2]", "[p2s2]", "[P2.S2]", "[Passage 2, sentence 2]"),
        *(
            "(Passage 2, Sentence 2)",
            "[passage 2 sentence 2]",
            "[id: 2.2]",
            "[source 2.2]",
            "[2]",
            "[Passage 2]",
            "[2.2†b.txt]",
        ),
    ],
)
def test_an_id_in_any_form(id_: str) -> None:
    """All of one sentence, however the reply is cut."""
    for step in (1000, 1, 3):
        found = cited(f"Zebras run fast {id_}.", TWO, step)
        assert found.text == "Zebras run fast [1]."
        assert [ref.quote for ref in found.refs] == ["Zebras run fast."]
        assert [s.supported for s in found.sentences] == [True]


def test_a_number_alone() -> None:
    """The only passage's sentence; or the passage's that has the words; or nothing."""
    assert [ref.quote for ref in cited("He paid 15 euros [2].", ONE).refs] == ["He paid 15 euros."]
    assert [ref.quote for ref in cited("The call took long [1].", TWO).refs] == ["The call took long."]
    assert cited("It was as told elsewhere [12].", TWO).text == "It was as told elsewhere (12)."
    assert cited("The rate was up (1.2).", TWO).text == "The rate was up (1.2)."


@pytest.mark.parametrize(
    "reply",
    [
        "Lee asked Xi for a role.¹\n\n¹ 1.1",
        "Lee asked Xi for a role.[^1]\n\n[^1]: 1.1",
        "Lee asked Xi for a role.¹\n\n¹: [1.1] a.txt",
        '```json\n{"answer": "Lee asked Xi for a role [1.1].", "confidence": 0.95}\n```',
        '{"answer": "Lee asked Xi for a role.", "citations": ["1.1"]}',
        '{"claims": [{"text": "Lee asked Xi for a role.", "ids": ["1.1"]}]}',
        "<answer>Lee asked Xi for a role [1.1].</answer>",
        "Lee asked Xi for a role.\n\nSources: 1.1",
        "Lee asked Xi for a role.\n\n**Sources:** [1.1]",
    ],
)
def test_a_reply_in_another_form(reply: str) -> None:
    """JSON, footnotes, tags, a list at the end."""
    for step in (1000, 1, 3):
        found = cited(reply, TWO, step)
        assert found.text.startswith("Lee asked Xi for a role")
        assert [(s.supported, s.citations) for s in found.sentences if s.supported is not None] == [(True, (1,))]
        assert "{" not in found.text
        assert "¹" not in found.text


@pytest.mark.parametrize(
    "reply", ["{not JSON", "[1] {", '{"a": 1}', "Take 5 m² of it.¹", "x [^", "<b", "```json", "Sources", "[[[", '{"answer": 5}']
)
def test_what_only_looks_like_a_form(reply: str) -> None:
    """Nothing is lost."""
    for step in (1000, 1):
        assert cited(reply, TWO, step).text.replace("(1)", "[1]") == reply


_PIECES = st.sampled_from(
    "Sources|source|Quelle|id|:|[|]|1.1|12.3|, | |\n|*|- |_|<answer>|<|¹|é|[^1]|It is.|say |{|```|７|[^1]: 1.1|"
    "Sources: 1.1, 2.1\n|\nIDs: 2.1".split("|")
)


@settings(max_examples=600, deadline=None)
@given(st.lists(_PIECES, max_size=9).map("".join), st.lists(st.integers(0, 60), max_size=4))
def test_a_form_in_pieces(reply: str, cuts: list[int]) -> None:
    """What is made of it does not hang on how it was cut."""
    cut = Plain()
    ends = [*sorted(cuts), len(reply)]
    in_pieces = [cut.feed(reply[a:b]) for a, b in zip([0, *ends], ends, strict=False)]
    one, bit = Plain(), Plain()
    whole = one.feed(reply) + one.finish()
    assert "".join(in_pieces) + cut.finish() == whole
    assert "".join(map(bit.feed, reply)) + bit.finish() == whole


def test_ids_at_the_end_of_a_paragraph() -> None:
    """They speak for the sentences before them that they hold for, and for no other."""
    found = cited("Lee asked Xi for a role. He paid 15 euros. Trump won the race [1.1][1.2].", TWO)
    assert [(s.citations, s.supported) for s in found.sentences] == [((1,), True), ((2,), True), ((1, 2), False)]
    found = cited("Trump won the race. He paid 15 euros [1.2].", TWO)
    assert [(s.citations, s.supported) for s in found.sentences] == [((), False), ((1,), True)]
