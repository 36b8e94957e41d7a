"""Chroma's own SQLite file of a store: its log, and how its graphs are to be made. Each visit changes it, so it bears no seal.

The core takes what it reads there without any check: a graph of no neighbours, for one, ends the process by a signal. So it is
given a file only once that was found to hold what this product has Chroma write. Owns what may stand in it.
"""

import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from index.errors import DamagedIndex

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

_WIDEST, _LONGEST = 65_536, 1000
"""Numbers of a vector, and signs of an id or of what stands beside it, at most."""

_ACTS = re.compile(r"\b(AS|CHECK|DEFAULT)\s*\(", re.I)
"""What a table's or an index's definition has that computes something."""

_ODD = {
    "a setting beside those of its collections": "SELECT 1 FROM collection_metadata UNION ALL SELECT 1 FROM segment_metadata",
    "a graph of another kind": "SELECT 1 FROM segments WHERE id NOT GLOB '{uuid}' OR type NOT IN"
    " ('urn:chroma:segment/vector/hnsw-local-persisted', 'urn:chroma:segment/metadata/sqlite')",
    "a collection of another width": f"SELECT 1 FROM collections WHERE dimension NOT BETWEEN 1 AND {_WIDEST}"
    " OR typeof(dimension) NOT IN ('integer', 'null')",
    "a vector that is none": "SELECT 1 FROM embeddings_queue AS q LEFT JOIN collections AS c"
    " ON q.topic = 'persistent://default/default/' || c.id WHERE q.operation NOT IN (0, 1, 2, 3)"
    f" OR typeof(q.id) <> 'text' OR length(q.id) > {_LONGEST} OR length(q.metadata) > {_LONGEST}"
    " OR typeof(q.vector) NOT IN ('blob', 'null') OR (q.vector IS NOT NULL AND (q.encoding IS NOT 'FLOAT32'"
    f" OR length(q.vector) > 4 * {_WIDEST} OR (c.id IS NOT NULL AND length(q.vector) IS NOT 4 * c.dimension)))",
}
_UUID = "-".join("[0-9a-f]" * count for count in (8, 4, 4, 4, 12))


def checked(folder: Path) -> None:
    """Raise DamagedIndex for a store whose file holds what this product never has Chroma write; one without a file is new."""
    path = folder / _FILE
    if not path.exists():
        return
    if not path.is_file():
        raise damaged(f"{_FILE} is no file")
    try:
        with closing(sqlite3.connect(path, timeout=5.0)) as db:
            db.execute("PRAGMA trusted_schema = OFF")
            found = next(_odd(db), "")
    except (ValueError, RecursionError) as error:  # settings that are no JSON
        found = f"settings that cannot be read ({error})"
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError) and "no such table" not in str(error):
            return  # locked, or no room: the core says so in its own words
        found = str(error)
    if found:
        raise damaged(f"{_FILE} holds {found}")


def _odd(db: sqlite3.Connection) -> Iterator[str]:
    """What stands in it that is none of ours."""
    tables = db.execute("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    for kind, _, sql in tables:
        if kind not in ("table", "index") or _ACTS.search(sql):
            yield f"a {kind} that acts"
    made = any(name == "collections" for _, name, _ in tables)
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
    with suppress(sqlite3.Error, OSError), closing(sqlite3.connect(folder / _FILE, timeout=5.0)) as db:
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
