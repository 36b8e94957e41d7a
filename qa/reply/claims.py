"""The sentences of a reply, and which groups of ids belong to each.

Owns these rules, and knows nothing of hits; works on the plain text, which has no groups, and on the places where they stood:

1. A group in a sentence, or behind its full stop, belongs to it.
2. A group at the beginning of a line, before any word, belongs to the sentence behind it; where a block begins so and does not
   end in a group, each of its groups belongs to the sentence behind it.
3. A group behind the full stop that ends a block (a paragraph, a list item) belongs also to the sentences before it in that
   block, back to the last that carries one.
4. Groups on lines of their own, or behind "Sources:", belong to the sentences of the paragraph or list above that carry none,
   back to the last that does; where all do, a line of groups alone to the last of them.

List items, table rows and headings are sentences by themselves, a code fence is one as a whole. Text is without list and
heading marks, and without what has no letter or digit. "Yes." is one with the sentence behind it.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, takewhile
from typing import Literal

from index.passage import Span
from index.split.sentences import sentences

_MARKER = re.compile(r"[ \t]*(?:(?:[-*+•–]|\d{1,3}[.)]|#{1,6}|>|\[[ xX]\])[ \t]+)*")
_STANDS_ALONE = re.compile(r"[ \t]*(?:(?:[-*+•–]|\d{1,3}[.)]|#{1,6})[ \t]|\||```|~~~)")
_HEADING = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]|\|[^\n]*\n[ \t]*+\|?[ \t]*+:?--[-:| \t]*+(?:\n|\Z)|(\*\*|__)[^\n.!?。]+\1:?[ \t]*(?:\n|\Z))"
)
"""A line with "#", the first row of a table, a line in bold."""

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_EMPTY = re.compile(r"(?<![ \t])[ \t]+(?:[(（][ \t]*[)）]|\*{4})")
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")
_ENDED = re.compile(r"[.!?…。！？][\"”’»」』)*_`]*$")
_CLOSERS = re.compile(r"[*_\"”’»」』)]+(?=\s)")
_SHORT_ANSWER = re.compile(r"\W*(?:yes|no|ja|nein|oui|non|sí|no|sì|да|нет|是|是的|不|不是|はい|いいえ)\W*", re.IGNORECASE)
_LABEL = re.compile(r"\W*(?:sources?|references?|citations?|evidence|quellen?|belege?|fuentes?|来源|出典)\W*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """A group at a place in the plain text: the numbers it stands for, and whether one of its ids was unknown."""

    at: int
    numbers: tuple[int, ...]
    unknown: bool


Kind = Literal["statement", "lead-in", "heading", "label"]
"""A lead-in ends with a colon; a label is "Sources:", no claim whatever stands behind it; a table's first row is a heading."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence with what its groups say; `block` counts the paragraphs and list items of the reply."""

    text: str
    numbers: tuple[int, ...]
    unknown: bool
    kind: Kind
    block: int = 0


@dataclass(slots=True)
class _Unit:
    """A sentence at a place in the plain text; `block` and `paragraph` count those of the reply."""

    start: int
    end: int
    block: int
    paragraph: int
    kind: Kind
    marks: list[Mark] = field(default_factory=list)


def claims(plain: str, marks: Sequence[Mark]) -> list[Claim]:
    """The sentences of a reply in order, each with the numbers of the groups that belong to it."""
    units = _units(plain)
    starts, ends = [unit.start for unit in units], [unit.end for unit in units]
    apart = [mark for mark in marks if not _belongs(plain, units, bisect_left(starts, mark.at), mark)]
    for _, block in groupby(units, lambda unit: unit.block):
        _settle_block(plain, list(block))
    statements = [unit for unit in units if unit.kind == "statement"]
    for unit in units:
        if unit.kind == "label":
            _speak_for(_bare(statements, unit.start), unit.marks)
    for at, together in groupby(apart, lambda mark: bisect_left(ends, mark.at)):
        above = _bare(statements, starts[at] if at < len(units) else len(plain))
        _speak_for(above or units[max(0, at - 1) : max(1, at)], list(together))
    return [_claim(plain, unit) for unit in units]


def _claim(plain: str, unit: _Unit) -> Claim:
    marks = unit.marks
    numbers = marks[0].numbers if len(marks) == 1 else tuple(dict.fromkeys(n for mark in marks for n in mark.numbers))
    text = _EMPTY.sub("", plain[unit.start : unit.end])
    return Claim(text, numbers, any(mark.unknown for mark in marks), unit.kind, unit.block)


