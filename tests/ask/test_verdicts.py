"""Verdicts: read strictly, and what they make of a claim."""

import pytest

from qa.answer import AnswerSentence, CitedText
from qa.ask.verdicts import Verdicts, by_probabilities, by_words, judged
from qa.model.prompt import ASPECTS

N = len(ASPECTS)


def test_probabilities() -> None:
    """The least of a claim's aspects counts; one that is declined leaves it unjudged, unless another says no."""
    sure, least = [0.9] * N, [0.9, 0.3, *[0.9] * (N - 2)]
    found = by_probabilities([4, 7, 8, 9], [*sure, *least, None, *sure[1:], None, *least[1:], 0.2, None])
    assert {at: v.probability for at, v in found.claims.items()} == {4: 0.9, 7: 0.3, 9: 0.3}
    assert "not" in found.claims[7].why
    assert (found.answers, found.premise) == (0.2, None)


@pytest.mark.parametrize(
    ("reply", "claims", "whole"),
    [
        ("1: yes\n2: no - Lee asked Xi\nanswers: yes\npremise: no", {0: 1.0, 1: 0.0}, (1.0, 0.0)),
        ("**1.** Yes\n- Claim 2: NO", {0: 1.0, 1: 0.0}, (None, None)),
        ("1: yes, but only in part\n2: yes", {1: 1.0}, (None, None)),  # no verdict
        ("1: yes\n1: no\n2: maybe", {}, (None, None)),
        ("All claims are supported.", {}, (None, None)),
        ("3: yes\n0: no\n99999: no", {}, (None, None)),
    ],
)
def test_words(reply: str, claims: dict[int, float], whole: tuple[float | None, float | None]) -> None:
    """What cannot be read is not judged."""
    found = by_words([0, 1], reply)
    assert {at: v.probability for at, v in found.claims.items()} == claims
    assert (found.answers, found.premise) == whole


def test_what_becomes_of_a_claim() -> None:
    """Marked below a half, cleared where it is likely, and as words found it between; a firm sign stays."""
    before = [
        AnswerSentence("Right.", (1,), True),
        AnswerSentence("Doubtful.", (1,), False, "“X” is not in the cited sentence"),
        AnswerSentence("Doubtful.", (1,), False, "“X” is not in the cited sentence"),
        AnswerSentence("Firm.", (1,), False, "45 is not in the cited sentence", firm=True),
        AnswerSentence("Unjudged.", (1,), True),
    ]
    claims = by_probabilities(range(4), [*[0.2] * N, *[0.9] * N, *[0.6] * N, *[0.99] * N]).claims
    after = judged(CitedText("x", tuple(before), ()), Verdicts(claims), "judge").sentences
    assert [s.supported for s in after] == [False, True, False, False, True]
    assert after[0].why
    assert after[1].why is None
    assert after[3].why == before[3].why
    assert [s.judge and s.judge.by for s in after] == ["judge"] * 4 + [None]
