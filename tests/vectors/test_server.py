"""Vectors on a Chroma server: a real one on loopback, that may go away."""

import json
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count, islice
from pathlib import Path
from socket import socket
from threading import Thread

import httpx2
import numpy as np
import pytest
from conftest import Run
from indexes import STATIC, Failing, consistent, stored

from index.catalog.catalog import Catalog
from index.errors import KeyRefused, NotThere, RateLimited, RequestRefused, ServiceBroken, ServiceFailure, TimedOut, Unreachable
from index.passage import Piece
from index.search.candidates import search
from index.search.near import Index
from index.update.run import prune, update
from index.update.target import Target
from index.vectors.api import FAILURES, Server
from index.vectors.server import ServerVectors

pytestmark = pytest.mark.usefixtures("without_reader")


@dataclass(slots=True)
class Chroma:
    """A `chroma run` that can be stopped and started again."""

    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Until it answers."""
        run = ["chroma", "run", "--path", str(self.folder), "--host", "127.0.0.1", "--port", str(self.port)]
        command = [sys.executable, "-c", f"import chromadb_rust_bindings; chromadb_rust_bindings.cli({run})"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{self.url}/api/v2/heartbeat", timeout=1).read()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise AssertionError("chroma run does not answer")

    def stop(self) -> None:
        """As a machine that goes down."""
        if self.process:
            self.process.kill()
            self.process.wait()


def free_port() -> int:
    """One that nobody listens on."""
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def chroma(tmp_path: Path) -> Iterator[Chroma]:
    """A server of its own."""
    server = Chroma(tmp_path / "server", free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def target(tmp_path: Path, chroma: Chroma) -> Target:
    """Three documents whose vectors go to the server."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in "abc":
        (docs / f"{name}.txt").write_text("\n\n".join(f"Line {n} of {name} tells of {name * 5}. " * 9 for n in range(20)))
    return Target(docs, tmp_path / "home", server=Server(chroma.url, "project"))


def whole(target: Target) -> None:
    """The server has a vector for every passage, and perhaps others."""
    with Catalog(target.home) as catalog:
        assert stored(target) >= catalog.hashes()
        assert catalog.counts().owed == 0


def counting(after: int = 10_000) -> Failing:
    """An embedder that counts what it embeds."""
    return Failing(after)


def found(target: Target, query: str) -> "tuple[str, ServiceFailure | None]":
    """The source found first, and why vectors had no part in it."""
    with Catalog(target.home) as catalog:
        result = search(Index(catalog, target.vectors, STATIC()), query, 1)
    assert result.failure is None or isinstance(result.failure, ServiceFailure)
    return result.hits[0].place.source, result.failure


def test_the_vectors_are_on_the_server_and_no_text(target: Target, chroma: Chroma) -> None:
    """As in a folder: what is indexed is found, a second run embeds nothing, an edit costs what it changes."""
    first = update(target, STATIC)
    assert first.fresh
    consistent(target)
    assert found(target, "what tells of bbbbb?") == ("b.txt", None)
    assert not (target.home / "vectors").exists()
    assert update(target, lambda: pytest.fail("the embedder is not needed"), thorough=True).fresh
    (target.root / "b.txt").write_text((target.root / "b.txt").read_text().replace("Line 7", "Row 7"))
    assert 0 < update(target, STATIC).embedded < first.embedded / 3
    chroma.stop()
    stored = b"".join(path.read_bytes() for path in chroma.folder.rglob("*") if path.is_file())
    assert b"tells of" not in stored
    assert b"b.txt" not in stored


def test_two_people_embed_once_and_delete_nothing_of_each_other(target: Target, tmp_path: Path) -> None:
    """The same documents under the same name; only `prune` deletes, and then for everybody."""
    update(target, STATIC)
    shutil.copytree(target.root, tmp_path / "other")
    other = replace(target, root=tmp_path / "other", home=tmp_path / "other-home")
    embedder = counting()
    assert update(other, lambda: embedder).fresh
    assert embedder.embedded == []
    (other.root / "a.txt").unlink()
    update(other, STATIC)
    update(other, STATIC, rebuild=True)
    assert found(target, "what tells of aaaaa?") == ("a.txt", None)
    whole(target)
    deleted = prune(other)
    assert deleted
    consistent(other)
    assert update(target, STATIC, thorough=True).embedded == deleted
    consistent(target)


