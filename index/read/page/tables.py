"""Tables on pages: lines that stand in columns become rows, each in one line, with the cells that are wrapped.

Owns which lines are a table: such as follow each other in the file, each below one cell of the first row. When in doubt they
are none, and stay as they are. What a row reads like is told in `draft/rows.py`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean, median

from index.read.draft.rows import cells, is_header
from index.read.page.line import Line
from index.read.page.words import joined

LEAST_ROWS, MOST_LINES = 2, 4
"""A table has so many rows below its names, and a name at most so many lines."""

LONGEST_NAME, LOWER = 60, 0.3
"""A column's name has at most so many characters; prose has more than this share of lines that begin in small letters."""

_Row = dict[int, list[Line]]
"""The lines of each column's cell."""


@dataclass(slots=True)
class _Region:
    """Lines that stand in columns, as they follow each other, with the sides of each column."""

    columns: list[tuple[float, float]]
    lines: list[Line]
    places: list[int]

    def column(self, line: Line) -> int | None:
        """The one column that a line stands in; None for a line across several, or beside another one of the same cell."""
        away = [max(left - line.right, line.left - right) for left, right in self.columns]
        near = min(range(len(away)), key=away.__getitem__)
        if sum(one < 0 for one in away) > 1 or away[near] > 2 * line.size:
            return None
        last = next((one for one, n in zip(self.lines[::-1], self.places[::-1], strict=True) if n == near), None)
        return None if last and last.beside(line) else near

    def takes(self, line: Line) -> bool:
        """Take the next line, if it is one of the table."""
        if self.lines:
            first, low = self.lines[0], min([one.bottom for one in self.lines[-20:]])
            far = line.top < low - 5 * first.size or line.bottom > first.bottom + 0.5 * first.size
            if far or abs(line.size - first.size) > 0.35 * first.size:
                return False
        place = self.column(line)
        if place is None or line.upright or line.aside:
            return False
        left, right = self.columns[place]
        self.columns[place] = min(left, line.left), max(right, line.right)
        self.lines.append(line)
        self.places.append(place)
        return True


@dataclass(frozen=True, slots=True)
class _Table:
    """A table's columns, and their names if they have any."""

    columns: list[tuple[float, float]]
    names: dict[int, str]

    def line(self, text: dict[int, str], row: _Row) -> Line:
        """A row as a line that stands where its cells do."""
        names = {} if text == self.names else self.names
        said = cells([f"{names[n]}: {value}" if names.get(n) else value for n, value in text.items()])
        lines = [line for cell in row.values() for line in cell]
        left, right = min(line.left for line in lines), max(line.right for line in lines)
        bottom, top = min(line.bottom for line in lines), max(line.top for line in lines)
        return Line(said, left, bottom, right, top, median(line.size for line in lines), row=True)


class Tables:
    """The tables of a document, page by page; one goes on where the next page begins with lines in its columns."""

    def __init__(self, words: Counter[str]) -> None:
        """`words` tell which hyphens stay."""
        self._words = words
        self._open: _Table | None = None

    def read(self, lines: Sequence[Line]) -> list[Line]:
        """The lines of a page, those of tables as rows."""
        found: list[Line] = []
        at = 0
        while at < len(lines):
            old = self._open if at == 0 else None
            regions = [_Region(list(old.columns), [], [])] if old else []
            regions += [begun] if (begun := _begun(lines, at)) else []
            rows = next((rows for one in regions if (rows := self._rows(one, lines[at + len(one.lines) :], old))), [])
            count = sum(len(cell) for _, row in rows for cell in row.values())
            found += [line for line, _ in rows] or [lines[at]]
            at += count or 1
            self._open = self._open if rows else None
        return found

    def _rows(self, region: _Region, following: Sequence[Line], old: _Table | None) -> list[tuple[Line, _Row]]:
        """The rows of a table that begins with a region, as lines and in cells; none where it is no table."""
        going = not region.lines
        for line in following:
            if not region.takes(line):
                break
        rows = _rows_in(region) if region.lines else []
        while len(rows) > 1 and len(rows[-1]) == 1 and _cut(region, rows[-1]):  # a line below the table
            rows.pop()
        texts = [{place: joined(cell, self._words) for place, cell in sorted(row.items())} for row in rows]
        if going and old and any(len(row) > 1 for row in rows):
            table = _Table(region.columns, old.names)
        elif not going and _named(rows, texts):
            table = _Table(region.columns, texts[0])
        elif not going and _unnamed(rows, texts):
            table = _Table(region.columns, {})
        else:
            return []
        self._open = table
        return [(table.line(text, row), row) for text, row in zip(texts, rows, strict=True)]


