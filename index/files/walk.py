"""Which files there are below the documents' folder, with what tells whether they changed.

Owns the choice of files by name and kind; reads none of them but ignore files, knows no formats and no index.
"""

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple

from index.errors import NoDocuments
from index.files import ignore
from index.files.ignore import IgnoreFile
from index.files.secret import secret_name


class Stat(NamedTuple):
    """What the file system says of a file; equal stats mean equal content once the file is old enough.

    A tuple, as are the others that each of 100,000 files has some of: a dataclass takes three times as long to make.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


_LEAST, _MOST = -(2**63), 2**63 - 1
"""What a number of the catalog can be; an archive can date a file to the year 2300, in nanoseconds."""


def stat_of(info: os.stat_result) -> Stat:
    """What counts of what the system says, as far as it can be stored."""
    told = Stat(info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)
    if min(told) >= _LEAST and max(told) <= _MOST:
        return told
    return Stat(*(min(max(number, _LEAST), _MOST) for number in told))


_UNREADABLE, _NO_TEXT = "the folder cannot be read", "a name that is not valid UTF-8"
_TOO_MANY_RULES = "the ignore files down to here hold too many rules"
LOST = (_UNREADABLE, _NO_TEXT, _TOO_MANY_RULES)
"""How those reasons begin that are not the user's choice: documents may be lost to the index."""

UNSEEN = Stat(0, 0, 0, 0)
"""The stat of what is left out by its name or kind: nothing that happens to it matters."""


class Found(NamedTuple):
    """A file: `source` is its path below the documents' folder with "/", `left_out` why it is not indexed, or "".

    A whole folder that is left out is one of these, its source ends with "/". `location` is where it is, as a string: an
    object for each of 100,000 paths costs a third of the walk. With `ocr` its scanned pages are to be read too.
    """

    source: str
    location: str
    stat: Stat
    left_out: str = ""
    ocr: bool = False

    @property
    def path(self) -> Path:
        """Where the file is."""
        return Path(self.location)


def walk(root: Path, home: Path, follow: bool = False, most: int | None = None) -> list[Found]:
    """Every file below `root` but hidden ones and those in `home`, by source; `root` may be one file.

    Ignored files, likely secrets, links that lead outside `root` (unless `follow`), links to what is found anyway, pipes and
    devices are left out, with the reason; an ignored folder as one, without a look into it. A file that vanishes meanwhile is
    not there. With `most` it ends once there are more.
    """
    if root.is_file():
        return [_file(root.name, str(root), root.stat())]
    if not root.is_dir():
        raise NoDocuments(
            f"There are no documents at {root}.", "Name a folder or a file with --seeds PATH or QA_SEEDS."
        ).hiding(root)
    seen = {_identity(os.stat(home))} if os.path.isdir(home) else set()
    try:
        walked = _Walk(os.path.realpath(root), follow, seen, {})
        found = _once(walked.found(str(root), most), walked.links)
    except OSError as error:
        raise NoDocuments(f"The documents' folder {root} cannot be read: {error.strerror}.").hiding(root) from error
    return sorted(found, key=attrgetter("source"))


def _once(found: Sequence[Found], links: Mapping[str, str]) -> list[Found]:
    """The files, each under its own name alone.

    A link stands for a file that is not found, as in a hidden folder, or whose own name has another suffix and so its reader.
    """
    real = {f.source for f in found if not f.left_out and f.source not in links}

    def one(file: Found) -> Found:
        target = links.get(file.source, "")
        same = target in real and os.path.splitext(target)[1] == os.path.splitext(file.source)[1]
        return _left_out(file.source, file.location, f"a link to {target}") if same else file

    return [one(file) for file in found]


