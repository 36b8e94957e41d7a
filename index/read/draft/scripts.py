"""Letters that are raised, lowered or struck out, in plain text: never glued to the number that they stand at.

Owns how they are written, whatever format they come from: 10⁶, CO₂, x^(a,b), ~~struck~~. Knows nothing of formats.
"""

import re
from collections.abc import Iterable
from itertools import groupby

Piece = tuple[str, str]
"""Text and its form: "", "up", "down", "out" for what is struck out, or two of them with a blank."""

_PLAIN = "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWαβγδεθφχ"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵅᵝᵞᵟᵋᶿᵠᵡ"
UP = str.maketrans(_PLAIN, _RAISED)
DOWN = str.maketrans("0123456789+-−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
_WORDS = frozenset(
    "st nd rd th er ers ère ere re ème eme es os as de ste me mme lle gr tm sm mc ® © ™ * † ‡ § ¶ º ª ° ' \" ′ ″".split()
)
"""What is raised in print and plain in a text: 15th, 1er, a mark that is no digit."""

_PRICE = re.compile(r"(?:[$€£¥]|\b(?:EUR|USD|GBP|CHF)) ?\d{1,3}(?:[,. ]?\d{3})*[.,]?$")
_CURRENCY = re.compile(r"\s?(?:(?:EUR|USD|GBP|CHF|kr|zł)\b|[€$£¥])")
_NOTE = re.compile(r"\[[^\[\]]{1,9}\]|\([*†‡]+\)")
_HELD = re.compile(r"(\s*)(.*\S)(\s*)", re.DOTALL)
_SENTENCE = re.compile(r"(\s*\n\s*|(?<=[.!?。！？])\s+)")


def raised(text: str) -> str:
    """Text above the line: 10⁶ where Unicode has each character so, else ^(…); ordinals and marks as they are."""
    return _moved(text, UP, "^")


def lowered(text: str) -> str:
    """Text below the line: CO₂, else _(…)."""
    return _moved(text, DOWN, "_")


def cents(before: str, figures: str, following: str = "") -> str:
    """Two raised figures of a price behind its point: ".99" behind "$11", "99" behind "$11."; "" for what are none."""
    before = before[-30:]
    price = _PRICE.search(before) or (re.search(r"\d[.,]?$", before) and _CURRENCY.match(following))
    if not price or not re.fullmatch(r"[0-9]{2}", figures):
        return ""
    return figures if before[-1] in ".," else f".{figures}"


def _moved(text: str, table: dict[int, int], sign: str) -> str:
    held = _HELD.fullmatch(text)
    if not held:
        return text
    before, inner, after = held.groups()
    if (inner.lower() in _WORDS and sign == "^") or _NOTE.fullmatch(inner) or not re.search(r"[^\W_]|[+\-−]", inner):
        return text
    if all(ord(char) in table for char in inner):
        return f"{before}{inner.translate(table)}{after}"
    already = all(char in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉™®" for char in inner)
    return text if already or len(inner) > LONGEST else f"{before}{sign}({inner}){after}"


LONGEST = 60
"""Characters; a longer text that is raised is one that stands smaller, not an exponent."""


def struck(text: str) -> str:
    """Text that is struck out, each sentence of it marked, so that none stands for what applies."""
    return "".join(piece if n % 2 or not piece.strip() else _marked(piece) for n, piece in enumerate(_SENTENCE.split(text)))


def _marked(text: str) -> str:
    held = _HELD.fullmatch(text)
    return f"{held[1]}~~{held[2]}~~{held[3]}" if held else text


def written(pieces: Iterable[Piece]) -> str:
    """Pieces of one paragraph in plain text; neighbours of one form are taken together."""
    out = []
    for gone, struck_out in groupby(pieces, key=lambda piece: "out" in piece[1].split()):
        text = ""
        for form, same in groupby(struck_out, key=lambda piece: piece[1].removesuffix("out").strip()):
            said = "".join(piece for piece, _ in same)
            text += (cents(text, said.strip()) if form == "up" else "") or _formed(said, form)
        out.append(struck(text) if gone else text)
    return "".join(out)


def _formed(text: str, form: str) -> str:
    return raised(text) if form == "up" else lowered(text) if form == "down" else text
