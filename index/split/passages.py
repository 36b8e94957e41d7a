"""Sentences and passages: where a text may be cut, and how its sentences are packed.

Owns every offset that a citation rests on; knows nothing of files, embedders or the index. sentencex finds the sentences inside
a block, llama-index's `SentenceSplitter` packs them (`index/split/packing.py`); a block is what stands between two line breaks
that are deliberate.

When is a line break deliberate? Always at structure (a blank line, heading, list item, table row, fenced code, another depth
of quotation). Elsewhere it is a soft wrap only if the next line's first word would not have fit within the width of its run of
lines, and only in a run that looks wrapped: 40 to 120 columns wide, with all of its line breaks explained that way, or at least
half of them and some before a small letter.
"""

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from itertools import pairwise

from index.passage import Document, Passage, Span, parts_within
from index.split.packing import packer

VERSION: int = 3
"""Raise it whenever the same text would give other passages: the index then splits again."""

MAX_CHARS = 900
"""The longest passage. Paragraphs stay whole, longer ones are parted evenly; bench/README.md tells what that gains."""

LONGEST_HEADING = 500
"""Characters of one heading: each passage below it carries them."""

_WIDTHS = range(40, 121)
"""Columns at which people and programs wrap prose; a longer line was not wrapped, shorter ones are verse or lists."""

_WINDOW = 4000
"""Characters given to sentencex at once: its time grows with the square of the quotations in a paragraph."""

