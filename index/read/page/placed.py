"""Values and addresses put where they belong among the lines of a page."""

from collections.abc import Sequence
from dataclasses import replace

from index.read.page.line import Line

Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""


def with_values(lines: Sequence[Line], values: Sequence[tuple[Box, str]]) -> list[Line]:
    """The lines with those of each value behind its label: what stands left of it, else right of it, else above."""
    placed = list(lines)
    for box, said in sorted(values, key=lambda value: (-value[0][3], value[0][0])):
        left, bottom, right, top = box
        here = Line("", left, bottom, right, top, top - bottom)
        row = [(n, line) for n, line in enumerate(placed) if not line.aside and here.beside(line)]
        before = max(((line.right, n) for n, line in row if line.right <= right and line.left < left), default=None)
        after = min(((line.left, n) for n, line in row if line.left >= left), default=None)
        above = min(((line.bottom - top, n) for n, line in enumerate(placed) if line.bottom >= top - 2), default=None)
        word = said.removeprefix("[x] ").lower()
        twice = after and word != said.lower() and placed[after[1]].text.lower().startswith(word)
        text = "[x]" if twice else said
        beside = before or after
        at = before[1] + 1 if before else after[1] if after else above[1] + 1 if above else 0
        placed[at:at] = _lines(text, box, placed[beside[1]] if beside else None)
    return placed


def _lines(text: str, box: Box, label: Line | None) -> list[Line]:
    """The lines of a value, as high as its label where they have one; none without ink."""
    left, bottom, right, top = box
    texts = [said for one in text.splitlines() if (said := " ".join(one.split()))]
    size = label.size if label else min((top - bottom) / max(len(texts), 1) / 1.2, 12.0)
    height = min((top - bottom) / max(len(texts), 1), 1.2 * size)
    lines = [Line(said, left, top - (n + 1) * height, right, top - n * height, size) for n, said in enumerate(texts)]
    return [replace(lines[0], bottom=label.bottom, top=label.top)] if label and len(lines) == 1 else lines


def notes(said: Sequence[tuple[Box, str]], lines: Sequence[Line]) -> list[Line]:
    """Notes from the top down; those that say no more than the page does are left out."""
    page = _inked(" ".join(line.text for line in lines))
    ordered = sorted(said, key=lambda note: (-note[0][3], note[0][0]))
    texts = [(box, " ".join(text.split())) for box, text in ordered]
    return [
        Line(text, *box, 10.0, note=True)
        for box, text in dict.fromkeys(texts)
        if _inked(text.partition(": ")[2] or text) not in page
    ]


def _inked(text: str) -> str:
    return "".join(text.split())
