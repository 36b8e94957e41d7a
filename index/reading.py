"""From a file to its passages: read, hashed, converted and split, here or in processes that can be stopped.

Owns which files are read where, and what becomes of a reader that makes no progress, dies or wants too much memory: its file is
left out, the others go on. Knows nothing of the catalog or of embedding.
"""

import hashlib
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from index.child import Child, send, speaker
from index.errors import FileLeftOut, ReadersFailed
from index.machine import processors
from index.passage import Document, Passage
from index.read import Reader, reader_for
from index.split import MAX_CHARS, VERSION, split
from index.walk import Found, Stat

LARGEST = 100_000_000
"""Bytes of a file; a larger one is left out, since its text must fit into memory several times."""

STALL = 60.0
"""Seconds without progress (a page, a sheet, a whole file) after which a reader is stopped."""

MEMORY = 4_000_000_000
"""Bytes of address space of a process that reads, where the system can limit it."""

ALONE = 3_000_000
"""So many bytes of plain text are read faster here than a process starts."""

MOST_UNREADY = 3
"""So many processes in a row may end before they could read anything."""

TELL = 0.2
"""Seconds between two words of progress at least: each wakes the process that waits for them."""

CHUNK = 400_000
"""Bytes of files that a process is given at once."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file gave: its stat from before it was read, the hash of its bytes, and its passages, or why it has none.

    `sha256` is "" if it could not be read.
    """

    stat: Stat
    checked_ns: int
    sha256: str
    left_out: str = ""
    document: Document | None = None
    passages: Sequence[Passage] = ()


Result = Read | None
"""None for a file that has vanished."""

Tick = Callable[[], None]
"""Called when a reader has made progress."""


def read(found: Found, tick: Tick = lambda: None) -> Result:
    """Read and split one file here."""
    result = read_text(found, tick)
    tick()
    return replace(result, passages=split(result.document, tick)) if result and result.document else result


def read_text(found: Found, tick: Tick = lambda: None) -> Result:
    """Read one file here, without splitting it."""
    opened = read_bytes(found)
    if not isinstance(opened, tuple):
        return opened
    stat, checked, data = opened
    reader = reader_for(found.source, ocr=found.ocr)
    assert reader is not None
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        document = reader.read(data, tick)
    except FileLeftOut as reason:
        return Read(stat, checked, sha256, str(reason))
    return Read(stat, checked, sha256, "", document)


