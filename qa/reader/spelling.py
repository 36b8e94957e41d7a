"""Words of a question that are misspelled, read as the documents spell them.

Owns what counts as a slip: a word that stands in no document, is no common English one, and is a letter away from one that does
stand there, or two for a long word (Damerau 1964: one letter too much, too few, another, or two that have changed places).
"""

import re
from collections.abc import Iterator, Sequence

from index.catalog.words import Tokenizer, folded
from index.search.candidates import Found
from qa.check.words import capitalised
from qa.documents.library import Library
from qa.documents.texts import Texts
from qa.reader.network import is_common

SHORTEST, LONG = 5, 9
"""Letters of a word that may be misspelled, and of one that may be so twice."""

MOST_SLIPS, NEAR, PASSAGES = 4, 12, 3
"""Slips that are mended, stems that begin alike and are looked at, and passages in which the word of one is sought."""

ENDING = 2
"""So many letters more may a stem lose that is spelled rightly: "vacation" does, "vaction" does not."""

_WORD = re.compile(rf"(?<![\w’'-])[a-zA-Z]{{{SHORTEST},}}(?![\w’'-])")


Slips = tuple[tuple[str, str], ...]
"""Words as typed and as read."""


def searched(library: Library, queries: Sequence[str], top: int, within: frozenset[str] | None) -> list[tuple[Found, Slips]]:
    """What is found for each query with its slips mended, and the slips; all with one visit to the vectors."""
    asked = [respelled(query, library.catalog, library.tokenizer) for query in queries]
    found = library.search([text for text, _ in asked], top, within)
    return [(one, slips) for one, (_, slips) in zip(found, asked, strict=True)]


def respelled(text: str, catalog: Texts, tokenizer: Tokenizer) -> tuple[str, Slips]:
    """A question with its slips mended, and each as typed and as read."""
    typed = list(dict.fromkeys(_WORD.findall(text)))
    names = {word for _, word in capitalised(text, inside=True)}
    stems = dict(zip(typed, tokenizer.stems(typed), strict=True))
    known, _ = catalog.document_frequency([stem for found in stems.values() for stem in found])
    strange = [word for word in typed if not known.keys() & set(stems[word]) and not is_common(word)]
    read = [(word, other) for word in strange[:MOST_SLIPS] if (other := _alike(word, catalog, tokenizer, word in names))]
    if 2 * (len(strange) - len(read)) > len(typed):
        return text, ()  # another language
    for word, other in read:
        text = re.sub(rf"(?<![\w’'-]){word}(?![\w’'-])", other, text)
    return text, tuple(read)


def read_as(typed: str, other: str) -> str:
    """What is said of a slip."""
    return f"Read “{typed}” as “{other}”."


def _alike(word: str, catalog: Texts, tokenizer: Tokenizer, name: bool) -> str:
    """The word of the documents that is meant, "" where none is near enough; for a name one that is written as such."""
    small, most = folded(word), 2 if len(word) >= LONG else 1
    least = min(map(len, tokenizer.stems([word])[0]), default=0) - most - ENDING
    stems = [stem for stem in catalog.terms(small[:2]) if least <= len(stem) <= len(word) + most]
    near = sorted(stems, key=lambda stem: (_distance(small[: len(stem)], stem, len(word)), -len(stem)))[:NEAR]
    written = {form for stem in near for form in _forms(stem, catalog, tokenizer)}
    forms = {form for form in written if form[0].isupper()} if name else {folded(form) for form in written}
    distance, form = min(((_distance(small, folded(form), most), form) for form in forms), default=(most + 1, ""))
    return form if distance <= most else ""


def _forms(stem: str, catalog: Texts, tokenizer: Tokenizer) -> Iterator[str]:
    """How some passages spell the words of a stem."""
    rows = catalog.rows([id_ for id_, _ in catalog.match(f'"{stem}"', PASSAGES)])
    words = list({w for row in rows for w in re.findall(r"[^\W\d_]+", row.text) if folded(w)[:2] == stem[:2]})
    return (word for word, found in zip(words, tokenizer.stems(words), strict=True) if found == [stem])


def _distance(one: str, other: str, most: int) -> int:
    """Letters to change, add, leave out or swap; some number above `most` where it is more than that."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        last, before, row = before, row, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
    return row[-1]
