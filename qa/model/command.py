"""An installed program as the model: the prompt on its standard input, the reply on its standard output as it comes.

Owns the process, what bounds it, and its failures in words. Who names a command is checked before (`qa/settings/load.py`).
Knows nothing of prompts or citations.
"""

import atexit
import codecs
import os
import queue
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO

from index.errors import ServiceBroken, TimedOut
from index.passage import COLOURS
from index.service.endpoint import plain
from qa.errors import CommandFailed, CommandMissing, UsageFailure

PREFIX = "cmd:"
"""What a command as a model begins with."""

FIRST, ALL = 3, 20
"""Times the silence that is allowed: before the first word, since most programs print the whole reply at once, and in all."""

PIECE, LONGEST_TALK, GRACE = 65_536, 2000, 1.0
"""Bytes read at once; characters of standard error that are kept; seconds for the pipes to close once the program has ended."""

_ALONE = "Try it alone on a terminal: echo hello | COMMAND"

_WORDS = {126: "what it calls cannot be run", 127: "what it calls is not installed", 130: "it was stopped by Ctrl-C"}


def is_command(name: str) -> bool:
    """Whether a model's name is that of a program."""
    return name.strip().casefold().startswith(PREFIX)


def program(name: str) -> str:
    """How the model is called where it is named: without arguments, among which a key may be."""
    return PREFIX + Path(arguments(name)[0]).name


def arguments(name: str) -> Sequence[str]:
    """The command's words, split as a shell does; UsageFailure for none."""
    try:
        words = shlex.split(name.strip()[len(PREFIX) :])
    except ValueError as error:
        raise UsageFailure(f"The command in {PREFIX}… cannot be read: {error}.", "Quote it as for a shell.") from error
    if not words or "\0" in name:
        raise UsageFailure(f"{PREFIX} is followed by no command.", "Like this: --model 'cmd:claude -p'")
    return words


def output(name: str, prompt: str, timeout: float) -> Iterator[str]:
    """What the program prints, as it comes; it and all that it has started are ended in any case.

    Raises CommandMissing, CommandFailed for its exit code, TimedOut, and ServiceBroken where it prints nothing.
    """
    words = _found(arguments(name))
    with tempfile.TemporaryDirectory(prefix="qa-", ignore_cleanup_errors=True) as empty:
        running = _Running(words, empty, prompt)
        try:
            yield from running.read(timeout, program(name))
        finally:
            running.end()


def _found(words: Sequence[str]) -> list[str]:
    """The words with the program's full path: it runs in an empty folder, so that no folder of documents configures it."""
    typed = os.path.abspath(os.path.expanduser(words[0])) if os.path.basename(words[0]) != words[0] else words[0]
    path = shutil.which(typed)
    if path is None:
        message = f"The model's command {plain(words[0])} is not installed, or may not be run."
        raise CommandMissing(message, "Install it, or name another model with --model.").hiding(words[0])
    return [os.path.abspath(path), *words[1:]]


class _Running:
    """The process, with a thread for each of its pipes, so that none can hold up another."""

    def __init__(self, words: Sequence[str], folder: str, prompt: str) -> None:
        pipe = subprocess.PIPE
        try:
            self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=pipe, cwd=folder, start_new_session=True)
        except OSError as error:
            raise CommandMissing(f"The model's command cannot be started: {error.strerror}.", "Name another model.") from error
        self._pieces: queue.Queue[bytes] = queue.Queue(maxsize=64)
        self._talk = ""
        self._threads = [
            threading.Thread(target=target, args=arguments, daemon=True)
            for target, arguments in (
                (self._write, (self._process.stdin, prompt)),
                (self._read, (self._process.stdout,)),
                (self._listen, (self._process.stderr,)),
            )
        ]
        for thread in self._threads:
            thread.start()
        atexit.register(self.end)  # also where Ctrl-C comes while somebody else is at work

    def read(self, timeout: float, name: str) -> Iterator[str]:
        """Its text, and at the end its failure if it has failed."""
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        began = last = time.monotonic()
        seen = False
        while True:
            now = time.monotonic()
            left = min(last + (timeout if seen else FIRST * timeout), began + ALL * timeout) - now
            try:
                piece = self._next(left)
            except queue.Empty:
                raise self._late(name, time.monotonic() - last) from None
            if not piece:
                break
            last, seen = time.monotonic(), True
            yield COLOURS.sub("", decoder.decode(piece))
        yield decoder.decode(b"", final=True)
        self._check(name, seen=seen)

    def _next(self, seconds: float) -> bytes:
        """The next piece, b"" at the end; queue.Empty after so many seconds."""
        until = time.monotonic() + max(seconds, 0)
        while (left := until - time.monotonic()) > 0:
            with suppress(queue.Empty):
                return self._pieces.get(timeout=min(left, 0.1))
            if self._process.poll() is not None:  # what it has left running may hold the pipe open
                with suppress(queue.Empty):
                    return self._pieces.get(timeout=min(left, GRACE))
                return b""
        raise queue.Empty

    def _late(self, name: str, seconds: float) -> TimedOut:
        said = f"{name} printed nothing for {seconds:.0f} s, and was ended{self._said()}."
        return TimedOut(said, f"Give it longer with --timeout S. {_ALONE}")

    def _check(self, name: str, *, seen: bool) -> None:
        with suppress(subprocess.TimeoutExpired):  # it has closed its output, and may go on with something else
            self._process.wait(timeout=GRACE)
        if code := self._process.returncode:
            said = f"{name} failed: {_in_words(code)}{self._said()}."
            raise CommandFailed(said, _ALONE)
        if not seen:
            raise ServiceBroken(
                f"{name} printed nothing{self._said()}.", "Try it alone on a terminal, as by: echo hello | COMMAND"
            )

    def _said(self) -> str:
        """The end of what it said on standard error."""
        self._threads[2].join(GRACE)
        words = re.sub(r"\bsk-[^\s'\"`,;)]+", "sk-…", plain(COLOURS.sub("", self._talk)))
        return f" (“{words[-300:].strip().rstrip('.')}”)" if words else ""

    def _write(self, pipe: IO[bytes], prompt: str) -> None:
        with suppress(OSError), pipe:  # one that does not read all of it may still answer
            pipe.write(prompt.encode("utf-8", "replace"))

    def _read(self, pipe: IO[bytes]) -> None:
        with suppress(OSError, ValueError):
            while piece := os.read(pipe.fileno(), PIECE):
                self._pieces.put(piece)
        self._pieces.put(b"")

    def _listen(self, pipe: IO[bytes]) -> None:
        with suppress(OSError, ValueError):
            while piece := os.read(pipe.fileno(), PIECE):
                self._talk = (self._talk + piece.decode("utf-8", "replace"))[-LONGEST_TALK:]

    def end(self) -> None:
        """End it, with what it has started."""
        atexit.unregister(self.end)
        with suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        while not self._pieces.empty():  # the thread that reads may wait for room
            self._pieces.get()


def _in_words(code: int) -> str:
    """An exit code as a person says it."""
    if code < 0 or (code > 128 and code not in _WORDS):
        number = -code if code < 0 else code - 128
        with suppress(ValueError):
            return f"it was ended by {signal.Signals(number).name}"
    return f"exit code {code}" + (f", {_WORDS[code]}" if code in _WORDS else "")
