"""Which index: the documents and the home; and what a run did to it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from index.catalog import schema
from index.catalog.catalog import Catalog
from index.errors import Failure, HomeNotWritable
from index.home import claim
from index.update.spool import Spool
from index.vectors.api import Server
from index.vectors.embedded import Vectors
from index.vectors.protocol import VectorStore
from index.vectors.server import ServerVectors

Progress = Callable[[int, int, int], None]
"""Told how many of how many files are done, and how many passages were embedded by now."""


@dataclass(frozen=True)
class Target:
    """One index: the documents' folder or file, and the home; `movable` if both are in one project, which may be moved."""

    root: Path
    home: Path
    movable: bool = False
    follow: bool = False
    ocr: bool = False
    server: Server | None = None

    @cached_property
    def vectors(self) -> VectorStore:
        """Where this index's vectors are; the same object each time, which knows a server that does not answer."""
        return ServerVectors(self.server) if self.server else self.own_vectors

    @property
    def own_vectors(self) -> Vectors:
        """The vectors in the home, where they are unless a server is named."""
        return Vectors(self.home / claim.VECTORS)

    @property
    def spool(self) -> Spool:
        """What was embedded and paid for, and is not stored yet."""
        return Spool(self.home / claim.PAID)

    @property
    def indexed(self) -> bool:
        """Whether there is a catalog."""
        try:
            return (self.home / schema.FILE).exists()
        except PermissionError as error:
            raise HomeNotWritable(f"The index's folder {self.home} cannot be read.", claim.ELSEWHERE).hiding(
                self.home
            ) from error

    def owned(self, catalog: Catalog) -> bool:
        """Whether the index is this target's; ForeignIndex if it is that of another folder that still exists."""
        return claim.check_owner(catalog.meta("root"), self.root, self.home)


@dataclass(slots=True)
class Report:
    """What a run did, and how the index stands after it.

    `pending` sources changed and are not indexed yet, `owed` passages have no vector yet, and `failure` says why. `slow` of
    those left out take longer to read than this run, which was not thorough, would wait. `renewed` tells that an earlier
    version of qa had made the index, which was made anew.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    embedded: int = 0
    pending: int = 0
    sources: int = 0
    passages: int = 0
    owed: int = 0
    left_out: int = 0
    slow: int = 0
    busy: bool = False
    renewed: bool = False
    failure: Failure | None = None

    @property
    def fresh(self) -> bool:
        """Whether the index is true to the files, vectors included."""
        return not (self.pending or self.owed or self.busy)
