"""What `qa` knows of each sentence that it could quote for a question, and which ones answer: what training/fit.py fits to.

    python training/signs.py FOLDER QUESTIONS.jsonl OUT.pkl

FOLDER holds the documents in seeds/; a line of the questions is {"question", "answerable", "evidence"}, of which each piece is
{"source", "start", "end"}.
"""

import json
import os
import pickle
import sys
from dataclasses import asdict
from pathlib import Path

from index.passage import Span
from qa.answer import SentenceRef
from qa.documents.library import open_library
from qa.quote.choice import all_signs
from qa.reader.network import network
from qa.settings.load import load

TOP = 8


def main(folder: str, questions: str, out: str) -> None:
    """Write, for each question, the signs of its sentences, whether each is right, their texts, and which passages they are of."""
    asked = [json.loads(line) for line in Path(questions).read_text().splitlines()]
    target = Path(out).absolute()
    os.chdir(folder)
    found = []
    with open_library(load(), print, lambda *_: None, frozen=False) as library:
        for one in asked:
            result = library.search([one["question"]], TOP)[0]
            candidates, signs = all_signs(result.question, result.hits, network())
            gold = [(e["source"], (e["start"], e["end"])) for e in one["evidence"] if "start" in e]
            right = [any(touches(ref, *evidence) for evidence in gold for ref in c.refs) for c in candidates]
            texts = [c.text for c in candidates]
            place = {id(hit): n for n, hit in enumerate(result.hits)}
            ranks = [min(place.get(id(ref.hit), TOP) for ref in c.refs) for c in candidates]
            found.append({**one, "signs": [asdict(s) for s in signs], "right": right, "texts": texts, "ranks": ranks})
    target.write_bytes(pickle.dumps(found))


def touches(ref: SentenceRef, source: str, span: Span) -> bool:
    """Whether a sentence, at any of its passage's places, has a part of a span."""
    before, after = ref.span[0] - ref.hit.place.start, ref.span[1] - ref.hit.place.start
    places = (ref.hit.place, *ref.hit.also)
    return any(p.source == source and p.start + before < span[1] and span[0] < p.start + after for p in places)


if __name__ == "__main__":
    main(*sys.argv[1:])
