"""Fit how signs add up to a choice and to a confidence, on questions that the network was not trained on.

    python training/fit.py OUT.json SIGNS.pkl… [-- TEST.pkl…]

Writes the numbers that `qa/reader/fitted.py` reads. The choice is fitted listwise: the softmax over a question's sentences is
to fall on those that answer (Cao et al. 2007, ListNet). Two logistic regressions tell from the same signs how likely there is
an answer, and how likely the chosen sentence is one. Of questions that nothing was fitted to it prints how often the first
sentence is right, the area under the curve for "is there an answer", what is refused where 7 % of the answerable are lost, and
how often what is called so sure is right.
"""

import json
import math
import pickle
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

from qa.reader.fitted import Signs, certain

NAMES = list(Signs.__dataclass_fields__)
LOST = 0.02
"""Of answerable questions, so many are taken for unanswerable where that threshold is set: in folders that people keep, and nothing
was fitted to, it is four times as many."""

LEAST = {"order": 1.4, "likeness": 0.0}
"""Weights at least: few questions that are fitted to tell who did it from whom it was done to, and no mistake is worse."""

READ_AS_WELL = ("kind", "likeness")
"""What the network tells better: with them sets that nothing is fitted to have fewer first sentences right."""

Found = list[dict[str, Any]]


def values(one: dict[str, Any]) -> np.ndarray:
    """(sentences, signs)."""
    return np.array([[s[n] if n != "margin" else np.clip(s[n], -12, 12) for n in NAMES] for s in one["signs"]], dtype=float)


def minimised(loss: Any, size: int) -> np.ndarray:
    """The weights at which a convex loss is least."""
    weights = torch.zeros(size, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=300)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        value = loss(weights)
        value.backward()
        return value

    optimizer.step(closure)
    return weights.detach().numpy()


def choice(found: Found, names: list[str]) -> dict[str, float]:
    """Weights of the signs named, 0 for the others."""
    some = [one for one in found if any(one["right"]) and not all(one["right"])]
    columns = [NAMES.index(n) for n in names]
    deviation = np.concatenate([values(one)[:, columns] for one in some]).std(0) + 1e-6
    rows = [(torch.tensor(values(one)[:, columns] / deviation), torch.tensor(one["right"])) for one in some]

    def loss(weights: torch.Tensor) -> torch.Tensor:
        each = [torch.logsumexp(x @ weights, 0) - torch.logsumexp((x @ weights)[right], 0) for x, right in rows]
        return torch.stack(each).mean() + 1e-3 * (weights**2).sum()

    fitted = dict(zip(names, minimised(loss, len(names)) / deviation, strict=True))
    return {n: round(float(max(fitted.get(n, 0.0), LEAST.get(n, -math.inf))), 4) for n in NAMES}


def chosen(one: dict[str, Any], weights: dict[str, float]) -> int:
    """The best sentence of a question."""
    return int(np.argmax(values(one) @ np.array([weights[n] for n in NAMES])))


def examples(found: Found, weights: dict[str, float]) -> tuple[list[dict[str, float]], np.ndarray, np.ndarray]:
    """What each question's confidence is made of, whether its chosen sentence answers, and whether any could."""
    asked = [one for one in found if one["signs"]]
    best = [chosen(one, weights) for one in asked]
    made = [certain([Signs(**s) for s in one["signs"]], b) for one, b in zip(asked, best, strict=True)]
    right = np.array([bool(one["right"][b]) for one, b in zip(asked, best, strict=True)])
    return made, right, np.array([any(one["right"]) for one in asked])


def without_their_passages(found: Found) -> Found:
    """The answerable questions once more, without the passages that answer: such as nothing here answers, in any words."""
    gone = []
    for one in found:
        theirs = {rank for rank, right in zip(one["ranks"], one["right"], strict=True) if right}
        rest = [n for n, rank in enumerate(one["ranks"]) if rank not in theirs]
        if theirs and rest:
            gone.append({**one, "signs": [one["signs"][n] for n in rest], "right": [False] * len(rest)})
    return gone


