"""How much speaks for a passage: its words, its meaning, its best sentence, its surroundings; added up with fixed weights.

Owns the evidence and its weights; knows nothing of how candidates are found or what becomes of them. The weights were fitted
(as a softmax over the candidates of a question) on every second question of SQuAD, CLAPNQ and the chunking corpora, checked on
the others, and rounded; see bench/README.md.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.catalog.catalog import Catalog
from index.catalog.rows import Row
from index.catalog.words import stem
from index.embed.embedder import Embedder, likeness
from index.embed.sketch import unpacked
from index.search.question import Found, Question

if TYPE_CHECKING:
    import numpy as np

NEAR = 24
"""Two words of the question stand together if at most so many characters are between them."""

_SIGNS = re.compile(r"[\W_]+")

WORDS, SENTENCE, AROUND, TOGETHER, TITLE = 1.0, 1.2, 2.0, 1.1, 1.2

BY_WORDS = ("words", "sentence", "around", "together", "title")
"""What of the evidence words tell."""

ENOUGH = 0.5
"""Where no passage holds so much of the question's weight, it is put in other words than the documents have."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage: each a share of the score, which is their sum, from 0 to 1.

    `words`: BM25. `meaning`: the likeness of its vector to the question's. `sentence`: the question's words (by their idf)
    that its best sentence holds; `closest`: the likeness of its closest sentence; `around`: the words that it holds with the
    passages beside it; `together`: neighbours in the question that stand together in one sentence; `title`: words in the
    file's name, its title and headings; `linked`: its document is named by one that the question names (index/search/links.py).
    """

    words: float = 0.0
    meaning: float = 0.0
    sentence: float = 0.0
    closest: float = 0.0
    around: float = 0.0
    together: float = 0.0
    title: float = 0.0
    linked: float = 0.0

    @property
    def score(self) -> float:
        """All of it."""
        held = self.words + self.meaning + self.sentence + self.closest + self.around + self.together
        return held + self.title + self.linked


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with its sources and its scores so far: BM25 and cosine, each also as a share of the best one."""

    row: Row
    paths: Sequence[str]
    words: float = 0.0
    meaning: float = 0.0
    cosine: float = 0.0


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with what speaks for it; `likeness` of each sentence's vector to the question's, () where unknown; `covered`
    is the share of the question's weight that stands in it, beside it or in what names it."""

    candidate: Candidate
    evidence: Evidence
    likeness: tuple[float, ...] = ()
    covered: float = 0.0

    def by_words(self, trust: float) -> "Ranked":
        """The same, where its words count that much."""
        if trust == 1:
            return self
        held = {name: trust * getattr(self.evidence, name) for name in BY_WORDS}
        return replace(self, evidence=replace(self.evidence, **held))

    def lifted(self, score: float) -> "Ranked":
        """The same, with at least this score, since a document that was found names its document."""
        more = score - self.evidence.score
        return replace(self, evidence=replace(self.evidence, linked=more)) if more > 0 else self


def first_score(candidate: Candidate, embedder: Embedder | None) -> float:
    """What decides which candidates are looked at more closely."""
    return WORDS * candidate.words + (embedder.weight if embedder else 0.0) * candidate.meaning


