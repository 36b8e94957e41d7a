"""`qa status`: how the index stands against the files, and which endpoints may be called; changes nothing."""

from typing import Any

from index.catalog.catalog import Catalog
from index.catalog.rows import Counts
from index.embed.choice import weights
from index.service.endpoint import without_secrets
from index.update.look import look, stale
from qa import __version__
from qa.model import endpoint
from qa.model.command import PREFIX, is_command, program
from qa.saved.calibration import kept_rates
from qa.settings.load import NEVER, Settings, Where, load_one
from qa.show import fields, reports
from qa.show.terminal import Screen

_SECRETS = ("OPENAI_API_KEY", "QA_CHROMA_TOKEN")


def status(json: bool, where: Where, screen: Screen) -> int:
    """Show what is indexed and how true it is to the files; changes nothing."""
    settings = load_one(where)
    standing = _standing(settings)
    if json:
        screen.line(fields.to_json(standing))
    else:
        reports.show_status(screen, standing)
    return 0


def _standing(settings: Settings) -> dict[str, Any]:
    """The state as `--json` shows it; `pending` names the sources that changed since they were indexed."""
    target = settings.target
    found = look(target)
    counts, embedder, name = Counts(0, 0, 0, 0), "", ""
    pending = [f.source for f in found if not f.left_out]
    left_out = [(f.source, f.left_out) for f in found if f.left_out]
    if target.indexed:
        with Catalog(target.home) as catalog:
            target.owned(catalog)
            counts, name = catalog.counts(), catalog.meta("embedder")
            embedder = catalog.meta("collection") or name
            pending, at_last_run = stale(found, catalog), dict(catalog.left_out())
            left_out = [(f.source, why) for f in found if (why := f.left_out or at_last_run.get(f.source, ""))]
    return {
        "schema": 1,
        "version": __version__,
        "documents": str(target.root),
        "home": str(target.home),
        "embedder": embedder or f"none yet ({settings.embedder})",
        "weights": str(path) if (path := weights(name)) else None,
        "sources": counts.sources,
        "passages": counts.passages,
        "owed": counts.owed,
        "pending": pending,
        "left_out": [{"source": source, "reason": reason} for source, reason in left_out],
        "endpoints": _endpoints(settings, embedder),
        "calibrated": kept_rates(target.home) if target.indexed else None,
        "settings": [
            {"name": name, "value": _shown(name, value.text or _default(name, settings)), "origin": value.origin}
            for name, value in settings.values.items()
        ],
    }


def _endpoints(settings: Settings, embedder: str) -> list[str]:
    """The hosts that a command may call as things are set."""
    embeds = (embedder or settings.embedder).startswith("openai")
    called = [] if settings.target.server is None else [settings.target.server.host]
    if is_command(settings.model):
        called.append(f"the program {program(settings.model).removeprefix(PREFIX)}")
    elif settings.service is not None and (settings.model != NEVER or embeds):
        called.append(settings.service.host)
    return [] if settings.offline else called


def _default(name: str, settings: Settings) -> str:
    """The chat model that is asked where none is set; another endpoint is asked for its own."""
    return endpoint.DEFAULT_MODEL if name == "QA_MODEL" and not settings.values["OPENAI_BASE_URL"].text else ""


def _shown(name: str, value: str) -> str:
    """A setting's value without keys and passwords."""
    if name in _SECRETS:
        return _masked(value)
    return without_secrets(value)


def _masked(key: str) -> str:
    return f"…{key[-4:]}" if len(key) > 12 else "…" if key else ""
