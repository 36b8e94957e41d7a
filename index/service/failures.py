"""What the errors of `openai`, and of `httpx2` below it, mean to a user: one table from these to `index/errors.py`.

Owns the sentences, and how long a failed reply asks to wait.
"""

import math
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from index.errors import (
    KeyRefused,
    NotThere,
    PromptTooLong,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    ServiceBroken,
    ServiceFailure,
    TimedOut,
    Unreachable,
)
from index.service.bounds import TooMuch

if TYPE_CHECKING:
    import httpx2
from index.service.endpoint import Service, plain

LONGEST_QUOTE = 200

# By name, so that the table stands here without the half second that importing openai takes.
LEAVES: dict[str, type[ServiceFailure] | None] = {
    "OpenAIError": ServiceBroken,
    "APIError": ServiceBroken,  # an error event in the middle of a stream
    "APIResponseValidationError": ServiceBroken,
    "APIStatusError": None,  # by its status
    "BadRequestError": RequestRefused,
    "AuthenticationError": KeyRefused,
    "OAuthError": KeyRefused,
    "PermissionDeniedError": KeyRefused,
    "NotFoundError": NotThere,
    "ConflictError": RequestRefused,
    "UnprocessableEntityError": RequestRefused,
    "RateLimitError": RateLimited,
    "InternalServerError": ServiceBroken,
    "APIConnectionError": Unreachable,
    "APITimeoutError": TimedOut,
    "LengthFinishReasonError": ServiceBroken,
    "ContentFilterFinishReasonError": RequestRefused,
    # Of parts of openai that are not used here; listed so that the test notices a new one.
    "SubjectTokenProviderError": KeyRefused,
    "MutuallyExclusiveAuthError": KeyRefused,
    "InvalidWebhookSignatureError": ServiceBroken,
    "MissingDependencyError": ServiceBroken,
    "WebSocketConnectionClosedError": ServiceBroken,
    "WebSocketQueueFullError": ServiceBroken,
    "StreamAlreadyConsumed": ServiceBroken,
    "APIRemovedInV1": ServiceBroken,
    "_AmbiguousModuleClientUsageError": ServiceBroken,
    # What an APIConnectionError was caused by (httpx2, ssl, anyio): never connected, or broken off.
    "TransportError": Unreachable,
    "TimeoutException": TimedOut,
    "ReadError": ServiceBroken,
    "WriteError": ServiceBroken,
    "CloseError": ServiceBroken,
    "RemoteProtocolError": ServiceBroken,
    "DecodingError": ServiceBroken,
    "SSLError": Unreachable,
    "EndOfStream": ServiceBroken,
    "InvalidURL": Unreachable,
    # What leaves openai as it is: a line of a stream that is not JSON, too deep or with too long a number, or not UTF-8.
    "JSONDecodeError": ServiceBroken,
    "UnicodeDecodeError": ServiceBroken,
    "UnicodeError": Unreachable,  # the name of a host that there cannot be
    "ValueError": ServiceBroken,
    "RecursionError": ServiceBroken,
}

# The service's own word for an error says more than its status, and an error inside a stream has no status.
_CODES: dict[str, type[ServiceFailure]] = {
    "insufficient_quota": QuotaExhausted,
    "billing_hard_limit_reached": QuotaExhausted,
    "billing_not_active": QuotaExhausted,
    "rate_limit_exceeded": RateLimited,
    "invalid_api_key": KeyRefused,
    "model_not_found": NotThere,
    "context_length_exceeded": PromptTooLong,
}

_TOO_LONG = re.compile(r"\bcontext (?:length|size|window)|\btoo many tokens\b|\bprompt is too long\b", re.IGNORECASE)
"""How endpoints without that code say it."""

_STATUSES: dict[int, type[ServiceFailure]] = {
    401: KeyRefused,
    402: QuotaExhausted,
    403: KeyRefused,
    404: NotThere,
    405: NotThere,
    408: TimedOut,
    410: NotThere,
    429: RateLimited,
}

_AGAIN = "Run the same command again; what was done so far is kept."

