"""Presentations: charts, diagrams, tables, comments and what is written beside plain text."""

import io
from typing import Any

from test_read import read


def deck(change: Any) -> str:
    """The text of a slide that is changed."""
    from pptx import Presentation

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "Title"
    change(slide)
    out = io.BytesIO()
    made.save(out)
    return read("a.pptx", out.getvalue()).text.removeprefix("## Title\n\n")


def test_a_chart() -> None:
    """Its title, and each category with the values of the series."""
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE

    def change(slide: Any) -> None:
        data = CategoryChartData()
        data.categories = ["2023", "2024"]
        data.add_series("Plan", (1.5, 2))
        data.add_series("Actual", (1, 0.1 + 0.2))
        chart = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, 900_000, 900_000, data).chart
        chart.has_title = True
        chart.chart_title.text_frame.text = "Turnover"

    assert deck(change).split("\n") == [
        "Chart: Turnover",
        "| 2023 | Plan: 1.5 | Actual: 1 |",
        "| 2024 | Plan: 2 | Actual: 0.3 |",
    ]


def box(slide: Any, *runs: tuple[str, dict[str, str]]) -> Any:
    """A box with runs of these properties."""
    paragraph = slide.shapes.add_textbox(0, 0, 900_000, 900_000).text_frame.paragraphs[0]
    for text, properties in runs:
        run = paragraph.add_run()
        run.text = text
        for name, value in properties.items():
            run._r.get_or_add_rPr().set(name, value)
    return paragraph


def test_raised_and_struck_letters() -> None:
    """As in every other format; a link with where it leads."""

    def change(slide: Any) -> None:
        up, out = {"baseline": "30000"}, {"strike": "sngStrike"}
        box(slide, ("10", {}), ("6", up), (" ", {}), ("old", out), (" new ", {}), ("here", {}))
        slide.shapes[-1].text_frame.paragraphs[0].runs[-1].hyperlink.address = "https://a.example"

    assert deck(change) == "10⁶ ~~old~~ new here <https://a.example>"


def test_tables_pictures_and_numbers() -> None:
    """Spans are in their columns; numbers that the program writes stand before the text."""

    def change(slide: Any) -> None:
        table = slide.shapes.add_table(3, 3, 0, 0, 900_000, 900_000).table
        for place, text in enumerate(["Part", "2024", "", "", "Plan", "Actual", "Pumps", "5", "7"]):
            table.cell(place // 3, place % 3).text = text
        table.cell(0, 1).merge(table.cell(0, 2))
        table.cell(0, 0).merge(table.cell(1, 0))
        for text in ("First", "Second"):
            paragraph = box(slide, (text, {}))
            numbered = paragraph._p.get_or_add_pPr()
            numbered.append(
                numbered.makeelement(f"{{{paragraph._p.nsmap['a']}}}buAutoNum", {"type": "arabicParenR", "startAt": "4"})
            )
        slide.shapes[-1]._element.nvSpPr.cNvPr.set("hidden", "1")

    assert deck(change) == "| Part | 2024 Plan | 2024 Actual |\n| Pumps | 5 | 7 |\n\n4) First"
