"""The catalog: sources, their texts, passages and the keyword index, in one SQLite file. It is the truth of the index.

Owns every SQL statement; knows nothing of files on disk, embedders or Chroma. A document (the text of some bytes, as one reader
and splitter made it) is stored once, however many sources hold it. `passage.hash` is the key of the passage's vector; `owed`
marks passages whose vector is not stored yet.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.catalog import schema
from index.catalog.words import any_of, folded_name, stem, stored_bigrams
from index.errors import DamagedIndex
from index.files.plan import Known
from index.files.walk import Stat
from index.home import user
from index.passage import Document, Part, Passage, Piece, Place, Span


def text_hash(text: str) -> str:
    """The key of a text's vector: 32 hex digits of its BLAKE2b."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()


_WITH_TEXT = "passage CROSS JOIN words ON words.rowid = passage.id"
"""In this order: else SQLite goes through all of the words, which takes a million passages a second."""

_DOCUMENT = "text, document.seal, sha256, document.maker"
"""What `_text` takes."""

_MAYBE = (int, type(None))
_KINDS: Mapping[str, Sequence[type | tuple[type, ...]]] = {
    "meta": (str, str),
    "document": (int, str, str, str, bytes, str, str, str),
    "source": (str, _MAYBE, int, int, int, int, int, str, str, str),
    "passage": (int, int, int, int, _MAYBE, str, str, str, int, str),
    "old_vector": (str,),
    "sketch": (str, str, bytes),
    "words": (str, str, str, str),
}
"""What each table's columns hold; SQLite itself takes anything in any of them."""

_NUMBERS = ("size", "mtime_ns", "ctime_ns", "inode", "checked_ns")

