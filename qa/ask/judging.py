"""Who judges an answer's claims by meaning, and what that says of the answer.

Owns that choice from settings and options, and what is said where nobody could judge; a failure changes nothing of the answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from index.errors import ServiceFailure
from index.passage import Hit
from qa.answer import CitedText, Usage
from qa.ask.asking import Asking
from qa.ask.verdicts import HOLDS, MOST, Verdicts, by_probabilities, by_words, cases, judged
from qa.model import endpoint
from qa.model.choice import Model
from qa.model.prompt import Case, check_messages, decision_input, decision_questions
from qa.settings.load import Settings

Judge = Literal["decisions", "chat"]

FALSE_PREMISE = "The cited sentences contradict what the question takes for granted."
LEFT_OUT = "The model's answer was left out: it does not answer this question ({by}, {percent:.0f} % sure that it does)."


@dataclass(frozen=True, slots=True)
class Judged:
    """The text as judged; whether it answers the question, what is to be said of that, and what it took, of which model."""

    cited: CitedText
    answers: bool = True
    notices: tuple[str, ...] = ()
    usage: Usage | None = None
    by: str = ""


def judge_of(settings: Settings, options: Asking, model: Model) -> Judge | None:
    """Who judges: as an option or QA_JUDGE says; by itself the Decisions API, at OpenAI or where its model is served."""
    wanted = settings.values["QA_JUDGE"].text
    if options.double_check is False or (wanted == "none" and not options.double_check):
        return None
    if options.double_check or wanted == "chat":
        return "chat"
    return "decisions" if model.service.base_url is None or model.name == endpoint.DECIDER else None


def judge(kind: Judge, model: Model, question: str, cited: CitedText, hits: Sequence[Hit]) -> Judged:
    """Have the claims of an answer judged in one request."""
    found = cases(cited, hits)
    if not found:
        return Judged(cited)
    by = endpoint.DECIDER if kind == "decisions" else model.name
    try:
        verdicts, usage = _verdicts(kind, model, question, found)
    except ServiceFailure as failure:
        return Judged(cited, notices=(f"The claims were not judged by meaning: {failure}",))
    now = judged(cited, verdicts, by)
    notices = [_told(now, len(found), len(verdicts.claims), always=kind == "chat")]
    answers = verdicts.answers is None or verdicts.answers >= HOLDS
    if not answers:
        notices.append(LEFT_OUT.format(by=by, percent=100 * (verdicts.answers or 0)))
    elif verdicts.premise is not None and verdicts.premise < HOLDS:
        notices.append(FALSE_PREMISE)
    return Judged(now, answers, tuple(filter(None, notices)), usage, by)


def _verdicts(kind: Judge, model: Model, question: str, found: Mapping[int, Case]) -> tuple[Verdicts, Usage | None]:
    asked = list(found.values())
    if kind == "decisions":
        questions = decision_questions(question, asked)
        given, usage = endpoint.decide(model.service, decision_input(question, asked), questions, model.timeout)
        return by_probabilities(list(found), given), usage
    reply, finished = endpoint.whole(model.service, model.name, check_messages(question, asked), model.timeout)
    return by_words(list(found), reply), finished.usage


def _told(now: CitedText, asked: int, read: int, *, always: bool) -> str:
    """What became of the claims; where nobody has asked for a judge, nothing where all were judged and hold."""
    refuted = sum(s.supported is False for s in now.sentences if s.judge)
    claims = "1 claim" if asked == 1 else f"{'the first ' if asked == MOST else ''}{asked} claims"
    unread = f"; {asked - read} not judged, as the reply could not be read" if read < asked else ""
    return f"Judged {claims} by meaning: {refuted or 'none'} not supported{unread}." if always or refuted or unread else ""
