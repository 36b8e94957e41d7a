"""A reply's citations: ids of sentences looked up and shown as numbers, while the reply streams.

Owns the grammar of ids in a reply, and knows nothing of prompts, endpoints or terminals:

    group  = open ["^"] [label] item {sep item} close       [3.2]  [3.2, 3.4]  [3.2-3.4]  [3.2-4]  【3.2】  [id 3.2]
    open   = "[" | "【" | "［"              close = "]" | "】" | "］"
    label  = ("id" | "passage" | "sentence") ["s"] [":"]
    sep    = "," | ";" | "&" | "and" | white space           and their forms in Chinese and Japanese
    item   = id [dash (id | sentence)]                       a range; one over two passages, or backwards, is its two ends
    id     = passage "." sentence                            both from 1; what was not sent is unknown

- Each sentence cited has one number, [1], [2], … in order of first use. Groups in a row, with or without a comma, become one:
  [1][2], with a space before it. Whether it stands before or behind the full stop is as the model wrote.
- Unknown ids ([9.9], [0.0]) vanish, and the sentence that carried them is not supported.
- A whole number in such brackets, [2], names no sentence and is shown as (2), in code as [ 2 ], so that it can't be taken for
  one of our numbers. An interval from below one, [0.5, 0.9], is text; so are (3.2), [sic], [x], [text](url), [-1.2].
- The refusal word is taken out where it stands alone: a whole line, or the beginning of a sentence with punctuation behind it.
  In the middle of a sentence, or cited, it is a document's word and stays. A reply that holds it, or is "not found" alone, and
  has no valid id is a refusal.
- White space around what vanished is closed up, and dropped at the end. Everything else of a reply is shown as it is.

Which sentence a group belongs to: see `qa/reply/claims.py`. Whether it says what is claimed: see `qa/check/figures.py`.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from index.passage import Hit
from qa.answer import REFUSAL, AnswerSentence, CitedText, SentenceRef
from qa.check.figures import Evidence, claims_nothing, supported
from qa.check.names import Sent
from qa.reply.claims import Claim, Mark, claims

_ITEM = r"[0-9]{1,6}[.．][0-9]{1,6}(?:\s*[-–—]\s*(?:[0-9]{1,6}[.．])?[0-9]{1,6})?"
_SEP = r"(?:\s*(?:[,;&，；、]|and|und)\s*|\s+)"
_BODY = re.compile(
    rf"[\s^]*(?:(?:id|passage|sentence)s?:?\s?)?(?P<items>{_ITEM}(?:{_SEP}{_ITEM})*)[\s,;.]*(?:†.*)?", re.IGNORECASE
)
_LABEL_SO_FAR = "|".join(label[:n] for label in ("ids", "passages", "sentences") for n in range(len(label), 0, -1))
_BODY_SO_FAR = re.compile(rf"[\s^]*(?:{_LABEL_SO_FAR})?:?\s?(?:\d[\d\s.．,;&，；、–—andu-]*(?:†.*)?)?", re.IGNORECASE)
"""What may still become a group or a number alone: every beginning of one, and not much else, so that little waits."""

_BRACKET = re.compile(r"[\[【［](?P<body>[^\[\]【】［］]{0,200})(?P<close>[\]】］])?")
_LONGEST = 200
"""Ids of a range, and characters of white space that wait for what follows."""

_BLANK, _MAY_JOIN = re.compile(r"[ \t]*"), re.compile(r"[ \t]*[,;，；、]?[ \t]*")

_DECO = r'[*_`"“”]{0,3}'
_WORD_SO_FAR = "|".join(REFUSAL[:n] for n in range(1, len(REFUSAL)))
_REFUSAL_SO_FAR = re.compile(rf"{_DECO}(?:{_WORD_SO_FAR}|{REFUSAL}{_DECO}[.:!,;。：！，]?{_DECO}\s{{0,20}})?")
_REFUSAL = re.compile(
    rf"{_DECO}{REFUSAL}(?![^\W_]){_DECO}"
    rf"(?:[.:!,;。：！，]{_DECO}|(?=[ \t]{{0,20}}(?:\n|\Z))|(?=\s{{0,20}}[-–—(]))(?!\s{{0,20}}[\[【［])"
)
_SENTENCE_MAY_BEGIN = re.compile(r"(?:\A|\n|[.!?:;…][\"”’)*_`]*\s|[。！？：])\s*\Z")
_REFUSED = re.compile(r"\W*not[\s_-]{0,2}found\W*", re.IGNORECASE)

_SPECIAL = re.compile(rf"[\[【［]|{_DECO}{REFUSAL[0]}|{_DECO}\Z")
_CONTEXT = 24
"""So many characters before a word tell whether a sentence may begin there."""

_NO_SPACE_BEFORE = frozenset(".,;:!?)}%…。，；：！？、）」』”’\n")
_NO_SPACE_AFTER = frozenset("([{（「『“‘*_`")


@dataclass(slots=True)
class _Text:
    """The text as it is shown, and plain: without groups. White space waits until it is known what follows it."""

    shown: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    length: int = 0
    _gap: str = ""
    _before: str = ""  # the white space before what was taken out
    _taken_out: bool = False  # a group or the refusal word stood here, behind the text so far
    _cited: dict[int, None] = field(default_factory=dict)  # the numbers shown there
    _fences: int = 0  # lines of code fences before the last line, of which there are the beginning and the backticks
    _line: str = ""
    _ticks: int = 0

    def put(self, text: str) -> str:
        """Show text, but for white space at its end and for a comma that may stand between two groups."""
        text = self._gap + text
        waits = len(text) < _LONGEST and (_MAY_JOIN if self._taken_out else _BLANK).fullmatch(text)
        body = "" if waits else text.rstrip(" \t") or text
        self._gap = text[len(body) :]
        return self._emit(body) if body else ""

    def cite(self, numbers: Sequence[int]) -> str:
        """Show numbers behind the text so far, but those that stand there already."""
        self.leave_out()
        fresh = [n for n in numbers if n not in self._cited]
        if not fresh:
            return ""
        last = self.shown[-1][-1] if self.shown else "\n"
        space = " " if self._before or last not in _NO_SPACE_AFTER else ""
        space = "" if self._cited else self._before if last == "\n" else space
        self._cited.update(dict.fromkeys(fresh))
        self.shown.append(space + "".join(f"[{n}]" for n in fresh))
        return self.shown[-1]

    def leave_out(self) -> None:
        """Close up the white space around what is not shown here."""
        if not self._taken_out:
            self._taken_out, self._before = True, self._gap
        self._gap = ""

    def end(self) -> str:
        """What still waits, without white space."""
        rest = self._gap.strip(" \t")
        self._gap = rest
        return self._emit(rest) if rest else ""

    def in_code(self) -> bool:
        """Whether the text so far ends within a code fence or between backticks."""
        fences = self._fences + self._line.lstrip().startswith("```")
        return fences % 2 == 1 or self._ticks % 2 == 1

    def _follow(self, plain: str) -> None:
        """Keep in mind what `in_code` asks for, so that the text need not be read again."""
        *lines, last = plain.split("\n")
        for line in lines:
            self._fences += (self._line + line).lstrip().startswith("```")
            self._line, self._ticks = "", 0
        if len(self._line) < _LONGEST:
            self._line += last[:_LONGEST]
        self._ticks += last.count("`")

    def _emit(self, body: str) -> str:
        """Show a body; `body` begins with the white space that has waited for it."""
        plain = self._closed_up(body) if self._taken_out else body
        shown = body if self._cited or not self._taken_out else plain
        self._taken_out, self._before = False, ""
        self._cited.clear()
        self.plain.append(plain)
        self.shown.append(shown)
        self._follow(plain)
        self.length += len(plain)
        return shown

    def _closed_up(self, body: str) -> str:
        """A body behind something that was taken out: with one space before it, or none."""
        bare = body.lstrip(" \t")
        last = self.plain[-1][-1] if self.plain else "\n"
        if last == "\n":
            return self._before + bare
        spaced = self._before or len(bare) < len(body)
        joined = (last.isalnum() or last == "[") and (bare[0].isalnum() or bare[0] == "]")
        return (" " if joined or (spaced and bare[0] not in _NO_SPACE_BEFORE) else "") + bare


@dataclass(slots=True)
class Citer:
    """Turns a reply into cited text while it streams; `hits` are the passages as sent, in order.

    What `feed` gives out and the rest that `finish` gives are together the text of the whole, however the reply was cut.
    """

    hits: Sequence[Hit]
    _pending: str = ""
    _context: str = ""
    _text: _Text = field(default_factory=_Text)
    _numbers: dict[SentenceRef, int] = field(default_factory=dict)
    _refs: list[SentenceRef] = field(default_factory=list)  # its keys
    _marks: list[Mark] = field(default_factory=list)
    _refused: bool = False
    _judged: dict[Claim, AnswerSentence] = field(default_factory=dict)
    _evidence: Callable[[tuple[int, ...]], Evidence] = field(init=False)

    def __post_init__(self) -> None:
        """What claims are compared with; many in a row may cite the same."""
        sent = Sent(self.hits)
        self._evidence = lru_cache(16)(lambda numbers: Evidence([self._refs[n - 1] for n in numbers], sent))

    def feed(self, delta: str) -> str:
        """Take the next piece of the reply; the text that can be shown by now."""
        self._pending += delta
        return self._taken(final=False)

    def finish(self) -> tuple[str, CitedText]:
        """The rest of the text, and the whole with its sentences."""
        rest = self._taken(final=True) + self._text.end()
        text, refs = "".join(self._text.shown), tuple(self._refs)
        refused = not refs and (self._refused or REFUSAL in text or bool(_REFUSED.fullmatch(text)))
        return rest, CitedText(text, self.judged(), refs, refused=refused)

    def judged(self) -> tuple[AnswerSentence, ...]:
        """The sentences of the text so far, each with whether the groups that have come support it."""
        found = claims("".join(self._text.plain), self._marks)
        self._judged.update((claim, self._sentence(claim)) for claim in dict.fromkeys(found) if claim not in self._judged)
        return tuple(map(self._judged.__getitem__, found))

    def _taken(self, *, final: bool) -> str:
        """What can be shown of what is pending; the rest may still become a group or the refusal word."""
        shown, at, pending = [], 0, self._pending
        while at < len(pending):
            special = _SPECIAL.search(pending, at)
            start = special.start() if special else len(pending)
            shown.append(self._text.put(pending[at:start]))
            self._remember(pending[at:start])
            if start == len(pending):
                at = start
                break
            end = self._end_of_bracket(pending, start, final) if pending[start] in "[【［" else self._end_of_word(start, final)
            if end is None:
                at = start
                break
            shown.append(self._shown(pending[start:end]))
            self._remember(pending[start:end])
            at = end
        self._pending = pending[at:]
        return "".join(shown)

    def _remember(self, text: str) -> None:
        """Keep the last characters of the reply; "x" stands for what was before them."""
        seen = self._context + text
        self._context = seen if len(seen) <= _CONTEXT else "x" + seen[-_CONTEXT:]

    def _end_of_bracket(self, pending: str, start: int, final: bool) -> int | None:
        """The end of a group or number, of the bracket alone where it begins neither; None: not known yet."""
        found = _BRACKET.match(pending, start)
        assert found
        body = found["body"]
        if found["close"]:
            return found.end() if _BODY.fullmatch(body) or _is_number(body) else start + 1
        goes_on = found.end() == len(pending) and not final and _BODY_SO_FAR.fullmatch(body)
        return None if goes_on else start + 1

    def _end_of_word(self, start: int, final: bool) -> int | None:
        """The end of the refusal word where it stands alone, else of one character; None: not known yet."""
        pending = self._pending
        if not _SENTENCE_MAY_BEGIN.search(self._context):
            return start + 1
        if not final and _REFUSAL_SO_FAR.fullmatch(pending, start):
            return None
        found = _REFUSAL.match(pending, start)
        return found.end() if found else start + 1

    def _shown(self, token: str) -> str:
        """What is shown for a group, a number alone, the refusal word, or a character that begins none of them."""
        if len(token) > 1 and token[0] in "[【［":
            group = _BODY.fullmatch(token[1:-1])
            if group is None:
                number = token[1:-1].strip("^")
                return self._text.put(f"[ {number} ]" if self._text.in_code() else f"({number})")
            ids = list(_ids(group["items"]))
            if len(ids) > 1 and all(passage == 0 for passage, _ in ids):
                return self._text.put(token)
            return self._cite(ids)
        if len(token) > 1:
            self._refused = True
            self._text.leave_out()
            return ""
        return self._text.put(token)

    def _cite(self, ids: Sequence[tuple[int, int]]) -> str:
        refs = [self._ref(passage, sentence) for passage, sentence in ids]
        known = dict.fromkeys(ref for ref in refs if ref is not None)
        numbers = tuple(map(self._number, known))
        self._marks.append(Mark(self._text.length, numbers, None in refs))
        return self._text.cite(numbers)

    def _ref(self, passage: int, sentence: int) -> SentenceRef | None:
        """The sentence of an id; None where it was not sent (0 and what is too large never wrap around)."""
        if not 1 <= passage <= len(self.hits) or not 1 <= sentence <= len(self.hits[passage - 1].sentences):
            return None
        hit = self.hits[passage - 1]
        return SentenceRef(hit, hit.sentences[sentence - 1])

    def _number(self, ref: SentenceRef) -> int:
        if ref not in self._numbers:
            self._refs.append(ref)
            self._numbers[ref] = len(self._refs)
        return self._numbers[ref]

    def _sentence(self, claim: Claim) -> AnswerSentence:
        """A sentence and whether it is supported; None where it claims nothing about the documents."""
        cites = bool(claim.numbers) or claim.unknown
        if claim.kind == "label" or (claim.kind == "heading" and not cites) or claims_nothing(claim.text, cites=cites):
            return AnswerSentence(claim.text, claim.numbers, None)
        holds = bool(claim.numbers) and not claim.unknown and supported(claim.text, self._evidence(claim.numbers))
        return AnswerSentence(claim.text, claim.numbers, holds)


def _is_number(body: str) -> bool:
    return re.fullmatch(r"\^?\d+", body) is not None


def _ids(items: str) -> Iterator[tuple[int, int]]:
    """The ids that a group's items name, ranges spelled out; of a range too long for any passage its beginning and end."""
    for item in re.findall(_ITEM, items):
        first, *last = re.findall(r"(?:([0-9]+)[.．])?([0-9]+)", item)
        passage, start = int(first[0]), int(first[1])
        yield passage, start
        if last:
            other, end = int(last[0][0] or passage), int(last[0][1])
            within = other == passage and start < end <= start + _LONGEST
            yield from ((passage, n) for n in range(start + 1, end)) if within else ()
            yield other, end
