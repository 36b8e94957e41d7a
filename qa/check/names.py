"""Whether the names of a claim stand in or near the sentences it cites.

Owns what counts as a name: a capitalised word. One inside a sentence always is; one that begins a sentence if it is a name in
the passages that were sent, or in English if a verb follows, as in "Putin asked", and neither the passages nor a list nor its
ending say that it is an ordinary word. It must stand in the evidence, or in the sentences around: there "he" has a name. A name
that stands may be written in full as elsewhere in the passages. Case, accents and endings are folded: Lee’s, Korean and Korea,
China and Chinese, EU and European Union, EPS and earnings per share. A file's name is words.

Where claim and evidence are in two languages, or the claim is in German, whose nouns are capitalised, only words are compared
that are names in the passages: Putin for Xi is found, Korea for Corée is not asked for.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from index.letters.language import COMMON, language_of, latin
from qa.check.evidence import Evidence, Sent
from qa.check.words import MONTHS, WORD, capitalised, folded, folded_word

_ENDINGS = frozenset(("", *"n an ian ean ese i ish a ia e y s es ns ans ians is in ic ain er ers".split()))
_RUN = re.compile(r"(?<!\w)[A-Z][\w’'-]*(?:[ -](?:(?:of|for|the|and) )*[A-Z][\w’'-]*)+")
_ORDINARY = re.compile(r"(?:s|ly|ing|ion|ity|ment|ness|ance|ence|ism|ship|hood|able|ful|less|ed|wise)$")
"""Endings of words that are seldom names. Taking a name for an ordinary word only means that it is not compared."""

_PREDICATE = re.compile(
    r" (?:also |later |then |has |had )?(?:\w+ed|is|was|has|had|will|would|can|could|did|does|said|says|told|won|met|and)\b"
)
"""What stands behind a name that begins a sentence, but seldom behind an adjective or the like."""

_BEGINNERS = frozenset(
    """about above according after afterwards again all almost also although among an another any anyone are around at
    because been before behind below beneath beside between beyond both but did do each earlier either else even ever every
    everyone everything few finally first for from further furthermore given had have hence her here how however if instead
    into just last later least less like likewise many maybe meanwhile more moreover most much my near neither never
    nevertheless next nobody none nonetheless nothing now of off often once only other otherwise our out over overall people
    per perhaps rather same second several she should similar since some someone something soon still such than their them
    then there therefore these they third this those though through throughout thus today together too toward under unlike
    until up upon very we what whatever when whenever where whereas whether which while whoever whom whose why within without
    would yes yet you your along born despite due former history little man one part people prior two three four five six seven
    eight nine ten capex opex""".split()
)
_DATE = re.compile(r"\b(?:\d{4}-(\d\d)\b|(\d{1,2})[./](\d{1,2})[./]\d)")
_SHORT = re.compile(r"[A-Z][A-Z&]{1,5}s?|[A-Z]{1,3}\d{1,3}|[IVXLC]{1,7}")
"""CEO, R&D, FAQs; Q4, A380; VII."""

_KNOWN = {
    "DPRK": "north korea",
    "ROK": "south korea",
    "PRC": "china",
    "UK": "britain",
    "US": "america",
    "USA": "america",
    "UAE": "emirates",
}
"""What is known by other names than those that its letters begin."""


class _Near:
    """Evidence for names: the text that a claim cites with what stands around it."""

    def __init__(self, evidence: Evidence) -> None:
        self.text, self.sent = evidence.near, evidence.sent

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word, folded."""
        return _words(self.text)

    @cached_property
    def initials(self) -> str:
        """Of the capitalised words."""
        return _initials(self.text)

    @cached_property
    def letters(self) -> str:
        """The first letters of all words but the smallest: "earnings per share" holds eps."""
        words = (word for word in re.findall(r"[^\W\d_]+", folded(self.text)) if word not in ("of", "the", "and", "for"))
        return "".join(word[0] for word in words)

    def has_akin(self, word: str) -> bool:
        """Whether a word, or another form of it, is there."""
        return word in self.words or any(_akin(word, other) for other in self._beginnings.get(word[:_ALIKE], ()))

    def has_short(self, word: str) -> bool:
        """Whether an abbreviation's words are there, or a Roman numeral or a quarter's number."""
        if not _SHORT.fullmatch(word):
            return False
        letters = word.rstrip("s").replace("&", "").casefold()
        known = _KNOWN.get(word, "")
        return (
            any(character.isdigit() for character in word)  # its figure is compared
            or (bool(known) and known in folded(self.text))
            or word.rstrip("s") in self.initials
            or (len(letters) > 1 and letters in self.letters)
            or (set(word) <= set("IVXLC") and re.search(r"\d", self.text) is not None)
        )

    def has_cut(self, word: str) -> bool:
        """Whether a word is cut short of one that is there: Nov, Mon, Corp, Mac."""
        return 2 < len(word) < 5 and any(other.startswith(word) for other in self.words)

    @cached_property
    def _beginnings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            found[word[:_ALIKE]].append(word)
        return found


