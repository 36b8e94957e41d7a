"""Words that have forms which no rule of the tokenizer sees: compounds, as German writes them, two words in one, went and mice.

Owns how a compound is told from its parts; what stands in the index is asked of the catalog.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache

from index.catalog.words import backwards, german
from index.search.forms import END, START, Form

SHORTEST = 4
"""Letters of a part of a compound."""

LONGEST = 40
"""Letters of a word that is looked for in parts."""

LONG = 8
"""Letters of a word that may be one."""

_GERMAN = frozenset(
    """der das und ist sind dem des ein eine einen einem einer wie wann wo wer welche welcher welches welchem welchen für fur
    mit von zu zum zur im auf bei nach über uber wird werden hat haben gibt het een voor wat waar hoe och att det som hur
    vad""".split()
)
"""Words that tell a question in a language that makes compounds."""

_IRREGULAR = """
    arise arose arisen; bear bore borne born; beat beaten; become became; begin began begun; bend bent; bind bound; bite
    bit bitten; blow blew blown; break broke broken; bring brought; build built; burn burnt; buy bought; catch caught;
    choose chose chosen; come came; creep crept; deal dealt; dig dug; draw drew drawn; dream dreamt; drink drank drunk;
    drive drove driven; eat ate eaten; fall fell fallen; feed fed; feel felt; fight fought; find found; flee fled; fly
    flew flown; forbid forbade forbidden; forget forgot forgotten; forgive forgave forgiven; freeze froze frozen; get got
    gotten; give gave given; go went gone; grow grew grown; hang hung; hear heard; hide hid hidden; hold held; keep kept;
    know knew known; lay laid; lead led; leave left; lend lent; lie lay lain; lose lost; make made; mean meant; meet met;
    pay paid; ride rode ridden; ring rang rung; rise rose risen; run ran; see saw seen; seek sought; sell sold; send sent;
    shake shook shaken; shine shone; shoot shot; show shown; shrink shrank shrunk; sing sang sung; sink sank sunk; sit
    sat; sleep slept; slide slid; speak spoke spoken; spend spent; spin spun; stand stood; steal stole stolen; stick
    stuck; strike struck; swear swore sworn; sweep swept; swim swam swum; swing swung; take took taken; teach taught; tear
    tore torn; tell told; think thought; throw threw thrown; understand understood; wake woke woken; wear wore worn; weave
    wove woven; win won; withdraw withdrew withdrawn; write wrote written; man men; woman women; child children; foot
    feet; tooth teeth; goose geese; mouse mice; louse lice; ox oxen; person people; die dice; index indices; matrix
    matrices; vertex vertices; appendix appendices; analysis analyses; basis bases; crisis crises; thesis theses;
    hypothesis hypotheses; axis axes; criterion criteria; phenomenon phenomena; datum data; medium media; leaf leaves;
    knife knives; life lives; wife wives; shelf shelves; half halves; wolf wolves; thief thieves; calf calves; good better
    best; bad worse worst
"""


@cache
def _irregular() -> dict[str, tuple[str, ...]]:
    """The other forms of each English word that has none by rule."""
    groups = [group.split() for group in _IRREGULAR.split(";")]
    return {word: tuple(other for other in group if other != word) for group in groups for word in group}


def irregular(word: str) -> Form | None:
    """The forms that English has of a word by no rule."""
    others = _irregular().get(word, ())
    return Form((word,), others, rf"{START}(?:{'|'.join(others)}){END}") if others else None


Holds = Callable[[Sequence[str]], bool]
"""Whether the index holds any of some words, or of what begins with one that ends with "*"."""


def in_two(word: str, holds: Holds) -> Form | None:
    """A word that stands nowhere as two that stand one behind the other."""
    runs = [(word[:at], word[at:]) for at in range(1, len(word)) if max(at, len(word) - at) > 1]
    found = [(one, other) for one, other in runs if holds([f"{one} {other}"])]
    if not found:
        return None
    pattern = "|".join(rf"{one}[\W_]{{1,2}}{other}" for one, other in found)
    return Form((word,), tuple(f"{one} {other}" for one, other in found), rf"{START}(?:{pattern})\w*")


def compounding(words: Sequence[str]) -> bool:
    """Whether a question is in such a language."""
    return not _GERMAN.isdisjoint(words)


def forms_of(word: str, holds: Holds, *, known: bool) -> Iterator[Form]:
    """A word in any of its cases, and in compounds; where it is one itself that stands nowhere, its two parts."""
    root = german(word)
    if len(root) < SHORTEST:
        return
    yield Form((word,), (), rf"{START}{root}(?:ern|en|er|es|em|e|n|s)?{END}")
    if not known:
        yield from map(_within, (word, *_parts(word, holds)))


def _within(word: str) -> Form:
    """What begins with a word, or ends with it."""
    root = german(word)
    pattern = rf"{root}(?:(?<!\w{root})|(?<=\w\w\w{root}))\w*"
    return Form((f"…{word}",), (f"{root}*", f"{backwards(word)}*"), pattern)


def _parts(word: str, holds: Holds) -> tuple[str, ...]:
    """The two parts of a compound, the longest shorter one first chosen; the first without what links them."""
    if len(word) < LONG:
        return ()
    middle = len(word) / 2
    for at in sorted(range(SHORTEST, len(word) - SHORTEST + 1), key=lambda at: abs(at - middle)):
        one, other = word[:at], word[at:]
        if _stands(other, holds):
            for link in ("s", "en", "es", "n", ""):
                first = one.removesuffix(link)
                if len(first) >= SHORTEST and one.endswith(link) and _stands(first, holds):
                    return first, other
    return ()


def _stands(part: str, holds: Holds) -> bool:
    root = german(part)
    return len(root) >= SHORTEST and holds([part, *(root + ending for ending in ("", "e", "en", "n", "er", "s"))])
