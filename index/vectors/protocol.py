"""What a vector store is: ids, hashes of texts, with their unit vectors, in one collection an embedder.

One in a folder is in `embedded.py`, one on a server in `server.py`.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np

WIDE, WIDER = 500, 150
"""A query looks at so many vectors of the graph at least, or at one in so many where that is more, since the wider it looks the
more of the nearest it finds: with a million vectors 97.4 % of the nearest ten at 2,000, 98.8 % at 8,000, which takes 13 ms."""


class VectorStore(Protocol):
    """Where vectors are: `Vectors` in a folder, or a server. `identity` is remembered of a place; "" is the folder.

    `shared` tells that others keep vectors there too, under the same ids: hashes of texts.
    """

    identity: str
    shared: bool

    def exists(self) -> bool:
        """Whether anything was ever stored."""

    def touched(self, collection: str, seen: str) -> bool:
        """Whether something else than this index has changed what is stored, as far as that shows at no cost.

        `seen` is what `seen` told when the index was last brought up to date.
        """

    def seen(self, collection: str) -> str:
        """What tells later whether anything has changed, "" where the store remembers that by itself."""

    def present(self, collection: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids whose vectors are stored."""

    def ids(self, collection: str) -> set[str]:
        """Every id of a collection."""

    def worth(self, width: int) -> int:
        """How many vectors of so many numbers should be gathered for one `add`."""

    def add(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> None:
        """Store float32 rows of unit length, (n, d), for ids that are not stored yet."""

    def adding(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> Callable[[], None]:
        """The same, begun: it is done when what is returned has been called, and nothing else may be written before."""

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Forget vectors; ids that are not stored are passed over."""

    def query(
        self, collection: str, vectors: "np.ndarray", limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of (n, d) the nearest ids, at most `limit`, with their cosine similarity, best first."""

    def read_ahead(self, collection: str) -> None:
        """Do what the first query would wait for; in a thread, while whatever else is done, even to this store."""

    def clear(self) -> None:
        """Forget every vector of every collection, unless it is shared."""


def collection_name(collection: str) -> str:
    """A name that Chroma takes for an embedder's identity: letters and digits of it, and its hash."""
    digest = hashlib.sha256(collection.encode()).hexdigest()[:16]
    return f"{re.sub('[^a-zA-Z0-9]+', '-', collection).strip('-')[:40].strip('-')}-{digest}"
