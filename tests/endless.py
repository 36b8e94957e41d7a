"""SQLite files with rows without end: pages of a b-tree that all lead to one and the same next page."""

import sqlite3
import struct
from contextlib import closing
from pathlib import Path

TABLE, INDEX = 0x05, 0x02
"""The kinds of a page that leads to others (SQLite's file format, 1.6); that of a leaf is 8 more."""


def endless(path: Path, name: str, levels: int = 8) -> None:
    """Give a table or an index that fits one page so many levels above it, each with hundreds of ways to the one below."""
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA journal_mode = DELETE")
        size = db.execute("PRAGMA page_size").fetchone()[0]
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
    file = bytearray(path.read_bytes())
    at = (root - 1) * size
    kind, first = file[at] - 8, struct.unpack_from(">H", file, at + 8)[0]
    assert kind in (TABLE, INDEX)
    cell = b"\x01" if kind == TABLE else bytes(file[at + first : at + first + 1 + file[at + first]])  # a key
    file += file[at : at + size]
    for _ in range(levels - 1):
        file += _page(kind, len(file) // size, cell, size)
    file[at : at + size] = _page(kind, len(file) // size, cell, size)
    struct.pack_into(">I", file, 28, len(file) // size)
    file[92:96] = file[24:28]
    path.write_bytes(file)


def _page(kind: int, below: int, key: bytes, size: int) -> bytes:
    """A page all of whose cells lead to the page `below`."""
    cell = struct.pack(">I", below) + key
    count = min(400, (size - 12) // (len(cell) + 2))
    starts = [size - (number + 1) * len(cell) for number in range(count)]
    head = struct.pack(">BHHHBI", kind, 0, count, starts[-1], 0, below) + struct.pack(f">{count}H", *starts)
    return head + bytes(starts[-1] - len(head)) + cell * count
