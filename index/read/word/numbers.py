"""Word: the numbers that it writes itself before paragraphs, "3.1", "(a)", "§ 4", by the document's numbering.

Owns lists, their levels, where they begin anew and how each number is written; knows nothing of text.
"""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.read.office.archive import attribute, local
from index.read.office.counting import in_words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LEVELS = 9
_CHAIN = 12
"""So many styles are based on each other at most; they may do so in a ring."""

_MOST = 100_000
_PLACE = re.compile(r"%([1-9])")
_OFF = ("0", "false", "off")


@dataclass(slots=True)
class Level:
    """How one level of a list is numbered; `restart` is the level, from 1, after which it begins anew, 0 for none."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    restart: int | None = None
    legal: bool = False
    style: str = ""


@dataclass(slots=True)
class _List:
    """A list: its levels, and the number that each has come to."""

    levels: dict[int, Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    link: str = ""


class Numbers:
    """The numbers of one document, asked for paragraph by paragraph."""

    def __init__(self, numbering: "Element | None", styles: "Element | None") -> None:
        """By the parts of the document that tell, where it has them."""
        self._lists: dict[str, _List] = {}
        self._of: dict[str, str] = {}
        self._own: dict[str, dict[int, Level]] = {}
        self._starts: dict[str, dict[int, int]] = {}
        self._styles: dict[str, tuple[str, str]] = {}
        self._parents: dict[str, str] = {}
        for one in () if numbering is None else numbering:
            if local(one.tag) == "abstractNum":
                link = next((attribute(e, "val") for e in one if local(e.tag) == "numStyleLink"), "")
                levels = dict(_level(e) for e in one if local(e.tag) == "lvl")
                self._lists[attribute(one, "abstractNumId")] = _List(levels, link=link)
            elif local(one.tag) == "num":
                self._add(one)
        for style in () if styles is None else styles:
            if local(style.tag) == "style":
                name = attribute(style, "styleId")
                self._parents[name] = next((attribute(e, "val") for e in style if local(e.tag) == "basedOn"), "")
                held = next((e for e in style if local(e.tag) == "pPr"), None)
                if held is not None and (found := numbered(held)):
                    self._styles[name] = found

    def _add(self, num: "Element") -> None:
        name = attribute(num, "numId")
        for one in num:
            if local(one.tag) == "abstractNumId":
                self._of[name] = attribute(one, "val")
            elif local(one.tag) == "lvlOverride":
                place = _number(attribute(one, "ilvl"), 0)
                for inner in one:
                    if local(inner.tag) == "startOverride":
                        self._starts.setdefault(name, {})[place] = _number(attribute(inner, "val"), 1)
                    elif local(inner.tag) == "lvl":
                        self._own.setdefault(name, {})[place] = _level(inner)[1]

    def before(self, properties: "Element | None") -> str | None:
        """What stands before a paragraph of these properties: its number, "-" for a point; None where it is no item."""
        style = "" if properties is None else next((attribute(e, "val") for e in properties if local(e.tag) == "pStyle"), "")
        num, place = (numbered(properties) if properties is not None else None) or ("", "")
        by_style, level_of_style = self._by_style(style)
        num = num or by_style
        listed = self._list(num)
        if not num or num == "0" or listed is None:
            return None
        level = _number(place or level_of_style or self._level_of(listed, style), 0)
        return self._next(num, listed, min(level, LEVELS - 1))

    def _by_style(self, style: str) -> tuple[str, str]:
        """The list and the level that a style, or one that it is based on, puts its paragraphs in."""
        level = ""
        for _ in range(_CHAIN):
            num, place = self._styles.get(style, ("", ""))
            level = level or place
            if num:
                return num, level
            style = self._parents.get(style, "")
        return "", level

    def _list(self, num: str) -> _List | None:
        """The list of this number, by way of a style of lists where it leads there."""
        for _ in range(_CHAIN):
            listed = self._lists.get(self._of.get(num, ""))
            if listed is None or not listed.link or listed.levels:
                return listed
            num = self._styles.get(listed.link, ("", ""))[0]
        return None

    @staticmethod
    def _level_of(listed: _List, style: str) -> str:
        return next((str(n) for n, level in listed.levels.items() if style and level.style == style), "")

    def _next(self, num: str, listed: _List, place: int) -> str:
        """Count on, and the number as it is written."""
        for at, start in self._starts.pop(num, {}).items():  # begins anew where it is first used
            listed.counts[at] = start - 1
            for deeper in [n for n in listed.counts if n > at]:
                del listed.counts[deeper]
        own = self._own.get(num, {})
        levels = {**listed.levels, **own}
        level = levels.get(place, Level())
        listed.counts[place] = listed.counts.get(place, level.start - 1) + 1
        for deeper in [n for n in listed.counts if n > place]:
            restart = levels.get(deeper, Level()).restart
            if restart is None or (restart and place < restart):
                del listed.counts[deeper]
        if level.form == "bullet":
            return "-"
        if level.form == "none" and "%" not in level.text:
            return level.text.strip()
        return self._written(listed, levels, level).strip()

    @staticmethod
    def _written(listed: _List, levels: dict[int, Level], level: Level) -> str:
        def one(found: "re.Match[str]") -> str:
            place = int(found[1]) - 1
            other = levels.get(place, Level())
            count = listed.counts.setdefault(place, other.start) if place in levels else 1
            return in_words(count, "decimal" if level.legal and other.form != "none" else other.form)

        return _PLACE.sub(one, level.text)


def numbered(properties: "Element") -> tuple[str, str] | None:
    """The list and the level that the properties of a paragraph name, "" where they do not; None where they speak of none."""
    held = next((e for e in properties if local(e.tag) == "numPr"), None)
    if held is None:
        return None
    values = {local(e.tag): attribute(e, "val") for e in held}
    return values.get("numId", ""), values.get("ilvl", "")


def _level(level: "Element") -> tuple[int, Level]:
    made = Level()
    for one in level:
        name, value = local(one.tag), attribute(one, "val")
        if name == "start":
            made.start = _number(value, 1)
        elif name == "numFmt":
            made.form = value
        elif name == "AlternateContent":  # forms of later versions, with a plain one beside them
            made.form = next(
                (attribute(e, "format") or attribute(e, "val") for e in one.iter() if local(e.tag) == "numFmt"), "decimal"
            )
        elif name == "lvlText":
            made.text = value
        elif name == "lvlRestart":
            made.restart = _number(value, 0)
        elif name == "isLgl":
            made.legal = value not in _OFF
        elif name == "pStyle":
            made.style = value
    return _number(attribute(level, "ilvl"), 0), made


def _number(text: str, other: int) -> int:
    return min(int(text), _MOST) if text.isdecimal() and len(text) < len("9999999") else other
