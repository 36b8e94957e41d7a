"""Words as the keyword index sees them: SQLite's own tokenizer, and beside its words what it does not see of a text.

Owns the tokenizer's name, what is stored beside a text (pairs of characters for scripts that don't part words, words as people
type them, the parts of identifiers, words without their hyphens, names such as C++, German compounds from behind) and the query
syntax; knows nothing of passages or ranking.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.letters.typed import odd, plain

TOKENIZER = "porter unicode61 remove_diacritics 2 categories 'L* N* Co Mn Mc'"

LETTER = (
    r"\w\u0300-\u036f\u0483-\u0489\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u0816-\u082d"
    r"\u08d3-\u0963\u0971-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f18-\u0f39\u0f71-\u0fbc\u102b-\u103e"
    r"\u135d-\u135f\u17b4-\u17d3\u180b-\u180d\u1b00-\u1b44\u3099\u309a"
)
"""What a word is made of, in a class of characters: letters, digits, vowel signs; and "_", which `apart` makes a space."""

UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Runs of scripts whose words unicode61 does not part: Thai to Khmer, Japanese, Chinese; Korean for its particles."""

_SYLLABLE = re.compile(
    ".[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u102b-\u103e\u1056-\u1059\u1062-\u108d\u17b4-\u17d3\u17dd\u3099\u309a]*"
)

BACKWARDS, CAPITAL = "\ue000", "\ue001"
"""What begins a word that is stored from behind, and a word such as IT that is written in capitals."""

CAPITALS = frozenset("IT US WHO OR AM AN AT AS BE DO HE IF IN IS ME MY NO ON SO TO UP WE ALL CAN MAY WILL".split())
"""Abbreviations, or names, that are common words when they are written small."""

