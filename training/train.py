"""Train the local reader: which token of a question's passages is the first and which the last of its answer, or that none is.

    python training/train.py MODEL_FOLDER TRAIN.pkl OUT.pt MINUTES [START.safetensors]

MODEL_FOLDER holds model.safetensors and config.json of all-MiniLM-L6-v2 (Apache-2.0), TRAIN.pkl is prepare.py's, START weights
of a reader to go on from. The rate falls to 0 as the minutes pass. Stopped and started again, it goes on.

What the network says of a token counts less what it says of its passage's [CLS], which stands for "none"; the tokens of all of a
question's passages, and one 0 for "no answer", are under one softmax (shared norm: Clark and Gardner 2018, arXiv 1710.10723). A
network that is trained on a passage at a time need not say more of the right one than of its neighbours, and `qa` compares eight.
Half of the cost is that of the answer's very tokens, half that of any of its sentences': the sum over a sentence is what `qa`
compares, and an answer of several sentences has each of them right. Every ten minutes it prints, of 200 questions kept apart:
`right` (the best first token is in one of the answer's sentences) and `area`
(how often the best one of a question with an answer is above one's without).
"""

import json
import pickle
import random
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch.nn.functional import gelu, layer_norm, linear
from transformers import BertConfig, BertForQuestionAnswering

APART, STEP, RUN, FROZEN, CLS, SEP = 200, 7000, 2600, 2, 101, 102
"""Questions kept apart, tokens of a step, tokens of passages of like length that are run at once, and layers that stay as they are."""

RATE, WARM, ROUNDED = 8e-5, 0.03, 0.75
"""The highest learning rate; the part of the time after which it is reached, and from which on the layers are trained as
export.py rounds them.
"""

HALF = torch.bfloat16 if torch.cpu.get_capabilities().get("avx512_bf16", False) else torch.float32
"""What layers are run in: without the processor's own instruction 16-bit floats take ten times as long."""

Span = tuple[int, int]
Group = tuple[list[int], list[tuple[list[int], Span, Span]], str]
"""As prepare.py writes it."""


