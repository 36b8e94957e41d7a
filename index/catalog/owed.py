"""Vectors as the catalog knows them: which are stored, owed, or needed by no passage any more, and the sentences' sketches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from index.catalog import schema
from index.catalog.connection import Connection, marks, slices
from index.catalog.rows import spans_of
from index.passage import Piece, embedded

TOLERATED = 1 / 2000
"""Vectors of so small a share of the passages may be needed by none: to delete one costs as much as to read the graph."""


_WITH_TEXT = "passage CROSS JOIN words ON words.rowid = passage.id"
"""In this order: else SQLite goes through all of the words, which takes a million passages a second."""


class Owed(Connection):
    """The catalog's part about vectors; `hash` is the key of a passage's vector."""

    def embedded(self, hashes: Iterable[str]) -> set[str]:
        """Those of the hashes whose vector is known to be stored for the index's embedder."""
        return self._among("SELECT hash FROM passage WHERE NOT owed AND hash", hashes)

    def old_among(self, hashes: Iterable[str]) -> set[str]:
        """Those of the hashes that no passage needs, whose vector is still stored."""
        return self._among("SELECT hash FROM old_vector WHERE hash", hashes)

    def _among(self, sql: str, hashes: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for part in slices(list(hashes)):
            found.update(h for (h,) in self._all(f"{sql} IN ({marks(len(part))})", *part))
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
        sql = f"SELECT text, heading FROM {_WITH_TEXT} {which} GROUP BY hash"
        with schema.failures():
            yield from (embedded(*row) for row in self._db.execute(sql))

    def texts_in(self, documents: Iterable[int], *, owed: bool = False) -> Iterator[tuple[str, str]]:
        """The texts of these documents' passages with their hashes, or of those whose vectors are owed."""
        which = "WHERE owed" if owed else ""
        tables = "chosen CROSS JOIN passage ON document_id = chosen.id CROSS JOIN words ON words.rowid = passage.id"
        self._select_documents(documents)
        with schema.failures():
            found = self._db.execute(f"SELECT hash, text, heading FROM {tables} {which}")
            yield from ((key, embedded(text, heading)) for key, text, heading in found)

    def _pieces(self, condition: str, *values: object) -> dict[str, Piece]:
        sql = f"SELECT hash, text, heading, sentences FROM {_WITH_TEXT} WHERE {condition} GROUP BY hash ORDER BY hash LIMIT ?"
        return {key: _piece(text, heading, spans) for key, text, heading, spans in self._all(sql, *values)}

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
        return self._count("old_vector")

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

    def has_sketches(self) -> bool:
        """Whether any are kept."""
        return self._one("SELECT 1 FROM sketch LIMIT 1") is not None

    def sketches(self, collection: str, hashes: Sequence[str]) -> dict[str, bytes]:
        """The packed vectors of the sentences of texts, as far as there are any."""
        found: dict[str, bytes] = {}
        for part in slices(hashes):
            sql = f"SELECT hash, CAST(sentences AS BLOB) FROM sketch WHERE collection = ? AND hash IN ({marks(len(part))})"
            found.update(self._all(sql, collection, *part))
        return found


def _piece(text: str, heading: str, sentences: str) -> Piece:
    whole = embedded(text, heading)
    return Piece(whole, spans_of(sentences, len(whole) - len(text)))
