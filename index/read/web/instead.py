"""HTML: what stands in a page instead of text that is none: what is said of pictures, and formulas.

Owns which pictures say something; how a formula is written is told in `office/mathml.py`.
"""

import re
from typing import TYPE_CHECKING

from index.read.draft.draft import one_line
from index.read.office.archive import xml_of
from index.read.office.drawing import image
from index.read.office.mathml import linear

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

SMALLEST = 24
"""Pixels of a picture's sides at least; smaller ones are icons."""

_ORNAMENT = re.compile(r"(?i)\b(?:logo|icon|badge|button|avatar|banner)s?\b")
_LARGE = re.compile(r"(?i)\.(?:png|jpe?g|gif|webp|svg|avif)(?:[?#]|$)")
"""Where a link leads that shows the same picture, rather than another page for which the picture is a button."""

_TEX = re.compile(r"\{\\(?:displaystyle|textstyle)\s*(.*)\}", re.DOTALL)


def write_out(tree: "LexborHTMLParser") -> None:
    """Put text in the place of the formulas of a page, and of its pictures that have one."""
    within = {node.mem_id for node in tree.css("math math")}
    for node in (node for node in tree.css("math") if node.mem_id not in within):
        _show(node)
        node.replace_with(_formula(node))
    for node in tree.css("img[alt]"):
        if said := _said(node):
            node.replace_with(said)


def _formula(math: "LexborNode") -> str:
    from xml.etree.ElementTree import ParseError

    try:
        return f" {one_line(linear(xml_of((math.html or '').replace('&nbsp;', ' ').encode())))} "
    except ParseError:
        return f" {one_line(math.text())} "


def _show(math: "LexborNode") -> None:
    """A formula for those who cannot see, beside a drawn one that says no words, is the one that is read."""
    above = math.parent
    beside = above and (above.next or above.prev)
    drawn = beside and not beside.is_text_node and beside.tag != "img" and beside.attributes.get("aria-hidden") == "true"
    if above and drawn and "hidden" in above.attributes:
        del above.attrs["hidden"]


def _said(picture: "LexborNode") -> str:
    """What a picture says, but for icons, ornaments and what the words beside it say too."""
    has = picture.attributes
    said, above = one_line(has.get("alt") or ""), picture.parent
    if has.get("role") in ("presentation", "none") or any(_small(has.get(side)) for side in ("width", "height")):
        return ""
    if found := _TEX.fullmatch(said):
        return found[1].strip()
    if not re.search(r"\w", said):
        return said  # a smiley
    leads = above is not None and above.tag == "a" and not _LARGE.search(above.attributes.get("href") or "")
    caption = one_line(above.text()) if above and above.tag == "figure" else ""
    return "" if leads or said in caption or _ORNAMENT.search(said) else image(said)


def _small(side: str | None) -> bool:
    found = re.match(r"\d{1,4}(?![\d%])", side or "")
    return found is not None and int(found[0]) < SMALLEST
