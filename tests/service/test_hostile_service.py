"""Endpoints that mean harm: whatever they send ends soon, in little memory, in one sentence; and long replies are read soon."""

import gzip
import json
import random
import signal
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import openai  # noqa: F401 so that no limit counts its import
import pytest
from conftest import Run, start
from loopback import EMBEDDINGS, Fault, Loopback, Wire, http

from index.embed.remote import OpenAI
from index.errors import NotThere, RateLimited, RequestRefused, ServiceBroken, ServiceFailure, TimedOut
from index.passage import Hit, Piece, Place
from index.service.bounds import MEGABYTE, STREAM, WHOLE, interruptible
from index.service.client import client
from index.service.endpoint import Service
from index.service.failures import translated
from index.vectors.api import Server
from index.vectors.server import ServerVectors
from qa.ask.only import only_supported
from qa.model.endpoint import LONGEST_REPLY, Finished, models, stream
from qa.model.prices import cost
from qa.reply.cite import Citer
from qa.show.marks import Marker, marked

pytestmark = pytest.mark.usefixtures("without_reader")

Send = Callable[[bytes], object]
EVENTS = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n"
PROMPT = [{"role": "user", "content": "?"}]


class TooLong(Exception):
    """Of the alarm."""


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """What is inside ends in time: a limit far beyond what it takes, for what took minutes or never ended."""

    def ring(*_: object) -> None:
        raise TooLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def chat(wire: Wire, timeout: float = 5) -> list[str | Finished]:
    """One reply."""
    return list(stream(Service(wire.url, "key-of-a-test"), "m", PROMPT, timeout))


def event(value: object) -> bytes:
    """One event of a stream."""
    return b"data: " + json.dumps(value).encode() + b"\n\n"


def delta(text: str) -> bytes:
    """One that brings text."""
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]})


def forever(part: bytes, head: bytes = EVENTS, pause: float = 0.0) -> Callable[[Send], None]:
    """A reply without an end."""

    def reply(send: Send) -> None:
        send(head)
        while True:
            send(part)
            time.sleep(pause)

    return reply


def dripped(data: bytes) -> Callable[[Send], None]:
    """A byte at a time, each within the longest silence."""

    def reply(send: Send) -> None:
        for byte in data:
            send(bytes([byte]))
            time.sleep(0.05)

    return reply


# What never ends


@pytest.mark.parametrize(
    ("reply", "leaf", "words"),
    [
        (forever(b"x" * 65536, EVENTS + b"data: "), ServiceBroken, "longer than the 1 MB"),  # a line
        (forever(b"data: x\n" * 8192), ServiceBroken, "longer than the 1 MB"),  # an event of many lines
        (forever(delta("Lee. " * 1000)), ServiceBroken, "longer than 200,000 characters"),
        (forever(delta(""), pause=0.01), TimedOut, "in time"),
        (forever(b": wait\n\n", pause=0.01), TimedOut, "in time"),
        (forever(b"HTTP/1.1 100 Continue\r\n\r\n", b"", 0.01), TimedOut, "in time"),
        (dripped(b"HTTP/1.1 200 OK\r\n" + b"x-a: b\r\n" * 100), TimedOut, "in time"),
        (dripped(EVENTS + delta("Lee asked Xi." * 10)), TimedOut, "in time"),
        (forever(b"x-a: bbbbbbbbbbbbb\r\n" * 500, b"HTTP/1.1 200 OK\r\n"), ServiceBroken, "."),
    ],
)
def test_a_stream_without_an_end_ends(reply: Callable[[Send], None], leaf: type[ServiceFailure], words: str) -> None:
    """A line, an event, a reply, silence in disguise, a byte at a time: one sentence, in 20 silences at most."""
    timeout = 0.1 if leaf is TimedOut else 3
    tracemalloc.start()
    try:
        with within(60), Wire(reply) as wire, pytest.raises(leaf, match=words):
            chat(wire, timeout)
        assert tracemalloc.get_traced_memory()[1] < 40 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_a_whole_reply_without_an_end_ends() -> None:
    """A list of models."""
    with within(60), Wire(forever(b" " * 65536, HEAD)) as wire, pytest.raises(ServiceBroken, match="longer than the 16 MB"):
        models(Service(wire.url, "key-of-a-test"), 5)
    with within(60), Wire(dripped(HEAD + b" " * 1000)) as wire, pytest.raises(TimedOut):
        models(Service(wire.url, "key-of-a-test"), 0.2)
    assert wire.calls == 1
    assert WHOLE.silences < STREAM.silences


