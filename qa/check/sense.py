"""Whether a claim says what its cited sentences say, where no figure, name or quotation tells it: by words alone, in English.

Owns signs of what models get wrong: a "not" more or less, what may be told as what is, some told as all, roles that are
swapped, and parts of a claim that the cited sentences have no word of. A sign is a doubt, which a judge may clear; what these
signs don't see is not thereby right.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from index.letters.language import language_of
from qa.check.evidence import Evidence
from qa.check.roles import swapped_figures, swapped_roles
from qa.check.words import alike, capitalised, content, covered, folded, folded_word, stem

MANY, ENOUGH = 7, 0.35
"""A claim of so many content words, of which less than this share stand in or near what it cites, is not from there."""

PART, REST = 3, 0.5
"""A part of a claim with so many content words that are no names, of which none stands there, while of the rest at least this
share does."""

NEAR = 80
"""Characters beside a word in which its auxiliaries and signs stand."""

CLEARLY = 3
"""A neighbour of the cited sentence has so many more of the claim's words, and twice as many, where it is the one meant."""

_PARTS = re.compile(
    r"[;:]\s|,\s(?:and|but|while|whereas|which|who|where|since|because|as|so|after|before|although|though|despite"
    r"|due to|stall\w+)\b"
    r"|,\s(?=\w+ing\b)|\s(?:and|but) (?=(?:is|are|was|were|has|had|comes?|came|will|would|did|does)\b)|\s(?:because"
    r"|since|although)\s"
)
_NOT = re.compile(r"\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|without)\b|n['’]t\b", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|cannot|without|fail\w*|refus\w*|den(?:y|i)\w*|reject\w*|lack\w*|hardly"
    r"|barely|stop\w*|ban(?:s|ned)?|prohibit\w*|forb[ai]d\w*|instead|rather|except|unless|only|un\w{3,}|in(?:valid"
    r"|eligible|complete)"
    r"|dis(?:agree|allow|approv|band|continu|courag|miss|put|qualif|regard|satisf|solv)\w*|impossible|absent|missing"
    r"|zero|exclud\w*|avoid\w*|declin\w*|abandon\w*|cancel\w*|former|without|however|less"
    r"|far from|unlike|few(?:er)?|little|sour\w*|worse\w*|oppos\w*|prevent\w*|against|but)\b|n['’]t\b",
    re.IGNORECASE,
)
_NEGATIVE = re.compile(
    r"\b(?:fail\w*|refus\w*|den(?:y|i)\w*|reject\w*|lack\w*|prohibit\w*|forb[ai]d\w*|ban(?:s|ned)?|unable|impossible"
    r"|invalid|instead"
    r"|stop\w*|prevent\w*|exclud\w*|unless|except|un(?:changed|clear|paid|successful|willing|available))\b",
    re.IGNORECASE,
)
_DENIED = re.compile(r"\b(?:not|never|cannot|without(?= \w+ing\b))\b|n['’]t\b", re.IGNORECASE)
_DENIED_PART = re.compile(r"(?:\bnot|\bnever|n['’]t) (?:yet )?\w+", re.IGNORECASE)
_BETWEEN = frozenset(
    "be been being have has had do does did to a an the any it is are was were yet even ever always also".split()
)
_HEDGE = re.compile(
    r"\b(?:(?-i:may)|might|could|possibl[ey]|perhaps|likely|unlikely|probabl[ey]|potential\w*|hop(?:e[sd]?|ing)|propos\w+"
    r"|consider(?:s|ing)"
    r"|plan(?:s|ned|ning)?|intend\w*|aim(?:s|ed|ing)?|expect(?:s|ed|ing)?|suggest\w*|alleged\w*|reportedly|rumou?r\w*"
    r"|seek(?:s|ing)?"
    r"|sought|wants?|wanted|wish\w*|would|should|call(?:s|ed|ing)? for|urg(?:e[sd]?|ing)|discuss\w*|invit\w*|ask(?:s"
    r"|ed)?|believ\w*"
    r"|think\w*|thought|appear\w*|seem\w*|estimat\w*|can|offer\w*|request\w*|recommend\w*)\b",
    re.IGNORECASE,
)
_DONE = (
    r"(?<!be )\b(?:agreed|decided|confirmed|approved|signed|promised|accepted|committed|guarantee[sd]?"
    r"|prove[dn]?|established|caused|paid|completed|closed|finished|launched|acquired|opened)\b"
)
_COMES = r"\b(?:will(?! not)|shall|must|has to|have to|(?:is|are) (?:required|certain|sure|guaranteed)|definitely|certainly)\b"
_SURE = tuple(re.compile(words, re.IGNORECASE) for words in (_DONE, _COMES))
_MODAL = re.compile(r"\b(?:may|might|could|should|would)\b")
_SURELY = re.compile(r"\b(?:will|shall|must)(?: (?:certainly|surely|definitely|always))?\b(?! not)", re.IGNORECASE)
_PERHAPS = re.compile(r"\b(?:may|might|could)\b(?! not)")
_ALLOWS = re.compile(
    r"\b(?:can|allow\w*|permit\w*|up to|at most|maximum|if|option\w*|eligible|entitled|free to|able|expect\w*)\b", re.IGNORECASE
)
_EXCEPT = re.compile(r"\b(?:except|unless|only|until)\b", re.IGNORECASE)
_PREAMBLE = re.compile(
    r"^\W*(?:(?:yes|no)[.,]\s)?(?:(?:based on|according to|as per|per|from) (?:the |these |your )?(?:\w+ )?"
    r"(?:passages?|documents?|texts?|context|sources?|articles?|excerpts?|files?)[^,]{0,30},\s)?",
    re.IGNORECASE,
)
_PAIRS = """approve reject, accept refuse, accept reject, accept decline, allow prohibit, allow forbid, permit prohibit,
open close, win lose, won lost, begin end, start finish, support oppose, buy sell, bought sold, hire fire,
succeed fail, confirm deny, include exclude, gain lose, import export, pass fail, maximum minimum, increase
decrease, rise fall, rose fell, grew shrank, before after, older younger, larger smaller, longer shorter,
higher lower, faster slower, enable disable, encrypt decrypt, mandatory optional, required optional, public
private, legal illegal, valid invalid, paid unpaid, guilty innocent, oldest youngest, largest smallest, deny
admit, positive negative, surplus deficit, comply breach"""
_OPPOSITES = [
    pair
    for words in _PAIRS.replace("\n", " ").split(", ")
    for one, other in (words.split(),)
    for pair in ((stem(one), stem(other)), (stem(other), stem(one)))
]
"""Stems of words that exclude each other."""

