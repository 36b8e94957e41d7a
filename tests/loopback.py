"""A small OpenAI-compatible server on 127.0.0.1, with faults on demand: what tests talk to instead of the network.

    with Loopback() as service:
        service.enqueue("Lee asked Xi {id:In turn, Lee asked}.", Fault(status=500))
        ... base URL service.url ...
        assert service.requests[0].path == "/v1/chat/completions"

Every call takes the next thing from its path's queue, and behaves when the queue is empty. Knows nothing of `qa`.
"""

import base64
import hashlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

CHAT, EMBEDDINGS, MODELS = "/v1/chat/completions", "/v1/embeddings", "/v1/models"
DECISIONS = "/v1/decisions"


@dataclass(frozen=True)
class Fault:
    """How one call is answered; with its defaults, well. `text` may hold {id:WORDS}."""

    text: str = "Lee asked Xi to play a constructive role {id:In turn, Lee asked}."
    status: int = 200
    code: str | None = None  # of the error, such as insufficient_quota; with status 200: an error inside the stream
    message: str = "injected"
    retry_after: float | None = None
    location: str | None = None  # of a redirect (status 307)
    delay: float = 0.0  # seconds of silence before the first byte
    until: threading.Event | None = None  # and silence until this happens
    html: bool = False  # a web page
    reset: bool = False  # the connection ends without a reply
    raw: bytes | None = None  # this body, whatever was asked; in a stream: this line in the middle
    pause: float = 0.0  # seconds before each piece of a stream
    cut: bool = False  # the connection breaks half-way through the stream
    finish: str | None = "stop"  # None: the stream ends, properly, without a finish reason
    prompt_tokens: int = 100
    refusal: str = ""
    reasoning: str = ""
    missing: int = 0  # vectors fewer than texts (negative: more), decisions fewer than questions
    decisions: dict[str, float | None] = field(default_factory=dict)  # probability by words of a question, None: declined
    dimensions: int | None = None
    nan: bool = False


class Request(NamedTuple):
    """A call that was received."""

    path: str
    body: dict[str, Any]
    headers: dict[str, str]


def closed_port() -> str:
    """The base URL of a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1"


def vector(text: str, dimensions: int) -> list[float]:
    """A hashed bag of words: the same text has the same vector, shared words make vectors alike; zeros for no words."""
    row = [0.0] * dimensions
    for word in re.findall(r"\w+", text.lower()):
        digest = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
        row[digest % dimensions] += 1.0 if digest >> 60 & 1 else -1.0
    return row


def with_ids(text: str, body: dict[str, Any]) -> str:
    """`text` with each {id:WORDS} replaced by the last sentence id before WORDS in the prompt, {n:WORDS} without brackets.

    It is [0.0] without one.
    """
    prompt = "\n".join(str(message["content"]) for message in body.get("messages", []))

    def sentence_id(match: re.Match[str]) -> str:
        ids = re.findall(r"\[\d+\.\d+\]", prompt[: max(0, prompt.rfind(match[2]))])
        found = ids[-1] if ids else "[0.0]"
        return found if match[1] == "id" else found[1:-1]

    return re.sub(r"\{(id|n):([^}]*)\}", sentence_id, text)


class Loopback:
    """The server: `url` is its base URL, `requests` what it was asked, in order, `taken` how it answers.

    `chunk`: characters a delta; `models`: what it lists; `base64`: False answers floats whatever was asked, as some do;
    `shuffle`: vectors come in reverse order; `stream_options`: False refuses them, as some do.
    """

    def __init__(self, dimensions: int = 64, chunk: int = 16, models: tuple[str, ...] = ("loop-model",)) -> None:
        self.dimensions, self.chunk, self.models = dimensions, chunk, models
        self.base64, self.shuffle, self.stream_options = True, False, True
        self.requests: list[Request] = []
        self.taken: list[Fault] = []
        self.lock = threading.Lock()
        self.queues: dict[str, deque[Fault]] = defaultdict(deque)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.loopback = self
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> "Loopback":
        """Listen, in threads that end with the process."""
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening; replies that are still owed are not waited for."""
        self.server.shutdown()
        self.server.server_close()

    def enqueue(self, *replies: str | Fault, path: str = CHAT) -> None:
        """What the next calls of `path` get, one each; a text is a good reply of that text."""
        self.queues[path].extend(Fault(text=r) if isinstance(r, str) else r for r in replies)

    def take(self, request: Request) -> Fault:
        """Remember the call and take what it gets."""
        with self.lock:
            self.requests.append(request)
            queue = self.queues[request.path]
            self.taken.append(queue.popleft() if queue else Fault())
            return self.taken[-1]