_INK = re.compile(r"\S")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_WORD = re.compile(r"[^\W_]")
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_OTHER_SPACE = re.compile(r"[\r\n]+[ \t]*(?:>[ \t]?)+|[^\S ]")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})([^`]*)$")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_UNDERLINE = re.compile(r" {0,3}(?:={2,}|-{2,})[ \t]*$")
_ITEM = re.compile(r"[ \t]*(?:[-*+•◦▪‣]|\d{1,3}[.)]|[A-Za-z]\))[ \t]+(?=\S)")
_WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd]"
_WIDE_CHAR = re.compile(_WIDE)
_FIRST_WORD = re.compile(rf"{_WIDE}[、。，．！？：；」』）】》〉”’]*|(?:(?!{_WIDE})\S)+")

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
_LONG_RUN = re.compile(rf"(\S{{{MAX_CHARS}}})(?=\S{{{MAX_CHARS}}})")


def sentences(text: str) -> list[Span]:
    """Spans that tile the text, the white space after a sentence included in it; [] for ""."""
    return _sentences(text, _blocks(text, _lines(text)))


def split(document: Document, tick: Callable[[], None] = lambda: None) -> list[Passage]:
    """Passages of whole sentences, at most MAX_CHARS characters each; only a longer sentence is cut.

    `tick` is called after each step, since a large text takes a while.
    """
    text = document.text
    lines = _lines(text)
    tick()
    blocks = _blocks(text, lines)
    tick()
    spans = [span for span in (_trim(text, *tile) for tile in _sentences(text, blocks)) if span[0] < span[1]]
    tick()
    begins = {start for start, _ in blocks}
    sections = _sections(text, lines) if document.markdown else [(0, "")]
    passages: list[Passage] = []
    for (start, heading), (end, _) in pairwise([*sections, (len(text), "")]):
        inside = spans[bisect_left(spans, (start, start)) : bisect_left(spans, (end, end))]
        if inside:
            passages += _passages(text, inside, heading, begins)
    return _with_parts(passages, document) if document.parts else passages


def _with_parts(passages: Sequence[Passage], document: Document) -> list[Passage]:
    """Passages with the document's parts that each touches."""
    starts = [part.start for part in document.parts]
    near = [document.parts[max(bisect_right(starts, p.start) - 1, 0) : bisect_left(starts, p.end)] for p in passages]
    return [replace(p, parts=parts_within(parts, p.start, p.end)) for p, parts in zip(passages, near, strict=True)]


# Lines ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Line:
    """A line without its line break; `body` is what follows the marks of quotation, `depth` counts those.

    `kind` is one of blank, prose, item, tail (no letter or digit: it ends what stands above it), and the kinds that stand
    alone: heading, row, code.
    """

    start: int
    end: int
    body: str
    depth: int
    kind: str
    columns: int

    @property
    def alone(self) -> bool:
        """Whether the line is a sentence by itself."""
        return self.kind in ("heading", "row", "code")

    @property
    def wraps(self) -> bool:
        """Whether a wrapping program could have broken the line: it has several words, or a script without spaces."""
        return " " in self.body.strip() or self.columns > self.end - self.start

    @property
    def capital(self) -> bool:
        """Whether its first letter or digit is a capital letter or a digit."""
        first = _WORD.search(self.body)
        return first is not None and (first[0].isupper() or first[0].isdigit())


def _lines(text: str) -> list[_Line]:
    edges = [0, *(m.end() for m in _NEWLINE.finditer(text)), len(text)]
    contents = [text[a:b].rstrip() for a, b in pairwise(edges)]
    quotes = [_QUOTED.match(content) for content in contents]
    bodies = [content[mark.end() :] if mark else content for content, mark in zip(contents, quotes, strict=True)]
    fenced = _fenced(bodies)
    lines = []
    for i, (start, content, mark, body) in enumerate(zip(edges, contents, quotes, bodies, strict=False)):
        depth = mark[0].count(">") if mark else 0
        kind = "code" if i in fenced and body else _kind(body)
        lines.append(_Line(start, start + len(content), body, depth, kind, _columns(content)))
    return lines


def _fenced(bodies: Sequence[str]) -> set[int]:
    """The lines of fenced code, fences included; a fence that is never closed is none."""
    fenced: set[int] = set()
    first, opening = 0, ""
    for i, body in enumerate(bodies):
        mark = _FENCE.match(body)
        if not mark:
            continue
        if not opening:
            first, opening = i, mark[1]
        elif mark[1].startswith(opening) and not mark[2]:
            fenced.update(range(first, i + 1))
            opening = ""
    return fenced


def _kind(body: str) -> str:
    if not body:
        return "blank"
    if not _WORD.search(body):
        return "tail"
    if _ATX.match(body):
        return "heading"
    if body.lstrip().startswith("|") and body.count("|") > 1:
        return "row"
    return "item" if _ITEM.match(body) else "prose"


def _columns(content: str) -> int:
    """The columns a line takes on a terminal, where Chinese, Japanese and Korean characters take two."""
    return len(content) if content.isascii() else len(content) + len(_WIDE_CHAR.findall(content))


# Blocks ---------------------------------------------------------------------------------------------------------------


def _blocks(text: str, lines: Sequence[_Line]) -> list[tuple[int, bool]]:
    """Where each block begins (the first character of a line that continues none), and whether it is one sentence."""
    usual = _usual_width(lines)
    starts = []
    for run in _runs(lines):
        for line, continues in zip(run, [False, *_continues(run, usual)], strict=True):
            if not continues:
                starts.append((_trim(text, line.start, line.end)[0], line.alone))
    return starts


def _usual_width(lines: Sequence[_Line]) -> int:
    """What three lines of four keep within, or more than any width where most of the text stands in longer lines."""
    columns = sorted(line.columns for line in lines if line.wraps and not line.alone)
    short = columns[: bisect_left(columns, _WIDTHS.stop)]
    return short[len(short) * 3 // 4] if 2 * sum(short) > sum(columns) else _WIDTHS.stop * 2


def _runs(lines: Sequence[_Line]) -> Iterator[list[_Line]]:
    """Lines that stand together: nothing blank between them, the same depth of quotation, no line that stands alone."""
    run: list[_Line] = []
    for line in lines:
        above = run[-1] if run else line
        parted = line.kind == "blank" or line.alone or line.depth != above.depth
        if run and (parted or (above.alone and line.kind != "tail")):
            yield run
            run = []
        if line.kind != "blank":
            run.append(line)
    if run:
        yield run


def _continues(run: Sequence[_Line], usual: int) -> list[bool]:
    """For each line of a run but the first, whether it continues the line above (the module's rule)."""
    continues = []
    listed = run[0].kind == "item"
    for above, line, wrapped in zip(run, run[1:], _wrapped(run, usual), strict=False):
        # "in", and then "920. The king": no list begins within a sentence.
        within = above.body[-1].isalnum() or above.body[-1] == ","
        item = line.kind == "item" and (listed or not wrapped or not within)
        listed = listed or item
        continues.append(line.kind == "tail" or (wrapped and not item))
    return continues


def _wrapped(run: Sequence[_Line], usual: int) -> list[bool]:
    """For each line of a run but the first, whether the break above it is where a program would have wrapped the text."""
    width = max((line.columns for line in run if line.wraps), default=0)
    full = [_was_full(above, line, width) for above, line in pairwise(run)]
    prose = [(was, line.capital) for was, line in zip(full, run[1:], strict=True) if line.kind == "prose"]
    explained = [capital for was, capital in prose if was]
    announced = len(run) == 2 and run[0].body.endswith(":")  # two lines prove little, and this one announces the other
    listed = len(explained) < len(prose) and all(explained)  # verse, logs, addresses: prose breaks before small letters too
    if width not in _WIDTHS or 5 * width < 3 * usual or 2 * len(explained) < len(prose) or announced or listed:
        return [False] * len(full)
    return full


def _was_full(above: _Line, line: _Line, width: int) -> bool:
    """Whether the first word of a line would have gone beyond the width on the line above."""
    word = _FIRST_WORD.search(line.body)
    if not word or above.kind == "tail" or not (above.wraps or line.wraps):
        return False
    return above.columns + 1 + _columns(word[0]) > width


# Sentences ------------------------------------------------------------------------------------------------------------


def _sentences(text: str, blocks: Sequence[tuple[int, bool]]) -> list[Span]:
    if not text:
        return []
    cuts = [0]
    for (start, whole), (end, _) in pairwise([*blocks, (len(text), True)]):
        if _INK.search(text, cuts[-1], start):  # white space above the first sentence belongs to it
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


def _trim(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends; an empty one where there is nothing else."""
    ink = _INK.search(text, start, end)
    return (ink.start(), start + len(text[start:end].rstrip())) if ink else (start, start)


# Passages -------------------------------------------------------------------------------------------------------------


def _sections(text: str, lines: Sequence[_Line]) -> list[tuple[int, str]]:
    """Where each section of a Markdown text begins, with the path of its headings.

    A heading with nothing but a lower heading under it shares that one's section.
    """
    sections = [(0, "")]
    path: dict[int, str] = {}
    below = 0
    for start, end, level, title in _headings(lines):
        bare = path and level > max(path) and not _INK.search(text, below, start)
        path = {above: name for above, name in path.items() if above < level} | {level: title[:LONGEST_HEADING]}
        begin = sections.pop()[0] if bare else start
        sections.append((begin, " › ".join(path.values())))
        below = end
    return sections


def _headings(lines: Sequence[_Line]) -> Iterator[tuple[int, int, int, str]]:
    """Start, end, level and title of each heading: `# so`, or a single line underlined with === or ---."""
    for i, line in enumerate(lines):
        above = lines[max(i - 1, 0)]
        if line.kind == "heading" and not line.depth:
            marks, title = line.body.split(None, 1)
            bare = title.rstrip("#")
            closed = bare and bare[-1].isspace()  # "# Title #", but "# C#"
            yield line.end - len(line.body.lstrip()), line.end, len(marks), bare.rstrip() if closed else title
        elif _UNDERLINE.match(line.body) and above.kind == "prose" and not above.depth and _first_of_block(lines, i - 1):
            title = above.body.lstrip()
            yield above.end - len(title), line.end, 1 if "=" in line.body else 2, title


def _first_of_block(lines: Sequence[_Line], i: int) -> bool:
    """Whether nothing stands right above a line but a heading, a table row or code."""
    return i == 0 or lines[i - 1].kind == "blank" or lines[i - 1].alone


def _passages(text: str, spans: Sequence[Span], heading: str, begins: Set[int]) -> Iterator[Passage]:
    """Pack the sentences of one section; a sentence too long for a passage lies in several, a part in each."""
    at, first = spans[0][0], 0
    for chunk in _pack(text, spans[0][0], spans[-1][1], list(_together(spans, begins))):
        ink = _INK.search(text, at)
        start = ink.start() if ink else at
        at = start + len(chunk)
        after = first
        while after < len(spans) and spans[after][0] < at:
            after += 1
        inside = tuple(_trim(text, max(a, start), min(b, at)) for a, b in spans[first:after])
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
