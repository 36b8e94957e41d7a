"""The settings of a command, as they stand in the current folder.

Owns the order in which they are found out, and what of a project's `.env` is taken.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import NoDocuments
from index.home import user
from index.service.endpoint import Service
from index.update.target import Target
from qa.errors import UsageFailure
from qa.settings import trust
from qa.settings.configuration import Configuration, configured
from qa.settings.environment import NAMES, Value, all_values, check_values, checked_context, checked_cost, is_yes
from qa.settings.places import cache, path_of, real, target_of
from qa.settings.services import server_of, service_of
from qa.settings.trust import Project

NEVER = "none"
"""As QA_MODEL: no model is ever asked."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a command needs to know. `service` is None where neither a key nor an endpoint is set.

    `sending` is told before texts, or vectors of them, go to a host. `own` tells that the documents are the project's. Where
    places begin with a folder's name, `parts` are the settings of each folder, with its `name`, and the target has no more
    than the home that the answers are kept in. `piped` documents came from standard input, and go when the command ends.
    """

    target: Target
    values: Mapping[str, Value]
    service: Service | None
    notices: tuple[str, ...] = ()
    sending: Callable[[str, str], None] = lambda what, host: None
    own: bool = False
    name: str = ""
    parts: tuple["Settings", ...] = ()
    piped: bool = False

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
        """Whether the local reader may choose what is quoted, and what a search puts first."""
        return self.values["QA_READER"].text != "none"

    @property
    def keeps_history(self) -> bool:
        """Whether questions are kept with their answers, beside the last one."""
        return is_yes(self.values, "QA_HISTORY")

    @property
    def offline(self) -> bool:
        """Whether no connection may be made."""
        return is_yes(self.values, "QA_OFFLINE")


@dataclass(frozen=True, slots=True)
class Where:
    """The documents and the index's folder as they are named on the command line, if they are, from the folder `cwd`.

    Of `seeds` each is a path, or a collection of the user's as @NAME.
    """

    seeds: tuple[str, ...] = ()
    home: str | None = None
    cwd: Path | None = None


def load(where: Where = Where()) -> Settings:
    """Read the settings as they stand in the current folder; raises NoDocuments where no documents are named or found.

    Raises UntrustedSettings where the project's `.env` asks for what the user has not agreed to, ForeignIndex for a home that
    was not made here, WideFolder where the current folder is as good as everything and nothing else is named.
    """
    cwd = where.cwd or _here()
    own = configured()
    if len(where.seeds) > 1 or any(seeds.startswith("@") for seeds in where.seeds):
        return _several(where, own, cwd)
    return _one(where.seeds[0] if where.seeds else None, where.home, own, cwd)


def load_one(where: Where) -> Settings:
    """The same for what looks at one folder at a time; UsageFailure for several."""
    settings = load(where)
    if len(settings.parts) > 1:
        names = ", ".join(part.name for part in settings.parts)
        raise UsageFailure(f"This takes one folder at a time, and these are several: {names}.", "Name one with --seeds PATH.")
    return settings.parts[0] if settings.parts else settings


def desk(where: Where) -> Path:
    """The folder that the user works in: the project's, or else the current one."""
    cwd = where.cwd or _here()
    return _project_folder(cwd) or cwd


def _several(where: Where, own: Configuration, cwd: Path) -> Settings:
    """The settings of each folder that is named, and of all of them together."""
    paths = _named(where, own, cwd)
    parts = [replace(_one(str(path), None, own, cwd), name=name) for name, path in paths.items()]
    named = [part.values["QA_HOME"].origin for part in parts]
    if where.home or "environment" in named:
        raise UsageFailure("Each of several folders has an index of its own, and --home or QA_HOME names one for all.")
    roots = [str(part.target.root) for part in parts]
    home = cache(f"several-{len(roots)}", user.seal("several", *[text for pair in paths.items() for text in map(str, pair)]))
    notices = tuple(dict.fromkeys(line for part in parts for line in part.notices))
    return replace(parts[0], target=Target(home, home), notices=notices, own=False, name="", parts=tuple(parts))


def _named(where: Where, own: Configuration, cwd: Path) -> dict[str, Path]:
    """Each folder or file that is named, by the name that its places begin with; one within another is read there."""
    found = dict[str, Path]()
    for seeds in where.seeds:
        name = seeds.removeprefix("@") if seeds.startswith("@") else ""
        paths = [real(cwd / os.path.expanduser(text)) for text in (own.paths(name) if name else [seeds])]
        for path in paths:
            if name and not path.exists():
                mends = f"`qa folders remove {name}` forgets it; `qa folders add {name} PATH` then makes it anew."
                raise NoDocuments(f"A folder of the collection @{name} is not there: {path}.", mends).hiding(path)
            base = path.stem if path.is_file() else path.name or "root"
            wanted = base if not name else name if len(paths) == 1 else f"{name}.{base}"
            if path not in found.values():
                found[next(n for n in (wanted, *(f"{wanted}-{i}" for i in range(2, 1000))) if n not in found)] = path
    return {n: path for n, path in found.items() if not any(other in path.parents for other in found.values())}


def _one(seeds: str | None, home: str | None, own: Configuration, cwd: Path) -> Settings:
    """The settings of one folder or file."""
    project = _project(cwd)
    options = {"QA_SEEDS": seeds, "QA_HOME": home}
    values, notices, asked = _taken(options, project, own.settings, cwd)
    if project and not project.agreed(asked):
        raise project.not_agreed()
    check_values(values)
    if values["QA_MODEL"].origin == ".env" and values["QA_MODEL"].text.strip().casefold().startswith("cmd:"):
        raise UsageFailure(
            "QA_MODEL in the .env here would run a program, which no file of a project may choose.",
            "Delete that line; set QA_MODEL in your environment, or name the program with --model.",
        )
    service, more = service_of(values)
    target, own_documents, told = target_of(values, project.folder if project else None, cwd)
    notices += more + told
    if values["QA_CHROMA"].text:
        server, more = server_of(values, target.root)
        target, notices = replace(target, server=server), notices + more
    return Settings(target, values, service, notices, own=own_documents)


def asking() -> Project | None:
    """The project of the current folder, if its `.env` asks for anything that needs the user's word."""
    project = _project(_here())
    return project if project and project.asks else None


def _taken(
    options: Mapping[str, str | None], project: Project | None, own: Mapping[str, str], cwd: Path
) -> tuple[dict[str, Value], tuple[str, ...], dict[str, str]]:
    """The settings, what is said of them, and what of the `.env` that is taken needs the user's word."""
    values = all_values(options, project.values if project else {}, own)
    if project is None:
        return values, (), {}
    asked = {name: what for name, what in project.asked.items() if values[name].origin == ".env"}
    if not _elsewhere(values["QA_SEEDS"], project.folder, cwd):
        return values, (), asked
    left = {*project.asked, "QA_HOME"}
    values = all_values(options, {name: text for name, text in project.values.items() if name not in left}, own)
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
    folder = _project_folder(cwd)
    return trust.read(folder, NAMES) if folder else None


def _project_folder(cwd: Path) -> Path | None:
    return next((p for p in (cwd, *cwd.parents) if (p / ".qa").is_dir() or (p / "seeds").is_dir()), None)
