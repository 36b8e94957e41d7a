"""EPUB books: the chapters in the order of the book's spine, each read as HTML.

Owns the container and the spine; EPUB has no pages, its places are headings.
"""

import posixpath
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import Draft
from index.read.office.archive import Archive, attribute, local
from index.read.plain.decode import decode
from index.read.web.webpage import write


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """Chapters in order; one that is missing is named."""
    archive = Archive(data, ".epub")
    if "META-INF/encryption.xml" in archive and "META-INF/rights.xml" in archive:
        raise FileLeftOut("protected by DRM")
    container = archive.xml("META-INF/container.xml")
    package = next(attribute(e, "full-path") for e in container.iter() if local(e.tag) == "rootfile")
    root = archive.xml(package)
    folder = posixpath.dirname(package)
    files = {attribute(e, "id"): unquote(attribute(e, "href")) for e in root.iter() if local(e.tag) == "item"}
    draft = Draft(len(data))
    for chapter in dict.fromkeys(attribute(e, "idref") for e in root.iter() if local(e.tag) == "itemref"):
        path = posixpath.normpath(posixpath.join(folder, files.get(chapter, chapter)))
        if path not in archive:
            draft.missing.append(f"chapter {chapter} is missing")
            continue
        text, missing = decode(archive.read(path))
        draft.missing += [f"{chapter}: {fault}" for fault in missing]
        write(text, draft, tick, partial(_sheet, archive, posixpath.dirname(path)))
    return draft.document(next((e.text or "" for e in root.iter() if local(e.tag) == "title"), ""))


def _sheet(archive: Archive, folder: str, address: str) -> str | None:
    """A style sheet that a chapter in this folder links to."""
    path = posixpath.normpath(posixpath.join(folder, unquote(address)))
    return decode(archive.read(path))[0] if path in archive else None
