"""What each command does, from its options to its exit code: one function a command, each a list of steps.

Knows nothing of parsing the command line (`qa/cli/main.py`) or of what things look like.
"""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Lock

from index.catalog.catalog import Catalog
from index.errors import DamagedIndex, Failure, HomeNotWritable, IndexMissing, ServiceFailure
from index.home.user import agree, has_agreed
from index.passage import Hit
from index.search.candidates import Found, search_all
from index.search.window import narrowed
from index.update.run import Progress, Target, look, stale
from qa.answer import Answer, IndexState
from qa.ask.followup import standalone
from qa.ask.line import TOP, How, answer, checked_question
from qa.ask.line import ask as ask_one
from qa.check.file import on_disk
from qa.cli import batch
from qa.cli.doctor import diagnose, diagnosis_json
from qa.cli.status import status_of
from qa.documents.library import Library, open_library
from qa.errors import UsageFailure
from qa.model.choice import Model, choose_model
from qa.saved.answers import checked_again, keep, last_answer, parsed, standings
from qa.settings.load import NEVER, Settings, asking, check_text, load
from qa.show import fields, terminal
from qa.show.place import surroundings, whole_text
from qa.show.terminal import Screen, fold

NAMED = 80
"""Characters of a line's question that say which one a notice is about."""

TWO_FORMS = "--markdown is one form, and JSON (--json, --batch) another: name one of them."

MOST_PASSAGES = 1000
SHORTEST_WAIT, LONGEST_WAIT = 0.1, 86_400


@dataclass(frozen=True, slots=True)
class Asking:
    """The options of `qa ask`; `follow_if` tells which questions follow where there is no model to tell."""

    json: bool = False
    markdown: bool = False
    no_llm: bool = False
    model: str | None = None
    top: int | None = None
    within: tuple[str, ...] = ()
    frozen: bool = False
    explain: bool = False
    batch: str | None = None
    timeout: float = 60.0
    double_check: bool = False
    only_supported: bool = False
    follow: bool = False
    follow_if: Callable[[str], bool] | None = None


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


def ask(words: Sequence[str], options: Asking, seeds: str | None, home: str | None, screen: Screen) -> int:
    """Answer one question, or with --batch one a line."""
    screen.streamed = ""
    _check(options, words)
    question = "" if options.batch else _question(words, options.within)
    settings = settings_for(seeds, home, screen)
    with progress_on(screen) as progress, open_library(settings, screen.notice, progress, frozen=options.frozen) as library:
        model = _model(settings, options)
        if options.batch:
            return _ask_batch(library, options, model, screen)
        within = library.within(options.within)
        whole = options.json or options.markdown or options.only_supported or options.double_check
        how = _how(options, model, within)
        if options.follow and (isinstance(model, Model) or options.follow_if is None or options.follow_if(question)):
            how = _following(question, how, settings, screen)
        given = ask_one(library, question, how, screen.stream if screen.tty and not whole else None)
        if not keep(settings.target.home, fields.answer_json(given, _state(library, given.words_alone))):
            screen.notice("The index's folder cannot be written: `qa show N` will not know this answer.")
        _show(screen, given, library, options)
        return given.exit


def search(words: Sequence[str], options: Searching, seeds: str | None, home: str | None, screen: Screen) -> int:
    """Show the passages nearest to a query, or with --batch to one a line."""
    _check(options, words)
    query = "" if options.batch else _question(words, options.within)
    settings = settings_for(seeds, home, screen)
    with progress_on(screen) as progress, open_library(settings, screen.notice, progress, frozen=options.frozen) as library:
        within = library.within(options.within)
        if options.batch:
            return _search_batch(library, options, within, screen)
        found = search_all(library.index, [query], options.top, within)[0]
        hits = _narrowed(found)
        if isinstance(found.failure, DamagedIndex) and not hits:
            raise found.failure  # that there is nothing cannot be told
        if found.failure:
            _tell_words_alone(found.failure, screen)
        if options.json:
            state = _state(library, found.failure)
            screen.line(fields.to_json(fields.search_json(query, hits, state, explain=options.explain)))
        elif options.files:
            for source in dict.fromkeys(h.place.source for h in hits):
                screen.line(terminal.file_here(source, settings.target.root))
        else:
            terminal.show_hits(screen, hits, settings.target.root, explain=options.explain)
        return 0 if hits else 1