def read_bytes(found: Found) -> tuple[Stat, int, bytes] | Result:
    """A file's stat from before it was read, so that a later change shows, when that was, and its bytes; or why not."""
    checked = time.time_ns()
    too_large = f"larger than {LARGEST // 1_000_000} MB"
    if found.stat.size > LARGEST:
        return Read(found.stat, checked, "", too_large)
    try:
        with found.path.open("rb") as file:
            info = os.fstat(file.fileno())
            stat = Stat(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Read(found.stat, checked, "", f"cannot be read: {error.strerror}")
    if len(data) > LARGEST:  # it has grown since it was found
        return Read(stat, checked, "", too_large)
    return stat, checked, data


def text_of(path: Path, source: str, *, ocr: bool = False) -> str | None:
    """A file's text as it is now, "" if it holds none; None if it has vanished."""
    try:
        info = path.stat()
    except OSError:
        return None
    found = Found(source, str(path), Stat(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino), ocr=ocr)
    reader = reader_for(source, ocr=ocr)
    result = next(read_all([found]))[1] if reader and reader.heavy else read_text(found)
    return None if result is None else result.document.text if result.document else ""


def read_all(files: Sequence[Found], stall: float = STALL) -> Iterator[tuple[Found, Result]]:
    """Read files, in order: on all processors where they are many, and what is heavy never in this process.

    A reader that makes no progress for `stall` seconds is stopped.
    """
    heavy = any((reader := reader_for(f.source, ocr=f.ocr)) and reader.heavy for f in files)
    if not heavy and sum(f.stat.size for f in files) < ALONE:
        yield from ((f, read(f)) for f in files)
        return
    chunks = list(_chunks(files))
    with _Pool(min(len(chunks), processors()), stall) as pool:
        yield from pool.results(chunks)


def _chunks(files: Sequence[Found]) -> Iterator[list[Found]]:
    chunk: list[Found] = []
    size = 0
    for found in files:
        chunk.append(found)
        size += found.stat.size + 1000
        if size >= CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


@dataclass(slots=True)
class _Chunk:
    """Files given to a process, and what they gave so far."""

    files: Sequence[Found]
    done: list[Result]
    worker: "_Worker | None" = None

    @property
    def left(self) -> Sequence[Found]:
        return self.files[len(self.done) :]


class _Pool:
    """Processes that read; each is given a chunk at a time, and is replaced when it had to be stopped."""

    def __init__(self, size: int, stall: float) -> None:
        self._said: queue.SimpleQueue[tuple[_Worker, object]] = queue.SimpleQueue()
        self._workers: list[_Worker] = []
        self._size, self._stall, self._unready = size, stall, 0

    def __enter__(self) -> "_Pool":
        self._workers = [_Worker(self._said) for _ in range(self._size)]
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()

    def results(self, chunks: Sequence[Sequence[Found]]) -> Iterator[tuple[Found, Result]]:
        """Every file with what it gave, in order; few chunks are under way at a time, which bounds memory."""
        waiting = deque(_Chunk(files, []) for files in chunks)
        under_way: deque[_Chunk] = deque()
        idle = list(self._workers)
        while waiting or under_way:
            while waiting and len(under_way) < 4 * self._size:
                under_way.append(waiting.popleft())
            for chunk in under_way:
                if idle and chunk.worker is None and chunk.left:
                    chunk.worker = self._alive(idle.pop())
                    chunk.worker.give(chunk.left)
            if not under_way[0].left:
                chunk = under_way.popleft()
                yield from zip(chunk.files, chunk.done, strict=True)
            else:
                idle += self._heed(under_way)

    def _heed(self, under_way: Sequence[_Chunk]) -> list["_Worker"]:
        """Take what a process says next, or stop those that say nothing; the processes that are idle then."""
        try:
            worker, said = self._said.get(timeout=1.0)
        except queue.Empty:
            late = [c for c in under_way if c.worker and c.worker.silent > (self._stall if c.worker.ready else STALL)]
            return [self._replaced(c, f"its reader made no progress for {self._stall:.0f} s") for c in late]
        chunk = next((c for c in under_way if c.worker is worker), None)
        if chunk is None:
            return []
        worker.heard = time.monotonic()
        if isinstance(said, _Ended):
            return [self._replaced(chunk, "its reader crashed")]
        worker.ready = True
        if not isinstance(said, _Progress):
            chunk.done.append(said)  # type: ignore[arg-type]
        if chunk.left:
            return []
        chunk.worker = None
        return [worker]

    def _replaced(self, chunk: _Chunk, reason: str) -> "_Worker":
        """Another process for one that was stopped; the file that it was at is left out, if it had begun."""
        assert chunk.worker
        chunk.worker.stop()
        fresh = self._alive(chunk.worker)
        if chunk.worker.ready:
            found = chunk.left[0]
            chunk.done.append(Read(found.stat, time.time_ns(), "", reason))
        chunk.worker = None
        return fresh

    def _alive(self, worker: "_Worker") -> "_Worker":
        """The process, or one that takes its place if it has ended; ReadersFailed where several could not be started."""
        if not worker.ended:
            return worker
        self._unready = 0 if worker.ready else self._unready + 1
        if self._unready > MOST_UNREADY:
            raise ReadersFailed("The processes that read files end at once.", "Let them have more memory, and try again.")
        fresh = _Worker(self._said)
        self._workers[self._workers.index(worker)] = fresh
        return fresh


class _Ended:
    """Said of a process that has ended."""


class _Progress:
    """Said by a process that is at work."""


class _Worker:
    """A process that runs `serve`, with a thread here that takes what it says."""

    def __init__(self, said: "queue.SimpleQueue[tuple[_Worker, object]]") -> None:
        try:
            self._child = Child("from index.reading import serve; serve()")
        except OSError as error:
            raise ReadersFailed(f"The processes that read files cannot be started: {error.strerror}.") from error
        self.heard, self.ready = time.monotonic(), False
        threading.Thread(target=self._listen, args=(said,), daemon=True).start()

    @property
    def silent(self) -> float:
        """Seconds since it was last heard of."""
        return time.monotonic() - self.heard

    @property
    def ended(self) -> bool:
        """Whether it is no more."""
        return self._child.ended

    def give(self, files: Sequence[Found]) -> None:
        """Have it read files."""
        self.heard = time.monotonic()
        self._child.tell(list(files))

    def stop(self) -> None:
        """End it at once, with what it has started, such as tesseract."""
        self._child.stop()

    def _listen(self, said: "queue.SimpleQueue[tuple[_Worker, object]]") -> None:
        try:
            while True:
                said.put((self, self._child.hear()))
        except EOFError:
            said.put((self, _Ended()))


def serve() -> None:
    """Be the process that reads: files come in on standard input, what they gave goes out, until the input ends."""
    out = speaker()
    _bounded()
    split(Document("Loads what a splitter needs. " * MAX_CHARS, "", False))  # also what it takes for long texts alone
    send(out, _Progress())

    told = time.monotonic()

    def tick() -> None:
        nonlocal told
        _alarm()
        if time.monotonic() - told > TELL:
            told = time.monotonic()
            send(out, _Progress())

    while True:
        try:
            files = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        for found in files:
            _alarm()
            send(out, _read_bounded(found, tick))
        _alarm(0)


def _read_bounded(found: Found, tick: Tick) -> Result:
    try:
        return read(found, tick)
    except MemoryError:
        return Read(found.stat, time.time_ns(), "", "reading it takes too much memory")


def _bounded() -> None:
    """Limit the memory of this process; Ctrl-C is heeded by the one that has started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        import resource
    except ImportError:  # Windows
        return
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    with suppress(ValueError, OSError):  # a system that does not let itself be limited so
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY if hard == resource.RLIM_INFINITY else min(MEMORY, hard), hard))


def _alarm(seconds: float = 2 * STALL) -> None:
    """End this process when it makes no progress and nobody is left to stop it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


def maker(reader: Reader) -> str:
    """What makes a document: the reader and the splitter, with their versions."""
    return f"{reader.name}/{VERSION}"
