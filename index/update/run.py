"""Bringing an index up to date with its documents, and nothing more than what changed.

Owns the straight line of a run: walk, plan, read, split, store, report. How it is stored so that nothing is lost stands in
`index/update/write.py`. Knows nothing of questions, terminals or settings.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import chain
from pathlib import Path

from index.catalog import schema
from index.catalog.catalog import Catalog, Prepared
from index.embed.budget import Budget
from index.embed.choice import Embedder
from index.errors import CostReached, DamagedIndex, Failure, HomeNotWritable, IndexFailure, NothingToIndex, OldIndex
from index.files.plan import HASTY, Known, Plan, plan, young
from index.files.walk import Found, walk
from index.home import claim
from index.read.formats import reader_for
from index.update.readers import IN_HASTE, LIMITS, Read, Result, maker, read_bytes, read_round
from index.update.spool import Spool
from index.update.write import Group, Store
from index.vectors.embedded import Vectors, VectorStore
from index.vectors.server import Server, ServerVectors

BATCH_BYTES = 3_500_000
"""Files are read, embedded and stored in groups of about this size, which bounds memory and what a Ctrl-C can undo."""

FIRST_BATCH_BYTES = 400_000
"""The first group is small: a question that waits for a first build is answered from it."""

BEGUN, RENEWED = "1", "renewed"
"""What the catalog remembers of a run that has not finished, and of one that has put it in the place of an older format's."""

BATCH_SECONDS = 5.0
"""Where files are slow to read, what was read by then is stored: another process may ask meanwhile."""

Progress = Callable[[int, int, int], None]
"""Told how many of how many files are done, and how many passages were embedded by now."""

Batch = list[tuple[Found, Prepared | None]]
"""Files with what is to be stored of them; None for one that has vanished."""


@dataclass(frozen=True)
class Target:
    """One index: the documents' folder or file, and the home; `movable` if both are in one project, which may be moved."""

    root: Path
    home: Path
    movable: bool = False
    follow: bool = False
    ocr: bool = False
    server: Server | None = None

    @cached_property
    def vectors(self) -> VectorStore:
        """Where this index's vectors are; the same object each time, which knows a server that does not answer."""
        return ServerVectors(self.server) if self.server else self.own_vectors

    @property
    def own_vectors(self) -> Vectors:
        """The vectors in the home, where they are unless a server is named."""
        return Vectors(self.home / claim.VECTORS)

    @property
    def spool(self) -> Spool:
        """What was embedded and paid for, and is not stored yet."""
        return Spool(self.home / claim.PAID)

    @property
    def indexed(self) -> bool:
        """Whether there is a catalog."""
        try:
            return (self.home / schema.FILE).exists()
        except PermissionError as error:
            raise HomeNotWritable(f"The index's folder {self.home} cannot be read.", claim.ELSEWHERE).hiding(
                self.home
            ) from error

    def owned(self, catalog: Catalog) -> bool:
        """Whether the index is this target's; ForeignIndex if it is that of another folder that still exists."""
        return claim.check_owner(catalog.meta("root"), self.root, self.home)


@dataclass(slots=True)
class Report:
    """What a run did, and how the index stands after it.

    `pending` sources changed and are not indexed yet, `owed` passages have no vector yet, and `failure` says why. `slow` of
    those left out take longer to read than this run, which was not thorough, would wait. `renewed` tells that an earlier
    version of qa had made the index, which was made anew.
    """

    added: int = 0
    changed: int = 0
    removed: int = 0
    same: int = 0
    embedded: int = 0
    pending: int = 0
    sources: int = 0
    passages: int = 0
    owed: int = 0
    left_out: int = 0
    slow: int = 0
    busy: bool = False
    renewed: bool = False
    failure: Failure | None = None

    @property
    def fresh(self) -> bool:
        """Whether the index is true to the files, vectors included."""
        return not (self.pending or self.owed or self.busy)


def update(
    target: Target,
    embedder: Callable[[], Embedder],
    wait: float = 1.0,
    progress: Progress = lambda done, total, embedded: None,
    *,
    rebuild: bool = False,
    switch: bool = False,
    thorough: bool = False,
    give_up: bool = False,
    budget: Budget | None = None,
) -> Report:
    """Bring the index up to date; `embedder` is called only if something must be embedded.

    `rebuild` makes everything anew; `switch` makes `embedder` the index's own; `thorough` also mends vectors that something
    else has touched, and waits for files that take long to read. Where another process has been writing the index for `wait`
    seconds (-1: no limit) nothing is done and the report is `busy`, unless nothing has been stored yet (with `give_up`, even
    then). `budget` is what may be spent on embedding: the run stops before it, and what is left is owed.
    Raises NothingToIndex where no document can be indexed; what is stored then stays.
    """
    found = look(target)
    if all(f.left_out for f in found):
        raise _nothing(target, [(f.source, f.left_out) for f in found])
    folder = _Folder(found, _makers(found), hasty=not thorough)
    if not (rebuild or switch) and (settled := _settled(target, folder, thorough=thorough)):
        return settled
    claim.prepare(target.home)
    while True:
        with claim.writing(target.home, wait) as mine:
            if mine:
                run = partial(_run, target, folder, embedder, progress, budget)
                return run(rebuild=rebuild, switch=switch, thorough=thorough)
        busy = _busy(target, folder) if target.indexed and not schema.is_old(target.home) else Report(busy=True)
        if busy.sources or give_up:
            return busy


