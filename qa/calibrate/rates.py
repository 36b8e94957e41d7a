"""Claims whose truth is known go through the check, and questions through the model: what is wrong is counted.

Owns the counts; knows nothing of how they are kept or shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from index.passage import Hit
from qa.answer import AnswerSentence, CitedText, Usage
from qa.ask.asking import Asking, How
from qa.ask.context import hit_of
from qa.ask.judging import Judge, judge
from qa.ask.line import ask
from qa.calibrate.claims import Known, known_claims, sampled
from qa.check.evidence import Evidence, Sent
from qa.check.support import doubt
from qa.documents.library import Library
from qa.documents.texts import Texts
from qa.model.choice import Model
from qa.model.prices import cost

PASSAGES, QUESTIONS = 24, 6
"""So many passages claims are made of; so many questions of each kind are asked."""

MOST_OF_A_DOCUMENT = 300
"""Its first passages, among which those are chosen."""

GROUP = 40
"""Claims in one request to the judge."""

NOBODY = ("Quellbrandt", "Ostermuir", "Vandelay Pyx", "Trembath-Ho", "Ilverstad", "Marquenne")
"""Names that no document mentions, or else the question is left out."""


Item = TypeVar("Item")


@dataclass(slots=True)
class Count:
    """So many were wrong, of so many."""

    wrong: int = 0
    of: int = 0

    def add(self, wrong: bool) -> None:
        """One more."""
        self.wrong, self.of = self.wrong + wrong, self.of + 1


@dataclass(slots=True)
class Rates:
    """What was counted: marks on claims that hold, claims let through that do not, by kind; answers and refusals."""

    model: str
    judge: str
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))
    marked: Count = field(default_factory=Count)
    passed: dict[str, Count] = field(default_factory=dict)
    marked_by_words: Count = field(default_factory=Count)
    passed_by_words: Count = field(default_factory=Count)
    refused: Count = field(default_factory=Count)
    answered: Count = field(default_factory=Count)
    unsupported: Count = field(default_factory=Count)
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float | None = 0.0

    def spend(self, model: Model, name: str, usage: Usage | None) -> None:
        """Add up what a call took."""
        if usage:
            self.input_tokens += usage.input_tokens
            self.output_tokens += usage.output_tokens
            price = cost(model.service, name, usage)
            self.cost = None if self.cost is None or price is None else round(self.cost + price, 6)


def calibrate(library: Library, model: Model, judges: Judge | None) -> Rates:
    """Judge known claims of the documents, and ask about them; ServiceFailure where the model cannot be asked."""
    refs = list(sampled(_passages(library.catalog)))
    known = [claim for ref in refs for claim in known_claims(ref)]
    rates = Rates(model.name, "words alone" if judges is None else "")
    _judge(rates, model, judges, known)
    for question, there in _questions(library, [ref.hit for ref in refs]):
        answer = ask(library, question, How(Asking(double_check=False), model), None)
        if answer.failure:
            raise answer.failure
        (rates.refused if there else rates.answered).add((answer.status == "not_found") == there)
        for sentence in answer.sentences:
            if sentence.supported is not None:
                rates.unsupported.add(not sentence.supported)
        rates.spend(model, model.name, answer.usage)
    return rates


def _judge(rates: Rates, model: Model, judges: Judge | None, known: Sequence[Known]) -> None:
    """Each claim by words, and all of a kind by the judge, as those of an answer."""
    sent = Sent(_once(known))
    for at in range(0, len(known), GROUP):
        part = known[at : at + GROUP]
        sentences = tuple(_by_words(claim, n, sent) for n, claim in enumerate(part, start=1))
        for claim, sentence in zip(part, sentences, strict=True):
            (rates.passed_by_words if claim.kind else rates.marked_by_words).add(_wrong(claim, sentence))
        cited = CitedText("", sentences, tuple(claim.ref for claim in part))
        if judges:
            found_by = judge(judges, model, "", cited, _once(part))
            cited, rates.judge = found_by.cited, found_by.by or rates.judge
            rates.spend(model, found_by.by, found_by.usage)
        for claim, sentence in zip(part, cited.sentences, strict=True):
            count = rates.passed.setdefault(claim.kind, Count()) if claim.kind else rates.marked
            count.add(_wrong(claim, sentence))


def _by_words(claim: Known, number: int, sent: Sent) -> AnswerSentence:
    lacks = doubt(claim.claim, Evidence([claim.ref], sent))
    if lacks is None:
        return AnswerSentence(claim.claim, (number,), True)
    return AnswerSentence(claim.claim, (number,), False, lacks.why, firm=lacks.firm)


def _wrong(claim: Known, sentence: AnswerSentence) -> bool:
    """Whether one that holds is marked, or one that does not is not."""
    return (sentence.supported is False) != bool(claim.kind)


def _once(known: Sequence[Known]) -> list[Hit]:
    """The passages of claims, each once."""
    return list({claim.ref.hit.place: claim.ref.hit for claim in known}.values())


def _passages(catalog: Texts) -> list[Hit]:
    """Passages of documents from all over the index, always the same ones."""
    paths = {document: path for path, document in sorted(catalog.document_ids().items(), reverse=True)}
    documents = _spread(sorted(paths), PASSAGES)
    each = -(-PASSAGES // max(1, len(documents)))
    hits = list[Hit]()
    for document in documents:
        rows = catalog.beginning(document, MOST_OF_A_DOCUMENT)
        found = [hit_of(row, paths[document]) for row in rows]
        usable = {ref.hit.place for ref in sampled(found)}
        hits += _spread([hit for hit in found if hit.place in usable], each)
    return hits[:PASSAGES]


def _spread(items: Sequence[Item], most: int) -> list[Item]:
    """At most so many of the items, evenly."""
    return [items[n * len(items) // most] for n in range(most)] if len(items) > most else list(items)


def _questions(library: Library, hits: Sequence[Hit]) -> Iterator[tuple[str, bool]]:
    """Questions that a sentence answers, and the same about somebody whom no document mentions."""
    for ref, nobody in zip(list(sampled(hits))[:QUESTIONS], NOBODY, strict=False):
        words = " ".join(ref.quote.split()[:9]).rstrip(",;:")
        yield f"How do the documents go on after “{words}”?", True
        if not library.catalog.holds(nobody.split()[0].casefold()):
            yield f"What do the documents say about {nobody}?", False
