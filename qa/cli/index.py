"""`qa index`: what it does from its options to its exit code.

Knows nothing of parsing the command line (`qa/cli/main.py`), of what things look like, or of how an index is built.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from index.catalog.catalog import Catalog
from index.embed.choice import full_name, local_best, open_embedder
from index.embed.embedder import Embedder
from index.errors import DamagedIndex, IndexBusy, NoDocuments
from index.service.budget import Budget
from index.update.forecast import forecast
from index.update.run import prune, update
from index.update.target import Progress, Report
from qa.cli.common import LONGEST_WAIT, settings_for
from qa.cli.watch import keep_up
from qa.documents.library import (
    RENEWED,
    agree,
    check_agreed,
    chosen_embedder,
    embedder_for,
    for_embedding,
    stored_embedder,
    tell_of_e5,
)
from qa.documents.offers import offers_of
from qa.errors import UsageFailure
from qa.model.prices import embedding_price
from qa.settings.environment import check_embedder, checked_cost
from qa.settings.load import Settings, Where, load
from qa.show import fields, reports
from qa.show.terminal import Screen
from qa.show.text import counted

FIRST_WAIT = 0.5
"""Seconds before `qa index` says that it waits for another one."""


@dataclass(frozen=True, slots=True)
class Indexing:
    """The options of `qa index`; `max_cost` is as typed."""

    rebuild: bool
    embedder: str | None
    watch: bool
    wait: float | None
    prune: bool
    dry_run: bool
    max_cost: str | None
    json: bool


def index(options: Indexing, where: Where, screen: Screen) -> int:
    """Bring the index up to date, with `watch` again and again; a failure to embed is told after what was done."""
    limit = _checked(options)
    settings = settings_for(where, screen)
    if options.watch and len(settings.parts) > 1:
        raise UsageFailure("--watch follows one folder, and these are several.", "Start one for each.")
    budget = None if limit is None else Budget(partial(embedding_price, settings.service), limit)
    own = Where((str(settings.parts[0].target.root),)) if settings.parts else where
    codes = [_index(part, options, budget, own, screen) for part in settings.parts or (settings,)]
    return next(filter(None, codes), 0)


def _index(settings: Settings, options: Indexing, budget: Budget | None, where: Where, screen: Screen) -> int:
    """The same for one folder, which is found again at `where`."""
    named = local_best() if options.embedder == "auto" else options.embedder
    if options.dry_run:
        return _dry_run(settings, named, options, screen)
    if settings.target.server:
        settings.sending("Vectors of", settings.target.server.host)
    own = _own_embedder(settings, options)
    if own and not named and options.rebuild:
        check_agreed(settings, own)  # before its vectors are dropped
    opened = _embedder(settings, named, own, screen, rebuild=options.rebuild)
    if budget:
        _tell_unpriced(settings, named or own or settings.embedder, screen)
    first = True

    def bring_up() -> Report:
        nonlocal first
        with screen.progress() as progress, _told_when_stopped(progress, screen) as told:
            if not first:
                _check_place(settings, where)
            target = replace(settings.target)  # a server that did not answer is asked again at each round
            done = partial(update, target, opened, progress=told, rebuild=first and options.rebuild)
            done = partial(done, switch=first and bool(named), thorough=True, give_up=True, budget=budget)
            report = _when_free(done, options.wait, screen)
        first = False  # a round that has failed is begun again
        if report.renewed:
            screen.notice(RENEWED)
        return report

    if options.watch:
        keep_up(settings, bring_up, screen, json=options.json)
    return _tell(bring_up, settings, options, screen)


def _check_place(settings: Settings, where: Where) -> None:
    """Raise NoDocuments unless the documents and the home are those of the first round: a link may have taken their place."""
    now, target = load(where).target, settings.target
    if (now.root, now.home) != (target.root, target.home):
        raise NoDocuments(f"Another folder stands at {target.root} now.", "Run `qa index` again.").hiding(target.root)


def _checked(options: Indexing) -> float | None:
    """The dollars that may be spent; a UsageFailure for what cannot be meant."""
    if options.wait is not None and not 0 <= options.wait <= LONGEST_WAIT:
        raise UsageFailure(f"--wait {options.wait:g} is not a number of seconds from 0 to {LONGEST_WAIT}.")
    if options.prune and options.watch:
        raise UsageFailure("--prune is for once, and --watch goes on.", "qa index --prune")
    if options.embedder:
        check_embedder(options.embedder)
    return None if options.max_cost is None else checked_cost("--max-cost", options.max_cost)


def _own_embedder(settings: Settings, options: Indexing) -> str:
    """The name of the index's own embedder; none where the catalog is damaged and is to be made anew."""
    try:
        return stored_embedder(settings.target)
    except DamagedIndex:
        if not options.rebuild:
            raise
        return ""


