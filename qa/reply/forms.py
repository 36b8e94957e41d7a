"""Forms of whole replies that are not prose with ids behind the sentences: brought into that form while they stream.

Owns JSON replies, footnotes with a list of ids, tags around the answer, and a line of bare ids at the end. What may be one of
them waits; all else goes on at once.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"</?(?:answer|response|final|final_answer|output|result)>(?:\s|(?=\S)|(\Z))", re.IGNORECASE)
_TAG_SO_FAR = re.compile(r"</?[a-z_]{0,14}>?", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:```(?:json)?\s*)?(?:\{|\[\s*[{\"])", re.IGNORECASE)
_JSON_SO_FAR = re.compile(r"\s*(?:`{1,3}(?:j|js|jso|json)?\s*)?(?:\[\s*)?", re.IGNORECASE)
_FENCE = re.compile(r"\A\s*```(?:json)?\s*|\s*```\s*\Z", re.IGNORECASE)
_SAID = ("answer", "response", "reply", "text", "claim", "statement", "sentence", "content", "summary", "result", "finding")
_CITED = re.compile(r"(?:cit\w*|ids?|sources?|references?|refs?|evidence|passages?|sentence_ids?)", re.IGNORECASE)
_RAISED = "¹²³⁴⁵⁶⁷⁸⁹⁰"
_LOWERED = str.maketrans(_RAISED, "1234567890")
_NOTE = re.compile(rf"(?<=[.,;:!?”\"'’)\]»a-zA-Z])[{_RAISED}]+|\[\^[0-9]{{1,3}}\](?!:)")
_NOTE_SO_FAR = re.compile(rf"\[(?:\^(?:[0-9]{{0,3}}|[0-9]{{1,3}}\])?)?\Z|[{_RAISED}]+\Z")
_PAIR = r"[0-9]{1,6}[.．:][0-9]{1,6}(?![0-9])"
_LISTED = re.compile(
    rf"^[ \t]*(?:\[\^?(\d{{1,3}})\]:?|([{_RAISED}]+)[.:)]?)[ \t]*(?:ids?|passages?|sources?"
    rf"|see)?[ \t:]*((?:[\[(【]?{_PAIR}[\])】]?[,; \t]*)+)"
    r"[^\n]*(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
LONGEST_LINE = 1000
"""Characters of a line of ids that waits to be known as one."""

_LEAD, _BARE = r"[ \t*_]*+(?:sources?|references?|citations?|quellen?|ids?)(?![^\W_])", r"(?:[^\w\n\[【]|_)"
_TAIL = re.compile(rf"^({_LEAD}[^\w:\n\[【]{{0,20}}:{_BARE}{{0,40}}?)((?:{_PAIR}[,; \t]*)+)$", re.IGNORECASE | re.MULTILINE)
_TAIL_SO_FAR = re.compile(rf"{_LEAD}(?:{_BARE}|[0-9]){{0,{LONGEST_LINE}}}+\Z", re.IGNORECASE)
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
        text = _TAG.sub(lambda tag: "" if tag[1] is None else tag[0], self._held)
        note = None if self._waits else _NOTE.search(self._last + text)
        note = None if note and note[0][-1] == "]" and note.end() == len(self._last + text) else note
        if note:
            text, rest = text[: note.start() - len(self._last)], text[note.start() - len(self._last) :]
            whole, newline, line = text.rpartition("\n")
            given, self._held, self._waits = self._tails_in(whole + newline) + line, rest, True
        else:
            given, self._held = self._up_to_what_waits(text)
        self._last = given[-1:] or self._last
        return given

    def _begins(self) -> bool:
        """Whether it is known that the reply is no JSON, and what tag it has is away."""
        if _JSON.match(self._held):
            self._waits = True
            return False
        if _JSON_SO_FAR.fullmatch(self._held):
            return False
        self._begun = True
        return True

    def _up_to_what_waits(self, text: str) -> tuple[str, str]:
        """What goes on, and the rest: what may be a note or the beginning of a tag, or a last line of sources."""
        whole, newline, line = text.rpartition("\n")
        lines = self._tails_in(whole + newline)
        tag = line.rfind("<")
        known = line[:tag] if tag >= 0 and _TAG_SO_FAR.fullmatch(line[tag:]) else line
        if note := _NOTE_SO_FAR.search(known):
            known = known[: note.start()]
        word = known.lstrip(" \t*_").casefold()
        if (newline or self._last in ("", "\n")) and (
            any(lead.startswith(word) for lead in _LEADS) or _TAIL_SO_FAR.match(known)
        ):
            known = ""
        return lines + known, line[len(known) :]

    def finish(self) -> str:
        """The rest."""
        held, self._held = _TAG.sub("", self._held), ""
        if not self._begun and (said := _from_json(held)) is not None:
            return said
        listed = {m[1] or m[2].translate(_LOWERED): re.findall(_PAIR, m[3]) for m in _LISTED.finditer(held)}
        rest = _LISTED.sub("", held)
        if any(_key(mark) in listed for mark in _NOTE.finditer(self._last + rest)):
            held = _NOTE.sub(lambda mark: _noted(mark, listed), self._last + rest)[len(self._last) :].rstrip()
        return self._tails_in(held)

    def _tails_in(self, text: str) -> str:
        """The text, with its lines of bare ids in brackets; its first line is one only where a line begins."""
        begins = 0 if self._last in ("", "\n") else text.find("\n") + 1 or len(text)
        return text[:begins] + _TAIL.sub(_bracketed, text[begins:])


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
