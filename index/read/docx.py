"""Word documents: headings, lists, tables and notes, in Markdown.

Owns WordprocessingML, read from the XML itself: python-docx has no notes, no text boxes, and leaves out what is inserted under
tracked changes. What has been deleted under them is not read.
"""

import re
from collections.abc import Callable, Iterator, Set
from typing import TYPE_CHECKING

from index.passage import Document
from index.read.archive import Archive, attribute, core_title, local
from index.read.draft import Draft, one_line, ticking
from index.read.rows import cells

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN = "word/document.xml"
_HIDDEN = {"del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr", "sectPr", "tblPr"}
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEADING = re.compile(r"(?i)(?:heading|überschrift|titre|título|titolo|kop|rubrik)\s*(\d)$")
_TICK_EVERY = 200


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """The body in order, then foot- and endnotes."""
    archive = Archive(data, ".docx")
    main = next((path for kind, path in archive.related("").values() if kind == "officeDocument"), _MAIN)
    levels = _levels(archive, main)
    draft = Draft(len(data))
    title = ""
    for block in ticking(_blocks(archive.xml(main)), tick, _TICK_EVERY):
        if local(block.tag) == "tbl":
            _table(block, draft)
            continue
        style, listed = _style(block)
        text, level = "".join(_text(block)).strip(), levels.get(style, 0)
        title = title or (one_line(text) if level == 1 else "")
        if level and text:
            draft.heading(level, text)
        elif listed:
            draft.add(f"- {one_line(text)}" if text else "", "\n")
        else:
            draft.add(text)
    for kind in ("footnotes", "endnotes"):
        _notes(archive, f"word/{kind}.xml", draft)
    return draft.document(core_title(archive) or title)


def _levels(archive: Archive, main: str) -> dict[str, int]:
    """The level of heading that each style stands for, by its outline, its name or the style it is based on."""
    path = next((path for kind, path in archive.related(main).values() if kind == "styles"), "")
    if path not in archive:
        return {}
    own, parent = {}, {}
    for style in archive.xml(path):
        name = attribute(style, "styleId")
        for element in style.iter():
            if local(element.tag) == "basedOn":
                parent[name] = attribute(element, "val")
            elif local(element.tag) == "outlineLvl" and (value := attribute(element, "val")).isdecimal():
                own[name] = int(value) + 1 if int(value) < 9 else 0
            elif local(element.tag) == "name":
                shown = attribute(element, "val")
                number = _HEADING.match(shown)
                if number or shown.lower() == "title":
                    own.setdefault(name, int(number[1]) if number else 1)
    return {name: level for name in {*own, *parent} if (level := _inherited(name, own, parent))}


def _inherited(name: str, own: dict[str, int], parent: dict[str, str]) -> int:
    for _ in range(12):  # styles that are based on each other in a ring
        if name in own:
            return own[name]
        name = parent.get(name, "")
    return 0


def _blocks(element: "Element") -> Iterator["Element"]:
    """Paragraphs and tables in order, wherever they are wrapped; a table's own paragraphs are left to it."""
    return _within(element, {"p", "tbl"})


def _within(element: "Element", names: Set[str]) -> Iterator["Element"]:
    """The elements of these names below one, in order, but for what stands within one of them."""
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        name = local(one.tag)
        if name in names:
            yield one
        elif name not in _HIDDEN:
            stack += reversed(one)


def _style(paragraph: "Element") -> tuple[str, bool]:
    """A paragraph's style, and whether it is an item of a list."""
    style, listed = "", False
    for properties in paragraph:
        if local(properties.tag) == "pPr":
            for one in properties:
                style = attribute(one, "val") if local(one.tag) == "pStyle" else style
                listed = listed or local(one.tag) == "numPr"
    return style, listed or style.startswith("List")


def _text(element: "Element") -> Iterator[str]:
    """The text in an element, text boxes set off by line breaks."""
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        name = local(one.tag)
        if name == "t":
            yield one.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name in ("footnoteReference", "endnoteReference"):
            yield f"[{attribute(one, 'id')}]"
        elif name not in _HIDDEN:
            if name == "p":
                yield "\n"
            stack += reversed(one)


def _table(table: "Element", draft: Draft) -> None:
    """Its rows in order, those of a table within a cell behind the row that it stands in."""
    gap = "\n\n"
    stack = [table]
    while stack:
        one = stack.pop()
        if local(one.tag) == "tbl":
            stack += reversed(list(_within(one, {"tr"})))
            continue
        blocks = [list(_blocks(cell)) for cell in _within(one, {"tc"})]
        line = cells([" ".join("".join(_text(block)) for block in cell if local(block.tag) == "p") for cell in blocks])
        draft.add(line, gap)
        gap = "\n" if line else gap
        stack += reversed([block for cell in blocks for block in cell if local(block.tag) == "tbl"])


def _notes(archive: Archive, path: str, draft: Draft) -> None:
    if path not in archive:
        return
    for note in archive.xml(path):
        if not attribute(note, "type"):  # separators have one
            text = one_line(" ".join("".join(_text(block)) for block in _blocks(note)))
            draft.add(f"[{attribute(note, 'id')}] {text}" if text else "")
