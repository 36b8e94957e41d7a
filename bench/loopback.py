"""The tests' OpenAI-compatible service as a process of its own, quick enough not to be what is measured.

    python bench/loopback.py [--latency 0.1] [--dimensions 1536]

Prints its base URL and serves until it is stopped. A text's vector is random, of its hash.
"""

import argparse
import base64
import hashlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import service


class Quick(service.Loopback):
    """Each call for embeddings waits for `latency`; nothing is remembered of it."""

    latency = 0.0

    def take(self, request: service.Request) -> service.Fault:
        with self.lock:
            delay = self.latency if request.path == service.EMBEDDINGS else 0.0
            return replace(service.Fault(), delay=delay)


class Handler(service.Handler):
    def embed(self, body: dict[str, Any], fault: service.Fault) -> None:
        texts = [body["input"]] if isinstance(body["input"], str) else body["input"]
        rows = [vector(str(text), body.get("dimensions") or self.loopback.dimensions) for text in texts]
        as_text = body.get("encoding_format") == "base64"
        shown = [base64.b64encode(row.tobytes()).decode() if as_text else row.tolist() for row in rows]
        data = [{"object": "embedding", "index": i, "embedding": row} for i, row in enumerate(shown)]
        usage = {"prompt_tokens": 1, "total_tokens": 1}
        self.send({"object": "list", "model": body["model"], "data": data, "usage": usage})


def vector(text: str, dimensions: int) -> "np.ndarray[Any, np.dtype[np.float32]]":
    seed = int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
    return np.random.Generator(np.random.SFC64(seed)).standard_normal(dimensions, dtype=np.float32)


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
