"""Calls to a service: nothing leads them elsewhere, every failure has its leaf, and no key is ever repeated."""

import json
import ssl
import unicodedata

import anyio
import httpx2
import openai
import pytest
from hypothesis import given
from hypothesis import strategies as st
from loopback import CHAT, MODELS, Fault, Loopback, closed_port

from index.errors import (
    KeyRefused,
    NotThere,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    ServiceBroken,
    ServiceFailure,
    TimedOut,
    Unreachable,
)
from index.service.client import client, payload
from index.service.endpoint import OFFICIAL, Service
from index.service.failures import LEAVES, LONGEST_QUOTE, quoted, translate, translated

pytestmark = pytest.mark.usefixtures("without_reader")

KEY = "sk-proj-a1b2c3d4e5f6"


def ask(service: Service, retries: int = 0, timeout: float = 10) -> str:
    """One call, not streamed; the reply's text."""
    with translated(service, "loop-model"), client(service, timeout, retries) as calls:
        reply = calls.chat.completions.create(model="loop-model", messages=[{"role": "user", "content": "?"}])
        return str(reply.choices[0].message.content)


def subclasses(kind: type) -> set[type]:
    """A class and all that derive from it."""
    return {kind}.union(*map(subclasses, kind.__subclasses__()))


def test_the_table_knows_every_error_of_openai() -> None:
    """A new class in openai fails here until somebody decides what it means."""
    own = {value for value in vars(openai._exceptions).values() if isinstance(value, type)}
    errors = {kind for kind in own if issubclass(kind, Exception)} | subclasses(openai.OpenAIError)
    assert {kind.__name__ for kind in errors if kind.__module__.startswith("openai")} <= set(LEAVES)


def test_the_table_names_only_errors_that_exist() -> None:
    """A class that was renamed does not linger in the table."""
    known = {kind.__name__ for kind in subclasses(openai.OpenAIError) | subclasses(httpx2.HTTPError)}
    known |= {kind.__name__ for kind in (httpx2.InvalidURL, ssl.SSLError, anyio.EndOfStream, UnicodeDecodeError, UnicodeError)}
    known |= {ValueError.__name__, RecursionError.__name__}
    known |= {json.JSONDecodeError.__name__, openai.InvalidWebhookSignatureError.__name__}
    # These classes exist only where their module has been imported.
    assert set(LEAVES) - known <= {"MutuallyExclusiveAuthError", "APIRemovedInV1", "MissingDependencyError"}


@pytest.mark.parametrize("kind", sorted(subclasses(httpx2.TransportError), key=lambda kind: kind.__name__))
def test_whatever_breaks_a_connection_has_a_leaf(kind: type[Exception]) -> None:
    """Raised as it is or as the cause of openai's own error, it is a timeout, a break or no connection."""
    request = httpx2.Request("GET", "http://127.0.0.1/")
    wrapped = openai.APIConnectionError(request=request)
    wrapped.__cause__ = kind("gone")
    service = Service("http://127.0.0.1/v1", KEY)
    leaves = {type(translate(error, "m", service)) for error in (kind("gone"), wrapped)}
    assert len(leaves) == 1
    assert leaves <= {Unreachable, TimedOut, ServiceBroken}


