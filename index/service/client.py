"""An OpenAI-compatible service: how it is called, and what its failures are in this product's words.

Owns the client and the one table from the errors of `openai` (and of `httpx2` below it) to the leaves of
`index/errors.py`. The client speaks to the named endpoint alone: no OPENAI_* variable and no redirect leads it
elsewhere. Knows nothing of embeddings, chats, settings or the environment.
"""

import math
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

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
from index.service.bounds import WHOLE, Bounds, TooMuch, bounded

if TYPE_CHECKING:
    import httpx2
    import openai

OFFICIAL = "https://api.openai.com/v1"
LONGEST_WAIT = 20.0
"""Seconds of Retry-After that are waited for; a longer one is a RateLimited at once."""
LONGEST_QUOTE = 200

MOST_PARTS = 100_000
"""Lists and objects in a reply: each takes twenty times the memory of its brackets; the vectors of 256 texts are 512."""


@dataclass(frozen=True, slots=True, repr=False)
class Service:
    """An endpoint and its key; `base_url` None is OpenAI's own. `told` is given a line where it asks to wait, and is heeded.

    `sending` is called, in whichever thread, before each request that carries a text to it.
    """

    base_url: str | None
    api_key: str
    told: Callable[[str], None] | None = field(default=None, compare=False)
    sending: Callable[[], None] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """The host alone: a key, or a password in the address, must not get into a log."""
        return f"Service({self.host})"

    @property
    def host(self) -> str:
        """The address for messages: host[:port] without user and password; a malformed one as it was given, but for secrets."""
        address = self.base_url or OFFICIAL
        try:
            place = urlsplit(address).netloc or address
        except ValueError:  # an unclosed [ of an IPv6 address
            place = address
        return _plain(without_secrets(place).rpartition("@")[2])


