"""The questions that were asked of some documents, each with its answer, in their home.

Owns that file: one line an answer, sealed, the newest last. Knows nothing of how one is shown.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from index.errors import HomeNotWritable
from index.home import user
from index.home.folder import MOST, Folder
from qa.errors import PlaceFailure, UsageFailure
from qa.saved.answers import Saved, parsed
from qa.saved.strict import from_json

FILE, TYPED = "questions.jsonl", "history"
"""The answers; and the lines that were typed in `qa chat`."""

KEPT, LARGEST = 500, 20_000_000
"""So many answers are kept, in so many bytes, when there is room to be made."""


def record(home: Path, answer: Mapping[str, Any]) -> None:
    """Keep a question with its answer, behind those before; nothing where the home cannot be written."""
    text = json.dumps(answer)
    with suppress(OSError, HomeNotWritable):
        folder = Folder(home)
        line = f"{user.seal('asked', text)} {text}\n".encode()
        handle = folder.open_to_append(FILE)
        try:
            os.write(handle, line)
        finally:
            os.close(handle)
        if folder.stat(FILE).st_size > LARGEST:
            _shorten(folder)


def _shorten(folder: Folder) -> None:
    """Keep the newest, in half of the room."""
    lines, size = list[bytes](), 0
    for line in reversed(folder.read(FILE, 2 * MOST).splitlines(keepends=True)[-KEPT:]):
        size += len(line)
        if size > LARGEST // 2:
            break
        lines.append(line)
    folder.write(FILE, b"".join(reversed(lines)))


def asked(home: Path) -> Sequence[Mapping[str, Any]]:
    """The answers as `qa ask --json` prints them, the newest first; lines that were not written here are passed over."""
    try:
        data = Folder(home).read(FILE, 2 * MOST).decode("utf-8", "replace")
    except OSError:
        return []
    return list(reversed(list(_sound(data))))


def _sound(data: str) -> Iterator[Mapping[str, Any]]:
    for line in data.split("\n"):
        seal, _, text = line.partition(" ")
        if text and user.sealed(seal, "asked", text):
            with suppress(ValueError):
                yield from_json(text)


def matching(answers: Sequence[Mapping[str, Any]], words: Sequence[str]) -> list[tuple[int, Mapping[str, Any]]]:
    """Those whose question or answer holds all words, each with its number, 1 for the newest."""
    small = [word.casefold() for word in words]

    def holds(answer: Mapping[str, Any]) -> bool:
        text = f"{answer.get('question')} {answer.get('answer')}".casefold()
        return all(word in text for word in small)

    return [(n, answer) for n, answer in enumerate(answers, start=1) if holds(answer)]


def nth_answer(home: Path, number: int) -> Saved:
    """The n-th last answer; PlaceFailure where there are not so many."""
    answers = asked(home)
    if number < 1:
        raise UsageFailure(f"--last {number} is not a number from 1, which is the newest.")
    if number > len(answers):
        raise PlaceFailure(f"There are {len(answers)} answers, no {number}.", "`qa history` lists them.")
    return parsed(json.dumps(answers[number - 1]))


def forget(home: Path) -> int:
    """Delete all of them; how many there were."""
    count = len(asked(home))
    with suppress(OSError):
        Folder(home).delete(FILE)
        Folder(home).delete(TYPED)
    return count