@pytest.mark.parametrize(
    ("fault", "leaf"),
    [
        (Fault(status=400), RequestRefused),
        (Fault(status=401), KeyRefused),
        (Fault(status=402), QuotaExhausted),  # how OpenRouter says that the account is empty
        (Fault(status=403), KeyRefused),
        (Fault(status=403, code="model_not_found"), NotThere),  # a project without access to the model
        (Fault(status=404), NotThere),
        (Fault(status=404, html=True), NotThere),
        (Fault(status=403, html=True), NotThere),  # a login page
        (Fault(status=408), TimedOut),
        (Fault(status=409), RequestRefused),
        (Fault(status=413), RequestRefused),
        (Fault(status=418), RequestRefused),  # a status nobody has thought of
        (Fault(status=422), RequestRefused),
        (Fault(status=429), RateLimited),
        (Fault(status=429, code="insufficient_quota"), QuotaExhausted),
        (Fault(status=500), ServiceBroken),
        (Fault(status=502, html=True), ServiceBroken),  # a gateway in front of a service that is down
        (Fault(status=529), ServiceBroken),
        (Fault(status=307, location="/elsewhere"), NotThere),
        (Fault(reset=True), ServiceBroken),
        (Fault(raw=b'{"a'), ServiceBroken),
    ],
)
def test_each_fault_has_its_leaf(fault: Fault, leaf: type[ServiceFailure]) -> None:
    """One sentence with host and model, a hint, and never the key."""
    with Loopback() as loopback:
        service = Service(loopback.url, KEY)
        loopback.enqueue(fault)
        with pytest.raises(ServiceFailure) as caught:
            ask(service)
    assert type(caught.value) is leaf
    message = str(caught.value)
    assert service.host in message
    assert "loop-model" in message
    assert message.endswith(".")
    assert "\n" not in message
    assert "<" not in message
    assert caught.value.hint
    assert KEY not in message + caught.value.hint


def test_the_whole_message() -> None:
    """How a failure reads, the service's own words shortened and without the key."""
    with Loopback() as loopback:
        loopback.enqueue(Fault(status=401, message=f"Incorrect API key provided:\n{KEY}.  Find yours at \x1b[1mhome."))
        with pytest.raises(KeyRefused) as caught:
            ask(Service(loopback.url, KEY))
    host = loopback.url.removeprefix("http://").removesuffix("/v1")
    assert str(caught.value) == (
        f"{host} does not accept the key for loop-model: “Incorrect API key provided: …. Find yours at [1mhome”."
    )
    assert caught.value.hint == "Set OPENAI_API_KEY; `qa status` shows where each setting comes from."


def test_a_web_page_is_said_to_be_one() -> None:
    """An address that serves people gets a clear sentence, not the page."""
    with Loopback() as loopback:
        loopback.enqueue(Fault(html=True), path=MODELS)
        service = Service(loopback.url, KEY)
        with client(service, 10) as calls, pytest.raises(NotThere, match="answers with a web page, not as an OpenAI"):
            payload(calls.models.with_raw_response.list().http_response, "m", service)


@pytest.mark.parametrize("raw", [b"[]", b"nonsense", b"", b'"text"', b"\xff"])
def test_a_reply_that_is_no_object_is_broken(raw: bytes) -> None:
    """JSON of another kind, or none."""
    with Loopback() as loopback:
        loopback.enqueue(Fault(raw=raw), path=MODELS)
        service = Service(loopback.url, KEY)
        with client(service, 10) as calls, pytest.raises(ServiceBroken, match="not a JSON object"):
            payload(calls.models.with_raw_response.list().http_response, "m", service)


@given(st.text(), st.text(), st.from_regex(r"[!-~]{4,40}", fullmatch=True))
def test_a_quote_is_one_short_line_without_the_key(before: str, after: str, key: str) -> None:
    """Whatever a service says: no key, no control character, not long."""
    words = quoted(f"{before}{key}{after} and {key}\n sk-live-0123456789", Service(None, key))
    assert len(words) <= LONGEST_QUOTE + 2
    assert key not in words.replace("sk-…", "")
    assert "0123456789" not in words
    assert not any(unicodedata.category(character)[0] == "C" for character in words)


@pytest.mark.parametrize("words", ["a task-based disk-image", "risk-averse", "ask-sk"])
def test_words_that_only_look_like_a_key_stay(words: str) -> None:
    """ "sk-" inside a word is not the beginning of a key."""
    assert quoted(words, Service(None, KEY)) == f"“{words}”"


