"""The sentences that answer best, without a model: quoted as they stand, never rewritten.

Owns the choice among the sentences of the passages found; knows nothing of files or terminals.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.passage import Hit
from index.search import Index, content_words, inverse_frequencies
from qa.answer import SentenceRef

MOST_SENTENCES = 3
MOST_CHARS = 330
"""A second and a third sentence are added only as far as all stay within this length."""

CLOSE = 0.6
"""A further sentence must reach this share of the best one's score."""

SECOND_LOOK = 16
"""So many sentences, the best by their words, are compared with the question by their vectors too."""

# Weights beside 1.0 for the share of the question that a sentence covers; fitted on half of SQuAD's and CLAPNQ's questions, and
# flat around these values (see bench/README.md).
PASSAGE_WEIGHT = 0.6
"""The score of the passage that the sentence stands in."""

ORDER_WEIGHT = 0.3
"""The question's words stand in the sentence in the question's order ("Lee asked Xi", not the reverse)."""

KIND_WEIGHT = 0.4
"""The sentence holds the kind of thing that is asked for."""

VECTOR_WEIGHT = 0.6
"""The cosine of the sentence's vector and the question's."""

_THING = r"\b(what|which|in what|in which) "
_UNITS = r"(seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(y|ies)|km|kilomet\w+|miles?|met(er|re)s?|feet)"
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_KINDS = [
    (re.compile(cue, re.IGNORECASE), re.compile(answer))
    for cue, answer in (
        (r"\bhow long\b", rf"\b(\d[\d.,]*|one|two|three|four|five|six|seven|eight|nine|ten|several|half an?)[ -]?{_UNITS}\b"),
        (
            r"\bhow (many|much|old|far|tall|high|large|big|often|fast)\b",
            r"\d|\b(one|two|three|four|five|six|ten|half|million)\b",
        ),
        (rf"{_THING}(number|percent\w*|share|rate|amount|age|size|height|length|distance)\b", r"\d"),
        (
            rf"\b(when|since when)\b|{_THING}(year|date|day|month|century|time|decade)\b",
            rf"\b(1\d{{3}}|20\d\d|\d\d?:\d\d|{_MONTHS}|\w+day|(last|this|next|earlier this) (week|month|year)|ago)\b",
        ),
        (
            rf"\b(who|whom|whose)\b|{_THING}(person|leader|president|author|actor|name|company|team|group|band)\b",
            r"(?<!^)(?<![.!?] )(?<![“\"])\b[A-Z]\w",
        ),
        (
            rf"\bwhere\b|{_THING}(city|country|place|state|town|region|river|island)\b",
            r"\b(in|at|near|from|to|of|city|town) (the )?[A-Z]",
        ),
    )
]
"""For kinds of English questions, what a sentence holds that answers one."""


@dataclass(frozen=True, slots=True)
class _Candidate:
    ref: SentenceRef
    text: str
    score: float


def closest(index: Index, question: str, hits: Sequence[Hit]) -> list[SentenceRef]:
    """The one to three sentences of these hits that answer best, best first; none where the hits are none."""
    by_words = sorted(_by_words(index, question, hits), key=lambda c: -c.score)
    candidates = sorted(_with_vectors(index, question, by_words[:SECOND_LOOK]), key=lambda c: -c.score)
    chosen: list[_Candidate] = []
    for candidate in candidates:
        if chosen and (candidate.score < CLOSE * candidates[0].score or _length([*chosen, candidate]) > MOST_CHARS):
            continue
        if all(candidate.text != other.text for other in chosen):
            chosen.append(candidate)
    return [c.ref for c in chosen[:MOST_SENTENCES]]


def _length(candidates: Sequence[_Candidate]) -> int:
    return sum(len(c.text) for c in candidates)


def _by_words(index: Index, question: str, hits: Sequence[Hit]) -> list[_Candidate]:
    """Every sentence, scored by the question's words in it, its passage, and the kind of question."""
    refs = [SentenceRef(hit, span) for hit in hits for span in hit.sentences]
    refs = [ref for ref in refs if not ref.quote.startswith("#")] or refs  # a heading answers nothing
    idf = inverse_frequencies(index, question)
    total = sum(idf.values()) or 1.0
    asked = index.tokenizer.stems([" ".join(content_words(question))])[0]
    stems = index.tokenizer.stems([ref.quote for ref in refs])
    kind = next((answer for cue, answer in _KINDS if cue.search(question)), None)
    candidates = []
    for ref, terms in zip(refs, stems, strict=True):
        covered = sum(idf[t] for t in set(terms) & idf.keys()) / total
        ordered = _in_order(asked, terms, idf) / total
        fits = kind is not None and bool(kind.search(ref.quote))
        score = covered + ORDER_WEIGHT * ordered + PASSAGE_WEIGHT * ref.hit.score + KIND_WEIGHT * fits
        candidates.append(_Candidate(ref, ref.quote, score))
    return candidates


def _with_vectors(index: Index, question: str, candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The candidates with their vectors' likeness to the question added, where the embedder is on this machine."""
    if index.embedder is None or not index.embedder.local or not candidates:
        return list(candidates)
    asked = index.embedder.query(question)
    likeness = [0.0] * len(candidates)
    for indices, rows in index.embedder.batches([c.text for c in candidates]):
        for i, row in zip(indices, rows, strict=True):
            likeness[i] = max(0.0, float(row @ asked))
    return [replace(c, score=c.score + VECTOR_WEIGHT * near) for c, near in zip(candidates, likeness, strict=True)]


def _in_order(asked: Sequence[str], terms: Sequence[str], weight: Mapping[str, float]) -> float:
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
