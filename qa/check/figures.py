"""Whether a claim's figures stand in what it cites: with their sign, their unit, and the column that they stand in.

Owns how figures are read, in a claim and in evidence:

- However they are grouped, in the way of the text's language (1,125 is 1.125 in German; both where it cannot be told), as words
  to ninety-nine, with a scale (million, bn, $3.2B, 12k), as fractions, ordinals, Roman numerals, months, and in LaTeX.
- A cell under "(in millions)" may be stated as it is or so many times larger; what is stated with a scale or in per cent may be
  rounded. 1990–95 is 1990 and 1995; 3:30 pm is also 15:30.
- A calculation in a claim is done again: what it comes to stands by its operands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from index.passage import BETWEEN, columns_in
from qa.check.calculation import agrees, calculations, in_words
from qa.check.evidence import Evidence, heading_of
from qa.check.words import language_of

_SCALES = {
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
_SCALES |= {"million": 6, "mio": 6, "mn": 6, "mln": 6, "millón": 6, "milhão": 6, "crore": 7, "億": 8, "亿": 8}
_SCALES |= {"billion": 9, "milliard": 9, "mrd": 9, "bn": 9, "bln": 9, "trillion": 12, "tn": 12, "k": 3, "m": 6, "b": 9}
_LETTER = r"(?<=\d)(?:k|K|M|B)(?!\w)"
_SCALE = (
    rf"[\s -]{{0,2}}({'|'.join(n for n in _SCALES if len(n) > 1 or not n.isascii())})(?:s|e|en|ar|ards?|arden?|es|i)?(?![a-z])"
)
_DIGITS = r"\d{1,3}(?:[.,'’   ]\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_NUMBER = re.compile(
    rf"(?P<sign>(?:(?<![\w.)%\]])[-−–]|\((?=[$€£¥]?\s?[\d.,]+\s?%?\)))?(?:[$€£¥]\s?)?)(?P<digits>{_DIGITS})(?:{_SCALE}"
    rf"|(?P<letter>{_LETTER}))?"
    r"(?P<percent>\s?(?:%|％|per ?cent\b|percent\b|pct\b|percentage points?|prozent\b|pour ?cent\b|por ciento))?",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\b((?:1[0-9]|20)\d\d)\s?[-–/]\s?(\d\d)(?![\d%-]|[.,]\d)")
_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](?=\d)")
_CLOCK = re.compile(r"\b(\d{1,2})(?:[:.](\d\d))?\s?([ap])\.?m\b|\b(\d{1,2}):(\d\d)\b", re.IGNORECASE)
_VULGAR = {"½": "0.5", "¼": "0.25", "¾": "0.75", "⅓": "0.333", "⅔": "0.667", "⅛": "0.125", "⅕": "0.2"}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_TEN, _UNIT = "|".join(_TENS), "|".join(_UNITS)
_IN_WORDS = re.compile(rf"\b(?:({_TEN})(?:[\s-]({'|'.join(_UNITS[1:10])}))?|({_UNIT}))\b", re.IGNORECASE)
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

_MONTHS = "january february march april may june july august september october november december".split()
_MEANT |= {form: n for n, name in enumerate(_MONTHS, start=1) for form in (name, name[:3])}
_ROMAN = re.compile(r"\b(?=[IVXLC]{1,7}\b)(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\b")
_ENUMERATED = re.compile(r"[^,.;:\n]+(?:, [^,.;:\n]+)*,? and [^,.;:\n]+")
_PARTS = {"half an hour": 30, "half-hour": 30, "quarter of an hour": 15, "half": 0.5, "quarter": 25}
_LATEX = re.compile(r"\\frac\{(\d+)\}\{(\d+)\}|\\[a-zA-Z]+\s?|\\[,;! ]|[\\{}]|(?<=\d)\$|\$(?=[\d\\-]+[^$\n]{0,40}\$)")
_IN_SCALE = re.compile(
    r"\b(?:in|\$|us\$|€|eur|usd|chf|gbp|expressed in|amounts in)?\s?(thousand|million|billion|mio|mrd|tsd|mn|bn)(?:s|en)?\b"
    r"|[$€£](k|m|b)\b|\b(?:eur|usd)\s?(k|m|b)\b|\((?:in )?(?:[$€£])?(000)s?(?:'s)?\)",
    re.IGNORECASE,
)
_COMMA_IS_POINT = frozenset(("de", "fr", "es", "it", "pt", "nl"))
_DOWN = re.compile(
    r"\b(?:loss(?:es)?|decreas\w*|declin\w*|f[ae]ll(?:s|ing|en)?|drop\w*|down|negative|minus|less|lower\w*"
    r"|shr[aiu]nk\w*|reduc\w*"
    r"|deficits?|cuts?|contract(?:ed|ion)|shortfall|deteriorat\w*|outflows?|used|below|lost|plung\w*|slump\w*"
    r"|weaken\w*|fewer|shorter)\b",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:increas\w*|r[io]se\w*|rising|gr[eo]w\w*|growth|gain\w*|up(?! to)|higher|longer|above|climb\w*|jump\w*"
    r"|surg\w*|expand\w*"
    r"|improv\w*|rais\w*|(?<!no )(?<!not )more)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
FREE = frozenset(map(Decimal, (1, 2, 12, 100, 1000)))
"""Operands of a calculation that need no evidence: parts, per cent, months."""


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


def figures_lack(claim: str, evidence: Evidence) -> tuple[str, bool] | None:
    """What a claim's figures lack, in words, and whether they stand nowhere near either; None where they stand."""
    if why := _one(claim, evidence):
        return why, False
    stated, done = list(_stated(claim)), set[Decimal]()
    for calculation in calculations(claim):
        if not agrees(calculation):
            return f"the calculation comes to {in_words(calculation)}, not {calculation.result}", True
        done |= {value for figure in figures(calculation.result) for value in figure.values}
    there, scales = figures(evidence.text), _scales(evidence.passages)
    meant = _meant(evidence.text)
    for figure in stated:
        if figure.values & done or (done and figure.values & FREE):
            continue
        found = [other for other in there if _same(figure, other, scales)]
        if not found and figure.values & meant:
            continue
        if not found:
            near = [*figures(evidence.near), *figures("\n".join(evidence.around))]
            beside = any(_same(figure, other, scales) for other in near) or figure.values & _meant(evidence.near)
            return f"{figure.text} is not in the cited sentence" + (", but beside it" if beside else ""), not beside
        if why := _unlike(claim, figure, found, evidence):
            return why, False
    return None


