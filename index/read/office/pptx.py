"""Presentations: each slide is a part "page=N", its title a heading, its notes below it.

Owns PresentationML, read from the XML itself, in the order in which slides are shown.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from index.passage import Document
from index.read.draft.draft import Draft, left_out, one_line
from index.read.draft.rows import cells
from index.read.office.archive import Archive, attribute, core_title, local
from index.read.office.hidden_pptx import Stage

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_TITLES = ("title", "ctrTitle")
_FURNITURE = ("sldNum", "ftr", "dt", "hdr", "sldImg")


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """Slides in order."""
    archive = Archive(data, ".pptx")
    main = next((path for kind, path in archive.related("").values() if kind == "officeDocument"), "ppt/presentation.xml")
    related = archive.related(main)
    draft = Draft(len(data))
    title = ""
    presentation = archive.xml(main)
    order = [e for e in presentation.iter() if local(e.tag) == "sldId"]
    stage, hiding = Stage(archive, presentation), []
    for number, slide in enumerate(order, start=1):
        path = related[next(v for k, v in slide.attrib.items() if "relationships" in k)][1]
        draft.label(f"page={number}")
        title = _slide(archive, path, draft, title, stage)
        hiding += [number] if stage.hides else []
        tick()
    draft.missing += left_out(hiding, "slide")
    return draft.document(core_title(archive) or title)


def _slide(archive: Archive, path: str, draft: Draft, first: str, stage: Stage) -> str:
    """Write one slide; the first title so far."""
    root = archive.xml(path)
    stage.clear(path, root)
    shapes = list(_shapes(root))
    title = next((one_line(" ".join(_lines(s))) for s in shapes if _place(s) in _TITLES), "")
    draft.heading(2, title)
    for shape in shapes:
        if local(shape.tag) == "tbl":
            _table(shape, draft)
        elif _place(shape) not in (*_TITLES, *_FURNITURE):
            draft.add("\n".join(_lines(shape)))
    for kind, notes in archive.related(path).values():
        if kind == "notesSlide":
            bodies = [s for s in _shapes(archive.xml(notes)) if _place(s) == "body"]
            text = "\n".join(line for shape in bodies for line in _lines(shape))
            draft.add(f"Notes: {text}" if text else "")
    return first or title


def _shapes(root: "Element") -> Iterator["Element"]:
    """Shapes with text, and tables, in order, out of their groups."""
    stack = [root]
    while stack:
        one = stack.pop()
        if local(one.tag) in ("sp", "tbl"):
            yield one
        elif local(one.tag) != "Fallback":
            stack += reversed(one)


def _place(shape: "Element") -> str:
    """What the layout has the shape for, such as "title"; "" where it is none of its places."""
    place = next((e for e in shape.iter() if local(e.tag) == "ph"), None)
    return "" if place is None else attribute(place, "type") or "obj"


def _lines(element: "Element") -> list[str]:
    """The paragraphs in an element, each in one line."""
    found = []
    for paragraph in (e for e in element.iter() if local(e.tag) == "p"):
        pieces = [(e.text or "") if local(e.tag) == "t" else " " for e in paragraph.iter() if local(e.tag) in ("t", "br")]
        found.append(one_line("".join(pieces)))
    return [line for line in found if line]


def _table(table: "Element", draft: Draft) -> None:
    gap = "\n\n"
    for row in (e for e in table.iter() if local(e.tag) == "tr"):
        line = cells([" ".join(_lines(cell)) for cell in row if local(cell.tag) == "tc"])
        draft.add(line, gap)
        gap = "\n" if line else gap
