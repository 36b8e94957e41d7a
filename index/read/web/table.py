"""HTML: tables, their cells in the columns that they stand in, those of tables within a cell behind the row that it stands in.

Owns rows and cells, and which tables have some rather than part a page; knows nothing of what else a page holds.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.read.draft.grid import Cell, flat
from index.read.draft.rows import cells

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_CELL = ":is(td, th)"
_LAYOUT = "h1, h2, h3, h4, section, article"
_DOUBTFUL = "table, ul, ol, dl, pre, p + p, div + div"
"""What stands in cells of tables that part a page, and in those of tables that name their rows or columns."""


def is_data(table: "LexborNode") -> bool:
    """Whether a table's rows are such, rather than places for the parts of a page."""
    placed = table.attributes.get("role") in ("presentation", "none") or table.css_first(f"{_CELL} + {_CELL}") is None
    if placed or _holds(table, _LAYOUT):
        return False
    above = table.css_first("th")
    while above is not None and above.tag != "table":
        above = above.parent
    named = above is not None and above.mem_id == table.mem_id
    return named or not _holds(table, _DOUBTFUL)


def _holds(table: "LexborNode", what: str) -> bool:
    """Whether such an element stands in a cell of a table, which may itself stand in one of another table."""
    return any(one.mem_id != table.mem_id for one in table.css(f"{_CELL} :is({what})"))


class Table:
    """The rows of a table while they are read; `held` is what stands before it in the cell that it stands in, if in one."""

    def __init__(self, held: str = "") -> None:
        self.held = held
        self._rows: list[list[Cell]] = []
        self._within: list[list[str]] = []

    @property
    def open(self) -> bool:
        """Whether a row has begun."""
        return bool(self._rows)

    def begin_row(self) -> None:
        """The cells that follow stand in another row."""
        self._rows.append([])
        self._within.append([])

    def add(self, cell: "LexborNode", text: str) -> None:
        """A cell of the row."""
        self._rows[-1].append(Cell(text, _span(cell, "colspan"), _span(cell, "rowspan")))

    def within(self, inner: "Table") -> None:
        """A table that stands in a cell of the row."""
        self._within[-1] += inner.lines()

    def lines(self) -> Iterator[str]:
        """Each row in one line, and behind it those of the tables in it."""
        rows = flat(self._rows) if self._rows else []
        for line, inner in zip([[]] * (len(self._rows) - len(rows)) + rows, self._within, strict=True):
            yield cells(line)
            yield from inner


def _span(cell: "LexborNode", name: str) -> int:
    """Over how many columns or rows a cell goes; 0 means all that follow."""
    value = (cell.attributes.get(name) or "").strip()
    return (int(value) or 1000) if value.isdecimal() and len(value) < 6 else 1
