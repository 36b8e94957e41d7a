"""Style sheets: which declarations keep an element from being seen or strike it out, and the rules of a sheet that may do so.

Owns CSS, as far as it does that or raises text; knows nothing of pages. Rules that hold on some screens only never hide, but
they may show.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Style = Mapping[str, str]
"""Values by property, in small letters."""

OFF, DOT, CLEAR = -999.0, 1.0, 0.03
"""Places this far left or above are off the page, sizes up to the second are none, an opacity below the third shows nothing."""

SAME = 10
"""Colours that differ by less in each of red, green and blue (of 255) are one."""

_COUNTS = re.compile(
    r"^(?:display|visibility|font-size|font|opacity|color|background|background-color|background-image|background-clip|text-indent"
    r"|text-shadow|position|left|top|right|bottom|margin-left|margin-top|clip|clip-path|width|height|max-width|max-height|overflow"
    r"|padding|padding-top|padding-bottom|transform|-webkit-background-clip|text-decoration|text-decoration-line"
    r"|vertical-align)$"
)
_LENGTH = re.compile(r"(-?\d{0,9}\.?\d{0,9})(px|pt|em|rem|ex|ch|vw|vh|%|in|cm|mm|)$")
_PIXELS = {"": 1, "px": 1, "pt": 1.33, "em": 16, "rem": 16, "ex": 8, "ch": 8, "vw": 10, "vh": 8, "%": 0.16}
_PIXELS |= {"in": 96, "cm": 38, "mm": 4}
_ORIGIN = r"0(?:px|%)? 0(?:px|%)?"
_NOTHING = re.compile(rf"inset\((?:[5-9]\d|1\d\d)(?:\.\d+)?%|circle\(0|ellipse\(0|polygon\({_ORIGIN}(?:, ?{_ORIGIN})*\)")
_MOVED = re.compile(r"scale(?:3d|x|y)?\(\s*0(?:\.0+)?\s*[,)]|translate(?:x|y|3d)?\([^)]*-\d{4,}")
_NAMES: dict[str, tuple[int, ...]] = {
    "white": (255, 255, 255),
    "black": (0, 0, 0),
    "snow": (255, 250, 250),
    "ivory": (255, 255, 240),
}
_NAMES |= {"whitesmoke": (245, 245, 245), "ghostwhite": (248, 248, 255), "floralwhite": (255, 250, 240), "transparent": ()}


@dataclass(frozen=True, slots=True)
class Rule:
    """Its selectors, what it declares that counts here, and whether it holds on every screen."""

    selectors: str
    style: Style
    sure: bool


def declared(text: str) -> dict[str, str]:
    """The declarations in a rule or a `style` attribute that may hide or show; one that is important keeps its mark."""
    found: dict[str, str] = {}
    for one in text.lower().split(";"):
        name, colon, value = one.partition(":")
        if colon and _COUNTS.match(name := name.strip()) and not ("!" in found.get(name, "") and "!" not in value):
            found["font-size" if name == "font" else name] = _size(value) if name == "font" else " ".join(value.split())
    return found


def _size(font: str) -> str:
    """The size in a `font`, or "" where it has none."""
    return next((word for part in font.split() if _LENGTH.fullmatch(word := part.split("/")[0])), "")


def hides(style: Style) -> bool:
    """Whether an element of this style is not seen, nor what is in it."""
    get = {name: value.split("!", 1)[0].strip() for name, value in style.items()}.get
    if get("display") == "none" or _opacity(get("opacity", "1")) < CLEAR or _length(get("text-indent")) <= OFF:
        return True
    if _MOVED.search(get("transform", "")) or _NOTHING.match(get("clip-path", "")):
        return True
    placed = get("position") in ("absolute", "fixed")
    away = min(_length(get(side)) for side in ("left", "top", "right", "bottom")) if placed else 0.0
    if min(away, _length(get("margin-left")), _length(get("margin-top"))) <= OFF or (placed and _clipped(get("clip", ""))):
        return True
    sides = [get(name) for name in ("width", "height", "max-width", "max-height")]
    small = any(side is not None and 0 <= _length(side, 99.0) <= DOT for side in sides)
    padded = any(name.startswith("padding") and _length(value, 99.0) > DOT for name, value in style.items())
    return small and not padded and get("overflow", "").split(" ")[0] in ("hidden", "clip")


def hides_letters(style: Style) -> str:
    """The property by which the letters of an element are not seen, but for those in it that have another value; or ""."""
    if style.get("visibility", "").split("!")[0].strip() in ("hidden", "collapse"):
        return "visibility"
    if 0 <= _length(style.get("font-size", "").split("!")[0].strip(), 99.0) <= DOT:
        return "font-size"
    clear = colour(style.get("color", "")) == () and "text-shadow" not in style
    return "color" if clear and not any("background-clip" in name for name in style) else ""


def form(style: Style) -> str:
    """The element that writes its text as this style does: "s" for struck out, "sup", "sub", or ""."""
    if any("line-through" in style.get(name, "") for name in ("text-decoration", "text-decoration-line")):
        return "s"
    return {"super": "sup", "sub": "sub"}.get(style.get("vertical-align", "").split("!")[0].strip(), "")


def colour(value: str) -> tuple[int, ...] | None:
    """Red, green and blue; nothing for one that lets everything through, None for what is no plain colour."""
    value = value.split("!", 1)[0].strip()
    if value in _NAMES:
        return _NAMES[value]
    if re.fullmatch(r"#[0-9a-f]{3,8}", value):
        digits = value[1:] if len(value) > 5 else "".join(2 * digit for digit in value[1:])
        parts = [int(digits[n : n + 2], 16) for n in range(0, len(digits) - 1, 2)]
        return () if parts[3:] == [0] else tuple(parts[:3])
    if found := re.fullmatch(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})(?:[\s,/]+([\d.]{1,9})%?)?\s*\)", value):
        return () if found[4] and not found[4].strip("0.") else tuple(map(int, found.groups()[:3]))
    return None


def same(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether two colours cannot be told apart."""
    return all(abs(a - b) < SAME for a, b in zip(one, other, strict=True))


