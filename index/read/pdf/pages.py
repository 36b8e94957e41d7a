"""PDF: the lines of each page with where they stand, by pdfium; what can't be read is named by its page.

Owns the file and its pages; `layout.py` makes paragraphs of the lines. pdfium was measured against pypdf (bench/README.md).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN, left_out
from index.read.page.layout import draft_of
from index.read.page.line import Line
from index.read.page.placed import notes, with_values
from index.read.pdf.annotations import annotations_of
from index.read.pdf.chars import line_of, runs, with_addresses
from index.read.pdf.hidden import Box, Ink
from index.read.pdf.opened import opened

if TYPE_CHECKING:
    import pypdfium2

_NO_LAYER = "no text layer; QA_OCR=1 reads it if tesseract is installed"
_XFA, _XFA_KINDS = "a form of the XFA kind, of which its pages alone were read", (2, 3)
"""Such a form is laid out by the viewer."""

MOST_PAGES, PAGE_BYTES = 1000, 50
"""A file may have so many pages, and another one for so many bytes: the same page may stand in it a million times."""


def read(data: bytes, *, tick: Callable[[], None], ocr: bool = False) -> Document:
    """Pages in order, each a part "page=N"; pages without text are read by OCR if that is asked for."""
    pdf = opened(data)
    try:
        pages: list[list[Line]] = []
        missing, hiding = [], []
        if len(pdf) > MOST_PAGES + len(data) // PAGE_BYTES:
            raise FileLeftOut(f"has {len(pdf):,} pages, more than a file of its size should")
        if kind := pdf.get_formtype():
            pdf.init_forms()
            missing += [_XFA] if kind in _XFA_KINDS else []
        for number in range(1, len(pdf) + 1):
            page = _page(pdf, number, ocr=ocr)
            pages.append(page.lines)
            hiding += [number] if page.hides else []
            missing += [f"page {number} {page.fault}"] if page.fault else []
            tick()
        if not any(pages):
            raise FileLeftOut(
                f"holds {HIDDEN} alone" if hiding else _NO_LAYER if not ocr else "no text layer, and OCR found no text"
            )
        draft, title = draft_of(pages, len(data))
        draft.missing = [*left_out(hiding, "page"), *missing, *draft.missing]
        return draft.document(title or _title(pdf))
    finally:
        pdf.close()


def _title(pdf: "pypdfium2.PdfDocument") -> str:
    """The title in the file's own data, unless a program wrote it there for want of one."""
    title = str(pdf.get_metadata_value("Title")).strip()
    return "" if re.match(r"(?i)microsoft word|untitled|\S+\.\w{2,5}$", title) else title


@dataclass(frozen=True, slots=True)
class _Page:
    """A page's lines, what is wrong with it or "", and whether it holds text that is not seen."""

    lines: list[Line]
    fault: str = ""
    hides: bool = False


def _page(pdf: "pypdfium2.PdfDocument", number: int, *, ocr: bool) -> _Page:
    import pypdfium2

    try:
        page = pdf[number - 1]
        beside = annotations_of(pdf, page)
        if beside.drawn:
            page.close()
            page = pdf[number - 1]
    except pypdfium2.PdfiumError:
        return _Page([], "cannot be read")
    try:
        lines, bare, hides = _lines(page, beside.links)
        fault = beside.fault
        unknown = sum(line.text.count("\ufffd") for line in lines)
        if unknown * 3 > sum(len(line.text) for line in lines):
            lines = []
        if not lines and _has_ink(page):
            lines, fault = _recognised(page, ocr=ocr, unknown=unknown > 0)
        lines = with_values(lines, beside.values)
        return _Page([*lines, *notes([*beside.notes, *bare], lines)], fault, hides or beside.hides)
    finally:
        page.close()


def _lines(page: Any, links: Sequence[tuple[Box, str]]) -> tuple[list[Line], list[tuple[Box, str]], bool]:
    """The lines of a page's own text, links that have no words in it, and whether there is some that is not seen."""
    textpage = page.get_textpage()
    ink = Ink(page, textpage)
    found = list(runs(textpage, ink))
    bare = with_addresses(found, links) if links else []
    lines = [line for run in found if (line := line_of(textpage, run))]
    textpage.close()
    return lines, bare, ink.hides


def _recognised(page: Any, *, ocr: bool, unknown: bool) -> tuple[list[Line], str]:
    if not ocr:
        return [], "has text in an unknown encoding" if unknown else "has no text"
    from index.read.pdf.ocr import recognised

    return recognised(page)


def _has_ink(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    return bool(pdfium.FPDFPage_CountObjects(page))
