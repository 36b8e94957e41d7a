"""How many of the nearest ten vectors Chroma's graph finds, held against all of them, for sentences out of the index itself.

    python bench/recall.py HOME [--queries 200] [--server URL --collection NAME]

Every passage is embedded again for it. Prints one JSON object: the shares found when ten are asked for, and as a search
does it, which asks for more and leaves out the vectors of others.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from index.catalog.catalog import Catalog
from index.embed.choice import open_embedder
from index.embed.embedder import Embedder
from index.home.claim import VECTORS
from index.passage import Piece
from index.search import near
from index.search.near import Index
from index.vectors.api import Server
from index.vectors.embedded import Vectors
from index.vectors.protocol import VectorStore
from index.vectors.server import ServerVectors

if TYPE_CHECKING:
    from numpy.typing import NDArray

TOP = 10


def sentences(catalog: Catalog, count: int) -> list[str]:
    """One out of each of so many passages."""
    chance = random.Random(1)
    hashes = sorted(catalog.hashes())
    rows = {row.hash: row for row in catalog.rows_of_hashes(chance.sample(hashes, min(count, len(hashes))))}
    spans = [(row, chance.choice(row.sentences)) for _, row in sorted(rows.items())]
    return [row.text[start - row.start : end - row.start] for row, (start, end) in spans]


def nearest(catalog: Catalog, embedder: Embedder, queries: "NDArray[np.float32]") -> list[set[str]]:
    """The ten nearest passages of each query, by all cosines."""
    best = np.full((len(queries), TOP), -2.0, dtype=np.float32)
    names = np.full((len(queries), TOP), "", dtype=object)
    for pieces in catalog.pieces(20_000):
        keys = np.array(list(pieces), dtype=object)
        for indices, rows, _ in embedder.batches([Piece(piece.text) for piece in pieces.values()]):
            cosines = np.hstack([best, queries @ rows.T])
            found = np.hstack([names, np.broadcast_to(keys[indices], (len(queries), len(indices)))])
            order = np.argpartition(-cosines, TOP - 1, axis=1)[:, :TOP]
            best, names = np.take_along_axis(cosines, order, 1), np.take_along_axis(found, order, 1)
    return [set(row) for row in names]


def share(found: list[list[tuple[str, float]]], true: list[set[str]]) -> float:
    """The mean share of the nearest that are among the first ten found."""
    pairs = zip(found, true, strict=True)
    return float(np.mean([len({key for key, _ in row[:TOP]} & wanted) / len(wanted) for row, wanted in pairs]))


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--server", default="")
    parser.add_argument("--collection", default="")
    options = parser.parse_args()
    vectors: VectorStore = Vectors(options.home / VECTORS)
    if options.server:
        vectors = ServerVectors(Server(options.server, options.collection), read=600)
    with Catalog(options.home) as catalog:
        embedder = open_embedder(catalog.meta("embedder"), None, offline=True)
        texts = sentences(catalog, options.queries)
        queries = np.stack([embedder.query(text) for text in texts])
        true = nearest(catalog, embedder, queries)
        started = time.perf_counter()
        few = vectors.query(catalog.meta("collection"), queries, TOP)
        seconds = time.perf_counter() - started
        searched = [list(found.items()) for found in near.nearest(Index(catalog, vectors, embedder), texts, TOP, None)()[1]]
        shares = {"ten": share(few, true), "as_searched": share(searched, true)}
    print(json.dumps({**{name: round(value, 4) for name, value in shares.items()}, "query_ms": 1000 * seconds / len(texts)}))


if __name__ == "__main__":
    main()
