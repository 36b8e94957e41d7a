"""Files that are text: what is indexed is the decoded file itself.

Owns how text is told from other bytes; knows nothing of the languages that texts are written in.
"""

from index.errors import FileLeftOut
from index.passage import Document
from index.read.plain.decode import decode
from index.read.plain.markup import headings, markup_of, title

MAGIC = (
    (b"%PDF-", "a PDF"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old or protected Office file"),
    (b"{\\rtf", "an RTF file"),
    (b"\x89PNG", "an image"),
    (b"\xff\xd8\xff", "an image"),
    (b"GIF8", "an image"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"SQLite format 3\0", "a database"),
)
"""First bytes that tell what a file is, whatever its name."""


def read(data: bytes, *, tick: object = None, kind: str = "", markup: str = "") -> Document:
    """Any text, in the markup that its name tells; with `kind`, one of a suffix that nobody knows, which need not be text."""
    try:
        text, missing = plain(data)
    except FileLeftOut as reason:
        raise FileLeftOut(f"no reader for {kind}") if kind else reason from reason
    markup = markup or markup_of(text)
    found = headings(text, markup)
    return Document(text, title(text, markup, found), markup == "markdown", missing=missing, headings=found)


def plain(data: bytes) -> tuple[str, tuple[str, ...]]:
    """The decoded file and what could not be read of it, unless its first bytes are those of another kind."""
    if found := looks_like(data, text=False):
        raise FileLeftOut(f"named as text, but it is {found}")
    return decode(data)


def looks_like(data: bytes, *, text: bool = True) -> str:
    """What a file is by its first bytes, such as "a PDF"; "" where they tell nothing."""
    for magic, kind in MAGIC:
        if data.startswith(magic):
            return kind
    head = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not text:
        return ""
    return "HTML" if head.startswith((b"<!doctype html", b"<html")) else "text" if b"\0" not in head and head.isascii() else ""
