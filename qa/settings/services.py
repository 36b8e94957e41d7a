"""Which endpoints may be called: the model's, and the Chroma server's, each with its own key."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from index.service.endpoint import Service, without_secrets
from index.vectors.api import Server
from qa.errors import UsageFailure
from qa.settings.environment import Value, is_yes

PLACEHOLDER_KEY = "none"
"""Given to an endpoint that needs no key; openai's client wants one."""


def service_of(values: Mapping[str, Value]) -> tuple[Service | None, tuple[str, ...]]:
    """The endpoint with its key; one that `.env` names gets only a key from that file, never the user's own."""
    key, url = values["OPENAI_API_KEY"], values["OPENAI_BASE_URL"]
    if not key.text and not url.text:
        return None, ()
    if url.origin == ".env" and key.text and key.origin != ".env":
        notice = "The endpoint comes from .env, so the key from the environment is not sent to it; put its key into .env too."
        return Service(url.text, PLACEHOLDER_KEY), (notice,)
    return Service(url.text or None, key.text or PLACEHOLDER_KEY), ()


def server_of(values: Mapping[str, Value], root: Path) -> tuple[Server, tuple[str, ...]]:
    """The Chroma server with its token; one that `.env` names gets only a token from that file, as a model's endpoint."""
    url, token = values["QA_CHROMA"], values["QA_CHROMA_TOKEN"]
    try:
        parts = urlsplit(url.text)
        known = parts.scheme in ("http", "https") and bool((parts.hostname or "").encode("idna")) and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise UsageFailure(
            f"QA_CHROMA is “{without_secrets(url.text)}”, not the address of a server.", "Like this: http://localhost:8000"
        )
    foreign = url.origin == ".env" and bool(token.text) and token.origin != ".env"
    notice = "The Chroma server comes from .env, so the environment's token is not sent to it; put its own into .env."
    name = root.parent.name if root.name == "seeds" else root.stem
    server = Server(
        url.text,
        values["QA_COLLECTION"].text or name or "qa",
        "" if foreign else token.text,
        values["QA_CHROMA_TENANT"].text or "default_tenant",
        values["QA_CHROMA_DATABASE"].text or "default_database",
        reachable=not is_yes(values, "QA_OFFLINE"),
    )
    return server, (notice,) if foreign else ()
