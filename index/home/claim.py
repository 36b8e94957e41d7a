"""Which folder is used as a home: one that was made here, for this user, that holds nothing but files of its own.

A clone or an archive can bring a whole home along. So one that is used bears a mark which only this user's key can have made
(`index/home/user.py`), and holds no link and nothing of another user. Owns the marks, the check, whose documents a home is for,
and who may write it. Knows nothing of what the files hold.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import ForeignIndex, HomeNotWritable
from index.home import user
from index.home.folder import Folder

VECTORS, PAID = "vectors", "paid"
ELSEWHERE = "Name another folder with --home DIR or QA_HOME."

_LOCK, _MADE = "writer.lock", "made-here"
_MARKS = {
    ".gitignore": b"*\n",
    "CACHEDIR.TAG": b"Signature: 8a477f597d28d172789f06886806bc55\n# Made by qa; it can be made again from the documents.\n",
}

_BEGUN = (*_MARKS, _LOCK, "history")
"""What may stand in a home that bears no mark: nothing in these is trusted."""

_DEEPEST, _MOST = 4, 20_000
"""Folders within folders, and entries, that a home has at most."""

_HOLES = 10_000_000
"""Bytes of holes that a file may have."""


def prepare(home: Path) -> None:
    """Make the home, for its owner alone, with marks: of this user, and those that keep it out of version control and backups.

    Raises ForeignIndex for a folder that is not to be used, HomeNotWritable where it cannot be made.
    """
    check(home)
    folder = Folder(home)
    try:
        folder.make()
        if not _is_marked(folder):
            folder.close_to_others()
            nonce = secrets.token_hex(16)
            folder.write(_MADE, f"{nonce} {user.seal('home', nonce)}\n".encode())
        for name, content in _MARKS.items():
            if not folder.holds(name):
                folder.write(name, content)
    except OSError as error:
        raise _unwritten(home, error) from error


def check(home: Path) -> None:
    """Raise ForeignIndex for a folder that is not to be used as a home."""
    if reason := refused(home):
        raise foreign(home, reason)


def foreign(home: Path, reason: str) -> ForeignIndex:
    """The failure of a folder that is not to be used, with why."""
    return ForeignIndex(f"The folder {home} is not used for an index: {reason}.", ELSEWHERE).hiding(home)


def set_aside(home: Path, reason: str, instead: Path) -> str:
    """What is said of a folder that is not used although it is the documents' own, and left as it is."""
    again = " Move it away, and an index is made there again." if reason == _UNMARKED else ""
    again = again or (" Delete that file, and the folder is used again." if reason.endswith(_OF_HOLES) else "")
    return f"{home} is not used for the index, since {reason}; it is kept in {instead}.{again}"


_UNMARKED, _OF_HOLES = "it was not made here by you", "is a file of holes"


def refused(home: Path) -> str:
    """Why a folder is not to be used as a home, as the end of a sentence; "" if it is, or is still to be made."""
    try:
        info = os.lstat(home)
    except (FileNotFoundError, NotADirectoryError):
        return _open_to_all(home)
    except OSError as error:
        return f"it cannot be read ({error.strerror})"
    try:
        return _unsafe(home, info) or _unmarked(Folder(home))
    except FileNotFoundError:  # deleted meanwhile
        return ""
    except PermissionError as error:
        return f"it cannot be read ({error.strerror})"


def _unsafe(home: Path, info: os.stat_result) -> str:
    """What is wrong with a folder, whoever has made it."""
    if stat.S_ISLNK(info.st_mode):
        return "it is a link"
    if not stat.S_ISDIR(info.st_mode):
        return "it is no folder"
    if _of_another(info):
        return "it belongs to another user"
    if os.name == "posix" and info.st_mode & 0o022 and Folder(home).names():
        return f"others may write it (its mode is {stat.S_IMODE(info.st_mode):04o})"
    return _open_to_all(home) or next(_foreign(home, info.st_dev, _DEEPEST), "")


def _open_to_all(home: Path) -> str:
    """Whether anybody may put another folder in its place, or in that of one above it; a sticky one like /tmp keeps it."""
    if os.name != "posix":
        return ""
    for above in Path(os.path.abspath(home)).parents:
        try:
            mode = os.stat(above).st_mode
        except OSError:
            continue
        if mode & 0o002 and not mode & stat.S_ISVTX:
            return f"anybody may put another in its place, as all may write {above}"
    return ""


