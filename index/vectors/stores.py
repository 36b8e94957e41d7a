"""The folder of stores: which one is in use, who may be inside, and whether its graphs are those that were saved here.

Chroma's core reads a graph without any check: one that somebody else has made can end the process, or worse.
"""

import hashlib
import json
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from index.errors import HomeNotWritable, IndexBusy
from index.home import user
from index.home.folder import Folder
from index.vectors.apart import RECENT
from index.vectors.core import Store, opened
from index.vectors.log import FILES, NEVER, damaged, whole
from index.vectors.protocol import WIDE

_STORE = "store-"
_STORE_NAME = re.compile(f"{_STORE}[0-9A-Za-z]{{1,32}}")
_LOCK, _POINTER, _SEEN = "lock", "current.json", "seen"

WAIT_TO_WRITE = 60.0


@dataclass(frozen=True, slots=True)
class Pointer:
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
    def read(cls, data: bytes) -> "Pointer":
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


class Stores:
    """Stores below `folder`, of which one is in use; nothing is written before one is changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files = Folder(folder.parent).child(folder.name)

    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return self._files.holds(_POINTER)

    def touched(self, collection: str, seen: str) -> bool:
        """Whether Chroma's files are not as the last visit has left them: a kill, or another program."""
        try:
            return self._files.read(_SEEN, 200) != self._marks()
        except OSError:
            return self.exists()

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
            if self._files.holds(_LOCK) and stat.S_ISDIR(self._files.stat(_LOCK).st_mode):
                self._files.delete(_LOCK)  # somebody has put a folder there
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
        info = self._files.child(self._state().store).stat(FILES[0])
        marks = f"{info.st_size} {info.st_mtime_ns} {info.st_ctime_ns} {info.st_ino}"
        return f"{marks} {user.seal('seen', marks)}".encode()

    def _state(self) -> Pointer:
        try:
            return Pointer.read(self._files.read(_POINTER, 1000))
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise damaged(f"their pointer cannot be read ({error})") from error

    def _safe_state(self) -> Pointer:
        """The state, of a store whose graphs are those that were saved here; also a copy of them."""
        state = self._state()
        store = self.folder / state.store
        try:
            known = state.stats == _graph_stats(store) or state.digest == _graph_digest(store)
        except OSError as error:
            raise damaged(f"their graph cannot be read ({error.strerror})") from error
        if not known:
            raise damaged("their graph is not the one that was saved here")
        if not self._known():
            whole(store)
        return state

    def _vouched(self, state: Pointer) -> Pointer:
        """The state with what tells the store's graphs as they are now, made by this process."""
        store = self.folder / state.store
        stats, digest = _graph_stats(store), _graph_digest(store)
        return replace(state, stats=stats, digest=digest, seal=user.seal("graph", state.store, stats, digest))

    def _point(self, state: Pointer) -> None:
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


def _graph_files(store: Path) -> list[Path]:
    """Those of the graphs that were saved."""
    folders = [path for path in store.iterdir() if path.is_dir() and not is_unsaved(path)] if store.exists() else []
    return sorted(path for folder in folders for path in folder.iterdir())


def _graph_stats(store: Path) -> str:
    """What tells the files of a store's graphs at a look."""
    found = ((path.relative_to(store).as_posix(), path.stat()) for path in _graph_files(store))
    told = [(name, info.st_size, info.st_mtime_ns, info.st_ino) for name, info in found]
    return hashlib.blake2b(repr(told).encode(), digest_size=16).hexdigest()


def _graph_digest(store: Path) -> str:
    """What tells them by all that they hold; a gigabyte takes a second or two."""
    told = hashlib.blake2b(digest_size=16)
    for path in _graph_files(store):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
        told.update(repr((path.relative_to(store).as_posix(), content)).encode())
    return told.hexdigest()


def is_unsaved(path: Path) -> bool:
    """Whether it is the folder of a graph that was never saved, which Chroma begins anew, or has left behind."""
    return path.is_dir() and not (path / "index_metadata.pickle").exists()


def is_own(path: Path) -> bool:
    """Whether it is a saved graph or Chroma's own file: what else stands in a store is not copied, whatever size it has."""
    return not is_unsaved(path) if path.is_dir() else path.name in FILES


class View:
    """A store as it is now, open to be read in a folder of its own: a copy of its log, and its graph, which nobody changes.

    `written` is what tells that the store has changed since.
    """

    def __init__(self, store: Path, written: tuple[int, int], width: int) -> None:
        self.written = written
        with ExitStack() as opening:
            try:
                folder = Path(opening.enter_context(TemporaryDirectory(prefix="qa-")))
                for path in store.iterdir() if store.exists() else ():  # a kill may have come before Chroma made it
                    if is_own(path):
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


def _link(graph: Path, link: Path) -> None:
    """Another name for a graph's folder; a copy where there are no links."""
    try:
        link.symlink_to(graph.resolve(), target_is_directory=True)
    except OSError:
        shutil.copytree(graph, link)
