"""Where the seconds of a `qa index` go, stage by stage, as one Markdown table.

    python bench/stages.py FOLDER [--embedder static] [--cpu]

Everything runs one after the other in this process, so that a stage's seconds are its own; `qa index` itself reads, splits
and puts vectors into the graph in other processes meanwhile. A stage called within another counts for itself alone.
"""

import argparse
import functools
import json
import resource
import shutil
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from index.catalog.catalog import Catalog
from index.convert import readers
from index.embed import choice
from index.embed.choice import open_embedder
from index.embed.embedder import Embedder
from index.update import run
from index.vectors import embedded
from index.vectors.apart import Change
from index.vectors.core import opened
from index.vectors.embedded import Vectors


class Clock:
    """Seconds by stage; only the innermost of the stages that are open runs."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.spent: dict[str, float] = defaultdict(float)
        self.calls: dict[str, int] = defaultdict(int)
        self._open = ["the rest"]
        self._since = now()

    def _turn(self) -> None:
        now = self._now()
        self.spent[self._open[-1]] += now - self._since
        self._since = now

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count for this stage until it is over."""
        self._turn()
        self._open.append(name)
        self.calls[name] += 1
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def time(self, owner: Any, method: str, name: str) -> None:
        """Count each call of a function or method for a stage."""
        do: Callable[..., Any] = getattr(owner, method)

        @functools.wraps(do)
        def timed(*values: Any, **named: Any) -> Any:
            with self.stage(name):
                return do(*values, **named)

        setattr(owner, method, timed)

    def time_steps(self, owner: Any, method: str, name: str) -> None:
        """Count each step of an iterator that a method gives."""
        do: Callable[..., Iterator[Any]] = getattr(owner, method)

        @functools.wraps(do)
        def timed(*values: Any, **named: Any) -> Iterator[Any]:
            with self.stage(name):
                steps = iter(do(*values, **named))
            while True:
                with self.stage(name):
                    step = next(steps, None)
                if step is None:
                    return
                yield step

        setattr(owner, method, timed)

    def time_ends(self, owner: Any, method: str, name: str) -> None:
        """Count how a context begins and ends, not what is done in it."""
        do: Callable[..., AbstractContextManager[Any]] = getattr(owner, method)

        @functools.wraps(do)
        @contextmanager
        def timed(*values: Any, **named: Any) -> Iterator[Any]:
            context = do(*values, **named)
            with self.stage(name):
                value = context.__enter__()
            try:
                yield value
            except BaseException as error:
                context.__exit__(type(error), error, error.__traceback__)
                raise
            with self.stage(name):
                context.__exit__(None, None, None)

        setattr(owner, method, timed)


class Here:
    """A change of the vectors made in this process."""

    def __init__(self, folder: Path, change: Change, size: int) -> None:
        with opened(folder) as store:
            change.save(store, size)

    def wait(self) -> None:
        """It is done."""


def watch(clock: Clock, embedder: Embedder) -> None:
    """Have the parts of the product counted."""
    readers.ALONE = 1 << 60  # nothing is read in another process
    clock.time(run, "walk", "walk")
    clock.time(readers, "read_text", "read")
    clock.time(readers, "split", "split")
    clock.time_steps(type(embedder), "batches", "embed")
    clock.time(choice, "_own", "embed: sentences")
    clock.time(choice, "packed", "embed: sentences")
    embedded.Apart = Here  # type: ignore[misc,assignment]
    clock.time(Here, "__init__", "Chroma: write and save")
    clock.time(Vectors, "_write_in_place", "Chroma: write a few")
    clock.time(shutil, "copytree", "Chroma: copy")
    for method in ("store", "embedded", "keep_sketches", "paid", "sources", "document_stored", "counts", "drop_unused"):
        clock.time(Catalog, method, f"catalog: {method}")
    clock.time_ends(Catalog, "transaction", "catalog: commit")


def main() -> None:
    """Print a row a stage."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("documents", type=Path)
    parser.add_argument("--embedder", choices=["static", "minilm"], default="static")
    parser.add_argument("--cpu", action="store_true", help="seconds of processors, for a machine that has other work")
    options = parser.parse_args()
    embedder = open_embedder(options.embedder, None, offline=True)
    clock = Clock(time.process_time if options.cpu else time.perf_counter)
    watch(clock, embedder)
    with tempfile.TemporaryDirectory() as home:
        report = run.update(run.Target(options.documents.resolve(), Path(home)), lambda: embedder, -1)
    with clock.stage("the rest"):
        total = sum(clock.spent.values())
    print("| stage | calls | s | share |\n| --- | --- | --- | --- |")
    for name, seconds in sorted(clock.spent.items(), key=lambda item: -item[1]):
        print(f"| {name} | {clock.calls[name] or ''} | {seconds:.2f} | {seconds / total:.0%} |")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(total, 2), "passages": report.passages, "files": report.sources, "MB": round(peak)}))


if __name__ == "__main__":
    main()
