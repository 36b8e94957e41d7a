"""Vectors on a Chroma server: ids and vectors alone, never a text; the same methods as `index/vectors.py`.

Speaks the server's documented HTTP API (v2) through the client that openai brings: importing it takes 0.1 s, chromadb 0.6 s and
more. Ids are hashes of texts, so several people with the same documents share what one of them has embedded; therefore nothing
is ever deleted here but by `qa index --prune`. Knows nothing of settings or of the catalog.
"""

import base64
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from index.errors import (
    KeyRefused,
    NotThere,
    RateLimited,
    RequestRefused,
    ServiceBroken,
    ServiceFailure,
    TimedOut,
    Unreachable,
)
from index.vectors import GRAPH, collection_name

if TYPE_CHECKING:
    import httpx2
    import numpy as np

CONNECT, READ, WRITE = 2.0, 10.0, 60.0
"""Seconds: a question goes on by its words when the server does not answer; a build has more patience."""

MOST_AT_ONCE = 1000
"""Ids or vectors of one request, if the server takes as many."""


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
        self.identity = server.identity

    def exists(self) -> bool:
        """Taken as given: to ask would cost each run a call."""
        return True

    def touched(self, collection: str, expected: int) -> bool:
        """Whether the server holds fewer vectors than the catalog counts on, as a new one does."""
        found = self._collection(collection)
        return expected > (0 if found is None else int(self._call("GET", f"{found}/count", self._read)))

    def present(self, collection: str, ids: Sequence[str]) -> set[str]:
        """Those of the ids whose vectors are stored, whoever has stored them."""
        found = self._collection(collection) if ids else None
        if found is None:
            return set()
        parts = (self._call("POST", f"{found}/get", WRITE, {"ids": part, "include": []}) for part in self._slices(ids))
        return {id_ for part in parts for id_ in part["ids"]}

    def ids(self, collection: str) -> set[str]:
        """Every id of a collection."""
        found = self._collection(collection)
        if found is None:
            return set()
        ids: set[str] = set()
        while part := self._call("POST", f"{found}/get", WRITE, {"include": [], "limit": 10_000, "offset": len(ids)})["ids"]:
            ids.update(part)
        return ids

    def add(self, collection: str, ids: Sequence[str], vectors: "np.ndarray") -> None:
        """Store float32 rows of unit length, (n, d), for ids that are not stored yet; repeated ones once."""
        new = {id_: row for row, id_ in enumerate(ids)}
        found = self._collection(collection, create=True) if new else None
        for part in self._slices(list(new)):
            rows = [base64.b64encode(vectors[new[id_]].astype("<f4").tobytes()).decode() for id_ in part]
            if not self._checks["supports_base64_encoding"]:
                rows = [vectors[new[id_]].tolist() for id_ in part]
            self._call("POST", f"{found}/add", WRITE, {"ids": part, "embeddings": rows})

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
        body = {"query_embeddings": vectors.tolist(), "n_results": limit, "include": ["distances"]}
        chosen = {} if ids is None else {"ids": sorted(self.present(collection, ids))}
        if chosen == {"ids": []}:
            return [[] for _ in vectors]
        result = self._call("POST", f"{found}/query", self._read, body | chosen)
        pairs = zip(result["ids"], result["distances"], strict=True)
        return [[(i, 1 - d) for i, d in zip(*row, strict=True)] for row in pairs]

    def save(self, share: float = 0.0) -> bool:
        """The server's own business."""
        return False

    def clear(self) -> None:
        """Nothing: others may use what is there."""

    def _collection(self, name: str, *, create: bool = False) -> str | None:
        """The path of a collection, None if there is none; a wrong tenant or database is a NotThere."""
        server = self.server
        full = collection_name(f"{server.project} {name}")
        base = f"/api/v2/tenants/{quote(server.tenant, safe='')}/databases/{quote(server.database, safe='')}"
        if create:
            body = {"name": full, "get_or_create": True, "configuration": {"hnsw": GRAPH}}
            return f"{base}/collections/{self._call('POST', f'{base}/collections', WRITE, body)['id']}"
        if full not in self._known:
            found = self._call("GET", f"{base}/collections/{full}", self._read, missing="Collection")
            if found is None:
                return None
            self._known[full] = f"{base}/collections/{found['id']}"
        return self._known[full]

    @cached_property
    def _known(self) -> dict[str, str]:
        return {}

    @cached_property
    def _checks(self) -> dict[str, Any]:
        """What the server says of itself: how much it takes at once, and in which form."""
        found = self._call("GET", "/api/v2/pre-flight-checks", self._read)
        if not isinstance(found, dict) or not isinstance(found.get("max_batch_size"), int):
            raise self._failure(NotThere, "it is no Chroma server")
        return {"supports_base64_encoding": False, **found}

    def _slices(self, values: Sequence[str]) -> Iterator[list[str]]:
        size = min(self._checks["max_batch_size"], MOST_AT_ONCE) if values else 1
        return (list(values[i : i + size]) for i in range(0, len(values), size))

    @cached_property
    def _client(self) -> "httpx2.Client":
        """A client that follows no redirect, and takes no proxy or key from anywhere else."""
        import httpx2

        token = self.server.token
        headers = {"x-chroma-token": token, "authorization": f"Bearer {token}"} if token else {}
        return httpx2.Client(base_url=self.server.url.rstrip("/"), headers=headers, trust_env=False, follow_redirects=False)

    def _call(self, method: str, path: str, patience: float, body: object = None, missing: str = "") -> Any:
        """The JSON of one request; None for a 404 that speaks of what may be `missing`."""
        if not self.server.reachable:
            raise Unreachable("QA_OFFLINE=1 forbids to call the Chroma server.", "Unset it, or unset QA_CHROMA.")
        import httpx2

        timeout = httpx2.Timeout(patience, connect=CONNECT)
        content = None if body is None else json.dumps(body).encode()
        try:
            headers = {"content-type": "application/json"}
            reply = self._client.request(method, path, content=content, headers=headers, timeout=timeout)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            leaf = next(FAILURES[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in FAILURES)
            raise self._failure(leaf, str(error) or type(error).__name__) from error
        return self._taken(reply, missing)

    def _taken(self, reply: "httpx2.Response", missing: str) -> Any:
        try:
            value = reply.json()
        except ValueError:
            raise self._failure(NotThere, "it is no Chroma server") from None
        if reply.is_success:
            return value
        why = str(value.get("message") or value.get("error")) if isinstance(value, dict) else ""
        if reply.status_code == 404 and missing and missing in why:
            return None
        leaf = next((leaf for status, leaf in STATUSES if reply.status_code >= status), ServiceBroken)
        raise self._failure(leaf, why or f"HTTP {reply.status_code}")

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
