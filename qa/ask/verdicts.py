"""Claims judged by meaning: what a judge is shown of each, what its words or probabilities mean, and what becomes of a claim.

Owns who may judge, the verdicts, and how they meet the signs that words alone gave; every word sent stands in
`qa/model/prompt.py`, the calls in `qa/model/endpoint.py`. Knows nothing of how an answer is shown.

Two kinds: OpenAI's Decisions API, which gives a probability for each of the things that can go wrong with a claim, all in one
request; and a chat model that writes yes or no. What cannot be read is not judged, and never counts as held.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.passage import Hit
from qa.answer import AnswerSentence, CitedText, Judgement
from qa.check.evidence import Evidence, Sent
from qa.model.endpoint import MOST_DECISIONS
from qa.model.prompt import ASPECTS, Case

HOLDS, CLEARS = 0.5, 0.8
"""The least probability at which a claim holds, and at which a sign that words gave is cleared."""

MOST = (MOST_DECISIONS - 2) // len(ASPECTS)
"""Claims that are judged: more than anybody reads."""

_WHY = {
    "roles": "the cited sentences do not say it of the same people or things, or in the same roles",
    "negation": "there is a “not” more or less than in the cited sentences",
    "certainty": "the cited sentences are less certain",
    "quantity": "a figure, unit or period is not that of the cited sentences",
    "itself": "the cited sentences do not say it",
}
_LINE = re.compile(r"^[^\w\n]*(?:claim )?(\d{1,4})\W{1,6}(yes|no)\b[^\w\n]*([^\n]*)$", re.IGNORECASE | re.MULTILINE)
_WHOLE = re.compile(r"^[^\w\n]*(answers?|premise)\W{1,6}(yes|no)\b", re.IGNORECASE | re.MULTILINE)
_DOUBTS = re.compile(r"\b(?:but|not|no|however|except|partly|partially|only|unless|although)\b|n['’]t\b", re.IGNORECASE)
LONGEST_WHY = 200


@dataclass(frozen=True, slots=True)
class Verdict:
    """Of one claim: how likely it holds, and what does not, in words."""

    probability: float
    why: str


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Of an answer: by its judged sentences' places; and whether it answers the question, and whether what the question takes
    for granted stands. None where that was not judged."""

    claims: Mapping[int, Verdict]
    answers: float | None = None
    premise: float | None = None


def cases(cited: CitedText, hits: Sequence[Hit]) -> dict[int, Case]:
    """What is judged, by its place among the sentences: each claim that cites something, unless no judge could clear it."""
    sent, found = Sent(hits), dict[int, Case]()
    for at, sentence in enumerate(cited.sentences):
        if sentence.supported is None or sentence.firm or not sentence.citations:
            continue
        evidence = Evidence([cited.refs[n - 1] for n in sentence.citations], sent)
        found[at] = Case(sentence.text, tuple(evidence.quotes), tuple(evidence.around), tuple(evidence.about))
    return dict(list(found.items())[:MOST])


def by_probabilities(judged: Sequence[int], probabilities: Sequence[float | None]) -> Verdicts:
    """The verdicts of the Decisions API: one probability for each aspect of each claim, then two for the whole."""
    claims = {}
    for n, at in enumerate(judged):
        given = dict(zip(ASPECTS, probabilities[n * len(ASPECTS) : (n + 1) * len(ASPECTS)], strict=False))
        known = {aspect: p for aspect, p in given.items() if p is not None}
        if len(known) == len(ASPECTS) or any(p < HOLDS for p in known.values()):
            aspect = min(known, key=lambda name: (known[name], name != "itself"))
            claims[at] = Verdict(known[aspect], _WHY[aspect])
    answers, premise = (*probabilities[len(judged) * len(ASPECTS) :], None, None)[:2]
    return Verdicts(claims, answers, premise)


def by_words(judged: Sequence[int], reply: str) -> Verdicts:
    """The verdicts in a chat model's reply, where claim n is `judged[n - 1]`; contradicting lines are none."""
    claims: dict[int, Verdict] = {}
    unclear = set[int]()
    for number, word, rest in _LINE.findall(reply):
        at = judged[int(number) - 1] if 1 <= int(number) <= len(judged) else None
        if at is None or (word.lower() == "yes" and _DOUBTS.search(rest)):
            unclear |= {at} if at is not None else set()
            continue
        verdict = Verdict(float(word.lower() == "yes"), rest.strip(" .-–—:")[:LONGEST_WHY] or _WHY["itself"])
        if claims.setdefault(at, verdict).probability != verdict.probability:
            unclear.add(at)
    whole = {name.lower()[:6]: float(word.lower() == "yes") for name, word in _WHOLE.findall(reply)}
    return Verdicts({at: v for at, v in claims.items() if at not in unclear}, whole.get("answer"), whole.get("premis"))


def judged(cited: CitedText, verdicts: Verdicts, by: str) -> CitedText:
    """The text with its claims as the judge says: a doubtful one cleared, one that does not hold marked."""
    sentences = tuple(_judged(s, verdicts.claims.get(at), by) for at, s in enumerate(cited.sentences))
    return replace(cited, sentences=sentences)


def _judged(sentence: AnswerSentence, verdict: Verdict | None, by: str) -> AnswerSentence:
    if verdict is None:
        return sentence
    said = replace(sentence, judge=Judgement(by, round(verdict.probability, 3)))
    if verdict.probability < HOLDS:
        return replace(said, supported=False, why=sentence.why or verdict.why)
    if verdict.probability >= CLEARS and not sentence.firm:
        return replace(said, supported=True, why=None)
    return said
