"""A folder and what stands directly in it, by plain names below an open handle: no link is followed, to it or in it.

Owns every file that is made, replaced or deleted in a home, but what SQLite and Chroma write themselves. Knows nothing of what
the files hold. Where the system opens nothing below a handle (Windows), paths are used, and links are refused all the same.
"""

import errno
import io
import os
import secrets
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

BELOW_HANDLE = {os.open, os.stat, os.unlink, os.rename, os.mkdir, os.rmdir} <= os.supports_dir_fd
_FLAGS = sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_CLOEXEC", "O_NONBLOCK", "O_BINARY"))

MOST = 50_000_000
"""Bytes of any file that is read whole."""


class Folder:
    """One folder, which need not be there yet; every method raises OSError where the system refuses, or meets a link."""

    def __init__(self, path: Path, parent: "Folder | None" = None) -> None:
        self.path = path
        self._parent = parent

    def child(self, name: str) -> "Folder":
        """A folder in it."""
        return Folder(self.path / _plain(name), self)

    def make(self) -> None:
        """Make it, for its owner alone, with the folders that it stands in."""
        if self._parent is None:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            return
        self._parent.make()
        with self._parent._handle() as handle, suppress(FileExistsError):
            os.mkdir(self._parent._at(self.path.name, handle), 0o700, dir_fd=handle)

    def close_to_others(self) -> None:
        """Let nobody but its owner look into it, where the system has such rights."""
        with self._handle() as handle:
            if handle is not None:
                os.fchmod(handle, 0o700)

    def names(self) -> list[str]:
        """What stands in it, sorted; nothing where it is not there."""
        try:
            with self._handle() as handle:
                return sorted(os.listdir(self.path if handle is None else handle))
        except FileNotFoundError:
            return []

    def stat(self, name: str) -> os.stat_result:
        """What stands under a name, a link as a link."""
        with self._handle() as handle:
            return os.stat(self._at(name, handle), dir_fd=handle, follow_symlinks=False)

    def holds(self, name: str) -> bool:
        """Whether anything stands under a name."""
        with suppress(FileNotFoundError):
            return bool(self.stat(name))
        return False

    def open(self, name: str) -> io.BufferedReader:
        """A plain file, to be read."""
        return os.fdopen(self._opened(name, os.O_RDONLY), "rb")

    def read(self, name: str, most: int = MOST) -> bytes:
        """What a plain file holds; OSError for more than so many bytes, which nothing that was made here has."""
        with self.open(name) as file:
            data = file.read(most + 1)
        if len(data) > most:
            raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name)
        return data

    def open_to_append(self, name: str) -> int:
        """A descriptor that writes at the end of a plain file, which is made if need be."""
        return self._opened(name, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def write(self, name: str, data: bytes, *, durable: bool = False) -> None:
        """Put a file in the place of what stands under a name, whole; with `durable` on disk before it counts."""
        with self._made(name, data, durable) as (new, handle):
            os.replace(new, self._at(name, handle), src_dir_fd=handle, dst_dir_fd=handle)

    def add(self, name: str, data: bytes) -> None:
        """Make a file, whole and on disk, unless something stands under the name: then another was quicker."""
        with self._made(name, data, True) as (new, handle):
            try:
                os.link(new, self._at(name, handle), src_dir_fd=handle, dst_dir_fd=handle, follow_symlinks=False)
            except FileExistsError:
                return
            except OSError:  # a file system without such links
                os.replace(new, self._at(name, handle), src_dir_fd=handle, dst_dir_fd=handle)

    @contextmanager
    def _made(self, name: str, data: bytes, durable: bool) -> Iterator[tuple[str, int | None]]:
        """A file of another name that holds the data, and the folder's handle; it is deleted unless it was renamed."""
        with self._handle() as handle:
            new = self._at(f"{_plain(name)}.{secrets.token_hex(4)}.new", handle)
            made = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600, dir_fd=handle)
            try:
                with os.fdopen(made, "wb") as file:
                    file.write(data)
                    file.flush()
                    if durable:
                        os.fsync(file.fileno())
                yield new, handle
            finally:
                with suppress(FileNotFoundError):
                    os.unlink(new, dir_fd=handle)

    def rename(self, name: str, new: str) -> None:
        """Put what stands under a name in the place of what stands under another."""
        with self._handle() as handle:
            os.replace(self._at(name, handle), self._at(new, handle), src_dir_fd=handle, dst_dir_fd=handle)

    def delete(self, name: str) -> None:
        """Delete a file, a link as a link, a folder with all in it; nothing where there is none."""
        with suppress(FileNotFoundError), self._handle() as handle:
            try:
                os.unlink(self._at(name, handle), dir_fd=handle)
            except (IsADirectoryError, PermissionError):
                if not stat.S_ISDIR(self.stat(name).st_mode):
                    raise
                shutil.rmtree(self._at(name, handle), dir_fd=handle)

    def drop(self, name: str) -> None:
        """Delete a folder with all in it, as far as the system lets it; links in it are deleted as links."""
        with suppress(FileNotFoundError), self._handle() as handle:
            shutil.rmtree(self._at(name, handle), ignore_errors=True, dir_fd=handle)

    def drop_if_empty(self) -> None:
        """Delete the folder itself, unless something stands in it."""
        assert self._parent
        with suppress(OSError), self._parent._handle() as handle:
            os.rmdir(self._parent._at(self.path.name, handle), dir_fd=handle)

    def _opened(self, name: str, flags: int) -> int:
        """A descriptor of a plain file; never one that waits, as for the writer of a pipe."""
        with self._handle() as handle:
            opened = os.open(self._at(name, handle), flags | _FLAGS, 0o600, dir_fd=handle)
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            os.close(opened)
            raise OSError(errno.EINVAL, "not a plain file", name)
        return opened

    def _at(self, name: str, handle: int | None) -> str:
        """What the system is given for a name: itself below a handle, else its path, which must be no link."""
        if handle is not None:
            return _plain(name)
        path = str(self.path / _plain(name))
        _refuse_link(path)
        return path

    @contextmanager
    def _handle(self) -> Iterator[int | None]:
        """The folder, open; None where nothing can be opened below it."""
        if not BELOW_HANDLE:
            _refuse_link(str(self.path))
            yield None
            return
        flags = os.O_RDONLY | os.O_DIRECTORY | _FLAGS
        if self._parent is None:
            handle = os.open(self.path, flags)
        else:
            with self._parent._handle() as above:
                handle = os.open(self.path.name, flags, dir_fd=above)
        try:
            yield handle
        finally:
            os.close(handle)


def _plain(name: str) -> str:
    """The name, if it is one of something directly in a folder."""
    if not name or name in (".", "..") or "/" in name or "\\" in name or "\0" in name or (os.name == "nt" and ":" in name):
        raise OSError(errno.EINVAL, "not a plain name", name)
    return name


def _refuse_link(path: str) -> None:
    if os.path.islink(path):
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), path)
