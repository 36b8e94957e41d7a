"""A project's `.env`, which may have come with somebody else's files: what of it may be taken, and what needs the user's word.

It may choose models and numbers. What sends anything anywhere, leads out of the project or spends more is taken only when the
user has agreed to it, for this folder and this content. Owns that table; knows nothing of other settings.
"""

import hashlib
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.home import user
from index.service import Service
from qa.errors import UntrustedSettings, UsageFailure

LARGEST = 1_000_000
"""Bytes of a `.env`."""


@dataclass(frozen=True, slots=True)
class Dotenv:
    """A `.env` as it is now: its values, and what the user agrees to with it."""

    project: Path
    values: Mapping[str, str | None]
    agreement: tuple[str, ...]

    def asks(self, name: str, default: str) -> str:
        """What one of its settings would do that needs the user's word, as "send … to HOST"; "" for nothing."""
        text = self.values.get(name) or ""
        return _ASKS[name](text, self.project, default) if text and name in _ASKS else ""


def read(project: Path) -> Dotenv | None:
    """The `.env` of a project; UsageFailure for one that cannot be read."""
    path = project / ".env"
    if not path.is_file():
        return None
    from dotenv import dotenv_values

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        if len(data) > LARGEST:
            raise OSError(0, f"larger than {LARGEST // 1_000_000} MB")
        values = dotenv_values(stream=io.StringIO(data.decode("utf-8")), interpolate=False)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFailure(f"The settings in .env cannot be read: {error}.").hiding(project) from error
    return Dotenv(project, values, ("env", os.path.realpath(project), hashlib.sha256(data).hexdigest()))


def agreed(file: Dotenv) -> bool:
    """Whether the user has agreed to it as it is now."""
    return user.has_agreed(*file.agreement)


def not_agreed(file: Dotenv, asks: Mapping[str, str]) -> UntrustedSettings:
    """The failure of a file that asks for this."""
    what = "; ".join(asks.values())
    message = f"The .env of {file.project} would {what}. You have not agreed to that."
    failure = UntrustedSettings(message, "`qa trust` takes it as it is now; or delete those lines.", file.agreement)
    values = [file.values.get(name) or "" for name in asks]
    hosts, paths = [Service(text, "").host for text in values], [_real(text, file.project) for text in values]
    failure.hiding(*values, *hosts, *paths, file.project)
    return failure


def _real(text: str, project: Path) -> str:
    """Where a path of a `.env` leads."""
    return os.path.realpath(project / os.path.expanduser(text))


def _elsewhere(what: str) -> Callable[[str, Path, str], str]:
    """Asks where a path leads out of the project."""

    def asks(text: str, project: Path, default: str) -> str:
        path = _real(text, project)
        return "" if Path(path).is_relative_to(os.path.realpath(project)) else f"{what} {path}"

    return asks


def _always(what: str) -> Callable[[str, Path, str], str]:
    """Asks whatever the value is, which stands for itself where `what` has a place for its host."""
    return lambda text, project, default: what.format(host=Service(text, "").host)


def _spends(text: str, project: Path, default: str) -> str:
    """Asks where more may be spent than by default."""
    try:
        return "" if float(text) <= float(default) else f"let one question spend {text} dollars"
    except ValueError:
        return ""  # refused anyway


_SERVER = "choose where on a Chroma server vectors are kept"
_ASKS: Mapping[str, Callable[[str, Path, str], str]] = {
    "OPENAI_BASE_URL": _always("send questions and passages to {host}"),
    "OPENAI_API_KEY": _always("send questions and passages with its own key"),
    "QA_CHROMA": _always("send vectors to {host}"),
    "QA_CHROMA_TOKEN": _always(_SERVER),
    "QA_CHROMA_TENANT": _always(_SERVER),
    "QA_CHROMA_DATABASE": _always(_SERVER),
    "QA_COLLECTION": _always(_SERVER),
    "QA_SEEDS": _elsewhere("read the documents in"),
    "QA_HOME": _elsewhere("keep the index in"),
    "QA_FOLLOW": lambda text, project, default: "" if text in ("0", "false", "no", "off") else "follow links to other folders",
    "QA_EMBEDDER": lambda text, project, default: "send all documents to be embedded" if text.startswith("openai") else "",
    "QA_MAX_COST": _spends,
}
"""What asks for the user's word, from its value, the project and its default."""
