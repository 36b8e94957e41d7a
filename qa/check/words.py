"""Words as checks compare them: folded, the capitalised ones, and those that carry the content.

Owns how words are told apart and made alike; knows nothing of claims or evidence.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

WORD = re.compile(r"[^\W\d_][\w’'-]*")
_BEGINNING = re.compile(r"(?:^|[.!?:;|…。！？][*_]{0,3}\s|\*\*\s?[–—-]\s|[“„«\"‘「『(]|\n)[\s\W_]*")
_LABEL = re.compile(r"\W*\*\*[^*\n]{1,80}(?::\*\*|\*\*\s?[:–—-])")
"""What some models write in bold before an item, with the capitals of a headline."""

TITLES = frozenset("i mr mrs ms dr prof sir president prime minister chancellor senator professor doctor".split())
WHETHER = r"(?:is|are|was|were|do|does|did|can|could|may|must|should|will|would|has|have|had)\b"
"""How an English question begins that asks whether, as a pattern."""

MONTHS = tuple("january february march april may june july august september october november december".split())

_EMPTY = frozenset(
    """a about above after again all also although am an and any are around as at be because been before being below between
    both but by can could did do does doing down during each either else even ever every few for from further had has have
    having he her here hers him his how however i if in into is it its itself just many may me might more most much must my
    neither no nor not now of off on once one only or other our out over own per same shall she should since so some such than
    that the their theirs them then there these they this those through thus to too toward under until up upon us very was we
    well were what when where whether which while who whom whose why will with within without would yet you your first two new
    said says say told according including yes still""".split()
)
"""Words that carry no content by themselves."""

_SUFFIXES = tuple(
    "ational ations ation ically ments ment ied ings ing edly ed ies es ers er ors or ally ly ity ness s e al ic y".split()
)


def capitalised(text: str, *, inside: bool) -> Iterator[tuple[int, str]]:
    """Capitalised words, with their places: those inside sentences, or those that begin one."""
    text = re.sub(r"\b(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", "").ljust(len(m[0])), text)
    beginnings = {m.end() for m in _BEGINNING.finditer(text)}
    label = _LABEL.match(text)
    beginnings |= set(range(label.end())) if label else set()
    for found in WORD.finditer(text):
        word = re.sub(r"[’'](?:s|S)?$", "", found[0])
        if word[0].isupper() and len(word) > 1 and word.casefold() not in TITLES and (found.start() in beginnings) != inside:
            yield found.start(), word


def small_words(text: str) -> Iterator[str]:
    """Words that are written small, folded."""
    return (folded(word) for word in WORD.findall(text) if word[0].islower())


def folded_word(word: str) -> str:
    """A word folded, without the ending of what it owns."""
    return re.sub(r"'s?$", "", folded(word))


def folded(text: str) -> str:
    """Case, accents, emphasis, white space and the style of quotes and dashes folded."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = re.sub("[\u2018\u2019\u201b\u2032]", "'", re.sub("[\u201c-\u201f\u00ab\u00bb]", '"', plain))
    return " ".join(re.sub("[\u2010-\u2015]", "-", re.sub(r"[*`]", "", plain)).split())


def content(text: str) -> list[str]:
    """The stems of the words that carry the content, in order; numbers are none."""
    words = (folded_word(word) for word in re.findall(r"[^\W\d_][\w’'-]*", text))
    return [stem(part) for word in words for part in word.split("-") if len(part) > 2 and part not in _EMPTY]


def stem(word: str) -> str:
    """A word without its ending; crude, for comparing what English texts say alike."""
    ending = next((end for end in _SUFFIXES if word.endswith(end) and len(word) - len(end) >= 3), "")
    return word[: len(word) - len(ending)]


def alike(one: str, other: str) -> bool:
    """Whether two stems are forms of one word."""
    return one == other or (len(one) > 4 and len(other) > 4 and one[:5] == other[:5])


def covered(words: Sequence[str], there: Sequence[str]) -> int:
    """How many of the stems stand there, in some form."""
    known, beginnings = set(there), {word[:5] for word in there if len(word) > 4}
    return sum(word in known or (len(word) > 4 and word[:5] in beginnings) for word in words)
