"""Sentences: where a block of text is cut, by sentencex, with its common faults mended.

Owns where a sentence ends; knows nothing of lines.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.passage import Span
from index.split.abbreviations import ends
from index.split.lines import INK, blocks_of, lines_of

_WINDOW = 4000
"""Characters given to sentencex at once: its time grows with the square of the quotations in a paragraph."""

_OTHER_SPACE = re.compile(r"[\r\n]+[ \t]*(?:>[ \t]?)+|[^\S ]")
_OPENING_QUOTES = frozenset("\"'“‘«„「『")
_MISSED = re.compile(r"(?<=\w\w\w\w[.!?])[)\"”]+\s+(?=[\"“‘(]?[^\W\d_])")
_MISSED_DOTS = re.compile(r"(?<=\w)…[\"”’»)]*\s+(?=[\"“«(]?[A-ZÄÖÜÀ-ÖØ-ÞΑ-ΩА-Я])")
_MISSED_MAY = re.compile(r"May\.\s+(?=[A-Z])")
_MISSED_WIDE = re.compile("(?<=[。！？])[」』）”’]*\\s*(?=\\S)")
"""Where a sentence may begin that sentencex does not tell."""

_MARKER = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[.)\]]+")
_NOTE = r"\[[^\[\]]{1,30}\]|:\d[\d–.-]*"
_CLOSING = re.compile(r"[*_~`]{1,3}\s+")
"""What ends bold or struck text, behind the full stop of its last sentence."""

_NOTES = re.compile(rf"(?:{_NOTE})*\s*")
_NO_SENTENCE = re.compile(rf"(?:{_NOTE}|[\W_])++")
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_FAR = re.compile("[\u0e00-\u9fff\uff01-\uff60]")
_GAP = re.compile(rf"(?<=[{_UNSPACED}])\s+(?=[{_UNSPACED}\d])")
"""Thai, Lao, Burmese and Khmer have no full stops and no spaces but between clauses."""

_CLAUSE = 50
"""Characters of such a text that stand together at least: a clause or two."""


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
    far = not block.isascii() and _FAR.search(block) is not None
    missed = [
        *_MISSED.finditer(block),
        *_MISSED_MAY.finditer(block),
        *_MISSED_DOTS.finditer(block),
        *(_MISSED_WIDE.finditer(block) if far else ()),
    ]
    for found in sorted({*_boundaries(block), *(m.end() for m in missed)}):
        cut = _settle(block, found)
        if not cuts[-1] < cut < len(block) or not _ends(block, cuts[-1], cut):
            continue
        if len(cuts) > 1 and _NO_SENTENCE.fullmatch(block, cuts[-1], cut):
            cuts[-1] = cut
        else:
            cuts.append(cut)
    if len(cuts) > 1 and _NO_SENTENCE.fullmatch(block, cuts[-1]):
        cuts.pop()
    if far:
        cuts = sorted({*cuts, *_clauses(block, cuts)})
    return [_to_mark(text, block, start, cut) for cut in cuts[1:]]


def _clauses(block: str, cuts: Sequence[int]) -> Iterator[int]:
    """Where texts in scripts without full stops are cut: at spaces, into pieces of some length."""
    begin = 0
    for gap in _GAP.finditer(block):
        begin = max(begin, cuts[bisect_right(cuts, gap.end()) - 1])
        if gap.start() - begin >= _CLAUSE:
            begin = gap.end()
            yield begin


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
    """Move a boundary to where the next sentence's text begins: before its quote, behind "**" or "[2]" of the last."""
    if found > 1 and block[found - 1] in _OPENING_QUOTES and block[found - 2].isspace():
        return found - 1
    if found and not block[found - 1].isspace() and (closing := _CLOSING.match(block, found)):
        return closing.end()
    note = _NOTES.match(block, found) if found else None
    return note.end() if note else found


def _ends(block: str, start: int, cut: int) -> bool:
    """Whether a sentence ends before the cut: not after a mere "2.", nor behind what `abbreviations.py` knows."""
    end = cut
    while block[end - 1].isspace():
        end -= 1
    tail = block[max(start, end - 40) : end]
    if tail[-1].isalnum() or tail[-1] in ",;:" or _MARKER.fullmatch(tail) or block[cut] in ",;:)":
        return False
    return ends(tail, block[cut : cut + 20], spaced=end < cut)
