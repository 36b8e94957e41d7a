"""Rows of a table as a person reads them: aligned below the names of their columns, or a name and its value a line.

Owns how rows are read and drawn. Knows nothing of answers.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from index.read.draft.rows import is_header
from index.split.tables import RULE, cells_of
from qa.show.terminal import clean
from qa.show.wrap import width_of

GAP = "  "
"""What stands between two columns."""

Row = Mapping[str, str]
"""A row's cells by the names of their columns."""

Shown = Callable[[int, str], str]
"""What is in a cell of the n-th row, or of the names, with marks of no width."""

NAMES = -1

_NAMED = re.compile(r"([^:|\s](?:[^:|]|:(?! ))*): +(\S.*)")
_FIGURE = re.compile(r"[^\w\s]*\d[\d.,' ]*(?: ?[^\w\s]| [A-Za-z]{1,3})?")


def row_of(text: str, names: Sequence[str]) -> Row | None:
    """A row of one line by the names of its columns, which each cell may say itself; None for what is no such row."""
    text = text.strip()
    if not (text.startswith("|") and text.endswith("|")) or "\n" in text:
        return None
    cells = [" ".join(cell.split()) for cell in cells_of(text)]
    if len(set(names)) == len(cells) > 1 and all(names):
        return {name: cell.removeprefix(f"{name}: ") for name, cell in zip(names, cells, strict=True)}
    said = [_NAMED.fullmatch(cell) for cell in cells if cell]
    row = {one[1]: one[2] for one in said if one}
    return row if 1 < len(row) == len(said) else None


def rows_of(lines: Sequence[str], names: Sequence[str]) -> list[Row] | None:
    """The rows of lines that stand together, without those that name the columns; None where they are no table."""
    head = cells_of(lines[0])
    ruled = len(lines) > 1 and RULE.fullmatch(lines[1]) is not None
    if ruled or (not names and is_header(head) and not row_of(lines[0], ())):
        names, lines = head, lines[1 + ruled :]
    rows = [row for line in lines if (row := row_of(line, names))]
    return rows if rows and len(rows) == len(lines) else None


def columns_of(rows: Sequence[Row]) -> list[str]:
    """The names of all their columns, in order."""
    return list(dict.fromkeys(name for row in rows for name in row))


def parts_of(text: str, names: Sequence[str]) -> Iterator[tuple[int, int, list[Row]]]:
    """From where to where in a text there are the rows of a table, or, without any, something else."""
    at = 0
    for run in re.finditer(r"^\|.*(?:\n\|.*)*", text, re.MULTILINE):
        if rows := rows_of([clean(line.rstrip("\r")) for line in run[0].split("\n")], names):
            if text[at : run.start()]:
                yield at, run.start(), []
            yield run.start(), run.end(), rows
            at = run.end() + 1
    if text[at:].strip():
        yield at, len(text), []


def drawn(rows: Sequence[Row], behind: Sequence[str], width: int, shown: Shown) -> list[str] | None:
    """The two lines of the header, and a line a row with what stands behind it; None where that is wider than `width`."""
    names = columns_of(rows)
    sizes = [max(map(width_of, (name, *(row.get(name, "") for row in rows)))) for name in names]
    if sum(sizes) + len(GAP) * (len(names) - 1) + max(map(width_of, behind)) > width:
        return None
    figures = {name for name in names if all(_FIGURE.fullmatch(row[name]) for row in rows if row.get(name))}

    def line(cells: Sequence[str]) -> str:
        padded = []
        for name, size, cell in zip(names, sizes, cells, strict=True):
            blanks = " " * (size - width_of(cell))
            padded.append(blanks + cell if name in figures else cell + blanks)
        return GAP.join(padded)

    body = [line([shown(n, row.get(name, "")) for name in names]) + behind[n] for n, row in enumerate(rows)]
    return [
        line([shown(NAMES, name) for name in names]).rstrip(),
        GAP.join("─" * size for size in sizes),
        *(text.rstrip() for text in body),
    ]


def listed(row: Row, behind: str, shown: Shown) -> list[str]:
    """A name and its value a line, with what stands behind the first."""
    said = [f"{shown(NAMES, name)}: {shown(0, value)}" for name, value in row.items() if value]
    return [f"{said[0]}{behind}", *said[1:]] if said else []
