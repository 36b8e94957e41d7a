"""`qa show`: a place in its surroundings, a whole text, or the last answer again."""

from contextlib import nullcontext
from pathlib import Path

from index.catalog.catalog import Catalog
from index.errors import IndexMissing
from index.update.target import Target
from qa.cli.common import TWO_FORMS, documents_of
from qa.documents.file import on_disk
from qa.errors import UsageFailure
from qa.saved.answers import checked_again, last_answer, standings
from qa.settings.load import Where, load
from qa.show import fields
from qa.show.place import surroundings, whole_text
from qa.show.terminal import Screen
from qa.show.text import place_here, show_answer, show_markdown, show_surroundings, talk


def show(place: str, text: bool, json: bool, markdown: bool, where: Where, screen: Screen) -> int:
    """Show a place in its surroundings, a source's whole text, or without a place the last answer."""
    target = load(where).target
    if text and not place:
        raise UsageFailure("--text needs a FILE.", "qa show FILE --text")
    if markdown and json:
        raise UsageFailure(TWO_FORMS)
    if text and json:
        raise UsageFailure("--text is the bare text of a file, and --json another form.")
    if markdown and place:
        raise UsageFailure("--markdown is for the last answer.", "qa show --markdown")
    if not place:
        return _show_last(target, json, markdown, screen)
    if not target.indexed:
        raise IndexMissing(f"Nothing of {target.root} has been indexed.", "Run `qa index`.").hiding(target.root)
    with Catalog(target.home) as catalog:
        target.owned(catalog)
        if text:
            source, whole = whole_text(place, target, catalog, Path.cwd())
        else:
            found = surroundings(place, target, catalog, Path.cwd())
            source = found.place.source
        if on_disk(target.root, source, catalog).text != catalog.text(source):
            screen.notice(f"{source} has changed since it was indexed; this is what was indexed.")
    if text:
        screen.exact(whole)
        return 0
    if json:
        screen.line(fields.to_json(fields.surroundings_json(found)))
    else:
        show_surroundings(screen, found, target.root)
    return 0


def _show_last(target: Target, json: bool, markdown: bool, screen: Screen) -> int:
    """The last answer again, each citation held against its file anew."""
    screen.streamed = ""
    with Catalog(target.home) if target.indexed else nullcontext() as catalog:
        saved = checked_again(last_answer(target.home), target.root, catalog, ocr=target.ocr)
        broken = any(c.verdict in ("changed", "gone") for c in saved.answer.citations)
        again = standings(saved.answer, target.root, catalog, documents_of(target), ocr=target.ocr) if broken else ()
        moved = [s for s in again if s.state == "moved"]
    answer = saved.answer
    if json:
        screen.line(fields.to_json(fields.saved_json(saved)))
    elif markdown:
        show_markdown(screen, answer, target.root)
    else:
        screen.notice(answer.question)
        show_answer(screen, answer, target.root)
        talk(screen, answer)
    for s in moved:
        if s.now:
            screen.notice(f"What [{s.citation.n}] quotes stands at {place_here(s.now, target.root)} now.")
    return answer.exit