def names_lack(claim: str, evidence: Evidence) -> str | None:
    """The first name of a claim that stands nowhere in or near what it cites, in words; None where all stand."""
    near = _Near(evidence)
    names = list(capitalised(claim, inside=True))
    names += [(at, word) for at, word in capitalised(claim, inside=False) if _begins_as_name(claim, at, word, near.sent)]
    if not _comparable(_language_of_names(claim), _language_of_names(near.text)):
        names = [(at, word) for at, word in names if folded_word(word) in near.sent.names] if latin(claim) else []
    stands = {word: _stands(word, near) for word in {word for _, word in names}}
    missing = [at for at, word in names if not stands[word]]
    if not missing or _in_full_runs(claim, missing, near):
        return None
    return f"“{next(word for at, word in names if at == missing[0])}” is not in the cited sentence"


def _in_full_runs(claim: str, missing: Sequence[int], near: _Near) -> bool:
    """Whether each of the words at these places is part of a name of several that stands."""
    runs = list(_RUN.finditer(claim))
    starts = [run.start() for run in runs]
    found = [runs[i] if (i := bisect_right(starts, at) - 1) >= 0 and at < runs[i].end() else None for at in missing]
    return None not in found and all(_in_full(name, near) for name in {run[0] for run in found if run})


def _begins_as_name(claim: str, at: int, word: str, sent: Sent) -> bool:
    """Whether a word that begins a sentence is a name."""
    name = folded_word(word)
    if name in _BEGINNERS or any(name in common for common in COMMON.values()):
        return False
    if name in sent.names:
        return True
    ordinary = name in sent.small or _ORDINARY.search(name)
    english = language_of(claim) in ("en", "")
    return english and not ordinary and _PREDICATE.match(claim, at + len(word)) is not None


def _in_full(name: str, near: _Near) -> bool:
    """Whether a name of several words stands as its initials, or in part while the passages have it in full elsewhere."""
    if _initials(name).casefold() in near.words:
        return True
    return any(_stands(part, near) for part in WORD.findall(name) if part[0].isupper()) and near.sent.has(name)


def _stands(name: str, near: _Near) -> bool:
    """Whether a name, or each of its parts between hyphens, is among the evidence's words, in some form of it."""
    word = folded_word(name)
    parts = [part for part in re.split(r"[-_]", word) if part]
    return word in near.words or all(map(near.has_akin, parts)) or near.has_short(name) or near.has_cut(word)


_ALIKE = 4
"""So many letters two forms of a word have in common."""


def _akin(one: str, other: str) -> bool:
    """Korea and Korean, China and Chinese, Italy and Italian: four letters in common, then endings."""
    if one[:_ALIKE] != other[:_ALIKE] or len(one) < _ALIKE:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[same:] in _ENDINGS and other[same:] in _ENDINGS


def _initials(text: str) -> str:
    """The initials of the capitalised words in a row, where "EU" stands for European Union."""
    return "".join(part[0] for found in WORD.finditer(text) for part in found[0].split("-") if part[:1].isupper())


def _words(text: str) -> frozenset[str]:
    """Every word of a text, folded, the parts of those with hyphens, and the names of months in dates of digits."""
    dotted = re.sub(r"\b(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", ""), text)
    words = {folded_word(m[0]) for m in WORD.finditer(dotted)}
    months = {MONTHS[int(n) - 1] for date in _DATE.findall(text) for n in date if n and 1 <= int(n) <= 12}
    months |= {month for month in MONTHS if month[:3] in words or month[:4] in words}
    return frozenset(words | {part for word in words for part in re.split("[-_]", word)} | months)


def _language_of_names(text: str) -> str | None:
    """A text's language, "" where it is too short to tell; None where names can't be told: no Latin letters, or German."""
    language = language_of(text) if latin(text) else None
    return None if language == "de" else language


def _comparable(ours: str | None, theirs: str | None) -> bool:
    """Whether names look alike in both: one language, or too short to tell."""
    return ours is not None and theirs is not None and (not ours or not theirs or ours == theirs)