SET_KEY = "Set OPENAI_API_KEY; `qa status` shows where each setting comes from."

_WORDS: dict[type[ServiceFailure], tuple[str, str]] = {
    KeyRefused: (
        "{host} does not accept the key for {model}",
        SET_KEY,
    ),
    QuotaExhausted: (
        "The account at {host} has nothing left to spend on {model}",
        "Add credit there, or go on without it: `qa ask --no-llm`, `qa index --embedder static`.",
    ),
    RateLimited: ("{host} turns requests for {model} away, as there are too many", "Wait a while. " + _AGAIN),
    NotThere: (
        "{host} has no model {model}, or nothing at this address",
        "Check the model's name and OPENAI_BASE_URL (it often ends in /v1).",
    ),
    RequestRefused: (
        "{host} declined the request for {model}",
        "Another model (QA_MODEL, QA_EMBEDDER) or fewer passages (`--top N`, QA_CONTEXT) may do.",
    ),
    PromptTooLong: (
        "{host} cannot take as much as was sent for {model}",
        "Send less, with `--top N` or a lower QA_CONTEXT, or give the model a larger context.",
    ),
    ServiceBroken: ("{host} failed to answer for {model}", _AGAIN),
    Unreachable: ("There is no connection to {host} for {model}", "Check the network and OPENAI_BASE_URL."),
    TimedOut: ("{host} did not answer for {model} in time", _AGAIN + " `qa ask --timeout S` waits longer."),
}

_WEB_PAGE = "{host} answers with a web page, not as an OpenAI-compatible endpoint (asked for {model})"

UNREADABLE = (ValueError, RecursionError)
"""How Python says that a text is no JSON, or none that can be read."""

ASKED = "qa_retry_after"

_FOREVER = 1e6
"""Seconds; whoever asks to wait longer is not read further."""

_PASSING = (RateLimited, Unreachable, ServiceBroken)


@contextmanager
def translated(service: Service, model: str) -> Iterator[None]:
    """Whatever `openai` and what lies below it raise inside leaves as a ServiceFailure."""
    import httpx2
    import openai

    try:
        yield
    except TooMuch as error:
        raise broken(str(error), model, service) from error
    except (
        openai.OpenAIError,
        httpx2.HTTPError,
        httpx2.InvalidURL,
        *UNREADABLE,
    ) as error:
        raise translate(error, model, service) from error


def translate(error: Exception, model: str, service: Service) -> ServiceFailure:
    """The leaf for an error, with one sentence that names host and model and quotes the service's own words."""
    leaf, response = _leaf(error), getattr(error, "response", None)
    if leaf is RequestRefused and _TOO_LONG.search(str(error)):
        leaf = PromptTooLong
    if leaf in (NotThere, KeyRefused) and response is not None and response.status_code >= 400 and is_html(response):
        return web_page(model, service)
    sentence, hint = _WORDS[leaf]
    seconds = retry_after(response) if response is not None else None
    if leaf is RateLimited and seconds:
        hint = hint.replace("a while", f"{seconds:.0f} s")
    why = _reason(error, service)
    said = sentence.format(host=service.host, model=model) + (f": {why}." if why else ".")
    failure = leaf(said, hint).hiding(service.host)
    failure.wait, failure.passing = seconds, _passes(leaf, response, error)
    return failure


def _passes(leaf: type[ServiceFailure], response: "httpx2.Response | None", error: Exception) -> bool:
    """Whether to ask again may help: after a rate limit, a lost connection, a failing server; not after a reply in vain."""
    if response is not None:
        return leaf is RateLimited or response.status_code in (408, 409) or response.status_code >= 500
    return leaf in _PASSING and isinstance(error.__cause__, Exception)


def broken(what: str, model: str, service: Service) -> ServiceBroken:
    """A reply that came and is not the protocol's: `what` says how, as the end of a sentence."""
    sentence, hint = _WORDS[ServiceBroken]
    return ServiceBroken(f"{sentence.format(host=service.host, model=model)}: {what}.", hint).hiding(service.host)


