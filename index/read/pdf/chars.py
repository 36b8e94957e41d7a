"""PDF: from the characters of a page to its lines, with what is raised, lowered or spaced apart told by places and sizes.

Owns what a line's characters say; `hidden.py` tells which of them are seen.
"""

import ctypes
import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from statistics import median
from typing import Any

from index.read.draft.scripts import DOWN, UP, cents
from index.read.page.line import Line
from index.read.pdf.hidden import Box, Ink, size_of

Char = tuple[str, float, float, float, float, int]
"""A character with its left, bottom, right and top, y going up, and its number on the page; a space has no sides."""

_LIGATURE = re.compile("[\ufb00-\ufb06\ufb13-\ufb17]")
_BOLD = re.compile(rb"(?i)bold|black|heavy|medi\b|cmbx|-bd")
_HYPHENS = "\x02\ufffe"
"""What pdfium writes for a hyphen at a line's end; it writes no line break behind it."""

_UNSEEN = re.compile("[\xad\u200b-\u200d\u2060\ufeff]")
_JOINED_SCRIPTS = re.compile("[\u0600-\u06ff\u0900-\u0dff]")
"""In these a joiner without width changes how letters look."""

SMALL, RAISED, LOWERED = 0.88, 0.1, -0.04
"""A letter so much lower than others of its line, and so much of their height above or below their base, is set apart."""

WIDE = 1.0
"""A gap of so many heights of a letter parts a line."""

_FIGURES = "0123456789+-−=()"
_ABOVE = {ord(sign): UP[ord(sign)] for sign in f"{_FIGURES}ni"}
_BELOW = {ord(sign): DOWN[ord(sign)] for sign in _FIGURES}
_FIGURE = re.compile(r"\d")
_SPACED = re.compile(r"(?:(?<=\s)|^)[^\W\d_]{1,2}(?:\s+[^\W\d_]){3,}(?=\s|$)")
_LEAST_SPACED = 5


def runs(textpage: Any, ink: Ink) -> Iterator[list[Char]]:
    """The characters of each line that are seen, in the file's order; wide gaps part a line, they may be a gutter."""
    import pypdfium2.raw as pdfium

    box, raw = pdfium.FS_RECTF(), textpage.raw
    place, ask, ask_box = ctypes.byref(box), pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    least, unseen, (begin, foot, end, head) = ink.tiny, ink.unseen, ink.box
    run: list[Char] = []
    last = low = high = 0.0
    broken = False
    for i in range(textpage.count_chars()):
        code = ask(raw, i)
        char = chr(code) if code <= 0x10FFFF else "\ufffd"
        if char in "\r\n":
            broken = True
            continue
        if char.isspace():
            run.append((char, 0.0, 0.0, 0.0, 0.0, i))
            continue
        ask_box(raw, i, place)
        left, bottom, right, top = sides = box.left, box.bottom, box.right, box.top
        height = top - bottom
        small = height < least and right - left < least
        doubtful = small or left >= end or right <= begin or bottom >= head or top <= foot
        if i in unseen or (doubtful and ink.lacks(i, sides)):
            continue
        height = height if height > 1 else 1.0
        if broken:  # by a raised or lowered letter, which pdfium takes for a line of its own
            near = -0.2 * height < left - last < 0.5 * height and min(top, high) - max(bottom, low) > 0.4 * min(
                height, high - low
            )
            if not near:
                yield run
                run = []
            elif left - last > 0.12 * max(height, high - low):
                run.append((" ", 0.0, 0.0, 0.0, 0.0, i))
            broken = False
        if run and not -20 * height < left - last < WIDE * height:
            yield run
            run = []
        run.append((char, *sides, i))
        last, low, high = right, bottom, top
        if char in _HYPHENS:
            yield run
            run = []
    yield run


def with_addresses(found: list[list[Char]], links: Sequence[tuple[Box, str]]) -> list[tuple[Box, str]]:
    """Put the address of each link behind its words, once where they go on in the next line; those that have no words."""
    parts: dict[str, list[tuple[int, int]]] = {}
    bare: list[tuple[Box, str]] = []
    sides = [_sides([c for c in run if c[4] > c[2]]) for run in found]
    for box, address in links:
        near = [n for n, one in enumerate(sides) if one[0] < box[2] and one[2] > box[0] and one[1] < box[3] and one[3] > box[1]]
        ends = [(n, last) for n in near if (last := _last_within(found[n], box)) >= 0]
        parts.setdefault(address, []).extend(ends)
        bare += [] if ends else [(box, f"<{address}>")]
    marks: list[tuple[int, int, str]] = []
    for address, where in parts.items():
        lines = [n for n, _ in where]
        text = "".join(c[0] for n in sorted(set(lines)) for c in found[n])
        if where and _letters(re.sub(r"^\w+://(?:www\.)?", "", address)) not in _letters(text):
            count = next((k for k, (a, b) in enumerate(pairwise(lines), start=1) if b != a + 1), len(lines))
            marks.append((*where[count - 1], address))
    for n, last, address in sorted(marks, reverse=True):
        found[n].insert(last + 1, (f" <{address}>", *found[n][last][1:]))
    return [(box, text) for box, text in bare if not parts[text[1:-1]]]


def _sides(run: Sequence[Char]) -> Box:
    if not run:
        return 0.0, 0.0, 0.0, 0.0
    _, left, bottom, right, top, _ = zip(*run, strict=True)
    return min(left), min(bottom), max(right), max(top)


