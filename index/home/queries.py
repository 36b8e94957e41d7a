"""SQLite files of a home, open so that every statement ends, and heeds Ctrl-C.

A b-tree in which pages lead to one and the same page has rows without end, and no look at the tables tells. So a statement may
take as many steps of SQLite's machine as a file of that size can ask for. Owns that bound; knows nothing of tables.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

MOST, MOST_A_BYTE = 5_000_000, 4
"""Steps of any statement, and more for each byte of its file: a row has 100 bytes or more, and takes some 10 to 50 of them."""

EACH = 1_000_000
"""Steps, some 20 ms, after which it is looked whether there were too many, or a signal came."""

PATIENCE, BYTES_A_SECOND = 3.0, 20_000_000
"""Seconds that a count may take, and one more for so many bytes: it is a single step, however many rows there are."""

SMALL = 20_000_000
"""Bytes of a file whose rows are counted in steps: that takes some milliseconds, as does a thread that ends a count."""

_signals: list[BaseException] = []
"""What a signal's handler has raised while a statement ran: SQLite tells only that it was interrupted."""


class Bounded(sqlite3.Connection):
    """A connection whose statements end; `connected` makes one."""

    def watch(self, path: Path) -> None:
        """Hold each statement to what this file may ask for."""
        self._files = (path, path.with_name(f"{path.name}-wal"))
        self._steps = 0
        # A generator, since what a signal's handler raises as it goes on is raised inside it; a function would lose it.
        self.set_progress_handler(self._look().__next__, EACH)

    def execute(self, *statement: Any) -> sqlite3.Cursor:
        """Begin a statement, whose steps are counted from here."""
        self._steps = 0
        return super().execute(*statement)

    def executemany(self, sql: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        """The same statement for each row, each counted by itself."""
        return super().executemany(sql, self._each(rows))

    def count(self, table: str) -> int:
        """How many rows a table has."""
        if self._size() < SMALL:
            return int(self.execute(f"SELECT TOTAL(1) FROM {table}").fetchone()[0])
        timer = threading.Timer(PATIENCE + self._size() / BYTES_A_SECOND, self.interrupt)
        timer.daemon = True
        timer.start()
        try:
            return int(self.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])
        finally:
            timer.cancel()

    def _each(self, rows: Iterable[Any]) -> Iterator[Any]:
        for row in rows:
            self._steps = 0
            yield row

    def _look(self) -> Iterator[bool]:
        """Whether the statement is to end, again and again."""
        while True:
            try:
                self._steps += EACH
                yield self._steps > MOST and self._steps > MOST + MOST_A_BYTE * self._size()
            except (KeyboardInterrupt, SystemExit) as error:
                _signals.append(error)
                yield True

    def _size(self) -> int:
        return sum(os.stat(path).st_size for path in self._files if os.path.exists(path))


def connected(place: str | Path, path: Path, **how: Any) -> Bounded:
    """The file at a path, open under that name or URI."""
    db = sqlite3.connect(place, factory=Bounded, **how)
    db.watch(path)
    return db


def signalled() -> BaseException | None:
    """What ended the statement that was interrupted: what a signal's handler has raised, or None for the bound."""
    return _signals.pop() if _signals else None
