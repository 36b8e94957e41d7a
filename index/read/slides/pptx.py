"""Presentations: each slide is a part "page=N", its title a heading, its notes and comments below it.

Owns PresentationML, read from the XML itself, in the order in which slides are shown.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from index.passage import Document
from index.read.draft.draft import Draft, left_out, one_line
from index.read.office.archive import Archive, attribute, core_title, local
from index.read.office.drawing import alt_text, drawn
from index.read.slides.hidden import Stage
from index.read.slides.shapes import lines, place, shapes, table

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
        title = _Slide(archive, path, draft).write(title, stage, number)
        hiding += [number] if stage.hides else []
        tick()
    draft.missing += left_out(hiding, "slide")
    return draft.document(core_title(archive) or title)


class _Slide:
    """One slide while it is written."""

    def __init__(self, archive: Archive, path: str, draft: Draft) -> None:
        self._archive, self._path, self._draft = archive, path, draft
        self._related, self._links = archive.related(path), archive.links(path)

    def write(self, first: str, stage: Stage, number: int) -> str:
        """Write it; the first title so far. A slide that is hidden from a show says so."""
        root = self._archive.xml(self._path)
        stage.clear(self._path, root)
        found = list(shapes(root))
        title = next((one_line(" ".join(lines(s, self._links))) for s in found if place(s) in _TITLES), "")
        off = attribute(root, "show") in ("0", "false")
        self._draft.heading(2, f"{title or f'Slide {number}'} (hidden)" if off else title)
        for shape in found:
            self._shape(shape, number)
        self._notes()
        self._comments()
        return first or title

    def _shape(self, shape: "Element", number: int) -> None:
        name = local(shape.tag)
        if name == "tbl":
            table(shape, self._draft, self._links)
        elif name in ("chart", "relIds"):
            text, missing = drawn(self._archive, self._related, shape)
            self._draft.add(text)
            self._draft.missing += (
                [f"{missing.removesuffix(' was left out')} on slide {number} was left out"] if missing else []
            )
        elif name == "cNvPr":
            self._draft.add(alt_text(shape))
        elif place(shape) not in (*_TITLES, *_FURNITURE):
            self._draft.add("\n".join(lines(shape, self._links)))

    def _notes(self) -> None:
        for kind, notes in self._related.values():
            if kind == "notesSlide" and notes in self._archive:
                links = self._archive.links(notes)
                bodies = [s for s in shapes(self._archive.xml(notes)) if local(s.tag) == "sp" and place(s) == "body"]
                text = "\n".join(line for shape in bodies for line in lines(shape, links))
                self._draft.add(f"Notes: {text}" if text else "")

    def _comments(self) -> None:
        """What people have said of the slide, in both of the ways in which that is kept."""
        for kind, part in self._related.values():
            if kind != "comments" or part not in self._archive:
                continue
            for one in self._archive.xml(part).iter():
                if local(one.tag) in ("cm", "reply"):
                    body = [e for e in one if local(e.tag) in ("text", "txBody")]
                    text = " ".join(one_line(e.text or "") or " ".join(lines(e, {})) for e in body)
                    who = self._authors().get(attribute(one, "authorId"), "")
                    self._draft.add(f"[Comment{f' by {who}' if who else ''}: {text}]" if text.strip() else "")

    def _authors(self) -> dict[str, str]:
        names = [name for name in self._archive if name in ("ppt/commentAuthors.xml", "ppt/authors.xml")]
        every = (e for name in names for e in self._archive.xml(name))
        return {attribute(e, "id"): one_line(attribute(e, "name")) for e in every}
