"""What a person sees: plain text and Markdown of answers, hits and failures.

Owns every character that leaves `qa` but JSON (`qa/show/fields.py`): control characters never do. Knows nothing of how an
answer was made.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from index.doctor import Examination, Finding
from index.embed.budget import dollars
from index.errors import Failure
from index.passage import Hit, Place
from index.update.forecast import Forecast
from index.update.run import Report, Target
from qa.answer import CONTROL, Answer, Citation, Surroundings
from qa.documents.offers import Offer
from qa.saved.answers import Standing
from qa.show.escapes import escaped
from qa.show.marks import UNSUPPORTED, marked, unmarked

_UNSAFE = re.compile(f"[{CONTROL}]")

CLOSEST = "Closest sentences (no model has read them):"


def clean(text: str) -> str:
    """Text that can be written to a terminal: control characters become �, every kind of line end a newline."""
    return _UNSAFE.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def fold(text: str) -> str:
    """The same on one line."""
    return " ".join(clean(text).split())


class Screen:
    """Standard output and standard error as this command uses them: colour or not, and talk or not."""

    def __init__(self, color: str = "auto", quiet: bool = False) -> None:
        from qa.settings.load import has_links

        self.quiet = quiet
        self.tty = sys.stdout.isatty()
        self.streamed = ""
        self.color = _wants_color(color, sys.stdout)
        self.links = has_links()
        self._talk_color = _wants_color(color, sys.stderr)
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding=None if self.tty else "utf-8", errors="backslashreplace")
        if hasattr(sys.stderr, "reconfigure"):
            sys.stderr.reconfigure(errors="backslashreplace")

    def write(self, text: str) -> None:
        """Put cleaned text on standard output as it is."""
        sys.stdout.write(text)
        sys.stdout.flush()

    def stream(self, text: str) -> None:
        """A piece of an answer as it comes, which is kept."""
        self.streamed += text
        self.write(_styled(self, clean(text)))

    def page(self, text: str) -> None:
        """Text that may be longer than the terminal is high: then through the user's $PAGER, if one is set."""
        from qa.settings.load import pager

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

    def link(self, text: str, root: Path, place: Place) -> str:
        """Text that opens a place's file where it is clicked, on terminals that have such links (OSC 8)."""
        if not (self.color and self.tty and self.links):
            return text
        path = root / place.source if root.is_dir() else root
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
        try:
            sys.stderr.write(styled + "\n")
            sys.stderr.flush()
        except BrokenPipeError:
            raise
        except OSError:
            pass  # a full disk behind standard error keeps nobody from the answer


def _wants_color(choice: str, stream: TextIO) -> bool:
    from qa.settings.load import color_forbidden

    if choice != "auto":
        return choice == "always"
    return stream.isatty() and not color_forbidden()


# Places


def place_here(place: Place, root: Path) -> str:
    """A place as it opens where people click or type it: relative to the current folder."""
    return file_here(place.source, root) + escaped(place.label.removeprefix(place.source))


def file_here(source: str, root: Path) -> str:
    """A source's file relative to the current folder."""
    path = root / source if root.is_dir() else root
    try:
        return escaped(os.path.relpath(path))
    except (OSError, ValueError):  # the current folder has been deleted, or is on another drive
        return escaped(str(path))


# Text


def show_answer(screen: Screen, answer: Answer, root: Path) -> None:
    """An answer with its marks and sources; its text is not repeated where it has streamed. What else is said: see `talk`."""
    if screen.streamed:
        screen.line()
    if answer.status == "not_found":
        screen.notice("The documents don't say." + (" The nearest passages:" if answer.nearest else ""))
        show_hits(screen, answer.nearest, root)
        return
    if answer.status == "passages":
        if screen.streamed:
            screen.line(screen.style(f"{UNSUPPORTED} the reply above broke off and has not been checked", "33"))
        screen.notice(CLOSEST)
    shown = screen.streamed if answer.status != "passages" else ""
    if answer.text is not None and not shown:
        shown = marked(answer.text, answer.sentences)
        screen.line(_styled(screen, clean(shown)))
    for mark in _marks(answer, shown):
        screen.line(screen.style(mark, "33"))
    if f" {UNSUPPORTED}" in shown:
        screen.notice(f"{UNSUPPORTED} stands behind what the cited sentences do not support.")
    if answer.citations:
        screen.line()
    show_sources(screen, answer, root)