def prune(target: Target) -> int:
    """Delete the vectors that this index does not need: on a server others' too; how many."""
    with claim.writing(target.home, -1), Catalog(target.home) as catalog:
        target.owned(catalog)
        return Store(catalog, target.vectors, _none, target.spool).prune()


def _none() -> Embedder:
    raise AssertionError("pruning embeds nothing")


def _kept(target: Target) -> dict[str, str]:
    """What the catalog that is to be made anew remembers of the one that is there, as far as that can be read."""
    try:
        kept = {key: schema.remembered(target.home, key) for key in ("root", "embedder", "collection")}
    except IndexFailure:
        return {}
    claim.check_owner(kept["root"], target.root, target.home)
    return {**kept, "unfinished": RENEWED}


def look(target: Target) -> list[Found]:
    """The files there are, those without a reader left out; reads none of them."""
    return [_with_reader(f, target.ocr) for f in walk(target.root, target.home, target.follow)]


def stale(found: Sequence[Found], catalog: Catalog) -> list[str]:
    """The sources whose passages an update would change: those to look at whose content is another, and those that are gone."""
    known, makers = catalog.sources(), _makers(found)
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


def changes(
    target: Target, found: Sequence[Found], catalog: Catalog | None, *, rebuild: bool
) -> Iterator[tuple[str, Prepared | None]]:
    """What an update would store of each file whose row it would change; stores nothing. `catalog` is None for a new index."""
    if all(f.left_out for f in found):
        raise _nothing(target, [(f.source, f.left_out) for f in found])
    if catalog:
        target.owned(catalog)
    before = catalog.sources() if catalog else {}
    look = plan(found, {} if rebuild else before, _makers(found)).look
    for file, item in chain.from_iterable(_prepared(look, before, catalog, rebuild=rebuild, hasty=False)):
        if item is None or rebuild or item.row != before.get(file.source):
            yield file.source, item


@dataclass(slots=True)
class _Folder:
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


def _report(catalog: Catalog, pending: int, same: int) -> Report:
    counts = catalog.counts()
    return Report(
        same=same,
        pending=pending,
        sources=counts.sources,
        passages=counts.passages,
        owed=counts.owed,
        left_out=counts.left_out,
    )


def _settled(target: Target, folder: _Folder, *, thorough: bool) -> Report | None:
    """The report where nothing is to be done, or nothing can be since the home cannot be written."""
    if not target.indexed or schema.is_old(target.home):
        return None
    with Catalog(target.home) as catalog:
        known = target.owned(catalog)
        todo = folder.worth_a_run(catalog)
        report = _report(catalog, 0, todo.same)
        unfinished = catalog.meta("unfinished") or not target.vectors.exists()
        unfinished = unfinished or catalog.sweep_due(report.passages, shared=target.vectors.shared)
        unfinished = unfinished or catalog.meta("vectors") != target.vectors.identity
        if thorough and not unfinished:
            unfinished = _touched(target, catalog, report)
        if todo or report.owed or unfinished or not known:
            if catalog.writable:
                return None
            report.pending = len(stale(folder.found, catalog))
            if not (report.pending or report.owed):
                return report
            report.failure = HomeNotWritable(f"The index's folder {target.home} cannot be written.", claim.ELSEWHERE).hiding(
                target.home
            )
        elif not report.sources:
            raise _nothing(target, catalog.left_out())
        return report


def _touched(target: Target, catalog: Catalog, report: Report) -> bool:
    """Whether the vectors are not as they were left; the report tells where that cannot be found out."""
    try:
        collection = catalog.meta("collection")
        return bool(collection) and target.vectors.touched(collection, catalog.meta("seen"))
    except Failure as failure:
        report.failure = failure
        return False


def _busy(target: Target, folder: _Folder) -> Report:
    """The report where another process is writing."""
    with Catalog(target.home) as catalog:
        report = _report(catalog, len(stale(folder.found, catalog)), folder.plan(folder.known(catalog)).same)
        report.busy = True
        return report


