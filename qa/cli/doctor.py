"""The examination of an index with what only settings know: its embedder, and whether its endpoint answers; changes nothing.

Owns the checks of endpoints, which are called only when asked to, and the fields of `qa doctor`.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from typing import Any

from index.doctor import Examination, Finding, examine, of_failure
from index.embed.choice import open_embedder
from index.embed.embedder import Embedder
from index.errors import Failure, NotThere
from index.service.endpoint import Service
from qa import __version__
from qa.documents.library import chosen_embedder, is_agreed, stored_embedder
from qa.model import endpoint
from qa.model.choice import choose_model
from qa.model.command import is_command, program
from qa.settings.load import NEVER, Settings, Where, load_one
from qa.show import fields, reports
from qa.show.terminal import Screen

TIMEOUT = 10.0
"""Seconds of an endpoint's silence."""

WORD = "Say yes."
"""What a model is asked to see whether it answers."""

NAMED = 5
"""Models named where the one that is set is not there."""


def doctor(online: bool, json: bool, where: Where, screen: Screen) -> int:
    """Say what is wrong with the index and what mends it; 4 if anything is. Changes nothing."""
    settings = load_one(where)  # a service that is asked whether it is there gets no passage
    found = diagnose(settings, online=online)
    if json:
        screen.line(fields.to_json(diagnosis_json(settings, found, online=online)))
    else:
        reports.show_examination(screen, found)
    return 4 if any(finding.wrong for finding in found.findings) else 0


def diagnose(settings: Settings, *, online: bool) -> Examination:
    """All checks; endpoints are called with `online` alone."""
    found = examine(settings.target, _own_embedder(settings, online))
    more = [*_settings(settings), *(_endpoint(settings) if online else _not_asked(settings))]
    return replace(found, findings=(*found.findings, *more))


def diagnosis_json(settings: Settings, found: Examination, *, online: bool) -> dict[str, Any]:
    """The object of `qa doctor --json`: `findings` are wrong and make exit 4, `notes` are only told."""
    return {
        "schema": 1,
        "version": __version__,
        "documents": str(settings.target.root),
        "home": str(settings.target.home),
        "online": online,
        "findings": [_shown(f) for f in found.findings if f.wrong],
        "notes": [_shown(f) for f in found.findings if not f.wrong],
        "sources": [{"source": source, "share": share} for source, share in found.shares.items()],
    }


def _shown(finding: Finding) -> dict[str, Any]:
    return {key: value for key, value in asdict(finding).items() if key != "wrong"} | {"mend": finding.mend or None}


def _own_embedder(settings: Settings, online: bool) -> Callable[[str], Embedder | None]:
    """Opens the index's embedder; one that is a service only with leave to call it."""

    def opened(name: str) -> Embedder | None:
        if not name.startswith("openai"):
            return open_embedder(name, None, offline=True)
        if not online or not is_agreed(settings, name):
            return None
        return open_embedder(name, settings.service, settings.offline)

    return opened


def _settings(settings: Settings) -> Iterator[Finding]:
    """What is said of the settings anyway, such as an embedder that is set and not used."""
    lines = list(settings.notices)
    try:
        if stored_embedder(settings.target):
            chosen_embedder(settings, lines.append)
    except Failure:
        pass  # a finding of the index already
    yield from (Finding("settings", line, wrong=False) for line in lines)


def _not_asked(settings: Settings) -> Iterator[Finding]:
    if is_command(settings.model):
        yield Finding("model", f"{program(settings.model)} has not been tried.", "qa doctor --online", wrong=False)
    elif settings.service is not None:
        message = f"{settings.service.host} has not been asked whether it takes the key."
        yield Finding("endpoint", message, "qa doctor --online", wrong=False)


def _endpoint(settings: Settings) -> Iterator[Finding]:
    """The endpoint answers, takes the key, and has the chat model."""
    own = is_command(settings.model)
    if (settings.service is None and not own) or settings.model == NEVER:
        return
    if settings.offline:
        yield Finding("endpoint", "QA_OFFLINE=1 forbids to call it.", "Unset QA_OFFLINE.", wrong=False)
        return
    try:
        if own:
            yield from _program(settings)
        elif settings.service is not None:
            yield from _model(settings, settings.service)
    except Failure as failure:
        yield of_failure("endpoint", failure)


def _program(settings: Settings) -> Iterator[Finding]:
    """A program that is the model is asked for a word."""
    if model := choose_model(settings, None, TIMEOUT):
        endpoint.whole(model.service, model.name, [{"role": "user", "content": WORD}], TIMEOUT)
        yield Finding("model", f"{model.name} answers.", wrong=False)


def _model(settings: Settings, service: Service) -> Iterator[Finding]:
    """By the list of models, which costs nothing; an endpoint without one is asked for a word."""
    try:
        names = endpoint.models(service, TIMEOUT)
    except NotThere:
        names = []
    model = choose_model(settings, None, TIMEOUT)
    if model and not names:
        endpoint.whole(service, model.name, [{"role": "user", "content": WORD}], TIMEOUT)
    elif model and model.name not in names:
        message = f"{service.host} does not list the model {model.name}. It lists {', '.join(names[:NAMED])}."
        yield Finding("model", message, "Name one with --model NAME or QA_MODEL.")