_WORD = re.compile(rf"[{LETTER}]+")
_CAMEL = re.compile("[A-Z](?<=[A-Za-z][A-Z])")
_PART = re.compile(r"[A-Z]+s?(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_HUMP = re.compile("[A-Z](?:(?<=[a-z0-9][A-Z])|(?<=[A-Z][A-Z])(?=[a-z])(?!s(?![A-Za-z])))")
_NAME_BEFORE, _NAME = re.compile(r"[A-Za-z0-9]+\Z"), re.compile("[A-Za-z0-9]+")
_HYPHEN = re.compile("[-\u2010\u2011](?:\r?\n[ \t]*)?")
_BEFORE, _AFTER = re.compile(r"[^\W\d_]+\Z"), re.compile(r"[^\W\d_]+")
SIGN = re.compile(r"(?<![\w.])([^\W\d_]\w{0,20}?)(\+\+|\+|#)(?![^\W\d]|[+#])|(?<![\w.])\.([A-Za-z]\w{1,20})|\.(NET)\b")
_LONGEST = 40
ENOUGH = 8
"""So many letters of the end of a word are stored from behind."""

_COMPOUNDING = tuple(
    f" {word} " for word in "der das und ist dem des ein eine im auf zur wird het een voor och att det og ikke".split()
)
_UMLAUT = re.compile("[äöüßå]")
_LONG = re.compile(r"[^\W\d_]{10,40}")
_ENDING = re.compile("(?:ern|en|er|es|em|e|n|s)$")


class _Folding(dict[int, str]):
    """For `str.translate`: one character for each, without case; a Latin one without accent."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        latin = code < 0x370 or 0x1E00 <= code < 0x1F00
        self[code] = (unicodedata.normalize("NFD", letter)[0] if latin else letter).lower()[0]
        return self[code]


_FOLDING = _Folding()
_NEEDS_NONE = re.compile("[\x00-\x7f\u2000-\u2bff]*")


def folded(text: str) -> str:
    """A text in small letters, the Latin ones without accents, as long as it was."""
    return text.lower() if _NEEDS_NONE.fullmatch(text) else text.translate(_FOLDING)


def folded_name(name: str) -> str:
    """A title or file name as it is compared: its words without case, accents and signs."""
    return " ".join(re.findall(r"[^\W_]+", folded(name)))


def stem(source: str) -> str:
    """The name of a source's file without folders and suffix."""
    name = source.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def unspaced(text: str) -> bool:
    """Whether a text begins in a script that doesn't part its words."""
    return UNSPACED.match(text) is not None


def bigrams(text: str) -> list[str]:
    """The overlapping pairs of characters of each run of an unspaced script, with their vowel signs; one alone is itself."""
    runs = map(_SYLLABLE.findall, UNSPACED.findall(text))
    return [gram for run in runs for gram in ([a + b for a, b in pairwise(run)] or run)]


def beside(text: str) -> list[str]:
    """What the index holds beside a text; each run's last character too, so that any character of it begins some term."""
    found = [] if text.isascii() else list(_as_typed(text))
    found += (joint.join(text[start:end] for start, end in spans) for joint, spans in otherwise(text))
    if _CAMEL.search(text):
        found += (CAPITAL + word.lower() for word in _WORD.findall(text) if word in CAPITALS)
    if _compounds(text):
        found += dict.fromkeys(map(backwards, _LONG.findall(text)))
    if "+" in text or "#" in text or ".N" in text or " ." in text:
        found += (signed(*match.groups("")) for match in SIGN.finditer(text))
    return found


def _as_typed(text: str) -> Iterator[str]:
    for part in text.split():
        strange = odd(part)
        if not strange and not UNSPACED.search(part):
            continue
        typed = plain(part) if strange else part
        yield from bigrams(typed)
        yield from (run[-1] for run in map(_SYLLABLE.findall, UNSPACED.findall(typed)) if len(run) > 1)
        yield from _WORD.findall(UNSPACED.sub(" ", typed))


def _compounds(text: str) -> bool:
    """Whether a text may be in a language that makes compounds."""
    small = f" {text.lower()} "
    return any(word in small for word in _COMPOUNDING) or (not text.isascii() and _UMLAUT.search(small) is not None)


def parts_of(word: str) -> list[str]:
    """The parts of a name such as deleteAccount; the whole where it has none."""
    return _PART.findall(word) if _HUMP.search(word) else [word]


def otherwise(text: str) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """Where the parts are of words that may be written apart (deleteAccount) or in one (e-mail), with what joins them then.

    A hyphen may stand at the end of a line.
    """
    end = 0
    for hump in _HUMP.finditer(text):
        at = hump.start()
        before = _NAME_BEFORE.search(text, max(end, at - _LONGEST), at)
        if before and (name := _NAME.match(text, at, at + _LONGEST)):
            end = name.end()
            yield " ", [part.span() for part in _PART.finditer(text, before.start(), end)]
    if "-" in text or "\u2010" in text or "\u2011" in text:
        for found in _HYPHEN.finditer(text):
            if not text[found.start() - 1 : found.start()].isalpha():
                continue
            one = _BEFORE.search(text, max(0, found.start() - _LONGEST), found.start())
            other = _AFTER.match(text, found.end(), found.end() + _LONGEST)
            if one and other:
                yield "", [one.span(), other.span()]


def signed(name: str, sign: str, dotted: str = "", net: str = "") -> str:
    """What is stored for a name such as C++, F# or .NET."""
    if dotted or net:
        return f"dot{dotted or net}"
    return name + sign.replace("+", "plus").replace("#", "sharp")


def german(word: str) -> str:
    """A word without its ending and its umlauts, as German inflects it."""
    small = folded(plain(word)).casefold()
    return _ENDING.sub("", small) if len(small) > 4 else small


def backwards(word: str) -> str:
    """The end of a word from behind, by whose beginning the last part of a compound is found."""
    return BACKWARDS + german(word)[: -ENOUGH - 1 : -1]


def searchable(text: str) -> str:
    """A text as people type it, its unspaced runs as pairs of characters: what the tokenizer is given here."""
    text = plain(text)
    return UNSPACED.sub(lambda run: f" {' '.join(bigrams(run[0]))} ", text)


def words_of(text: str) -> list[str]:
    """The distinct words of a question in their order, unspaced runs as pairs of characters, not stemmed."""
    return list(dict.fromkeys(_WORD.findall(searchable(text).casefold())))


def any_of(words: Sequence[str]) -> str:
    """An FTS5 expression that matches where any of the words stands, or what begins with one that ends with "*".

    No other character of a word is taken as syntax. A single character of an unspaced script, with its vowel signs, is looked
    for at the beginning of the pairs that are stored.
    """
    return " OR ".join('"' + w.rstrip("*").replace('"', '""') + '"' + "*" * _begins(w) for w in words)


def _begins(word: str) -> bool:
    return word.endswith("*") or (unspaced(word) and _SYLLABLE.fullmatch(word) is not None)


def any_of_with(leading: Sequence[str], words: Sequence[str]) -> str:
    """The same, where any of the leading words stands too: the others count for a passage's rank, but find none."""
    return any_of(words) if len(leading) == len(words) else f"({any_of(leading)}) AND ({any_of(words)})"


class Tokenizer:
    """Stems of texts, by the tokenizer of the index, in an SQLite of its own in memory."""

    def __init__(self) -> None:
        """An empty table to tokenize in."""
        self._db = sqlite3.connect(":memory:")
        self._db.execute(f"CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize = \"{TOKENIZER}\")")
        self._db.execute("CREATE VIRTUAL TABLE instances USING fts5vocab(texts, instance)")

    def stems(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text, in order."""
        self._db.execute("INSERT INTO texts(texts) VALUES ('delete-all')")
        self._db.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(map(searchable, texts)))
        found: list[list[tuple[int, str]]] = [[] for _ in texts]
        for term, doc, offset in self._db.execute("SELECT term, doc, offset FROM instances"):
            found[doc].append((offset, term))
        return [[term for _, term in sorted(terms)] for terms in found]