def _foreign(folder: Path, device: int, deeper: int) -> Iterator[str]:
    """What in a folder no index has: links, files with other names elsewhere, pipes, other disks, what others own."""
    with os.scandir(folder) as entries:
        for number, entry in enumerate(entries):
            info = entry.stat(follow_symlinks=False)
            if number > _MOST:
                yield "it holds more than an index"
            elif stat.S_ISLNK(info.st_mode):
                yield f"{entry.name} in it is a link"
            elif _of_another(info):
                yield f"{entry.name} in it belongs to another user"
            elif stat.S_ISREG(info.st_mode):
                yield from _file(entry, info, top=deeper == _DEEPEST)
            elif not stat.S_ISDIR(info.st_mode):
                yield f"{entry.name} in it is no plain file"
            elif info.st_dev != device:
                yield f"{entry.name} in it is another disk"
            elif not deeper:
                yield "it holds more than an index"
            elif deeper == _DEEPEST and entry.name not in (VECTORS, PAID):
                yield f"{entry.name} in it is a folder that no index has"
            else:
                yield from _foreign(Path(entry.path), device, deeper - 1)


def _file(entry: os.DirEntry[str], info: os.stat_result, *, top: bool) -> Iterator[str]:
    """What is wrong with a file, `top` of which stand in the home itself."""
    if info.st_nlink > 1:
        yield f"{entry.name} in it is a file that has another name elsewhere"
    if _hollow(Path(entry.path), info):
        yield f"{entry.name} in it {_OF_HOLES}"
    if entry.name.casefold().endswith("-journal") and _deletes(Path(entry.path)):
        yield f"{entry.name} in it has SQLite delete another file"
    if top and entry.name in (VECTORS, PAID):
        yield f"{entry.name} in it is no folder"


def _hollow(path: Path, info: os.stat_result) -> bool:
    """Whether most of a file is holes: it takes no room, and hours to be read or copied. Nothing is written so here."""
    lacks = info.st_size - 512 * getattr(info, "st_blocks", info.st_size)
    if lacks < _HOLES or not hasattr(os, "SEEK_HOLE"):
        return False
    held = end = 0
    with path.open("rb") as file, suppress(OSError):  # there is no data behind the last hole
        while end < info.st_size:  # a file may take less room than it has bytes without any hole, where a disk packs them
            start = os.lseek(file.fileno(), end, os.SEEK_DATA)
            end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            held += end - start
    return info.st_size - held > max(_HOLES, held)


def _deletes(journal: Path) -> bool:
    """Whether a rollback journal names a super-journal, which SQLite deletes, wherever it is, once the journal is played back.

    Such a name ends with these bytes (SQLite's file format, 4.1 and pager.c); it is there only where several files were changed
    at once, which is never done here.
    """
    with journal.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - 8))
        return file.read(8) == b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"


def _of_another(info: os.stat_result) -> bool:
    return hasattr(os, "geteuid") and info.st_uid != os.geteuid()


def _unmarked(folder: Folder) -> str:
    """Why a folder that bears no mark of this user is not to be used; "" if it does, or if nothing in it counts."""
    if _is_marked(folder):
        return ""
    counts = [name for name in folder.names() if name not in _BEGUN and not name.endswith(".new") and name != _MADE]
    return _UNMARKED if counts else ""


def _is_marked(folder: Folder) -> bool:
    """Whether this user's qa has made it, or a folder that it is a copy of."""
    try:
        nonce, _, seal = folder.read(_MADE, 200).decode("ascii", "replace").strip().partition(" ")
    except OSError:
        return False
    return user.sealed(seal, "home", nonce)


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
        raise _unwritten(home, error) from error
    try:
        yield True
    finally:
        lock.release()


def _unwritten(home: Path, error: OSError) -> HomeNotWritable:
    return HomeNotWritable(f"The index's folder {home} cannot be written: {error.strerror}.", ELSEWHERE).hiding(home)


def remembered_root(root: Path, home: Path, *, movable: bool) -> str:
    """How a home remembers its documents: relative to itself where both are in one project, which may be moved or copied."""
    return os.path.relpath(root, home.resolve()) if movable else str(root)


def check_owner(remembered: str, root: Path, home: Path) -> bool:
    """Whether the home is for `root` already; False when its documents are gone and it may be taken over.

    Raises ForeignIndex when it belongs to another folder that still exists.
    """
    if not remembered:
        return False
    try:
        other = Path(os.path.normpath(home.resolve() / remembered))
        if other.resolve() == root.resolve():
            return True
        there = other.exists()
    except (ValueError, OSError):  # what no path can be
        return False
    if there:
        raise ForeignIndex(f"The index in {home} is that of {other}, not of {root}.", ELSEWHERE).hiding(home, other, root)
    return False