def test_a_question_that_embeds_does_not_hide_what_somebody_has_pruned(target: Target, tmp_path: Path) -> None:
    """It looks for its own vectors alone; the next `qa index` finds the loss of the others."""
    update(target, STATIC)
    other = replace(target, root=tmp_path / "other", home=tmp_path / "other-home")
    other.root.mkdir()
    (other.root / "a.txt").write_bytes((target.root / "a.txt").read_bytes())
    update(other, STATIC)
    deleted = prune(other)
    (target.root / "d.txt").write_text("Zebras tell of stripes.")
    assert update(target, STATIC).embedded == 1
    assert update(target, STATIC, thorough=True).embedded == deleted
    consistent(target)


def test_what_somebody_prunes_is_noticed(target: Target, tmp_path: Path) -> None:
    """Though as many vectors are there as before, or more; and once mended there is nothing more to do."""
    update(target, STATIC)
    (tmp_path / "theirs").mkdir()
    for n in range(4):
        (tmp_path / "theirs" / f"{n}.txt").write_text("\n\n".join(f"Row {i} of {n} is about {n * 11}. " * 9 for i in range(20)))
    theirs = replace(target, root=tmp_path / "theirs", home=tmp_path / "their-home")
    update(theirs, STATIC)
    assert prune(theirs) == len(stored(target) - stored(theirs) | passages_of(target))
    assert update(target, STATIC, thorough=True).embedded == len(passages_of(target))
    whole(target)
    assert update(target, lambda: pytest.fail("the embedder is not needed"), thorough=True).fresh


def passages_of(target: Target) -> set[str]:
    """The ids that an index needs."""
    with Catalog(target.home) as catalog:
        return catalog.hashes()


@pytest.mark.parametrize("others", [0, pytest.param(5100, marks=pytest.mark.soak)])
def test_others_vectors_crowd_out_nothing(target: Target, others: int) -> None:
    """A collection may hold far more that is nearer: this index's best is found, and nothing of theirs counts.

    A small index asks for its own ids; a large one, with other documents of its own, for more and more.
    """
    for n in range(others):
        (target.root / f"{n}.txt").write_text(f"Number {n} is a number of {n % 97} things.")
    update(target, STATIC)
    with Catalog(target.home) as catalog:
        near = STATIC().query("what tells of bbbbb?")
        noise = np.random.default_rng(0).normal(size=(900, len(near))) * 0.003
        rows = (near + noise).astype(np.float32)
        target.vectors.add(catalog.meta("collection"), [f"theirs-{n}" for n in range(900)], rows)
        result = search(Index(catalog, target.vectors, STATIC()), "what tells of bbbbb?", 1)
    assert (result.hits[0].place.source, result.failure) == ("b.txt", None)
    assert 0 < result.similarity < 0.95
    assert dict(result.hits[0].why)["meaning"] > 0


def test_a_server_killed_while_it_is_written_to(target: Target, chroma: Chroma) -> None:
    """What it has acknowledged is not embedded again; each source is found whole all the while."""

    class Killing(Failing):
        def batches(
            self, pieces: Sequence[Piece], arrived: object = None
        ) -> Iterator[tuple[list[int], np.ndarray, list[bytes]]]:
            for n, batch in enumerate(super().batches(pieces)):
                if n == len(pieces) // 2:
                    chroma.stop()
                yield batch

    (target.root / "d.txt").write_text("Zebras tell of stripes.")
    assert target.server
    killing = Killing(10_000)
    report = update(target, lambda: killing)
    assert isinstance(report.failure, Unreachable)
    assert (report.pending, report.sources, report.owed) == (0, 4, report.passages)
    assert found(target, "zebras")[0] == "d.txt"
    chroma.start()
    target = replace(target)
    assert update(target, STATIC, thorough=True).fresh
    consistent(target)


