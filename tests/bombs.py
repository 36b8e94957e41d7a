"""Files made to hang, fill or crash what reads them, small on disk: one maker for each trick, by the name of its file.

The larger of them take `many`, so that a test of the mechanism need not wait.
"""

import functools
import json
import zlib
from collections.abc import Callable

from samples import archive

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "lol"}">' for n in range(12))
"""A billion laughs."""


# PDF ------------------------------------------------------------------------------------------------------------------


def pdf(*objects: bytes, root: int = 1) -> bytes:
    """A PDF of these objects, numbered from 1, with a table of where they stand."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        size,
        table,
        size,
        root,
        len(out),
    )


def stream(data: bytes, extra: bytes = b"") -> bytes:
    """A stream object."""
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), extra, data)


CATALOG, FONT = b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>%s>>>>"
TEXT = stream(b"BT /F 12 Tf 50 700 Td (A zebra in the harbour.) Tj ET")


def pdf_page_tree(kids: bytes, count: int) -> bytes:
    """A PDF whose tree of pages has these kids."""
    return pdf(CATALOG, b"<</Type/Pages/Count %d/Kids[%s]>>" % (count, kids), PAGE % b"", TEXT, FONT)


def pdf_repeats_a_page(many: int = 1_000_000) -> bytes:
    """One page stands in /Kids so many times."""
    return pdf_page_tree(b"3 0 R " * many, many)


def pdf_of_a_wide_tree(deep: int = 6) -> bytes:
    """A tree of pages, each of whose nodes holds the next one ten times; a million pages in a kilobyte."""
    nodes = [
        b"<</Type/Pages/Count %d/Kids[%s]/MediaBox[0 0 600 800]>>" % (10 ** (deep - n), b"%d 0 R " % (n + 3) * 10)
        for n in range(deep)
    ]
    return pdf(CATALOG, *nodes, b"<</Type/Page/Parent %d 0 R>>" % (deep + 1))


def pdf_of_flate_layers(layers: int = 3, size: int = 3_000_000_000) -> bytes:
    """Contents that unpack to so many bytes of blanks, packed several times over."""
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(b" " * 10_000_000) for _ in range(size // 10_000_000)) + packer.flush()
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    filters = b"/Filter[" + b"/FlateDecode" * layers + b"]"
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE % b"", stream(data, filters), FONT)


def pdf_of_forms(deep: int = 12, wide: int = 10) -> bytes:
    """Each form draws the next one so many times."""
    first = 6
    forms = []
    for n in range(deep):
        last = n == deep - 1
        body = b"BT /F 12 Tf 9 9 Td (x) Tj ET" if last else b"/N Do " * wide
        extra = b"/Type/XObject/Subtype/Form/BBox[0 0 600 800]/Resources<</Font<</F 5 0 R>>/XObject<</N %d 0 R>>>>"
        forms.append(stream(body, extra % (first + n + (not last))))
    page = PAGE % (b"/XObject<</N %d 0 R>>" % first)
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, stream(b"/N Do"), FONT, *forms)


def pdf_form_in_itself() -> bytes:
    """A form that draws itself."""
    page = PAGE % b"/XObject<</N 6 0 R>>"
    form = stream(b"/N Do /N Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</N 6 0 R>>>>")
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, stream(b"/N Do"), FONT, form)


def pdf_outline_loop() -> bytes:
    """An outline whose items follow each other in a ring."""
    catalog = b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R>>"
    item = b"<</Title(x)/Parent 6 0 R/Next %d 0 R/First %d 0 R/Last 7 0 R>>"
    outline = b"<</Type/Outlines/First 7 0 R/Last 8 0 R/Count 2>>"
    pages = b"<</Type/Pages/Count 1/Kids[3 0 R]>>"
    return pdf(catalog, pages, PAGE % b"", TEXT, FONT, outline, item % (8, 6), item % (7, 7))


def pdf_of_nested(opening: bytes, many: int = 200_000) -> bytes:
    """Contents that open so many arrays or dictionaries within each other."""
    contents = stream(opening * many)
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE % b"", contents, FONT)


def pdf_large_image(side: int = 40_000) -> bytes:
    """An image of more than 10^9 pixels, all of them equal."""
    extra = b"/Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 8"
    extra += b"/Filter[/FlateDecode/FlateDecode]"
    packer = zlib.compressobj(9)
    data = zlib.compress(b"".join(packer.compress(bytes(side)) for _ in range(side)) + packer.flush(), 9)
    page = PAGE % b"/XObject<</N 6 0 R>>"
    shown = stream(b"600 0 0 800 0 0 cm /N Do")
    image = stream(data, extra % (side, side))
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page, shown, FONT, image)


def pdf_of_characters(many: int = 30_000_000) -> bytes:
    """A page of so many letters on top of each other, in a few kilobytes."""
    text = b"BT /F 1 Tf 9 9 Td (" + b"x" * many + b") Tj ET"
    contents = stream(zlib.compress(zlib.compress(text, 9), 9), b"/Filter[/FlateDecode/FlateDecode]")
    return pdf(CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", PAGE % b"", contents, FONT)


# Office ---------------------------------------------------------------------------------------------------------------


def docx(body: str, before: str = "") -> bytes:
    """A Word document of this XML."""
    return archive(**{"word/document.xml": f'{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'})


def docx_of_nested_tables(deep: int = 5000) -> bytes:
    """Tables, each in a cell of the one before."""
    word = "<w:p><w:r><w:t>zebra</w:t></w:r></w:p>"
    return docx(f"<w:tbl><w:tr><w:tc>{word}" * deep + "</w:tc></w:tr></w:tbl>" * deep)


def docx_of_deep_elements(deep: int = 1_000_000) -> bytes:
    """Elements within each other without end."""
    return docx("<w:sdt>" * deep + "</w:sdt>" * deep)


def xlsx(sheets: dict[str, str], *, workbook: str = "", strings: str = "", before: str = "") -> bytes:
    """A workbook of sheets with these rows as XML."""
    number = range(1, len(sheets) + 1)
    names = "".join(f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"/>' for n, name in zip(number, sheets, strict=True))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = [("xl/workbook.xml", "sheet.main"), *((f"xl/worksheets/s{n}.xml", "worksheet") for n in number)]
    parts += [("xl/sharedStrings.xml", "sharedStrings")] if strings else []
    types = "".join(f'<Override PartName="/{name}" ContentType="{kind}.{what}+xml"/>' for name, what in parts)
    members = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>',
        "_rels/.rels": _rels([("r1", "officeDocument", "xl/workbook.xml")]),
        "xl/_rels/workbook.xml.rels": _rels([(f"r{n}", "worksheet", f"worksheets/s{n}.xml") for n in number]),
        "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_RELATED}"><sheets>{workbook or names}</sheets></workbook>',
    }
    for n, rows in zip(number, sheets.values(), strict=True):
        members[f"xl/worksheets/s{n}.xml"] = f'{before}<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>'
    if strings:
        members["xl/sharedStrings.xml"] = f'{before}<sst xmlns="{_SHEET}">{strings}</sst>'
    return archive(**members)


def _rels(rows: list[tuple[str, str, str]]) -> str:
    each = "".join(f'<Relationship Id="{a}" Type="{_RELATED}/{kind}" Target="{target}"/>' for a, kind, target in rows)
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def cell(place: str, text: str = "zebra") -> str:
    """A cell of a sheet."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def xlsx_of_far_cells(rows: int = 1_048_576) -> bytes:
    """A single cell in each row, in the last column that there is."""
    return xlsx({"S": "".join(f'<row r="{n}"><c r="XFD{n}"><v>7</v></c></row>' for n in range(1, rows + 1))})


