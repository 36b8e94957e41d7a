"""From lines with their places on a page to paragraphs that can be read: columns, running heads, headings, hyphens.

Owns what belongs together; knows nothing of PDF. The order of the lines in the file is trusted, since those who write PDF write
columns one after the other; only where it plainly jumps to and fro between two columns is the page put in order by its gutter.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import median

from index.read.draft.draft import REPEATED, Draft, left_out, one_line
from index.read.page.columns import in_order
from index.read.page.heads import heads_of
from index.read.page.line import Line
from index.read.page.paragraph import Paragraph, with_titles
from index.read.page.tables import Tables
from index.read.page.words import between, joined, words_of

_ENDED = re.compile(r"[.!?:;。！？：；][\"'”’»)\]\d]*$")
_OPEN = re.compile(r"[\w,\u2013\u2014(–-]$|[a-z]\)$")
_BULLET = re.compile(r"[•‣▪●○◦■–—*]\s|\[\d{1,3}\]\s|[-]\s")
_NUMBERED = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)]\s")


def draft_of(pages: Sequence[Sequence[Line]], size: int) -> tuple[Draft, str]:
    """The text of all pages of a file of so many bytes, with what was left out, and the title that stands at the top."""
    words = words_of(pages)
    usual = _body_size(pages)
    heads = heads_of(pages)
    paragraphs: list[Paragraph] = []
    tables = Tables(words)
    for number, lines in enumerate(pages, start=1):
        body = [line for line in lines if (number, line) not in heads.running and not line.aside]
        aside = [line for line in lines if heads.running.get((number, line), line.aside)]
        middle = median(line.bottom for line in body) if body else 0.0
        above = [Paragraph(number, [line], apart=True) for line in aside if line.top > middle and not line.note]
        below = [Paragraph(number, [line], apart=True) for line in aside if line.top <= middle or line.note]
        paragraphs += [*above, *_paragraphs(number, in_order(tables.read(body)), usual), *below]
    _name_levels(paragraphs, usual)
    paragraphs = with_titles(paragraphs, pages, heads.begins)
    draft = _written(_joined(paragraphs), words, Draft(size))
    draft.missing = left_out(sorted({page for (page, _), first in heads.running.items() if not first}), "page", REPEATED)
    return draft, _title(paragraphs, words)


def _body_size(pages: Iterable[Iterable[Line]]) -> float:
    """The size that most letters have."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for line in page:
            sizes[round(line.size * 2) / 2] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _paragraphs(page: int, lines: Sequence[Line], size: float) -> list[Paragraph]:
    pitches = [a.bottom - b.bottom for a, b in pairwise(lines) if 0 < a.bottom - b.bottom < 3 * a.size]
    pitch = median(pitches) if pitches else 0.0
    found: list[Paragraph] = []
    for line in lines:
        if found and not _begins(found[-1].lines, line, pitch):
            found[-1].lines.append(line)
        else:
            found.append(Paragraph(page, [line]))
    for paragraph in found:
        same = abs(median(line.size for line in paragraph.lines) - size) <= 0.08 * size
        paragraph.body = same and not (paragraph.lines[0].upright or paragraph.lines[0].row)
    return found


def _begins(above: Sequence[Line], line: Line, pitch: float) -> bool:
    """Whether a line begins a paragraph."""
    last = above[-1]
    drop = last.bottom - line.bottom
    if last.row or line.row or last.upright != line.upright or last.bold > line.bold:
        return True
    if abs(last.size - line.size) > 0.12 * max(last.size, line.size):
        return True
    if drop < -0.5 * line.size or drop > max(1.45 * min(pitch, 1.6 * line.size), 1.25 * line.size):
        return True
    if last.hyphen:
        return False
    ended = bool(_ENDED.search(last.text))
    if _BULLET.match(line.text) or (ended and _NUMBERED.match(line.text)):
        return True
    indent = line.left - last.left
    hanging = len(above) > 1 and indent < -0.6 * line.size and abs(line.left - above[0].left) < 0.3 * line.size
    short = last.right < max(line.right, *(one.right for one in above)) - 0.12 * (line.right - line.left)
    return hanging or (ended and (indent > 0.6 * line.size or short))


