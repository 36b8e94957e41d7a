"""Tables whose cells span rows and columns, as plain rows: each value stands in its own column.

Owns what becomes of a span; knows nothing of formats.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.read.draft.draft import one_line
from index.read.draft.rows import has_figures, is_header, over

WIDEST = 100
"""Columns that a cell may span."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text over so many columns and rows; `again` for one that goes on from the cell above."""

    text: str
    across: int = 1
    down: int = 1
    again: bool = False


def flat(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    """Rows of texts in their columns; a span down says its text in each row, a header of two rows is one."""
    laid = _laid(rows)
    top = next((n for n, line in enumerate(laid) if any(line[1:])), 0)
    wide = len(laid) > top + 2 and any(cell.across > 1 for cell in rows[top])
    head = two_rows(_heads(rows[top], laid[top]), laid[top + 1]) if wide else []
    return [*laid[:top], head, *laid[top + 2 :]] if head else laid


def two_rows(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of columns over which two rows stand, or nothing where they do not name them."""
    names = over(above, below)
    several = len({*filter(None, above)}) > 1 and len([*filter(None, below)]) > 1
    return names if several and not has_figures(below) and is_header([*names, "column"]) else []


def _heads(row: Sequence[Cell], laid: list[str]) -> list[str]:
    """The first row with each text over all of its columns."""
    names = [text for cell in row for text in [one_line(cell.text)] * min(max(cell.across, 1), WIDEST)]
    return names if len(names) >= len(laid) else laid


def _laid(rows: Sequence[Sequence[Cell]]) -> list[list[str]]:
    above: dict[int, tuple[str, int]] = {}  # by column: what goes on from above, and for how many rows
    out = []
    for row in rows:
        line: list[str] = []
        for cell in row:
            while (held := above.get(len(line))) and held[1] > 0 and not cell.again:
                above[len(line)] = (held[0], held[1] - 1)
                line.append(held[0])
            text = above.get(len(line), ("", 0))[0] if cell.again else one_line(cell.text)
            for n in range(min(max(cell.across, 1), WIDEST)):
                above[len(line)] = (text if n == 0 else "", max(cell.down, 1) - 1)
                line.append(text if n == 0 else "")
        while (held := above.get(len(line))) and held[1] > 0:
            above[len(line)] = (held[0], held[1] - 1)
            line.append(held[0])
        out.append(line if len(row) > 1 or any(line[1:]) else line[:1])  # a title over all columns
    return out
