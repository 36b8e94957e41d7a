"""How long a cold `qa` takes beside the least that its libraries need, whole processes in turn, as one Markdown table.

    python bench/startup.py [--runs 9]

Indexes the document in seeds/ and a thousand files of `bench/corpus.py`, and gives medians of wall seconds and of peak memory;
judges nothing.
"""

import argparse
import shutil
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from process import QA, Run, clean, run

REPOSITORY = Path(__file__).parents[1]
QUESTION = "what did Lee ask of Xi?"

TYPER = "import typer"
CHROMA = """
import chromadb
client = chromadb.PersistentClient("chroma", chromadb.config.Settings(anonymized_telemetry=False))
client.get_collection("floor", embedding_function=None).query(query_embeddings=[[0.1] * 256], n_results=5)
"""
FILL = """
import chromadb, random
client = chromadb.PersistentClient("chroma", chromadb.config.Settings(anonymized_telemetry=False))
rows = [[random.random() for _ in range(256)] for _ in range(5)]
client.create_collection("floor", embedding_function=None).add(ids=list("abcde"), embeddings=rows)
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """A command of qa with what it is held against, a script or another command, and the ratio aimed at."""

    name: str
    command: list[str]
    floor: str | list[str]
    target: float | None = None
    folder: str = "one"
    settings: dict[str, str] = field(default_factory=dict)


PAIRS = [
    Pair("`qa --help`", ["--help"], TYPER, 3.0),
    Pair("`qa --version`", ["--version"], TYPER, 3.0),
    Pair(
        "completion of `qa as`",
        [],
        TYPER,
        3.0,
        settings={"_QA_COMPLETE": "complete_bash", "COMP_WORDS": "qa as", "COMP_CWORD": "1"},
    ),
    Pair("`qa search`", ["search", "-q", QUESTION], CHROMA, 1.25),
    Pair("`qa ask --no-llm`", ["ask", "-q", "--no-llm", QUESTION], CHROMA, 1.25),
    Pair("`qa index`, nothing changed", ["index", "-q"], TYPER),
    Pair("`qa status`", ["status", "-q"], TYPER),
    Pair("`qa index`, nothing changed of 1,000 files; `qa status`", ["index", "-q"], ["status", "-q"], folder="many"),
]


def prepare(folder: Path, environment: dict[str, str]) -> None:
    """Two projects, indexed, and the floor's store in the first."""
    shutil.copytree(REPOSITORY / "seeds", folder / "one" / "seeds")
    corpus = [sys.executable, str(REPOSITORY / "bench" / "corpus.py"), str(folder / "many" / "seeds"), "2000", "--each", "2"]
    subprocess.run(corpus, check=True)
    subprocess.run([sys.executable, "-c", FILL], cwd=folder / "one", check=True)
    for project in ("one", "many"):
        subprocess.run([QA, "index", "-q"], cwd=folder / project, env=environment, check=True, capture_output=True)


def measured(pair: Pair, folder: Path, environment: dict[str, str], runs: int) -> list[tuple[Run, Run]]:
    """The command and its floor in turns, the first turn left out."""
    floor = [sys.executable, "-c", pair.floor] if isinstance(pair.floor, str) else [QA, *pair.floor]
    place, settings = folder / pair.folder, {**environment, **pair.settings}
    turns = [(run([QA, *pair.command], place, settings), run(floor, place, environment)) for _ in range(runs + 1)]
    return turns[1:]


def main() -> None:
    """Print a row a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = clean(folder)
        prepare(folder, environment)
        print("| command | s | MB | floor s | ratio | target |\n| --- | --- | --- | --- | --- | --- |")
        for pair in PAIRS:
            turns = measured(pair, folder, environment, runs)
            seconds, least = (statistics.median(turn[i].seconds for turn in turns) for i in (0, 1))
            memory = statistics.median(own.peak for own, _ in turns)
            ratio = statistics.median(own.seconds / floor.seconds for own, floor in turns)
            row = (pair.name, f"{seconds:.2f}", f"{memory:.0f}", f"{least:.2f}", f"{ratio:.2f}", pair.target or "")
            print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    main()