def xlsx_of_a_far_row(row: int = 999_999_999) -> bytes:
    """One row, where no program has any."""
    return xlsx({"S": f'<row r="{row}">{cell(f"A{row}")}</row>'})


def xlsx_of_one_sheet_a_million_times(many: int = 1_000_000) -> bytes:
    """So many sheets, all of them one member."""
    listed = "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="r1"/>' for n in range(many))
    return xlsx({"S": f'<row r="1">{cell("A1")}</row>'}, workbook=listed)


def xlsx_of_long_strings(length: int = 1_000_000, many: int = 100_000) -> bytes:
    """One long string, shared by every cell."""
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, many + 1))
    return xlsx({"S": rows}, strings=f"<si><t>{'zebra ' * (length // 6)}</t></si>")


def pptx(slide: str, slides: int = 1) -> bytes:
    """A presentation that shows one slide so many times."""
    listed = '<p:sldId id="256" r:id="r1"/>' * slides
    spaces = f'xmlns:p="p" xmlns:a="a" xmlns:r="{_RELATED}"'
    return archive(
        **{
            "_rels/.rels": _rels([("r1", "officeDocument", "ppt/presentation.xml")]),
            "ppt/presentation.xml": f"<p:presentation {spaces}>{listed}</p:presentation>",
            "ppt/_rels/presentation.xml.rels": _rels([("r1", "slide", "slides/s.xml")]),
            "ppt/slides/s.xml": f"<p:sld {spaces}>{slide}</p:sld>",
        }
    )


