"""Which model is asked, and where.

Owns that choice from the settings and options; knows nothing of questions or answers.
"""

import difflib
from dataclasses import dataclass

from index.errors import NotThere, ServiceFailure
from index.service import Service
from qa import llm
from qa.config import NEVER, Settings
from qa.errors import NoKey, NoModel


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
    if wanted == NEVER or (name is None and (settings.service is None or settings.offline)):
        return None
    if settings.service is None:
        raise NoKey(f"There is no key to ask {name} with.", "Set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint.")
    if settings.offline:
        raise NoKey("QA_OFFLINE=1 forbids to ask a model.", "Unset QA_OFFLINE, or ask with --no-llm.")
    if not wanted and settings.values["OPENAI_BASE_URL"].text:
        wanted = _only_model(settings.service, timeout)
    return Model(settings.service, wanted or llm.DEFAULT_MODEL, timeout)


def with_near_names(failure: NotThere, model: Model) -> NotThere:
    """The failure with names like the model's that the service lists, if it lists any."""
    try:
        names = llm.models(model.service, model.timeout)
    except ServiceFailure:
        return failure
    near = difflib.get_close_matches(model.name, names, n=3, cutoff=0.4)
    listed = f"It serves {', '.join(near or names[:5])}. " if names else ""
    return NotThere(str(failure), listed + failure.hint).hiding(model.service.host)


def _only_model(service: Service, timeout: float) -> str:
    names = llm.models(service, timeout)
    if len(names) == 1:
        return names[0]
    listed = f"serves {', '.join(names[:10])}" if names else "lists no model"
    raise NoModel(f"No model is named, and {service.host} {listed}.", "Name one with --model NAME or QA_MODEL.").hiding(
        service.host
    )
