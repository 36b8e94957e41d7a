"""Vectors on a Chroma server: ids and vectors alone, never a text; the same methods as `index/vectors/embedded.py`.

Speaks the server's documented HTTP API (v2) through the client that openai brings: importing it takes 0.1 s, chromadb 0.6 s and
more. Ids are hashes of texts, so several people with the same documents share what one of them has embedded; therefore nothing
is ever deleted here but by `qa index --prune`. Knows nothing of settings or of the catalog.
"""

import base64
import json
import math
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from index.errors import KeyRefused, NotThere, RateLimited, RequestRefused, ServiceBroken, ServiceFailure, TimedOut, Unreachable
from index.service.bounds import WHOLE, TooMuch, bounded
from index.vectors.log import LARGE_GRAPH
from index.vectors.protocol import WIDE, collection_name

if TYPE_CHECKING:
    import httpx2
    import numpy as np

CONNECT, READ, WRITE = 2.0, 10.0, 60.0
"""Seconds: a question goes on by its words when the server does not answer; a build has more patience."""

AGAIN = 30.0
"""Seconds before a server that could not be reached is tried again by the same process: not at each question of a batch."""

ONE_IN = 250
"""One vector in so many is asked for at least: a server looks no wider than that, and each is a line of its reply."""

MOST_AT_ONCE = 1000
"""Ids or vectors of one request, if the server takes as many."""


SAVE_EACH = 10_000
"""Writes after which the server saves a graph, all of it: at its own 1,000, 30,000 vectors of 256 numbers cost 370 MB of writes
and a million 600 GB; at 50,000, 50 MB and 12 GB, but after a crash the first query replays up to so many (4 to 17 s)."""


MOST_VECTORS = 1_000_000_000
"""A count beyond it is none."""


