"""Word: which runs of text a person who opens the document does not see, and which are raised, lowered or struck out.

Owns how a run looks, by itself, its styles and what is behind it; knows nothing of blocks. White letters on what may be dark,
as in a text box, a table of some style or over a picture, are taken for seen.
"""

import re
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from index.read.office.archive import attribute, local
from index.read.style import colour, same

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Look = dict[str, str]
"""Whether letters are hidden, raised or struck out, their size, colour and the one behind them, "?" where it is not known."""

PAPER, UNKNOWN = "ffffff", "?"
_TINY = 2
"""Half points."""

_ON, _OFF = ("1", "true", "on"), ("0", "false", "off")
_PLAIN = ("clear", "nil", "")
_HIGHLIGHTS = {"white": "ffffff", "black": "000000", "none": ""}
_MOVED = re.compile(r"-?(?:[4-9]|1\d)(?:pt)?")
"""Half points by which letters are moved by hand."""

_SHORT = 4
_CHAIN = 12
"""So many styles are based on each other at most; they may do so in a ring."""


class Looks:
    """How runs look in one document."""

    def __init__(self, styles: "Element | None", document: "Element") -> None:
        """By the document's styles, if it has any."""
        self.met = False
        self._own: dict[str, Look] = {}
        self._parents: dict[str, str] = {}
        self._document = document
        self._base: Look = {"ground": PAPER}
        self._known: dict[str, Look] = {}
        default = ""
        for style in () if styles is None else styles:
            name = attribute(style, "styleId")
            self._own[name] = _look_of(style)
            self._parents[name] = next((attribute(e, "val") for e in style if local(e.tag) == "basedOn"), "")
            if local(style.tag) == "docDefaults":
                self._base.update(_look_of(style))
            elif attribute(style, "default") in _ON and attribute(style, "type") == "paragraph":
                default = name
        self._base.update(self._style(default))

    def _style(self, name: str) -> Look:
        if name not in self._known:
            self._known[name] = self._inherited(name)
        return self._known[name]

    def _inherited(self, name: str) -> Look:
        chain = []
        for _ in range(_CHAIN):
            if name not in self._own:
                break
            chain.append(self._own[name])
            name = self._parents[name]
        return {key: value for look in reversed(chain) for key, value in look.items()}

    def paragraph(self, paragraph: "Element", around: Look) -> Look:
        """How a paragraph's runs look, within a cell or the like."""
        properties = _first(paragraph, "pPr")
        if properties is None:
            return {**self._base, **around} if around else self._base
        own: Look = {}
        for one in properties:
            name = local(one.tag)
            if name == "pStyle":
                own = {**self._style(attribute(one, "val")), **own}
            elif name == "shd":
                own.update(shade(properties))
        return {**self._base, **around, **own} if around or own else self._base

    def run(self, run: "Element", paragraph: Look) -> Look | None:
        """How a run looks, or None for one that is not seen."""
        properties = _first(run, "rPr")
        own = _letters(properties) if properties is not None else {}
        if not own and paragraph is self._base and not self._base_hides:
            return paragraph
        look = {**paragraph, **self._style(own.get("style", "")), **own}
        if not self._unseen(look):
            return look
        self.met = self.met or any(local(e.tag) == "t" and (e.text or "").strip() for e in run)
        return None

    def _unseen(self, look: Look) -> bool:
        why = _unseen(look.get("vanish", ""), look.get("sz", ""), look.get("color", ""), look["ground"])
        return bool(why) and (why != "color" or look["ground"] != PAPER or self._on_paper)

    @cached_property
    def _base_hides(self) -> bool:
        return self._unseen(self._base)

    @cached_property
    def _on_paper(self) -> bool:
        """Whether the page is white, and no picture stands behind its text."""
        for one in self._document.iter():
            name = local(one.tag)
            if name == "background" or (name == "anchor" and attribute(one, "behindDoc") in _ON):
                return False
        return True

    def hides_row(self, row: "Element") -> bool:
        """Whether a table's row is not seen."""
        properties = _properties(row, "trPr")
        one = None if properties is None else _properties(properties, "hidden")
        hidden = one is not None and attribute(one, "val") not in _OFF
        self.met = self.met or hidden
        return hidden


def form(look: Look, text: str) -> str:
    """The form of a run's text: raised or lowered, also by hand, struck out."""
    place = look.get("vertAlign", "")
    height = look.get("position", "")
    moved = "up" if place == "superscript" else "down" if place == "subscript" else ""
    if not moved and _MOVED.fullmatch(height) and len(text.strip()) <= _SHORT and not place:
        moved = "down" if height.startswith("-") else "up"
    return f"{moved} out".strip() if look.get("strike") or look.get("dstrike") else moved


def _look_of(element: "Element") -> Look:
    """What the properties in a style say of letters and of what is behind them."""
    look: Look = {}
    for one in element.iter():
        if local(one.tag) == "rPr":
            look.update(_letters(one))
        elif local(one.tag) == "pPr":
            look.update(shade(one))
    return look


def _first(element: "Element", name: str) -> "Element | None":
    """The properties of a run or a paragraph, which are its first child."""
    return element[0] if len(element) and local(element[0].tag) == name else None


def _properties(element: "Element", name: str) -> "Element | None":
    return next((one for one in element if local(one.tag) == name), None)


def _letters(properties: "Element") -> Look:
    look: Look = {}
    for one in properties:
        name = local(one.tag)
        if name in ("vanish", "strike", "dstrike"):
            look[name] = "" if attribute(one, "val") in _OFF else "1"
        elif name in ("vertAlign", "position"):
            look[name] = attribute(one, "val")
        elif name in ("sz", "color"):
            look[name] = attribute(one, "val").lower()
        elif name == "rStyle":
            look["style"] = attribute(one, "val")
        elif name == "shd":
            look.update(shade(properties))
        elif name == "highlight" and (value := attribute(one, "val")) != "none":
            look["ground"] = _HIGHLIGHTS.get(value, UNKNOWN)
    return look


def shade(properties: "Element") -> Look:
    """What the properties of a run, a paragraph or a cell say of what is behind its letters."""
    found = _properties(properties, "shd")
    if found is None:
        return {}
    fill = attribute(found, "fill").lower()
    if attribute(found, "val") not in _PLAIN or (attribute(found, "themeFill") and not re.fullmatch(r"[0-9a-f]{6}", fill)):
        return {"ground": UNKNOWN}
    return {} if fill in ("auto", "") else {"ground": fill}


@lru_cache(1000)
def _unseen(vanish: str, size: str, ink: str, ground: str) -> str:
    """What hides letters of this look, or ""."""
    if vanish or (size.isdecimal() and int(size) <= _TINY):
        return "size"
    letters, behind = colour(f"#{ink}"), colour(f"#{ground}")
    return "color" if letters and behind and same(letters, behind) else ""
