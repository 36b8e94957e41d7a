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
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise, takewhile
from typing import Literal

from index.passage import Span
from index.split import sentences

_MARKER = re.compile(r"[ \t]*(?:(?:[-*+•–]|\d{1,3}[.)]|#{1,6}|>|\[[ xX]\])[ \t]+)*")
_STANDS_ALONE = re.compile(r"[ \t]*(?:(?:[-*+•–]|\d{1,3}[.)]|#{1,6})[ \t]|\||```|~~~)")
_HEADING = re.compile(
    r"[ \t]*(?:#{1,6}[ \t]|\|[^\n]*\n[ \t]*\|?[ \t]*:?-{2,}[-:| \t]*(?:\n|\Z)|(\*\*|__)[^\n.!?。]+\1:?[ \t]*(?:\n|\Z))"
)
"""A line with "#", the first row of a table, a line in bold."""

_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_EMPTY = re.compile(r"[ \t]+(?:[(（][ \t]*[)）]|\*{4})")
_WORDLESS_END = re.compile(r"\n[\W_]*\Z")
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
    """A sentence with what its groups say."""

    text: str
    numbers: tuple[int, ...]
    unknown: bool
    kind: Kind


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
    apart = [mark for mark in marks if not _belongs(plain, units, mark)]
    for _, block in groupby(units, lambda unit: unit.block):
        _settle_block(plain, list(block))
    for unit in units:
        if unit.kind == "label":
            _speak_for(_bare(units, unit.start), unit.marks)
    for at, together in groupby(apart, lambda mark: sum(unit.end < mark.at for unit in units)):
        _speak_for(_bare(units[:at], len(plain)) or units[:at][-1:] or units[:1], list(together))
    return [_claim(plain, unit) for unit in units]


def _claim(plain: str, unit: _Unit) -> Claim:
    numbers = dict.fromkeys(n for mark in unit.marks for n in mark.numbers)
    text = _EMPTY.sub("", plain[unit.start : unit.end])
    return Claim(text, tuple(numbers), any(mark.unknown for mark in unit.marks), unit.kind)


def _units(plain: str) -> list[_Unit]:
    """The sentences with a letter or digit in them, short answers joined to what is behind them."""
    units: list[_Unit] = []
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
        units.append(_Unit(start, end, block, paragraph, _kind(plain, line, start, end)))
    return units


def _kind(plain: str, line: int, start: int, end: int) -> Kind:
    if _LABEL.fullmatch(plain, start, end):
        return "label"
    if _HEADING.match(plain, line):
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
    return start, start + len(_WORDLESS_END.sub("", plain[start:end]).rstrip())


def _joined(plain: str, spans: Sequence[Span]) -> list[Span]:
    """Short answers, "Yes." and the like, are one with the sentence behind them on the line."""
    joined: list[Span] = []
    for start, end in spans:
        short = joined and _SHORT_ANSWER.fullmatch(plain, *joined[-1]) and "\n" not in plain[joined[-1][1] : start]
        joined.append((joined.pop()[0] if short else start, end))
    return joined


def _belongs(plain: str, units: Sequence[_Unit], mark: Mark) -> bool:
    """Give a group to the sentence that it stands in or behind, else to the one behind it on its line (rules 1 and 2)."""
    before = next((u for u in reversed(units) if u.start < mark.at), None)
    if before and (before.kind == "label" or mark.at <= before.end or "\n" not in plain[before.end : mark.at]):
        before.marks.append(mark)
        return True
    behind = next((u for u in units if u.start >= mark.at), None)
    if behind and ("\n" not in plain[mark.at : behind.start] or before is None):
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
        for unit in reversed(block[:-1]):
            if unit.marks:
                break
            unit.marks += ending


def _bare(units: Sequence[_Unit], end: int) -> list[_Unit]:
    """The statements without a group that end the last paragraph or list above a place (rule 4)."""
    above = [unit for unit in units if unit.end <= end and unit.kind == "statement"]
    paragraph = [unit for unit in above if unit.paragraph == above[-1].paragraph]
    return list(takewhile(lambda unit: not unit.marks, reversed(paragraph)))


def _speak_for(units: Sequence[_Unit], marks: Sequence[Mark]) -> None:
    for unit in units:
        unit.marks += marks
