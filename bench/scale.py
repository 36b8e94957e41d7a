"""What so many passages cost: time and memory to index them, to keep them true, and to search; and what Chroma's graph misses.

    python bench/scale.py PASSAGES WORK [--results FILE] [--server URL] [--runs 5] [--again]

Makes documents (`bench/corpus.py`) and an index (static) in the folder WORK, which need not exist; what an earlier run has left
there is deleted. Prints a Markdown table of one row, and appends what it measured to FILE, a JSON object a line. With a server
(`chroma run`) the vectors are kept there, in a collection of its own. `--again` measures what an earlier run has left, and
makes and indexes nothing first.
"""

import argparse
import json
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from process import QA, Run, clean, run

BENCH = Path(__file__).parent
QUERIES = 200


@dataclass(frozen=True, slots=True)
class Place:
    """The folder of a measurement, with the settings of every `qa` that runs in it."""

    folder: Path
    environment: dict[str, str]

    @property
    def documents(self) -> Path:
        """Where they are."""
        return self.folder / "documents"

    def qa(self, *arguments: str) -> Run:
        """One cold command."""
        return run([QA, *arguments], self.folder, self.environment)

    def megabytes(self, pattern: str) -> float:
        """Of the files of the index."""
        found = (self.folder / "home").glob(pattern)
        return sum(file.stat().st_size for file in found if file.is_file()) / 1e6


def make(place: Place, passages: int, *options: str) -> float:
    """Write documents; seconds."""
    started = time.perf_counter()
    subprocess.run([sys.executable, BENCH / "corpus.py", place.documents, str(passages), *options], check=True)
    return time.perf_counter() - started


def questions(place: Place, count: int) -> list[str]:
    """Eight words in a row out of each of some documents."""
    chance = random.Random(1)
    files = sorted(place.documents.rglob("*.md"))
    found: list[str] = []
    while len(found) < count:
        lines = chance.choice(files).read_text(encoding="utf-8").splitlines()
        words = chance.choice([line for line in lines if line.count(" ") > 8]).split()
        start = chance.randrange(len(words) - 8)
        found.append(" ".join(words[start : start + 8]).replace(".", ""))
    return found


def indexed(place: Place) -> dict[str, float]:
    """`qa index` of everything."""
    done = place.qa("index", "-q", "--json")
    passages = json.loads(done.out)["passages"]
    return {
        "passages": passages,
        "index_s": done.seconds,
        "passages_per_s": passages / done.seconds,
        "index_MB": done.peak,
        "index_tree_MB": done.tree,
        "catalog_MB": place.megabytes("catalog*"),
        "vectors_MB": place.megabytes("vectors/**/*"),
    }


def kept_true(place: Place, runs: int) -> dict[str, float]:
    """`qa index` where nothing changed, and where one file has."""
    unchanged = [place.qa("index", "-q").seconds for _ in range(runs + 1)][1:]
    edited = []
    for file in random.Random(2).sample(sorted(place.documents.rglob("*.md")), runs):
        with file.open("a", encoding="utf-8") as end:
            end.write(f"\nA sentence that {file.name} did not have before.\n")
        edited.append(place.qa("index", "-q"))
    return {
        "unchanged_s": statistics.median(unchanged),
        "edit_s": statistics.median(done.seconds for done in edited),
        "edit_most_s": max(done.seconds for done in edited),
        "edit_MB": statistics.median(done.peak for done in edited),
    }