@dataclass(frozen=True, slots=True, repr=False)
class Server:
    """A Chroma server and where on it; `project` names the collections. `reachable` False means that it must not be called."""

    url: str
    project: str
    token: str = ""
    tenant: str = "default_tenant"
    database: str = "default_database"
    reachable: bool = True

    def __repr__(self) -> str:
        """Without the token."""
        return f"Server({self.identity})"

    @property
    def host(self) -> str:
        """host[:port], without user and password."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def identity(self) -> str:
        """What the catalog remembers of where its vectors are."""
        return f"{self.host}/{self.tenant}/{self.database}/{self.project}"


class ServerVectors:
    """The vectors of one project on a server; nothing is called before it is used."""

    shared = True

    def __init__(self, server: Server, read: float = READ) -> None:
        self.server = server
        self._read = read
        self._down: tuple[float, ServiceFailure] | None = None
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
        while part := set(self._ids(found, WRITE, {"include": [], "limit": 10_000, "offset": len(ids)})) - ids:
            ids |= part
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
            nearest = [[(str(i), 1 - float(d)) for i, d in zip(*row, strict=True)][:limit] for row in pairs]
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
        parts = (self._ids(found, patience, {"ids": part, "include": []}) for part in self._slices(ids))
        return {id_ for part in parts for id_ in part}

    def _ids(self, found: str, patience: float, body: dict[str, object]) -> list[str]:
        """The ids that a `get` finds."""
        reply = self._call("POST", f"{found}/get", patience, body)
        if not isinstance(reply, dict) or not isinstance(reply.get("ids"), list):
            raise self._strange()
        return [str(id_) for id_ in reply["ids"]]

    def _size(self, found: str) -> int:
        """How many vectors a collection holds, asked for once."""
        if found not in self._sizes:
            self._sizes[found] = self._count(found)
        return self._sizes[found]

    def _count(self, found: str) -> int:
        return self._natural(self._call("GET", f"{found}/count", self._read))

    def _natural(self, value: object, least: int = 0) -> int:
        """A number that counts something."""
        if type(value) is not int or not least <= value <= MOST_VECTORS:
            raise self._strange()
        return value

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
    def _known(self) -> dict[str, str]:
        return {}

    @cached_property
    def _sizes(self) -> dict[str, int]:
        return {}

    @cached_property
    def _checks(self) -> dict[str, Any]:
        """What the server says of itself: how much it takes at once, and in which form."""
        found = self._call("GET", "/api/v2/pre-flight-checks", self._read)
        if not isinstance(found, dict):
            raise self._strange()
        return {"supports_base64_encoding": False, **found, "max_batch_size": self._natural(found.get("max_batch_size"), 1)}

    def _slices(self, values: Sequence[str]) -> Iterator[list[str]]:
        size = min(self._checks["max_batch_size"], MOST_AT_ONCE) if values else 1
        return (list(values[i : i + size]) for i in range(0, len(values), size))

    @cached_property
    def _client(self) -> "httpx2.Client":
        """A client that follows no redirect, and takes no proxy or key from anywhere else."""
        import httpx2

        token, address = self.server.token, self.server.url.rstrip("/")
        if not re.fullmatch("[!-~]*", token):
            raise self._failure(KeyRefused, "it holds a character that no token has")
        headers = {"x-chroma-token": token, "authorization": f"Bearer {token}"} if token else {}
        secure = address.startswith("https:")  # where it is not, certificates need not be loaded: 50 ms
        made = httpx2.Client(base_url=address, headers=headers, trust_env=False, follow_redirects=False, verify=secure)
        bounded(made, WHOLE)
        return made

    def _call(self, method: str, path: str, patience: float, body: object = None, missing: str = "") -> Any:
        """The JSON of one request; None for a 404 that speaks of what may be `missing`."""
        if not self.server.reachable:
            raise Unreachable("QA_OFFLINE=1 forbids to call the Chroma server.", "Unset it, or unset QA_CHROMA.")
        if self._down and time.monotonic() < self._down[0]:
            raise self._down[1]
        import httpx2

        timeout = httpx2.Timeout(patience, connect=CONNECT)
        content = None if body is None else json.dumps(body).encode()
        try:
            headers = {"content-type": "application/json"}
            reply = self._client.request(method, path, content=content, headers=headers, timeout=timeout)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            leaf = next(FAILURES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in FAILURES)
            failure = self._failure(leaf, str(error) or type(error).__name__)
            if leaf in (Unreachable, TimedOut):
                self._down = (time.monotonic() + AGAIN, failure)
            raise failure from error
        except TooMuch as error:
            raise self._failure(ServiceBroken, str(error)) from error
        self._down = None
        return self._taken(reply, missing)

    def _taken(self, reply: "httpx2.Response", missing: str) -> Any:
        try:
            value = reply.json()
        except (ValueError, RecursionError):
            value = None
        if reply.is_success and value is not None:
            return value
        said = [value.get(name) for name in ("message", "error")] if isinstance(value, dict) else []
        why = next((word for word in said if isinstance(word, str) and word), "")
        if reply.status_code == 404:
            self._known.clear()  # the server is a new one, or somebody has deleted the collection
            if missing and missing in why:
                return None
        leaf = next((leaf for status, leaf in STATUSES if reply.status_code >= status), NotThere)
        raise self._failure(leaf, why or f"HTTP {reply.status_code}") if why or leaf is not NotThere else self._strange()

    def _strange(self) -> ServiceFailure:
        """The failure of a server whose replies are not Chroma's."""
        host = self.server.host
        return NotThere(f"{host} does not answer as a Chroma server of version 1.", _HINT).hiding(host)

    def _failure(self, leaf: type[ServiceFailure], why: str) -> ServiceFailure:
        """The sentence for a failure, without the token and on one line."""
        said = " ".join(why.split())[:200]
        said = re.sub(re.escape(self.server.token), "…", said) if len(self.server.token) > 3 else said
        host = self.server.host
        return leaf(f"The Chroma server {host} {_WORDS[leaf]}: {said.rstrip('.')}.", _HINT).hiding(host)


FAILURES: dict[str, type[ServiceFailure]] = {
    "TimeoutException": TimedOut,
    "ConnectError": Unreachable,
    "TransportError": ServiceBroken,  # a connection that breaks off, a reply that is not HTTP
    "InvalidURL": Unreachable,
    "HTTPError": ServiceBroken,
}
"""What the client's errors mean, the nearest class of each first."""

STATUSES: list[tuple[int, type[ServiceFailure]]] = [
    (500, ServiceBroken),
    (430, RequestRefused),
    (429, RateLimited),
    (405, RequestRefused),
    (404, NotThere),
    (403, KeyRefused),
    (402, RequestRefused),
    (401, KeyRefused),
    (400, RequestRefused),
    (300, NotThere),
]
"""What a status means, from the highest down: the first that a reply reaches."""

_WORDS: dict[type[ServiceFailure], str] = {
    TimedOut: "did not answer in time",
    Unreachable: "cannot be reached",
    ServiceBroken: "failed",
    RequestRefused: "declined",
    RateLimited: "asks to wait",
    NotThere: "has nothing for this project there",
    KeyRefused: "does not accept the token",
}
_HINT = "Check QA_CHROMA and its token; without it the index is searched by words, and `qa index` goes on from here."
