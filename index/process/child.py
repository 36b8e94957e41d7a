"""Processes of our own: started with what they are to run, spoken to in pickles over pipes, ended at once.

Owns both ends of the pipes; knows nothing of what is said. Only this program's own processes are at the other end.
"""

import os
import pickle
import signal
import subprocess
import sys
from contextlib import suppress
from typing import IO, Any


class Child:
    """A Python process that runs one statement; OSError where it cannot be started."""

    def __init__(self, statement: str) -> None:
        command = [sys.executable, "-P", "-c", statement]
        pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=nowhere, start_new_session=True)
        assert self._process.stdin
        assert self._process.stdout
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    @property
    def ended(self) -> bool:
        """Whether it is no more."""
        return self._process.poll() is not None

    @property
    def signal(self) -> int:
        """The signal that has ended it, or 0."""
        return max(-(self._process.returncode or 0), 0)

    def tell(self, value: object) -> None:
        """Send a value; nothing comes of it where the process has died, which `hear` tells."""
        with suppress(OSError):
            send(self._stdin, value)

    def hear(self) -> Any:
        """The next value that it says; EOFError once it has ended."""
        try:
            return pickle.load(self._stdout)
        except (OSError, ValueError, pickle.UnpicklingError) as error:
            raise EOFError from error

    def stop(self) -> None:
        """End it at once, with what it has started."""
        with suppress(ProcessLookupError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.kill()
        self._process.wait()
        for pipe in (self._stdin, self._stdout):
            with suppress(OSError):
                pipe.close()


def send(pipe: IO[bytes], value: object) -> None:
    """Say a value at once."""
    pickle.dump(value, pipe, pickle.HIGHEST_PROTOCOL)
    pipe.flush()


def speaker() -> IO[bytes]:
    """In the process: where it says its values. What a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return out