def _units(plain: str) -> list[_Unit]:
    """The sentences with a letter or digit in them, short answers joined to what is behind them."""
    units: list[_Unit] = []
    headings: dict[int, bool] = {}  # by the beginnings of lines: one of many sentences is looked at once
    block = paragraph = 0
    for start, end in _joined(plain, _spans(plain)):
        between = plain[units[-1].end if units else 0 : start]
        line = plain.rfind("\n", 0, start) + 1
        begins_line = _MARKER.fullmatch(plain, line, start) is not None
        paragraph += _BLANK_LINE.search(between) is not None
        block += (
            not units
            or units[-1].paragraph != paragraph
            or (begins_line and _STANDS_ALONE.match(plain, line) is not None)
            or (units[-1].kind == "heading" and "\n" in between)
        )
        if line not in headings:
            headings[line] = _HEADING.match(plain, line) is not None
        units.append(_Unit(start, end, block, paragraph, _kind(plain, headings[line], start, end)))
    return units


def _kind(plain: str, heads: bool, start: int, end: int) -> Kind:
    if _LABEL.fullmatch(plain, start, end):
        return "label"
    if heads:
        return "heading"
    return "lead-in" if plain[start:end].rstrip("*_ ").endswith((":", "：")) else "statement"


def _spans(plain: str) -> list[Span]:
    """Sentences without marks and white space around them; a fence's lines are one."""
    found: list[Span] = []
    fence: int | None = None
    for start, end in _tiles(plain):
        if _FENCE.match(plain[start:end].lstrip()):
            if fence is not None:
                found.append((fence, start))
            fence = end if fence is None else None
        elif fence is None:
            found.append((start, end))
    if fence is not None:
        found.append((fence, len(plain)))
    return [span for span in (_trimmed(plain, *span) for span in found) if re.search(r"\w", plain[span[0] : span[1]])]


def _tiles(plain: str) -> list[Span]:
    """Spans that tile the text, "**" and the like behind a full stop given to the sentence that it ends."""
    starts = []
    for start, _ in sentences(_HALF_CHARACTER.sub("\ufffd", plain)):
        closers = _CLOSERS.match(plain, start) if start and not plain[start - 1].isspace() else None
        starts.append(closers.end() if closers else start)
    return list(pairwise([*starts, len(plain)]))


def _trimmed(plain: str, start: int, end: int) -> Span:
    """A span without a list's or heading's mark, and without white space at its ends."""
    inked = start + len(plain[start:end]) - len(plain[start:end].lstrip())
    marker = _MARKER.match(plain, inked, end)
    start = marker.end() if marker else inked
    worded = next((i for i in range(end, start, -1) if plain[i - 1].isalnum()), start)
    line = plain.find("\n", worded, end)
    return start, start + len(plain[start : end if line < 0 else line].rstrip())


def _joined(plain: str, spans: Sequence[Span]) -> list[Span]:
    """Short answers, "Yes." and the like, are one with the sentence behind them on the line."""
    joined: list[Span] = []
    for start, end in spans:
        short = joined and _SHORT_ANSWER.fullmatch(plain, *joined[-1]) and "\n" not in plain[joined[-1][1] : start]
        joined.append((joined.pop()[0] if short else start, end))
    return joined


def _belongs(plain: str, units: Sequence[_Unit], at: int, mark: Mark) -> bool:
    """Give a group to the sentence that it stands in or behind, else to the one behind it on its line (rules 1 and 2).

    `units[at]` is the first that begins behind it.
    """
    before = units[at - 1] if at else None
    if before and (before.kind == "label" or mark.at <= before.end or plain.find("\n", before.end, mark.at) < 0):
        before.marks.append(mark)
        return True
    behind = units[at] if at < len(units) else None
    if behind and (plain.find("\n", mark.at, behind.start) < 0 or before is None):
        behind.marks.append(mark)
        return True
    return False


def _settle_block(plain: str, block: Sequence[_Unit]) -> None:
    """Groups that lead are moved to the sentence behind them (rule 2); one that ends the block speaks for it (rule 3)."""
    first, last = block[0], block[-1]
    ending = [mark for mark in last.marks if mark.at >= last.end]
    if any(mark.at <= first.start for mark in first.marks) and not ending:
        for unit, behind in zip(block[-2::-1], block[:0:-1], strict=True):
            behind.marks = [mark for mark in unit.marks if mark.at >= unit.end] + behind.marks
            unit.marks = [mark for mark in unit.marks if mark.at < unit.end]
    elif ending and _ENDED.search(plain, last.start, last.end):
        _speak_for(list(takewhile(lambda unit: not unit.marks, block[-2::-1])), ending)


def _bare(statements: Sequence[_Unit], end: int) -> list[_Unit]:
    """The statements without a group that end the last paragraph or list above a place (rule 4)."""
    last = bisect_right(statements, end, key=lambda unit: unit.end) - 1
    above = (statements[i] for i in range(last, -1, -1))
    return list(takewhile(lambda unit: not unit.marks and unit.paragraph == statements[last].paragraph, above))


def _speak_for(units: Sequence[_Unit], marks: Sequence[Mark]) -> None:
    """Give each sentence all of the groups, as one: there may be many of both."""
    if not units or not marks:
        return
    numbers = dict.fromkeys(n for mark in marks for n in mark.numbers)
    together = Mark(marks[-1].at, tuple(numbers), any(mark.unknown for mark in marks))
    for unit in units:
        unit.marks.append(together)
