"""One child process, measured from outside: seconds, seconds until it says something, memory.

A child's own peak begins with the size of the process that starts it: scripts that measure import nothing large.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PAGE = os.sysconf("SC_PAGE_SIZE")
QA = str(Path(sys.executable).parent / "qa")


@dataclass(frozen=True, slots=True)
class Run:
    """`first` is when the first byte came on stdout, `peak` the process's own memory, `tree` that of all its processes at once.

    Seconds and megabytes. `tree` counts what processes share once for each; it is looked at ten times a second, where the
    system has /proc, and never below `peak`.
    """

    seconds: float
    first: float
    peak: float
    tree: float
    out: str


def run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Run:
    """Run a command to its end; whatever it says on stderr is shown if it fails."""
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        child = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=errors)
        assert child.stdout
        with watched(child.pid) as most:
            begin = os.read(child.stdout.fileno(), 65536)
            first = time.perf_counter() - started
            out = begin + child.stdout.read()
            _, status, usage = os.wait4(child.pid, 0)
            seconds = time.perf_counter() - started
        child.stdout.close()
        child.returncode = os.waitstatus_to_exitcode(status)
        if status:
            errors.seek(0)
            sys.exit(f"{' '.join(command)} ended with {child.returncode}:\n{errors.read().decode()}")
    peak = usage.ru_maxrss / 1024
    return Run(seconds, first if begin else seconds, peak, max(peak, *most), out.decode())


@contextmanager
def watched(pid: int) -> Iterator[list[float]]:
    """The most memory of a process and all below it, as long as the context is open."""
    most, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(0.1):
            most[0] = max(most[0], _resident(pid))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        over.set()
        thread.join()


def _resident(pid: int) -> float:
    """Megabytes of a process and all below it, 0.0 where there is no /proc."""
    parents, sizes = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(stat.parent.name)], sizes[int(stat.parent.name)] = int(fields[1]), int(fields[21])
    family = {pid}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(sizes.get(member, 0) for member in family) * PAGE / 1e6


def clean(home: Path, **settings: str) -> dict[str, str]:
    """The environment without the user's settings, keys and caches, and with these."""
    foreign = ("QA_", "OPENAI_", "XDG_", "CHROMA_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "HOME": str(home), **settings}


@contextmanager
def loopback(*options: str) -> Iterator[str]:
    """The base URL of `bench/service.py`, in a process of its own."""
    command = [sys.executable, str(Path(__file__).parent / "service.py"), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        try:
            yield service.stdout.readline().strip()
        finally:
            service.terminate()
