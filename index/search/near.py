"""The texts nearest to a question by meaning: asked for beside all else, of the embedder and the vector store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from index.catalog.catalog import Catalog
from index.catalog.words import Tokenizer
from index.embed.embedder import Embedder, likeness
from index.errors import DamagedIndex, Failure
from index.process.machine import begun
from index.vectors.protocol import VectorStore

if TYPE_CHECKING:
    import numpy as np

CANDIDATES = 100
"""Passages taken from each of words and vectors before they are scored together."""

EXACT_BELOW = 5000
"""Where a filter leaves at most so many texts, the vector store is asked about just these."""

MOST_CROWDED = 5000
"""No more vectors are asked for where those of others are nearer."""


@dataclass(frozen=True, slots=True)
class Index:
    """What a search needs; `embedder` None means words alone. `collection` is where the index's vectors are."""

    catalog: Catalog
    vectors: VectorStore
    embedder: Embedder | None
    tokenizer: Tokenizer = field(default_factory=Tokenizer)


class Scope:
    """The sources that a search is limited to, with their documents (which other sources may share)."""

    def __init__(self, sources: frozenset[str], catalog: Catalog) -> None:
        self.sources = sources
        self.documents = frozenset(d for path, d in catalog.document_ids().items() if path in sources)


def scope_of(catalog: Catalog, within: frozenset[str] | None) -> Scope | None:
    """The scope of these sources, None for all."""
    return None if within is None else Scope(within, catalog)


Near = tuple["np.ndarray | None", list[dict[str, float]], Failure | None]
"""The queries' vectors, and for each the likeness of the nearest texts, by hash; none, with the reason, where that fails."""


def nearest(index: Index, queries: Sequence[str], top: int, scope: Scope | None) -> Callable[[], Near]:
    """Begin to look for the nearest texts, in a thread: neither a model nor Chroma's core holds Python's lock for long."""
    nothing: list[dict[str, float]] = [{} for _ in queries]
    collection, embedder = index.catalog.meta("collection"), index.embedder
    if embedder is None or not collection:
        return lambda: (None, nothing, None)
    count, ids = max(CANDIDATES, top), None
    if scope is not None:
        ids = index.catalog.hashes_in(scope.documents, EXACT_BELOW + 1)
        if len(ids) > EXACT_BELOW:
            count, ids = 5 * count, None
    old = index.catalog.old_vector_count()

    def asked() -> "tuple[np.ndarray, list[list[tuple[str, float]]]]":
        embedded = _embedded(embedder, queries)
        return embedded, index.vectors.query(collection, embedded, count + old, ids)

    def near() -> Near:
        try:
            embedded, first = under_way()
            found = _own(index, embedded, first, count + old, ids) if index.vectors.shared else first
            if not any(found) and not index.vectors.shared and _counts_on_vectors(index.catalog, ids):
                found = index.vectors.query(collection, embedded, count + old, ids)  # they may have been stored meanwhile
                if not any(found) and _counts_on_vectors(index.catalog, ids):
                    raise DamagedIndex("The index's vectors are gone.", "Run `qa index` to make them anew.")
        except Failure as failure:
            return None, nothing, failure
        invisible = index.catalog.old_among({key for pairs in found for key, _ in pairs}) if old else set()
        needed = ((pair for pair in pairs if pair[0] not in invisible) for pairs in found)
        return embedded, [{key: likeness(cosine, embedder) for key, cosine in islice(pairs, count)} for pairs in needed], None

    under_way = begun(asked)
    return near


def _own(
    index: Index, vectors: "np.ndarray", found: list[list[tuple[str, float]]], count: int, ids: Sequence[str] | None
) -> list[list[tuple[str, float]]]:
    """Of what a store that others use too has found this index's texts alone: it is asked for more if others crowd it."""
    catalog, collection = index.catalog, index.catalog.meta("collection")
    wanted = count
    while True:
        own = catalog.embedded({key for row in found for key, _ in row})
        mine = [[pair for pair in row if pair[0] in own] for row in found]
        crowded = any(len(row) >= count and len(few) < wanted for row, few in zip(found, mine, strict=True))
        if ids is not None or not crowded or count >= MOST_CROWDED:
            return mine
        everything = catalog.hashes_in(catalog.document_ids().values(), EXACT_BELOW + 1)
        ids, count = (everything, count) if len(everything) <= EXACT_BELOW else (None, 8 * count)
        found = index.vectors.query(collection, vectors, count, ids)


def _counts_on_vectors(catalog: Catalog, ids: Sequence[str] | None) -> bool:
    """Whether the vectors of any of these texts, or of any at all, should be stored."""
    if ids is not None:
        return bool(catalog.embedded(ids))
    counts = catalog.counts()
    return counts.owed < counts.passages


def _embedded(embedder: Embedder, queries: Sequence[str]) -> "np.ndarray":
    import numpy as np

    return np.stack([embedder.query(query) for query in queries])