def pptx_repeats_a_slide(many: int = 1_000_000) -> bytes:
    """One slide, shown so many times."""
    return pptx("<p:sp><a:p><a:r><a:t>zebra</a:t></a:r></a:p></p:sp>", many)


def pptx_of_nested_paragraphs(deep: int = 20_000) -> bytes:
    """Paragraphs within each other."""
    return pptx("<p:sp>" + "<a:p><a:t>zebra</a:t>" * deep + "</a:p>" * deep + "</p:sp>")


def epub(*spine: str, package: str = "", **chapters: str) -> bytes:
    """A book of these chapters, in this order."""
    items = "".join(f'<item id="{name}" href="{name}.xhtml"/>' for name in chapters)
    order = "".join(f'<itemref idref="{name}"/>' for name in spine)
    return archive(
        **{
            "META-INF/container.xml": '<container><rootfiles><rootfile full-path="p.opf"/></rootfiles></container>',
            "p.opf": package or f"<package><manifest>{items}</manifest><spine>{order}</spine></package>",
            **{f"{name}.xhtml": text for name, text in chapters.items()},
        }
    )


def epub_of_one_chapter(many: int = 100_000) -> bytes:
    """So many entries of the spine that all lead to one chapter."""
    items = "".join(f'<item id="i{n}" href="a.xhtml"/>' for n in range(many))
    order = "".join(f'<itemref idref="i{n}"/>' for n in range(many))
    package = f"<package><manifest>{items}</manifest><spine>{order}</spine></package>"
    return epub(package=package, a="<p>" + "zebra " * 10_000)


def bomb(name: str, size: int = 300_000_000) -> bytes:
    """An archive with one member that is so many blanks."""
    return archive(**{name: b" " * size})


def nested_archives(deep: int = 20) -> bytes:
    """An archive in an archive in an archive, each ten times."""
    data = b"zebra"
    for _ in range(deep):
        data = archive(**{f"{n}.zip": data for n in range(10)}) if len(data) < 100_000 else archive(a=data)
    return data


# Text and the web -----------------------------------------------------------------------------------------------------


def html_of_nested(tag: str, deep: int = 100_000) -> bytes:
    """Elements within each other without end."""
    return f"<{tag}>".encode() * deep + b"zebra"


def html_of_attributes(many: int = 60_000) -> bytes:
    """One element with so many attributes."""
    return ("<p " + " ".join(f"a{n}=1" for n in range(many)) + ">zebra").encode()


def mail_of_encoded_words(many: int = 100_000) -> bytes:
    """A sender of so many encoded words."""
    return b"From: " + b" =?utf-8?q?zebra?=\r\n" * many + b"Subject: x\r\n\r\nzebra"


def mail_of_addresses(many: int = 100_000) -> bytes:
    """A mail to so many people, in comments within comments."""
    return b"To: " + b"(" * many + b"a@b.example\r\nSubject: x\r\n\r\nzebra"


def mail_of_parts(deep: int = 20_000) -> bytes:
    """Parts within each other."""
    head = b"Subject: x\r\n"
    opened = b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(deep))
    return head + opened + b"\r\nzebra"


def csv_of_wide_head(columns: int = 60_000, rows: int = 300_000) -> bytes:
    """So many columns' names, over rows of one cell."""
    return (",".join(f"a{n}b" for n in range(columns)) + "\n" + "1\n" * rows).encode()


def json_of_long_paths(key: int = 4000, many: int = 20_000) -> bytes:
    """Values far down below long keys, so that each line repeats them all."""
    return (f'{{"{"k" * key}":' * 90 + json.dumps([{"a": 1}] * many) + "}" * 90).encode()


