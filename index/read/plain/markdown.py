"""Markdown: the decoded file, titled by its first heading.

Knows nothing of what is below that heading; `index/split/passages.py` follows the others.
"""

import re

from index.passage import Document
from index.read.plain.text import first_line_title, plain

_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]++(.+)$", re.MULTILINE)


def read(data: bytes, *, tick: object = None) -> Document:
    """The file as it is."""
    text, missing = plain(data)
    return Document(text, heading_title(text), markdown=True, missing=missing)


def heading_title(text: str) -> str:
    """The first heading of a Markdown text, else a first line that stands like a title."""
    heading = _ATX.search(text)
    if not heading:
        return first_line_title(text)
    title = heading[1].rstrip(" \t")
    return (title.rstrip("#") or title).strip()