# Compressed


def bomb(megabytes: int) -> bytes:
    """So much white space, packed a thousandfold."""
    pack = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join([*(pack.compress(b" " * MEGABYTE) for _ in range(megabytes)), pack.flush()])


@pytest.mark.parametrize(
    ("status", "encoding", "leaf"),
    [(400, "gzip", RequestRefused), (200, "gzip", ServiceBroken), (200, "gzip, gzip", ServiceBroken), (404, "br", NotThere)],
)
def test_a_bomb_is_not_unpacked(status: int, encoding: str, leaf: type[ServiceFailure]) -> None:
    """200 MB in 200 KB; the status of a refusal stays known."""
    reply = http(bomb(200), status, content_encoding=encoding)
    tracemalloc.start()
    try:
        with within(60), Wire(lambda send: send(reply)) as wire, pytest.raises(leaf):
            models(Service(wire.url, "key-of-a-test"), 5)
        assert tracemalloc.get_traced_memory()[1] < 80 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_what_is_packed_and_small_is_read() -> None:
    """Though none has been asked for."""
    seen: list[bytes] = []
    reply = http(gzip.compress(b'{"data": [{"id": "a"}]}'), content_encoding="gzip")
    with Wire(lambda send: seen.append(b"") or send(reply)) as wire:
        assert models(Service(wire.url, "key-of-a-test"), 5) == ["a"]


# Malformed


@pytest.mark.parametrize(
    "line",
    [
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"1" * 5000,
        b'{"usage": {"prompt_tokens": ' + b"9" * 5000 + b"}}",
        b"\xff\xfe",
        b"NaN",
        b"",
    ],
)
def test_a_line_that_cannot_be_read(line: bytes) -> None:
    """Depth, length, bytes that are no text."""
    reply = EVENTS + b"data: " + line + b"\n\n"
    with Wire(lambda send: send(reply)) as wire, pytest.raises(ServiceBroken):
        chat(wire)


