"""A process that reads files, from both ends: the one that has it read, and the one that it is.

Owns when it is late, and that it ends whatever a reader does.
"""

import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Sequence

from index.convert.file import Read, read
from index.convert.limits import Limits
from index.errors import ReadersFailed
from index.files.walk import Found
from index.passage import Document
from index.process.child import Child, send, speaker
from index.read.draft.draft import TOO_MUCH, Tick
from index.split.passages import MAX_CHARS, split

LIMITS = Limits()

CRASHED = "its reader crashed: a damaged file, or too much memory"

TELL = 0.2
"""Seconds between two words of progress at least: each wakes the process that waits for them."""


class Ended:
    """Said of a process that has ended."""


class Progress:
    """Said by a process that is at work."""


class Worker:
    """A process that runs `serve`, with a thread here that takes what it says."""

    def __init__(self, said: "queue.SimpleQueue[tuple[Worker, object]]", limits: Limits) -> None:
        try:
            self._child = Child("from index.convert.worker import serve; serve()")
        except OSError as error:
            raise ReadersFailed(f"The processes that read files cannot be started: {error.strerror}.") from error
        self._limits, self._share = limits, 1.0
        self.heard = self.begun = time.monotonic()
        self.ready = False
        threading.Thread(target=self._listen, args=(said,), daemon=True).start()

    def late(self, found: Found) -> str:
        """Why it is to be stopped, or "": it says nothing, or has no clock of its own and is at this file for too long."""
        now, limits = time.monotonic(), self._limits
        seconds = self._share * limits.seconds_for(found)
        silence = limits.stall + seconds if self.ready else LIMITS.stall
        if now - self.heard > silence:
            return f"its reader made no progress for {silence:.0f} s"
        return _too_slow(seconds) if self.ready and now - self.begun > limits.stall + limits.busy * seconds else ""

    def end(self, found: Found) -> str:
        """Why it is no more, which was at this file."""
        self.stop()
        alarmed = hasattr(signal, "SIGPROF") and self._child.signal == signal.SIGPROF
        return _too_slow(self._share * self._limits.seconds_for(found)) if alarmed else CRASHED

    @property
    def ended(self) -> bool:
        """Whether it is no more."""
        return self._child.ended

    def give(self, files: Sequence[Found], share: float) -> None:
        """Have it read files, each in that share of its seconds."""
        self.heard = self.begun = time.monotonic()
        self._share = share
        self._child.tell((list(files), self._limits, share))

    def stop(self) -> None:
        """End it at once, with what it has started, such as tesseract."""
        self._child.stop()

    def _listen(self, said: "queue.SimpleQueue[tuple[Worker, object]]") -> None:
        try:
            while True:
                said.put((self, self._child.hear()))
        except EOFError:
            said.put((self, Ended()))


def _too_slow(seconds: float) -> str:
    return f"reading it takes more than {seconds:.0f} s"


def serve() -> None:
    """Be the process that reads: files come in on standard input, what they gave goes out, until the input ends."""
    out = speaker()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is heeded by the one that has started it
    split(Document("Loads what a splitter needs. " * MAX_CHARS, "", False))  # also what it takes for long texts alone
    send(out, Progress())

    told = time.monotonic()

    def tick() -> None:
        nonlocal told
        _alarm()
        if time.monotonic() - told > TELL:
            told = time.monotonic()
            send(out, Progress())

    while True:
        try:
            files, limits, share = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        for found in files:
            _alarm()
            limits.hold(found, share)
            out.write(_read_bounded(found, tick, limits.output_for(found)))
            out.flush()
        _alarm(0)


def _read_bounded(found: Found, tick: Tick, most: int) -> bytes:
    """What a file gave, as it is sent; of at most so many bytes."""
    try:
        said = pickle.dumps(read(found, tick), pickle.HIGHEST_PROTOCOL)
        reason = "" if len(said) <= most else TOO_MUCH
    except MemoryError:
        reason = "reading it takes too much memory"
    return pickle.dumps(Read(found.stat, time.time_ns(), "", reason), pickle.HIGHEST_PROTOCOL) if reason else said


def _alarm(seconds: float = 2 * LIMITS.stall) -> None:
    """End this process when it makes no progress and nobody is left to stop it."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
