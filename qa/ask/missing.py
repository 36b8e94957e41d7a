"""What a question hangs on and no document mentions: its names and numbers, with forms and spelling forgiven.

Owns which words those are. A common word that stands nowhere proves nothing, as documents have their own words for it.
"""

import difflib
import re
from collections.abc import Iterator

from index.catalog.words import folded, words_of
from index.search.candidates import Found
from index.search.question import STOPWORDS, Question
from qa.check.words import capitalised, language_of
from qa.documents.texts import Texts

ALIKE = 0.8
"""The least likeness (difflib's ratio) of another spelling of a word."""

_DATES = frozenset(
    """january february march april may june july august september october november december monday tuesday wednesday thursday
    friday saturday sunday english spanish french german""".split()
)
"""Written otherwise in documents, or about their language."""

_NUMBER = re.compile(r"(?<![\w.,:/-])\d{3,6}(?![\w,:/-]|\.\d)")

_CODE = re.compile(r"\b(?=[A-Z-]*\d)(?=\d*-?[A-Z])[A-Z\d][A-Z\d-]{1,11}\b")


def missing(found: Found, catalog: Texts) -> tuple[str, ...]:
    """The names and numbers of a question that stand in no document, as it has them, each once.

    None for a question in German, whose nouns are capitalised, or in another language than the passages found.
    """
    question, language = found.question, language_of(found.question.text)
    other = bool(language) and any(language_of(hit.text) not in (language, "") for hit in found.hits[:3])
    if question.overview or language == "de" or other:
        return ()
    return tuple(dict.fromkeys(word for word in _hinges(question.text) if not _stands(word, question, catalog)))


def _hinges(text: str) -> Iterator[str]:
    """Capitalised words inside the question, numbers and codes such as E23; no abbreviation, which documents may spell out."""
    for _, word in capitalised(text, inside=True):
        if not word.isupper() and folded(word) not in _DATES and folded(word) not in STOPWORDS:
            yield word
    yield from _NUMBER.findall(text)
    yield from _CODE.findall(text)


def _stands(word: str, question: Question, catalog: Texts) -> bool:
    """Whether a word, a form of it or another spelling stands in some document."""
    stems = question.tokenizer.stems(words_of(word))
    known = {stem for found in stems for stem in found}
    if not known or catalog.document_frequency(list(known))[0]:
        return True
    return word.isalpha() and any(difflib.get_close_matches(s, catalog.terms(s[:2]), n=1, cutoff=ALIKE) for s in known)
