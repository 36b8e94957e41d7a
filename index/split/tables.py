"""Tables in a text: which columns a row has, where it stands apart from the row that names them.

Owns what a table's header is; the names travel with a passage as its last heading.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.passage import BETWEEN, LEVEL, columns_in
from index.read.draft.rows import has_figures, is_header, is_year, over
from index.split.lines import Line, lines_of

LONGEST = 300
"""Characters of the names of columns that are carried along."""

_BAR = re.compile(r"(?<!\\)\|")
RULE = re.compile(r"\s*\|?(?:\s*:?-+:?\s*\|)*\s*:?-+:?\s*\|?\s*")
"""What Markdown has between the names of columns and the rows."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that stand together, from the first one below the names of the columns on."""

    start: int
    end: int
    names: str


def tables(lines: Sequence[Line]) -> Iterator[Table]:
    """The tables of a text that name their columns, in order."""
    run: list[Line] = []
    for line in (*lines, None):
        if line and line.body.lstrip().startswith("|"):
            run.append(line)
        elif run:
            yield from _table(run)
            run = []


def _table(run: Sequence[Line]) -> Iterator[Table]:
    top, last = 0, len(run) - 1
    while top < last - 1 and _is_title(run[top].body, run[top + 1].body):
        top += 1
    if top >= last:
        return
    names = cells_of(run[top].body)
    ruled = RULE.fullmatch(run[top + 1].body) is not None
    first = top + 1 + ruled
    while first < last and _goes_on(names, cells_of(run[first].body)):
        names = over(names, cells_of(run[first].body))
        first += 1
    if first > last or not (ruled or is_header(names)) or _says_its_names(names, cells_of(run[first].body)):
        return
    yield Table(run[first].start, run[last].end, BETWEEN.join(names)[:LONGEST])


def _is_title(row: str, below: str) -> bool:
    """Whether a row is a title above the names of the columns."""
    cells = cells_of(row)
    return not any(cells[1:]) and not RULE.fullmatch(below) and not _goes_on(cells, cells_of(below))


def _goes_on(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether a second row of names stands below the first: years, units or words, and none before the rows' own."""
    below, beside = [*filter(None, cells)], [*filter(None, cells[1:])]
    if beside and not any(names[1:]) and all(map(is_year, beside)):
        return True
    return bool(below) and not cells[0] and not has_figures(below) and (len(below) > 1 or not all(names[1:]))


def cells_of(row: str) -> list[str]:
    """The texts of a row's cells, "" for an empty one."""
    return [cell.strip() for cell in _BAR.split(row.strip().strip("|"))]


def _says_its_names(names: Sequence[str], cells: Sequence[str]) -> bool:
    """Whether each cell has its column's name before it, in the lower one of two rows or in both."""
    before = {name if ": " not in name else name.partition(": ")[0] for name in names if name}
    return any(cell.startswith(f"{name}: ") for name in before for cell in cells)


def names_at(found: Sequence[Table], at: int) -> str:
    """The names of the columns of the row at `at`, "" where it is none, or is the first one itself."""
    table = found[bisect_right(found, at, key=lambda table: table.start) - 1] if found else None
    return table.names if table and table.start <= at < table.end else ""


def with_names(heading: str, text: str, at: int) -> str:
    """A heading with the names of the columns of the row at `at` of a text, unless it has them already."""
    if not text.startswith("|", at) or columns_in(heading):
        return heading
    return joined(heading, names_at(list(tables(lines_of(text))), at))


def joined(heading: str, names: str) -> str:
    """A heading with the names of columns as its last level."""
    return LEVEL.join(filter(None, (heading, names)))
