"""Which documents the user's last answer was about, so that `show`, `verify` and follow-ups need not be told again.

Kept in the user's own folder. Owns that file; knows nothing of the answer itself, which is in the documents' home.
"""

import json
import os
from contextlib import suppress
from pathlib import Path

from index.errors import HomeNotWritable
from index.home import user
from index.home.folder import Folder
from qa.settings.environment import named_outside
from qa.settings.load import Settings, Where, desk

FILE, LARGEST = "last.json", 1_000_000
"""The file, and the bytes of it that are read."""


def remember(settings: Settings, where: Where) -> None:
    """These documents are those of the last answer; nothing is remembered where nothing can be written."""
    asked = {"folder": str(desk(where)), "seeds": _seeds(settings, where), "home": _home(settings)}
    with suppress(OSError, HomeNotWritable):
        own = Folder(user.folder())
        own.make()
        own.write(FILE, json.dumps(asked).encode())


def last_asked(where: Where) -> Where:
    """Where the documents of the last answer are, unless others are named, or there is none."""
    if where.seeds or where.home or named_outside():
        return where
    try:
        found = json.loads(Folder(user.folder()).read(FILE, LARGEST))
    except (OSError, ValueError, RecursionError):
        return where
    match found:
        case {"folder": str(folder), "seeds": list(seeds), "home": str() | None as home} if all(
            isinstance(s, str) for s in seeds
        ):
            return Where(tuple(seeds), home, Path(folder))
    return where


def _seeds(settings: Settings, where: Where) -> list[str]:
    """What names the documents from everywhere; nothing where they are the project's own."""
    if where.seeds:
        start = where.cwd or Path.cwd()
        return [s if s.startswith("@") else os.path.abspath(start / os.path.expanduser(s)) for s in where.seeds]
    return [str(settings.target.root)] if settings.values["QA_SEEDS"].origin != ".env" and not settings.own else []


def _home(settings: Settings) -> str | None:
    named = settings.values["QA_HOME"].origin in ("option", "environment")
    return os.path.abspath(settings.target.home) if named else None
