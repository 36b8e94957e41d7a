"""One of several things of a kind, told apart by a year, a number, a letter or a code: flat 17, Block D, LG-2, 2023.

Owns how these are written, and when a text tells of another one than a question asks of.
"""

import re
from collections.abc import Iterator, Sequence

from index.search.question import STOPWORDS
from qa.check.words import MONTHS, TITLES

YEAR = re.compile(r"(?<![\d.,:/-])(?:1[5-9]|20)\d\d(?![\d:/]|[.,-]\d)")
_YEARS = re.compile(r"\b((?:1[5-9]|20)\d\d)\s?(?:-|–|to|until|till|and)\s?(\d{4}|\d\d)\b")
_OPEN = re.compile(r"\b(?:since|from|after|until|till|before|by|as of)\s(?:\w+\s){0,2}$", re.IGNORECASE)
"""A year, a span of years, and what makes a span of the year behind it."""

_ONE_OF = re.compile(r"(?<![\w.@’'-])([^\W\d_]{3,}) (\d{1,3}(?:\.\d+)*|[A-Z])(?![\w%-]|[’'](?!s\b)|[.,:/]\d)")
"""One of several by its number or letter, also "flat 17's": room 3.16, Block D."""

_CODE = re.compile(r"(?<![\w.-])([A-Z]{1,6}-?)(\d{1,4})(?![\w-]|\.\d)")
"""One by its code, of letters that the others have, too, and a number."""

DATES = frozenset({*MONTHS, *"monday tuesday wednesday thursday friday saturday sunday".split()})
_COUNTING = frozenset("next last first past top best early late around nearly almost roughly least most every another".split())
"""What stands before a number of a date, or one that counts."""

_ONE = r"(\d+(?:\.\d+)*|[A-Z])(?!\w)"
"""A mark."""


def marked(text: str) -> Iterator[tuple[str, str]]:
    """The kinds and marks of a text: ("flat", "17")."""
    yield from ((n, m) for n, m in _ONE_OF.findall(text) if n.casefold() not in STOPWORDS | TITLES | DATES | _COUNTING)


def covered(year: str, text: str) -> bool:
    """Whether a year stands in a text, or in a span of it."""
    spans = [(int(a), int(b if len(b) > 2 else a[:2] + b)) for a, b in _YEARS.findall(text)]
    return year in text or any(first <= int(year) <= last for first, last in spans)


def others(noun: str, mark: str, text: str) -> set[str]:
    """The marks of other things of this kind that a text tells of; none where it tells of this one, too, or of a span."""
    named = set(re.findall(rf"\b(?i:{re.escape(noun)})\W{{1,3}}{_ONE}", text))
    alike = {other for other in named if other[0].isdigit() == mark[0].isdigit()}
    span = re.search(rf"\b(?i:{re.escape(noun)}s?)\W{{1,3}}{_ONE}\s?(?:[-–,&/]|to|and|or|through)\s?{_ONE}", text)
    return set() if mark in named or span else alike


def of_another(question: str, said: str, around: str) -> bool:
    """Whether what is said is of another one than a question asks of: `around` says which it is, as the names of its document
    and its paragraph do. A question that names two of a kind compares them.
    """
    years = YEAR.findall(question)
    if years and not any(covered(year, around) for year in years):
        told = list(YEAR.finditer(said))
        if told and not any(_OPEN.search(said[: year.start()]) for year in told):
            return True
    codes, told_codes = _CODE.findall(question), _CODE.findall(around)
    if any((kind, mark) not in told_codes and kind in dict(told_codes) for kind, mark in _alone(codes)):
        return True
    return any(others(noun, mark, around) for noun, mark in _alone(list(marked(question))))


def _alone(marks: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those whose kind has one mark."""
    kinds = [kind for kind, _ in marks]
    return [(kind, mark) for kind, mark in marks if kinds.count(kind) == 1]


def tells_apart(question: str) -> bool:
    """Whether a question asks of one of several at all."""
    return YEAR.search(question) is not None or _CODE.search(question) is not None or any(marked(question))
