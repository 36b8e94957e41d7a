"""PDF: which characters of a page a person who opens the file does not see.

Owns what makes ink visible; knows nothing of lines. Text that is drawn without ink, in the colour of what is behind it, too
small or off the page is unseen; where a look at the objects cannot tell, the page is drawn with the text and without, and what
makes no difference is unseen. When in doubt it is seen, above all text without ink where a picture is, as scanners write it.
"""

import ctypes
import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""

PALE, FAINT = 0xF0, 12
"""Fills of which every colour is above the one may be those of the paper; an opacity up to the other (of 255) shows nothing."""

CONTRAST, DENSITY, LARGEST = 10, 2.0, 2400
"""The least difference of a colour that is seen, in a picture of so many pixels a point, and at most so many a side."""

SMALLEST, SHARE = 0.9, 500
"""Letters lower than this many points, and than this part of the page, are not read by anyone."""

SEEN = 0.25
"""A text is seen if this share of its letters is."""

_FILLED, _UNINKED = (0, 4), (3, 7)
"""Modes in which letters are filled alone, and those in which they get no ink of their own."""


@dataclass(slots=True)
class _Objects:
    """What a page draws: texts without ink, texts that may be of the paper's colour, pictures."""

    uninked: dict[int, Any] = field(default_factory=dict)
    pale: dict[int, Any] = field(default_factory=dict)
    pictures: list[Box] = field(default_factory=list)


class Ink:
    """What of a page's text is seen; `hides` once some was met that is not."""

    def __init__(self, page: Any, textpage: Any) -> None:
        """Of a page and its text, both pdfium's."""
        self._textpage = textpage
        self.box: Box = page.get_bbox()
        self.tiny = min(SMALLEST, max(self.box[2] - self.box[0], self.box[3] - self.box[1]) / SHARE)
        self.unseen = _unseen(page, textpage)
        self.hides = bool(self.unseen)

    def lacks(self, number: int, sides: Box) -> bool:
        """Whether a letter in this place, which is off the page or very small, is not seen."""
        left, bottom, right, top = self.box
        off = sides[0] >= right or sides[2] <= left or sides[1] >= top or sides[3] <= bottom
        lacking = off or size_of(self._textpage, number) < self.tiny
        self.hides = self.hides or lacking
        return lacking


def size_of(textpage: Any, number: int) -> float:
    """The size of a character's font as it is shown."""
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    raw = textpage.raw
    pdfium.FPDFText_GetMatrix(raw, number, ctypes.byref(matrix))
    return float(pdfium.FPDFText_GetFontSize(raw, number)) * math.hypot(matrix.c, matrix.d)


def _unseen(page: Any, textpage: Any) -> Collection[int]:
    """The numbers of the characters that are not seen for want of ink."""
    import pypdfium2.raw as pdfium

    objects = _objects(page)
    suspects: dict[int, list[int]] = defaultdict(list)
    if not (objects.uninked or objects.pale):
        return ()
    for number in range(textpage.count_chars()):
        address = _address(pdfium.FPDFText_GetTextObject(textpage, number))
        if address in objects.uninked or address in objects.pale:
            suspects[address].append(number)
    boxes = {address: [_box(textpage, number) for number in numbers] for address, numbers in suspects.items()}
    hidden = [a for a in suspects if a in objects.uninked and _bare(boxes[a], objects.pictures)]
    pale = {address: objects.pale[address] for address in suspects if address in objects.pale}
    hidden += _without_contrast(page, pale, boxes) if pale else []
    return {number for address in hidden for number in suspects[address]}


def _objects(page: Any) -> _Objects:
    import pypdfium2.raw as pdfium

    found = _Objects()
    mode, fill = pdfium.FPDFTextObj_GetTextRenderMode, _Fill()
    for one, kind, matrix in _all(page):
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            how = mode(one)
            pale, faint = fill.of(one) if how in _FILLED else (False, how in _UNINKED)
            if faint:
                found.uninked[_address(one)] = one
            elif pale:
                found.pale[_address(one)] = one
        elif kind in (pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING):
            found.pictures.append(_bounds(one, matrix))
    return found


