"""An answer in the making: by a model, of quoted sentences, or that the documents don't say.

Owns what is sent, what becomes of a reply, and what is said beside it; each citation is proved.
"""

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from index.errors import DamagedIndex, Failure
from index.passage import Hit
from index.search.candidates import Found
from qa.answer import Answer, AnswerSentence, Citation, CitedText, SentenceRef, Status, Usage
from qa.ask.asking import TOP, How, Show
from qa.ask.context import Context, context
from qa.ask.judging import Judge, judge, judge_of
from qa.ask.missing import other_years, rare
from qa.ask.only import only_supported
from qa.check.evidence import Evidence, Sent
from qa.check.roles import swapped_roles
from qa.documents.file import prove
from qa.documents.library import Library
from qa.model import endpoint
from qa.model.choice import Model, budget
from qa.model.prices import cost
from qa.model.prompt import messages, translate_messages
from qa.model.suspicious import suspicious
from qa.quote.choice import Choice, all_rows, choose
from qa.quote.rows import quoted
from qa.quote.together import around
from qa.reader.network import opened
from qa.reply.cite import Citer
from qa.show.marks import Marker
from qa.show.terminal import escaped

MOST_OF_TABLE = 200
"""Passages of a document that are looked through for rows."""

NEAREST = 3
"""So many passages are shown where nothing answers."""

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


