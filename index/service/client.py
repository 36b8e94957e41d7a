"""An OpenAI-compatible service: how it is called, and what its failures are in this product's words.

The client speaks to the named endpoint alone: no OPENAI_* variable and no redirect leads it
elsewhere. Knows nothing of embeddings, chats, settings or the environment.
"""

import re
from typing import TYPE_CHECKING, Any

from index.errors import KeyRefused
from index.service.bounds import WHOLE, Bounds, TooMuch, bounded

if TYPE_CHECKING:
    import httpx2
    import openai
from index.service.endpoint import OFFICIAL, Service
from index.service.failures import ASKED, SET_KEY, broken, is_html, retry_after, web_page

LONGEST_WAIT = 20.0
"""Seconds of Retry-After that are waited for; a longer one is a RateLimited at once."""

MOST_PARTS = 100_000
"""Lists and objects in a reply: each takes twenty times the memory of its brackets; the vectors of 256 texts are 512."""

_AGAIN_AFTER = (408, 409, 429, *range(500, 600))
"""What the SDK sends again."""


def client(service: Service, timeout: float, retries: int = 2, bounds: Bounds = WHOLE) -> "openai.OpenAI":
    """A client for this service alone; `timeout` is the longest silence in seconds, after which nothing is tried again.

    A reply beyond the bounds is not tried again either.
    Raises KeyRefused for a key that no header can hold. Call it inside `translated`: the address may be malformed.
    """
    if not re.fullmatch(r"[!-~]+", service.api_key):
        raise KeyRefused(f"The key for {service.host} is empty or holds a character that no key has.", SET_KEY).hiding(
            service.host
        )
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
    seconds = retry_after(response)
    for name in ("retry-after", "retry-after-ms", "x-should-retry"):
        response.headers.pop(name, None)
    response.extensions[ASKED] = seconds
    if (seconds or 0) > LONGEST_WAIT or (response.status_code == 429 and b"insufficient_quota" in response.read()):
        response.headers["x-should-retry"] = "false"  # the word that the SDK heeds
    elif seconds:
        response.headers["retry-after"] = f"{seconds:.3f}"
        if service.told and seconds >= 1 and response.status_code in _AGAIN_AFTER:
            service.told(f"{service.host} asks to wait {seconds:.0f} s.")


def payload(response: "httpx2.Response", model: str, service: Service) -> dict[str, Any]:
    """The JSON object of a reply; NotThere for a web page, ServiceBroken for anything else."""
    if is_html(response):
        raise web_page(model, service)
    try:
        found = response.json() if response.content.count(b"[") + response.content.count(b"{") <= MOST_PARTS else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise broken("the reply is not a JSON object", model, service)
    return found
