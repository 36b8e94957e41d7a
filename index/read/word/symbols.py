"""Letters of the symbol fonts that Word uses for ticks, arrows and Greek, as Unicode has them.

Owns those fonts' tables, as far as documents use them.
"""

import re

_WINGDINGS = {
    0x6C: "●",
    0x6E: "■",
    0x6F: "☐",
    0x71: "❑",
    0x75: "◆",
    0x76: "❖",
    0xA7: "▪",
    0xA8: "☐",
    0xFB: "✗",
    0xFC: "✓",
    0xFD: "☒",
}
_WINGDINGS |= {
    0xFE: "☒",
    0xD8: "➢",
    0xDF: "←",
    0xE0: "→",
    0xE1: "↑",
    0xE2: "↓",
    0xE8: "➔",
    0xF0: "⇨",
    0x28: "☎",
    0x2A: "✉",
    0x4A: "☺",
}
_WINGDINGS |= {0x52: "☒", 0x50: "✓", 0x53: "☒", 0xA3: "☐"}  # the last of Wingdings 2
_GREEK = dict(zip(range(0x41, 0x5B), "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", strict=True))
_GREEK |= dict(zip(range(0x61, 0x7B), "αβχδεφγηιϕκλμνοπθρστυϖωξψζ", strict=True))
_SYMBOL = _GREEK | {
    0xA3: "≤",
    0xB3: "≥",
    0xB1: "±",
    0xB0: "°",
    0xB4: "×",
    0xB7: "•",
    0xB9: "≠",
    0xBB: "≈",
    0xA5: "∞",
    0xAE: "→",
    0xAC: "←",
}
_SYMBOL |= {
    0xB6: "∂",
    0xD6: "√",
    0xE5: "∑",
    0xF2: "∫",
    0xC6: "∅",
    0xCE: "∈",
    0xDE: "⇒",
    0xDB: "⇔",
    0xD7: "⋅",
    0xBC: "…",
    0xA7: "♣",
}
_OWN = range(0xF000, 0xF100)
_PRIVATE = re.compile("[\uf000-\uf0ff]")


def letter(font: str, code: str) -> str:
    """The letter of a font by its code in hexadecimal; "" where Unicode has none for it."""
    number = int(code, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,6}", code) else 0
    table = _WINGDINGS if font.lower().startswith(("wingdings", "webdings")) else _SYMBOL
    if number in _OWN or font.lower().startswith(("wingdings", "webdings", "symbol")):
        low = number & 0xFF
        return table.get(low, chr(low) if table is _SYMBOL and 0x20 <= low < 0x7F else "")
    return chr(number) if 0x20 <= number < 0x110000 and not 0xD800 <= number < 0xE000 else ""


def symbols(text: str) -> str:
    """Text with the letters that stand in the places of such a font, which has no name here."""
    return text if text.isascii() else _PRIVATE.sub(lambda found: _SYMBOL.get(ord(found[0]) & 0xFF, "•"), text)
