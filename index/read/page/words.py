"""Lines put together to text: which hyphens at their ends belong to words, and where no space stands between them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from index.read.page.line import Line

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_LAST_WORD = re.compile(r"[^\W\d_]+$")
_COMPOUND = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+$")
_FIRST_WORD = re.compile(r"[^\W\d_]+")
_WIDE = re.compile("[\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]")


def words_of(pages: Iterable[Iterable[Line]]) -> Counter[str]:
    """How often each word stands whole in a line, the part of one that a hyphen cuts left out."""
    found: Counter[str] = Counter()
    for page in pages:
        cut = False
        for line in page:
            words = _WORD.findall(line.text.lower())
            found.update(words[cut : len(words) - line.hyphen])
            cut = line.hyphen
    return found


def joined(lines: Sequence[Line], words: Counter[str]) -> str:
    """A paragraph's lines as one."""
    text = lines[0].text
    for above, line in pairwise(lines):
        gap, kept = between(above, line, text, words)
        text += kept + gap + line.text
    return text


def between(above: Line, line: Line, text: str, words: Counter[str]) -> tuple[str, str]:
    """The gap between two lines of a paragraph, and the hyphen that stays at the first one's end."""
    if above.hyphen:
        return "", "-" if _keeps_hyphen(text, line.text, words) else ""
    if re.search(r"\w[-\u2010\u2011\u2013/]$", text) or (_WIDE.match(text[-1:]) and _WIDE.match(line.text)):
        return "", ""
    return " ", ""


def _keeps_hyphen(text: str, following: str, words: Counter[str]) -> bool:
    """Whether a hyphen at a line's end belongs to the word: by how the document writes it elsewhere."""
    left, right = _LAST_WORD.search(text.lower()), _FIRST_WORD.match(following.lower())
    if not left or not right or (following[0].isupper() and not (text[-2:].isalpha() and text[-2:].isupper())):
        return True
    compound = _COMPOUND.search(text.lower())
    for begin in filter(None, (compound and compound[0], left[0])):
        parted, whole = words[f"{begin}-{right[0]}"], words[begin + right[0]]
        if parted or whole:
            return parted > whole
    return min(len(left[0]), len(right[0])) > 2 and bool(words[left[0]] and words[right[0]])
