"""The chat model: messages in, text as it arrives, and how the reply ended.

Owns the calls of Chat Completions and what counts as text in them. Knows nothing of passages, prompts or citations.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.errors import RequestRefused
from index.service.bounds import STREAM
from index.service.client import client, payload
from index.service.endpoint import Service
from index.service.failures import LONGEST_QUOTE, broken, quoted, translated, web_page
from qa.answer import Usage
from qa.model import command

if TYPE_CHECKING:
    import openai

DEFAULT_MODEL = "gpt-6-luna"
"""The current small model in the openai package's own list."""

DECIDER, MOST_DECISIONS = "gpt-6-luna", 400
"""The one model that the Decisions API takes, and the questions of one request."""

LONGEST_REPLY = 200_000
"""Characters, fifty thousand tokens or so; what goes on longer is no answer."""

THOUGHTS = 10
"""So many times as much may a program print in all, with what it thinks."""

MOST_TOKENS = 1_000_000_000
"""A count beyond it is none."""

MOST_MODELS, LONGEST_NAME = 5_000, 200
"""So many names of a list are read, and of those that are names."""

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of a reply: the service's reason, "stop" or "length" (it was cut), and its count of tokens if it gave it."""

    reason: str
    usage: Usage | None


def stream(service: Service, model: str, messages: list[Message], timeout: float) -> Iterator[str | Finished]:
    """The reply's text as it arrives, then one Finished; `timeout` is the longest silence in seconds.

    Raises ServiceFailure, also after some text: ServiceBroken for a reply that is empty or ends without a reason,
    RequestRefused for one that the model or a filter withholds.
    """
    if service.base_url and command.is_command(service.base_url):
        yield from _printed(service, model, messages, timeout)
        return
    text = _Text()
    refusal, reason, usage, written = "", "", None, 0
    for chunk in _chunks(service, model, messages, timeout):
        usage = _usage(chunk) or usage
        choice = _first(getattr(chunk, "choices", None))
        delta = getattr(choice, "delta", None)
        refusal += _string(delta, "refusal")[: LONGEST_QUOTE + 1 - len(refusal)]
        reason = _string(choice, "finish_reason") or reason
        if part := text.add(_string(delta, "content")):
            written += len(part)
            if written > LONGEST_REPLY:
                raise broken(f"the reply is longer than {LONGEST_REPLY:,} characters", model, service)
            yield part
    if part := text.rest():
        written += len(part)
        yield part
    if refusal or reason == "content_filter":
        why = quoted(refusal, service) or "its content filter withholds the reply"
        raise RequestRefused(f"{model} at {service.host} declined to answer: {why}.", "Word the question differently.").hiding(
            service.host
        )
    if not reason:
        raise broken("the reply ended half-way, without a finish reason", model, service)
    if not written:
        raise broken(f"the reply is empty (finish reason {quoted(reason, service)})", model, service)
    yield Finished(reason, usage)


def _printed(service: Service, model: str, messages: list[Message], timeout: float) -> Iterator[str | Finished]:
    """The same of a program, which says neither why it ended nor what it took."""
    if service.sending:
        service.sending()
    text, written, thought, blanks = _Text(), 0, 0, ""
    prompt = "\n\n".join(message["content"] for message in messages)
    for printed in command.output(service.base_url or "", prompt, timeout):
        thought += len(printed)
        part, blanks = blanks + text.add(printed), ""
        part, blanks = part.rstrip(), part[len(part.rstrip()) :]  # which end most outputs
        written += len(part)
        if written > LONGEST_REPLY or thought > THOUGHTS * LONGEST_REPLY:
            raise broken(f"it printed more than {LONGEST_REPLY:,} characters, and was ended", model, service)
        if part:
            yield part
    if part := text.rest():
        written += len(part)
        yield part
    if not written:
        raise broken("it printed no text", model, service)
    yield Finished("stop", None)


def whole(service: Service, model: str, messages: list[Message], timeout: float) -> tuple[str, Finished]:
    """A reply's whole text with its end; failures as those of `stream`."""
    parts: list[str] = []
    for piece in stream(service, model, messages, timeout):
        if isinstance(piece, Finished):
            return "".join(parts), piece
        parts.append(piece)
    raise AssertionError("stream ends with Finished or raises")