def notebook(source: str, output: str = "") -> bytes:
    """A notebook of one cell of text and one of code."""
    code = {"cell_type": "code", "source": source, "outputs": [{"text": output}]}
    return json.dumps({"cells": [{"cell_type": "markdown", "source": source}, code]}).encode()


MAKERS: dict[str, Callable[[], bytes]] = {
    "kids.pdf": pdf_repeats_a_page,
    "kids-loop.pdf": functools.partial(pdf_page_tree, b"2 0 R 3 0 R 2 0 R", 1_000_000),
    "wide-tree.pdf": pdf_of_a_wide_tree,
    "outline.pdf": pdf_outline_loop,
    "flate.pdf": pdf_of_flate_layers,
    "forms.pdf": pdf_of_forms,
    "form-in-itself.pdf": pdf_form_in_itself,
    "arrays.pdf": functools.partial(pdf_of_nested, b"["),
    "dictionaries.pdf": functools.partial(pdf_of_nested, b"<</A"),
    "states.pdf": functools.partial(pdf_of_nested, b"q "),
    "image.pdf": pdf_large_image,
    "letters.pdf": pdf_of_characters,
    "tables.docx": docx_of_nested_tables,
    "deep.docx": docx_of_deep_elements,
    "bomb.docx": functools.partial(bomb, "word/document.xml"),
    "nested.docx": nested_archives,
    "laughs.docx": functools.partial(docx, "&l11;", f"<!DOCTYPE w [{LAUGHS}]>"),
    "far-cells.xlsx": xlsx_of_far_cells,
    "far-row.xlsx": xlsx_of_a_far_row,
    "sheets.xlsx": xlsx_of_one_sheet_a_million_times,
    "strings.xlsx": xlsx_of_long_strings,
    "laughs.xlsx": functools.partial(
        xlsx, {"S": f'<row r="1">{cell("A1", "&l11;")}</row>'}, before=f"<!-- {'x' * 5000} --><!DOCTYPE w [{LAUGHS}]>"
    ),
    "slides.pptx": pptx_repeats_a_slide,
    "paragraphs.pptx": pptx_of_nested_paragraphs,
    "chapters.epub": epub_of_one_chapter,
    "bomb.epub": functools.partial(epub, "a", a="<p>" + " " * 300_000_000),
    "div.html": functools.partial(html_of_nested, "div"),
    "b.html": functools.partial(html_of_nested, "b"),
    "table.html": functools.partial(html_of_nested, "table"),
    "font.html": functools.partial(html_of_nested, "a href=x><font><x-y"),
    "attributes.html": html_of_attributes,
    "from.eml": mail_of_encoded_words,
    "to.eml": mail_of_addresses,
    "parts.eml": mail_of_parts,
    "page.eml": functools.partial(lambda: b"Subject: x\r\nContent-Type: text/html\r\n\r\n" + html_of_nested("b")),
    "wide.csv": csv_of_wide_head,
    "quotes.csv": functools.partial(lambda: b'"' * 900_000),
    "paths.json": json_of_long_paths,
    "deep.json": functools.partial(lambda: b"[" * 900_000),
    "paths.jsonl": json_of_long_paths,
    "heading.ipynb": functools.partial(notebook, "# a" + " " * 900_000 + "b", "\x1b[" + "0" * 900_000),
    "deep.ipynb": functools.partial(lambda: b"[" * 900_000),
    "heading.md": functools.partial(lambda: b"# a" + b" " * 900_000 + b"b\n\n" + b"word " * 9000),
    "long-heading.md": functools.partial(lambda: b"# " + b"word " * 90_000 + b"\n\n" + (b"word " * 150 + b"\n\n") * 600),
    "quotes.md": functools.partial(lambda: b"> " * 450_000 + b"zebra"),
    "key.txt": functools.partial(lambda: b"-----BEGIN A-----\n-----BEGIN " + b"PRIVATE KEY " * 80_000),
    "lines.txt": functools.partial(lambda: b"a\n" * 450_000),
    "columns.tsv": functools.partial(lambda: b"a\t" * 450_000),
}
"""Every hostile file at its full size, by name."""
