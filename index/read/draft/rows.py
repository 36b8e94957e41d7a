"""Rows of tables as text: one line and so one sentence each, whatever format the table comes from.

Owns how a row reads and what a header is; knows nothing of formats.
"""

import re
from collections.abc import Sequence

from index.read.draft.draft import one_line

MOST_TITLES = 10
"""So many rows of a single cell may stand above the names of the columns."""


def cells(values: list[str]) -> str:
    """A table's row in one line, `| a | b |`, which is one sentence; "" where all cells are empty."""
    shown = [one_line(value) for value in values]
    return f"| {' | '.join(shown)} |" if any(shown) else ""


class Rows:
    """The rows of one table in order: the first one of several cells may name the columns, also below a title."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._titles = MOST_TITLES

    def line(self, values: Sequence[str], columns: Sequence[int] = ()) -> str:
        """The next row in one line, `| Region: North | Sales: 3 |`; `columns` are those of its values, where some have none."""
        columns = columns or range(len(values))
        if self._titles:
            titled = sum(bool(value.strip()) for value in values) == 1
            self._titles = self._titles - 1 if titled else 0
            if is_header(values):
                self._names = {column: one_line(value) for column, value in zip(columns, values, strict=True)}
                return cells([self._names.get(column, "") for column in range(columns[-1] + 1)])
        return cells([self._named(column, value) for column, value in zip(columns, values, strict=True) if value.strip()])

    def _named(self, column: int, value: str) -> str:
        name = self._names.get(column, "")
        return f"{name}: {value}" if name else value


def is_header(values: Sequence[str]) -> bool:
    """Whether a table's first row names its columns: several words, no numbers, each another one."""
    named = [value.strip() for value in values if value.strip()]
    words = [value for value in named if re.search(r"[^\W\d_]", value) and len(value) <= 80]
    years = [value for value in named if re.fullmatch(r"(?:19|20)\d\d", value)]
    return len(named) > 1 and len(words) + len(years) == len(named) and len(words) > 0 and len(set(named)) == len(named)
