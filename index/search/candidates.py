"""Finding passages: words (FTS5's BM25) and meaning (vectors) give candidates, then all that speaks for each is added up.

Owns how candidates are found and how hits are made of them; writes nothing. The catalog is the truth: a vector without a
passage is invisible, and a passage without a vector is found by its words.
"""

import heapq
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from index.catalog.rows import Row
from index.catalog.words import any_of_with
from index.errors import Failure
from index.letters.language import english
from index.passage import Hit
from index.search.links import links
from index.search.question import Counted, Question, understand
from index.search.rank import Candidate, Evidence, Ranked, first_score, rank, trust_in_words

if TYPE_CHECKING:
    import numpy as np
from index.search.near import CANDIDATES, Index, Scope, nearest, scope_of

LOOK = 60
"""So many of them, the best by both scores, are looked at more closely."""

FOLLOWED = 3
"""Names of other documents are followed from so many of the best passages."""

FEW = 3
"""A question of fewer words is looked for by these."""

COMPARED = 3
"""So many of the best passages show the language of the documents."""

MOST_LINKED, BEGINNING, LINKED = 4, 8, 0.75
"""So many documents are lifted, by one of so many of their first passages, to this share of the score of what names them."""

CROWDING = 0.03
"""What a passage's score loses for each better passage of its document, of three at most: other documents may say more."""


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one question, best first.

    `similarity` is the best cosine among the vectors, 0.0 without vectors; `failure` is why they had no part in it; `trust`
    is how much words counted, 0 to 1.
    """

    question: Question
    hits: list[Hit]
    similarity: float = 0.0
    failure: Failure | None = None
    trust: float = 1.0


def search(index: Index, query: str, top: int, within: frozenset[str] | None = None) -> Found:
    """The best `top` passages for a query, among the sources `within` only where they are given."""
    return search_all(index, [query], top, within)[0]


def search_all(
    index: Index, queries: Sequence[str], top: int, within: frozenset[str] | None = None, counted: Counted | None = None
) -> list[Found]:
    """As `search`, for several queries with one visit to the vector store; `counted` weighs words where others count too."""
    catalog = index.catalog
    counted = counted or catalog
    with catalog.snapshot():
        scope = scope_of(catalog, within)
        near = nearest(index, queries, top, scope)
        searches = _searches(index, queries, scope, top, counted)
        version, collection = catalog.version(), catalog.meta("collection")
    embedded, cosines, failure = near()  # no snapshot waits for it: on a network disk nobody could write meanwhile
    found = []
    with catalog.snapshot():
        if catalog.version() != version:
            searches = _searches(index, queries, scope_of(catalog, within), top, counted)
            if catalog.meta("collection") != collection:  # the index has another embedder now
                embedded, cosines = None, [{} for _ in queries]
        for number, search in enumerate(searches):
            hits = search.hits(None if embedded is None else embedded[number], cosines[number])
            found.append(Found(search.question, hits, max(cosines[number].values(), default=0.0), failure, search.trust))
    return found


def _searches(index: Index, queries: Sequence[str], scope: "Scope | None", top: int, counted: Counted) -> "list[_Search]":
    return [_Search(index, understand(query, counted, index.tokenizer), scope, top) for query in queries]


class _Search:
    """One question's way from candidates to hits; those by its words are looked for at once."""

    def __init__(self, index: Index, question: Question, scope: Scope | None, top: int) -> None:
        self.index, self.question, self.scope, self.top = index, question, scope, top
        self.catalog = index.catalog
        self.near: Mapping[str, float] = {}
        self.trust = 1.0
        self._matched = {} if question.overview else self._match(max(CANDIDATES, top))

    def hits(self, vector: "np.ndarray | None", near: Mapping[str, float]) -> list[Hit]:
        """The best `top`, best first; passages of identical text are one hit that names all its places."""
        top, self.near = self.top, near
        if self.question.overview:
            return self._overview()
        groups, matched = self._groups()
        candidates = self._candidates(groups, matched)
        candidates.sort(key=lambda c: (-first_score(c, self.index.embedder), c.row.id))
        ranked = rank(self.catalog, self.question, vector, self.index.embedder, candidates[: max(LOOK, top)])
        if vector is not None and self._comparable(ranked):
            self.trust = trust_in_words(ranked)
        ranked = sorted((r.by_words(self.trust) for r in ranked), key=_best_first)
        ranked = self._with_links(ranked, groups, vector)
        return [self._hit(groups[r.candidate.row.hash], r, score) for r, score in _spread(ranked, top, CROWDING * self.trust)]

    def _comparable(self, ranked: Sequence[Ranked]) -> bool:
        """Whether any embedder's vectors tell what is alike: in English, and not of a word or two."""
        texts = " ".join(r.candidate.row.text for r in ranked[:COMPARED])
        return len(self.question.stems) >= FEW and english(self.question.text, texts)

    def _with_links(self, ranked: list[Ranked], groups: dict[str, list[Row]], vector: "np.ndarray | None") -> list[Ranked]:
        """The best passage of each linked document is lifted towards the passage that names it."""
        found = ((r.candidate.row, r.candidate.paths) for r in ranked[:FOLLOWED])
        targets = links(self.catalog, self.question, found)
        if not targets:
            return ranked
        seen = {r.candidate.row.hash for r in ranked}
        rows = [row for document in targets for row in self.catalog.beginning(document, BEGINNING) if row.hash not in seen]
        new = _by_text(self.catalog.rows_of_hashes([row.hash for row in rows]))
        groups.update(new)
        named = rank(self.catalog, self.question, vector, self.index.embedder, self._candidates(new, {}))
        everything = [*ranked, *(each.by_words(self.trust) for each in named)]
        scores = {r.candidate.row.id: r.evidence.score for r in ranked[:FOLLOWED]}
        best = {r.candidate.row.document_id: r for r in sorted(everything, key=_best_first, reverse=True)}
        linked = sorted((best[d] for d in targets if d in best), key=lambda r: -r.evidence.score)[:MOST_LINKED]
        lifted = {r.candidate.row.id: LINKED * scores[targets[r.candidate.row.document_id]] for r in linked}
        return [r.lifted(lifted.get(r.candidate.row.id, 0.0)) for r in everything]

    def _overview(self) -> list[Hit]:
        """The beginning of each document, as many as there is room for."""
        rows = self.catalog.first_rows(self.top, None if self.scope is None else self.scope.documents)
        return [self._hit([row], Ranked(Candidate(row, ()), Evidence()), 0.0) for row in rows if self._paths([row])]

    def _match(self, limit: int) -> dict[int, float]:
        """The BM25 of the passages that words find, by id."""
        if not self.question.words:
            return {}
        expression = any_of_with(self.question.leading, self.question.words)
        return dict(self.catalog.match(expression, limit, None if self.scope is None else self.scope.documents))

    def _groups(self) -> tuple[dict[str, list[Row]], dict[int, float]]:
        """Candidates by their text, with the BM25 of each passage that words found.

        More are fetched while texts that stand in many places crowd the list.
        """
        limit, matched = max(CANDIDATES, self.top), self._matched
        allowed = None if self.scope is None else self.scope.documents
        by_vector = self.catalog.rows_of_hashes(list(self.near))
        while True:
            rows = {row.id: row for row in (*self.catalog.rows(list(matched)), *by_vector)}
            groups = _by_text(row for row in rows.values() if allowed is None or row.document_id in allowed)
            if len(groups) >= self.top or len(matched) < limit:
                return groups, matched
            limit *= 8
            matched = self._match(limit)

    def _candidates(self, groups: Mapping[str, Sequence[Row]], matched: Mapping[int, float]) -> list[Candidate]:
        """One for each text that still has a source."""
        paths = self._paths([row for rows in groups.values() for row in rows])
        best_words, best_cosine = max(matched.values(), default=0.0) or 1.0, max(self.near.values(), default=0.0) or 1.0
        embedder = self.index.embedder
        # Of a question in another language a word or two stand there by chance, and the best of these is no measure.
        known = self.question.known_share if embedder and embedder.across else 1.0
        candidates = []
        for text, rows in groups.items():
            placed = next((row for row in rows if row.document_id in paths), None)
            if placed:
                words = known * max(matched.get(row.id, 0.0) for row in rows) / best_words
                cosine = max(self.near.get(text, 0.0), 0.0)
                candidates.append(Candidate(placed, paths[placed.document_id], words, cosine / best_cosine, cosine))
        return candidates

    def _paths(self, rows: Sequence[Row]) -> dict[int, list[str]]:
        """The sources of each row's document, within the scope; a document whose last source has just gone has none."""
        found = self.catalog.places(rows)
        if self.scope is None:
            return found
        inside = {document: [p for p in paths if p in self.scope.sources] for document, paths in found.items()}
        return {document: paths for document, paths in inside.items() if paths}

    def _hit(self, rows: Sequence[Row], ranked: Ranked, score: float) -> Hit:
        paths = self._paths(rows)
        places = sorted(((row, path) for row in rows for path in paths.get(row.document_id, ())), key=_place_order)
        row, path = places[0]
        also = tuple(r.place(other) for r, other in places[1:])
        parts = {**asdict(ranked.evidence), "crowding": score - ranked.evidence.score}
        why = tuple((name, round(share, 4)) for name, share in parts.items() if round(share, 4))
        return Hit(
            row.place(path), row.title, row.heading, row.text, row.sentences, round(score, 4), also, why, ranked.likeness
        )


def _best_first(ranked: Ranked) -> tuple[float, int]:
    return -ranked.evidence.score, ranked.candidate.row.id


def _place_order(place: tuple[Row, str]) -> tuple[str, int]:
    return place[1], place[0].start


def _by_text(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Passages of identical text are one."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.hash].append(row)
    return groups


def _spread(ranked: Sequence[Ranked], top: int, crowding: float) -> list[tuple[Ranked, float]]:
    """The best `top` with their scores after the loss for crowding, best first."""
    heap = [(-r.evidence.score, r.candidate.row.id, i, 0) for i, r in enumerate(ranked)]
    heapq.heapify(heap)
    taken: dict[int, int] = defaultdict(int)
    best: list[tuple[Ranked, float]] = []
    while heap and len(best) < top:
        loss, id_, i, before = heapq.heappop(heap)
        document = ranked[i].candidate.row.document_id
        crowd = min(taken[document], 3)
        if crowd != before:
            heapq.heappush(heap, (crowding * crowd - ranked[i].evidence.score, id_, i, crowd))
            continue
        taken[document] += 1
        best.append((ranked[i], max(0.0, -loss)))
    return best
