"""Word documents: headings, lists, tables and notes, in Markdown.

Owns WordprocessingML, read from the XML itself: python-docx has no notes, no text boxes, and leaves out what is inserted under
tracked changes. What has been deleted under them is not read.
"""

import re
from collections.abc import Callable, Iterator, Set
from typing import TYPE_CHECKING

from index.passage import Document
from index.read.draft.draft import HIDDEN_NOTE, Draft, one_line, ticking
from index.read.draft.rows import cells
from index.read.office.archive import Archive, attribute, core_title, local
from index.read.office.hidden_docx import UNKNOWN, Look, Looks, shade

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN = "word/document.xml"
_HIDDEN = {"del", "moveFrom", "instrText", "delText", "Fallback", "pPr", "rPr", "sectPr", "tblPr"}
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_HEADING = re.compile(r"(?i)(?:heading|überschrift|titre|título|titolo|kop|rubrik)\s*(\d)$")
_DRAWINGS = {"anchor", "inline", "shape", "rect", "roundrect", "textbox", "group"}
_TICK_EVERY = 200


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """The body in order, then foot- and endnotes."""
    archive = Archive(data, ".docx")
    main = next((path for kind, path in archive.related("").values() if kind == "officeDocument"), _MAIN)
    path = next((path for kind, path in archive.related(main).values() if kind == "styles"), "")
    styles, document = archive.xml(path) if path in archive else None, archive.xml(main)
    levels, looks = _levels(styles), Looks(styles, document)
    draft = Draft(len(data))
    title = ""
    for block in ticking(_blocks(document), tick, _TICK_EVERY):
        if local(block.tag) == "tbl":
            _table(block, draft, looks)
            continue
        style, listed = _style(block)
        text, level = "".join(_text(block, looks)).strip(), levels.get(style, 0)
        title = title or (one_line(text) if level == 1 else "")
        if level and text:
            draft.heading(level, text)
        elif listed:
            draft.add(f"- {one_line(text)}" if text else "", "\n")
        else:
            draft.add(text)
    for kind in ("footnotes", "endnotes"):
        _notes(archive, f"word/{kind}.xml", draft, looks)
    draft.missing += [HIDDEN_NOTE] if looks.met else []
    return draft.document(core_title(archive) or title)


def _levels(styles: "Element | None") -> dict[str, int]:
    """The level of heading that each style stands for, by its outline, its name or the style it is based on."""
    own, parent = {}, {}
    for style in () if styles is None else styles:
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


def _text(element: "Element", looks: Looks, around: Look | None = None) -> Iterator[str]:
    """The text in a paragraph that is seen, text boxes set off by line breaks; `around` is the look of a cell that it is in."""
    around = around or {}
    stack = [(one, looks.paragraph(element, around), around) for one in reversed(element)]
    while stack:
        one, look, around = stack.pop()
        name = local(one.tag)
        if name == "t":
            yield one.text or ""
        elif name in _BREAKS:
            yield _BREAKS[name]
        elif name in ("footnoteReference", "endnoteReference"):
            yield f"[{attribute(one, 'id')}]"
        elif name == "r" and looks.hides(one, look):
            continue
        elif name not in _HIDDEN and not (name in _DRAWINGS and _is_hidden(one)):
            if name == "p":
                yield "\n"
                look = looks.paragraph(one, around)
            elif name == "txbxContent":
                around = {"ground": UNKNOWN}
            stack += [(inner, look, around) for inner in reversed(one)]


def _is_hidden(element: "Element") -> bool:
    """Whether a drawing, which may be a text box, is not shown."""
    if local(element.tag) in ("anchor", "inline"):
        return any(local(one.tag) == "docPr" and attribute(one, "hidden") in ("1", "true") for one in element)
    return "visibility:hidden" in element.get("style", "")


def _table(table: "Element", draft: Draft, looks: Looks) -> None:
    """Its rows in order, those of a table within a cell behind the row that it stands in."""
    gap = "\n\n"
    stack: list[tuple[Element, Look]] = [(table, {})]
    while stack:
        one, around = stack.pop()
        if local(one.tag) == "tbl":
            around = {**around, **_around(one)}
            stack += [(row, around) for row in reversed(list(_within(one, {"tr"}))) if not looks.hides_row(row)]
            continue
        found = [({**around, **_cell(cell)}, list(_blocks(cell))) for cell in _within(one, {"tc"})]
        line = cells([" ".join("".join(_text(b, looks, look)) for b in cell if local(b.tag) == "p") for look, cell in found])
        draft.add(line, gap)
        gap = "\n" if line else gap
        stack += [(block, look) for look, cell in reversed(found) for block in reversed(cell) if local(block.tag) == "tbl"]


def _around(table: "Element") -> Look:
    """What is known of what is behind a table's letters: nothing where it has a style of its own."""
    style = next((attribute(e, "val") for p in table if local(p.tag) == "tblPr" for e in p if local(e.tag) == "tblStyle"), "")
    return {"ground": UNKNOWN} if style not in ("", "TableGrid", "TableNormal") else {}


def _cell(cell: "Element") -> Look:
    """What a cell says of what is behind its letters."""
    return next((shade(one) for one in cell if local(one.tag) == "tcPr"), {})


def _notes(archive: Archive, path: str, draft: Draft, looks: Looks) -> None:
    if path not in archive:
        return
    for note in archive.xml(path):
        if not attribute(note, "type"):  # separators have one
            text = one_line(" ".join("".join(_text(block, looks)) for block in _blocks(note)))
            draft.add(f"[{attribute(note, 'id')}] {text}" if text else "")