def web_page(model: str, service: Service) -> NotThere:
    """The failure of an address that serves people, not programs."""
    return NotThere(_WEB_PAGE.format(host=service.host, model=model) + ".", _WORDS[NotThere][1]).hiding(service.host)


def quoted(words: str, service: Service) -> str:
    """The service's own words, fit to print: one line, shortened, without any key, in quotation marks; "" for none."""
    if len(service.api_key) > 3:  # a shorter one is no secret, and may be part of any word
        words = words.replace(service.api_key, "…")
    words = re.sub(r"\bsk-[^\s'\"`,;)]+", "sk-…", plain(words)).rstrip(".")
    if len(words) > LONGEST_QUOTE:
        words = words[: LONGEST_QUOTE - 1].rstrip() + "…"
    return f"“{words}”" if words else ""


def _leaf(error: Exception) -> type[ServiceFailure]:
    """The first that knows it: the service's code, what lies behind a lost connection, the class, the status."""
    code = getattr(error, "code", None)
    code = code if isinstance(code, str) else ""
    if code in _CODES:
        return _CODES[code]
    kinds = type(error).__mro__
    if kinds[0].__name__ == "APIConnectionError" and error.__cause__ is not None:
        kinds = type(error.__cause__).__mro__ + kinds
    name = next((kind.__name__ for kind in kinds if kind.__name__ in LEAVES), "OpenAIError")
    status = getattr(error, "status_code", None)
    if name == "APIError" and re.fullmatch("[1-5][0-9][0-9]", code):
        status = int(code)  # some gateways put it there when the stream has begun
    elif leaf := LEAVES[name]:
        return leaf
    return _by_status(status or 500)


def _by_status(status: int) -> type[ServiceFailure]:
    """The leaf of a status that has no class of its own: a redirect leads nowhere, 4xx is a refusal."""
    if status in _STATUSES:
        return _STATUSES[status]
    return NotThere if status < 400 else RequestRefused if status < 500 else ServiceBroken


def is_html(response: "httpx2.Response") -> bool:
    """Whether a reply is a web page."""
    return "text/html" in response.headers.get("content-type", "")


def _reason(error: Exception, service: Service) -> str:
    """Why: the service's words, else its status, else what happened to the connection or the stream."""
    body, response = getattr(error, "body", None), getattr(error, "response", None)
    if response is not None and response.has_redirect_location:
        return f"it leads on to {quoted(response.headers['location'], service)}, which is not followed"
    if isinstance(body, dict) and isinstance(body.get("message"), str):
        return quoted(body["message"], service)
    if response is not None:
        said = "" if is_html(response) or not isinstance(body, str) else quoted(body, service)
        return said or f"HTTP {response.status_code}"
    if isinstance(error, UNREADABLE) and _leaf(error) is ServiceBroken:  # json's own words tell of bytes and columns
        return "a line of the reply is not JSON that can be read"
    return quoted(str(error.__cause__ or error), service)


def retry_after(response: "httpx2.Response") -> float | None:
    """The seconds that a reply asks to wait: a number of seconds or milliseconds, or a date; None for anything else."""
    if ASKED in response.extensions:
        asked: float | None = response.extensions[ASKED]
        return asked
    headers = response.headers
    seconds = _number(headers.get("retry-after-ms")) / 1000
    if math.isnan(seconds):
        seconds = _number(headers.get("retry-after"))
    if math.isnan(seconds):
        seconds = _date(headers.get("retry-after")) - time.time()
    return min(seconds, _FOREVER) if seconds > 0 else None


def _number(text: str | None) -> float:
    """A header's plain decimal number; NaN for anything else."""
    return float(text) if text and re.fullmatch(r"\s*[0-9]{1,400}(?:\.[0-9]{1,400})?\s*", text, re.ASCII) else math.nan


def _date(text: str | None) -> float:
    """A header's date as seconds since 1970; NaN for anything else."""
    from email.utils import mktime_tz, parsedate_tz

    try:
        parts = parsedate_tz(text) if text and len(text) < 100 else None
        return float(mktime_tz(parts)) if parts else math.nan
    except (ValueError, OverflowError):
        return math.nan
