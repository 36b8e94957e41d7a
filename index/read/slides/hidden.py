"""Presentations: which shapes of a slide, and which runs of text in them, a person who opens the file does not see.

Owns what hides them; knows nothing of their order. White letters are taken for seen unless the slide, its layout and its master
show nothing but paper and text.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.read.office.archive import Archive, attribute, local
from index.read.style import colour, same

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_ON = ("1", "true")
_TINY = 100
"""Hundredths of a point."""

_SHAPES = ("sp", "graphicFrame", "grpSp", "pic", "cxnSp")
_WHITE = (255, 255, 255)
_FILLS = ("blipFill", "gradFill", "pattFill", "grpFill")


class Stage:
    """What is seen of the slides of one presentation; `hides` once something was met on the slide at hand that is not."""

    def __init__(self, archive: Archive, presentation: "Element") -> None:
        """`presentation` says how large a slide is."""
        size = next((e for e in presentation if local(e.tag) == "sldSz"), None)
        self._size = (_number(size, "cx"), _number(size, "cy")) if size is not None else (0, 0)
        self._archive = archive
        self._plain: dict[str, bool] = {}
        self.hides = False

    def clear(self, path: str, slide: "Element") -> None:
        """Take out of a slide what is not seen."""
        self.hides = False
        blank: bool | None = None
        stack = [slide]
        while stack:
            one = stack.pop()
            for child in list(one):
                name = local(child.tag)
                if name in _SHAPES and (
                    _is_hidden(child) or (one.tag.endswith("}spTree") and self._is_off(child) and not _flies(slide))
                ):
                    self._take(one, child)
                elif name in ("r", "fld") and (why := _why(child)):
                    if why == "white" and blank is None:
                        blank = self._blank(path, slide)
                    if why == "tiny" or blank:
                        self._take(one, child)
                else:
                    stack.append(child)

    def _take(self, parent: "Element", child: "Element") -> None:
        self.hides = self.hides or any(local(e.tag) == "t" and (e.text or "").strip() for e in child.iter())
        parent.remove(child)

    def _is_off(self, shape: "Element") -> bool:
        """Whether a shape stands beside the slide."""
        frame = next((e for e in _own(shape) if local(e.tag) == "xfrm"), None)
        places = {} if frame is None else {local(e.tag): e for e in frame}
        if not ("off" in places and "ext" in places and all(self._size)):
            return False
        x, y = _number(places["off"], "x"), _number(places["off"], "y")
        across, up = _number(places["ext"], "cx"), _number(places["ext"], "cy")
        if frame is not None and attribute(frame, "rot") not in ("", "0"):  # about its middle
            reach = max(across, up)
            x, y, across, up = x - reach, y - reach, across + 2 * reach, up + 2 * reach
        return x >= self._size[0] or y >= self._size[1] or x + across <= 0 or y + up <= 0

    def _blank(self, path: str, slide: "Element") -> bool:
        """Whether nothing but white can be behind the letters of a slide."""
        return not _draws(slide) and all(self._is_plain(above) for above in self._above(path))

    def _above(self, path: str) -> Iterator[str]:
        """The layout of a slide, the master of that, and its theme."""
        for kind in ("slideLayout", "slideMaster", "theme"):
            path = next((to for what, to in self._archive.related(path).values() if what == kind), "")
            if path in self._archive:
                yield path

    def _is_plain(self, path: str) -> bool:
        if path not in self._plain:
            root = self._archive.xml(path)
            light = [e for e in root.iter() if local(e.tag) == "lt1"]  # what else a theme has is not drawn
            self._plain[path] = not (any(_colours(e, "lt1") for e in light) if local(root.tag) == "theme" else _draws(root))
        return self._plain[path]


def _own(shape: "Element") -> Iterator["Element"]:
    """The properties of a shape itself, and its frame."""
    for one in shape:
        if local(one.tag) in ("spPr", "grpSpPr"):
            yield from one
        yield one


def _flies(slide: "Element") -> bool:
    """Whether shapes come in from beside the slide."""
    return any(local(e.tag) == "animMotion" for e in slide.iter())


def _is_hidden(shape: "Element") -> bool:
    """Whether a shape is switched off."""
    return any(local(e.tag) == "cNvPr" and attribute(e, "hidden") in _ON for about in shape if len(about) for e in about)


def _why(run: "Element") -> str:
    """What may hide a run: its size, or that it is white; or ""."""
    properties = next((e for e in run if local(e.tag) == "rPr"), None)
    if properties is None:
        return ""
    size = attribute(properties, "sz")
    if size.isdecimal() and int(size) <= _TINY:
        return "tiny"
    fill = next((e for e in properties if local(e.tag) == "solidFill"), None)
    inks = [] if fill is None else [_colour(e) for e in fill]
    lit = any(local(e.tag) in ("highlight", "ln", "effectLst") for e in properties)
    return "white" if not lit and inks and inks[0] and same(inks[0], _WHITE) else ""


def _colour(one: "Element") -> tuple[int, ...] | None:
    return None if len(one) or local(one.tag) != "srgbClr" else colour(f"#{attribute(one, 'val').lower()}")


def _draws(root: "Element") -> bool:
    """Whether a part shows more than text on white: pictures, filled shapes, tables, a background of some other colour."""
    return any(_colours(one, local(one.tag)) for one in root.iter())


def _colours(one: "Element", name: str) -> bool:
    if name == "bg":
        return not _is_white(one)
    if name in ("spPr", "tcPr"):
        return any(local(e.tag) == "solidFill" and not all(map(_is_paper, e)) for e in one)
    if name == "clrMap":
        return attribute(one, "bg1") not in ("", "lt1")
    if name == "lt1":  # of a theme
        return not all(colour(f"#{(attribute(e, 'lastClr') or attribute(e, 'val')).lower()}") == _WHITE for e in one)
    return name in ("pic", "graphicFrame", "overrideClrMapping", *_FILLS) or (
        name == "fillRef" and attribute(one, "idx") != "0"
    )


def _is_white(background: "Element") -> bool:
    """Whether a background is plain white, or the lightest colour of the theme."""
    if any(local(e.tag) in _FILLS for e in background.iter()):
        return False
    colours = [e for e in background.iter() if local(e.tag).endswith("Clr")]
    return len(colours) == 1 and _is_paper(colours[0])


def _is_paper(one: "Element") -> bool:
    plain = _colour(one)
    theme = local(one.tag) == "schemeClr" and attribute(one, "val") in ("bg1", "lt1") and not len(one)
    return theme or (plain is not None and len(plain) == len(_WHITE) and same(plain, _WHITE))


def _number(element: "Element", name: str) -> int:
    value = attribute(element, name)
    return int(value) if value.lstrip("-").isdecimal() and len(value) < len("-999999999999999") else 0
