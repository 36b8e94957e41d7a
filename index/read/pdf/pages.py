"""PDF: the lines of each page with where they stand, by pdfium; what can't be read is named by its page.

Owns the file and its pages; `layout.py` makes paragraphs of the lines. pdfium was measured against pypdf (bench/README.md).
"""

import ctypes
import re
import unicodedata
from collections.abc import Callable, Iterator
from statistics import median
from typing import TYPE_CHECKING, Any

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN, left_out
from index.read.page.layout import draft_of
from index.read.page.line import Line
from index.read.pdf.hidden import Ink, size_of
from index.read.pdf.opened import opened

if TYPE_CHECKING:
    import pypdfium2

_LIGATURE = re.compile("[\ufb00-\ufb06\ufb13-\ufb17]")
_BOLD = re.compile(rb"(?i)bold|black|heavy|medi\b|cmbx|-bd")
_HYPHENS = "\x02\ufffe"
"""What pdfium writes for a hyphen at a line's end; it writes no line break behind it."""

_NO_LAYER = "no text layer; QA_OCR=1 reads it if tesseract is installed"
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
        for number in range(1, len(pdf) + 1):
            lines, fault, hides = _page(pdf, number, ocr=ocr)
            pages.append(lines)
            hiding += [number] if hides else []
            missing += [f"page {number} {fault}"] if fault else []
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


def _page(pdf: "pypdfium2.PdfDocument", number: int, *, ocr: bool) -> tuple[list[Line], str, bool]:
    """A page's lines, what is wrong with it or "", and whether it holds text that is not seen."""
    import pypdfium2

    try:
        page = pdf[number - 1]
    except pypdfium2.PdfiumError:
        return [], "cannot be read", False
    try:
        textpage = page.get_textpage()
        ink = Ink(page, textpage)
        lines = [line for run in _runs(textpage, ink) if (line := _line(textpage, run))]
        textpage.close()
        unknown = sum(line.text.count("\ufffd") for line in lines)
        if unknown * 3 > sum(len(line.text) for line in lines):
            lines = []
        if lines or not _has_ink(page):
            return lines, "", ink.hides
        if not ocr:
            return [], "has text in an unknown encoding" if unknown else "has no text", ink.hides
        from index.read.pdf.ocr import recognised

        return *recognised(page), ink.hides
    finally:
        page.close()


def _has_ink(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    return bool(pdfium.FPDFPage_CountObjects(page))


_Char = tuple[str, float, float, float, float, int]
"""A character with its left, bottom, right and top, y going up, and its number on the page; a space has no sides."""


def _runs(textpage: Any, ink: Ink) -> Iterator[list[_Char]]:
    """The characters of each line that are seen, in the file's order; wide gaps part a line, they may be a gutter."""
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    least, (begin, foot, end, head) = ink.tiny, ink.box
    run: list[_Char] = []
    last = 0.0
    for i in range(textpage.count_chars()):
        char = chr(min(pdfium.FPDFText_GetUnicode(textpage, i), 0x10FFFF)) or "\ufffd"
        if char in "\r\n":
            yield run
            run = []
            continue
        if char.isspace():
            run.append((char, 0.0, 0.0, 0.0, 0.0, i))
            continue
        pdfium.FPDFText_GetLooseCharBox(textpage, i, ctypes.byref(box))
        left, bottom, right, top = sides = box.left, box.bottom, box.right, box.top
        small = top - bottom < least and right - left < least
        doubtful = small or left >= end or right <= begin or bottom >= head or top <= foot
        if i in ink.unseen or (doubtful and ink.lacks(i, sides)):
            continue
        height = max(top - bottom, 1)
        if run and not -20 * height < left - last < 1.5 * height:
            yield run
            run = []
        run.append((char, *sides, i))
        last = right
        if char in _HYPHENS:
            yield run
            run = []
    yield run


def _line(textpage: Any, run: list[_Char]) -> Line | None:
    """A line of these characters; None where there is no ink among them."""
    inked = [c for c in run if not c[0].isspace()]
    if not inked:
        return None
    text = "".join(c[0] for c in run).replace("\0", "\ufffd")
    hyphen = text.endswith(tuple(_HYPHENS)) or (text.rstrip().endswith(("\xad", "\u2010")) and len(inked) > 1)
    text = text.rstrip().rstrip("\xad\u2010" + _HYPHENS) if hyphen else text.strip()
    text = text.replace("\x02", "-").replace("\ufffe", "-").replace("\xad", "")
    text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    text = " ".join(_LIGATURE.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text).split())
    size, bold = _font(textpage, [inked[(len(inked) - 1) * k // 4][5] for k in range(5)])
    sides = min(c[1] for c in inked), min(c[2] for c in inked), max(c[3] for c in inked), max(c[4] for c in inked)
    return Line(text, *sides, size, hyphen, bold) if text else None


def _font(textpage: Any, sample: list[int]) -> tuple[float, bool]:
    """The usual size of some characters as they are shown, and whether all of them are bold."""
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(100)
    sizes, bold = [], True
    for i in sample:
        sizes.append(size_of(textpage, i))
        pdfium.FPDFText_GetFontInfo(textpage, i, name, len(name), None)
        bold = bold and bool(_BOLD.search(name.value))
    return median(sizes) or 1.0, bold