_GIT = re.compile(r"[/\\]\.git[/\\](?!annex[/\\])")
"""Where git keeps its own, such as the token of a remote; git-annex keeps documents there, and puts links to them."""


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to look into; `prefix` of its sources, and the ignore files above it."""

    path: str
    prefix: str
    ignored: tuple[IgnoreFile, ...] = ()


@dataclass(slots=True)
class _Walk:
    """One walk; `seen` are the folders that are not looked into (again), by device and inode.

    `links` are the files that are links to a path below the root, with the source that such a path would have.
    """

    root: str
    follow: bool
    seen: set[tuple[int, int]]
    links: dict[str, str]
    rules: int = 0
    work: int = 0

    def found(self, top: str, most: int | None = None) -> list[Found]:
        """All files, or more than `most`; OSError if the top folder cannot be read, any other is left out."""
        found: list[Found] = []
        todo = [_Folder(top, "")]
        while todo and (most is None or len(found) <= most):
            folder = todo.pop()
            try:
                self._look_into(folder, found, todo)
            except FileNotFoundError:
                if not folder.prefix:
                    raise
            except OSError as error:
                if not folder.prefix:
                    raise
                found.append(_left_out(folder.prefix, folder.path, f"{_UNREADABLE}: {error.strerror}"))
        return found

    def _look_into(self, folder: _Folder, found: list[Found], todo: list[_Folder]) -> None:
        identity = _identity(os.stat(folder.path))
        if identity in self.seen:
            return
        self.seen.add(identity)
        with os.scandir(folder.path) as scanned:
            entries = list(scanned)
        own = _ignore_files(entries, folder.prefix)
        self.rules += sum(file.size for file in own)
        if own and self.rules > ignore.MOST:
            found.append(_left_out(folder.prefix or own[0].source, folder.path, _TOO_MANY_RULES))
            return
        ignored = (*folder.ignored, *own)
        self.work += len(entries) * sum(file.deep for file in ignored) * (folder.prefix.count("/") + 1)
        if self.work > ignore.MOST_WORK:
            found.append(_left_out(folder.prefix or ignored[0].source, folder.path, _TOO_MANY_RULES))
            return
        for entry in entries:
            if entry.name[0] == ".":
                continue
            try:
                item = self._item(entry, folder.prefix + entry.name, ignored)
            except FileNotFoundError:
                continue  # it has vanished meanwhile
            if isinstance(item, Found):
                found.append(item)
            elif item:
                todo.append(item)

    def _item(self, entry: os.DirEntry[str], source: str, ignored: tuple[IgnoreFile, ...]) -> Found | _Folder | None:
        """What one directory entry is: a file, a folder to look into, or nothing."""
        linked = entry.is_symlink()
        folder = os.path.isdir(entry.path) if linked else entry.is_dir()
        why = ignore.excluded(ignored, source, entry.name, folder=folder) if ignored else ""
        why = why or (self._link(entry.path) if linked else "") or ("" if folder else secret_name(entry.name))
        if why:
            return _left_out(source + "/" * (folder and not linked), entry.path, why)
        if linked and not folder:
            self.links[source] = os.path.relpath(os.path.realpath(entry.path), self.root).replace(os.sep, "/")
        if not folder:
            return _file(source, entry.path, entry.stat())
        if linked and self._inside(os.path.realpath(entry.path)):
            return None  # its files are found where they are
        return _Folder(entry.path, source + "/", ignored)

    def _link(self, path: str) -> str:
        """Why a link is left out, or ""."""
        target = os.path.realpath(path)
        if not (self.follow or self._inside(target)):
            return "a link that leads outside the folder"
        if re.search(_GIT, target):
            return "a link into .git"
        return secret_name(os.path.basename(target)) if os.path.exists(target) else "a link to nothing"

    def _inside(self, target: str) -> bool:
        return target == self.root or target.startswith(self.root.rstrip(os.sep) + os.sep)


def _ignore_files(entries: Sequence[os.DirEntry[str]], prefix: str) -> list[IgnoreFile]:
    """The ignore files among a folder's entries, the weightier last."""
    named = {entry.name: entry.path for entry in entries if entry.name in ignore.NAMES and entry.is_file(follow_symlinks=False)}
    return [ignore.read(named[name], prefix + name) for name in ignore.NAMES if name in named]


def _identity(info: os.stat_result) -> tuple[int, int]:
    return info.st_dev, info.st_ino


def _file(source: str, path: str, info: os.stat_result) -> Found:
    if not stat.S_ISREG(info.st_mode):
        return _left_out(source, path, "not a regular file")
    if not source.isascii() and any("\ud800" <= c <= "\udfff" for c in source):
        return _left_out(source, path, _NO_TEXT)
    return Found(source, path, stat_of(info))


def _left_out(source: str, path: str, why: str) -> Found:
    return Found(source.encode("utf-8", "backslashreplace").decode("utf-8"), path, UNSEEN, why)