def logistic(made: list[dict[str, float]], right: np.ndarray) -> dict[str, float]:
    """Weights of a logistic regression; each question counts alike. No sign may speak against an answer: questions that are
    written to deceive share more words with a passage than such as it answers in other words."""
    names = list(made[0])
    weights = _logistic(made, right, names)
    while any(weights[n] < 0 for n in names):
        names = [n for n in names if weights[n] >= 0]
        weights = _logistic(made, right, names)
    return {"constant": weights["constant"], **{n: weights.get(n, 0.0) for n in made[0]}}


def _logistic(made: list[dict[str, float]], right: np.ndarray, names: list[str]) -> dict[str, float]:
    x = np.array([[one[n] for n in names] for one in made])
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    rows, targets = torch.tensor((x - mean) / deviation), torch.tensor(right, dtype=torch.float64)

    def loss(weights: torch.Tensor) -> torch.Tensor:
        logits = rows @ weights[1:] + weights[0]
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, targets) + 1e-3 * (weights[1:] ** 2).sum()

    fitted = minimised(loss, len(names) + 1)
    scaled = fitted[1:] / deviation
    constant = fitted[0] - (scaled * mean).sum()
    return {"constant": round(float(constant), 4), **{n: round(float(w), 4) for n, w in zip(names, scaled, strict=True)}}


def likely(made: list[dict[str, float]], weights: dict[str, float]) -> np.ndarray:
    """Probabilities."""
    total = [weights["constant"] + sum(weights[n] * v for n, v in one.items()) for one in made]
    return 1 / (1 + np.exp(-np.array(total)))


def area(higher: np.ndarray, lower: np.ndarray) -> float:
    """How often one is above another."""
    return float(np.mean(higher[:, None] > lower[None, :])) if len(higher) and len(lower) else float("nan")


def report(name: str, found: Found, fitted: dict[str, Any]) -> None:
    """A line of figures for a set, and one of what so sure is right how often."""
    line = f"{name:16}"
    for kind in ("words", "read"):
        right = [one["right"][chosen(one, fitted[kind])] for one in found if one["answerable"] and one["signs"]]
        line += f" first by {kind} {np.mean(right):.3f}"
    made, right, answerable = examples(found, fitted["read"])
    there, p = likely(made, fitted["answerable"]), likely(made, fitted["confidence"])
    yes, no = there[answerable], there[~answerable]
    none = fitted["none"]
    if len(no):
        line += f" area {area(yes, no):.3f} refused at 7 % {np.mean(no < np.quantile(yes, 0.07)):.2f}"
        line += f" at {none}: refused {np.mean(no < none):.2f} lost {np.mean(yes < none):.3f}"
    print(line)
    bands = [(0.0, 0.2), (0.2, 0.4), (0.4, 0.6), (0.6, 0.8), (0.8, 0.9), (0.9, 1.01)]
    table = [(a, (p >= a) & (p < b)) for a, b in bands]
    print(" " * 16, " ".join(f"{a:.1f}: {right[m].mean():.2f} of {m.sum()}" for a, m in table if m.any()))


def main(out: str, *paths: str) -> None:
    """Fit on the files before "--", report on all."""
    cut = paths.index("--") if "--" in paths else len(paths)
    sets = {path: pickle.loads(Path(path).read_bytes()) for path in paths if path != "--"}
    found = [one for path in paths[:cut] for one in sets[path]]
    by_words = [n for n in NAMES if n != "margin"]
    fitted: dict[str, Any] = {
        "words": choice(found, by_words),
        "read": choice(found, [n for n in NAMES if n not in READ_AS_WELL]),
    }
    made, right, answerable = examples([*found, *without_their_passages(found)[::4]], fitted["read"])
    fitted["confidence"], fitted["answerable"] = logistic(made, right), logistic(made, answerable)
    there = likely(made, fitted["answerable"])
    fitted["none"] = round(float(np.quantile(there[answerable], LOST)), 3)
    Path(out).write_text(json.dumps(fitted, indent=1) + "\n")
    print(json.dumps(fitted))
    for path, some in sets.items():
        report(Path(path).stem, some, fitted)


if __name__ == "__main__":
    main(*sys.argv[1:])
