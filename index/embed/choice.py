"""Which embedder a name means: `static`, `minilm`, `e5`, or any OpenAI-compatible service.

Knows nothing of how any of them works.
"""

from pathlib import Path

from index.embed import e5, minilm, static
from index.embed.e5 import E5
from index.embed.embedder import DEFAULT_OPENAI, PATIENCE, Embedder
from index.embed.minilm import MiniLM, has_minilm
from index.embed.static import Static
from index.errors import EmbedderMissing
from index.service.endpoint import Service

LOCAL = ("static", "minilm", "e5")
"""Those that run on this machine."""

NAMES = f"{', '.join(LOCAL)}, openai or openai:MODEL"


def open_embedder(name: str, service: Service | None, offline: bool = False, patience: float = PATIENCE) -> Embedder:
    """The embedder of that name; EmbedderMissing if it is unknown, not there, or must not be called.

    Loads nothing heavy and calls nobody, but for minilm's files, which are fetched when they are not there.
    """
    kind, _, model = full_name(name).partition(":")
    if name == "static":
        return Static()
    if name == "minilm":
        return MiniLM(offline)
    if name == "e5":
        return E5()
    if kind != "openai" or not model:
        raise EmbedderMissing(f"There is no embedder “{name}”.", f"Name {NAMES}.")
    if offline:
        raise EmbedderMissing(f"QA_OFFLINE forbids to call the embedder {name}.", "Unset it, or name static.")
    if service is None:
        raise EmbedderMissing(f"The embedder {name} needs a service.", "Set OPENAI_API_KEY or OPENAI_BASE_URL.")
    from index.embed.remote import OpenAI  # with all that calls a service, which most questions do without

    return OpenAI(service, model, patience)


def weights(name: str) -> Path | None:
    """Where the weights of an embedder on this machine are; None where they are not, and of a service."""
    try:
        return {"static": static.weights, "minilm": minilm.weights, "e5": e5.weights}.get(name, lambda: None)()
    except EmbedderMissing:
        return None


def full_name(name: str) -> str:
    """The name that such an embedder has: "openai" alone means a certain model."""
    return f"openai:{DEFAULT_OPENAI}" if name == "openai" else name


def local_best() -> str:
    """ "minilm" if its files are there, else "static"; fetches and imports nothing."""
    return "minilm" if has_minilm() else "static"
