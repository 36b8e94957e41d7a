"""What a person sees of a run, of what one would cost, of the index's state and of its examination."""

from collections.abc import Mapping, Sequence
from typing import Any

from index.doctor import Examination, Finding
from index.service.budget import dollars
from index.update.forecast import Forecast
from index.update.target import Report, Target
from qa.documents.offers import Offer
from qa.show.terminal import Screen, escaped, fold
from qa.show.text import counted, file_here

MOST_NOTES = 10
"""So many notes of one check are shown to a person."""


def show_report(screen: Screen, report: Report, target: Target, seconds: float) -> None:
    """What an index run did, on two lines at most."""
    files = f"{counted(report.sources, 'document')} in {file_here('', target.root)}, {counted(report.passages, 'passage')}"
    screen.line(f"{files}: {', '.join(_changes(report)) or 'nothing changed'} ({seconds} s)")
    if report.left_out:
        screen.notice(f"{report.left_out} left out; `qa status` says why.")


def show_rates(screen: Screen, rates: Mapping[str, Any]) -> None:
    """How often a model was wrong, as answerer and as judge."""
    kinds = ", ".join(f"{kind} {_share(count)}" for kind, count in rates["passed"].items())
    passed = _all_of(rates["passed"])
    screen.line(f"{fold(rates['model'])}, judged by {fold(rates['judge'])}, on claims made of these documents:")
    screen.line(f"  true claims marked     {_share(rates['marked'])}   by words alone {_share(rates['marked_by_words'])}")
    screen.line(f"  false claims let pass  {_share(passed)}   by words alone {_share(rates['passed_by_words'])}")
    screen.line(f"    of them              {kinds or 'none could be made'}")
    screen.line(f"  questions refused that a sentence answers     {_share(rates['refused'])}")
    screen.line(f"  questions answered about what is not there    {_share(rates['answered'])}")
    screen.line(f"  statements in its answers that were marked    {_share(rates['unsupported'])}")
    price = "" if rates["cost"] is None else f", ${rates['cost']:.4f}"
    screen.notice(f"{rates['input_tokens']:,} tokens read, {rates['output_tokens']:,} written{price}")


def _all_of(kinds: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    return {key: sum(count[key] for count in kinds.values()) for key in ("wrong", "of")}


def _share(count: Mapping[str, int]) -> str:
    share = f" ({100 * count['wrong'] / count['of']:.0f} %)" if count["of"] else ""
    return f"{count['wrong']} of {count['of']}{share}"


def show_forecast(screen: Screen, found: Forecast, offers: Sequence[Offer]) -> None:
    """What a run would embed, and a line for each embedder; the one it would use is marked."""
    gone = f", {counted(found.removed, 'file')} gone" if found.removed else ""
    screen.line(f"{counted(found.files, 'file')} to read{gone}; nothing has been stored.")
    for offer in offers:
        mark = "*" if offer.chosen else " "
        amount = f"{counted(offer.amount.passages, 'passage')}, about {offer.amount.tokens:,} tokens"
        screen.line(f"{mark} {fold(offer.name):<30} {amount:<42} {_price(offer)}")


def _price(offer: Offer) -> str:
    if offer.price is None or offer.most is None:
        return "price not known"
    return f"about {dollars(offer.price)}, at most {dollars(offer.most)}" if offer.most else "$0"


def _changes(report: Report) -> list[str]:
    """What a run did, without what it did not do."""
    files = [(report.added, "added"), (report.changed, "changed"), (report.removed, "removed")]
    embedded = [f"{counted(report.embedded, 'passage')} embedded"] if report.embedded else []
    owed = [f"{counted(report.owed, 'vector')} owed"] if report.owed else []
    return [*(f"{n} {word}" for n, word in files if n), *embedded, *owed]


def show_status(screen: Screen, status: Mapping[str, Any]) -> None:
    """`qa status` for a person."""
    for name in ("documents", "home", "embedder", "weights", "sources", "passages", "owed"):
        if status[name] is not None:
            screen.line(f"{name:<12}{fold(str(status[name]))}")
    stale = list(map(escaped, status["pending"]))
    screen.line(f"{'stale':<12}{', '.join(stale[:10]) + (' …' if len(stale) > 10 else '') if stale else 'nothing'}")
    screen.line(f"{'endpoints':<12}{', '.join(map(fold, status['endpoints'])) or 'none'}")
    if rates := status["calibrated"]:
        told = f"true claims marked {_share(rates['marked'])}, false ones let pass {_share(_all_of(rates['passed']))}"
        screen.line(f"{'calibrated':<12}{fold(rates['model'])}, judged by {fold(rates['judge'])}: {told}  ({rates['at'][:10]})")
    for item in status["left_out"]:
        screen.line(f"{'left out':<12}{escaped(item['source'])}: {fold(item['reason'])}")
    for item in status["settings"]:
        screen.line(f"{item['name']:<20}{fold(item['value']) or '-'}  ({item['origin']})")


def show_examination(screen: Screen, found: Examination) -> None:
    """`qa doctor` for a person: a line for what is wrong and what mends it, then what is only told."""
    wrong = [f for f in found.findings if f.wrong]
    for finding in wrong:
        screen.line(screen.style(_finding_line(finding), "33"))
    if not wrong:
        screen.line(f"All is well: {counted(len(found.shares), 'document')} whole in the index.")
    notes: dict[str, list[Finding]] = {}
    for finding in found.findings:
        if not finding.wrong:
            notes.setdefault(finding.check, []).append(finding)
    for check, told in notes.items():
        for finding in told[:MOST_NOTES]:
            screen.line(screen.style(_finding_line(finding), "2"))
        if len(told) > MOST_NOTES:
            screen.line(screen.style(f"{check:<12}{len(told) - MOST_NOTES} more; --json lists them", "2"))


def _finding_line(finding: Finding) -> str:
    where = f"{finding.source}: " if finding.source else ""
    mend = f"  → {finding.mend}" if finding.mend else ""
    return f"{finding.check:<12}{fold(where + finding.message + mend)}"