def _one(claim: str, evidence: Evidence) -> str | None:
    """One of what the evidence has another number of: "one week" for two weeks."""
    text = _plain(evidence.near)
    for noun in re.findall(r"\bone ([a-z]{3,})\b", claim):
        same = re.escape(noun.rstrip("s"))
        other = re.search(rf"(?<![\d.,])(?!1 )(\d+) (?:\w+ )?{same}s?\b", text)
        if other and not re.search(rf"\b(?:1|one|an?|single|each|per|every) (?:\w+ )?{same}s?\b", text, re.IGNORECASE):
            return f"the cited sentence has {other[0]}, not one"
    return None


def _unlike(claim: str, figure: Figure, found: Sequence[Figure], evidence: Evidence) -> str | None:
    """Why a figure that stands in the evidence is not what the claim says: its unit, sign, direction or column."""
    if figure.percent and not any(o.percent for o in found) and not re.search(r"%|per ?cent|prozent", evidence.passages, re.I):
        return f"the cited sentence has {found[0].text}, not in per cent"
    quotes = " ".join(evidence.quotes)
    if all(o.negative for o in found) and not figure.negative and not _DOWN.search(claim):
        return f"the cited sentence has {found[0].text}, below zero"
    if figure.negative and not any(o.negative for o in found) and not _DOWN.search(quotes):
        return f"the cited sentence has {found[0].text}, not below zero"
    ours, theirs = _direction(figure.clause), {_direction(o.clause) for o in found}
    if ours and theirs == {-ours}:
        return "the cited sentence tells of a " + ("fall, not of a rise" if ours > 0 else "rise, not of a fall")
    return _other_column(claim, figure, evidence)


def _direction(clause: str) -> int:
    """1 where what is around a figure goes up or is more, -1 where down or less, 0 where it does not say, or both."""
    return (_UP.search(clause) is not None) - (_DOWN.search(clause) is not None)


def _other_column(claim: str, figure: Figure, evidence: Evidence) -> str | None:
    """Where a claim names a year that has a column, the figure must stand in that one."""
    for ref in evidence.cited:
        names = columns_in(heading_of(ref)).split(BETWEEN)
        cells = [cell.strip() for cell in ref.quote.strip().strip("|").split("|")]
        if len(cells) < 2 or len(names) != len(cells):
            continue
        years = [set(_YEAR.findall(name)) for name in names]
        claimed = set(_YEAR.findall(claim))
        columns = [n for n, cell in enumerate(cells) if any(figure.values & other.values for other in figures(cell))]
        if columns and claimed & set().union(*years) and not any(not years[n] or years[n] & claimed for n in columns):
            return f"{figure.text} stands under {names[columns[0]]}"
    return None


