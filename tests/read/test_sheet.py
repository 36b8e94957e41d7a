"""Spreadsheets: cells as Excel shows them, each with the name of its column, and what hangs at them."""

import io
from collections.abc import Callable
from typing import Any

import bombs
import pytest
from test_read import parts, read

from index.read.sheet.forms import shown_number


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (5, "00000", "00005"),
        (0.125, "0.0%", "12.5%"),
        (-1234.5, "#,##0.00;[Red](#,##0.00)", "(1,234.50)"),
        (0, '_(* #,##0.00_);_(* \\(#,##0.00\\);_(* "-"??_);_(@_)', "-"),
        (1.25, "[h]:mm", "30:00"),
        (1.25, "[h]:mm:ss", "30:00:00"),
        (0.0104166, "mm:ss", "15:00"),
        (0.75, "hh:mm", "18:00"),
        (0.5, "h:mm AM/PM", "12:00 PM"),
        (45413, "dd/mm/yyyy", "2024-05-01"),
        (45413.5, "yyyy-mm-dd h:mm", "2024-05-01 12:00"),
        (45413, "mmm-yy", "May-24"),
        (45413, "[$-F800]dddd, mmmm dd, yyyy", "2024-05-01"),
        (1.5, "# ?/?", "1 1/2"),
        (12345, "0.00E+00", "1.23E+04"),
        (1500000, '0.0,,"M"', "1.5M"),
        (5551234, "000-0000", "555-1234"),
        (12.5, "#,##0.00 [$€-407]", "12.50 €"),
        (-3.5, '"$"#,##0.00', "-$3.50"),
        (3, '0 "days"', "3 days"),
        (0.1 + 0.2, "General", "0.3"),
        (1e20, "General", "1E+20"),
        (12, '[>=10]"many";0', "many"),
        (2.675, "0.00", "2.68"),
    ],
)
def test_number_formats(value: float, form: str, shown: str) -> None:
    """As people see them; dates as 2024-05-01."""
    assert shown_number(value, form) == shown


def book(change: Callable[[Any], object], *rows: list[Any]) -> bytes:
    """A workbook of a sheet "S" of these rows, changed."""
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    sheet.title = "S"
    for row in rows:
        sheet.append(row)
    change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def lines(data: bytes) -> list[str]:
    """The rows that are read, without the sheet's name."""
    return read("a.xlsx", data).text.split("\n")[2:]


def merge(*ranges: str) -> Callable[[Any], object]:
    """Cells merged."""
    return lambda sheet: [sheet.merge_cells(one) for one in ranges]


def test_headers_of_two_rows() -> None:
    """Are the columns' names together; a label that goes down belongs to each of its rows."""
    rows = [["Site", "Part", "2024", None], [None, None, "Plan", "Actual"], ["Kiel", "Pumps", 5, 7], [None, "Valves", 1, 2]]
    assert lines(book(merge("A1:A2", "B1:B2", "C1:D1", "A3:A4"), *rows)) == [
        "| Site | Part | 2024 Plan | 2024 Actual |",
        "| Site: Kiel | Part: Pumps | 2024 Plan: 5 | 2024 Actual: 7 |",
        "| Site: Kiel | Part: Valves | 2024 Plan: 1 | 2024 Actual: 2 |",
    ]


def test_tables_below_and_beside_each_other() -> None:
    """Each has its own names."""
    rows: list[list[Any]] = [
        ["Name", "Age", None, "Name", "Weight"],
        ["Kim", 30, None, "Pump", 12],
        [],
        ["City", "People"],
        ["Kiel", 250],
    ]
    assert lines(book(lambda _: None, *rows)) == [
        "| Name | Age |",
        "| Name | Weight |",
        "| Name: Kim | Age: 30 |",
        "| Name: Pump | Weight: 12 |",
        "| City | People |",
        "| City: Kiel | People: 250 |",
    ]


def test_what_hangs_at_cells() -> None:
    """Comments with who has said them, links once, errors, leading zeros, struck text."""

    def change(sheet: Any) -> None:
        from openpyxl.comments import Comment
        from openpyxl.styles import Font

        sheet["B2"].comment = Comment("Ask first.", "Ann")
        sheet["A2"].hyperlink = "https://a.example/x"
        sheet["A2"].value = "Site"
        sheet["B3"].font = Font(strike=True)

    assert lines(book(change, ["Name", "Says"], ["x", "#DIV/0!"], ["007", "old"])) == [
        "| Name | Says |",
        "| Name: Site <https://a.example/x> | Says: #DIV/0! |",
        "[Comment by Ann on B2: Ask first.]",
        "| Name: 007 | Says: ~~old~~ |",
    ]


def test_raised_letters_of_a_cell() -> None:
    """Stand as they do in a text; how a word is read aloud is left out."""
    rich = "<r><t>10</t></r><r><rPr><vertAlign val='superscript'/></rPr><t>6</t></r><rPh><t>x</t></rPh>"
    data = bombs.xlsx({"S": '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'}, strings=f"<si>{rich}</si>")
    assert lines(data) == ["| 10⁶ |"]


def test_charts_and_boxes() -> None:
    """A chart is read with its title, categories and values, at the row that it stands in."""

    def change(sheet: Any) -> None:
        from openpyxl.chart import BarChart, Reference

        chart = BarChart()
        chart.title = "Turnover"
        chart.add_data(Reference(sheet, min_col=2, min_row=1, max_row=2), titles_from_data=True)
        sheet.add_chart(chart, "D9")

    document = read("a.xlsx", book(change, ["Year", "Sum"], ["2024", 3]))
    assert parts(document)[-1] == ("S!9", "Chart: Turnover")


def test_what_excel_forgives() -> None:
    """A style that is not there, texts that are not there, a member in another case."""
    rows = '<row><c s="99"><v>1.50</v></c><c t="s"><v>7</v></c><c t="str"><f>x</f><v></v></c><c><v>2</v></c></row>'
    data = bombs.xlsx({"S": rows}).replace(b"xl/worksheets/s1.xml", b"xl/worksheets/S1.xml")
    document = read("a.xlsx", data)
    assert (document.text.split("\n")[-1], document.missing) == ("| 1.5 | 2 |", ())
