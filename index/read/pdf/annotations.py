"""PDF: what lies on a page beside its own contents: values of a form, notes, addresses of links.

Owns what annotations say; those that draw their text themselves are made part of the page. Knows nothing of a page's lines.
"""

import ctypes
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from index.read.pdf.hidden import Box

MOST = 5000
"""So many annotations of a page are looked at."""

_HIDDEN, _PASSWORD = 2 | 32, 1 << 13
"""Flags of an annotation that is not shown, and of a field that shows stars."""


@dataclass(slots=True)
class Annotations:
    """What the annotations of one page say: values of fields and notes, each with its place, and links with their addresses."""

    values: list[tuple[Box, str]] = field(default_factory=list)
    notes: list[tuple[Box, str]] = field(default_factory=list)
    links: list[tuple[Box, str]] = field(default_factory=list)
    drawn: bool = False
    """Whether some draw their text, and have become a part of the page, which must be loaded again."""
    hides: bool = False
    fault: str = ""


def annotations_of(pdf: Any, page: Any) -> Annotations:
    """Those of a page, both pdfium's."""
    import pypdfium2.raw as pdfium

    found = Annotations()
    count = pdfium.FPDFPage_GetAnnotCount(page)
    if count > MOST:
        found.fault = f"has {count:,} annotations, of which {MOST:,} were read"
    for number in range(min(count, MOST)):
        one = pdfium.FPDFPage_GetAnnot(page, number)
        if one:
            _take(found, pdf, one)
            pdfium.FPDFPage_CloseAnnot(one)
    if found.drawn:
        found.drawn = pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS
        found.fault = found.fault or ("" if found.drawn else "has a stamp or signature that cannot be read")
    return found


def _take(found: Annotations, pdf: Any, one: Any) -> None:
    """What one annotation says; what is read here does not draw itself, too."""
    import pypdfium2.raw as pdfium

    kind, box = pdfium.FPDFAnnot_GetSubtype(one), _box(one)
    if pdfium.FPDFAnnot_GetFlags(one) & _HIDDEN:
        found.hides = found.hides or bool(_string(one, b"Contents") or _string(one, b"V"))
        return
    if kind == pdfium.FPDF_ANNOT_LINK:
        if address := _address(pdf, one):
            found.links.append((box, address))
        return
    if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
        found.fault = found.fault or "has an attached file that is not read"
    value = _value(pdf, one) if kind == pdfium.FPDF_ANNOT_WIDGET else None
    said = _string(one, b"Contents")
    draws = kind in (pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP, pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_WATERMARK)
    if value is not None:
        found.values += [(box, value)] if value else []
    elif draws and pdfium.FPDFAnnot_HasKey(one, b"AP"):
        found.drawn = True
        return
    elif kind == pdfium.FPDF_ANNOT_FREETEXT:
        found.values += [(box, said)] if said else []
    elif (
        kind not in (pdfium.FPDF_ANNOT_POPUP, pdfium.FPDF_ANNOT_WIDGET)
        and said
        and not pdfium.FPDFAnnot_HasKey(one, b"StateModel")
    ):
        author = _string(one, b"T")
        found.notes.append((box, f"Note by {author}: {said}" if author else f"Note: {said}"))
    pdfium.FPDFAnnot_SetFlags(one, pdfium.FPDFAnnot_GetFlags(one) | _HIDDEN)


def _value(pdf: Any, one: Any) -> str | None:
    """What is filled into a field; None for a button or a signature, which draw what they show."""
    import pypdfium2.raw as pdfium

    env = pdf.formenv
    if not env:
        return _string(one, b"V") or None
    kind = pdfium.FPDFAnnot_GetFormFieldType(env, one)
    value = _text(partial(pdfium.FPDFAnnot_GetFormFieldValue, env, one))
    if kind == pdfium.FPDF_FORMFIELD_TEXTFIELD:
        return "" if pdfium.FPDFAnnot_GetFormFieldFlags(env, one) & _PASSWORD else value
    if kind in (pdfium.FPDF_FORMFIELD_CHECKBOX, pdfium.FPDF_FORMFIELD_RADIOBUTTON):
        return _checked(one, value) if pdfium.FPDFAnnot_IsChecked(env, one) else "[ ]"
    if kind in (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX):
        return ", ".join(_chosen(env, one)) or value
    return None


def _checked(one: Any, value: str) -> str:
    """A box with its mark, and the word it stands for, where it is one."""
    word = _string(one, b"AS") or value
    return f"[x] {word}" if len(word) > 2 and word.isprintable() and not word.isdecimal() else "[x]"


def _chosen(env: Any, one: Any) -> list[str]:
    import pypdfium2.raw as pdfium

    count = min(pdfium.FPDFAnnot_GetOptionCount(env, one), MOST)
    numbers = [n for n in range(count) if pdfium.FPDFAnnot_IsOptionSelected(env, one, n)]
    return [_text(partial(pdfium.FPDFAnnot_GetOptionLabel, env, one, n)) for n in numbers]


def _string(one: Any, key: bytes) -> str:
    import pypdfium2.raw as pdfium

    return _text(partial(pdfium.FPDFAnnot_GetStringValue, one, key))


def _text(ask: Callable[[Any, int], int]) -> str:
    """What pdfium writes into a buffer of the size that it says."""
    import pypdfium2.raw as pdfium

    size = ask(None, 0)
    buffer = ctypes.create_string_buffer(max(size, 2))
    ask(ctypes.cast(buffer, ctypes.POINTER(pdfium.FPDF_WCHAR)), size)
    return buffer.raw[:size].decode("utf-16-le", "replace").rstrip("\0").strip()


def _address(pdf: Any, one: Any) -> str:
    """Where a link leads outside the file; "" for one within it."""
    import pypdfium2.raw as pdfium

    link = pdfium.FPDFAnnot_GetLink(one)
    action = pdfium.FPDFLink_GetAction(link) if link else None
    if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
        return ""
    size = pdfium.FPDFAction_GetURIPath(pdf, action, None, 0)
    buffer = ctypes.create_string_buffer(max(size, 1))
    pdfium.FPDFAction_GetURIPath(pdf, action, buffer, size)
    return "%20".join(buffer.value.decode("utf-8", "replace").split()).removeprefix("mailto:")


def _box(one: Any) -> Box:
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDFAnnot_GetRect(one, ctypes.byref(box))
    left, right = sorted((box.left, box.right))
    bottom, top = sorted((box.bottom, box.top))
    return left, bottom, right, top
