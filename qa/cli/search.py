"""`qa search`: from its options to its exit code."""

from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import DamagedIndex
from index.passage import Hit
from index.search.candidates import Found
from index.search.window import best_sentence, narrowed
from qa.ask.missing import missing, nothing_near
from qa.cli.batch import failed_line, found_each
from qa.cli.common import (
    check_passages,
    index_state,
    question_of,
    settings_for,
    tell_words_alone,
    with_collections,
)
from qa.documents.library import Library, open_library
from qa.reader.network import network, opened
from qa.reader.order import READ, best_first
from qa.reader.spelling import read_as, searched
from qa.settings.load import Settings, Where
from qa.show import fields, text
from qa.show.terminal import Screen


@dataclass(frozen=True, slots=True)
class Searching:
    """The options of `qa search`."""

    json: bool
    files: bool
    top: int
    within: tuple[str, ...]
    frozen: bool
    explain: bool
    batch: str | None
    full: bool = False


def search(words: Sequence[str], options: Searching, where: Where, screen: Screen) -> int:
    """Show the passages nearest to a query, or with --batch to one a line."""
    words, where = with_collections(words, where)
    check_passages(words, options.batch, options.top, options.within)
    query = "" if options.batch else question_of(words, options.within)
    settings = settings_for(where, screen)
    if settings.reader:
        network()
    with screen.progress() as progress, open_library(settings, screen.notice, progress, frozen=options.frozen) as library:
        within = library.within(options.within)
        if options.batch:
            return _search_batch(library, options, within, settings, screen)
        with screen.working("Searching…"):
            ((found, read),) = searched(library, [query], max(options.top, READ), within)
            found = best_first(found, options.top, opened(screen.notice) if settings.reader else None)
        for typed, other in read:
            screen.notice(read_as(typed, other))
        hits = _narrowed(found)
        if nothing_near(found):
            screen.notice("Nothing matches well." + (" The nearest passages:" if hits else ""))
        elif words := missing(found, library.catalog):
            screen.notice(text.not_mentioned(words))
        if isinstance(found.failure, DamagedIndex) and not hits:
            raise found.failure  # that there is nothing cannot be told
        if found.failure:
            tell_words_alone(found.failure, screen)
        if options.json:
            state = index_state(library, found.failure)
            screen.line(fields.to_json(fields.search_json(query, hits, state, explain=options.explain)))
        elif options.files:
            for source in dict.fromkeys(h.place.source for h in hits):
                screen.line(text.file_here(source, library.root))
        elif screen.tty:
            fitting = [best_sentence(found.question, hit) for hit in hits]
            places = found.question.places
            text.show_blocks(screen, hits, library.root, fitting, words=places, full=options.full, explain=options.explain)
        else:
            text.show_hits(screen, hits, library.root, explain=options.explain)
        return 0 if hits else 1


def _narrowed(found: Found) -> list[Hit]:
    """Hits as they are shown: the part of each passage that the query is about."""
    return [narrowed(found.question, hit) for hit in found.hits]


def _search_batch(
    library: Library, options: Searching, within: frozenset[str] | None, settings: Settings, screen: Screen
) -> int:
    """Search for a line's query each; the exit code is that of the first line that has no result."""
    first, reader = 0, opened(screen.notice) if settings.reader else None
    for asked, found, failure in found_each(library, options.batch or "", max(options.top, READ), within, screen):
        if found is None:
            code = failed_line(asked.id, failure, screen)
            first = first or code
            continue
        best = best_first(found, options.top, reader)
        state = index_state(library, best.failure)
        shown = fields.search_json(asked.text, _narrowed(best), state, asked.id, explain=options.explain)
        screen.line(fields.to_json(shown))
    return first
