"""The ways in which what a question says may be written in a document: numbers, versions, dates, identifiers, names.

Owns what is read out of a question beside its plain words; knows nothing of the index.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from index.catalog.words import CAPITAL, CAPITALS, LETTER, SIGN, bigrams, folded, parts_of, signed, unspaced, words_of
from index.letters.typed import plain
from index.search.dates import dates

START, END = r"(?<!\w)", r"(?!\w)"
WHOLE = 0.15
"""What a name of several words tells beside them, as a share of what it would tell by itself."""

MOST_READ = 2000
"""Characters; of a longer question the words count alone."""

MOST_PARTS = 6
"""A longer chain of words is no name."""

_NUMBER = re.compile(
    rf"(?<![{LETTER}.])v?(\d+(?:[.,'’]\d+)+|[1-9]\d{{0,2}}(?:[ \u00a0\u202f]\d{{3}})+|\d{{4,}})(?![{LETTER}])", re.IGNORECASE
)
_ABBREVIATED = re.compile(rf"{START}(?:[^\W\d_]\.){{2,}}(?:[^\W\d_]{END})?")
_COMPOUND = re.compile(rf"{START}[{LETTER}]+(?:[-_.‐‑/&’'](?=[^\W_])[{LETTER}]+)+")
_WORD = re.compile(rf"[{LETTER}]+")
_OWNED = re.compile(r"[’'](?:s|t|ll|re|ve|d|m)$", re.IGNORECASE)
_LETTERS_OR_DIGITS = re.compile(r"[^\W\d_]+|\d+")
_SEPARATOR = re.compile("[^0-9]")
_BETWEEN = "[.,'’ \u00a0\u202f]?"
_ARTICLES = frozenset(("the", "a", "an"))
_UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "ae", "Ö": "oe", "Ü": "ue"}
_BEHIND = frozenset("up in out off on over down".split())
"""Small words that become the end of another: log in, login."""

_CODE = frozenset("function functions method methods procedure procedures subroutine constructor variable variables".split())
_NAMED_IN_CODE = (
    r"\b(?:def|fn|func|function|class|struct|interface|void|const|let|var)\s+\w|\w\(|\b[a-z]\w*[a-z][A-Z]\w*|\b[a-z]+_[a-z]\w*"
)
"""A question for a function is one for what is written like the name of one."""


@dataclass(frozen=True, slots=True)
class Form:
    """A way in which `words` of a question may stand in a text.

    `sought` are words and runs of words of the index, `known` such as no passage is found by; `pattern` is what it looks
    like in a folded text, or `cased` as written. `share` of the weight that its rarity gives it is that of the first of the
    words, where that is no plain word.
    """

    words: tuple[str, ...]
    sought: tuple[str, ...]
    pattern: str
    cased: bool = False
    share: float = 1.0
    known: tuple[str, ...] = ()


@dataclass(slots=True)
class Reading:
    """What a question says: `words` that stand in the index as they are, by their places, and those that `forms` alone find.

    `wholes` are such as are made of others, and are dropped where they stand nowhere. `joined` are words that stand one behind
    the other, and may be one.
    """

    words: dict[str, int] = field(default_factory=dict)
    special: dict[str, int] = field(default_factory=dict)
    wholes: dict[str, int] = field(default_factory=dict)
    forms: list[Form] = field(default_factory=list)
    joined: list[tuple[str, str]] = field(default_factory=list)

    def add(self, start: int, *words: str) -> None:
        """Plain words."""
        for word in words:
            self.words.setdefault(word, start)

    def add_special(self, start: int, key: str, sought: Sequence[str], pattern: str, *, cased: bool = False) -> None:
        """A word that no plain word of the index is."""
        self.special.setdefault(key, start)
        self.forms.append(Form((key,), tuple(sought), pattern, cased))

    def add_whole(self, start: int, end: int, key: str, parts: Sequence[str], form: Form) -> None:
        """What is made of other words: it counts beside them, and for them."""
        self.add(start, *parts)
        if key not in self.words:
            self.wholes.setdefault(key, end)
        self.forms.append(form)


def read(question: str, common: frozenset[str]) -> Reading:
    """What a question says; `common` words say nothing by themselves."""
    typed = plain(question)
    reading, taken = Reading(), bytearray(len(typed))
    if len(typed) > MOST_READ:
        reading.add(0, *(word for word in words_of(typed) if word not in common))
        return reading
    small = folded(typed)
    _read_dates(reading, small, taken)
    for pattern, reader in (
        (SIGN, _sign),
        (_ABBREVIATED, _abbreviation),
        (_NUMBER, _number),
        (_COMPOUND, _compound),
        (_WORD, _word),
    ):
        for found in pattern.finditer(typed):
            start, end = found.span()
            if not any(taken[start:end]):
                taken[start:end] = b"\1" * (end - start)
                reader(reading, found, common)
    tokens = list(_WORD.finditer(typed))
    _read_names(reading, tokens, common)
    for one, other in pairwise(tokens):
        a, b = (folded(token[0]) for token in (one, other))
        if other.start() - one.end() == 1 and len(a + b) > 4 and a not in common and (b not in common or b in _BEHIND):
            reading.joined.append((a, b))
    return reading


def _read_dates(reading: Reading, small: str, taken: bytearray) -> None:
    for date in dates(small):
        key = small[date.start : date.end]
        parts = () if date.figures else tuple(_WORD.findall(key))
        form = Form((key, *parts), date.sought, date.pattern, share=WHOLE if parts else 1.0)
        if date.figures:
            reading.special.setdefault(key, date.start)
            reading.forms.append(form)
            taken[date.start : date.end] = b"\1" * (date.end - date.start)
        else:
            reading.add_whole(date.start, date.end, key, parts, form)


def _sign(reading: Reading, found: re.Match[str], common: frozenset[str]) -> None:
    """C++, F#, .NET."""
    key = folded(found[0])
    reading.add_special(found.start(), key, [signed(*found.groups("")).lower()], START * key[0].isalnum() + re.escape(key))


