"""What a question asks for, told from its words: one thing or all of a list, steps, what a word means, two things compared.

Owns the cues of English questions; in other languages none is found, and a question asks for one thing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, dropwhile

from index.search.question import STOPWORDS, Question

MOST_WORDS, MOST_LOOKED_AT = 3, 100
"""Words of the name of one side of a comparison, and of a question that are looked at for one."""


@dataclass(frozen=True, slots=True)
class Asked:
    """More than one thing of a list, `listed` in so many words, or `steps`; `several` things of a kind; what a `term` means;
    what only the head of a `mail` tells; which `questions` somebody has.
    """

    every: bool = False
    several: bool = False
    listed: bool = False
    steps: bool = False
    mail: bool = False
    questions: bool = False
    term: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two things compared: the question without the other one, and the stems that are its, or the other's, alone."""

    text: str
    stems: frozenset[int]
    others: frozenset[int]


_LISTED = re.compile(
    r"^\W*(?:please |can you )?(?:list|name|enumerate|give me|show me|tell me)\b.*\b(?:all|every|each)\b|^\W*list\b", re.I
)
_EVERY = re.compile(
    r"\b(?:what|which) (?:are|were)\b|\b(?:which|what) (?:\w+ )?\w+s (?:are|were|do|does|can|must|should|have|has|need)\b"
    r"|\ball (?:the )?\w+s\b|\b(?:ingredients|steps|requirements|obligations|duties|items)\b"
    r"|^\W*what (?:should|must|do|does|can|shall) \w[\w ]* (?:bring|need|pack|include|contain|take|do|done)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\b(?:[Ww]hich|[Ww]hat|[Ll]ist|[Nn]ame|[Hh]ow many) (?:all )?(?:the )?"
    r"(?!(?:is|was|does|did|has|had|this|its)\b)(?:[a-z]\w* (?!(?:is|was|does|has|this|its)\b))?[a-z]\w*[^\Wsu]s\b"
)
_STEPS = re.compile(
    r"\bhow (?:to|do|can|should|must|shall|does one)\b|\bsteps\b|\binstructions\b"
    r"|\bwhat (?:do|should|must) (?:I|we|you) (?:have to )?do\b",
    re.IGNORECASE,
)
"""All of a list or table by its name, what a whole list answers, things by the plural of their kind, and what steps answer."""

_MAIL = re.compile(r"\b(?:e-?mails?|mails?|messages?|sen[dt]|sender|subject|wrote|writes?|from whom|cc)\b", re.IGNORECASE)
_QUESTIONS = re.compile(r"\b(?:questions?|asks?|asked|asking|wonders?|wants? to know|wanted to know)\b", re.IGNORECASE)

_NOT = re.compile(r"\b(?:not|no|never|without|cannot)\b|n['’]t\b", re.IGNORECASE)

_TERM = re.compile(
    r"\W*(?:what(?:['’]s|\s+(?:is|are|was|were|does|do))|define|explain|(?:the\s+)?(?:meaning|definition)\s+of)\s+"
    r"(?:the\s+(?:meaning|definition)\s+of\s+|meant\s+by\s+)?(?:an?\s+|the\s+)?([^?.!,;]{2,60}?)(?:\s+means?|\s+stands?\s+for|\s+do)?\W*",
    re.IGNORECASE,
)


def asked_for(text: str) -> Asked:
    """What a question asks for."""
    text = " ".join(text.split())
    listed, steps, term = _LISTED.search(text) is not None, _STEPS.search(text) is not None, _TERM.fullmatch(text)
    return Asked(
        every=listed or steps or _EVERY.search(text) is not None,
        several=listed or _SEVERAL.search(text) is not None,
        listed=listed,
        steps=steps,
        mail=_MAIL.search(text) is not None,
        questions=_QUESTIONS.search(text) is not None,
        term=term[1] if term else "",
    )


def denies(text: str) -> bool:
    """Whether a text says no."""
    return _NOT.search(text) is not None


def defines(quote: str, term: str) -> bool:
    """Whether a sentence begins with a term and says what it is: "Fetch: the distance", "Fetch is the distance"."""
    name = r"\s+".join(map(re.escape, term.split()))
    begins = rf"[\W\d]*(?:(?:an?|the)\s+)?{name}(?:s|es)?[^\w\s:]{{0,3}}(?:\s*\([^)\n]{{1,40}}\))?"
    return re.match(begins + _IS, quote, re.IGNORECASE) is not None


