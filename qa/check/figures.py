"""Whether a claim's numbers, names and quoted words stand in the sentences it cites.

Owns that comparison, which finds invented figures, names and quotations; it cannot find a negation or a swap of roles. Evidence
are the cited sentences with the heading, title and file name of their passage.

- Numbers must stand in the evidence: as digits however they are grouped (1,577.00 = 1577), or as English words from two to
  ninety-nine (what a claim says as "one" is no figure; "both" and "A and B" are two); with thousand, million, … they are what
  they come to; months are also their numbers. What else is derived (sums, other units, a twelve-hour clock) is not found.
- Names: see `qa/check/names.py`.
- Quotations of two words or more must stand in the evidence as they are, but for white space, case and the style of quotes.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property

from index.passage import Hit
from qa.answer import SentenceRef
from qa.check.names import Near, Sent, folded, names_stand

_SCALES = {
    "hundred": 2,
    "百": 2,
    "thousand": 3,
    "tausend": 3,
    "千": 3,
    "万": 4,
    "million": 6,
    "mio": 6,
    "mn": 6,
    "億": 8,
    "亿": 8,
}
_SCALES |= {"billion": 9, "milliard": 9, "mrd": 9, "bn": 9, "trillion": 12}
_SCALE = rf"[\s-]{{0,2}}({'|'.join(_SCALES)})(?:s|e|en|ar|ards?|arden?)?(?![a-z])"
_NUMBER = re.compile(
    rf"(\d{{1,3}}(?:[.,'’\u202f\u00a0 ]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?)(?:{_SCALE})?", re.IGNORECASE
)
_DATE = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](?=\d)")
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
    " nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: n for n, word in enumerate(_UNITS)} | {word: 10 * n for n, word in enumerate(_TENS, start=2)}
_IN_WORDS = re.compile(
    rf"\b(?:(?P<ten>{'|'.join(_TENS)})(?:[\s-](?P<one>{'|'.join(_UNITS[1:10])}))?|(?P<unit>{'|'.join(_UNITS)}))\b",
    re.IGNORECASE,
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split()
_MEANT = {word: n for n, word in enumerate(_ORDINALS, start=1)}
_MEANT |= {"once": 1, "both": 2, "twice": 2, "pair": 2, "couple": 2, "and": 2}
"""Words that show a number in evidence, and that a claim uses without meaning a figure."""

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = {name[:3]: n for n, name in enumerate(_MONTHS, start=1)}

_QUOTED = re.compile(r"“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|\"([^\"]+)\"|「([^「」]+)」|『([^『』]+)』|(?<!\w)‘([^‘’]+)’(?!\w)")
_LEFT_OUT = re.compile(r"…|\.{3}|[\[(](?:…|\.{3})[\])]")
_SOURCE = r"\b(?:passages?|documents?|texts?|sources?|excerpts?|articles?|files?)\b"
_SILENT = re.compile(
    "|".join(
        [
            rf"{_SOURCE}.{{0,40}}\b(?:do|does|did|is|are)(?:n['’]t| not)\b",  # the passages do not say who paid
            rf"\b(?:no|none of the|neither of the) {_SOURCE}",  # no passage mentions it
            rf"{_SOURCE}.{{0,20}}\b(?:leaves?|says? nothing|(?:is|are) silent)\b",
            r"\b(?:passagen?|dokumente?n?|texte?n?|quellen?|abschnitte?n?)\b.{0,60}\b(?:nicht|keine?n?|nichts|offen)\b",
            r"\b(?:passages?|documents?|textes?|sources?|extraits?)\b.{0,30}\bne\b.{0,30}\bpas\b",
            r"\b(?:pasajes?|documentos?|textos?|fuentes?|fragmentos?)\b.{0,10}\bno\b",
            r"(?:文件|文档|文檔|段落|资料|資料|文中|文章).{0,12}(?:没有|没|未|沒有|ません|ない)",
        ]
    ),
    re.IGNORECASE,
)
"""A sentence about what the documents leave open, in the languages of the tests."""

_UNTOLD = re.compile(
    "|".join(
        [
            r"\b(?:not|isn['’]t|aren['’]t|wasn['’]t|never) (?:\w+ )?"
            r"(?:said|stated|mentioned|specified|named|given|clear|described|disclosed)\b",  # who paid is not stated
            r"\bno information\b",
            r"^\W*(?:they|it|this) (?:do|does)(?:n['’]t| not) (?:say|state|mention|tell|specify|explain|name)\b",
            r"\b(?:wird|werden|ist|geht|gibt)\b.{0,40}\b(?:nicht|keine)\b.{0,30}\b(?:erwähnt|genannt|angegeben|hervor|gesagt)\b",
            r"(?:没有|没|並?未|并未|沒有)(?:明确|明確)?(?:提到|提及|说明|說明|指出|提供)",
            r"(?:述べ|書か|記載さ|言及さ)れてい(?:ません|ない)|記載(?:は|が)?(?:ありません|ない)",
        ]
    ),
    re.IGNORECASE,
)
"""Likewise without a word for the documents; with an id behind it, it is what a document says."""

_BUT = re.compile(r";|\b(?:but|however|although|though|whereas|aber|jedoch|sondern|mais|pero)\b|但|が、", re.IGNORECASE)
_TALK = re.compile(
    r"\W*(?:sure|certainly|of course|hello|hi|thank you|thanks|i hope this helps|let me know\b.*|here (?:is|are)\b.*)\W*",
    re.IGNORECASE,
)


LONGEST_TALK, LONGEST_CLAIM = 1000, 10_000
"""Characters: nobody says in more that nothing is said, or states one thing."""


def claims_nothing(text: str, *, cites: bool) -> bool:
    """What the documents don't say; and, of a sentence without ids, a lead-in, a question or talk that has no figure in it."""
    if len(text) > LONGEST_TALK:
        return False
    if _SILENT.search(text) and not _BUT.search(text):
        return True
    if cites or re.search(r"\d\d", text) or any(_quotations(text)):
        return False
    told = _UNTOLD.search(text) is not None and not _BUT.search(text)
    return told or text.rstrip("*_ ").endswith((":", "：", "?", "？")) or _TALK.fullmatch(text) is not None


