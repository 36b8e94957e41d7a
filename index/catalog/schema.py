"""The catalog's file: its schema, how it is opened where it can and where it cannot be written, and what its failures mean.

Owns connections; the statements stand in `index/catalog/catalog.py`.
"""

import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from index.catalog.words import TOKENIZER
from index.errors import DamagedIndex, HomeNotWritable, IndexBusy, IndexFailure, OldIndex
from index.home import queries
from index.home.folder import Folder
from index.process.machine import on_network

FORMAT = "5"
FILE = "catalog.sqlite"
REBUILD = "Run `qa index --rebuild` to make it anew from the documents."

_SCHEMA = f"""
CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE document(
    id INTEGER PRIMARY KEY, sha256 TEXT NOT NULL, maker TEXT NOT NULL, title TEXT NOT NULL, text BLOB NOT NULL,
    name TEXT NOT NULL, missing TEXT NOT NULL, seal TEXT NOT NULL, UNIQUE(sha256, maker));
CREATE INDEX document_name ON document(name);
CREATE TABLE source(
    path TEXT PRIMARY KEY, document_id INTEGER REFERENCES document(id), size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, checked_ns INTEGER NOT NULL, maker TEXT NOT NULL,
    left_out TEXT NOT NULL, name TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX source_name ON source(name);
CREATE INDEX source_document ON source(document_id);
CREATE TABLE passage(
    id INTEGER PRIMARY KEY, document_id INTEGER NOT NULL REFERENCES document(id), start INTEGER NOT NULL,
    stop INTEGER NOT NULL, line INTEGER, parts TEXT NOT NULL, sentences TEXT NOT NULL, hash TEXT NOT NULL,
    owed INTEGER NOT NULL, seal TEXT NOT NULL);
CREATE INDEX passage_document ON passage(document_id);
CREATE INDEX passage_hash ON passage(hash);
CREATE INDEX passage_owed ON passage(hash) WHERE owed;
CREATE TABLE old_vector(hash TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE sketch(hash TEXT, collection TEXT, sentences BLOB NOT NULL, PRIMARY KEY(hash, collection));
CREATE VIRTUAL TABLE words USING fts5(text, heading, title, beside, above, tokenize = "{TOKENIZER}");
INSERT INTO words(words, rank) VALUES ('rank', 'bm25(1.0, 0.6, 0.4, 1.0, 0.6)');
INSERT INTO meta VALUES ('format', '{FORMAT}');
"""


_OWN = {statement.strip() for statement in _SCHEMA.split(";") if statement.strip().startswith("CREATE")}
_SKETCH = next(statement for statement in _OWN if statement.startswith("CREATE TABLE sketch"))
_META = next(statement for statement in _OWN if statement.startswith("CREATE TABLE meta"))
_OF_WORDS = {f"words_{part}" for part in ("data", "idx", "content", "docsize", "config")}
_PLAIN = re.compile(
    r"CREATE TABLE '?words_\w+'?\((?:id INTEGER PRIMARY KEY|k PRIMARY KEY|segid)(?:, ?\w+(?: BLOB)?)*"
    r"(?:, ?PRIMARY KEY\(segid, term\))?\)(?: WITHOUT ROWID)?"
)
"""Tables that FTS5 makes for itself, and how it words them, a little different in each version of SQLite: nothing computes."""


def connect(home: Path, *, create: bool = False) -> tuple[queries.Bounded, bool]:
    """Open the catalog in `home` and tell whether it can be written; with `create`, make it when it is not there.

    A home that cannot be written is read without the files that SQLite's write-ahead log would need there.
    """
    path = home / FILE
    with failures():
        if create and not path.exists():
            _create(path, {})
        writable = os.access(home, os.W_OK) and os.access(path, os.W_OK)
        try:
            db = _opened(path, writable)
            if writable and on_network(home):
                _without_log(db)
            return db, writable
        except sqlite3.OperationalError as error:
            if create or not _is_full(error) or _has_log(path):
                raise
            return _opened(path, False), False  # no room for the log's index: read as in a home that cannot be written


def _opened(path: Path, writable: bool) -> queries.Bounded:
    db = queries.connected(_uri(path, writable), path, uri=True, isolation_level=None, timeout=5.0)
    try:
        _check(db)
    except BaseException:
        db.close()
        raise
    return db


def remembered(home: Path, key: str) -> str:
    """What a catalog of whatever format remembers under a key, "" for nothing."""
    path = home / FILE
    with failures():
        writable = os.access(home, os.W_OK) and os.access(path, os.W_OK)
        try:
            return _value(path, writable, key)
        except sqlite3.OperationalError as error:
            if not _is_full(error) or _has_log(path):
                raise
            return _value(path, False, key)


def _value(path: Path, writable: bool, key: str) -> str:
    db = queries.connected(_uri(path, writable), path, uri=True, timeout=5.0)
    try:
        if not _has_meta(db):
            return ""  # an empty file, as a power cut leaves it
        row = db.execute(_VALUE, (key,)).fetchone()
        return row[0] if row else ""
    finally:
        db.close()


_VALUE = "SELECT CAST(value AS TEXT) FROM meta WHERE key = ?"


