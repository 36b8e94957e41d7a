"""Changes of a Chroma store, made here or in a process of their own.

Chroma's core holds Python's lock while it puts vectors into a graph. In another process it does not: reading and embedding go
on meanwhile, Ctrl-C is heeded, and what kills the core kills no run. Owns that process; knows nothing of copies and pointers.
"""

import os
import pickle
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import Failure, HomeNotWritable
from index.process.child import Child, send, speaker
from index.process.machine import in_thread
from index.vectors.core import Collection, Store, opened
from index.vectors.log import GRAPH, LARGE, LARGE_GRAPH, tidy

if TYPE_CHECKING:
    import numpy as np

MANY = 5000
"""A graph that was made otherwise is made anew where so many vectors come at once: not by a question that follows an edit."""

RECENT = "-recent"
"""What is added to a collection's name for what its graph lacks: Chroma reads a graph before it takes an addition to it."""


LARGER = "-larger"
"""What is added to it for a graph that is to take the place of the collection's own."""


def both(name: str) -> tuple[str, str]:
    """The names of a collection and of what its graph lacks; a vector is in one of them."""
    return name, name + RECENT


@dataclass(frozen=True, slots=True)
class Change:
    """Vectors, float32 (n, d), to be stored under new ids for the collection of that name; without them ids to be forgotten."""

    name: str
    ids: Sequence[str]
    rows: "np.ndarray | None" = None

    def make(self, store: Store) -> None:
        """Make it; no graph is saved."""
        if self.rows is not None:
            store.make(self.name + RECENT, GRAPH).add(self.ids, self.rows)
        else:
            for found in store.collections(both(self.name)):
                found.delete(self.ids)

    def save(self, store: Store, size: int) -> None:
        """Make it in the graph, with all that this lacked, and save that; the store holds about `size` vectors then.

        Nothing may have been done with the collection before: after a mere count, additions take twice as long.
        """
        recent = store.collections([self.name + RECENT])
        ids, rows = recent[0].vectors() if recent else ([], [])
        large = size > LARGE and self.rows is not None and len(self.ids) >= MANY
        with _graph(store, self.name, len(ids) + len(self.ids), large) as graph:
            graph.add(ids, rows)
            if self.rows is not None:
                graph.add(self.ids, self.rows)
            else:
                graph.delete(self.ids)
        if recent:
            store.drop(self.name + RECENT)


@contextmanager
def _graph(store: Store, name: str, writes: int, large: bool) -> Iterator[Collection]:
    """A collection whose graph is saved after so many writes; one that it has outgrown is made anew."""
    graph = store.make(name, LARGE_GRAPH if large else GRAPH)
    if not large or graph.graph["ef_construction"] == LARGE_GRAPH["ef_construction"]:
        with graph.saved(writes):
            yield graph
        return
    larger = store.make(name + LARGER, LARGE_GRAPH)
    with larger.saved(graph.count() + writes):
        for ids, rows in graph.parts():
            larger.add(ids, rows)
        yield larger
    store.drop(name)
    larger.rename(name)


class Apart:
    """A change under way in a process of its own, which ends with this object or with this process.

    The store in the folder holds about `size` vectors when it is made.
    """

    def __init__(self, folder: Path, change: Change, size: int) -> None:
        try:
            self._child = Child("from index.vectors.apart import serve; serve()")
        except OSError as error:
            message = f"The process that stores vectors cannot be started: {error.strerror}."
            raise HomeNotWritable(message, "Run `qa index` again.") from error
        threading.Thread(target=self._child.tell, args=((folder, change, size),), daemon=True).start()

    def wait(self) -> None:
        """Until the change is made and the graph saved; raises the failure that has kept it from that."""
        try:
            in_thread(self._listen)
        finally:
            self._child.stop()

    def _listen(self) -> None:
        try:
            error = self._child.hear()
        except EOFError:
            error = HomeNotWritable("The process that stores vectors has died.", "Run `qa index` again.")
        if error:
            raise error


def serve() -> None:
    """Be the process: a folder and a change come in on standard input; None, the failure or a bug goes out."""
    out = speaker()
    folder, change, size = pickle.load(sys.stdin.buffer)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    failure: Exception | None = None
    try:
        with opened(folder) as store:
            change.save(store, size)
        tidy(folder)
    except Failure as raised:
        failure = raised
    except MemoryError:
        os._exit(1)
    except BaseException as raised:  # noqa: BLE001 (raised by the process that waits)
        failure = RuntimeError(f"{type(raised).__name__} in the process that stores vectors: {raised}")
    send(out, failure)
    os._exit(0)  # nothing is left to do, and the other thread waits for ever


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)