class Draft:
    """An answer in the making."""

    def __init__(self, library: Library, question: str, found: Found, how: How, started: float) -> None:
        self.library, self.question, self.found, self.how, self.started = library, question, found, how, started
        self.asked_at = datetime.now(UTC).isoformat(timespec="seconds")
        self.catalog = library.catalog
        self.timings: dict[str, float] = {}
        self.notices: list[str] = []
        self.asking = how.asked or question
        self.usage: Usage | None = None
        self.cost: float | None = 0.0
        self.asked_model = False
        self.missing: tuple[str, ...] = ()
        self.confidence: float | None = None
        self.context = Context(tuple(found.hits), len(found.hits), len(found.hits))

    def by_model(self, model: Model, show: Show | None) -> Answer:
        """Ask the model; its ids are looked up as they stream, its citations proved when it is done."""
        before = time.perf_counter()
        self.asked_model = True
        self._spend(model, self.how.spent)
        room = budget(self.library.settings, model)
        self._choose_context(room)
        if self.found.question.foreign and self.context.passages < self.catalog.counts().passages:
            self._translate(model)
            self._choose_context(room)
        if not self.context.hits:
            return self.not_found(None)
        judges = judge_of(self.library.settings, self.how.options, model)
        cited, reason = self._reply(model, show, judges)
        if cited.refused and self._choose_more(room):
            cited, reason = self._reply(model, show, judges)
        claims = [s for s in cited.sentences if s.supported is not None]
        answers = not cited.refused and bool(claims)
        if judges and answers:
            found = judge(judges, model, self.asking, cited, self.context.hits)
            self._spend(model, found.usage, found.by)
            self.notices += found.notices
            cited, answers = found.cited, found.answers
        self.timings["model"] = since(before)
        cited, left_out = only_supported(cited) if self.how.options.only_supported else (cited, 0)
        claims = [s for s in cited.sentences if s.supported is not None]
        if not answers or not claims:
            self._tell_read()
            return self.not_found(model, left_out=left_out)
        if note := self._note():
            if show:
                show(f"\n\n{note}")
            cited = _with_note(cited, note)
        citations = self._prove(cited)
        whole = reason == "stop" and all(s.supported for s in claims) and _hold(citations)
        return self._answer(
            "answered" if whole else "partial",
            cited.text,
            cited.sentences,
            citations,
            model=model,
            cut=reason == "length",
            left_out=left_out,
        )

    def _reply(self, model: Model, show: Show | None, judges: Judge | None) -> tuple[CitedText, str]:
        """The model's reply to the passages that were chosen, and why it ended."""
        prompt = messages(self.asking, self.context.hits)
        cited, finished = _streamed(model, prompt, self.context.hits, show, judges is not None)
        self._spend(model, finished.usage)
        self._tell_if_cut(prompt, finished.usage)
        return cited, finished.reason

    def _translate(self, model: Model) -> None:
        """Search again with the question in the documents' language, as the model words it."""
        rows = self.catalog.first_rows(1)
        if not rows:
            return
        sample = rows[0].text[:SAMPLE]
        text, finished = endpoint.whole(model.service, model.name, translate_messages(self.asking, sample), model.timeout)
        self._spend(model, finished.usage)
        query = text.strip()[:LONGEST_QUERY]
        if query and query != self.asking:
            self.notices.append(f"Searched also for: {query}")
            more = self.library.search([query], self.how.top, self.how.within)[0]
            hits = {hit.place: hit for hit in (*more.hits, *self.found.hits)}
            self.found = replace(more, hits=list(hits.values())[: max(self.how.top, len(more.hits))])

    def _choose_context(self, room: int) -> None:
        """The passages to send in so many tokens."""
        self.context = context(self.catalog, self.found.hits, self.how.within, room, whole=self.how.options.top is None)
        if self.how.options.top and (left := len(self.found.hits) - self.context.best):
            out = f"{left} of {len(self.found.hits)} passages"
            self.notices.append(f"{out} did not fit into {room:,} tokens and were not sent; QA_CONTEXT sets how many.")

    def _choose_more(self, room: int) -> bool:
        """The next passages, where the first do not answer and there are more; what was read is counted together."""
        read = self.context
        rest = self.found.hits[read.best :]
        if self.how.options.top is not None or not rest:
            return False
        more = context(self.catalog, rest, self.how.within, room, whole=False)
        self.context = replace(more, passages=read.passages + more.passages, best=read.best + more.best)
        return True

    def _tell_read(self) -> None:
        """How much was read where the documents don't say."""
        of = self.catalog.counts().passages
        if self.context.passages < of:
            self.notices.append(f"Not in the {self.context.passages} best of {of:,} passages.")

    def _tell_if_cut(self, prompt: Sequence[Mapping[str, str]], usage: Usage | None) -> None:
        """Some endpoints cut a long prompt without a word; their count of its tokens gives them away."""
        sent = sum(len(message["content"].encode("utf-8", "replace")) for message in prompt)
        if usage and LEAST_CONTEXT <= usage.input_tokens < sent / MOST_BYTES_A_TOKEN:
            self.notices.append(
                f"The endpoint read only {usage.input_tokens:,} tokens: it has cut the prompt. Give the model a larger context,"
                " or set QA_CONTEXT lower."
            )

    def _tell_suspicious(self, citations: Sequence[Citation]) -> None:
        """Say where what was read by a model, or is quoted, speaks to models: they may have listened."""
        read = [(hit, span) for hit in self.context.hits for span in hit.sentences] if self.asked_model else []
        spoke = [hit.place.inner(*span, hit.text) for hit, span in read if suspicious(hit.sentence(span))]
        spoke += [citation.place for citation in citations if suspicious(citation.quote)]
        if places := list(dict.fromkeys(escaped(place.label) for place in spoke)):
            more = f" and {len(places) - NAMED} more places" if len(places) > NAMED else ""
            told = "text there speaks to a model instead of to a reader; it counts as text alone."
            self.notices.append(f"{', '.join(places[:NAMED])}{more}: {told}")

    def _spend(self, model: Model, usage: Usage | None, name: str = "") -> None:
        """Add up tokens, and dollars as long as the price of each call is known; `name` is the model's where it is another."""
        if usage is None:
            return
        before = self.usage or Usage(0, 0)
        self.usage = Usage(before.input_tokens + usage.input_tokens, before.output_tokens + usage.output_tokens)
        price = cost(model.service, name or model.name, usage)
        self.cost = None if self.cost is None or price is None else round(self.cost + price, 6)

    def _note(self) -> str:
        """What an answer that should name everything says where it saw only a part."""
        of = self.catalog.counts().passages
        if self.context.passages >= of or not _ASKS_FOR_ALL.search(self.asking):
            return ""
        return f"(from {self.context.passages} of {of:,} passages; there may be more)"

    def passages(self, failure: Failure | None, model: str | None = None) -> Answer:
        """The best sentences, quoted."""
        hits = self.found.hits[: self.how.options.top or TOP]
        chosen = choose(self.found.question, hits, opened(self.notices.append) if self.library.settings.reader else None)
        self.confidence, refs = chosen.confidence, self._whole_table(chosen)
        self.found = replace(self.found, hits=[*chosen.hits, *self.found.hits[len(hits) :]])
        if failure is None and refs:
            swapped = swapped_roles(self.question, Evidence(refs[:1], Sent(hits)))
            if swapped:
                self.notices.append("The nearest sentence says it the other way round.")
            quoted = {ref.hit.place.source for ref in refs}
            years = other_years(self.found.question.text, [hit for hit in chosen.hits if hit.place.source in quoted])
            if years:
                self.notices.append(f"The documents nearest to it do not mention {' or '.join(years)}.")
            if swapped or years or chosen.none:
                if chosen.none:
                    self.missing = self.missing or rare(self.found, self.catalog)
                return self.not_found(None)
        sentences = tuple(AnswerSentence(ref.quote, (n,), True, around=around(ref)) for n, ref in enumerate(refs, start=1))
        text = "\n".join(f"{s.text} [{n}]" for n, s in enumerate(sentences, start=1))
        citations = self._prove(CitedText(text, sentences, tuple(refs)))
        status: Status = "passages" if failure or _hold(citations) else "partial"
        return self._answer(status, text, sentences, citations, failure=failure, failed=model)

    def _whole_table(self, chosen: Choice) -> Sequence[SentenceRef]:
        """What was chosen; of rows that the question means those that stand in other passages of their document, too."""
        if not chosen.rows or chosen.none:
            return chosen.refs
        source = chosen.refs[0].hit.place.source
        there = self.library.search([self.found.question.text], MOST_OF_TABLE, frozenset({source}))[0].hits
        rows = all_rows(self.found.question, chosen.refs, there)
        refs = quoted(rows)
        shown = sum(any(ref in refs for ref in row.refs) for row in rows)
        if shown < len(rows) or len(there) == MOST_OF_TABLE:
            more = "or more " if len(there) == MOST_OF_TABLE else ""
            self.notices.append(f"{shown} of {len(rows)} {more}rows that match are quoted.")
        return refs or chosen.refs

    def not_found(self, model: Model | None, failure: Failure | None = None, left_out: int = 0) -> Answer:
        """The documents don't say; the nearest passages, so that the user can judge.

        Where the vectors are damaged that cannot be told: it is a failure.
        """
        nearest = tuple(self.found.hits[:NEAREST])
        if isinstance(self.found.failure, DamagedIndex):
            failure = self.found.failure
        return self._answer("not_found", None, (), (), model=model, failure=failure, nearest=nearest, left_out=left_out)

    def _prove(self, cited: CitedText) -> tuple[Citation, ...]:
        return tuple(prove(cited.refs, self.library.root, self.catalog))

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
            read=tuple(self.found.hits[: self.context.best if self.asked_model else self.how.top]),
            sent=self.context.passages,
            of=self.catalog.counts().passages,
            model=model.name if model else failed,
            usage=self.usage,
            cost=self.cost if model and self.usage else None,
            timings=self.timings,
            failure=failure,
            cut=cut,
            words_alone=self.found.failure,
            asked=self.how.asked,
            before=self.how.before,
            left_out=left_out,
            missing=self.missing,
            confidence=self.confidence,
            notices=tuple(self.notices),
            words=self.found.question.places,
        )


def _streamed(
    model: Model, prompt: list[dict[str, str]], hits: Sequence[Hit], show: Show | None, judged: bool
) -> tuple[CitedText, endpoint.Finished]:
    """Ask, show the text with its numbers and signs as it comes, and give the whole with how it ended.

    Where it will be judged, only signs that no judge can clear are shown.
    """
    citer, marker = Citer(hits), Marker()

    def signs(sentences: Sequence[AnswerSentence]) -> Sequence[AnswerSentence]:
        return [replace(s, supported=s.supported is not None) if judged and not s.firm else s for s in sentences]

    for piece in endpoint.stream(model.service, model.name, prompt, model.timeout):
        if isinstance(piece, endpoint.Finished):
            rest, cited = citer.finish()
            if show:
                show(marker.finish(rest, () if cited.refused else signs(cited.sentences)))
            return cited, piece
        text = citer.feed(piece)
        if show:
            show(marker.feed(text, lambda: signs(citer.judged())))
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
