"""What is wrong with an index, and what mends it; changes nothing.

Owns the checks of the home, the catalog, the passages and the vectors. Knows nothing of terminals, settings or chat models.
"""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.catalog import schema
from index.catalog.catalog import Catalog
from index.convert.file import maker
from index.convert.readers import read_all
from index.embed.embedder import Embedder
from index.errors import Failure
from index.files.secret import SECRET
from index.files.walk import LOST, Found
from index.home import claim
from index.read.draft.draft import HIDDEN, REPEATED
from index.read.formats import BLANK, reader_for
from index.split.data import without_data
from index.update.look import look, stale
from index.update.target import Target

ROOM = 50_000_000
"""Bytes that should be free beside those for a copy of the vectors, which a save makes."""

INDEX, REBUILD = "qa index", "qa index --rebuild"
MENDS = (
    ("larger than", "Split the file"),
    ("unpacks to", "Split the file"),
    ("too much memory", "Split the file"),
    ("made no progress", "Split the file"),
    ("`qa index` tries it again", "Run `qa index`"),
    ("protected by", "Save it without protection"),
    ("OCR found no", "Add the text to the file"),
    ("no text layer", "Set QA_OCR=1 where tesseract is installed"),
    ("has no text", "Set QA_OCR=1 where tesseract is installed"),
    (BLANK, "Add the text to the file"),
    ("Windows-1252", "Save the file as UTF-8"),
    ("does not calculate", "Save the file with a spreadsheet program"),
    ("cannot be read:", "Give yourself the right to read it"),
    ("a name that", "Rename the file"),
    (HIDDEN, "Show the text in the file if it is to be read"),
    ("named ", "Give the file the suffix of its kind"),
    ("no reader for", "Save it as text or PDF"),
)
"""What mends a file of which not all could be read, by words of the reason; else it is damaged."""

NAMED = 5
"""Files named in one finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; `mend` is the command (or, where there is none, the sentence) that mends it.

    `wrong` is false for what is only told: documents that are left out by choice, and what mends itself.
    """

    check: str
    message: str
    mend: str = ""
    source: str | None = None
    wrong: bool = True


@dataclass(frozen=True, slots=True)
class Examination:
    """The findings, and for each source the share of its text's characters but white space that stand in some passage."""

    findings: tuple[Finding, ...]
    shares: dict[str, float]


def examine(target: Target, own_embedder: Callable[[str], Embedder | None]) -> Examination:
    """Look at everything; `own_embedder` opens the embedder of a name, None where that would call a service."""
    findings = [*_safely("home", lambda: _home(target)), *_safely("vectors", lambda: _left_over(target))]
    if not target.indexed:
        return Examination((*findings, Finding("catalog", f"Nothing of {target.root} has been indexed.", INDEX)), {})
    shares: dict[str, float] = {}
    try:
        with Catalog(target.home) as catalog:
            target.owned(catalog)
            shares.update(_shares(catalog))
            findings += _catalog(catalog)
            findings += _coverage(catalog, shares)
            findings += _safely("documents", lambda: _documents(target, catalog))
            findings += _safely("documents", lambda: _texts(target, catalog))
            findings += _safely("vectors", lambda: _vectors(target, catalog))
            findings += _safely("embedder", lambda: _embedder(catalog, own_embedder))
    except Failure as failure:
        findings.append(of_failure("catalog", failure))
    except (LookupError, TypeError, ValueError) as error:  # what rows hold that none was made with
        findings.append(Finding("catalog", f"The catalog is damaged: its rows do not fit together ({error}).", REBUILD))
    return Examination(tuple(findings), shares)


def of_failure(check: str, failure: Failure) -> Finding:
    """A failure as a finding: what mends it is the command in its hint."""
    command = re.search("`(qa [^`]*)`", failure.hint)
    return Finding(check, str(failure), command[1] if command else failure.hint)


