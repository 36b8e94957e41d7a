"""What any endpoint may send, bounded in bytes and in time: whichever client calls one is handed to `bounded`.

Owns the limits and how they are kept: bytes are counted behind decompression, seconds at the socket, so that neither headers
nor the framing of chunks can drip for ever. Knows nothing of protocols above HTTP, or of what is said about a failure.
"""

import math
import queue
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import httpx2

MEGABYTE = 1 << 20

MOST_OF_AN_ERROR = 64 * 1024
"""Bytes of the body of a 4xx or 5xx: the rest is not read, so that a 401 stays a 401 however long it is."""

WAKE = 0.5
"""Seconds after which a wait in the system's own code lets Ctrl-C and SIGTERM through."""

Result = TypeVar("Result")


class TooMuch(Exception):
    """A reply that is beyond its bounds; the message says how, as the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`size` bytes of a reply in all, `held` of them until an empty line, in the time of so many `silences` (read timeouts)."""

    size: int
    held: int
    silences: int


WHOLE = Bounds(16 * MEGABYTE, 16 * MEGABYTE, 3)
"""Of a reply that is read as one."""

STREAM = Bounds(256 * MEGABYTE, MEGABYTE, 20)
"""Of a reply that comes in events: a slow model may write for twenty minutes at the timeout of a minute."""

_ERROR = Bounds(MOST_OF_AN_ERROR, MOST_OF_AN_ERROR, 3)


def bounded(client: "httpx2.Client", bounds: Bounds) -> None:
    """Hold a client to bounds, whatever it calls; a reply beyond them raises TooMuch, or httpx2's own ReadTimeout."""
    import httpx2

    class Body(httpx2.SyncByteStream):
        def __init__(self, response: httpx2.Response) -> None:
            encoding = response.headers.pop("content-encoding", "identity").strip().lower()
            assert isinstance(response.stream, httpx2.SyncByteStream)
            self._stream, self._encoding, self._failed = response.stream, encoding, response.status_code >= 400

        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from _within(_decoded(self._stream, self._encoding), _ERROR if self._failed else bounds)
            except TooMuch:
                if not self._failed:
                    raise

        def close(self) -> None:
            self._stream.close()

    def hold(response: httpx2.Response) -> None:
        response.stream = Body(response)

    client.headers["accept-encoding"] = "identity"
    client.event_hooks = {"response": [hold]}
    # The one way to the sockets: httpx2 hands no network backend on. Without it bytes are still counted, and silences.
    for transport in (client._transport, *client._mounts.values()):
        if inner := getattr(getattr(transport, "_pool", None), "_network_backend", None):
            transport._pool._network_backend = _Network(inner, bounds.silences)  # type: ignore[union-attr]


def _within(parts: Iterator[bytes], bounds: Bounds) -> Iterator[bytes]:
    """The parts, until they are more than the bounds allow: then what they allow, and TooMuch."""
    size, held, tail = 0, 0, b""
    for part in parts:
        size += len(part)
        tail = tail[-3:] + part
        end = max(tail.rfind(b"\n\n"), tail.rfind(b"\n\r\n"), tail.rfind(b"\r\r"))
        held = held + len(part) if end < 0 else len(tail) - end
        if size > bounds.size or held > bounds.held:
            yield part[: max(0, bounds.size - size + len(part))]
            raise TooMuch(f"the reply is longer than the {min(bounds.size, bounds.held) // MEGABYTE} MB that are read")
        yield part


def _decoded(parts: Iterator[bytes] | Any, encoding: str) -> Iterator[bytes]:
    """Plain bytes, in pieces of at most a megabyte however small they were packed; asked for was no packing at all."""
    if encoding in ("", "identity"):
        yield from parts
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise TooMuch("the reply is compressed in a way that was not asked for")
    unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        for part in parts:
            while part and not unpack.eof:
                yield unpack.decompress(part, MEGABYTE)
                part = unpack.unconsumed_tail  # noqa: PLW2901
    except zlib.error as error:
        raise TooMuch("the reply is compressed and cannot be unpacked") from error


class _Network:
    """Connects as `inner` does; Ctrl-C ends the wait for a name or a host, and no reply takes longer than so many silences."""

    def __init__(self, inner: Any, silences: int) -> None:
        self._inner, self._silences = inner, silences

    def connect_tcp(self, *arguments: Any, **options: Any) -> "_Wire":
        return _Wire(interruptible(lambda: self._inner.connect_tcp(*arguments, **options)), self._silences)

    def connect_unix_socket(self, *arguments: Any, **options: Any) -> "_Wire":
        return _Wire(self._inner.connect_unix_socket(*arguments, **options), self._silences)

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Wire:
    """A connection whose reads have an end in all, counted from the first behind what was written last."""

    def __init__(self, inner: Any, silences: int) -> None:
        self._inner, self._silences = inner, silences
        self._ends: float | None = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        import httpcore2

        now = time.monotonic()
        if self._ends is None:
            self._ends = now + (math.inf if timeout is None else timeout * self._silences)
        if now >= self._ends:
            raise httpcore2.ReadTimeout("the reply does not end")
        read: bytes = self._inner.read(max_bytes, timeout=None if timeout is None else min(timeout, self._ends - now))
        return read

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout=timeout)
        self._ends = None

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *arguments: Any, **options: Any) -> "_Wire":
        return _Wire(self._inner.start_tls(*arguments, **options), self._silences)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def interruptible(do: Callable[[], Result]) -> Result:
    """What `do` gives or raises, in a thread that is left behind when Ctrl-C or SIGTERM comes: a name's look-up heeds none."""
    if threading.current_thread() is not threading.main_thread():
        return do()
    done: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

    def work() -> None:
        try:
            done.put((True, do()))
        except BaseException as error:  # noqa: BLE001 (raised by who waits)
            done.put((False, error))

    threading.Thread(target=work, daemon=True).start()
    while True:
        try:
            well, result = done.get(timeout=WAKE)
        except queue.Empty:
            continue
        if well:
            return result  # type: ignore[no-any-return]
        raise result