def _run(
    target: Target,
    folder: _Folder,
    embedder: Callable[[], Embedder],
    progress: Progress,
    budget: Budget | None,
    *,
    rebuild: bool,
    switch: bool,
    thorough: bool,
) -> Report:
    """One run under the writer's lock."""
    with _open(target, rebuild=rebuild) as catalog:
        before = folder.known(catalog)
        unfinished = _claim(target, catalog)
        renewed = unfinished == RENEWED
        touched = thorough and _touched(target, catalog, Report())
        former = target.own_vectors if target.server else None
        doubtful, reconciled = bool(unfinished) or touched, True
        store = Store(catalog, target.vectors, embedder, target.spool, doubtful=doubtful, former=former, budget=budget)
        store.settle()
        lost = catalog.has_sources() and not store.vectors.exists()
        cheap = renewed and not catalog.meta("embedder").startswith("openai")
        if rebuild or lost or cheap:
            store.forget_vectors()
            with catalog.transaction():
                catalog.remember(unfinished=BEGUN)  # what is embedded from now on holds
        if switch:
            store.switch()
        todo = folder.plan(before)
        look = folder.found if rebuild else todo.look
        _put_all(look, before, store, progress, rebuild=rebuild, hasty=folder.hasty and not rebuild)
        store.remove(todo.gone)
        store.drop_unused()
        if doubtful or (store.doubtful and not store.vectors.shared):
            reconciled = store.reconcile()
        store.pay()
        store.sweep()
        handled = [*(file.source for file in look), *todo.gone]
        return _finished(target, catalog, store, before, handled, renewed=renewed, reconciled=reconciled)


def _open(target: Target, *, rebuild: bool) -> Catalog:
    """The catalog to write; a damaged one is made anew by a rebuild, an old one always: nothing in it can be lost."""
    kept: dict[str, str] = {}
    try:
        catalog = Catalog(target.home, create=True)
        if not rebuild:
            return catalog
        if catalog.sound():
            with catalog.transaction():
                catalog.tidy()
            return catalog
        catalog.close()
    except OldIndex:
        kept = _kept(target)
    except DamagedIndex:
        if not rebuild:
            raise
    schema.renew(target.home, kept)
    return Catalog(target.home)


def _claim(target: Target, catalog: Catalog) -> str:
    """Remember whose documents these are and that a run has begun; what an earlier run that was cut off has left of that."""
    target.owned(catalog)
    left = catalog.meta("unfinished")
    root = claim.remembered_root(target.root, target.home, movable=target.movable)
    with catalog.transaction():
        catalog.remember(root=root, unfinished=left or BEGUN, run=secrets.token_hex(8))
    return left


def _put_all(
    look: Sequence[Found], before: Mapping[str, Known], store: Store, progress: Progress, *, rebuild: bool, hasty: bool
) -> None:
    """Read, split and store files in groups of bounded size; where a service embeds, the next group is read meanwhile."""
    done = 0

    def told(embedded: int) -> None:
        progress(done, len(look), embedded)

    def begun(items: Iterable[tuple[Found, Prepared | None]]) -> Iterator[tuple[Batch, Group]]:
        for batch in _batches(items):
            changed = [item for found, item in batch if item and (rebuild or item.row != before.get(found.source))]
            yield batch, store.begin(changed, replace=rebuild)

    store.told = told
    told(0)
    for items in _prepared(look, before, store.catalog, rebuild=rebuild, hasty=hasty):
        for batch, group in store.ahead(begun(items)):
            store.remove([found.source for found, item in batch if item is None])
            store.finish(group)
            done += len(batch)
            told(store.embedded)
        store.flush()


def _prepared(
    look: Sequence[Found], before: Mapping[str, Known], catalog: Catalog | None, *, rebuild: bool, hasty: bool
) -> Iterator[Iterator[tuple[Found, Prepared | None]]]:
    """Files as they are to be stored, None for one that has vanished; only what is not stored already is read to the end.

    In two rounds: those whose reader had to be stopped come when the others are stored, in haste as left out.
    """

    def items(results: Iterable[tuple[Found, Result]]) -> Iterator[tuple[Found, Prepared | None]]:
        for found, result in results:
            yield found, None if result is None else _item(found, result, before.get(found.source))

    def first() -> Iterator[tuple[Found, Prepared | None]]:
        to_read: list[Found] = []
        sizes = set() if rebuild else {known.stat.size for known in before.values() if known.sha256}
        for found in look:
            if (stored := _without_reading(found, before, catalog, sizes)) is not None:
                yield found, stored
            else:
                to_read.append(found)
        yield from items(read_round(to_read, slow, IN_HASTE if hasty else LIMITS))

    slow: list[Found] = []
    yield first()
    yield map(_put_off, slow) if hasty else items(read_round(slow, None))


