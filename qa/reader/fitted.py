"""What speaks for a sentence, added up: which one answers, and how likely it does.

Owns the fitted numbers, which `training/fit.py` writes; they belong to one network and are measured in bench/README.md.
"""

import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "weights" / "fitted.json"

_FAR = 12.0
"""Margins beyond this tell nothing more."""


@dataclass(frozen=True, slots=True)
class Signs:
    """What is known of a sentence, each 0 to 1 but the last.

    `covered` is the share of the question's weight that its words have, `order` that of those in the question's order;
    `passage` the score of its passage, `likeness` the cosine of its vector and the question's, `kind` 1 where it holds the
    kind of thing that is asked for, `margin` what the network says, 0.0 where it was not asked.
    """

    covered: float
    order: float
    passage: float
    likeness: float
    kind: float
    margin: float = 0.0


def scores(signs: Sequence[Signs], *, read: bool) -> list[float]:
    """For each sentence, how much speaks for it as the answer: the log of its odds against the others, but for a constant.

    `read` tells whether the network was asked.
    """
    weights = fitted()["read" if read else "words"]
    return [sum(weights[name] * value for name, value in _values(one).items()) for one in signs]


def confidence(signs: Sequence[Signs], best: int) -> float:
    """How likely the chosen sentence is to answer, 0 to 1: right so often on questions that nothing was fitted to."""
    return _probability("confidence", signs, best)


def answers(signs: Sequence[Signs], best: int) -> bool:
    """Whether it is likely enough that anything there answers."""
    return _probability("answerable", signs, best) >= float(fitted()["none"])


def _probability(of: str, signs: Sequence[Signs], best: int) -> float:
    weights = fitted()[of]
    total = weights["constant"] + sum(weights[name] * value for name, value in certain(signs, best).items())
    return 1 / (1 + math.exp(-total))


def certain(signs: Sequence[Signs], best: int) -> dict[str, float]:
    """What these are made of: the chosen sentence's signs, and the highest margin of any."""
    return {**_values(signs[best]), "highest": max(_held(one.margin) for one in signs)}


@cache
def fitted() -> dict[str, Any]:
    """The numbers as they stand in their file."""
    found: dict[str, Any] = json.loads(_FILE.read_text("utf-8"))
    return found


def _values(signs: Signs) -> dict[str, float]:
    return {**asdict(signs), "margin": _held(signs.margin)}


def _held(margin: float) -> float:
    return max(-_FAR, min(_FAR, margin))
