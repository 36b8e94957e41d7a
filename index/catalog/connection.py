"""An open catalog as a connection: transactions, what the index remembers of itself, and how a statement is put to it.

The parts of the catalog are made on it: `sources.py`, `owed.py` and `passages.py`, joined in `catalog.py`.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from index.catalog import schema
from index.errors import DamagedIndex


class Connection:
    """One open catalog; `close()` it, or use it as a context manager. Not for use by two threads."""

    def __init__(self, home: Path, *, create: bool = False) -> None:
        """Open the catalog in `home`; `writable` tells whether it can be changed. `create` makes it if need be."""
        self._db, self.writable = schema.connect(home, create=create)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def close(self) -> None:
        """Let go of the file; the last connection to close checkpoints."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing; nested use is an error of the caller."""
        with schema.failures():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:  # SQLite has rolled back by itself where the disk is full
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """All that is read inside is of one moment, whatever another process writes."""
        with schema.failures():
            self._db.execute("BEGIN")
            try:
                yield
            finally:
                self._db.execute("ROLLBACK")

    def version(self) -> int:
        """Another number once another connection has changed something."""
        return int(self._all("PRAGMA data_version")[0][0])

    def meta(self, key: str) -> str:
        """A remembered value, "" if there is none."""
        row = self._one("SELECT CAST(value AS TEXT) FROM meta WHERE key = ?", key)
        return row[0] or "" if row else ""

    def remember(self, **values: str) -> None:
        """Keep values under their keys."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    def _select_documents(self, documents: Iterable[int]) -> None:
        """Put document ids into a table of this connection alone, since a statement takes only so many variables."""
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS chosen(id INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM chosen")
        self._db.executemany("INSERT OR IGNORE INTO chosen VALUES (?)", [(d,) for d in documents])

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    def _row(self, sql: str, *values: object) -> tuple[Any, ...]:
        """A row that is there, as other rows tell; DamagedIndex where it is not."""
        if row := self._one(sql, *values):
            return row
        raise DamagedIndex("The index's catalog is damaged: a row that others name is not there.", schema.REBUILD)

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with schema.failures():
            return self._db.execute(sql, values).fetchall()

    def _count(self, table: str) -> int:
        with schema.failures():
            return self._db.count(table)


def marks(count: int) -> str:
    """Places for so many values in a statement."""
    return ",".join("?" * count)


def slices(values: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    """SQLite takes only so many variables in one statement."""
    return (values[i : i + size] for i in range(0, len(values), size))