def _narrowed(found: Found) -> list[Hit]:
    """Hits as they are shown: the part of each passage that the query is about."""
    return [narrowed(found.question, hit) for hit in found.hits]


def status(json: bool, seeds: str | None, home: str | None, screen: Screen) -> int:
    """Show what is indexed and how true it is to the files; changes nothing."""
    settings = settings_for(seeds, home, screen)
    standing = status_of(settings)
    if json:
        screen.line(fields.to_json(standing))
    else:
        terminal.show_status(screen, standing)
    return 0


def doctor(online: bool, json: bool, seeds: str | None, home: str | None, screen: Screen) -> int:
    """Say what is wrong with the index and what mends it; 4 if anything is. Changes nothing."""
    settings = load(seeds, home)  # a service that is asked whether it is there gets no passage
    found = diagnose(settings, online=online)
    if json:
        screen.line(fields.to_json(diagnosis_json(settings, found, online=online)))
    else:
        terminal.show_examination(screen, found)
    return 4 if any(finding.wrong for finding in found.findings) else 0


def show(place: str, text: bool, json: bool, markdown: bool, seeds: str | None, home: str | None, screen: Screen) -> int:
    """Show a place in its surroundings, a source's whole text, or without a place the last answer."""
    target = load(seeds, home).target
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
            screen.exact(whole_text(place, target, catalog, Path.cwd()))
            return 0
        found = surroundings(place, target, catalog, Path.cwd())
        if on_disk(target.root, found.place.source, catalog).text != catalog.text(found.place.source):
            screen.notice(f"{found.place.source} has changed since it was indexed; this is what was indexed.")
    if json:
        screen.line(fields.to_json(fields.surroundings_json(found)))
    else:
        terminal.show_surroundings(screen, found, target.root)
    return 0


def _show_last(target: Target, json: bool, markdown: bool, screen: Screen) -> int:
    """The last answer again, each citation held against its file anew."""
    screen.streamed = ""
    with Catalog(target.home) if target.indexed else nullcontext() as catalog:
        saved = checked_again(last_answer(target.home), target.root, catalog, ocr=target.ocr)
        broken = any(c.verdict in ("changed", "gone") for c in saved.answer.citations)
        again = standings(saved.answer, target.root, catalog, _documents(target), ocr=target.ocr) if broken else ()
        moved = [s for s in again if s.state == "moved"]
    answer = saved.answer
    if json:
        screen.line(fields.to_json(fields.saved_json(saved)))
    elif markdown:
        terminal.show_markdown(screen, answer, target.root)
    else:
        screen.notice(answer.question)
        terminal.show_answer(screen, answer, target.root)
        terminal.talk(screen, answer)
    for s in moved:
        if s.now:
            screen.notice(f"What [{s.citation.n}] quotes stands at {terminal.place_here(s.now, target.root)} now.")
    return answer.exit


def verify(file: str, json: bool, seeds: str | None, home: str | None, screen: Screen) -> int:
    """Say of each citation of a saved answer whether it still holds."""
    target = load(seeds, home).target
    answer = parsed(_contents(file)).answer
    with Catalog(target.home) if target.indexed else nullcontext() as catalog:
        found = standings(answer, target.root, catalog, _documents(target), ocr=target.ocr)
        gone = any(s.state == "gone" for s in found)
        behind = gone and (catalog is None or bool(stale(look(target), catalog)))
    if behind:
        screen.notice("The documents have changed since they were indexed; after `qa index` a renamed file is found.")
    if json:
        screen.line(fields.to_json(fields.standings_json(found)))
    else:
        terminal.show_standings(screen, found, target.root)
    return 0 if all(s.state in ("holds", "moved") for s in found) else 3