def _name_levels(paragraphs: Sequence[Paragraph], size: float) -> None:
    """Short paragraphs in larger or bold letters are headings; the larger, the higher."""
    heads = [p for p in paragraphs if _is_heading(p, size)]
    sizes = sorted({round(p.lines[0].size) for p in heads}, reverse=True)
    for paragraph in heads:
        paragraph.level = min(sizes.index(round(paragraph.lines[0].size)) + 1, 6)


def _is_heading(paragraph: Paragraph, size: float) -> bool:
    first = paragraph.lines[0]
    large, bold = first.size >= 1.12 * size, first.size >= 0.95 * size and all(line.bold for line in paragraph.lines)
    text = " ".join(line.text for line in paragraph.lines)
    if paragraph.apart or first.row or first.upright or not (large or (bold and len(paragraph.lines) < 3)):
        return False
    return len(text) <= 160 and bool(re.search(r"[^\W\d_]{3}", text)) and not re.search(r"[.,;]$|\w\w:$", text)


def _title(paragraphs: Sequence[Paragraph], words: Counter[str]) -> str:
    """The highest heading of the first page that has one, among the first two."""
    heads = [p for p in paragraphs if p.level and not p.apart and p.page <= 2]
    return one_line(joined(min(heads, key=lambda p: (p.page, p.level)).lines, words)) if heads else ""


def _joined(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Paragraphs, each that goes on elsewhere tied to its continuation; what stands between comes before or after both."""
    ordered: list[Paragraph] = []
    last = -1
    for paragraph in paragraphs:
        if paragraph.body and not paragraph.level:
            if last >= 0 and _goes_on(ordered[last], paragraph, ordered[last + 1 :]):
                first = ordered.pop(last)
                _tail(first).after = paragraph
                last = _after_page(ordered, last, first.page)
                ordered.insert(last, first)
                continue
            last = len(ordered)
        ordered.append(paragraph)
    return ordered


def _after_page(paragraphs: Sequence[Paragraph], begin: int, page: int) -> int:
    """From `begin` on, the first paragraph of a later page."""
    return next((i for i in range(begin, len(paragraphs)) if paragraphs[i].page > page), len(paragraphs))


def _tail(paragraph: Paragraph) -> Paragraph:
    while paragraph.after:
        paragraph = paragraph.after
    return paragraph


def _goes_on(first: Paragraph, then: Paragraph, between: Sequence[Paragraph]) -> bool:
    """Whether a sentence runs from the end of one paragraph into another one, on the next page at the latest."""
    end = _tail(first)
    text = end.lines[-1].text
    if any(first.page < p.page < then.page for p in between):  # pages would come out of order
        return False
    if then.page > end.page + 1 or _BULLET.match(then.lines[0].text):
        return False
    if end.lines[-1].hyphen:
        return then.lines[0].text[:1].islower()
    jump = bool(between) or then.page > end.page or then.lines[0].top > end.lines[-1].top
    if not jump or not _OPEN.search(text):
        return False
    indented = len(then.lines) > 1 and then.lines[0].left > then.lines[1].left + 0.6 * then.lines[0].size
    if then.lines[0].text[:1].islower():
        return True
    words = bool(re.search(r"[^\W\d_],?$", text))  # rows of numbers end otherwise
    return words and end.full and not indented and not any(p.level for p in between)


def _written(paragraphs: Sequence[Paragraph], words: Counter[str], draft: Draft) -> Draft:
    page = 0
    row = False
    for first in paragraphs:
        gap = "\n" if row and first.lines[0].row else "\n\n"
        row = first.lines[0].row
        part: Paragraph | None = first
        while part:
            if part.page != page:
                page = part.page
                draft.label(f"page={page}")
            text = joined(part.lines, words)
            draft.add(f"{'#' * part.level} {text}" if part.level else text, gap)
            if part.after:
                gap, kept = between(part.lines[-1], part.after.lines[0], text, words)
                draft.extend(kept)
            part = part.after
    return draft
