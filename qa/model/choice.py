"""Which model is asked, where, and how much it is given.

Owns that choice from the settings and options; knows nothing of questions or answers.
"""

import difflib
from dataclasses import dataclass
from functools import partial

from index.errors import NotThere, PromptTooLong, ServiceFailure
from index.service.endpoint import Service
from qa.errors import NoKey, NoModel
from qa.model import endpoint
from qa.model.command import PREFIX, is_command, program
from qa.model.prices import window
from qa.settings.environment import SMALLEST_CONTEXT
from qa.settings.load import NEVER, Settings

CONTEXT, CONTEXT_ELSEWHERE = 16_000, 3_000
"""Tokens of passages by default: the current models take far more, which would cost; one of which nothing is known may be set
to 4,096 in all."""

SHARE = 0.5
"""Of a model's window; the rest is for the instructions, the question, thoughts and the reply."""


@dataclass(frozen=True, slots=True)
class Model:
    """A chat model to ask; `timeout` in seconds."""

    service: Service
    name: str
    timeout: float


def choose_model(settings: Settings, name: str | None, timeout: float) -> Model | None:
    """The model to ask: the one that is named (by an option, or set), else the endpoint's own; None where none is to be.

    Raises NoKey where one is named by an option without key and endpoint, NoModel where the endpoint has none or several.
    """
    wanted = name or settings.model
    if is_command(wanted):
        return _program(settings, wanted, named=name is not None, timeout=timeout)
    if wanted == NEVER or (name is None and (settings.service is None or settings.offline)):
        return None
    if settings.service is None:
        raise NoKey(f"There is no key to ask {name} with.", "Set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint.")
    if settings.offline:
        raise NoKey("QA_OFFLINE=1 forbids to ask a model.", "Unset QA_OFFLINE, or ask with --no-llm.")
    if not wanted and settings.values["OPENAI_BASE_URL"].text:
        wanted = _only_model(settings.service, timeout)
    return Model(settings.service, wanted or endpoint.DEFAULT_MODEL, timeout)


def _program(settings: Settings, wanted: str, *, named: bool, timeout: float) -> Model | None:
    """A program as the model; none where no connection may be made, which it would make."""
    if settings.offline and named:
        raise NoKey("QA_OFFLINE=1 forbids to ask a model.", "Unset QA_OFFLINE, or ask with --no-llm.")
    if settings.offline:
        return None
    name = program(wanted)
    sending = partial(settings.sending, "Passages of", f"the program {name.removeprefix(PREFIX)}")
    return Model(Service(wanted, "none", sending=sending), name, timeout)


def budget(settings: Settings, model: Model) -> int:
    """Tokens of passages that a model is given at most: as set, else what its window leaves, else what any takes there."""
    if settings.context is not None:
        return settings.context
    known = window(model.service, model.name)
    if known is None:
        return CONTEXT_ELSEWHERE if model.service.base_url and not is_command(model.name) else CONTEXT
    return max(SMALLEST_CONTEXT, min(CONTEXT, int(known * SHARE)))


def with_near_names(failure: ServiceFailure, model: Model) -> ServiceFailure:
    """The failure with names like the model's that the service lists, if it is the name that it does not know."""
    unknown = isinstance(failure, NotThere) or "model" in str(failure).replace(model.name, "")
    if isinstance(failure, PromptTooLong) or not unknown:
        return failure
    try:
        names = endpoint.models(model.service, model.timeout)
    except ServiceFailure:
        return failure
    if not names or model.name in names:
        return failure
    near = difflib.get_close_matches(model.name, names, n=3, cutoff=0.4)
    hint = f"It serves {', '.join(near or names[:5])}. {failure.hint}"
    return type(failure)(str(failure), hint).hiding(model.service.host)


def _only_model(service: Service, timeout: float) -> str:
    names = endpoint.models(service, timeout)
    if len(names) == 1:
        return names[0]
    listed = f"serves {', '.join(names[:10])}" if names else "lists no model"
    raise NoModel(f"No model is named, and {service.host} {listed}.", "Name one with --model NAME or QA_MODEL.").hiding(
        service.host
    )
