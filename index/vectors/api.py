"""A Chroma server's documented HTTP API (v2), through the client that openai brings: it takes 0.1 s to import, chromadb 0.6 s.

Owns one request, what its reply must be, and what its failures are.
"""

import json
import re
import time
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from index.errors import KeyRefused, NotThere, RateLimited, RequestRefused, ServiceBroken, ServiceFailure, TimedOut, Unreachable
from index.service.bounds import WHOLE, TooMuch, bounded

if TYPE_CHECKING:
    import httpx2

CONNECT, READ, WRITE = 2.0, 10.0, 60.0
"""Seconds: a question goes on by its words when the server does not answer; a build has more patience."""

AGAIN = 30.0
"""Seconds before a server that could not be reached is tried again by the same process: not at each question of a batch."""

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


class Api:
    """Requests to one server; one that could not be reached is left alone for a while."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._down: tuple[float, ServiceFailure] | None = None
        self._known: dict[str, str] = {}
        """Paths of collections by name, as long as the server is the same."""

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

    def _natural(self, value: object, least: int = 0) -> int:
        """A number that counts something."""
        if type(value) is not int or not least <= value <= MOST_VECTORS:
            raise self._strange()
        return value


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