def reader(folder: Path, start: str = "") -> BertForQuestionAnswering:
    """The network, with the encoder's weights or a reader's; the embeddings and the first layers stay as they are."""
    model = BertForQuestionAnswering(BertConfig(**json.loads((folder / "config.json").read_text())))
    encoder = {f"bert.{name}": values for name, values in load_file(folder / "model.safetensors").items()}
    model.load_state_dict({n: v for n, v in encoder.items() if n in model.state_dict()}, strict=False)
    if start:
        missing = model.load_state_dict({n: v.float() for n, v in load_file(start).items()}, strict=False)
        assert not missing.unexpected_keys, missing.unexpected_keys
    model.eval()  # without dropout: no example is seen often
    for part in (model.bert.embeddings, *model.bert.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    return model


def layer(part: torch.nn.Linear, given: torch.Tensor, rounded: bool) -> torch.Tensor:
    """What a layer of weights gives, as exact as what it is given.

    `rounded` rounds its weights and what it is given as export.py does: to 8-bit integers, by a scale a row, and one for a
    passage; gradients pass as if they were not (Jacob et al. 2018, arXiv 1712.05877).
    """
    weight = part.weight
    if rounded:
        scale = weight.detach().abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
        weight = weight + ((weight / scale).round() * scale - weight).detach()
        exact = given.detach().float()
        low, high = exact.amin((1, 2), keepdim=True).clamp(max=0), exact.amax((1, 2), keepdim=True).clamp(min=0)
        step = ((high - low) / 255).clamp(min=1e-8)
        given = given + ((exact / step).round() * step - exact).detach().to(given.dtype)
    return linear(given, weight.to(given.dtype), part.bias.to(given.dtype))


def norm(part: torch.nn.LayerNorm, given: torch.Tensor) -> torch.Tensor:
    """Sums of squares need 32 bits."""
    return layer_norm(given, part.normalized_shape, part.weight, part.bias, part.eps)


def block(part: torch.nn.Module, x: torch.Tensor, mask: torch.Tensor, heads: int, rounded: bool) -> torch.Tensor:
    """One of the encoder's layers, as transformers' own, which takes six times as long in 16-bit floats; (passages, tokens, width)."""
    itself, out = part.attention.self, part.attention.output
    query, key, value = (
        layer(each, x.to(HALF), rounded).unflatten(-1, (heads, -1)).transpose(1, 2)
        for each in (itself.query, itself.key, itself.value)
    )
    alike = (query @ key.transpose(-1, -2)).float() * query.shape[-1] ** -0.5 + mask
    heard = (alike.softmax(-1).to(HALF) @ value).transpose(1, 2).flatten(2)
    x = norm(out.LayerNorm, layer(out.dense, heard, rounded).float() + x)
    wide = gelu(layer(part.intermediate.dense, x.to(HALF), rounded))
    return norm(part.output.LayerNorm, layer(part.output.dense, wide, rounded).float() + x)


@torch.compile(dynamic=True)
def logits(
    model: BertForQuestionAnswering, ids: torch.Tensor, types: torch.Tensor, present: torch.Tensor, rounded: bool
) -> torch.Tensor:
    """(passages, tokens, 2), for first and last; each of the three is (passages, tokens)."""
    x = model.bert.embeddings(input_ids=ids, token_type_ids=types)
    mask = (1 - present.float())[:, None, None, :] * -1e4
    for part in model.bert.encoder.layer:
        x = block(part, x, mask, model.config.num_attention_heads, rounded)
    return layer(model.qa_outputs, x, rounded)


@dataclass(frozen=True, slots=True)
class Read:
    """A passage of a group: its number, and how much rather than [CLS] each of its tokens is first and last, (tokens, 2)."""

    group: int
    margins: torch.Tensor
    answer: Span
    around: Span

    @property
    def right(self) -> bool:
        """Whether the best first token is in a sentence that holds the answer."""
        return self.around[0] <= int(self.margins[:, 0].argmax()) <= self.around[1]


def read(model: BertForQuestionAnswering, groups: list[Group], rounded: bool) -> list[Read]:
    """Each passage of the groups."""
    windows = [(n, question, *one) for n, (question, passages, _) in enumerate(groups) for one in passages]
    windows.sort(key=lambda w: len(w[1]) + len(w[2]))
    found: list[Read] = []
    while windows:
        width = (len(windows[-1][1]) + len(windows[-1][2]) + 3 + 15) // 16 * 16
        some, windows = windows[-max(1, RUN // width) :], windows[: -max(1, RUN // width)]
        ids, types, present = (torch.zeros(len(some), width, dtype=torch.long) for _ in range(3))
        for row, (_, question, passage, *_) in enumerate(some):
            tokens = [CLS, *question, SEP, *passage, SEP]
            ids[row, : len(tokens)], present[row, : len(tokens)] = torch.tensor(tokens), 1
            types[row, len(question) + 2 : len(tokens)] = 1
        said = logits(model, ids, types, present, rounded)
        for row, (n, question, passage, answer, around) in enumerate(some):
            begin = len(question) + 2
            margins = said[row, begin : begin + len(passage)] - said[row, 0]
            found.append(Read(n, margins, answer, around))
    return found


def loss(model: BertForQuestionAnswering, groups: list[Group], rounded: bool) -> torch.Tensor:
    """The mean, over the groups, of what first and last token cost, half for the tokens, half for any of their sentences."""
    passages = read(model, groups, rounded)
    costs = []
    for n in range(len(groups)):
        ours = [one for one in passages if one.group == n]
        right = torch.zeros(2)
        for one in ours:
            if one.answer[0] >= 0:
                exact = torch.stack([one.margins[one.answer[0], 0], one.margins[one.answer[1], 1]])
                right = (exact + one.margins[one.around[0] : one.around[1] + 1].logsumexp(0)) / 2
        every = torch.cat([torch.zeros(1, 2), *(one.margins for one in ours)])
        costs.append((every.logsumexp(0) - right).mean())
    return torch.stack(costs).mean()


@torch.no_grad()
def evaluate(model: BertForQuestionAnswering, groups: list[Group], rounded: bool) -> dict[str, float]:
    """`right` and `area` on these."""
    has, none, right = [], [], []
    for i in range(0, len(groups), 20):
        passages = read(model, groups[i : i + 20], rounded)
        for n in range(min(20, len(groups) - i)):
            ours = [one for one in passages if one.group == n]
            best = max(ours, key=lambda one: float(one.margins[:, 0].max()))
            answered = any(one.answer[0] >= 0 for one in ours)
            (has if answered else none).append(float(best.margins[:, 0].max()))
            right += [best.right] if answered else []
    return {"right": float(np.mean(right)), "area": float(np.mean([[a > b for b in none] for a in has]))}


def steps_of(groups: list[Group]) -> Iterator[list[Group]]:
    """Without end."""
    while True:
        random.shuffle(groups)
        some: list[Group] = []
        for one in groups:
            some.append(one)
            if sum(len(question) + len(p) + 3 for question, passages, _ in some for p, *_ in passages) > STEP:
                yield some
                some = []


def main(folder: str, groups_of: str, out: str, minutes: str, start: str = "") -> None:
    """Train until the minutes have passed."""
    groups: list[Group] = pickle.loads(Path(groups_of).read_bytes())
    apart, groups = groups[:APART], groups[APART:]
    model = reader(Path(folder), start)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=RATE, weight_decay=0.01, fused=True)
    spent, steps = 0.0, 0
    if Path(out).exists():
        saved = torch.load(out)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        spent, steps = saved["spent"], saved["steps"]
    random.seed(steps)
    told, losses = spent, list[float]()

    def save() -> None:
        torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "spent": spent, "steps": steps}, out)

    for some in steps_of(groups):
        begun = time.time()
        done = spent / (float(minutes) * 60)
        if done >= 1:
            break
        for each in optimizer.param_groups:
            each["lr"] = max(RATE * min(1, done / WARM) * (1 - done), 1e-7)
        cost = loss(model, some, done >= ROUNDED)
        optimizer.zero_grad()
        cost.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(cost.item())
        spent, steps = spent + time.time() - begun, steps + 1
        if spent - told > 600:
            told = spent
            print(
                steps, f"{spent:.0f} s, loss {np.mean(losses[-200:]):.3f}", evaluate(model, apart, done >= ROUNDED), flush=True
            )
            save()
    print(steps, "at the end", evaluate(model, apart, True), flush=True)
    save()


if __name__ == "__main__":
    main(*sys.argv[1:])
