"""Whether a claim is supported by the sentences that it cites, as far as words can tell: figures, quotations, names, sense.

Owns the order of these checks and what a doubt is.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from qa.check.evidence import Evidence
from qa.check.figures import figures_lack
from qa.check.names import names_lack
from qa.check.sense import sense_lacks
from qa.check.words import folded

LONGEST_CLAIM = 10_000
"""Characters: nobody states one thing in more."""

_QUOTED = re.compile(r"“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|\"([^\"]+)\"|「([^「」]+)」|『([^『』]+)』|(?<!\w)‘([^‘’]+)’(?!\w)")
_LEFT_OUT = re.compile(r"…|\.{3}|[\[(](?:…|\.{3})[\])]")


@dataclass(frozen=True, slots=True)
class Doubt:
    """What of a claim is not supported, in words. A firm one no judge can clear: what is missing stands nowhere near."""

    why: str
    firm: bool = False


def doubt(claim: str, evidence: Evidence) -> Doubt | None:
    """The first thing that the evidence lacks of a claim, the firm ones first; None where words find nothing."""
    if len(claim) > LONGEST_CLAIM:
        return Doubt("the sentence is too long to be checked", firm=True)
    if found := figures_lack(claim, evidence):
        return Doubt(*found)
    for part in (part for quotation in _quotations(claim) for part in _LEFT_OUT.split(quotation)):
        if folded(part) not in evidence.folded:
            return Doubt(f"“{' '.join(part.split())}” stands nowhere near as it is quoted", firm=True)
    why = names_lack(claim, evidence) or sense_lacks(claim, evidence)
    return Doubt(why) if why else None


def _quotations(text: str) -> Iterator[str]:
    """Quoted runs of two words, or four characters of a script without spaces; less may be a manner of speaking."""
    for groups in _QUOTED.findall(text):
        quotation = next(filter(None, groups)).strip(" \t\n.,;:!?…。，")
        if len(quotation.split()) > 1 or (len(quotation) > 3 and not quotation.isascii() and _unspaced(quotation)):
            yield quotation


def _unspaced(text: str) -> bool:
    return any("\u3040" <= c <= "\u9fff" or "\uac00" <= c <= "\ud7af" for c in text)
