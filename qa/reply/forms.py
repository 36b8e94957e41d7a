"""Forms of whole replies that are not prose with ids behind the sentences: brought into that form while they stream.

Owns JSON replies, footnotes with a list of ids, tags around the answer, and a line of bare ids at the end. What may be one of
them waits; all else goes on at once.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"</?(?:answer|response|final|final_answer|output|result)>\s?", re.IGNORECASE)
_TAG_SO_FAR = re.compile(r"</?[a-z_]{0,14}", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:```(?:json)?\s*)?(?:\{|\[\s*[{\"])", re.IGNORECASE)
_JSON_SO_FAR = re.compile(r"\s*(?:`{1,3}(?:j|js|jso|json)?\s*)?(?:\[\s*)?", re.IGNORECASE)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*|\s*```\s*\Z", re.IGNORECASE)
_SAID = ("answer", "response", "reply", "text", "claim", "statement", "sentence", "content", "summary", "result", "finding")
_CITED = re.compile(r"(?:cit\w*|ids?|sources?|references?|refs?|evidence|passages?|sentence_ids?)", re.IGNORECASE)
_RAISED = "¹²³⁴⁵⁶⁷⁸⁹⁰"
_LOWERED = str.maketrans(_RAISED, "1234567890")
_NOTE = re.compile(rf"(?<=[.,;:!?”\"'’)\]»a-zA-Z])[{_RAISED}]+|\[\^[0-9]{{1,3}}\](?!:)")
_PAIR = r"[0-9]{1,6}[.．:][0-9]{1,6}"
_LISTED = re.compile(
    rf"^[ \t]*(?:\[\^?(\d{{1,3}})\]:?|([{_RAISED}]+)[.:)]?)[ \t]*(?:ids?|passages?|sources?"
    rf"|see)?[ \t:]*((?:[\[(【]?{_PAIR}[\])】]?[,; \t]*)+)"
    r"[^\n]*(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
_TAIL = re.compile(
    rf"^([^\w\n]*+(?:sources?|references?|citations?|quellen?|ids?)[^\w:]{{0,20}}:\W{{0,40}}?)((?:{_PAIR}[,; \t]*)+)$",
    re.IGNORECASE | re.MULTILINE,
)
_TAIL_SO_FAR = re.compile(r"\n?[ \t*_]*(?:sources?|references?|citations?|quellen?|ids?)\b[^\n\[【]{0,200}\Z", re.IGNORECASE)
_LEADS = tuple("sources references citations quellen ids".split())

LONGEST = 100_000
"""Characters that wait at most; a longer reply in a form is shown as it is."""


@dataclass(slots=True)
class Plain:
    """Turns a reply, piece by piece, into prose with ids."""

    _held: str = ""
    _begun: bool = False
    _waits: bool = False  # for the end: JSON or footnotes
    _last: str = ""  # character that was given

    def feed(self, piece: str) -> str:
        """What is known to be prose by now."""
        self._held += piece
        if self._waits and len(self._held) < LONGEST:
            return ""
        if not self._begun and not self._begins():
            return ""
        note = _NOTE.search(self._last + self._held)
        if note and not self._waits:
            at, self._waits = note.start() - len(self._last), True
            given, self._held = self._held[:at], self._held[at:]
            self._last = given[-1:] or self._last
            return given
        return self._up_to_what_waits()

    def _begins(self) -> bool:
        """Whether it is known that the reply is no JSON, and what tag it has is away."""
        if _JSON.match(self._held):
            self._waits = True
            return False
        if _JSON_SO_FAR.fullmatch(self._held):
            return False
        self._begun = True
        return True

    def _up_to_what_waits(self) -> str:
        """All but the beginning of a tag, and a last line that may be one of sources."""
        text = _TAIL.sub(_bracketed, _TAG.sub("", self._held)) if "\n" in self._held or "<" in self._held else self._held
        last = text.rfind("\n") + 1
        line = "" if self._last not in ("", "\n") and not last else text[last:].lstrip(" \t*_").casefold()
        at = len(text)
        if line and (any(lead.startswith(line) for lead in _LEADS) or _TAIL_SO_FAR.match(text[last:])):
            at = last
        elif (tag := text.rfind("<")) >= 0 and _TAG_SO_FAR.fullmatch(text[tag:]):
            at = tag
        elif (
            text
            and not text[-1].isspace()
            and (text[-1] in _RAISED or text.endswith(("[", "[^")) or re.search(r"\[\^\d*\Z", text))
        ):
            at = max(text.rfind("["), len(text.rstrip(_RAISED))) if text[-1] in _RAISED else text.rfind("[")
        given, self._held = text[:at], text[at:]
        self._last = given[-1:] or self._last
        return given

    def finish(self) -> str:
        """The rest."""
        held, self._held = _TAG.sub("", self._held), ""
        if not self._begun and (said := _from_json(held)) is not None:
            return said
        listed = {m[1] or m[2].translate(_LOWERED): re.findall(_PAIR, m[3]) for m in _LISTED.finditer(held)}
        rest = _LISTED.sub("", held)
        if any(_key(mark) in listed for mark in _NOTE.finditer(self._last + rest)):
            held = _NOTE.sub(lambda mark: _noted(mark, listed), self._last + rest)[len(self._last) :].rstrip()
        return _TAIL.sub(_bracketed, held)


def _key(mark: re.Match[str]) -> str:
    return mark[0].strip("[^]").translate(_LOWERED)


def _noted(mark: re.Match[str], listed: dict[str, list[str]]) -> str:
    found = listed.get(_key(mark))
    return f" [{', '.join(found)}]" if found else mark[0]


def _bracketed(line: re.Match[str]) -> str:
    return f"{line[1]}[{', '.join(re.findall(_PAIR, line[2]))}]"


def _from_json(reply: str) -> str | None:
    """What a JSON reply says, as prose with its ids; None where it is none."""
    try:
        found = json.loads(_FENCE.sub("", reply))
    except (ValueError, RecursionError):
        return None
    said = "\n".join(filter(None, _sayings(found)))
    return said or None


def _sayings(value: object, depth: int = 0) -> Iterator[str]:
    """The texts of a reply in JSON, each with the ids that stand beside it."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < 5:
        for item in value:
            yield from _sayings(item, depth + 1)
    elif isinstance(value, dict) and depth < 5:
        key = next((key for name in _SAID for key in value if str(key).casefold().rstrip("s") == name and value[key]), None)
        ids = [
            pair for key, cited in value.items() if _CITED.fullmatch(str(key)) for pair in re.findall(_PAIR, json.dumps(cited))
        ]
        told = list(_sayings(value[key], depth + 1)) if key is not None else []
        bare = ids and told and not any(re.search(rf"[\[(【]{_PAIR}", text) for text in told)
        yield from [*told[:-1], f"{told[-1]} [{', '.join(ids)}]"] if bare else told
