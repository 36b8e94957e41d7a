"""Proving citations: the indexed sentence held against the file on disk, at its offsets, when the answer is given.

Owns the verdicts. A file that is text is read again; of a converted one the bytes must be those that were indexed, and are not
converted again. Knows nothing of models or of how an answer is shown.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from index.convert.file import LARGEST
from index.convert.readers import text_of
from index.passage import Place
from index.process.machine import opened
from index.read.formats import reader_for
from index.split.tables import with_names
from qa.answer import Citation, SentenceRef, Verdict
from qa.documents.texts import Root, Texts, file_of


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A source as its file is now: its text, "" where it holds none or is a converted file that was not indexed so.

    `text` is None if the file is not there or cannot be read.
    """

    text: str | None
    converted: bool = False
    sha256: str = ""

    def verdict(self, place: Place, quote: str) -> Verdict:
        """What the file says of a quote at its place."""
        if self.text is None:
            return "gone"
        if self.text[place.start : place.end] != quote:
            return "changed"
        return "extracted" if self.converted else "exact"


def on_disk(root: Root, source: str, catalog: Texts | None, *, convert: bool = False, ocr: bool = False) -> OnDisk:
    """A source as its file is now; with `convert`, one that was not indexed so is converted, which may take long.

    With `ocr` scanned pages are read for that, as they were for the index.
    """
    reader = reader_for(source)
    path = file_of(root, source)
    try:
        with opened(str(path)) as file:
            large = path.stat().st_size > LARGEST  # none of what was indexed was, and a sparse one has no end
            sha256 = "" if large else hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return OnDisk(None)
    converted = reader is None or reader.converted
    known = catalog.source(source) if catalog and converted else None
    if catalog and reader and known and known.sha256 == sha256 and _kind(known.maker) == _kind(reader.name):
        return OnDisk(catalog.text(source), converted, sha256)
    if reader is None or (converted and not convert):
        return OnDisk("", converted, sha256)
    return OnDisk(text_of(path, source, ocr=ocr), converted, sha256)


def _kind(maker: str) -> str:
    """Which reader, of whatever version: bytes that one file holds as HTML are another text where a file holds them as text."""
    return maker.partition("-")[0]


def prove(refs: Sequence[SentenceRef], root: Root, catalog: Texts) -> list[Citation]:
    """A citation for each reference, numbered from 1, with what its file says now; each file is read once."""
    files: dict[str, OnDisk] = {}
    citations = []
    for n, ref in enumerate(refs, start=1):
        place = ref.hit.place.inner(*ref.span, ref.hit.text)
        if place.source not in files:
            files[place.source] = on_disk(root, place.source, catalog)
        known = catalog.source(place.source)
        verdict = files[place.source].verdict(place, ref.quote)
        heading = with_names(ref.hit.heading, ref.hit.text, ref.span[0] - ref.hit.place.start)
        citations.append(Citation(n, place, heading, ref.quote, verdict, known.sha256 if known else ""))
    return citations
