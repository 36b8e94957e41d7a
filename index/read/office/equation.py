"""Equations of Office files (OMML) in one line: E=mc², (a+b)/(2c), √(x), ∑_(i=1)^n.

Owns how an equation reads; knows nothing of where it stands.
"""

from typing import TYPE_CHECKING

from index.read.draft.draft import one_line
from index.read.draft.scripts import lowered, raised
from index.read.office.archive import attribute, local

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

DEEPEST = 60
"""So many parts stand within each other; what is deeper is read as plain text."""


def linear(equation: "Element", depth: int = 0) -> str:
    """An equation, or a part of one."""
    if depth > DEEPEST:
        return "".join(e.text or "" for e in equation.iter() if local(e.tag) == "t")
    return "".join(_part(one, depth + 1) for one in equation)


def _part(one: "Element", depth: int) -> str:
    name = local(one.tag)
    if name == "t":
        return one.text or ""
    if name.endswith("Pr") or name in ("del", "moveFrom", "delText"):
        return ""
    parts = {local(inner.tag): inner for inner in one}
    make = _MAKERS.get(name)
    return make(one, parts, depth) if make else linear(one, depth)


def _of(parts: dict[str, "Element"], name: str, depth: int) -> str:
    return one_line(linear(parts[name], depth)) if name in parts else ""


def held(text: str) -> str:
    """In brackets where it is more than a word or a number."""
    plain = text.replace(".", "").replace(",", "")
    whole = plain.isdigit() or plain.isalpha() or (text[:1] + text[-1:] in ("()", "[]") and text.count(text[:1]) == 1)
    return text if whole or not text else f"({text})"


def up(text: str) -> str:
    """Raised, by signs of their own where there are such: x², x^(a,b)."""
    small = raised(text) if text else ""
    return small if small != text else f"^{held(text)}" if text else ""


def down(text: str) -> str:
    """Lowered: x₁, x_max."""
    small = lowered(text) if text else ""
    return small if small != text else f"_{held(text)}" if text else ""


def _fraction(one: "Element", parts: dict[str, "Element"], depth: int) -> str:
    kind = [attribute(e, "val") for e in one.iter() if local(e.tag) == "type"][:1]
    above, below = _of(parts, "num", depth), _of(parts, "den", depth)
    return f"({above} over {below})" if kind == ["noBar"] else f"{held(above)}/{held(below)}"


def _scripts(_: "Element", parts: dict[str, "Element"], depth: int) -> str:
    return f"{_of(parts, 'e', depth)}{down(_of(parts, 'sub', depth))}{up(_of(parts, 'sup', depth))}"


def _before(_: "Element", parts: dict[str, "Element"], depth: int) -> str:
    return f"{down(_of(parts, 'sub', depth))}{up(_of(parts, 'sup', depth))}{_of(parts, 'e', depth)}"


def _root(_: "Element", parts: dict[str, "Element"], depth: int) -> str:
    degree = _of(parts, "deg", depth)
    return f"{raised(degree) if degree else ''}√({_of(parts, 'e', depth)})"


def _sign(one: "Element", name: str, other: str) -> str:
    """A sign that the properties of a part name, where they do."""
    properties = next((e for e in one if local(e.tag).endswith("Pr")), None)
    found = [] if properties is None else [e for e in properties if local(e.tag) == name]
    return attribute(found[0], "val") if found else other


def _large(one: "Element", parts: dict[str, "Element"], depth: int) -> str:
    limits = f"{down(_of(parts, 'sub', depth))}{up(_of(parts, 'sup', depth))}"
    return f"{_sign(one, 'chr', '∫')}{limits} {_of(parts, 'e', depth)}"


def _brackets(one: "Element", _: dict[str, "Element"], depth: int) -> str:
    inner = [one_line(linear(e, depth)) for e in one if local(e.tag) == "e"]
    opened, closed = _sign(one, "begChr", "("), _sign(one, "endChr", ")")
    return f"{opened}{_sign(one, 'sepChr', '|').join(inner)}{closed}"


def _function(_: "Element", parts: dict[str, "Element"], depth: int) -> str:
    name, of = _of(parts, "fName", depth), _of(parts, "e", depth)
    return f"{name}{of}" if of.startswith("(") else f"{name} {of}"


def _matrix(one: "Element", _: dict[str, "Element"], depth: int) -> str:
    rows = [[one_line(linear(e, depth)) for e in row if local(e.tag) == "e"] for row in one if local(row.tag) == "mr"]
    return f"[{'; '.join(', '.join(row) for row in rows)}]"


def _lines(one: "Element", _: dict[str, "Element"], depth: int) -> str:
    return "; ".join(one_line(linear(e, depth)) for e in one if local(e.tag) == "e")


def _limit(one: "Element", parts: dict[str, "Element"], depth: int) -> str:
    sign = down if local(one.tag) == "limLow" else up
    return f"{_of(parts, 'e', depth)}{sign(_of(parts, 'lim', depth))}"


def _accent(one: "Element", parts: dict[str, "Element"], depth: int) -> str:
    return f"{_of(parts, 'e', depth)}{_sign(one, 'chr', '̂')}"


_MAKERS = {
    "f": _fraction,
    "sSup": _scripts,
    "sSub": _scripts,
    "sSubSup": _scripts,
    "sPre": _before,
    "rad": _root,
    "nary": _large,
    "d": _brackets,
    "func": _function,
    "m": _matrix,
    "eqArr": _lines,
    "limLow": _limit,
    "limUpp": _limit,
    "acc": _accent,
}
"""By element; what else there is, is read in order."""
