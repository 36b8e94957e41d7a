"""Vectors in an embedded Chroma, two collections an embedder; ids and vectors alone, never a text.

Owns who may be inside Chroma's folder and when, and how its graph is saved. Embedded Chroma is not safe between processes (a
query is a write) and saves its graph in place, which a kill breaks. So every visit is made under an exclusive lock with a
client of its own, and the graph is never saved in the store in use: a few changes go to its log (SQLite), additions to a second
collection, whose graph is small; many are made in a copy of the store, whose graph is then saved with all that it lacked and
which takes its place. Nobody waits for a copy: it is that of the one process that may write the index (`index/home/claim.py`).
A question is put to a view of the store, and so are those that follow it.
"""

import hashlib
import json
import re
import secrets
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from heapq import merge
from itertools import islice
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol

from index.errors import HomeNotWritable, IndexBusy
from index.home import user
from index.home.folder import Folder
from index.process.machine import in_thread
from index.vectors.apart import RECENT, Apart, Change, both
from index.vectors.core import Collection, Store, failures, opened
from index.vectors.log import NEVER, damaged

if TYPE_CHECKING:
    import numpy as np

SAVE_AFTER = 1000
"""Writes that may stand in the log alone: replaying 20,000 takes each visit 2 s, a saved graph 0.05 s."""

WIDE, WIDER = 500, 150
"""A query looks at so many vectors of the graph at least, or at one in so many where that is more, since the wider it looks the
more of the nearest it finds: with a million vectors 97.4 % of the nearest ten at 2,000, 98.8 % at 8,000, which takes 13 ms."""

SHARE = 0.05
"""Vectors to be stored are gathered until they are so much of the store: to copy and save it costs as much as its size."""

LEAST, MOST_BYTES = 5000, 200_000_000
"""But at least so many, as far as their numbers take no more memory than this."""

WAIT_TO_READ, READ_A_SECOND = 1.0, 300_000
"""Seconds that a question waits for another process, and for as long as that may take to read a graph of so many vectors."""

WAIT_TO_WRITE = 60.0

_LOCK, _POINTER, _SEEN, _STORE = "lock", "current.json", "seen", "store-"
_STORE_NAME = re.compile(f"{_STORE}[0-9A-Za-z]{{1,32}}")


@dataclass(frozen=True, slots=True)
class _State:
    """The pointer: the store in use, how many writes its graph lacks, and about how many vectors it holds.

    `stats` and `digest` tell the files of its graph, as they were saved here: Chroma's core reads them without any check, and
    one that somebody else has made can end the process, or worse.
    """

    store: str
    unsaved: int
    size: int
    stats: str = ""
    digest: str = ""
    seal: str = ""

    @classmethod
    def read(cls, data: bytes) -> "_State":
        """The state that a pointer tells; ValueError or TypeError for one that none of this product has written."""
        state = cls(**json.loads(data))
        numbers = (state.unsaved, state.size)
        if not all(type(number) is int and 0 <= number < NEVER for number in numbers):
            raise ValueError("it counts what cannot be")
        if not (isinstance(state.store, str) and _STORE_NAME.fullmatch(state.store)):
            raise ValueError("it names no store")
        if not user.sealed(state.seal, "graph", state.store, state.stats, state.digest):
            raise ValueError("it was not made here")
        return state


def _graph_files(store: Path) -> list[Path]:
    """Those of the graphs that were saved."""
    folders = [path for path in store.iterdir() if path.is_dir() and not _unsaved(path)] if store.exists() else []
    return sorted(path for folder in folders for path in folder.iterdir())


def _stats(store: Path) -> str:
    """What tells the files of a store's graphs at a look."""
    found = ((path.relative_to(store).as_posix(), path.stat()) for path in _graph_files(store))
    told = [(name, info.st_size, info.st_mtime_ns, info.st_ino) for name, info in found]
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


def _digest(store: Path) -> str:
    """What tells them by all that they hold; a gigabyte takes a second or two."""
    told = hashlib.blake2b(digest_size=16)
    for path in _graph_files(store):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        told.update(repr((path.relative_to(store).as_posix(), content)).encode())
    return told.hexdigest()


