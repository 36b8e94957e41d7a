"""A question as the index understands it: its words, how much each tells, and where they stand in a text.

Owns stopwords and word weights; knows nothing of passages or ranking.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from index.catalog.words import Tokenizer, folded, plain, plainer, unspaced, words_of

MOST_WORDS = 64
"""Of a longer question the rarest words count."""

MOST_LED = 10_000
"""The rarest words of a question lead to passages, as many of them as stand in so many together: each of these is ranked, which
takes 5 microseconds."""

MOST_STEMS = 30_000
"""So many are looked up at once; SQLite takes few more variables in a statement."""

STOPWORDS = frozenset(
    """a about after all also am an and any are as at be been before being but by can could d did do does doing each for from
    had has have having he her here hers him his how i if in into is it its itself just ll m me more most my no nor not of off
    on once only or other our ours out over own please re s same say says said she should so some such t tell than that the
    their theirs them then there these they this those through to too under until up ve very was we were what when where which
    while who whom whose why will with would you your yours""".split()
)
"""English words that tell nothing of what a question is about."""

_COLLECTION = frozenset(
    """documents files texts papers articles notes pages sources collection corpus folder topics subjects contents overview
    summary summarize summarise describe list show give get know titles names available covered contained included index
    indexed everything anything kind kinds sort sorts type types""".split()
)
"""A question of no other words asks about the documents as such: "which files do you have?"."""

Found = list[tuple[int, int, int]]
"""Where a question's stems stand in a text, in order: which stem, start and end."""


class Counted(Protocol):
    """What is known of words: of one catalog, or of several that are searched together."""

    def document_frequency(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many passages hold each of the stems, of those that any holds; and how many passages there are."""

    def holds(self, word: str) -> bool:
        """Whether a word stands anywhere."""


@dataclass(frozen=True, slots=True)
class Question:
    """`words` are searched for; `stems` are theirs, each once, in order; `weights` are the stems' shares of the whole, by idf.

    `leading` are those of the words that passages are found by; the others, which many hold, count where one of these stands.
    `known` are the stems that stand in some document. `overview` tells that the question is about the documents as such,
    `foreign` that most of its words, common ones too, stand in none, as those of a question in another language.
    """

    text: str
    words: tuple[str, ...]
    leading: tuple[str, ...]
    stems: tuple[str, ...]
    weights: tuple[float, ...]
    known: frozenset[str]
    overview: bool
    foreign: bool
    tokenizer: Tokenizer
    patterns: tuple[re.Pattern[str], ...]

    def find(self, texts: Sequence[str]) -> list[Found]:
        """Where the question's words stand in each text, in any form that has the same stem."""
        matches = [list(self._matches(text)) for text in texts]
        forms = list({form for found in matches for form, _, _ in found})
        numbers = {stem: n for n, stem in enumerate(self.stems)}
        which = {form: numbers.get(stems[0]) for form, stems in zip(forms, self.tokenizer.stems(forms), strict=True) if stems}
        located = ([(n, a, b) for form, a, b in found if (n := which.get(form)) is not None] for found in matches)
        return [sorted(found, key=lambda match: match[1]) for found in located]

    def _matches(self, text: str) -> Iterator[tuple[str, int, int]]:
        """What may be a form of one of the words, with its place."""
        if plain(text) == text:
            yield from ((m[1], *m.span(1)) for p in self.patterns for m in p.finditer(folded(text)))
            return
        typed, places = plainer(text)
        for pattern in self.patterns:
            for found in pattern.finditer(folded(typed)):
                start, end = found.span(1)
                yield found[1], places[start], places[end - 1] + 1


def understand(text: str, catalog: Counted, tokenizer: Tokenizer) -> Question:
    """A question with what the catalog says of its words.

    The weight of a stem is ln(1 + N / (n + 0.5)), for n of N passages that hold it.
    """
    words = content_words(text)
    overview = _COLLECTION.issuperset(words)
    stems = tokenizer.stems(words)
    distinct = list(dict.fromkeys(stem for found in stems for stem in found))[:MOST_STEMS]
    frequency, passages = catalog.document_frequency(distinct)
    if len(words) > MOST_WORDS:
        counted = [(frequency[s[0]], w) for w, s in zip(words, stems, strict=True) if s and s[0] in frequency]
        rarest = {w for _, w in sorted(counted)[:MOST_WORDS]} or set(words[:MOST_WORDS])
        words = [w for w in words if w in rarest]
        stems = tokenizer.stems(words)
        distinct = list(dict.fromkeys(stem for found in stems for stem in found))
    idf = [math.log(1 + passages / (frequency.get(stem, 0) + 0.5)) for stem in distinct]
    total = sum(idf) or 1.0
    weights = tuple(w / total for w in idf)
    forms = tuple(patterns(words, stems))
    known = frozenset(frequency).intersection(distinct)
    foreign = len(known) * 2 < len(distinct) and _unknown(words_of(text)[:MOST_WORDS], catalog)
    leading = tuple(_leading(words, stems, frequency))
    return Question(text, tuple(words), leading, tuple(distinct), weights, known, overview, foreign, tokenizer, forms)


def _leading(words: Sequence[str], stems: Sequence[Sequence[str]], frequency: Mapping[str, int]) -> Iterator[str]:
    """The rarest of the words that stand anywhere, and as many more as there is room for."""
    counts = {word: min(frequency.get(s, 0) for s in found) for word, found in zip(words, stems, strict=True) if found}
    total = 0
    for word, count in sorted(counts.items(), key=lambda item: item[1]):
        if total and total + count > MOST_LED:
            return
        total += count
        yield word


def _unknown(words: Sequence[str], catalog: Counted) -> bool:
    """Whether most of the words stand in no document."""
    return len(words) > 1 and sum(catalog.holds(word) for word in words) * 2 < len(words)


def patterns(words: Sequence[str], stems: Sequence[Sequence[str]]) -> Iterator[re.Pattern[str]]:
    """What a form of a word begins with, for words between spaces; the pairs of characters, for other scripts."""
    starts = {_common_start(folded(word), stem) for word, found in zip(words, stems, strict=True) for stem in found}
    if spaced := "|".join(re.escape(s) for s in starts if not unspaced(s)):
        yield re.compile(rf"(?<![^\W_])((?:{spaced})[^\W_]*)")
    if pairs := "|".join(re.escape(s) for s in starts if unspaced(s)):
        yield re.compile(rf"(?=({pairs}))")


def _common_start(a: str, b: str) -> str:
    return "".join(x for x, _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def content_words(query: str) -> list[str]:
    """The words of a question that a document may hold; all of them if it has no other."""
    words = words_of(query)
    return [w for w in words if w not in STOPWORDS] or words
