"""How long a cold `qa` takes beside the least that its libraries need, whole processes in turn, as one Markdown table.

    python bench/startup.py [--runs 9]

Copies seeds/ into a folder of its own, indexes it, and gives medians of wall seconds and of peak memory; judges nothing.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

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

PAIRS = [
    (("--help",), TYPER, 3.0),
    (("--version",), TYPER, 3.0),
    (("search", "-q", QUESTION), CHROMA, 1.25),
    (("ask", "-q", "--no-llm", QUESTION), CHROMA, 1.25),
    (("index", "-q"), TYPER, None),
    (("status", "-q"), TYPER, None),
]
"""What is measured, its floor, and the ratio aimed at."""


def run(command: list[str], folder: Path) -> tuple[float, float]:
    """Wall seconds and peak megabytes of a process."""
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    assert status == 0, command
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main() -> None:
    """Print a row a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(REPOSITORY / "seeds", folder / "seeds")
        qa = str(Path(sys.executable).parent / "qa")
        subprocess.run([qa, "index", "-q"], cwd=folder, check=True, capture_output=True)
        subprocess.run([sys.executable, "-c", FILL], cwd=folder, check=True)
        print("| command | s | MB | floor s | ratio | target |\n| --- | --- | --- | --- | --- | --- |")
        for arguments, floor, target in PAIRS:
            both = [(run([qa, *arguments], folder), run([sys.executable, "-c", floor], folder)) for _ in range(runs + 1)][1:]
            seconds, least = (statistics.median(pair[i][0] for pair in both) for i in (0, 1))
            memory = statistics.median(pair[0][1] for pair in both)
            ratio = statistics.median(pair[0][0] / pair[1][0] for pair in both)
            row = (f"`qa {arguments[0]}`", f"{seconds:.2f}", f"{memory:.0f}", f"{least:.2f}", f"{ratio:.2f}", target or "")
            print("|", " | ".join(map(str, row)), "|", flush=True)


if __name__ == "__main__":
    main()
