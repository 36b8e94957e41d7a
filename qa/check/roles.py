"""Whether a claim says of one what its cited sentences say of another: names by the words that are theirs.

Owns how it is told, without a parser, who does what: a name has the content words that stand behind it, up to the next name.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from qa.check.evidence import Evidence
from qa.check.words import capitalised, content, folded_word

_NO_ROLES = re.compile(
    r"[,;:()|.]|\b(?:and|or|with|met|meets?|married|between|versus|vs|near|partner\w*|against|agree\w*|same|equal\w*|borders?)\b"
)
"""What makes two names no doer and no done to, or either."""

_PASSIVE = re.compile(
    r"\b(?P<one>[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,5})(?P<is> (?:was|were|is|are|has been|had been|have been|being) (?:\w+ly )?)"
    r"(?P<does>\w+(?:ed|en|wn|ld|de|id|ght|ought|et|ut|ung"
    r"|um)\b(?: \w+)?) by (?P<other>(?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*){0,5})"
)


def swapped_roles(claim: str, evidence: Evidence) -> str | None:
    """Two names that have each other's words: what the evidence says of one is said of the other, and the reverse."""
    ours, between = _holders(_active(claim)), list(_between(_active(claim)))
    for quote in evidence.quotes:
        for one, does, other in between:
            if any((other, one) == (a, b) and does & words for a, words, b in _between(_active(quote))):
                return f"the cited sentence says of {other.title()} what the claim says of {one.title()}"
        theirs = _holders(_active(quote))
        names = {name for _, name in ours} & {name for _, name in theirs}
        if len(names) < 2:
            continue
        here, there = _only(ours, names), _only(theirs, names)
        pairs = [(name, there[word]) for word, name in here.items() if word in there]
        for one, other in pairs:
            if one < other and (other, one) in pairs and not any(a == b for a, b in pairs if a in (one, other)):
                return f"the cited sentence says of {one.title()} what the claim says of {other.title()}"
    return None


def _between(text: str) -> Iterator[tuple[str, set[str], str]]:
    """Each two names in a row with what the first does to the second: the content words between them."""
    names = sorted((at, word) for inside in (True, False) for at, word in capitalised(text, inside=inside))
    for (one, first), (other, second) in pairwise(names):
        middle = text[one + len(first) : other]
        if not _NO_ROLES.search(middle) and (does := set(content(middle))):
            yield folded_word(first), does, folded_word(second)


def _only(held: Sequence[tuple[str, str]], names: Collection[str]) -> dict[str, str]:
    """The words that one of the names has, and no other."""
    holders: dict[str, set[str]] = {}
    for word, name in held:
        holders.setdefault(word, set()).add(name)
    return {word: min(found) for word, found in holders.items() if len(found) == 1 and found <= set(names)}


def swapped_figures(claim: str, evidence: Evidence) -> str | None:
    """Two figures that have each other's words: "founded in 1974, bought in 1908" for the reverse."""
    ours = dict(_by_figure(claim))
    for quote in evidence.quotes:
        theirs = dict(_by_figure(quote))
        pairs = [(figure, theirs[word]) for word, figure in ours.items() if word in theirs]
        for one, other in pairs:
            if one != other and (other, one) in pairs and not any(a == b for a, b in pairs if a in (one, other)):
                return f"the cited sentence says of {other} what the claim says of {one}"
    return None


def _by_figure(text: str) -> Iterator[tuple[str, str]]:
    """The content words that stand before each figure, back to the one before, with it."""
    last = 0
    for figure in re.finditer(r"(?<![\w.,])\d[\d.,]*(?<![.,])", text):
        yield from ((word, figure[0]) for word in content(text[last : figure.start()]))
        last = figure.end()


def _active(text: str) -> str:
    """A text with "Xi was asked by Lee" as "Lee asked Xi"."""
    return _PASSIVE.sub(lambda m: f"{m['other']} {m['does']} {m['one']}", text)


def _holders(text: str) -> list[tuple[str, str]]:
    """Each content word with the name that stands before it in its sentence, in order."""
    names = {at: folded_word(word) for inside in (True, False) for at, word in capitalised(text, inside=inside)}
    found, holder = [], ""
    for word in re.finditer(r"[^\W\d_][\w’'-]*", text):
        if word.start() in names and re.search("[’']s?$", word[0]):
            continue  # "Seoul's ally" is somebody else
        if word.start() in names:
            holder = names[word.start()]
        elif holder and (stems := content(word[0])):
            found += [(stems[0], holder)]
    return found