def decide(
    service: Service, about: str, questions: Sequence[Mapping[str, str]], timeout: float
) -> tuple[list[float | None], Usage | None]:
    """The probability that the Decisions API gives each question, None for one that it declines; and what that took.

    Raises ServiceFailure: NotThere where the service has no such endpoint, ServiceBroken for a reply that does not fit.
    """
    with translated(service, DECIDER), client(service, timeout, retries=1) as calls:
        asked: Any = [{key: _sendable(value) for key, value in question.items()} for question in questions]
        create = calls.decisions.with_raw_response.create
        found = payload(create(model=DECIDER, input=_sendable(about), questions=asked).http_response, DECIDER, service)
    answers = found.get("answers")
    if not isinstance(answers, list) or len(answers) != len(questions):
        raise broken("there is not one decision for each question", DECIDER, service)
    usage = found.get("usage")
    counts = [_count(usage.get(name)) for name in ("input_tokens", "output_tokens")] if isinstance(usage, dict) else [None]
    used = None if None in counts else Usage(counts[0] or 0, counts[1] or 0)
    return [_probability(answer) for answer in answers], used


def _probability(answer: object) -> float | None:
    given = answer.get("probability") if isinstance(answer, dict) and answer.get("type") == "predicate" else None
    return float(given) if type(given) in (int, float) and 0 <= given <= 1 else None  # type: ignore[operator, arg-type]


def models(service: Service, timeout: float) -> list[str]:
    """The names that the service lists under /models, as it orders them; ServiceFailure when it lists none that way."""
    about = "its list of models"
    with translated(service, about), client(service, timeout) as calls:
        listed = payload(calls.models.with_raw_response.list().http_response, about, service).get("data")
    if not isinstance(listed, list):
        raise broken("there is no list", about, service)
    names = [item.get("id") for item in listed[:MOST_MODELS] if isinstance(item, dict)]
    return [name for name in names if isinstance(name, str) and name.isprintable() and 0 < len(name) <= LONGEST_NAME]


def _chunks(service: Service, model: str, messages: list[Message], timeout: float) -> Iterator[object]:
    """The chunks of the stream, whatever they are; asks again without `stream_options` where an endpoint refuses it."""
    sent = [{key: _sendable(value) for key, value in message.items()} for message in messages]
    with translated(service, model), client(service, timeout, bounds=STREAM) as calls, _opened(calls, model, sent) as chunks:
        if "text/html" in chunks.response.headers.get("content-type", ""):
            raise web_page(model, service)
        yield from chunks


def _sendable(text: str) -> str:
    """Without lone surrogates, which an argument of the command line may hold and no request can."""
    return text.encode("utf-8", "replace").decode()


def _opened(calls: "openai.OpenAI", model: str, messages: list[Message]) -> "openai.Stream[Any]":
    """The stream, with token counts if the endpoint knows how to send them."""
    import openai

    request: dict[str, Any] = {"model": model, "messages": messages, "stream": True}
    create = calls.chat.completions.create
    opened: openai.Stream[Any]
    try:
        opened = create(**request, stream_options={"include_usage": True})
    except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
        if "stream_options" not in f"{error.message} {error.body}":
            raise
        opened = create(**request)
    return opened


class _Text:
    """Text without the thoughts that some models write between <think> and </think> before it.

    White space before the text is dropped. Text that has begun is never held back; thoughts that don't end are no text.
    """

    def __init__(self) -> None:
        self._held = ""
        self._begun = False

    def add(self, part: str) -> str:
        """What of the text can be shown now."""
        if self._begun:
            return part
        self._held = (self._held + part).lstrip()
        while self._held.startswith("<think>"):
            _, ended, after = self._held.partition("</think>")
            if not ended:
                self._held = "<think>" + self._held[7:][-7:]  # no more is needed to see the tag that ends it
                return ""
            self._held = after.lstrip()
        if "<think>".startswith(self._held):
            return ""
        self._begun = bool(self._held)
        return self._held

    def rest(self) -> str:
        """What was held back at the end: the beginning of a tag that never became one."""
        return "" if self._begun or self._held.startswith("<think>") else self._held


def _first(items: object) -> object:
    return items[0] if isinstance(items, list) and items else None


def _string(item: object, name: str) -> str:
    """A field that should be a string; "" for anything else: openai does not check what it gives."""
    value = getattr(item, name, None)
    return value if isinstance(value, str) else ""


def _usage(chunk: object) -> Usage | None:
    """The counts of a chunk that has them."""
    usage = getattr(chunk, "usage", None)
    sent, written = (_count(getattr(usage, name, None)) for name in ("prompt_tokens", "completion_tokens"))
    return None if sent is None or written is None else Usage(sent, written)


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= MOST_TOKENS else None
