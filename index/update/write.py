"""Writing to an index: vectors first, then one catalog transaction, then the old vectors; so that every source is whole.

Owns that order and the debts (passages whose vector is owed because the embedder or the vector store failed). Knows nothing of
files on disk; to be used by one process at a time (`index/home/claim.py`).
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.catalog.rows import Prepared, text_hash
from index.errors import CostReached, Failure
from index.passage import Piece
from index.vectors.embedded import Vectors

if TYPE_CHECKING:
    import numpy as np
from index.update.embedding import Embedding, Embeds

HOLD = 20.0
"""Seconds for which vectors are gathered at most: what a kill can undo, though not of what was paid for."""

HELD = 8
"""Groups of sources that wait to be stored at most where nothing of them is embedded."""

PAY_AT_ONCE = 5000
"""Texts of owed vectors are taken from the catalog in groups of this size."""


@dataclass
class Store(Embeds):
    """A catalog with its vectors, open for one writer."""

    def __post_init__(self) -> None:
        """What is held back."""
        super().__post_init__()
        self._held: list[Group] = []
        self._since = 0.0
        self._first = not self.catalog.has_sources()
        self._gathering = ""
        self._storing: _Storing | None = None

    def begin(self, prepared: Sequence[Prepared], *, replace: bool = False) -> "Group":
        """Have embedded what these sources need; a service begins at once."""
        pieces = {text_hash(p.embedded): p.piece for item in prepared for p in item.passages}
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
        embedder = self.open_embedder()
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
