"""`qa ask`: from its options to its exit code."""

import time
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from dataclasses import replace
from typing import Any

from index.errors import Failure, ServiceFailure
from index.home import claim
from qa.answer import Answer
from qa.ask.asking import Asking, How
from qa.ask.followup import standalone, turns
from qa.ask.line import answer
from qa.ask.line import ask as ask_one
from qa.cli.batch import failed_line, found_each
from qa.cli.common import (
    LONGEST_WAIT,
    SHORTEST_WAIT,
    TWO_FORMS,
    check_passages,
    index_state,
    question_of,
    settings_for,
    tell_words_alone,
    with_collections,
)
from qa.cli.piped import piped
from qa.documents.library import Library, open_library
from qa.errors import UsageFailure
from qa.model.choice import Model, choose_model
from qa.reader.network import network
from qa.saved.answers import keep, last_answer
from qa.saved.history import record
from qa.settings.environment import check_text
from qa.settings.last import last_asked, remember
from qa.settings.load import NEVER, Settings, Where
from qa.show import fields, text
from qa.show.terminal import Screen

NAMED = 80
"""Characters of a line's question that say which one a notice is about."""


def ask(words: Sequence[str], options: Asking, where: Where, screen: Screen) -> int:
    """Answer one question, or with --batch one a line."""
    screen.streamed = ""
    words, where = with_collections(words, where)
    _check(options, words)
    question = "" if options.batch else question_of(words, options.within)
    if options.follow and options.follow_if is None:
        where = last_asked(where)
    with piped(where, screen) if options.stdin else nullcontext(settings_for(where, screen)) as settings:
        return _ask(question, options, settings, where, screen)


def _ask(question: str, options: Asking, settings: Settings, where: Where, screen: Screen) -> int:
    """The same of the documents of these settings."""
    with screen.progress() as progress, open_library(settings, screen.notice, progress, frozen=options.frozen) as library:
        model = _model(settings, options)
        if settings.reader and not isinstance(model, Model):
            network()  # loaded by the time that the passages are found
        if options.batch:
            return _ask_batch(library, options, model, screen)
        within = library.within(options.within)
        whole = options.json or options.markdown or options.only_supported
        how = How(options, model, within)
        if options.follow and (isinstance(model, Model) or options.follow_if is None or options.follow_if(question)):
            how = _following(question, how, settings, screen)
        with screen.working(f"Asking {model.name}…" if isinstance(model, Model) else "Searching…"):
            given = ask_one(library, question, how, screen.stream if screen.tty and not whole else None)
        if not settings.piped:
            _keep(fields.answer_json(given, index_state(library, given.words_alone)), settings, where, screen)
        _show(screen, given, library, options)
        return given.exit


def _check(options: Asking, words: Sequence[str]) -> None:
    """Refuse numbers and options together that cannot be meant."""
    check_passages(words, options.batch, options.top, options.within)
    if options.batch and options.follow:
        raise UsageFailure("--continue goes on from one answer, and --batch asks many questions.")
    if options.stdin and (options.follow or options.frozen or options.batch == "-" or tuple(words) == ("-",)):
        raise UsageFailure("--stdin reads the documents: the question stands on the command line, and there is no index.")
    if options.markdown and (options.json or options.batch):
        raise UsageFailure(TWO_FORMS)
    check_text("--model", options.model or "")
    if not SHORTEST_WAIT <= options.timeout <= LONGEST_WAIT:
        raise UsageFailure(f"--timeout {options.timeout:g} is not a number of seconds from {SHORTEST_WAIT} to {LONGEST_WAIT}.")


def _model(settings: Settings, options: Asking) -> Model | Failure | None:
    """The model to ask, or why there is none although one was to be asked."""
    try:
        return choose_model(settings, NEVER if options.no_llm else options.model, options.timeout)
    except ServiceFailure as failure:
        return failure


def _following(question: str, how: How, settings: Settings, screen: Screen) -> How:
    """The question as one that stands alone, which is shown."""
    model = how.model if isinstance(how.model, Model) else None
    before = turns(last_answer(settings.target.home).answer)
    asked, spent = standalone(before, question, model)
    screen.notice(f"Asking: {asked}")
    return replace(how, asked=asked, before=before, spent=spent)


def _keep(given: dict[str, Any], settings: Settings, where: Where, screen: Screen) -> None:
    """Keep the answer as the last one, with where its documents are."""
    if settings.parts:
        with suppress(Failure):
            claim.prepare(settings.target.home)
    if keep(settings.target.home, given):
        remember(settings, where)
        if settings.keeps_history:
            record(settings.target.home, given)
    else:
        screen.notice("The index's folder cannot be written: `qa show N` will not know this answer.")


def _show(screen: Screen, given: Answer, library: Library, options: Asking) -> None:
    root = library.root
    if given.words_alone and given.words_alone is not given.failure:
        tell_words_alone(given.words_alone, screen)
    if options.json:
        screen.line(fields.to_json(fields.answer_json(given, index_state(library, given.words_alone), explain=options.explain)))
    elif options.markdown:
        text.show_markdown(screen, given, root)
    else:
        text.show_answer(screen, given, root)
    if options.explain and not options.json:
        text.show_read(screen, given, root)
    text.talk(screen, given)
    if given.failure:
        screen.failure(given.failure)


def _ask_batch(library: Library, options: Asking, model: Model | Failure | None, screen: Screen) -> int:
    """Answer a question a line; the exit code is that of the first line that has no answer."""
    first = 0
    how = How(options, model, library.within(options.within))
    for asked, found, failure in found_each(library, options.batch or "", how.top, how.within, screen):
        if found is None:
            code = failed_line(asked.id, failure, screen)
            first = first or code
            continue
        given = answer(library, asked.text, found, replace(how, read=asked.read), None, time.perf_counter())
        for line in given.notices:
            screen.notice(f"{asked.text[:NAMED]}: {line}")
        state = index_state(library, given.words_alone)
        screen.line(fields.to_json(fields.answer_json(given, state, asked.id, explain=options.explain)))
    return first