def test_the_environment_leads_nothing_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every OPENAI_* variable that the package reads is without effect on where a call goes and what it carries."""
    with Loopback() as loopback, Loopback() as other:
        monkeypatch.setenv("OPENAI_BASE_URL", other.url)
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Leak: secret-1\nAuthorization: Bearer secret-2")
        for name in ("API_KEY", "ADMIN_KEY", "ORG_ID", "PROJECT_ID", "WEBHOOK_SECRET"):
            monkeypatch.setenv(f"OPENAI_{name}", f"secret-{name}")
        ask(Service(loopback.url, KEY))
        assert other.requests == []
        (request,) = loopback.requests
    assert request.path == CHAT
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "secret" not in str(request.headers)
    assert str(client(Service(None, KEY), 10).base_url) == OFFICIAL + "/"


def test_a_redirect_is_not_followed() -> None:
    """A prompt holds the user's documents: it goes to the named host, and the sentence says where it was sent."""
    with Loopback() as loopback, Loopback() as other:
        loopback.enqueue(Fault(status=307, location=other.url + "/chat/completions"))
        with pytest.raises(NotThere, match=f"it leads on to “{other.url}/chat/completions”, which is not followed"):
            ask(Service(loopback.url, KEY), retries=2)
        assert other.requests == []


@pytest.mark.parametrize(
    ("faults", "calls"),
    [
        ([Fault(status=500, retry_after=0.01)] * 2, 3),  # mends itself
        ([Fault(status=429, retry_after=0.01)], 2),
        ([Fault(reset=True)], 2),
    ],
)
def test_what_passes_is_tried_again(faults: list[Fault], calls: int) -> None:
    """Retry-After is kept to, and the answer comes."""
    with Loopback() as loopback:
        loopback.enqueue(*faults, "at last")
        assert ask(Service(loopback.url, KEY), retries=2) == "at last"
        assert len(loopback.requests) == calls


@pytest.mark.parametrize(
    ("fault", "leaf"),
    [
        (Fault(status=429, retry_after=3600), RateLimited),  # nobody waits an hour
        (Fault(status=429, code="insufficient_quota"), QuotaExhausted),  # waiting fills no account
        (Fault(status=401), KeyRefused),
        (Fault(delay=30), TimedOut),  # it was waited for as long as was asked
    ],
)
def test_what_does_not_pass_is_tried_once(fault: Fault, leaf: type[ServiceFailure]) -> None:
    """No second call where it could not help."""
    with Loopback() as loopback:
        loopback.enqueue(fault, "too late")
        with pytest.raises(leaf) as caught:
            ask(Service(loopback.url, KEY), retries=2, timeout=0.5)
        assert len(loopback.requests) == 1
    assert ("3600 s" in caught.value.hint) == (leaf is RateLimited)


@pytest.mark.parametrize(
    "address",
    [
        *(None, "nonsense", "localhost:11434/v1", "http://[bad/v1", "http://127.0.0.1:99999/v1", "ftp://h"),
        *("http://xn--a..b/v1", f"http://{'x' * 70}/v1"),
    ],
)
def test_no_connection(address: str | None) -> None:
    """Nobody listens (None), or the address is none."""
    service = Service(address or closed_port(), KEY)
    with pytest.raises(Unreachable) as caught:
        ask(service)
    assert service.host in str(caught.value)
    assert "JSON" not in str(caught.value)


@pytest.mark.parametrize("key", ["", " ", "sk-a b", "sk-a\n", "schlüssel", "“sk-a”"])
def test_a_key_that_is_none_is_refused_here(key: str) -> None:
    """Nothing is sent with a key that no header can hold."""
    with Loopback() as loopback:
        with pytest.raises(KeyRefused):
            ask(Service(loopback.url, key))
        assert loopback.requests == []


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (None, "api.openai.com"),
        ("http://localhost:11434/v1", "localhost:11434"),
        ("https://user:password@gateway.example/openai/v1", "gateway.example"),
        ("http://[::1]:8080/v1", "[::1]:8080"),
        ("nonsense", "nonsense"),
        ("http://[bad", "http://[bad"),
        ("user:password@nonsense", "nonsense"),
        ("http://a\x07b/v1", "a b"),  # a control character does not reach a terminal
    ],
)
def test_host(address: str | None, host: str) -> None:
    """What messages call the service; neither it nor repr shows a password or a key."""
    service = Service(address, KEY)
    assert service.host == host
    assert repr(service) == f"Service({host})"
    assert KEY not in str([service])
