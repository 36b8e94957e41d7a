"""The figures in a text: what each may stand for, however it is written.

Owns how figures are read; knows nothing of claims or evidence.

- However they are grouped, in the way of the text's language (1,125 is 1.125 in German; both where it cannot be told), as words
  to ninety-nine, with a scale (million, bn, $3.2B, 12k), as fractions, in LaTeX; 1990–95 is 1990 and 1995.
- Ordinals, Roman numerals, months, times of day and the length of a list are what a text shows otherwise: see `meant`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from index.letters.language import language_of
from qa.check.words import MONTHS

SCALES = {
    "hundred": 2,
    "百": 2,
    "thousand": 3,
    "tausend": 3,
    "mille": 3,
    "mil": 3,
    "tsd": 3,
    "千": 3,
    "万": 4,
    "萬": 4,
    "lakh": 5,
}
SCALES |= {"million": 6, "mio": 6, "mn": 6, "mln": 6, "millón": 6, "milhão": 6, "crore": 7, "億": 8, "亿": 8}
SCALES |= {"billion": 9, "milliard": 9, "mrd": 9, "bn": 9, "bln": 9, "trillion": 12, "tn": 12, "k": 3, "m": 6, "b": 9}
_LETTER = r"(?<=\d)(?:k|K|M|B)(?!\w)"
SCALE = (
    rf"[\s -]{{0,2}}({'|'.join(n for n in SCALES if len(n) > 1 or not n.isascii())})(?:s|e|en|ar|ards?|arden?|es|i)?(?![a-z])"
)
_DIGITS = r"\d{1,3}(?:[.,'’   ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_NUMBER = re.compile(
    rf"(?P<sign>(?:(?<![\w.)%\]])[-−–]|\((?=[$€£¥]?\s?[\d.,]+\s?%?\)))?(?:[$€£¥]\s?)?)(?P<digits>{_DIGITS})(?:{SCALE}"
    rf"|(?P<letter>{_LETTER}))?"
    r"(?P<percent>\s?(?:%|％|per ?cent\b|percent\b|pct\b|percentage points?|prozent\b|pour ?cent\b|por ciento))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\b((?:1[0-9]|20)\d\d)\s?[-–/]\s?(\d\d)(?![\d%-]|[.,]\d)")
_DATE = re.compile(r"(?<![\d.,])(\d{1,2})([./])(\d{1,2})\2(?=\d)")
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))?\s?([ap])\.?m\b|\b(\d{1,2}):(\d\d)\b", re.IGNORECASE)
_VULGAR = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333", "⅔": "0.667", "⅛": "0.125", "⅕": "0.2"}
_ANY = re.compile(rf"\d|[{''.join(_VULGAR)}]")
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_TEN, _UNIT = "|".join(_TENS), "|".join(_UNITS)
_IN_WORDS = re.compile(rf"\b(?:({_TEN})(?:[\s-]({'|'.join(_UNITS[1:10])}))?|({_UNIT}))\b", re.IGNORECASE)
_COUNT = rf"(?:{_TEN}|{_UNIT}|hundred|thousand)"
_LONG = re.compile(
    rf"\b(?:an? |{_COUNT}[\s-])(?:(?:and )?{_COUNT}[\s-])*?(?:hundred|thousand)(?:(?:[\s-]| and ){_COUNT})*\b", re.IGNORECASE
)
_SMALL_WORDS = {
    "de": "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "it": "due tre quattro cinque sei sette otto nove dieci undici dodici",
    "pt": "dois três quatro cinco seis sete oito nove dez onze doze",
    "nl": "twee drie vier vijf zes zeven acht negen tien elf twaalf",
}
_SMALL = {language: {word: n for n, word in enumerate(words.split(), start=2)} for language, words in _SMALL_WORDS.items()}
_SMALL_ANY = re.compile(rf"\b(?:{'|'.join(word for words in _SMALL.values() for word in words)})\b", re.IGNORECASE)

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth"
    " sixteenth"
    " seventeenth eighteenth nineteenth twentieth"
).split()
_MEANT = {word: n for n, word in enumerate(_ORDINALS, start=1)}
_MEANT |= {
    "once": 1,
    "both": 2,
    "twice": 2,
    "pair": 2,
    "couple": 2,
    "and": 2,
    "double": 2,
    "doubled": 2,
    "dozen": 12,
    "decade": 10,
}
_MEANT |= {"century": 100, "freshman": 9, "freshmen": 9, "daily": 1, "weekly": 7, "fortnight": 14}
"""Words that show a number in evidence, and that a claim uses without meaning a figure."""

_MEANT |= {form: n for n, name in enumerate(MONTHS, start=1) for form in (name, name[:3])}
_ROMAN = re.compile(r"\b(?=[IVXLC]{1,7}\b)(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_ENUMERATED = re.compile(r"[^,.;:\n]+(?:, [^,.;:\n]+)*,? and [^,.;:\n]+")
_PARTS = {"half an hour": 30, "half-hour": 30, "quarter of an hour": 15, "half": 0.5, "quarter": 25}
_LATEX = re.compile(r"\\frac\{(\d+)\}\{(\d+)\}|\\[a-zA-Z]+\s?|\\[,;! ]|[\\{}]|(?<=\d)\$|\$(?=[\d\\-]+[^$\n]{0,40}\$)")
_ABOUT = re.compile(
    r"(?:\b(?:about|around|roughly|approximately|approx\.|some|nearly|almost|over|under|circa|ca\.|rund|etwa|environ|unos)|[~≈])"
    r"\s?[$€£¥]?$",
    re.IGNORECASE,
)
_TIME = re.compile(r"[\s-]?(second|minute|hour|day|week|month|year)s?\b", re.IGNORECASE)
UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800, "month": 2_629_746, "year": 12 * 2_629_746}
"""Seconds; a month is a twelfth of a year, and no number of weeks."""

LEAST = 3
"""Common words of a language at the least that tell how its numbers are written; a table has few."""

_COMMA_IS_POINT = frozenset(("de", "fr", "es", "it", "pt", "nl"))
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at its place in a text: what it may stand for, as what it was written, and what is said around it."""

    start: int
    text: str
    values: frozenset[Decimal]
    step: Decimal  # of its last digit, scaled
    percent: bool = False
    negative: bool = False
    rounded: bool = False
    clause: str = ""
    unit: str = ""  # of time: "month"


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order; parts of dates and times are figures by themselves."""
    if not any(sign.search(text) for sign in (_ANY, _IN_WORDS, _SMALL_ANY)):
        return []
    text = plain(_in_english(text))
    decimal_comma = language_of(text, LEAST) if "," in text or "." in text else ""
    return [_figure(found, decimal_comma) for found in _NUMBER.finditer(text)]


def _figure(found: re.Match[str], language: str) -> Figure:
    sign, digits = found["sign"].strip(), found["digits"]
    scale = found[3]
    power = SCALES[scale.casefold()] if scale else SCALES[found["letter"].casefold()] if found["letter"] else 0
    values = frozenset(value.scaleb(power) for value in _values(digits, language))
    step = Decimal(10) ** min(int(value.as_tuple().exponent) for value in values)
    about = _ABOUT.search(found.string[max(0, found.start() - 20) : found.start()]) is not None
    whole = re.sub(r"[,.'’](?=\d{3}(?!\d))", "", digits)
    if about and power == 0 and whole.isdigit():  # "about 8,400" is a rounded figure
        step = Decimal(10) ** (len(whole) - len(whole.rstrip("0")))
    unit = _TIME.match(found.string, found.end())
    negative = sign[:1] in tuple("-−–") or (sign[:1] == "(" and _in_a_row(found))
    return Figure(
        found.start("digits"),
        found[0].strip(" ("),
        values,
        step,
        bool(found["percent"]),
        negative,
        power > 0 or about,
        _clause(found),
        unit[1].casefold() if unit else "",
    )


def _clause(found: re.Match[str]) -> str:
    """What stands around a figure, up to the next figure or sign."""
    before = re.split(r"[;:|()]|,(?!\d)|\.(?!\d)|\d", found.string[max(0, found.start() - 60) : found.start()])[-1]
    behind = re.split(r"[;:|()]|,(?!\d)|\.(?!\d)|\d", found.string[found.end() : found.end() + 40])[0]
    return f"{before} # {behind}"


def _in_a_row(found: re.Match[str]) -> bool:
    """Whether what stands in parentheses stands in a row of a table, or has a point or a sign of money: below zero."""
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.end()]
    return ("|" in line or re.search("[.,$€£¥%]", found[0]) is not None) and not YEAR.fullmatch(found["digits"])


def _values(digits: str, language: str) -> frozenset[Decimal]:
    """What digits with separators stand for: in the way of a language, both ways where it is not known and may be either."""
    bare = re.sub(r"['’   ]", "", digits)
    whole, last = re.sub("[.,]", "", bare), max(bare.rfind("."), bare.rfind(","))
    grouped = Decimal(whole)
    parted = Decimal(f"{re.sub('[.,]', '', bare[:last])}.{bare[last + 1 :]}") if last > 0 else grouped
    if last < 0 or len(bare) - last != 4:
        return frozenset({parted})
    if ("," in bare and "." in bare) or bare.count(bare[last]) > 1:  # 1,234.567 and 1.234.567
        return frozenset({grouped if bare.count(bare[last]) > 1 else parted})
    if not language:
        return frozenset({grouped, parted})
    return frozenset({parted if (bare[last] == ",") == (language in _COMMA_IS_POINT) else grouped})


def plain(text: str) -> str:
    """The text with figures in digits: out of LaTeX, words, fractions, ranges and dates."""
    text = (
        _LATEX.sub(lambda m: str(round(int(m[1]) / max(1, int(m[2])), 3)) if m[1] else "", text)
        if "\\" in text or "$" in text
        else text
    )
    text = re.sub(rf"(\d*)([{''.join(_VULGAR)}])", lambda m: str(Decimal(m[1] or 0) + Decimal(_VULGAR[m[2]])), text)
    text = _LONG.sub(lambda m: str(_spoken(m[0])), text)
    text = _IN_WORDS.sub(lambda m: str(sum(_WORDS[word.casefold()] for word in m.groups() if word)), text)
    text = re.sub(r"(?<![\d.,])(\d{1,2}),((?:19|20)\d\d)\b", r"\1 \2", text)
    text = re.sub(r"\b(\d{1,2})[:.]00(?=\s?[ap]\.?m\b)|\b(\d{1,2}):00\b", r"\1\2", text)
    text = _RANGE.sub(lambda m: f"{m[1]} {m[1][:2]}{m[2]}", text)
    text = re.sub(r"(?<=\d)(?=[A-Za-z]{1,4}-)|(?<=[A-Za-z])-(?=\d)", " ", text)
    return _DATE.sub(r"\1 \3 ", text)


def _spoken(words: str) -> int:
    """What "one hundred and twenty" or "two thousand five hundred" comes to."""
    total = part = 0
    for word in re.findall(r"[a-z]+", words.casefold()):
        if word == "hundred":
            part = max(1, part) * 100
        elif word == "thousand":
            total, part = total + max(1, part) * 1000, 0
        else:
            part += _WORDS.get(word, 0)
    return total + part


def _in_english(text: str) -> str:
    """A text with the small numbers of its language in digits."""
    words = _SMALL.get(language_of(text), {})
    found = re.compile(rf"\b(?:{'|'.join(words)})\b", re.IGNORECASE) if words else None
    return found.sub(lambda m: str(words[m[0].casefold()]), text) if found else text


def meant(text: str) -> set[Decimal]:
    """The numbers that evidence shows otherwise than as figures."""
    words = re.findall(r"[a-z]+", text.casefold())
    found = {Decimal(_MEANT[word]) for word in words if word in _MEANT}
    found |= {Decimal(_roman(m[0])) for m in _ROMAN.finditer(text) if m[0]}
    found |= {Decimal(str(n)) for part, n in _PARTS.items() if part in text.casefold()}
    found |= {Decimal(len(re.split(r",? and |, ", m[0]))) for m in _ENUMERATED.finditer(text)}
    for hour, _, half, *_ in _CLOCK.findall(text):
        if half:
            found.add(Decimal((int(hour) % 12) + (12 if half in "pP" else 0)))
    return found | {Decimal(int(h) - 12) for *_, h, _ in _CLOCK.findall(text) if h and 12 < int(h) < 24}


def _roman(letters: str) -> int:
    worth = [{"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}[letter] for letter in letters]
    return sum(-n if n < max(worth[i:]) else n for i, n in enumerate(worth))
