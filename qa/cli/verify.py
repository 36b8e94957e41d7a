"""`qa verify`: whether the citations of a saved answer still hold."""

from contextlib import nullcontext

from index.catalog.catalog import Catalog
from index.update.look import look, stale
from qa.cli.common import bytes_of, documents_of, stdin_text
from qa.saved.answers import parsed, standings
from qa.settings.load import Where, load
from qa.show import fields, text
from qa.show.terminal import Screen


def verify(file: str, json: bool, where: Where, screen: Screen) -> int:
    """Say of each citation of a saved answer whether it still holds."""
    target = load(where).target
    answer = parsed(_contents(file)).answer
    with Catalog(target.home) if target.indexed else nullcontext() as catalog:
        found = standings(answer, target.root, catalog, documents_of(target), ocr=target.ocr)
        gone = any(s.state == "gone" for s in found)
        behind = gone and (catalog is None or bool(stale(look(target), catalog)))
    if behind:
        screen.notice("The documents have changed since they were indexed; after `qa index` a renamed file is found.")
    if json:
        screen.line(fields.to_json(fields.standings_json(found)))
    else:
        text.show_standings(screen, found, target.root)
    return 0 if all(s.state in ("holds", "moved") for s in found) else 3


def _contents(file: str) -> str:
    """A file of the user's, or standard input for "-"."""
    if file == "-":
        return stdin_text()
    return bytes_of(file, file).decode("utf-8", "replace")
