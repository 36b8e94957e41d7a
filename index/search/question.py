"""A question as the index understands it: its words, how much each tells, and where they stand in a text.

Owns stopwords and word weights; knows nothing of passages or ranking.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Protocol

from index.catalog.words import LETTER, Tokenizer, any_of, folded, otherwise, unspaced, words_of
from index.letters.typed import odd, plainer
from index.passage import Span
from index.search.compounds import LONGEST, SHORTEST, compounding, forms_of, in_two, irregular
from index.search.forms import END, START, Form, Reading, read

MOST_WORDS = 64
"""Of a longer question the rarest words count."""

MOST_LED = 10_000
"""The rarest words of a question lead to passages, as many of them as stand in so many together: each of these is ranked, which
takes 5 microseconds."""

MOST_COUNTED = 1000
"""Other ways to write a word are counted so far."""

RARE = 20
"""A word that stands in fewer passages may stand in others as two."""

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

_SPACED = "0-9A-Za-z\u00aa-\u0dff\u1e00-\u1fff"
"""Letters of scripts that part their words, and digits."""

View = tuple[str, str, Sequence[int]]
"""A text as people type it, the same in small letters, and where each of its characters stands."""

Found = list[tuple[int, int, int]]
"""Where a question's stems stand in a text, in order: which stem, start and end."""