_IS = r"(?:\W*:|\s[–—-]|,?\s(?:is|are|was|were)\s(?:an?|the|any|one|what|when|where)\b|\s(?:means|refers\sto|denotes)\b)\s*\S"


_WORD = re.compile(r"[^\W_](?:[\w'’.-]*\w)?")
_COMPARED = re.compile(
    r"\b(?:compar\w+|differ\w*|vs|versus|than|or|both|respectively"
    r"|and (?:what|how|when|who|where|which|in|for|at|under|of|on|version))\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:or|vs\.?|versus|compared (?:with|to)|and|than)\b", re.IGNORECASE)
_BETWEEN_COMPARED = re.compile(r"\b(?:with|to|from|and)\b", re.IGNORECASE)
"""What stands between two things, and between those of a question that says that it compares."""

_SHAPES = [re.compile(shape, re.IGNORECASE) for shape in (r"\b(?:1[5-9]|20)\d\d\b", r"\b(?:version |v)\d+(?:\.\d+)*\b")]
"""Years and versions: two of a question that compares are its sides."""


def sides(question: Question) -> tuple[Side, ...]:
    """The two things that a question compares, none where it compares nothing."""
    text = question.text
    if not _COMPARED.search(text):
        return ()
    places = question.find([text])[0]
    for one, other in _pairs(text):
        mine, its = ({n for n, a, b in places if a < span[1] and b > span[0]} for span in (one, other))
        if mine - its and its - mine:
            first, second = frozenset(mine - its), frozenset(its - mine)
            return Side(_without(text, other, one), first, second), Side(_without(text, one, other), second, first)
    return ()


def _pairs(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """What may be two things compared, with their places: two years or versions, or what stands around a word between."""
    for shape in _SHAPES:
        found = {m[0].casefold(): m.span() for m in shape.finditer(text)}
        if len(found) == 2:
            one, other = found.values()
            yield one, other
    words = list(_WORD.finditer(text))[:MOST_LOOKED_AT]
    more = [_BETWEEN_COMPARED.finditer(text)] if re.search(r"\b(?:compare|differ)", text, re.IGNORECASE) else []
    for between in (*_BETWEEN.finditer(text), *chain.from_iterable(more)):
        before = _run([w for w in reversed(words) if w.end() <= between.start()], text, MOST_WORDS)
        behind = list(dropwhile(_is_common, (w for w in words if w.start() >= between.end())))
        if between[0].casefold() == "than":  # "is the tower higher than the crane?", not "more than twenty people"
            first = next(dropwhile(_is_common, words), None)
            before = [first] if first and first.end() <= between.start() and len(behind) == 1 else []
        after = _run(behind, text, len(before))
        if before and after and _alike(before[-1][0], after[0][0]):
            yield (min(w.start() for w in before), max(w.end() for w in before)), (after[0].start(), after[-1].end())


def _is_common(word: re.Match[str]) -> bool:
    """Whether a word tells nothing: a stopword, but for one that is written large, as in "IT" and "plan A"."""
    large = word[0].isupper() and word[0] != "I" and word.start() > 0
    return word[0].casefold() in {*STOPWORDS, "between"} and not large


def _alike(one: str, other: str) -> bool:
    """Whether two words are both names, both numbers, or neither."""
    return (one[0].islower(), one[0].isdigit()) == (other[0].islower(), other[0].isdigit())


def _run(words: list[re.Match[str]], text: str, most: int) -> list[re.Match[str]]:
    """The first words that stand together, as names do or as small words do."""
    run: list[re.Match[str]] = []
    for word in words[:most]:
        apart = run and "," in text[min(run[-1].end(), word.end()) : max(run[-1].start(), word.start())]
        cased = {w[0][0].islower() for w in (*run, word) if len(w[0]) > 1 and w[0].isalpha()}
        if apart or _is_common(word) or len(cased) > 1:
            break
        run.append(word)
    return run


def _without(text: str, span: tuple[int, int], other: tuple[int, int]) -> str:
    """A question without one of its parts, nor what joins it to the other one where that tells nothing."""
    start, end = span
    between = text[end : other[0]] if end <= other[0] else text[other[1] : start]
    if all(map(_is_common, _WORD.finditer(_BETWEEN_COMPARED.sub(" ", _BETWEEN.sub(" ", between))))):
        start, end = (start, other[0]) if end <= other[0] else (other[1], end)
    return re.sub(r" (?=[?!.,])", "", " ".join(f"{text[:start]} {text[end:]}".split()))
