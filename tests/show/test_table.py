"""Rows of tables as they are read and drawn."""

import pytest

from qa.show.table import drawn, listed, row_of


@pytest.mark.parametrize(
    ("text", "names", "row"),
    [
        ("| City: Leeds | Single: 95 |", "", {"City": "Leeds", "Single": "95"}),  # as spreadsheets and CSV are read
        ("| City: Leeds | Note: at 9:30: none |", "", {"City": "Leeds", "Note": "at 9:30: none"}),
        ("| Leeds | 95 |", "City Single", {"City": "Leeds", "Single": "95"}),  # as Markdown has it
        ("| City: Leeds | Single: 95 |", "City Single", {"City": "Leeds", "Single": "95"}),
        ("| Leeds | |", "City Single", {"City": "Leeds", "Single": ""}),
        ("| City: Leeds |", "City Single", None),  # one cell is no table
        ("| Leeds | 95 |", "", None),  # nobody knows what its columns are
        ("| Leeds | 95 |", "City City", None),
        ("| Leeds | 95 | 120 |", "City Single", None),
        ("| City: Leeds | 95 |", "", None),
        ("| City: Leeds | Single: 95 |\n| City: Paris | Single: 140 |", "", None),
        ("City: Leeds | Single: 95", "", None),
        ("", "", None),
    ],
)
def test_rows(text: str, names: str, row: dict[str, str] | None) -> None:
    """By the names of their columns."""
    assert row_of(text, names.split()) == row


ROWS = [{"City": "Leeds", "Single": "95"}, {"City": "東京", "Breakfast": "yes", "Single": "£1,140"}]


def test_drawing() -> None:
    """Figures to the right, wide characters as wide as they are, what a row lacks left out; no wider than there is room."""
    table = ["City   Single  Breakfast", "─────  ──────  ─────────"]
    rows = ["Leeds      95             [1]", "東京   £1,140  yes        [2]"]
    assert drawn(ROWS, ["  [1]", "  [2]"], 29, lambda _, text: text) == [*table, *rows]
    assert drawn(ROWS, ["  [1]", "  [2]"], 28, lambda _, text: text) is None
    assert drawn(ROWS, ["", ""], 80, lambda n, text: f"\0{text}\0" if n == 1 else text) == [
        *table,
        *["Leeds      95", "\0東京\0   \0£1,140\0  \0yes\0"],
    ]


def test_a_list() -> None:
    """A name and its value a line."""
    assert listed({"City": "Leeds", "Note": "", "Single": "95"}, " [1]", lambda n, text: text if n else f"\0{text}\0") == [
        "City: \0Leeds\0 [1]",
        "Single: \095\0",
    ]
