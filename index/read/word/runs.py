"""Word: the text of one paragraph, with what stands in it beside letters: fields, links, marks of notes, equations, drawings.

Owns the elements within a paragraph; knows nothing of blocks.
"""

import re
from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.read.draft.draft import one_line
from index.read.draft.scripts import Piece, written
from index.read.office.archive import Archive, attribute, local
from index.read.office.counting import roman
from index.read.office.drawing import alt_text, drawn
from index.read.office.equation import linear
from index.read.word.hidden import UNKNOWN, Look, Looks, form
from index.read.word.symbols import letter, symbols

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

HIDDEN = {"del", "moveFrom", "delText", "delInstrText", "pPr", "rPr", "sectPr", "tblPr", "sdtPr", "sdtEndPr", "fldData"}
_BREAKS = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_DRAWINGS = {"anchor", "inline", "shape", "rect", "roundrect", "textbox", "group"}
_LINK = re.compile(r'\s*HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]{1,2000})"', re.IGNORECASE)
_PAGE = re.compile(r"\s*(?:NUM|SECTION)?PAGES?\b")
_SCHEMES = ("http://", "https://", "mailto:", "ftp://", "tel:")
_ON = ("1", "true", "on", "")
_LONGEST_WORDS = 120


@dataclass(slots=True)
class _Field:
    """A field that is open: its code, and whether its result has begun."""

    code: str = ""
    shown: bool = False


class _End:
    """What is to be done where an element has been read: close a link, or a comment's words."""

    def __init__(self, link: str = "") -> None:
        self.link = link


class Words:
    """The texts of one document's paragraphs; `missing` says what in them cannot be read."""

    def __init__(self, archive: Archive, looks: Looks) -> None:
        """How runs look is known; what a part is related to is set for each of them."""
        self._archive, self.looks = archive, looks
        self.related: dict[str, tuple[str, str]] = {}
        self.links: dict[str, str] = {}
        self.comments: dict[str, str] = {}
        self.missing: list[str] = []
        self.page_numbers = True
        self._endnotes: dict[str, str] = {}
        self._said: list[str] = []
        self._open: dict[str, list[str]] = {}
        self._of: dict[str, str] = {}
        self._fields: list[_Field] = []

    def enter(self, path: str) -> None:
        """From now on the text is that of this part."""
        self.related = self._archive.related(path)
        self.links = self._archive.links(path)
        self._fields = []

    def endnote(self, note: str) -> str:
        """The mark of an endnote, in the order in which they are met."""
        return self._endnotes.setdefault(note, f"[{roman(len(self._endnotes) + 1)}]")

    def text(self, paragraph: "Element", around: Look | None = None) -> str:
        """The text in a paragraph that is seen, text boxes set off by line breaks; `around` is the look of its cell."""
        return written(self._pieces(paragraph, around or {}))

    def comments_met(self) -> list[str]:
        """What comments say of the words that have been read since this was last asked."""
        said, self._said = self._said, []
        return said

    def _pieces(self, element: "Element", around: Look) -> list[Piece]:
        pieces: list[Piece] = []
        self._fields = [field for field in self._fields if field.shown]  # one that is not closed hides no other paragraph
        stack: list[tuple[Element | _End, Look, Look]] = []
        stack += [(one, self.looks.paragraph(element, around), around) for one in reversed(element)]
        begun: list[int] = []
        while stack:
            one, look, around = stack.pop()
            if isinstance(one, _End):
                _close(pieces, begun.pop() if begun else len(pieces), one.link)
                continue
            name = local(one.tag)
            if name in HIDDEN or (name in _DRAWINGS and _is_hidden(one)):
                continue
            if name == "r":
                run = self.looks.run(one, look)
                if run is not None:
                    stack += [(inner, run, around) for inner in reversed(one)]
                continue
            if (text := self._leaf(name, one)) is not None:
                self._write(pieces, begun, text, form(look, text) if name in ("t", "sym") else "")
                continue
            if name == "p":
                pieces.append(("\n", ""))
                look = self.looks.paragraph(one, around)
            elif name == "txbxContent":
                around = {"ground": UNKNOWN}
            if link := self._link(name, one):
                begun.append(_begin(pieces, link))
                stack.append((_End(link), look, around))
            stack += [(inner, look, around) for inner in reversed(list(_inner(name, one)))]
        while begun:  # a field that goes on in the next paragraph
            _close(pieces, begun.pop(), "")
        return pieces

    def _write(self, pieces: list[Piece], begun: list[int], text: str, look: str) -> None:
        """Add a text, unless it is a field's that is not shown."""
        if text.startswith(_FIELD_BEGINS):
            begun.append(len(pieces))
            pieces.append((text[1:], look))
        elif text.startswith(_FIELD_ENDS):
            if begun:
                _close(pieces, begun.pop(), text[1:])
        elif text and not (self._fields and self._quiet()):
            pieces.append((text, look))
            for words in self._open.values():
                words.append(text)

    def _quiet(self) -> bool:
        """Whether this is what a field is made of, or the number of the page alone."""
        return any(not field.shown or (not self.page_numbers and _PAGE.match(field.code)) for field in self._fields)

    def _leaf(self, name: str, one: "Element") -> str | None:
        """The text of an element without others, or None for one that holds some."""
        if name in _BREAKS:
            return _BREAKS[name]
        if name in _PLAIN:
            return _PLAIN[name](one)
        if name == "instrText":
            if self._fields:
                self._fields[-1].code += one.text or ""
            return ""
        if name.startswith("comment"):
            return self._comment(name, attribute(one, "id"))
        return self._drawn(one) if name in ("chart", "relIds", "altChunk") else self._mark(name, one)

    def _mark(self, name: str, one: "Element") -> str | None:
        """The mark of a note or of a field."""
        if name == "footnoteReference":
            return f"[{attribute(one, 'id')}]"
        if name == "endnoteReference":
            return self.endnote(attribute(one, "id"))
        return self._field(one) if name == "fldChar" else None

    def _drawn(self, one: "Element") -> str:
        """A chart or a diagram; a whole document within this one is not read."""
        text, missing = drawn(self._archive, self.related, one)
        missing = missing or ("a document within the document was left out" if local(one.tag) == "altChunk" else "")
        self.missing += [missing] if missing else []
        return f"\n{text}\n" if text else ""

    def _comment(self, name: str, key: str) -> str:
        if name == "commentRangeStart":
            self._open[key] = []
        elif name == "commentRangeEnd":
            self._of[key] = one_line("".join(self._open.pop(key, [])))
        elif name == "commentReference" and (said := self.comments.pop(key, "")):
            words = self._of.pop(key, "") or one_line("".join(self._open.get(key, [])))
            words = words if len(words) <= _LONGEST_WORDS else f"{words[:_LONGEST_WORDS].rsplit(' ', 1)[0]} …"
            who, _, text = said.partition("\0")
            self._said.append(f"[{who} on “{words}”: {text}]" if words else f"[{who}: {text}]")
        return ""

    def _field(self, one: "Element") -> str:
        """A mark where a field begins and ends, with what a field of a form is set to, or where a link leads."""
        kind = attribute(one, "fldCharType")
        if kind == "begin":
            self._fields.append(_Field())
            return _FIELD_BEGINS + _form_field(one)
        if kind == "separate" and self._fields:
            self._fields[-1].shown = True
        elif kind == "end" and self._fields:
            found = _LINK.match(self._fields.pop().code)
            return _FIELD_ENDS + (found[1] if found else "")
        return ""

    def _link(self, name: str, one: "Element") -> str:
        if name == "hyperlink":
            return self.links.get(attribute(one, "id"), "")
        found = _LINK.match(attribute(one, "instr")) if name == "fldSimple" else None
        return found[1] if found else ""


