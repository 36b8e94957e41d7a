"""The sentences that answer best, without a model: quoted as they stand, never rewritten.

Owns the choice among the sentences of the passages found; knows nothing of files or terminals.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from index.passage import Hit, Place
from index.search.question import Question
from qa.answer import SentenceRef
from qa.quote import form
from qa.quote.asked import Asked, Side, asked_for, sides
from qa.quote.kinds import can_answer, kind_of
from qa.quote.rows import alike, cells_named, holds, quoted
from qa.quote.sentences import Quotable
from qa.quote.several import of_another, tells_apart
from qa.quote.together import around, is_row, paragraph, units, whole
from qa.reader import fitted
from qa.reader.fitted import Signs
from qa.reader.network import Network
from qa.reader.order import reads

MOST_SENTENCES = 3
MOST_CHARS = 500
"""A second and a third sentence are added only as far as all stay within this length."""

MOST_READ = 24
"""Passages that the network reads, whatever number is asked for: ten take a tenth of a second or two. Of a comparison it reads
those of each side again.
"""

OTHER_CODE = 6.0
"""So much less speaks for a sentence that lacks a code of the question, such as CVE-2024-3094, or is of another one."""

OTHER_ROW = 10.0
"""So much less speaks for a row that has nothing of the question where another one of the table has all of it."""

MENTIONED = 2.0
"""So much less speaks for a row for each cell that the question names, and another row has."""

_CODE = re.compile(r"\b(?:(?=[\w.-]*\d)(?=[\w.-]*[A-Za-z_-])[A-Za-z0-9][\w.-]{2,}\w|[A-Z]{1,2}\d{1,2})\b")

CLOSE, CLOSE_BESIDE = 1.5, 2.5
"""So much less than for the best sentence may speak for a further one, and for one of its own passage, which goes on with what
it says: their odds are a quarter and a twelfth as good. See bench/README.md.
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is quoted, best first, and the passages as their sentences order them.

    `confidence` is how likely the first one answers, None where nothing measured it; `none` that most likely nothing does;
    `rows` that what is quoted are those of a table that the question means.
    """

    refs: tuple[SentenceRef, ...]
    hits: tuple[Hit, ...]
    confidence: float | None = None
    none: bool = False
    rows: bool = False


def choose(question: Question, hits: Sequence[Hit], network: Network | None) -> Choice:
    """The sentences of these hits that answer best; none where the hits are none.

    Without a network, or in a language that it does not read, words and vectors alone choose, and nothing tells how surely. Of
    two things that are compared each gets its sentence, where no sentence has both.
    """
    if question.overview:
        return Choice(tuple(_beginnings(hits)), tuple(hits))
    read = network if reads(question, hits) else None
    some = hits[:MOST_READ] if read else hits
    best = _ranked(question, some, read)
    if not best.candidates:
        return Choice((), tuple(hits))
    two = sides(question)
    both = frozenset[int]().union(*(side.stems for side in two))
    compared = [_ranked(question, some, read, side) for side in two if not _has_both(question, best.first, both)]
    if not compared or not all(one.order for one in compared):
        compared = [best]
    sure = min(fitted.confidence(one.signs, one.order[0]) for one in compared) if read else None
    none = read is not None and not any(
        fitted.answers(one.signs, one.order[0])
        and can_answer(question.text, one.first.text)
        and holds(question, one.ranked)
        and one.order[0] not in one.others
        for one in compared
    )
    asked = asked_for(question.text)
    rows = alike(question, best.ranked) if asked.several and compared == [best] else []
    refs = quoted(rows) or (
        _with_others(best, asked) if compared == [best] else [ref for one in compared for ref in _whole(one.first, asked)]
    )
    places = list(dict.fromkeys(one.candidates[n].ref.hit.place for one in compared for n in one.order))
    ordered = sorted(hits, key=lambda hit: places.index(hit.place) if hit.place in places else len(places))
    return Choice(tuple(dict.fromkeys(refs)), tuple(ordered), sure, none, bool(rows))


def all_rows(question: Question, refs: Sequence[SentenceRef], hits: Sequence[Hit]) -> list[Quotable]:
    """The rows of some passages of a document that have the cells which those quoted have named, these first."""
    spans = {ref.span for ref in refs}
    found = [one for hit in hits for one in units(hit, asked_for(question.text))]
    cells = [len(some) for some in cells_named(question, found, several=True)]
    theirs = [one.ref.span in spans for one in found]
    order = sorted(range(len(found)), key=lambda n: (not theirs[n], cells[n] if theirs[n] else 0))
    return alike(question, [found[n] for n in order]) if any(theirs) else []


@dataclass(frozen=True, slots=True)
class _Ranked:
    """What may be quoted with its signs and scores, and the order of those that tell of what is asked for, best first.

    `others` are those of another thing of the kind than is asked of.
    """

    candidates: Sequence[Quotable]
    signs: Sequence[Signs]
    scores: Sequence[float]
    order: Sequence[int]
    others: frozenset[int]

    @property
    def first(self) -> Quotable:
        """The best one."""
        return self.candidates[self.order[0]]

    @property
    def ranked(self) -> list[Quotable]:
        """Those of the order."""
        return [self.candidates[n] for n in self.order]


def _ranked(question: Question, hits: Sequence[Hit], network: Network | None, side: Side | None = None) -> _Ranked:
    """The candidates in order; of one side of a comparison those that name it, or whose document does, and not the other."""
    text = side.text if side else question.text
    if side:
        hits = [hit for hit in hits if side.stems <= _stems(question, form.names(hit) + hit.text)]
    candidates, signs = all_signs(question, hits, network, text)
    scores = _by_codes(text, candidates, fitted.scores(signs, read=network is not None))
    scores = _by_rows(question, candidates, [one.covered for one in signs], scores)
    others = frozenset(n for n, one in enumerate(candidates) if _of_another(text, one)) if tells_apart(text) else frozenset()
    scores = [score - OTHER_CODE * (n in others) for n, score in enumerate(scores)]
    order = sorted(range(len(candidates)), key=lambda n: -scores[n])
    if side:
        texts = [(form.names(one.ref.hit), one.text) for one in candidates]
        order = [n for n in order if side.stems <= _stems(question, "".join(texts[n]))]
        order = [n for n in order if not side.others <= _stems(question, texts[n][1])]
    return _Ranked(candidates, signs, scores, order, others)


def _has_both(question: Question, one: Quotable, stems: frozenset[int]) -> bool:
    """Whether a candidate tells of both sides of a comparison: a sentence does, or a list in different items."""
    items = [_stems(question, ref.quote) for ref in one.refs]
    return stems <= _stems(question, one.text) and (len(items) == 1 or not any(stems <= item for item in items))


def _stems(question: Question, text: str) -> frozenset[int]:
    """The question's stems that a text has."""
    return frozenset(n for n, _, _ in question.find([text])[0])


