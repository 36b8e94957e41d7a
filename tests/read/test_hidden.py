"""Text that a person who opens a file does not see is not read, and is told of; what looks alike and is seen stays."""

import io
from collections.abc import Callable
from typing import Any

import pytest
import samples
from reportlab.pdfgen.canvas import Canvas
from test_read import read

from index.errors import FileLeftOut

SECRET = "The zebra says: pay at once."

Draw = Callable[[Any], None]

# PDF ------------------------------------------------------------------------------------------------------------------


def page(draw: Draw, *, seen: str = "It stands here.") -> bytes:
    """A PDF with a line that is seen, and what is drawn beside it."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(600, 800), invariant=1)
    canvas.setFont("Times-Roman", 12)
    canvas.drawString(50, 700, seen)
    draw(canvas)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def mode(number: int, *before: Draw) -> Draw:
    """The secret in a mode of rendering; what is drawn before it."""

    def draw(canvas: Any) -> None:
        for one in before:
            one(canvas)
        text = canvas.beginText(50, 600)
        text.setTextRenderMode(number)
        text.textLine(SECRET)
        canvas.drawText(text)

    return draw


def colour(grey: float, *before: Draw, opacity: float = 1) -> Draw:
    """The secret in a shade of grey; what is drawn before it."""

    def draw(canvas: Any) -> None:
        for one in before:
            one(canvas)
        canvas.setFillGray(grey, opacity)
        canvas.drawString(50, 600, SECRET)

    return draw


def box(red: float, green: float, blue: float) -> Draw:
    """A filled rectangle beneath it."""

    def draw(canvas: Any) -> None:
        canvas.setFillColorRGB(red, green, blue)
        canvas.rect(40, 590, 400, 30, fill=1, stroke=0)

    return draw


def picture(canvas: Any) -> None:
    """An image of the whole page, rather dark."""
    from PIL import Image
    from reportlab.lib.utils import ImageReader

    canvas.drawImage(ImageReader(Image.new("L", (60, 80), 90)), 0, 0, 600, 650)


def sized(size: float, scale: float = 1) -> Draw:
    """The secret in letters of a size, on a page that is scaled."""

    def draw(canvas: Any) -> None:
        canvas.scale(scale, scale)
        canvas.setFont("Times-Roman", size)
        canvas.drawString(50 / scale, 600 / scale, SECRET)

    return draw


def at(x: float, y: float) -> Draw:
    """The secret in a place."""
    return lambda canvas: canvas.drawString(x, y, SECRET)


def form(draw: Draw) -> Draw:
    """Drawn by way of a form."""

    def within(canvas: Any) -> None:
        canvas.beginForm("f")
        draw(canvas)
        canvas.endForm()
        canvas.doForm("f")

    return within


@pytest.mark.parametrize(
    "draw",
    [
        mode(3),
        mode(7),
        colour(1),
        colour(0.98),
        colour(1, box(1, 1, 1)),
        colour(0, opacity=0),
        sized(0.1),
        sized(10, 0.05),
        at(700, 600),
        at(50, 900),
        at(-300, 600),
        form(mode(3)),
        form(colour(1)),
    ],
)
def test_pdf_text_that_is_not_seen(draw: Draw) -> None:
    """Without ink, in the paper's colour, too small, off the page."""
    document = read("a.pdf", page(draw))
    assert (document.text, document.missing) == ("It stands here.", ("hidden text on page 1 was left out",))


@pytest.mark.parametrize(
    "draw",
    [
        pytest.param(mode(3, picture), id="ocr"),
        mode(1),
        colour(1, box(0, 0, 0.4)),
        colour(1, box(0.5, 0.7, 0.9)),
        colour(1, picture),
        colour(0.85),
        colour(0, opacity=0.5),
        sized(2),
        sized(1, 12),
        form(colour(1, box(0, 0, 0.4))),
    ],
)
def test_pdf_text_that_is_seen(draw: Draw) -> None:
    """White on a dark box or a picture, pale, small, scaled up; and what scanners lay over a picture of a page."""
    pytest.importorskip("PIL")
    document = read("a.pdf", page(draw))
    assert (document.text, document.missing) == (f"It stands here.\n\n{SECRET}", ())


def test_hidden_text_within_a_line_of_a_pdf() -> None:
    """Alone is left out."""

    def draw(canvas: Any) -> None:
        canvas.drawString(50, 600, "Begin")
        canvas.setFillGray(1)
        canvas.drawString(85, 600, SECRET)
        canvas.setFillGray(0)
        canvas.drawString(240, 600, "and end.")

    assert read("a.pdf", page(draw)).text == "It stands here.\n\nBegin and end."


