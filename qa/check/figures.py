"""Whether a claim's figures stand in what it cites: with their sign, their unit, their direction and the column they stand in.

Owns that comparison; how figures are read, see `qa/check/numbers.py`. A cell under "(in millions)" may be stated as it is or so
many times larger; what is stated with a scale or in per cent may be rounded. A calculation in a claim is done again: what it
comes to stands by its operands.
"""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from index.passage import BETWEEN, columns_in
from qa.check.calculation import agrees, calculations, in_words
from qa.check.evidence import Evidence, heading_of
from qa.check.numbers import SCALE, SCALES, UNITS, YEAR, Figure, figures, meant, plain
from qa.check.words import content

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
_SPENT = re.compile(
    r"\b(?:expens\w*|costs?|tax(?:es)?|charges?|spen[dt]\w*|paid|payments?|r&d|research|capex|capital expenditures?"
    r"|depreciation|amorti[sz]ation|provisions?|dividends?|interest|repa\w+|purchas\w*|restructuring)(?!\w)",
    re.IGNORECASE,
)
"""What stands in parentheses in a statement without being below zero."""

_SHARES = {"half": Decimal(2), "third": Decimal(3), "quarter": Decimal(4), "fifth": Decimal(5), "tenth": Decimal(10)}
FEW_THERE, MOST_OPERANDS = 3, 8
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
        done |= {v.scaleb(n) for figure in figures(calculation.result) for v in figure.values for n in (0, 3, 6, 9)}
    there, scales = figures(evidence.text), _scales(evidence.passages)
    told = meant(evidence.text)
    for figure in stated:
        if figure.values & done or (done and figure.values & FREE):
            continue
        found = [other for other in there if _same(figure, other, scales)]
        calculated = any(figure.text.strip("-−–$ ") in calculation for calculation in spans)
        if calculated and any(v in figure.values for other in there for v in _unscaled(other)):
            continue
        if not found and (figure.values & told or _derived(figure, claim, stated, there, scales)):
            continue
        if not found:
            near = [*figures(evidence.near), *figures("\n".join(evidence.around))]
            beside = any(_same(figure, other, scales) for other in near) or figure.values & meant(evidence.near)
            bare = any(not figure.values.isdisjoint(_scaled(other, figure)) for other in there)
            counted = not figure.percent and not figure.rounded and min(figure.values) in FREE
            where = ", but beside it" if beside else ", only without its scale" if bare else ""
            return f"{figure.text} is not in the cited sentence{where}", not (beside or bare or counted)
        if calculated:
            continue
        if why := _unlike(claim, figure, found, evidence, scales):
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


def _unlike(claim: str, figure: Figure, found: Sequence[Figure], evidence: Evidence, scales: frozenset[Decimal]) -> str | None:
    """Why a figure that stands in the evidence is not what the claim says: its unit, sign, direction or column."""
    if figure.percent and not any(o.percent for o in found) and not re.search(r"%|per ?cent|prozent", evidence.passages, re.I):
        return f"the cited sentence has {found[0].text}, not in per cent"
    quotes = " ".join(evidence.quotes)
    spent = _SPENT.search(claim) or _SPENT.search(quotes)
    if all(o.negative for o in found) and not figure.negative and not _DOWN.search(claim) and not spent:
        return f"the cited sentence has {found[0].text}, below zero"
    if figure.negative and not any(o.negative for o in found) and not _DOWN.search(quotes):
        return f"the cited sentence has {found[0].text}, not below zero"
    if _goes(claim):
        return "the figures of the claim go the other way"
    ours, theirs = _direction(figure.clause), {_direction(o.clause) for o in found}
    if ours and theirs == {-ours}:
        return "the cited sentence tells of a " + ("fall, not of a rise" if ours > 0 else "rise, not of a fall")
    return _other_column(claim, figure, evidence, scales)


def _goes(claim: str) -> bool:
    """Whether a claim lets something rise from more to less, or fall from less to more."""
    moved = re.search(r"\b(\w+)\s+(?:sharply |slightly )?from ([^.;]{1,60}?) to ([^.;]{1,40})", claim)
    if not moved or not (way := _direction(moved[1])):
        return False
    ends = [found for part in moved.groups()[1:] if (found := [f for f in figures(part) if not YEAR.fullmatch(f.text)])]
    return len(ends) == 2 and (max(ends[1][0].values) - max(ends[0][0].values)) * way < 0


def _direction(clause: str) -> int:
    """1 where what is around a figure goes up or is more, -1 where down or less, 0 where it does not say, or both."""
    return (_UP.search(clause) is not None) - (_DOWN.search(clause) is not None)


