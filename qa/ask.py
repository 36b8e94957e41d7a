"""One question, from the passages found to an answer whose citations are proved.

Owns the straight line search → prompt → model → citations → check → answer, and what happens when a link of it fails. Knows
nothing of terminals or of the command line.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from index.errors import Failure, ServiceFailure
from index.passage import Hit
from index.search import Found, search_all
from index.service import Service
from qa import llm
from qa.answer import Answer, AnswerSentence, Citation, CitedText, Status, Usage
from qa.check import prove
from qa.cite import Citer
from qa.config import NEVER, Settings
from qa.errors import NoKey, NoModel, UsageFailure
from qa.extract import closest
from qa.library import Library
from qa.prompt import messages

LONGEST_QUESTION = 32_000
"""Characters; a longer text is a document."""

NEAREST = 3
"""So many passages are shown where nothing answers."""

FAR = 0.3
"""Below this cosine of the nearest text, and with no word of the question in any document, nothing is claimed to be close."""

Show = Callable[[str], None]
"""Given pieces of the answer's text as they come."""


@dataclass(frozen=True, slots=True)
class Model:
    """A chat model to ask; `timeout` in seconds."""

    service: Service
    name: str
    timeout: float


def checked_question(text: str) -> str:
    """A question as it is asked; UsageFailure for one that is empty or as long as a document."""
    question = text.strip()
    if not question:
        raise UsageFailure("The question is empty.", 'Ask like this: qa ask "what did Lee ask of Xi?"')
    if len(question) > LONGEST_QUESTION:
        raise UsageFailure(f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are taken.")
    return question


def choose_model(settings: Settings, name: str | None, timeout: float) -> Model | None:
    """The model to ask: the one that is named (by an option, or set), else the endpoint's own; None where none is to be.

    Raises NoKey where one is named by an option without key and endpoint, NoModel where the endpoint has none or several.
    """
    wanted = name or settings.model
    if wanted == NEVER or (name is None and (settings.service is None or settings.offline)):
        return None
    if settings.service is None:
        raise NoKey(f"There is no key to ask {name} with.", "Set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint.")
    if settings.offline:
        raise NoKey("QA_OFFLINE=1 forbids to ask a model.", "Unset QA_OFFLINE, or ask with --no-llm.")
    if not wanted and settings.values["OPENAI_BASE_URL"].text:
        wanted = _only_model(settings.service, timeout)
    return Model(settings.service, wanted or llm.DEFAULT_MODEL, timeout)


def _only_model(service: Service, timeout: float) -> str:
    names = llm.models(service, timeout)
    if len(names) == 1:
        return names[0]
    listed = f"serves {', '.join(names[:10])}" if names else "lists no model"
    raise NoModel(f"No model is named, and {service.host} {listed}.", "Name one with --model NAME or QA_MODEL.").hiding(
        service.host
    )


def ask(
    library: Library, question: str, top: int, within: frozenset[str] | None, model: Model | Failure | None, show: Show
) -> Answer:
    """Answer one question; a Failure as `model` is why there is none, and is told with the best sentences."""
    started = time.perf_counter()
    found = search_all(library.index, [question], top, within)[0]
    return answer(library, question, found, model, show, started)


def answer(library: Library, question: str, found: Found, model: Model | Failure | None, show: Show, started: float) -> Answer:
    """Answer one question from the passages found for it."""
    draft = _Draft(library, question, found, datetime.now(UTC).isoformat(timespec="seconds"), started)
    draft.timings["search"] = _since(started)
    if _nothing_near(found):
        return draft.not_found(None, None, model if isinstance(model, Failure) else None)
    if not isinstance(model, Model):
        return draft.passages(model)
    try:
        return draft.by_model(model, show)
    except ServiceFailure as failure:
        return draft.passages(failure, model.name)


def _nothing_near(found: Found) -> bool:
    """Whether no word of the question stands in any document and no vector is near either."""
    far = not found.question.known and found.similarity < FAR
    return not found.hits or (far and not found.question.overview)


class _Draft:
    """An answer in the making."""

    def __init__(self, library: Library, question: str, found: Found, asked_at: str, started: float) -> None:
        self.library, self.question, self.found, self.asked_at = library, question, found, asked_at
        self.started = started
        self.timings: dict[str, float] = {}

    def by_model(self, model: Model, show: Show) -> Answer:
        """Ask the model; its ids are looked up as they stream, its citations proved when it is done."""
        before = time.perf_counter()
        cited, finished = _streamed(model, messages(self.question, self.found.hits), self.found.hits, show)
        self.timings["model"] = _since(before)
        claims = [s for s in cited.sentences if s.supported is not None]
        if cited.refused or not claims:
            return self.not_found(model.name, finished.usage)
        citations = self._prove(cited)
        whole = finished.reason == "stop" and all(s.supported for s in claims) and _hold(citations)
        status: Status = "answered" if whole else "partial"
        return self._answer(
            status,
            cited.text,
            cited.sentences,
            citations,
            model=model.name,
            usage=finished.usage,
            cut=finished.reason == "length",
        )

    def passages(self, failure: Failure | None, model: str | None = None) -> Answer:
        """The best sentences, quoted."""
        refs = closest(self.found.question, self.found.hits)
        sentences = tuple(AnswerSentence(ref.quote, (n,), True) for n, ref in enumerate(refs, start=1))
        text = "\n".join(f"{s.text} [{n}]" for n, s in enumerate(sentences, start=1))
        citations = self._prove(CitedText(text, sentences, tuple(refs)))
        status: Status = "passages" if failure or _hold(citations) else "partial"
        return self._answer(status, text, sentences, citations, model=model, failure=failure)

    def not_found(self, model: str | None, usage: Usage | None, failure: Failure | None = None) -> Answer:
        """The documents don't say; the nearest passages, so that the user can judge."""
        nearest = tuple(self.found.hits[:NEAREST])
        return self._answer("not_found", None, (), (), model=model, usage=usage, failure=failure, nearest=nearest)

    def _prove(self, cited: CitedText) -> tuple[Citation, ...]:
        return tuple(prove(cited.refs, self.library.settings.target.root, self.library.index.catalog))

    def _answer(
        self,
        status: Status,
        text: str | None,
        sentences: Sequence[AnswerSentence],
        citations: Sequence[Citation],
        *,
        model: str | None = None,
        usage: Usage | None = None,
        failure: Failure | None = None,
        nearest: Sequence[Hit] = (),
        cut: bool = False,
    ) -> Answer:
        self.timings["total"] = _since(self.started)
        return Answer(
            question=self.question,
            asked_at=self.asked_at,
            status=status,
            text=text,
            sentences=tuple(sentences),
            citations=tuple(citations),
            nearest=tuple(nearest),
            read=tuple(self.found.hits),
            of=self.library.index.catalog.counts().passages,
            model=model,
            usage=usage,
            timings=self.timings,
            failure=failure,
            cut=cut,
            words_alone=self.found.failure,
        )


def _streamed(model: Model, prompt: list[dict[str, str]], hits: Sequence[Hit], show: Show) -> tuple[CitedText, llm.Finished]:
    """Ask, show the text with its numbers as it comes, and give the whole with how it ended."""
    citer = Citer(hits)
    for piece in llm.stream(model.service, model.name, prompt, model.timeout):
        if isinstance(piece, llm.Finished):
            rest, cited = citer.finish()
            show(rest)
            return cited, piece
        show(citer.feed(piece))
    raise AssertionError("llm.stream ends with Finished or raises")


def _hold(citations: Sequence[Citation]) -> bool:
    return all(c.verdict in ("exact", "extracted") for c in citations)


def _since(start: float) -> float:
    return round(time.perf_counter() - start, 3)
