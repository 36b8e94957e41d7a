"""Bringing an index up to date with its documents, and nothing more than what changed.

Owns the straight line of a run: walk, plan, read, split, store, report. How it is stored so that nothing is lost stands in
`index/update/write.py`. Knows nothing of questions, terminals or settings.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial

from index.catalog import schema
from index.catalog.catalog import Catalog
from index.catalog.rows import Prepared
from index.embed.embedder import Embedder
from index.errors import CostReached, DamagedIndex, Failure, HomeNotWritable, IndexFailure, OldIndex
from index.files.plan import HASTY, Known
from index.files.walk import Found
from index.home import claim
from index.service.budget import Budget
from index.update.look import Folder, look, makers_of, nothing_in, stale
from index.update.prepare import Batch, batches, prepared
from index.update.target import Progress, Report, Target
from index.update.write import Group, Store

BEGUN, RENEWED = "1", "renewed"
"""What the catalog remembers of a run that has not finished, and of one that has put it in the place of an older format's."""


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
        raise nothing_in(target, [(f.source, f.left_out) for f in found])
    folder = Folder(found, makers_of(found), hasty=not thorough)
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


def _settled(target: Target, folder: Folder, *, thorough: bool) -> Report | None:
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
            raise nothing_in(target, catalog.left_out())
        return report


def _touched(target: Target, catalog: Catalog, report: Report) -> bool:
    """Whether the vectors are not as they were left; the report tells where that cannot be found out."""
    try:
        collection = catalog.meta("collection")
        return bool(collection) and target.vectors.touched(collection, catalog.meta("seen"))
    except Failure as failure:
        report.failure = failure
        return False


def _busy(target: Target, folder: Folder) -> Report:
    """The report where another process is writing."""
    with Catalog(target.home) as catalog:
        report = _report(catalog, len(stale(folder.found, catalog)), folder.plan(folder.known(catalog)).same)
        report.busy = True
        return report


def _run(
    target: Target,
    folder: Folder,
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
        cheap = renewed and not catalog.has_sketches() and not catalog.meta("embedder").startswith("openai")
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
        for batch in batches(items):
            changed = [item for found, item in batch if item and (rebuild or item.row != before.get(found.source))]
            yield batch, store.begin(changed, replace=rebuild)

    store.told = told
    told(0)
    for items in prepared(look, before, store.catalog, rebuild=rebuild, hasty=hasty):
        for batch, group in store.ahead(begun(items)):
            store.remove([found.source for found, item in batch if item is None])
            store.finish(group)
            done += len(batch)
            told(store.embedded)
        store.flush()


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
        raise nothing_in(target, catalog.left_out())
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
