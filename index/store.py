"""Writing to an index: vectors first, then one catalog transaction, then the old vectors; so that every source is whole.

Owns that order and the debts (passages whose vector is owed because the embedder or the vector store failed). Knows nothing of
files on disk; to be used by one process at a time (`index/home.py`).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from index.catalog import Catalog, Prepared, text_hash
from index.embed import Embedder
from index.errors import Failure
from index.passage import Piece
from index.vectors import Vectors, VectorStore

if TYPE_CHECKING:
    import numpy as np

STORE_LOCAL, STORE_PAID = 5000, 1000
"""Vectors are stored in groups of this size: a visit to the store costs about the writes since its last save, and what was
paid for should not wait."""

SAVE_SHARE = 0.25
"""In the middle of a long run the store is saved when it has grown by so much."""

PAY_AT_ONCE = 5000
"""Texts of owed vectors are taken from the catalog in groups of this size."""


class Store:
    """A catalog with its vectors, open for one writer. `failure` is the first failure to embed; it ends the embedding.

    `doubtful` says that vectors may be stored that the catalog does not know of, as after a run that was cut off; only then
    are they looked for, since Chroma replays its log for a look. `former` is where vectors may be that were kept there before
    the index moved to a server: they are taken along.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: VectorStore,
        open_embedder: Callable[[], Embedder],
        *,
        doubtful: bool = False,
        former: Vectors | None = None,
    ) -> None:
        self.catalog = catalog
        self.vectors = vectors
        self.doubtful = doubtful or vectors.shared
        self.former = former
        self.failure: Failure | None = None
        self.embedded = 0
        self._visited = False
        self._sketches: dict[str, bytes] = {}
        self._open_embedder = open_embedder

    def put(self, prepared: Sequence[Prepared], *, replace: bool = False) -> None:
        """Store sources; where their passages cannot be embedded, their vectors are owed."""
        pieces = {text_hash(p.text): p.piece for item in prepared for p in item.passages}
        known = self.catalog.embedded(pieces) | self.catalog.old_among(pieces)
        missing = {h: piece for h, piece in pieces.items() if h not in known}
        stored = self._embed(missing)
        with self.catalog.transaction():
            self.catalog.store(prepared, owed=missing.keys() - stored, replace=replace)
            self._paid(stored)

    def settle(self) -> None:
        """Where the vectors are kept elsewhere than before, all are owed there; what that place has is found again."""
        if self.vectors.identity == self.catalog.meta("vectors"):
            return
        self.doubtful = True
        with self.catalog.transaction():
            self.catalog.owe_all()
            self.catalog.remember(vectors=self.vectors.identity, moving="1" if self.catalog.has_sources() else "")

    def remove(self, sources: Iterable[str]) -> None:
        """Forget sources that are gone."""
        with self.catalog.transaction():
            self.catalog.remove(sources)

    def pay(self) -> None:
        """Embed what is owed, as far as the embedder goes."""
        while not self.failure and (owed := self.catalog.owed(PAY_AT_ONCE)):
            stored = self._embed(owed)
            with self.catalog.transaction():
                self._paid(stored)
        if self.catalog.meta("moving") and not self.failure:
            with self.catalog.transaction():
                self.catalog.remember(moving="")

    def sweep(self) -> None:
        """Delete the vectors that no passage needs any more, unless others may, and save the graph if that is due."""
        try:
            if old := self.catalog.old_vectors():
                if not self.vectors.shared:
                    self.vectors.delete(self.catalog.meta("collection"), old)
                with self.catalog.transaction():
                    self.catalog.forget_old_vectors(self.catalog.meta("collection"), old)
            if self.embedded or old:
                self.vectors.save()
            if self._visited and not self.failure:
                self._see()
        except Failure as failure:
            self.failure = self.failure or failure

    def switch(self) -> None:
        """Make another embedder the index's own, once it has embedded every passage; until then the old one serves.

        Raises the failure that stopped it; what was embedded by then stays and is not embedded again.
        """
        embedder = self._open_embedder()
        if embedder.name == self.catalog.meta("embedder"):
            return
        self.doubtful = True  # what an earlier use of this embedder left is used again
        collection = ""
        for pieces in self.catalog.pieces(PAY_AT_ONCE):
            collection = embedder.identity
            stored = self._embed_into(collection, pieces, embedder)
            with self.catalog.transaction():
                self._keep_sketches(collection)
            if self.failure:
                raise self.failure
            assert stored >= pieces.keys()
        with self.catalog.transaction():
            self.catalog.paid_all()
            self.catalog.remember(embedder=embedder.name, collection=collection)

    def forget_vectors(self) -> None:
        """Every vector is owed again: they are lost, or made anew."""
        with self.catalog.transaction():
            self.catalog.owe_all()
            if not self.vectors.shared:  # what is there is used again, and a sketch is made with its vector alone
                self.catalog.forget_sketches()
            self.catalog.remember(collection="")
        self.vectors.clear()

    def reconcile(self) -> None:
        """After a run that was cut off: delete the vectors the catalog does not know, owe those that are not there."""
        collection = self.catalog.meta("collection")
        try:
            live = self.catalog.hashes()
            there = self._there(collection, live) if collection else set()
        except Failure as failure:
            self.failure = self.failure or failure
            return
        self._visited = True
        with self.catalog.transaction():
            self.catalog.owe(live - there)
            self.catalog.paid(live & there)
            self.catalog.add_old_vectors(there - live)

    def _there(self, collection: str, live: set[str]) -> set[str]:
        """The ids that are stored; on a server only of those that are needed."""
        return self.vectors.present(collection, sorted(live)) if self.vectors.shared else self.vectors.ids(collection)

    def prune(self) -> int:
        """Delete the vectors that this catalog does not need, others' too, and those of embedders used no more; how many."""
        collection = self.catalog.meta("collection")
        extra = list(self.vectors.ids(collection) - self.catalog.hashes()) if collection else []
        self.vectors.delete(collection, extra)
        if isinstance(self.vectors, Vectors) and collection:
            self.vectors.drop_others(collection)
            with self.catalog.transaction():
                self.catalog.forget_sketches_but(collection)
        if extra:
            self._see()
        return len(extra)

    def _see(self) -> None:
        """Remember how the vectors stand, so that a later run tells whether somebody else has touched them."""
        seen = self.vectors.seen(self.catalog.meta("collection"))
        if seen != self.catalog.meta("seen"):
            with self.catalog.transaction():
                self.catalog.remember(seen=seen)

    def _paid(self, hashes: set[str]) -> None:
        """These vectors are stored now. In a transaction."""
        self.catalog.paid(hashes)
        self._keep_sketches(self.catalog.meta("collection"))

    def _keep_sketches(self, collection: str) -> None:
        self.catalog.keep_sketches(collection, self._sketches)
        self._sketches.clear()

    def _embed(self, pieces: dict[str, Piece]) -> set[str]:
        """Embed with the index's embedder what is not stored; the hashes of what is stored now."""
        if not pieces or self.failure:
            return set()
        try:
            embedder = self._open_embedder()
            return self._embed_into(self._collection(embedder), pieces, embedder)
        except Failure as failure:
            self.failure = failure
            return set()

    def _collection(self, embedder: Embedder) -> str:
        """The index's collection; vectors of another revision of the embedder are no use, so all are owed anew."""
        collection = embedder.identity
        if self.catalog.meta("collection") != collection:
            with self.catalog.transaction():
                self.catalog.owe_all()
                self.catalog.remember(embedder=embedder.name, collection=collection)
        return collection

    def _embed_into(self, collection: str, pieces: dict[str, Piece], embedder: Embedder) -> set[str]:
        """Embed and store texts in groups; a failure is kept, and what was embedded before it is stored.

        The sketches are left for the transaction that marks the vectors as stored.
        """
        self._visited = True
        done: set[str] = set()
        ready: list[str] = []
        rows: list[np.ndarray] = []

        def flush() -> None:
            if ready:
                self.vectors.add(collection, ready, _stacked(rows))
                self.vectors.save(SAVE_SHARE)
                done.update(ready)
                ready.clear()
                rows.clear()

        try:
            if self.doubtful:
                done |= self.vectors.present(collection, list(pieces))
            if self.former and self.catalog.meta("moving"):
                done |= self._taken_along(collection, [h for h in pieces if h not in done])
            keys = [h for h in pieces if h not in done]
            try:
                for indices, vectors, sketches in embedder.batches([pieces[h] for h in keys]):
                    ready += [keys[i] for i in indices]
                    self._sketches.update((keys[i], sketch) for i, sketch in zip(indices, sketches, strict=True) if sketch)
                    rows.append(vectors)
                    self.embedded += len(indices)
                    if len(ready) >= (STORE_LOCAL if embedder.local else STORE_PAID):
                        flush()
            finally:
                flush()
        except Failure as failure:
            self.failure = failure
        return done

    def _taken_along(self, collection: str, keys: list[str]) -> set[str]:
        """Bring vectors from where they were kept before."""
        assert self.former
        taken, rows = self.former.take(collection, keys)
        if rows is not None:
            self.vectors.add(collection, taken, rows)
        return set(taken)


def _stacked(rows: "list[np.ndarray]") -> "np.ndarray":
    import numpy as np

    return np.concatenate(rows)
