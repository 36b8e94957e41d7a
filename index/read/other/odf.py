"""OpenDocument, as LibreOffice writes it: texts, spreadsheets and presentations, also in one file of XML.

Owns the parts of such a document, and which of them is read how.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN, HIDDEN_NOTE, Draft, one_line, ticking
from index.read.office.archive import Archive, attribute, local, xml_of
from index.read.office.counting import counts_pages
from index.read.other.blocks import Blocks, rows_of
from index.read.other.styles import Styles
from index.read.other.words import Words
from index.read.sheet.cells import MOST_COLUMNS, Row
from index.read.sheet.tables import Tables

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TICK_EVERY, _LONGEST_NAME = 500, 60
_MANIFEST = "META-INF/manifest.xml"
_NUMBERS = ("float", "percentage", "currency", "date", "time")


def read(data: bytes, *, tick: Callable[[], None], kind: str = ".odt") -> Document:
    """The body in order, then notes, then what stands at the head and foot of pages."""
    flat = data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<?xml")
    archive = None if flat else Archive(data, kind)
    if (
        archive is not None
        and "META-INF/manifest.xml" in archive
        and b"encryption-data" in archive.read("META-INF/manifest.xml")
    ):
        raise FileLeftOut("protected by a password")
    content = xml_of(data) if archive is None else archive.xml("content.xml")
    styled = archive.xml("styles.xml") if archive is not None and "styles.xml" in archive else None
    styles = Styles()
    for root in (styled, content):
        if root is not None:
            styles.add(root)
    tick()
    draft, words = Draft(len(data)), Words(archive, styles)
    title = _body(content, draft, words, tick)
    for note in words.notes:
        draft.add(note)
    _running(content if styled is None else styled, draft, words)
    draft.missing += [HIDDEN_NOTE] if words.hidden else []
    draft.missing += sorted(words.missing)
    return draft.document(_title(archive, content) or title)


def _body(content: "Element", draft: Draft, words: Words, tick: Callable[[], None]) -> str:
    """Write what the document holds; its first heading."""
    body = next((e for e in content.iter() if local(e.tag) == "body"), None)
    held = [] if body is None else list(body)
    if not held:
        raise FileLeftOut("damaged: it has no body")
    name = local(held[0].tag)
    blocks = Blocks(draft, words)
    if name == "spreadsheet":
        for table in (e for e in held[0] if local(e.tag) == "table"):
            _sheet(table, draft, words, tick)
    elif name in ("presentation", "drawing"):
        return _slides(held[0], blocks, draft, words, tick)
    else:
        for one in ticking(held[0], tick, _TICK_EVERY):
            blocks.write(one)
    return blocks.title


def _title(archive: Archive | None, content: "Element") -> str:
    root = archive.xml("meta.xml") if archive is not None and "meta.xml" in archive else content
    about = next((e for e in root.iter() if local(e.tag) == "meta"), None)
    return "" if about is None else next((e.text or "" for e in about if local(e.tag) == "title"), "")


def _running(root: "Element", draft: Draft, words: Words) -> None:
    """What stands at the head and foot of pages, each once, without the numbers of pages."""
    met = set()
    for master in (e for e in root.iter() if local(e.tag) == "master-page"):
        for part in master:
            kind = local(part.tag).split("-")[0]
            if kind not in ("header", "footer") or attribute(part, "display") == "false":
                continue
            for parent in part.iter():
                for one in [e for e in parent if local(e.tag) in ("page-number", "page-count")]:
                    one.text = ""
            text = " · ".join(filter(None, (one_line(words.text(e)) for e in part.iter() if local(e.tag) in ("p", "h"))))
            if not counts_pages(text) and text not in met:
                met.add(text)
                draft.add(f"{kind.title()}: {text}")


# Presentations --------------------------------------------------------------------------------------------------------


def _slides(body: "Element", blocks: Blocks, draft: Draft, words: Words, tick: Callable[[], None]) -> str:
    first = ""
    for number, page in enumerate((e for e in body if local(e.tag) == "page"), start=1):
        draft.label(f"page={number}")
        heads = [e for e in page if attribute(e, "class") == "title"]
        title = one_line(" ".join(words.text(p) for e in heads for p in e.iter() if local(p.tag) == "p"))
        off = words.styles.look("drawing-page", attribute(page, "style-name")).get("visibility") == "hidden"
        draft.heading(2, f"{title or f'Slide {number}'} (hidden)" if off else title)
        first = first or title
        for shape in page:
            if shape not in heads and attribute(shape, "class") not in ("page-number", "footer", "header", "date-time"):
                blocks.write(shape, paper=False)
        for notes in (e for e in page if local(e.tag) == "notes"):
            text = "\n".join(filter(None, (one_line(words.text(p)) for p in notes.iter() if local(p.tag) == "p")))
            draft.add(f"Notes: {text}" if text else "")
        tick()
    return first


# Spreadsheets ---------------------------------------------------------------------------------------------------------


def _sheet(table: "Element", draft: Draft, words: Words, tick: Callable[[], None]) -> None:
    """One sheet, each row with its columns' names; what is hidden is left out and told."""
    name, before = attribute(table, "name"), 0
    off = words.styles.look("table", attribute(table, "style-name")).get("display") == "false"
    sheet = _Sheet(table, words)
    for row, lines in ticking(Tables(sheet.merged).lines(sheet.rows()), tick, _TICK_EVERY):
        draft.label(f"{name}!{row.number}")
        if not before:
            draft.heading(2, f"{name} (hidden)" if off else name)
            draft.label(f"{name}!{row.number}")
        for line in (*lines, *row.notes):
            draft.add(line, "\n" if before else "\n\n")
            before = row.number
    shown = one_line(name)[:_LONGEST_NAME]
    draft.missing += [f"{HIDDEN} in {what} of sheet {shown} was left out" for what in sorted(sheet.met)]