def _documents(target: Target) -> frozenset[str]:
    """The sources that may be read."""
    return frozenset(file.source for file in look(target) if not file.left_out)


def trust(seeds: str | None, home: str | None, screen: Screen) -> int:
    """Take this project's `.env` as it is now; says what that means, and on a terminal asks before."""
    project = asking(seeds, home)
    if project is None:
        screen.line("There is nothing here that needs your word.")
        return 0
    for what in project.asks:
        screen.line(fold(f"{project.folder} would {what}."))
    if not screen.agrees():
        return 2
    project.agree()
    return 0


def _contents(file: str) -> str:
    """A file of the user's, or standard input for "-"."""
    if file == "-":
        return _stdin()
    try:
        return Path(file).read_bytes().decode("utf-8", "replace")
    except OSError as error:
        raise UsageFailure(f"{file} cannot be read: {error.strerror}.") from error


def _stdin() -> str:
    """Standard input, "" where the shell has closed it."""
    return sys.stdin.buffer.read().decode("utf-8", "replace") if sys.stdin else ""


def settings_for(seeds: str | None, home: str | None, screen: Screen) -> Settings:
    """The settings, with a service that says on stderr when it asks to wait, and to whom texts go, the first time they do."""
    settings = load(seeds, home)
    one = Lock()

    def sending(what: str, host: str) -> None:
        told = ("sent", what, host, str(settings.target.root))
        with one:
            if not (screen.quiet or has_agreed(*told)):
                screen.notice(f"{what} {settings.target.root} go to {host} (said once).")
                with suppress(HomeNotWritable):
                    agree(*told)

    service = settings.service
    if service:
        service = replace(service, told=screen.notice, sending=partial(sending, "Passages of", service.host))
    return replace(settings, service=service, sending=sending)


def _question(words: Sequence[str], within: Sequence[str]) -> str:
    """The words as one question, or standard input for "-"."""
    expanded = any(not re.search(r"[*?[]", pattern) and os.path.exists(pattern) for pattern in within)
    if expanded and words and os.path.exists(words[0]):
        raise UsageFailure("The shell has expanded the pattern of --in.", "Quote it: --in '*.txt'")
    if tuple(words) == ("-",):
        return checked_question(_stdin())
    return checked_question(" ".join(words))


def _check(options: Asking | Searching, words: Sequence[str]) -> None:
    """Refuse numbers, patterns and options together that cannot be meant."""
    if options.batch and words:
        raise UsageFailure("--batch asks the questions of its file, so there can be none beside it.")
    if isinstance(options, Asking) and options.batch and options.follow:
        raise UsageFailure("--continue goes on from one answer, and --batch asks many questions.")
    if isinstance(options, Asking) and options.markdown and (options.json or options.batch):
        raise UsageFailure(TWO_FORMS)
    if isinstance(options, Asking):
        check_text("--model", options.model or "")
    if options.top is not None and not 1 <= options.top <= MOST_PASSAGES:
        raise UsageFailure(f"--top {options.top} is not a number from 1 to {MOST_PASSAGES}.")
    if isinstance(options, Asking) and not SHORTEST_WAIT <= options.timeout <= LONGEST_WAIT:
        raise UsageFailure(f"--timeout {options.timeout:g} is not a number of seconds from {SHORTEST_WAIT} to {LONGEST_WAIT}.")
    if not all(pattern.strip() for pattern in options.within):
        raise UsageFailure("--in is given an empty pattern.")


def _model(settings: Settings, options: Asking) -> Model | Failure | None:
    """The model to ask, or why there is none although one was to be asked."""
    try:
        return choose_model(settings, NEVER if options.no_llm else options.model, options.timeout)
    except ServiceFailure as failure:
        return failure


def _how(options: Asking, model: Model | Failure | None, within: frozenset[str] | None) -> How:
    return How(model, options.top, within, options.double_check, options.only_supported)


def _following(question: str, how: How, settings: Settings, screen: Screen) -> How:
    """The question as one that stands alone, which is shown."""
    model = how.model if isinstance(how.model, Model) else None
    asked, spent = standalone(last_answer(settings.target.home).answer, question, model)
    screen.notice(f"Asking: {asked}")
    return replace(how, asked=asked, spent=spent)


