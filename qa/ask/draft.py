"""An answer in the making: by a model, of quoted sentences, or that the documents don't say.

Owns what is sent, what becomes of a reply, and what is said beside it; each citation is proved.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from index.errors import DamagedIndex, Failure, ServiceFailure
from index.passage import Hit
from index.search.candidates import Found, search_all
from qa.answer import Answer, AnswerSentence, Citation, CitedText, Status, Usage
from qa.ask.asking import Asking
from qa.ask.context import Context, context
from qa.ask.extract import closest
from qa.check.file import prove
from qa.check.judge import claims_to_check, judged
from qa.check.suspicious import suspicious
from qa.documents.library import Library
from qa.model import endpoint
from qa.model.choice import Model, budget
from qa.model.prices import cost
from qa.model.prompt import check_messages, messages, translate_messages
from qa.reply.cite import Citer
from qa.show.escapes import escaped
from qa.show.marks import Marker
from qa.show.only import only_supported

NEAREST = 3
"""So many passages are shown where nothing answers."""

TOP = 8
"""So many passages are looked for."""

MOST_CHECKED = 200
"""Claims that are checked a second time: all of an answer that somebody reads."""

NAMED = 3
"""So many places are named in one notice."""

SAMPLE, LONGEST_QUERY = 500, 1000
"""Characters of a document that show its language, and of a question as it is translated."""

MOST_BYTES_A_TOKEN, LEAST_CONTEXT = 8, 256
"""No tokenizer packs more bytes of text into a token on average, and a count below this is no count."""

_ASKS_FOR_ALL = re.compile(
    r"\b(how (many|often)|list|all|every|each|overview|summar\w+|(who|what) are|which \w+s|enumerate|name the)\b",
    re.IGNORECASE,
)
"""Questions whose answer may lack something where only a part was read."""

Show = Callable[[str], None]
"""Given pieces of the answer's text as they come, with the signs behind what is not supported."""


@dataclass(frozen=True, slots=True)
class How:
    """How a question is to be answered: its options, and what was made of them.

    A Failure as `model` is why there is none. `within` are the sources that --in leaves. `asked` is the question that a
    follow-up was turned into, which took `spent`.
    """

    options: Asking
    model: Model | Failure | None
    within: frozenset[str] | None = None
    asked: str | None = None
    spent: Usage | None = None


