"""What the form of a text tells of where an answer stands: a list below the question's words, a heading in them, a definition.

Owns how much that is worth, in the network's logits: chosen by eye on two sets of a hundred everyday questions.
"""

from collections.abc import Sequence

from index.passage import LEVEL, Hit, Place
from index.search.question import Question, telling
from qa.quote.asked import Asked, defines, denies
from qa.quote.rows import cells_named, looked_up
from qa.quote.sentences import Quotable
from qa.quote.together import is_row

UNKNOWN, DEFINED, LISTED, HEADED, LED = -12.0, 3.0, 5.0, 3.0, 8.0
"""What is said where no form tells anything; of a definition; of a list, and of a section, below a heading in the question's
words; and of a list whose headings have all of the question, or of a row that has: less as they have less, nothing where it is
half of it.
"""

LEAST, SOME = 0.6, 0.4
"""Of a heading's words, so many are the question's where it is in these; and of the question's weight, so much is in a heading
that says most of it, or some.
"""


def names(hit: Hit) -> str:
    """The name of a passage's document, its title and headings, a line each."""
    return f"{hit.place.source}\n{hit.title}\n{hit.heading}\n"


def headed(question: Question, hits: Sequence[Hit]) -> list[float]:
    """For each hit, the share of the question that its title and headings have; 0 where its last heading says other things."""
    lasts = [hit.heading.rpartition(LEVEL)[2] for hit in hits]
    shares = _shares(question, [f"{hit.title}\n{hit.heading}" for hit in hits])
    return [share if _says_the_same(question, last) else 0.0 for share, last in zip(shares, lasts, strict=True)]


def told(question: Question, asked: Asked, candidates: Sequence[Quotable], sections: Sequence[float]) -> list[float]:
    """For each candidate, the margin at least that its form is worth; `sections` are the shares of their hits' headings."""
    leads = [_led(one) for one in candidates]
    shares = _shares(
        question, [f"{one.ref.hit.title}\n{one.ref.hit.heading}\n{lead}" for one, lead in zip(candidates, leads, strict=True)]
    )
    rows, above = _rows(question, asked, candidates), _shares(question, [one.lead for one in candidates])
    found, begun = [], set[Place]()
    for one, lead, share, section, row, asks in zip(candidates, leads, shares, sections, rows, above, strict=True):
        worth, hit = LED * (2 * row - 1) if row > LEAST else UNKNOWN, one.ref.hit
        if len(one.refs) > 1 and (asked.every or section):
            same = share > SOME and ((asked.every and section > 0) or _says_the_same(question, lead))
            worth = max(worth, LISTED if same else LED * (2 * share - 1) if asked.every and share > LEAST else UNKNOWN)
        if asked.term and defines(one.ref.quote, asked.term):
            worth = max(worth, DEFINED)
        if asks > LEAST and not is_row(one) and _says_the_same(question, one.lead):
            worth = max(worth, HEADED)
        if section > LEAST and hit.place not in begun and not asked.every and LEVEL in hit.heading:
            worth = max(worth, HEADED)
        begun.add(hit.place)
        found.append(worth)
    return found


def _rows(question: Question, asked: Asked, candidates: Sequence[Quotable]) -> list[float]:
    """The share of the question that a row has which it asks for, with the names of its document; 0.0 of others."""
    meant = map(bool, cells_named(question, candidates, several=True)) if asked.several else looked_up(question, candidates)
    texts = [f"{names(one.ref.hit)}{one.text}" for one in candidates]
    return [share if mine else 0.0 for share, mine in zip(_shares(question, texts), meant, strict=True)]


def _led(one: Quotable) -> str:
    """What leads to a list: the line above it, or its own first sentence, which ends in a colon."""
    return f"{one.lead}\n{one.ref.quote}" if one.ref.quote.endswith(":") else one.lead


def _says_the_same(question: Question, heading: str) -> bool:
    """Whether a heading is in the words of a question, and says no where it does."""
    said = telling(heading)
    stems = [found[0] for found in question.tokenizer.stems(said) if found]
    has = sum(stem in question.stems for stem in stems)
    return has >= max(1, LEAST * len(stems)) and denies(heading) == denies(question.text)


def _shares(question: Question, texts: Sequence[str]) -> list[float]:
    return list(map(question.share, question.find(texts)))
