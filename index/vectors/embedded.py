"""Vectors in an embedded Chroma, two collections an embedder; ids and vectors alone, never a text.

Owns who may be inside Chroma's folder and when, and how its graph is saved. Embedded Chroma is not safe between processes (a
query is a write) and saves its graph in place, which a kill breaks. So every visit is made under an exclusive lock with a
client of its own, and the graph is never saved in the store in use: a few changes go to its log (SQLite), additions to a second
collection, whose graph is small; many are made in a copy of the store, whose graph is then saved with all that it lacked and
which takes its place. Nobody waits for a copy: it is that of the one process that may write the index (`index/home/claim.py`).
A question is put to a view of the store, and so are those that follow it.
"""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from heapq import merge
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import HomeNotWritable
from index.process.machine import in_thread
from index.vectors.apart import Apart, Change, both
from index.vectors.core import Collection, Store, failures
from index.vectors.protocol import WIDE, WIDER, collection_name
from index.vectors.stores import WAIT_TO_WRITE, Pointer, Stores, View, is_own

if TYPE_CHECKING:
    import numpy as np

SAVE_AFTER = 1000
"""Writes that may stand in the log alone: replaying 20,000 takes each visit 2 s, a saved graph 0.05 s."""

SHARE = 0.05
"""Vectors to be stored are gathered until they are so much of the store: to copy and save it costs as much as its size."""

LEAST, MOST_BYTES = 5000, 200_000_000
"""But at least so many, as far as their numbers take no more memory than this."""

WAIT_TO_READ, READ_A_SECOND = 1.0, 300_000
"""Seconds that a question waits for another process, and for as long as that may take to read a graph of so many vectors."""


