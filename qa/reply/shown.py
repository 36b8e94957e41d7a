"""The text of a reply as it is shown while it streams, with numbers in the place of ids, and plain: without them.

Owns white space around what is shown and left out, and what is code; knows nothing of ids.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

LONGEST = 200
"""Characters of white space that wait for what follows, and of a line's beginning that is kept in mind."""

TAIL = 400
"""Characters of the plain text that a group may be about."""

_BLANK, _MAY_JOIN = re.compile(r"[ \t]*"), re.compile(r"[ \t]*[,;，；、]?[ \t]*")
_NO_SPACE_BEFORE = frozenset(".,;:!?)}%…。，；：！？、）」』”’\n")
_NO_SPACE_AFTER = frozenset("([{（「『“‘*_`")


@dataclass(slots=True)
class Text:
    """The text as it is shown, and plain: without groups. White space waits until it is known what follows it."""

    shown: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    length: int = 0
    tail: str = ""  # the end of the plain text
    _gap: str = ""
    _before: str = ""  # the white space before what was taken out
    _taken_out: bool = False  # a group or the refusal word stood here, behind the text so far
    _cited: dict[int, None] = field(default_factory=dict)  # the numbers shown there
    _fences: int = 0  # lines of code fences before the last line, of which there are the beginning and the backticks
    _line: str = ""
    _ticks: int = 0

    def put(self, text: str) -> str:
        """Show text, but for white space at its end and for a comma that may stand between two groups."""
        text = self._gap + text
        waits = len(text) < LONGEST and (_MAY_JOIN if self._taken_out else _BLANK).fullmatch(text)
        body = "" if waits else text.rstrip(" \t") or text
        self._gap = text[len(body) :]
        return self._emit(body) if body else ""

    def cite(self, numbers: Sequence[int]) -> str:
        """Show numbers behind the text so far, but those that stand there already."""
        self.leave_out()
        fresh = [n for n in numbers if n not in self._cited]
        if not fresh:
            return ""
        last = self.shown[-1][-1] if self.shown else "\n"
        space = " " if self._before or last not in _NO_SPACE_AFTER else ""
        space = "" if self._cited else self._before if last == "\n" else space
        self._cited.update(dict.fromkeys(fresh))
        self.shown.append(space + "".join(f"[{n}]" for n in fresh))
        return self.shown[-1]

    def leave_out(self) -> None:
        """Close up the white space around what is not shown here."""
        if not self._taken_out:
            self._taken_out, self._before = True, self._gap
        self._gap = ""

    def end(self) -> str:
        """What still waits, without white space."""
        rest = self._gap.strip(" \t")
        self._gap = rest
        return self._emit(rest) if rest else ""

    def in_code(self) -> bool:
        """Whether the text so far ends within a code fence or between backticks."""
        fences = self._fences + self._line.lstrip().startswith("```")
        return fences % 2 == 1 or self._ticks % 2 == 1

    def _follow(self, plain: str) -> None:
        """Keep in mind what `in_code` asks for, so that the text need not be read again."""
        *lines, last = plain.split("\n")
        for line in lines:
            self._fences += (self._line + line).lstrip().startswith("```")
            self._line, self._ticks = "", 0
        if len(self._line) < LONGEST:
            self._line += last[:LONGEST]
        self._ticks += last.count("`")

    def _emit(self, body: str) -> str:
        """Show a body; `body` begins with the white space that has waited for it."""
        plain = self._closed_up(body) if self._taken_out else body
        shown = body if self._cited or not self._taken_out else plain
        self._taken_out, self._before = False, ""
        self._cited.clear()
        self.plain.append(plain)
        self.shown.append(shown)
        self._follow(plain)
        self.tail = (self.tail + plain)[-TAIL:]
        self.length += len(plain)
        return shown

    def _closed_up(self, body: str) -> str:
        """A body behind something that was taken out: with one space before it, or none."""
        bare = body.lstrip(" \t")
        last = self.plain[-1][-1] if self.plain else "\n"
        if last == "\n":
            return self._before + bare
        spaced = self._before or len(bare) < len(body)
        joined = (last.isalnum() or last == "[") and (bare[0].isalnum() or bare[0] == "]")
        return (" " if joined or (spaced and bare[0] not in _NO_SPACE_BEFORE) else "") + bare
