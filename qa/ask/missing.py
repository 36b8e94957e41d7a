"""What a question hangs on and no document mentions: its names and numbers, with forms and spelling forgiven.

Owns which words those are. A common word that stands nowhere proves nothing, as documents have their own words for it.
"""

import re
from collections.abc import Iterator, Sequence

from index.catalog.words import any_of, folded, words_of
from index.letters.language import language_of, latin
from index.passage import Hit
from index.search.candidates import Found
from index.search.question import STOPWORDS, Question
from qa.check.words import TITLES, WHETHER, capitalised
from qa.documents.texts import Texts
from qa.quote.several import DATES, YEAR, covered, marked, others
from qa.reader.network import is_common

FAR = 0.3
"""Below this cosine of the nearest text, and with no word of the question in any document, nothing is claimed to be close."""

_DATES = {*DATES, *"english spanish french german".split()}
"""Written otherwise in documents, or about their language."""

_NUMBER = re.compile(r"(?<![\w.,:/-])\d{3,6}(?![\w,:/-]|\.\d)")

_NAME = re.compile(r"(?<![\w.@’'-])(?=([A-Z][^\W\d_]+) ([A-Z][^\W\d_]+)(?![\w@]))")
"""A person's name, of two words."""

_SMALL = re.compile(r"(?<![\w’'-])[a-z]{4,}(?![\w’'-])")

COMMON = 15_000
"""A word that is not among so many of the most frequent ones is rare: "tesla" is."""

MOST_PASSAGES = 30
"""So many passages with a word of a name tell what it stands with."""

MOST_MARKED = 300
"""Where more passages have the word, it is not looked for which of several they tell of."""

_CODE = re.compile(r"\b(?=[A-Z-]*\d)(?=\d*-?[A-Z])[A-Z\d][A-Z\d-]{1,11}\b")


def nothing_near(found: Found) -> bool:
    """Whether no word of the question stands in any document and no vector is near either."""
    far = not found.question.known and found.similarity < FAR
    return not found.hits or (far and not found.question.overview)


def missing(found: Found, catalog: Texts) -> tuple[str, ...]:
    """The names and numbers of a question that stand in no document, as it has them, each once.

    None for a question in German, whose nouns are capitalised, or in another language than the passages found.
    """
    question = found.question
    if not _of_one_language(found) or language_of(question.text) == "de":
        return ()
    names = folded("\n".join(f"{hit.place.source}\n{hit.title}" for hit in found.hits))
    hinges = dict.fromkeys(word for word in _hinges(question.text) if folded(word) not in names)
    gone = tuple(word for word in hinges if not _stands(word, question, catalog))
    pairs = dict.fromkeys(found.groups() for found in _NAME.finditer(question.text))
    gone = gone or tuple(f"{first} {last}" for first, last in pairs if _of_two(first, last, catalog))
    return gone or tuple(f"{noun} {mark}" for noun, mark in _marked(question.text) if _is_left_out(noun, mark, catalog))


def rare(found: Found, catalog: Texts) -> tuple[str, ...]:
    """The rare words of an English question that stand in no document: a reason why nothing answers, and no proof of it."""
    if not _of_one_language(found) or language_of(found.question.text) not in ("en", ""):
        return ()
    words = [word for word in dict.fromkeys(_SMALL.findall(found.question.text)) if not is_common(word, COMMON)]
    return tuple(word for word in words if not _stands(word, found.question, catalog))


def _of_one_language(found: Found) -> bool:
    """Whether a question is in the language of the passages found, as far as can be told, and about what they say."""
    question, language = found.question, language_of(found.question.text)
    there = [hit.text for hit in found.hits[:3]]
    other = bool(language) and any(language_of(text) not in (language, "") for text in there)
    other = other or (any(map(str.isalpha, question.text)) and latin(question.text) != latin(" ".join(there)))
    return not question.overview and not other


def other_years(question: str, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The years of a question that stand in none of these passages, nor in the names of their documents, nor in a span."""
    there = "\n".join(text for hit in hits for text in (hit.text, hit.heading, hit.title, hit.place.source))
    return tuple(year for year in dict.fromkeys(YEAR.findall(question)) if not covered(year, there))


def _hinges(text: str) -> Iterator[str]:
    """Capitalised words inside the question, numbers and codes such as E23; no abbreviation, which documents may spell out."""
    for _, word in capitalised(text, inside=True):
        if not word.isupper() and folded(word) not in _DATES and folded(word) not in STOPWORDS:
            yield word
    yield from _NUMBER.findall(text)
    yield from _CODE.findall(text)


def _stands(word: str, question: Question, catalog: Texts) -> bool:
    """Whether a word or a form of it stands in some document."""
    stems = question.tokenizer.stems(words_of(word))
    known = {stem for found in stems for stem in found}
    return not known or bool(catalog.document_frequency(list(known))[0])


def _marked(text: str) -> Iterator[tuple[str, str]]:
    """What a question asks of one of several; not whether, which "children from 6 to 12" tells of age 7 too."""
    if not re.match(rf"\W*{WHETHER}", text, re.IGNORECASE):
        yield from marked(text)


def _is_left_out(noun: str, mark: str, catalog: Texts) -> bool:
    """Whether the documents tell of others by their marks, as of flat 15 and flat 16, and neither of this one nor of a span."""
    texts = _passages(any_of([noun]), catalog, MOST_MARKED)
    if len(texts) == MOST_MARKED:
        return False
    told = others(noun, mark, "\n".join(texts))
    alone = "." in mark and catalog.match(any_of([mark]), 1)  # a version under another name
    return len(told) > 1 and not alone


def _of_two(first: str, last: str, catalog: Texts) -> bool:
    """Whether a name is made of two others: its words stand nowhere together, and each with another one as a name."""
    if folded(first) in STOPWORDS | TITLES:
        return False
    one, other, more = rf"\b(?i:{first})\b", rf"\b(?i:{last})\b", r"[^\W\d_a-z][\w.’'-]*"
    together = re.compile(
        rf"{one}(?:\s{more}){{0,2}}\s{other}|{one}(?:,|\sand|\s&)\s{more}\s{other}|(?<![^\W\d_]\s){other},?\s{one}"
    )
    if any(map(together.search, _passages(f"{any_of([first])} AND {any_of([last])}", catalog))):
        return False
    return _named(first, rf"{first} ([A-Z][^\W\d_]+)", catalog) and _named(last, rf"([A-Z][^\W\d_]+) {last}", catalog)


def _named(word: str, name: str, catalog: Texts) -> bool:
    """Whether a word is part of a name, of which neither word is ever written small."""
    texts = _passages(any_of([word]), catalog)
    others = {other for text in texts for other in re.findall(rf"(?<![\w.@/-]){name}(?![\w@/-])", text)}
    named = [other for other in sorted(others) if other.casefold() not in TITLES][:3]
    return not _is_small(word, texts) and any(not _is_small(n, _passages(any_of([n]), catalog)) for n in named)


def _is_small(word: str, texts: Sequence[str]) -> bool:
    """Whether a word stands in small letters in some text, and not in an address."""
    small = re.compile(rf"(?<![\w.@/-]){word.lower()}(?![\w.@/-])")
    return any(map(small.search, texts))


def _passages(expression: str, catalog: Texts, most: int = MOST_PASSAGES) -> list[str]:
    return [row.text for row in catalog.rows([id_ for id_, _ in catalog.match(expression, most)])]
