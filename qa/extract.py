"""The sentences that answer best, without a model: quoted as they stand, never rewritten.

Owns the choice among the sentences of the passages found; knows nothing of files or terminals.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.passage import Hit
from index.search import Index, content_words, inverse_frequencies
from qa.answer import SentenceRef

MOST_SENTENCES = 3
MOST_CHARS = 330
"""A second and a third sentence are added only as far as all stay within this length."""

CLOSE = 0.6
"""A further sentence must reach this share of the best one's score."""

PASSAGE_WEIGHT = 0.4
"""What the passage's own score counts beside the share of the question that the sentence covers."""

ORDER_WEIGHT = 0.3
"""What it counts that the question's words stand in the sentence in the question's order ("Lee asked Xi", not the reverse)."""

KIND_WEIGHT = 0.25
"""What it counts that the sentence holds the kind of thing that is asked for, outside the question's own words."""

_KINDS = (
    (
        r"\b(how (many|much|long|old|far|tall|high|large|big|often|fast)|what (number|percent\w*|share|rate|amount|age))\b",
        r"\d",
    ),
    (
        r"\b(when|what (year|date|day|month|century|time)|which (year|date|day|month|century)|since when)\b",
        r"\b\d{3,4}\b|\b\d{1,2}:\d\d\b",
    ),
    (r"\b(who|whom|whose|which (person|leader|president|author|actor)|what (person|name))\b", r"(?<!^)(?<![.!?] )\b[A-Z]\w+"),
    (
        r"\b(where|which (city|country|place|state|town)|what (city|country|place|state|town))\b",
        r"\b(in|at|near|from|to|of) (the )?[A-Z]",
    ),
)
"""For kinds of questions, what an answering sentence holds."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    ref: SentenceRef
    text: str
    rank: int
    hit_score: float


def closest(index: Index, question: str, hits: Sequence[Hit]) -> list[SentenceRef]:
    """The one to three sentences of these hits that answer best, best first; none where the hits are none."""
    candidates = [
        _Candidate(SentenceRef(hit, span), hit.sentence(span), rank, hit.score)
        for rank, hit in enumerate(hits)
        for span in hit.sentences
    ]
    scored = sorted(zip(_scores(index, question, candidates), candidates, strict=True), key=lambda s: -s[0])
    chosen: list[_Candidate] = []
    for score, candidate in scored:
        if chosen and (score < CLOSE * scored[0][0] or _length([*chosen, candidate]) > MOST_CHARS):
            continue
        if any(candidate.text == other.text for other in chosen):
            continue
        chosen.append(candidate)
        if len(chosen) == MOST_SENTENCES:
            break
    return [c.ref for c in chosen]


def _length(candidates: Sequence[_Candidate]) -> int:
    return sum(len(c.text) for c in candidates)


def _scores(index: Index, question: str, candidates: Sequence[_Candidate]) -> list[float]:
    idf = inverse_frequencies(index, question)
    total = sum(idf.values()) or 1.0
    asked = index.tokenizer.stems([" ".join(content_words(question))])[0]
    stems = index.tokenizer.stems([c.text for c in candidates])
    kind = next((answer for cue, answer in _KINDS if re.search(cue, question, re.IGNORECASE)), None)
    scores = []
    for candidate, terms in zip(candidates, stems, strict=True):
        covered = sum(idf[t] for t in set(terms) & idf.keys()) / total
        ordered = _in_order(asked, terms, idf) / total
        fits = kind is not None and bool(re.search(kind, candidate.text))
        scores.append(covered + ORDER_WEIGHT * ordered + PASSAGE_WEIGHT * candidate.hit_score + KIND_WEIGHT * fits)
    return scores


def _in_order(asked: Sequence[str], terms: Sequence[str], weight: dict[str, float]) -> float:
    """The weight of the longest common subsequence of the question's words and the sentence's."""
    wanted = set(asked)
    row = [0.0] * (len(asked) + 1)
    for term in (t for t in terms if t in wanted):
        before = 0.0
        for i, word in enumerate(asked, start=1):
            kept = row[i]
            row[i] = before + weight.get(word, 0.0) if word == term else max(row[i], row[i - 1])
            before = kept
    return row[-1]