def talk(screen: Screen, answer: Answer) -> None:
    """On standard error, what is to be known of an answer in whatever form it is shown: what is missing, tokens and price."""
    if answer.left_out:
        screen.notice(f"{counted(answer.left_out, 'sentence')} left out: not supported by the sentences cited.")
    if answer.cut:
        screen.notice("The model's reply stopped for length; its end is missing.")
    for line in answer.notices:
        screen.notice(line)
    if answer.usage:
        price = "" if answer.cost is None else f", ${answer.cost:.4f}"
        usage = f"{answer.usage.input_tokens:,} tokens read, {answer.usage.output_tokens:,} written{price}"
        screen.notice(f"{answer.model}: {usage}")


def show_sources(screen: Screen, answer: Answer, root: Path) -> None:
    """A line for each citation: its number, its place, and the sentence."""
    for citation in answer.citations:
        screen.line(_source_line(screen, citation, root))


_VERDICTS = {"changed": f"  {UNSUPPORTED} the file has changed since", "gone": f"  {UNSUPPORTED} the file is gone"}


def _marks(answer: Answer, shown: str) -> list[str]:
    """A line for each unsupported sentence but those that are marked in the text as shown."""
    return [f"{UNSUPPORTED} not supported by the sentences cited: {fold(s.text)}" for s in unmarked(shown, answer.sentences)]


def _source_line(screen: Screen, citation: Citation, root: Path) -> str:
    number = screen.style(f"[{citation.n}]", "36")
    mark = screen.style(_VERDICTS.get(citation.verdict, ""), "33")
    place = screen.link(screen.style(place_here(citation.place, root), "4"), root, citation.place)
    return f"{number} {place}  “{fold(citation.quote)}”{mark}"


def _styled(screen: Screen, text: str) -> str:
    """A text's numbers and signs in their colours."""
    if not screen.color:
        return text
    text = re.sub(r"\[\d+\]", lambda n: screen.style(n[0], "36"), text)
    return text.replace(UNSUPPORTED, screen.style(UNSUPPORTED, "33"))


def show_read(screen: Screen, answer: Answer, root: Path) -> None:
    """On standard error, the passages that an answer was made from, with what speaks for each."""
    for hit in answer.read:
        screen.notice(f"{place_here(hit.place, root)}: {explained(hit)}")


def show_hits(screen: Screen, hits: Sequence[Hit], root: Path, *, explain: bool = False) -> None:
    """A line a hit, best first; with `explain` a second line that says how its score came about."""
    for hit in hits:
        place = place_here(hit.place, root)
        screen.line(f"{screen.style(place, '36')}: {fold(hit.text)}")
        if explain:
            screen.line(screen.style(f"    {explained(hit)}", "2"))


_REASONS = {
    "words": "matching words",
    "meaning": "similar meaning",
    "sentence": "words in one sentence",
    "closest": "a sentence of similar meaning",
    "around": "words here and beside it",
    "together": "words that stand together",
    "title": "words in the title or file name",
    "linked": "named by a document that the question names",
    "crowding": "better passages of the same document",
}


def explained(hit: Hit) -> str:
    """A hit's score as the sum of what speaks for it."""
    parts = [f"{share:+.2f} {_REASONS[name]}" for name, share in hit.why]
    return f"{hit.score:.2f} = {', '.join(parts).removeprefix('+')}" if parts else "the beginning of a document"


def show_report(screen: Screen, report: Report, target: Target, seconds: float) -> None:
    """What an index run did, on two lines at most."""
    files = f"{counted(report.sources, 'document')} in {file_here('', target.root)}, {counted(report.passages, 'passage')}"
    screen.line(f"{files}: {', '.join(_changes(report)) or 'nothing changed'} ({seconds} s)")
    if report.left_out:
        screen.notice(f"{report.left_out} left out; `qa status` says why.")


def show_forecast(screen: Screen, found: Forecast, offers: Sequence[Offer]) -> None:
    """What a run would embed, and a line for each embedder; the one it would use is marked."""
    gone = f", {counted(found.removed, 'file')} gone" if found.removed else ""
    screen.line(f"{counted(found.files, 'file')} to read{gone}; nothing has been stored.")
    for offer in offers:
        mark = "*" if offer.chosen else " "
        amount = f"{counted(offer.amount.passages, 'passage')}, about {offer.amount.tokens:,} tokens"
        screen.line(f"{mark} {fold(offer.name):<30} {amount:<42} {_price(offer)}")


def _price(offer: Offer) -> str:
    if offer.price is None or offer.most is None:
        return "price not known"
    return f"about {dollars(offer.price)}, at most {dollars(offer.most)}" if offer.most else "$0"


