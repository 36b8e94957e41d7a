"""The home folder of an index: its own marks for other programs, whose documents it is for, and who may write it.

Owns everything in the home folder but the catalog and the vectors.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import ForeignIndex, HomeNotWritable

VECTORS = "vectors"
PAID = "paid"
_LOCK = "writer.lock"
_MARKS = {
    ".gitignore": "*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Made by qa; it can be made again from the documents.\n",
}


def prepare(home: Path) -> None:
    """Make the home folder, for its owner alone, with marks that keep it out of version control and backups."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, content in _MARKS.items():
            if not (home / name).exists():
                (home / name).write_text(content, encoding="utf-8")
    except OSError as error:
        raise HomeNotWritable(f"The index's folder {home} cannot be written: {error.strerror}.", ELSEWHERE).hiding(
            home
        ) from error


ELSEWHERE = "Name another folder with --home DIR or QA_HOME."


@contextmanager
def writing(home: Path, wait: float) -> Iterator[bool]:
    """Be the one process that changes this index; yields False when another still is after `wait` seconds (-1: no limit)."""
    from filelock import FileLock, Timeout  # 40 ms, not needed where nothing changed

    lock = FileLock(home / _LOCK)
    try:
        lock.acquire(timeout=wait, poll_interval=0.05)
    except Timeout:
        yield False
        return
    except OSError as error:
        raise HomeNotWritable(f"The index's folder {home} cannot be written: {error.strerror}.", ELSEWHERE).hiding(
            home
        ) from error
    try:
        yield True
    finally:
        lock.release()


def remembered_root(root: Path, home: Path, *, movable: bool) -> str:
    """How a home remembers its documents: relative to itself where both are in one project, which may be moved or copied."""
    return os.path.relpath(root, home.resolve()) if movable else str(root)


def check_owner(remembered: str, root: Path, home: Path) -> bool:
    """Whether the home is for `root` already; False when its documents are gone and it may be taken over.

    Raises ForeignIndex when it belongs to another folder that still exists.
    """
    if not remembered:
        return False
    other = Path(os.path.normpath(home.resolve() / remembered))
    if other.resolve() == root.resolve():
        return True
    if other.exists():
        raise ForeignIndex(f"The index in {home} is that of {other}, not of {root}.", ELSEWHERE).hiding(home, other, root)
    return False
