"""The settings of a command, as they stand in the current folder.

Owns the order in which they are found out, and what of a project's `.env` is taken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import NoDocuments
from index.service.endpoint import Service
from index.update.target import Target
from qa.settings import trust
from qa.settings.environment import NAMES, Value, all_values, check_values, checked_context, checked_cost, is_yes
from qa.settings.places import path_of, target_of
from qa.settings.services import server_of, service_of
from qa.settings.trust import Project

NEVER = "none"
"""As QA_MODEL: no model is ever asked."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a command needs to know. `service` is None where neither a key nor an endpoint is set.

    `sending` is told before texts, or vectors of them, go to a host.
    """

    target: Target
    values: Mapping[str, Value]
    service: Service | None
    notices: tuple[str, ...] = ()
    sending: Callable[[str, str], None] = lambda what, host: None

    @property
    def embedder(self) -> str:
        """The embedder's name as set, "auto" by default."""
        return self.values["QA_EMBEDDER"].text

    @property
    def model(self) -> str:
        """The chat model's name as set, "" if it is not."""
        return self.values["QA_MODEL"].text

    @property
    def context(self) -> int | None:
        """So many tokens of passages are sent to a model at most; None if it is not set."""
        return checked_context(self.values["QA_CONTEXT"].text)

    @property
    def max_cost(self) -> float:
        """Dollars that a question may spend on embeddings."""
        return checked_cost("QA_MAX_COST", self.values["QA_MAX_COST"].text)

    @property
    def reader(self) -> bool:
        """Whether the local reader may choose what is quoted."""
        return self.values["QA_READER"].text != "none"

    @property
    def offline(self) -> bool:
        """Whether no connection may be made."""
        return is_yes(self.values, "QA_OFFLINE")


@dataclass(frozen=True, slots=True)
class Where:
    """The documents and the index's folder as they are named on the command line, if they are."""

    seeds: str | None = None
    home: str | None = None

    @property
    def options(self) -> dict[str, str | None]:
        """By the settings that they take the place of."""
        return {"QA_SEEDS": self.seeds, "QA_HOME": self.home}


def load(where: Where = Where(), *, cwd: Path | None = None) -> Settings:
    """Read the settings as they stand in `cwd`; raises NoDocuments where no documents are named or found.

    Raises UntrustedSettings where the project's `.env` asks for what the user has not agreed to, ForeignIndex for a home that
    was not made here.
    """
    cwd = cwd or _here()
    project = _project(cwd)
    values, notices, asked = _taken(where.options, project, cwd)
    if project and not project.agreed(asked):
        raise project.not_agreed()
    check_values(values)
    service, more = service_of(values)
    target, told = target_of(values, project.folder if project else None, cwd)
    notices += more + told
    if values["QA_CHROMA"].text:
        server, more = server_of(values, target.root)
        target, notices = replace(target, server=server), notices + more
    return Settings(target, values, service, notices)


def asking() -> Project | None:
    """The project of the current folder, if its `.env` asks for anything that needs the user's word."""
    project = _project(_here())
    return project if project and project.asks else None


def _taken(
    options: Mapping[str, str | None], project: Project | None, cwd: Path
) -> tuple[dict[str, Value], tuple[str, ...], dict[str, str]]:
    """The settings, what is said of them, and what of the `.env` that is taken needs the user's word."""
    values = all_values(options, project.values if project else {})
    if project is None:
        return values, (), {}
    asked = {name: what for name, what in project.asked.items() if values[name].origin == ".env"}
    if not _elsewhere(values["QA_SEEDS"], project.folder, cwd):
        return values, (), asked
    left = {*project.asked, "QA_HOME"}
    values = all_values(options, {name: text for name, text in project.values.items() if name not in left})
    told = (f"{', '.join(sorted(asked))} of the .env here are not used for documents elsewhere.",) if asked else ()
    return values, told, {}


def _elsewhere(seeds: Value, project: Path, cwd: Path) -> bool:
    """Whether the documents are none of the project's: the user has named others, or `seeds/` is a link that leads away."""
    if seeds.origin == ".env":
        return False
    named = path_of(seeds, project, cwd) if seeds.text else project / "seeds"
    return trust.outside(named, project)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise NoDocuments("The current folder is not there any more.", "Go to another one.") from error


def _project(cwd: Path) -> Project | None:
    """The nearest folder upward that holds `.qa/` or `seeds/`, with its `.env`."""
    folder = next((p for p in (cwd, *cwd.parents) if (p / ".qa").is_dir() or (p / "seeds").is_dir()), None)
    return trust.read(folder, NAMES) if folder else None
