"""Settings: options, then the environment, then the project's `.env`; an empty value is an unset one.

The only reader of the environment. Decides where documents and index are (see the README, "Where things are").
"""

import os
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

from index.errors import HomeNotWritable, NoDocuments
from index.home import claim, user
from index.home.claim import ELSEWHERE
from index.service.client import Service, without_secrets
from index.update.run import Target
from index.vectors.server import Server
from qa.errors import UsageFailure
from qa.settings import trust
from qa.settings.trust import Project

NAMES = {
    "QA_SEEDS": "",
    "QA_HOME": "",
    "QA_EMBEDDER": "auto",
    "QA_MODEL": "",
    "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": "",
    "QA_CONTEXT": "",
    "QA_CHROMA": "",
    "QA_CHROMA_TOKEN": "",
    "QA_CHROMA_TENANT": "",
    "QA_CHROMA_DATABASE": "",
    "QA_COLLECTION": "",
    "QA_MAX_COST": "0.10",
    "QA_FOLLOW": "",
    "QA_OCR": "",
    "QA_OFFLINE": "",
}
"""Every setting with its default."""

PLACEHOLDER_KEY = "none"
"""Given to an endpoint that needs no key; openai's client wants one."""

SMALLEST_CONTEXT = 500
"""Tokens of passages; fewer are no context."""

_HALF = re.compile("[\ud800-\udfff]")

NEVER = "none"
"""As QA_MODEL: no model is ever asked."""


@dataclass(frozen=True, slots=True)
class Value:
    """One setting with where it comes from: "option", "environment", ".env" or "default"."""

    text: str
    origin: str


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
        return _checked_context(self.values["QA_CONTEXT"].text)

    @property
    def max_cost(self) -> float:
        """Dollars that a question may spend on embeddings."""
        return checked_cost("QA_MAX_COST", self.values["QA_MAX_COST"].text)

    @property
    def offline(self) -> bool:
        """Whether no connection may be made."""
        return _yes(self.values, "QA_OFFLINE")


def load(seeds: str | None = None, home: str | None = None, *, cwd: Path | None = None) -> Settings:
    """Read the settings as they stand in `cwd`; raises NoDocuments where no documents are named or found.

    Raises UntrustedSettings where the project's `.env` asks for what the user has not agreed to, ForeignIndex for a home that
    was not made here.
    """
    cwd = cwd or _here()
    project = _project(cwd)
    values, notices, asked = _taken({"QA_SEEDS": seeds, "QA_HOME": home}, project, cwd)
    if project and not project.agreed(asked):
        raise project.not_agreed()
    _check(values)
    service, more = _service(values)
    target, told = _target(values, project.folder if project else None, cwd)
    notices += more + told
    if values["QA_CHROMA"].text:
        server, more = _server(values, target.root)
        target, notices = replace(target, server=server), notices + more
    return Settings(target, values, service, notices)


def asking(seeds: str | None = None, home: str | None = None) -> Project | None:
    """The project of the current folder, if its `.env` asks for anything that needs the user's word."""
    project = _project(_here())
    return project if project and project.asks else None


def _taken(
    options: Mapping[str, str | None], project: Project | None, cwd: Path
) -> tuple[dict[str, Value], tuple[str, ...], dict[str, str]]:
    """The settings, what is said of them, and what of the `.env` that is taken needs the user's word."""
    values = _values(options, project.values if project else {})
    if project is None:
        return values, (), {}
    asked = {name: what for name, what in project.asked.items() if values[name].origin == ".env"}
    if not _elsewhere(values["QA_SEEDS"], project.folder, cwd):
        return values, (), asked
    left = {*project.asked, "QA_HOME"}
    values = _values(options, {name: text for name, text in project.values.items() if name not in left})
    told = (f"{', '.join(sorted(asked))} of the .env here are not used for documents elsewhere.",) if asked else ()
    return values, told, {}


def _elsewhere(seeds: Value, project: Path, cwd: Path) -> bool:
    """Whether the documents are none of the project's: the user has named others, or `seeds/` is a link that leads away."""
    if seeds.origin == ".env":
        return False
    named = _path(seeds, project, cwd) if seeds.text else project / "seeds"
    return trust.outside(named, project)


