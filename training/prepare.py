"""Pairs of a question and a passage -> token ids, with the first and last token of the answer and of its sentences, and
beside each the nearest other passages, which do not answer: what a search finds, too.

    python training/prepare.py PAIRS.jsonl.gz TOKENIZER.json OUT.pkl [SEED [LEFT_OUT.jsonl…]]

A line of the pairs is {source, question, passage, start, end}, start -1 where the passage has no answer. What has none is made,
too, in the ways that SQuAD 2.0's writers used (Rajpurkar, Jia, Liang 2018, table 2): the passage without the sentence that answers, the question with a name, number or word turned into another one, and what
another question asks, of somebody whom the passage names. The questions of LEFT_OUT, which training/fit.py fits to, are not taken.
Taken are, too, `written.jsonl.gz` beside this file: passages as people keep them, each with eight questions, of which three or four
are not answered and one or two are put in other words; those of its part "train" ("fit" is for training/fit.py, "dev" to look at); and
`asked.jsonl.gz`: questions of these kinds about passages of the pairs, named by the SHA-256 of their text.
"""

import gzip
import hashlib
import json
import pickle
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from structured import structured
from tokenizers import Tokenizer

from index.embed.choice import open_embedder
from index.passage import Span
from index.split.sentences import sentences

SHARE = {
    "squad1_du_test": 11_000, "squad1_flan": 3_125, "squad2_phong": 347, "squad2_unans": 3_524, "nq_open_oracle": 1_635,
    "squadshifts_newwiki": 7_000, "squadshifts_amazon": 2_000, "squadshifts_reddit": 2_500, "bioasq_gold": 3_000,
    "selqa_dev": 373, "fairytaleqa": 1_500, "cuad": 1_800, "medquad": 1_200, "quoref_sni": 1_100, "hotpotqa_small": 104,
    "musique_small": 49, "friendsqa": 700, "qamr": 1_500,
}  # fmt: skip
"""Pairs taken of each source; one that is not named is left out (in pubmedqa the answer is always the last sentence)."""

WRITTEN, ASKED = (Path(__file__).parent / f"{name}.jsonl.gz" for name in ("written", "asked"))

BESIDE, BESIDE_WRITTEN, BESIDE_NONE, OF_NEAREST = 3, 5, 2, 10
"""So many of the nearest passages stand beside a question's, a written question's, and one that was made to have no answer."""

STRUCTURED = 9_000
"""Pairs of training/structured.py."""

TOKENS, QUESTION_TOKENS, NONE = 160, 40, (-1, -1)
WITHOUT_SENTENCE, TURNED, OTHERWISE = 0.2, 0.3, 0.25
"""Of the pairs with an answer, how many stand again without one, made in each way."""

HEADED = 0.5
"""Of all pairs, how many have a heading before the passage."""

_NAME = re.compile(r"\b[A-Z][\w'’.-]*(?: (?:of |the |de |von )?[A-Z][\w'’.-]*)*")
_INSIDE = re.compile(r"(?<=[a-z,] )[A-Z][a-z][\w-]*(?: [A-Z][\w-]+)*\b(?!['’])")
"""Names within a sentence."""

_NUMBER = re.compile(r"\b\d[\d,.]*\b")
_SENTENCE = re.compile(r"(?<=[.!?])[\"”')]*\s+(?=[\"“'(A-Z0-9])")
_ASKING = {"What", "Who", "When", "Where", "Which", "Why", "How", "Whose", "Whom", "In", "On", "At", "The", "A", "Is", "Did"}
_OPPOSITES = [
    ("first", "last"), ("largest", "smallest"), ("highest", "lowest"), ("before", "after"), ("most", "least"), ("more", "less"),
    ("increase", "decrease"), ("increased", "decreased"), ("oldest", "youngest"), ("north", "south"), ("east", "west"),
    ("northern", "southern"), ("eastern", "western"), ("began", "ended"), ("begin", "end"), ("start", "stop"), ("win", "lose"),
    ("won", "lost"), ("male", "female"), ("father", "mother"), ("son", "daughter"), ("husband", "wife"), ("early", "late"),
    ("earliest", "latest"), ("minimum", "maximum"), ("born", "buried"), ("founded", "dissolved"), ("allowed", "forbidden"),
    ("bought", "sold"), ("opened", "closed"), ("accepted", "rejected"), ("best", "worst"), ("good", "bad"),
    ("high", "low"), ("long", "short"), ("longest", "shortest"), ("supported", "opposed"), ("import", "export"),
]  # fmt: skip
_STEPS = (-20, -10, -3, -2, -1, 1, 2, 3, 5, 10, 30)
_OPPOSITE = {a: b for pair in _OPPOSITES for a, b in (pair, pair[::-1])}

Row = dict[str, Any]
"""A pair; `near` are indices of the passages nearest to its question, `beside` how many of them are read with it."""

Group = tuple[list[int], list[tuple[list[int], Span, Span]], str]
"""The question's tokens, its passages', each with the answer's first and last token and those of the sentences that hold it,
counted from the passage's (-1 for none), and the source."""


