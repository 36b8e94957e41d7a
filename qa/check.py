"""Proving citations: the indexed sentence held against the file on disk, at its offsets, when the answer is given.

Owns the verdicts; knows nothing of models or of how an answer is shown.
"""

from collections.abc import Sequence
from pathlib import Path

from index.catalog import Catalog
from index.errors import FileLeftOut
from index.passage import Place
from index.read import reader_for
from qa.answer import Citation, SentenceRef, Verdict


def prove(refs: Sequence[SentenceRef], root: Path, catalog: Catalog) -> list[Citation]:
    """A citation for each reference, numbered from 1, with what its file says now; each file is read once."""
    texts: dict[str, str | None] = {}
    citations = []
    for n, ref in enumerate(refs, start=1):
        place = _sentence_place(ref)
        if place.source not in texts:
            texts[place.source] = text_on_disk(root, place.source)
        known = catalog.source(place.source)
        verdict = verdict_on(texts[place.source], place, ref.quote)
        citations.append(Citation(n, place, ref.hit.heading, ref.quote, verdict, known.sha256 if known else ""))
    return citations


def text_on_disk(root: Path, source: str) -> str | None:
    """A source's text as its file is now, "" if it holds none any more; None if it is not there or cannot be read."""
    reader = reader_for(source)
    path = root / source if root.is_dir() else root
    try:
        return reader.read(path.read_bytes()).text if reader else None
    except FileLeftOut:
        return ""
    except OSError:
        return None


def _sentence_place(ref: SentenceRef) -> Place:
    hit, (start, end) = ref.hit.place, ref.span
    line = None if hit.line is None else hit.line + ref.hit.text.count("\n", 0, start - hit.start)
    return Place(hit.source, start, end, line, hit.page)


def verdict_on(text: str | None, place: Place, quote: str) -> Verdict:
    """What a source's text as it is now, None if it is gone, says of a quote at its place."""
    if text is None:
        return "gone"
    return "exact" if text[place.start : place.end] == quote else "changed"