class _View:
    """A store as it is now, open to be read in a folder of its own: a copy of its log, and its graph, which nobody changes.

    `written` is what tells that the store has changed since.
    """

    def __init__(self, store: Path, written: tuple[int, int], width: int) -> None:
        self.written = written
        with ExitStack() as opening:
            try:
                folder = Path(opening.enter_context(TemporaryDirectory(prefix="qa-")))
                for path in store.iterdir() if store.exists() else ():  # a kill may have come before Chroma made it
                    if not _unsaved(path):
                        (_link if path.is_dir() else shutil.copy2)(path, folder / path.name)
            except OSError as error:
                raise HomeNotWritable(f"There is no view of the vectors: {error}.", "Make room on the disk.").hiding(
                    store
                ) from error
            self.store = opening.enter_context(opened(folder))
            names = [name for name in self.store.names() if not name.endswith(RECENT)] if width > WIDE else []
            for collection in self.store.collections(names):
                collection.look(width)
            self.close = opening.pop_all().close


def _unsaved(path: Path) -> bool:
    """Whether it is the folder of a graph that was never saved, which Chroma begins anew, or has left behind."""
    return path.is_dir() and not (path / "index_metadata.pickle").exists()


def _link(graph: Path, link: Path) -> None:
    """Another name for a graph's folder; a copy where there are no links."""
    try:
        link.symlink_to(graph.resolve(), target_is_directory=True)
    except OSError:
        shutil.copytree(graph, link)


