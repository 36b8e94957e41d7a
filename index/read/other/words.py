"""OpenDocument: the text of a paragraph, with links, notes, comments, boxes and what is embedded.

Owns the elements within a paragraph; knows nothing of blocks.
"""

import re
from typing import TYPE_CHECKING

from index.read.draft.draft import one_line
from index.read.draft.rows import cells
from index.read.draft.scripts import Piece, written
from index.read.office.archive import Archive, attribute, local
from index.read.office.drawing import image
from index.read.office.mathml import linear
from index.read.other.styles import Styles, form, hides

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LEFT = {
    "tracked-changes",
    "annotation-end",
    "soft-page-break",
    "number",
    "bookmark",
    "sequence-decls",
    "variable-decls",
    "forms",
}
_LEFT |= {"desc", "title", "event-listeners", "hidden-paragraph", "note-citation", "dr3d", "glue-point"}
_SCHEMES = ("http://", "https://", "mailto:", "ftp://")
_MOST_SPACES, _LONGEST_WORDS = 100, 120


class Words:
    """The texts of one document's paragraphs; `notes` are met in them, `hidden` whether something was that is not seen."""

    def __init__(self, archive: Archive | None, styles: Styles) -> None:
        """`archive` holds what is embedded, None for a document that is one file of XML."""
        self._archive, self.styles = archive, styles
        self.notes: list[str] = []
        self.comments: list[str] = []
        self.missing: set[str] = set()
        self.hidden = False

    def text(self, paragraph: "Element", *, paper: bool = True) -> str:
        """The text of a paragraph or of what is like one."""
        pieces: list[Piece] = []
        look = self.styles.look("paragraph", attribute(paragraph, "style-name"))
        self._take(pieces, paragraph.text, look, paper=paper)
        stack: list[tuple[Element | str, dict[str, str], bool]] = []
        stack += [(one, look, paper) for one in self._behind(paragraph)]
        while stack:
            one, look, paper = stack.pop()
            if isinstance(one, str):
                if one.startswith(_LINK):
                    _lead(pieces, one[1:])
                else:
                    self._take(pieces, one, look, paper=paper)
                continue
            stack += self._open(pieces, one, look, paper=paper)
        return written(pieces)

    def comments_met(self) -> list[str]:
        """The comments since this was last asked."""
        met, self.comments = self.comments, []
        return met

    @staticmethod
    def _behind(element: "Element") -> list["Element | str"]:
        """The elements in one with the text behind each, the last first."""
        found: list[Element | str] = []
        for one in element:
            found += [one, one.tail or ""]
        return list(reversed(found))

    def _take(self, pieces: list[Piece], text: str | None, look: dict[str, str], *, paper: bool) -> None:
        if not text:
            return
        if hides(look, paper=paper):
            self.hidden = self.hidden or bool(text.strip())
        else:
            pieces.append((re.sub(r"[ \t\r\n]+", " ", text), form(look)))

    def _open(
        self, pieces: list[Piece], one: "Element", look: dict[str, str], *, paper: bool
    ) -> list[tuple["Element | str", dict[str, str], bool]]:
        """Write what an element is; what stands in it, the last first."""
        name = local(one.tag)
        if name in _LEFT or not name:
            return []
        if name == "s":
            many = attribute(one, "c")
            pieces.append((" " * (min(int(many), _MOST_SPACES) if many.isdecimal() and len(many) < len("9999") else 1), ""))
        elif name in ("tab", "line-break"):
            pieces.append(("\t" if name == "tab" else "\n", ""))
        elif name == "note":
            pieces.append((self._note(one), ""))
        elif name == "annotation":
            self._comment(one, "".join(text for text, _ in pieces))
        elif name in ("image", "object", "object-ole"):
            pieces.append((self._embedded(one) if name == "object" else "", ""))
        elif name == "hidden-text":
            self.hidden = True
        else:
            return self._inside(pieces, one, look, paper=paper)
        return []

    def _inside(
        self, pieces: list[Piece], one: "Element", look: dict[str, str], *, paper: bool
    ) -> list[tuple["Element | str", dict[str, str], bool]]:
        name = local(one.tag)
        if name == "span":
            look = {**look, **self.styles.look("text", attribute(one, "style-name"))}
        elif name == "frame" or name.endswith("shape"):
            pieces.append((_alt(one), ""))
            paper = False
        elif name in ("p", "h"):
            pieces.append(("\n", ""))
            look = self.styles.look("paragraph", attribute(one, "style-name"))
        elif name == "ruby-text":
            pieces.append((f"({one_line(''.join(one.itertext()))})", ""))
            return []
        link = attribute(one, "href") if name == "a" else ""
        inner: list[Element | str] = [*([f"{_LINK}{link}"] if link else []), *self._behind(one), one.text or ""]
        if name in (
            "frame",
            "text-box",
            "list",
            "list-item",
            "custom-shape",
            "g",
        ):  # what stands between their parts is no text
            inner = list(reversed(list(one)))
        return [(each, look, paper) for each in inner]

    def _note(self, note: "Element") -> str:
        """The mark of a note, whose text is kept for the end."""
        parts = {local(one.tag): one for one in note}
        mark = f"[{one_line(''.join(parts['note-citation'].itertext()))}]" if "note-citation" in parts else "[note]"
        body = " ".join(self.text(e) for e in parts.get("note-body", ()) if local(e.tag) in ("p", "h", "list"))
        self.notes.append(f"{mark} {one_line(body)}")
        return mark

    def _comment(self, one: "Element", words: str) -> None:
        who = next((one_line(e.text or "") for e in one if local(e.tag) == "creator"), "")
        said = one_line(" ".join(self.text(e) for e in one if local(e.tag) in ("p", "list")))
        words = one_line(words)[-_LONGEST_WORDS:].partition(" ")[2] if len(words) > _LONGEST_WORDS else one_line(words)
        if said:
            self.comments.append(f"[Comment{f' by {who}' if who else ''}{f' on “{words}”' if words else ''}: {said}]")

    def _embedded(self, one: "Element") -> str:
        """A formula or a chart that is a document of its own."""
        path = f"{attribute(one, 'href').removeprefix('./')}/content.xml"
        inner = list(one)
        if self._archive is not None and path in self._archive:
            inner = [self._archive.xml(path)]
        for root in inner:
            if local(root.tag) == "math":
                return one_line(linear(root))
            if any(local(e.tag) == "chart" for e in root.iter()):
                return f"\n{_chart(root)}\n"
        self.missing.add("an embedded object was left out")
        return ""


