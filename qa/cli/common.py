"""What several commands need: the settings with what is said of them, the question as typed."""

import os
import re
import stat
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import takewhile
from pathlib import Path
from threading import Lock

from index.errors import DamagedIndex, Failure, HomeNotWritable
from index.home.user import agree, has_agreed
from index.update.look import look
from qa.answer import IndexState
from qa.ask.asking import checked_question
from qa.documents.library import Library
from qa.documents.texts import Root, Texts, opened_texts, root_of
from qa.errors import UsageFailure
from qa.settings.configuration import NAME
from qa.settings.last import last_asked
from qa.settings.load import Settings, Where, load
from qa.show.terminal import Screen

PASSAGES = "Passages of"
"""What goes to a model."""

TWO_FORMS = "--markdown is one form, and JSON (--json, --batch) another: name one of them."


MOST_PASSAGES = 1000
SHORTEST_WAIT, LONGEST_WAIT = 0.1, 86_400


def settings_for(where: Where, screen: Screen, *, piped: bool = False) -> Settings:
    """The settings, what is said of them said; with a service that says when it asks to wait, and to whom texts go at first."""
    settings = replace(load(where), piped=piped)
    for line in settings.notices:
        screen.once(line)
    settings = replace(settings, notices=())
    return replace(_telling(settings, screen), parts=tuple(_telling(part, screen) for part in settings.parts))


def _telling(settings: Settings, screen: Screen) -> Settings:
    one = Lock()

    def sending(what: str, host: str) -> None:
        for part in settings.parts or (settings,):
            root = "standard input" if settings.piped else str(part.target.root)
            with one:
                if not (screen.quiet or has_agreed("sent", what, host, root)):
                    none = "; QA_MODEL=none asks no model" if what == PASSAGES else ""
                    screen.notice(f"{what} {root} go to {host} (said once{none}).")
                    with suppress(HomeNotWritable):
                        agree("sent", what, host, root)

    service = settings.service
    if service:
        service = replace(service, told=screen.notice, sending=partial(sending, PASSAGES, service.host))
    return replace(settings, service=service, sending=sending)


def settings_of_last(where: Where, holds: Callable[[Root, Texts], bool] | None = None, *, here: bool = False) -> Settings:
    """The settings of the last answer's documents; of those here where what is meant is held by these alone, or, with `here`,
    by these, too.
    """
    last = last_asked(where)
    if holds is None:
        return load(last)
    for asked in dict.fromkeys((where, last) if here else (last, where)):
        with suppress(Failure):
            settings = load(asked)
            with opened_texts(settings) as catalog:
                if catalog is not None and holds(root_of(settings), catalog):
                    return settings
    return load(last)


def with_collections(words: Sequence[str], where: Where) -> tuple[Sequence[str], Where]:
    """The words without the @NAMEs that they begin with, which say where to look."""
    named = list(takewhile(lambda word: word.startswith("@") and bool(NAME.fullmatch(word[1:])), words))
    return words[len(named) :], replace(where, seeds=(*where.seeds, *named))


def question_of(words: Sequence[str], within: Sequence[str]) -> str:
    """The words as one question, or standard input for "-"."""
    expanded = any(not re.search(r"[*?[]", pattern) and os.path.exists(pattern) for pattern in within)
    if expanded and words and os.path.exists(words[0]):
        raise UsageFailure("The shell has expanded the pattern of --in.", "Quote it: --in '*.txt'")
    if tuple(words) == ("-",):
        return checked_question(stdin_text())
    return checked_question(" ".join(words))


LARGEST_INPUT = 100_000_000
"""Bytes of a file that is named on the command line."""


def bytes_of(file: str, what: str) -> bytes:
    """A file, or a pipe, that is named on the command line; UsageFailure for one that has no end or cannot be read."""
    try:
        with Path(file).open("rb") as source:
            kind = os.fstat(source.fileno()).st_mode
            data = source.read(LARGEST_INPUT + 1) if stat.S_ISREG(kind) or stat.S_ISFIFO(kind) else None
    except (OSError, ValueError) as error:  # a ValueError for a NUL in the name
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageFailure(f"{what} cannot be read: {why}.") from error
    if data is None or len(data) > LARGEST_INPUT:
        raise UsageFailure(f"{what} cannot be read: it is {'no file' if data is None else 'larger than 100 MB'}.")
    return data


def stdin_text() -> str:
    """Standard input, "" where the shell has closed it."""
    return sys.stdin.buffer.read().decode("utf-8", "replace") if sys.stdin else ""


def documents_of(settings: Settings) -> frozenset[str]:
    """The sources that may be read."""
    return frozenset(
        f"{part.name}/{file.source}" if part.name else file.source
        for part in settings.parts or (settings,)
        for file in look(part.target)
        if not file.left_out
    )


def tell_words_alone(failure: Failure, screen: Screen) -> None:
    """In one line; for damaged vectors as the failure that it is, which -q does not silence."""
    if isinstance(failure, DamagedIndex):
        screen.failure(DamagedIndex(f"{failure} Found by words alone.", failure.hint))
    else:
        screen.notice(f"{failure} Found by words alone. {failure.hint}")


def index_state(library: Library, failure: Failure | None) -> IndexState:
    """How true the index was in a search; not, where the vectors had no part in it."""
    return replace(library.state, fresh=library.state.fresh and failure is None)


def check_passages(words: Sequence[str], batch: str | None, top: int | None, within: Sequence[str]) -> None:
    """Refuse questions, a number of passages, or patterns that cannot be meant."""
    if batch and words:
        raise UsageFailure("--batch asks the questions of its file, so there can be none beside it.")
    if top is not None and not 1 <= top <= MOST_PASSAGES:
        raise UsageFailure(f"--top {top} is not a number from 1 to {MOST_PASSAGES}.")
    if not all(pattern.strip() for pattern in within):
        raise UsageFailure("--in is given an empty pattern.")
