"""Make the everyday folder: the texts as they are, and office files, PDF and EPUB out of `made/`, each by how its name ends.

A text of `made/` is Markdown of headings, lists, tables and paragraphs; `>` begins what a speaker notes.
"""

import io
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import escape
from itertools import groupby
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))  # run as a script, `samples` is one folder up

from samples import archive, odf  # noqa: E402

MARKS = {"#": "heading", "-": "bullet", ">": "note", "|": "row"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: its kind, its words without the mark, and how deep a heading is."""

    kind: str
    text: str
    level: int = 0

    @property
    def cells(self) -> list[str]:
        """The cells of a row."""
        return [cell.strip() for cell in self.text.strip("|").split("|")]


def line(raw: str) -> Line:
    """A line as it is marked."""
    if numbered := re.match(r"\d\. (?=\w)", raw):
        return Line("number", raw[numbered.end() :])
    mark, _, words = raw.partition(" ")
    kind = MARKS.get(mark[:1], "text") if mark == mark[:1] * len(mark) else "text"
    return Line(kind, words if kind not in ("text", "row") else raw, len(mark))


Blocks = list[tuple[str, list[Line]]]


def blocks(lines: list[Line]) -> Blocks:
    """Lists and tables as one block each, a heading or a paragraph alone."""
    found: Blocks = []
    for kind, group in groupby(lines, lambda each: each.kind):
        members = list(group)
        found += [(kind, members)] if kind in ("bullet", "number", "row") else [(kind, [each]) for each in members]
    return found


def sections(lines: list[Line]) -> list[tuple[str, list[Line]]]:
    """What stands under each heading of the first level: a sheet, a slide or a chapter."""
    found: list[tuple[str, list[Line]]] = []
    for each in lines:
        if each.kind == "heading" and each.level == 1:
            found.append((each.text, []))
        else:
            found[-1][1].append(each)
    return found


def docx(lines: list[Line]) -> bytes:
    """A text document, with Word's own styles of headings, lists and tables."""
    from docx import Document

    made = Document()
    for kind, members in blocks(lines):
        if kind == "heading":
            made.add_heading(members[0].text, members[0].level)
        elif kind == "row":
            table = made.add_table(0, len(members[0].cells), style="Table Grid")
            for member in members:
                for cell, text in zip(table.add_row().cells, member.cells, strict=True):
                    cell.text = text
        else:
            style = {"bullet": "List Bullet", "number": "List Number"}.get(kind)
            for member in members:
                made.add_paragraph(member.text, style=style)
    return saved(made.save)


def xlsx(lines: list[Line]) -> bytes:
    """A workbook with a sheet for each heading; numbers, shares and dates are such."""
    from openpyxl import Workbook
    from openpyxl.styles import Font

    made = Workbook()
    made.remove(made.active)
    for name, rows in sections(lines):
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append([value(cell) for cell in row.cells])
            for cell, text in zip(sheet[sheet.max_row], row.cells, strict=True):
                cell.number_format = "0.0%" if text.endswith("%") else cell.number_format
        for cell in sheet[1]:
            cell.font = Font(bold=True)
    return saved(made.save)


def value(text: str) -> str | int | float | date:
    """What a person's typing becomes in a cell."""
    if re.fullmatch(r"\d+", text):
        return int(text)
    if re.fullmatch(r"\d+\.\d+%?", text):
        return float(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text


def pptx(lines: list[Line]) -> bytes:
    """A slide for each heading, with points, a table or a speaker's notes."""
    from pptx import Presentation

    made = Presentation()
    for title, content in sections(lines):
        slide = made.slides.add_slide(made.slide_layouts[5 if content[0].kind == "row" else 1])
        slide.shapes.title.text = title
        rows = [each.cells for each in content if each.kind == "row"]
        if rows:
            table = slide.shapes.add_table(len(rows), len(rows[0]), 500_000, 1_800_000, 8_000_000, 3_000_000).table
            for y, row in enumerate(rows):
                for x, text in enumerate(row):
                    table.cell(y, x).text = text
        if points := [each.text for each in content if each.kind in ("bullet", "number")]:
            slide.placeholders[1].text = "\n".join(points)
        for note in (each.text for each in content if each.kind == "note"):
            slide.notes_slide.notes_text_frame.text = note
    return saved(made.save)


def pdf(lines: list[Line]) -> bytes:
    """Pages of A4 with a running head and their numbers."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

    styles = getSampleStyleSheet()
    story: list[Flowable] = []
    for kind, members in blocks(lines):
        if kind == "row":
            grid = [("GRID", (0, 0), (-1, -1), 0.5, "black")]
            story += [Table([member.cells for member in members], style=grid), Spacer(0, 8)]
        else:
            style = "Title" if members[0].level == 1 else "Heading2" if kind == "heading" else "BodyText"
            story += [Paragraph(escape(member.text), styles[style]) for member in members]

    def edge(canvas: object, template: object) -> None:
        canvas.setFont("Times-Roman", 9)
        canvas.drawString(72, A4[1] - 40, lines[0].text)
        canvas.drawCentredString(A4[0] / 2, 30, str(canvas.getPageNumber()))

    out = io.BytesIO()
    SimpleDocTemplate(out, pagesize=A4, invariant=1).build(story, onFirstPage=edge, onLaterPages=edge)
    return out.getvalue()


def odt(lines: list[Line]) -> bytes:
    """An OpenDocument text."""
    heading = '<text:h text:outline-level="{}">{}</text:h>'
    return odf(
        "text",
        "".join(
            heading.format(each.level, escape(each.text)) if each.kind == "heading" else f"<text:p>{escape(each.text)}</text:p>"
            for each in lines
        ),
    )


def epub(lines: list[Line]) -> bytes:
    """A book with a chapter for each heading."""
    chapters = {
        f"c{number}.xhtml": f'<html xmlns="http://www.w3.org/1999/xhtml"><body><h1>{escape(title)}</h1>'
        + "".join(f"<p>{escape(each.text)}</p>" for each in content)
        + "</body></html>"
        for number, (title, content) in enumerate(sections(lines))
    }
    items = "".join(f'<item id="{name[:-6]}" href="{name}" media-type="application/xhtml+xml"/>' for name in chapters)
    order = "".join(f'<itemref idref="{name[:-6]}"/>' for name in chapters)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/" version="3.0">'
        f"<metadata><dc:title>{escape(lines[0].text)}</dc:title></metadata>"
        f"<manifest>{items}</manifest><spine>{order}</spine></package>"
    )
    container = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'
    return archive(**{"mimetype": "application/epub+zip", "META-INF/container.xml": container, "book.opf": package, **chapters})


def saved(save: Callable[[io.BytesIO], object]) -> bytes:
    """What a library writes into a file."""
    out = io.BytesIO()
    save(out)
    return out.getvalue()


WRITERS = {".docx": docx, ".xlsx": xlsx, ".pptx": pptx, ".pdf": pdf, ".odt": odt, ".epub": epub}


def make(folder: Path) -> None:
    """Write all documents below a new folder."""
    shutil.copytree(HERE / "texts", folder)
    for source in sorted((HERE / "made").rglob("*.md")):
        target = folder / source.relative_to(HERE / "made").with_suffix("")
        lines = [line(raw) for raw in source.read_text("utf-8").splitlines() if raw.strip()]
        target.write_bytes(WRITERS[target.suffix](lines))