def _begun(lines: Sequence[Line], at: int) -> _Region | None:
    """The first row of what may be a table: lines side by side, each with those that are wrapped below it."""
    first = lines[at]
    if not any(line.left > first.right and line.beside(first) for line in lines[at + 1 : at + 1 + MOST_LINES]):
        return None
    region = _Region([(first.left, first.right)], [first], [0])
    height = 1
    for line in lines[at + 1 :]:
        last, (left, right) = region.lines[-1], region.columns[-1]
        beside = line.left > right + 0.3 * line.size and line.beside(first)
        below = 0 < last.bottom - line.bottom < 1.4 * line.size and left < line.right and line.left < right
        if line.upright or line.aside or not (beside or (below and height < MOST_LINES and not last.beside(line))):
            break
        if beside:
            region.columns.append((line.left, line.right))
        height = 1 if beside else height + 1
        region.lines.append(line)
        region.places.append(len(region.columns) - 1)
        region.columns[-1] = min(region.columns[-1][0], line.left), max(region.columns[-1][1], line.right)
    while len(region.lines) > 1 and region.lines[-1].bottom < min(one.bottom for one in region.lines[:-1]) - 1:
        region.places.pop()  # may be of the next row
        region.lines.pop()
    if len(region.columns) < 2:
        return None
    following = lines[at + len(region.lines) : at + len(region.lines) + 1]
    if following and following[0].right < region.columns[0][0] and following[0].top < first.bottom + 0.5 * first.size:
        region.columns.insert(0, (following[0].left, following[0].right))  # the first column has no name
        region.places[:] = [place + 1 for place in region.places]
    return region


def _cut(region: _Region, row: _Row) -> bool:
    """Take a row off the end, if its lines are the last in the file, too."""
    lines = [line for cell in row.values() for line in cell]
    if {id(line) for line in lines} != {id(line) for line in region.lines[-len(lines) :]}:
        return False
    del region.lines[-len(lines) :], region.places[-len(lines) :]
    return True


def _visual(region: _Region) -> list[_Row]:
    """Rows of single lines, from the top down."""
    rows: list[_Row] = []
    for line, place in sorted(zip(region.lines, region.places, strict=True), key=lambda one: -one[0].top):
        if rows and place not in rows[-1] and _first(rows[-1]).beside(line):
            rows[-1][place] = [line]
        else:
            rows.append({place: [line]})
    return rows


def _first(row: _Row) -> Line:
    return next(iter(row.values()))[0]


def _rows_in(region: _Region) -> list[_Row]:
    """Rows with the lines of cells that are wrapped: the gaps in the column of most lines part them, else the first column."""
    columns: dict[int, list[Line]] = {}
    for line, place in sorted(zip(region.lines, region.places, strict=True), key=lambda one: -one[0].top):
        columns.setdefault(place, []).append(line)
    longest = max(columns.values(), key=len)
    drops = [a.bottom - b.bottom for a, b in pairwise(longest)]
    gaps = [drop > 1.2 * min(drops) for drop in drops]
    if not any(gaps) or all(gaps) or min(drops) > 1.5 * longest[0].size:
        return list(_by_first_column(_visual(region)))
    begins = [0, *(n for n, gap in enumerate(gaps, start=1) if gap)]
    ends = [(longest[a].top, longest[b - 1].bottom) for a, b in pairwise([*begins, len(longest)])]
    rows: list[_Row] = [{} for _ in ends]
    others: list[_Row] = []
    for place, lines in sorted(columns.items()):
        for line in lines:
            middle = (line.top + line.bottom) / 2
            away = [max(low - middle, middle - high) for high, low in ends]
            near = min(range(len(ends)), key=away.__getitem__)
            row = (
                rows[near] if away[near] < 0.7 * line.size else next((one for one in others if _first(one).beside(line)), None)
            )
            if row is None:
                row = {}
                others.append(row)
            row.setdefault(place, []).append(line)
    rows = sorted(
        [row for row in (*rows, *others) if row], key=lambda row: -max(line.top for cell in row.values() for line in cell)
    )
    several = any(
        a.beside(b) or _figure(a) == _figure(b) != "" for row in rows for cell in row.values() for a, b in pairwise(cell)
    )
    return list(_by_first_column(_visual(region))) if several else rows