def _other_column(claim: str, figure: Figure, evidence: Evidence, scales: frozenset[Decimal]) -> str | None:
    """Where a claim names a column, by its year or in words, the figure must stand in that one."""
    for ref in evidence.cited:
        names = columns_in(heading_of(ref)).split(BETWEEN)
        cells = [cell.strip() for cell in ref.quote.strip().strip("|").split("|")]
        if len(cells) < 2 or len(names) != len(cells):
            continue
        said = [{*YEAR.findall(name), *content(name)} for name in names]
        own = [words - set().union(*said[:n], *said[n + 1 :]) for n, words in enumerate(said)]
        claimed = {*YEAR.findall(claim), *content(claim)}
        columns = [n for n, cell in enumerate(cells) if any(_same(figure, other, scales) for other in figures(cell))]
        meant_here = [n for n, words in enumerate(own) if n and words and words <= claimed]
        others = [other for other in figures(claim) if other.values != figure.values]
        if any(_same(other, f, scales) for n in meant_here for f in figures(cells[n]) for other in others):
            continue  # it compares columns: "96.2, after 97.1 in 2023"
        if columns and 0 not in columns and meant_here and not set(columns) & set(meant_here) and all(own[n] for n in columns):
            return f"{figure.text} stands under {names[columns[0]]}"
    return None


def _same(stated: Figure, other: Figure, scales: frozenset[Decimal]) -> bool:
    """Whether two figures are one: equal, so many times larger by the table's scale, or rounded as it is stated."""
    if stated.unit and other.unit and stated.unit != other.unit:
        factor = Decimal(UNITS[other.unit]) / UNITS[stated.unit]
        return any(abs(value * factor - mine) * 1000 < mine for value in other.values for mine in stated.values)
    for value in other.values:
        for scale in (Decimal(1), *scales):
            true = value * scale
            if true in stated.values:
                return True
            near = min(stated.values, key=lambda v: abs(v - true))
            if (stated.rounded or stated.percent) and other.step * scale < stated.step and abs(near - true) * 2 <= stated.step:
                return abs(near - true) * 20 <= abs(true)
    return False


def _derived(figure: Figure, claim: str, stated: Sequence[Figure], there: Sequence[Figure], scales: frozenset[Decimal]) -> bool:
    """Whether a figure is the sum, difference, product, share or rate of change of two that stand in the evidence.

    Both must be stated in the claim, too, or else be the only ones there; one may be a plain count behind a sign of arithmetic.
    """
    known = [other for other in stated if other is not figure and any(_same(other, o, scales) for o in there)]
    bare = [other for other in there if not YEAR.fullmatch(other.text)]
    known += bare if len(bare) <= FEW_THERE else []
    counts = [Decimal(n) for n in re.findall(r"[/÷×*]\s?(\d{1,3})(?![\d.,])", claim)]
    counts += [n for word, n in _SHARES.items() if word in claim.casefold()]
    values = list(dict.fromkeys([v for other in known for v in other.values]))[:MOST_OPERANDS]
    for one in values:
        for other in [*values, *counts]:
            if one == other or not other or not one:
                continue
            of = (one / other, (one - other) / other, one * other if other in counts else one / other)
            for result in (100 * x for x in of) if figure.percent else (one + other, one - other, *of):
                if any(abs(abs(result) - v) * 2 <= figure.step for v in figure.values):
                    return True
    return False


def _unscaled(other: Figure) -> Iterator[Decimal]:
    """What a figure would be without its scale."""
    return (value.scaleb(-power) for value in other.values for power in (3, 6, 9))


def _scaled(other: Figure, like: Figure) -> set[Decimal]:
    """What a figure would be with the scale that another is stated with."""
    return {value.scaleb(power) for value in other.values for power in (3, 6, 9)} if like.rounded else set()


@lru_cache(16)
def _scales(text: str) -> frozenset[Decimal]:
    """What the figures of tables are to be multiplied with, as their surroundings say, the same for many claims."""
    found = {next(filter(None, groups)).casefold() for groups in _IN_SCALE.findall(text)}
    return frozenset(Decimal(10) ** (3 if name == "000" else SCALES[name]) for name in found)


def _stated(claim: str) -> Iterator[Figure]:
    """The figures that a claim states; "one" is none, but "one million" is."""
    yield from figures(re.sub(rf"(?<!ty[ -])\bone\b(?!{SCALE})", "", claim, flags=re.IGNORECASE))
