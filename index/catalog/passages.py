"""Passages as a search reads them: by words, by the keys of their vectors, by the names of their documents."""

from collections.abc import Iterable, Sequence

from index.catalog.connection import Connection, marks, slices
from index.catalog.rows import Row, rows_of
from index.catalog.words import any_of


class Passages(Connection):
    """The catalog's part about passages."""

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

    def count(self, expression: str, limit: int) -> int:
        """How many passages match an FTS5 expression, up to `limit`."""
        sql = "SELECT COUNT(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
        return int(self._all(sql, expression, limit)[0][0])

    def hashes_in(self, documents: Iterable[int], limit: int) -> list[str]:
        """Up to `limit` vector keys of the passages of these documents."""
        self._select_documents(documents)
        sql = "SELECT DISTINCT hash FROM passage JOIN chosen ON document_id = chosen.id LIMIT ?"
        return [h for (h,) in self._all(sql, limit)]

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
        for part in slices(list(names)):
            these = marks(len(part))
            sql = (
                f"SELECT name, id FROM document WHERE name IN ({these})"
                f" UNION SELECT name, document_id FROM source WHERE document_id AND name IN ({these})"
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
        for part in slices(keys):
            sql = (
                "SELECT passage.id, document_id, words.text, passage.seal, sha256, document.maker,"
                " document.title, heading, start, stop, line, parts, sentences, hash"
                " FROM passage JOIN document ON document.id = document_id JOIN words ON words.rowid = passage.id"
                f" WHERE {column} IN ({marks(len(part))})"
            )
            rows += rows_of(self._all(sql, *part))
        return rows

    def terms(self, beginning: str) -> list[str]:
        """The stemmed terms of all passages that begin so, some thousands at most."""
        self._vocabulary()
        sql = "SELECT term FROM temp.vocabulary WHERE term >= ? AND term < ? LIMIT 20000"
        return [term for (term,) in self._all(sql, beginning, beginning + "\U0010ffff")]

    def _vocabulary(self) -> None:
        self._db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab(main, words, row)")

    def document_frequency(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """In how many passages each stemmed term stands, and about how many passages there are (the highest id)."""
        self._vocabulary()
        counts = self._all(f"SELECT term, doc FROM temp.vocabulary WHERE term IN ({marks(len(terms))})", *terms)
        return dict(counts), self._all("SELECT COALESCE(MAX(id), 0) FROM passage")[0][0]
