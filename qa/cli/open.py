"""`qa open`: the original of a citation, in the browser, in an editor, or by its path alone."""

import os
import shutil
import subprocess
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from index.errors import HomeNotWritable, IndexMissing
from index.home.folder import Folder
from qa.cli.common import settings_of_last
from qa.cli.page import page
from qa.documents.texts import file_of, opened_texts, root_of
from qa.errors import PlaceFailure, UsageFailure
from qa.saved.answers import last_answer
from qa.settings.environment import editor
from qa.settings.load import Where
from qa.show.place import is_here, place_in, surroundings
from qa.show.terminal import Screen, escaped

FILE = "cited.html"

_AT_A_LINE = {"--goto {file}:{line}": "code code-insiders codium cursor", "{file}:{line}": "hx helix subl zed"}
"""How editors are told a line that take no +LINE before the file."""

_NO_LINE = ("gedit", "mousepad", "notepad", "open", "xdg-open", "textedit")


def open_original(place: str, in_editor: bool, only_path: bool, where: Where, screen: Screen) -> int:
    """Open what a place names: by itself the last answer's first citation."""
    if in_editor and only_path:
        raise UsageFailure("--editor opens the file, and --print only says where it is: name one of them.")
    settings = settings_of_last(where, place_in(place), here=is_here(place))
    root, home = root_of(settings), settings.target.home
    with opened_texts(settings) as catalog:
        if catalog is None:
            raise IndexMissing(f"Nothing of {root} has been indexed.", "Run `qa index`.").hiding(root)
        found = surroundings(place or "1", lambda: last_answer(home).answer, root, catalog, Path.cwd())
        text = catalog.text(found.place.source) or ""
    file = file_of(root, found.place.source)
    if not file.is_file():
        raise PlaceFailure(f"{found.place.source} is gone.", "`qa show` gives the answer again.")
    if only_path:
        screen.line(escaped(os.path.relpath(file)))
        return 0
    if in_editor:
        return _edit(file, found.place.line)
    try:
        Folder(home).write(FILE, page(found, text, file).encode("utf-8", "replace"))
    except OSError as error:
        raise HomeNotWritable(f"The page cannot be written into {home}: {error.strerror}.", "qa open --print").hiding(
            home
        ) from error
    screen.notice(f"{found.place.label}: {home / FILE}")
    if not webbrowser.open((home / FILE).absolute().as_uri()):
        raise PlaceFailure("There is no browser that can be started here.", "`qa open --print` says which file it is.")
    return 0


def _edit(file: Path, line: int | None) -> int:
    """In the user's editor, at the line where it can be told one; its exit code is not ours."""
    words = editor()
    if not words:
        raise UsageFailure("Neither VISUAL nor EDITOR names an editor.", "Set one: export EDITOR=nano")
    if line is None:
        raise UsageFailure(f"{file.name} is no file of lines, as an editor wants.", "Without --editor it opens in the browser.")
    if shutil.which(words[0]) is None:
        raise UsageFailure(f"The editor {words[0]} is not installed, or may not be run.", "Set VISUAL or EDITOR to another.")
    try:
        subprocess.run([*words, *_arguments(words[0], file.absolute(), line)], check=False)
    except OSError as error:
        raise UsageFailure(f"The editor {words[0]} cannot be started: {error.strerror}.", "Set VISUAL or EDITOR.") from error
    return 0


def _arguments(program: str, file: Path, line: int) -> Sequence[str]:
    name = Path(program).stem.casefold()
    for form, names in _AT_A_LINE.items():
        if name in names.split():
            return [part.format(file=file, line=line) for part in form.split()]
    return [str(file)] if name in _NO_LINE else [f"+{line}", str(file)]
