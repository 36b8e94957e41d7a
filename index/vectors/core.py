"""An embedded Chroma store: chromadb's compiled core, called without the Python package around it.

Measured: `import chromadb` takes 0.6 to 1.3 s (every embedding function, OpenTelemetry with gRPC, pydantic) and reads the
environment and `.env`; the core takes 0.02 s. It comes in chromadb's wheel as `chromadb_rust_bindings`, and chromadb's own
client hands each call on to it (chromadb/api/rust.py). It has no documentation of its own; therefore no call but those here,
chromadb below its next minor version, and a test that runs each of them beside chromadb's client, with the lowest version too
(`tests/whole/test_dependencies.py`). Owns these calls and what their errors mean; knows nothing of locks, of saving, or of what
the ids are.
"""

import json
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from index.errors import DamagedIndex, Failure, HomeNotWritable, IndexBusy
from index.process.machine import memory
from index.vectors import log
from index.vectors.log import NEVER, damaged

if TYPE_CHECKING:
    import numpy as np

AT_ONCE = 1000
"""Vectors that are given to the core at most in one call, which nothing can interrupt."""

GRAPHS = 16
"""Graphs that the core keeps open at most: a store has two an embedder."""

HANDLES = 24
"""Files that the core opens for a store with one embedder's vectors, and a few more: it has been seen to open 14."""

MEMORY = 700_000_000
"""Bytes of address space that this process, Chroma's core loaded, takes for the smallest store."""

_TOO_MANY_OPEN = ("The vectors cannot be opened: too many files are open.", "Close some programs, or allow more (`ulimit -n`).")

SOME_ROOM = 1_000_000
"""Bytes that a small store needs at least to be changed."""

WAIT_FOR_LOCK = 60.0
"""Seconds to wait for another connection to a store's SQLite file."""

CALLS = {
    "get_max_batch_size": r"\(\$self\)",
    "list_collections": r"\(\$self, ",
    "create_collection": r"\(\$self, name, configuration_json_str=.* get_or_create=",
    "delete_collection": r"\(\$self, name, tenant, database\)",
    "update_collection": r"\(\$self, collection_id, new_name=.* new_configuration_json_str=",
    "get": r"\(\$self, collection_id, ids=.* limit=.* offset=.* include=",
    "count": r"\(\$self, collection_id, ",
    "add": r"\(\$self, ids, collection_id, embeddings, ",
    "delete": r"\(\$self, collection_id, ids=",
    "query": r"\(\$self, collection_id, ids, query_embeddings, n_results, .* include=",
}
"""The core's calls that are used here, with how each must be called; it says that of itself."""

_PLACE = ("default_tenant", "default_database")
_LOCKED = "database is locked"


class Store:
    """A store that is open; `opened` makes one. Its collections are of use until it is closed."""

    def __init__(self, core: Any) -> None:
        self.core = core
        self.most = int(core.get_max_batch_size())

    def names(self) -> list[str]:
        """Of all collections."""
        return [found.name for found in self.core.list_collections()]

    def collections(self, names: Sequence[str]) -> "list[Collection]":
        """Those that are there; looked up in the list, since the error for a missing one loads all of chromadb."""
        return [Collection(self, found) for found in self.core.list_collections() if found.name in names]

    def make(self, name: str, graph: dict[str, object]) -> "Collection":
        """The collection of that name, made with this graph, which is never saved by itself, if it is not there."""
        made = self.core.create_collection(name, json.dumps({"hnsw": {**graph, "sync_threshold": NEVER}}), get_or_create=True)
        return Collection(self, made)

    def drop(self, name: str) -> None:
        """Delete a collection."""
        self.core.delete_collection(name, *_PLACE)

    def close(self) -> None:
        """Let go of the files: the core does when nothing refers to it."""
        getattr(self.core, "close", bool)()  # chromadb's public client does not let go by itself
        del self.core


