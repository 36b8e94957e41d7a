"""`qa folders`: collections, which are names for folders in the user's configuration."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.errors import NoDocuments
from qa.errors import UsageFailure
from qa.settings.configuration import NAME, configured, keep_folders, path
from qa.show.fields import to_json
from qa.show.terminal import Screen, fold


def show(json: bool, screen: Screen) -> int:
    """A line for each folder of each collection, with what is wrong with it."""
    folders = configured().folders
    if json:
        shown = [{"name": name, "paths": list(paths)} for name, paths in folders.items()]
        screen.line(to_json({"schema": 1, "folders": shown, "error": None}))
        return 0
    for name, paths in folders.items():
        for given in paths:
            gone = "" if os.path.exists(os.path.expanduser(given)) else "  (not there)"
            screen.line(f"{screen.style(f'@{name}', '36')}  {fold(given)}{screen.style(gone, '33')}")
    if not folders:
        screen.notice("There are no collections yet; `qa folders add NAME PATH` makes one.")
    return 0


def add(name: str, paths: Sequence[str], screen: Screen) -> int:
    """Give folders or files a name; says where one lies in another collection."""
    name = name.removeprefix("@")
    if not NAME.fullmatch(name):
        raise UsageFailure(f"“{name}” is no name for a collection.", "Take letters, digits, “-”, “_” and “.”.")
    folders = configured().folders
    same = next((other for other in folders if other.casefold() == name.casefold()), None)
    if same:
        where = ", ".join(folders[same])
        raise UsageFailure(f"There is a collection @{same} already: {where}.", f"`qa folders remove {same}` forgets it.")
    real = list(dict.fromkeys(os.path.realpath(os.path.expanduser(given)) for given in paths))
    for one in real:
        if not os.path.exists(one):
            raise NoDocuments(f"There are no documents at {one}.", "Name a folder or a file that is there.").hiding(one)
        _tell_within(one, folders, screen)
    keep_folders({**folders, name: tuple(real)})
    screen.notice(f'Ask it: qa ask @{name} "…" (written to {path()})')
    return 0


def _tell_within(one: str, folders: Mapping[str, Sequence[str]], screen: Screen) -> None:
    """That a folder is in another collection too: asked together, its documents are read once."""
    for other, paths in folders.items():
        for given in paths:
            there = Path(os.path.realpath(os.path.expanduser(given)))
            if Path(one).is_relative_to(there) or there.is_relative_to(one):
                screen.notice(f"{one} and @{other} ({there}) lie within one another; asked together, each file counts once.")


def remove(name: str, screen: Screen) -> int:
    """Forget a name."""
    name = name.removeprefix("@")
    found = configured()
    paths = found.paths(name)
    keep_folders({other: kept for other, kept in found.folders.items() if other != name})
    screen.notice(f"@{name} is forgotten; its files stay, and so do their indexes: {', '.join(paths)}.")
    return 0