TOLERATED = 1 / 2000
"""Vectors of so small a share of the passages may be needed by none: to delete one costs as much as to read the graph."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A source ready to be stored: `document` and `passages` are None where a document of that key is stored already.

    `lines` tells that the file is text, so that its places are lines.
    """

    source: str
    row: Known
    document: Document | None = None
    passages: Sequence[Passage] = ()
    lines: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A stored passage with its document; `sentences` are spans in the document's text, `line` is None for a converted file."""

    id: int
    document_id: int
    title: str
    heading: str
    start: int
    end: int
    line: int | None
    parts: tuple[Part, ...]
    sentences: tuple[Span, ...]
    hash: str
    text: str

    def place(self, source: str) -> Place:
        """Where it stands in one of its document's sources."""
        return Place(source, self.start, self.end, self.line, self.parts)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers for `qa status`."""

    sources: int
    passages: int
    owed: int
    left_out: int


class Catalog:
    """One open catalog; `close()` it, or use it as a context manager. Not for use by two threads."""

    def __init__(self, home: Path, *, create: bool = False) -> None:
        """Open the catalog in `home`; `writable` tells whether it can be changed. `create` makes it if need be."""
        self._db, self.writable = schema.connect(home, create=create)

    def __enter__(self) -> "Catalog":
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

    # What the index remembers of itself

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

    def sound(self) -> bool:
        """Whether SQLite finds no damage, and each row holds what its table does; reads the whole file."""
        try:
            self.match("a", 1)
            self._all("INSERT INTO words(words) VALUES ('integrity-check')")  # it stores nothing (SQLite's FTS5, 6.4)
            return self._all("PRAGMA quick_check(1)") == [("ok",)] and not any(map(self._odd, _KINDS))
        except DamagedIndex:
            return False

    def _odd(self, table: str) -> int:
        """How many rows of a table hold something else than is stored there; DamagedIndex for text that is none."""
        kinds = [kind if isinstance(kind, tuple) else (kind,) for kind in _KINDS[table]]
        with schema.failures():
            return sum(
                not all(type(value) in kind for value, kind in zip(row, kinds, strict=True))
                for row in self._db.execute(f"SELECT * FROM {table}")
            )

    def problems(self) -> list[str]:
        """What SQLite finds damaged, and what does not fit together; reads the whole file."""
        counts = {
            "passages without words": "SELECT COUNT(*) FROM passage WHERE id NOT IN (SELECT id FROM words_content)",
            "words without a passage": "SELECT COUNT(*) FROM words_content WHERE id NOT IN (SELECT id FROM passage)",
            "rows that refer to nothing": "SELECT COUNT(*) FROM pragma_foreign_key_check",
        }
        found = [message for (message,) in self._all("PRAGMA integrity_check(5)") if message != "ok"]
        found += [f"{n} {what}" for what, sql in counts.items() if (n := self._all(sql)[0][0])]
        return found + [f"{n} rows of {table} that hold what none does" for table in _KINDS if (n := self._odd(table))]

    def tidy(self) -> None:
        """Delete what belongs to nothing (see `problems`), as only damage leaves it. In a transaction."""
        self._db.execute("UPDATE source SET document_id = NULL WHERE document_id NOT IN (SELECT id FROM document)")
        self._db.execute("DELETE FROM passage WHERE document_id NOT IN (SELECT id FROM document)")
        self._db.execute("DELETE FROM words WHERE rowid NOT IN (SELECT id FROM passage)")

    def meta(self, key: str) -> str:
        """A remembered value, "" if there is none."""
        row = self._one("SELECT CAST(value AS TEXT) FROM meta WHERE key = ?", key)
        return row[0] or "" if row else ""

    def remember(self, **values: str) -> None:
        """Keep values under their keys."""
        self._db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", values.items())

    # Sources and documents

    def sources(self) -> dict[str, Known]:
        """Every source, by path."""
        return dict(self._sources(""))

    def sources_of(self, sha256: str) -> list[str]:
        """The sources that hold these bytes."""
        sql = "SELECT CAST(path AS TEXT) FROM source JOIN document ON document.id = document_id WHERE sha256 = ? ORDER BY path"
        return [path for (path,) in self._all(sql, sha256)]

    def source(self, path: str) -> Known | None:
        """One source."""
        return self.sources_among([path]).get(path)

    def sources_among(self, paths: Iterable[str]) -> dict[str, Known]:
        """Those of the sources that there are, by path."""
        parts = _slices(list(paths))
        return {k: v for part in parts for k, v in self._sources(f"WHERE path IN ({_marks(len(part))})", *part)}

    def _sources(self, where: str, *values: str) -> Iterator[tuple[str, Known]]:
        sql = (  # whatever stands there: a file whose row lies is looked at again
            f"SELECT CAST(path AS TEXT), {', '.join(f'CAST({name} AS INTEGER)' for name in _NUMBERS)},"
            " CAST(source.maker AS TEXT), CAST(COALESCE(sha256, '') AS TEXT), CAST(left_out AS TEXT)"
            f" FROM source LEFT JOIN document ON document.id = document_id {where}"
        )
        return ((r[0], Known(Stat(*r[1:5]), *r[5:])) for r in self._all(sql, *values))

    def left_out(self) -> list[tuple[str, str]]:
        """The sources that are not indexed, with the reason."""
        return self._all("SELECT CAST(path AS TEXT), left_out FROM source WHERE document_id IS NULL ORDER BY path")

    def left_out_count(self) -> int:
        """How many sources are not indexed."""
        return int(self._all("SELECT COUNT(*) FROM source WHERE document_id IS NULL")[0][0])

    def has_sources(self) -> bool:
        """Whether any document is indexed."""
        return self._one("SELECT 1 FROM source WHERE document_id IS NOT NULL LIMIT 1") is not None

    def counts(self) -> Counts:
        """How much is stored."""
        sources = self._all("SELECT COUNT(document_id), COUNT(*) - COUNT(document_id) FROM source")[0]
        passages = self._all("SELECT COUNT(*) FROM passage")[0][0]
        owed = self._all("SELECT COUNT(*) FROM passage WHERE owed")[0][0]
        return Counts(sources[0], passages, owed, sources[1])

    def document_stored(self, sha256: str, maker: str) -> bool:
        """Whether these bytes, read by this maker, are stored."""
        return self._one("SELECT 1 FROM document WHERE sha256 = ? AND maker = ?", sha256, maker) is not None

    def text(self, path: str) -> str | None:
        """A source's text as indexed, None if it is not."""
        joined = "document JOIN source ON document.id = document_id AND document.maker = source.maker"
        row = self._one(f"SELECT {_DOCUMENT} FROM {joined} WHERE path = ?", path)
        return _text(row) if row else None

    def parts(self, path: str) -> list[Part]:
        """The parts of a source in order, each from its first passage on; none for a file that is text."""
        sql = "SELECT parts, start FROM passage JOIN source USING (document_id) WHERE path = ? ORDER BY start"
        found: dict[str, Part] = {}
        for stored, start in self._all(sql, path):
            for part in _parts(stored, start):
                found.setdefault(part.label, part)
        return list(found.values())

    def missing(self) -> list[tuple[str, str]]:
        """What could not be read of sources that are indexed, as (path, what), such as a page without text."""
        joined = "source JOIN document ON document.id = document_id"
        sql = f"SELECT CAST(path AS TEXT), CAST(missing AS TEXT) FROM {joined} WHERE missing != '' ORDER BY path"
        return [(path, what) for path, found in self._all(sql) for what in found.split("\n")]

    def documents(self) -> Iterator[tuple[int, str, list[tuple[int, int, str]]]]:
        """Every document's id and text, with its passages' start, end and text in order."""
        sql = (
            "SELECT CAST(start AS INTEGER), CAST(stop AS INTEGER), CAST(words.text AS TEXT)"
            " FROM passage JOIN words ON words.rowid = passage.id"
            " WHERE document_id = ? ORDER BY start"
        )
        for (id_,) in self._all("SELECT id FROM document"):
            yield id_, _text(self._all(f"SELECT {_DOCUMENT} FROM document WHERE id = ?", id_)[0]), self._all(sql, id_)

    def document_ids(self) -> dict[str, int]:
        """The document of every indexed source, by path."""
        return dict(self._all("SELECT CAST(path AS TEXT), document_id FROM source WHERE document_id IS NOT NULL"))

    def places(self, rows: Sequence[Row]) -> dict[int, list[str]]:
        """The paths of each row's document, sorted, by document id."""
        found: dict[int, list[str]] = {}
        for part in _slices(sorted({r.document_id for r in rows})):
            sql = f"SELECT document_id, CAST(path AS TEXT) FROM source WHERE document_id IN ({_marks(len(part))}) ORDER BY path"
            for document_id, path in self._all(sql, *part):
                found.setdefault(document_id, []).append(path)
        return found

    # Writing

    def store(self, prepared: Iterable[Prepared], owed: set[str], *, replace: bool = False) -> None:
        """Store sources with their documents; passages whose hash is in `owed` have no vector yet. In a transaction.

        A document that is stored already is left as it is, unless `replace`. One that no source holds any more stays until
        `drop_unused`: another source of the same run may hold it, as when two files have swapped their names.
        """
        for item in prepared:
            if item.document is not None and (replace or not self.document_stored(item.row.sha256, item.row.maker)):
                self._store_document(item, owed)
            key = (item.row.sha256, item.row.maker)
            found = self._one("SELECT id FROM document WHERE sha256 = ? AND maker = ?", *key)
            row = (item.source, found and found[0], *item.row.stat, item.row.checked_ns, item.row.maker)
            name = folded_name(stem(item.source))
            self._db.execute(f"INSERT OR REPLACE INTO source VALUES ({_marks(10)})", (*row, item.row.left_out, name))

    def remove(self, paths: Iterable[str]) -> None:
        """Forget sources. In a transaction."""
        self._db.executemany("DELETE FROM source WHERE path = ?", [(path,) for path in paths])

    def drop_unused(self) -> None:
        """Forget the documents that no source holds any more. In a transaction."""
        unused = "SELECT id FROM document WHERE NOT EXISTS (SELECT 1 FROM source WHERE document_id = document.id)"
        for (document_id,) in self._all(unused):
            self._drop_passages(document_id)
            self._db.execute("DELETE FROM document WHERE id = ?", (document_id,))

    def _store_document(self, item: Prepared, owed: set[str]) -> None:
        assert item.document is not None
        text, title, key = item.document.text, item.document.title, (item.row.sha256, item.row.maker)
        if stored := self._one("SELECT id FROM document WHERE sha256 = ? AND maker = ?", *key):
            self._drop_passages(stored[0])
        self._db.execute(
            f"INSERT OR REPLACE INTO document VALUES ({_marks(8)})",
            (
                stored and stored[0],
                *key,
                title,
                zlib.compress(text.encode("utf-8"), 1),
                folded_name(title),
                "\n".join(item.document.missing),
                user.seal("text", *key, text_hash(text)),
            ),
        )
        document_id = self._all("SELECT id FROM document WHERE sha256 = ? AND maker = ?", *key)[0][0]
        line, seen = 1, 0
        for p in item.passages:
            line, seen = line + text.count("\n", seen, p.start), p.start
            self._store_passage(p, document_id, key, title, line if item.lines else None, owed)

    def _store_passage(
        self, p: Passage, document_id: int, document: tuple[str, str], title: str, line: int | None, owed: set[str]
    ) -> None:
        key = text_hash(p.text)
        self._db.execute("DELETE FROM old_vector WHERE hash = ?", (key,))
        sentences = " ".join(f"{a - p.start} {b - p.start}" for a, b in p.sentences)
        parts = "\n".join(f"{part.start - p.start} {part.label}" for part in p.parts)
        said = (p.start, p.end, line, parts, sentences, key)
        cursor = self._db.execute(
            f"INSERT INTO passage(document_id, start, stop, line, parts, sentences, hash, owed, seal) VALUES ({_marks(9)})",
            (document_id, *said, key in owed, user.seal("passage", *document, title, p.heading, *said)),
        )
        self._db.execute(
            "INSERT INTO words(rowid, text, heading, title, bigrams) VALUES (?, ?, ?, ?, ?)",
            (cursor.lastrowid, p.text, p.heading, title, " ".join(stored_bigrams(p.text))),
        )

    def _drop_passages(self, document_id: int) -> None:
        hashes = self._all("SELECT DISTINCT hash FROM passage WHERE document_id = ? AND NOT owed", document_id)
        self._db.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM passage WHERE document_id = ?)", (document_id,))
        self._db.execute("DELETE FROM passage WHERE document_id = ?", (document_id,))
        unused = "SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM passage WHERE hash = ?1)"
        self._db.executemany(f"INSERT OR IGNORE INTO old_vector {unused}", hashes)

    # Vectors: which are stored, owed, or no longer needed

    def embedded(self, hashes: Iterable[str]) -> set[str]:
        """Those of the hashes whose vector is known to be stored for the index's embedder."""
        return self._among("SELECT hash FROM passage WHERE NOT owed AND hash", hashes)

    def old_among(self, hashes: Iterable[str]) -> set[str]:
        """Those of the hashes that no passage needs, whose vector is still stored."""
        return self._among("SELECT hash FROM old_vector WHERE hash", hashes)

    def _among(self, sql: str, hashes: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for part in _slices(list(hashes)):
            found.update(h for (h,) in self._all(f"{sql} IN ({_marks(len(part))})", *part))
        return found

    def hashes(self) -> set[str]:
        """The vector keys of all passages."""
        return {h for (h,) in self._all("SELECT DISTINCT CAST(hash AS TEXT) FROM passage")}

    def pieces(self, count: int) -> Iterator[dict[str, Piece]]:
        """The text of every passage by hash, each once, `count` at a time."""
        last = ""
        while part := self._pieces("hash > ?", last, count):
            yield part
            last = max(part)

    def owed(self, limit: int, after: str = "") -> dict[str, Piece]:
        """Up to `limit` texts whose vector is owed, by hash, from the one after `after` on."""
        return self._pieces("owed AND hash > ?", after, limit)

    def texts(self, *, owed: bool) -> Iterator[str]:
        """The texts of all passages, or of those whose vectors are owed, each once."""
        which = "WHERE owed" if owed else ""
        sql = f"SELECT text FROM {_WITH_TEXT} {which} GROUP BY hash"
        with schema.failures():
            yield from (text for (text,) in self._db.execute(sql))

    def texts_in(self, documents: Iterable[int], *, owed: bool = False) -> Iterator[tuple[str, str]]:
        """The texts of these documents' passages with their hashes, or of those whose vectors are owed."""
        which = "WHERE owed" if owed else ""
        tables = "chosen CROSS JOIN passage ON document_id = chosen.id CROSS JOIN words ON words.rowid = passage.id"
        self._select_documents(documents)
        with schema.failures():
            yield from self._db.execute(f"SELECT hash, text FROM {tables} {which}")

    def _pieces(self, condition: str, *values: object) -> dict[str, Piece]:
        sql = f"SELECT hash, text, sentences FROM {_WITH_TEXT} WHERE {condition} GROUP BY hash ORDER BY hash LIMIT ?"
        return {key: Piece(text, _spans(spans, 0)) for key, text, spans in self._all(sql, *values)}

    def owe_all(self) -> None:
        """Every vector is owed: the embedder changed, or the vectors are lost. In a transaction."""
        self._db.execute("UPDATE passage SET owed = 1")

    def owe(self, hashes: Iterable[str]) -> None:
        """These vectors are not stored. In a transaction."""
        self._db.executemany("UPDATE passage SET owed = 1 WHERE hash = ? AND NOT owed", [(h,) for h in hashes])

    def paid_all(self) -> None:
        """No vector is owed. In a transaction."""
        self._db.execute("UPDATE passage SET owed = 0 WHERE owed")

    def paid(self, hashes: Iterable[str]) -> None:
        """These vectors are stored now. In a transaction."""
        self._db.executemany("UPDATE passage SET owed = 0 WHERE hash = ? AND owed", [(h,) for h in hashes])

    def old_vectors(self) -> list[str]:
        """Hashes whose vector no passage needs any more."""
        return [h for (h,) in self._all("SELECT CAST(hash AS TEXT) FROM old_vector")]

    def old_vector_count(self) -> int:
        """How many vectors no passage needs any more."""
        return int(self._all("SELECT COUNT(*) FROM old_vector")[0][0])

    def sweep_due(self, passages: int, *, shared: bool) -> bool:
        """Whether so many vectors are needed by none of the passages that they should be deleted: any, if others keep some."""
        return self.old_vector_count() > (0 if shared else TOLERATED * passages)

    def set_old_vectors(self, hashes: Iterable[str]) -> None:
        """The vector store holds these, and no others, for no passage. In a transaction."""
        self.forget_every_old_vector()
        self._db.executemany("INSERT INTO old_vector VALUES (?)", [(h,) for h in hashes])

    def forget_old_vectors(self, collection: str, hashes: Sequence[str]) -> None:
        """These are deleted from the vector store. In a transaction."""
        self._db.executemany("DELETE FROM old_vector WHERE hash = ?", [(h,) for h in hashes])
        self._db.executemany("DELETE FROM sketch WHERE hash = ? AND collection = ?", [(h, collection) for h in hashes])

    def forget_every_old_vector(self) -> None:
        """The vector store or the collection is another one. In a transaction."""
        self._db.execute("DELETE FROM old_vector")

    def keep_sketches(self, collection: str, sketches: Mapping[str, bytes]) -> None:
        """Keep the packed vectors of the sentences of texts. In a transaction."""
        rows = [(key, collection, sketch) for key, sketch in sketches.items()]
        self._db.executemany("INSERT OR REPLACE INTO sketch VALUES (?, ?, ?)", rows)

    def forget_sketches_but(self, collection: str) -> None:
        """Forget those of other embedders. In a transaction."""
        self._db.execute("DELETE FROM sketch WHERE collection != ?", (collection,))

    def forget_sketches(self) -> None:
        """Forget those of every embedder. In a transaction."""
        self._db.execute("DELETE FROM sketch")

    def sketches(self, collection: str, hashes: Sequence[str]) -> dict[str, bytes]:
        """The packed vectors of the sentences of texts, as far as there are any."""
        found: dict[str, bytes] = {}
        for part in _slices(hashes):
            sql = f"SELECT hash, CAST(sentences AS BLOB) FROM sketch WHERE collection = ? AND hash IN ({_marks(len(part))})"
            found.update(self._all(sql, collection, *part))
        return found

    # Reading for search

    def match(self, expression: str, limit: int, documents: Iterable[int] | None = None) -> list[tuple[int, float]]:
        """Passage ids for an FTS5 expression with their BM25 scores (higher is better), best first."""
        where = ""
        if documents is not None:
            self._select_documents(documents)
            where = "AND rowid IN (SELECT passage.id FROM passage JOIN chosen ON document_id = chosen.id)"
        sql = f"SELECT rowid, -rank FROM words WHERE words MATCH ? {where} ORDER BY rank LIMIT ?"
        return self._all(sql, expression, limit)

    def holds(self, word: str) -> bool:
        """Whether a word stands in any passage, in some form."""
        return self._one("SELECT 1 FROM words WHERE words MATCH ? LIMIT 1", any_of([word])) is not None

    def hashes_in(self, documents: Iterable[int], limit: int) -> list[str]:
        """Up to `limit` vector keys of the passages of these documents."""
        self._select_documents(documents)
        sql = "SELECT DISTINCT hash FROM passage JOIN chosen ON document_id = chosen.id LIMIT ?"
        return [h for (h,) in self._all(sql, limit)]

    def _select_documents(self, documents: Iterable[int]) -> None:
        """Put document ids into a table of this connection alone, since a statement takes only so many variables."""
        self._db.execute("CREATE TEMP TABLE IF NOT EXISTS chosen(id INTEGER PRIMARY KEY)")
        self._db.execute("DELETE FROM chosen")
        self._db.executemany("INSERT OR IGNORE INTO chosen VALUES (?)", [(d,) for d in documents])

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """Passages by id, in the order of the ids; ids that are gone are left out."""
        found = {r.id: r for r in self._rows("passage.id", ids)}
        return [found[i] for i in ids if i in found]

    def rows_of_hashes(self, hashes: Sequence[str]) -> list[Row]:
        """Passages by the key of their vector; several where several documents share a text."""
        return self._rows("passage.hash", hashes)

    def named(self, names: Iterable[str]) -> dict[str, list[int]]:
        """The documents of each name, folded, that is the title of some or the name of a file."""
        found: dict[str, list[int]] = {}
        for part in _slices(list(names)):
            marks = _marks(len(part))
            sql = (
                f"SELECT name, id FROM document WHERE name IN ({marks})"
                f" UNION SELECT name, document_id FROM source WHERE document_id AND name IN ({marks})"
            )
            for name, document_id in self._all(sql, *part, *part):
                found.setdefault(name, []).append(document_id)
        return found

    def beginning(self, document_id: int, limit: int) -> list[Row]:
        """The first passages of a document."""
        return self.rows(
            [i for (i,) in self._all("SELECT id FROM passage WHERE document_id = ? ORDER BY id LIMIT ?", document_id, limit)]
        )

    def first_rows(self, limit: int, documents: Iterable[int] | None = None) -> list[Row]:
        """The first passage of up to `limit` documents, by path of the source."""
        if documents is not None:
            self._select_documents(documents)
        chosen = "" if documents is None else "AND document_id IN (SELECT id FROM chosen)"
        first = f"SELECT document_id FROM source WHERE document_id {chosen} GROUP BY document_id ORDER BY MIN(path) LIMIT ?"
        sql = f"SELECT (SELECT MIN(id) FROM passage WHERE document_id = d.document_id) FROM ({first}) AS d"
        return self.rows([i for (i,) in self._all(sql, limit)])

    def _rows(self, column: str, keys: Sequence[object]) -> list[Row]:
        rows: list[Row] = []
        for part in _slices(keys):
            sql = (
                "SELECT passage.id, document_id, words.text, passage.seal, sha256, document.maker,"
                " document.title, heading, start, stop, line, parts, sentences, hash"
                " FROM passage JOIN document ON document.id = document_id JOIN words ON words.rowid = passage.id"
                f" WHERE {column} IN ({_marks(len(part))})"
            )
            rows += [_row(values) for values in self._all(sql, *part)]
        return rows

    def document_frequency(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many passages each stemmed term stands, and about how many passages there are (the highest id)."""
        self._db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, row)")
        counts = self._all(f"SELECT term, doc FROM temp.vocabulary WHERE term IN ({_marks(len(terms))})", *terms)
        return dict(counts), self._all("SELECT COALESCE(MAX(id), 0) FROM passage")[0][0]

    def _one(self, sql: str, *values: object) -> tuple[Any, ...] | None:
        rows = self._all(sql, *values)
        return rows[0] if rows else None

    def _all(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with schema.failures():
            return self._db.execute(sql, values).fetchall()


def _text(row: tuple[Any, ...]) -> str:
    """A document's text, of a row of `_DOCUMENT`; DamagedIndex unless it is the one that was stored here."""
    data, seal, *key = row
    try:
        text = zlib.decompress(data).decode("utf-8")
    except (zlib.error, UnicodeDecodeError, TypeError) as error:
        raise _damaged(f"a text cannot be read ({error})") from error
    if not user.sealed(seal, "text", *key, text_hash(text)):
        raise _damaged("a text is not the one that was stored")
    return text


def _row(values: tuple[Any, ...]) -> Row:
    """A passage; DamagedIndex unless all of it is as it was stored here."""
    id_, document_id, text, seal, *said = values
    if not (user.sealed(seal, "passage", *said) and isinstance(text, str) and said[-1] == text_hash(text)):
        raise _damaged("a passage is not the one that was stored")
    _, _, title, heading, start, stop, line, parts, sentences, key = said
    return Row(id_, document_id, title, heading, start, stop, line, _parts(parts, start), _spans(sentences, start), key, text)


def _damaged(what: str) -> DamagedIndex:
    return DamagedIndex(f"The index's catalog is damaged: {what}.", schema.REBUILD)


def _parts(stored: str, start: int) -> tuple[Part, ...]:
    """Parts as they are stored, in a passage that begins at `start`."""
    try:
        pairs = (line.split(" ", 1) for line in stored.split("\n") if line)
        return tuple(Part(start + int(offset), label) for offset, label in pairs)
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(f"the parts of a passage cannot be read ({error})") from error


def _spans(stored: str, start: int) -> tuple[Span, ...]:
    """Sentences as they are stored, in a passage that begins at `start`."""
    try:
        marks = [start + int(n) for n in stored.split()]
        return tuple(zip(marks[::2], marks[1::2], strict=True))
    except (ValueError, TypeError, AttributeError) as error:
        raise _damaged(f"the sentences of a passage cannot be read ({error})") from error


def _marks(count: int) -> str:
    return ",".join("?" * count)


def _slices(values: Sequence[Any], size: int = 500) -> Iterator[Sequence[Any]]:
    """SQLite takes only so many variables in one statement."""
    return (values[i : i + size] for i in range(0, len(values), size))
