"""A text as people type it.

Owns what is left out (soft hyphens, zero-width characters, a log's colours, vowel signs of Arabic and Hebrew), and what is
another way to write a letter (ligatures, widths, ß, accents apart, digits of other scripts, traditional characters). Case, and
accents that Latin letters have, are left to `index/catalog/words.py`. Knows nothing of words.
"""

import re
import unicodedata
from functools import cache

from index.passage import COLOURS

MOST_MARKS = 8
"""So many accents on one letter are read."""

_HIDDEN = (
    "\u00ad\u034f\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u061c\u0640\u064b-\u065f\u0670\u06d6-\u06dc"
    "\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufe00-\ufe0f\ufeff"
)
_MARKS = "\u0300-\u034e\u0350-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f"
_RAISED = "\u00b2\u00b3\u00b9\u2070-\u209c"
_SINGLE = (
    "\u00aa\u00ba\u00bc-\u00be\u00c6\u00d0\u00d8\u00de\u00df\u00e6\u00f0\u00f8\u00fe\u0110\u0111\u0126\u0127\u0131-\u0133"
    "\u013f-\u0142\u0149\u0152\u0153\u017f\u01c4-\u01cc\u01f1-\u01f3\u0386-\u0390\u03aa-\u03b0\u03ca-\u03ce\u03d0-\u03d6"
    "\u03f0-\u03f5\u0400\u0401\u040d\u0450\u0451\u045d\u0587\u0622\u0623\u0625\u0629\u0649\u0660-\u0669\u0671\u06a9\u06c0\u06c1\u06cc"
    "\u06f0-\u06f9\u0958-\u095f\u0966-\u096f\u09dc-\u09df\u09e6-\u09ef\u0a33\u0a36\u0a59-\u0a5e\u0e33\u0e50-\u0e59\u0eb3"
    "\u0edc\u0edd\u1d2c-\u1d6a\u1e9e\u1f00-\u1fff\u2100-\u218b\u2460-\u24ff\u3300-\u33ff\ufb00-\ufdff\ufe70-\ufefc"
)
_RUNS = "[\u3400-\u9fff\uf900-\ufaff]+|[\uff01-\uffee]+|[\u1100-\u11ff]+|[\U0001d400-\U0001d7ff]+"

_ODD = re.compile(
    rf"{COLOURS.pattern}|[{_HIDDEN}]+|[{_RAISED}]+|[^\s{_MARKS}{_HIDDEN}]?[{_MARKS}]+|[{_SINGLE}][{_MARKS}]*|{_RUNS}"
)
_MAY_BE_ODD = re.compile(
    f"\x1b|[{_HIDDEN}{_MARKS}{_RAISED}{_SINGLE}\u1100-\u11ff\u3400-\u9fff\uf900-\ufaff\uff01-\uffee\U0001d400-\U0001d7ff]"
)
_NO_MARK = re.compile(f"[{_MARKS}{_HIDDEN}]+")

_LIKE = str.maketrans(
    {
        **dict(zip("øØłŁđĐħĦıðÐЁёЀѐЍѝ", "oOlLdDhHidDЕеЕеИи", strict=True)),
        **dict(
            zip(
                "\u0622\u0623\u0625\u0671\u0649\u06cc\u06a9\u0629\u06c0\u06c1",
                "\u0627\u0627\u0627\u0627\u064a\u064a\u0643\u0647\u0647\u0647",
                strict=True,
            )
        ),
        **{"ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "Þ": "Th", "⁄": "/"},
    }
)


def plain(text: str) -> str:
    """A text as people type it."""
    return _ODD.sub(lambda found: _typed(found[0]), text) if odd(text) else text


def odd(text: str) -> bool:
    """Whether a text may be written otherwise than people type it."""
    return not (text.isascii() and "\x1b" not in text) and _MAY_BE_ODD.search(text) is not None


def plainer(text: str) -> tuple[str, list[int]]:
    """The same with the place in the text of each of its characters."""
    out: list[str] = []
    places: list[int] = []
    last = 0
    for found in _ODD.finditer(text):
        made, start = _typed(found[0]), found.start()
        out += (text[last:start], made)
        places += range(last, start)
        places += range(start, start + len(made)) if len(made) == len(found[0]) else [start] * len(made)
        last = found.end()
    return "".join((*out, text[last:])), [*places, *range(last, len(text))]


def _typed(part: str) -> str:
    """A few characters that belong together as people type them."""
    if part[0] == "\x1b":
        return ""
    return part.translate(_simplified()) if "\u3400" <= part[0] <= "\u9fff" and part[-1] <= "\u9fff" else _composed(part)


@cache
def _simplified() -> dict[int, int]:
    from index.letters.chinese import SIMPLIFIED

    return SIMPLIFIED


def _composed(part: str) -> str:
    if _NO_MARK.fullmatch(part):
        return ""
    whole = part if len(part) <= MOST_MARKS or not _NO_MARK.search(part) else part[: MOST_MARKS + 1]
    made = "".join(map(_letter, unicodedata.normalize("NFKC", whole)))
    made = _NO_MARK.sub("", made).translate(_LIKE)
    return f" {made} " if re.match(f"[{_RAISED}]", part) else made


def _letter(letter: str) -> str:
    """A Greek letter without its accents, a digit of any script as ours."""
    if "\u0370" <= letter < "\u0400" or "\u1f00" <= letter < "\u2000":
        return unicodedata.normalize("NFD", letter)[0]
    return letter if letter.isascii() or not letter.isdecimal() else str(unicodedata.decimal(letter))
