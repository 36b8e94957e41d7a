"""A reply's citations: ids of sentences looked up and shown as numbers, while the reply streams.

Owns what becomes of ids, whose grammar is in `qa/reply/ids.py`; knows nothing of prompts, endpoints or terminals.

- Each sentence cited has one number, [1], [2], … in order of first use. Groups in a row, with or without a comma, become one:
  [1][2], with a space before it. Whether it stands before or behind the full stop is as the model wrote.
- Unknown ids ([9.9], [0.0]) vanish, and the sentence that carried them is not supported.
- A number alone, [7], is that sentence of the only passage, or the sentence of that passage that has most of the words before
  it; where it is neither it is shown as (7), in code as [ 7 ], so that it can't be taken for one of our numbers.
- (3.2) is an id where no id in square brackets came before, and the sentence has a word of what it stands behind.
- The refusal word is taken out where it stands alone: a whole line, or the beginning of a sentence with punctuation behind it.
  In the middle of a sentence, or cited, it is a document's word and stays.
- White space around what vanished is closed up, and dropped at the end. Everything else of a reply is shown as it is.

A reply is a refusal if all that it says is that the documents don't say. Which sentence a group belongs to: see
`qa/reply/claims.py`. Whether it says what is claimed: see `qa/check/support.py`.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from index.passage import Hit
from qa.answer import REFUSAL, AnswerSentence, CitedText, SentenceRef
from qa.check.evidence import Evidence, Sent
from qa.check.numbers import Figure, figures
from qa.check.support import doubt
from qa.check.words import content, covered
from qa.reply.claims import Claim, Mark, claims
from qa.reply.forms import Plain
from qa.reply.ids import TWO, Id, Reading, may_go_on, readings
from qa.reply.refusals import claims_nothing, refuses
from qa.reply.shown import Text

UNCITED, UNKNOWN = "no sentence is cited for it", "it cites a sentence that there is not"

_OPEN, _NUMBER = "[【［(（", re.compile(r"\^?\d+")
_BRACKET = re.compile(r"(?P<open>[\[【［(（])(?P<body>[^\[\]【】［］()（）]{0,200})(?P<close>[\]】］)）])?")

_DECO = r'[*_`"“”]{0,3}'
_WORD_SO_FAR = "|".join(REFUSAL[:n] for n in range(1, len(REFUSAL)))
_REFUSAL_SO_FAR = re.compile(rf"{_DECO}(?:{_WORD_SO_FAR}|{REFUSAL}{_DECO}[.:!,;。：！，]?{_DECO}\s{{0,20}})?")
_REFUSAL = re.compile(
    rf"{_DECO}{REFUSAL}(?![^\W_]){_DECO}"
    rf"(?:[.:!,;。：！，]{_DECO}|(?=[ \t]{{0,20}}(?:\n|\Z))|(?=\s{{0,20}}[-–—(]))(?!\s{{0,20}}[\[【［])"
)
_SENTENCE_MAY_BEGIN = re.compile(r"(?:\A|\n|[.!?:;…][\"”’)*_`]*\s|[。！？：])\s*\Z")
_REFUSED = re.compile(r"\W*(?:(?:final )?answer\W+)?not[\s_-]{0,2}found\W*", re.IGNORECASE)

_SPECIAL = re.compile(rf"[\[【［(（]|{_DECO}{REFUSAL[0]}|{_DECO}\Z")
_CONTEXT = 24
"""So many characters before a word tell whether a sentence may begin there."""


@dataclass(slots=True)
class Citer:
    """Turns a reply into cited text while it streams; `hits` are the passages as sent, in order.

    What `feed` gives out and the rest that `finish` gives are together the text of the whole, however the reply was cut.
    """

    hits: Sequence[Hit]
    _plain: Plain = field(default_factory=Plain)
    _pending: str = ""
    _context: str = ""
    _text: Text = field(default_factory=Text)
    _numbers: dict[SentenceRef, int] = field(default_factory=dict)
    _refs: list[SentenceRef] = field(default_factory=list)  # its keys
    _marks: list[Mark] = field(default_factory=list)
    _passage: int = 0  # of the last id
    _refused: bool = False
    _judged: dict[Claim, AnswerSentence] = field(default_factory=dict)
    _evidence: Callable[[tuple[int, ...]], Evidence] = field(init=False)

    def __post_init__(self) -> None:
        """What claims are compared with; many in a row may cite the same."""
        sent = Sent(self.hits)
        self._evidence = lru_cache(16)(lambda numbers: Evidence([self._refs[n - 1] for n in numbers], sent))

    def feed(self, delta: str) -> str:
        """Take the next piece of the reply; the text that can be shown by now."""
        self._pending += self._plain.feed(delta)
        return self._taken(final=False)

    def finish(self) -> tuple[str, CitedText]:
        """The rest of the text, and the whole with its sentences."""
        self._pending += self._plain.finish()
        rest = self._taken(final=True) + self._text.end()
        text, sentences = "".join(self._text.shown), self.judged()
        return rest, CitedText(text, sentences, tuple(self._refs), refused=self._refuses(sentences))

    def _refuses(self, sentences: Sequence[AnswerSentence]) -> bool:
        """Whether the reply says that the documents don't say, and nothing else that cites them."""
        plain = "".join(self._text.plain)
        if _REFUSED.fullmatch(plain) and not any(REFUSAL in ref.quote for ref in self._refs):
            return True
        if any(s.supported is not None and s.citations for s in sentences):
            return False
        said = (refuses(s.text, cites=bool(s.citations), evidence=self._evidence(s.citations).near) for s in sentences)
        return self._refused or REFUSAL in plain or any(said)

    def judged(self) -> tuple[AnswerSentence, ...]:
        """The sentences of the text so far, each with whether the groups that have come support it."""
        found = self._spoken_for(claims("".join(self._text.plain), self._marks))
        self._judged.update((claim, self._sentence(claim)) for claim in dict.fromkeys(found) if claim not in self._judged)
        return tuple(map(self._judged.__getitem__, found))

    def _spoken_for(self, found: Sequence[Claim]) -> list[Claim]:
        """The claims, those without ids given the ids of a later one of their block that hold for them."""
        settled, later = list[Claim](), dict[int, tuple[int, ...]]()
        for claim in reversed(found):
            numbers = claim.numbers
            if numbers:
                later[claim.block] = numbers
            elif claim.kind == "statement" and not claim.unknown and claim.block in later:
                numbers = self._holding(claim, later[claim.block])
            elif claim.kind == "statement" and not claim.unknown:
                numbers = self._verbatim(claim.text)
            settled.append(replace(claim, numbers=numbers))
        return settled[::-1]

    def _holding(self, claim: Claim, numbers: Sequence[int]) -> tuple[int, ...]:
        """Those of the numbers that say what a claim says: most of its words, and no doubt is left."""
        words, stated = content(claim.text), figures(claim.text)
        both = len(words) + len(stated)
        holding = tuple(n for n in numbers if 2 * self._has(self._refs[n - 1].quote, words, stated) >= both > 1)
        return holding if holding and doubt(claim.text, self._evidence(holding)) is None else ()

    def _verbatim(self, text: str) -> tuple[int, ...]:
        """The cited sentence that has a command, or another text without the form of a sentence, as it stands."""
        if text[-1:] in ".!?。" or len(text.split()) < 2:
            return ()
        return tuple(n for n, ref in enumerate(self._refs, start=1) if text in ref.quote)[:1]

    @staticmethod
    def _has(quote: str, words: Sequence[str], stated: Sequence[Figure]) -> int:
        """How many of the words and figures a quote has."""
        there = {value for figure in figures(quote) for value in figure.values}
        return covered(words, content(quote)) + sum(bool(figure.values & there) for figure in stated)

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
            end = self._end_of_bracket(pending, start, final) if pending[start] in _OPEN else self._end_of_word(start, final)
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
        body, square = found["body"], found["open"] in "[【［"
        if found["close"]:
            group = (square == (found["close"] in "]】］")) and (
                readings(body) or _NUMBER.fullmatch(body) if square else TWO.search(body) and readings(body)
            )
            return found.end() if group else start + 1
        goes_on = found.end() == len(pending) and not final and may_go_on(body)
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
        """What is shown for a group, a number that names nothing, the refusal word, or a character that begins none of them."""
        if len(token) > 1 and token[0] in _OPEN:
            return self._group(token, readings(token[1:-1]))
        if len(token) > 1:
            self._refused = True
            self._text.leave_out()
            return ""
        return self._text.put(token)

    def _group(self, token: str, may_mean: Sequence[Reading]) -> str:
        """The numbers for a group: in the reading whose sentences have most of the words before it."""
        if token[0] not in "(（" and len(may_mean) == 1 and all(None not in (id_.passage, id_.sentence) for id_ in may_mean[0]):
            return self._cite([self._ref(id_, ()) for id_ in may_mean[0]])
        words = content(re.split(r"[.!?。！？\n]\s", self._text.tail.rstrip(" .!?。！？"))[-1])
        told = [[self._ref(id_, words) for id_ in reading] for reading in may_mean]
        known = [refs for refs in told if None not in refs]
        if token[0] in "(（" and (self._marks or not known or not self._says(known[0], words)):
            return self._text.put(token)
        if not known and (len(may_mean) > 1 or _NUMBER.fullmatch(token[1:-1])):
            number = token[1:-1].strip("^")
            return self._text.put(f"[ {number} ]" if self._text.in_code() else f"({number})")
        return self._cite(max(known, key=lambda refs: self._says(refs, words)) if known else told[0])

    @staticmethod
    def _says(refs: Sequence[SentenceRef | None], words: Sequence[str]) -> int:
        """How many of the words stand in these sentences."""
        return covered(words, [word for ref in refs if ref for word in content(ref.quote)])

    def _cite(self, refs: Sequence[SentenceRef | None]) -> str:
        known = dict.fromkeys(ref for ref in refs if ref is not None)
        numbers = tuple(map(self._number, known))
        self._marks.append(Mark(self._text.length, numbers, None in refs))
        self._passage = next((self.hits.index(ref.hit) + 1 for ref in known), self._passage)
        return self._text.cite(numbers)

    def _ref(self, id_: Id, words: Sequence[str]) -> SentenceRef | None:
        """The sentence of an id; None where it was not sent (what is too large never wraps around).

        Of a passage alone it is the sentence with most of the words; a sentence alone is one of the only passage, or of the
        passage cited last.
        """
        if self._text.in_code() and None in (id_.passage, id_.sentence):
            return None
        passage = (1 if len(self.hits) == 1 else self._passage) if id_.passage is None else id_.passage
        if not 1 <= passage <= len(self.hits):
            return None
        hit = self.hits[passage - 1]
        if id_.sentence is not None:
            sent = 1 <= id_.sentence <= len(hit.sentences)
            return SentenceRef(hit, hit.sentences[id_.sentence - 1]) if sent else None
        best = max(hit.sentences, key=lambda span: covered(words, content(hit.sentence(span))), default=None)
        return SentenceRef(hit, best) if best and covered(words, content(hit.sentence(best))) else None

    def _number(self, ref: SentenceRef) -> int:
        if ref not in self._numbers:
            self._refs.append(ref)
            self._numbers[ref] = len(self._refs)
        return self._numbers[ref]

    def _sentence(self, claim: Claim) -> AnswerSentence:
        """A sentence and whether it is supported; None where it claims nothing about the documents."""
        cites = bool(claim.numbers) or claim.unknown
        evidence = self._evidence(claim.numbers)
        silent = claims_nothing(claim.text, cites=cites, evidence=evidence.near)
        if claim.kind == "label" or (claim.kind == "heading" and not cites) or silent:
            return AnswerSentence(claim.text, claim.numbers, None)
        if not claim.numbers or claim.unknown:
            return AnswerSentence(claim.text, claim.numbers, False, UNKNOWN if claim.unknown else UNCITED, firm=True)
        found = doubt(claim.text, evidence)
        if found is None:
            return AnswerSentence(claim.text, claim.numbers, True)
        return AnswerSentence(claim.text, claim.numbers, False, found.why, firm=found.firm)
