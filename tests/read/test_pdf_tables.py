"""Tables of a PDF: a row is a line that is understood alone, with all of its cells, those that are wrapped as well."""

import io
from collections.abc import Sequence
from typing import Any

import pytest
import samples
from test_read import read

WORK = "Check the {} and the filters, then run the engine for ten minutes at half speed before loading it."


def table(
    *tables: Sequence[Sequence[str]], widths: Sequence[float] | None = None, style: Sequence[Any] = (), below: str = ""
) -> str:
    """The text of a PDF of these tables, with a sentence below."""
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Table

    plain = getSampleStyleSheet()["Normal"]
    flow: list[Any] = []
    for rows in tables:
        made = [[Paragraph(cell, plain) if len(cell) > 16 else cell for cell in row] for row in rows]
        flow.append(Table(made, colWidths=widths, style=list(style)))
    out = io.BytesIO()
    SimpleDocTemplate(out, invariant=1).build([*flow, Paragraph(below, plain)] if below else flow)
    return read("a.pdf", out.getvalue()).text


@pytest.mark.parametrize("side", ["TOP", "MIDDLE", "BOTTOM"])
def test_cells_that_are_wrapped_stay_in_their_row(side: str) -> None:
    """Wherever the other cells of the row stand; what comes below the table is none of it."""
    rows = [["Interval", "Work to be done", "Hours", "Cost in EUR"]]
    rows += [[f"{n}00 h", WORK.format(what), str(n), f"{n * 37}.50"] for n, what in ((1, "oil"), (2, "belts"), (5, "valves"))]
    text = table(rows, widths=(60, 180, 50, 70), style=[("VALIGN", (0, 0), (-1, -1), side)], below="All prices are net.")
    lines = text.split("\n")
    assert lines[0] == "| Interval | Work to be done | Hours | Cost in EUR |"
    assert lines[2] == f"| Interval: 200 h | Work to be done: {WORK.format('belts')} | Hours: 2 | Cost in EUR: 74.50 |"
    assert len([line for line in lines if line.startswith("|")]) == 4
    if side == "TOP":
        assert lines[-1] == "All prices are net."


def test_names_that_are_wrapped() -> None:
    """Are whole, too."""
    rows = [["Part name and number", "Quantity in stock at the depot", "Supplier"]]
    rows += [[f"Bearing housing for the main shaft, type {n}", str(n * 7), "Nordwind Logistics and Sons"] for n in range(1, 5)]
    lines = table(rows, widths=(100, 90, 110), style=[("VALIGN", (0, 0), (-1, -1), "TOP")]).split("\n")
    said = "Part name and number: Bearing housing for the main shaft, type 3 | Quantity in stock at the depot: 21"
    assert lines[3] == f"| {said} | Supplier: Nordwind Logistics and Sons |"


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        # figures below names, a gap among them
        (
            [["Year", "North", "South"], ["2021", "12.0", "7.5"], ["2022", "", "8.0"], ["2023", "9.1", "9.0"]],
            "| Year: 2022 | South: 8.0 |",
        ),
        # years as names, and none for the first column
        ([["", "2021", "2022"], ["Revenue", "800", "910"], ["Costs", "", "7"], ["Profit", "4", "5"]], "| Costs | 2022: 7 |"),
        # two columns
        ([["Town", "Ships"], ["Kiel", "12"], ["Oslo", "7"], ["Bergen", "31"]], "| Town: Bergen | Ships: 31 |"),
        # words alone: the first row may be one like the others
        ([["Ida", "Cook", "Oslo"], ["Otto", "Mate", "Kiel"], ["Rita", "Pilot", "Gent"]], "| Otto | Mate | Kiel |"),
    ],
)
def test_rows(rows: list[list[str]], line: str) -> None:
    """With the names of columns where they can be told."""
    assert line in table(rows).split("\n")


def test_a_table_that_goes_on_overleaf() -> None:
    """Keeps the names of its columns, said again or not."""
    rows = [["Item", "Note"]] + [[f"Item {n}", f"It is kept in the old cellar below the stairs, shelf {n}."] for n in range(60)]
    lines = table(rows, widths=(60, 150), style=[("VALIGN", (0, 0), (-1, -1), "TOP")]).split("\n")
    assert lines.count("| Item: Item 57 | Note: It is kept in the old cellar below the stairs, shelf 57. |") == 1
    assert len(lines) == 61


def test_what_is_no_table() -> None:
    """A list with its marks, and prose in columns, stay as they are."""
    listed = [
        (x, 700.0 - 14 * n, text) for n in range(6) for x, text in ((50, "•"), (80, f"The item {n} of the list is long."))
    ]
    assert "|" not in read("a.pdf", samples.pdf(listed)).text
    columns = [
        (50.0 + 180 * k, 700.0 - 12 * n, line)
        for n in range(8)
        for k, text in enumerate(samples.LOREM)
        for line in samples.wrapped((text + " ") * 3, 28)[n : n + 1]
    ]
    assert "|" not in read("a.pdf", samples.pdf(columns)).text