def _same(stated: Figure, other: Figure, scales: frozenset[Decimal]) -> bool:
    """Whether two figures are one: equal, so many times larger by the table's scale, or rounded as it is stated."""
    for value in other.values:
        for scale in (Decimal(1), *scales):
            true = value * scale
            if true in stated.values:
                return True
            near = min(stated.values, key=lambda v: abs(v - true))
            if (stated.rounded or stated.percent) and other.step * scale < stated.step and abs(near - true) * 2 <= stated.step:
                return abs(near - true) * 20 <= abs(true)
    return False


def _scales(text: str) -> frozenset[Decimal]:
    """What the figures of tables are to be multiplied with, as their surroundings say."""
    found = {next(filter(None, groups)).casefold() for groups in _IN_SCALE.findall(text)}
    return frozenset(Decimal(10) ** (3 if name == "000" else _SCALES[name]) for name in found)


def _stated(claim: str) -> Iterator[Figure]:
    """The figures that a claim states; "one" is none, but "one million" is."""
    yield from figures(re.sub(rf"(?<!ty[ -])\bone\b(?!{_SCALE})", "", claim, flags=re.IGNORECASE))


def figures(text: str) -> list[Figure]:
    """The figures of a text, in order; parts of dates and times are figures by themselves."""
    if not re.search(rf"\d|[{''.join(_VULGAR)}]", text) and not _IN_WORDS.search(text):
        return []
    text = _plain(text)
    decimal_comma = language_of(text) if "," in text or "." in text else ""
    return [_figure(found, decimal_comma) for found in _NUMBER.finditer(text)]


def _figure(found: re.Match[str], language: str) -> Figure:
    sign, digits = found["sign"].strip(), found["digits"]
    scale = found[3]
    power = _SCALES[scale.casefold()] if scale else _SCALES[found["letter"].casefold()] if found["letter"] else 0
    values = frozenset(value.scaleb(power) for value in _values(digits, language))
    step = Decimal(10) ** min(int(value.as_tuple().exponent) for value in values)
    negative = sign[:1] in tuple("-−–") or (sign[:1] == "(" and _in_a_row(found))
    return Figure(
        found.start("digits"), found[0].strip(" ("), values, step, bool(found["percent"]), negative, power > 0, _clause(found)
    )


def _clause(found: re.Match[str]) -> str:
    """What stands around a figure, up to the next figure or sign."""
    before = re.split(r"[;:|()]|,(?!\d)|\.(?!\d)|\d", found.string[max(0, found.start() - 60) : found.start()])[-1]
    behind = re.split(r"[;:|()]|,(?!\d)|\.(?!\d)|\d", found.string[found.end() : found.end() + 40])[0]
    return f"{before} # {behind}"


def _in_a_row(found: re.Match[str]) -> bool:
    """Whether what stands in parentheses stands in a row of a table, or has a point or a sign of money: below zero."""
    line = found.string[found.string.rfind("\n", 0, found.start()) + 1 : found.end()]
    return ("|" in line or re.search("[.,$€£¥%]", found[0]) is not None) and not _YEAR.fullmatch(found["digits"])


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


def _plain(text: str) -> str:
    """The text with figures in digits: out of LaTeX, words, fractions, ranges and dates."""
    text = (
        _LATEX.sub(lambda m: str(round(int(m[1]) / max(1, int(m[2])), 3)) if m[1] else "", text)
        if "\\" in text or "$" in text
        else text
    )
    text = re.sub(rf"(\d*)([{''.join(_VULGAR)}])", lambda m: str(Decimal(m[1] or 0) + Decimal(_VULGAR[m[2]])), text)
    text = _IN_WORDS.sub(lambda m: str(sum(_WORDS[word.casefold()] for word in m.groups() if word)), text)
    text = _RANGE.sub(lambda m: f"{m[1]} {m[1][:2]}{m[2]}", text)
    text = re.sub(r"(?<=\d)(?=[A-Za-z]{1,4}-)|(?<=[A-Za-z])-(?=\d)", " ", text)
    return _DATE.sub(r"\1 \2 ", text)


def _meant(text: str) -> set[Decimal]:
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
