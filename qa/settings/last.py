"""Which documents the user's last answer was about, so that `show`, `verify` and follow-ups need not be told again.

Kept for each project, and for each folder outside of one, in the user's own folder: who works in two terminals has two last
answers. Owns that file; knows nothing of the answer itself, which is in the documents' home.
"""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import HomeNotWritable
from index.home import user
from index.home.folder import Folder
from qa.settings.environment import named_outside
from qa.settings.load import Settings, Where, desk

FILE, MOST, LARGEST = "last.json", 200, 1_000_000
"""Folders that are remembered, and bytes of the file."""


def remember(settings: Settings, where: Where) -> None:
    """These documents are those of the last answer; nothing is remembered where nothing can be written."""
    folder, _ = desk(where)
    asked = {"folder": str(folder), "seeds": _seeds(settings, where), "home": _home(settings)}
    known = _known()
    known.pop(str(folder), None)
    known[str(folder)] = asked
    with suppress(OSError, HomeNotWritable):
        own = Folder(user.folder())
        own.make()
        own.write(FILE, json.dumps(dict(list(known.items())[-MOST:])).encode())


def last_asked(where: Where, *, answer: bool) -> Where:
    """Where the documents of the last answer are, unless others are named.

    A project's own documents come before those of an answer that was given elsewhere, unless the `answer` itself is meant.
    """
    if where.seeds or where.home or named_outside():
        return where
    folder, project = desk(where)
    known = _known()
    found = known.get(str(folder))
    if found is None and known and (answer or not project):
        found = list(known.values())[-1]
    return _where(found) or where


def _where(found: object) -> Where | None:
    """As it was remembered; None for anything else."""
    match found:
        case {"folder": str(folder), "seeds": list(seeds), "home": str() | None as home} if all(
            isinstance(s, str) for s in seeds
        ):
            return Where(tuple(seeds), home, Path(folder))
    return None


def _seeds(settings: Settings, where: Where) -> list[str]:
    """What names the documents from everywhere; nothing where they are the project's own."""
    if where.seeds:
        start = where.cwd or Path.cwd()
        return [s if s.startswith("@") else os.path.abspath(start / os.path.expanduser(s)) for s in where.seeds]
    return [str(settings.target.root)] if settings.values["QA_SEEDS"].origin != ".env" and not settings.own else []


def _home(settings: Settings) -> str | None:
    named = settings.values["QA_HOME"].origin in ("option", "environment")
    return os.path.abspath(settings.target.home) if named else None


def _known() -> dict[str, Mapping[str, Any]]:
    try:
        found = json.loads(Folder(user.folder()).read(FILE, LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
