"""`qa verify`: whether the citations of a saved answer still hold."""

from index.catalog.catalog import Catalog
from index.update.look import look, stale
from qa.cli.common import bytes_of, documents_of, settings_of_last, stdin_text
from qa.documents.texts import opened_texts, root_of
from qa.saved.answers import parsed, standings
from qa.settings.load import Settings, Where
from qa.show import fields, text
from qa.show.terminal import Screen


def verify(file: str, json: bool, where: Where, screen: Screen) -> int:
    """Say of each citation of a saved answer whether it still holds."""
    answer = parsed(_contents(file)).answer
    settings = settings_of_last(where, lambda _, texts: any(texts.source(c.place.source) for c in answer.citations))
    root, target = root_of(settings), settings.target
    with opened_texts(settings) as catalog:
        found = standings(answer, root, catalog, documents_of(settings), ocr=target.ocr)
        gone = any(s.state == "gone" for s in found)
        behind = gone and any(map(_is_behind, settings.parts or (settings,)))
    if behind:
        screen.notice("The documents have changed since they were indexed; after `qa index` a renamed file is found.")
    if json:
        screen.line(fields.to_json(fields.standings_json(found)))
    else:
        text.show_standings(screen, found, root)
    return 0 if all(s.state in ("holds", "moved") for s in found) else 3


def _is_behind(part: Settings) -> bool:
    """Whether a folder has changed since it was indexed."""
    if not part.target.indexed:
        return True
    with Catalog(part.target.home) as catalog:
        return bool(stale(look(part.target), catalog))


def _contents(file: str) -> str:
    """A file of the user's, or standard input for "-"."""
    if file == "-":
        return stdin_text()
    return bytes_of(file, file).decode("utf-8", "replace")
