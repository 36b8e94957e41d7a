"""The reply's citations: ids of sentences looked up, turned into numbers, and held against what they are cited for.

Owns the grammar of ids in a reply:

    group   = ("[" | "【") id-list ("]" | "】")         [3.2]  [3.2, 3.4]  [3.2-3.4]  【3.2】
    id-list = item {("," | ";" | " ") item}
    item    = id | id ("-" | "–" | "—") id            a range stays within one passage
    id      = passage "." sentence                    both from 1; what was not sent is unknown

Known ids become numbers [1], [2] in order of first use, one for each sentence cited; a group directly behind another joins it.
Unknown ids vanish, and what carried them is unsupported. A number alone in such brackets, [2], names no sentence; it becomes
(2), so that it cannot be taken for one of ours. A group belongs to the sentence it stands in or right behind; where it ends a
paragraph or list item, also to the sentences before it there that carry none. Everything else of a reply is shown as it is.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from index.passage import Hit
from index.split import sentences
from qa.answer import REFUSAL, AnswerSentence, CitedText, SentenceRef
from qa.support import supported

_ID = r"\d{1,6}\.\d{1,6}"
_ITEM = rf"{_ID}(?:\s*[-–—]\s*{_ID})?"
_GROUP = re.compile(rf"[ \t]*[\[【]\s*(?P<items>{_ITEM}(?:[\s,;，；、]+{_ITEM})*)\s*[\]】]")
_BARE = re.compile(r"[\[【](\d+)[\]】]")
_REFUSAL = re.compile(rf"[ \t]*[*_`\"“]*{REFUSAL}[*_`\"”]*[.:!]?")
_PREFIXES = "|".join(REFUSAL[:n] for n in range(1, len(REFUSAL) + 1))
_UNDECIDED = re.compile(rf"[ \t]*(?:[\[【][\d.\s,;，；、–—-]*|[*_`\"“]*(?:{_PREFIXES})?[*_`\"”]*)\Z")
"""What may still become a group or the refusal word: it is held back until more has come."""

_LONGEST_GROUP = 400
_NO_CLAIM = re.compile(
    r"\b(passages?|documents?|texts?|sources?|excerpts?|it|they|this)\b[^.]{0,40}\b(do|does|did|is|are)(n['’]t| not)\b"
    r"[^.]{0,30}\b(say|state|mention|specify|tell|contain|include|address|give|provide|clear|stated|mentioned|specified)",
    re.IGNORECASE,
)
"""A sentence about what the documents leave open claims nothing about their content."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A group at a place in the plain text (the reply without groups): the numbers it cites, and whether an id is unknown."""

    at: int
    numbers: tuple[int, ...]
    unknown: bool


