"""An answer without what its citations don't support, which still reads as one.

Owns the cutting; knows nothing of how support is judged.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from qa.answer import AnswerSentence, CitedText, SentenceRef
from qa.marks import located

_NUMBER = re.compile(r"\[(\d+)\]")
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
