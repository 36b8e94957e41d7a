"""What a service has embedded and the vector store does not hold yet: on disk the moment it arrives, since it was paid for.

The vector store wants thousands of vectors at a visit; a kill before that must not lose them. Owns the files; knows nothing of
services or of Chroma.
"""

import os
import re
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import HomeNotWritable
from index.home.folder import Folder

if TYPE_CHECKING:
    import numpy as np

_NAME = re.compile(r"[0-9]+\.paid")

_KEY = 16
"""Bytes of a text's hash."""

_LONGEST_HEAD, _AT_ONCE = 1000, 1000
"""Bytes of a file's first line, and vectors that are read at once."""


class Spool:
    """Files in one folder, one for each group of texts under way; to be used by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._files = Folder(folder.parent).child(folder.name)
        self._lock = threading.Lock()
        self._number = 0

    def left(self) -> list[str]:
        """The files of runs that were cut off, by name."""
        return [name for name in self._files.names() if _NAME.fullmatch(name)]

    def new(self) -> str:
        """Where a group's vectors may be kept; the first of them makes the file."""
        while True:
            self._number += 1
            if not self._files.holds(file := f"{self._number}.paid"):
                return file

    def keep(self, file: str, collection: str, keys: Sequence[str], rows: "np.ndarray") -> None:
        """Add vectors, float32 (n, width), whole or not at all; by any thread. HomeNotWritable on a full disk."""
        data = b"".join(bytes.fromhex(key) + row.astype("<f4").tobytes() for key, row in zip(keys, rows, strict=True))
        with self._lock:
            try:
                self._files.make()
                with os.fdopen(self._files.open_to_append(file), "ab", buffering=0) as out:
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
            found.update((key, row) for key, row in self._records(file, collection) if key in wanted)
        return list(found), np.stack(list(found.values())) if found else None

    def of(self, collection: str, files: Iterable[str]) -> list[str]:
        """Those of the files that hold vectors of this collection."""
        return [file for file in files if self._head(file).partition(b"\t")[0] == collection.encode()]

    def forget(self, files: Iterable[str]) -> None:
        """The vector store has what is in these."""
        for file in files:
            self._files.delete(file)
        self._files.drop_if_empty()

    def _head(self, file: str) -> bytes:
        """The line that tells whose vectors a file holds; nothing of what is no file, or was deleted: that is embedded anew."""
        try:
            with self._files.open(file) as data:
                return data.readline(_LONGEST_HEAD)
        except OSError:
            return b""

    def _records(self, file: str, collection: str) -> "Iterator[tuple[str, np.ndarray]]":
        """Keys and vectors, of the width that the collection's name ends with; never all of a file at once."""
        import numpy as np

        width = collection.rpartition("/")[2]
        head = f"{collection}\t{width}\n".encode()
        if not re.fullmatch("[1-9][0-9]{0,4}", width) or self._head(file) != head:
            return
        kind = np.dtype([("key", f"V{_KEY}"), ("row", "<f4", (int(width),))])
        with suppress(OSError), self._files.open(file) as data:
            data.seek(len(head))
            while part := data.read(_AT_ONCE * kind.itemsize):
                for item in np.frombuffer(part[: len(part) // kind.itemsize * kind.itemsize], dtype=kind):
                    if np.isfinite(item["row"]).all():
                        yield item["key"].tobytes().hex(), item["row"]


ROOM = "Make room on the disk, then `qa index`."
