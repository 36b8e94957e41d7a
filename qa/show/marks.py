"""The sign behind each sentence of an answer that is not supported, in a text that is whole and in one that streams.

Owns where a sentence stands in the text as shown, and when it is known that nothing in the rest of a reply can support it any
more. Knows nothing of how support is judged, nor of terminals.
"""

import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from qa.answer import AnswerSentence

UNSUPPORTED = "[?]"
"""The sign."""

_GROUPS = re.compile(r"(?: ?(?:\[\d+\])+)*")
_FENCE, _FENCE_ENDS = re.compile(r"^[ \t]*(?:```|~~~)", re.MULTILINE), re.compile(r"\s*\n[ \t]*(?:```|~~~)[ \t]*(?=\n|\Z)")
_NOT_TEXT = re.compile(r"(?:\[\d+\])+|\s+")
_MAY_END = re.compile(r"[.!?…。！？:：\n\]|`*]")
_LOOK_BACK = 3
"""So many characters before a piece may have ended a sentence."""

_OFTEN, _SELDOM = 2000, 8
"""Up to so many characters sentences are judged whenever one may have ended; beyond, when a text has grown by an eighth."""

_BLANK_LINE = re.compile(r"\n[ \t]*\n")

Located = tuple[AnswerSentence, int, int]


def located(text: str, sentences: Sequence[AnswerSentence]) -> Iterator[Located]:
    """Where each sentence stands in the text as shown, with the numbers behind it; one that is not found is passed over.

    They are looked for in the text without numbers and white space, in which a sentence is as it was before both were set.
    """
    bare, places, groups = _bare(text)
    at = 0
    for sentence in sentences:
        words = _NOT_TEXT.sub("", sentence.text)
        found = bare.find(words, at) if words else -1
        if found < 0:
            continue
        at = found + len(words)
        start = places[found]
        yield sentence, groups.get(start, start), _behind_groups(text, places[at - 1] + 1)


def _bare(text: str) -> tuple[str, Sequence[int], dict[int, int]]:
    """A text without numbers and white space, the place of each character, and the beginnings of the groups by their ends."""
    parts, places, groups, last = [], array("L"), {}, 0
    for out in chain(_NOT_TEXT.finditer(text), (None,)):
        end = out.start() if out else len(text)
        parts.append(text[last:end])
        places.extend(range(last, end))
        if out is None:
            break
        last = out.end()
        if text[last - 1] == "]":
            groups[last] = out.start() - text.endswith(" ", 0, out.start())
    return "".join(parts), places, groups


def _behind_groups(text: str, end: int) -> int:
    found = _GROUPS.match(text, end)
    return found.end() if found else end


def signed(text: str, sentences: Sequence[AnswerSentence]) -> Iterator[Located]:
    """As `located`, but with the places where signs may stand: behind the code fence that a sentence ends, not in it."""
    for sentence, start, end in located(text, sentences):
        fence = _FENCE_ENDS.match(text, end)
        yield sentence, start, fence.end() if fence and len(_FENCE.findall(text, 0, end)) % 2 else end


def marked(text: str, sentences: Sequence[AnswerSentence]) -> str:
    """The text with a sign behind each sentence that is not supported."""
    parts, last = [], 0
    for sentence, _, end in signed(text, sentences):
        if sentence.supported is False:
            parts.append(f"{text[last:end]} {UNSUPPORTED}")
            last = end
    return "".join([*parts, text[last:]])


@dataclass(slots=True)
class Marker:
    """Puts the signs into a text that streams.

    Behind a sentence that is not supported so far the text waits until it is known that it will not be: an id at the end of its
    paragraph, or behind the next line, may still speak for it (see `qa/reply/claims.py`). All other text goes on at once, but
    for white space at its end.
    """

    _text: str = ""
    _new: list[str] = field(default_factory=list)  # pieces behind it, joined when they are needed
    _tail: str = ""  # the end of both
    _given: int = 0
    _rest: str = ""  # behind it, where nothing waits
    _passed: int = 0  # the end of the last sentence that was found to be supported, or marked
    _waits: bool = False
    _due: int = 0  # the length at which sentences are judged next
    _length: int = 0

    def feed(self, piece: str, judged: Callable[[], Sequence[AnswerSentence]]) -> str:
        """What can be shown of a text that goes on with a piece; `judged` gives its sentences as they stand."""
        if not piece:
            return ""
        self._new.append(piece)
        self._length += len(piece)
        seen = self._tail + piece
        self._tail = seen[-_LOOK_BACK:]
        if not _MAY_END.search(seen):
            return "" if self._waits else self._onward(piece)
        if self._length < self._due:
            self._waits = True
            return ""
        self._due = self._length + (self._length // _SELDOM if self._length > _OFTEN else 0)
        return self._taken(list(signed(self._whole(), judged())), final=False)

    def _whole(self) -> str:
        self._text, self._new = "".join([self._text, *self._new]), []
        return self._text

    def _onward(self, piece: str) -> str:
        """What can be shown where nothing ends: all but white space at the end."""
        shown = (self._rest + piece).rstrip()
        self._rest = (self._rest + piece)[len(shown) :]
        self._given += len(shown)
        return shown

    def finish(self, rest: str, sentences: Sequence[AnswerSentence]) -> str:
        """What is left to show; `sentences` are those of the whole."""
        self._new.append(rest)
        return self._taken(list(signed(self._whole(), sentences)), final=True)

    def _taken(self, found: Sequence[Located], *, final: bool) -> str:
        shown, self._waits = "", False
        ended = found if final else found[:-1]
        reach = self._reach(ended)
        for sentence, _, end in ended:
            if end <= self._passed:
                continue
            if sentence.supported is False and not final and end > reach:
                self._waits = True
                return shown + self._up_to(end)
            shown += self._up_to(end)
            if sentence.supported is False and end == self._given:
                shown += f" {UNSUPPORTED}"
            self._passed = end
        return shown + self._up_to(len(self._text if final else self._text.rstrip()))

    def _reach(self, ended: Sequence[Located]) -> int:
        """The blank line before the last claim: no group behind that speaks for what ends before it."""
        last = next((start for s, start, _ in reversed(ended) if s.supported is not None), 0)
        return max((blank.start() for blank in _BLANK_LINE.finditer(self._text, self._passed, last)), default=-1)

    def _up_to(self, end: int) -> str:
        start, self._given = self._given, max(self._given, end)
        self._rest = self._text[self._given :]
        return self._text[start : self._given]
