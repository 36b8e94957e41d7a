"""The sentences that answer best, without a model: quoted as they stand, never rewritten.

Owns the choice among the sentences of the passages found; knows nothing of files or terminals.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.passage import Hit
from index.search.question import Question
from qa.answer import SentenceRef
from qa.check.words import MONTHS, language_of, latin
from qa.quote.sentences import Quotable, quotable
from qa.quote.together import Asked, whole
from qa.reader import fitted
from qa.reader.fitted import Signs
from qa.reader.network import Network

MOST_SENTENCES = 3
MOST_CHARS = 500
"""A second and a third sentence are added only as far as all stay within this length."""

MOST_READ = 24
"""Passages that the network reads, whatever number is asked for: ten take a tenth of a second or two."""

OTHER_CODE = 6.0
"""So much less speaks for a sentence that lacks a code of the question, such as CVE-2024-3094."""

_CODE = re.compile(r"\b(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z_-])[A-Za-z0-9][\w.-]{2,}\w\b")

CLOSE = 1.5
"""So much less than for the best sentence may speak for a further one: its odds are a quarter as good."""

_LISTED = re.compile(
    r"^\W*(?:please |can you )?(?:list|name|enumerate|give me|show me|tell me)\b.*\b(?:all|every|each)\b|^\W*list\b", re.I
)
_EVERY = re.compile(
    r"\b(?:what|which) (?:are|were)\b|\b(?:which|what) (?:\w+ )?\w+s (?:are|were|do|does|can|must|should|have|has|need)\b"
    r"|\ball (?:the )?\w+s\b|\b(?:ingredients|steps|requirements|obligations|duties|items)\b"
    r"|^\W*what (?:should|must|do|does|can|shall) \w[\w ]* (?:bring|need|pack|include|contain|take|do)\b",
    re.IGNORECASE,
)
_STEPS = re.compile(r"\bhow (?:to|do|can|should|must|shall|does one)\b|\bsteps\b|\binstructions\b", re.IGNORECASE)
"""Questions that a whole list answers, all of a list or table by its name, and those that steps answer."""


def asked_for(text: str) -> Asked:
    """What a question asks for more than one of."""
    listed, steps = _LISTED.search(text) is not None, _STEPS.search(text) is not None
    return Asked(listed or steps or _EVERY.search(text) is not None, listed, steps)


_MAIL = re.compile(r"\b(?:e-?mails?|mails?|messages?|sen[dt]|sender|subject|wrote|writes?|from whom|cc)\b", re.IGNORECASE)
"""Questions that the head of a mail may answer."""


_THING = r"\b(what|which|in what|in which) "
_UNITS = r"(seconds?|minutes?|hours?|days?|weeks?|months?|years?|decades?|centur(y|ies)|km|kilomet\w+|miles?|met(er|re)s?|feet)"
_MONTHS = "|".join(map(str.title, MONTHS))
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
class Choice:
    """What is quoted, best first, and the passages as their sentences order them.

    `confidence` is how likely the first one answers, None where nothing measured it; `none` that most likely nothing does.
    """

    refs: tuple[SentenceRef, ...]
    hits: tuple[Hit, ...]
    confidence: float | None = None
    none: bool = False


def choose(question: Question, hits: Sequence[Hit], network: Network | None) -> Choice:
    """The sentences of these hits that answer best; none where the hits are none.

    Without a network, or in a language that it does not read, words and vectors alone choose, and nothing tells how surely.
    """
    if question.overview:
        return Choice(tuple(_beginnings(hits)), tuple(hits))
    read = network if reads(question, hits) else None
    candidates, signs = all_signs(question, hits[:MOST_READ] if read else hits, read)
    if not candidates:
        return Choice((), tuple(hits))
    scores = _by_codes(question.text, candidates, fitted.scores(signs, read=read is not None))
    order = sorted(range(len(candidates)), key=lambda n: -scores[n])
    sure = fitted.confidence(signs, order[0]) if read else None
    none = read is not None and not fitted.answers(signs, order[0])
    refs = _with_others([(candidates[n].ref, scores[n]) for n in order], asked_for(question.text))
    places = list(dict.fromkeys(candidates[n].ref.hit.place for n in order))
    ordered = sorted(hits, key=lambda hit: places.index(hit.place) if hit.place in places else len(places))
    return Choice(tuple(refs), tuple(ordered), sure, none)


def _by_codes(text: str, candidates: Sequence[Quotable], scores: Sequence[float]) -> list[float]:
    """The scores, less for the sentences without the codes that are asked for, where one has them all."""
    codes = [code.casefold() for code in _CODE.findall(text)]
    has = [all(code in one.text.casefold() for code in codes) for one in candidates]
    return [score if mine or not any(has) else score - OTHER_CODE for score, mine in zip(scores, has, strict=True)]


def all_signs(question: Question, hits: Sequence[Hit], network: Network | None) -> tuple[list[Quotable], list[Signs]]:
    """Each sentence that may be quoted, with what is known of it."""
    asks_of_mail = _MAIL.search(question.text) is not None
    candidates = [one for hit in hits for one in quotable(hit, mail=asks_of_mail)]
    candidates = candidates or [Quotable(SentenceRef(hit, span), "", 0.0) for hit in hits for span in hit.sentences]
    margins = _margins(network, question, hits) if network else {}
    return candidates, list(_signs(question, candidates, margins))


def reads(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether the network reads the language: English, which it alone was trained on."""
    asked, there = language_of(question.text), language_of(" ".join(hit.text for hit in hits))
    return latin(question.text) and {asked, there} <= {"en", ""} and "en" in (asked, there)


def _beginnings(hits: Sequence[Hit]) -> list[SentenceRef]:
    """The first sentences of one document, or the first one of each of several."""
    each = MOST_SENTENCES if len(hits) == 1 else 1
    return [SentenceRef(hit, span) for hit in hits for span in hit.sentences[:each]][:MOST_SENTENCES]


def _with_others(ranked: Sequence[tuple[SentenceRef, float]], asked: Asked) -> list[SentenceRef]:
    """The best sentence with what belongs to it, and such others as are nearly as good and say something else."""
    most, chosen = ranked[0][1], whole(ranked[0][0], asked)
    if len(chosen) > 1:
        return chosen
    for ref, score in ranked[1:]:
        room = sum(len(one.quote) for one in chosen) + len(ref.quote) <= MOST_CHARS
        if len(chosen) < MOST_SENTENCES and score >= most - CLOSE and room and all(ref.quote != one.quote for one in chosen):
            chosen.append(ref)
    return chosen


def _signs(question: Question, candidates: Sequence[Quotable], margins: Mapping[SentenceRef, float]) -> Iterator[Signs]:
    """What is known of each."""
    kind = next((answer for cue, answer in _KINDS if cue.search(question.text)), None)
    found = question.find([one.text for one in candidates])
    for one, words in zip(candidates, found, strict=True):
        stems = [n for n, _, _ in words]
        covered = sum(question.weights[n] for n in set(stems))
        fits = kind is not None and kind.search(one.ref.quote) is not None
        order = _in_order(stems, question.weights)
        yield Signs(covered, order, one.ref.hit.score, max(0.0, one.likeness), float(fits), margins.get(one.ref, 0.0))


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


def _margins(network: Network, question: Question, hits: Sequence[Hit]) -> dict[SentenceRef, float]:
    found = network.margins(question.text, hits)
    return {
        SentenceRef(hit, span): margin
        for hit, margins in zip(hits, found, strict=True)
        for span, margin in zip(hit.sentences, margins, strict=True)
    }
