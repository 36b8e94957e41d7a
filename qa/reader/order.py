"""Passages in the order in which they answer.

Owns what the network's word for a passage is worth beside its score, and which languages it reads.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from index.letters.language import english
from index.passage import Hit
from index.search.candidates import Found
from index.search.question import Question
from qa.check.words import WHETHER
from qa.reader.network import Network

READ = 8
"""So many of the best passages are read, of those that could be first by it; the others stay behind them."""

ANSWER = 0.5
"""What is added to the score of a passage that surely answers, by the logistic function of half its best sentence's margin. Of
0.05 to 0.7 the best for the questions that `training/fit.py` fits to; bench/README.md says what it brings others.
"""

LEAST = -3.0
"""Below this margin a passage most likely has no answer, and words tell which of its sentences is nearest."""

_ASKS = re.compile(
    rf"\?\W*$|^\W*{WHETHER}|\b(?:who|whom|whose|what|which|when|where|why|how)\b",
    re.IGNORECASE,
)
"""A query that is a question, which alone the network was trained on, and no mere words."""


def best_first(found: Found, top: int, network: Network | None) -> Found:
    """What was found with its best `top` hits alone, those that answer a question first; in their order without a network."""
    hits, question = found.hits, found.question
    close = [hit for hit in hits[:READ] if hit.score > hits[0].score - ANSWER]
    if network and close and not question.overview and _ASKS.search(question.text) and reads(question, close):
        said = network.margins(question.text, close)
        read = [_read(hit, margins) if margins else hit for hit, margins in zip(close, said, strict=True)]
        hits = [*sorted(read, key=lambda hit: -hit.score), *hits[len(read) :]]
    return replace(found, hits=hits[:top])


def _read(hit: Hit, margins: Sequence[float]) -> Hit:
    best = max(margins)
    worth = round(ANSWER / (1 + math.exp(-best / 2)), 4)
    fits = hit.sentences[margins.index(best)] if best > LEAST else None
    return replace(hit, score=round(hit.score + worth, 4), why=(*hit.why, ("answer", worth)), fits=fits)


def reads(question: Question, hits: Sequence[Hit]) -> bool:
    """Whether the network reads the language: English, which it alone was trained on."""
    return english(question.text, " ".join(hit.text for hit in hits))
