"""A converted document while it is being written: blocks with blank lines between them, and where each part begins.

Owns offsets of parts, and how much text a file may hold; knows nothing of formats.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from index.errors import FileLeftOut
from index.passage import Document, Part

_TRASH = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


MOST, MOST_A_BYTE = 10_000_000, 20
"""So many characters may be made of any file, and so many more of each of its bytes: columns' names are said for each cell."""

TOO_MUCH = "it holds more text than a file of its size should"

HIDDEN = "hidden text"
"""What a person who opens the file does not see."""

HIDDEN_NOTE = f"{HIDDEN} was left out"

REPEATED = "what pages repeat at their edges"
"""Running heads, page numbers and watermarks, but for the first of each."""

Item = TypeVar("Item")

Tick = Callable[[], None]
"""Called by a heavy reader whenever it has got on by a page, a sheet or a chapter."""


def ticking(items: Iterable[Item], tick: Tick, every: int) -> Iterator[Item]:
    """The items; a tick for so many of them, since a large file takes a while."""
    for count, item in enumerate(items):
        if count % every == 0:
            tick()
        yield item


def left_out(places: Sequence[object], kind: str, what: str = HIDDEN) -> list[str]:
    """What is said of text that a person does not see in these places, pages or the like; nothing where there are none."""
    if not places:
        return []
    where = f"{kind} {places[0]}" if len(places) == 1 else f"{len(places)} {kind}s, first on {kind} {places[0]},"
    return [f"{what} on {where} was left out"]


class Draft:
    """Blocks are added in order; `label` names the part that the next block begins."""

    def __init__(self, size: int) -> None:
        """For a file of so many bytes; adding raises FileLeftOut where it gets too much."""
        self.most = MOST + MOST_A_BYTE * size
        self._pieces: list[str] = []
        self._parts: list[Part] = []
        self._length = 0
        self._label = ""
        self.missing: list[str] = []

    @property
    def last_label(self) -> str:
        """The part that was begun last, or ""."""
        return self._parts[-1].label if self._parts else ""

    def label(self, label: str) -> None:
        """From the next block on, the text is that of this part."""
        self._label = label

    def add(self, block: str, gap: str = "\n\n") -> None:
        """Add a block, with a gap to what stands above it; one without ink is left out."""
        block = clean(block).strip("\n").rstrip()
        if not block.strip():
            return
        self._write(gap if self._pieces else "")
        if self._label not in ("", self.last_label):
            ink = len(block) - len(block.lstrip())
            self._parts.append(Part(self._length + ink, self._label))
        self._label = ""
        self._write(block)

    def take(self, document: Document, name: str) -> None:
        """Add another document below its name, as the part that was named for it; its own parts are parts of that part."""
        label = self._label
        self.add(f"{name}\n\n{document.text}")
        text = clean(document.text).rstrip()
        if text == document.text.rstrip():  # offsets within it hold
            begins = self._length - len(text)
            self._parts += [Part(begins + p.start, f"{label}#{p.label}") for p in document.parts if p.start < len(text)]

    def extend(self, text: str) -> None:
        """Write on at the end of the last block."""
        self._write(text)

    def heading(self, level: int, title: str) -> None:
        """Add a Markdown heading in one line."""
        if title := one_line(title):
            self.add(f"{'#' * min(max(level, 1), 6)} {title}")

    def _write(self, text: str) -> None:
        self._pieces.append(text)
        self._length += len(text)
        if self._length > self.most:
            raise FileLeftOut(TOO_MUCH)

    def document(self, title: str, *, markdown: bool = True) -> Document:
        """What has been written."""
        return Document("".join(self._pieces), one_line(title), markdown, tuple(self._parts), tuple(self.missing))


def clean(text: str) -> str:
    """Without the characters that no text is made of, every line end a newline."""
    if text.isprintable():
        return text
    return _TRASH.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    """With each run of white space as one space."""
    return " ".join(clean(text).split())


def paragraphs(text: str) -> str:
    """Plain text with single line breaks kept and runs of blank lines as one."""
    return "\n\n".join(block.strip("\n") for block in re.split(r"\n\s*\n", clean(text)) if block.strip())
