"""Train the local reader: the first and the last token of an answer in a passage, and [CLS] where there is none.

    python training/train.py MODEL_FOLDER TRAIN.pkl OUT.pt MINUTES [START.safetensors]

MODEL_FOLDER holds model.safetensors and config.json of all-MiniLM-L6-v2 (Apache-2.0), TRAIN.pkl is prepare.py's, START weights
of a reader to go on from. The rate falls to 0 as the minutes pass. Stopped and started again, it goes on.
Every five minutes it prints, of 500 examples kept apart: `near` (the best first token is within 3 of the answer's) and `auroc`
(answer or none).
"""

import json
import pickle
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForQuestionAnswering

APART, BATCH, FROZEN, CLS, SEP = 500, 24, 2, 101, 102
RATE, RATE_ON_TOP = 1e-4, 6e-5
"""Learning rates from the encoder alone, and from a reader."""

ROUNDED = 0.8
"""From this part of the time on the layers are trained as export.py rounds them."""

Example = tuple[list[int], list[int], int, int, str]


def reader(folder: Path, start: str) -> BertForQuestionAnswering:
    """The network; the embeddings and the first layers stay as they are. Without dropout: it takes a third of the time of a
    CPU, and no example is seen often."""
    config = json.loads((folder / "config.json").read_text())
    model = BertForQuestionAnswering(BertConfig(**config | {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}))
    encoder = {f"bert.{name}": values for name, values in load_file(folder / "model.safetensors").items()}
    model.load_state_dict({n: v for n, v in encoder.items() if n in model.state_dict()}, strict=False)
    if start:
        missing = model.load_state_dict({n: v.float() for n, v in load_file(start).items()}, strict=False)
        assert not missing.unexpected_keys, missing.unexpected_keys
    for part in (model.bert.embeddings, *model.bert.encoder.layer[:FROZEN]):
        part.requires_grad_(False)
    return model


class Rounded(torch.nn.Linear):
    """A layer whose weights and inputs are rounded as export.py does: to 8-bit integers, by a scale a row, and one for an
    example's inputs; gradients pass as if they were not (Jacob et al. 2018, arXiv 1712.05877)."""

    def forward(self, given: torch.Tensor) -> torch.Tensor:
        """As a layer's."""
        with torch.no_grad():
            scale = self.weight.abs().amax(1, keepdim=True).clamp(min=1e-8) / 127
            weight = (self.weight / scale).round_().mul_(scale)
            low, high = given.amin((1, 2), keepdim=True).clamp(max=0), given.amax((1, 2), keepdim=True).clamp(min=0)
            step = ((high - low) / 255).clamp(min=1e-8)
            rounded = (given / step).round_().mul_(step)
        given, weight = given + (rounded - given).detach(), self.weight + (weight - self.weight).detach()
        return torch.nn.functional.linear(given, weight, self.bias)


def round_layers(model: BertForQuestionAnswering) -> None:
    """Have all layers trained so."""
    for part in model.modules():
        if type(part) is torch.nn.Linear:
            part.__class__ = Rounded


def logits(model: BertForQuestionAnswering, batch: list[Example]) -> torch.Tensor:
    """[batch, tokens, 2] for first and last; what is neither passage nor [CLS] is out of the question."""
    width = (max(len(q) + len(p) + 3 for q, p, *_ in batch) + 7) // 8 * 8
    ids, types, mask = (torch.zeros(len(batch), width, dtype=torch.long) for _ in range(3))
    for i, (question, passage, *_) in enumerate(batch):
        tokens = [CLS, *question, SEP, *passage, SEP]
        ids[i, : len(tokens)], mask[i, : len(tokens)] = torch.tensor(tokens), 1
        types[i, len(question) + 2 : len(tokens)] = 1
    hidden = model.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
    allowed = types.bool() & mask.bool()
    allowed[:, 0] = True
    scores: torch.Tensor = model.qa_outputs(hidden).float().masked_fill(~allowed[..., None], -1e4)
    return scores


@torch.no_grad()
def evaluate(model: BertForQuestionAnswering, examples: list[Example]) -> dict[str, float]:
    """`near` and `auroc` on these."""
    model.eval()
    near, has, none = [], [], []
    for i in range(0, len(examples), 32):
        some = examples[i : i + 32]
        for example, out in zip(some, logits(model, some), strict=True):
            first = out[:, 0].clone()
            null, first[0] = first[0].item(), -1e4
            best = int(first.argmax())
            (has if example[2] else none).append(first[best].item() - null)
            if example[2]:
                near.append(example[2] - 3 <= best <= example[3] + 3)
    model.train()
    return {"near": float(np.mean(near)), "auroc": float(np.mean([[a > b for b in none] for a in has]))}


def batches(examples: list[Example]) -> Iterator[list[Example]]:
    """Without end; each of examples of like length."""
    while True:
        random.shuffle(examples)
        for i in range(0, len(examples) - BATCH * 16, BATCH * 16):
            some = sorted(examples[i : i + BATCH * 16], key=lambda x: len(x[0]) + len(x[1]))
            groups = [some[k : k + BATCH] for k in range(0, len(some), BATCH)]
            random.shuffle(groups)
            yield from groups


def main(folder: str, pairs: str, out: str, minutes: str, start: str = "") -> None:
    """Train until the minutes have passed."""
    examples: list[Example] = pickle.loads(Path(pairs).read_bytes())
    apart, examples = examples[:APART], examples[APART:]
    model = reader(Path(folder), start)
    top = RATE_ON_TOP if start else RATE
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=top, weight_decay=0.01)
    spent, steps = 0.0, 0
    if Path(out).exists():
        saved = torch.load(out)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        spent, steps = saved["spent"], saved["steps"]
    random.seed(steps)
    # Without the processor's own instruction 16-bit floats take ten times as long.
    halves = torch.cpu.get_capabilities().get("avx512_bf16", False)
    told, losses = spent, []
    model.train()
    for batch in batches(examples):
        begun = time.time()
        done = spent / (float(minutes) * 60)
        if done >= 1:
            break
        if done >= ROUNDED:
            round_layers(model)
        for group in optimizer.param_groups:
            group["lr"] = max(top * min(1, done / 0.05) * (1 - done), 1e-7)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=halves):
            scores = logits(model, batch)
        loss = (
            sum(torch.nn.functional.cross_entropy(scores[..., k], torch.tensor([x[2 + k] for x in batch])) for k in (0, 1)) / 2
        )
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        spent, steps = spent + time.time() - begun, steps + 1
        if spent - told > 300:
            told = spent
            print(steps, f"{spent:.0f} s, loss {np.mean(losses[-200:]):.3f}", evaluate(model, apart), flush=True)
            torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "spent": spent, "steps": steps}, out)
    print(steps, "at the end", evaluate(model, apart), flush=True)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict(), "spent": spent, "steps": steps}, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
