"""Documents from standard input: a file of its own in a folder that goes again, with its index."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from index.errors import NoDocuments, NothingToIndex
from qa.cli.common import LARGEST_INPUT, settings_for
from qa.errors import UsageFailure
from qa.settings.environment import Value
from qa.settings.load import Settings, Where
from qa.show.terminal import Screen

NAME = "stdin"


@contextmanager
def piped(where: Where, screen: Screen) -> Iterator[Settings]:
    """The settings of standard input as the documents, whose places are `stdin:LINE`; nothing of it is stored anywhere else.

    Raises NoDocuments where it holds no text.
    """
    if where.seeds or where.home:
        raise UsageFailure("--stdin reads the documents, so --seeds, --home and @NAME name none beside it.")
    if sys.stdin.isatty():
        screen.notice("Reading the documents from the terminal; Ctrl-D ends them.")
    data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
    if len(data) > LARGEST_INPUT:
        raise NoDocuments("Standard input is larger than 100 MB.", "Save it, and name it with --seeds FILE.")
    if not data.strip():
        raise NoDocuments("Standard input is empty.", 'Like this: pbpaste | qa ask --stdin "…"')
    with tempfile.TemporaryDirectory(prefix="qa-", ignore_cleanup_errors=True) as folder:
        file = Path(folder, NAME)
        file.write_bytes(data)
        settings = settings_for(Where((str(file),), str(Path(folder, "home"))), screen, piped=True)
        values = {**settings.values, "QA_EMBEDDER": Value("auto", "default")}
        target = replace(settings.target, server=None)
        try:
            yield replace(settings, target=target, values=values)
        except NothingToIndex as error:
            message = "Standard input holds no text that can be read."
            raise NoDocuments(message, "Save it under its name, and name it with --seeds FILE.") from error
