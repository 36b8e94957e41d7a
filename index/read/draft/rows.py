"""Rows of tables as text: one line and so one sentence each, whatever format the table comes from.

Owns how a row reads and what a header is; knows nothing of formats.
"""

import re
from collections.abc import Sequence
from itertools import zip_longest

from index.read.draft.draft import one_line

MOST_TITLES = 10
"""So many rows of a single cell may stand above the names of the columns."""

_YEAR = re.compile(
    r"(?:[A-Z][\w.,]*\s)*(?:\d{1,2},?\s)?(?:FY\s?)?(?:19|20)\d\d(?:[/-]\d\d)?(?:\s?\(.{1,12}\)){0,2}|Q[1-4]|H[12]"
)


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


def is_year(value: str) -> bool:
    """Whether a cell is a year, a day or a part of one, as columns are named by: 2019, December 31, 2019, Q1."""
    return _YEAR.fullmatch(value) is not None


def has_figures(values: Sequence[str]) -> bool:
    """Whether any cell holds figures but those of a year: such a row names no columns."""
    return any(re.search(r"\d", value) and not is_year(value) for value in values)


def over(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """The names of columns that stand in two rows: "Plan" over "2024" is "Plan 2024"."""
    return [a if a == b else f"{a} {b}".strip() for a, b in zip_longest(above, below, fillvalue="")]