def test_a_server_killed_between_two_questions(target: Target, chroma: Chroma) -> None:
    """The second is answered by words at once, and a third does not try again; when the server is a new one, its ids are."""
    update(target, STATIC)
    with Catalog(target.home) as catalog:
        assert target.server
        vectors = ServerVectors(target.server)
        index = Index(catalog, vectors, STATIC())
        assert search(index, "what tells of bbbbb?", 1).failure is None
        chroma.stop()
        assert isinstance(search(index, "what tells of bbbbb?", 1).failure, Unreachable)
        chroma.start()
        assert isinstance(search(index, "what tells of bbbbb?", 1).failure, Unreachable)
        vectors._down = None
        assert search(index, "what tells of bbbbb?", 1).failure is None
        chroma.stop()
        shutil.rmtree(chroma.folder)
        chroma.start()
        assert isinstance(search(index, "what tells of bbbbb?", 1).failure, NotThere)
        rows = np.eye(256, dtype=np.float32)[:1]
        vectors.add(catalog.meta("collection"), ["0" * 32], rows)
        assert vectors.query(catalog.meta("collection"), rows, 1)[0][0][0] == "0" * 32


def test_another_project_has_vectors_of_its_own(target: Target, tmp_path: Path) -> None:
    """A collection each."""
    update(target, STATIC)
    assert target.server
    elsewhere = replace(target, home=tmp_path / "home-2", server=replace(target.server, project="another"))
    embedder = counting()
    update(elsewhere, lambda: embedder)
    assert embedder.embedded


def test_moving_there_and_back_costs_nothing(target: Target) -> None:
    """Vectors are taken along to the server, and those in the folder are found again."""
    at_home = replace(target, server=None)
    update(at_home, STATIC)
    embedder = counting()
    report = update(target, lambda: embedder)
    assert (report.fresh, embedder.embedded) == (True, [])
    consistent(target)
    assert update(at_home, lambda: embedder).fresh
    assert embedder.embedded == []
    consistent(at_home)


def test_a_server_that_goes_away_and_comes_back_empty(target: Target, chroma: Chroma) -> None:
    """Words find what the vectors don't, a changed file too; the debt is paid when the server is back, even a new one."""
    update(target, STATIC)
    chroma.stop()
    (target.root / "b.txt").write_text("Zebras tell of stripes.")
    report = update(target, STATIC)
    assert isinstance(report.failure, Unreachable)
    assert (report.pending, report.owed) == (0, 1)
    source, failure = found(target, "zebras")
    assert (source, type(failure)) == ("b.txt", Unreachable)
    chroma.start()
    target = replace(target)  # as a new process has it, which asks the server again
    assert update(target, STATIC).fresh
    whole(target)
    chroma.stop()
    shutil.rmtree(chroma.folder)
    chroma.start()
    target = replace(target)
    source, failure = found(target, "zebras")
    assert (source, type(failure)) == ("b.txt", NotThere)
    assert update(target, STATIC, thorough=True).fresh
    consistent(target)