class Server(ThreadingHTTPServer):
    """A thread a connection, none of which is waited for at the end."""

    loopback: Loopback
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has hung up is no error; anything else is shown."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection; HTTP/1.1, so that a broken stream is seen as broken."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """The list of models, or 404."""
        self.respond({})

    def do_POST(self) -> None:
        """Embeddings, chat, or 404."""
        self.respond(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def respond(self, body: dict[str, Any]) -> None:
        """Answer as the queue says."""
        self.loopback: Loopback = self.server.loopback
        fault = self.loopback.take(Request(self.path, body, {k.lower(): v for k, v in self.headers.items()}))
        time.sleep(fault.delay)
        if fault.until:
            fault.until.wait(60)
        known = {MODELS: self.list_models, EMBEDDINGS: self.embed, CHAT: self.chat, DECISIONS: self.decide}
        if fault.reset:
            self.break_off()
        elif fault.html:
            self.send(b"<!doctype html><title>Welcome</title>", fault.status, {"content-type": "text/html"})
        elif fault.status != 200:
            extra = {"retry-after": fault.retry_after, "location": fault.location}
            error = {"message": fault.message, "type": "injected", "param": None, "code": fault.code}
            self.send({"error": error}, fault.status, {k: str(v) for k, v in extra.items() if v is not None})
        elif self.path not in known:
            self.send({"error": {"message": "no such path"}}, 404)
        elif fault.raw is not None and not body.get("stream"):
            self.send(fault.raw)
        else:
            known[self.path](body, fault)

    def list_models(self, _body: dict[str, Any], _fault: Fault) -> None:
        """GET /v1/models."""
        self.send({"object": "list", "data": [{"id": name, "object": "model"} for name in self.loopback.models]})

    def embed(self, body: dict[str, Any], fault: Fault) -> None:
        """POST /v1/embeddings."""
        texts = [body["input"]] if isinstance(body["input"], str) else list(body["input"])
        dimensions = fault.dimensions or min(body.get("dimensions") or self.loopback.dimensions, self.loopback.dimensions)
        rows = [vector(text, dimensions) for text in texts][: len(texts) - max(0, fault.missing)]
        rows += [vector("one more", dimensions)] * -fault.missing
        if fault.nan:
            rows[0][0] = float("nan")
        as_text = body.get("encoding_format") == "base64" and self.loopback.base64
        data = [{"object": "embedding", "index": i, "embedding": packed(row) if as_text else row} for i, row in enumerate(rows)]
        self.send({"object": "list", "model": body["model"], "data": data[::-1] if self.loopback.shuffle else data})

    def decide(self, body: dict[str, Any], fault: Fault) -> None:
        """POST /v1/decisions: what the fault says of the first of its words that stands in a question, else 0.98."""
        given = [
            next((p for words, p in fault.decisions.items() if words in q["instructions"]), 0.98) for q in body["questions"]
        ]
        answers = [{"type": "predicate", "probability": p} if p is not None else {"type": "refusal"} for p in given]
        usage = {"input_tokens": fault.prompt_tokens, "output_tokens": 0}
        self.send({"answers": answers[fault.missing :], "model": body["model"], "usage": usage})

    def chat(self, body: dict[str, Any], fault: Fault) -> None:
        """POST /v1/chat/completions, streamed or not."""
        if body.get("stream_options") and not self.loopback.stream_options:
            self.send({"error": {"message": "Unknown field: stream_options"}}, 400)
            return
        text, base = with_ids(fault.text, body), {"id": "c1", "created": 1, "model": body["model"]}
        usage = {"prompt_tokens": fault.prompt_tokens, "completion_tokens": 20, "total_tokens": fault.prompt_tokens + 20}
        if not body.get("stream"):
            choice = {"index": 0, "finish_reason": fault.finish, "message": {"role": "assistant", "content": text}}
            self.send({**base, "object": "chat.completion", "usage": usage, "choices": [choice]})
            return
        deltas = [{"role": "assistant", "content": ""}]
        deltas += [{"reasoning_content": part} for part in self.parts(fault.reasoning)]
        deltas += [{"content": part} for part in self.parts(text)] + [{"refusal": r} for r in self.parts(fault.refusal)]
        events = [{**base, "choices": [{"index": 0, "delta": d, "finish_reason": None}]} for d in deltas]
        if fault.finish:
            events.append({**base, "choices": [{"index": 0, "delta": {}, "finish_reason": fault.finish}]})
        if body.get("stream_options", {}).get("include_usage"):
            events.append({**base, "choices": [], "usage": usage})
        lines = [json.dumps(event).encode() for event in events] + [b"[DONE]"]
        half = len(deltas) // 2
        if fault.code:
            lines[half:] = [json.dumps({"error": {"message": fault.message, "code": fault.code}}).encode()]
        if fault.raw is not None:
            lines.insert(half, fault.raw)
        self.stream(lines[:half] if fault.cut else lines, whole=not fault.cut, pause=fault.pause)

    def parts(self, text: str) -> list[str]:
        """`text` in pieces of `chunk` characters."""
        return [text[i : i + self.loopback.chunk] for i in range(0, len(text), self.loopback.chunk)]

    def stream(self, lines: list[bytes], whole: bool, pause: float) -> None:
        """Server-sent events in chunked transfer; broken off at the end unless `whole`."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for line in lines:
            time.sleep(pause)
            event = b"data: " + line + b"\n\n"
            self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
        if whole:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.break_off()

    def send(self, body: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        """A whole reply: JSON, or bytes as they are."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def break_off(self) -> None:
        """End the connection here."""
        self.wfile.flush()
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


class Wire:
    """A server that sends what it is told to, byte by byte if need be, whatever it is asked; `calls` counts the requests.

    `reply` is given the connection's file to write to, once a request has been read, and returns when it has sent all.
    """

    def __init__(self, reply: Callable[[Callable[[bytes], object]], None]) -> None:
        self.reply, self.calls = reply, 0
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.origin = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = f"{self.origin}/v1"

    def __enter__(self) -> "Wire":
        """Listen, in threads that end with the process."""
        threading.Thread(target=self.listen, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop listening."""
        self.listener.close()

    def listen(self) -> None:
        """A thread a connection."""
        with suppress(OSError):
            while True:
                threading.Thread(target=self.answer, args=self.listener.accept(), daemon=True).start()

    def answer(self, connection: socket.socket, _: object) -> None:
        """Read one request, send the reply, close."""
        with connection, suppress(OSError), connection.makefile("rb") as asked:
            length = 0
            while (line := asked.readline()) not in (b"\r\n", b""):
                name, _, value = line.lower().partition(b":")
                length = int(value) if name == b"content-length" else length
            asked.read(length)
            self.calls += 1
            self.reply(connection.sendall)


def http(body: bytes, status: int = 200, **headers: str) -> bytes:
    """A whole reply, as it is on the wire."""
    lines = [f"HTTP/1.1 {status} x", "content-type: application/json", "connection: close", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def packed(row: list[float]) -> str:
    """Little-endian float32 in base64, as the protocol has it."""
    return base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode()