def words(text: str) -> set[str]:
    """Words of three letters and more."""
    return set(re.findall(r"\w{3,}", text.lower()))


def written(of_pairs: set[str]) -> Iterator[Row]:
    """The written questions, half of them with their file's name before the passage."""
    texts = [text for text in _lines(WRITTEN) if text["part"] == "train"]
    named = {hashlib.sha256(passage.encode()).hexdigest(): passage for passage in of_pairs}
    texts += [{**one, "title": "", "passage": named[one["passage"]]} for one in _lines(ASKED)]
    for text in texts:
        name = re.sub(r"[.][a-z]{2,5}$", "", text["title"])
        for q in text["questions"]:
            passage = random.choice([f"{name}. " if name else "", ""]) + text["passage"]
            start = passage.index(q["answer"], len(passage) - len(text["passage"])) if q["answer"] else -1
            end = start + len(q["answer"]) if q["answer"] else -1
            row = {"question": q["question"], "passage": passage, "start": start, "end": end}
            yield {"source": "written", **row, "own": text["passage"], "title": name, "beside": BESIDE_WRITTEN}


def _lines(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def with_nearest(rows: list[Row]) -> Iterator[Row]:
    """Each with some of the passages nearest to its question that do not hold its answer: by meaning, of the whole and of their
    closest sentence. Half of them are headed, as its own."""
    titles = {r["own"]: r.get("title", "") for r in rows}
    passages = sorted(titles)
    embedder = open_embedder("static", None)
    pieces = [(n, s) for n, p in enumerate(passages) for s in re.split(r"(?<=[.!?])\s+|\n+", p) if len(s) > 15 or s == p]
    sentences = np.stack([embedder.query(s) for _, s in pieces])
    starts = np.searchsorted([n for n, _ in pieces], range(len(passages)))
    whole = np.stack([embedder.query(p) for p in passages])
    for k in range(0, len(rows), 200):
        some = rows[k : k + 200]
        vectors = np.stack([embedder.query(r["question"]) for r in some])
        alike = np.maximum.reduceat(vectors @ sentences.T, starts, axis=1) + vectors @ whole.T
        for r, near in zip(some, np.argpartition(-alike, OF_NEAREST)[:, :OF_NEAREST], strict=True):
            answer = r["passage"][r["start"] : r["end"]].lower() if r["start"] >= 0 else None
            others = [p for n in near if (p := passages[n]) != r["own"] and (answer is None or answer not in p.lower())]
            some_others = random.sample(others, min(len(others), r["beside"]))
            yield {**r, "others": [_headed_other(r["question"], p, titles[p]) for p in some_others]}


def _headed_other(question: str, passage: str, title: str) -> str:
    if title:
        return random.choice([f"{title}. ", ""]) + passage
    return str(headed({"question": question, "passage": passage, "start": -1, "end": -1})["passage"])


def without_the_sentence(rows: list[Row]) -> Iterator[Row]:
    """Questions before their passage without the sentence that answers."""
    for r in random.sample(rows, int(len(rows) * WITHOUT_SENTENCE)):
        passage, start, end = str(r["passage"]), int(str(r["start"])), int(str(r["end"]))
        cuts = [0, *(m.end() for m in _SENTENCE.finditer(passage)), len(passage)]
        first = max(c for c in cuts if c <= start)
        last = min(c for c in cuts if c >= end)
        rest = passage[:first] + passage[last:]
        if len(rest) > 120 and passage[start:end].lower() not in rest.lower():
            yield {**r, "passage": rest, "start": -1, "end": -1}


def turned(rows: list[Row]) -> Iterator[Row]:
    """Questions with a name, a number or a word turned into another, before their passage, which then has no answer."""
    names = sorted({n for r in rows for n in _names(str(r["question"]))})
    for r in random.sample(rows, int(len(rows) * TURNED)):
        question, passage = str(r["question"]), str(r["passage"])
        answer = passage[r["start"] : r["end"]].lower()
        ways = []
        for name in _names(question):
            beside = [
                n for n in _names(passage) if n.lower() not in question.lower() and n.lower() not in answer and name not in n
            ]
            ways += [question.replace(name, random.choice(beside))] if beside else []
            ways += [question.replace(name, random.choice(names))] if len(names) > 1 and random.random() < 0.5 else []
        for number in _NUMBER.findall(question):
            if number.isdecimal():
                ways.append(question.replace(number, str(int(number) + random.choice(_STEPS))))
        for word in re.findall(r"\b[a-z]+\b", question):
            if word in _OPPOSITE and _OPPOSITE[word] not in passage.lower():
                ways.append(re.sub(rf"\b{word}\b", _OPPOSITE[word], question))
        ways = [w for w in ways if w != question]
        if ways:
            yield {**r, "question": random.choice(ways), "start": -1, "end": -1}


def of_somebody_else(rows: list[Row]) -> Iterator[Row]:
    """Passages below what is asked of another name elsewhere, asked of one that they hold: an attribute that is not told."""
    about = [(str(r["question"]), n, r) for r in rows for n in _names(str(r["question"]))]
    often = Counter(w for r in rows for w in words(str(r["question"])))
    for r in random.sample(rows, int(len(rows) * OTHERWISE)) if about else []:
        passage = str(r["passage"])
        count = Counter(_INSIDE.findall(passage))
        for question, name, other in random.sample(about, min(20, len(about))):
            rest = words(question.replace(name, " "))
            telling = sorted(rest, key=lambda w: often[w])[:2]
            answer = str(other["passage"])[other["start"] : other["end"]].lower()
            alike = [n for n, _ in count.most_common(3) if len(n.split()) == len(name.split()) and n not in question]
            if alike and telling and answer not in passage.lower() and not any(w[:5] in passage.lower() for w in telling):
                yield {**r, "question": question.replace(name, random.choice(alike)), "start": -1, "end": -1}
                break


def _names(text: str) -> list[str]:
    return [n for n in _NAME.findall(text) if n.split()[0] not in _ASKING and len(n) > 2]


def headed(row: Row) -> Row:
    """A pair with a name that its passage holds as a heading before it: one of the question's if there is one."""
    passage, question = str(row["passage"]), str(row["question"])
    answer = passage[row["start"] : row["end"]] if int(str(row["start"])) >= 0 else ""
    inside = [n for n in _names(passage) if n not in answer and answer not in n] if answer else _names(passage)
    asked = [n for n in inside if n in question]
    pick = random.choice(asked) if asked and random.random() < 0.6 else random.choice(inside) if inside else ""
    if not pick or random.random() > HEADED:
        return row
    head = f"{pick}. "
    moved = {k: int(str(row[k])) + len(head) if answer else -1 for k in ("start", "end")}
    return {**row, "passage": head + passage, **moved}


def group(tokenizer: Tokenizer, r: Row) -> Group | None:
    """A question with its passages as token ids; of a long passage some that hold the answer. None where no token does."""
    question = tokenizer.encode(r["question"], add_special_tokens=False).ids[:QUESTION_TOKENS]
    encoded = tokenizer.encode(r["passage"], add_special_tokens=False)
    ids, low, answer, around = encoded.ids, 0, NONE, NONE
    if r["start"] >= 0:
        answer = _tokens_of(encoded.offsets, r["start"], r["end"])
        if answer == NONE:
            return None
        held = [s for s in sentences(r["passage"]) if s[1] > r["start"] and s[0] < r["end"]] or [(r["start"], r["end"])]
        around = _tokens_of(encoded.offsets, held[0][0], held[-1][1])
        start, end = answer[0], min(answer[1], answer[0] + TOKENS - 5)
        if len(ids) > TOKENS:
            lowest = max(0, end - TOKENS + 1)
            low = random.randint(lowest, max(lowest, min(start, len(ids) - TOKENS)))
        answer = (start - low, end - low)
        around = (max(0, around[0] - low), min(TOKENS - 1, around[1] - low))
    elif len(ids) > TOKENS:
        low = random.randint(0, len(ids) - TOKENS)
    others = [tokenizer.encode(p, add_special_tokens=False).ids[:TOKENS] for p in r.get("others", ())]
    return question, [(ids[low : low + TOKENS], answer, around), *((other, NONE, NONE) for other in others)], r["source"]


def _tokens_of(offsets: list[Span], start: int, end: int) -> Span:
    """The first and the last token of a span of characters, or NONE."""
    inside = [i for i, (a, b) in enumerate(offsets) if b > start and a < end]
    return (inside[0], inside[-1]) if inside else NONE


def main(pairs: str, tokenizer_file: str, out: str, seed: str = "1", *left_out: str) -> None:
    """Write the examples, shuffled."""
    tokenizer = Tokenizer.from_file(tokenizer_file)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    random.seed(int(seed))
    left = {json.loads(line)["question"] for path in left_out for line in Path(path).read_text().splitlines()}
    by_source = defaultdict(list)
    of_pairs = set[str]()
    for row in _lines(Path(pairs)):
        of_pairs.add(row["passage"])
        if row["question"] not in left:
            by_source[row["source"]].append({**row, "own": row["passage"]})
    rows: list[Row] = []
    for name, most in SHARE.items():
        some = random.sample(by_source[name], min(len(by_source[name]), most))
        has = [r for r in some if r["start"] >= 0]
        made = (*without_the_sentence(has), *turned(has), *of_somebody_else(has))
        rows += [{**r, "beside": BESIDE} for r in some] + [{**r, "beside": BESIDE_NONE} for r in made]
    near = with_nearest([*map(headed, rows), *written(of_pairs)])
    groups = [g for r in (*near, *structured(STRUCTURED)) if (g := group(tokenizer, r))]
    random.shuffle(groups)
    Path(out).write_bytes(pickle.dumps(groups))
    none = sum(passages[0][1] == NONE for _, passages, _ in groups)
    tokens = sum(len(question) + len(p) + 3 for question, passages, _ in groups for p, *_ in passages)
    print(len(groups), "questions,", none, "without an answer,", tokens, "tokens")


if __name__ == "__main__":
    main(*sys.argv[1:])
