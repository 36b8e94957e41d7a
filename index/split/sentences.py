"""Sentences: where a block of text is cut, by sentencex, with its common faults mended.

Owns where a sentence ends; knows nothing of lines.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.passage import Span
from index.split.lines import INK, blocks_of, lines_of

_WINDOW = 4000
"""Characters given to sentencex at once: its time grows with the square of the quotations in a paragraph."""

_OTHER_SPACE = re.compile(r"[\r\n]+[ \t]*(?:>[ \t]?)+|[^\S ]")
_OPENING_QUOTES = frozenset("\"'“‘«„「『")
_AFTER_CLOSER = re.compile(r"(?<=\w\w\w\w[.!?])[)\"”]+\s+(?=[\"“‘(]?[^\W\d_])")
_MARKER = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)\]]+")
_NOTE = r"\[[^\[\]]{1,30}\]|:\d[\d–.-]*"
_NOTES = re.compile(rf"(?:{_NOTE})*\s*")
_NO_SENTENCE = re.compile(rf"(?:{_NOTE}|[\W_])++")
_TITLE = re.compile(r"\b(?:Mr|Mrs|Ms|Dr|Prof|Capt)\.$")
_DAY = re.compile(r"\b\d{1,2}\.$")
_MONTH = re.compile(r"(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b")
_MEMBER = re.compile(r"\w+(?:\(|\.\w)")
_FULL_WORD = re.compile(r"\w{4}\.$")


def sentences(text: str) -> list[Span]:
    """Spans that tile the text, the white space after a sentence included in it; [] for ""."""
    return tiles(text, blocks_of(text, lines_of(text)))


def tiles(text: str, blocks: Sequence[tuple[int, bool]]) -> list[Span]:
    """The sentences of a text with these blocks, as spans that tile it."""
    if not text:
        return []
    cuts = [0]
    for (start, whole), (end, _) in pairwise([*blocks, (len(text), True)]):
        if INK.search(text, cuts[-1], start):  # white space above the first sentence belongs to it
            cuts.append(start)
        if not whole:
            cuts += _cuts(text, start, end)
    return list(pairwise([*cuts, len(text)]))


def _cuts(text: str, start: int, end: int) -> list[int]:
    """Where the second and later sentences of a block begin: sentencex's boundaries, with its common faults mended."""
    block = text[start:end].rstrip()
    if not block.isprintable():  # white space but " ": sentencex ends no sentence at a line break, and panics at "J.\xa0K."
        block = _OTHER_SPACE.sub(lambda m: " " * len(m[0]), block)
    cuts = [0]
    for found in sorted({*_boundaries(block), *(m.end() for m in _AFTER_CLOSER.finditer(block))}):
        cut = _settle(block, found)
        if not cuts[-1] < cut < len(block) or not _ends(block, cuts[-1], cut):
            continue
        if len(cuts) > 1 and _NO_SENTENCE.fullmatch(block, cuts[-1], cut):
            cuts[-1] = cut
        else:
            cuts.append(cut)
    if len(cuts) > 1 and _NO_SENTENCE.fullmatch(block, cuts[-1]):
        cuts.pop()
    return [_to_mark(text, block, start, cut) for cut in cuts[1:]]


def _to_mark(text: str, block: str, start: int, cut: int) -> int:
    """A cut's place in the text: a sentence that begins a quoted line begins with the line's ">", which its block lacks."""
    while block[cut - 1] == " ":
        cut -= 1
    while text[start + cut].isspace():
        cut += 1
    return start + cut


def _boundaries(block: str) -> Iterator[int]:
    """Where sentencex begins a sentence, in windows that overlap by a sentence."""
    from sentencex import get_sentence_boundaries  # it has no stubs

    at = 0
    while at < len(block):
        begins = [at + found["start_index"] for found in get_sentence_boundaries("en", block[at : at + _WINDOW])]
        yield from begins[1:]
        at = begins[-1] if len(begins) > 1 and at + _WINDOW < len(block) else at + _WINDOW


def _settle(block: str, found: int) -> int:
    """Move a boundary to where the next sentence's text begins: before its quote, behind "[2]" that stands at the last."""
    if found > 1 and block[found - 1] in _OPENING_QUOTES and block[found - 2].isspace():
        return found - 1
    note = _NOTES.match(block, found) if found else None
    return note.end() if note else found


def _ends(block: str, start: int, cut: int) -> bool:
    """Whether a sentence ends before the cut: not after a mere "2." or "Mr.", in "3. Oktober" or "a.B()", nor before "and"."""
    end = cut
    while block[end - 1].isspace():
        end -= 1
    tail = block[max(start, end - 40) : end]
    if tail[-1].isalnum() or tail[-1] in ",;:" or _MARKER.fullmatch(tail) or _TITLE.search(tail) or block[cut] in ",;:)":
        return False
    if block[cut].islower():
        return _FULL_WORD.search(tail) is not None
    if end == cut and _MEMBER.match(block, cut):
        return False
    return not (_MONTH.match(block, cut) and _DAY.search(tail))
