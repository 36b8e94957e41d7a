"""Sources and documents: which file holds which text, and how they are stored with their passages.

A document (the text of some bytes, as one reader and splitter made it) is stored once, however many sources hold it.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence

from index.catalog.connection import Connection, marks, slices
from index.catalog.rows import DOCUMENT, Counts, Prepared, Row, parts_of, text_hash, text_of
from index.catalog.words import beside, folded_name, stem
from index.files.plan import Known
from index.files.walk import Stat
from index.home import user
from index.passage import Part, Passage

_NUMBERS = ("size", "mtime_ns", "ctime_ns", "inode", "checked_ns")


class Sources(Connection):
    """The catalog's part about sources and their documents."""

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
        parts = slices(list(paths))
        return {k: v for part in parts for k, v in self._sources(f"WHERE path IN ({marks(len(part))})", *part)}

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
        passages = self._count("passage")
        owed = self._all("SELECT COUNT(*) FROM passage WHERE owed")[0][0]
        return Counts(sources[0], passages, owed, sources[1])

    def document_stored(self, sha256: str, maker: str) -> bool:
        """Whether these bytes, read by this maker, are stored."""
        return self._one("SELECT 1 FROM document WHERE sha256 = ? AND maker = ?", sha256, maker) is not None

    def text(self, path: str) -> str | None:
        """A source's text as indexed, None if it is not."""
        joined = "document JOIN source ON document.id = document_id AND document.maker = source.maker"
        row = self._one(f"SELECT {DOCUMENT} FROM {joined} WHERE path = ?", path)
        return text_of(row) if row else None

    def parts(self, path: str) -> list[Part]:
        """The parts of a source in order, each from its first passage on; none for a file that is text."""
        sql = "SELECT parts, start FROM passage JOIN source USING (document_id) WHERE path = ? ORDER BY start"
        found: dict[str, Part] = {}
        for stored, start in self._all(sql, path):
            for part in parts_of(stored, start):
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
            yield id_, text_of(self._row(f"SELECT {DOCUMENT} FROM document WHERE id = ?", id_)), self._all(sql, id_)

    def document_ids(self) -> dict[str, int]:
        """The document of every indexed source, by path."""
        return dict(self._all("SELECT CAST(path AS TEXT), document_id FROM source WHERE document_id IS NOT NULL"))

    def places(self, rows: Sequence[Row]) -> dict[int, list[str]]:
        """The paths of each row's document, sorted, by document id."""
        found: dict[int, list[str]] = {}
        for part in slices(sorted({r.document_id for r in rows})):
            sql = f"SELECT document_id, CAST(path AS TEXT) FROM source WHERE document_id IN ({marks(len(part))}) ORDER BY path"
            for document_id, path in self._all(sql, *part):
                found.setdefault(document_id, []).append(path)
        return found

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
            self._db.execute(f"INSERT OR REPLACE INTO source VALUES ({marks(10)})", (*row, item.row.left_out, name))

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
            f"INSERT OR REPLACE INTO document VALUES ({marks(8)})",
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
        document_id = self._row("SELECT id FROM document WHERE sha256 = ? AND maker = ?", *key)[0]
        line, seen, by = 1, 0, user.key()
        for p in item.passages:
            line, seen = line + text.count("\n", seen, p.start), p.start
            self._store_passage(p, document_id, key, title, line if item.lines else None, owed, by)

    def _store_passage(
        self, p: Passage, document_id: int, document: tuple[str, str], title: str, line: int | None, owed: set[str], by: bytes
    ) -> None:
        key = text_hash(p.embedded)
        self._db.execute("DELETE FROM old_vector WHERE hash = ?", (key,))
        sentences = " ".join(f"{a - p.start} {b - p.start}" for a, b in p.sentences)
        parts = "\n".join(f"{part.start - p.start} {part.label}" for part in p.parts)
        said = (p.start, p.end, line, parts, sentences, key)
        cursor = self._db.execute(
            f"INSERT INTO passage(document_id, start, stop, line, parts, sentences, hash, owed, seal) VALUES ({marks(9)})",
            (document_id, *said, key in owed, user.seal("passage", *document, title, p.heading, *said, by=by)),
        )
        self._db.execute(
            "INSERT INTO words(rowid, text, heading, title, beside, above) VALUES (?, ?, ?, ?, ?, ?)",
            (cursor.lastrowid, p.text, p.heading, title, " ".join(beside(p.text)), " ".join(beside(f"{p.heading}\n{title}"))),
        )

    def _drop_passages(self, document_id: int) -> None:
        hashes = self._all("SELECT DISTINCT hash FROM passage WHERE document_id = ? AND NOT owed", document_id)
        self._db.execute("DELETE FROM words WHERE rowid IN (SELECT id FROM passage WHERE document_id = ?)", (document_id,))
        self._db.execute("DELETE FROM passage WHERE document_id = ?", (document_id,))
        unused = "SELECT ?1 WHERE NOT EXISTS (SELECT 1 FROM passage WHERE hash = ?1)"
        self._db.executemany(f"INSERT OR IGNORE INTO old_vector {unused}", hashes)
