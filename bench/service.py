"""The tests' OpenAI-compatible service as a process of its own, quick enough not to be what is measured.

    python bench/service.py [--latency 0.1] [--dimensions 1536]

Prints its base URL and serves until it is stopped. A text's vector is the sum of those of its words, which are random, of their
hashes: texts are near each other as real ones are. Vectors that are all equally far take a graph twice as long.
"""

import argparse
import base64
import hashlib
import re
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import loopback


class Quick(loopback.Loopback):
    """Each call for embeddings waits for `latency`; nothing is remembered of it."""

    latency = 0.0

    def take(self, request: loopback.Request) -> loopback.Fault:
        with self.lock:
            delay = self.latency if request.path == loopback.EMBEDDINGS else 0.0
            return replace(loopback.Fault(), delay=delay)


class Handler(loopback.Handler):
    def embed(self, body: dict[str, Any], fault: loopback.Fault) -> None:
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        rows = [vector(str(text), body.get("dimensions") or self.loopback.dimensions) for text in texts]
        as_text = body.get("encoding_format") == "base64"
        shown = [base64.b64encode(row.tobytes()).decode() if as_text else row.tolist() for row in rows]
        data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(shown)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self.send({"object": "list", "model": body["model"], "data": data, "usage": usage})


def vector(text: str, dimensions: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    """Short words, which are the frequent ones, count little."""
    numbers = [places(word) for word in re.findall(r"\w+", text.lower())] or [places("")]
    weights = np.repeat([1.0 if word.size > 8 else 0.1 for word in numbers], [word.size for word in numbers])
    found = np.concatenate(numbers)
    row = np.bincount((found >> 1) % dimensions, np.where(found & 1, weights, -weights), dimensions).astype(np.float32)
    return row / (np.linalg.norm(row) or 1.0)


@cache
def places(word: str) -> "np.ndarray[Any, np.dtype[np.uint32]]":
    """Where a word's vector is not zero, in the last bit its sign: 16 numbers, 8 for a word of up to three letters."""
    return np.frombuffer(hashlib.blake2b(word.encode(), digest_size=64 if len(word) > 3 else 32).digest(), dtype="<u4")


def main() -> None:
    """Serve."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each call for embeddings waits")
    parser.add_argument("--dimensions", type=int, default=1536)
    options = parser.parse_args()
    quick = Quick(options.dimensions)
    quick.latency = options.latency
    quick.server.RequestHandlerClass = Handler
    print(quick.url, flush=True)
    quick.server.serve_forever()


if __name__ == "__main__":
    main()
