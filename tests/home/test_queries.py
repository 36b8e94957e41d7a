"""SQLite files of a home: every statement ends, and Ctrl-C is heeded meanwhile."""

import signal
import sqlite3
import threading
from pathlib import Path

import pytest
from endless import endless

from index.home import queries


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A table with an index, of a few rows."""
    path = tmp_path / "some.sqlite"
    db = sqlite3.connect(path)
    db.execute("CREATE TABLE thing(id INTEGER PRIMARY KEY, name TEXT, first TEXT, second TEXT)")
    db.execute("CREATE INDEX thing_name ON thing(name)")
    db.executemany("INSERT INTO thing(name) VALUES (?)", [("one",), ("two",)])
    db.commit()
    db.close()
    return path


@pytest.mark.parametrize(
    ("broken", "sql"), [("thing", "SELECT * FROM thing"), ("thing_name", "SELECT name FROM thing INDEXED BY thing_name")]
)
def test_rows_without_end_end(file: Path, broken: str, sql: str) -> None:
    """No file of some pages holds millions of rows."""
    endless(file, broken)
    db = queries.connected(file, file)
    rows = db.execute(sql)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        sum(1 for _ in rows)
    assert queries.signalled() is None
    db.close()


def test_a_count_of_rows_without_end_ends(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite counts in one step, which nothing but another thread ends."""
    endless(file, "thing_name")
    monkeypatch.setattr(queries, "PATIENCE", 0.1)
    monkeypatch.setattr(queries, "SMALL", 0)
    db = queries.connected(file, file)
    with pytest.raises(sqlite3.OperationalError, match="interrupted"):
        db.count("thing")
    db.close()


def test_a_large_file_may_take_more_steps_and_each_statement_has_its_own(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound is that of one statement; what is written meanwhile counts."""
    monkeypatch.setattr(queries, "EACH", 1000)
    monkeypatch.setattr(queries, "MOST", 2000)
    db = queries.connected(file, file)
    for _ in range(100):
        assert db.execute("SELECT COUNT(id) FROM thing").fetchone() == (2,)
    db.executemany("INSERT INTO thing(name) VALUES (?)", ((f"name {n}",) for n in range(20_000)))
    db.commit()
    assert len(db.execute("SELECT id, name FROM thing ORDER BY name").fetchall()) == 20_002
    db.close()


def test_a_signal_ends_a_statement_and_is_not_lost(file: Path) -> None:
    """SQLite says no more than that it was interrupted."""
    endless(file, "thing")

    def heard(*_: object) -> None:
        raise SystemExit(143)

    before = signal.signal(signal.SIGTERM, heard)
    db = queries.connected(file, file)
    queries.MOST, most = 10**15, queries.MOST
    sender = threading.Timer(0.3, signal.raise_signal, (signal.SIGTERM,))
    sender.start()
    try:
        with pytest.raises(sqlite3.OperationalError, match="interrupted"):
            db.execute("SELECT COUNT(first) FROM thing").fetchall()
        assert isinstance(queries.signalled(), SystemExit)
    finally:
        queries.MOST = most
        sender.join()
        signal.signal(signal.SIGTERM, before)
        db.close()