def _check(values: Mapping[str, Value]) -> None:
    """Raise UsageFailure for what no setting can be."""
    for name, value in values.items():
        if name not in ("QA_SEEDS", "QA_HOME"):  # of which `_target` says more
            check_text(name, value.text)
    check_embedder(values["QA_EMBEDDER"].text)
    _yes(values, "QA_OFFLINE")  # a word about connections that is not understood must not pass for no
    _checked_context(values["QA_CONTEXT"].text)
    checked_cost("QA_MAX_COST", values["QA_MAX_COST"].text)


def check_text(name: str, text: str) -> None:
    """Raise UsageFailure for bytes that are no text; Python takes them from the shell as halves of characters."""
    if _HALF.search(text):
        raise UsageFailure(f"{name} is “{text}”, which is not valid UTF-8.")


def check_embedder(name: str) -> None:
    """Raise UsageFailure for a name that no embedder has."""
    if name not in ("auto", "static", "minilm", "openai") and not re.fullmatch("openai:[^\ud800-\udfff]+", name):
        raise UsageFailure(f"There is no embedder “{name}”.", "Name auto, static, minilm, openai or openai:MODEL.")


def _checked_context(text: str) -> int | None:
    """A number of tokens, None for ""; UsageFailure for anything else."""
    if text and not (re.fullmatch("[0-9]{1,9}", text) and int(text) >= SMALLEST_CONTEXT):
        raise UsageFailure(f"QA_CONTEXT is “{text}”, not a number of tokens from {SMALLEST_CONTEXT}.")
    return int(text) if text else None


def checked_cost(name: str, text: str) -> float:
    """An amount of dollars; UsageFailure for anything else."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?|\.[0-9]+", text):
        raise UsageFailure(f"{name} is “{text}”, not an amount of dollars such as 0.10.")
    return float(text)


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise NoDocuments("The current folder is not there any more.", "Go to another one.") from error


def _project(cwd: Path) -> Project | None:
    """The nearest folder upward that holds `.qa/` or `seeds/`, with its `.env`."""
    folder = next((p for p in (cwd, *cwd.parents) if (p / ".qa").is_dir() or (p / "seeds").is_dir()), None)
    return trust.read(folder, NAMES) if folder else None


def _values(options: Mapping[str, str | None], file: Mapping[str, str | None]) -> dict[str, Value]:
    values = {}
    for name, default in NAMES.items():
        given = ((options.get(name), "option"), (os.environ.get(name), "environment"), (file.get(name), ".env"))
        values[name] = next((Value(text, origin) for text, origin in given if text), Value(default, "default"))
    return values


def _yes(values: Mapping[str, Value], name: str) -> bool:
    """Whether a setting says yes; UsageFailure where it says neither that nor no."""
    text = values[name].text.casefold()
    if text not in ("", "0", "false", "no", "off", "1", "true", "yes", "on"):
        raise UsageFailure(
            f"{name} is “{values[name].text}”, neither 1 nor 0.", "`qa status` shows where each setting comes from."
        )
    return text in ("1", "true", "yes", "on")


def _target(values: Mapping[str, Value], project: Path | None, cwd: Path) -> tuple[Target, tuple[str, ...]]:
    root = _documents(values["QA_SEEDS"], project, cwd)
    seeds = project is not None and root == (project / "seeds").resolve() and not trust.outside(root, project)
    own = seeds or values["QA_SEEDS"].origin == ".env"
    notices: tuple[str, ...] = ()
    if values["QA_HOME"].text:
        home = _checked_home(_path(values["QA_HOME"], project, cwd))
        if values["QA_HOME"].origin != ".env" and home.is_symlink():
            home = _real(home)  # the user's own, by name
    else:
        home = project / ".qa" if own and project is not None else _cache(root)
    reason = claim.refused(home)
    if reason and not values["QA_HOME"].text and own:
        home, unused = _cache(root), home
        notices = (claim.set_aside(unused, reason, home),)
        reason = claim.refused(home)
    for path in (root, home):
        if _HALF.search(str(path)):  # SQLite and Chroma take no such path
            hint = "Rename it, or name others with --seeds PATH and --home DIR."
            raise NoDocuments(f"The name of {path} is not valid UTF-8.", hint).hiding(path)
    if reason:
        raise claim.foreign(home, reason)
    movable = project is not None and all(_real(path).is_relative_to(_real(project)) for path in (root, home))
    return Target(root, home, movable, follow=_yes(values, "QA_FOLLOW"), ocr=_yes(values, "QA_OCR")), notices


def _documents(setting: Value, project: Path | None, cwd: Path) -> Path:
    if setting.text:
        root = _real(_path(setting, project, cwd))
        if not os.path.exists(root):
            raise NoDocuments(
                f"There are no documents at {root}.", "Name a folder or a file with --seeds PATH or QA_SEEDS."
            ).hiding(root)
        return root
    if project is not None and (project / "seeds").is_dir():
        root = (project / "seeds").resolve()
        if root.is_relative_to(_real(project)) and trust.outside(root, project):
            raise NoDocuments("seeds/ is a link to what is hidden here.", "Name documents with --seeds PATH.")
        return root
    raise NoDocuments(
        "There are no documents: no folder seeds/ here or above, and none is named.",
        "Name a folder or a file with --seeds PATH, or set QA_SEEDS.",
    )


def _path(setting: Value, project: Path | None, cwd: Path) -> Path:
    """Relative paths count from the current folder, those in `.env` from the file's."""
    start = project if setting.origin == ".env" and project is not None else cwd
    return start / os.path.expanduser(setting.text)


