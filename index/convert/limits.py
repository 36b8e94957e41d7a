"""What the reading of one file may take, by its size: time of a processor, memory, and what it puts out.

Owns the figures, and how a process that reads holds itself to them: the system ends it, whatever a library is doing. Time that
others spend on a busy machine does not count. Knows nothing of formats.
"""

import math
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index.files.walk import Found

_MEMORY = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds and bytes for any file, and more for a larger one; a sheet of a million rows takes 9 s a megabyte.

    `stall` is how many seconds a reader may do nothing, and `busy` how many times its seconds may pass on a busy machine.
    """

    seconds: float = 5.0
    seconds_a_megabyte: float = 20.0
    memory: int = 800_000_000
    memory_a_byte: int = 100
    most_memory: int = 4_000_000_000
    output: int = 100_000_000
    output_a_byte: int = 100
    stall: float = 60.0
    busy: float = 6.0
    most_seconds: float = math.inf

    def seconds_for(self, found: Found) -> float:
        """Seconds of a processor; scanned pages are drawn before they are read, a few kilobytes in half a second."""
        megabytes = found.stat.size / 1_000_000
        if found.ocr:
            return self.stall + 200 * megabytes
        return min(self.most_seconds, self.seconds + self.seconds_a_megabyte * megabytes)

    def memory_for(self, found: Found) -> int:
        """Bytes beyond those that the process has before."""
        return self.most_memory if found.ocr else self.memory + self.memory_a_byte * found.stat.size

    def output_for(self, found: Found) -> int:
        """Bytes of a document with its passages, as they pass between processes."""
        return self.output + self.output_a_byte * found.stat.size

    def hold(self, found: Found, share: float) -> None:
        """From now on this process may take what is for this file, a share of its seconds, where the system can limit it."""
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_PROF, share * self.seconds_for(found))
        try:
            import resource
        except ImportError:  # Windows
            return
        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        most = min(self.most_memory, _held() + self.memory_for(found))
        with suppress(ValueError, OSError):  # a system that does not let itself be limited so
            resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _held() -> int:
    """Bytes of address space that this process has; 0 where the system does not tell."""
    try:
        return int(_MEMORY.read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0
