"""Data within a text, such as pictures in base64: it stays in the text, and stands in no passage.

Owns what is data: nobody reads it, searches for it or cites it, and an embedder would be paid for it.
"""

import re
from collections.abc import Iterator

from index.passage import Span

_RUN = re.compile(
    r"(?<![\w+/%-])(?:data:[\w.+/-]{1,100}(?:;[\w=-]{1,40})*,[A-Za-z0-9+/%_-]{300,}+={0,2}|[A-Za-z0-9+/_-]{300,}+={0,2}"
    r"|(?:[A-Za-z0-9+/]{60,80}\r?\n[ \t>]*){6,}\S*)"
)
_SHORTEST = 60
"""Characters of a line of data at least."""

_MARKS = tuple(map(re.compile, ("[a-z]", "[A-Z]", "[0-9]")))
"""Base64 has all of these; a sequence of genes, a sum in hexadecimal, or a rule of dashes has not."""


def data_in(text: str) -> Iterator[Span]:
    """Where data stands."""
    if max(map(len, text.split()), default=0) < _SHORTEST:  # three times as fast as to look for it
        return
    for found in _RUN.finditer(text):
        if all(mark.search(text, *found.span()) for mark in _MARKS):
            yield found.span()


def without_data(text: str) -> str:
    """The text without it."""
    kept, at = [], 0
    for start, end in data_in(text):
        kept.append(text[at:start])
        at = end
    return "".join([*kept, text[at:]])
