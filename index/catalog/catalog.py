"""The catalog: sources, their texts, passages and the keyword index, in one SQLite file. It is the truth of the index.

Owns what its parts are joined to, and whether it is whole. `passage.hash` is the key of the passage's vector; `owed` marks
passages whose vector is not stored yet.
"""

from collections.abc import Mapping, Sequence

from index.catalog import schema
from index.catalog.owed import Owed
from index.catalog.passages import Passages
from index.catalog.sources import Sources
from index.errors import DamagedIndex

_MAYBE = (int, type(None))
_KINDS: Mapping[str, Sequence[type | tuple[type, ...]]] = {
    "meta": (str, str),
    "document": (int, str, str, str, bytes, str, str, str),
    "source": (str, _MAYBE, int, int, int, int, int, str, str, str),
    "passage": (int, int, int, int, _MAYBE, str, str, str, int, str),
    "old_vector": (str,),
    "sketch": (str, str, bytes),
    "words": (str, str, str, str, str),
}
"""What each table's columns hold; SQLite itself takes anything in any of them."""


class Catalog(Sources, Owed, Passages):
    """One open catalog, with all its parts."""

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