_ALL = re.compile(
    r"\b(?:all|every|everyone|everybody|always|entire|entirely|completely|wholly|only|solely|exclusively)\b", re.IGNORECASE
)
_SOME = re.compile(
    r"\b(?:some|many|most|mostly|often|sometimes|usually|generally|partly|partially|several|a few|largely|mainly"
    r"|in part|typically"
    r"|majority|frequently|occasionally|primarily|almost|nearly)\b",
    re.IGNORECASE,
)


def sense_lacks(claim: str, evidence: Evidence) -> str | None:
    """The first sign that a claim is not what its cited sentences say, in words; None for none, and in other languages."""
    if not _english(claim) or not _english("\n".join(evidence.quotes)):
        return None
    claim = _PREAMBLE.sub("", claim)
    checks = (_code, _negation, _opposite, _certainty, _all_of_some, swapped_roles, swapped_figures, _neighbour, _parts)
    return next(filter(None, (check(claim, evidence) for check in checks)), None)


def _code(claim: str, evidence: Evidence) -> str | None:
    """Code that stands nowhere as it is written."""
    plain = folded(evidence.passages)
    for code in re.findall(r"`([^`\n]{2,200})`", claim):
        if folded(code) not in plain:
            return f"`{code}` stands nowhere as it is written"
    return None


def _english(text: str) -> bool:
    return (text.isascii() and language_of(text) in ("en", "")) or language_of(text) == "en"


def _negation(claim: str, evidence: Evidence) -> str | None:
    """A "not" that only one side has, before a word that both have; or one where the evidence denies nothing at all."""
    meant, said = _meant(claim, evidence), _NOT.search(claim)
    for negated, word in _behind(_DENIED, claim):
        if (found := _plain(word, meant)) and not re.match(r"(?:only|later than|more than|less than)\b", word):
            return f"the claim says “{negated} {word}”, the cited sentence “{found}”"
    if said:
        denied = _DENIES.search(" ".join(evidence.quotes)) or re.search(
            r"\bnot only\b|\bno (?:later|more) than\b", claim, re.IGNORECASE
        )
        return None if denied else f"the claim says “{said[0]}”, the cited sentence does not"
    if _NEGATIVE.search(claim) or _EXCEPT.search(meant):
        return None
    words = set(content(claim))
    for negated, word in _behind(_DENIED, meant):
        if any(alike(stem(folded_word(word)), other) for other in words) and not _affirmed(word, meant):
            return f"the cited sentence says “{negated} {word}”"
    return None


def _behind(sign: re.Pattern[str], text: str) -> Iterator[tuple[str, str]]:
    """Each sign with the word that it is about: the next one that is no auxiliary."""
    for found in sign.finditer(text):
        words = (
            word for word in re.findall(r"[\w’'-]+", text[found.end() : found.end() + NEAR])[:5] if folded(word) not in _BETWEEN
        )
        if word := next(words, ""):
            yield text[max(0, found.end() - NEAR) : found.end()].rsplit(maxsplit=1)[-1], word


def _plain(word: str, text: str) -> str:
    """The word as a text has it, "" where it does not, or denies it anywhere within the words before."""
    found = list(_uses(word, text))
    return "" if any(denied for _, denied in found) else next((other for other, _ in found), "")