def _without_reading(found: Found, before: Mapping[str, Known], catalog: Catalog | None, sizes: Set[int]) -> Prepared | None:
    """What is to be stored of a file that is left out, or whose bytes are stored already: touched, renamed, copied."""
    reader = reader_for(found.source, ocr=found.ocr)
    if found.left_out or reader is None:
        return Prepared(found.source, Known(found.stat, time.time_ns(), "", "", found.left_out))
    if catalog is None or found.stat.size not in sizes:
        return None
    opened = read_bytes(found)
    if not isinstance(opened, tuple):
        return None
    stat, checked, data = opened
    sha256 = hashlib.sha256(data).hexdigest()
    if not catalog.document_stored(sha256, maker(reader)):
        return None
    return _item(found, Read(stat, checked, sha256), before.get(found.source))


def _put_off(found: Found) -> tuple[Found, Prepared]:
    """A file whose reader had to be stopped while a question waits: left out, until a run that has more time."""
    reader = reader_for(found.source, ocr=found.ocr)
    assert reader is not None
    reason = "it takes long to read, or its reader crashes: `qa index` tries it again with more time"
    return found, Prepared(found.source, Known(found.stat, time.time_ns(), maker(reader) + HASTY, "", reason))


def _item(found: Found, result: Read, before: Known | None) -> Prepared:
    """A source to be stored, of what was read of its file."""
    reader = reader_for(found.source, ocr=found.ocr)
    assert reader is not None
    checked = result.checked_ns
    sha256 = "" if result.left_out else result.sha256
    if before and before.stat == result.stat and before.sha256 == sha256 and young(result.stat, checked):
        checked = before.checked_ns  # nothing that this look makes sure of: the row stays as it is
    row = Known(result.stat, checked, maker(reader), sha256, result.left_out)
    return Prepared(found.source, row, result.document, result.passages, lines=not reader.converted)


def _finished(
    target: Target,
    catalog: Catalog,
    store: Store,
    before: Mapping[str, Known],
    handled: Sequence[str],
    *,
    renewed: bool,
    reconciled: bool,
) -> Report:
    """Mark the run as finished and count what it did to the sources that it handled."""
    with catalog.transaction():
        catalog.remember(unfinished="" if reconciled else BEGUN)
    after = catalog.sources_among(handled)
    report = _report(catalog, 0, 0)
    if not report.sources and not store.failure:
        raise _nothing(target, catalog.left_out())
    indexed = {path: known for path, known in after.items() if not known.left_out}
    was = {path: before[path] for path in handled if path in before and not before[path].left_out}
    report.added = len(indexed.keys() - was.keys())
    report.removed = len(was.keys() - indexed.keys())
    report.changed = sum(path in was and was[path].sha256 != known.sha256 for path, known in indexed.items())
    report.same = report.sources - report.added - report.changed
    report.slow = sum(known.maker.endswith(HASTY) for known in after.values())
    report.embedded, report.renewed, report.failure = store.embedded, renewed, store.failure
    if isinstance(store.failure, CostReached) and store.budget:
        report.failure = store.budget.reached(catalog.texts(owed=True))
    return report


def _with_reader(found: Found, ocr: bool) -> Found:
    if found.left_out or reader_for(found.source):
        return found._replace(ocr=True) if ocr and found.source.lower().endswith(".pdf") else found
    kind = Path(found.source).suffix
    return found._replace(left_out=f"no reader for {kind} files" if kind else "no reader for its kind")


def _makers(found: Sequence[Found]) -> dict[str, str]:
    readers = {f.source: reader_for(f.source, ocr=f.ocr) for f in found if not f.left_out}
    return {f.source: maker(reader) if (reader := readers.get(f.source)) else "" for f in found}


def _batches(items: Iterable[tuple[Found, Prepared | None]]) -> Iterator[Batch]:
    """Files in groups of about BATCH_BYTES, the first one smaller; none waits for long for files that are slow to read."""
    batch: Batch = []
    size, limit, begun = 0, FIRST_BATCH_BYTES, time.monotonic()
    for found, item in items:
        batch.append((found, item))
        size += found.stat.size
        if size >= limit or time.monotonic() - begun > BATCH_SECONDS:
            yield batch
            batch, size, limit, begun = [], 0, BATCH_BYTES, time.monotonic()
    if batch:
        yield batch


def _nothing(target: Target, left_out: Sequence[tuple[str, str]]) -> NothingToIndex:
    if not left_out:
        return NothingToIndex(
            f"There are no files in {target.root}.", "Put documents there, or name a folder with --seeds."
        ).hiding(target.root)
    source, reason = left_out[0]
    more = f", and {len(left_out) - 1} more" if len(left_out) > 1 else ""
    return NothingToIndex(
        f"Nothing in {target.root} can be indexed: {source} ({reason}){more}.", "`qa status` lists every reason."
    ).hiding(target.root)
