"""Page numbers: lines that say which page this is, told by counting up with the pages."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from index.read.page.line import Line

_PAGE = (
    r"page|pages|pg|p|pag|página|pagina|pág|seite|blatt|slide|sheet|folio|fol|folie|feuille|diapositive|strona|str|strana|side|s"
    r"|sida|sivu|oldal|lk|sayfa|страница|стр|с|сторінка|σελίδα|halaman|trang|第|ページ|頁"
)
_OF = r"(?:of|/|von|de|sur|di|van|av|af|z|ze|из|із|out of|från|fra)"
_ROMAN = r"(?=[mdclxvi])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})"
_NUMBER = rf"(?P<number>\d{{1,4}}|{_ROMAN})"
_ALONE = re.compile(rf"(?i)[-–—|•·\[(<~]*\s*{_NUMBER}(?:\s*{_OF}\s*(?P<total>\d{{1,4}}))?\s*[-–—|•·\])>~.]*")
_WORDED = re.compile(
    rf"(?i)(?P<before>.*?)(?<!\w)(?:{_PAGE})\.?[\s:#]*{_NUMBER}(?!\w)"
    rf"(?:\s*{_OF}\s*(?P<total>\d{{1,4}}))?(?:\s*[页頁])?(?P<after>.*)"
)
_FIRST = _NUMBER.replace("number", "first")
_TITLED = re.compile(rf"(?i)(?:(?P<before>.*\s[|•·–—])\s*{_NUMBER}|{_FIRST}\s*(?P<after>[|•·–—]\s.*))")
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


@dataclass(frozen=True, slots=True)
class Number:
    """What a line says that may be a page's number; `said`: by a word for pages; `around`: all that it says beside."""

    value: int
    total: str
    around: str
    said: bool


def number_of(text: str) -> Number | None:
    """The number of a page that a line may hold: alone, behind a word for pages, or parted from a title by a sign."""
    if len(text) > 200:
        return None
    if found := _ALONE.fullmatch(text):
        return Number(_value(found["number"]), found["total"] or "", "", bool(found["total"]))
    if found := _WORDED.fullmatch(text):
        return Number(_value(found["number"]), found["total"] or "", f"{found['before']}#{found['after']}", said=True)
    if found := _TITLED.fullmatch(text):
        return Number(_value(found["number"] or found["first"]), "", f"{found['before']}#{found['after']}", said=False)
    return None


def _value(number: str) -> int:
    if number.isdecimal():
        return int(number)
    values = [_VALUES[letter] for letter in number.lower()]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


def counting(edges: Sequence[Sequence[Line]]) -> Mapping[tuple[int, Line], Number]:
    """The lines at the edges of pages, with the pages, whose numbers go on by one a page; alternate pages may differ."""
    places: dict[tuple[str, str, int], list[tuple[int, Line, Number]]] = {}
    for page, lines in enumerate(edges, start=1):
        for line in lines:
            if found := number_of(line.text):
                for place in (round(line.bottom / 8), round(line.bottom / 8 + 0.5)):
                    places.setdefault((found.around, found.total, place), []).append((page, line, found))
    running: dict[tuple[int, Line], Number] = {}
    for group in places.values():
        values = {(page, found.value) for page, _, found in group}
        for page, line, found in group:
            if any((page + step, found.value + step) in values for step in (-2, -1, 1, 2)):
                running[page, line] = found
    return running


def documents(edges: Sequence[Sequence[Line]], numbers: Mapping[tuple[int, Line], Number]) -> list[range]:
    """The pages, parted where their numbers begin again: there another document begins."""
    begins, last = [1], 0
    for page, lines in enumerate(edges, start=1):
        said = [found for line in lines if (found := numbers.get((page, line)) or _said(line))]
        if not said:
            continue
        value = min(found.value for found in said)
        if last and value <= last:
            begins.append(page)
        last = value
    return [range(a, b) for a, b in zip(begins, [*begins[1:], len(edges) + 1], strict=True) if a < b]


def _said(line: Line) -> Number | None:
    found = number_of(line.text)
    return found if found and found.said else None
