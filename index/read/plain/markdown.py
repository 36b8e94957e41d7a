"""Markdown: the decoded file, titled by its front matter or its first heading.

Knows nothing of what is below that heading; `index/split/passages.py` follows the others.
"""

import re

from index.passage import Document
from index.read.plain.text import first_line_title, plain

_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,5000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_ALIASES = re.compile(r"^alias(?:es)?:[ \t]*((?:\[[^\]]*\]|\S.*)|(?:\r?\n[ \t]*-[ \t].*)+)", re.MULTILINE | re.IGNORECASE)
_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]++(.+)$", re.MULTILINE)


def read(data: bytes, *, tick: object = None) -> Document:
    """The file as it is."""
    text, missing = plain(data)
    return Document(text, front_title(text) or heading_title(text), markdown=True, missing=missing)


def front_title(text: str) -> str:
    """The title that a note's front matter (YAML between two ---) gives, with its other names in brackets; "" for none."""
    front = _FRONT.match(text)
    if not front:
        return ""
    title = _TITLE.search(front[1])
    also = _ALIASES.search(front[1])
    names = [_bare(name) for name in re.split(r"[,\n]", also[1])] if also else []
    first, named = _bare(title[1]) if title else "", ", ".join(filter(None, names))
    return f"{first} ({named})" if first and named else first or named


def _bare(name: str) -> str:
    return name.strip().strip("-[]").strip().strip("\"'")


def heading_title(text: str) -> str:
    """The first heading of a Markdown text, else a first line that stands like a title."""
    heading = _ATX.search(text)
    if not heading:
        return first_line_title(text)
    title = heading[1].rstrip(" \t")
    return (title.rstrip("#") or title).strip()
