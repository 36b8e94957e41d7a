"""Claims made by rule of sentences that stand in the documents: reworded ones, which hold, and altered ones, which do not.

Owns the rules, which are for English; knows nothing of models.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.letters.language import language_of
from index.passage import Hit
from qa.answer import SentenceRef
from qa.check.words import capitalised, content

SHORTEST, LONGEST = 8, 45
"""Words of a sentence that claims are made of."""

_REWORDED = (
    (
        re.compile(
            r"^(?:In turn|However|Moreover|Furthermore|In addition|Meanwhile|Therefore|Also|But|And|So),? ", re.IGNORECASE
        ),
        "",
    ),
    (re.compile(r"\bapproximately\b"), "about"),
    (re.compile(r"\bin order to\b"), "to"),
    (re.compile(r"\b(\d+(?:\.\d+)?)%"), r"\1 percent"),
    (re.compile(r"\bis not\b"), "isn't"),
    (re.compile(r"\bdoes not\b"), "doesn't"),
    (re.compile(r"\bas well as\b"), "and"),
    (re.compile(r"\bsaid that\b"), "stated that"),
)
_AUXILIARY = re.compile(r"\b(is|are|was|were|will|can|could|should|would|must|has|have|had)\b(?! not\b|n['’]t\b|, )")
_NOT = re.compile(r"\b(is|are|was|were|do|does|did|will|can|could|should|would|must|has|have|had) not\b|\bcannot\b")
_MAY = re.compile(r"\b(?:may|might|could|should|would)\b(?! not)")
_NUMBER = re.compile(r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?![\w,-]|\.\d)")


@dataclass(frozen=True, slots=True)
class Known:
    """A claim about a sentence; `kind` says what was altered, "" for one that holds."""

    claim: str
    ref: SentenceRef
    kind: str


def usable(ref: SentenceRef) -> bool:
    """Whether claims can be made of a sentence: one in English, of a usual length, that ends as one."""
    quote = " ".join(ref.quote.split())
    whole = bool(re.fullmatch(r"[A-Z“\"].*[.!]", quote)) and "|" not in quote
    return whole and SHORTEST <= len(quote.split()) <= LONGEST and language_of(quote) == "en" and len(content(quote)) > 4


def known_claims(ref: SentenceRef) -> Iterator[Known]:
    """The claims of a sentence: one that holds, then each that does not."""
    quote = " ".join(ref.quote.split())
    reworded = quote
    for pattern, words in _REWORDED:
        reworded = pattern.sub(words, reworded)
    yield Known(reworded[:1].upper() + reworded[1:], ref, "")
    made: Sequence[tuple[str, Callable[[str], str]]] = (
        ("number", _other_number),
        ("role", _swapped),
        ("negation", _negated),
        ("certainty", lambda text: _MAY.sub("will certainly", text, count=1)),
    )
    for kind, alter in made:
        altered = alter(quote)
        if altered != quote:
            yield Known(altered, ref, kind)


def _other_number(text: str) -> str:
    found = _NUMBER.search(text)
    if found is None:
        return text
    digits = found[0].replace(",", "")
    other = f"{float(digits) + 3:.1f}" if "." in digits else f"{int(digits) + 3:,}" if "," in found[0] else str(int(digits) + 3)
    return text[: found.start()] + other + text[found.end() :]


def _swapped(text: str) -> str:
    """Two names in each other's place, where a word of content stands between them."""
    names = [(at, word) for inside in (True, False) for at, word in capitalised(text, inside=inside)]
    names = [(at, word) for at, word in sorted(names) if content(word) and text[at : at + len(word)] == word]
    for (one, first), (other, second) in pairwise(names):
        between = text[one + len(first) : other]
        if first != second and content(between) and not re.search(r"\band\b|\bor\b|[,;]", between):
            return f"{text[:one]}{second}{between}{first}{text[other + len(second) :]}"
    return text


def _negated(text: str) -> str:
    found = _NOT.search(text)
    if found:
        return text[: found.start()] + (found[1] or "can") + text[found.end() :]
    return _AUXILIARY.sub(r"\1 not", text, count=1)


def sampled(hits: Sequence[Hit]) -> Iterator[SentenceRef]:
    """One usable sentence of each passage, the longest."""
    for hit in hits:
        refs = [ref for span in hit.sentences if usable(ref := SentenceRef(hit, span))]
        if refs:
            yield max(refs, key=lambda ref: len(ref.quote))