class Draft:
    """An answer in the making."""

    def __init__(self, library: Library, question: str, found: Found, how: How, started: float) -> None:
        self.library, self.question, self.found, self.how, self.started = library, question, found, how, started
        self.asked_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.catalog = library.index.catalog
        self.timings: dict[str, float] = {}
        self.notices: list[str] = []
        self.asking = how.asked or question
        self.usage = how.spent
        self.asked_model = False
        self.context = Context(tuple(found.hits), len(found.hits))

    def by_model(self, model: Model, show: Show | None) -> Answer:
        """Ask the model; its ids are looked up as they stream, its citations proved when it is done."""
        before = time.perf_counter()
        self.asked_model = True
        room = budget(self.library.settings, model)
        self._choose_context(room)
        if self.found.question.foreign and self.context.passages < self.catalog.counts().passages:
            self._translate(model)
            self._choose_context(room)
        self._tell_left_out(room)
        prompt = messages(self.asking, self.context.hits)
        cited, finished = _streamed(model, prompt, self.context.hits, show)
        self._spend(finished.usage)
        self._tell_if_cut(prompt, finished.usage)
        if self.how.options.double_check:
            cited = self._double_checked(model, cited)
        self.timings["model"] = since(before)
        cited, left_out = only_supported(cited) if self.how.options.only_supported else (cited, 0)
        claims = [s for s in cited.sentences if s.supported is not None]
        if cited.refused or not claims:
            return self.not_found(model, left_out=left_out)
        if note := self._note():
            if show:
                show(f"\n\n{note}")
            cited = _with_note(cited, note)
        citations = self._prove(cited)
        whole = finished.reason == "stop" and all(s.supported for s in claims) and _hold(citations)
        return self._answer(
            "answered" if whole else "partial",
            cited.text,
            cited.sentences,
            citations,
            model=model,
            cut=finished.reason == "length",
            left_out=left_out,
        )

    def _translate(self, model: Model) -> None:
        """Search again with the question in the documents' language, as the model words it."""
        rows = self.catalog.first_rows(1)
        if not rows:
            return
        sample = rows[0].text[:SAMPLE]
        text, finished = endpoint.whole(model.service, model.name, translate_messages(self.asking, sample), model.timeout)
        self._spend(finished.usage)
        query = text.strip()[:LONGEST_QUERY]
        if query and query != self.asking:
            self.notices.append(f"Searched also for: {query}")
            more = search_all(self.library.index, [query], self.how.options.top or TOP, self.how.within)[0]
            hits = {hit.place: hit for hit in (*more.hits, *self.found.hits)}
            self.found = replace(more, hits=list(hits.values())[: max(self.how.options.top or TOP, len(more.hits))])

    def _choose_context(self, room: int) -> None:
        """The passages to send in so many tokens."""
        self.context = context(self.catalog, self.found.hits, self.how.within, room, whole=self.how.options.top is None)

    def _tell_left_out(self, room: int) -> None:
        if self.context.left_out:
            left = f"{self.context.left_out} of {len(self.found.hits)} passages"
            self.notices.append(f"{left} did not fit into {room:,} tokens and were not sent; QA_CONTEXT sets how many.")

    def _tell_if_cut(self, prompt: Sequence[Mapping[str, str]], usage: Usage | None) -> None:
        """Some endpoints cut a long prompt without a word; their count of its tokens gives them away."""
        sent = sum(len(message["content"].encode("utf-8", "replace")) for message in prompt)
        if usage and LEAST_CONTEXT <= usage.input_tokens < sent / MOST_BYTES_A_TOKEN:
            self.notices.append(
                f"The endpoint read only {usage.input_tokens:,} tokens: it has cut the prompt. Give the model a larger context,"
                " or set QA_CONTEXT lower."
            )

    def _double_checked(self, model: Model, cited: CitedText) -> CitedText:
        """Ask the model whether the cited sentences support each claim; a failure to ask is said and changes nothing."""
        every = claims_to_check(cited)
        claims = every[:MOST_CHECKED]
        if not claims:
            return cited
        try:
            prompt = check_messages([(text, quotes) for _, text, quotes in claims])
            reply, finished = endpoint.whole(model.service, model.name, prompt, model.timeout)
        except ServiceFailure as failure:
            self.notices.append(f"The claims were not checked a second time: {failure}")
            return cited
        self._spend(finished.usage)
        cited, refuted = judged(cited, [i for i, _, _ in claims], reply)
        first = "the first " if len(claims) < len(every) else ""
        checked = "1 claim" if len(claims) == 1 else f"{first}{len(claims)} claims"
        self.notices.append(f"Checked {checked} a second time: {refuted or 'none'} not supported.")
        return cited

    def _tell_suspicious(self, citations: Sequence[Citation]) -> None:
        """Say where what was read by a model, or is quoted, speaks to models: they may have listened."""
        read = [(hit, span) for hit in self.context.hits for span in hit.sentences] if self.asked_model else []
        spoke = [hit.place.inner(*span, hit.text) for hit, span in read if suspicious(hit.sentence(span))]
        spoke += [citation.place for citation in citations if suspicious(citation.quote)]
        if places := list(dict.fromkeys(escaped(place.label) for place in spoke)):
            more = f" and {len(places) - NAMED} more places" if len(places) > NAMED else ""
            told = "text there speaks to a model instead of to a reader; it counts as text alone."
            self.notices.append(f"{', '.join(places[:NAMED])}{more}: {told}")

    def _spend(self, usage: Usage | None) -> None:
        if usage:
            before = self.usage or Usage(0, 0)
            self.usage = Usage(before.input_tokens + usage.input_tokens, before.output_tokens + usage.output_tokens)

    def _note(self) -> str:
        """What an answer that should name everything says where it saw only a part."""
        of = self.catalog.counts().passages
        if self.context.passages >= of or not _ASKS_FOR_ALL.search(self.asking):
            return ""
        return f"(from {self.context.passages} of {of:,} passages; there may be more)"

    def passages(self, failure: Failure | None, model: str | None = None) -> Answer:
        """The best sentences, quoted."""
        refs = closest(self.found.question, self.found.hits)
        sentences = tuple(AnswerSentence(ref.quote, (n,), True) for n, ref in enumerate(refs, start=1))
        text = "\n".join(f"{s.text} [{n}]" for n, s in enumerate(sentences, start=1))
        citations = self._prove(CitedText(text, sentences, tuple(refs)))
        status: Status = "passages" if failure or _hold(citations) else "partial"
        return self._answer(status, text, sentences, citations, failure=failure, failed=model)

    def not_found(self, model: Model | None, failure: Failure | None = None, left_out: int = 0) -> Answer:
        """The documents don't say; the nearest passages, so that the user can judge.

        Where the vectors are damaged that cannot be told: it is a failure.
        """
        nearest = tuple(self.found.hits[:NEAREST])
        if isinstance(self.found.failure, DamagedIndex):
            failure = self.found.failure
        return self._answer("not_found", None, (), (), model=model, failure=failure, nearest=nearest, left_out=left_out)

    def _prove(self, cited: CitedText) -> tuple[Citation, ...]:
        return tuple(prove(cited.refs, self.library.settings.target.root, self.library.index.catalog))

    def _answer(
        self,
        status: Status,
        text: str | None,
        sentences: Sequence[AnswerSentence],
        citations: Sequence[Citation],
        *,
        model: Model | None = None,
        failure: Failure | None = None,
        failed: str | None = None,
        nearest: Sequence[Hit] = (),
        cut: bool = False,
        left_out: int = 0,
    ) -> Answer:
        self.timings["total"] = since(self.started)
        self._tell_suspicious(citations)
        return Answer(
            question=self.question,
            asked_at=self.asked_at,
            status=status,
            text=text,
            sentences=tuple(sentences),
            citations=tuple(citations),
            nearest=tuple(nearest),
            read=tuple(self.found.hits),
            sent=self.context.passages,
            of=self.catalog.counts().passages,
            model=model.name if model else failed,
            usage=self.usage,
            cost=cost(model.service, model.name, self.usage) if model and self.usage else None,
            timings=self.timings,
            failure=failure,
            cut=cut,
            words_alone=self.found.failure,
            asked=self.how.asked,
            left_out=left_out,
            notices=tuple(self.notices),
        )


def _streamed(
    model: Model, prompt: list[dict[str, str]], hits: Sequence[Hit], show: Show | None
) -> tuple[CitedText, endpoint.Finished]:
    """Ask, show the text with its numbers and signs as it comes, and give the whole with how it ended."""
    citer, marker = Citer(hits), Marker()
    for piece in endpoint.stream(model.service, model.name, prompt, model.timeout):
        if isinstance(piece, endpoint.Finished):
            rest, cited = citer.finish()
            if show:
                show(marker.finish(rest, () if cited.refused else cited.sentences))
            return cited, piece
        text = citer.feed(piece)
        if show:
            show(marker.feed(text, citer.judged))
    raise AssertionError("endpoint.stream ends with Finished or raises")


def _with_note(cited: CitedText, note: str) -> CitedText:
    """The text with a last line that claims nothing about the documents."""
    sentences = (*cited.sentences, AnswerSentence(note, (), None))
    return replace(cited, text=f"{cited.text}\n\n{note}", sentences=sentences)


def _hold(citations: Sequence[Citation]) -> bool:
    return all(c.verdict in ("exact", "extracted") for c in citations)


def since(start: float) -> float:
    """Seconds, to a thousandth."""
    return round(time.perf_counter() - start, 3)
