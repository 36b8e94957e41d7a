"""Whether a claim's numbers, names and quoted words stand in the sentences it cites.

Owns that comparison, which finds invented figures and names; it cannot find a negation or a swap of roles. Numbers and quotes
are compared always; names only where claim and evidence are both English, since other languages capitalise otherwise.
"""

import re
import unicodedata

_NUMBER = re.compile(r"\d+(?:[.,\u202f\u00a0 ]\d{3})*(?:[.,]\d+)?")
_QUOTED = re.compile(r"“([^“”]+)”|\"([^\"]+)\"|«([^«»]+)»|„([^„“”]+)[“”]|「([^「」]+)」")
_NAME = re.compile(r"[^\W\d_][\w’'-]*")
_ENGLISH = frozenset("a an and are as at be by for from has have in is it its of on or that the to was were will with".split())
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen".split()
)
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_WORDS)}


def supported(claim: str, cited: str, around: str) -> bool:
    """Whether every number and quote of a claim stands in the cited sentences, and every name in them or around them.

    `around` is the cited passages with their headings and titles: a sentence that says "he" has the name before it.
    """
    return (
        _numbers(claim) <= _numbers(f"{cited} {around}")
        and all(_folded(quote) in _folded(cited) for quote in _quotes(claim))
        and _names(claim, f"{cited} {around}") <= _all_words(f"{cited} {around}")
    )


def _numbers(text: str) -> set[str]:
    """The numbers of a text, 1,577.00 and 1577 alike; small ones written as words count in the evidence and the claim."""
    words = {_NUMBER_WORDS[w] for w in re.findall(r"[a-z]+", text.casefold()) if w in _NUMBER_WORDS and w != "one"}
    return {_plain_number(n) for n in _NUMBER.findall(text)} | words


def _plain_number(number: str) -> str:
    """Without separators of thousands, and without zeros behind the decimal point."""
    grouped = re.sub(r"[.,\u202f\u00a0 ](?=\d{3}(?:\D|$))", "", number)
    whole, _, decimals = grouped.replace(",", ".").partition(".")
    decimals = decimals.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{decimals}" if decimals else "")


def _quotes(text: str) -> list[str]:
    """Quoted runs of two words or more; one word in quotes may be a manner of speaking."""
    found = (next(filter(None, groups)) for groups in _QUOTED.findall(text))
    return [quote.strip(" .,;:!?…") for quote in found if len(quote.split()) > 1]


def _names(claim: str, evidence: str) -> set[str]:
    """Capitalised words of an English claim that do not begin it; none where claim or evidence is not English."""
    if not (_is_english(claim) and _is_english(evidence)):
        return set()
    words = list(_NAME.finditer(claim))
    starts = {m.end() for m in re.finditer(r"(?:^|[.!?:;]\s+)[\W_]*", claim)}
    return {_word(m[0]) for m in words if m[0][0].isupper() and m.start() not in starts and m[0] != "I"}


def _all_words(text: str) -> set[str]:
    """Every word of the evidence, and the parts of those with hyphens."""
    words = {_word(m[0]) for m in _NAME.finditer(text)}
    return words | {part for word in words for part in word.split("-")}


def _word(word: str) -> str:
    """Case, accents and a possessive ending folded."""
    return re.sub(r"['’]s?$", "", _folded(word))


def _folded(text: str) -> str:
    """Case, accents, white space and the style of quotes and dashes folded."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = re.sub("[\u2018\u2019\u201b\u2032]", "'", re.sub("[\u201c-\u201f\u00ab\u00bb]", '"', plain))
    return " ".join(re.sub("[\u2010-\u2015]", "-", plain).split())


def _is_english(text: str) -> bool:
    words = re.findall(r"[a-z]+", text.casefold())
    return sum(word in _ENGLISH for word in words) * 12 >= len(words) > 0
