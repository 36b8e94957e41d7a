"""Whether a claim's figures stand in what it cites: with their sign, their unit, their direction and the column they stand in.

Owns that comparison; how figures are read, see `qa/check/numbers.py`. A cell under "(in millions)" may be stated as it is or so
many times larger; what is stated with a scale or in per cent may be rounded. A calculation in a claim is done again: what it
comes to stands by its operands.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from index.passage import BETWEEN, columns_in
from qa.check.calculation import agrees, calculations, in_words
from qa.check.evidence import Evidence, heading_of
from qa.check.numbers import SCALE, SCALES, YEAR, Figure, figures, meant, plain

_IN_SCALE = re.compile(
    r"\b(?:in|\$|us\$|€|eur|usd|chf|gbp|expressed in|amounts in)?\s?(thousand|million|billion|mio|mrd|tsd|mn|bn)(?:s|en)?\b"
    r"|[$€£](k|m|b)\b|\b(?:eur|usd)\s?(k|m|b)\b|\((?:in )?(?:[$€£])?(000)s?(?:'s)?\)",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(?:loss(?:es)?|decreas\w*|declin\w*|f[ae]ll(?:s|ing|en)?|drop\w*|down|negative|minus|less|lower\w*"
    r"|shr[aiu]nk\w*|reduc\w*"
    r"|deficits?|cuts?|contract(?:ed|ion)|shortfall|deteriorat\w*|outflows?|used|below|lost|plung\w*|slump\w*"
    r"|weaken\w*|fewer|shorter)\b",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:increas\w*|r[io]se\w*|rising|gr[eo]w\w*|growth|gain\w*|up(?! to)|higher|longer|above|climb\w*|jump\w*"
    r"|surg\w*|expand\w*"
    r"|improv\w*|rais\w*|(?<!no )(?<!not )more)\b",
    re.IGNORECASE,
)
FEW = 12
FREE = frozenset(map(Decimal, (*range(FEW + 1), 100, 1000)))
"""Operands of a calculation that need no evidence: counts, per cent, months."""


def figures_lack(claim: str, evidence: Evidence) -> tuple[str, bool] | None:
    """What a claim's figures lack, in words, and whether they stand nowhere near either; None where they stand."""
    if why := _one(claim, evidence):
        return why, False
    stated, done = list(_stated(claim)), set[Decimal]()
    spans = []
    for calculation in calculations(claim):
        spans.append(claim[calculation.start : calculation.end])
        if not agrees(calculation):
            return f"the calculation comes to {in_words(calculation)}, not {calculation.result}", True
        done |= {value for figure in figures(calculation.result) for value in figure.values}
    there, scales = figures(evidence.text), _scales(evidence.passages)
    told = meant(evidence.text)
    for figure in stated:
        if figure.values & done or (done and figure.values & FREE):
            continue
        found = [other for other in there if _same(figure, other, scales)]
        if not found and figure.values & told:
            continue
        if not found:
            near = [*figures(evidence.near), *figures("\n".join(evidence.around))]
            beside = any(_same(figure, other, scales) for other in near) or figure.values & meant(evidence.near)
            bare = any(not figure.values.isdisjoint(_scaled(other, figure)) for other in there)
            counted = not figure.percent and not figure.rounded and min(figure.values) in FREE
            where = ", but beside it" if beside else ", only without its scale" if bare else ""
            return f"{figure.text} is not in the cited sentence{where}", not (beside or bare or counted)
        if any(figure.text.strip("-−–$ ") in calculation for calculation in spans):
            continue
        if why := _unlike(claim, figure, found, evidence):
            return why, False
    return None


def _one(claim: str, evidence: Evidence) -> str | None:
    """One of what the evidence has another number of: "one week" for two weeks."""
    text = plain(evidence.near)
    for noun in re.findall(r"\bone ([a-z]{3,})\b", claim):
        same = re.escape(noun.rstrip("s"))
        other = re.search(rf"(?<![\d.,])(?!1 )(\d+) (?:\w+ )?{same}s?\b", text)
        if other and not re.search(rf"\b(?:1|one|an?|single|each|per|every) (?:\w+ )?{same}s?\b", text, re.IGNORECASE):
            return f"the cited sentence has {other[0]}, not one"
    return None


def _unlike(claim: str, figure: Figure, found: Sequence[Figure], evidence: Evidence) -> str | None:
    """Why a figure that stands in the evidence is not what the claim says: its unit, sign, direction or column."""
    if figure.percent and not any(o.percent for o in found) and not re.search(r"%|per ?cent|prozent", evidence.passages, re.I):
        return f"the cited sentence has {found[0].text}, not in per cent"
    quotes = " ".join(evidence.quotes)
    if all(o.negative for o in found) and not figure.negative and not _DOWN.search(claim):
        return f"the cited sentence has {found[0].text}, below zero"
    if figure.negative and not any(o.negative for o in found) and not _DOWN.search(quotes):
        return f"the cited sentence has {found[0].text}, not below zero"
    ours, theirs = _direction(figure.clause), {_direction(o.clause) for o in found}
    if ours and theirs == {-ours}:
        return "the cited sentence tells of a " + ("fall, not of a rise" if ours > 0 else "rise, not of a fall")
    return _other_column(claim, figure, evidence)


def _direction(clause: str) -> int:
    """1 where what is around a figure goes up or is more, -1 where down or less, 0 where it does not say, or both."""
    return (_UP.search(clause) is not None) - (_DOWN.search(clause) is not None)


def _other_column(claim: str, figure: Figure, evidence: Evidence) -> str | None:
    """Where a claim names a year that has a column, the figure must stand in that one."""
    for ref in evidence.cited:
        names = columns_in(heading_of(ref)).split(BETWEEN)
        cells = [cell.strip() for cell in ref.quote.strip().strip("|").split("|")]
        if len(cells) < 2 or len(names) != len(cells):
            continue
        years = [set(YEAR.findall(name)) for name in names]
        claimed = set(YEAR.findall(claim))
        columns = [n for n, cell in enumerate(cells) if any(figure.values & other.values for other in figures(cell))]
        if columns and claimed & set().union(*years) and not any(not years[n] or years[n] & claimed for n in columns):
            return f"{figure.text} stands under {names[columns[0]]}"
    return None


def _same(stated: Figure, other: Figure, scales: frozenset[Decimal]) -> bool:
    """Whether two figures are one: equal, so many times larger by the table's scale, or rounded as it is stated."""
    for value in other.values:
        for scale in (Decimal(1), *scales):
            true = value * scale
            if true in stated.values:
                return True
            near = min(stated.values, key=lambda v: abs(v - true))
            if (stated.rounded or stated.percent) and other.step * scale < stated.step and abs(near - true) * 2 <= stated.step:
                return abs(near - true) * 20 <= abs(true)
    return False


def _scaled(other: Figure, like: Figure) -> set[Decimal]:
    """What a figure would be with the scale that another is stated with."""
    return {value.scaleb(power) for value in other.values for power in (3, 6, 9)} if like.rounded else set()


def _scales(text: str) -> frozenset[Decimal]:
    """What the figures of tables are to be multiplied with, as their surroundings say."""
    found = {next(filter(None, groups)).casefold() for groups in _IN_SCALE.findall(text)}
    return frozenset(Decimal(10) ** (3 if name == "000" else SCALES[name]) for name in found)


def _stated(claim: str) -> Iterator[Figure]:
    """The figures that a claim states; "one" is none, but "one million" is."""
    yield from figures(re.sub(rf"(?<!ty[ -])\bone\b(?!{SCALE})", "", claim, flags=re.IGNORECASE))
