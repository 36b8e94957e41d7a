"""Finding passages: words (FTS5's BM25) and meaning (vectors) scored together, then a second look at single sentences.

Owns the ranking; writes nothing. The catalog is the truth: a vector without a passage is invisible, and a passage without a
vector is found by its words.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.catalog import Catalog, Row
from index.embed import Embedder
from index.errors import Failure
from index.passage import Hit, Place
from index.terms import Tokenizer, any_of, words_of
from index.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np

CANDIDATES = 100
"""Passages taken from each of words and vectors before they are scored together."""

MOST_WORDS = 64
"""Of a longer question the rarest words are searched."""

EXACT_BELOW = 5000
"""Where a filter leaves at most so many texts, the vector store is asked about just these."""

SENTENCE_WEIGHT = 0.5
"""What the best sentence's share of the question's words counts beside BM25's 1.0 (tried on half of SQuAD's questions)."""

STOPWORDS = frozenset(
    """a about after all also am an and any are as at be been before being but by can could d did do does doing each for from
    had has have having he her here hers him his how i if in into is it its itself just ll m me more most my no nor not of off
    on once only or other our ours out over own please re s same say says said she should so some such t tell than that the
    their theirs them then there these they this those through to too under until up ve very was we were what when where which
    while who whom whose why will with would you your yours""".split()
)
"""English words that tell nothing of what a question is about."""


@dataclass(frozen=True, slots=True)
class Index:
    """What a search needs; `embedder` None means words alone. `collection` is where the index's vectors are."""

    catalog: Catalog
    vectors: Vectors
    embedder: Embedder | None
    tokenizer: Tokenizer = field(default_factory=Tokenizer)


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one query, best first.

    `similarity` is the best cosine among the vectors, 0.0 without vectors; `failure` is why they had no part in it.
    """

    hits: list[Hit]
    similarity: float = 0.0
    failure: Failure | None = None


def search(index: Index, query: str, top: int, within: frozenset[str] | None = None) -> Found:
    """The best `top` passages for a query, among the sources `within` only where they are given."""
    return search_all(index, [query], top, within)[0]


def search_all(index: Index, queries: Sequence[str], top: int, within: frozenset[str] | None = None) -> list[Found]:
    """As `search`, for several queries with one visit to the vector store."""
    scope = None if within is None else _Scope(within, index.catalog)
    near, failure = _near(index, queries, top, scope)
    return [
        Found(_ranked(index, query, by_vector, top, scope), max(by_vector.values(), default=0.0), failure)
        for query, by_vector in zip(queries, near, strict=True)
    ]


class _Scope:
    """The sources that a search is limited to, with their documents (which other sources may share)."""

    def __init__(self, sources: frozenset[str], catalog: Catalog) -> None:
        self.sources = sources
        self.documents = frozenset(d for path, d in catalog.document_ids().items() if path in sources)


def _near(
    index: Index, queries: Sequence[str], top: int, scope: _Scope | None
) -> tuple[list[dict[str, float]], Failure | None]:
    """For each query the cosine similarities of the nearest texts, by hash; empty, with the reason, where that fails."""
    nothing: list[dict[str, float]] = [{} for _ in queries]
    collection = index.catalog.meta("collection")
    if index.embedder is None or not collection:
        return nothing, None
    count, ids = max(CANDIDATES, top) + index.catalog.old_vector_count(), None
    if scope is not None:
        ids = index.catalog.hashes_in(scope.documents, EXACT_BELOW + 1)
        if len(ids) > EXACT_BELOW:
            count, ids = 5 * count, None
    try:
        found = index.vectors.query(collection, _embedded(index.embedder, queries), count, ids)
    except Failure as failure:
        return nothing, failure
    return [dict(pairs) for pairs in found], None


def _embedded(embedder: Embedder, queries: Sequence[str]) -> "np.ndarray":
    import numpy as np

    return np.stack([embedder.query(query) for query in queries])


def _ranked(index: Index, query: str, near: Mapping[str, float], top: int, scope: _Scope | None) -> list[Hit]:
    """Candidates of both kinds scored together; more are fetched while texts that stand in many places crowd the list."""
    terms = content_words(query)
    limit = max(CANDIDATES, top)
    allowed = None if scope is None else scope.documents
    while True:
        matched = dict(index.catalog.match(any_of(_rarest(index, terms)), limit, allowed)) if terms else {}
        rows = _candidates(index, matched, near, allowed)
        groups = _by_text(rows)
        if len(groups) >= top or len(matched) < limit:
            break
        limit *= 8
    scores = _scores(index, query, groups, matched, near)
    best = sorted(groups, key=lambda text: (-scores[text], groups[text][0].id))[:top]
    return _hits(index.catalog, [(groups[text], scores[text]) for text in best], scope)


def _candidates(
    index: Index, matched: Mapping[int, float], near: Mapping[str, float], allowed: frozenset[int] | None
) -> list[Row]:
    by_words = index.catalog.rows(list(matched))
    by_vector = index.catalog.rows_of_hashes(list(near))
    rows = {row.id: row for row in (*by_words, *by_vector) if allowed is None or row.document_id in allowed}
    return list(rows.values())


def _by_text(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Passages of identical text are one."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.hash].append(row)
    return groups


def _scores(
    index: Index, query: str, groups: Mapping[str, list[Row]], matched: Mapping[int, float], near: Mapping[str, float]
) -> dict[str, float]:
    """A score from 0 to 1 by text: words, vectors and the best sentence, each as a share of its own best."""
    words = {text: max(matched.get(row.id, 0.0) for row in rows) for text, rows in groups.items()}
    sentences = coverage(index, query, {text: rows[0] for text, rows in groups.items()})
    weight = index.embedder.weight if index.embedder and near else 0.0
    best_word, best_vector = max(words.values(), default=0.0) or 1.0, max(near.values(), default=0.0) or 1.0
    whole = 1.0 + weight + SENTENCE_WEIGHT
    return {
        text: (
            words[text] / best_word + weight * max(near.get(text, 0.0), 0.0) / best_vector + SENTENCE_WEIGHT * sentences[text]
        )
        / whole
        for text in groups
    }


def coverage(index: Index, query: str, rows: Mapping[str, Row]) -> dict[str, float]:
    """For each passage the largest share of the question's idf weight that one of its sentences covers."""
    idf = inverse_frequencies(index, query)
    total = sum(idf.values()) or 1.0
    spans = [(key, row.text[a - row.start : b - row.start]) for key, row in rows.items() for a, b in row.sentences]
    shares = dict.fromkeys(rows, 0.0)
    for (key, _), stems in zip(spans, index.tokenizer.stems([text for _, text in spans]), strict=True):
        shares[key] = max(shares[key], sum(idf.get(stem, 0.0) for stem in set(stems)) / total)
    return shares


