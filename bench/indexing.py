"""How fast a folder is indexed: `qa index`, and what else does that with the same embedder, in turns, as one Markdown table.

    python bench/indexing.py FOLDER [--embedder static] [--runs 3] [--peer PYTHON] [--latency 0.1] [--minilm FOLDER]

`static` and `openai` are held against `bench/peer.py` (PYTHON is that of its environment), whole processes; the service is
`bench/service.py`, which answers after `latency`. `minilm` is held against Chroma's own embedding function alone, on passages
that `qa index` has made; FOLDER holds its files in Chroma's layout. LlamaIndex's nodes are about six times as long as passages,
hence two ratios: by bytes of documents a second, and by passages or nodes a second.
"""

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from process import QA, Run, clean, loopback, run

REPOSITORY = Path(__file__).parents[1]
MINILM = Path(".cache/chroma/onnx_models/all-MiniLM-L6-v2")

CHROMA_FUNCTION = """
import random, sys, time
from pathlib import Path
from chromadb.utils.embedding_functions import ONNXMiniLM_L6_V2
from index.catalog.catalog import Catalog
with Catalog(Path(sys.argv[1])) as catalog:
    texts = sorted(catalog.texts(owed=False))
texts = random.Random(1).sample(texts, min(len(texts), int(sys.argv[2])))
embed = ONNXMiniLM_L6_V2()
embed(texts[:32])
started = time.perf_counter()
for start in range(0, len(texts), 256):
    embed(texts[start : start + 256])
print(len(texts), time.perf_counter() - started)
"""


@dataclass(frozen=True, slots=True)
class Measured:
    """A run with the passages it made and the seconds that count."""

    run: Run
    passages: int
    seconds: float

    @property
    def rate(self) -> float:
        """Passages a second."""
        return self.passages / self.seconds


Turn = Callable[[Path, dict[str, str]], Measured]
"""Runs in a folder, with an environment."""


def own(documents: Path, folder: Path, environment: dict[str, str]) -> Measured:
    """`qa index` into a new home."""
    done = run([QA, "index", "-q", "--json", "--seeds", str(documents), "--home", "home"], folder, environment)
    return Measured(done, json.loads(done.out)["passages"], done.seconds)


def peer(documents: Path, python: str, embedder: str, chunk: str, folder: Path, environment: dict[str, str]) -> Measured:
    """`bench/peer.py` into a new store; it counts LlamaIndex's nodes, of `chunk` tokens, "": of its own size."""
    script = [python, str(REPOSITORY / "bench" / "peer.py"), "index", str(documents), "store"]
    sized = ["--chunk-size", chunk] if chunk else []
    done = run([*script, "--embedder", embedder, *sized], folder, environment)
    return Measured(done, int(done.out.split()[-1]), done.seconds)


def chroma_function(sample: int, folder: Path, environment: dict[str, str]) -> Measured:
    """Chroma's own function on some of the passages in the home beside it, without what it takes to start."""
    path = {"PYTHONPATH": str(REPOSITORY)}
    done = run([sys.executable, "-c", CHROMA_FUNCTION, "home", str(sample)], folder, environment | path)
    count, seconds = done.out.split()
    return Measured(done, int(count), float(seconds))


def turns(sides: dict[str, Turn], environment: dict[str, str], minilm: Path | None, runs: int) -> dict[str, list[Measured]]:
    """Each side once a turn, in a folder that is new for each turn."""
    found: dict[str, list[Measured]] = {name: [] for name in sides}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if minilm:
                (folder / MINILM).parent.mkdir(parents=True)
                (folder / MINILM).symlink_to(minilm.resolve())
            for side, turn in sides.items():
                found[side].append(turn(folder, {**environment, "HOME": name}))
    return found


def main() -> None:
    """Print a row a side."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--embedder", choices=["static", "openai", "minilm"], default="static")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", default="", metavar="PYTHON")
    parser.add_argument("--chunk-size", default="", help="of LlamaIndex; by default it takes its own")
    parser.add_argument("--latency", default="0.1")
    parser.add_argument("--minilm", type=Path, default=Path.home() / MINILM)
    parser.add_argument("--sample", type=int, default=2000, help="passages that Chroma's function is given")
    options = parser.parse_args()
    documents, embedder = options.documents.resolve(), options.embedder
    size = sum(file.stat().st_size for file in documents.rglob("*") if file.is_file()) / 1e6
    sides: dict[str, Turn] = {"`qa index`": partial(own, documents)}
    if embedder == "minilm":
        sides["Chroma's function"] = partial(chroma_function, options.sample)
    elif options.peer:
        sides["peer"] = partial(peer, documents, options.peer, embedder, options.chunk_size)
    with loopback("--latency", options.latency) if embedder == "openai" else nullcontext("") as url:
        environment = clean(Path(), QA_EMBEDDER=embedder, **({"OPENAI_BASE_URL": url, "OPENAI_API_KEY": "none"} if url else {}))
        found = turns(sides, environment, options.minilm if embedder == "minilm" else None, options.runs)
    print("| embedder | | s | passages | passages/s | MB/s | MB | with children MB | ratio by MB | ratio by passages |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, measured in found.items():
        print(f"| {embedder} | {name} |", row(measured, found["`qa index`"], size, alone=name == "Chroma's function"), "|")


def row(measured: list[Measured], first: list[Measured], size: float, *, alone: bool) -> str:
    """Medians of one side; the ratios say how much faster `qa index` was in the same turn. `alone`: not of all documents."""
    pairs = list(zip(measured, first, strict=True))
    by_size = "" if alone else f"{statistics.median(m.seconds / own.seconds for m, own in pairs):.2f}"
    by_passages = statistics.median(own.rate / m.rate for m, own in pairs)
    seconds, rate = statistics.median(m.seconds for m in measured), statistics.median(m.rate for m in measured)
    peak, tree = (statistics.median(getattr(m.run, name) for m in measured) for name in ("peak", "tree"))
    megabytes = "" if alone else f"{size / seconds:.2f}"
    cells = (f"{seconds:.2f}", measured[0].passages, f"{rate:.0f}", megabytes, f"{peak:.0f}", f"{tree:.0f}", by_size)
    return " | ".join(map(str, (*cells, f"{by_passages:.2f}")))


if __name__ == "__main__":
    main()