def test_a_pdf_of_hidden_text_alone() -> None:
    """Says so."""
    with pytest.raises(FileLeftOut, match=r"^holds hidden text alone$"):
        read("a.pdf", page(colour(1), seen=""))


# HTML, EPUB and mails -------------------------------------------------------------------------------------------------

STYLES = """
display:none; visibility: hidden; font-size:0; font-size:1px; FONT: 0/0 a; opacity:0; color:white; color:#fff&background:#FFFFFF
background-color:#123456&color:rgb(18,52,86); color:transparent; text-indent:-9999px; position:absolute&left:-10000px
position:fixed&top:-999em; position:absolute&clip:rect(0,0,0,0); position:absolute&clip:rect(1px 1px 1px 1px)
clip-path:inset(50%)
height:0&overflow:hidden; width:1px&height:1px&overflow:hidden; transform:scale(0); display : none !important
margin-left:-9999px
"""
SHEETS = """
.b{display:none}
.a .c{font-size:0}
/* x */ #i{color:#fefefe}
div.a{opacity:0}
x,.b{left:-9999px;position:absolute}
@media screen{.b{display:none}}
.a{.b{display:none}}
.b{color:red; &.c{display:none}}
.b{position:absolute}.c{clip:rect(0 0 0 0)}
body{background:#111}.b{color:#121212}
.b{display:none}@media print{.b{display:block}}
@import "x";.b{display:none}
.b::before,.b{display:none}
@media all{.b{display:none
"""


@pytest.mark.parametrize(
    "page",
    [
        *(f'<p style="{s.strip().replace("&", ";")}">{SECRET}</p>' for s in STYLES.replace("\n", ";").split(";") if s.strip()),
        *(f"<style>{sheet}</style><div class=a id=i><p class='b c'>{SECRET}</div>" for sheet in SHEETS.strip().split("\n")),
        f"<p hidden>{SECRET}</p>",
        f"<font color=white>{SECRET}</font>",
        f'<div style="font-size:0">{SECRET}<b style="font-size:9px">!</b></div>',
        f'<div style="color:white">{SECRET}<p>{SECRET}<b style="color:red">!</b></p></div>',
    ],
)
def test_html_text_that_is_not_seen(page: str) -> None:
    """By its own style or by a sheet; what in it is seen stays."""
    document = read("a.html", f"<p>It stands here.</p>{page}".encode())
    assert "".join(set(document.text.removeprefix("It stands here.").split())) in ("", "!")
    assert document.missing == ("hidden text was left out",)


def test_what_a_screen_reader_does_not_say() -> None:
    """Is left out in silence: it is decoration."""
    document = read("a.html", f"<p>It stands here.<i aria-hidden=true>{SECRET}</i>".encode())
    assert (document.text, document.missing) == ("It stands here.", ())


@pytest.mark.parametrize(
    "page",
    [
        f'<div style="background:#222"><p style="color:white">{SECRET}</div>',
        f'<div style="background:url(x.png)"><p style="color:white">{SECRET}</div>',
        f'<div bgcolor="#003366"><font color=white>{SECRET}</font></div>',
        f"<style>.b{{display:none}} .a .b{{display:block}}</style><div class=a><p class=b>{SECRET}</div>",
        f"<style>.b{{display:none}} @media (min-width:6in){{.b{{display:block}}}}</style><p class=b>{SECRET}",
        f"<style>@media print{{.b{{display:none}}}}</style><p class=b>{SECRET}",
        f"<style>@media (max-width:6in){{.b{{display:none}}}}</style><p class=b>{SECRET}",
        f"<style>.b:hover{{display:none}}</style><p class=b>{SECRET}",
        f'<link rel=stylesheet href=x.css><p style="color:#fff">{SECRET}',
        f"<style>@media (prefers-color-scheme:dark){{body{{background:#000}}}} p{{color:#000}}</style><p>{SECRET}",
        f'<div style="position:absolute;color:#fff">{SECRET}</div>',
        f'<p style="height:0;overflow:hidden;padding-top:56%">{SECRET}',
        f'<p style="font-size:2px">{SECRET}',
        f'<div style="color:white"><b style="background:black">{SECRET}</b></div>',
        f'<ul style="font-size:0"><p style="font-size:16px">{SECRET}</ul>',
        f'<p style="background:linear-gradient(red,blue);background-clip:text;color:transparent">{SECRET}',
        f"<style>.b{{color:#fff;background:#fff}}.a .b{{color:#000}}</style><div class=a><p class=b>{SECRET}</div>",
        f'<p style="display:none;display:block">{SECRET}',
        f'<p style="opacity:.5;left:-9px;position:absolute">{SECRET}',
    ],
)
def test_html_text_that_is_seen(page: str) -> None:
    """Light on dark, shown by a stronger rule or on some screens, set anew."""
    document = read("a.html", f"<p>It stands here.</p>{page}".encode())
    assert (document.text, document.missing) == (f"It stands here.\n\n{SECRET}", ())


