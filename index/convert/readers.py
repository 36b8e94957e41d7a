"""Files read in processes that can be stopped, or here where that is faster.

Owns which files are read where, and what becomes of a reader that makes no progress, dies or wants too much memory: its file is
left out, the others go on.
"""

import queue
import time
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from index.convert.file import Read, Result, read, read_text
from index.convert.limits import Limits
from index.convert.worker import LIMITS, Ended, Progress, Worker
from index.errors import ReadersFailed
from index.files.walk import Found, stat_of
from index.process.clock import TooLong, within
from index.process.machine import processors
from index.read.formats import reader_for

ALONE, ALONE_EACH = 3_000_000, 500_000
"""So many bytes of plain text are read faster here than a process starts; a larger file might be one that takes long."""

HERE = 10.0
"""Seconds for a file that is read here; what takes longer is read in a process, which can be stopped whatever it does."""

HASTE = 0.25
"""At first a file has this share of its seconds."""

IN_HASTE = Limits(most_seconds=80.0, stall=20.0)
"""For a question, which waits for no file for longer than the share of these."""

MOST_UNREADY = 3
"""So many processes in a row may end before they could read anything."""

CHUNK = 400_000
"""Bytes of files that a process is given at once."""


def text_of(path: Path, source: str, *, ocr: bool = False) -> str | None:
    """A file's text as it is now, "" if it holds none; None if it has vanished."""
    try:
        info = path.stat()
    except OSError:
        return None
    found = Found(source, str(path), stat_of(info), ocr=ocr)
    reader = reader_for(source, ocr=ocr)
    try:
        heavy = reader is not None and reader.heavy
        result = next(read_all([found]))[1] if heavy else within(HERE, partial(read_text, found))
    except TooLong:
        result = next(_apart([found], None, LIMITS))[1]
    return None if result is None else result.document.text if result.document else ""


def read_all(files: Sequence[Found], limits: Limits = LIMITS) -> Iterator[tuple[Found, Result]]:
    """Read files, in order, but that those whose reader had to be stopped come last, after another try."""
    slow: list[Found] = []
    yield from read_round(files, slow, limits)
    yield from read_round(slow, None, limits)


def read_round(files: Sequence[Found], slow: list[Found] | None, limits: Limits = LIMITS) -> Iterator[tuple[Found, Result]]:
    """Read files, in order: on all processors where they are many, and what is heavy never in this process.

    With `slow` a file has a share of its seconds; one whose reader had to be stopped is added to that list instead, so that it
    keeps no other waiting. Without it the file has all that it may take, and is left out if that is not enough.
    """
    heavy = any((reader := reader_for(f.source, ocr=f.ocr)) and reader.heavy for f in files)
    sizes = [f.stat.size for f in files]
    if not heavy and sum(sizes) < ALONE and max(sizes, default=0) <= ALONE_EACH:
        files = yield from _here(files)
    if files:
        yield from _apart(files, slow, limits)


def _here(files: Sequence[Found]) -> Generator[tuple[Found, Result], None, Sequence[Found]]:
    """Read files in this process; returns those that take too long."""
    late: list[Found] = []
    for found in files:
        try:
            result = within(HERE, partial(read, found))
        except TooLong:
            late.append(found)
            continue
        yield found, result
    return late


def _apart(files: Sequence[Found], slow: list[Found] | None, limits: Limits) -> Iterator[tuple[Found, Result]]:
    """Read files in processes."""
    chunks = list(_chunks(files)) if slow is not None else [[f] for f in files]
    with _Pool(min(len(chunks), processors()), limits, slow) as pool:
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
    done: list[Result] = field(default_factory=list)
    worker: "Worker | None" = None

    @property
    def left(self) -> Sequence[Found]:
        return self.files[len(self.done) :]


class _Pool:
    """Processes that read; each is given a chunk at a time, and is replaced when it had to be stopped."""

    def __init__(self, size: int, limits: Limits, slow: list[Found] | None) -> None:
        self._said: queue.SimpleQueue[tuple[Worker, object]] = queue.SimpleQueue()
        self._workers: list[Worker] = []
        self._waiting: deque[_Chunk] = deque()
        self._size, self._unready = size, 0
        self._limits, self._slow, self._share = limits, slow, 1.0 if slow is None else HASTE

    def __enter__(self) -> "_Pool":
        self._workers = [Worker(self._said, self._limits) for _ in range(self._size)]
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()

    def results(self, chunks: Sequence[Sequence[Found]]) -> Iterator[tuple[Found, Result]]:
        """Every file with what it gave, in order; few chunks are under way at a time, which bounds memory."""
        self._waiting.extend(map(_Chunk, chunks))
        under_way: deque[_Chunk] = deque()
        idle = list(self._workers)
        while under_way or self._waiting:
            while self._waiting and len(under_way) < 4 * self._size:
                under_way.append(self._waiting.popleft())
            for chunk in under_way:
                if idle and chunk.worker is None and chunk.left:
                    chunk.worker = self._alive(idle.pop())
                    chunk.worker.give(chunk.left, self._share)
            if not under_way[0].left:
                chunk = under_way.popleft()
                yield from zip(chunk.files, chunk.done, strict=True)
            else:
                idle += self._heed(under_way)

    def _heed(self, under_way: Sequence[_Chunk]) -> list["Worker"]:
        """Take what a process says next, or stop one that takes too long; the processes that are idle then."""
        for chunk in under_way:
            if chunk.worker and (reason := chunk.worker.late(chunk.left[0])):
                return [self._replaced(chunk, reason)]
        try:
            worker, said = self._said.get(timeout=1.0)
        except queue.Empty:
            return []
        found = next((c for c in under_way if c.worker is worker), None)
        if found is None:
            return []
        worker.heard = time.monotonic()
        if isinstance(said, Ended):
            return [self._replaced(found, worker.end(found.left[0]))]
        worker.ready = True
        if not isinstance(said, Progress):
            found.done.append(said)  # type: ignore[arg-type]
            worker.begun = worker.heard
        if found.left:
            return []
        found.worker = None
        return [worker]

    def _replaced(self, chunk: _Chunk, reason: str) -> "Worker":
        """Another process for one that was stopped; the file that it was at, if it had begun, is left out or put aside."""
        worker = chunk.worker
        assert worker
        worker.stop()
        chunk.worker = None
        if worker.ready:
            found, *others = chunk.left
            if self._slow is None:
                chunk.done.append(Read(found.stat, time.time_ns(), "", reason))
            else:
                self._slow.append(found)
                chunk.files = chunk.files[: len(chunk.done)]
                self._waiting.extend(_Chunk([other]) for other in others)  # what stands beside such a file may be like it
        return self._alive(worker)

    def _alive(self, worker: "Worker") -> "Worker":
        """The process, or one that takes its place if it has ended; ReadersFailed where several could not be started."""
        if not worker.ended:
            return worker
        self._unready = 0 if worker.ready else self._unready + 1
        if self._unready > MOST_UNREADY:
            raise ReadersFailed("The processes that read files end at once.", "Let them have more memory, and try again.")
        fresh = Worker(self._said, self._limits)
        self._workers[self._workers.index(worker)] = fresh
        return fresh
