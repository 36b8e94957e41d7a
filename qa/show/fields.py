"""What a program sees: JSON of answers, hits, reports and failures, as the contract of the command line has it.

Owns the fields' names; no path of this machine and no endpoint is in them. Knows nothing of how an answer was made.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from index.errors import Failure
from index.passage import Hit, Place
from index.update.forecast import Forecast
from index.update.target import Report
from qa import __version__
from qa.answer import CONTROL, Answer, AnswerSentence, Citation, IndexState, Surroundings
from qa.documents.offers import Offer
from qa.model.suspicious import suspicious
from qa.saved.answers import Saved, Standing

_UNSAFE_JSON = re.compile(f"[{CONTROL}\u2028\u2029]")


def to_json(value: object) -> str:
    """JSON on one line, characters as they are but for control characters, which are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNSAFE_JSON.sub(lambda c: f"\\u{ord(c[0]):04x}", text)


def answer_json(answer: Answer, state: IndexState, id_: object = None, *, explain: bool = False) -> dict[str, Any]:
    """An answer as CONTRACT's `ask` object; with `explain`, also the passages that were read and why."""
    read = {"passages": [hit_json(h, explain=True) for h in answer.read]} if explain else {}
    before = {"before": [{"question": asked, "answer": said} for asked, said in answer.before]} if answer.before else {}
    return {
        "schema": 1,
        "id": id_,
        "question": answer.question,
        "asked": answer.asked,
        "asked_at": answer.asked_at,
        "version": __version__,
        "status": answer.status,
        "answer": answer.text,
        "sentences": [_sentence_json(s) for s in answer.sentences],
        "citations": [_citation_json(c) for c in answer.citations],
        "nearest": [hit_json(h) for h in answer.nearest],
        "missing": list(answer.missing),
        "confidence": None if answer.confidence is None else round(answer.confidence, 3),
        "coverage": {"sent": answer.sent, "of": answer.of},
        "model": answer.model,
        "usage": answer.usage and {"input_tokens": answer.usage.input_tokens, "output_tokens": answer.usage.output_tokens},
        "cost": answer.cost,
        "timings": dict(answer.timings),
        "index": {"embedder": state.embedder, **index_json(state)},
        "error": answer.failure and failure_error(answer.failure),
        **before,
        **read,
    }


def _sentence_json(s: AnswerSentence) -> dict[str, Any]:
    judge = s.judge and {"by": s.judge.by, "probability": s.judge.probability}
    said = {"text": s.text, "citations": list(s.citations), "supported": s.supported, "why": s.why, "judge": judge}
    return said | ({"around": dict(zip(("start", "end"), s.around.span, strict=True))} if s.around else {})


def saved_json(saved: Saved) -> dict[str, Any]:
    """A saved answer's object with the verdicts and the status of now."""
    answer = saved.answer
    return {**saved.json, "status": answer.status, "citations": [_citation_json(c) for c in answer.citations]}


def standings_json(standings: Sequence[Standing]) -> dict[str, Any]:
    """How each citation of a saved answer stands; `now` is its place now, null where its quote stands nowhere."""
    shown = [{**_citation_json(s.citation), "state": s.state, "now": _place_json(s.now) if s.now else None} for s in standings]
    return {"schema": 1, "citations": shown, "error": None}


def _citation_json(c: Citation) -> dict[str, Any]:
    return {
        "n": c.n,
        **_place_json(c.place),
        "heading": c.heading or None,
        "quote": c.quote,
        "verdict": c.verdict,
        "source_sha256": c.source_sha256,
        **_flag(c.quote),
    }


def _flag(text: str) -> dict[str, bool]:
    """A mark on what speaks to a model instead of to a reader."""
    return {"suspicious": True} if suspicious(text) else {}


def report_json(report: Report, seconds: float) -> dict[str, Any]:
    """What an index run did."""
    names = ("added", "changed", "removed", "same", "embedded", "owed", "sources", "passages", "left_out")
    counts = {name: getattr(report, name) for name in names}
    return {"schema": 1, **counts, "seconds": seconds, "error": report.failure and failure_error(report.failure)}


def forecast_json(found: Forecast, offers: Sequence[Offer]) -> dict[str, Any]:
    """What a run would embed and cost; `price` null where it is not known."""
    shown = [
        {
            "name": offer.name,
            "chosen": offer.chosen,
            "passages": offer.amount.passages,
            "tokens": offer.amount.tokens,
            "tokens_at_most": offer.amount.most,
            "price": offer.price,
            "price_at_most": offer.most,
        }
        for offer in offers
    ]
    return {"schema": 1, "dry_run": True, "files": found.files, "removed": found.removed, "embedders": shown, "error": None}


def surroundings_json(found: Surroundings) -> dict[str, Any]:
    """A place with the lines around it."""
    return {"schema": 1, **_place_json(found.place), "before": found.before, "text": found.marked, "after": found.after}


def _place_json(place: Place) -> dict[str, Any]:
    return {
        "source": place.source,
        "place": place.label,
        "start": place.start,
        "end": place.end,
        "line": place.line,
        "page": place.page,
    }


def search_json(
    query: str, hits: Sequence[Hit], state: IndexState, id_: object = None, *, explain: bool = False
) -> dict[str, Any]:
    """Hits as CONTRACT's `search` object; with `explain` each says how its score came about."""
    shown = [hit_json(h, explain=explain) for h in hits]
    return {"schema": 1, "id": id_, "query": query, "hits": shown, "index": index_json(state)}


def hit_json(hit: Hit, *, explain: bool = False) -> dict[str, Any]:
    """One hit; `also` only where the same text stands elsewhere too."""
    also = [{"source": p.source, "place": p.label, "start": p.start, "end": p.end} for p in hit.also]
    shown = {**_place_json(hit.place), "heading": hit.heading or None, "score": hit.score, "text": hit.text}
    return shown | ({"also": also} if also else {}) | _flag(hit.text) | ({"why": dict(hit.why)} if explain else {})


def index_json(state: IndexState) -> dict[str, Any]:
    """How true the index is to the files."""
    return {"fresh": state.fresh, "pending": state.pending, "skipped": state.skipped}


def failure_error(failure: Failure) -> dict[str, Any]:
    """A failure's fields."""
    return {"code": failure.code, "message": failure.public, "hint": failure.hint or None, "exit": failure.exit}


def failure_json(failure: Failure, id_: object = None) -> Mapping[str, Any]:
    """A failure as CONTRACT's object."""
    return {"schema": 1, "id": id_, "error": failure_error(failure)}
