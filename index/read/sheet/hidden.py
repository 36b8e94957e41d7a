"""Spreadsheets: which rows, columns and cells a person who opens the file does not see.

Owns what hides them; knows nothing of how cells are shown. What a filter or a folded group hides is one click away and is taken
for seen, and so is white text where a table, a condition or a drawing may have coloured what is behind it.
"""

import re
from collections.abc import Mapping
from functools import cached_property

from index.read.sheet.book import Style
from index.read.sheet.forms import hides
from index.read.style import same

_ON = ("1", "true", "on")
_FILTER = re.compile(rb"<(?:\w{1,20}:)?(?:autoFilter|tableParts)\b")
_COLOURED = re.compile(rb"<(?:\w{1,20}:)?(?:conditionalFormatting|tableParts|drawing|picture)\b")
_TINY = 1
"""Points."""


class Veil:
    """What is hidden of one sheet; `met` are the kinds of things that were hidden and held something."""

    def __init__(self, raw: bytes) -> None:
        """Of a sheet's XML."""
        self._raw = raw
        self._columns: list[tuple[int, int]] = []
        self.met: set[str] = set()

    def column(self, about: Mapping[str, str]) -> None:
        """Heed what the sheet says of some of its columns."""
        first, last = about.get("min", ""), about.get("max", "")
        if _hidden(about) and first.isdecimal() and last.isdecimal():
            self._columns.append((int(first[:6]), int(last[:6])))

    def row(self, about: Mapping[str, str]) -> bool:
        """Whether a row is not seen."""
        return _hidden(about) and not self._filtered

    def cell(self, column: int, style: Style, *, number: bool) -> str:
        """What kind of thing hides a cell, or ""."""
        if self._columns and any(first <= column <= last for first, last in self._columns):
            return "columns"
        hidden = hides(style.form)
        if hidden == "all" or (hidden and number) or style.size <= _TINY:
            return "cells"
        white = style.ink and style.ground and same(style.ink, style.ground) and not self._coloured
        return "cells" if white else ""

    @cached_property
    def _filtered(self) -> bool:
        return bool(_FILTER.search(self._raw))

    @cached_property
    def _coloured(self) -> bool:
        return bool(_COLOURED.search(self._raw))


def _hidden(about: Mapping[str, str]) -> bool:
    """Whether a row or column is hidden, but not folded."""
    none = {about.get("ht"), about.get("width")} & {"0", "0.0"}
    return bool(about.get("hidden") in _ON or none) and about.get("outlineLevel", "0") == "0"