def _reading(one: "Element") -> str:
    """How a word is read, in brackets behind it."""
    return f"({one_line(''.join(e.text or '' for e in one.iter() if local(e.tag) == 't'))})"


_PLAIN: dict[str, Callable[["Element"], str]] = {
    "t": lambda one: symbols(one.text or ""),
    "sym": lambda one: letter(attribute(one, "font"), attribute(one, "char")),
    "oMath": linear,
    "oMathPara": linear,
    "docPr": alt_text,
    "cNvPr": lambda _: "",
    "rt": _reading,
}
"""What is written for an element without looking about."""

_FIELD_BEGINS, _FIELD_ENDS = "\0", "\1"
"""Marks between the reading of a field and its writing; no text of a document holds them."""


def _inner(name: str, one: "Element") -> Iterator["Element"]:
    """The elements within one that are read: of two ways to draw one thing the first, of a word with its reading both."""
    if name == "AlternateContent":
        choices = [e for e in one if local(e.tag) == "Choice"][:1]
        yield from choices or list(one)
    elif name == "ruby":
        yield from sorted(one, key=lambda e: local(e.tag) == "rt")
    else:
        yield from one


def _begin(pieces: list[Piece], link: str) -> int:
    """Where a link's words begin; one that goes on is told of once."""
    if pieces and pieces[-1] == (_told(link), ""):
        del pieces[-1]
        return max(len(pieces) - 1, 0)
    return len(pieces)


def _told(link: str) -> str:
    return f" <{link.removeprefix('mailto:')}>"


def _close(pieces: list[Piece], begun: int, link: str) -> None:
    """Write where a link leads, behind its words, unless they say so."""
    link = link.strip()
    if not link.lower().startswith(_SCHEMES) or re.search(r"[\s<>]", link):
        return
    words = "".join(text for text, _ in pieces[begun:])
    plain = re.sub(r"^\w+:(?://)?(?:www\.)?|/$", "", link.split("?")[0] if link.startswith("mailto:") else link).lower()
    if words.strip() and plain not in words.lower():
        pieces.append((_told(link), ""))


def _form_field(begin: "Element") -> str:
    """What a box or a list of a form is set to; "" for a field of text, whose result follows."""
    for one in begin.iter():
        name = local(one.tag)
        values = {local(e.tag): attribute(e, "val") for e in one}
        if name == "checkBox":
            on = values.get("checked", values.get("default", "0")) in _ON
            return "☒" if on else "☐"
        if name == "ddList":
            entries = [attribute(e, "val") for e in one if local(e.tag) == "listEntry"]
            place = values.get("result", values.get("default", "0"))
            return entries[int(place)] if place.isdecimal() and int(place[:6]) < len(entries) else ""
    return ""


def _is_hidden(element: "Element") -> bool:
    """Whether a drawing, which may be a text box, is not shown."""
    if local(element.tag) in ("anchor", "inline"):
        return any(local(one.tag) == "docPr" and attribute(one, "hidden") in ("1", "true") for one in element)
    return "visibility:hidden" in element.get("style", "")


def within(element: "Element", names: Set[str]) -> Iterator["Element"]:
    """The elements of these names below one, in order, but for what stands within one of them."""
    stack = list(reversed(element))
    while stack:
        one = stack.pop()
        name = local(one.tag)
        if name in names:
            yield one
        elif name not in HIDDEN:
            stack += reversed(list(_inner(name, one)))
