"""What is emphasised in a text: the sentences that answer, and the words of the question.

Owns their marks, which take no width, so that a text is wrapped as if they were not there, and their styles.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence

from index.passage import Span
from qa.answer import Words
from qa.show.terminal import Screen, clean
from qa.show.wrap import SENTENCE, WORD

_STYLES = {(False, False): "", (True, False): "1", (False, True): "1", (True, True): "1;4"}
"""Of what stands in a sentence, or not, and is a word: bold; a word in a bold sentence is underlined, too."""


def marked_up(text: str, words: Words, sentences: Sequence[Span] = (), behind: Sequence[str] = ()) -> str:
    """A text that can be shown, with marks around words and sentences; something may stand behind each sentence."""
    marks = [mark for start, end in words(text) for mark in ((start, 3, WORD), (end, 0, WORD))]
    for n, (start, end) in enumerate(sentences):
        marks += [(start, 2, SENTENCE), (end, 1, SENTENCE + "".join(behind[n : n + 1]))]
    shown, at = "", 0
    for place, _, mark in sorted(marks):
        shown += clean(text[at:place]) + mark
        at = place
    return shown + clean(text[at:])


def emphasised(screen: Screen, lines: Sequence[str]) -> list[str]:
    """Lines with what stands between marks in its style, in each line anew, so that any of them may be left out."""
    sentence = word = False
    shown = list[str]()
    for line in lines:
        out = ""
        for part in re.split(f"([{SENTENCE}{WORD}])", line):
            if part in (SENTENCE, WORD):
                sentence, word = sentence != (part == SENTENCE), word != (part == WORD)
            else:
                out += screen.style(part, style) if (style := _STYLES[sentence, word]) else part
        shown.append(out)
    return shown


def in_each(texts: Sequence[str], words: Words) -> Words:
    """The same words for these texts, which are looked through at once."""
    texts = list(dict.fromkeys(texts))
    starts, at = list[int](), 0
    for text in texts:
        starts.append(at)
        at += len(text) + 1
    found = dict[str, list[Span]]()
    for start, end in words("\n".join(texts)):
        n = bisect_right(starts, start) - 1
        if end - starts[n] <= len(texts[n]):
            found.setdefault(texts[n], []).append((start - starts[n], end - starts[n]))
    return lambda text: found.get(text, ())
