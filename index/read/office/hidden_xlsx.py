"""Spreadsheets: which rows, columns and cells a person who opens the file does not see.

Owns what hides them; knows nothing of how cells are shown. What a filter or a folded group hides is one click away and is taken
for seen, and so is white text where a table, a condition or a drawing may have coloured what is behind it.
"""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from index.read.style import colour, same

_ON = ("1", "true", "on")
_FILTER = re.compile(rb"<(?:\w{1,20}:)?(?:autoFilter|tableParts)\b")
_COLOURED = re.compile(rb"<(?:\w{1,20}:)?(?:conditionalFormatting|tableParts|drawing|picture)\b")
_TINY = 1
"""Points."""


class Veil:
    """What is hidden of one sheet; `met` are the kinds of things that were hidden and held something."""

    def __init__(self, book: Any, raw: Callable[[], bytes]) -> None:
        """Of a sheet of openpyxl's book, whose XML can be had."""
        self._book, self._raw = book, raw
        self._styles: dict[int, str] = {}
        self._columns: list[tuple[int, int]] | None = None
        self.met: set[str] = set()

    def cells(self, number: int, cells: list[dict[str, Any]], parser: Any) -> list[dict[str, Any]]:
        """The cells of a row that are seen."""
        if self._columns is None:  # they stand before all rows
            self._columns = [(int(c["min"]), int(c["max"])) for c in parser.column_dimensions.values() if _hidden(c)]
        about = parser.row_dimensions.get(str(number))
        if about and _hidden(about) and not self._filtered:
            return self._left_out("rows", cells)
        if not self._columns and not any(cell["style_id"] for cell in cells):
            return cells
        kept = []
        for cell in cells:
            why = self._why(cell)
            kept += [] if why and self._left_out(why, [cell]) == [] else [cell]
        return kept

    def _left_out(self, what: str, cells: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Nothing, once it is noted."""
        if any(str(cell["value"] or "").strip() for cell in cells):
            self.met.add(what)
        return []

    def _why(self, cell: dict[str, Any]) -> str:
        style, column = cell["style_id"], cell["column"]
        if self._columns and any(first <= column <= last for first, last in self._columns):
            return "columns"
        if style and style not in self._styles:
            self._styles[style] = self._hiding(style)
        why = self._styles.get(style, "")
        number = isinstance(cell["value"], int | float)
        return "cells" if why == "all" or (why == "numbers" and number) or (why == "white" and not self._coloured) else ""

    def _hiding(self, style: int) -> str:
        """What a style of cells hides: all, numbers, or what is white on the sheet; or ""."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE

        book = self._book
        parts = book._cell_styles[style]
        number = parts.numFmtId
        custom = number >= BUILTIN_FORMATS_MAX_SIZE
        form = book._number_formats[number - BUILTIN_FORMATS_MAX_SIZE] if custom else BUILTIN_FORMATS.get(number, "")
        font, fill = book._fonts[parts.fontId], book._fills[parts.fillId]
        if form.strip() == ";;;" or (font.sz is not None and font.sz <= _TINY):
            return "all"
        kind = getattr(fill, "patternType", "")
        ground = (255, 255, 255) if kind in (None, "none") else _colour(fill.fgColor) if kind == "solid" else None
        ink = _colour(font.color)
        if ink and ground and same(ink, ground):
            return "white"
        return "numbers" if form.strip() in (";", ";;") else ""

    @cached_property
    def _filtered(self) -> bool:
        return bool(_FILTER.search(self._raw()))

    @cached_property
    def _coloured(self) -> bool:
        return bool(_COLOURED.search(self._raw()))


def _hidden(about: dict[str, str]) -> bool:
    """Whether a row or column is hidden, but not folded."""
    none = {about.get("ht"), about.get("width")} & {"0", "0.0"}
    return bool(about.get("hidden") in _ON or none) and about.get("outlineLevel", "0") == "0"


def _colour(one: Any) -> tuple[int, ...] | None:
    """Red, green and blue of openpyxl's colour; the first of a theme is white."""
    if one is not None and one.type == "theme" and one.theme == 0 and not one.tint:
        return 255, 255, 255
    return colour(f"#{one.rgb[2:].lower()}") if one is not None and one.type == "rgb" and isinstance(one.rgb, str) else None
