"""Dates as people write them: 5 March 2024, March 5th, 5. März, 2024-03-05, 05.03.2024, 03/05.

Owns how one is read and in which ways it may be written; 03/05 is read both ways.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.catalog.words import folded

_MONTHS = (
    "january jan januar jänner janvier janv enero ene gennaio gen janeiro januari января",
    "february feb februar fevrier fevr febrero febbraio fevereiro fev februari февраля",
    "march mar marz mrz mars marzo março maart марта",
    "april apr avril avr abril abr aprile апреля",
    "may mai mayo maggio maio mei мая",
    "june jun juni juin junio giugno junho июня",
    "july jul juli juillet juil julio luglio julho июля",
    "august aug août agosto ago augustus августа",
    "september sep sept septembre septiembre settembre setembro сентября",
    "october oct oktober okt octobre octubre ottobre outubro out октября",
    "november nov novembre noviembre novembro ноября",
    "december dec dezember dez decembre diciembre dicembre dezembro desember декабря",
)
_NAMES = [[folded(name) for name in names.split()] for names in _MONTHS]
_NUMBER_OF = {name: number for number, names in enumerate(_NAMES, start=1) for name in names}
_NAMED = "|".join(sorted(_NUMBER_OF, key=len, reverse=True))
_DAY = r"(?P<d>\d{1,2})(?:st|nd|rd|th|er|\.|º)?"
_ASKED = [
    re.compile(pattern)
    for pattern in (
        rf"(?<![\w.]){_DAY}[\s-]+(?:of\s+|de\s+)?(?P<name>{_NAMED})\b\.?,?(?:[\s-]+(?:de\s+)?(?P<y>\d{{4}})\b)?",
        rf"\b(?P<name>{_NAMED})\b\.?\s+(?:the\s+)?{_DAY}(?![\d:])(?:,?\s+(?P<y>\d{{4}})\b)?",
        rf"\b(?P<name>{_NAMED})\b\.?,?\s+(?:de\s+|of\s+)?(?P<y>\d{{4}})\b",
        r"(?<![\w./-])(?P<y>\d{4})-(?P<m>\d\d)(?![\w-])",
        r"(?<![\w./-])(?P<m>\d\d)/(?P<y>\d{4})(?![\w/])",
        r"(?<![\d.-])(?P<y>\d{4})(?P<sign>[-/.])(?P<m>\d{1,2})(?P=sign)(?P<d>\d{1,2})(?![\d.-]\d|\d)",
        r"(?<![\d.-])(?P<a>\d{1,2})(?P<sign>[-/.])(?P<b>\d{1,2})(?P=sign)(?P<y>\d{4})(?![\d.-]\d|\d)",
        r"(?<![\w.-])(?P<a>\d{1,2})(?P<sign>[/.])(?P<b>\d{1,2})(?P=sign)(?P<y>\d\d)(?![\d.-]\d|\d)",
        r"(?P<y>\d{4})\s?[年년]\s?(?P<m>\d{1,2})\s?[月월]\s?(?P<d>\d{1,2})\s?[日일]",
        r"(?<![\w./-])(?P<a>\d\d)\.(?P<b>\d\d)\.(?!\w)",
        r"(?<![\w./-])(?P<a>(?=0\d/\d\d|\d\d/0\d)\d\d)/(?P<b>\d\d)(?![\w/-]|\.\d)",
    )
]


@dataclass(frozen=True, slots=True)
class Date:
    """A day of a month, of a year if `year` is not 0, or without `day` a month of one: where it stands, whether in figures."""

    start: int
    end: int
    day: int
    month: int
    year: int
    figures: bool

    @property
    def sought(self) -> tuple[str, ...]:
        """The runs of words that it may be in an index; one that ends with "*" goes on."""
        d, m, y = self.day, self.month, self.year
        if not d:
            return (f"{y} {m:02}", f"{y} {m}", f"{m:02} {y}", *(f"{name} {y}" for name in _NAMES[m - 1]))
        pairs = [f"{a} {b}" for a, b in ((f"{d:02}", f"{m:02}"), (f"{m:02}", f"{d:02}"), (str(d), str(m)), (str(m), str(d)))]
        figures = [f"{pair} {end}" for pair in pairs for end in (y, f"{y % 100:02}")] if y else pairs[:2]
        figures += [f"{y} {m:02} {d:02}*", f"{y} {m} {d}", f"{y}{m:02}{d:02}"] if y else []
        days = (str(d), f"{d:02}", f"{d}{_ordinal(d)}")
        named = [run for name in _NAMES[m - 1] for day in days for run in (f"{day} {name}", f"{name} {day}")]
        joined = [f"{d} de {name}" for name in _NAMES[m - 1]] + [f"{d}{_ordinal(d)} of {_NAMES[m - 1][0]}"]
        return tuple(dict.fromkeys((*figures, *named, *joined)))

    @property
    def pattern(self) -> str:
        """What it looks like in a folded text: with its year, or without any."""
        d, m, names = f"0?{self.day}", f"0?{self.month}", "|".join(_NAMES[self.month - 1])
        if not self.day:
            y = self.year
            return (
                rf"(?<!\w)(?:(?:{names})\.?,?\s+(?:de\s+|of\s+)?{y}(?!\d)|{y}[-/.年]\s?{m}(?!\d)|(?:\d\d[./])?{m}[/.]{y}(?!\d))"
            )
        day = rf"{d}(?:st|nd|rd|th|er|\.|º)?"
        y, end, figures = self.year, "", [rf"{d}[./-]{m}(?!\d)", rf"{m}[./-]{d}(?!\d)"]
        if y:
            end = rf"(?:,?[\s-]+(?:de\s+)?{y}(?!\d)|(?!,?[\s-]+(?:de\s+)?\d{{4}}))"
            year = rf"(?:{y}|{y % 100:02})(?!\d)"
            figures = [
                rf"{y}[-/.年년]\s?{m}[-/.月월]\s?{d}(?!\d)",
                rf"{d}[./-]\s?{m}[./-]\s?{year}",
                rf"{m}[./-]{d}[./-]{year}",
            ]
            figures.append(rf"{y}{self.month:02}{self.day:02}(?!\d)")
        written = (rf"{day}[\s-]+(?:of\s+|de\s+)?(?:{names})\b\.?{end}", rf"(?<!\w)(?:{names})\.?\s+{day}(?!\d){end}", *figures)
        return rf"(?<!\d)(?:{'|'.join(written)})"


def dates(text: str) -> Iterator[Date]:
    """The dates of a folded text; one that can be read both ways twice."""
    read: list[tuple[int, int]] = []
    for pattern in _ASKED:
        for found in pattern.finditer(text):
            if any(start < found.end() and found.start() < end for start, end in read):
                continue
            read.append(found.span())
            said = found.groupdict()
            year = int(said.get("y") or 0)
            year += 2000 * (0 < year < 100)
            if said.get("a"):
                first, second = int(said["a"]), int(said["b"])
                pairs = {(first, second), (second, first)}
            else:
                pairs = {(int(said.get("d") or 0), _NUMBER_OF[said["name"]] if said.get("name") else int(said["m"]))}
            for day, month in sorted(pairs):
                if 1 <= month <= 12 and day <= 31 and (day or year > 999):
                    yield Date(*found.span(), day, month, year, not said.get("name"))


def _ordinal(day: int) -> str:
    return "th" if day // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
