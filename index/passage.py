"""Frozen values that the whole product speaks in: spans, documents, passages and hits.

Owns the shapes; knows nothing of files, SQLite, Chroma or models. All offsets count characters (Python's) of a source's text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
"""What a terminal is coloured by, as in logs: nobody sees it."""

BETWEEN, LEVEL = " | ", " › "
"""What stands between the names of columns, and between the levels of a heading."""

Span = tuple[int, int]
"""A half-open range `[start, end)` of characters of a source's text."""


@dataclass(frozen=True, slots=True)
class Part:
    """From `start` on, a converted document's text is that of `label`: "page=12", "Sales!14", "cell=3" or "line=14"."""

    start: int
    label: str


class Heading(NamedTuple):
    """`title` of a section, 1 for the highest level; from `start` to `end` stands all that marks it, in lines of its own."""

    start: int
    end: int
    level: int
    title: str


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader makes of one file: its text, its title ("" when it has none) and whether `text` is Markdown.

    `parts` are in the order of the text; a file that is text has none, its places are its lines. `missing` says what could not
    be read of the file, such as "page 3 has no text". `headings` are those of a text in another markup than Markdown, in order.
    """

    text: str
    title: str
    markdown: bool
    parts: tuple[Part, ...] = ()
    missing: tuple[str, ...] = ()
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences: `document.text[start:end] == text`, without white space at its ends.

    `sentences` are spans in the document's text (not in the passage), in order, trimmed of white space, never empty.
    `heading` is the path of headings above the passage, joined by " › ", or "". `parts` are those of the document that it
    touches, the first of them from the passage's start on.
    """

    start: int
    end: int
    text: str
    heading: str
    sentences: tuple[Span, ...]
    parts: tuple[Part, ...] = ()

    @property
    def embedded(self) -> str:
        """The text that is embedded, whose hash is the key of its vector."""
        return embedded(self.text, self.heading)

    @property
    def piece(self) -> "Piece":
        """What is embedded of it."""
        shift = len(self.embedded) - len(self.text) - self.start
        return Piece(self.embedded, tuple((start + shift, end + shift) for start, end in self.sentences))


def embedded(text: str, heading: str) -> str:
    """What is embedded of a passage: its text, behind the names of its columns where it goes on with a table."""
    names = columns_in(heading)
    return f"{names}\n{text}" if names else text


def columns_in(heading: str) -> str:
    """The names of columns that a heading ends with, "" where it has none."""
    last = heading.rpartition(LEVEL)[2]
    return last if BETWEEN in last else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """What an embedder is given of a passage: its text, and where each sentence stands in it."""

    text: str
    sentences: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text stands: `source` is the path below the documents' folder with "/"; lines and pages count from 1.

    `first_line` is that of a file that is text, `parts` are those of a converted one that the text touches.
    """

    source: str
    start: int
    end: int
    first_line: int | None = None
    parts: tuple[Part, ...] = ()

    @property
    def part(self) -> str:
        """The label of the part that it begins in, "" where there are none."""
        return self.parts[0].label if self.parts else ""

    @property
    def line(self) -> int | None:
        """The line that it begins on, also where the records of a converted file stand on lines."""
        return _numbered("line=", self.part) or self.first_line

    @property
    def page(self) -> int | None:
        """The page that it begins on."""
        return _numbered("(?:.*#)?page=", self.part)

    @property
    def label(self) -> str:
        """The place as `--json` names it: the source with its line, page, row or cell."""
        if self.line is not None:
            return f"{self.source}:{self.line}"
        return f"{self.source}#{self.part}" if self.part else self.source

    def inner(self, start: int, end: int, text: str) -> "Place":
        """A place within this one, whose text is `text`."""
        line = None if self.first_line is None else self.first_line + text.count("\n", 0, start - self.start)
        return replace(self, start=start, end=end, first_line=line, parts=parts_within(self.parts, start, end))


def parts_within(parts: Sequence[Part], start: int, end: int) -> tuple[Part, ...]:
    """The parts, in order, that a span touches; the first of them from its start on."""
    before = [part for part in parts if part.start <= start][-1:]
    return (*(Part(start, part.label) for part in before), *(part for part in parts if start < part.start < end))


def _numbered(kind: str, label: str) -> int | None:
    found = re.fullmatch(rf"{kind}(\d{{1,9}})", label)
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query, best place first; `also` are the other places of the same text.

    `sentences` are spans in the text of `place.source`; `score` is from 0 on, comparable within one search only. `why` names
    the parts that it is the sum of; `likeness` is the cosine of each sentence with the question, () where that is not known;
    `fits` the sentence that fits the query best, where more than its words and its vector told that.
    """

    place: Place
    title: str
    heading: str
    text: str
    sentences: tuple[Span, ...]
    score: float
    also: tuple[Place, ...] = ()
    why: tuple[tuple[str, float], ...] = ()
    likeness: tuple[float, ...] = ()
    fits: Span | None = None

    def sentence(self, span: Span) -> str:
        """The text of one of this hit's sentences."""
        return self.text[span[0] - self.place.start : span[1] - self.place.start]