def _has_meta(db: sqlite3.Connection) -> bool:
    """Whether the table of remembered values is there; DamagedIndex for something else of that name, such as a view."""
    found = [sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE name = 'meta'")]
    if found and found != [_META]:
        raise DamagedIndex("The index's catalog is damaged: its table meta is none of qa's.", REBUILD)
    return bool(found)


def is_old(home: Path) -> bool:
    """Whether an earlier version of qa made the catalog."""
    try:
        made = remembered(home, "format")
    except IndexFailure:
        return False
    return bool(re.fullmatch("[0-9]{1,9}", made)) and int(made) < int(FORMAT)


def renew(home: Path, kept: Mapping[str, str]) -> None:
    """Put a catalog that remembers what is `kept`, and the sentences' sketches alone, in the place of the one that is there."""
    path = home / FILE
    with failures():
        _create(path, kept)


def _create(path: Path, kept: Mapping[str, str]) -> None:
    """Make a catalog under another name and move it into place whole: no reader sees half of it."""
    home, new = Folder(path.parent), f"{path.name}.new"
    home.delete(new)
    db = sqlite3.connect(path.with_name(new), isolation_level=None)
    try:
        db.execute(f"PRAGMA journal_mode = {'DELETE' if on_network(path.parent) else 'WAL'}")
        db.executescript(f"BEGIN; {_SCHEMA} COMMIT;")
        db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", kept.items())
        if kept and path.exists():
            _take_sketches(db, path)
    finally:
        db.close()
    for log in ("-wal", "-shm"):  # of the catalog whose place it takes
        home.delete(path.name + log)
    home.rename(new, path.name)


def _take_sketches(db: sqlite3.Connection, path: Path) -> None:
    """Take the sketches of a catalog of another format, as far as they can be read: then nothing is embedded again."""
    kinds = "typeof(hash) || typeof(collection) || typeof(sentences) = 'texttextblob'"
    with suppress(sqlite3.Error):
        old = queries.connected(_uri(path, os.access(path, os.W_OK)), path, uri=True, timeout=5.0)
        try:
            old.execute("PRAGMA trusted_schema = OFF")
            if old.execute("SELECT 1 FROM sqlite_master WHERE name = 'sketch' AND sql = ?", (_SKETCH,)).fetchone():
                found = old.execute(f"SELECT hash, collection, sentences FROM sketch WHERE {kinds}")
                db.execute("BEGIN")
                db.executemany("INSERT OR IGNORE INTO sketch VALUES (?, ?, ?)", found)
        finally:
            old.close()
    if db.in_transaction:
        db.execute("COMMIT")


def _uri(path: Path, writable: bool) -> str:
    return f"{path.resolve().as_uri()}?mode={'rw' if writable else 'ro' if _has_log(path) else 'ro&immutable=1'}"


def _has_log(path: Path) -> bool:
    """Whether something stands in the log alone; an empty one is left where the disk was full."""
    log = path.with_name(path.name + "-wal")
    return log.exists() and log.stat().st_size > 0


def _is_full(error: sqlite3.Error) -> bool:
    return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def _without_log(db: sqlite3.Connection) -> None:
    """SQLite's write-ahead log needs memory that all its users share, which those of a network disk do not.

    While another process has the catalog open the log stays, and the next one tries.
    """
    if db.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        with suppress(sqlite3.OperationalError):
            db.execute("PRAGMA journal_mode = DELETE")


def _check(db: sqlite3.Connection) -> None:
    """Raise DamagedIndex unless it is a catalog of this format, with the tables of qa and nothing else that could act."""
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA synchronous = NORMAL")
    if not _has_meta(db):
        raise DamagedIndex("The index's catalog is empty.", REBUILD)
    found = db.execute(_VALUE, ("format",)).fetchone()
    if found is None or not re.fullmatch("[0-9]{1,9}", found[0] or "") or int(found[0]) > int(FORMAT):
        raise DamagedIndex("The index was made by a later version of qa.", REBUILD)
    if found[0] != FORMAT:
        raise OldIndex("The index was made by an earlier version of qa.", "`qa index` makes it anew.")
    own: set[str] = set()
    of_words: set[str] = set()
    for kind, name, sql in db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"):
        plain = kind == "table" and name in _OF_WORDS and _PLAIN.fullmatch(sql)
        (of_words if plain else own).add(name if plain else sql)
    if own != _OWN or of_words != _OF_WORDS:
        raise DamagedIndex("The index's catalog is damaged: its tables are not those of qa.", REBUILD)


@contextmanager
def failures() -> Iterator[None]:
    """SQLite's errors as failures that the user can mend; errors of a statement itself pass, they are bugs."""
    try:
        yield
    except sqlite3.Error as error:
        raise queries.signalled() or _failure(error) from error
    except UnicodeDecodeError as error:  # in a name or a text of a table
        raise DamagedIndex(f"The index's catalog is damaged: {error}.", REBUILD) from error
    except OSError as error:
        message = f"The index's catalog cannot be opened: {error.strerror}."
        raise HomeNotWritable(message, "Name another folder with --home DIR.") from error


_ODD = "Could not decode to UTF-8|vtable constructor failed|no such function|fts5"
"""What SQLite says of texts that are none, and of settings in the tables of its full-text index that none of ours are."""


def _failure(error: sqlite3.Error) -> IndexFailure | sqlite3.Error:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return IndexBusy("Another process is writing the index.", "Try again in a moment.")
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return HomeNotWritable("The index's catalog cannot be opened for writing.", "Name another folder with --home DIR.")
    if _is_full(error):
        return HomeNotWritable(f"The index's catalog cannot be written: {error}.", "Make room on the disk, then `qa index`.")
    if code == sqlite3.SQLITE_INTERRUPT:
        return DamagedIndex("The index's catalog is damaged: it holds more rows than a file of its size can.", REBUILD)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CONSTRAINT) or re.search(_ODD, str(error)):
        return DamagedIndex(f"The index's catalog is damaged: {error}.", REBUILD)
    return error
