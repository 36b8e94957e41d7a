"""File formats: from a file's bytes to a document's text and title.

Owns the table of readers by suffix; knows nothing of sentences, passages or the index. A reader must be deterministic: what is
stored is keyed by the bytes' hash and the reader's name.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from index.errors import FileLeftOut
from index.passage import Document

TITLE_CHARS = 120
"""A first line longer than this is a paragraph, not a title."""

Tick = Callable[[], None]
"""Called when a reader has made progress: a page, a sheet."""

_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read: `name` with its version is kept in the index, so that a better reader reads again.

    `converted` tells that its text is not the file's own, `heavy` that it may take long and is run in a process of its own.
    """

    name: str
    read: Callable[[bytes, Tick], Document]
    converted: bool = False
    heavy: bool = False


def reader_for(source: str) -> Reader | None:
    """The reader for a file's name, or None where there is none for its suffix."""
    name = source.rsplit("/", 1)[-1]
    return READERS.get("." + name.rsplit(".", 1)[-1].lower()) if "." in name else None


def _decode(data: bytes) -> str:
    """UTF-8 without a leading byte-order mark, line ends untouched; anything else is left out with its reason."""
    if b"\0" in data:
        raise FileLeftOut("not a text file (it holds NUL bytes)")
    try:
        text = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise FileLeftOut(f"not valid UTF-8 (byte 0x{data[error.start]:02x} at {error.start})") from error
    if not text.strip():
        raise FileLeftOut("no text in it")
    return text


def _read_text(data: bytes, tick: Tick) -> Document:
    text = _decode(data)
    return Document(text, _first_line_title(text), markdown=False)


def _read_markdown(data: bytes, tick: Tick) -> Document:
    text = _decode(data)
    heading = _ATX.search(text)
    return Document(text, heading[1].strip() if heading else _first_line_title(text), markdown=True)


def _first_line_title(text: str) -> str:
    """The first line when it stands as a title does: short, without a full stop, with text below it."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    return first if len(first) <= TITLE_CHARS and not first.endswith((".", ",", ";", ":")) and rest.strip() else ""


READERS = {
    ".txt": Reader("text-1", _read_text),
    ".text": Reader("text-1", _read_text),
    ".md": Reader("markdown-1", _read_markdown),
    ".markdown": Reader("markdown-1", _read_markdown),
}