def rank(
    catalog: Catalog,
    question: Question,
    vector: "np.ndarray | None",
    embedder: Embedder | None,
    candidates: Sequence[Candidate],
) -> list[Ranked]:
    """What speaks for each candidate; `vector` is the question's, None where the vectors have no part."""
    beside = _beside(catalog, [c.row for c in candidates])
    texts = {row.id: row.text for row in (*(c.row for c in candidates), *beside.values())}
    found = dict(zip(texts, question.find(list(texts.values())), strict=True))
    titles = question.find([_title(c) for c in candidates])
    near = _near(catalog, vector, embedder, [c.row for c in candidates])
    meaning, closest = (embedder.weight, embedder.sentence_weight) if embedder and vector is not None else (0.0, 0.0)
    whole = WORDS + meaning + SENTENCE + closest + AROUND + TOGETHER + TITLE
    ranked = []
    for candidate, title in zip(candidates, titles, strict=True):
        row = candidate.row
        beside_it = [found[i] for i in (row.id - 1, row.id, row.id + 1) if i == row.id or _neighbours(row, beside.get(i))]
        sentences = _by_sentence(row, found[row.id])
        alike = near.get(row.hash, ())
        evidence = Evidence(
            words=WORDS * candidate.words / whole,
            meaning=meaning * candidate.meaning / whole,
            sentence=SENTENCE * max((question.share(s) for s in sentences), default=0.0) / whole,
            closest=closest * max(0.0, max(alike, default=candidate.cosine)) / whole,
            around=AROUND * question.share([f for part in beside_it for f in part]) / whole,
            together=TOGETHER * max((_together(question, s) for s in sentences), default=0.0) / whole,
            title=TITLE * question.share(title) / whole,
        )
        covered = question.share([found for part in (*beside_it, title) for found in part])
        ranked.append(Ranked(candidate, evidence, alike if len(alike) == len(row.sentences) else (), covered))
    return ranked


def trust_in_words(ranked: Sequence[Ranked]) -> float:
    """How much words count for a question, 0 to 1, by the most that a passage holds of it: of a question in other words than
    the documents' the few that stand somewhere do so by chance.

    See bench/README.md for what it brings questions that share no telling word with what answers them.
    """
    return min(1.0, max((r.covered for r in ranked), default=0.0) / ENOUGH) ** 3


def _beside(catalog: Catalog, rows: Sequence[Row]) -> dict[int, Row]:
    """The passages before and after, by id, of whatever document."""
    known = {row.id: row for row in rows}
    ids = {i for row in rows for i in (row.id - 1, row.id + 1)}
    return known | {row.id: row for row in catalog.rows(sorted(ids - known.keys()))}


def _neighbours(row: Row, other: Row | None) -> bool:
    """Whether a row whose id is next is also next in the text: a document's passages are stored in order."""
    return other is not None and other.document_id == row.document_id


def _title(candidate: Candidate) -> str:
    """All that names a passage: its file, without suffix and signs, its document's title and its headings."""
    folders = candidate.paths[0].rpartition("/")[0]
    name = _SIGNS.sub(" ", f"{folders} {stem(candidate.paths[0])}")
    return f"{name} {candidate.row.title} {candidate.row.heading}"


def _by_sentence(row: Row, found: Found) -> list[Found]:
    """What was found in a passage, for each sentence that holds any."""
    ends = [end - row.start for _, end in row.sentences]
    parts: dict[int, Found] = {}
    for match in found:
        parts.setdefault(bisect_right(ends, match[1]), []).append(match)
    return list(parts.values())


def _together(question: Question, found: Found) -> float:
    """The share of the question's weight in words that stand together here as they do in the question."""
    held: set[tuple[int, int]] = set()
    for i, (n, _, end) in enumerate(found):
        for m, start, _ in found[i + 1 :]:
            if start - end > NEAR:
                break
            if abs(n - m) == 1:
                held.add((min(n, m), max(n, m)))
    return sum(min(question.weights[n], question.weights[m]) for n, m in held)


def _near(
    catalog: Catalog, vector: "np.ndarray | None", embedder: Embedder | None, rows: Sequence[Row]
) -> Mapping[str, tuple[float, ...]]:
    """For each text the likeness of its sentences to the question, as far as sentences have vectors."""
    if vector is None or embedder is None:
        return {}
    size = len(vector) // 2
    found = catalog.sketches(catalog.meta("collection"), list({row.hash for row in rows}))
    sketches = {key: sketch for key, sketch in found.items() if len(sketch) % size == 0}
    if not sketches:
        return {}
    alike = likeness(unpacked(b"".join(sketches.values()), len(vector)) @ vector, embedder).tolist()
    near, start = {}, 0
    for key, sketch in sketches.items():
        end = start + len(sketch) // size
        near[key] = tuple(alike[start:end])
        start = end
    return near