def _figure(line: Line) -> str:
    """ "#" for a line that is a figure or a dash; such are not wrapped, so that two are cells of two rows."""
    return "#" if re.fullmatch(r"\W*\d\S*(?:\s\S{1,3})?|[-–—]", line.text) else ""


def _by_first_column(rows: Sequence[_Row]) -> Iterator[_Row]:
    """Rows where a line stands in the first column, or lines in most of them."""
    current = rows[0]
    for row in rows[1:]:
        goes_on = row.keys() == {0} and _first(row).text[:1].islower()
        far = min(line.bottom for cell in current.values() for line in cell) - _first(row).bottom > 1.6 * _first(row).size
        if far or (_begins(row, rows) and not goes_on):
            yield current
            current = row
        else:
            current = {n: [*current.get(n, []), *row.get(n, [])] for n in sorted(current | row)}
    yield current


def _begins(row: _Row, rows: Sequence[_Row]) -> bool:
    """Whether a row of lines has something in the first column, or in most of them."""
    most = max(map(len, rows))
    return min(n for one in rows for n in one) in row or len(row) * 5 > 3 * most


def _named(rows: Sequence[_Row], texts: Sequence[dict[int, str]]) -> bool:
    """Whether the first row names the columns: it is unlike the others, by its letters, without their figures or shorter."""
    if len(rows) <= LEAST_ROWS or max(map(len, texts[0].values())) > LONGEST_NAME or _listed(texts):
        return False
    years = 0 not in texts[0] and all(re.fullmatch(r"(?:19|20)\d\d", name) for name in texts[0].values())
    if years or not is_header(list(texts[0].values())):
        return years
    if len(texts[0]) < max(map(len, texts)) - 1 or sum(len(text) > 1 for text in texts[1:]) * 2 < len(texts) - 1:
        return False
    bold = all(line.bold for cell in rows[0].values() for line in cell)
    other = not all(line.bold for row in rows[1:] for cell in row.values() for line in cell)
    columns = [[text[n] for text in texts[1:] if n in text] for n in texts[0]]
    figured = [sum(bool(re.search(r"\d", value)) for value in column) > 0.6 * len(column) for column in columns if column]
    plain = [not re.search(r"\d", name) for name, column in zip(texts[0].values(), columns, strict=True) if column]
    values = [len(value) for column in columns for value in column]
    short = len(texts[0]) > 2 and mean(map(len, texts[0].values())) < 0.6 * mean(values or [0])
    return (bold and other) or any(a and b for a, b in zip(figured, plain, strict=True)) or (short and not _prose(texts))


def _unnamed(rows: Sequence[_Row], texts: Sequence[dict[int, str]]) -> bool:
    """Whether rows without names are a table all the same: most have all of three columns or more, and it is no prose."""
    most = max(map(len, texts), default=0)
    full = sum(len(text) == most for text in texts)
    return most > 2 and full > LEAST_ROWS and full * 2 > len(rows) and not _prose(texts)


def _listed(texts: Sequence[dict[int, str]]) -> bool:
    """Whether the first column holds marks of a list alone."""
    marks = [text[0] for text in texts[1:] if 0 in text]
    two = max(map(len, texts)) == 2
    return two and all(re.fullmatch(r"\W|\W?(?:\d{1,2}(?:\.\d+)*|[a-zA-Z])[.):]?", mark) for mark in marks)


def _prose(texts: Sequence[dict[int, str]]) -> bool:
    """Whether many cells begin in small letters."""
    values = [value for text in texts for value in text.values()]
    return sum(value[:1].islower() for value in values) > LOWER * len(values)