class Counted(Protocol):
    """What is known of words: of one catalog, or of several that are searched together."""

    def document_frequency(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many passages hold each of the stems, of those that any holds; and how many passages there are."""

    def holds(self, word: str) -> bool:
        """Whether a word stands anywhere."""

    def count(self, expression: str, limit: int) -> int:
        """How many passages an expression finds, counted up to a limit."""


def telling(text: str) -> list[str]:
    """The distinct words of a text in their order, but for those that tell nothing."""
    return [word for word in words_of(text) if word not in STOPWORDS]


@dataclass(frozen=True, slots=True)
class Question:
    """`words` are searched for, runs of words among them; `stems` are what they tell, each once, in order; `weights` are the
    stems' shares of the whole, by idf.

    `leading` are those of the words that passages are found by; the others, which many hold, count where one of these stands.
    `known` are the stems that stand in some document. `overview` tells that the question is about the documents as such,
    `foreign` that most of its words, common ones too, stand in none, as those of a question in another language. `patterns`
    find forms of the words, `forms` other ways to write some of the stems.
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
    forms: tuple[tuple[re.Pattern[str], bool, tuple[int, ...]], ...] = ()

    @property
    def known_share(self) -> float:
        """The share of its weight in words that stand in some document: little, of a question in another language."""
        return sum(weight for stem, weight in zip(self.stems, self.weights, strict=True) if stem in self.known)

    def find(self, texts: Sequence[str]) -> list[Found]:
        """Where the question's words stand in each text, in any form that has the same stem."""
        seen = [list(_seen(text)) for text in texts]
        matches = [list(self._matches(views)) for views in seen]
        forms = list({form for found in matches for form, _, _ in found})
        numbers = {stem: n for n, stem in enumerate(self.stems)}
        which = {form: numbers.get(stems[0]) for form, stems in zip(forms, self.tokenizer.stems(forms), strict=True) if stems}
        located = ({(n, a, b) for form, a, b in found if (n := which.get(form)) is not None} for found in matches)
        return [
            sorted(found.union(self._written(views)), key=lambda match: (match[1], match[0]))
            for found, views in zip(located, seen, strict=True)
        ]

    def share(self, found: Found) -> float:
        """The share of its weight that the words found have, each counted once."""
        return sum(self.weights[n] for n in {n for n, _, _ in found})

    def places(self, text: str) -> list[Span]:
        """Where they stand in one text, in order, each place once; nowhere for a question about the documents as such."""
        places: list[Span] = []
        for _, start, end in self.find([text])[0] if not self.overview else ():
            first, last = places.pop() if places and start < places[-1][1] else (start, end)
            places.append((first, max(last, end)))
        return places

    def _matches(self, views: Sequence[View]) -> Iterator[tuple[str, int, int]]:
        """What may be a form of one of the words, with its place."""
        for _, small, places in views:
            for pattern in self.patterns:
                for found in pattern.finditer(small):
                    start, end = found.span(1)
                    if end - start > 1 or small[end : end + 1] not in ("+", "#"):
                        yield found[1], places[start], places[end - 1] + 1

    def _written(self, views: Sequence[View]) -> Iterator[tuple[int, int, int]]:
        """Where stems stand that are written otherwise."""
        for typed, small, places in views:
            for pattern, cased, stems in self.forms:
                for found in pattern.finditer(typed if cased else small):
                    start, end = found.span()
                    yield from ((n, places[start], places[end - 1] + 1) for n in stems if end > start)


def _seen(text: str) -> Iterator[View]:
    """A text as people type it, and those of its words that may be written apart or in one."""
    typed, places = plainer(text) if odd(text) else (text, range(len(text)))
    yield typed, folded(typed).replace("_", " "), places
    parts: list[str] = []
    where: list[int] = []
    for joint, spans in otherwise(typed):
        for (start, end), between in zip(spans, [joint] * (len(spans) - 1) + ["\n"], strict=True):
            parts += (typed[start:end], between)
            where += [*places[start:end], *[places[start]] * len(between)]
    if parts:
        made = "".join(parts)
        yield made, folded(made), where


def understand(text: str, catalog: Counted, tokenizer: Tokenizer) -> Question:
    """A question with what the catalog says of its words.

    The weight of a stem is ln(1 + N / (n + 0.5)), for n of N passages that hold it.
    """
    reading = read(text, STOPWORDS)
    if not reading.words and not reading.special:
        reading.add(0, *words_of(text))
    overview = _COLLECTION.issuperset(reading.words) and not reading.special
    of = dict(zip(reading.words, tokenizer.stems(list(reading.words)), strict=True))
    frequency, passages = catalog.document_frequency(list({s for found in of.values() for s in found})[:MOST_STEMS])
    if len(of) > MOST_WORDS:
        rarest = sorted((frequency[found[0]], word) for word, found in of.items() if found and found[0] in frequency)
        few = {word for _, word in rarest[:MOST_WORDS]} or set(list(of)[:MOST_WORDS])
        reading, of = Reading({w: place for w, place in reading.words.items() if w in few}), {w: of[w] for w in of if w in few}
    counts = {word: min((frequency.get(s, 0) for s in found), default=0) for word, found in of.items()}
    forms = _standing(reading, text, counts, catalog, tokenizer) if len(of) < MOST_WORDS else []
    places = {word: len(text) for form, _ in forms for word in form.words} | reading.special | reading.words
    places |= {word: place for word, place in reading.wholes.items() if word in places}
    distinct = list(dict.fromkeys(s for word in sorted(places, key=places.__getitem__) for s in of.get(word, [word])))
    more = Counter[str]()
    for form, count in forms:
        more.update({s: count for word in form.words[: None if form.words[0] in of else 1] for s in of.get(word, [word])})
    shares = {form.words[0]: form.share for form, _ in forms if form.words[0] not in of}
    idf = [shares.get(s, 1.0) * math.log(1 + passages / (frequency.get(s, 0) + more[s] + 0.5)) for s in distinct]
    total = sum(idf) or 1.0
    weights = tuple(w / total for w in idf)
    known = frozenset(stem for stem in distinct if stem in frequency or more[stem])
    foreign = len(known) * 2 < len(distinct) and _unknown(words_of(text)[:MOST_WORDS], catalog)
    groups = [(count, (word,)) for word, count in counts.items() if of[word]] + [(count, form.sought) for form, count in forms]
    sought = dict.fromkeys(run for _, runs in groups for run in runs)
    leading = dict.fromkeys(_leading(groups))
    return Question(
        text,
        tuple(sought),
        tuple(leading),
        tuple(distinct),
        weights,
        known,
        overview,
        foreign,
        tokenizer,
        tuple(patterns(list(of), list(of.values()))),
        tuple(_compiled(forms, of, distinct)),
    )


def _standing(
    reading: Reading, text: str, counts: Mapping[str, int], catalog: Counted, tokenizer: Tokenizer
) -> list[tuple[Form, int]]:
    """Other ways to write what a question says that stand in some passage, with in how many, as far as they are counted."""

    def holds(runs: Sequence[str]) -> bool:
        return catalog.count(any_of(runs), 1) > 0

    forms = list(reading.forms)
    pairs = {one + other: (one, other) for one, other in reading.joined}
    stems = {joined: "".join(found) for joined, found in zip(pairs, tokenizer.stems(list(pairs)), strict=True)}
    known = catalog.document_frequency(list(stems.values()))[0] if stems else {}
    for joined, (one, other) in pairs.items():
        if counts.keys() & {one, other} and stems[joined] in known and len(stems[joined]) - len(one) >= min(3, len(other)):
            forms.append(Form(tuple(w for w in (one, other) if w in counts), (joined,), START + joined + END))
    own = [word for word in counts if word.isalpha() and not unspaced(word) and not compounding([word])]
    forms += filter(None, map(irregular, counts))
    asked = compounding(words_of(text))
    for word in (w for w in own if SHORTEST < len(w) < LONGEST):
        parted = in_two(word, holds) if counts[word] < RARE else None
        if parted:
            forms.append(parted)
        elif asked or not counts[word]:
            forms += forms_of(word, holds, known=counts[word] > 0)
    runs = [(form, form.sought + form.known) for form in forms]
    counted = ((form, catalog.count(any_of(sought), MOST_COUNTED) if sought else 0) for form, sought in runs)
    return [(form, count) for form, count in counted if count or not form.sought]


def _compiled(
    forms: Iterable[tuple[Form, int]], of: Mapping[str, Sequence[str]], stems: Sequence[str]
) -> Iterator[tuple[re.Pattern[str], bool, tuple[int, ...]]]:
    numbers = {stem: n for n, stem in enumerate(stems)}
    for form, _ in forms:
        told = tuple(numbers[s] for word in form.words for s in of.get(word, [word]))
        yield re.compile(form.pattern), form.cased, told


def _leading(groups: Sequence[tuple[int, Sequence[str]]]) -> Iterator[str]:
    """The rarest of the words that stand anywhere, and as many more as there is room for."""
    total = 0
    for count, runs in sorted(groups, key=lambda group: group[0]):
        if total and total + count > MOST_LED:
            return
        total += count
        yield from runs


def _unknown(words: Sequence[str], catalog: Counted) -> bool:
    """Whether most of the words stand in no document."""
    return len(words) > 1 and sum(catalog.holds(word) for word in words) * 2 < len(words)


def patterns(words: Sequence[str], stems: Sequence[Sequence[str]]) -> Iterator[re.Pattern[str]]:
    """What a form of a word begins with, for words between spaces; the pairs of characters, for other scripts."""
    starts = {_common_start(folded(word), stem) for word, found in zip(words, stems, strict=True) for stem in found}
    spaced = [start for start in starts if start and not unspaced(start)]
    for letters, some in ((_SPACED, filter(str.isascii, spaced)), (LETTER, (s for s in spaced if not s.isascii()))):
        if of_them := "|".join(map(re.escape, some)):
            yield re.compile(rf"(?<![{letters}])((?:{of_them})[{letters}]*)")
    if pairs := "|".join(re.escape(s) for s in starts if unspaced(s)):
        yield re.compile(rf"(?=({pairs}))")


def _common_start(a: str, b: str) -> str:
    return "".join(x for x, _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