def counted(count: int, noun: str) -> str:
    """ "1 document", "2 documents"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _changes(report: Report) -> list[str]:
    """What a run did, without what it did not do."""
    files = [(report.added, "added"), (report.changed, "changed"), (report.removed, "removed")]
    embedded = [f"{counted(report.embedded, 'passage')} embedded"] if report.embedded else []
    owed = [f"{counted(report.owed, 'vector')} owed"] if report.owed else []
    return [*(f"{n} {word}" for n, word in files if n), *embedded, *owed]


def show_status(screen: Screen, status: Mapping[str, Any]) -> None:
    """`qa status` for a person."""
    for name in ("documents", "home", "embedder", "sources", "passages", "owed"):
        screen.line(f"{name:<12}{fold(str(status[name]))}")
    stale = list(map(escaped, status["pending"]))
    screen.line(f"{'stale':<12}{', '.join(stale[:10]) + (' …' if len(stale) > 10 else '') if stale else 'nothing'}")
    screen.line(f"{'endpoints':<12}{', '.join(map(fold, status['endpoints'])) or 'none'}")
    for item in status["left_out"]:
        screen.line(f"{'left out':<12}{escaped(item['source'])}: {fold(item['reason'])}")
    for item in status["settings"]:
        screen.line(f"{item['name']:<20}{fold(item['value']) or '-'}  ({item['origin']})")


MOST_NOTES = 10
"""So many notes of one check are shown to a person."""


def show_examination(screen: Screen, found: Examination) -> None:
    """`qa doctor` for a person: a line for what is wrong and what mends it, then what is only told."""
    wrong = [f for f in found.findings if f.wrong]
    for finding in wrong:
        screen.line(screen.style(_finding_line(finding), "33"))
    if not wrong:
        screen.line(f"All is well: {counted(len(found.shares), 'document')} whole in the index.")
    notes: dict[str, list[Finding]] = {}
    for finding in found.findings:
        if not finding.wrong:
            notes.setdefault(finding.check, []).append(finding)
    for check, told in notes.items():
        for finding in told[:MOST_NOTES]:
            screen.line(screen.style(_finding_line(finding), "2"))
        if len(told) > MOST_NOTES:
            screen.line(screen.style(f"{check:<12}{len(told) - MOST_NOTES} more; --json lists them", "2"))


def _finding_line(finding: Finding) -> str:
    where = f"{finding.source}: " if finding.source else ""
    mend = f"  → {finding.mend}" if finding.mend else ""
    return f"{finding.check:<12}{fold(where + finding.message + mend)}"


def show_standings(screen: Screen, standings: Sequence[Standing], root: Path) -> None:
    """A line for each citation of a saved answer: how it stands, and where."""
    if not standings:
        screen.notice("The answer has no citations.")
    for s in standings:
        place = place_here(s.citation.place, root)
        moved = f" → {place_here(s.now, root)}" if s.now and s.state == "moved" else ""
        state = screen.style(s.state, "32" if s.now else "33")
        screen.line(f"[{s.citation.n}] {state}  {place}{moved}  “{fold(s.citation.quote)}”")


def show_surroundings(screen: Screen, found: Surroundings, root: Path) -> None:
    """A place with the lines around it; the marked text stands between signs, and in bold where there is colour."""
    head = screen.style(place_here(found.place, root), "4")
    whole = not found.before and not found.after
    marked = clean(found.marked) if whole else f">>>{screen.style(clean(found.marked), '1')}<<<"
    body = f"{clean(found.before)}{marked}{clean(found.after)}".rstrip("\n")
    screen.page(f"{head}\n{body}\n")


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


def show_markdown(screen: Screen, answer: Answer, root: Path) -> None:
    """An answer as Markdown; what else is said: see `talk`."""
    if answer.status == "passages":
        screen.notice(CLOSEST)
    screen.write(answer_markdown(answer, root))


def answer_markdown(answer: Answer, root: Path) -> str:
    """An answer with its sources as footnotes, or the passages nearest to a question that has none."""
    if answer.text is None:
        nearest = "".join(f"- {place_here(hit.place, root)}: {fold(hit.text)}\n" for hit in answer.nearest)
        return f"The documents don't say. The nearest passages:\n\n{nearest}" if nearest else "The documents don't say.\n"
    shown = marked(answer.text, answer.sentences)
    if answer.model and answer.failure is None:
        text = re.sub(r"\[(\d+)\]", r"[^\1]", clean(shown))
    else:
        text = "\n\n".join(f"{clean(s.text)}{''.join(f'[^{n}]' for n in s.citations)}" for s in answer.sentences)
    marks = "".join(f"\n\n{mark}" for mark in _marks(answer, shown))
    notes = "\n".join(
        f"[^{c.n}]: {place_here(c.place, root)} “{fold(c.quote)}”{_VERDICTS.get(c.verdict, '')}" for c in answer.citations
    )
    return f"{text}{marks}\n\n{notes}\n"