def searched(place: Place, runs: int) -> dict[str, float]:
    """Cold searches, with a look at the files and without; then many in one process, line by line and from a file."""
    asked = questions(place, QUERIES)
    cold = [place.qa("search", "-q", query) for query in asked[: runs + 1]][1:]
    frozen = [place.qa("search", "-q", "--frozen", query).seconds for query in asked[:runs]]
    warm = sorted(list(answered(place, asked[:101]))[1:])
    file = place.folder / "questions.txt"
    file.write_text("\n".join(asked), encoding="utf-8")
    batch = place.qa("search", "-q", "--frozen", "--batch", str(file))
    return {
        "cold_s": statistics.median(done.seconds for done in cold),
        "cold_frozen_s": statistics.median(frozen),
        "search_MB": statistics.median(done.peak for done in cold),
        "warm_p50_ms": 1000 * warm[len(warm) // 2],
        "warm_p95_ms": 1000 * warm[len(warm) * 95 // 100],
        "batch_ms": 1000 * batch.seconds / len(asked),
        "batch_MB": batch.peak,
    }


def answered(place: Place, asked: list[str]) -> Iterator[float]:
    """Seconds to each line of one `qa search --batch -`."""
    command = [QA, "search", "-q", "--frozen", "--batch", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=place.folder, env=place.environment) as child:
        assert child.stdin
        assert child.stdout
        for query in asked:
            started = time.perf_counter()
            child.stdin.write(query + "\n")
            child.stdin.flush()
            assert "hits" in json.loads(child.stdout.readline())
            yield time.perf_counter() - started
        child.stdin.close()


def recall(place: Place, when: str) -> dict[str, float]:
    """What Chroma's graph finds of the nearest."""
    command = [sys.executable, str(BENCH / "recall.py"), "home", "--queries", str(QUERIES)]
    if server := place.environment.get("QA_CHROMA"):
        command += ["--server", server, "--collection", place.environment["QA_COLLECTION"]]
    found = json.loads(run(command, place.folder, place.environment).out)
    return {f"recall_{name}_{when}": value for name, value in found.items()}


def replaced(place: Place, passages: int) -> dict[str, float]:
    """Every third file is another one."""
    make(place, passages, "--seed", "2", "--every", "3")
    done = place.qa("index", "-q", "--json")
    return {
        "replace_s": done.seconds,
        "replaced": json.loads(done.out)["embedded"],
        "replace_tree_MB": done.tree,
        "catalog_after_MB": place.megabytes("catalog*"),
        "vectors_after_MB": place.megabytes("vectors/**/*"),
    }


COLUMNS = {
    "passages": "passages",
    "index s": "index_s",
    "passages/s": "passages_per_s",
    "index MB": "index_tree_MB",
    "catalog MB": "catalog_MB",
    "vectors MB": "vectors_MB",
    "unchanged s": "unchanged_s",
    "one edit s": "edit_s",
    "cold search s": "cold_s",
    "frozen s": "cold_frozen_s",
    "search MB": "search_MB",
    "warm p50 ms": "warm_p50_ms",
    "p95 ms": "warm_p95_ms",
    "batch ms": "batch_ms",
    "recall@10": "recall_as_searched_first",
    "third replaced s": "replace_s",
    "recall@10 then": "recall_as_searched_after",
}


def main() -> None:
    """Print the row."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("passages", type=int)
    parser.add_argument("work", type=Path)
    parser.add_argument("--results", type=Path)
    parser.add_argument("--server", default="", help="http://host:port of a `chroma run`")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--again", action="store_true")
    options = parser.parse_args()
    folder = options.work.resolve()
    for left in () if options.again else ("documents", "home"):
        shutil.rmtree(folder / left, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    server = {"QA_CHROMA": options.server, "QA_COLLECTION": f"scale-{time.time_ns()}"} if options.server else {}
    place = Place(folder, clean(folder, QA_EMBEDDER="static", QA_SEEDS="documents", QA_HOME="home", **server))
    found: dict[str, float] = {} if options.again else {"corpus_s": make(place, options.passages)}
    steps: list[Callable[[], dict[str, float]]] = [
        lambda: {} if options.again else indexed(place),
        lambda: kept_true(place, options.runs),
        lambda: searched(place, options.runs),
        lambda: recall(place, "first"),
        lambda: replaced(place, options.passages),
        lambda: recall(place, "after"),
    ]
    for step in steps:
        found |= step()
        print(json.dumps({name: round(value, 4) for name, value in found.items()}), file=sys.stderr, flush=True)
    columns = {title: found[name] for title, name in COLUMNS.items() if name in found}
    print("|", " | ".join(columns), "|\n|", " | ".join("---" for _ in columns), "|")
    print("|", " | ".join(f"{value:.4g}" if value < 1000 else f"{value:.0f}" for value in columns.values()), "|")
    if options.results:
        with options.results.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"server": bool(options.server), **found}) + "\n")


if __name__ == "__main__":
    main()
