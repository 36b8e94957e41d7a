"""Words wrapped at a terminal's width, in a text that is whole and in one that streams.

Owns where a line may end: between words and beside wide characters, never in code or in a row of a table. Knows nothing of
terminals.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise

from index.split.lines import WIDE, blocks_of, lines_of

SENTENCE, WORD = "\0", "\1"
"""Marks of no width, where a sentence or a word that is emphasised begins, and where it ends."""

_STYLE = r"(?:\x1b\[[0-9;]*m|\x1b\]8;;[^\x1b]*\x1b\\)"
_TOKEN = re.compile(rf"\n|[ \t]+|{_STYLE}*{WIDE}[、。，．！？：；」』）】》〉”’]*{_STYLE}*|(?:{_STYLE}|(?!{WIDE})[^ \t\n])+")
_MARK = re.compile(r"(?:[-*+•]|\d{1,3}[.)])$")
_CODE = 4
"""Blanks before a line of code."""


def width_of(text: str) -> int:
    """Columns that a text takes: wide characters two, combining ones, styles and marks none."""
    plain = re.sub(rf"{_STYLE}|[{SENTENCE}{WORD}]", "", text)
    if plain.isascii():
        return len(plain)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in plain)


def flowing(text: str) -> str:
    """A text as long as it was, with blanks for the line ends within its paragraphs, where it was wrapped at another width."""
    lines = lines_of(text)
    starts = {start for start, _ in blocks_of(text, lines)}
    joined = list(text)
    for above, line in pairwise(lines):
        begins = any(line.start <= start <= line.end for start in starts)
        if line.kind in ("prose", "tail") and above.kind in ("prose", "item", "tail") and not line.depth and not begins:
            joined[above.end : line.start] = [" " if c in "\r\n" else c for c in joined[above.end : line.start]]
    return "".join(joined)


def wrapped(text: str, width: int, indent: str = "", hanging: str = "") -> str:
    """A whole text, its first line behind `indent` and all others behind `indent` and `hanging`."""
    wrapping = Wrapping(width, indent, hanging)
    return wrapping.feed(text) + wrapping.finish()


@dataclass(slots=True)
class Wrapping:
    """Wraps a text that streams: what is fed comes back with line breaks, but for the word that it may end within."""

    width: int
    indent: str = ""
    hanging: str = ""
    _held: str = ""
    _column: int = 0
    _blanks: str = ""
    _more: str = ""  # behind which a line of a list goes on
    _begun: bool = False  # whether this line has a word
    _whole: bool = False  # whether it is left as it is
    _fenced: bool = False
    _first: bool = True

    def feed(self, text: str) -> str:
        """What can be shown of it."""
        tokens = _TOKEN.findall(self._held + text)
        self._held = tokens.pop() if tokens and tokens[-1] != "\n" else ""
        return "".join(map(self._taken, tokens))

    def finish(self) -> str:
        """What is left."""
        held, self._held = self._held, ""
        return self._taken(held) if held and not held.isspace() else ""

    def _taken(self, token: str) -> str:
        if token == "\n":
            self._column, self._blanks, self._begun, self._whole, self._first, self._more = 0, "", False, False, False, ""
            return "\n"
        if token.isspace():
            self._blanks += token
            return ""
        start = "" if self._begun else self.indent + self.hanging * (not self._first)
        if not self._begun:
            self._begin(token)
            self._column = len(start)
        blanks, self._blanks = self._blanks, ""
        if len(blanks) > 2 and self._column > len(start) and not self._whole:
            blanks = " "  # where a line that was indented goes on
        size = width_of(token)
        begins = bool(start) or self._column <= len(self.indent + self.hanging + self._more)
        if self._whole or begins or self._column + len(blanks) + size <= self.width:
            self._column += len(blanks) + size
            return start + blanks + token
        margin = self.indent + self.hanging + self._more
        self._column = len(margin) + size
        return f"\n{margin}{token}"

    def _begin(self, token: str) -> None:
        """What kind of line begins with this word."""
        self._begun = True
        token = re.sub(rf"{_STYLE}|[{SENTENCE}{WORD}]", "", token)
        fence = token.startswith(("```", "~~~"))
        self._whole = self._fenced or fence or token.startswith("|") or len(self._blanks.expandtabs(4)) >= _CODE
        self._fenced ^= fence
        self._more = self._blanks + " " * (len(token) + 1) if _MARK.match(token) else self._blanks
