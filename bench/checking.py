"""How well words alone tell that a claim is not fully supported: precision, recall and F1 on claims with labels.

    python bench/checking.py CLAIMS.jsonl [--show]

A line: {"sources": [{"source", "text"}], "answer": the claim, "label": "supported" or another, "evidence": [[[start, end], …],
…]};
the claim cites every sentence of the source that the evidence touches. `--show` prints what was judged wrong.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from index.passage import Hit, Place
from index.split.sentences import sentences
from qa.answer import SentenceRef
from qa.check.evidence import Evidence, Sent
from qa.check.support import Doubt, doubt


def checked(case: dict[str, Any]) -> Doubt | None:
    """What the check says of a claim that cites its evidence."""
    source, text = case["sources"][0]["source"], case["sources"][0]["text"]
    hit = Hit(Place(source, 0, len(text), 1), "", "", text, tuple(sentences(text)), 0.0)
    gold = [span for group in case["evidence"] for span in group]
    cited = [span for span in hit.sentences if any(start < span[1] and span[0] < end for start, end in gold)]
    return doubt(case["answer"], Evidence([SentenceRef(hit, span) for span in cited], Sent([hit])))


def main() -> None:
    """Print one line, and what was judged wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("claims", type=Path)
    parser.add_argument("--show", action="store_true")
    options = parser.parse_args()
    right = missed = false = 0
    for line in options.claims.read_text("utf-8").splitlines():
        case = json.loads(line)
        found, lacking = checked(case), case["label"] != "supported"
        right, missed, false = (
            right + bool(found and lacking),
            missed + (lacking and not found),
            false + bool(found and not lacking),
        )
        if options.show and bool(found) != lacking:
            print(f"{'missed' if lacking else found and found.why}: {case['answer']}")
    precision, recall = right / max(1, right + false), right / max(1, right + missed)
    both = 2 * precision * recall / max(1e-9, precision + recall)
    print(f"not fully supported: precision {precision:.3f}, recall {recall:.3f}, F1 {both:.3f} of {right + missed} claims")


if __name__ == "__main__":
    main()