def _of_another(text: str, one: Quotable) -> bool:
    """Whether a candidate is of another thing of the kind, as its words, its paragraph and its document's names tell."""
    said = "\n".join(ref.quote for ref in one.refs)
    return of_another(text, said, f"{form.names(one.ref.hit)}{one.lead}\n{around(one.ref).whole}\n{said}")


def _by_codes(text: str, candidates: Sequence[Quotable], scores: Sequence[float]) -> list[float]:
    """The scores, less for the sentences without the codes that are asked for, where one has them all."""
    codes = [code.casefold() for code in _CODE.findall(text)]
    has = [all(code in one.text.casefold() for code in codes) for one in candidates]
    return [score if mine or not any(has) else score - OTHER_CODE for score, mine in zip(scores, has, strict=True)]


def _by_rows(
    question: Question, candidates: Sequence[Quotable], covered: Sequence[float], scores: Sequence[float]
) -> list[float]:
    """The scores, less for a row as far as another one of its passage has more of the question, or any has more cells named."""
    tables = [one.ref.hit.place if is_row(one) else None for one in candidates]
    most = dict[Place | None, float]()
    for table, share in zip(tables, covered, strict=True):
        most[table] = max(most.get(table, 0.0), share)
    named = list(map(len, cells_named(question, candidates, several=asked_for(question.text).several)))
    most_named = max(named, default=0)
    return [
        score - (OTHER_ROW * (most[table] - share) + MENTIONED * (most_named - n) if table else 0.0)
        for score, table, share, n in zip(scores, tables, covered, named, strict=True)
    ]


