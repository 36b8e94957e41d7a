"""A look at the documents: which files there are, and which of them an update would change.

Reads no document but to tell whether a file too young to be trusted is the one that was indexed.
"""

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.catalog.catalog import Catalog
from index.convert.file import maker, read_bytes
from index.errors import NothingToIndex
from index.files.plan import Known, Plan, plan, young
from index.files.walk import Found, walk
from index.read.formats import reader_for
from index.update.target import Target


def look(target: Target) -> list[Found]:
    """The files there are, those without a reader left out; reads none of them."""
    return [_with_reader(f, target.ocr) for f in walk(target.root, target.home, target.follow)]


def stale(found: Sequence[Found], catalog: Catalog) -> list[str]:
    """The sources whose passages an update would change: those to look at whose content is another, and those that are gone."""
    known, makers = catalog.sources(), makers_of(found)
    todo = plan(found, known, makers)
    gone = (source for source in todo.gone if known[source].sha256)
    return sorted([*(f.source for f in todo.look if _changed(f, known.get(f.source), makers[f.source])), *gone])


def _changed(found: Found, known: Known | None, maker: str) -> bool:
    """Whether a file to look at is another than the one indexed; a young one of the same stat is read to tell."""
    if found.left_out:
        return known is not None and bool(known.sha256)
    if known is None or known.stat != found.stat or known.maker != maker:
        return True
    if not known.sha256:
        return False
    opened = read_bytes(found)
    return not isinstance(opened, tuple) or hashlib.sha256(opened[2]).hexdigest() != known.sha256


@dataclass(slots=True)
class Folder:
    """The files there are, what would make each today, and the sources of the catalog, as they were when last read.

    `hasty` tells that a question waits.
    """

    found: Sequence[Found]
    makers: Mapping[str, str]
    hasty: bool = False
    _known: dict[str, Known] = field(default_factory=dict)
    _run: str = ""

    def known(self, catalog: Catalog) -> dict[str, Known]:
        """The catalog's sources; read again only if a run may have changed them since."""
        run = catalog.meta("run")
        if not run or run != self._run:
            self._run = "" if catalog.meta("unfinished") else run
            self._known = catalog.sources()
        return self._known

    def plan(self, known: Mapping[str, Known]) -> Plan:
        """What is to be done."""
        return plan(self.found, known, self.makers, hasty=self.hasty)

    def worth_a_run(self, catalog: Catalog) -> Plan:
        """What is to be done, without files that hold what is stored and are too young to trust, as one dated in the future."""
        known, now = self.known(catalog), time.time_ns()
        todo = self.plan(known)

        def worth(file: Found) -> bool:
            old = not young(file.stat, now)
            return bool(file.left_out) or old or _changed(file, known.get(file.source), self.makers[file.source])

        look = tuple(file for file in todo.look if worth(file))
        return Plan(look, todo.gone, len(self.found) - len(look))


def _with_reader(found: Found, ocr: bool) -> Found:
    if found.left_out or reader_for(found.source):
        return found._replace(ocr=True) if ocr and found.source.lower().endswith(".pdf") else found
    kind = Path(found.source).suffix
    return found._replace(left_out=f"no reader for {kind} files" if kind else "no reader for its kind")


def makers_of(found: Sequence[Found]) -> dict[str, str]:
    """What would make each file's document today, by source; "" for one that is left out."""
    readers = {f.source: reader_for(f.source, ocr=f.ocr) for f in found if not f.left_out}
    return {f.source: maker(reader) if (reader := readers.get(f.source)) else "" for f in found}


def nothing_in(target: Target, left_out: Sequence[tuple[str, str]]) -> NothingToIndex:
    """The failure of documents of which none can be indexed, with why."""
    if not left_out:
        return NothingToIndex(
            f"There are no files in {target.root}.", "Put documents there, or name a folder with --seeds."
        ).hiding(target.root)
    source, reason = left_out[0]
    more = f", and {len(left_out) - 1} more" if len(left_out) > 1 else ""
    return NothingToIndex(
        f"Nothing in {target.root} can be indexed: {source} ({reason}){more}.", "`qa status` lists every reason."
    ).hiding(target.root)