def test_hidden_text_in_a_book_and_a_mail() -> None:
    """By the sheet that the book holds, and by the mail's own."""
    chapter = (
        f"<html><head><link rel='stylesheet' href='../a.css'/></head><body><p>Seen.</p><p class='x'>{SECRET}</p></body></html>"
    )
    container = '<container><rootfiles><rootfile full-path="p.opf"/></rootfiles></container>'
    package = '<package><manifest><item id="a" href="t/a.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>'
    names = {"META-INF/container.xml": container, "p.opf": package, "t/a.xhtml": chapter, "a.css": ".x{display:none}"}
    mail = f"Subject: s\nContent-Type: text/html\n\n<style>b{{display:none}}</style><p>Seen.<b>{SECRET}</b>"
    for document in (read("a.epub", samples.archive(**names)), read("a.eml", mail.encode())):
        assert SECRET not in document.text
        assert (document.text.split()[-1], document.missing) == ("Seen.", ("hidden text was left out",))


# Word -----------------------------------------------------------------------------------------------------------------

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
STYLED = (
    f'<w:styles {WORD}><w:style w:type="character" w:styleId="Gone"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Tiny"><w:rPr><w:sz w:val="1"/></w:rPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Child"><w:basedOn w:val="Tiny"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="Dark"><w:pPr><w:shd w:val="clear" w:fill="1F3864"/></w:pPr></w:style></w:styles>'
)
WHITE = '<w:color w:val="FFFFFF"/>'


def run(properties: str = "", text: str = SECRET) -> str:
    """A run of these properties."""
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


def paragraph(properties: str, *runs: str) -> str:
    """A paragraph of these properties."""
    return f"<w:p><w:pPr>{properties}</w:pPr>{''.join(runs)}</w:p>"


def cell(properties: str, inner: str, table: str = "") -> str:
    """A table of one cell."""
    return f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr><w:tc><w:tcPr>{properties}</w:tcPr>{inner}</w:tc></w:tr></w:tbl>"


def word(body: str) -> bytes:
    """A document with these blocks behind a paragraph."""
    document = f"<w:document {WORD}><w:body>{paragraph('', run('', 'Seen.'))}{body}</w:body></w:document>"
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles"
    related = f'<Relationships><Relationship Id="s" Type="{kind}" Target="styles.xml"/></Relationships>'
    members = {"word/document.xml": document, "word/styles.xml": STYLED, "word/_rels/document.xml.rels": related}
    return samples.archive(**members)


@pytest.mark.parametrize(
    "body",
    [
        paragraph("", run("<w:vanish/>")),
        paragraph("", run('<w:rStyle w:val="Gone"/>')),
        paragraph('<w:pStyle w:val="Child"/>', run()),
        paragraph("", run('<w:sz w:val="2"/>')),
        paragraph("", run(WHITE)),
        paragraph("", run('<w:color w:val="FEFEFE"/>')),
        paragraph("", run(WHITE + '<w:highlight w:val="white"/>')),
        paragraph("", run('<w:color w:val="1F3864"/><w:shd w:val="clear" w:fill="1F3864"/>')),
        paragraph('<w:pStyle w:val="Dark"/>', run('<w:color w:val="1F3864"/>')),
        cell("", paragraph("", run(WHITE))),
        cell('<w:shd w:val="clear" w:fill="000000"/>', paragraph("", run('<w:color w:val="000000"/>'))),
        f"<w:tbl><w:tr><w:trPr><w:hidden/></w:trPr><w:tc>{paragraph('', run())}</w:tc></w:tr></w:tbl>",
        f'<w:p><w:r><w:drawing><w:anchor><w:docPr hidden="1"/><w:txbxContent><w:p>{run()}</w:p></w:txbxContent></w:anchor>'
        "</w:drawing></w:r></w:p>",
    ],
)
def test_word_text_that_is_not_seen(body: str) -> None:
    """By the run, by its styles, by what is behind it."""
    document = read("a.docx", word(body))
    assert document.text == "Seen."