def _real(path: Path) -> Path:
    """The path without links; as far as it can be followed."""
    return Path(os.path.realpath(path))


def _checked_home(home: Path) -> Path:
    """The folder, which may not be there yet; HomeNotWritable where there can be none, such as for the length of its name."""
    try:
        os.stat(home)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise HomeNotWritable(f"The index's folder {home} cannot be read: {error.strerror}.", ELSEWHERE).hiding(home) from error
    return home


def _cache(root: Path) -> Path:
    """A folder in the user's cache for documents that are not the project's own; another one for another key of the user."""
    from platformdirs import user_cache_path

    return user_cache_path("qa") / f"{root.name}-{user.seal('cache', str(root))[:16]}"


def _service(values: Mapping[str, Value]) -> tuple[Service | None, tuple[str, ...]]:
    """The endpoint with its key; one that `.env` names gets only a key from that file, never the user's own."""
    key, url = values["OPENAI_API_KEY"], values["OPENAI_BASE_URL"]
    if not key.text and not url.text:
        return None, ()
    if url.origin == ".env" and key.text and key.origin != ".env":
        notice = "The endpoint comes from .env, so the key from the environment is not sent to it; put its key into .env too."
        return Service(url.text, PLACEHOLDER_KEY), (notice,)
    return Service(url.text or None, key.text or PLACEHOLDER_KEY), ()


def _server(values: Mapping[str, Value], root: Path) -> tuple[Server, tuple[str, ...]]:
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
        reachable=not _yes(values, "QA_OFFLINE"),
    )
    return server, (notice,) if foreign else ()


def color_forbidden() -> bool:
    """Whether the user's environment asks for no colour anywhere (no-color.org), or the terminal has none."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def has_links() -> bool:
    """Whether the terminal is one of those that show links (OSC 8); others may print them as signs."""
    names = ("VTE_VERSION", "KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR")
    program, term = os.environ.get("TERM_PROGRAM", ""), os.environ.get("TERM", "")
    known = program in ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby") or term.startswith(("foot", "alacritty"))
    return known or any(os.environ.get(name) for name in names)


def pager() -> list[str]:
    """The command that the user pages long texts with, as $PAGER says; [] if it says none."""
    try:
        return shlex.split(os.environ.get("PAGER", ""))
    except ValueError:
        return []


def debugging() -> bool:
    """Whether QA_DEBUG=1 asks for the traceback of a bug."""
    return os.environ.get("QA_DEBUG") == "1"
