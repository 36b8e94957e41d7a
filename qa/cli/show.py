"""`qa show`: a place in its surroundings, a whole text, or the last answer again."""

from functools import partial
from pathlib import Path

from index.errors import IndexMissing
from qa.cli.common import TWO_FORMS, documents_of, settings_of_last
from qa.documents.file import on_disk
from qa.documents.texts import opened_texts, root_of
from qa.errors import UsageFailure
from qa.saved.answers import Saved, checked_again, last_answer, standings
from qa.saved.history import nth_answer
from qa.settings.load import Settings, Where
from qa.show import fields
from qa.show.place import is_here, place_in, surroundings, whole_text
from qa.show.terminal import Screen
from qa.show.text import place_here, show_answer, show_markdown, show_surroundings, talk


def show(place: str, text: bool, json: bool, markdown: bool, last: int | None, where: Where, screen: Screen) -> int:
    """Show a place in its surroundings, a source's whole text, or without a place the last answer, or the n-th last one."""
    if text and not place:
        raise UsageFailure("--text needs a FILE.", "qa show FILE --text")
    if markdown and json:
        raise UsageFailure(TWO_FORMS)
    if text and json:
        raise UsageFailure("--text is the bare text of a file, and --json another form.")
    if markdown and place:
        raise UsageFailure("--markdown is for the last answer.", "qa show --markdown")
    settings = settings_of_last(where, place_in(place), here=is_here(place))
    root, home = root_of(settings), settings.target.home
    saved = partial(last_answer, home) if last is None else partial(nth_answer, home, last)
    if not place:
        return _show_last(settings, saved(), json, markdown, screen)
    with opened_texts(settings) as catalog:
        if catalog is None:
            raise IndexMissing(f"Nothing of {root} has been indexed.", "Run `qa index`.").hiding(root)
        if text:
            source, whole = whole_text(place, root, catalog, Path.cwd())
        else:
            found = surroundings(place, lambda: saved().answer, root, catalog, Path.cwd())
            source = found.place.source
        if on_disk(root, source, catalog).text != catalog.text(source):
            screen.notice(f"{source} has changed since it was indexed; this is what was indexed.")
    if text:
        screen.exact(whole)
        return 0
    if json:
        screen.line(fields.to_json(fields.surroundings_json(found)))
    else:
        show_surroundings(screen, found, root)
    return 0


def _show_last(settings: Settings, kept: Saved, json: bool, markdown: bool, screen: Screen) -> int:
    """The last answer again, each citation held against its file anew."""
    screen.streamed = ""
    root, target = root_of(settings), settings.target
    with opened_texts(settings) as catalog:
        saved = checked_again(kept, root, catalog, ocr=target.ocr)
        broken = any(c.verdict in ("changed", "gone") for c in saved.answer.citations)
        again = standings(saved.answer, root, catalog, documents_of(settings), ocr=target.ocr) if broken else ()
        moved = [s for s in again if s.state == "moved"]
    answer = saved.answer
    if json:
        screen.line(fields.to_json(fields.saved_json(saved)))
    elif markdown:
        show_markdown(screen, answer, root)
    else:
        screen.notice(answer.question)
        show_answer(screen, answer, root)
        talk(screen, answer)
    for s in moved:
        if s.now:
            screen.notice(f"What [{s.citation.n}] quotes stands at {place_here(s.now, root)} now.")
    return answer.exit
