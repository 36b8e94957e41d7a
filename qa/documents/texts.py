"""The texts of what is asked: of one folder's catalog, or of several folders as of one, each source below its folder's name.

Owns those names. Knows nothing of how the texts are searched.
"""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from index.catalog.catalog import Catalog
from index.catalog.rows import Counts, Row
from index.files.plan import Known
from index.passage import Part
from qa.settings.load import Settings

MOST_ROWS = 2**40
"""No catalog has as many rows, so that an id among several tells which catalog it is of."""

Key = TypeVar("Key")


class Texts(Protocol):
    """What is read of a catalog where a question is answered and citations are proved."""

    def source(self, path: str) -> Known | None:
        """A source as it is known."""

    def sources_of(self, sha256: str) -> list[str]:
        """The sources with this content."""

    def document_ids(self) -> dict[str, int]:
        """The documents of all sources."""

    def text(self, path: str) -> str | None:
        """A source's whole text."""

    def parts(self, path: str) -> list[Part]:
        """A source's pages, rows or cells."""

    def counts(self) -> Counts:
        """How many of each there are."""

    def document_frequency(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """How many passages hold each stem, and how many passages there are."""

    def holds(self, word: str) -> bool:
        """Whether a word stands anywhere."""

    def count(self, expression: str, limit: int) -> int:
        """How many passages an expression finds, counted up to a limit."""

    def terms(self, beginning: str) -> list[str]:
        """The stems that begin so."""

    def match(self, expression: str, limit: int) -> list[tuple[int, float]]:
        """Passages that words find."""

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """Passages by their ids."""

    def beginning(self, document_id: int, limit: int) -> list[Row]:
        """A document's first passages."""

    def first_rows(self, limit: int) -> list[Row]:
        """The first passage of documents."""


@contextmanager
def opened_texts(settings: Settings) -> Iterator[Texts | None]:
    """The catalogs as they are, brought up to nothing; None where nothing is indexed."""
    with ExitStack() as stack:
        found = dict[str, Catalog]()
        for part in settings.parts or (settings,):
            if part.target.indexed:
                found[part.name] = stack.enter_context(Catalog(part.target.home))
                part.target.owned(found[part.name])
        yield (Joined(found) if settings.parts else found[""]) if found else None


@dataclass(frozen=True, slots=True)
class Several:
    """Where the sources of several folders are, each below its folder's name."""

    folders: Mapping[str, Path]

    def __str__(self) -> str:
        """The folders' names."""
        return ", ".join(self.folders)


@dataclass(frozen=True, slots=True)
class Piped:
    """Where the text of standard input is while a command runs; its places name no file."""

    file: Path


Root = Path | Several | Piped
"""Where documents are: a folder or one file, several, or standard input."""


def file_of(root: Root, source: str) -> Path:
    """The file of a source."""
    if isinstance(root, Piped):
        return root.file
    if isinstance(root, Several):
        name, source = parted(source)
        root = root.folders[name] if name in root.folders else Path(name)
    return root / source if root.is_dir() else root


def root_of(settings: Settings) -> Root:
    """Where the documents of a question are."""
    if settings.piped:
        return Piped(settings.target.root)
    if not settings.parts:
        return settings.target.root
    return Several({part.name: part.target.root for part in settings.parts})


def as_paths(pattern: str, root: Root) -> Iterator[str]:
    """What a pattern of --in means where it is a path, from the current folder or from the documents' folder, as patterns."""
    if re.search(r"[*?\[\]!\\\0]", pattern):
        return
    typed = os.path.expanduser(pattern)
    folders = root.folders if isinstance(root, Several) else {"": root.file if isinstance(root, Piped) else root}
    for name, folder in folders.items():
        for path in dict.fromkeys((os.path.realpath(typed), os.path.normpath(folder / pattern))):
            if os.path.exists(path) and Path(path).is_relative_to(folder):
                inner = Path(path).relative_to(folder).as_posix()
                yield f"/{name}/{'**' if inner == '.' else inner}".replace("//", "/")


def parted(source: str) -> tuple[str, str]:
    """The name of a source's folder among several, and the source in it."""
    name, _, inner = source.partition("/")
    return name, inner


class Joined:
    """Several catalogs as one, by the names of their folders."""

    def __init__(self, catalogs: Mapping[str, Catalog]) -> None:
        self._named = catalogs
        self._all = list(catalogs.values())

    def source(self, path: str) -> Known | None:
        """A source as it is known."""
        return self._of(path, lambda catalog, source: catalog.source(source), None)

    def sources_of(self, sha256: str) -> list[str]:
        """The sources with this content, in any folder."""
        return [f"{name}/{source}" for name, catalog in self._named.items() for source in catalog.sources_of(sha256)]

    def document_ids(self) -> dict[str, int]:
        """The documents of all sources."""
        return {
            f"{name}/{source}": n * MOST_ROWS + id_
            for n, (name, catalog) in enumerate(self._named.items())
            for source, id_ in catalog.document_ids().items()
        }

    def text(self, path: str) -> str | None:
        """A source's whole text."""
        return self._of(path, lambda catalog, source: catalog.text(source), None)

    def parts(self, path: str) -> list[Part]:
        """A source's pages, rows or cells."""
        return self._of(path, lambda catalog, source: catalog.parts(source), [])

    def counts(self) -> Counts:
        """The sums."""
        found = [catalog.counts() for catalog in self._all]
        return Counts(*(sum(getattr(c, name) for c in found) for name in ("sources", "passages", "owed", "left_out")))

    def document_frequency(self, terms: Sequence[str]) -> tuple[dict[str, int], int]:
        """Over all folders, so that a word weighs the same in each."""
        held: Counter[str] = Counter()
        passages = 0
        for catalog in self._all:
            found, count = catalog.document_frequency(terms)
            held.update(found)
            passages += count
        return dict(held), passages

    def holds(self, word: str) -> bool:
        """Whether a word stands anywhere."""
        return any(catalog.holds(word) for catalog in self._all)

    def count(self, expression: str, limit: int) -> int:
        """In all of them, up to the limit."""
        return min(limit, sum(catalog.count(expression, limit) for catalog in self._all))

    def terms(self, beginning: str) -> list[str]:
        """The stems that begin so."""
        return sorted({term for catalog in self._all for term in catalog.terms(beginning)})

    def match(self, expression: str, limit: int) -> list[tuple[int, float]]:
        """Passages that words find, the best of each folder."""
        return [
            (n * MOST_ROWS + id_, score)
            for n, catalog in enumerate(self._all)
            for id_, score in catalog.match(expression, limit)
        ]

    def rows(self, ids: Sequence[int]) -> list[Row]:
        """Passages by their ids."""
        own = ((n, [id_ % MOST_ROWS for id_ in ids if id_ // MOST_ROWS == n]) for n in range(len(self._all)))
        return [row for n, few in own for row in _numbered(n, self._all[n].rows(few))]

    def beginning(self, document_id: int, limit: int) -> list[Row]:
        """A document's first passages."""
        n, id_ = divmod(document_id, MOST_ROWS)
        return _numbered(n, self._all[n].beginning(id_, limit))

    def first_rows(self, limit: int) -> list[Row]:
        """The first passage of documents, those of the first folder before others."""
        return [row for n, catalog in enumerate(self._all) for row in _numbered(n, catalog.first_rows(limit))][:limit]

    def _of(self, path: str, read: Callable[[Catalog, str], Key], nothing: Key) -> Key:
        name, source = parted(path)
        return read(self._named[name], source) if name in self._named else nothing


def _numbered(n: int, rows: Iterable[Row]) -> list[Row]:
    """Rows of the n-th catalog with their ids among all."""
    return [replace(row, id=n * MOST_ROWS + row.id, document_id=n * MOST_ROWS + row.document_id) for row in rows]