def _length(value: str | None, other: float = 0.0) -> float:
    """A length in pixels, as on a usual screen; `other` for what is none."""
    found = _LENGTH.match(value or "")
    if not found or found[1] in ("", "-", ".", "-."):
        return other
    return float(found[1]) * _PIXELS[found[2]]


def _opacity(value: str) -> float:
    return _length(value.removesuffix("%"), 1.0) / (100 if value.endswith("%") else 1)


def _clipped(value: str) -> bool:
    """Whether a `clip` leaves nothing, or a single pixel."""
    numbers = re.findall(r"(?<![\w.])\d{1,9}(?:\.\d{0,9})?", value)
    return value.startswith("rect(") and "auto" not in value and bool(numbers) and all(float(n) <= DOT for n in numbers)


# Sheets ---------------------------------------------------------------------------------------------------------------


def rules(sheet: str, media: str = "") -> Iterator[Rule]:
    """The rules of a sheet that declare what counts; those for print are left out, what is open at the end counts."""
    heads: list[str] = [f"@media {media}"]
    text = ""
    for piece in re.split(r"([{}])", _plain(sheet) + "}}}"):
        if piece not in ("{", "}"):
            text = piece
            continue
        before, _, head = text.rpartition(";") if piece == "{" else (text, "", "")
        if heads[-1] and (rule := _rule(heads, before)):
            yield rule
        if piece == "{":
            heads.append(head.strip())
        elif len(heads) > 1:
            heads.pop()
        text = ""


def _rule(heads: list[str], text: str) -> Rule | None:
    """The rule whose heads are open, those around it first."""
    if heads[-1].startswith("@") or not (style := declared(text)):
        return None
    selectors, sure = "", True
    for head in heads:
        if not head.startswith("@"):
            around, selectors = selectors, head
            if around:
                selectors = head.replace("&", f":is({around})") if "&" in head else f":is({around}) :is({head})"
            continue
        holds = _holds(head)
        if holds is None:
            return None
        sure = sure and holds
    return Rule(selectors, style, sure)


def _holds(head: str) -> bool | None:
    """Whether rules under this head hold on every screen (True), on some (False), or on none."""
    kind, _, query = head.lower().partition(" ")
    if kind in ("@supports", "@layer"):
        return True
    if kind != "@media":
        return False if kind == "@container" else None
    query = query.strip()
    if query in ("", "all", "screen", "only screen"):
        return True
    return None if query in ("print", "only print", "speech", "not screen", "not all") else False


def _plain(sheet: str) -> str:
    """A sheet without comments."""
    kept, at = [], 0
    while (begin := sheet.find("/*", at)) >= 0:
        kept.append(sheet[at:begin])
        end = sheet.find("*/", begin + 2)
        at = end + 2 if end >= 0 else len(sheet)
    return "".join([*kept, sheet[at:]]).replace("<!--", "").replace("-->", "")
