"""Texts that are being embedded for an index: which must be, what may be paid for, and what has come.

Owns what is under way; where and in which order it is stored stands in `write.py`.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from index.catalog.catalog import Catalog
from index.embed.embedder import Batch, Embedder
from index.errors import CostReached, Failure
from index.passage import Piece
from index.service.budget import Budget
from index.update.spool import Spool
from index.vectors.embedded import Vectors
from index.vectors.protocol import VectorStore

if TYPE_CHECKING:
    import numpy as np

Begun = TypeVar("Begun")


@dataclass(slots=True)
class Embedding:
    """Texts that are being embedded: `keys` are those that the embedder was given, `done` those whose vectors are stored."""

    collection: str
    pieces: Mapping[str, Piece]
    file: str
    keys: list[str] = field(default_factory=list)
    done: set[str] = field(default_factory=set)
    batches: Iterable[Batch] = ()


@dataclass
class Embeds:
    """A catalog with its vectors, open for one writer. `failure` is the first failure to embed; it ends the embedding.

    `doubtful` says that vectors may be stored that the catalog does not know of, as after a run that was cut off; only then
    are they looked for, since Chroma replays its log for a look. `former` is where vectors may be that were kept there before
    the index moved to a server: they are taken along. `budget` says what embedding may cost, `told` is given the number of
    passages embedded, `spool` keeps what was paid for until it is stored.
    """

    catalog: Catalog
    vectors: VectorStore
    open_embedder: Callable[[], Embedder]
    spool: Spool
    doubtful: bool = field(default=False, kw_only=True)
    former: Vectors | None = field(default=None, kw_only=True)
    budget: Budget | None = field(default=None, kw_only=True)
    failure: Failure | None = field(default=None, init=False)
    embedded: int = field(default=0, init=False)
    told: Callable[[int], None] = field(default_factory=lambda: lambda embedded: None, init=False)

    def __post_init__(self) -> None:
        """What is under way."""
        self.doubtful = self.doubtful or self.vectors.shared
        self._as_left: bool | None = None
        self._left = self.spool.left()
        self._remote = False
        self._under_way: set[str] = set()
        self._ready: list[str] = []
        self._rows: list[np.ndarray] = []
        self._sketches: dict[str, bytes] = {}

    def _end(self) -> None:
        """Wait for what is being stored."""
        raise NotImplementedError

    def ahead(self, begun: Iterable[Begun]) -> Iterator[Begun]:
        """Each of what was begun, to be finished: with a service when the next one has been begun, so that it is never idle."""
        waiting: deque[Begun] = deque()
        for item in begun:
            waiting.append(item)
            while len(waiting) > (1 if self._remote else 0):
                yield waiting.popleft()
        yield from waiting

    def _missing(self, pieces: Mapping[str, Piece]) -> dict[str, Piece]:
        """Those of the texts whose vectors are not stored."""
        known = self.catalog.embedded(pieces) | self.catalog.old_among(pieces)
        return {h: piece for h, piece in pieces.items() if h not in known}

    def _begin(self, pieces: Mapping[str, Piece]) -> "Embedding | None":
        """Begin to embed texts with the index's embedder, unless it has failed."""
        if not pieces or self.failure:
            return None
        try:
            embedder = self.open_embedder()
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