class _Sheet:
    """The cells of one sheet that are seen; `merged` is filled while they are read, each range before its rows."""

    def __init__(self, table: "Element", words: Words) -> None:
        self._table, self._words = table, words
        self.met: set[str] = set()
        self.merged: dict[tuple[int, int], tuple[int, int]] = {}
        self._hidden: set[int] = set()
        column = 0
        for one in (e for e in table.iter() if local(e.tag) == "table-column"):
            many = min(_many(one, "number-columns-repeated"), MOST_COLUMNS)
            if attribute(one, "visibility") == "collapse":
                self._hidden.update(range(column, min(column + many, MOST_COLUMNS)))
            column += many

    def rows(self) -> Iterator[Row]:
        number = 0
        for one in rows_of(self._table):
            many = _many(one, "number-rows-repeated")
            row = self._row(one, number + 1)
            hidden = attribute(one, "visibility") == "collapse"
            if row.cells and hidden:
                self.met.add("rows")
            for n in range(many if row.cells and not hidden else 0):
                yield Row(number + 1 + n, row.cells, row.words, row.bold, row.notes)
            number += many

    def _row(self, one: "Element", number: int) -> Row:
        row, column = Row(number, bold=False), 0
        for cell in one:
            if local(cell.tag) not in ("table-cell", "covered-table-cell"):
                continue
            many = _many(cell, "number-columns-repeated")
            texts = [self._words.text(e) for e in cell if local(e.tag) == "p"]
            text = one_line(" ".join(texts)) if local(cell.tag) == "table-cell" else ""
            across, down = _many(cell, "number-columns-spanned"), _many(cell, "number-rows-spanned")
            if text and (across > 1 or down > 1):
                self.merged[number, column] = number + down - 1, column + across - 1
            for n in range(column, min(column + many, MOST_COLUMNS) if text else column):
                if n in self._hidden:
                    self.met.add("columns")
                    continue
                row.cells[n] = text
                if attribute(cell, "value-type") not in _NUMBERS:
                    row.words.add(n)
            for note in (e for e in cell if local(e.tag) == "annotation"):
                who = next((one_line(e.text or "") for e in note if local(e.tag) == "creator"), "")
                said = one_line(" ".join(self._words.text(e) for e in note if local(e.tag) == "p"))
                row.notes += [f"[Comment{f' by {who}' if who else ''}: {said}]"] if said else []
            column += many
        return row


def _many(element: "Element", name: str) -> int:
    value = attribute(element, name)
    return max(int(value), 1) if value.isdecimal() and len(value) < len("99999999") else 1
