"""An index as tests look at it from outside, and an embedder whose service goes away."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from index.catalog.catalog import Catalog
from index.embed.choice import open_embedder
from index.errors import Unreachable
from index.passage import Piece
from index.update.target import Target


class Failing:
    """An embedder whose service is gone after so many batches; it counts what it embedded."""

    local = True

    def __init__(self, after: int = 0, name: str = "static") -> None:
        self.inner = open_embedder("static", None)
        self.name, self.weight, self.sentence_weight, self.floor = name, self.inner.weight, 0.0, 0.0
        self.across = False
        self.identity = self.inner.identity
        self.after, self.embedded = after, list[str]()

    def batches(self, pieces: Sequence[Piece], arrived: object = None) -> Iterator[tuple[list[int], np.ndarray, list[bytes]]]:
        """A text at a time."""
        for i, piece in enumerate(pieces):
            if self.after <= 0:
                raise Unreachable("The embedding service cannot be reached.")
            self.after -= 1
            self.embedded.append(piece.text)
            yield [i], self.inner.query(piece.text)[None], [b""]

    def query(self, text: str) -> np.ndarray:
        """As static."""
        return self.inner.query(text)

    def like(self, collection: str) -> None:
        """As it is."""


STATIC = cache(lambda: open_embedder("static", None))


def stored(target: Target) -> set[str]:
    """The keys of the vectors in Chroma."""
    with Catalog(target.home) as catalog:
        return target.vectors.ids(catalog.meta("collection"))


def consistent(target: Target) -> None:
    """Chroma has a vector for every passage, and no other."""
    with Catalog(target.home) as catalog:
        assert stored(target) == catalog.hashes()
        assert catalog.counts().owed == 0