class Collection:
    """Ids and vectors; more of them may be given at once than the core takes. `graph` is what it was made with."""

    def __init__(self, store: Store, found: Any) -> None:
        self._store = store
        self._key = str(found.id)
        self._width = found.dimension or 0  # before the first vector
        self.graph: dict[str, object] = found.configuration["hnsw"]

    def ids(self, among: Sequence[str] | None = None) -> set[str]:
        """All of them, or those of the ids given that are there."""
        parts = [None] if among is None else self._slices(among)
        return {i for part in parts for i in self._store.core.get(self._key, part, include=[]).ids}

    def vectors(self, among: Sequence[str] | None = None) -> tuple[list[str], list[list[float]]]:
        """All ids, or those of the ids given that are there, and their vectors."""
        parts = [None] if among is None else self._slices(among)
        found = [self._store.core.get(self._key, part, include=["embeddings"]) for part in parts]
        return [i for part in found for i in part.ids], [row for part in found for row in part.embeddings]

    def parts(self) -> Iterator[tuple[list[str], list[list[float]]]]:
        """All ids and their vectors, in parts, as long as nothing in this collection is changed."""
        start = 0
        while (found := self._store.core.get(self._key, None, limit=AT_ONCE, offset=start, include=["embeddings"])).ids:
            yield found.ids, found.embeddings
            start += AT_ONCE

    def count(self) -> int:
        """How many ids there are."""
        return int(self._store.core.count(self._key))

    def add(self, ids: Sequence[str], rows: "Sequence[Sequence[float]] | np.ndarray") -> None:
        """Store vectors under new ids."""
        step = min(self._store.most, AT_ONCE)
        for start in range(0, len(ids), step):
            part = slice(start, start + step)
            self._store.core.add(list(ids[part]), self._key, list(rows[part]))

    def delete(self, ids: Sequence[str]) -> None:
        """Forget ids; those that are not there are passed over."""
        for part in self._slices(ids):
            self._store.core.delete(self._key, part)

    def query(
        self, rows: "Sequence[Sequence[float]] | np.ndarray", limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row the nearest ids with their distance, best first; `ids` must all be there."""
        found = self._store.core.query(self._key, ids and list(ids), list(rows), limit, include=["distances"])
        return [list(zip(*row, strict=True)) for row in zip(found.ids, found.distances, strict=True)]

    @contextmanager
    def saved(self, writes: int) -> Iterator[None]:
        """Save the graph once so many changes are made; counts only before anything else was done here with the collection."""
        self._save_each(writes)
        yield
        self._save_each(NEVER)

    def read(self) -> None:
        """Read the graph, as the first query does."""
        if self._width:
            self.query([[1.0] * self._width], 1)

    def look(self, width: int) -> None:
        """Look at so many vectors for each nearest one that a query asks for; counts only before the graph is read."""
        self._set({"ef_search": width})

    def rename(self, name: str) -> None:
        """Give it another name."""
        self._store.core.update_collection(self._key, new_name=name)

    def _save_each(self, writes: int) -> None:
        self._set({"sync_threshold": writes})

    def _set(self, graph: dict[str, int]) -> None:
        """Alone of the core's calls this one reads before it writes, for which SQLite refuses to wait while another connection
        writes: one of the core's own, which it lets go of only after the call that has used it.
        """
        settings = json.dumps({"hnsw": graph})
        last = time.monotonic() + WAIT_FOR_LOCK
        while True:
            try:
                self._store.core.update_collection(self._key, new_configuration_json_str=settings)
                return
            except Exception as error:
                if _LOCKED not in str(error) or time.monotonic() > last:
                    raise
            time.sleep(0.02)

    def _slices(self, ids: Sequence[str]) -> Iterator[list[str]]:
        return (list(ids[i : i + self._store.most]) for i in range(0, len(ids), self._store.most))


@contextmanager
def opened(folder: Path) -> Iterator[Store]:
    """The store in a folder, made if need be, and closed whatever happens; its errors are this project's."""
    with failures(folder):
        # The core imports a part of numpy. In a thread beside one that imports numpy, each would wait for the other, and Python
        # gives one of them a numpy that is not whole; so all of it comes first.
        import_module("numpy")
        _need_handles()
        if memory() < MEMORY:
            raise MemoryError  # the core would end the process, or wait for ever
        folder.mkdir(exist_ok=True)
        log.checked(folder, _core)
        store = Store(_core(folder))
        try:
            yield store
        finally:
            store.close()


def _core(folder: Path) -> Any:
    """The core of the store in a folder; where its calls are not as expected, chromadb's public client in its place."""
    try:
        import chromadb_rust_bindings as core  # type: ignore[import-untyped]

        for name, pattern in CALLS.items():
            if not re.match(pattern, str(getattr(core.Bindings, name).__text_signature__)):
                raise TypeError(f"{name} is called otherwise")
        database = core.SqliteDBConfig(core.MigrationHash.MD5, core.MigrationMode.Apply, str(folder / "chroma.sqlite3"))
        return core.Bindings(False, database, GRAPHS, str(folder))
    except (ModuleNotFoundError, AttributeError, TypeError) as error:
        import logging

        from index.vectors.public import PublicCore

        logging.getLogger(__name__).debug("Chroma's core is not as known (%s); its public client is used.", error)
        return PublicCore(folder)


def _need_handles() -> None:
    """Raise HomeNotWritable unless some files can still be opened: the core ends the whole process where it can open none."""
    taken: list[int] = []
    try:
        for _ in range(HANDLES):
            taken.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        raise HomeNotWritable(*_TOO_MANY_OPEN) from None
    finally:
        for handle in taken:
            os.close(handle)


FAILURES: dict[str, type[Failure] | None] = {
    "InternalError": DamagedIndex,
    "VersionMismatchError": DamagedIndex,
    "InvalidUUIDError": DamagedIndex,
    "InvalidDimensionException": DamagedIndex,
    "InvalidArgumentError": DamagedIndex,  # a vector of another dimension than the collection's
    "UniqueConstraintError": DamagedIndex,
    "NotFoundError": DamagedIndex,  # a table or a segment; a missing collection is asked for by name
    "PanicException": DamagedIndex,
    # The rest is about servers, or would be a mistake of this module.
    "IDAlreadyExistsError": None,
    "ChromaAuthError": None,
    "DuplicateIDError": None,
    "InvalidHTTPVersion": None,
    "AuthorizationError": None,
    "BatchSizeExceededError": None,
    "RateLimitError": None,
    "QuotaError": None,
}
"""What each of Chroma's errors means for the user; None passes it on, as a bug."""


@contextmanager
def failures(folder: Path) -> Iterator[None]:
    """Chroma's errors in a folder as this project's."""
    try:
        yield
    except BaseException as error:  # a panic of Chroma's Rust core is no Exception; all others are raised again
        if isinstance(error, OSError):
            raise HomeNotWritable(
                f"The vectors cannot be written: {error.strerror or error}.", "Make room on the disk."
            ) from error
        name = type(error).__name__
        if not isinstance(error, Failure) and FAILURES.get(name):
            raise _failure(error, folder) from error
        raise


def _failure(error: BaseException, folder: Path) -> Failure:
    text = " ".join(str(error).split())[:200]
    if _LOCKED in text:
        return IndexBusy("Another program is using the vectors.", "Try again in a moment.")
    if re.search(r"disk is full|No space left|readonly|read-only|unable to open|Permission denied", text):
        return HomeNotWritable(f"The vectors cannot be written: {text}.", "Make room on the disk, or name another --home.")
    if re.search(r"Too many open files|os error 24", text):
        return HomeNotWritable(*_TOO_MANY_OPEN)
    if why := _no_room(folder):  # Chroma does not always say so
        return HomeNotWritable(f"The vectors cannot be written: {why}.", "Make room on the disk, or name another --home.")
    return damaged(text)


def _no_room(folder: Path) -> str:
    """Why nothing more can be written into a folder, "" if it can."""
    try:
        with TemporaryFile(dir=folder) as file:
            file.write(bytes(SOME_ROOM))
            file.flush()
    except OSError as error:
        return error.strerror or "there is no room"
    return ""
