"""The order in which the lines of a page are read: rows, and two columns of prose."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from index.read.page.line import Line


def in_order(lines: Sequence[Line]) -> list[Line]:
    """Lines in the order of reading, those of one row joined."""
    gutter = _gutter(lines)
    if gutter is None:
        return _rows(lines)
    ordered: list[Line] = []
    band: list[Line] = []
    for line in sorted(lines, key=lambda one: -one.top):
        if line.left < gutter < line.right:
            ordered += [*_column(band, gutter), line]
            band = []
        else:
            band.append(line)
    return ordered + _column(band, gutter)


def _column(band: Sequence[Line], gutter: float) -> list[Line]:
    left = [line for line in band if line.left < gutter]
    return [*_rows(left), *_rows([line for line in band if line.left >= gutter])]


def _gutter(lines: Sequence[Line]) -> float | None:
    """Where two columns of prose part, if the file's order jumps between them; tables have shorter lines."""
    beside = sum(a.beside(b) and a.right < b.left for a, b in pairwise(lines))
    if beside < 5 or beside * 4 < len(lines):
        return None
    begin, end = min(line.left for line in lines), max(line.right for line in lines)
    for share in (0.5, 0.47, 0.53, 0.44, 0.56):
        middle = begin + share * (end - begin)
        left = [line for line in lines if line.right <= middle]
        right = [line for line in lines if line.left >= middle]
        if len(lines) - len(left) - len(right) > 0.2 * len(lines) or min(len(left), len(right)) < 5:
            continue
        if min(median(one.right - one.left for one in side) for side in (left, right)) > 0.3 * (end - begin):
            return middle
    return None


def _rows(lines: Sequence[Line]) -> list[Line]:
    """Neighbours in the file's order that stand side by side become one line."""
    rows: list[Line] = []
    for line in lines:
        last = rows[-1] if rows else None
        if (
            last
            and not (last.hyphen or last.row or line.row)
            and last.beside(line)
            and line.left >= last.right - 0.5 * line.size
        ):
            sides = last.left, min(last.bottom, line.bottom), line.right, max(last.top, line.top)
            rows[-1] = Line(f"{last.text} {line.text}", *sides, max(last.size, line.size), line.hyphen)
        else:
            rows.append(line)
    return rows
