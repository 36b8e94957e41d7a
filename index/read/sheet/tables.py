"""Spreadsheets: the tables of a sheet: where each begins, what its columns are called, and its rows with those names.

Owns headers, also of two rows, merged cells, and tables below and beside each other; knows nothing of XML.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice

from index.read.draft.draft import one_line
from index.read.draft.grid import two_rows
from index.read.draft.rows import MOST_TITLES, cells, is_header
from index.read.sheet.cells import Row

AHEAD = 40
"""So many rows of a block are looked at before it is decided which tables it holds."""

Lines = Iterator[tuple[Row, list[str]]]
Group = tuple[int, int]
"""The first and the last column of a table."""


class Tables:
    """The tables of one sheet, by the ranges that are merged in it."""

    def __init__(self, merged: Mapping[tuple[int, int], tuple[int, int]], left: int = 0, titles: int = 0) -> None:
        """`merged` has for the first row and column of each range the last ones; `left` is the first column of a table."""
        self._left = left
        self._merged = merged
        self._down: dict[int, tuple[str, int]] = {}  # by column: what goes on from above, and to which row
        self._names: dict[int, str] = {}
        self._titles = titles

    def lines(self, rows: Iterable[Row]) -> Lines:
        """Each row with its lines, one for each table that it belongs to."""
        for block in _blocks(rows):
            head = list(islice(block, AHEAD))
            groups = _beside(head)
            if len(groups) > 1:
                yield from self._several(head, block, groups)
            else:
                yield from self._one(head, block)

    def _several(self, head: list[Row], rest: Iterator[Row], groups: Sequence[Group]) -> Lines:
        """Tables beside each other, each with its own names."""
        tables = [Tables(self._merged, first, MOST_TITLES) for first, _ in groups]
        for n, row in enumerate(chain(head, rest)):
            lines = []
            for table, (first, last) in zip(tables, groups, strict=True):
                own = _part(row, first, last)
                if own.cells:
                    following = [_part(other, first, last) for other in head[n + 1 : n + 3]]
                    lines += [line for line in [table.line(own, following)[0]] if line]
            yield row, lines
        self._names = {}

    def _one(self, head: list[Row], rest: Iterator[Row]) -> Lines:
        if head and (not self._names or self._is_new(head)):
            self._titles, self._names = MOST_TITLES, {}
        skip = False
        for n, row in enumerate(head):
            if skip:
                skip = False
                yield row, []
                continue
            line, skip = self.line(row, head[n + 1 : n + 3])
            yield row, [line]
        for row in rest:
            yield row, [self.line(row, ())[0]]

    def _is_new(self, head: list[Row]) -> bool:
        """Whether a block behind a gap is another table, not more rows of the last one."""
        titles = [row for row in head[:MOST_TITLES] if len(row.cells) > 1]
        if not titles:
            return False
        first, following = titles[0], head[head.index(titles[0]) + 1 :][:1]
        if not is_header(list(first.cells.values())) or len(first.words) < len(first.cells) - _years(first):
            return False
        other = not first.cells.keys() <= self._names.keys()
        numbers = any(len(row.words) < len(row.cells) for row in following)
        return other or numbers or (first.bold and bool(following) and not following[0].bold) or titles[0] is not head[0]

    def line(self, row: Row, following: Sequence[Row]) -> tuple[str, bool]:
        """A row in one line, and whether the next row is part of it, as the second one of a header."""
        if self._titles:
            self._titles = self._titles - 1 if len(row.cells) == 1 else 0
            over = self._two(row, following)
            if over or is_header(list(row.cells.values())):
                self._names = over or {column: one_line(text) for column, text in row.cells.items()}
                self._keep(row)
                first = min(self._names)
                columns = range(first if first > AHEAD else min(self._left, first), max(self._names) + 1)
                return cells([self._names.get(column, "") for column in columns]), bool(over)
        filled = self._filled(row)
        return cells([self._named(column, text) for column, text in sorted(filled.items())]), False

    def _named(self, column: int, text: str) -> str:
        name = self._names.get(column, "")
        return f"{name}: {text}" if name else text

    def _keep(self, row: Row) -> None:
        """Remember what of a row goes on below it."""
        for column, text in row.cells.items():
            bottom = self._merged.get((row.number, column), (row.number, column))[0]
            if bottom > row.number:
                self._down[column] = text, bottom

    def _filled(self, row: Row) -> dict[int, str]:
        """A row's cells with those that go on from above."""
        held = {column: text for column, (text, bottom) in self._down.items() if row.number <= bottom}
        self._down = {column: self._down[column] for column in held}
        self._keep(row)
        return {**held, **row.cells}

    def _two(self, row: Row, following: Sequence[Row]) -> dict[int, str]:
        """The names of columns over which this row and the next one stand, or nothing where they are no header."""
        if len(following) < 2 or len(row.cells) < 2:
            return {}
        under, first = following[0], min(*row.cells, *following[0].cells)
        last = max(*row.cells, *under.cells)
        if under.number != row.number + 1 or len(under.words) < len(under.cells) or last - first > MOST_WIDE:
            return {}
        above = self._over(row, under, first, last)
        if not above:
            return {}
        below = [one_line(under.cells.get(column, "")) for column in range(first, last + 1)]
        names = two_rows(above, below)
        return {first + n: name for n, name in enumerate(names) if name}

    def _over(self, row: Row, under: Row, first: int, last: int) -> list[str]:
        """The upper row with each text over its columns, or nothing where it has none that goes over several."""
        spans = {c: self._merged[row.number, c][1] for c in row.cells if (row.number, c) in self._merged}
        wide = any(end > column for column, end in spans.items())
        twice = len(set(under.cells.values())) < len(under.cells)
        if not wide and not (twice and len(row.cells) < len(under.cells)):
            return []
        names, text, end = [], "", -1
        for column in range(first, last + 1):
            if column in row.cells:
                text = one_line(row.cells[column])
                end = spans.get(column, column if wide else last)
            names.append(text if column <= end else "")
        return names


MOST_WIDE = 500
"""Columns of a table that has a header of two rows."""


def _years(row: Row) -> int:
    return len(row.cells) - len(row.words)


def _blocks(rows: Iterable[Row]) -> Iterator[Iterator[Row]]:
    """Runs of rows without a blank one between them; each is to be taken before the next."""
    iterator = iter(rows)
    waiting = list(islice(iterator, 1))

    def block() -> Iterator[Row]:
        row = waiting.pop()
        yield row
        for other in iterator:
            if other.number != row.number + 1:
                waiting.append(other)
                return
            row = other
            yield row

    while waiting:
        yield block()


def _beside(head: list[Row]) -> list[Group]:
    """The tables beside each other in a block: parted by blank columns, each with a header of its own."""
    used = sorted({column for row in head for column in row.cells})
    if not used or len(head) < 2:
        return []
    groups: list[Group] = []
    for column in used:
        if groups and groups[-1][1] == column - 1:
            groups[-1] = groups[-1][0], column
        else:
            groups.append((column, column))
    for first, last in groups:
        own = [part for row in head if (part := _part(row, first, last)).cells]
        wide = [row for row in own if len(row.cells) > 1]
        if len(own) < 2 or not wide or not is_header(list(wide[0].cells.values())):
            return []
    return groups


def _part(row: Row, first: int, last: int) -> Row:
    """What of a row stands in these columns."""
    own = {column: text for column, text in row.cells.items() if first <= column <= last}
    return Row(row.number, own, row.words & own.keys(), row.bold, [])