def _safely(check: str, look_into: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """A check's findings; a failure of the check is one."""
    found: list[Finding] = []
    try:
        found.extend(look_into())
    except Failure as failure:
        found.append(of_failure(check, failure))
    return found


def _home(target: Target) -> Iterator[Finding]:
    """Only its owner may look into the home, and can write it; and a save has room."""
    home = target.home
    if not home.exists():
        return
    if os.name == "posix" and (mode := stat.S_IMODE(home.stat().st_mode)) & 0o077:
        yield Finding("permissions", f"Others may look into {home} (its mode is {mode:04o}).", f"chmod 700 '{home}'")
    for path in (home, home / schema.FILE, home / claim.VECTORS):
        if path.exists() and not os.access(path, os.W_OK):
            yield Finding("permissions", f"{path} cannot be written.", f"chmod u+w '{path}'")
    free, need = shutil.disk_usage(home).free, _size(home / claim.VECTORS) + ROOM
    if free < need:
        message = f"{free // 1_000_000} MB are free where the index is, and saving it takes up to {need // 1_000_000} MB."
        yield Finding("space", message, "Make room on the disk, or name another folder with --home DIR.")


def _size(folder: Path) -> int:
    """Bytes of the files below a folder; what vanishes meanwhile has none."""
    paths = (os.path.join(below, name) for below, _, names in os.walk(folder) for name in names)
    return sum(os.path.getsize(path) for path in paths if os.path.exists(path))


def _left_over(target: Target) -> Iterator[Finding]:
    """What a kill left behind."""
    for name in target.own_vectors.left_over():
        yield Finding("left_over", f"A kill left {name} behind; the next change of the documents deletes it.", wrong=False)


def _catalog(catalog: Catalog) -> Iterator[Finding]:
    """SQLite finds the file whole, and its tables fit together; the last run was not cut off."""
    for problem in catalog.problems():
        yield Finding("catalog", f"The catalog is damaged: {problem}.", REBUILD)
    if catalog.meta("unfinished"):
        yield Finding("catalog", "A run was cut off, or is under way.", INDEX)


def _shares(catalog: Catalog) -> Iterator[tuple[str, float]]:
    share = {id_: _share(text, passages) for id_, text, passages in catalog.documents()}
    return ((source, share.get(id_, 0.0)) for source, id_ in sorted(catalog.document_ids().items()))


def _share(text: str, passages: Sequence[tuple[int, int, str]]) -> float:
    """The share of a text's characters, but white space and data, that stand in passages, which must be what it has there."""
    covered = end = 0
    for start, stop, passage in passages:
        if text[start:stop] == passage:
            covered += _written(text[max(start, end) : stop])
            end = max(end, stop)
    return covered / whole if (whole := _written(without_data(text))) else 1.0


def _written(text: str) -> int:
    return sum(map(len, text.split()))


def _coverage(catalog: Catalog, shares: dict[str, float]) -> Iterator[Finding]:
    """Law 1; and what a reader could not read of a file that is indexed, such as a page without text."""
    for source, what in catalog.missing():
        mend = "" if REPEATED in what else _mend(what)
        yield Finding("missing", what, mend, source, wrong=bool(mend) and HIDDEN not in what)
    for source, share in shares.items():
        if share < 1:
            yield Finding("coverage", f"Only {share:.2%} of its characters stand in some passage.", REBUILD, source)


def _documents(target: Target, catalog: Catalog) -> Iterator[Finding]:
    """The index is true to the files; what is left out is wrong only where it could have been read."""
    found = look(target)
    if changed := stale(found, catalog):
        named = ", ".join(changed[:NAMED]) + (" …" if len(changed) > NAMED else "")
        yield Finding("stale", f"{len(changed)} changed since the index was made: {named}.", INDEX)
    at_last_run = dict(catalog.left_out())
    for file in found:
        reason = file.left_out or at_last_run.get(file.source, "")
        if reason and file.source not in changed:
            chosen = reason in (SECRET, "protected by a password") or _blank(file, reason)
            lost = file.left_out.startswith(LOST) or not (file.left_out or chosen)
            yield Finding("left_out", reason, _mend(reason) if lost else "", file.source, wrong=lost)


def _texts(target: Target, catalog: Catalog) -> Iterator[Finding]:
    """The files that are as they were indexed, read again, say what the index says that they do."""
    known = catalog.sources()
    for file, now in read_all([file for file in look(target) if not file.left_out]):
        reader, indexed = reader_for(file.source, ocr=file.ocr), known.get(file.source)
        if not (now and now.document and reader and indexed):
            continue
        as_indexed = (indexed.sha256, indexed.maker) == (now.sha256, maker(reader))
        if as_indexed and now.document.text != catalog.text(file.source):
            yield Finding("text", "The index holds another text than the file.", REBUILD, file.source)


def _blank(file: Found, reason: str) -> bool:
    """Whether there is nothing to be read: an empty file, or one that is text and holds white space alone."""
    reader = reader_for(file.source)
    return file.stat.size == 0 or (reason == BLANK and reader is not None and not reader.converted)


def _mend(reason: str) -> str:
    way = next((way for words, way in MENDS if words in reason), "Mend the file")
    return f"{way}, or name it in .qaignore."


def _vectors(target: Target, catalog: Catalog) -> Iterator[Finding]:
    """Every passage has its vector in the store, or is owed one, and every vector its passage."""
    live, old, counts = catalog.hashes(), set(catalog.old_vectors()), catalog.counts()
    if counts.owed:
        count = "1 passage has" if counts.owed == 1 else f"{counts.owed} passages have"
        yield Finding("vectors", f"{count} no vector yet, found by words alone.", INDEX)
    if not target.vectors.exists():
        if live:
            yield Finding("vectors", "The vectors are gone.", INDEX)
        return
    collection = catalog.meta("collection")
    there = _stored(target, collection) if collection else set()
    mend = INDEX if catalog.meta("unfinished") or target.vectors.touched(collection, catalog.meta("seen")) else REBUILD
    if missing := catalog.embedded(live) - there:
        yield Finding("vectors", f"{len(missing)} vectors are missing that the catalog counts on.", mend)
    if not target.vectors.shared and (extra := there - live - old):
        yield Finding("vectors", f"{len(extra)} vectors belong to no passage.", mend)
    if (waiting := there & old) and catalog.sweep_due(counts.passages, shared=target.vectors.shared):
        yield Finding("vectors", f"{len(waiting)} vectors that no passage needs are not deleted yet.", INDEX)


def _stored(target: Target, collection: str) -> set[str]:
    """The ids in the store; on a server those of others are among them."""
    return target.vectors.ids(collection) if target.server else target.own_vectors.ids_in_view(collection)


def _embedder(catalog: Catalog, own_embedder: Callable[[str], Embedder | None]) -> Iterator[Finding]:
    """What would embed a question is what made the vectors."""
    name, collection = catalog.meta("embedder"), catalog.meta("collection")
    opened = own_embedder(name) if name and collection else None
    if opened is None:
        return
    opened.like(collection)
    if not opened.local:
        opened.query("doctor")
    if opened.identity != collection:
        message = f"The vectors were made by {collection}, and {opened.identity} is here: searches go by words alone."
        yield Finding("embedder", message, REBUILD)
