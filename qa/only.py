"""An answer without what its citations don't support, which still reads as one.

Owns the cutting; knows nothing of how support is judged.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from qa.answer import AnswerSentence, CitedText, SentenceRef

_NUMBER = re.compile(r"\[(\d+)\]")
_GROUP = re.compile(r" ?(?:\[\d+\])+")
_EMPTY_LINE = re.compile(r"^[ \t]*(?:[-*+•>]|\d+[.)])?[ \t]*$\n?", re.MULTILINE)


def only_supported(cited: CitedText) -> tuple[CitedText, int]:
    """The text without its unsupported sentences, its numbers anew in order of first use; and how many were left out."""
    out = [s for s in cited.sentences if s.supported is False]
    if not out:
        return cited, 0
    text = _without(cited.text, cited.sentences)
    order = list(dict.fromkeys(int(n) for n in _NUMBER.findall(text) if 0 < int(n) <= len(cited.refs)))
    kept = [s for s in cited.sentences if s.supported is not False]
    order += [n for s in kept for n in s.citations if n not in order]
    new = {old: number for number, old in enumerate(order, start=1)}
    text = _NUMBER.sub(lambda m: f"[{new[int(m[1])]}]" if int(m[1]) in new else m[0], text)
    sentences = tuple(replace(s, citations=tuple(sorted(new[n] for n in s.citations))) for s in kept)
    refs: tuple[SentenceRef, ...] = tuple(cited.refs[old - 1] for old in order)
    return CitedText(text, sentences, refs, cited.refused), len(out)


def located(text: str, sentences: Sequence[AnswerSentence]) -> Iterator[tuple[AnswerSentence, int, int]]:
    """Where each sentence stands in the text as shown, with the numbers behind it; one that is not found is passed over."""
    at = 0
    for sentence in sentences:
        if found := _with_numbers(sentence.text).search(text, at):
            at = found.end()
            yield sentence, found.start(), at


def _without(text: str, sentences: Sequence[AnswerSentence]) -> str:
    """Cut each unsupported sentence with the numbers behind it, and the list marks and lines that are empty then."""
    kept, last = [], 0
    for sentence, start, end in located(text, sentences):
        if sentence.supported is False:
            kept.append(text[last:start])
            last = end
    joined = "".join([*kept, text[last:]])
    lines = [line for line in joined.split("\n") if line == "" or not _EMPTY_LINE.fullmatch(line)]
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<=\S) {2,}(?=\S)", " ", "\n".join(lines))).strip()


def _with_numbers(sentence: str) -> re.Pattern[str]:
    """A sentence as it stands in the shown text: with groups of numbers wherever they may be, and other white space."""
    group = _GROUP.pattern
    parts = (rf"(?:{group})?".join(map(re.escape, word)) for word in sentence.split())
    return re.compile(rf"(?:{group})?" + rf"(?:{group})?\s+(?:{group})?".join(parts) + rf"(?:{group})*")
