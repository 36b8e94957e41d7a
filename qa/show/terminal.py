"""Standard output and standard error as a command uses them: colours, links, names of files, a pager, a bar.

Owns every character that leaves `qa`: control characters never do. Knows nothing of what is said.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock, Timer
from typing import TYPE_CHECKING, Any, TextIO

from index.errors import Failure
from index.passage import COLOURS, Place
from qa.answer import CONTROL
from qa.documents.texts import Root, file_of
from qa.show.marks import UNSUPPORTED
from qa.show.wrap import Wrapping, wrapped

if TYPE_CHECKING:
    from index.update.target import Progress

_UNSAFE = re.compile(f"[{CONTROL}]")
_BREAKS = re.compile(f"[{CONTROL}\t\n\u2028\u2029]")
_ESCAPE = re.compile(r"\\(?:[tnr]|x[0-9a-f]{2}|u[0-9a-f]{4})")


def clean(text: str) -> str:
    """Text that can be written to a terminal: its own colours left out, control characters as �, every line end a newline."""
    return _UNSAFE.sub("\ufffd", COLOURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))


def fold(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


def escaped(name: str) -> str:
    r"""A name on one line without control characters: a newline is shown as `\n`, an escape character as `\x1b`."""
    return _BREAKS.sub(lambda c: c[0].encode("unicode_escape").decode("ascii"), name)


def unescaped(name: str) -> str:
    """The name that is shown so."""
    return _ESCAPE.sub(lambda e: e[0].encode("ascii").decode("unicode_escape"), name)


class Screen:
    """Standard output and standard error as this command uses them: colour or not, and talk or not."""

    def __init__(self, color: str = "auto", quiet: bool = False) -> None:
        from qa.settings.environment import has_links

        self.quiet = quiet
        self.tty = sys.stdout.isatty()
        self.streamed = ""
        self.width = shutil.get_terminal_size().columns if self.tty else 0
        self._wrapping: Wrapping | None = None
        self._sign = ""
        self._bar: Bar | None = None
        self._told = set[str]()
        self.color = _wants_color(color, sys.stdout)
        self.links = has_links()
        self._talk_color = _wants_color(color, sys.stderr)
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding=None if self.tty else "utf-8", errors="backslashreplace")
        if hasattr(sys.stderr, "reconfigure"):
            sys.stderr.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> None:
        """Put cleaned text on standard output as it is."""
        self._unsign()
        sys.stdout.write(text)
        sys.stdout.flush()

    def stream(self, text: str) -> None:
        """A piece of an answer as it comes, which is kept."""
        self.streamed += text
        if self.tty and self._wrapping is None:
            self._wrapping = Wrapping(self.width)
        self.write(styled(self, self._wrapping.feed(clean(text)) if self._wrapping else clean(text)))

    def end_stream(self) -> None:
        """The rest of what streamed, and the end of its line."""
        rest = self._wrapping.finish() if self._wrapping else ""
        self._wrapping = None
        self.line(styled(self, rest))

    def wrap(self, text: str, indent: str = "", hanging: str = "") -> str:
        """A text in lines as wide as the terminal; as it is elsewhere, where nothing is wrapped."""
        return wrapped(text, self.width, indent, hanging) if self.tty else text

    def once(self, text: str) -> None:
        """A line of talk that a session need not hear again."""
        if text not in self._told:
            self._told.add(text)
            self.notice(text)

    @contextmanager
    def progress(self) -> "Iterator[Progress]":
        """A bar on a terminal's standard error while files are indexed, which goes when anything else is shown."""
        if self.quiet or not sys.stderr.isatty():
            yield lambda done, total, embedded: None
            return
        self._bar = bar = Bar(None if self._talk_color else self.notice)
        try:
            yield bar.update
        finally:
            bar.stop()

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """A sign of life on a terminal's standard error, which goes when standard output is written, or the work is done."""
        self._unsign()
        if sys.stderr.isatty() and not self.quiet:
            if self._talk_color:
                self._sign = f"\x1b[2m{fold(text)}\x1b[0m\r"
                self._put(self._sign)
            else:  # for who reads without colours: words, which stay
                self.notice(text)
        try:
            yield
        finally:
            self._unsign()

    def _unsign(self) -> None:
        if self._bar:
            self._bar.stop()
        if self._sign:
            self._sign = ""
            self._put("\x1b[2K\r")

    def page(self, text: str) -> None:
        """Text that may be longer than the terminal is high: then through the user's $PAGER, if one is set."""
        from qa.settings.environment import pager

        command = pager()
        if not (self.tty and command and text.count("\n") >= shutil.get_terminal_size().lines):
            self.write(text)
            return
        sys.stdout.flush()
        try:
            subprocess.run(command, input=text.encode("utf-8", "replace"), check=False)
        except OSError:
            self.write(text)

    def exact(self, text: str) -> None:
        """A source's text, to the byte off a terminal; cleaned on one."""
        if self.tty:
            self.page(clean(text))
            return
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))

    def line(self, text: str = "") -> None:
        """A line on standard output."""
        self.write(text + "\n")

    def style(self, text: str, code: str) -> str:
        """Text in an ANSI style, such as "1" for bold, where there is colour."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color and text else text

    def link(self, text: str, root: Root, place: Place) -> str:
        """Text that opens a place's file where it is clicked, on terminals that have such links (OSC 8)."""
        if not (self.color and self.tty and self.links):
            return text
        path = file_of(root, place.source)
        return f"\x1b]8;;{path.absolute().as_uri()}\x1b\\{text}\x1b]8;;\x1b\\"

    def notice(self, text: str) -> None:
        """A line of talk on standard error."""
        if not self.quiet:
            self._err(fold(text), "2")

    def agrees(self) -> bool:
        """Whether the user says yes on a terminal; elsewhere the command itself has said so."""
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return True
        sys.stderr.write("Agree to it from now on, as long as it stays so? [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().casefold() in ("y", "yes")

    def failure(self, failure: Failure) -> None:
        """A failure on standard error: the sentence, then the hint; never silenced."""
        self._err(fold(str(failure)), "31")
        if failure.hint:
            self._err(fold(failure.hint), "")

    def _err(self, text: str, code: str) -> None:
        styled = f"\x1b[{code}m{text}\x1b[0m" if self._talk_color and code else text
        self._put("\x1b[2K\r" * bool(self._sign) + styled + "\n" + self._sign)

    def _put(self, text: str) -> None:
        """Text on standard error as it is."""
        try:
            sys.stderr.write(text)
            sys.stderr.flush()
        except BrokenPipeError:
            raise
        except OSError:
            pass  # a full disk behind standard error keeps nobody from the answer


def _wants_color(choice: str, stream: TextIO) -> bool:
    from qa.settings.environment import color_forbidden

    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not color_forbidden()


def styled(screen: Screen, text: str) -> str:
    """A text's numbers and signs in their colours."""
    if not screen.color:
        return text
    text = re.sub(r"\[\d+\]", lambda n: screen.style(n[0], "36"), text)
    return text.replace(UNSUPPORTED, screen.style(UNSUPPORTED, "33"))


class Bar:
    """What is done of long work, on standard error: begun once the work has taken a moment, and moving all the while."""

    def __init__(self, say: Callable[[str], None] | None) -> None:
        """`say` is told in words instead, once."""
        self._say, self._over, self._lock = say, False, Lock()
        self._done, self._total, self._embedded, self._started = 0, 0, 0, time.monotonic()
        self._begins = Timer(MOMENT, self._begin)
        self._bar: Any = None

    def update(self, done: int, total: int, embedded: int) -> None:
        """So many of so many files are done, and so many passages were embedded by now."""
        self._done, self._total, self._embedded = done, total, embedded
        if not (self._over or done >= total or self._begins.ident):
            self._begins.daemon = True
            self._begins.start()
        self._show()

    def stop(self) -> None:
        """Take it away; nothing more is shown."""
        self._begins.cancel()
        with self._lock:
            self._over = True
            if self._bar:
                self._bar.stop()

    def _begin(self) -> None:
        bar = None if self._say else _progress()
        with self._lock:
            if self._over:
                return
            files = "file" if self._total == 1 else "files"
            if self._say:
                self._say(f"Indexing {self._total:,} {files}…")
            if bar:
                bar.add_task("Indexing", total=self._total, files=files, left="", rate="")
                bar.start()
            self._bar = bar
        self._show()

    def _show(self) -> None:
        if self._bar is None:
            return
        seconds = time.monotonic() - self._started
        rate = f"{self._embedded:,} passages, {self._embedded / seconds:,.0f}/s" if self._embedded else ""
        left = int(seconds / self._done * (self._total - self._done)) if self._done else 0
        shown = f"of {timedelta(seconds=int(seconds) + left)}" if left else ""
        self._bar.update(0, completed=self._done, total=self._total, rate=rate, left=shown)


MOMENT = 0.5
"""Seconds; of work that is done by then nothing is shown."""


def _progress() -> Any:
    """A sign that turns, files done, the time that it has taken and will take in all, and the rate of passages."""
    from rich import progress
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), "{task.description}", BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[files]}"))
    told = TimeElapsedColumn(), TextColumn("{task.fields[left]}"), TextColumn("{task.fields[rate]}")
    # What is written to standard output meanwhile would go to the bar's console, which is standard error.
    return progress.Progress(*columns, *told, console=Console(stderr=True), transient=True, redirect_stdout=False)
