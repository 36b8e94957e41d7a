"""What this machine offers.

Owns what is asked of the operating system, and how a file is opened; knows nothing of the index.
"""

import errno
import io
import math
import os
import re
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")


def processors() -> int:
    """Those that this process may use, which in a container are fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> float:
    """Bytes of address space that this process may use."""
    try:
        import resource
    except ImportError:  # Windows
        return math.inf
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return math.inf if most == resource.RLIM_INFINITY else most


def opened(path: str) -> io.BufferedReader:
    """A file, open to be read; OSError where it is none by now: one would wait for a pipe without end."""
    return open(path, "rb", opener=_regular)


def _regular(path: str, flags: int) -> int:
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file")
    return handle


def in_thread(call: Callable[[], Result]) -> Result:
    """Make a call that Python cannot interrupt, in a thread that ends with the process: Ctrl-C is heeded meanwhile."""
    return begun(call)()


def begun(call: Callable[[], Result]) -> Callable[[], Result]:
    """Begin a call in such a thread; what is returned waits for its result, or raises what it has raised."""
    results: list[Result] = []
    failed: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            results.append(call())
        except BaseException as error:  # noqa: BLE001 (raised by the thread that waits)
            failed.append(error)
        done.set()

    def result() -> Result:
        while not done.wait(0.5):
            pass  # a Ctrl-C that came the moment before the wait is heeded here
        if failed:
            raise failed[0]
        return results[0]

    threading.Thread(target=work, daemon=True).start()
    return result


NETWORK = frozenset(
    "9p afs beegfs ceph cifs davfs fuse.rclone fuse.sshfs glusterfs lustre ncpfs nfs nfs4 smb2 smb3 smbfs".split()
)
"""File systems that several machines may write, as Linux names them."""

_MOUNTS = Path("/proc/self/mountinfo")


def on_network(folder: Path) -> bool:
    """Whether a folder is on a network disk, as far as the system tells; False where it does not."""
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return False
    return file_system(str(folder.resolve()), mounts) in NETWORK


def file_system(path: str, mounts: str) -> str:
    """The kind of file system that a path is on, by the lines of Linux's mountinfo (proc(5)); "" if none fits."""
    kind, longest = "", -1
    for line in mounts.splitlines():
        fields, _, rest = line.partition(" - ")
        place = re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields.split(" ")[4])
        inside = path == place or path.startswith(place.rstrip("/") + "/")
        if inside and len(place) >= longest:  # of two at one place the later one covers the other
            kind, longest = rest.split(" ")[0], len(place)
    return kind
