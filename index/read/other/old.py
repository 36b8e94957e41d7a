"""Office files that are not read: each is left out with what it is and what to save it as.

Owns those reasons, and that a file is read all the same which is only named so: RTF, HTML, text or a newer office file.
"""

from collections.abc import Callable
from importlib import import_module

from index.errors import FileLeftOut
from index.passage import Document
from index.read.plain.text import looks_like

_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PROTECTED = "EncryptedPackage".encode("utf-16-le")
_NEWER = {".docx": "word.docx", ".xlsx": "sheet.xlsx", ".pptx": "slides.pptx"}


def read(data: bytes, *, tick: Callable[[], None], kind: str, newer: str) -> Document:
    """The text of a file that is another than its name says; else the reason, with the kind to save it as."""
    if data.startswith(_OLD) and _PROTECTED in data:
        raise FileLeftOut("protected by a password")
    options: dict[str, object] = {}
    module = _module(data, newer)
    if not module:
        found = looks_like(data)
        if found and found != "text" and not data.startswith((_OLD, b"PK")):
            raise FileLeftOut(f"named as {kind}, but it is {found}")
        raise FileLeftOut(f"{kind} is not read: save it as {newer}")
    if module == "plain.tables":
        options["delimiter"] = "\t"
    reader: Callable[..., Document] = import_module(f"index.read.{module}").read
    return reader(data, tick=tick, **options)


def _module(data: bytes, newer: str) -> str:
    """What reads a file by its bytes, or "" where nothing does."""
    if data.startswith(b"PK"):
        marks = {".docx": b"word/", ".xlsx": b"xl/", ".pptx": b"ppt/"}
        return _NEWER[newer] if newer in _NEWER and marks[newer] in data else ""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"{\\rtf", b"<?xml")):
        return "other.rtf" if start.startswith(b"{") else ""
    found = looks_like(data)
    if found == "text":
        return "plain.tables" if newer == ".xlsx" and b"\t" in data[:1000] else "plain.text"
    return "web.webpage" if found == "HTML" else ""
