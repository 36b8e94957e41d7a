"""The sentences that answer best, without a model: quoted as they stand, never rewritten.

Owns the choice among the sentences of the passages found; knows nothing of files or terminals.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.passage import Hit, Span
from index.search.question import Question
from qa.answer import SentenceRef

MOST_SENTENCES = 3
MOST_CHARS = 330
"""A second and a third sentence are added only as far as all stay within this length."""

CLOSE = 0.65
"""A further sentence must reach this share of the best one's score."""

# Weights beside 1.0 for the share of the question that a sentence covers; fitted on half of SQuAD's and CLAPNQ's questions, and
# flat around these values (see bench/README.md).
PASSAGE_WEIGHT = 2.0
"""The score of the passage that the sentence stands in."""

ORDER_WEIGHT = 0.5
"""The question's words stand in the sentence in the question's order ("Lee asked Xi", not the reverse)."""

KIND_WEIGHT = 0.7
"""The sentence holds the kind of thing that is asked for."""

VECTOR_WEIGHT = 1.0
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


def closest(question: Question, hits: Sequence[Hit]) -> list[SentenceRef]:
    """The one to three sentences of these hits that answer best, best first; none where the hits are none."""
    if question.overview:
        return _beginnings(hits)
    candidates = sorted(_scored(question, hits), key=lambda c: -c.score)
    chosen: list[_Candidate] = []
    for candidate in candidates:
        if chosen and (candidate.score < CLOSE * candidates[0].score or _length([*chosen, candidate]) > MOST_CHARS):
            continue
        if all(candidate.text != other.text for other in chosen):
            chosen.append(candidate)
    return [c.ref for c in chosen[:MOST_SENTENCES]]


def _beginnings(hits: Sequence[Hit]) -> list[SentenceRef]:
    """The first sentences of one document, or the first one of each of several."""
    each = MOST_SENTENCES if len(hits) == 1 else 1
    return [SentenceRef(hit, span) for hit in hits for span in hit.sentences[:each]][:MOST_SENTENCES]


def _length(candidates: Sequence[_Candidate]) -> int:
    return sum(len(c.text) for c in candidates)


def _scored(question: Question, hits: Sequence[Hit]) -> list[_Candidate]:
    """Every sentence, with what speaks for it."""
    said = [answer for hit in hits for answer in _answers(hit)]
    said = said or [(SentenceRef(hit, span), "", 0.0) for hit in hits for span in hit.sentences]
    found = question.find([f"{lead}\n{ref.quote}" if lead else ref.quote for ref, lead, _ in said])
    kind = next((answer for cue, answer in _KINDS if cue.search(question.text)), None)
    candidates = []
    for (ref, _, likeness), words in zip(said, found, strict=True):
        stems = [n for n, _, _ in words]
        covered = sum(question.weights[n] for n in set(stems))
        fits = kind is not None and bool(kind.search(ref.quote))
        score = covered + ORDER_WEIGHT * _in_order(stems, question.weights)
        score += PASSAGE_WEIGHT * ref.hit.score + KIND_WEIGHT * fits + VECTOR_WEIGHT * max(0.0, likeness)
        candidates.append(_Candidate(ref, ref.quote, score))
    return candidates


def _answers(hit: Hit) -> list[tuple[SentenceRef, str, float]]:
    """A passage's sentences with what leads to each, and its likeness to the question.

    A heading, or a question that has a line of its own, answers nothing: what stands below it is said of it.
    """
    found: list[tuple[SentenceRef, str, float]] = []
    lead, near = "", 0.0
    for n, span in enumerate(hit.sentences):
        ref, likeness = SentenceRef(hit, span), hit.likeness[n] if hit.likeness else 0.0
        if _NAMES.match(ref.quote):
            continue
        if ref.quote.startswith("#") or _names_section(hit, ref.quote) or _asks(hit, span):
            lead, near = ref.quote, likeness
            continue
        found.append((ref, lead, max(likeness, near)))
        lead, near = "", 0.0
    return found


_NAMES = re.compile(r"(?:title|alias(?:es)?|tags?):|~~.*~~[.!]?$|-{3,}$|\|.*\n\s*\|?[\s|:-]+$", re.IGNORECASE | re.DOTALL)
"""What names a document or the columns of a table, is struck out, or is a rule: it answers nothing."""

_MARKUP = re.compile(r"(?<!\\)%.*|\\label\{[^}]*\}|\\\w+|^\.\w\w\b|[\W_]")
"""What marks a heading: commands of LaTeX and roff, rules, stars."""

_ASKS = re.compile(r"\?[\s*_~`\"”’»)\]|]*$")


def _names_section(hit: Hit, quote: str) -> bool:
    """Whether a sentence is one of the headings of its passage, in whatever markup."""
    said = _MARKUP.sub("", quote)
    return said != "" and any(said == _MARKUP.sub("", name) for name in hit.heading.split(" › "))


def _asks(hit: Hit, span: Span) -> bool:
    """Whether a sentence is a question with a line of its own, as in a list of questions with their answers."""
    start, end = span[0] - hit.place.start, span[1] - hit.place.start
    alone = not hit.text[:start].rstrip(" \t").rpartition("\n")[2] and hit.text[end:].lstrip(" \t")[:1] in ("", "\n", "\r")
    return alone and _ASKS.search(hit.text[start:end]) is not None


def _in_order(stems: Sequence[int], weights: Sequence[float]) -> float:
    """The weight of the longest common subsequence of the question's words, 0, 1, 2 …, and the sentence's."""
    row = [0.0] * (len(weights) + 1)
    for stem in stems:
        before = 0.0
        for i, weight in enumerate(weights, start=1):
            kept = row[i]
            row[i] = before + weight if i == stem + 1 else max(row[i], row[i - 1])
            before = kept
    return row[-1]
