"""A question to a model that answers at once: `qa ask`, the least that its libraries need, and LlamaIndex, in turns.

    python bench/asking.py [--runs 9] [--peer PYTHON]

Whole processes on the document in seeds/, which is indexed before; the model is `bench/service.py`. Gives medians of seconds,
of seconds to the first byte of the answer, and of peak memory. The floor imports chromadb and openai, opens a store of five
vectors, queries it and streams one reply. PYTHON is that of the environment for `bench/peer.py`; without it there is no peer.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from process import QA, Run, clean, loopback, run
from startup import CHROMA, FILL, QUESTION, REPOSITORY

FLOOR = f"""
import openai
{CHROMA}
messages = [{{"role": "user", "content": {QUESTION!r}}}]
for event in openai.OpenAI().chat.completions.create(model="loop-model", stream=True, messages=messages):
    print(event.choices[0].delta.content or "", end="", flush=True)
"""


def commands(peer: str) -> dict[str, list[str]]:
    """What is measured, by its name."""
    seeds = str(REPOSITORY / "seeds")
    asked = [QA, "ask", "--seeds", seeds, "--home", "home"]
    found = {
        "`qa ask`": [*asked, QUESTION],
        "`qa ask -q`": [*asked, "-q", QUESTION],
        "`qa ask --frozen`": [*asked, "--frozen", QUESTION],
        "floor": [sys.executable, "-c", FLOOR],
    }
    if peer:
        script = [peer, str(REPOSITORY / "bench" / "peer.py")]
        found["peer, static"] = [*script, "ask", "static", QUESTION, "--embedder", "static"]
        found["peer, openai"] = [*script, "ask", "openai", QUESTION]
    return found


def prepare(folder: Path, peer: str, environment: dict[str, str]) -> None:
    """The stores that are asked."""
    seeds = str(REPOSITORY / "seeds")
    subprocess.run([QA, "index", "-q", "--seeds", seeds, "--home", "home"], cwd=folder, env=environment, check=True)
    subprocess.run([sys.executable, "-c", FILL], cwd=folder, env=environment, check=True)
    for embedder in ("static", "openai") if peer else ():
        command = [peer, str(REPOSITORY / "bench" / "peer.py"), "index", seeds, embedder, "--embedder", embedder]
        run(command, folder, environment)


def main() -> None:
    """Print a row a command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--peer", default="", metavar="PYTHON")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, loopback() as url:
        folder = Path(name)
        environment = clean(folder, OPENAI_BASE_URL=url, OPENAI_API_KEY="none", QA_EMBEDDER="static")
        prepare(folder, options.peer, environment)
        measured: dict[str, list[Run]] = {what: [] for what in commands(options.peer)}
        for _ in range(options.runs + 1):
            for what, command in commands(options.peer).items():
                measured[what].append(run(command, folder, environment))
    print("| command | s | first byte s | MB | of the floor |\n| --- | --- | --- | --- | --- |")
    for what, runs in measured.items():
        print(row(what, runs[1:], measured["floor"][1:]))


def row(what: str, runs: list[Run], floor: list[Run]) -> str:
    """A line of the table; the ratio is the median of those of each turn."""
    seconds, first, peak = (statistics.median(getattr(r, name) for r in runs) for name in ("seconds", "first", "peak"))
    ratio = statistics.median(r.seconds / least.seconds for r, least in zip(runs, floor, strict=True))
    return f"| {what} | {seconds:.2f} | {first:.2f} | {peak:.0f} | {ratio:.2f} |"


if __name__ == "__main__":
    main()
