"""What an embedder is: from texts to unit vectors, in batches."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

from index.passage import Piece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

DEFAULT_OPENAI = "text-embedding-3-small"

PATIENCE = 120.0
"""Seconds that a build waits for a service that fails or asks to wait."""

Batch = tuple[list[int], "Vectors", list[bytes]]
"""Indices into the pieces, their rows, and for each the vectors of its sentences, packed; b"" where there are none."""

Arrived = Callable[[list[int], "Vectors"], None]
"""Told what a service has embedded, in the thread that has received it, as soon as it is there."""

Cosine = TypeVar("Cosine", float, "Vectors")

WIDEST = 65_536
"""Numbers of a vector at most: what is wider is no embedding of a text."""


class Embedder(Protocol):
    """What makes vectors. `name` is what a user types; `weight` is a passage's likeness beside BM25's 1.0 in a search, and
    `sentence_weight` that of its closest sentence (see index/search/rank.py); `floor` is the cosine of texts that have nothing
    to do with each other, from which likeness is counted; `across` tells that the same in two languages is alike.

    `local` tells that it runs on this machine, so that embedding a few more texts costs neither money nor a connection.
    """

    name: str
    weight: float
    sentence_weight: float
    floor: float
    across: bool
    local: bool

    @property
    def identity(self) -> str:
        """Name, revision and dimensions, "static/l2_supercat_256-64b47a2d/256": vectors are alike if it is equal."""

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """Every index once, in any order, with float32 rows of length 1, as soon as they are ready.

        When a service fails, what it had finished is yielded first, then ServiceFailure is raised. Only one that is not local
        calls `arrived`.
        """

    def query(self, text: str) -> "Vectors":
        """One float32 row of length 1; an empty text has one too."""

    def like(self, collection: str) -> None:
        """Make vectors as long as those of this identity, if it is one of the same model; "" is that of a new index."""


def likeness(cosine: Cosine, embedder: Embedder) -> Cosine:
    """What a cosine, or an array of them, says: 1 for the same, 0 for texts that have nothing to do with each other."""
    return (cosine - embedder.floor) / (1 - embedder.floor)
