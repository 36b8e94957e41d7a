"""Lines and blocks: what each line of a text is, and which lines are one paragraph.

When is a line break deliberate? Always at structure (a blank line, heading, list item, table row, fenced code, another depth
of quotation). Elsewhere it is a soft wrap only if the next line's first word would not have fit within the width of its run of
lines, and only in a run that looks wrapped: 40 to 120 columns wide, with all of its line breaks explained that way, or at least
half of them and some before a small letter.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.passage import COLOURS, Heading, Span

_WIDTHS, _WIDE_WIDTHS = range(40, 121), range(121, 401)
"""Columns at which people and programs wrap prose; a longer line was not wrapped, shorter ones are verse or lists."""

_PROOF = 3
"""Breaks that show that a text is wrapped at a greater width than people use: all of them where the next word would not fit."""

INK = re.compile(r"\S")
_NEWLINE = re.compile(r"\r\n|\n|\r")
_WORD = re.compile(r"[^\W_]")
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})([^`]*)$")
_ATX = re.compile(r" {0,3}(#{1,6})[ \t]+(?=\S)")
_ITEM = re.compile(
    r"[ \t]*(?:[-*+•◦▪‣]|\d{1,3}[.)]|[A-Za-z]\))[ \t]+(?=\S)"
    rf"|(?:{COLOURS.pattern})*[\[(]?(?:\d{{4}}-\d\d-\d\d[T ]|[A-Z][a-z]{{2}} [ \d]\d |\S+ \S+ \S+ \[\d\d/\w+/\d+:)\d\d:\d\d"
)
"""What begins an entry of a list, or of a log."""
WIDE = "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U00020000-\U0003fffd]"
"""A character that takes two columns of a terminal: Chinese, Japanese, Korean."""

_WIDE_CHAR = re.compile(WIDE)
_FIRST_WORD = re.compile(rf"{WIDE}[、。，．！？：；」』）】》〉”’]*|(?:(?!{WIDE})\S)+")


@dataclass(frozen=True, slots=True)
class Line:
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


def lines_of(text: str) -> list[Line]:
    """Every line of a text, a blank one too."""
    edges = [0, *(m.end() for m in _NEWLINE.finditer(text)), len(text)]
    contents = [text[a:b].rstrip() for a, b in pairwise(edges)]
    quotes = [_QUOTED.match(content) for content in contents]
    bodies = [content[mark.end() :] if mark else content for content, mark in zip(contents, quotes, strict=True)]
    fenced = _fenced(bodies)
    lines = []
    for i, (start, content, mark, body) in enumerate(zip(edges, contents, quotes, bodies, strict=False)):
        depth = mark[0].count(">") if mark else 0
        kind = "code" if i in fenced and body else _kind(body)
        lines.append(Line(start, start + len(content), body, depth, kind, _columns(content)))
    return lines


def titled(lines: Sequence[Line], headings: Sequence[Heading]) -> list[Line]:
    """The lines, with all of a heading as one that stands alone."""
    out: list[Line] = []
    at = 0
    for start, end, _, title in headings:
        first = bisect_right(lines, start, key=lambda line: line.start) - 1
        after = bisect_left(lines, end, key=lambda line: line.start)
        out += [*lines[at:first], Line(lines[first].start, lines[after - 1].end, title, 0, "heading", 0)]
        at = after
    return [*out, *lines[at:]]


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


def blocks_of(text: str, lines: Sequence[Line]) -> list[tuple[int, bool]]:
    """Where each block begins (the first character of a line that continues none), and whether it is one sentence."""
    usual = _usual_width(lines)
    starts = []
    for run in _runs(lines):
        for line, continues in zip(run, [False, *_continues(run, usual)], strict=True):
            if not continues:
                starts.append((trimmed(text, line.start, line.end)[0], line.alone))
    return starts


def _usual_width(lines: Sequence[Line]) -> int:
    """What three lines of four keep within, or more than any width where most of the text stands in longer lines."""
    columns = sorted(line.columns for line in lines if line.wraps and not line.alone)
    short = columns[: bisect_left(columns, _WIDTHS.stop)]
    return short[len(short) * 3 // 4] if 2 * sum(short) > sum(columns) else _WIDTHS.stop * 2


def _runs(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that stand together: nothing blank between them, the same depth of quotation, no line that stands alone."""
    run: list[Line] = []
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


def _continues(run: Sequence[Line], usual: int) -> list[bool]:
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


def _wrapped(run: Sequence[Line], usual: int) -> list[bool]:
    """For each line of a run but the first, whether the break above it is where a program would have wrapped the text."""
    width = max((line.columns for line in run if line.wraps), default=0)
    full = [_was_full(above, line, width) for above, line in pairwise(run)]
    prose = [(was, line.capital) for was, line in zip(full, run[1:], strict=True) if line.kind == "prose"]
    explained = [capital for was, capital in prose if was]
    announced = len(run) == 2 and run[0].body.endswith(":")  # two lines prove little, and this one announces the other
    listed = len(explained) < len(prose) and all(explained)  # verse, logs, addresses: prose breaks before small letters too
    if width in _WIDE_WIDTHS:
        return full if len(full) >= _PROOF and all(full) else [False] * len(full)
    if width not in _WIDTHS or 5 * width < 3 * usual or 2 * len(explained) < len(prose) or announced or listed:
        return [False] * len(full)
    return full


def _was_full(above: Line, line: Line, width: int) -> bool:
    """Whether the first word of a line would have gone beyond the width on the line above."""
    word = _FIRST_WORD.search(line.body)
    if not word or above.kind == "tail" or not (above.wraps or line.wraps):
        return False
    return above.columns + 1 + _columns(word[0]) > width


def trimmed(text: str, start: int, end: int) -> Span:
    """The span without white space at its ends; an empty one where there is nothing else."""
    ink = INK.search(text, start, end)
    return (ink.start(), start + len(text[start:end].rstrip())) if ink else (start, start)