_LINK = "\0"
"""Before the text that says where a link leads; no text of a document holds it."""


def _lead(pieces: list[Piece], link: str) -> None:
    plain = re.sub(r"^\w+:(?://)?(?:www\.)?|/$", "", link).lower()
    words = "".join(text for text, _ in pieces[-20:]).lower()
    if (
        link.lower().startswith(_SCHEMES)
        and not re.search(r"[\s<>]", link)
        and not words.rstrip().endswith((plain, plain + "/"))
    ):
        pieces.append((f" <{link.removeprefix('mailto:')}>", ""))


def _alt(frame: "Element") -> str:
    """What a frame says of its picture for those who cannot see it."""
    pictured = any(local(e.tag) == "image" for e in frame)
    said = [one_line(e.text or "") for name in ("desc", "title") for e in frame if local(e.tag) == name]
    return image(said[0]) if pictured and said else ""


def _chart(root: "Element") -> str:
    """A chart's title and the table that it is drawn from."""
    titles = [e for e in root.iter() if local(e.tag) in ("title", "subtitle") and any(local(p.tag) == "p" for p in e)]
    title = " – ".join(one_line(" ".join(e.itertext())) for e in titles[:2] if local(e.tag) in ("title", "subtitle"))
    rows = []
    for row in (e for e in root.iter() if local(e.tag) == "table-row"):
        rows.append(cells([one_line(" ".join(cell.itertext())) for cell in row if local(cell.tag) == "table-cell"]))
    return "\n".join([f"Chart: {title}" if title else "Chart", *filter(None, rows)])
