"""Words as the keyword index sees them: SQLite's own tokenizer, with pairs of characters for scripts that don't part words.

Owns the tokenizer's name and the query syntax; knows nothing of passages or ranking.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Sequence
from itertools import pairwise

from index.passage import COLOURS

TOKENIZER = "porter unicode61 remove_diacritics 2"

_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Runs of scripts whose words unicode61 does not part: Thai to Khmer, Japanese, Chinese; Korean for its particles."""


_ODD = re.compile(
    r"\x1b\[|[\u00ad\u00b2\u00b3\u00b9\u00df\u0300-\u036f\u1e9e\u200b-\u200d\u2060\u2070-\u209c\ufb00-\ufb06\ufeff\uff01-\uff5e]"
)
"""What hides a word from who types it: a log's colours, soft hyphens, zero-width characters, ligatures, ß, accents and
raised figures apart."""

_NOTHING = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))
_PARTED = re.compile("([\u2070-\u209c\u00b2\u00b3\u00b9]+)")

_PLAIN = re.compile("[\x00-\x7f\u2000-\u2bff]*")


_WORD = re.compile(r"[^\W_]+")


class _Folding(dict[int, str]):
    """For `str.translate`: one character for each, without case and accent."""

    def __missing__(self, code: int) -> str:
        self[code] = unicodedata.normalize("NFD", chr(code))[0].lower()[0]
        return self[code]


_FOLDING = _Folding()


def folded(text: str) -> str:
    """A text in small letters without accents, as long as it was."""
    return text.lower() if _PLAIN.fullmatch(text) else text.translate(_FOLDING)


def plain(text: str) -> str:
    """A text as people type it: without soft hyphens and the like, ligatures and ß as their letters, raised figures apart."""
    if not _ODD.search(text):
        return text
    apart = _PARTED.sub(r" \1 ", COLOURS.sub("", text).translate(_NOTHING))
    return unicodedata.normalize("NFKC", apart).replace("ß", "ss").replace("ẞ", "SS")


def plainer(text: str) -> tuple[str, list[int]]:
    """The same with the place in the text of each of its characters."""
    out, places = [], []
    for found in re.finditer(rf"{COLOURS.pattern}|[^\u0300-\u036f][\u0300-\u036f]*|[\u0300-\u036f]+", text):
        made = plain(found[0])
        out.append(made)
        places += [found.start()] * len(made)
    return "".join(out), places


def hidden_words(text: str) -> list[str]:
    """The words of a text that stand in it otherwise than people type them, as they type them."""
    if not _ODD.search(text):
        return []
    return [word for part in text.split() if _ODD.search(part) for word in _WORD.findall(plain(part))]


def folded_name(name: str) -> str:
    """A title or file name as it is compared: its words without case, accents and signs."""
    return " ".join(_WORD.findall(folded(name)))


def stem(source: str) -> str:
    """The name of a source's file without folders and suffix."""
    name = source.rpartition("/")[2]
    return name.rpartition(".")[0] or name


def unspaced(text: str) -> bool:
    """Whether a text begins in a script that doesn't part its words."""
    return _UNSPACED.match(text) is not None


def bigrams(text: str) -> list[str]:
    """The overlapping pairs of characters of each run of an unspaced script; a run of one character is that character."""
    return [gram for run in _UNSPACED.findall(text) for gram in ([a + b for a, b in pairwise(run)] or [run])]


def stored_bigrams(text: str) -> list[str]:
    """What the index holds beside the text: the pairs, each run's last character, so that any character begins some term,
    and words as people type them.
    """
    return [*bigrams(text), *(run[-1] for run in _UNSPACED.findall(text) if len(run) > 1), *hidden_words(text)]


def searchable(text: str) -> str:
    """A text as people type it, its unspaced runs as pairs of characters: what the tokenizer is given here."""
    text = plain(text)
    return _UNSPACED.sub(lambda run: f" {' '.join(bigrams(run[0]))} ", text)


def words_of(text: str) -> list[str]:
    """The distinct words of a question in their order, unspaced runs as pairs of characters, not stemmed."""
    return list(dict.fromkeys(re.findall(r"\w+", searchable(text).casefold())))


def any_of(words: Sequence[str]) -> str:
    """An FTS5 expression that matches where any of the words stands; no character of a word is taken as syntax.

    A single character of an unspaced script is looked for at the beginning of the pairs that are stored.
    """
    return " OR ".join('"' + w.replace('"', '""') + '"' + "*" * bool(len(w) == 1 and unspaced(w)) for w in words)


def any_of_with(leading: Sequence[str], words: Sequence[str]) -> str:
    """The same, where any of the leading words stands too: the others count for a passage's rank, but find none."""
    return any_of(words) if len(leading) == len(words) else f"({any_of(leading)}) AND ({any_of(words)})"


class Tokenizer:
    """Stems of texts, by the tokenizer of the index, in an SQLite of its own in memory."""

    def __init__(self) -> None:
        """An empty table to tokenize in."""
        self._db = sqlite3.connect(":memory:")
        self._db.execute(f"CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize = '{TOKENIZER}')")
        self._db.execute("CREATE VIRTUAL TABLE instances USING fts5vocab(texts, instance)")

    def stems(self, texts: Sequence[str]) -> list[list[str]]:
        """The stems of each text, in order."""
        self._db.execute("INSERT INTO texts(texts) VALUES ('delete-all')")
        self._db.executemany("INSERT INTO texts(rowid, text) VALUES (?, ?)", enumerate(map(searchable, texts)))
        found: list[list[tuple[int, str]]] = [[] for _ in texts]
        for term, doc, offset in self._db.execute("SELECT term, doc, offset FROM instances"):
            found[doc].append((offset, term))
        return [[term for _, term in sorted(terms)] for terms in found]
