"""Standard output and standard error as a command uses them: colours, links, a pager, a bar.

Owns every character that leaves `qa`: control characters never do. Knows nothing of what is said.
"""

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO

from index.errors import Failure
from index.passage import COLOURS, Place
from qa.answer import CONTROL
from qa.documents.texts import Root, file_of
from qa.show.marks import UNSUPPORTED
from qa.show.wrap import Wrapping, wrapped

_UNSAFE = re.compile(f"[{CONTROL}]")


def clean(text: str) -> str:
    """Text that can be written to a terminal: its own colours left out, control characters as �, every line end a newline."""
    return _UNSAFE.sub("\ufffd", COLOURS.sub("", text).replace("\r\n", "\n").replace("\r", "\n"))


def fold(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


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
    def working(self, text: str) -> Iterator[None]:
        """A sign of life on a terminal's standard error, which goes when standard output is written, or the work is done."""
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
    """A bar on standard error for long work, shown once the work has taken a moment."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._started = 0.0

    def __enter__(self) -> "Bar":
        """Itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._bar:
            self._bar.stop()

    def update(self, done: int, total: int, embedded: int) -> None:
        """So many of so many files are done, and so many passages were embedded by now."""
        if self._bar is None and (done >= total or total < 20):
            return
        if self._bar is None:
            self._bar = _progress()
            self._bar.add_task("Indexing", total=total, rate="")
            self._bar.start()
            self._started = time.monotonic()
        seconds = time.monotonic() - self._started
        rate = f"{embedded:,} passages, {embedded / seconds:,.0f}/s" if embedded and seconds > 1 else ""
        self._bar.update(0, completed=done, total=total, rate=rate)


def _progress() -> Any:
    """Files done, the rate of passages, and the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), "files", TextColumn("{task.fields[rate]}"))
    left = TimeRemainingColumn(elapsed_when_finished=True)
    return Progress(*columns, left, "left", console=Console(stderr=True), transient=True)