def _abbreviation(reading: Reading, found: re.Match[str], common: frozenset[str]) -> None:
    """U.S.A., which may be written USA."""
    letters = [letter for letter in found[0] if letter != "."]
    key, joined = folded(found[0]), folded("".join(letters))
    cased = joined in common
    sought = [" ".join(map(folded, letters)), CAPITAL + joined if cased else joined]
    dotted = r"\.?\s?".join(letters)
    reading.add_special(found.start(), key, sought, START + (dotted if cased else folded(dotted)) + END, cased=cased)


def _number(reading: Reading, found: re.Match[str], common: frozenset[str]) -> None:
    """1,520,000 and 1520000, v1.2.3 and 1.2.3; 3.10 is not 3.1."""
    key, parts = folded(found[0]), _SEPARATOR.split(found[1])
    start, run = found.start(), " ".join(parts)
    if len(parts) == 1:
        reading.add(start, key)
    exact = rf"(?<![\w.,])v?{'[.,]'.join(parts)}(?!\w|[.,]\d)"
    if len(parts) > 1 and not _in_thousands(parts):
        reading.add_special(start, key, [run, f"v{run}"], exact)
        return
    whole = "".join(parts)
    sought = dict.fromkeys((whole, run, " ".join(_groups(whole, 3)), " ".join(_groups(whole, 2))))
    figures = _BETWEEN.join(whole)
    pattern = rf"(?<![\w.,])v?{figures}(?!\w|[.,'’]?\d)"
    if len(parts) > 1:
        reading.add_special(start, key, list(sought), pattern)
    else:
        sought.pop(whole)
        reading.forms.append(Form((key,), tuple(sought), pattern))


def _in_thousands(parts: Sequence[str]) -> bool:
    """Whether groups of figures are those of one number, also as India writes it."""
    return (
        0 < len(parts[0]) < 4 and parts[0][0] != "0" and len(parts[-1]) == 3 and {len(part) for part in parts[1:-1]} <= {2, 3}
    )


def _groups(figures: str, size: int) -> list[str]:
    """The figures of a number in groups of `size`, but the last of three."""
    head, groups = figures[:-3], [figures[-3:]]
    while head:
        groups.insert(0, head[-size:])
        head = head[:-size]
    return groups


def _compound(reading: Reading, found: re.Match[str], common: frozenset[str]) -> None:
    """pre-processing, delete_account, node.js, AT&T."""
    whole = _OWNED.sub("", found[0])
    parts = [folded(part) for name in _WORD.findall(whole.replace("_", " ")) for part in parts_of(name)]
    _whole(reading, found.span(), folded(whole), parts, common)


