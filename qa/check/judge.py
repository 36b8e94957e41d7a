"""A second opinion: the model is shown each claim with nothing but its cited sentences, and asked whether they support it.

Owns how its reply is read; the words sent stand in `qa/model/prompt.py`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.answer import CitedText

_LINE = re.compile(r"^[^\w\n]*(\d+)\W{1,20}(yes|no)\b", re.IGNORECASE | re.MULTILINE)


def claims_to_check(cited: CitedText) -> list[tuple[int, str, list[str]]]:
    """The supported claims by their index, each with the sentences it cites."""
    return [(i, s.text, [cited.refs[n - 1].quote for n in s.citations]) for i, s in enumerate(cited.sentences) if s.supported]


def judged(cited: CitedText, indices: Sequence[int], reply: str) -> tuple[CitedText, int]:
    """The text with the claims that do not hold marked, and how many did not; claim n of the reply is `indices[n - 1]`.

    A claim that the reply says nothing of stays as it was.
    """
    refuted = {
        indices[int(n) - 1]
        for n, word in _LINE.findall(reply)
        if word.lower() == "no" and len(n) < 6 and 1 <= int(n) <= len(indices)
    }
    sentences = tuple(replace(s, supported=False) if i in refuted else s for i, s in enumerate(cited.sentences))
    return replace(cited, sentences=sentences), len(refuted)