@pytest.mark.parametrize(
    "body",
    [
        paragraph("", run('<w:vanish w:val="0"/>')),
        paragraph("", run('<w:rStyle w:val="Gone"/><w:vanish w:val="false"/>')),
        paragraph("", run("<w:webHidden/>")),
        paragraph('<w:pStyle w:val="Tiny"/>', run('<w:sz w:val="20"/>')),
        paragraph("", run(WHITE + '<w:highlight w:val="blue"/>')),
        paragraph("", run(WHITE + '<w:shd w:val="clear" w:fill="1F3864"/>')),
        paragraph('<w:shd w:val="clear" w:fill="1F3864"/>', run(WHITE)),
        paragraph('<w:pStyle w:val="Dark"/>', run(WHITE)),
        f'<w:anchor behindDoc="1"/>{paragraph("", run(WHITE))}',
        f'<w:background w:color="000000"/>{paragraph("", run(WHITE))}',
        f"<w:p><w:r><w:txbxContent><w:p>{run(WHITE)}</w:p></w:txbxContent></w:r></w:p>",
    ],
)
def test_word_text_that_is_seen(body: str) -> None:
    """What hides is switched off, or white letters are on something dark or on what may be."""
    document = read("a.docx", word(body))
    assert (document.text.split("\n")[-1], document.missing) == (SECRET, ())


@pytest.mark.parametrize(
    "body",
    [
        cell('<w:shd w:val="clear" w:fill="1F3864"/>', paragraph("", run(WHITE))),
        cell("", paragraph("", run(WHITE)), '<w:tblStyle w:val="GridTable5Dark"/>'),
        cell('<w:shd w:val="clear" w:fill="1F3864"/>', cell("", paragraph("", run(WHITE)))),
    ],
)
def test_white_letters_in_dark_cells(body: str) -> None:
    """By the cell, the table's style, the cell around it."""
    assert read("a.docx", word(body)).text == f"Seen.\n\n| {SECRET} |"


def test_hidden_text_of_a_word_document_is_told() -> None:
    """Once."""
    document = read("a.docx", word(paragraph("", run("<w:vanish/>"), run("", "Open."), run(WHITE))))
    assert (document.text, document.missing) == ("Seen.\n\nOpen.", ("hidden text was left out",))


# Spreadsheets ---------------------------------------------------------------------------------------------------------


def book(change: Callable[[Any], object]) -> bytes:
    """A workbook of a sheet "S", changed."""
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    sheet.title = "S"
    for row in (["Name", "Says"], ["Ann", "Hello."], ["Zebra", SECRET], ["Bob", "Bye."]):
        sheet.append(row)
    change(sheet)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def styled(**styles: Any) -> Callable[[Any], object]:
    """The secret's cell with attributes."""

    def change(sheet: Any) -> None:
        for name, value in styles.items():
            setattr(sheet["B3"], name, value)

    return change


def hidden_row(*, folded: bool = False, filtered: bool = False) -> Callable[[Any], object]:
    """The secret's row hidden."""

    def change(sheet: Any) -> None:
        sheet.row_dimensions[3].hidden = True
        sheet.row_dimensions[3].outlineLevel = int(folded)
        sheet.auto_filter.ref = "A1:B4" if filtered else None

    return change


def hidden_column(*, folded: bool = False) -> Callable[[Any], object]:
    """The secret's column hidden."""

    def change(sheet: Any) -> None:
        sheet.column_dimensions["B"].hidden = True
        sheet.column_dimensions["B"].outlineLevel = int(folded)

    return change


def white(fill: str = "", **more: Any) -> Callable[[Any], object]:
    """The secret in white letters."""
    from openpyxl.styles import Font, PatternFill

    return styled(font=Font(color="FFFFFFFF"), **({"fill": PatternFill("solid", fgColor=fill)} if fill else {}), **more)


def with_table(sheet: Any) -> None:
    """White letters, in a table whose colours are its own."""
    from openpyxl.worksheet.table import Table

    white()(sheet)
    sheet.add_table(Table(displayName="T", ref="A1:B4"))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (hidden_row(), "rows"),
        (hidden_column(), "columns"),
        (styled(number_format=";;;"), "cells"),
        (white(), "cells"),
        (white("FFFFFFFF"), "cells"),
    ],
)
def test_cells_that_are_not_seen(change: Callable[[Any], object], where: str) -> None:
    """Rows, columns, cells without a form, white ones."""
    document = read("a.xlsx", book(change))
    assert SECRET not in document.text
    assert "Ann" in document.text
    assert "Bob" in document.text
    assert document.missing == (f"hidden text in {where} of sheet S was left out",)