def _last_within(run: Sequence[Char], box: Box) -> int:
    """The place of the last character whose middle is in a box, or -1."""
    left, bottom, right, top = box
    for k in range(len(run) - 1, -1, -1):
        _, a, b, c, d, _ = run[k]
        if d > b and left <= (a + c) / 2 <= right and bottom <= (b + d) / 2 <= top:
            return k
    return -1


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def line_of(textpage: Any, run: list[Char]) -> Line | None:
    """A line of these characters; None where there is no ink among them."""
    inked = [c for c in run if not c[0].isspace()]
    if not inked:
        return None
    sides = _sides(inked)
    even = abs(sides[3] - sides[1] - inked[0][4] + inked[0][2]) < 0.02  # all of one size, on one base
    text = _said(textpage, run, [] if even else inked).replace("\0", "\ufffd")
    hyphen = text.endswith(tuple(_HYPHENS)) or (text.rstrip().endswith(("\xad", "\u2010")) and len(inked) > 1)
    text = text.rstrip().rstrip("\xad\u2010" + _HYPHENS) if hyphen else text.strip()
    if not text.isascii():
        text = text.replace("\ufffe", "-")
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        text = text if _JOINED_SCRIPTS.search(text) else _UNSEEN.sub("", text)
        text = _LIGATURE.sub(lambda m: unicodedata.normalize("NFKC", m[0]), text)
    text = " ".join(text.replace("\x02", "-").split())
    size, bold = _font(textpage, [inked[(len(inked) - 1) * k // 4][5] for k in range(5)], 1 if even else 5)
    return Line(text, *sides, size, hyphen, bold) if text else None


def _said(textpage: Any, run: Sequence[Char], inked: Sequence[Char]) -> str:
    """What a run says, with raised and lowered figures of `inked` as such, and letters that are spaced apart as words."""
    text = "".join([c[0] for c in run])
    if inked and _FIGURE.search(text):
        heights = [c[4] - c[2] for c in inked]
        tall = max(heights)
        if min(heights) < SMALL * tall:
            return _with_scripts(textpage, run, tall)
    spaced = text.count(" ") * 5 > len(text) and _SPACED.search(text)
    return _without_spacing(run, text) if spaced else text


def _with_scripts(textpage: Any, run: Sequence[Char], tall: float) -> str:
    """The text with figures that stand above or below the others' base in letters of their own."""
    normal = [c for c in run if c[4] - c[2] >= SMALL * tall]
    base = median(c[2] + 0.2 * (c[4] - c[2]) for c in normal)
    size = median(size_of(textpage, c[5]) for c in normal[:: max(len(normal) // 5, 1)])

    def place(c: Char) -> int:
        """1 for above, -1 for below, 0 for neither."""
        height = c[4] - c[2]
        rise = (c[2] + 0.2 * height - base) / tall
        if not 0 < height < SMALL * tall or LOWERED < rise < RAISED or size_of(textpage, c[5]) > 0.9 * size:
            return 0
        return 1 if rise > 0 else -1

    text = ""
    parts = [(where, "".join(c[0] for c in group)) for where, group in groupby(run, place)]
    for (where, part), following in zip(parts, [*(part for _, part in parts[1:]), ""], strict=True):
        text += _script(text, part, following, where) if where else part
    return text


def _script(text: str, part: str, following: str, where: int) -> str:
    """How what is raised or lowered behind a text is written: cents behind a point, figures by signs of their own."""
    figures = part.strip()
    if where > 0 and (price := cents(text, figures, following)):
        return part.replace(figures, price)
    if where > 0 and re.search(r"\d$", text) and re.fullmatch(r"[^\W\d_]", figures) and figures not in "ºª":
        return f"^{part}"
    if where > 0 and any(c.isdecimal() for c in figures):
        return part.translate(_ABOVE)
    return part.translate(_BELOW) if where < 0 and re.search(r"[\d/⁄]$", text) else part


def _without_spacing(run: Sequence[Char], text: str) -> str:
    """Words whose letters are spaced apart as words: what parts them is wider than what parts their letters."""
    pieces, done = [], 0
    for found in _SPACED.finditer(text):
        letters = [c for c in run[found.start() : found.end()] if not c[0].isspace()]
        word = "".join(c[0] for c in letters)
        spelt = all(ord(b) - ord(a) == 1 for a, b in pairwise(word.lower()))  # such as A B C D E
        if len(letters) < _LEAST_SPACED or spelt or len(text) != len(run):
            continue
        said = (f" {b[0]}" if wide else b[0] for wide, b in zip(_wide(letters), letters[1:], strict=True))
        pieces += [text[done : found.start()], word[0], *said]
        done = found.end()
    return "".join([*pieces, text[done:]])


def _wide(letters: Sequence[Char]) -> list[bool]:
    """Whether there is more between two letters than between most; those set at one distance from left to left are one word."""
    gaps, steps = [b[1] - a[3] for a, b in pairwise(letters)], [b[1] - a[1] for a, b in pairwise(letters)]
    usual, step, margin = median(gaps), median(steps), 0.15 * (letters[0][4] - letters[0][2])
    even = sum(abs(one - step) < 0.05 * step for one in steps) > 0.7 * len(steps)
    return [one > 1.5 * step if even else gap > usual + margin for gap, one in zip(gaps, steps, strict=True)]


def _font(textpage: Any, sample: list[int], sizes_of: int) -> tuple[float, bool]:
    """The usual size of so many of some characters as they are shown, and whether all of them are bold."""
    import pypdfium2.raw as pdfium

    name, raw = ctypes.create_string_buffer(100), textpage.raw
    bold = True
    for i in sample:
        if bold:
            pdfium.FPDFText_GetFontInfo(raw, i, name, 100, None)
            bold = bool(_BOLD.search(name.value))
    return median([size_of(textpage, i) for i in sample[:sizes_of]]) or 1.0, bold
