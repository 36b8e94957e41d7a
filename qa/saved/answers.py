"""Answers that were saved, as the last one in the home folder or by a user from `--json`, and checked again.

Owns that file and what of a saved answer is trusted: its quotes and places, which are held against the files anew. Knows
nothing of searching or models.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal, get_args

from index.errors import HomeNotWritable
from index.home import user
from index.home.folder import Folder
from index.passage import Hit, Part, Place, parts_within
from qa.answer import Answer, AnswerSentence, Citation, Status, Surroundings, Usage, Verdict
from qa.documents.file import OnDisk, on_disk
from qa.documents.texts import Root, Texts
from qa.errors import PlaceFailure, UsageFailure
from qa.saved.strict import from_json

LAST = "last-answer.json"

_NO_NAME = re.compile("[\0\ud800-\udfff]")
"""What no name of a file that is indexed holds."""

State = Literal["holds", "moved", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved answer, with the JSON object that it was read from."""

    answer: Answer
    json: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a saved citation stands now; `now` is where its quote stands, None where it stands nowhere."""

    citation: Citation
    state: State
    now: Place | None


def keep(home: Path, answer: Mapping[str, Any]) -> bool:
    """Keep an answer as the last one; whether that was possible."""
    try:
        text = json.dumps(answer)
        Folder(home).write(LAST, f"{user.seal('answer', text)}\n{text}".encode())
    except (OSError, HomeNotWritable):
        return False
    return True


def last_answer(home: Path) -> Saved:
    """The last answer; PlaceFailure if there is none."""
    try:
        seal, _, text = Folder(home).read(LAST).decode().partition("\n")
        if user.sealed(seal, "answer", text):
            return parsed(text)
    except (OSError, UnicodeDecodeError, UsageFailure):
        pass
    raise PlaceFailure("There is no last answer.", "Ask something first.")


def parsed(text: str) -> Saved:
    """An answer from what `qa ask --json` printed; UsageFailure for anything else."""
    try:
        value = from_json(text)
        return Saved(_answer(value), value)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise UsageFailure("This is not an answer as `qa ask --json` prints it.", "Save one: qa ask --json … > FILE") from None


def checked_again(saved: Saved, root: Root, catalog: Texts | None, *, ocr: bool = False) -> Saved:
    """The same answer with the verdicts of now; partial where a citation does not hold any more."""
    answer = saved.answer
    file = cache(partial(on_disk, root, catalog=catalog, convert=True, ocr=ocr))
    citations = tuple(replace(c, verdict=file(c.place.source).verdict(c.place, c.quote)) for c in answer.citations)
    broken = any(c.verdict in ("changed", "gone") for c in citations)
    sentences = [_in_its_text(s, given.get("around"), citations, catalog) for s, given in _with_json(saved)]
    now = replace(answer, sentences=tuple(sentences), citations=citations, status="partial" if broken else answer.status)
    return replace(saved, answer=now)


def _with_json(saved: Saved) -> Iterator[tuple[AnswerSentence, Mapping[str, Any]]]:
    return zip(saved.answer.sentences, saved.json["sentences"], strict=True)


def _in_its_text(sentence: AnswerSentence, span: Any, citations: Sequence[Citation], catalog: Texts | None) -> AnswerSentence:
    """A quoted sentence with what it stood in, where that is indexed as it was."""
    match span, [c for c in citations if c.n in sentence.citations]:
        case {"start": int(start), "end": int(end)}, [cited] if (
            catalog and start <= cited.place.start <= cited.place.end <= end
        ):
            text, place = catalog.text(cited.place.source) or "", cited.place
            if start >= 0 and text[place.start : place.end] == cited.quote:
                around = Surroundings(place, text[start : place.start], cited.quote, text[place.end : end])
                return replace(sentence, around=around)
    return sentence


def standings(
    answer: Answer, root: Root, catalog: Texts | None, documents: Collection[str], *, ocr: bool = False
) -> list[Standing]:
    """How each citation stands: where it was, elsewhere in its file, in the same file under another name, or nowhere.

    No file is read but those of `documents`: somebody else may have written the answer.
    """

    @cache  # each is read once
    def file(source: str) -> OnDisk:
        return on_disk(root, source, catalog, convert=True, ocr=ocr) if source in documents else OnDisk(None)

    parts = cache(catalog.parts if catalog else lambda source: ())
    return [_standing(c, file, parts, catalog) for c in answer.citations]


def _standing(
    citation: Citation, file: Callable[[str], OnDisk], parts: Callable[[str], Sequence[Part]], catalog: Texts | None
) -> Standing:
    place = citation.place
    there = file(place.source)
    verdict = there.verdict(place, citation.quote)
    if verdict in ("exact", "extracted"):
        now = found_in(place.source, there, place, citation.quote, parts(place.source))
        return Standing(replace(citation, place=now or place), "holds", now)  # line and part are the file's, not the answer's
    renamed = catalog.sources_of(citation.source_sha256) if catalog and verdict == "gone" else []
    for source in (place.source, *renamed):
        if now := found_in(source, file(source), place, citation.quote, parts(source)):
            return Standing(citation, "moved", now)
    return Standing(citation, "gone" if verdict == "gone" else "changed", None)


def found_in(source: str, file: OnDisk, place: Place, quote: str, parts: Sequence[Part]) -> Place | None:
    """Where a quote stands in a source's text, the nearest to its old place; line and parts are those of the file."""
    text = file.text
    if not text or not quote:
        return None
    near = (text.rfind(quote, 0, place.start + len(quote)), text.find(quote, place.start))
    starts = [start for start in near if start >= 0]
    if not starts:
        return None
    start = min(starts, key=lambda s: abs(s - place.start))
    line = None if file.converted else text.count("\n", 0, start) + 1
    return Place(source, start, start + len(quote), line, parts_within(parts, start, start + len(quote)))


