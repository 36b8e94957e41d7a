"""Retrieval and keyless answers on the sets with gold evidence, for several embedders, as one Markdown table.

    python bench/quality.py ../shared/eval [--embedders static,minilm] [--sets seeds,clapnq]

Runs the folder's own score.py, which drives `qa` from outside; prints what it measured, judges nothing.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

METRICS = [
    *("recall@5", "precision@5", "hit@1", "hit@5", "hit@10", "source_recall@3", "all_sources@8"),
    *("answer_contains", "answer_chars", "cite_precision", "cite_recall"),
    *("index_seconds", "search_ms_per_query", "ask_ms_per_query", "offset_mismatches", "quote_mismatches"),
]


def measured(folder: Path, embedder: str) -> dict[str, str]:
    """A set's metrics by name, as score.py prints them."""
    command = [sys.executable, str(folder.parent / "score.py"), str(folder), "--ask"]
    environment = {**os.environ, "QA_EMBEDDER": embedder}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return {words[0]: words[1] for line in done.stdout.splitlines() if len(words := line.split()) > 1}


def main() -> None:
    """Print a row a set and embedder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("eval", type=Path)
    parser.add_argument("--embedders", default="static,minilm")
    parser.add_argument("--sets", default="seeds,chunks,squad,clapnq,product_docs,multihop")
    options = parser.parse_args()
    print("| set | embedder |", " | ".join(METRICS), "|")
    print("|", " | ".join(["---"] * (len(METRICS) + 2)), "|")
    for name in options.sets.split(","):
        for embedder in options.embedders.split(","):
            found = measured(options.eval / name, embedder)
            print(f"| {name} | {embedder} |", " | ".join(found.get(metric, "") for metric in METRICS), "|", flush=True)


if __name__ == "__main__":
    main()
