"""Writing to an index: vectors first, then one catalog transaction, then the old vectors; so that every source is whole.

Owns that order and the debts (passages whose vector is owed because the embedder or the vector store failed). Knows nothing of
files on disk; to be used by one process at a time (`index/home/claim.py`).
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from index.catalog.catalog import Catalog, Prepared, text_hash
from index.embed.budget import Budget
from index.embed.choice import Batch, Embedder
from index.errors import CostReached, Failure
from index.passage import Piece
from index.update.spool import Spool
from index.vectors.embedded import Vectors, VectorStore

if TYPE_CHECKING:
    import numpy as np

HOLD = 20.0
"""Seconds for which vectors are gathered at most: what a kill can undo, though not of what was paid for."""

HELD = 8
"""Groups of sources that wait to be stored at most where nothing of them is embedded."""

PAY_AT_ONCE = 5000
"""Texts of owed vectors are taken from the catalog in groups of this size."""

Begun = TypeVar("Begun")


class Store:
    """A catalog with its vectors, open for one writer. `failure` is the first failure to embed; it ends the embedding.

    `doubtful` says that vectors may be stored that the catalog does not know of, as after a run that was cut off; only then
    are they looked for, since Chroma replays its log for a look. `former` is where vectors may be that were kept there before
    the index moved to a server: they are taken along. `budget` says what embedding may cost, `told` is given the number of
    passages embedded, `spool` keeps what was paid for until it is stored.
    """

    def __init__(
        self,
        catalog: Catalog,
        vectors: VectorStore,
        open_embedder: Callable[[], Embedder],
        spool: Spool,
        *,
        doubtful: bool = False,
        former: Vectors | None = None,
        budget: Budget | None = None,
        told: Callable[[int], None] = lambda embedded: None,
    ) -> None:
        self.catalog = catalog
        self.vectors = vectors
        self.doubtful = doubtful or vectors.shared
        self.former = former
        self.failure: Failure | None = None
        self.embedded = 0
        self._as_left: bool | None = None
        self.budget, self.told, self.spool = budget, told, spool
        self._left = spool.left()
        self._remote = False
        self._under_way: set[str] = set()
        self._held: list[Group] = []
        self._since = 0.0
        self._first = not catalog.has_sources()
        self._gathering = ""
        self._ready: list[str] = []
        self._rows: list[np.ndarray] = []
        self._storing: _Storing | None = None
        self._sketches: dict[str, bytes] = {}
        self._open_embedder = open_embedder

    def ahead(self, begun: Iterable[Begun]) -> Iterator[Begun]:
        """Each of what was begun, to be finished: with a service when the next one has been begun, so that it is never idle."""
        waiting: deque[Begun] = deque()
        for item in begun:
            waiting.append(item)
            while len(waiting) > (1 if self._remote else 0):
                yield waiting.popleft()
        yield from waiting

    def begin(self, prepared: Sequence[Prepared], *, replace: bool = False) -> "Group":
        """Have embedded what these sources need; a service begins at once."""
        pieces = {text_hash(p.text): p.piece for item in prepared for p in item.passages}
        return Group(prepared, replace, pieces, self._begin(self._missing(pieces)))

    def finish(self, group: "Group") -> None:
        """Have sources stored, at the latest by `flush`; where their passages cannot be embedded, their vectors are owed."""
        if not self._held:
            self._since = time.monotonic()
        if group.embedding:
            self._gathering = group.embedding.collection
            self._collect(group.embedding)
        self._held.append(group)
        if self._first:  # a question may wait for it
            self.flush()
            self._first = False
        elif self._due():
            self._start()

    def _missing(self, pieces: Mapping[str, Piece]) -> dict[str, Piece]:
        """Those of the texts whose vectors are not stored."""
        known = self.catalog.embedded(pieces) | self.catalog.old_among(pieces)
        return {h: piece for h, piece in pieces.items() if h not in known}

    def settle(self) -> None:
        """Where the vectors are kept elsewhere than before, all are owed there; what that place has is found again."""
        if self.vectors.identity == self.catalog.meta("vectors"):
            return
        self.doubtful = self._as_left = True
        with self.catalog.transaction():
            self.catalog.owe_all()
            self.catalog.forget_every_old_vector()
            self.catalog.remember(vectors=self.vectors.identity, moving="1" if self.catalog.has_sources() else "")

    def remove(self, sources: Iterable[str]) -> None:
        """Forget sources that are gone."""
        with self.catalog.transaction():
            self.catalog.remove(sources)

    def drop_unused(self) -> None:
        """Forget the documents that no source holds any more, once every source has been stored."""
        with self.catalog.transaction():
            self.catalog.drop_unused()

    def pay(self) -> None:
        """Embed what is owed, as far as the embedder goes."""
        for embedding in self.ahead(self._begin(owed) for owed in self._owed()):
            self.finish(Group((), False, {}, embedding))
        self.flush()
        if self.catalog.meta("moving") and not self.failure:
            with self.catalog.transaction():
                self.catalog.remember(moving="")

    def _owed(self) -> Iterator[dict[str, Piece]]:
        last = ""
        while not self.failure and (owed := self.catalog.owed(PAY_AT_ONCE, after=last)):
            yield owed
            last = max(owed)

    def sweep(self) -> None:
        """Delete the vectors that no passage needs any more, unless others may or there are few."""
        try:
            if self.catalog.sweep_due(self.catalog.counts().passages, shared=self.vectors.shared):
                old = self.catalog.old_vectors()
                if not self.vectors.shared:
                    self.vectors.delete(self.catalog.meta("collection"), old)
                with self.catalog.transaction():
                    self.catalog.forget_old_vectors(self.catalog.meta("collection"), old)
            if self._as_left and not self.failure:
                self._see()
            if not self.failure:
                self.spool.forget(self.spool.of(self.catalog.meta("collection"), self._left))
        except Failure as failure:
            self.failure = self.failure or failure

    def switch(self) -> None:
        """Make another embedder the index's own, once it has embedded every passage; until then the old one serves.

        Raises the failure that stopped it; what was embedded by then stays and is not embedded again.
        """
        embedder = self._open_embedder()
        if embedder.name == self.catalog.meta("embedder"):
            return
        embedder.like("")
        self.doubtful = self._as_left = True  # what an earlier use of this embedder left is used again
        collection = ""
        for embedding in self.ahead(self._begin_with(embedder, pieces) for pieces in self.catalog.pieces(PAY_AT_ONCE)):
            collection = embedder.identity
            self.finish(Group((), False, {}, embedding))
            if self.failure:
                break
        self.flush()
        if isinstance(self.failure, CostReached) and self.budget:
            raise self.budget.reached(self.catalog.texts(owed=False), self.budget.spent)
        if self.failure:
            raise self.failure
        with self.catalog.transaction():
            self.catalog.paid_all()
            self.catalog.forget_every_old_vector()  # of the other collection
            self.catalog.remember(embedder=embedder.name, collection=collection)

    def forget_vectors(self) -> None:
        """Every vector is owed again: they are lost, or made anew."""
        self.vectors.clear()  # first: a run that is cut off here finds them lost, and goes on
        with self.catalog.transaction():
            self.catalog.owe_all()
            if not self.vectors.shared:  # what is there is used again, and a sketch is made with its vector alone
                self.catalog.forget_sketches()
            self.catalog.forget_every_old_vector()
            self.catalog.remember(collection="")

    def reconcile(self) -> bool:
        """After a run that was cut off: delete the vectors the catalog does not know, owe those that are not there."""
        collection = self.catalog.meta("collection")
        try:
            live = self.catalog.hashes()
            there = self._there(collection, live) if collection else set()
        except Failure as failure:
            self.failure = self.failure or failure
            return False
        self._as_left = True
        with self.catalog.transaction():
            self.catalog.owe(live - there)
            self.catalog.paid(live & there)
            self.catalog.set_old_vectors(there - live)
        if isinstance(self.vectors, Vectors):
            self.vectors.tidy()
        return True

    def _there(self, collection: str, live: set[str]) -> set[str]:
        """The ids that are stored; on a server only of those that are needed."""
        return self.vectors.present(collection, sorted(live)) if self.vectors.shared else self.vectors.ids(collection)

    def prune(self) -> int:
        """Delete the vectors that this catalog does not need, others' too, and those of embedders used no more; how many."""
        collection = self.catalog.meta("collection")
        extra = list(self.vectors.ids(collection) - self.catalog.hashes()) if collection else []
        self.vectors.delete(collection, extra)
        with self.catalog.transaction():
            self.catalog.forget_old_vectors(collection, extra)
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

    def _begin(self, pieces: Mapping[str, Piece]) -> "Embedding | None":
        """Begin to embed texts with the index's embedder, unless it has failed."""
        if not pieces or self.failure:
            return None
        try:
            embedder = self._open_embedder()
            embedder.like(self.catalog.meta("collection"))
            if self._may_begin(embedder, pieces):
                self._collection(embedder)
                return self._begin_with(embedder, pieces)
        except Failure as failure:
            self.failure = self.failure or failure
        return None

    def _may_begin(self, embedder: Embedder, pieces: Mapping[str, Piece]) -> bool:
        """Whether something may be paid for, or has been: else the index would change its embedder for nothing."""
        first = dict([next(iter(pieces.items()))])
        if embedder.local or self.budget is None or self.budget.granted(embedder.name, first, look=True):
            return True
        if self.catalog.meta("collection") == embedder.identity or self.spool.of(embedder.identity, self._left):
            return True
        self.failure = CostReached("")
        return False

    def _collection(self, embedder: Embedder) -> None:
        """Make its collection the index's; vectors of another revision of the embedder are no use, so all are owed anew."""
        collection = embedder.identity
        if (former := self.catalog.meta("collection")) != collection:
            self._as_left, self.doubtful = True, self.doubtful or bool(former)  # what an earlier use of it left is used again
            with self.catalog.transaction():
                self.catalog.owe_all()
                self.catalog.forget_every_old_vector()
                self.catalog.remember(embedder=embedder.name, collection=collection)
        elif self._as_left is None:
            self._as_left = not self.vectors.touched(collection, self.catalog.meta("seen"))

    def _begin_with(self, embedder: Embedder, pieces: Mapping[str, Piece]) -> "Embedding":
        """Begin to embed the texts that are stored nowhere and are not under way; a service is asked for them at once."""
        self._remote = not embedder.local
        embedding = Embedding(embedder.identity, pieces, self.spool.new())
        try:
            new = [h for h in pieces if h not in self._under_way]
            embedding.done |= self._found(embedding.collection, new)
            wanted = {h: pieces[h] for h in new if h not in embedding.done}
            embedding.keys = list(self._granted(embedder, wanted))
            self._under_way.update(embedding.keys)
            arrived = partial(self._keep, embedding)
            embedding.batches = embedder.batches([pieces[h] for h in embedding.keys], arrived)
        except Failure as failure:
            self.failure = self.failure or failure
        return embedding

    def _found(self, collection: str, keys: Sequence[str]) -> set[str]:
        """Those of the texts whose vectors are stored, or are now: an earlier run has left them somewhere."""
        done = self.vectors.present(collection, list(keys)) if self.doubtful else set()
        if self._left:
            done |= self._stored(collection, *self.spool.take(collection, set(keys) - done))
        if self.former and self.catalog.meta("moving"):
            done |= self._stored(collection, *self.former.take(collection, [h for h in keys if h not in done]))
        return done

    def _stored(self, collection: str, keys: list[str], rows: "np.ndarray | None") -> set[str]:
        """Store vectors that need not be embedded."""
        if rows is not None:
            self._end()
            self.vectors.add(collection, keys, rows)
        return set(keys)

    def _keep(self, embedding: "Embedding", indices: list[int], rows: "np.ndarray") -> None:
        """Keep what was paid for until it is stored; in a thread of the embedder."""
        self.spool.keep(embedding.file, embedding.collection, [embedding.keys[i] for i in indices], rows)

    def _granted(self, embedder: Embedder, pieces: dict[str, Piece]) -> dict[str, Piece]:
        """As many of the texts as may be paid for; where that is not all, a CostReached is the failure."""
        if embedder.local or self.budget is None:
            return pieces
        granted = self.budget.granted(embedder.name, pieces)
        if len(granted) < len(pieces):
            self.failure = self.failure or CostReached("")
        return granted

    def _collect(self, embedding: "Embedding") -> None:
        """Take the vectors of texts as they are ready; a failure is kept, and what was embedded before it is used."""
        try:
            for indices, vectors, sketches in embedding.batches:
                keys = [embedding.keys[i] for i in indices]
                self._sketches.update((key, sketch) for key, sketch in zip(keys, sketches, strict=True) if sketch)
                self._ready += keys
                self._rows.append(vectors)
                self.embedded += len(indices)
                self.told(self.embedded)
        except Failure as failure:
            self.failure = self.failure or failure

    def _due(self) -> bool:
        """Whether what was gathered should be stored now."""
        if not self._rows:
            return len(self._held) >= HELD
        return len(self._ready) >= self.vectors.worth(self._rows[0].shape[1]) or time.monotonic() - self._since > HOLD

    def flush(self) -> None:
        """Store what was gathered, and wait for it."""
        self._start()
        self._end()

    def _start(self) -> None:
        """Begin to store what was gathered, once what was before it is stored."""
        self._end()
        storing = _Storing(self._held, self._ready, lambda: None)
        try:
            if self._rows:
                with self.catalog.transaction():  # a sketch is made with its vector alone: a kill must not part them
                    self.catalog.keep_sketches(self._gathering, self._sketches)
                storing.wait = self.vectors.adding(self._gathering, self._ready, _stacked(self._rows))
        except Failure as failure:
            self.failure, storing.keys = self.failure or failure, []
        self._held, self._ready, self._rows, self._sketches = [], [], [], {}
        self._storing = storing

    def _end(self) -> None:
        """Wait for the vectors; then, in one transaction, the sources with what is owed of them."""
        storing, self._storing = self._storing, None
        if storing is None:
            return
        try:
            storing.wait()
        except Failure as failure:
            self.failure, storing.keys = self.failure or failure, []
        stored = {key for group in storing.held if group.embedding for key in group.embedding.done}.union(storing.keys)
        with self.catalog.transaction():
            for group in storing.held:
                owed = self._missing(group.pieces).keys() - stored
                self.catalog.store(group.prepared, owed=owed, replace=group.replace)
            if self._gathering == self.catalog.meta("collection"):
                self.catalog.paid(stored)
        for group in storing.held:
            self._settled(group.embedding, stored)

    def _settled(self, embedding: "Embedding | None", stored: set[str]) -> None:
        """The vectors are stored and the catalog knows it: what was kept of them until then can go."""
        if embedding is None:
            return
        self._under_way.difference_update(embedding.keys)
        if stored.issuperset(embedding.keys):
            self.spool.forget([embedding.file])


@dataclass(slots=True)
class Embedding:
    """Texts that are being embedded: `keys` are those that the embedder was given, `done` those whose vectors are stored."""

    collection: str
    pieces: Mapping[str, Piece]
    file: str
    keys: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    batches: Iterable[Batch] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """Sources that are to be stored, with what is being embedded of them."""

    prepared: Sequence[Prepared]
    replace: bool
    pieces: Mapping[str, Piece]
    embedding: Embedding | None


@dataclass(slots=True)
class _Storing:
    """Groups whose vectors, those of `keys` among them, are being stored; `wait` ends when they are."""

    held: list[Group]
    keys: list[str]
    wait: Callable[[], None]


def _stacked(rows: "list[np.ndarray]") -> "np.ndarray":
    import numpy as np

    return np.concatenate(rows)
