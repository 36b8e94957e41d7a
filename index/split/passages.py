"""Passages: a document's sentences, packed, each passage below its headings.

Owns every offset that a citation rests on; knows nothing of files, embedders or the index. Lines make blocks, blocks are cut
into sentences, and llama-index's `SentenceSplitter` packs these (`packing.py`).
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from index.passage import Document, Heading, Passage, Span, parts_within
from index.split.data import data_in
from index.split.lines import INK, Line, blocks_of, lines_of, titled, trimmed
from index.split.packing import packer
from index.split.sentences import tiles
from index.split.tables import joined, names_at, tables

VERSION: int = 6
"""Raise it whenever the same text would give other passages: the index then splits again."""

MAX_CHARS = 900
"""The longest passage. Paragraphs stay whole, longer ones are parted evenly; bench/README.md tells what that gains."""

LONGEST_HEADING = 500
"""Characters of one heading: each passage below it carries them."""

_UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})[ \t]*$")
_LONG_RUN = re.compile(rf"(\S{{{MAX_CHARS}}})(?=\S{{{MAX_CHARS}}})")


def split(document: Document, tick: Callable[[], None] = lambda: None) -> list[Passage]:
    """Passages of whole sentences, at most MAX_CHARS characters each; only a longer sentence is cut.

    `tick` is called after each step, since a large text takes a while.
    """
    text = document.text
    lines = titled(lines_of(text), document.headings)
    tick()
    blocks = blocks_of(text, lines)
    tick()
    data = list(data_in(text))
    spans = [span for span in (trimmed(text, *tile) for tile in _around(tiles(text, blocks), data)) if span[0] < span[1]]
    tick()
    begins = {start for start, _ in blocks}
    sections = _sections(text, _headings(lines) if document.markdown else document.headings)
    passages: list[Passage] = []
    for (start, heading), (end, _) in pairwise([*_parted(sections, data), (len(text), "")]):
        inside = spans[bisect_left(spans, (start, start)) : bisect_left(spans, (end, end))]
        if inside:
            passages += _passages(text, inside, heading, begins)
    if found := list(tables(lines)):
        passages = [replace(p, heading=joined(p.heading, names_at(found, p.start))) for p in passages]
    return _with_parts(passages, document) if document.parts else passages


def _around(tiles: Sequence[Span], data: Sequence[Span]) -> Iterator[Span]:
    """The tiles without the data in them: what stands before it, between it and behind it."""
    left = iter([*data, None])
    gap = next(left)
    for start, end in tiles:
        at = start
        while gap and gap[0] < end:
            if at < gap[0]:
                yield at, gap[0]
            at = min(max(at, gap[1]), end)
            if gap[1] > end:
                break
            gap = next(left)
        if at < end:
            yield at, end


def _parted(sections: Sequence[tuple[int, str]], data: Sequence[Span]) -> list[tuple[int, str]]:
    """The sections, and what stands behind each piece of data as one of its own: no passage runs over it."""
    behind = [(end, sections[bisect_right(sections, end, key=lambda section: section[0]) - 1][1]) for _, end in data]
    return sorted({*sections, *behind}) if data else list(sections)


def _with_parts(passages: Sequence[Passage], document: Document) -> list[Passage]:
    """Passages with the document's parts that each touches."""
    starts = [part.start for part in document.parts]
    near = [document.parts[max(bisect_right(starts, p.start) - 1, 0) : bisect_left(starts, p.end)] for p in passages]
    return [replace(p, parts=parts_within(parts, p.start, p.end)) for p, parts in zip(passages, near, strict=True)]


def _sections(text: str, headings: Iterable[Heading]) -> list[tuple[int, str]]:
    """Where each section of a text begins, with the path of its headings.

    A heading with nothing but a lower heading under it shares that one's section.
    """
    sections = [(0, "")]
    path: dict[int, str] = {}
    below = 0
    for start, end, level, title in headings:
        bare = path and level > max(path) and not INK.search(text, below, start)
        path = {above: name for above, name in path.items() if above < level} | {level: title[:LONGEST_HEADING]}
        begin = sections.pop()[0] if bare else start
        sections.append((begin, " › ".join(path.values())))
        below = end
    return sections


def _headings(lines: Sequence[Line]) -> Iterator[Heading]:
    """Markdown's: `# so`, or a single line underlined with === or ---."""
    for i, line in enumerate(lines):
        above = lines[max(i - 1, 0)]
        if line.kind == "heading" and not line.depth:
            marks, title = line.body.split(None, 1)
            bare = title.rstrip("#")
            closed = bare and bare[-1].isspace()  # "# Title #", but "# C#"
            yield Heading(line.end - len(line.body.lstrip()), line.end, len(marks), bare.rstrip() if closed else title)
        elif _UNDERLINE.match(line.body) and above.kind == "prose" and not above.depth and _first_of_block(lines, i - 1):
            title = above.body.lstrip()
            yield Heading(above.end - len(title), line.end, 1 if "=" in line.body else 2, title)


def _first_of_block(lines: Sequence[Line], i: int) -> bool:
    """Whether nothing stands right above a line but a heading, a table row or code."""
    return i == 0 or lines[i - 1].kind == "blank" or lines[i - 1].alone


def _passages(text: str, spans: Sequence[Span], heading: str, begins: Set[int]) -> Iterator[Passage]:
    """Pack the sentences of one section; a sentence too long for a passage lies in several, a part in each."""
    at, first = spans[0][0], 0
    for chunk in _pack(text, spans[0][0], spans[-1][1], list(_together(spans, begins))):
        ink = INK.search(text, at)
        start = ink.start() if ink else at
        at = start + len(chunk)
        after = first
        while after < len(spans) and spans[after][0] < at:
            after += 1
        inside = tuple(trimmed(text, max(a, start), min(b, at)) for a, b in spans[first:after])
        yield Passage(start, at, text[start:at], heading, inside)
        first = after if spans[after - 1][1] <= at else after - 1


def _together(spans: Sequence[Span], begins: Set[int]) -> Iterator[int]:
    """Where what stays together begins: a block, or a part of one that is too long, all of its parts about as long."""
    blocks = [i for i, (start, _) in enumerate(spans) if i == 0 or start in begins]
    for first, after in pairwise([*blocks, len(spans)]):
        begin, length = spans[first][0], spans[after - 1][1] - spans[first][0]
        aim = length / math.ceil(length / MAX_CHARS)
        yield begin
        for start, end in spans[first + 1 : after]:
            if end - begin > MAX_CHARS or abs(start - begin - aim) <= abs(end - begin - aim):
                yield start
                begin = start


def _pack(text: str, start: int, end: int, edges: Sequence[int]) -> list[str]:
    """llama-index's chunks of a section, parted at edges only, in order, without the white space between them.

    Its own offsets are not used: it finds them by search, which is wrong where a text repeats itself.
    """
    section = text[start:end]
    if len(section) <= MAX_CHARS:  # one chunk: nothing need be imported for it
        return [section.strip()]
    parts = [piece for a, b in pairwise([*edges, end]) for piece in _within(text[a:b])]
    # It cuts what has no spaces into single characters, an object each: 3 MB in one word took 8 s and 350 MB.
    return packer(MAX_CHARS).pack(section, [piece for part in parts for piece in _LONG_RUN.split(part) if piece])


def _within(part: str) -> list[str]:
    """A part, without the white space below it where only that makes it too long for a passage: it would be cut for it."""
    whole = part.rstrip()
    return [whole, part[len(whole) :]] if len(whole) <= MAX_CHARS < len(part) else [part]