class VectorStore(Protocol):
    """Where vectors are: `Vectors` in a folder, or a server. `identity` is remembered of a place; "" is the folder.

    `shared` tells that others keep vectors there too, under the same ids: hashes of texts.
    """

    identity: str
    shared: bool

    def exists(self) -> bool:
        """Whether anything was ever stored."""

    def touched(self, collection: str, seen: str) -> bool:
        """Whether something else than this index has changed what is stored, as far as that shows at no cost.

        `seen` is what `seen` told when the index was last brought up to date.
        """

    def seen(self, collection: str) -> str:
        """What tells later whether anything has changed, "" where the store remembers that by itself."""

    def present(self, collection: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids whose vectors are stored."""

    def ids(self, collection: str) -> set[str]:
        """Every id of a collection."""

    def worth(self, width: int) -> int:
        """How many vectors of so many numbers should be gathered for one `add`."""

    def add(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> None:
        """Store float32 rows of unit length, (n, d), for ids that are not stored yet."""

    def adding(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> Callable[[], None]:
        """The same, begun: it is done when what is returned has been called, and nothing else may be written before."""

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Forget vectors; ids that are not stored are passed over."""

    def query(
        self, collection: str, vectors: "np.ndarray", limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of (n, d) the nearest ids, at most `limit`, with their cosine similarity, best first."""

    def read_ahead(self, collection: str) -> None:
        """Do what the first query would wait for; in a thread, while whatever else is done, even to this store."""

    def clear(self) -> None:
        """Forget every vector of every collection, unless it is shared."""


class Vectors:
    """The vector store below `folder`; nothing is imported or written before it is used."""

    identity = ""
    shared = False

    def __init__(self, folder: Path, save_after: int = SAVE_AFTER) -> None:
        self.folder = folder
        self._files = Folder(folder.parent).child(folder.name)
        self._save_after = save_after
        self._view: _View | None = None
        self._one_reader = threading.Lock()

    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return self._files.holds(_POINTER)

    def seen(self, collection: str) -> str:
        """Nothing: it is kept beside the store, since each visit changes it."""
        return ""

    def touched(self, collection: str, seen: str) -> bool:
        """Whether Chroma's files are not as the last visit has left them: a kill, or another program."""
        try:
            return self._files.read(_SEEN, 200) != self._marks()
        except OSError:
            return self.exists()

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

    def clear(self) -> None:
        """Forget every vector of every collection."""
        if self.folder.exists():
            with self._lock(WAIT_TO_WRITE):
                self._files.delete(_POINTER)
                self._sweep()

    def left_over(self) -> list[str]:
        """The names of stores that a kill has left over, or that another process is saving just now."""
        in_use = self._state().store if self.exists() else ""
        return [name for name in self._files.names() if _STORE_NAME.fullmatch(name) and name != in_use]

    def _write(self, change: Change, *, added: int = 0, deleted: int = 0) -> Callable[[], None]:
        """Change the store in use; where its log would grow too long a copy, which takes its place once that is waited for."""
        state = self._state() if self.exists() else None
        unsaved, size = (state.unsaved, state.size) if state else (0, 0)
        after = _State("", unsaved + added + deleted, max(0, size + added - deleted))
        if after.unsaved > self._save_after:
            return self._write_copy(change, after.size)
        in_thread(partial(self._write_in_place, change, after))
        return lambda: None

    def _write_in_place(self, change: Change, after: _State) -> None:
        if not self.exists():
            with self._lock(WAIT_TO_WRITE):
                self._point(self._vouched(_State(self._free_name(), 0, 0)))
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
                self._point(self._vouched(_State(copy, 0, size)))
                if known:
                    self._see()
                if in_use:
                    self._files.drop(in_use)

        return done

    def _copy(self, store: str, copy: str) -> None:
        """Copy a store, if Chroma has made it; a link is copied as a link."""

        def left(folder: str, names: list[str]) -> list[str]:
            return [name for name in names if _unsaved(Path(folder, name))]

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
                self._view = _View(self.folder / state.store, self._written(), state.size // WIDER)
                with failures(self.folder):
                    yield self._view.store  # what is read of the graph is read now

    def _written(self) -> tuple[int, int]:
        """Time and inode of the pointer, which each change renews."""
        try:
            info = self._files.stat(_POINTER)
        except FileNotFoundError:
            raise IndexBusy("Another process is making the vectors anew.", "Try again in a moment.") from None
        return info.st_mtime_ns, info.st_ino

    @contextmanager
    def _visit(self, wait: float) -> Iterator[Store]:
        """The store in use, open, under the lock; closed before the lock is let go."""
        with self._lock(wait):
            state, known = self._safe_state(), self._known()
            with opened(self.folder / state.store) as store:
                yield store
            if known:  # else it stays so until the catalog has been held against it
                self._see()

    @contextmanager
    def _lock(self, wait: float) -> Iterator[None]:
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / _LOCK)
        try:
            self._files.make()
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

    def tidy(self) -> None:
        """Take the store in use for what it should be, and delete what a kill has left over; only for a writer."""
        if not self._files.names():
            return
        with self._lock(WAIT_TO_WRITE):
            self._sweep()
            if self.exists():
                self._see()

    def _see(self) -> None:
        """Remember how Chroma's files look when a visit is over."""
        with suppress(OSError):
            self._files.write(_SEEN, self._marks())

    def _marks(self) -> bytes:
        info = self._files.child(self._state().store).stat("chroma.sqlite3")
        return f"{info.st_size} {info.st_mtime_ns} {info.st_ino}".encode()

    def _state(self) -> _State:
        try:
            return _State.read(self._files.read(_POINTER, 1000))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise damaged(f"their pointer cannot be read ({error})") from error

    def _safe_state(self) -> _State:
        """The state, of a store whose graphs are those that were saved here; also a copy of them."""
        state = self._state()
        store = self.folder / state.store
        if state.stats != _stats(store) and state.digest != _digest(store):
            raise damaged("their graph is not the one that was saved here")
        return state

    def _vouched(self, state: _State) -> _State:
        """The state with what tells the store's graphs as they are now, made by this process."""
        store = self.folder / state.store
        stats, digest = _stats(store), _digest(store)
        return replace(state, stats=stats, digest=digest, seal=user.seal("graph", state.store, stats, digest))

    def _point(self, state: _State) -> None:
        """Swap the pointer in one step, on disk before it counts."""
        try:
            self._files.write(_POINTER, json.dumps(asdict(state)).encode(), durable=True)
        except OSError as error:
            raise HomeNotWritable(f"The vectors in {self.folder} cannot be written: {error.strerror}.").hiding(
                self.folder
            ) from error

    def _known(self) -> bool:
        """Whether Chroma's files are as the last visit has left them, or not made yet."""
        state = self._state()
        return not self.touched("", "") or (not self._files.holds(state.store) and not state.size)

    def _free_name(self) -> str:
        """One that no store has or had: a process whose parent was killed may still be at work in its own."""
        return f"{_STORE}{secrets.token_hex(4)}"

    def _sweep(self) -> None:
        """Delete stores that a kill has left over; only for a writer, whose copies they are."""
        for left in self.left_over():
            self._files.drop(left)


def _collections(store: Store, collection: str) -> list[Collection]:
    """Where an embedder's vectors are."""
    return store.collections(both(collection_name(collection)))


def _ids(store: Store, collection: str, among: Sequence[str] | None = None) -> set[str]:
    """All ids of an embedder's vectors, or those of the ids given that are there."""
    return {i for found in _collections(store, collection) for i in found.ids(among)}


def collection_name(collection: str) -> str:
    """A name that Chroma takes for an embedder's identity: letters and digits of it, and its hash."""
    digest = hashlib.sha256(collection.encode()).hexdigest()[:16]
    return f"{re.sub('[^a-zA-Z0-9]+', '-', collection).strip('-')[:40].strip('-')}-{digest}"
