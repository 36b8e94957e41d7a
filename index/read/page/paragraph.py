"""A paragraph on a page, and the title of a page that is a document of its own."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from index.read.page.line import Line

MOST_ABOVE, LONGEST = 3, 60
"""A page's title has at most so many lines above it, and so many characters."""


@dataclass(slots=True)
class Paragraph:
    """Lines that belong together, on one page; `body` where they are of the size that most of the text has."""

    page: int
    lines: list[Line]
    body: bool = False
    apart: bool = False
    level: int = 0
    after: "Paragraph | None" = field(default=None, repr=False)
    """The paragraph on a later page or column that goes on with this one's sentence."""

    @property
    def full(self) -> bool:
        """Whether the last line reaches the right side, as it does where the text goes on."""
        return len(self.lines) > 1 and self.lines[-1].right > max(line.right for line in self.lines) - self.lines[-1].size


def with_titles(paragraphs: Sequence[Paragraph], pages: Sequence[Sequence[Line]], begins: Collection[int]) -> list[Paragraph]:
    """With a heading on each page that begins a document: the first line that no other page has, such as its number."""
    often = Counter(text for lines in pages for text in {line.text for line in lines}) if begins else Counter[str]()
    found: list[Paragraph] = []
    page = above = 0
    for paragraph, following in zip_longest(paragraphs, paragraphs[1:]):
        if paragraph.page != page:
            page, above = paragraph.page, 0 if paragraph.page in begins else MOST_ABOVE + 1
        title = 0
        if not paragraph.apart and above <= MOST_ABOVE:
            count = next((n for n, line in enumerate(paragraph.lines, start=1) if often[line.text] == 1), 0)
            title = 0 if paragraph.level or not _is_title(paragraph, count, following) else count
            above = MOST_ABOVE + 1 if count else above + len(paragraph.lines)
        if title:
            found.append(Paragraph(page, paragraph.lines[:title], apart=True, level=2))
            paragraph.lines = paragraph.lines[title:]
        found += [paragraph] if paragraph.lines else []
    return found


def _is_title(paragraph: Paragraph, count: int, following: Paragraph | None) -> bool:
    """Whether so many of its first lines are a title, and not prose that goes on below."""
    texts = [line.text for line in (*paragraph.lines, *(following.lines if following else ()))]
    if not 0 < count <= MOST_ABOVE + 1 or paragraph.lines[count - 1].hyphen or max(map(len, texts[:count])) > LONGEST:
        return False
    prose = re.search(r"[.,;!?]$", texts[count - 1]) or any(text[:1].islower() for text in texts[: count + 1])
    return not prose and bool(re.search(r"[^\W\d_]{2}", texts[count - 1]))
