"""The passages that a model is given: everything where that fits, else the best ones, merged where they touch.

Owns the budget in tokens and the choice; every sentence is sent once. Knows nothing of prompts or endpoints.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.catalog.rows import Row
from index.passage import Hit
from qa.documents.texts import Texts

MOST_PASSAGES = 300
"""A larger collection is never sent whole."""

TOKENS_A_SENTENCE = 8
"""What an id takes."""

BYTES_A_TOKEN = 3.5
"""A little less than in English text, so that the estimate errs on the safe side."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is sent: `hits` in their order, made of `passages` passages, among them the `best` first ones of those found."""

    hits: tuple[Hit, ...]
    passages: int
    best: int


def context(catalog: Texts, best: Sequence[Hit], within: frozenset[str] | None, budget: int, *, whole: bool) -> Context:
    """All passages in reading order where they fit `budget` tokens (and `whole` allows it), else the best that do."""
    if whole and (everything := _everything(catalog, within)) and _tokens(everything) <= budget:
        return Context(tuple(_merged(catalog, everything)), len(everything), len(best))
    fitting: list[Hit] = []
    used = 0.0
    for hit in best:
        used += _tokens([hit])
        if fitting and used > budget:
            break
        fitting.append(hit)
    return Context(tuple(_in_reading_order(_merged(catalog, fitting))), len(fitting), len(fitting))


def _in_reading_order(hits: Iterable[Hit]) -> list[Hit]:
    """Those of a document together, as they stand in it; the documents by their best passages."""
    found = list(hits)
    first = {hit.place.source: n for n, hit in reversed(list(enumerate(found)))}
    return sorted(found, key=lambda hit: (first[hit.place.source], hit.place.start))


def _everything(catalog: Texts, within: frozenset[str] | None) -> list[Hit]:
    """Every passage of the sources, each text once, by path and place; none where there are too many."""
    if catalog.counts().passages > MOST_PASSAGES:
        return []
    documents: dict[int, str] = {}
    for path, document in sorted(catalog.document_ids().items()):
        if within is None or path in within:
            documents.setdefault(document, path)
    return [hit_of(row, path) for document, path in documents.items() for row in catalog.beginning(document, MOST_PASSAGES)]


def hit_of(row: Row, path: str) -> Hit:
    """A passage as a hit of its document, though nobody has searched for it."""
    return Hit(row.place(path), row.title, row.heading, row.text, row.sentences, 0.0)


def _tokens(hits: Sequence[Hit]) -> float:
    """About how many tokens the passages take in a prompt."""
    return sum(
        len(hit.text.encode("utf-8", "replace")) / BYTES_A_TOKEN + TOKENS_A_SENTENCE * len(hit.sentences) for hit in hits
    )


def _merged(catalog: Texts, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Passages of one section with nothing but white space between them as one, at the place of the first of them here."""
    left = list(hits)
    while left:
        group = [left.pop(0)]
        text = catalog.text(group[0].place.source) or ""
        while touching := next((h for h in left if _touches(group, h, text)), None):
            left.remove(touching)
            group.append(touching)
        yield _joined(sorted(group, key=lambda hit: hit.place.start), text)


def _touches(group: Sequence[Hit], hit: Hit, text: str) -> bool:
    return any(
        hit.place.source == other.place.source
        and hit.heading == other.heading
        and not text[min(hit.place.end, other.place.end) : max(hit.place.start, other.place.start)].strip()
        and max(hit.place.start, other.place.start) >= min(hit.place.end, other.place.end)
        for other in group
    )


def _joined(hits: Sequence[Hit], text: str) -> Hit:
    first, last = hits[0], hits[-1]
    if len(hits) == 1:
        return first
    parts = tuple(part for hit in hits for part in hit.place.parts)
    place = replace(first.place, end=last.place.end, parts=parts)
    sentences = tuple(span for hit in hits for span in hit.sentences)
    return replace(
        first,
        place=place,
        text=text[place.start : place.end],
        sentences=sentences,
        score=max(hit.score for hit in hits),
        also=(),
        why=(),
        likeness=(),
    )