def test_the_command_line_says_what_is_in_the_way(
    target: Target, chroma: Chroma, qa: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ask` and `search` answer by words with a line, `qa index` exits 5; the status names the server, no JSON else."""
    monkeypatch.setenv("QA_CHROMA", chroma.url)
    options = ("--seeds", str(target.root), "--home", str(target.home))
    assert qa("index", *options).code == 0
    assert "0 vectors deleted" in qa("index", "--prune", *options).err

    assert json.loads(qa("status", "--json", *options).out)["endpoints"] == [f"127.0.0.1:{chroma.port}"]
    assert qa("index", "--prune", "--watch", *options).code == 2
    chroma.stop()
    (target.root / "b.txt").write_text("Zebras tell of stripes.")
    unpruned = qa("index", "--prune", *options)
    assert (unpruned.code, "deleted" in unpruned.err) == (5, False)
    (target.root / "b.txt").write_text("Zebras tell of stripes.\n")
    asked = qa("ask", "--json", "what do zebras tell of?", *options)
    assert (asked.code, json.loads(asked.out)["citations"][0]["source"]) == (0, "b.txt")
    assert "The Chroma server 127.0.0.1" in asked.err
    assert str(chroma.port) not in asked.out
    indexed = qa("index", "--json", *options)
    assert (indexed.code, str(chroma.port) in indexed.out) == (5, False)
    monkeypatch.setenv("QA_OFFLINE", "1")
    offline = qa("search", "zebras", *options)
    assert (offline.code, "QA_OFFLINE=1 forbids to call the Chroma server" in offline.err) == (0, True)


Reply = tuple[int, str, bytes]
Answering = Callable[[Reply], tuple[str, list[str]]]


@pytest.fixture
def answering() -> Iterator[Answering]:
    """A server that gives one answer to everything, and keeps the tokens it was sent."""
    servers = []

    def start(reply: Reply) -> tuple[str, list[str]]:
        tokens: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("content-length", 0)))
                status, kind, body = reply
                tokens.append(self.headers.get("x-chroma-token", ""))
                self.send_response(status)
                self.send_header("content-type", kind)
                self.send_header("location", "http://127.0.0.1:9/")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}", tokens

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("reply", "leaf"),
    [
        ((200, "text/html", b"<html>Welcome</html>"), NotThere),
        ((302, "application/json", b"{}"), NotThere),
        ((400, "application/json", b'{"error": "InvalidArgumentError", "message": "no"}'), RequestRefused),
        ((401, "application/json", b'{"error": "AuthError", "message": "bad token t0ken-secret"}'), KeyRefused),
        ((403, "application/json", b"{}"), KeyRefused),
        ((401, "text/html", b"<html>401 Authorization Required</html>"), KeyRefused),
        ((502, "text/html", b"<html>Bad Gateway</html>"), ServiceBroken),
        ((404, "text/html", b"<html>Not Found</html>"), NotThere),
        ((410, "application/json", b'{"error": "Unimplemented", "message": "The v1 API is deprecated"}'), RequestRefused),
        ((404, "application/json", b'{"error": "NotFoundError", "message": "Tenant [x] not found"}'), NotThere),
        ((429, "application/json", b"{}"), RateLimited),
        ((500, "application/json", b"{}"), ServiceBroken),
    ],
)
def test_what_a_reply_means(
    answering: Callable[[Reply], tuple[str, list[str]]], reply: Reply, leaf: type[ServiceFailure]
) -> None:
    """One sentence, without the token, which is sent; no redirect is followed."""
    url, tokens = answering(reply)
    vectors = ServerVectors(Server(url, "project", "t0ken-secret"))
    with pytest.raises(leaf) as caught:
        vectors.query("static", np.zeros((1, 4), dtype=np.float32), 3)
    assert "t0ken" not in str(caught.value)
    assert tokens == ["t0ken-secret"]


@pytest.mark.parametrize("reply", [b"{}", b"[]", b"null", b'"ok"', b"7", b'{"id": 7}', b'{"id": "../x"}', b'{"ids": null}'])
def test_what_is_not_chromas_is_no_bug(answering: Answering, reply: bytes) -> None:
    """Another service may answer everything with some JSON."""
    url, _ = answering((200, "application/json", reply))
    vectors, row = ServerVectors(Server(url, "project")), np.zeros((1, 4), dtype=np.float32)
    for call in (
        lambda: vectors.query("static", row, 3),
        lambda: vectors.query("static", row, 3, ["a"]),
        lambda: vectors.add("static", ["a"], row),
        lambda: vectors.present("static", ["a"]),
        lambda: vectors.ids("static"),
        lambda: vectors.delete("static", ["a"]),
        lambda: vectors.touched("static", ""),
    ):
        with pytest.raises(ServiceFailure):
            call()


class Replies:
    """A server that answers each path by its end; it counts what it is asked."""

    def __init__(self, vectors: ServerVectors, **replies: object) -> None:
        self.replies, self.asked = {"pre-flight-checks": {"max_batch_size": 1000}, "count": 3, **replies}, list[str]()
        vectors._call = self.call  # type: ignore[method-assign, assignment]

    def call(self, method: str, path: str, patience: float, body: object = None, missing: str = "") -> object:
        """What it says."""
        end = path.rpartition("/")[2]
        self.asked.append(end)
        said = self.replies.get(end, {"id": "0"})
        return said() if callable(said) else said


def test_a_server_that_gives_ids_without_end() -> None:
    """Is asked for as many as it says that it holds, and for no more than fit memory."""
    vectors = ServerVectors(Server("http://127.0.0.1:9", "project"))
    fresh = (f"{n:032x}" for n in count())
    server = Replies(vectors, count=25_000, get=lambda: {"ids": list(islice(fresh, 50_000))})
    assert len(vectors.ids("static")) == 30_000
    assert server.asked.count("get") == 3
    Replies(vectors, count=900_000_000)
    with pytest.raises(ServiceBroken, match="900,000,000"):
        vectors.ids("static")


@pytest.mark.parametrize("odd", ["\ud800", "a\0b", "a" * 31, "A" * 32, None, 7, ["a"]])
def test_ids_that_are_none_of_ours(odd: object) -> None:
    """Are no key of any text, whatever they hold."""
    vectors = ServerVectors(Server("http://127.0.0.1:9", "project"))
    Replies(vectors, query={"ids": [[odd, "a" * 32]], "distances": [[0.1, 0.2]]}, get={"ids": [odd, "a" * 32]})
    assert [id_ for id_, _ in vectors.query("static", np.zeros((1, 4), dtype=np.float32), 3)[0]] == ["", "a" * 32]
    assert vectors.present("static", ["a" * 32]) == vectors.ids("static") == {"a" * 32}


def test_a_server_that_takes_few_ids_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is none; and one that takes its time for each of many requests is waited for as for one."""
    vectors = ServerVectors(Server("http://127.0.0.1:9", "project"))
    Replies(vectors, **{"pre-flight-checks": {"max_batch_size": 1}})
    with pytest.raises(NotThere):
        vectors.present("static", ["a" * 32])
    server = Replies(vectors, get=lambda: time.sleep(0.05) or {"ids": []}, **{"pre-flight-checks": {"max_batch_size": 100}})
    monkeypatch.setattr("index.vectors.server.PATIENCE", 0.0)
    monkeypatch.setattr("index.vectors.server.WRITE", 0.12)
    with pytest.raises(TimedOut):
        vectors.present("static", ["a" * 32] * 10_000)
    assert server.asked.count("get") < 10


def test_a_token_that_no_header_can_hold() -> None:
    """Is refused before anything is sent."""
    vectors = ServerVectors(Server("http://127.0.0.1:9", "project", "tökén\n"))
    with pytest.raises(KeyRefused, match="a character that no token has"):
        vectors.present("static", ["a"])


def test_a_server_behind_a_token(target: Target, chroma: Chroma, guard: Callable[[str], str]) -> None:
    """`chroma run` knows no tokens; a proxy before it asks for one, as its manual has it. A wrong one is said."""
    address = guard("s3cret-token")
    assert target.server
    right = replace(target, server=replace(target.server, url=address, token="s3cret-token"))
    assert update(right, STATIC).fresh
    assert found(right, "what tells of bbbbb?") == ("b.txt", None)
    wrong = replace(target, home=target.home.with_name("other"), server=replace(target.server, url=address, token="guess-ed"))
    report = update(wrong, STATIC)
    assert isinstance(report.failure, KeyRefused)
    assert (report.owed, report.failure.exit) == (report.passages, 5)
    assert found(wrong, "what tells of bbbbb?")[0] == "b.txt"


@pytest.mark.parametrize(("tenant", "database"), [("nobody", "default_database"), ("default_tenant", "nowhere")])
def test_a_tenant_or_database_that_is_not_there(target: Target, tenant: str, database: str) -> None:
    """Everything is owed, and the failure has the server's own words."""
    assert target.server
    elsewhere = replace(target, server=replace(target.server, tenant=tenant, database=database))
    report = update(elsewhere, STATIC)
    assert isinstance(report.failure, ServiceFailure)
    assert "does not exist" in str(report.failure)
    assert report.owed == report.passages


@pytest.fixture
def guard(chroma: Chroma) -> Iterator[Callable[[str], str]]:
    """A proxy before the server that lets pass what brings a token."""
    servers = []

    def start(token: str) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                if self.headers.get("authorization") != f"Bearer {token}":
                    return self.answer(401, b'{"error": "AuthError", "message": "Unauthorized"}')
                reply = httpx2.request(
                    self.command, chroma.url + self.path, content=body, headers={"content-type": "application/json"}
                )
                return self.answer(reply.status_code, reply.content)

            do_POST = do_GET

            def answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_server_that_says_nothing() -> None:
    """A question does not hang on it."""
    with socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        vectors = ServerVectors(Server(f"http://127.0.0.1:{silent.getsockname()[1]}", "project"), read=0.2)
        with pytest.raises(TimedOut):
            vectors.query("static", np.zeros((1, 4), dtype=np.float32), 3)


def test_every_error_of_the_client_is_in_the_table() -> None:
    """Under its own name or that of a class above it."""
    errors = [e for e in vars(httpx2).values() if isinstance(e, type) and issubclass(e, httpx2.HTTPError | httpx2.InvalidURL)]
    assert len(errors) > 10
    assert all(any(kind.__name__ in FAILURES for kind in error.__mro__) for error in errors)
