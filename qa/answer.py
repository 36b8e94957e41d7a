"""Frozen values of an answer: its sentences, its citations, its status.

Owns the shapes that `--json` shows (see `qa/show/terminal.py`); knows nothing of models, files or terminals.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from index.errors import Failure
from index.passage import Hit, Place, Span

CONTROL = "\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
"""Characters that never leave `qa`: C0 but newline and tab, C1, marks that change the direction of text, and halves of
characters that no encoding takes; inside a regular expression's brackets."""

PERHAPS = 0.5
"""A confidence below which an answer is one perhaps."""

REFUSAL = "NOT_FOUND"
"""A model's whole reply where the passages don't answer."""

Words = Callable[[str], Sequence[Span]]
"""Where the words of a question stand in a text."""

Status = Literal["answered", "partial", "not_found", "passages"]
Verdict = Literal["exact", "extracted", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class SentenceRef:
    """One sentence of one hit that was sent to the model: the n-th citation's target before it is proved."""

    hit: Hit
    span: Span

    @property
    def quote(self) -> str:
        """The sentence's text as indexed."""
        return self.hit.sentence(self.span)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a judge said of a sentence: `by` whom, and how likely it is that the cited sentences say it, 0 to 1."""

    by: str
    probability: float


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """One sentence of an answer, without numbers and ids; `citations` are the numbers [n] behind it.

    `supported` is None where the sentence claims nothing about the documents; `why` says what is not supported, and `firm` that
    no judge can clear it. `judge` is None where nobody judged it by meaning. `around` is what a quoted one stands in.
    """

    text: str
    citations: tuple[int, ...]
    supported: bool | None
    why: str | None = None
    firm: bool = False
    judge: Judgement | None = None
    around: "Surroundings | None" = None


@dataclass(frozen=True, slots=True)
class CitedText:
    """A model's reply after its ids were looked up: `text` carries numbers [1] in order of first use.

    `refs[n - 1]` is what number n points to. `refused` is true when the reply was the refusal word.
    """

    text: str
    sentences: tuple[AnswerSentence, ...]
    refs: tuple[SentenceRef, ...]
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A proved (or disproved) citation: `quote` is the indexed sentence, `verdict` what the file on disk says now."""

    n: int
    place: Place
    heading: str
    quote: str
    verdict: Verdict
    source_sha256: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the endpoint says were used."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known of one answer; `text` carries the numbers [n] and is None when nothing was found.

    `nearest` are the passages closest to a question that was not answered. `read` are the passages read for it, of `of`; `sent`
    of them were given to the model. `asked` is a follow-up as a question that stands alone, `before` are the questions and
    answers that it follows, oldest first. `cost` is in dollars, `left_out` counts the claims that were left out for want of
    support, `missing` are words of the question that stand in no document, `notices` are for the user. `confidence` is how
    likely quoted sentences answer, 0 to 1, None where nothing measured it. `failure` is why no
    model answered although one was to; `cut` says that the reply stopped for length, and `words_alone` why the vectors had no
    part in the search. `words` finds those of the question in a text. Times are in seconds.
    """

    question: str
    asked_at: str
    status: Status
    text: str | None
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Hit, ...]
    read: tuple[Hit, ...]
    of: int
    model: str | None
    usage: Usage | None
    timings: dict[str, float]
    failure: Failure | None = None
    cut: bool = False
    words_alone: Failure | None = None
    asked: str | None = None
    before: tuple[tuple[str, str], ...] = ()
    sent: int = 0
    cost: float | None = None
    left_out: int = 0
    missing: tuple[str, ...] = ()
    confidence: float | None = None
    notices: tuple[str, ...] = ()
    words: Words = lambda text: ()

    @property
    def doubtful(self) -> bool:
        """Whether quoted sentences are as likely as not to be no answer."""
        return self.confidence is not None and self.confidence < PERHAPS

    @property
    def exit(self) -> int:
        """The exit code of a command that gave this answer."""
        if self.failure:
            return self.failure.exit
        return {"answered": 0, "passages": 0, "not_found": 1, "partial": 3}[self.status]


@dataclass(frozen=True, slots=True)
class IndexState:
    """How true the index was to the files: `pending` changed sources or owed vectors, `skipped` files left out."""

    embedder: str
    fresh: bool
    pending: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Text around a place: `before + marked + after` are whole lines of the source's text, `marked` is what stands there."""

    place: Place
    before: str
    marked: str
    after: str

    @property
    def whole(self) -> str:
        """All of it."""
        return self.before + self.marked + self.after

    @property
    def span(self) -> Span:
        """Where that is in the source's text."""
        return self.place.start - len(self.before), self.place.end + len(self.after)
