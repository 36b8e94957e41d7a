"""From a file to its passages, in this process: read, hashed, converted and split.

Owns when a file counts as read; knows nothing of the catalog or of embedding.
"""

import hashlib
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.errors import FileLeftOut
from index.files.walk import Found, Stat, stat_of
from index.passage import Document, Passage
from index.process.machine import opened
from index.read.draft.draft import Tick
from index.read.formats import Reader, reader_for
from index.split.passages import VERSION, split

LARGEST = 100_000_000
"""Bytes of a file; a larger one is left out, since its text must fit into memory several times."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a file gave: its stat from before it was read, the hash of its bytes, and its passages, or why it has none.

    `sha256` is "" if it could not be read.
    """

    stat: Stat
    checked_ns: int
    sha256: str
    left_out: str = ""
    document: Document | None = None
    passages: Sequence[Passage] = ()


Result = Read | None
"""None for a file that has vanished."""


def read(found: Found, tick: Tick = lambda: None) -> Result:
    """Read and split one file here."""
    result = read_text(found, tick)
    tick()
    return replace(result, passages=split(result.document, tick)) if result and result.document else result


def read_text(found: Found, tick: Tick = lambda: None) -> Result:
    """Read one file here, without splitting it."""
    opened = read_bytes(found)
    if not isinstance(opened, tuple):
        return opened
    stat, checked, data = opened
    reader = reader_for(found.source, ocr=found.ocr)
    assert reader is not None
    sha256 = hashlib.sha256(data).hexdigest()
    try:
        document = reader.read(data, tick)
    except FileLeftOut as reason:
        return Read(stat, checked, sha256, str(reason))
    return Read(stat, checked, sha256, "", document)


def read_bytes(found: Found) -> tuple[Stat, int, bytes] | Result:
    """A file's stat from before it was read, so that a later change shows, when that was, and its bytes; or why not."""
    checked = time.time_ns()
    too_large = f"larger than {LARGEST // 1_000_000} MB"
    if found.stat.size > LARGEST:
        return Read(found.stat, checked, "", too_large)
    try:
        with opened(found.location) as file:
            info = os.fstat(file.fileno())
            stat = stat_of(info)
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Read(found.stat, checked, "", f"cannot be read: {error.strerror}")
    if len(data) > LARGEST:  # it has grown since it was found
        return Read(stat, checked, "", too_large)
    return stat, checked, data


def maker(reader: Reader) -> str:
    """What makes a document: the reader and the splitter, with their versions."""
    return f"{reader.name}/{VERSION}"
