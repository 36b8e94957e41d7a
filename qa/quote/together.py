"""What belongs together in a passage: a list with its lead-in, a command or code whole, a paragraph around a sentence.

Owns how far that reaches; offsets count characters of the source's text.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from index.passage import Hit, Span
from index.split.lines import Line, lines_of
from qa.answer import SentenceRef, Surroundings
from qa.quote.asked import Asked
from qa.quote.sentences import Quotable, names_of_columns, quotable

MOST_ITEMS, MOST_CHARS = 12, 1500
"""Sentences of a list or lines of code that are quoted together, and characters that are shown around a sentence."""


_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")


def whole(ref: SentenceRef, asked: Asked) -> list[SentenceRef]:
    """A sentence with what it leads to: the list, rows or code below one that ends in a colon, and the rest of its code.

    Where a list, steps or rows are asked for, one of them brings the others, and a sentence above steps brings these.
    """
    return [SentenceRef(ref.hit, span) for span in _Passage(ref.hit).whole(ref.hit.sentences.index(ref.span), asked)]


def units(hit: Hit, asked: Asked, *, headed: bool = False) -> Iterator[Quotable]:
    """What of a passage may be the answer: its sentences, and as one each record, and each list where all is asked for.

    `headed` tells that its heading is in the words of the question: what stands right below one is asked for as a whole.
    """
    passage, single = _Passage(hit), list(quotable(hit, mail=asked.mail, questions=asked.questions))
    at = {span: n for n, span in enumerate(hit.sentences)}
    by_span = {one.ref.span: one for one in single}
    taken = set[Span]()
    for one in single:
        if one.ref.span in taken:
            continue
        spans, every = [one.ref.span], asked.every or (headed and one.lead != "")
        if every or _RECORD.match(one.ref.quote):
            together = passage.whole(at[one.ref.span], replace(asked, every=every))
            spans = [span for span in together if span in by_span and span not in taken]
        taken.update(spans)
        nearest = max(by_span[span].likeness for span in spans)
        yield replace(one, refs=tuple(by_span[span].ref for span in spans), likeness=nearest)


_RECORD = re.compile(r"(?:[^\s:=]*\[\d+\])(?=[.\w])|[ \t]*(?=<([\w:-]+)(?:\s[^<>]*)?>[^<>]*</\1>\s*$)")
"""What the fields of a record begin with: the path of JSON up to its number, or an element of XML in a line of its own."""


def is_row(one: Quotable) -> bool:
    """Whether a candidate is a row of a table, or a record."""
    return one.ref.quote.startswith("|") or (len(one.refs) > 1 and _RECORD.match(one.ref.quote) is not None)


def paragraph(ref: SentenceRef, most: int, chars: int) -> list[SentenceRef]:
    """A sentence with those that follow it in its paragraph, so many at most and so long."""
    end, found = _around(ref)[1], [SentenceRef(ref.hit, span) for span in ref.hit.sentences if span[0] >= ref.span[0]]
    return [one for one in found[:most] if one.span[1] <= min(end, ref.span[0] + chars)] or [ref]


def around(ref: SentenceRef) -> Surroundings:
    """The paragraph that a sentence stands in, or its list with what leads to it; it alone where that is too long."""
    start, end = _around(ref)
    hit, shift = ref.hit, ref.hit.place.start
    before, after = hit.text[start - shift : ref.span[0] - shift], hit.text[ref.span[1] - shift : end - shift]
    return Surroundings(hit.place.inner(*ref.span, hit.text), before, ref.quote, after)


def _around(ref: SentenceRef) -> Span:
    hit, lines = ref.hit, _Passage(ref.hit)
    kind = lines.kind(ref.span)
    if kind == "row":
        return ref.span
    first, last = lines.at(ref.span[0]), lines.at(ref.span[1] - 1)
    while first and lines.joins(first - 1, kind):
        first -= 1
    while last + 1 < len(lines.lines) and lines.joins(last + 1, kind):
        last += 1
    above = first - 1
    while above >= 0 and lines.lines[above].kind in ("blank", "tail"):
        above -= 1
    if kind != "prose" and above >= 0 and lines.lines[above].body.endswith(":"):
        first = above
    start, end = hit.place.start + lines.lines[first].start, hit.place.start + lines.lines[last].end
    start, end = min(start, ref.span[0]), max(end, ref.span[1])
    return (start, end) if end - start <= MOST_CHARS else ref.span


class _Passage:
    """The lines of a passage, and the kind of each sentence: that of the line it begins on."""

    def __init__(self, hit: Hit) -> None:
        self.hit = hit
        self.lines: Sequence[Line] = lines_of(hit.text)

    def whole(self, at: int, asked: Asked) -> list[Span]:
        """The sentences that stand together with one."""
        kinds, sentences = self.kinds, self.hit.sentences
        first = last = at
        below = kinds[at + 1] if at + 1 < len(kinds) else ""
        leads = self.hit.sentence(sentences[at]).endswith(":")
        if kinds[at] == "code" or (kinds[at] == "item" and asked.every) or (kinds[at] == "row" and asked.listed):
            first, last = self.end(at, -1), self.end(at, 1)
            first -= bool(first) and kinds[at] != "code" and self.hit.sentence(sentences[first - 1]).endswith(":")
        elif (below in ("item", "code", "row") and leads) or (below == "item" and asked.steps):
            last = self.end(at + 1, 1)
        found = [span for span in sentences[first : last + 1] if span[0] not in self.names and not self.fences(span)]
        found = found if len(found) > 1 else self.record(at)
        return found if sentences[at] in found and len(found) <= MOST_ITEMS else [sentences[at]]

    def end(self, n: int, step: int) -> int:
        """The last of the same kind that stands together with a sentence, upwards or downwards."""
        while 0 <= n + step < len(self.kinds) and self.kinds[n + step] == self.kinds[n] and not self.parted(min(n, n + step)):
            n += step
        return n

    def record(self, at: int) -> list[Span]:
        """The fields of a record that stand together with one."""
        begins = self.fields
        first = last = at
        while begins[at] is not None and first and begins[first - 1] == begins[at]:
            first -= 1
        while begins[at] is not None and last + 1 < len(begins) and begins[last + 1] == begins[at]:
            last += 1
        return list(self.hit.sentences[first : last + 1])

    @cached_property
    def kinds(self) -> list[str]:
        """Those of its sentences."""
        return [self.kind(span) for span in self.hit.sentences]

    @cached_property
    def names(self) -> set[int]:
        """Where the names of columns begin."""
        return names_of_columns(self.hit)

    @cached_property
    def fields(self) -> list[str | None]:
        """What each sentence begins with as a field of a record; None for one that is none."""
        return [found[0] if (found := _RECORD.match(self.hit.sentence(span))) else None for span in self.hit.sentences]

    def fences(self, span: Span) -> bool:
        """Whether a sentence begins or ends code."""
        return _FENCE.match(self.hit.sentence(span)) is not None

    def at(self, place: int) -> int:
        """The line of a place in the source's text."""
        return bisect_right(self.lines, place - self.hit.place.start, key=lambda line: line.start) - 1

    def kind(self, span: Span) -> str:
        """What the line is that a sentence begins on: prose, item, row or code."""
        return self.lines[self.at(span[0])].kind

    def parted(self, n: int) -> bool:
        """Whether a line of another kind stands between a sentence and the next."""
        one, other = self.at(self.hit.sentences[n][1] - 1), self.at(self.hit.sentences[n + 1][0])
        return any(line.kind in ("heading", "prose") for line in self.lines[one + 1 : other])

    def joins(self, n: int, kind: str) -> bool:
        """Whether a line goes on with a paragraph, a list or code of this kind; lines below an item may be its own."""
        return self.lines[n].kind == kind or (kind == "item" and self.lines[n].kind == "prose" and self.belongs(n))

    def belongs(self, n: int) -> bool:
        """Whether a line of prose stands below an item, with no line between."""
        while n and self.lines[n].kind == "prose":
            n -= 1
        return self.lines[n].kind == "item"