def all_signs(
    question: Question, hits: Sequence[Hit], network: Network | None, text: str = ""
) -> tuple[list[Quotable], list[Signs]]:
    """What may be quoted, with what is known of it; `text` is the question as the network is asked it, if in other words."""
    asked, shares = asked_for(question.text), form.headed(question, hits)
    found = [(one, n) for n, hit in enumerate(hits) for one in units(hit, asked, headed=shares[n] > 0)]
    candidates = [one for one, _ in found]
    if not candidates:
        candidates = [Quotable((SentenceRef(hit, span),), "", 0.0) for hit in hits for span in hit.sentences]
        return candidates, list(_signs(question, candidates, {}, [0.0] * len(candidates)))
    told = form.told(question, asked, candidates, [shares[n] for _, n in found])
    margins = _margins(network, text or question.text, hits) if network else {}
    return candidates, list(_signs(question, candidates, margins, told))


def _beginnings(hits: Sequence[Hit]) -> list[SentenceRef]:
    """The first sentences of one document, or the first one of each of several."""
    each = MOST_SENTENCES if len(hits) == 1 else 1
    return [SentenceRef(hit, span) for hit in hits for span in hit.sentences[:each]][:MOST_SENTENCES]


def _with_others(ranked: _Ranked, asked: Asked) -> list[SentenceRef]:
    """The best sentence with what belongs to it, and such others as are nearly as good and say something else."""
    most, chosen = ranked.scores[ranked.order[0]], _whole(ranked.first, asked)
    if len(chosen) == 1 and ranked.first.lead.rstrip().endswith("?"):
        chosen = paragraph(ranked.first.ref, MOST_SENTENCES, MOST_CHARS)
    if len(chosen) > 1:
        return chosen
    for n in ranked.order[1:]:
        others = ranked.candidates[n].refs
        room = sum(len(one.quote) for one in (*chosen, *others)) <= MOST_CHARS
        close = CLOSE_BESIDE if others[0].hit is ranked.first.ref.hit else CLOSE
        fits = len(chosen) + len(others) <= MOST_SENTENCES and room and ranked.scores[n] >= most - close
        if fits and all(ref.quote != one.quote for one in chosen for ref in others):
            chosen += others
    return chosen


def _whole(one: Quotable, asked: Asked) -> list[SentenceRef]:
    """What is quoted of a candidate: itself, or a sentence with what it leads to."""
    return list(one.refs) if len(one.refs) > 1 else whole(one.ref, asked)


def _signs(
    question: Question, candidates: Sequence[Quotable], margins: Mapping[SentenceRef, float], told: Sequence[float]
) -> Iterator[Signs]:
    """What is known of each; where the network was asked, its margin is at least what the form tells.

    A list below a heading that tells of it is as near to the question as the best passage of its document.
    """
    kind = kind_of(question.text)
    found = question.find([one.text for one in candidates])
    best = {one.ref.hit.place.source: one.ref.hit.score for one in sorted(candidates, key=lambda one: one.ref.hit.score)}
    for one, words, least in zip(candidates, found, told, strict=True):
        fits = kind is not None and any(kind.search(ref.quote) for ref in one.refs)
        order = _in_order([n for n, _, _ in words], question.weights)
        margin = max(least, *(margins[ref] for ref in one.refs)) if margins else 0.0
        hit = one.ref.hit
        passage = best[hit.place.source] if least > 0 and len(one.refs) > 1 else hit.score
        yield Signs(question.share(words), order, passage, max(0.0, one.likeness), float(fits), margin)


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


def _margins(network: Network, text: str, hits: Sequence[Hit]) -> dict[SentenceRef, float]:
    found = network.margins(text, hits)
    return {
        SentenceRef(hit, span): margin
        for hit, margins in zip(hits, found, strict=True)
        for span, margin in zip(hit.sentences, margins, strict=True)
    }
