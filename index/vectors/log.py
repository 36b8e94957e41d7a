"""Chroma's own SQLite file of a store: its log, and how its graphs are to be made. Each visit changes it, so it bears no seal.

The core takes what it reads there without any check: a graph of no neighbours, for one, ends the process by a signal. So it is
given a file only once that was found to hold what this product has Chroma write. Owns what may stand in it.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.embed.embedder import WIDEST
from index.errors import DamagedIndex
from index.home import queries

NEVER = 1_000_000_000
"""A number of writes that is never reached: the graph is not saved in place."""

GRAPH: dict[str, object] = {"space": "cosine", "ef_construction": 100, "ef_search": 100, "max_neighbors": 16}

LARGE, LARGE_GRAPH = 100_000, GRAPH | {"ef_construction": 200}
"""More vectors than so many have a graph that takes 1.6 times as long to make: of a million's nearest ten it finds 98.5 % among
4,000 that are looked at, the other one 95 %."""

FILES = tuple(f"chroma.sqlite3{log}" for log in ("", "-journal", "-wal"))
"""Chroma's own file of a store, and what SQLite keeps beside it until that is written."""

_FILE = FILES[0]

_NUMBERS = {
    "ef_construction": (GRAPH["ef_construction"], LARGE_GRAPH["ef_construction"]),
    "ef_search": (GRAPH["ef_search"],),
    "max_neighbors": (GRAPH["max_neighbors"],),
    "batch_size": (100,),
    "resize_factor": (1.2,),
    "num_threads": range(1, 4097),
    "sync_threshold": range(2, NEVER + 1),
}
"""The numbers that a collection's settings have, with what each may be; what Chroma adds of itself is the same everywhere."""

_LONGEST = 1000
"""Signs of an id or of what stands beside it, at most."""

_OWN = frozenset(
    """
    013e60ce48e93c1ac62763ab 158ee9a368029c8e2667b564 15a2fae0d93fe7867cb4c743 2154c41ae05d11e62f5192be
    21715432937a761db4149019 24318db3752e9f864e1949e5 25e1190f6c7add6115e992b0 2e3543a4b227a2fbaa031f9d
    34417cd4de12420eeb98fd24 388c1a782a44993940151b10 3da54b41d9188bdad3e60bb9 3e483c0f73762005dd4f24da
    4c8b508ff80e780d577e32d0 53e2e5fb692e991adaca2580 59725fa7b3e5b44a740acdb0 5c9939ad30191c484adfe8d3
    5e7edc54e9fea88bf3b92b17 60fc06cb9ceca4a32a381d06 6fd888abb17e12424d767b15 7040d9e83cede79ae693535d
    7167d72633d3f9e9f64520b0 7de0594139b457397d8d5d0f 7f32bdb9a80f6b79836622ac 81ad852b7782509db3d60efc
    8a6fa25e7f423e9e1d06b8ab 95521178a45cdf31040962a5 981cd99ec68bb310d9514d95 9e84b77ff52f959fbebb39c0
    9f67abb2c51ced148056eba3 a14cf1462d07d898bd6139e6 a81c8b4ef82441d3a251bf83 a99e1c73b45fb048e308b8d6
    b294ac3741c5642b6c8a301a b369dd5efc569517be4464c5 b82469d98676084c8afbc797 b848610a8152ab7cbb94ee58
    c5ef3d8662778ec8a99d38d7 cba7721fc28697b24ea09e71 d195b26888ef87700f3a1974 d2efa2e8db8f4e6f56e0a1fb
    d7e98ff4a043bedd8a200f27 da3339c764a50f7a682146c0 dd12f7029a4513fa6d468fe8 e5b0eb515d85f35905faf2c0
    f13530af8705ea7939c7e89c f5fba3ccaff34e2f5b723626 fa5895f32f3fadb429867df8 fceae74989bb5b1a28a3858f
    fef8b4bca0c03accf2ab1f29
    """.split()
)
"""Hashes of tables and indexes as Chroma 1.5 words them, at each step of its way to them; others might compute something."""

_ODD = {
    "a setting beside those of its collections": "SELECT 1 FROM collection_metadata UNION ALL SELECT 1 FROM segment_metadata",
    "a graph of another kind": "SELECT 1 FROM segments WHERE id NOT GLOB '{uuid}' OR type NOT IN"
    " ('urn:chroma:segment/vector/hnsw-local-persisted', 'urn:chroma:segment/metadata/sqlite')",
    "a collection of another width": f"SELECT 1 FROM collections WHERE dimension NOT BETWEEN 1 AND {WIDEST}"
    " OR typeof(dimension) NOT IN ('integer', 'null')",
    "a vector that is none": "SELECT 1 FROM embeddings_queue AS q LEFT JOIN collections AS c"
    " ON q.topic = 'persistent://default/default/' || c.id WHERE q.operation NOT IN (0, 1, 2, 3)"
    f" OR typeof(q.id) <> 'text' OR length(q.id) > {_LONGEST} OR length(q.metadata) > {_LONGEST}"
    " OR typeof(q.vector) NOT IN ('blob', 'null') OR (q.vector IS NOT NULL AND (q.encoding IS NOT 'FLOAT32'"
    f" OR length(q.vector) > 4 * {WIDEST} OR (c.id IS NOT NULL AND length(q.vector) IS NOT 4 * c.dimension)))",
}
_UUID = "-".join("[0-9a-f]" * count for count in (8, 4, 4, 4, 12))


