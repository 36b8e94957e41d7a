"""What a service has embedded and the vector store does not hold yet: on disk the moment it arrives, since it was paid for.

The vector store wants thousands of vectors at a visit; a kill before that must not lose them. Owns the files; knows nothing of
services or of Chroma.
"""

import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import HomeNotWritable

if TYPE_CHECKING:
    import numpy as np

_KEY = 16
"""Bytes of a text's hash."""


class Spool:
    """Files in one folder, one for each group of texts under way; to be used by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._number = 0

    def left(self) -> list[Path]:
        """The files of runs that were cut off."""
        return sorted(self._folder.glob("*.paid"))

    def new(self) -> Path:
        """Where a group's vectors may be kept; the first of them makes the file."""
        while True:
            self._number += 1
            if not (file := self._folder / f"{self._number}.paid").exists():
                return file

    def keep(self, file: Path, collection: str, keys: Sequence[str], rows: "np.ndarray") -> None:
        """Add vectors, float32 (n, width), whole or not at all; by any thread. HomeNotWritable on a full disk."""
        data = b"".join(bytes.fromhex(key) + row.astype("<f4").tobytes() for key, row in zip(keys, rows, strict=True))
        with self._lock:
            try:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                with file.open("ab", buffering=0) as out:
                    size = out.tell()
                    head = b"" if size else f"{collection}\t{rows.shape[1]}\n".encode()
                    if out.write(head + data) != len(head + data):
                        out.truncate(size)
                        raise OSError(0, "the disk is full")
            except OSError as error:
                raise HomeNotWritable(f"What was embedded cannot be kept: {error.strerror}.", ROOM) from error

    def take(self, collection: str, wanted: Collection[str]) -> "tuple[list[str], np.ndarray | None]":
        """Those of the texts that are here, each once, and their vectors; what a kill has cut short is passed over."""
        import numpy as np

        found: dict[str, np.ndarray] = {}
        for file in self.left():
            found.update((key, row) for key, row in _records(file, collection) if key in wanted)
        return list(found), np.stack(list(found.values())) if found else None

    def of(self, collection: str, files: Iterable[Path]) -> list[Path]:
        """Those of the files that hold vectors of this collection."""
        return [file for file in files if _collection_of(file) == collection]

    def forget(self, files: Iterable[Path]) -> None:
        """The vector store has what is in these."""
        for file in files:
            file.unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()


def _collection_of(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.readline().decode("utf-8", "replace").partition("\t")[0]
    except FileNotFoundError:
        return ""


def _records(file: Path, collection: str) -> "Iterator[tuple[str, np.ndarray]]":
    import numpy as np

    try:
        head, _, data = file.read_bytes().partition(b"\n")
    except FileNotFoundError:  # somebody has deleted it: it is embedded anew
        return
    own, _, width = head.decode("utf-8", "replace").partition("\t")
    if own != collection or not width.isdecimal():
        return
    kind = np.dtype([("key", f"V{_KEY}"), ("row", "<f4", (int(width),))])
    for item in np.frombuffer(data[: len(data) // kind.itemsize * kind.itemsize], dtype=kind):
        yield item["key"].tobytes().hex(), item["row"]


ROOM = "Make room on the disk, then `qa index`."
