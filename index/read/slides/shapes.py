"""Presentations: the shapes of a slide in the order in which they are read, and the text in each.

Owns DrawingML's paragraphs and tables; knows nothing of slides.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from index.read.draft.draft import Draft, one_line
from index.read.draft.grid import Cell, flat
from index.read.draft.rows import cells
from index.read.draft.scripts import Piece, written
from index.read.office.archive import attribute, local
from index.read.office.counting import in_words
from index.read.office.equation import linear

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ON = ("1", "true")
_SCHEMES = ("http://", "https://", "mailto:")


def shapes(root: "Element") -> Iterator["Element"]:
    """Shapes with text, tables, charts, diagrams and names of pictures, in order, out of their groups."""
    stack = [root]
    while stack:
        one = stack.pop()
        name = local(one.tag)
        if name in ("sp", "tbl", "chart", "relIds"):
            yield one
        elif name in ("pic", "graphicFrame", "grpSp", "cxnSp"):
            about = next((e for held in list(one)[:1] for e in held if local(e.tag) == "cNvPr"), None)
            stack += reversed(one)
            if about is not None:
                yield about
        elif name == "AlternateContent":
            stack += [e for e in one if local(e.tag) == "Choice"][:1] or list(one)
        else:
            stack += reversed(one)


def place(shape: "Element") -> str:
    """What the layout has the shape for, such as "title"; "" where it is none of its places."""
    found = next((e for e in shape.iter() if local(e.tag) == "ph"), None)
    return "" if found is None else attribute(found, "type") or "obj"


def lines(element: "Element", links: Mapping[str, str]) -> list[str]:
    """The paragraphs in an element, each in one line, with the numbers that the program writes itself."""
    found, counts = [], dict[int, tuple[str, int]]()
    for paragraph in (e for e in element.iter() if local(e.tag) == "p"):
        text = one_line(written(_pieces(paragraph, links)))
        number = _number(paragraph, counts) if text else ""
        found.append(f"{number} {text}" if number else text)
    return [line for line in found if line]


def _pieces(paragraph: "Element", links: Mapping[str, str]) -> Iterator[Piece]:
    stack = list(reversed(paragraph))
    while stack:
        one = stack.pop()
        name = local(one.tag)
        if name == "br":
            yield " ", ""
        elif name == "t":
            yield one.text or "", ""
        elif name in ("r", "fld") and any(local(e.tag) == "t" for e in one):
            yield from _run(one, links)
        elif name == "oMath":
            yield linear(one), ""
        elif name == "AlternateContent":
            stack += [e for e in one if local(e.tag) == "Choice"][:1] or list(one)
        else:
            stack += reversed(one)


def _run(run: "Element", links: Mapping[str, str]) -> Iterator[Piece]:
    properties = next((e for e in run if local(e.tag) == "rPr"), None)
    text = "".join(e.text or "" for e in run if local(e.tag) == "t")
    if properties is None:
        yield text, ""
        return
    baseline = attribute(properties, "baseline")
    low = baseline.startswith("-")
    moved = "" if not baseline.strip("-0%") else "down" if low else "up"
    out = "out" if attribute(properties, "strike") in ("sngStrike", "dblStrike") else ""
    yield text, " ".join(filter(None, (moved, out)))
    for one in properties:
        link = links.get(attribute(one, "id"), "") if local(one.tag) == "hlinkClick" else ""
        plain = link.partition("://")[2].rstrip("/").lower() or link.lower().removeprefix("mailto:")
        if link.lower().startswith(_SCHEMES) and text.strip() and plain not in text.lower() and " " not in link:
            yield f" <{link.removeprefix('mailto:')}>", ""


def _number(paragraph: "Element", counts: dict[int, tuple[str, int]]) -> str:
    """The number of a paragraph that is an item of a numbered list."""
    properties = next((e for e in paragraph if local(e.tag) == "pPr"), None)
    level = attribute(properties, "lvl") if properties is not None else ""
    deep = int(level) if level in set("12345678") else 0
    for deeper in [n for n in counts if n > deep]:
        del counts[deeper]
    auto = None if properties is None else next((e for e in properties if local(e.tag) == "buAutoNum"), None)
    if auto is None:
        counts.pop(deep, None)
        return ""
    kind, start = attribute(auto, "type"), attribute(auto, "startAt")
    first = int(start) if start.isdecimal() and len(start) < len("99999") else 1
    before, count = counts.get(deep, ("", 0))
    count = count + 1 if before == kind else first
    counts[deep] = kind, count
    return _written(count, kind)


def _written(count: int, kind: str) -> str:
    form = {"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman"}
    said = in_words(count, next((word for name, word in form.items() if kind.startswith(name)), "decimal"))
    if kind.endswith("ParenBoth"):
        return f"({said})"
    return f"{said})" if kind.endswith("ParenR") else said if kind.endswith("Plain") else f"{said}."


def table(element: "Element", draft: Draft, links: Mapping[str, str]) -> None:
    """Write the rows of a table, each value in its own column."""
    rows = []
    for row in (e for e in element.iter() if local(e.tag) == "tr"):
        made = []
        for cell in (e for e in row if local(e.tag) == "tc"):
            if attribute(cell, "hMerge") in _ON:
                continue
            again = attribute(cell, "vMerge") in _ON
            text = " ".join(lines(cell, links))
            made.append(Cell("" if again else text, _span(cell), 1, again))
        rows.append(made)
    gap = "\n\n"
    for line in map(cells, flat(rows)):
        draft.add(line, gap)
        gap = "\n" if line else gap


def _span(cell: "Element") -> int:
    value = attribute(cell, "gridSpan")
    return int(value) if value.isdecimal() and len(value) < len("99999") else 1