def checked(folder: Path, make: Callable[[Path], object]) -> None:
    """Raise DamagedIndex for a store whose file holds what this product never has Chroma write; one without a file is new.

    `make` makes a store anew, whose tables tell how a later version of Chroma words them.
    """
    with _asked(folder) as db:
        unknown = _texts(db) - _OWN if db else set()
        if unknown and unknown - _texts_made(make):
            raise damaged(f"{_FILE} holds tables that Chroma does not make")
        if found := db and next(_odd(db), ""):
            raise damaged(f"{_FILE} holds {found}")


def whole(folder: Path) -> None:
    """Raise DamagedIndex for a store's file whose pages are no tree: Chroma would go through the same ones without end.

    It reads all of the file. Tables that might compute something are not asked: they are refused before they are used.
    """
    with _asked(folder) as db:
        if db and _texts(db) <= _OWN and (found := db.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise damaged(f"{_FILE} is broken ({found.splitlines()[-1]})")


@contextmanager
def _asked(folder: Path) -> Iterator[sqlite3.Connection | None]:
    """A store's file, to be asked whether it can be used; None where it is new. What SQLite fails on is damage."""
    path = folder / _FILE
    if not path.exists():
        yield None
        return
    if not path.is_file():
        raise damaged(f"{_FILE} is no file")
    opened = False
    try:
        with closing(queries.connected(path, path, timeout=5.0)) as db:
            db.execute("PRAGMA trusted_schema = OFF")
            opened = True
            yield db
    except (ValueError, RecursionError) as error:  # settings that are no JSON, names that are no text
        raise damaged(f"{_FILE} holds settings that cannot be read ({error})") from error
    except sqlite3.DatabaseError as error:
        if signal := queries.signalled():
            raise signal from error
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise damaged(f"{_FILE} holds more rows than a file of its size can") from error
        if not isinstance(error, sqlite3.OperationalError) or "no such table" in str(error):
            raise damaged(f"{_FILE} holds {error}") from error
    if not opened:  # it is locked, may not be read, or there is no room: the core says so in its own words
        yield None


def _texts(db: sqlite3.Connection) -> set[str]:
    """How tables and indexes are worded, as hashes."""
    found = db.execute("SELECT CAST(sql AS BLOB) FROM sqlite_master WHERE sql IS NOT NULL")
    return {hashlib.blake2b(sql, digest_size=12).hexdigest() for (sql,) in found}


def _texts_made(make: Callable[[Path], object]) -> set[str]:
    """Those of a store that is made now."""
    with TemporaryDirectory(prefix="qa-", ignore_cleanup_errors=True) as new:
        made = make(Path(new))
        del made
        with closing(sqlite3.connect(Path(new, _FILE))) as db:
            return _texts(db)


def _odd(db: sqlite3.Connection) -> Iterator[str]:
    """What stands in it that is none of ours."""
    made = db.execute("SELECT 1 FROM sqlite_master WHERE name = 'collections'").fetchone()
    if not made or not db.execute("SELECT 1 FROM collections LIMIT 1").fetchone():
        return  # a kill came while Chroma made its tables, or before anything stood in them
    for settings in db.execute("SELECT config_json_str, schema_str FROM collections"):
        yield from (f"the setting {name}" for text in settings if text for name in _unknown(json.loads(text), ""))
    for what, query in _ODD.items():
        if db.execute(query.replace("{uuid}", _UUID)).fetchone():
            yield what


def _unknown(value: Any, name: str) -> Iterator[str]:
    """The names of numbers in a collection's settings that are not as they were made here."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _unknown(inner, key)
    elif isinstance(value, list):
        yield from (found for inner in value for found in _unknown(inner, name))
    elif isinstance(value, (int, float)) and not isinstance(value, bool) and value not in _NUMBERS.get(name, ()):
        yield name


def tidy(folder: Path) -> None:
    """Delete what Chroma keeps of a store that nobody has open: the room of a log whose writes are in a saved graph, and the
    folders of graphs that were dropped. It stays where SQLite's file is not as it was in Chroma 1.5, or is locked.
    """
    with suppress(sqlite3.Error, OSError), closing(queries.connected(folder / _FILE, folder / _FILE, timeout=5.0)) as db:
        used = {name for (name,) in db.execute("SELECT id FROM segments")}
        for path in folder.iterdir():
            if path.is_dir() and path.name not in used:
                shutil.rmtree(path)
        free, pages = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count"))
        if 2 * free > pages:
            db.execute("VACUUM")


def damaged(what: str) -> DamagedIndex:
    """The failure of vectors that cannot be read, with what mends it."""
    return DamagedIndex(f"The index's vectors are damaged: {what}.", "Run `qa index --rebuild` to make them anew.")