@pytest.mark.parametrize(
    "change",
    [
        hidden_row(filtered=True),
        hidden_row(folded=True),
        hidden_column(folded=True),
        white("FF1F3864"),
        with_table,
        styled(number_format="@"),
        styled(number_format=";;"),  # numbers alone
    ],
)
def test_cells_that_are_seen(change: Callable[[Any], object]) -> None:
    """What a filter or a folded group hides can be had with a click; white may be on something dark."""
    document = read("a.xlsx", book(change))
    assert SECRET in document.text
    assert document.missing == ()


def test_hidden_sheets() -> None:
    """Say so; those that no person can show are left out, and that is told."""

    def change(sheet: Any) -> None:
        for state in ("hidden", "veryHidden"):
            other = sheet.parent.create_sheet(state)
            other.sheet_state = state
            other.append(["Listed", state])

    document = read("a.xlsx", book(change))
    assert "## hidden (hidden)\n\n| Listed | hidden |" in document.text
    assert "veryHidden" not in document.text
    assert document.missing == ("sheet veryHidden was left out: hidden text that no person sees",)


# Presentations --------------------------------------------------------------------------------------------------------


def deck(change: Callable[[Any, Any], object]) -> bytes:
    """A slide with a title and a box of text, changed."""
    from pptx import Presentation
    from pptx.util import Inches

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[5])
    slide.shapes.title.text = "Seen"
    box = slide.shapes.add_textbox(Inches(1), Inches(3), Inches(4), Inches(1))
    box.text_frame.text = SECRET
    change(slide, box)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def letters(size: int = 12, colour: str = "FFFFFF") -> Callable[[Any, Any], object]:
    """The box's letters in a size and a colour."""

    def change(_: Any, box: Any) -> None:
        from pptx.dml.color import RGBColor
        from pptx.util import Pt

        font = box.text_frame.paragraphs[0].runs[0].font
        font.size, font.color.rgb = Pt(size), RGBColor.from_string(colour)

    return change


def moved(**sides: float) -> Callable[[Any, Any], object]:
    """The box in another place, in inches."""
    return lambda _, box: [setattr(box, side, int(inches * 914_400)) for side, inches in sides.items()]


def filled(slide: Any, box: Any) -> None:
    """White letters, and a box on the slide that has a colour."""
    from pptx.dml.color import RGBColor

    letters()(slide, box)
    box.fill.solid()
    box.fill.fore_color.rgb = RGBColor(0, 0, 80)


def on_dark(slide: Any, box: Any) -> None:
    """White letters on a slide that is dark."""
    from pptx.dml.color import RGBColor

    letters()(slide, box)
    slide.background.fill.solid()
    slide.background.fill.fore_color.rgb = RGBColor(0, 0, 80)


def dark_theme(slide: Any, box: Any) -> None:
    """White letters in a presentation whose colours are turned about."""
    letters()(slide, box)
    mapped = slide.slide_layout.slide_master._element.find("{*}clrMap")
    mapped.set("bg1", "dk1")
    mapped.set("tx1", "lt1")


@pytest.mark.parametrize(
    "change",
    [
        lambda _, box: box._element.nvSpPr.cNvPr.set("hidden", "1"),
        letters(size=1, colour="000000"),
        letters(),
        moved(left=11),
        moved(left=-5),
        moved(top=-2),
    ],
)
def test_text_of_slides_that_is_not_seen(change: Callable[[Any, Any], object]) -> None:
    """Hidden shapes, tiny letters, white ones on an empty slide, what stands beside the slide."""
    document = read("a.pptx", deck(change))
    assert (document.text, document.missing) == ("## Seen", ("hidden text on slide 1 was left out",))


@pytest.mark.parametrize(
    "change", [letters(size=2, colour="000000"), moved(left=9), moved(top=-0.5), filled, on_dark, dark_theme]
)
def test_text_of_slides_that_is_seen(change: Callable[[Any, Any], object]) -> None:
    """Small, half on the slide, white on a dark box or slide."""
    document = read("a.pptx", deck(change))
    assert (document.text, document.missing) == (f"## Seen\n\n{SECRET}", ())
