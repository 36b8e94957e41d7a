"""Vectors on a Chroma server: ids and vectors alone, never a text; the same methods as `index/vectors/embedded.py`.

Ids are hashes of texts, so several people with the same documents share what one of them has embedded; therefore nothing
is ever deleted here but by `qa index --prune`. Knows nothing of settings or of the catalog.
"""

import base64
import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from index.errors import NotThere, ServiceBroken, TimedOut
from index.vectors.log import LARGE_GRAPH
from index.vectors.protocol import WIDE, collection_name

if TYPE_CHECKING:
    import numpy as np
from index.vectors.api import READ, WRITE, Api, Server

ONE_IN = 250
"""One vector in so many is asked for at least: a server looks no wider than that, and each is a line of its reply."""

MOST_AT_ONCE = 1000
"""Ids or vectors of one request, if the server takes as many."""

SAVE_EACH = 10_000
"""Writes after which the server saves a graph, all of it: at its own 1,000, 30,000 vectors of 256 numbers cost 370 MB of writes
and a million 600 GB; at 50,000, 50 MB and 12 GB, but after a crash the first query replays up to so many (4 to 17 s)."""


PAGE = 10_000
"""Ids of one reply, where all of them are asked for."""

MOST_IDS = 20_000_000
"""Ids of a collection that are taken in, some 2 GB."""

PATIENCE = 2.0
"""Seconds more for the presence of each thousand ids, in however many requests the server has them asked for."""

SMALLEST = 100
"""Ids that any server takes at once; Chroma takes 5,000 or more."""


def _own(value: object) -> str:
    """An id as one is stored here, a hash, else ""; it becomes part of statements and of other requests."""
    return value if isinstance(value, str) and re.fullmatch("[0-9a-f]{32}", value) else ""