def _show(screen: Screen, given: Answer, library: Library, options: Asking) -> None:
    root = library.settings.target.root
    if given.words_alone and given.words_alone is not given.failure:
        _tell_words_alone(given.words_alone, screen)
    if options.json:
        screen.line(fields.to_json(fields.answer_json(given, _state(library, given.words_alone), explain=options.explain)))
    elif options.markdown:
        terminal.show_markdown(screen, given, root)
    else:
        terminal.show_answer(screen, given, root)
    if options.explain and not options.json:
        terminal.show_read(screen, given, root)
    terminal.talk(screen, given)
    if given.failure:
        screen.failure(given.failure)


def _tell_words_alone(failure: Failure, screen: Screen) -> None:
    """In one line; for damaged vectors as the failure that it is, which -q does not silence."""
    if isinstance(failure, DamagedIndex):
        screen.failure(DamagedIndex(f"{failure} Found by words alone.", failure.hint))
    else:
        screen.notice(f"{failure} Found by words alone. {failure.hint}")


def _state(library: Library, failure: Failure | None) -> IndexState:
    """How true the index was in a search; not, where the vectors had no part in it."""
    return replace(library.state, fresh=library.state.fresh and failure is None)


def _ask_batch(library: Library, options: Asking, model: Model | Failure | None, screen: Screen) -> int:
    """Answer a question a line; the exit code is that of the first line that has no answer."""
    within, first = library.within(options.within), 0
    how = _how(options, model, within)
    for asked, found, failure in _found(library, options, within, screen):
        if found is None:
            code = _failed_line(asked.id, failure, screen)
            first = first or code
            continue
        given = answer(library, asked.text, found, how, None, time.perf_counter())
        for line in given.notices:
            screen.notice(f"{asked.text[:NAMED]}: {line}")
        state = _state(library, given.words_alone)
        screen.line(fields.to_json(fields.answer_json(given, state, asked.id, explain=options.explain)))
    return first


def _search_batch(library: Library, options: Searching, within: frozenset[str] | None, screen: Screen) -> int:
    """Search for a line's query each; the exit code is that of the first line that has no result."""
    first = 0
    for asked, found, failure in _found(library, options, within, screen):
        if found is None:
            code = _failed_line(asked.id, failure, screen)
            first = first or code
            continue
        state = _state(library, found.failure)
        shown = fields.search_json(asked.text, _narrowed(found), state, asked.id, explain=options.explain)
        screen.line(fields.to_json(shown))
    return first


def _found(
    library: Library, options: Asking | Searching, within: frozenset[str] | None, screen: Screen
) -> Iterator[tuple[batch.Question, Found | None, Failure | None]]:
    """Each line's question with its passages, or with why it has none; a group of lines is searched together."""
    assert options.batch
    told = False
    for group in batch.questions(options.batch):
        checked = [(q, q.failure or _refused(q.text)) for q in group]
        texts = [q.text.strip() for q, failure in checked if not failure]
        searched = search_all(library.index, texts, options.top or TOP, within) if texts else []
        if searched and searched[0].failure and not told:
            _tell_words_alone(searched[0].failure, screen)
            told = True
        results = iter(searched)
        for question, failure in checked:
            yield question, None if failure else next(results), failure


def _refused(text: str) -> Failure | None:
    try:
        checked_question(text)
    except UsageFailure as failure:
        return failure
    return None


def _failed_line(id_: object, failure: Failure | None, screen: Screen) -> int:
    assert failure is not None
    screen.line(fields.to_json(fields.failure_json(failure, id_)))
    return failure.exit


@contextmanager
def progress_on(screen: Screen) -> Iterator[Progress]:
    """A bar on a terminal's stderr while files are indexed; nothing elsewhere, and nothing for work that is done at once."""
    if screen.quiet or not sys.stderr.isatty():
        yield lambda done, total, embedded: None
        return
    with terminal.Bar() as bar:
        yield bar.update
