"""The sign behind each sentence of an answer that is not supported, in a text that is whole and in one that streams.

Owns where a sentence stands in the text as shown, and when it is known that nothing in the rest of a reply can support it any
more. Knows nothing of how support is judged, nor of terminals.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from qa.answer import AnswerSentence

UNSUPPORTED = "[?]"
"""The sign."""

_GROUP = r" ?(?:\[\d+\])+"
_MAY_END = re.compile(r"[.!?…。！？:：\n\]|`*]")
_LOOK_BACK = 3
"""So many characters before a piece may have ended a sentence."""

_BLANK_LINE = re.compile(r"\n[ \t]*\n")

Located = tuple[AnswerSentence, int, int]


def located(text: str, sentences: Sequence[AnswerSentence]) -> Iterator[Located]:
    """Where each sentence stands in the text as shown, with the numbers behind it; one that is not found is passed over."""
    at = 0
    for sentence in sentences:
        if found := _with_numbers(sentence.text).search(text, at):
            at = found.end()
            yield sentence, found.start(), at


def marked(text: str, sentences: Sequence[AnswerSentence]) -> str:
    """The text with a sign behind each sentence that is not supported."""
    parts, last = [], 0
    for sentence, _, end in located(text, sentences):
        if sentence.supported is False:
            parts.append(f"{text[last:end]} {UNSUPPORTED}")
            last = end
    return "".join([*parts, text[last:]])


def unmarked(shown: str, sentences: Sequence[AnswerSentence]) -> list[AnswerSentence]:
    """The unsupported sentences that have no sign behind them in a text with signs."""
    left = [s for s in sentences if s.supported is False]
    for sentence, _, end in located(shown, sentences):
        if sentence.supported is False and shown.startswith(f" {UNSUPPORTED}", end):
            left.remove(sentence)
    return left


@dataclass(slots=True)
class Marker:
    """Puts the signs into a text that streams.

    Behind a sentence that is not supported so far the text waits until it is known that it will not be: an id at the end of
    its paragraph, or behind the next line, may still speak for it (see `qa/claims.py`). All other text goes on at once, but
    for white space at its end.
    """

    _text: str = ""
    _given: int = 0
    _passed: int = 0  # the end of the last sentence that was found to be supported, or marked
    _waits: bool = False

    def feed(self, piece: str, judged: Callable[[], Sequence[AnswerSentence]]) -> str:
        """What can be shown of a text that goes on with a piece; `judged` gives its sentences as they stand."""
        before = len(self._text)
        self._text += piece
        if not piece or not _MAY_END.search(self._text, max(0, before - _LOOK_BACK)):
            return "" if self._waits else self._up_to(len(self._text.rstrip()))
        return self._taken(list(located(self._text, judged())), final=False)

    def finish(self, rest: str, sentences: Sequence[AnswerSentence]) -> str:
        """What is left to show; `sentences` are those of the whole."""
        self._text += rest
        return self._taken(list(located(self._text, sentences)), final=True)

    def _taken(self, found: Sequence[Located], *, final: bool) -> str:
        shown, self._waits = "", False
        ended = found if final else found[:-1]
        for i, (sentence, _, end) in enumerate(ended):
            if end <= self._passed:
                continue
            if sentence.supported is False and not final and not self._out_of_reach(end, ended[i + 1 :]):
                self._waits = True
                return shown + self._up_to(end)
            shown += self._up_to(end)
            if sentence.supported is False and end == self._given:
                shown += f" {UNSUPPORTED}"
            self._passed = end
        return shown + self._up_to(len(self._text if final else self._text.rstrip()))

    def _out_of_reach(self, end: int, behind: Sequence[Located]) -> bool:
        """Whether a later paragraph has a claim, so that no group behind it speaks for what ends here."""
        return any(s.supported is not None and _BLANK_LINE.search(self._text, end, start) for s, start, _ in behind)

    def _up_to(self, end: int) -> str:
        start, self._given = self._given, max(self._given, end)
        return self._text[start : self._given]


def _with_numbers(sentence: str) -> re.Pattern[str]:
    """A sentence as it stands in the shown text: with groups of numbers wherever they may be, and other white space."""
    parts = (rf"(?:{_GROUP})?".join(map(re.escape, word)) for word in sentence.split())
    return re.compile(rf"(?:{_GROUP})?" + rf"(?:{_GROUP})?\s+(?:{_GROUP})?".join(parts) + rf"(?:{_GROUP})*")