def _word(reading: Reading, found: re.Match[str], common: frozenset[str]) -> None:
    """A word; deleteAccount, USA and gpt4 may be written in parts."""
    word, start = found[0], found.start()
    small = folded(word.replace("_", " ")).strip()
    if any(map(unspaced, word)):
        reading.add(start, *(part for run in _parted(word) for part in (bigrams(run) or [folded(run)])))
        return
    if word in CAPITALS and len(word) > 1:
        _capital(reading, start, word)
    if small in common or not small:
        return
    parts = [folded(part) for part in parts_of(word)]
    reading.add(start, small)
    if len(parts) > 1:
        _whole(reading, (start, start), small, parts, common)
        return
    if other := _other_umlauts(word):
        reading.forms.append(Form((small,), (other,), rf"{START}{other}\w*"))
    if small in _CODE:
        reading.forms.append(Form((small,), (), _NAMED_IN_CODE, cased=True))
    if word.isupper() and 1 < len(word) < 6 and word.isalpha():
        dotted = r"\.\s?".join(map(re.escape, small))
        reading.forms.append(Form((small,), (" ".join(small),), rf"{START}{dotted}\b"))
    pieces = _LETTERS_OR_DIGITS.findall(small)
    if 1 < len(pieces) < 4:
        reading.forms.append(Form((small,), (" ".join(pieces),), START + r"[\W_]?".join(pieces) + END))


def _other_umlauts(word: str) -> str:
    """Mueller for Müller, and the other way; "" for a word that has none."""
    if any(letter in _UMLAUTS for letter in word):
        return folded("".join(_UMLAUTS.get(letter, letter) for letter in word))
    return re.sub("(?<=[aou])e", "", folded(word)) if word[0].isupper() and re.search("[aou]e", word) else ""


def _parted(word: str) -> list[str]:
    """A word's runs of scripts that part their words, and of such that don't."""
    runs = [word[0]]
    for letter in word[1:]:
        if unspaced(letter) == unspaced(runs[-1]):
            runs[-1] += letter
        else:
            runs.append(letter)
    return runs


def _capital(reading: Reading, start: int, word: str) -> None:
    """IT, which is no "it"."""
    key = CAPITAL + word.lower()
    reading.add_special(start, key, [key], START + word + END, cased=True)
    reading.forms.append(Form((key,), (" ".join(word.lower()),), START + r"\.\s?".join(word) + r"\b", cased=True))


def _whole(reading: Reading, span: tuple[int, int], whole: str, parts: Sequence[str], common: frozenset[str]) -> None:
    """A name of several parts, which may be written in one, or with other signs between them."""
    telling = tuple(part for part in parts if part not in common)
    if not 1 < len(parts) <= MOST_PARTS:
        reading.add(span[0], *(telling or parts))
        return
    pattern = START + r"[\W_]{0,2}".join(map(re.escape, parts)) + (r"\w*" if parts[-1].isalpha() else END)
    apart, joined = " ".join(parts), "".join(parts)
    sought, known = ((joined,), (apart,)) if len(telling) == len(parts) else ((joined, apart), ())
    share = WHOLE if telling else 1.0
    reading.add_whole(*span, whole, telling, Form((whole, *telling), sought, pattern, share=share, known=known))


def _read_names(reading: Reading, tokens: Sequence[re.Match[str]], common: frozenset[str]) -> None:
    """Names made of common words: World War I, vitamin A, The Who; and a query that is hardly more than one."""
    words = [token[0] for token in tokens]
    small = [folded(word) for word in words]
    if len(words) < 2 or (len(words) > 4 and sum(word[0].isupper() for word in words) > 0.7 * len(words)):
        return
    for a, b in _runs(words, small, common):
        between = [token.string[one.end() : token.start()] for one, token in pairwise(tokens[a:b])]
        if all(gap.isspace() for gap in between):
            cased = any(word[0].isupper() for word in words[a + 1 : b])
            pattern = START + r"\s+".join(map(re.escape, words[a:b] if cased else small[a:b])) + END
            telling = tuple(word for word in small[a:b] if word not in common)
            key = " ".join(small[a:b])
            reading.add_whole(
                tokens[a].start(),
                tokens[b - 1].end(),
                key,
                (),
                Form((key, *telling), (key,), pattern, cased, WHOLE if telling else 1.0),
            )


def _runs(words: Sequence[str], small: Sequence[str], common: frozenset[str]) -> Iterator[tuple[int, int]]:
    """From which to which word such a name may go."""
    if len(words) <= 3 and any(word in common for word in small):
        yield 0, len(words)
    start = 0
    for capital, run in groupby(words, key=lambda word: word[0].isupper()):
        end = start + len(list(run))
        for first in {start, start or 1} if capital else ():
            inner = small[first:end]
            told = inner if first and _ARTICLES.isdisjoint(inner[:1]) else inner[1:]
            if len(inner) > 1 and (common.intersection(told) or common.issuperset(inner)):
                yield first, end
        start = end
    for n, word in enumerate(words):
        if n and len(word) == 1 and word.isupper() and small[n] in common:
            if small[n - 1] not in common:
                yield n - 1, n + 1
            elif word != "I" and n + 1 < len(words):
                yield n, n + 2
