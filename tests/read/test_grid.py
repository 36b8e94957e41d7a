"""Cells that span rows and columns, in whatever format they stand."""

from index.read.draft.grid import Cell, flat


def row(*texts: str | Cell) -> list[Cell]:
    """A row of cells, plain ones as their texts."""
    return [text if isinstance(text, Cell) else Cell(text) for text in texts]


def test_a_header_of_two_rows_names_each_column() -> None:
    """Also below a title over all of them."""
    head = [
        row(Cell("Region", down=2), Cell("2024", across=2), Cell("2025", across=2)),
        row("Plan", "Actual", "Plan", "Actual"),
    ]
    body = row("North", "12", "13", "14", "15")
    for title in ([], [row(Cell("Sales", across=5))]):
        assert flat([*title, *head, body])[len(title) :] == [
            ["Region", "2024 Plan", "2024 Actual", "2025 Plan", "2025 Actual"],
            ["North", "12", "13", "14", "15"],
        ]


def test_a_row_of_figures_is_no_second_row_of_names() -> None:
    """Though the names above it span columns."""
    table = [row("Region", Cell("Sales", across=2)), row("North", "12", "13"), row("South", "14", "15")]
    assert flat(table) == [["Region", "Sales", ""], ["North", "12", "13"], ["South", "14", "15"]]


def test_a_span_down_stands_in_each_row() -> None:
    """As its own column's value."""
    table = [row("Region", "Town"), row(Cell("North", down=2), "Oslo"), row("Bergen")]
    assert flat(table) == [["Region", "Town"], ["North", "Oslo"], ["North", "Bergen"]]
