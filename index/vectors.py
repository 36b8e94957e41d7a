"""Vectors in an embedded Chroma, one collection an embedder; ids and vectors alone, never a text.

Owns the only use of Chroma: who may be inside its folder and when, how its graph is saved, and what its errors mean. Embedded
Chroma is not safe between processes (a query is a write) and saves its graph in place, which a kill breaks. So every visit is
made under an exclusive lock with a client of its own, and the graph is never saved in the store in use: changes go to Chroma's
log (SQLite), and now and then the store is copied, the copy saved, and a pointer swapped.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Protocol, cast

from index.errors import DamagedIndex, Failure, HomeNotWritable, IndexBusy

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

SAVE_AFTER = 4000
"""Writes that may stand in the log alone: replaying 20,000 takes a first query 2 s, a saved graph 0.05 s."""

NEVER = 1_000_000_000
"""A sync threshold that is never reached: the store in use is not saved in place."""

WAIT_TO_READ = 1.0
WAIT_TO_WRITE = 60.0

_LOCK, _POINTER, _SEEN, _STORE = "lock", "current.json", "seen", "store-"
GRAPH = {"space": "cosine", "ef_construction": 100, "ef_search": 100, "max_neighbors": 16}


@dataclass(frozen=True, slots=True)
class _State:
    """The pointer: the store in use, how many writes its graph lacks, and about how many vectors it holds."""

    store: str
    unsaved: int
    size: int


class VectorStore(Protocol):
    """Where vectors are: `Vectors` in a folder, or `index/server.py`. `identity` is remembered of a place; "" is the folder.

    `shared` tells that others keep vectors there too, under the same ids: hashes of texts.
    """

    identity: str
    shared: bool

    def exists(self) -> bool:
        """Whether anything was ever stored."""

    def touched(self, collection: str, expected: int) -> bool:
        """Whether something else than `qa` has changed what is stored, as far as that shows at no cost."""

    def present(self, collection: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids whose vectors are stored."""

    def ids(self, collection: str) -> set[str]:
        """Every id of a collection."""

    def add(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> None:
        """Store float32 rows of unit length, (n, d), for ids that are not stored yet."""

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Forget vectors; ids that are not stored are passed over."""

    def query(
        self, collection: str, vectors: "np.ndarray", limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of (n, d) the nearest ids, at most `limit`, with their cosine similarity, best first."""

    def save(self, share: float = 0.0) -> bool:
        """Save what only stands in a log, if that is worth it."""

    def clear(self) -> None:
        """Forget every vector of every collection, unless it is shared."""


class Vectors:
    """The vector store below `folder`; nothing is imported or written before it is used."""

    identity = ""
    shared = False

    def __init__(self, folder: Path, save_after: int = SAVE_AFTER) -> None:
        self.folder = folder
        self._save_after = save_after

    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return (self.folder / _POINTER).exists()

    def touched(self, collection: str, expected: int) -> bool:
        """Whether Chroma's files are not as the last visit has left them: a kill, or another program."""
        try:
            return (self.folder / _SEEN).read_text(encoding="utf-8") != self._marks()
        except OSError:
            return self.exists()

    def present(self, collection: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids whose vectors are stored."""
        if not self.exists():
            return set()
        with self._visit(WAIT_TO_WRITE) as client:
            return _present(client, collection, ids)

    def ids(self, collection: str) -> set[str]:
        """Every id of a collection."""
        if not self.exists():
            return set()
        with self._visit(WAIT_TO_WRITE) as client:
            return _ids(client, collection)

    def ids_in_copy(self, collection: str) -> set[str]:
        """The same, read in a copy: Chroma changes the files of a store that it opens."""
        if not self.exists():
            return set()
        with self._lock(WAIT_TO_WRITE), TemporaryDirectory(prefix="qa-") as folder:
            store, copy = self.folder / self._state().store, Path(folder) / "store"
            if not store.exists():  # a kill came before Chroma made it
                return set()
            try:
                shutil.copytree(store, copy)
            except OSError as error:
                raise HomeNotWritable(
                    f"There is no copy of the vectors to look into: {error}.", "Make room on the disk."
                ).hiding(self.folder) from error
            with _client(copy) as client:
                return _ids(client, collection)

    def take(self, collection: str, ids: Sequence[str]) -> "tuple[list[str], np.ndarray | None]":
        """Those of the ids that are stored, and their vectors, float32 (n, d)."""
        import numpy as np

        if not self.exists():
            return [], None
        with self._visit(WAIT_TO_WRITE) as client:
            found = _collection(client, collection)
            stored = found.get(ids=list(ids), include=["embeddings"]) if found else None
        if not stored or not stored["ids"]:
            return [], None
        return stored["ids"], np.asarray(stored["embeddings"], dtype=np.float32)

    def drop_others(self, collection: str) -> int:
        """Forget the collections of embedders that are used no more; how many."""
        if not self.exists():
            return 0
        with self._visit(WAIT_TO_WRITE) as client:
            others = [found.name for found in client.list_collections() if found.name != collection_name(collection)]
            for name in others:
                client.delete_collection(name)
            return len(others)

    def add(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> None:
        """Store float32 rows of unit length, (n, d), for ids that are not stored yet (`present` tells); repeated ones once.

        It does not look whether they are there: that would make Chroma replay its whole log for each group of writes.
        """
        new = {id_: row for row, id_ in enumerate(ids)}
        if not new:
            return
        with self._visit(WAIT_TO_WRITE) as client:
            self._count(added=len(new))
            graph: Any = {"hnsw": {**GRAPH, "sync_threshold": NEVER}}
            store = client.get_or_create_collection(collection_name(collection), embedding_function=None, configuration=graph)
            for part in _slices(list(new), client.get_max_batch_size()):
                store.add(ids=part, embeddings=vectors[[new[key] for key in part]])

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Forget vectors; ids that are not stored are passed over."""
        if not self.exists() or not ids:
            return
        with self._visit(WAIT_TO_WRITE) as client:
            if found := _collection(client, collection):
                self._count(deleted=len(ids))
                for part in _slices(list(ids), client.get_max_batch_size()):
                    found.delete(ids=part)

    def query(
        self, collection: str, vectors: "np.ndarray", limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of (n, d) the nearest ids, at most `limit`, with their cosine similarity, best first.

        With `ids` these alone are compared. Raises IndexBusy where another process is inside for more than a second.
        """
        if not self.exists() or (ids is not None and not ids):
            return [[] for _ in vectors]
        with self._visit(WAIT_TO_READ) as client:
            found = _collection(client, collection)
            chosen = None if ids is None else sorted(_present(client, collection, ids))  # an absent one fails the query
            if found is None or chosen == []:
                return [[] for _ in vectors]
            result = found.query(query_embeddings=vectors, n_results=limit, ids=chosen, include=["distances"])
        distances = result["distances"] or []
        return [[(i, 1 - d) for i, d in zip(*row, strict=True)] for row in zip(result["ids"], distances, strict=True)]

    def save(self, share: float = 0.0) -> bool:
        """Save the graph in a copy of the store and swap it in, if enough was written since; whether it did.

        Enough is more than SAVE_AFTER writes, and this share of the store, since a save copies all of it. Whatever fails on
        the way, the store in use stays as it is.
        """
        if not self.exists() or not self._due(self._state(), share):
            return False
        with self._lock(WAIT_TO_WRITE):
            state = self._state()
            if not self._due(state, share):
                return False
            copy = self._free_name()
            try:
                shutil.copytree(self.folder / state.store, self.folder / copy)
                _save_graphs(self.folder / copy)
            except (OSError, Failure) as error:
                shutil.rmtree(self.folder / copy, ignore_errors=True)
                raise HomeNotWritable(f"The vectors could not be saved: {error}", "Make room on the disk.").hiding(
                    self.folder
                ) from error
            self._point(_State(copy, 0, state.size))
            self._see()
            shutil.rmtree(self.folder / state.store, ignore_errors=True)
            return True

    def clear(self) -> None:
        """Forget every vector of every collection."""
        if self.folder.exists():
            with self._lock(WAIT_TO_WRITE):
                (self.folder / _POINTER).unlink(missing_ok=True)
                self._sweep(None)

    def left_over(self) -> list[str]:
        """The names of stores that a kill has left over, or that another process is saving just now."""
        in_use = self._state().store if self.exists() else ""
        return sorted(path.name for path in self.folder.glob(f"{_STORE}*") if path.name != in_use)

    @contextmanager
    def _visit(self, wait: float) -> Iterator["Client"]:
        """A client inside the store in use, under the lock; closed before the lock is let go."""
        with self._lock(wait):
            if not self.exists():
                self._point(_State(self._free_name(), 0, 0))
            state = self._state()
            self._sweep(state.store)
            with _client(self.folder / state.store) as client:
                yield client
            self._see()

    @contextmanager
    def _lock(self, wait: float) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / _LOCK)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire(timeout=wait, poll_interval=0.02)
        except Timeout:
            raise IndexBusy("Another process is using the vectors.", "Try again in a moment.") from None
        except OSError as error:
            raise HomeNotWritable(f"The vectors in {self.folder} cannot be written: {error.strerror}.").hiding(
                self.folder
            ) from error
        try:
            yield
        finally:
            lock.release()

    def _see(self) -> None:
        """Remember how Chroma's files look when a visit is over."""
        with suppress(OSError):
            (self.folder / _SEEN).write_text(self._marks(), encoding="utf-8")

    def _marks(self) -> str:
        info = (self.folder / self._state().store / "chroma.sqlite3").stat()
        return f"{info.st_size} {info.st_mtime_ns} {info.st_ino}"

    def _state(self) -> _State:
        try:
            return _State(**json.loads((self.folder / _POINTER).read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError) as error:
            raise _damaged(f"their pointer cannot be read ({error})") from error

    def _point(self, state: _State) -> None:
        """Swap the pointer in one step, on disk before it counts."""
        temporary = self.folder / (_POINTER + ".new")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                json.dump(asdict(state), file)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.folder / _POINTER)
        except OSError as error:
            raise HomeNotWritable(f"The vectors in {self.folder} cannot be written: {error.strerror}.").hiding(
                self.folder
            ) from error

    def _count(self, *, added: int = 0, deleted: int = 0) -> None:
        """Note what is about to be written; a kill between this and the write leaves the count too high, which is harmless."""
        state = self._state()
        self._point(_State(state.store, state.unsaved + added + deleted, max(0, state.size + added - deleted)))

    def _due(self, state: _State, share: float) -> bool:
        return state.unsaved > max(self._save_after, share * state.size)

    def _free_name(self) -> str:
        return next(name for n in count(1) if not (self.folder / (name := f"{_STORE}{n}")).exists())

    def _sweep(self, in_use: str | None) -> None:
        """Delete stores that a kill has left over."""
        for left in self.folder.glob(f"{_STORE}*"):
            if left.name != in_use:
                shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _client(folder: Path) -> Iterator["Client"]:
    """A client inside a store, closed whatever happens; its errors are this project's."""
    with _failures():
        import chromadb
        from chromadb.config import Settings

        client = cast("Client", chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False)))
        try:
            yield client
        finally:
            client.close()


def _save_graphs(store: Path) -> None:
    """Make Chroma save every collection's graph: it does so once more was written than its threshold.

    A threshold counts only where the collection has not been read before in the same client, hence the second one.
    """
    with _client(store) as client:
        samples = {found.name: found.get(limit=1, include=["embeddings"])["embeddings"] for found in client.list_collections()}
    with _client(store) as client:
        for name, sample in samples.items():
            if sample is not None and len(sample):
                _save_graph(client, name, sample[0])


def _save_graph(client: "Client", name: str, vector: Any) -> None:
    passing = [f"saving-{n}" for n in range(5)]
    client.get_collection(name, embedding_function=None).modify(configuration={"hnsw": {"sync_threshold": 3}})
    found = client.get_collection(name, embedding_function=None)
    found.add(ids=passing, embeddings=[vector] * len(passing))
    found.delete(ids=passing)
    found.query(query_embeddings=[vector], n_results=1, include=[])
    found.modify(configuration={"hnsw": {"sync_threshold": NEVER}})


def _collection(client: "Client", name: str) -> "Collection | None":
    from chromadb.errors import NotFoundError

    try:
        return client.get_collection(collection_name(name), embedding_function=None)
    except NotFoundError:
        return None


def _ids(client: "Client", name: str) -> set[str]:
    found = _collection(client, name)
    return set(found.get(include=[])["ids"]) if found else set()


def _present(client: "Client", name: str, ids: Sequence[str]) -> set[str]:
    found = _collection(client, name)
    if found is None:
        return set()
    return {i for part in _slices(list(ids), client.get_max_batch_size()) for i in found.get(ids=part, include=[])["ids"]}


def collection_name(collection: str) -> str:
    """A name that Chroma takes for an embedder's identity: letters and digits of it, and its hash."""
    digest = hashlib.sha256(collection.encode()).hexdigest()[:16]
    return f"{re.sub('[^a-zA-Z0-9]+', '-', collection).strip('-')[:40].strip('-')}-{digest}"


def _slices(values: list[str], size: int) -> Iterator[list[str]]:
    return (values[i : i + size] for i in range(0, len(values), size))


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
def _failures() -> Iterator[None]:
    try:
        yield
    except BaseException as error:  # a panic of Chroma's Rust core is no Exception; all others are raised again
        name = type(error).__name__
        if not isinstance(error, Failure) and FAILURES.get(name):
            raise _failure(error) from error
        raise


def _failure(error: BaseException) -> Failure:
    text = " ".join(str(error).split())[:200]
    if re.search(r"disk is full|No space left|readonly|read-only|unable to open|Permission denied", text):
        return HomeNotWritable(f"The vectors cannot be written: {text}.", "Make room on the disk, or name another --home.")
    return _damaged(text)


def _damaged(what: str) -> DamagedIndex:
    return DamagedIndex(f"The index's vectors are damaged: {what}.", "Run `qa index --rebuild` to make them anew.")