class Evidence:
    """The sentences that a claim cites, of the passages that were sent, as claims are compared with them."""

    def __init__(self, cited: Sequence[SentenceRef], sent: Sent) -> None:
        self.text = "\n".join([*(ref.quote for ref in cited), *dict.fromkeys(_about(ref.hit) for ref in cited)])
        self._cited, self._sent = cited, sent

    @cached_property
    def folded(self) -> str:
        """Case, accents and the like folded."""
        return folded(self.text)

    @cached_property
    def numbers(self) -> set[Decimal]:
        """What it can stand for."""
        return _numbers(self.text)

    @cached_property
    def near(self) -> Near:
        """With what stands around, for names."""
        return Near("\n".join([self.text, *(self._sent.near(ref) for ref in self._cited)]), self._sent)


def supported(claim: str, evidence: Evidence) -> bool:
    """Whether every number, name and quotation of a claim stands in what it cites; False for one too long to be one."""
    if len(claim) > LONGEST_CLAIM:
        return False
    quoted = (part for quotation in _quotations(claim) for part in _LEFT_OUT.split(quotation))
    return (
        _figures(claim) <= evidence.numbers
        and all(folded(part) in evidence.folded for part in quoted)
        and names_stand(claim, evidence.near)
    )


def _about(hit: Hit) -> str:
    return f"{hit.heading}\n{hit.title}\n{hit.place.source}"


# Numbers


def _figures(claim: str) -> set[Decimal]:
    """The numbers that a claim states; "one" is none, but "one million" is."""
    return set(_values(re.sub(rf"(?<!ty[ -])\bone\b(?!{_SCALE})", "", claim, flags=re.IGNORECASE)))


def _numbers(evidence: str) -> set[Decimal]:
    """The numbers that evidence can stand for."""
    words = re.findall(r"[a-z]+", evidence.casefold())
    meant = {_MEANT[word] for word in words if word in _MEANT} | {n for word in words if (n := _month(word))}
    return {*_values(evidence), *map(Decimal, meant)}


def _values(text: str) -> Iterator[Decimal]:
    for digits, scale in _NUMBER.findall(_DATE.sub(r"\1 \2 ", _IN_WORDS.sub(_as_digits, text))):
        yield _value(digits).scaleb(_SCALES.get(scale.casefold(), 0))


def _as_digits(words: re.Match[str]) -> str:
    return str(sum(_WORDS[word.casefold()] for word in words.groups() if word))


def _value(digits: str) -> Decimal:
    """A number without separators of thousands: what stands before three digits that end it or go on so."""
    grouped = re.sub(r"[.,'’\u202f\u00a0 ](?=\d{3}(?:\D|$))", "", digits)
    return Decimal(grouped.replace(",", "."))


def _month(word: str) -> int | None:
    n = _MONTH.get(word[:3])
    return n if n and (word == _MONTHS[n - 1] or len(word) == 3) else None


# Quotations


def _quotations(text: str) -> Iterator[str]:
    """Quoted runs of two words, or four characters of a script without spaces; less may be a manner of speaking."""
    for groups in _QUOTED.findall(text):
        quotation = next(filter(None, groups)).strip(" \t\n.,;:!?…。，")
        if len(quotation.split()) > 1 or (len(quotation) > 3 and not quotation.isascii() and _unspaced(quotation)):
            yield quotation


def _unspaced(text: str) -> bool:
    return any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)
