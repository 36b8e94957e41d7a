"""A store as it is at a moment, to be read in a folder of its own while others write."""

import shutil
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from index.errors import HomeNotWritable
from index.vectors.apart import RECENT
from index.vectors.core import opened
from index.vectors.protocol import WIDE
from index.vectors.stores import is_unsaved


class View:
    """A store as it is now, open to be read in a folder of its own: a copy of its log, and its graph, which nobody changes.

    `written` is what tells that the store has changed since.
    """

    def __init__(self, store: Path, written: tuple[int, int], width: int) -> None:
        self.written = written
        with ExitStack() as opening:
            try:
                folder = Path(opening.enter_context(TemporaryDirectory(prefix="qa-")))
                for path in store.iterdir() if store.exists() else ():  # a kill may have come before Chroma made it
                    if not is_unsaved(path):
                        (_link if path.is_dir() else shutil.copy2)(path, folder / path.name)
            except OSError as error:
                raise HomeNotWritable(f"There is no view of the vectors: {error}.", "Make room on the disk.").hiding(
                    store
                ) from error
            self.store = opening.enter_context(opened(folder))
            names = [name for name in self.store.names() if not name.endswith(RECENT)] if width > WIDE else []
            for collection in self.store.collections(names):
                collection.look(width)
            self.close = opening.pop_all().close


def _link(graph: Path, link: Path) -> None:
    """Another name for a graph's folder; a copy where there are no links."""
    try:
        link.symlink_to(graph.resolve(), target_is_directory=True)
    except OSError:
        shutil.copytree(graph, link)