def without_secrets(address: str) -> str:
    """An address that may be shown: without user and password, and without the values of its query, where keys stand too."""
    return re.sub(r"(?<=[?&;])([^=&;#]*=)[^&;#]*", r"\1…", re.sub(r"(?<=://)[^/@]*@", "…@", address))


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
_WORDS: dict[type[ServiceFailure], tuple[str, str]] = {
    KeyRefused: (
        "{host} does not accept the key for {model}",
        "Set OPENAI_API_KEY; `qa status` shows where each setting comes from.",
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


def client(service: Service, timeout: float, retries: int = 2, bounds: Bounds = WHOLE) -> "openai.OpenAI":
    """A client for this service alone; `timeout` is the longest silence in seconds, after which nothing is tried again.

    A reply beyond the bounds is not tried again either.
    Raises KeyRefused for a key that no header can hold. Call it inside `translated`: the address may be malformed.
    """
    if not re.fullmatch(r"[!-~]+", service.api_key):
        raise KeyRefused(
            f"The key for {service.host} is empty or holds a character that no key has.", _WORDS[KeyRefused][1]
        ).hiding(service.host)
    import openai

    made = openai.OpenAI(
        api_key=service.api_key,
        base_url=service.base_url or OFFICIAL,
        max_retries=retries,
        http_client=_http_client(openai.Timeout(timeout, connect=min(timeout, 5.0)), service, bounds),
    )
    # What the SDK has read from OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_ADMIN_KEY, OPENAI_WEBHOOK_SECRET and
    # OPENAI_CUSTOM_HEADERS by itself must not reach an endpoint that the user has named.
    made.organization = made.project = made.admin_api_key = made.webhook_secret = None
    made._custom_headers = {}
    return made


def _http_client(timeout: "openai.Timeout", service: Service, bounds: Bounds) -> "httpx2.Client":
    """Without redirects, which would carry documents to a host that nobody has named; timeouts are not tried again."""
    import httpx2
    import openai

    class HttpClient(openai.DefaultHttpxClient):
        def send(self, request: httpx2.Request, **options: Any) -> httpx2.Response:
            if service.sending and request.method == "POST":
                service.sending()
            try:
                response = super().send(request, **options)
            except httpx2.TimeoutException as error:
                raise openai.APITimeoutError(request=request) from error  # the SDK would wait as long twice more
            except TooMuch as error:
                raise openai.OpenAIError(str(error)) from None  # and read as much twice more
            _settle_retry(response, service)
            return response

    made = HttpClient(timeout=timeout, follow_redirects=False)
    bounded(made, bounds)
    return made


def _settle_retry(response: "httpx2.Response", service: Service) -> None:
    """Leave to the SDK no word of a failed reply about waiting but one that is a time, and not too long; say what is waited."""
    if response.status_code < 400:
        return
    seconds = _retry_after(response)
    for name in ("retry-after", "retry-after-ms", "x-should-retry"):
        response.headers.pop(name, None)
    response.extensions[_ASKED] = seconds
    if (seconds or 0) > LONGEST_WAIT or (response.status_code == 429 and b"insufficient_quota" in response.read()):
        response.headers["x-should-retry"] = "false"  # the word that the SDK heeds
    elif seconds:
        response.headers["retry-after"] = f"{seconds:.3f}"
        if service.told and seconds >= 1 and response.status_code in _AGAIN_AFTER:
            service.told(f"{service.host} asks to wait {seconds:.0f} s.")


_ASKED = "qa_retry_after"
_AGAIN_AFTER = (408, 409, 429, *range(500, 600))
"""What the SDK sends again."""

_UNREADABLE = (ValueError, RecursionError)
"""How Python says that a text is no JSON, or none that can be read."""

_FOREVER = 1e6
"""Seconds; whoever asks to wait longer is not read further."""


def _retry_after(response: "httpx2.Response") -> float | None:
    """The seconds that a reply asks to wait: a number of seconds or milliseconds, or a date; None for anything else."""
    if _ASKED in response.extensions:
        asked: float | None = response.extensions[_ASKED]
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
        *_UNREADABLE,
    ) as error:
        raise translate(error, model, service) from error


def translate(error: Exception, model: str, service: Service) -> ServiceFailure:
    """The leaf for an error, with one sentence that names host and model and quotes the service's own words."""
    leaf, response = _leaf(error), getattr(error, "response", None)
    if leaf is RequestRefused and _TOO_LONG.search(str(error)):
        leaf = PromptTooLong
    if leaf in (NotThere, KeyRefused) and response is not None and response.status_code >= 400 and _is_html(response):
        return web_page(model, service)
    sentence, hint = _WORDS[leaf]
    seconds = _retry_after(response) if response is not None else None
    if leaf is RateLimited and seconds:
        hint = hint.replace("a while", f"{seconds:.0f} s")
    why = _reason(error, service)
    said = sentence.format(host=service.host, model=model) + (f": {why}." if why else ".")
    failure = leaf(said, hint).hiding(service.host)
    failure.wait, failure.passing = seconds, _passes(leaf, response, error)
    return failure


_PASSING = (RateLimited, Unreachable, ServiceBroken)


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


def payload(response: "httpx2.Response", model: str, service: Service) -> dict[str, Any]:
    """The JSON object of a reply; NotThere for a web page, ServiceBroken for anything else."""
    if _is_html(response):
        raise web_page(model, service)
    try:
        found = response.json() if response.content.count(b"[") + response.content.count(b"{") <= MOST_PARTS else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise broken("the reply is not a JSON object", model, service)
    return found


def quoted(words: str, service: Service) -> str:
    """The service's own words, fit to print: one line, shortened, without any key, in quotation marks; "" for none."""
    if len(service.api_key) > 3:  # a shorter one is no secret, and may be part of any word
        words = words.replace(service.api_key, "…")
    words = re.sub(r"\bsk-[^\s'\"`,;)]+", "sk-…", _plain(words)).rstrip(".")
    if len(words) > LONGEST_QUOTE:
        words = words[: LONGEST_QUOTE - 1].rstrip() + "…"
    return f"“{words}”" if words else ""


def _plain(words: str) -> str:
    """One line without control characters and format characters such as bidi overrides."""
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in words).split())


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


def _is_html(response: "httpx2.Response") -> bool:
    return "text/html" in response.headers.get("content-type", "")


def _reason(error: Exception, service: Service) -> str:
    """Why: the service's words, else its status, else what happened to the connection or the stream."""
    body, response = getattr(error, "body", None), getattr(error, "response", None)
    if response is not None and response.has_redirect_location:
        return f"it leads on to {quoted(response.headers['location'], service)}, which is not followed"
    if isinstance(body, dict) and isinstance(body.get("message"), str):
        return quoted(body["message"], service)
    if response is not None:
        said = "" if _is_html(response) or not isinstance(body, str) else quoted(body, service)
        return said or f"HTTP {response.status_code}"
    if isinstance(error, _UNREADABLE) and _leaf(error) is ServiceBroken:  # json's own words tell of bytes and columns
        return "a line of the reply is not JSON that can be read"
    return quoted(str(error.__cause__ or error), service)
