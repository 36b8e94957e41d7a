"""Documents that a found document names: the second step of a question such as "where was the director of Blood Street born?".

Owns how names are found in a text. A name is a document's title or its file's name; it is followed from a document that the
question names, and from no other, so that an ordinary question has no links. Measured on two-hop questions over 6,119 files:
all of the evidence is among the first eight hits for 37 % of them without links, for 80 % with; other sets do not change.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from index.catalog.catalog import Catalog
from index.catalog.rows import Row
from index.catalog.words import folded_name, stem
from index.search.question import Question

LONGEST_NAME = 8
"""Words."""

_WORD = re.compile(r"[^\W_]+")


def links(catalog: Catalog, question: Question, found: Iterable[tuple[Row, Iterable[str]]]) -> dict[int, int]:
    """For documents that are named in rows whose own document the question names: the row's id, by document id.

    `found` are rows with the paths of their sources, the best first.
    """
    asked = f" {folded_name(question.text)} "
    named: dict[str, Row] = {}
    for row, paths in found:
        own = {folded_name(name) for name in (row.title, *map(stem, paths))} - {""}
        if any(f" {name} " in asked for name in own):
            named = {name: row for name in names(row.text) if name not in own} | named
    return _targets(catalog.named(named), named)


def _targets(documents: Mapping[str, list[int]], named: Mapping[str, Row]) -> dict[int, int]:
    targets: dict[int, int] = {}
    for name, row in named.items():
        for document_id in documents.get(name, ()):
            if document_id != row.document_id:
                targets.setdefault(document_id, row.id)
    return targets


def names(text: str) -> Iterator[str]:
    """All runs of words of a line that may be a name, folded: those that begin with a capital, or with no small letter."""
    for line in text.split("\n"):
        words = _WORD.findall(line)
        parts = folded_name(line).split(" ")
        for i, word in enumerate(words):
            if not word[0].islower():
                yield from (" ".join(parts[i:end]) for end in range(i + 1, min(i + LONGEST_NAME, len(parts)) + 1))