VALUES: list[Any] = [
    None,
    True,
    -1,
    1.5,
    10**400,
    "\ud800\x1b[31m",
    [],
    {},
    [[None]],
    "1" * 5000,
    {"message": []},
    float("nan"),
]
CHUNK = {
    "id": "c1",
    "choices": [{"index": 0, "delta": {"content": "Lee.", "refusal": None}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 100, "completion_tokens": 20},
}
ERROR = {"error": {"message": "m", "type": "t", "param": None, "code": "c"}}
MODELS = {"object": "list", "data": [{"id": "a"}, {"id": "b"}]}
VECTORS = {"data": [{"index": i, "embedding": [1.0, 2.0, 3.0]} for i in range(2)], "usage": {"prompt_tokens": 1}}


def mutations(value: Any) -> Iterator[Any]:
    """The value with each part of it replaced by each of VALUES."""
    yield from VALUES
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in items:
        for other in mutations(part):
            copy = value.copy()
            copy[key] = other
            yield copy


def some(value: Any, share: float = 0.25) -> list[Any]:
    """A share of them, always the same."""
    return [m for m in mutations(value) if random.Random(repr(m)).random() < share]


def each(replies: list[bytes], do: Callable[[Wire], object]) -> set[str]:
    """What comes of each reply: the name of a failure, or "well"; anything but a ServiceFailure is raised."""
    came, left = set(), list(replies)
    with within(100), Wire(lambda send: send(left[0])) as wire:
        while left:
            try:
                do(wire)
                came.add("well")
            except ServiceFailure as failure:
                came.add(type(failure).__name__ if str(failure).endswith(".") else str(failure))
            left.pop(0)
    return came


def counted(wire: Wire) -> None:
    """A reply whose count of tokens is one, if there is any."""
    finished = chat(wire)[-1]
    assert isinstance(finished, Finished)
    if finished.usage:
        assert cost(Service(None, "key"), "gpt-4o-mini", finished.usage) is not None
        assert len(f"{finished.usage.input_tokens:,}") < 20


@pytest.mark.parametrize("share", [0.3, pytest.param(1, marks=pytest.mark.soak)])
def test_wrong_types_in_a_chunk(share: float) -> None:
    """In every field."""
    came = each([EVENTS + event(m) + b"data: [DONE]\n\n" for m in some(CHUNK, share)], counted)
    assert came <= {"well", "ServiceBroken", "RequestRefused"}


def test_wrong_types_in_an_error() -> None:
    """In every field, with a status and inside of a stream."""
    bodies = some(ERROR)
    assert each([http(json.dumps(m).encode(), 403) for m in bodies], chat) == {"KeyRefused"}
    assert "ServiceBroken" in each([EVENTS + event(m) for m in bodies], chat)


def test_wrong_types_in_a_list_of_models() -> None:
    """In every field; a name is a line."""
    each([http(json.dumps(m).encode()) for m in some(MODELS)], lambda wire: models(Service(wire.url, "key-of-a-test"), 5))
    with Wire(lambda send: send(http(b'{"data": [{"id": "a\\u001b[31m"}, {"id": "b\\ud800"}, {"id": "c"}]}'))) as wire:
        assert models(Service(wire.url, "key-of-a-test"), 5) == ["c"]


HUGE = [
    [1e30] * 3,
    [1e300] * 3,
    [float("inf")] * 3,
    [10**400] * 3,
    ["1.0"] * 3,
    [True] * 3,
    [1] * 4,
    [],
    "",
    "AAAA",
    "!",
    "AACAfw==",
]


@pytest.mark.filterwarnings("error::RuntimeWarning", "error::DeprecationWarning")
def test_wrong_types_in_embeddings() -> None:
    """In every field, and numbers that are none: unit vectors or a failure, and never a warning of numpy's."""
    first, second = VECTORS["data"]  # type: ignore[misc]
    wrong = [{"data": [first, {"index": 1, "embedding": e}]} for e in HUGE]
    wrong += [{"data": [first, {**second, "index": i}]} for i in (0, 2, -1, "1", [1], 10**400)]  # type: ignore[dict-item]

    def embed(wire: Wire) -> None:
        embedder = OpenAI(Service(wire.url, "key-of-a-test"), "m")
        with embedder._quick:
            rows = embedder._request(["a", "b"], patient=False)
        assert rows.shape == (2, 3)
        assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)

    assert each([http(json.dumps(m).encode()) for m in wrong], embed) == {"ServiceBroken"}
    assert each([http(json.dumps(m).encode()) for m in some(VECTORS, 0.2)], embed) == {"well", "ServiceBroken"}


def test_a_reply_of_a_million_lists_is_not_made() -> None:
    """Each would take twenty times its room."""
    with Wire(lambda send: send(http(b"[" + b"[]," * 1_000_000 + b"[]]"))) as wire, pytest.raises(ServiceBroken):
        models(Service(wire.url, "key-of-a-test"), 5)


def test_a_connection_closed_at_each_byte() -> None:
    """The answer, where it was whole; else a failure."""
    whole = delta("Lee.") + event({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}) + b"data: [DONE]\n\n"
    came = each([EVENTS + whole[:n] for n in range(0, len(whole) + 1, 3)], chat)
    assert came == {"well", "ServiceBroken"}


# Waiting


@pytest.mark.parametrize(
    "asked", ["-5", "nan", "inf", "1e400", "9" * 400, "soon", "5 5", "", "٣", "Wed, 99 Foo 2099 25:61:61 GMT"]
)
def test_a_retry_after_that_is_none(asked: str) -> None:
    """It ends at once, or is waited for as if nothing had been asked."""
    reply = http(b"{}", 429, **{"retry-after": asked.encode().decode("latin-1"), "retry-after-ms": "nan"})
    told: list[str] = []
    service = Service("", "key-of-a-test", told.append)
    with within(60), Wire(lambda send: send(reply)) as wire:
        service = Service(wire.url, "key-of-a-test", told.append)
        with pytest.raises(RateLimited) as caught, translated(service, "m"), client(service, 5, retries=1) as calls:
            calls.models.list()
    assert told == []
    assert "nan" not in caught.value.hint + str(caught.value)
    assert len(caught.value.hint) < 200