def _answer(value: dict[str, Any]) -> Answer:
    """An answer from its JSON; raises whatever a wrong shape gives."""
    usage = value.get("usage")
    return Answer(
        question=_text(value["question"]),
        asked_at=_text(value["asked_at"]),
        status=_one_of(get_args(Status), value["status"]),
        text=None if value["answer"] is None else _text(value["answer"]),
        sentences=tuple(
            AnswerSentence(_text(s["text"]), tuple(map(int, s["citations"])), s["supported"], _text(s.get("why") or "") or None)
            for s in value["sentences"]
        ),
        citations=tuple(_citation(c) for c in value["citations"]),
        nearest=tuple(_hit(h) for h in value["nearest"]),
        read=(),
        sent=int(value["coverage"]["sent"]),
        of=int(value["coverage"]["of"]),
        model=_text(value.get("model") or "") or None,
        usage=usage and Usage(int(usage["input_tokens"]), int(usage["output_tokens"])),
        timings={},
        cost=None if value.get("cost") is None else float(value["cost"]),
        confidence=None if value.get("confidence") is None else float(value["confidence"]),
        asked=_text(value.get("asked") or "") or None,
        before=tuple((_text(turn["question"]), _text(turn["answer"])) for turn in value.get("before", ())),
    )


def _citation(value: dict[str, Any]) -> Citation:
    heading = _text(value.get("heading") or "")
    verdict, sha256 = _one_of(get_args(Verdict), value["verdict"]), _digest(value["source_sha256"])
    quote = _text(value["quote"])
    if not quote.strip():
        raise ValueError  # it would stand anywhere
    return Citation(int(value["n"]), _place(value), heading, quote, verdict, sha256)


def _hit(value: dict[str, Any]) -> Hit:
    return Hit(_place(value), "", _text(value.get("heading") or ""), _text(value["text"]), (), float(value["score"]))


def _place(value: dict[str, Any]) -> Place:
    source, start, end = _text(value["source"]), int(value["start"]), int(value["end"])
    if source.startswith("/") or ".." in source.split("/") or _NO_NAME.search(source) or not 0 <= start <= end:
        raise ValueError  # nothing outside the documents' folder is read
    part = _text(value["place"]).removeprefix(source)
    line = value.get("line")
    if part.startswith("#"):
        return Place(source, start, end, None, (Part(start, part[1:]),))
    return Place(source, start, end, None if line is None else int(line))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _digest(value: str) -> str:
    if not re.fullmatch("[0-9a-f]*", value):
        raise ValueError
    return value


def _one_of(known: Sequence[str], value: str) -> Any:
    if value not in known:
        raise ValueError
    return value
