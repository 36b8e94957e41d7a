"""Numbers of lists as office programs write them: 3, iii, C, 03, 3rd.

Owns the forms; knows nothing of lists.
"""

import re

_PAGE = re.compile(r"(?i)\W*(?:page|seite|pages?|pagina|página|s\.|p\.|strona|стр\.?)?\W*(?:of|von|de|di|sur|van|z|из|/)?\W*$")
_ROMAN = {
    1000: "m",
    900: "cm",
    500: "d",
    400: "cd",
    100: "c",
    90: "xc",
    50: "l",
    40: "xl",
    10: "x",
    9: "ix",
    5: "v",
    4: "iv",
    1: "i",
}
_SIGNS = "*†‡§"
_LONGEST = 9


def in_words(count: int, form: str) -> str:
    """A number in one of Word's forms; those of other scripts in digits."""
    if form in ("lowerRoman", "upperRoman"):
        return roman(count) if form == "lowerRoman" else roman(count).upper()
    if form in ("lowerLetter", "upperLetter"):
        letters = chr(ord("a") + (count - 1) % 26) * min((count - 1) // 26 + 1, _LONGEST) if count > 0 else ""
        return letters if form == "lowerLetter" else letters.upper()
    if form == "decimalZero" or (set(form) <= set("0, 1.") and form.startswith("0")):
        return f"{count:02}" if form == "decimalZero" else f"{count:0{len(form.split(',', maxsplit=1)[0].strip())}}"
    if form == "ordinal":
        last = "th" if 10 <= count % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(count % 10, "th")
        return f"{count}{last}"
    if form == "chicago":
        return _SIGNS[(count - 1) % len(_SIGNS)] * min((count - 1) // len(_SIGNS) + 1, _LONGEST)
    return "" if form == "none" else f"- {count} -" if form == "numberInDash" else str(count)


def roman(count: int) -> str:
    """A number in small Roman letters."""
    if not 0 < count < 5000:
        return str(count)
    out = ""
    for value, letters in _ROMAN.items():
        out += letters * (count // value)
        count %= value
    return out


def counts_pages(text: str) -> bool:
    """Whether a line says nothing but the word before the number of a page, which is left out."""
    return bool(_PAGE.match(text))