def test_a_retry_after_of_milliseconds_or_a_date_is_one_too() -> None:
    """The package that is used waits for them: so they are told, and too long ones end at once."""
    for name, value in [("retry-after-ms", "90000"), ("retry-after", "Wed, 21 Oct 2099 07:28:00 GMT")]:
        reply = http(b"{}", 503, **{name: value})
        with within(60), Wire(lambda send, reply=reply: send(reply)) as wire, pytest.raises(ServiceBroken):
            models(Service(wire.url, "key-of-a-test"), 5)
        assert wire.calls == 1


def test_an_embedding_run_does_not_wait_in_silence() -> None:
    """Longer than its patience nobody waits, neither who heard of it nor the others."""
    with within(60), Loopback() as loopback:
        loopback.enqueue(Fault(), *[Fault(status=429, retry_after=200)] * 3, path=EMBEDDINGS)
        embedder = OpenAI(Service(loopback.url, "key-of-a-test"), "m", patience=120)
        with pytest.raises(RateLimited) as caught:
            list(embedder.batches([Piece("x" * 50_000)] * 9))
    assert "200 s" in caught.value.hint


def test_a_wait_in_the_systems_own_code_is_interruptible() -> None:
    """Such as for the address of a name, which lets no Ctrl-C through."""
    never = threading.Event()
    before = time.monotonic()
    with pytest.raises(TooLong), within(1):
        interruptible(lambda: never.wait(50))
    assert time.monotonic() - before < 30
    with pytest.raises(ZeroDivisionError):
        interruptible(lambda: 1 // 0)
    never.set()


# From outside


def test_a_failing_reply_leaves_the_best_sentences(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 5, one sentence, no traceback."""
    with Wire(forever(b"x" * 65536, EVENTS + b"data: ")) as wire:
        monkeypatch.setenv("OPENAI_BASE_URL", wire.url)
        done = qa("ask", "--model", "m", "what did Lee ask of Xi?")
    assert done.code == 5
    assert "constructive role" in done.out
    assert "the reply is longer than the 1 MB that are read." in done.err
    assert "Traceback" not in done.err


def test_sigterm_is_heeded_while_a_reply_is_awaited(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process ends, whatever the endpoint does."""
    asked = threading.Event()

    def silent(_: Send) -> None:
        asked.set()
        time.sleep(50)

    with Wire(silent) as wire:
        monkeypatch.setenv("OPENAI_BASE_URL", wire.url)
        child = start(["ask", "--model", "m", "what did Lee ask of Xi?"])
        assert asked.wait(50)
        child.send_signal(signal.SIGTERM)
        child.communicate(timeout=30)
    assert child.returncode == 143


# A Chroma server


@pytest.mark.parametrize("body", [b"[" * 100_000, b"null", b'"x"', b"[]", b"{}", b"-1", b"true", b"1e5", b"9" * 30, b"\xff"])
def test_a_chroma_server_that_is_none(body: bytes) -> None:
    """Whatever it sends for whatever is asked."""
    ask = [
        lambda v: v.seen("c"),
        lambda v: v.ids("c"),
        lambda v: v.present("c", ["a"]),
        lambda v: v.add("c", ["a"], np.ones((1, 3), np.float32)),
        lambda v: v.query("c", np.ones((1, 3), np.float32), 5),
    ]
    with Wire(lambda send: send(http(body))) as wire:
        for do in ask:
            with pytest.raises(ServiceFailure):
                do(ServerVectors(Server(wire.origin, "p")))


@pytest.mark.parametrize(
    "reply",
    [
        {"ids": [["a"]], "distances": [[float("nan")]]},
        {"ids": [["a"]], "distances": [[10**400]]},
        {"ids": [["a"]], "distances": [["x"]]},
        {"ids": [["a", "b"]], "distances": [[0.1]]},
        {"ids": [], "distances": []},
        {"ids": {"a": 1}, "distances": 3},
    ],
)
def test_a_query_reply_that_is_none(reply: object) -> None:
    """Distances that are no numbers, fewer rows than were asked for."""
    said = iter([b'{"id": "12ab"}', b"10", json.dumps(reply).encode()])
    with Wire(lambda send: send(http(next(said)))) as wire, pytest.raises(NotThere):
        ServerVectors(Server(wire.origin, "p")).query("c", np.ones((1, 3), np.float32), 5)


def test_a_list_of_ids_without_an_end_ends() -> None:
    """No more pages are asked for than its own count has; ids of another form are none of ours."""
    said, ids = iter([b'{"id": "12ab"}', b"2"]), {"a" * 32, "b" * 32}
    with within(60), Wire(lambda send: send(http(next(said, json.dumps({"ids": [*ids, "c"]}).encode())))) as wire:
        assert ServerVectors(Server(wire.origin, "p")).ids("c") == ids


# Replies that are long


def hit(*sentences: str) -> Hit:
    """A passage."""
    spans, text = [], ""
    for sentence in sentences:
        at = len(text) + bool(text)
        text = f"{text} {sentence}".strip()
        spans.append((at, at + len(sentence)))
    return Hit(Place("a.txt", 0, len(text), 1), "", "", text, tuple(spans), 1.0)


HITS = [hit(*[f"Sentence {n} says Kim paid {n} euros." for n in range(300)])]

LONG: dict[str, Callable[[int], str]] = {
    "ids": lambda n: "Kim paid. " + "[1.1]" * n,
    "ids between spaces": lambda n: "Kim paid [1.1] " * n,
    "other ids": lambda n: "Kim paid. " + "".join(f"[1.{i % 300 + 1}]" for i in range(n)),
    "cited sentences": lambda n: "".join(f"Kim paid {i % 300} euros [1.{i % 300 + 1}]. " for i in range(n)),
    "brackets": lambda n: "[" * n + "1.1" + "]" * n,
    "numbers in code": lambda n: "```\n" + "x[1]\n" * n + "```",
    "lines": lambda n: "Kim.\n" * n,
    "ids on lines": lambda n: "Kim paid.\n\n[1.2]\n\n" * n,
    "sources": lambda n: "Kim.\n\nSources: [1.2]\n\n" * n,
    "lead-ins": lambda n: "Kim paid:\nLee paid 9,999 euros.\n" * n,
    "white space": lambda n: "Kim" + " " * 10 * n + "paid." + "\n" * n,
    "quotations": lambda n: "“Kim paid” " * n + "[1.2].",
    "names": lambda n: " ".join(f"Kim{i} Lee{i}" for i in range(n)) + " [1.2].",
    "backticks": lambda n: "`N" * n,
}


@pytest.mark.parametrize(
    "shape", [pytest.param(shape, marks=pytest.mark.soak if n % 3 else ()) for n, shape in enumerate(LONG)]
)
def test_a_long_reply_is_read_in_linear_time(shape: str) -> None:
    """As it streams and as a whole; what is quadratic anywhere took minutes at this length."""
    read(LONG[shape](100_000 if shape in ("ids", "brackets") else 2_500))


@pytest.mark.soak
@pytest.mark.parametrize("shape", LONG)
def test_the_longest_reply(shape: str) -> None:
    """As long as one may be."""
    read((LONG[shape](LONGEST_REPLY // 2) + " ")[:LONGEST_REPLY])


def read(text: str) -> None:
    """All that becomes of a reply."""
    with within(300):
        citer, marker = Citer(HITS), Marker()
        shown = [marker.feed(citer.feed(text[i : i + 64]), citer.judged) for i in range(0, len(text), 64)]
        rest, cited = citer.finish()
        shown.append(marker.finish(rest, cited.sentences))
        marked(cited.text, cited.sentences)
        only_supported(cited)
