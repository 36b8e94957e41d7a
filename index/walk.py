"""Which files there are below the documents' folder, with what tells whether they changed.

Owns the choice of files by name and kind; reads none of them, knows no formats and no index.
"""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.errors import NoDocuments


@dataclass(frozen=True, slots=True)
class Stat:
    """What the file system says of a file; equal stats mean equal content once the file is old enough."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class Found:
    """A file: `source` is its path below the documents' folder with "/", `left_out` why it is not indexed, or ""."""

    source: str
    path: Path
    stat: Stat
    left_out: str = ""


def walk(root: Path, home: Path, follow: bool = False) -> list[Found]:
    """Every file below `root` but hidden ones and those in `home`, by source; `root` may be one file.

    Links that lead outside `root` are left out unless `follow`. A file that vanishes meanwhile is not there.
    """
    if root.is_file():
        return [_found(root.name, root, root.stat())]
    if not root.is_dir():
        raise NoDocuments(
            f"There are no documents at {root}.", "Name a folder or a file with --seeds PATH or QA_SEEDS."
        ).hiding(root)
    try:
        found = list(_below(root, "", _Walk(root.resolve(), home.resolve(), follow, set())))
    except PermissionError as error:
        raise NoDocuments(f"The documents' folder {root} cannot be read: {error.strerror}.").hiding(root) from error
    return sorted(found, key=lambda f: f.source)


@dataclass(frozen=True, slots=True)
class _Walk:
    root: Path
    home: Path
    follow: bool
    seen: set[tuple[int, int]]


def _below(folder: Path, prefix: str, walk: _Walk) -> Iterator[Found]:
    info = folder.stat()
    if (info.st_dev, info.st_ino) in walk.seen or folder.resolve() == walk.home:
        return
    walk.seen.add((info.st_dev, info.st_ino))
    with os.scandir(folder) as entries:
        for entry in entries:
            if not entry.name.startswith("."):
                yield from _entry(entry, prefix + entry.name, walk)


def _entry(entry: os.DirEntry[str], source: str, walk: _Walk) -> Iterator[Found]:
    """One directory entry: a file, the files of a folder, or the reason why it is left out."""
    path = Path(entry.path)
    try:
        inside = not entry.is_symlink() or path.resolve().is_relative_to(walk.root)
        if not inside and not walk.follow:
            yield _found(source, path, entry.stat(follow_symlinks=False), "a link that leads outside the folder")
        elif entry.is_dir():
            yield from _folder(path, source, walk, linked=inside and entry.is_symlink())
        else:
            yield _found(source, path, entry.stat())
    except FileNotFoundError:
        if entry.is_symlink():
            yield _found(source, path, entry.stat(follow_symlinks=False), "a link to nothing")


def _folder(path: Path, source: str, walk: _Walk, *, linked: bool) -> Iterator[Found]:
    """A folder's files; a link to a folder inside the root adds nothing, its files are found where they are."""
    if linked:
        return
    try:
        yield from _below(path, source + "/", walk)
    except PermissionError as error:
        yield _found(source + "/", path, path.stat(), f"the folder cannot be read: {error.strerror}")


def _found(source: str, path: Path, info: os.stat_result, left_out: str = "") -> Found:
    if not left_out and not stat.S_ISREG(info.st_mode):
        left_out = "not a regular file"
    if not left_out and not _is_text(source):
        left_out = "a name that is not valid UTF-8"
    shown = source.encode("utf-8", "backslashreplace").decode("utf-8")
    return Found(shown, path, Stat(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino), left_out)


def _is_text(name: str) -> bool:
    return not any("\ud800" <= c <= "\udfff" for c in name)
