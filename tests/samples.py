"""Small real files of every format that is read, made by the libraries that make them elsewhere."""

import io
import zipfile
from collections.abc import Sequence

LOREM = [
    "The first sentence of the column tells how the harbour was built in the year of the flood.",
    "The second sentence of the column says who paid for the stones and for the long wooden pier.",
    "The third sentence of the column explains why nobody believed that the work would ever end.",
]


def pdf(*pages: Sequence[tuple[float, float, str]], size: float = 10, password: str = "") -> bytes:
    """A PDF whose pages hold texts at places (x, y from below), drawn in this order."""
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), encrypt=password or None, invariant=1)
    for page in pages:
        canvas.setFont("Times-Roman", size)
        for x, y, text in page:
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def picture_pdf(*words: str) -> bytes:
    """A PDF of pages that are pictures of words, without any text."""
    from PIL import Image, ImageDraw, ImageFont
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 200), invariant=1)
    for text in words:
        image = Image.new("L", (1800, 600), 255)
        ImageDraw.Draw(image).text((90, 200), text, fill=0, font=ImageFont.load_default(90))
        canvas.drawImage(ImageReader(image), 0, 0, 600, 200)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most so many characters."""
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) + 1 > width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def docx() -> bytes:
    """Headings, a paragraph, a list, a table."""
    from docx import Document

    made = Document()
    made.add_heading("Annual report", 0)
    made.add_heading("Sales", 2)
    made.add_paragraph("We sold more. It was good.")
    for fruit in ("Apples", "Pears"):
        made.add_paragraph(fruit, style="List Bullet")
    table = made.add_table(2, 2)
    for cell, text in zip([c for row in table.rows for c in row.cells], ("Region", "Q1", "North", "12"), strict=True):
        cell.text = text
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def pptx() -> bytes:
    """Two slides, the first with notes, the second with a table."""
    from pptx import Presentation

    made = Presentation()
    first = made.slides.add_slide(made.slide_layouts[1])
    first.shapes.title.text = "Plan"
    first.placeholders[1].text = "First step.\nSecond step."
    first.notes_slide.notes_text_frame.text = "Say hello."
    second = made.slides.add_slide(made.slide_layouts[5])
    second.shapes.title.text = "Numbers"
    table = second.shapes.add_table(1, 2, 0, 0, 1_000_000, 1_000_000).table
    table.cell(0, 0).text, table.cell(0, 1).text = "a", "b"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def xlsx() -> bytes:
    """Two sheets, with dates, shares, money, a gap and a formula without a value."""
    from datetime import date

    from openpyxl import Workbook

    made = Workbook()
    sales = made.active
    sales.title = "Sales"
    sales.append(["Region", "Q1 sales", "When", "Share"])
    sales.append(["North", 1200, date(2024, 5, 1), 0.125])
    sales.append([])
    sales.append(["South", 3.5, None, "=1+1"])
    sales["B2"].number_format, sales["D2"].number_format, sales["B4"].number_format = "#,##0", "0.0%", '"$"#,##0.00'
    notes = made.create_sheet("Notes")
    notes["B3"] = "A note."
    notes.append(["Who", "Age"])
    notes.append(["Kim", 30])
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def archive(**members: str | bytes) -> bytes:
    """A ZIP archive; "__" in a name stands for "/", "_0_" for "."."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/").replace("_0_", "."), text)
    return out.getvalue()


def epub() -> bytes:
    """Two chapters, listed the other way round than they are read and one of them twice, and one that is not there."""
    return archive(
        META_INF="",
        **{
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="OPS/p.opf"/></rootfiles></container>',
            "OPS/p.opf": '<package xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata><dc:title>Book</dc:title></metadata>'
            '<manifest><item id="b" href="b%20two.xhtml"/><item id="a" href="a.xhtml"/></manifest>'
            '<spine><itemref idref="a"/><itemref idref="b"/><itemref idref="gone"/><itemref idref="a"/></spine></package>',
            "OPS/a.xhtml": "<html><body><h1>One</h1><p>It began.</p></body></html>",
            "OPS/b two.xhtml": "<html><body><h1>Two</h1><p>It ended.</p></body></html>",
        },
    )


ODF = "urn:oasis:names:tc:opendocument:xmlns"


def odf(kind: str, body: str, styles: str = "", **members: str | bytes) -> bytes:
    """An OpenDocument file of this kind, "text", "spreadsheet" or "presentation"."""
    names = {
        "office": "office",
        "text": "text",
        "table": "table",
        "style": "style",
        "draw": "drawing",
        "fo": "xsl-fo-compatible",
    }
    spaces = " ".join(f'xmlns:{short}="{ODF}:{name}:1.0"' for short, name in {**names, "presentation": "presentation"}.items())
    spaces += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:svg="svg"'
    content = (
        f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>"
    )
    return archive(**{"content.xml": content, **members})


def odt() -> bytes:
    """A heading, a list and a table."""
    return odf(
        "text",
        '<text:h text:outline-level="1">Report</text:h><text:p>It rained.</text:p><text:list><text:list-item>'
        "<text:p>Apples</text:p></text:list-item></text:list><table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>",
    )


def ods() -> bytes:
    """A sheet of two columns."""
    rows = [("Name", "string", "Age", "string"), ("Kim", "string", "30", "float")]
    cells = '<table:table-cell office:value-type="{}"><text:p>{}</text:p></table:table-cell>'
    made = "".join(f"<table:table-row>{cells.format(b, a)}{cells.format(d, c)}</table:table-row>" for a, b, c, d in rows)
    return odf("spreadsheet", f'<table:table table:name="People">{made}</table:table>')


def odp() -> bytes:
    """A slide with a title and a box."""
    box = '<draw:frame presentation:class="{}"><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>'
    return odf("presentation", f"<draw:page>{box.format('title', 'Plan')}{box.format('outline', 'First step.')}</draw:page>")


RTF = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}\pard One \b day\b0  in M\'fcnchen.\par Two.\par}"
