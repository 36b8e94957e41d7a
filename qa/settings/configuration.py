"""The user's own configuration, a TOML file in the folder that the system has for such files: settings, and named folders.

    [settings]
    QA_MODEL = "cmd:llm"

    [folders]
    handbook = ["/home/me/handbook", "/home/me/rules"]

Owns that file, which no project brings along. Knows nothing of what a setting means.
"""

import json
import os
import re
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.home.folder import Folder
from qa.errors import UsageFailure
from qa.settings.environment import HALF, NAMES

FILE, LARGEST, MOST_FOLDERS = "config.toml", 256_000, 1000

NAME = re.compile(r"[^\W_][\w.-]{0,63}")
"""What a collection may be called."""

_TABLE = re.compile(r"^\[folders\][ \t]*(?:#.*)?\n(?:(?!\[).*\n?)*", re.MULTILINE)
_PLACED = ("QA_SEEDS", "QA_HOME")


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the user has configured: settings by name, and the paths of each collection, as they stand there."""

    settings: Mapping[str, str]
    folders: Mapping[str, Sequence[str]]

    def paths(self, name: str) -> Sequence[str]:
        """The paths of a collection; UsageFailure for a name that none has."""
        if name not in self.folders:
            known = f"There are {', '.join(f'@{n}' for n in self.folders)}" if self.folders else "There are none yet"
            raise UsageFailure(f"There is no collection @{name}.", f"{known}; `qa folders add {name} PATH` makes it.")
        return self.folders[name]


def path() -> Path:
    """Where the file is, or would be."""
    from platformdirs import user_config_path

    return user_config_path("qa") / FILE


def configured() -> Configuration:
    """The user's configuration; UsageFailure, with the line, for a file that cannot be understood."""
    return _checked(_text())


def keep_folders(folders: Mapping[str, Sequence[str]]) -> None:
    """Put other collections in the place of those in the file; all else in it stays as it is.

    Raises UsageFailure where the file cannot be written, or is too unlike what is written here to be changed.
    """
    before = _text()
    rows = "".join(f"{_key(name)} = [{', '.join(map(_string, paths))}]\n" for name, paths in folders.items())
    table = f"[folders]\n{rows}"
    rest = before + "\n" * (bool(before) and not before.endswith("\n"))
    found = _TABLE.search(rest)
    if found:
        after = f"{rest[: found.start()]}{table}{chr(10) * bool(rest[found.end() :])}{rest[found.end() :]}"
    else:
        after = f"{rest}{chr(10) * bool(rest)}{table}"
    try:
        now, then = _parsed(after), _parsed(before)
        same = {**then, "folders": now.get("folders")} == now and _checked(after).folders == dict(folders)
    except UsageFailure:
        same = False
    if not same:
        raise UsageFailure(f"The collections in {path()} are written in a way that cannot be changed here.", "Edit the file.")
    try:
        file = path().resolve()  # a link to it may be the user's own
        folder = Folder(file.parent)
        folder.make()
        folder.write(file.name, after.encode(), durable=True)
    except OSError as error:
        raise UsageFailure(f"{path()} cannot be written: {error.strerror}.") from error


def _text() -> str:
    """What the file holds, "" where there is none."""
    file = path()
    try:
        with open(file, "rb", opener=_at_once) as opened:
            plain = stat.S_ISREG(os.fstat(opened.fileno()).st_mode)
            data = opened.read(LARGEST + 1) if plain else b""
        text = data.decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageFailure(f"{file} cannot be read: {why}.") from error
    if not plain or len(data) > LARGEST:
        raise UsageFailure(f"{file} cannot be read: it is {'larger than 256 kB' if plain else 'no plain file'}.")
    return text.replace("\r\n", "\n")


def _at_once(name: str, flags: int) -> int:
    """Opens without waiting for who writes a pipe."""
    return os.open(name, flags | getattr(os, "O_NONBLOCK", 0))


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = re.fullmatch(r"(.*) \(at (?:line (\d+).*|end of document)\)", str(error), re.DOTALL)
        line = (said and said[2]) or text.count("\n") + 1
        what = said[1] if said else str(error)
        raise UsageFailure(f"{path()}, line {line}, cannot be understood: {what}.", "Mend that line.") from error
    except RecursionError as error:
        raise UsageFailure(f"{path()} cannot be understood: too much stands in brackets.") from error


def _checked(text: str) -> Configuration:
    """The configuration that a text holds; UsageFailure for what none holds, with its line."""
    given = _parsed(text)
    for name in given:
        if name not in ("settings", "folders"):
            raise _odd(text, name, f"there is no table [{name}] here, but [settings] and [folders]")
    settings, folders = given.get("settings", {}), given.get("folders", {})
    if not isinstance(settings, dict) or not isinstance(folders, dict) or len(folders) > MOST_FOLDERS:
        raise _odd(text, "folders", "[settings] and [folders] are tables, of a thousand collections at most")
    for name, value in settings.items():
        if name not in NAMES or name in _PLACED:
            raise _odd(text, name, f"{name} is no setting that is made here")
        if not isinstance(value, str):
            raise _odd(text, name, f"{name} is not in quotation marks")
    for name, paths in folders.items():
        given_paths = [paths] if isinstance(paths, str) else paths
        if not NAME.fullmatch(name):
            raise _odd(text, name, f"“{name}” is no name of a collection, of letters, digits, “-”, “_” and “.”")
        if not (isinstance(given_paths, list) and given_paths and all(map(_is_path, given_paths))):
            raise _odd(text, name, f"{name} is no list of paths that begin with / or ~")
        folders[name] = tuple(given_paths)
    return Configuration(settings, folders)


def _is_path(given: object) -> bool:
    """Whether it is a path that means the same from everywhere."""
    return isinstance(given, str) and "\0" not in given and not HALF.search(given) and os.path.isabs(os.path.expanduser(given))


def _odd(text: str, name: str, what: str) -> UsageFailure:
    found = re.search(rf"^\s*\[?\s*[\"']?{re.escape(name)}\b", text, re.MULTILINE)
    line = text.count("\n", 0, found.start() + len(found[0]) - len(found[0].lstrip())) + 1 if found else 1
    return UsageFailure(f"{path()}, line {line}, cannot be understood: {what}.", "Mend that line.")


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _string(name)


def _string(text: str) -> str:
    """A TOML basic string: JSON's, but for DEL (TOML 1.0, "String")."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