def _all(page: Any) -> Iterator[tuple[Any, int, Any]]:
    """All objects but paths, out of their forms, each with its kind and the matrices that lie around it."""
    import pypdfium2.raw as pdfium

    get, kind_of = pdfium.FPDFPage_GetObject, pdfium.FPDFPageObj_GetType
    stack: list[tuple[Any, tuple[Any, ...]]] = []
    for n in range(pdfium.FPDFPage_CountObjects(page)):
        stack.append((get(page, n), ()))
        while stack:
            one, around = stack.pop()
            kind = kind_of(one)
            if kind != pdfium.FPDF_PAGEOBJ_FORM:
                yield one, kind, around
                continue
            matrix = pdfium.FS_MATRIX()
            pdfium.FPDFPageObj_GetMatrix(one, ctypes.byref(matrix))
            count = pdfium.FPDFFormObj_CountObjects(one)
            stack += [(pdfium.FPDFFormObj_GetObject(one, k), (matrix, *around)) for k in range(count)]


class _Fill:
    """Asks for an object's fill."""

    def __init__(self) -> None:
        import pypdfium2.raw as pdfium

        self._ask = pdfium.FPDFPageObj_GetFillColor
        self._parts = [ctypes.c_uint() for _ in range(4)]
        self._places = [ctypes.byref(part) for part in self._parts]

    def of(self, one: Any) -> tuple[bool, bool]:
        """Whether it may be the paper's colour, and whether it lets everything through."""
        if not self._ask(one, *self._places):
            return False, False
        red, green, blue, opacity = self._parts
        return red.value >= PALE and green.value >= PALE and blue.value >= PALE, opacity.value <= FAINT


def _bounds(one: Any, around: Sequence[Any]) -> Box:
    """Where an object stands on the page."""
    import pypdfium2.raw as pdfium

    sides = [ctypes.c_float() for _ in range(4)]
    pdfium.FPDFPageObj_GetBounds(one, *map(ctypes.byref, sides))
    left, bottom, right, top = (side.value for side in sides)
    corners = [(x, y) for x in (left, right) for y in (bottom, top)]
    for m in around:
        corners = [(m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f) for x, y in corners]
    across, up = zip(*corners, strict=True)
    return min(across), min(up), max(across), max(up)


def _address(one: Any) -> int:
    return ctypes.cast(one, ctypes.c_void_p).value or 0


def _box(textpage: Any, number: int) -> Box:
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(textpage, number, ctypes.byref(box))
    return box.left, box.bottom, box.right, box.top


def _bare(letters: Sequence[Box], pictures: Sequence[Box]) -> bool:
    """Whether most of the letters stand where there is no picture."""
    middles = [((left + right) / 2, (bottom + top) / 2) for left, bottom, right, top in letters]
    pictured = sum(any(a <= x <= c and b <= y <= d for a, b, c, d in pictures) for x, y in middles)
    return pictured * 2 < len(letters)


# Contrast -------------------------------------------------------------------------------------------------------------


def _without_contrast(page: Any, texts: dict[int, Any], boxes: dict[int, list[Box]]) -> list[int]:
    """Those of the texts without which the page looks the same where most of their letters are."""
    import pypdfium2.raw as pdfium

    shown, place = _drawn(page)
    for one in texts.values():
        pdfium.FPDFPageObj_SetIsActive(one, False)
    other, _ = _drawn(page)
    for one in texts.values():
        pdfium.FPDFPageObj_SetIsActive(one, True)
    changed = abs(shown.astype("int16") - other) > CONTRAST
    return [a for a in texts if sum(_any(changed, place, box) for box in boxes[a]) < SEEN * len(boxes[a])]


def _drawn(page: Any) -> tuple[Any, Any]:
    """A picture of the page in shades of grey, a row an array of numbers, and what turns places on the page into its own."""
    bitmap = page.render(scale=min(DENSITY, LARGEST / max(*page.get_size(), 1)), grayscale=True)
    return bitmap.to_numpy().reshape(bitmap.height, bitmap.width).copy(), bitmap.get_posconv(page)


def _any(changed: Any, place: Any, box: Box) -> bool:
    """Whether something has changed in the middle of a letter's box; at its edges are its neighbours."""
    margin = (box[3] - box[1]) / 5
    (a, b), (c, d) = place.to_bitmap(box[0], box[1] + margin), place.to_bitmap(box[2], box[3] - margin)
    return bool(changed[max(min(b, d), 0) : max(b, d, -1) + 1, max(min(a, c), 0) : max(a, c, -1) + 1].any())
