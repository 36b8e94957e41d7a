"""Running heads and feet: lines that stand in the same place on several pages."""

import re
from collections.abc import Sequence

from index.read.page.line import Line

EDGE_ROWS = 3
"""Running heads and feet are among so many rows at the top and at the bottom of a page."""


def running_lines(pages: Sequence[Sequence[Line]]) -> dict[tuple[int, Line], bool]:
    """The lines, with their pages, that stand in the same place on several; True for the first of each that has words."""
    places: dict[tuple[str, int], list[tuple[int, Line]]] = {}
    for number, lines in enumerate(pages, start=1):
        for line in _edges(lines):
            key = re.sub(r"\d+|\b[ivxlc]+\b", "#", line.text.lower()), round(line.bottom / 8)
            places.setdefault(key, []).append((number, line))
    running: dict[tuple[int, Line], bool] = {}
    enough = 2 if len(pages) < 5 else 3
    seen: set[str] = set()
    for (text, _), found in sorted(places.items(), key=lambda item: item[1][0][0]):
        if len({number for number, _ in found}) >= enough:
            running.update(dict.fromkeys(found, False))
            running[found[0]] = text not in seen and bool(re.search(r"[^\W\d_]{3}", text))
            seen.add(text)
    return running


def _edges(lines: Sequence[Line]) -> list[Line]:
    """The lines of the outermost rows."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: -one.top):
        if rows and rows[-1][0].beside(line):
            rows[-1].append(line)
        else:
            rows.append([line])
    outer = rows[:EDGE_ROWS] + rows[max(EDGE_ROWS, len(rows) - EDGE_ROWS) :]
    return [line for row in outer for line in row]