@dataclass(slots=True)
class Citer:
    """Turns a reply into cited text while it streams; `hits` are the passages as sent, in order.

    What `feed` gives out and the rest that `finish` gives are together the text of the whole.
    """

    hits: Sequence[Hit]
    _pending: str = ""
    _shown: list[str] = field(default_factory=list)
    _plain: list[str] = field(default_factory=list)
    _length: int = 0
    _refs: list[SentenceRef] = field(default_factory=list)
    _marks: list[_Mark] = field(default_factory=list)
    _refused: bool = False

    def feed(self, delta: str) -> str:
        """Take the next piece of the reply; the text that can be shown by now."""
        self._pending += delta
        held = _UNDECIDED.search(self._pending[-_LONGEST_GROUP:])
        end = len(self._pending) - (len(held[0]) if held else 0)
        ready, self._pending = self._pending[:end], self._pending[end:]
        return self._shown_of(ready)

    def finish(self) -> tuple[str, CitedText]:
        """The rest of the text, and the whole with its sentences."""
        rest = self._shown_of(self._pending)
        self._pending = ""
        text, plain = "".join(self._shown), "".join(self._plain)
        claims = tuple(self._sentence(plain[start:end], marks) for start, end, marks in _claims(plain, self._marks))
        return rest, CitedText(text, claims, tuple(self._refs), refused=self._refused and not self._refs)

    def _shown_of(self, text: str) -> str:
        """Numbers in place of groups, without the refusal word; keeps the plain text and the marks beside."""
        if _REFUSAL.search(text):
            self._refused, text = True, _REFUSAL.sub("", text)
        shown, last = [], 0
        for group in _GROUP.finditer(text):
            shown += [self._put(text[last : group.start()]), self._cite(group["items"])]
            last = group.end()
        shown.append(self._put(text[last:]))
        self._shown.append("".join(shown))
        return self._shown[-1]

    def _put(self, text: str) -> str:
        text = _BARE.sub(r"(\1)", text)
        if text:
            self._plain.append(text)
            self._length += len(text)
        return text

    def _cite(self, items: str) -> str:
        """The numbers for a group, after one space, or none at the start of a line or behind another group."""
        numbers, unknown = [], False
        for ref in self._looked_up(items):
            unknown = unknown or ref is None
            if ref is not None:
                numbers.append(self._number(ref))
        adjoining = [m for m in self._marks if m.at == self._length]
        fresh = [n for n in dict.fromkeys(numbers) if not any(n in m.numbers for m in adjoining)]
        self._marks.append(_Mark(self._length, tuple(fresh), unknown))
        behind = self._plain and not self._plain[-1][-1].isspace()
        space = " " if fresh and behind and not any(m.numbers for m in adjoining) else ""
        return space + "".join(f"[{n}]" for n in fresh)

    def _looked_up(self, items: str) -> Iterator[SentenceRef | None]:
        """The sentences that a group's items name; None for each that was not sent."""
        for item in re.findall(_ITEM, items):
            first, *last = ((int(p), int(s)) for p, s in re.findall(r"(\d+)\.(\d+)", item))
            passage, start = first
            end = last[0][1] if last and last[0][0] == passage else start
            if last and (last[0][0] != passage or not start <= last[0][1] <= start + 100):
                yield None
            for sentence in range(start, max(start, min(end, start + 100)) + 1):
                known = 0 < passage <= len(self.hits) and 0 < sentence <= len(self.hits[passage - 1].sentences)
                hit = self.hits[passage - 1] if known else None
                yield SentenceRef(hit, hit.sentences[sentence - 1]) if hit else None

    def _number(self, ref: SentenceRef) -> int:
        if ref not in self._refs:
            self._refs.append(ref)
        return self._refs.index(ref) + 1

    def _sentence(self, claim: str, marks: Sequence[_Mark]) -> AnswerSentence:
        text = re.sub(r"^(?:[-*+•]|\d+[.)]|#{1,6}|>)\s+", "", claim)
        numbers = tuple(dict.fromkeys(n for mark in marks for n in mark.numbers))
        return AnswerSentence(text, numbers, self._support(claim, numbers, any(m.unknown for m in marks)))

    def _support(self, claim: str, numbers: Sequence[int], unknown: bool) -> bool | None:
        """Whether a sentence is supported; None where it claims nothing about the documents."""
        if not numbers and not unknown and _claims_nothing(claim):
            return None
        refs = [self._refs[n - 1] for n in numbers]
        cited = "\n".join(ref.quote for ref in refs)
        around = "\n".join(f"{ref.hit.title}\n{ref.hit.heading}\n{ref.hit.text}" for ref in refs)
        return bool(refs) and not unknown and supported(claim, cited, around)


def _claims_nothing(text: str) -> bool:
    """Headings, lead-ins, rules and fences, and what the documents don't say."""
    words = re.findall(r"\w+", text)
    return not words or text.startswith(("#", "```")) or text.endswith((":", "：")) or bool(_NO_CLAIM.search(text))


def _claims(plain: str, marks: Sequence[_Mark]) -> list[tuple[int, int, list[_Mark]]]:
    """The sentences of a reply with the marks that belong to each."""
    found: list[tuple[int, int, list[_Mark]]] = []
    for start, end in _blocks(plain):
        spans = _sentences(plain, start, end)
        own: list[list[_Mark]] = [[] for _ in spans]
        for mark in marks:
            if start < mark.at <= end or (mark.at == start == 0 and spans):
                own[min(bisect_left([b for _, b in spans], mark.at), len(spans) - 1)].append(mark)
        carried: list[_Mark] = []
        for i in range(len(spans) - 1, -1, -1):
            carried = own[i] or carried
            own[i] = carried
        found += [(a, b, m) for (a, b), m in zip(spans, own, strict=True)]
    return found


def _blocks(plain: str) -> Iterator[tuple[int, int]]:
    """Paragraphs, and within them list items, headings and table rows: what a trailing group can speak for."""
    for block in re.finditer(r"[^\n]+(?:\n(?![ \t]*(?:\n|[-*+•|>#]|\d+[.)] |```))[^\n]+)*", plain):
        if block[0].strip():
            yield block.start(), block.end()


def _sentences(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    """The spans of a block's sentences, without the white space around them."""
    spans = []
    for a, b in sentences(plain[start:end]):
        text = plain[start + a : start + b]
        if text.strip():
            left = start + a + len(text) - len(text.lstrip())
            spans.append((left, left + len(text.strip())))
    return spans
