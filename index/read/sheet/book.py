"""Spreadsheets: what a workbook says of all its sheets: their names, shared texts and the styles of cells.

Owns the parts that are no sheet. Read from the XML itself, so that what other programs write and Excel forgives is read too.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.read.draft.scripts import Piece, written
from index.read.office.archive import Archive, attribute, local
from index.read.sheet.forms import BUILT_IN
from index.read.style import colour

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Ink = tuple[int, ...] | None
"""Red, green and blue, or None where it is not known."""

WHITE = (255, 255, 255)
_ON = ("1", "true", "on")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class Style:
    """A cell's number format, and what else may hide it; `ground` is None where it is not known."""

    form: str = "General"
    size: float = 11.0
    ink: Ink = None
    ground: Ink = WHITE
    struck: bool = False
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's name, the member that it is in, and whether it is "visible", "hidden" or "veryHidden"."""

    name: str
    path: str
    state: str


@dataclass(slots=True)
class Book:
    """A workbook; `since_1904` is how its days are counted."""

    sheets: list[Sheet] = field(default_factory=list)
    strings: list[str] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    since_1904: bool = False

    def style(self, number: int) -> Style:
        """A cell's style by its number."""
        return self.styles[number] if 0 <= number < len(self.styles) else Style()


def opened(archive: Archive) -> Book:
    """What the workbook says."""
    main = next((path for kind, path in archive.related("").values() if kind == "officeDocument"), "xl/workbook.xml")
    related, book = archive.related(main), Book()
    for one in archive.xml(main).iter():
        if local(one.tag) == "sheet":
            kind, path = related.get(_id(one), ("", ""))
            if kind == "worksheet" and path in archive:
                book.sheets.append(Sheet(attribute(one, "name"), path, attribute(one, "state") or "visible"))
        elif local(one.tag) == "workbookPr":
            book.since_1904 = attribute(one, "date1904") in _ON
    kinds = dict(related.values())
    if (path := kinds.get("sharedStrings", "xl/sharedStrings.xml")) in archive:
        book.strings = [text_of(one) for one in archive.rows(path, {"si"})]
    if (path := kinds.get("styles", "xl/styles.xml")) in archive:
        book.styles = _styles(archive.xml(path))
    return book


def _id(sheet: "Element") -> str:
    return next((value for key, value in sheet.attrib.items() if "relationships" in key.lower()), "")


# Texts ----------------------------------------------------------------------------------------------------------------


def text_of(item: "Element") -> str:
    """A text, its raised and struck runs as plain text has them, without how it is read aloud."""
    pieces: list[Piece] = []
    for one in item:
        if local(one.tag) == "t":
            pieces.append((one.text or "", ""))
        elif local(one.tag) == "r":
            pieces.append(("".join(e.text or "" for e in one if local(e.tag) == "t"), _form(one)))
    text = written(pieces)
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _form(run: "Element") -> str:
    properties = next((e for e in run if local(e.tag) == "rPr"), ())
    return " ".join(filter(None, (_moved(properties), "out" if _is_on(properties, "strike") else "")))


def _moved(properties: Iterable["Element"]) -> str:
    value = next((attribute(e, "val") for e in properties if local(e.tag) == "vertAlign"), "")
    return {"superscript": "up", "subscript": "down"}.get(value, "")


def _is_on(properties: Iterable["Element"], name: str) -> bool:
    return any(local(e.tag) == name and attribute(e, "val") not in ("0", "false", "off") for e in properties)


# Styles ---------------------------------------------------------------------------------------------------------------


def _styles(root: "Element") -> list[Style]:
    """The styles of cells by their numbers; what is wrong in them is passed over."""
    parts = {local(one.tag): one for one in root}
    forms = {attribute(e, "numFmtId"): attribute(e, "formatCode") for e in parts.get("numFmts", ())}
    fonts, fills = list(parts.get("fonts", ())), list(parts.get("fills", ()))
    return [_style(one, forms, fonts, fills) for one in parts.get("cellXfs", ()) if local(one.tag) == "xf"]


def _style(one: "Element", forms: Mapping[str, str], fonts: list["Element"], fills: list["Element"]) -> Style:
    number = attribute(one, "numFmtId")
    form = forms.get(number) or BUILT_IN.get(number, "General")
    font, fill = _at(fonts, attribute(one, "fontId")), _at(fills, attribute(one, "fillId"))
    size = next((attribute(e, "val") for e in font if local(e.tag) == "sz"), "")
    ink = next((_colour(e) for e in font if local(e.tag) == "color"), None)
    return Style(form, _number(size), ink, _ground(fill), _is_on(font, "strike"), _is_on(font, "b"))


def _at(elements: list["Element"], place: str) -> Iterable["Element"]:
    return elements[int(place)] if place.isdecimal() and int(place[:9]) < len(elements) else ()


def _ground(fill: Iterable["Element"]) -> Ink:
    """What is behind a cell's letters."""
    for one in fill:
        if local(one.tag) != "patternFill":
            return None
        kind = attribute(one, "patternType")
        if kind not in ("", "none"):
            return next((_colour(e) for e in one if local(e.tag) == "fgColor"), None) if kind == "solid" else None
    return WHITE


def _colour(one: "Element") -> Ink:
    """A colour by its figures; the first of a theme is white."""
    if attribute(one, "theme") == "0" and attribute(one, "tint") in ("", "0", "0.0"):
        return WHITE
    return colour(f"#{attribute(one, 'rgb')[-6:].lower()}") or None


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d{1,9}(?:\.\d{0,9})?", text) else 11.0
