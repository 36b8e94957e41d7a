"""Questions with follow-ups, one after the other, in a session: each goes the way of `qa ask`.

Owns the session's commands and input; knows nothing of how a question is answered.
"""

import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import Failure
from qa.ask.asking import Asking
from qa.ask.followup import leans
from qa.cli.ask import ask
from qa.cli.show import show
from qa.documents.texts import root_of
from qa.saved.answers import last_answer
from qa.saved.history import TYPED
from qa.settings.load import Where, load
from qa.show.fields import saved_json, to_json
from qa.show.terminal import Screen
from qa.show.text import answer_markdown, show_sources

HELP = """/sources       the sources of the last answer        /show N     a source in its surroundings
/save FILE     keep the last answer (.md or JSON)    /new        forget what was said
A line that ends in \\ goes on in the next one. Ctrl-C stops an answer; exit, quit or Ctrl-D ends the session."""

LEAVES = ("exit", "quit", "/exit", "/quit", ":q")

LONGEST_HISTORY = 1000


@dataclass(slots=True)
class _Session:
    """What was asked so far decides whether a question is a follow-up."""

    options: Asking
    where: Where
    screen: Screen
    going_on: bool = False

    def take(self, line: str) -> bool:
        """One line of input; False ends the session. A failure is shown and ends nothing."""
        if line.casefold() in LEAVES:
            return False
        try:
            (self._command if line.startswith("/") else self._ask)(line)
        except Failure as failure:
            self.screen.failure(failure)
        except KeyboardInterrupt:
            if self.screen.streamed:
                self.screen.end_stream()
            self.screen.notice("Stopped.")
        return True

    def _ask(self, question: str) -> None:
        options = replace(self.options, follow=self.going_on, follow_if=leans)
        ask((question,), options, self.where, self.screen)
        self.going_on = True

    def _command(self, line: str) -> None:
        name, _, argument = line.partition(" ")
        does: dict[str, Callable[[str], None]] = {
            "/sources": self._sources,
            "/show": self._show,
            "/save": self._save,
            "/new": self._new,
        }
        does.get(name, self._help)(argument.strip())

    def _sources(self, _: str) -> None:
        settings = load(self.where)
        show_sources(self.screen, last_answer(settings.target.home).answer, root_of(settings))

    def _show(self, place: str) -> None:
        show(place, False, False, False, None, self.where, self.screen)

    def _save(self, file: str) -> None:
        if not file:
            self._help("")
            return
        settings = load(self.where)
        saved = last_answer(settings.target.home)
        text = answer_markdown(saved.answer, root_of(settings)) if file.endswith(".md") else to_json(saved_json(saved)) + "\n"
        try:
            Path(os.path.expanduser(file)).write_text(text, encoding="utf-8")
        except (OSError, ValueError) as error:  # a ValueError for a NUL in the name
            self.screen.notice(f"{file} cannot be written: {error.strerror if isinstance(error, OSError) else error}.")
            return
        self.screen.notice(f"Saved in {file}.")

    def _new(self, _: str) -> None:
        self.going_on = False

    def _help(self, _: str) -> None:
        for line in HELP.splitlines():
            self.screen.line(line)


def chat(options: Asking, where: Where, screen: Screen) -> int:
    """Answer questions until the input ends."""
    target = load(where).target
    session = _Session(options, where, screen)
    asking = sys.stdin is not None and sys.stdin.isatty() and screen.tty
    remember = _line_editing(target.home / TYPED) if asking else None
    if asking:
        screen.notice("Ask; /help shows what else there is, Ctrl-D ends.")
    try:
        while (line := _line("> " if asking else "")) is not None:
            if line and not session.take(line):
                break
    finally:
        if remember:
            remember()
    return 0


def _line(prompt: str) -> str | None:
    """The next question, of one line or several; None at the end of the input."""
    parts: list[str] = []
    while True:
        try:
            text = input(prompt if not parts else "… " if prompt else "")
        except EOFError:
            return " ".join(parts).strip() if parts else None
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            return ""
        parts.append(text.removesuffix("\\"))
        if not text.endswith("\\"):
            return " ".join(parts).strip()


def _line_editing(history: Path) -> Callable[[], None] | None:
    """Keys to edit a line and to go back in the history, which is kept in the home folder; what keeps it at the end."""
    try:
        import readline
    except ImportError:  # Windows
        return None
    with suppress(OSError):
        readline.read_history_file(history)

    def keep() -> None:
        readline.set_history_length(LONGEST_HISTORY)
        with suppress(OSError):
            history.touch(0o600)
            readline.write_history_file(history)

    return keep
