"""A project's `.env`, which may have come with somebody else's files: what of it may be taken, and what needs the user's word.

It may choose models and numbers. What sends anything anywhere, leads out of the project or spends more is taken only when the
user has agreed to just that, for this folder and this content. Owns that table; knows nothing of other settings.
"""

import hashlib
import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from index.embed.minilm import has_minilm
from index.home import user
from index.service.endpoint import Service
from qa.errors import UntrustedSettings, UsageFailure

LARGEST, LONGEST = 64_000, 4000
"""Bytes of a `.env`, and of one line: the time that it takes to be parsed grows with the square of blanks in one."""


@dataclass(frozen=True, slots=True)
class Project:
    """A project with the values of its `.env`, as it is now; `asks` is what they would do that needs the user's word."""

    folder: Path
    values: Mapping[str, str]
    digest: str
    asked: Mapping[str, str]

    @property
    def asks(self) -> list[str]:
        """Each once, as "send … to HOST"; also what another setting replaces just now."""
        return list(dict.fromkeys(self.asked.values()))

    def agree(self) -> None:
        """Remember that the user has agreed to all of it."""
        for what in self.asks:
            user.agree(*self._agreement(what))

    def agreed(self, names: Mapping[str, str]) -> bool:
        """Whether the user has agreed to what these would do, with this content."""
        return all(user.has_agreed(*self._agreement(what)) for what in names.values())

    def _agreement(self, what: str) -> tuple[str, ...]:
        return "env", os.path.realpath(self.folder), self.digest, what

    def not_agreed(self) -> UntrustedSettings:
        """The failure of a project whose `.env` asks for what the user has not agreed to."""
        message = f"The .env of {self.folder} would {'; '.join(self.asks)}. You have not agreed to that."
        failure = UntrustedSettings(message, "`qa trust` takes it as it is now; or delete those lines.", self.agree)
        values = [self.values[name] for name in self.asked]
        failure.hiding(*values, *(Service(text, "").host for text in values), *(_real(text, self.folder) for text in values))
        failure.hiding(self.folder)
        return failure


def read(folder: Path, defaults: Mapping[str, str]) -> Project:
    """A project with its `.env`, if there is one; UsageFailure for one that cannot be read."""
    data = _bytes(folder / ".env")
    values: dict[str, str] = {}
    if data:
        from dotenv import dotenv_values

        found = dotenv_values(stream=io.StringIO(data.decode("utf-8")), interpolate=False)
        values = {name: text for name, text in found.items() if text and name in defaults}
    asked = {name: _ASKS[name](text, folder, defaults[name]) for name, text in values.items() if name in _ASKS}
    return Project(folder, values, hashlib.sha256(data).hexdigest(), {name: what for name, what in asked.items() if what})


def _bytes(path: Path) -> bytes:
    """What a `.env` holds, UTF-8 of lines that are none too long; nothing where there is no plain file."""
    if not path.is_file():
        return b""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
        data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageFailure(f"The settings in .env cannot be read: {error}.").hiding(path.parent) from error
    if len(data) > LARGEST or b"\0" in data or max(map(len, data.splitlines()), default=0) > LONGEST:
        raise UsageFailure("The settings in .env cannot be read: it is larger than 64 kB, or holds a line that is none.")
    return data


def outside(path: Path, project: Path) -> bool:
    """Whether a path, its links followed, leads out of the project, or to what is hidden in it."""
    real, root = Path(os.path.realpath(path)), Path(os.path.realpath(project))
    return not real.is_relative_to(root) or any(part.startswith(".") for part in real.relative_to(root).parts)


def _real(text: str, project: Path) -> str:
    """Where a path of a `.env` leads."""
    return os.path.realpath(project / os.path.expanduser(text))


def _seeds(text: str, project: Path, default: str) -> str:
    path = Path(_real(text, project))
    return f"read the documents in {path}" if outside(path, project) else ""


def _home(text: str, project: Path, default: str) -> str:
    path, root = Path(_real(text, project)), Path(os.path.realpath(project))
    own = path.is_relative_to(root) and all(part[0] != "." or part == ".qa" for part in path.relative_to(root).parts)
    return "" if own else f"keep the index in {path}"


def _always(what: str) -> Callable[[str, Path, str], str]:
    """Asks whatever the value is, which stands for itself where `what` has a place for its host."""
    return lambda text, project, default: what.format(host=Service(text, "").host)


def _follows(text: str, project: Path, default: str) -> str:
    return "" if text.casefold() in ("0", "false", "no", "off") else "follow links to other folders"


def _keeps(text: str, project: Path, default: str) -> str:
    return "" if text.casefold() in ("0", "false", "no", "off") else "keep the questions that are asked"


def _judges(text: str, project: Path, default: str) -> str:
    return "" if text in ("", default) else f"have the claims of an answer judged by {text}"


def _embeds(text: str, project: Path, default: str) -> str:
    if text.startswith("openai"):
        return "send all documents to be embedded"
    return "download the files of minilm" if text == "minilm" and not has_minilm() else ""


def _spends(text: str, project: Path, default: str) -> str:
    """Asks where more may be spent than by default."""
    try:
        return "" if float(text) <= float(default) else f"let one question spend {text} dollars"
    except ValueError:
        return ""  # refused anyway


_SERVER = "choose where on a Chroma server vectors are kept"
_ASKS: Mapping[str, Callable[[str, Path, str], str]] = {
    "OPENAI_BASE_URL": _always("send questions and passages, with the embedder openai all documents, to {host}"),
    "OPENAI_API_KEY": _always("send questions and passages, with the embedder openai all documents, with its own key"),
    "QA_CHROMA": _always("send vectors to {host}"),
    "QA_CHROMA_TOKEN": _always(_SERVER),
    "QA_CHROMA_TENANT": _always(_SERVER),
    "QA_CHROMA_DATABASE": _always(_SERVER),
    "QA_COLLECTION": _always(_SERVER),
    "QA_SEEDS": _seeds,
    "QA_HOME": _home,
    "QA_FOLLOW": _follows,
    "QA_JUDGE": _judges,
    "QA_HISTORY": _keeps,
    "QA_EMBEDDER": _embeds,
    "QA_MAX_COST": _spends,
}
"""What asks for the user's word, from its value, the project and its default."""