def _embedder(settings: Settings, named: str | None, own: str, screen: Screen, *, rebuild: bool) -> Callable[[], Embedder]:
    """The embedder that is named, which must be there before anything is written, or the index's own when it is needed."""
    all_of_it = rebuild or not own or (named is not None and full_name(named) != own)
    if not named:
        return embedder_for(settings, screen.notice, all_of_it=all_of_it)
    agree(settings, named)
    service = for_embedding(settings, named, screen.notice, all_of_it=all_of_it)
    embedder = open_embedder(named, service, settings.offline)
    return lambda: embedder


def _tell(bring_up: Callable[[], Report], settings: Settings, options: Indexing, screen: Screen) -> int:
    """Run once, and say what was done."""
    started = time.perf_counter()
    new = options.embedder in (None, "auto") and not _own_embedder(settings, options)
    report = bring_up()
    if new and settings.target.indexed:
        with Catalog(settings.target.home) as catalog:
            tell_of_e5(settings, catalog, screen.notice)
    if options.prune and not report.failure:
        screen.notice(f"{counted(prune(settings.target), 'vector')} deleted that this index does not need.")
    seconds = round(time.perf_counter() - started, 2)
    if options.json:
        screen.line(fields.to_json(fields.report_json(report, seconds)))
    else:
        reports.show_report(screen, report, settings.target, seconds)
    if report.failure:
        screen.failure(report.failure)
        return report.failure.exit
    return 0


@contextmanager
def _told_when_stopped(progress: Progress, screen: Screen) -> Iterator[Progress]:
    """The same progress; Ctrl-C says how far it had come."""
    last = (0, 0, 0)

    def told(done: int, total: int, embedded: int) -> None:
        nonlocal last
        last = (done, total, embedded)
        progress(*last)

    try:
        yield told
    except KeyboardInterrupt:
        done, total, embedded = last
        passages = counted(embedded, "passage")
        screen.notice(f"{done} of {total} files are done, {passages} embedded; `qa index` goes on from there.")
        raise


def _tell_unpriced(settings: Settings, name: str, screen: Screen) -> None:
    """Say where it cannot be told what is spent."""
    if settings.service and embedding_price(settings.service, name) is None:
        screen.notice(f"What {name} costs at {settings.service.host} is not known, so --max-cost does not stop it.")


def _dry_run(settings: Settings, named: str | None, options: Indexing, screen: Screen) -> int:
    """Say what a run would embed, and what that would cost with each embedder."""
    own = stored_embedder(settings.target)
    chosen = named or chosen_embedder(settings, screen.notice)
    found = forecast(settings.target, rebuild=options.rebuild)
    offers = offers_of(found, settings.service, own, chosen)
    if options.json:
        screen.line(fields.to_json(fields.forecast_json(found, offers)))
    else:
        reports.show_forecast(screen, found, offers)
    return 0


def _when_free(bring_up: Callable[..., Report], wait: float | None, screen: Screen) -> Report:
    """The report of a run, once no other process indexes; IndexBusy after `wait` seconds."""
    first = FIRST_WAIT if wait is None else min(FIRST_WAIT, wait)
    report = bring_up(wait=first)
    if report.busy and first != wait:
        screen.notice("Another process is indexing these documents; waiting for it.")
        report = bring_up(wait=-1 if wait is None else wait - first)
    if report.busy:
        raise IndexBusy(f"Another process has been indexing these documents for {wait:g} s.", "Try again, or leave --wait out.")
    return report