def content_words(query: str) -> list[str]:
    """The words of a question that a document may hold; all of them if it has no other."""
    words = words_of(query)
    return [w for w in words if w not in STOPWORDS] or words


def inverse_frequencies(index: Index, query: str) -> dict[str, float]:
    """The weight of each stem of a question: ln(1 + N / (n + 0.5)) for n of N passages that hold it."""
    stems = list(dict.fromkeys(index.tokenizer.stems([" ".join(content_words(query))])[0]))[:1000]
    found, passages = index.catalog.document_frequency(stems)
    return {stem: math.log(1 + passages / (found.get(stem, 0) + 0.5)) for stem in stems}


def _rarest(index: Index, words: Sequence[str]) -> Sequence[str]:
    if len(words) <= MOST_WORDS:
        return words
    stems = index.tokenizer.stems(list(words))
    frequency, _ = index.catalog.document_frequency([s[0] for s in stems if s][:30_000])
    known = [(frequency[s[0]], w) for w, s in zip(words, stems, strict=True) if s and s[0] in frequency]
    return [w for _, w in sorted(known)[:MOST_WORDS]] or words[:MOST_WORDS]


def _hits(catalog: Catalog, best: Sequence[tuple[list[Row], float]], scope: _Scope | None) -> list[Hit]:
    """Rows with their places; a passage whose last source has just gone is no hit."""
    paths = catalog.places([row for rows, _ in best for row in rows])
    hits = []
    for rows, score in best:
        places = [
            (row, path) for row in rows for path in paths.get(row.document_id, ()) if scope is None or path in scope.sources
        ]
        if places:
            places.sort(key=lambda p: (p[1], p[0].start))
            row, path = places[0]
            also = tuple(Place(other, r.start, r.end, r.line) for r, other in places[1:])
            place = Place(path, row.start, row.end, row.line)
            hits.append(Hit(place, row.title, row.heading, row.text, row.sentences, round(score, 4), also))
    return hits