class Vectors(Stores):
    """The vector store below `folder`; nothing is imported or written before it is used."""

    identity = ""
    shared = False

    def __init__(self, folder: Path, save_after: int = SAVE_AFTER) -> None:
        super().__init__(folder)
        self._save_after = save_after
        self._view: View | None = None
        self._one_reader = threading.Lock()

    def seen(self, collection: str) -> str:
        """Nothing: it is kept beside the store, since each visit changes it."""
        return ""

    def present(self, collection: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids whose vectors are stored."""
        if not self.exists():
            return set()
        with self._visit(WAIT_TO_WRITE) as store:
            return _ids(store, collection, ids)

    def ids(self, collection: str) -> set[str]:
        """Every id of a collection."""
        if not self.exists():
            return set()
        with self._visit(WAIT_TO_WRITE) as store:
            return _ids(store, collection)

    def ids_in_view(self, collection: str) -> set[str]:
        """The same, without a change of any file."""
        if not self.exists():
            return set()
        with self._reading() as store:
            return _ids(store, collection)

    def take(self, collection: str, ids: Sequence[str]) -> "tuple[list[str], np.ndarray | None]":
        """Those of the ids that are stored, and their vectors, float32 (n, d)."""
        import numpy as np

        if not self.exists():
            return [], None
        with self._visit(WAIT_TO_WRITE) as store:
            taken = [found.vectors(ids) for found in _collections(store, collection)]
        stored, rows = [i for found, _ in taken for i in found], [row for _, found in taken for row in found]
        return stored, np.asarray(rows, dtype=np.float32) if stored else None

    def drop_others(self, collection: str) -> None:
        """Forget the collections of embedders that are used no more."""
        if not self.exists():
            return
        with self._visit(WAIT_TO_WRITE) as store:
            for name in store.names():
                if name not in both(collection_name(collection)):
                    store.drop(name)
        with self._lock(WAIT_TO_WRITE):
            self._point(self._vouched(self._state()))  # Chroma has deleted their graphs

    def worth(self, width: int) -> int:
        """A share of what is stored, since all of it is copied for them."""
        size = self._state().size if self.exists() else 0
        return max(LEAST, min(int(SHARE * size), MOST_BYTES // (4 * width)))

    def add(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> None:
        """Store float32 rows of unit length, (n, d), for ids that are not stored yet (`present` tells); repeated ones once.

        It does not look whether they are there: that would make Chroma replay its whole log for each group of writes.
        """
        self.adding(collection, ids, vectors)()

    def adding(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> Callable[[], None]:
        """The same, begun: many are stored by another process, which what is returned waits for."""
        new = {id_: row for row, id_ in enumerate(ids)}
        if not new:
            return lambda: None
        return self._write(Change(collection_name(collection), list(new), vectors[list(new.values())]), added=len(new))

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Forget vectors; ids that are not stored are passed over."""
        if self.exists() and ids:
            self._write(Change(collection_name(collection), list(ids)), deleted=len(ids))()

    def query(
        self, collection: str, vectors: "np.ndarray", limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of (n, d) the nearest ids, at most `limit`, with their cosine similarity, best first.

        With `ids` these alone are compared. Raises IndexBusy where another process is inside for longer than a read takes.
        """
        if not self.exists() or (ids is not None and not ids):
            return [[] for _ in vectors]
        found = []
        with self._reading() as store:
            for part in _collections(store, collection):
                chosen = None if ids is None else sorted(part.ids(ids))  # an absent one fails the query
                if chosen != []:
                    found.append(part.query(vectors, limit if chosen else max(limit, WIDE), chosen))
        rows = zip(*found, strict=True) if found else [()] * len(vectors)
        return [[(i, 1 - distance) for i, distance in islice(merge(*row, key=itemgetter(1)), limit)] for row in rows]

    def read_ahead(self, collection: str) -> None:
        """Read the graphs, unless nothing was ever stored."""
        if self.exists():
            with self._reading() as store:
                for part in _collections(store, collection):
                    part.read()

    def _write(self, change: Change, *, added: int = 0, deleted: int = 0) -> Callable[[], None]:
        """Change the store in use; where its log would grow too long a copy, which takes its place once that is waited for."""
        state = self._state() if self.exists() else None
        unsaved, size = (state.unsaved, state.size) if state else (0, 0)
        after = Pointer("", unsaved + added + deleted, max(0, size + added - deleted))
        if after.unsaved > self._save_after:
            return self._write_copy(change, after.size)
        in_thread(partial(self._write_in_place, change, after))
        return lambda: None

    def _write_in_place(self, change: Change, after: Pointer) -> None:
        if not self.exists():
            with self._lock(WAIT_TO_WRITE):
                self._point(self._vouched(Pointer(self._free_name(), 0, 0)))
        with self._visit(WAIT_TO_WRITE) as store:
            self._sweep()
            self._point(
                replace(self._state(), unsaved=after.unsaved, size=after.size)
            )  # a kill here leaves the count too high, which is harmless
            change.make(store)

    def _write_copy(self, change: Change, size: int) -> Callable[[], None]:
        """Change a copy of the store, and swap it in; whatever fails on the way, the store in use stays as it is."""
        with self._lock(WAIT_TO_WRITE):
            self._sweep()
            copy, known, in_use = self._free_name(), True, ""
            if self.exists():
                in_use, known = self._safe_state().store, self._known()
                self._copy(in_use, copy)
        under_way = Apart(self.folder / copy, change, size)

        def done() -> None:
            try:
                under_way.wait()
            except Exception:
                self._files.drop(copy)
                raise
            with self._lock(WAIT_TO_WRITE):
                self._point(self._vouched(Pointer(copy, 0, size)))
                if known:
                    self._see()
                if in_use:
                    self._files.drop(in_use)

        return done

    def _copy(self, store: str, copy: str) -> None:
        """Copy a store, if Chroma has made it; a link is copied as a link."""

        def left(folder: str, names: list[str]) -> list[str]:
            return [name for name in names if Path(folder).name == store and not is_own(Path(folder, name))]

        try:
            if self._files.holds(store):
                shutil.copytree(self.folder / store, self.folder / copy, symlinks=True, ignore=left)
        except OSError as error:
            self._files.drop(copy)
            raise HomeNotWritable(f"The vectors could not be copied: {error}", "Make room on the disk.").hiding(
                self.folder
            ) from error

    @contextmanager
    def _reading(self) -> Iterator[Store]:
        """A view of the store in use, kept as long as nothing is written; IndexBusy where somebody writes for too long."""
        with self._one_reader:
            if self._view and self._view.written == self._written():
                with failures(self.folder):
                    yield self._view.store
                return
            if self._view:
                self._view.close()
            with self._lock(WAIT_TO_READ + self._state().size / READ_A_SECOND):
                state = self._safe_state()
                self._view = View(self.folder / state.store, self._written(), state.size // WIDER)
                with failures(self.folder):
                    yield self._view.store  # what is read of the graph is read now


def _collections(store: Store, collection: str) -> list[Collection]:
    """Where an embedder's vectors are."""
    return store.collections(both(collection_name(collection)))


def _ids(store: Store, collection: str, among: Sequence[str] | None = None) -> set[str]:
    """All ids of an embedder's vectors, or those of the ids given that are there."""
    return {i for found in _collections(store, collection) for i in found.ids(among)}