def _affirmed(word: str, text: str) -> bool:
    """Whether a text has the word anywhere without denying it."""
    return any(not denied for _, denied in _uses(word, text))


def _uses(word: str, text: str) -> Iterator[tuple[str, bool]]:
    """Each use of a word in some form, and whether it is denied within the words before."""
    same = stem(folded_word(word))
    for other in re.finditer(r"[^\W\d_][\w’'-]*", text):
        if content(other[0]) and alike(stem(folded_word(other[0])), same):
            denied = _DENIES.search(
                " ".join(text[max(0, other.start() - NEAR) : other.start()].split()[-4:])
            ) or _DENIES.fullmatch(other[0])
            yield other[0], denied is not None


def _meant(claim: str, evidence: Evidence) -> str:
    """The one of the cited sentences that has the most of a claim's words, "" where none has half of them."""
    words = list(dict.fromkeys(content(claim)))
    share, quote = max(((covered(words, content(quote)), quote) for quote in evidence.quotes), default=(0, ""))
    return quote if 2 * share >= len(words) else ""


def _certainty(claim: str, evidence: Evidence) -> str | None:
    """What a sentence hopes, plans or allows is told as done or to come."""
    meant = _meant(claim, evidence)
    for hedge, word in _behind(_MODAL, meant):
        for sure, other in _behind(_SURELY, claim):
            if alike(stem(folded_word(word)), stem(folded_word(other))):
                return f"the cited sentence says “{hedge}”, not “{sure}”"
    hedged = _HEDGE.search(meant)
    if not hedged or _HEDGE.search(claim) or _ALLOWS.search(claim):
        return None
    for words in _SURE:
        if (sure_of := words.search(claim)) and not words.search(_DENIED_PART.sub("", meant)):
            return f"the cited sentence says “{hedged[0]}”, not “{sure_of[0]}”"
    for hedge, word in _behind(_PERHAPS, meant):
        if any(alike(stem(folded_word(word)), other) for other in content(claim)):
            return f"the cited sentence says “{hedge} {word}”"
    return None


def _opposite(claim: str, evidence: Evidence) -> str | None:
    """The one word of a pair of opposites in the claim, and the other in what it cites."""
    quotes = " ".join(evidence.quotes)
    words, there = content(claim), content(quotes)
    for one, other in () if _NOT.search(claim) or _DENIED.search(quotes) else _OPPOSITES:
        if one in words and one not in there and other in there and other not in words:
            return f"the cited sentence says “{_as_written(other, quotes)}”, not “{_as_written(one, claim)}”"
    return None


def _as_written(stemmed: str, text: str) -> str:
    return next((word for word in re.findall(r"\w+", text) if stem(folded_word(word)) == stemmed), stemmed)


def _all_of_some(claim: str, evidence: Evidence) -> str | None:
    """Some, most or often told as all, only or always."""
    every, some = _ALL.search(claim), _SOME.search(_meant(claim, evidence))
    if every and some and not _ALL.search(" ".join(evidence.quotes)) and not _SOME.search(claim):
        return f"the cited sentence says “{some[0]}”, not “{every[0]}”"
    return None


def _neighbour(claim: str, evidence: Evidence) -> str | None:
    """The sentence beside the cited one has the claim's words, and the cited one has not."""
    words = list(dict.fromkeys(content(claim)))
    cited = covered(words, content(evidence.text))
    best = max((covered(words, content(text)) for text in evidence.around), default=0)
    if best >= cited + CLEARLY and best >= 2 * cited and 2 * best > len(words):
        return "the sentence beside the cited one says it, not the cited one"
    return None


def _parts(claim: str, evidence: Evidence) -> str | None:
    """A claim, or a part of it, that has nothing of what it cites."""
    words = list(dict.fromkeys(content(claim)))
    if len(words) >= MANY and covered(words, content(evidence.near)) < ENOUGH * len(words):
        return "most of its words are not in the cited sentence"
    there = content(evidence.text)
    parts = [part for part in _split(claim) if part.strip()]
    if len(parts) < 2:
        return None
    names = {stem(folded_word(word)) for inside in (True, False) for _, word in capitalised(claim, inside=inside)}
    shares = [(part, [word for word in dict.fromkeys(content(part)) if word not in names]) for part in parts]
    for part, inside in shares:
        rest = [word for other, others in shares if other is not part for word in others]
        if len(inside) >= PART and not _roughly(inside, there) and covered(rest, there) >= REST * len(rest) > 0:
            return f"“{' '.join(part.split()).strip(' ,;:.')}” is not in the cited sentence"
    return None


def _roughly(words: Sequence[str], there: Sequence[str]) -> bool:
    """Whether any of the words stands there in a form that has its first four letters."""
    beginnings = {word[:4] for word in there}
    return any(word[:4] in beginnings for word in words)


def _split(claim: str) -> Iterator[str]:
    at = [0, *(found.start() for found in _PARTS.finditer(claim)), len(claim)]
    return (claim[start:end] for start, end in pairwise(at))
