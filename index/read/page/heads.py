"""Running heads and feet: lines that stand in the same place on several pages, set apart from the text.

What is in doubt stays. Words whose figures change from page to page are content, such as an invoice's number or a total; and
where each page is a document of its own, as in a batch of letters, all that it says is.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.read.page.line import Line
from index.read.page.numbers import counting, documents

EDGE_ROWS = 3
"""Running heads and feet are among so many rows at the top and at the bottom of a page."""

MARGIN = 0.12
"""And not farther from its edges than this part of its height."""

SAME = 4.0
"""Lines stand in the same place of two pages if they are at most so many points apart."""

_Place = tuple[int, Line]
"""A line with its page."""

_WORD, _FIGURES = re.compile(r"[^\W\d_]{3}"), re.compile(r"\d[\d.,:/-]*")


@dataclass(frozen=True, slots=True)
class Heads:
    """The lines, with their pages, that say no more than others do, True for the first of each that has words; and the pages
    that begin a document of their own, where there are several in the file.
    """

    running: Mapping[_Place, bool]
    begins: frozenset[int]


def heads_of(pages: Sequence[Sequence[Line]]) -> Heads:
    """What stands at the edges of pages."""
    rows = [_rows(lines) for lines in pages]
    pitch, often = _pitch(rows), Counter(text for lines in pages for text in {line.text for line in lines})
    low, high = _margins(rows)
    edges = [[line for line in _edges(one, pitch, often) if line.bottom <= low or line.top >= high] for one in rows]
    numbers = counting(edges)
    running: dict[_Place, bool] = {}
    seen: set[str] = set()
    for place, number in sorted(numbers.items(), key=lambda item: item[0][0]):
        running[place] = bool(_WORD.search(number.around)) and number.around not in seen
        seen.add(number.around)
    parts = documents(edges, numbers)
    begins = {part.start for part in parts}
    for part in parts:
        stamps = [(n, line) for n in part for line in pages[n - 1] if line.upright or line.aside]
        running.update(_repeated(stamps, len(part)))
        if _batch([[line for line in pages[n - 1] if (n, line) not in running] for n in part], part.start):
            begins.update(part)
        else:
            running.update(_repeated([(n, line) for n in part for line in edges[n - 1] if (n, line) not in running], len(part)))
    return Heads(running, frozenset(begins if len(begins) > 1 else ()))


def _repeated(places: Sequence[_Place], pages: int) -> dict[_Place, bool]:
    """Those that say the same in the same place on several pages; True for the first of each that has words."""
    running: dict[_Place, bool] = {}
    seen: set[str] = set()
    same = _same(places, lambda line: line.text)
    for group in (group for found in same for group in _near(found, lambda line: line.left)):
        found = sorted(group, key=lambda place: place[0])
        if len({number for number, _ in found}) >= _enough(pages):
            running.update(dict.fromkeys(found, False))
            running[found[0]] = found[0][1].text not in seen and bool(_WORD.search(found[0][1].text))
            seen.add(found[0][1].text)
    return running


def _enough(pages: int) -> int:
    return 2 if pages < 5 else 3


def _same(places: Sequence[_Place], said: Callable[[Line], str]) -> Iterator[list[_Place]]:
    """Lines that say the same, those at one height together, in the order of the pages."""
    texts: dict[str, list[_Place]] = {}
    for place in places:
        texts.setdefault(said(place[1]), []).append(place)
    for found in texts.values():
        for group in _near(found, lambda line: line.bottom):
            yield sorted(group, key=lambda place: place[0])


def _near(places: list[_Place], side: Callable[[Line], float]) -> Iterator[list[_Place]]:
    """The lines in groups, of which one side is in the same place."""
    places = sorted(places, key=lambda place: side(place[1]))
    begins = [0, *(n for n, (a, b) in enumerate(pairwise(places), start=1) if side(b[1]) - side(a[1]) > SAME)]
    yield from (places[begin:end] for begin, end in pairwise([*begins, len(places)]))


def _batch(pages: Sequence[Sequence[Line]], first: int) -> bool:
    """Whether each page is a document of its own: most of its lines stand on others, too, or lines change their figures."""
    if len(pages) < 2:
        return False
    places = [(n, line) for n, lines in enumerate(pages, start=first) for line in lines]
    outer = [(n, line) for n, lines in enumerate(pages, start=first) for line in _outer(lines)]
    shared: Counter[int] = Counter()
    for found in _same(places, lambda line: _FIGURES.sub("#", line.text)):
        numbers = {number for number, _ in found}
        if len(numbers) >= max(2, len(pages) / 2):
            shared.update(numbers)
    often = [shared[n] > 2 and shared[n] * 2 > len(lines) for n, lines in enumerate(pages, start=first)]
    return sum(often) * 2 > len(pages) or any(_changes(found, len(pages)) for found in _same(outer, _wording))


def _wording(line: Line) -> str:
    """What a line says but for its figures; "" for one that does not say anything else, or has none."""
    wording = _FIGURES.sub("#", line.text)
    return wording if _WORD.search(wording) and wording != line.text else ""


def _changes(found: Sequence[_Place], pages: int) -> bool:
    """Whether these lines of one wording stand on most pages, with other figures on each, which are not those of the pages."""
    texts = {number: line.text for number, line in found}
    if not _wording(found[0][1]) or len(texts) < 2 or len(texts) * 2 < pages:
        return False
    changes = sum(a != b for a, b in pairwise(texts.values()))
    counts = all(str(number) in _FIGURES.findall(text) for number, text in texts.items())
    return changes * 3 >= 2 * (len(texts) - 1) and not counts


def _outer(lines: Sequence[Line]) -> list[Line]:
    rows = _rows(lines)
    return [line for row in rows[:EDGE_ROWS] + rows[max(EDGE_ROWS, len(rows) - EDGE_ROWS) :] for line in row]


def _edges(rows: list[list[Line]], pitch: float, often: Mapping[str, int]) -> list[Line]:
    """The lines of the outermost rows, but for those between two gaps that say most of what no other page does."""
    gaps = [0, *(n for n in range(1, len(rows)) if _parted(rows[n - 1][0], rows[n][0], pitch)), len(rows)]
    weights = [sum(len(line.text) / often[line.text] for line in row) for row in rows]
    begin, end = max(pairwise(gaps), key=lambda block: sum(weights[slice(*block)]))
    return [line for row in rows[: min(EDGE_ROWS, begin)] + rows[max(end, len(rows) - EDGE_ROWS) :] for line in row]


def _margins(pages: Sequence[Sequence[Sequence[Line]]]) -> tuple[float, float]:
    """Below and above which heights lines are at the edge of a page, as far as any page is written on."""
    lines = [row[0] for page in pages for row in (*page[:1], *page[-1:])]
    low, high = min((line.bottom for line in lines), default=0.0), max((line.top for line in lines), default=0.0)
    return low + MARGIN * (high - low), high - MARGIN * (high - low)


def _parted(above: Line, line: Line, pitch: float) -> bool:
    """Whether there is a gap between two rows."""
    return above.bottom - line.bottom > max(1.15 * pitch, 1.5 * min(above.size, line.size))


def _pitch(pages: Sequence[Sequence[Sequence[Line]]]) -> float:
    """From row to row, as it mostly is within text."""
    rows = ((a[0], b[0]) for page in pages for a, b in pairwise(page))
    drops = sorted(a.bottom - b.bottom for a, b in rows if a.bottom - b.bottom < 3 * a.size)
    return drops[len(drops) // 4] if drops else 0.0


def _rows(lines: Sequence[Line]) -> list[list[Line]]:
    """Rows from the top down; stamps across a page and in its margins stand in none."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: -one.top):
        if line.upright or line.aside:
            continue
        if rows and rows[-1][0].beside(line):
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows
