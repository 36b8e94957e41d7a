"""Many questions in one process: a question a line in, a JSON object a line out, in order.

Owns the format of the questions' file and what a failed line gives; knows nothing of how one is answered or searched for.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from index.errors import Failure
from index.search.candidates import Found
from qa.ask.asking import TOP, checked_question
from qa.cli.common import bytes_of, tell_words_alone
from qa.documents.library import Library
from qa.errors import UsageFailure
from qa.reader.spelling import searched
from qa.saved.strict import from_json
from qa.show import fields
from qa.show.terminal import Screen

AT_ONCE = 32
"""Questions of a file that are searched together; from a pipe each is answered as it comes."""


@dataclass(frozen=True, slots=True)
class Question:
    """One line: its id (null for a plain line) and the question, or why it is none; `read` are its slips, as typed and read."""

    id: Any
    text: str
    failure: UsageFailure | None = None
    read: tuple[tuple[str, str], ...] = ()


def questions(file: str) -> Iterator[Sequence[Question]]:
    """The questions of a file, or of standard input ("-"), in groups that are searched together."""
    if file == "-":
        yield from ((question,) for line in (sys.stdin.buffer if sys.stdin else ()) if (question := _parse(line)))
        return
    lines = bytes_of(file, f"The questions in {file}").split(b"\n")
    found = [question for line in lines if (question := _parse(line))]
    yield from (found[i : i + AT_ONCE] for i in range(0, len(found), AT_ONCE))


def _parse(line: bytes) -> Question | None:
    """One line: plain, or a JSON object with "question" and perhaps "id"; None for an empty one."""
    text = line.decode("utf-8", "replace").strip().removeprefix("\ufeff")
    if not text.startswith("{"):
        return Question(None, text) if text else None
    try:
        value = from_json(text)
    except ValueError as error:
        return Question(None, "", UsageFailure(f"A line is not JSON: {error}."))
    if not isinstance(value.get("question"), str):
        return Question(value.get("id"), "", UsageFailure('A line has no "question".'))
    return Question(value.get("id"), value["question"])


def found_each(
    library: Library, file: str, top: int | None, within: frozenset[str] | None, screen: Screen
) -> Iterator[tuple[Question, Found | None, Failure | None]]:
    """Each line's question with its passages, or with why it has none; a group of lines is searched together."""
    told = False
    for group in questions(file):
        checked = [(q, q.failure or _refused(q.text)) for q in group]
        texts = [q.text.strip() for q, failure in checked if not failure]
        found_all = searched(library, texts, top or TOP, within) if texts else []
        if found_all and found_all[0][0].failure and not told:
            tell_words_alone(found_all[0][0].failure, screen)
            told = True
        results = iter(found_all)
        for question, failure in checked:
            found, read = (None, ()) if failure else next(results)
            yield replace(question, read=read), found, failure


def _refused(text: str) -> Failure | None:
    try:
        checked_question(text)
    except UsageFailure as failure:
        return failure
    return None


def failed_line(id_: object, failure: Failure | None, screen: Screen) -> int:
    """A line that has no answer, with why; its exit code."""
    assert failure is not None
    screen.line(fields.to_json(fields.failure_json(failure, id_)))
    return failure.exit
