"""`qa index --watch`: the index kept true to the documents until Ctrl-C, one line a round.

Owns what a round says. Nothing that fails in a round ends it: the next change, or a minute, makes another.
"""

import time
from collections.abc import Callable
from typing import NoReturn

from index.errors import Failure, IndexFailure
from index.update.target import Report
from index.update.watch import looks
from qa.settings.load import Settings
from qa.show import fields, reports
from qa.show.terminal import Screen

Round = Callable[[], Report]
"""Brings the index up to date once."""


def keep_up(settings: Settings, bring_up: Round, screen: Screen, *, json: bool) -> NoReturn:
    """Look whenever the documents change, for ever; raises only what keeps the first look from beginning."""
    told = ""
    for number, _ in enumerate(looks(settings.target)):
        started, first = time.perf_counter(), number == 0
        try:
            report = bring_up()
            failure, changed = report.failure, first or _did_something(report)
        except Failure as raised:
            if first and isinstance(raised, IndexFailure):
                raise
            report, failure, changed = None, raised, False
        seconds = round(time.perf_counter() - started, 2)
        if changed or str(failure or "") != told:
            _tell(report, failure, settings, seconds, screen, json=json)
        told = str(failure or "")
        if first:
            screen.notice("Watching the documents; Ctrl-C ends it.")
    raise AssertionError("looks never ends")


def _did_something(report: Report) -> bool:
    return bool(report.added or report.changed or report.removed or report.embedded)


def _tell(
    report: Report | None, failure: Failure | None, settings: Settings, seconds: float, screen: Screen, *, json: bool
) -> None:
    """One line, or one object, for a round; a failure is told beside what was done all the same."""
    if json:
        shown = fields.report_json(report, seconds) if report else fields.failure_json(failure) if failure else {}
        screen.line(fields.to_json(shown))
    elif report:
        reports.show_report(screen, report, settings.target, seconds)
    if failure:
        screen.failure(failure)
