"""Spreadsheets: every sheet under its name, a row in a line with its columns' names, each a part "Sheet!ROW".

Owns the order of a document: sheets, rows, comments, drawings. A formula is shown by the value it had when the file was saved.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN, Draft, one_line, ticking
from index.read.office.archive import Archive, attribute, core_title, local
from index.read.office.drawing import alt_text, drawn, paragraphs_of
from index.read.sheet.book import Book, Sheet, opened
from index.read.sheet.cells import Cells
from index.read.sheet.tables import Tables

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TICK_EVERY, _LONGEST_NAME = 500, 60


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """Sheets in order; hidden ones say so, but those that only a program can show are left out."""
    archive = Archive(data, ".xlsx")
    book, draft = opened(archive), Draft(len(data))
    without = 0
    for sheet in book.sheets:
        if sheet.state == "veryHidden":
            name = one_line(sheet.name)[:_LONGEST_NAME]
            draft.missing.append(f"sheet {name} was left out: {HIDDEN} that no person sees")
            continue
        without += _sheet(archive, book, sheet, draft, tick)
        tick()
    if without:
        verb = "formula has" if without == 1 else "formulas have"
        draft.missing.insert(0, f"{without} {verb} no value: saved by a program that does not calculate")
    if not draft.last_label:
        raise FileLeftOut("no text in it")
    return draft.document(core_title(archive))


def _sheet(archive: Archive, book: Book, sheet: Sheet, draft: Draft, tick: Callable[[], None]) -> int:
    """Write one sheet; how many of its formulas have no value."""
    cells = Cells(archive, book, sheet.path)
    before = 0
    for row, lines in ticking(Tables(cells.merged).lines(cells.rows()), tick, _TICK_EVERY):
        if not before:
            _begin(sheet, draft, row.number)
        draft.label(f"{sheet.name}!{row.number}")
        for line in (*lines, *row.notes):
            draft.add(line, "\n" if before else "\n\n")
            before = row.number
    for number, text in _drawings(archive, sheet.path, draft):
        if not before:
            _begin(sheet, draft, number)
            before = number
        draft.label(f"{sheet.name}!{number}")
        draft.add(text)
    name = one_line(sheet.name)[:_LONGEST_NAME]
    draft.missing += [f"{HIDDEN} in {what} of sheet {name} was left out" for what in sorted(cells.veil.met)]
    return cells.without


def _begin(sheet: Sheet, draft: Draft, number: int) -> None:
    draft.label(f"{sheet.name}!{number}")
    draft.heading(2, sheet.name if sheet.state == "visible" else f"{sheet.name} (hidden)")


def _drawings(archive: Archive, path: str, draft: Draft) -> list[tuple[int, str]]:
    """The texts of a sheet's boxes, charts and diagrams, each with the row that it stands at."""
    found = []
    for kind, part in archive.related(path).values():
        if kind == "drawing" and part in archive:
            related = archive.related(part)
            for anchor in archive.xml(part):
                texts = list(_texts(archive, related, anchor, draft))
                found += [(_row(anchor), text) for text in texts if text]
    return found


def _texts(archive: Archive, related: dict[str, tuple[str, str]], anchor: "Element", draft: Draft) -> list[str]:
    """What an anchored drawing says, but for what is switched off."""
    texts, stack = [], [anchor]
    while stack:
        one = stack.pop()
        name = local(one.tag)
        if name in ("sp", "pic", "graphicFrame", "cxnSp") and any(
            local(e.tag) == "cNvPr" and attribute(e, "hidden") in ("1", "true") for e in one.iter()
        ):
            continue
        if name == "txBody":
            texts.append(paragraphs_of(one))
        elif name == "cNvPr":
            texts.append(alt_text(one))
        elif name in ("chart", "relIds"):
            text, missing = drawn(archive, related, one)
            texts.append(text)
            draft.missing += [missing] if missing else []
        elif name != "Fallback":
            stack += reversed(one)
    return texts


def _row(anchor: "Element") -> int:
    """The row, from 1, that a drawing begins in."""
    for one in anchor:
        if local(one.tag) == "from":
            value = next((e.text or "" for e in one if local(e.tag) == "row"), "")
            return int(value) + 1 if value.isdecimal() and len(value) < len("99999999") else 1
    return 1