class ServerVectors(Api):
    """The vectors of one project on a server; nothing is called before it is used."""

    shared = True

    def __init__(self, server: Server, read: float = READ) -> None:
        super().__init__(server)
        self._read = read
        self.identity = server.identity

    def exists(self) -> bool:
        """Taken as given: to ask would cost each run a call."""
        return True

    def touched(self, collection: str, seen: str) -> bool:
        """Whether somebody has added or deleted vectors since, or the server is a new one."""
        return self.seen(collection) != seen

    def seen(self, collection: str) -> str:
        """The collection's own id, which a new server does not have, and how much it holds."""
        found = self._collection(collection)
        return "" if found is None else f"{found.rpartition('/')[2]} {self._count(found)}"

    def present(self, collection: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids whose vectors are stored, whoever has stored them."""
        found = self._collection(collection) if ids else None
        return self._present(found, ids, WRITE) if found else set()

    def ids(self, collection: str) -> set[str]:
        """Every id of a collection."""
        found = self._collection(collection)
        if found is None:
            return set()
        ids: set[str] = set()
        if (count := self._count(found)) > MOST_IDS:
            raise self._failure(ServiceBroken, f"it tells of {count:,} vectors")
        for offset in range(0, count, PAGE):  # not for as long as it gives some
            ids.update(self._ids(found, WRITE, {"include": [], "limit": PAGE, "offset": offset}))
        return ids

    def worth(self, width: int) -> int:
        """Some requests' worth."""
        return 5 * MOST_AT_ONCE

    def add(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> None:
        """Store float32 rows of unit length, (n, d), for ids that are not stored yet; repeated ones once."""
        new = {id_: row for row, id_ in enumerate(ids)}
        found = self._collection(collection, create=True) if new else None
        for part in self._slices(list(new)):
            rows = [base64.b64encode(vectors[new[id_]].astype("<f4").tobytes()).decode() for id_ in part]
            if not self._checks["supports_base64_encoding"]:
                rows = [vectors[new[id_]].tolist() for id_ in part]
            self._call("POST", f"{found}/add", WRITE, {"ids": part, "embeddings": rows})

    def adding(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> Callable[[], None]:
        """The same, whose end is not waited for before the call."""
        self.add(collection, ids, vectors)
        return lambda: None

    def delete(self, collection: str, ids: Sequence[str]) -> None:
        """Forget vectors, for everybody; ids that are not stored are passed over."""
        if ids and (found := self._collection(collection)):
            for part in self._slices(ids):
                self._call("POST", f"{found}/delete", WRITE, {"ids": part})

    def query(
        self, collection: str, vectors: "np.ndarray", limit: int, ids: Sequence[str] | None = None
    ) -> list[list[tuple[str, float]]]:
        """For each row of (n, d) the nearest ids, at most `limit`, with their cosine similarity, best first."""
        if ids is not None and not ids:
            return [[] for _ in vectors]
        found = self._collection(collection)
        if found is None:
            raise self._failure(NotThere, "it holds no vectors of it yet")
        width = max(limit, WIDE, self._size(found) // ONE_IN)
        body = {"query_embeddings": vectors.tolist(), "n_results": width, "include": ["distances"]}
        chosen = {} if ids is None else {"ids": sorted(self._present(found, ids, self._read))}  # an absent one fails it
        if chosen == {"ids": []}:
            return [[] for _ in vectors]
        result = self._call("POST", f"{found}/query", self._read, body | chosen)
        try:
            pairs = zip(result["ids"], result["distances"], strict=True)
            nearest = [[(_own(i), 1 - float(d)) for i, d in zip(*row, strict=True)][:limit] for row in pairs]
        except (LookupError, TypeError, ValueError, OverflowError):
            raise self._strange() from None
        if len(nearest) != len(vectors) or not all(math.isfinite(likeness) for row in nearest for _, likeness in row):
            raise self._strange()
        return nearest

    def read_ahead(self, collection: str) -> None:
        """Nothing: a server keeps its graphs in memory."""

    def clear(self) -> None:
        """Nothing: others may use what is there."""

    def _present(self, found: str, ids: Sequence[str], patience: float) -> set[str]:
        end, there = time.monotonic() + patience + PATIENCE * len(ids) / MOST_AT_ONCE, set[str]()
        for part in self._slices(ids):
            there.update(self._ids(found, patience, {"ids": part, "include": []}))
            if time.monotonic() > end and len(part) < len(ids):
                raise self._failure(TimedOut, "it takes too long for its small replies")
        return there

    def _ids(self, found: str, patience: float, body: dict[str, object]) -> list[str]:
        """The ids that a `get` finds; others than ours count for nothing."""
        reply = self._call("POST", f"{found}/get", patience, body)
        if not isinstance(reply, dict) or not isinstance(reply.get("ids"), list):
            raise self._strange()
        return list(filter(None, map(_own, reply["ids"][:PAGE])))

    def _size(self, found: str) -> int:
        """How many vectors a collection holds, asked for once."""
        if found not in self._sizes:
            self._sizes[found] = self._count(found)
        return self._sizes[found]

    def _count(self, found: str) -> int:
        return self._natural(self._call("GET", f"{found}/count", self._read))

    def _collection(self, name: str, *, create: bool = False) -> str | None:
        """The path of a collection, None if there is none; a wrong tenant or database is a NotThere."""
        server = self.server
        full = collection_name(f"{server.project} {name}")
        base = f"/api/v2/tenants/{quote(server.tenant, safe='')}/databases/{quote(server.database, safe='')}"
        if create:
            body = {
                "name": full,
                "get_or_create": True,
                "configuration": {"hnsw": {**LARGE_GRAPH, "sync_threshold": SAVE_EACH}},
            }
            return f"{base}/collections/{self._id(self._call('POST', f'{base}/collections', WRITE, body))}"
        if full not in self._known:
            found = self._call("GET", f"{base}/collections/{full}", self._read, missing="Collection")
            if found is None:
                return None
            self._known[full] = f"{base}/collections/{self._id(found)}"
        return self._known[full]

    def _id(self, reply: object) -> str:
        """The id in the description of a collection."""
        found = reply.get("id") if isinstance(reply, dict) else None
        if not isinstance(found, str) or not re.fullmatch("[0-9a-fA-F-]+", found):
            raise self._strange()
        return found

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {}

    @cached_property
    def _checks(self) -> dict[str, Any]:
        """What the server says of itself: how much it takes at once, and in which form."""
        found = self._call("GET", "/api/v2/pre-flight-checks", self._read)
        if not isinstance(found, dict):
            raise self._strange()
        return {
            "supports_base64_encoding": False,
            **found,
            "max_batch_size": self._natural(found.get("max_batch_size"), SMALLEST),
        }

    def _slices(self, values: Sequence[str]) -> Iterator[list[str]]:
        size = min(self._checks["max_batch_size"], MOST_AT_ONCE) if values else 1
        return (list(values[i : i + size]) for i in range(0, len(values), size))
