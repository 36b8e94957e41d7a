"""OpenDocument: what styles say of letters, lists and pages.

Owns the styles of one document; knows nothing of its text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.read.office.archive import attribute, local
from index.read.office.counting import in_words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CHAIN = 12
"""So many styles are based on each other at most; they may do so in a ring."""

_LIST_FORMS = {"a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "1": "decimal", "": "none"}
_TINY = re.compile(r"0*1?(?:\.0*)?(?:pt|px)|0+(?:\.\d+)?(?:pt|px)|0(?:\.0\d*)?(?:mm|cm|in)")


@dataclass(frozen=True, slots=True)
class Level:
    """How one level of a list is numbered; `bullet` for one that is not."""

    form: str = "decimal"
    before: str = ""
    after: str = ""
    levels: int = 1
    start: int = 1
    bullet: bool = False


@dataclass(slots=True)
class Styles:
    """Letters, lists and what else is said, by the names of styles."""

    own: dict[str, dict[str, str]] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    lists: dict[str, dict[int, Level]] = field(default_factory=dict)
    outline: dict[int, Level] = field(default_factory=dict)

    def add(self, root: "Element") -> None:
        """Take in the styles of a part of the document."""
        for one in _elements(root):
            name = local(one.tag)
            if name == "style":
                key = f"{attribute(one, 'family')}:{attribute(one, 'name')}"
                self.own[key] = _said(one)
                self.parents[key] = f"{attribute(one, 'family')}:{attribute(one, 'parent-style-name')}"
            elif name == "list-style":
                self.lists[attribute(one, "name")] = dict(map(_level, one))
            elif name == "outline-style":
                self.outline = dict(map(_level, one))

    def look(self, family: str, name: str) -> dict[str, str]:
        """What a style says, with those that it is based on."""
        key, chain = f"{family}:{name}", []
        for _ in range(_CHAIN):
            if key not in self.own:
                break
            chain.append(self.own[key])
            key = self.parents[key]
        return {name: value for look in reversed(chain) for name, value in look.items()}


def _elements(root: "Element") -> Iterator["Element"]:
    for part in root:
        if local(part.tag) in ("styles", "automatic-styles", "master-styles"):
            yield from part


def _said(style: "Element") -> dict[str, str]:
    """The properties of a style that count here."""
    said = {}
    if listed := attribute(style, "list-style-name"):
        said["list"] = listed
    for properties in style:
        if local(properties.tag) == "map":
            continue
        for name, value in properties.attrib.items():
            said[local(name)] = value
    return said


def _level(level: "Element") -> tuple[int, Level]:
    place, start = attribute(level, "level"), attribute(level, "start-value")
    shown = attribute(level, "display-levels")
    return (
        int(place) if place.isdecimal() and len(place) < len("999") else 1,
        Level(
            _LIST_FORMS.get(attribute(level, "num-format"), "decimal"),
            attribute(level, "num-prefix"),
            attribute(level, "num-suffix"),
            int(shown) if shown in set("123456789") else 1,
            int(start) if start.isdecimal() and len(start) < len("99999") else 1,
            local(level.tag).endswith(("bullet", "image")),
        ),
    )


def numbered(levels: dict[int, Level], counts: dict[int, int], place: int) -> str:
    """The number of an item at a level; "-" for a point, "" where none is shown."""
    level = levels.get(place, Level(bullet=True))
    if level.bullet:
        return "-"
    first = max(place - level.levels + 1, 1)
    parts = [in_words(counts.get(n, 1), levels.get(n, Level()).form) for n in range(first, place + 1)]
    said = ".".join(part for part in parts if part)
    return f"{level.before}{said}{level.after}".strip() if level.form != "none" else ""


def form(look: dict[str, str]) -> str:
    """The form of letters: raised, lowered, struck out."""
    place = look.get("text-position", "")
    moved = "up" if place.startswith("super") else "down" if place.startswith(("sub", "-")) else ""
    if re.match(r"[1-9]", place):
        moved = "up"
    through = look.get("text-line-through-style", look.get("text-line-through-type", "none"))
    return f"{moved}{' out' if through not in ('none', '') else ''}".strip()


def hides(look: dict[str, str], *, paper: bool) -> bool:
    """Whether letters are not seen; white ones are not where `paper` is behind them."""
    if look.get("display") == "none" or _TINY.fullmatch(look.get("font-size", "")):
        return True
    white = look.get("color", "").lower() in ("#ffffff", "#fefefe", "white")
    return white and paper and look.get("background-color", "transparent") in ("transparent", "#ffffff")
