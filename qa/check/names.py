"""Whether the names of a claim stand in or near the sentences it cites.

Owns what counts as a name: a capitalised word. One inside a sentence always is; one that begins a sentence if it is a name in
the passages that were sent, or in English if a verb follows, as in "Putin asked", and neither the passages nor a list nor its
ending say that it is an ordinary word. It must stand in the evidence, or in the two sentences before a
cited one or the one behind: there "he" has a name. A name that stands may be written in full as elsewhere in the passages.
Case, accents and endings are folded: Lee’s, Korean and Korea, China and Chinese, EU and European Union. Names are compared only
where claim and evidence are in Latin letters and in one language, and that is not German, whose nouns are capitalised.
"""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from index.passage import Hit, Span
from qa.answer import SentenceRef

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_BEGINNING = re.compile(r"(?:^|[.!?:;|…。！？][*_]{0,3}\s|\*\*\s?[–—-]\s|[“„«\"‘「『(]|\n)[\s\W_]*")
_LABEL = re.compile(r"\W*\*\*[^*\n]{1,80}(?::\*\*|\*\*\s?[:–—-])")
"""What some models write in bold before an item, with the capitals of a headline."""

_ENDINGS = frozenset(("", *"n an ian ean ese i ish a ia e y s es ns ans ians is in ic ain er ers".split()))
_RUN = re.compile(r"(?<!\w)[A-Z][\w’'-]*(?:[ -](?:(?:of|for|the|and) )*[A-Z][\w’'-]*)+")
_ORDINARY = re.compile(r"(?:s|ly|ing|ion|ity|ment|ness|ance|ence|ism|ship|hood|able|ful|less|ed|wise)$")
"""Endings of words that are seldom names. Taking a name for an ordinary word only means that it is not compared."""

_PREDICATE = re.compile(
    r" (?:also |later |then |has |had )?(?:\w+ed|is|was|has|had|will|would|can|could|did|does|said|says|told|won|met|and)\b"
)
"""What stands behind a name that begins a sentence, but seldom behind an adjective or the like."""

_BEGINNERS = frozenset(
    """about above according after afterwards again all almost also although among an another any anyone are around at
    because been before behind below beneath beside between beyond both but did do each earlier either else even ever every
    everyone everything few finally first for from further furthermore given had have hence her here how however if instead
    into just last later least less like likewise many maybe meanwhile more moreover most much my near neither never
    nevertheless next nobody none nonetheless nothing now of off often once only other otherwise our out over overall people
    per perhaps rather same second several she should similar since some someone something soon still such than their them
    then there therefore these they third this those though through throughout thus today together too toward under unlike
    until up upon very we what whatever when whenever where whereas whether which while whoever whom whose why within without
    would yes yet you your along born despite due former history little man one part people prior two three four five six seven
    eight nine ten""".split()
)
_MONTHS = "January February March April May June July August September October November December".casefold().split()
_DATE = re.compile(r"\b(?:\d{4}-(\d\d)\b|(\d{1,2})[./](\d{1,2})[./]\d)")
_TITLES = frozenset("i mr mrs ms dr prof sir president prime minister chancellor senator professor doctor".split())
_LANGUAGES = {
    "en": "a an and are as at be by for from has have in is it its of on or that the to was were will with he she they not who",
    "de": "der die das und ist den von zu mit sich des auf für im dem nicht ein eine als auch es er sie wurde am um zum zur",
    "fr": "le la les et est dans des de du un une en que qui pour sur avec au aux il elle par ne pas se son sa a été",
    "es": "el la los las y es en de del un una que por para con se su al lo como más fue no",
    "it": "il la le gli e è in di del della un una che per con si su al non da nel sono ha",
    "pt": "o a os as e é em de do da um uma que por para com se no na ao não foi",
    "nl": "de het een en is in van op te dat die voor met zijn niet aan er om was door",
}
_COMMON = {language: frozenset(words.split()) for language, words in _LANGUAGES.items()}


class Sent:
    """The passages that were sent to the model, as evidence for names."""

    def __init__(self, hits: Sequence[Hit]) -> None:
        self._hits = hits

    @cached_property
    def names(self) -> frozenset[str]:
        """Words that are capitalised inside a sentence and nowhere written small, folded."""
        return frozenset(
            {_folded_word(word) for hit in self._hits for _, word in _capitalised(hit.text, inside=True)} - self.small
        )

    @cached_property
    def small(self) -> frozenset[str]:
        """Words that are written small somewhere, folded."""
        return frozenset(folded(word) for hit in self._hits for word in _WORD.findall(hit.text) if word[0].islower())

    def near(self, ref: SentenceRef) -> str:
        """A cited sentence with the two before it and the one behind, among those sent of its source."""
        sentences = self._sentences[ref.hit.place.source]
        at = bisect_left(sentences, (ref.span, ""))
        return "\n".join(text for _, text in sentences[max(0, at - 2) : at + 2])

    def has(self, name: str) -> bool:
        """Whether a name of several words stands somewhere as it is."""
        return any(name in text for text in self._texts)

    @cached_property
    def _sentences(self) -> dict[str, list[tuple[Span, str]]]:
        """By source, in the order of the source."""
        found: dict[str, list[tuple[Span, str]]] = defaultdict(list)
        for hit in self._hits:
            found[hit.place.source] += [(span, hit.sentence(span)) for span in hit.sentences]
        return {source: sorted(sentences) for source, sentences in found.items()}

    @cached_property
    def _texts(self) -> list[str]:
        return [" ".join(hit.text.split()) for hit in self._hits]


class Near:
    """Evidence for names: the text that a claim cites with what stands around it."""

    def __init__(self, text: str, sent: Sent) -> None:
        self.text, self.sent = text, sent

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word, folded."""
        return _words(self.text)

    @cached_property
    def initials(self) -> str:
        """Of the capitalised words."""
        return _initials(self.text)

    @cached_property
    def language(self) -> str | None:
        """That names can be compared in, "" for one that cannot be told; None where they can't be compared."""
        return _language_of_names(self.text)

    def has_akin(self, word: str) -> bool:
        """Whether a word, or another form of it, is there."""
        return word in self.words or any(_akin(word, other) for other in self._beginnings.get(word[:_ALIKE], ()))

    @cached_property
    def _beginnings(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = defaultdict(list)
        for word in self.words:
            found[word[:_ALIKE]].append(word)
        return found


def names_stand(claim: str, near: Near) -> bool:
    """Whether every name of a claim stands in the evidence, in some form of it; True where they can't be compared."""
    if not _comparable(_language_of_names(claim), near.language):
        return True
    names = list(_capitalised(claim, inside=True))
    names += [(at, word) for at, word in _capitalised(claim, inside=False) if _begins_as_name(claim, at, word, near.sent)]
    stands = {word: _stands(word, near) or (word.isupper() and word in near.initials) for word in {word for _, word in names}}
    missing = [at for at, word in names if not stands[word]]
    return not missing or _in_full_runs(claim, missing, near)


def _in_full_runs(claim: str, missing: Sequence[int], near: Near) -> bool:
    """Whether each of the words at these places is part of a name of several that stands."""
    runs = list(_RUN.finditer(claim))
    starts = [run.start() for run in runs]
    found = [runs[i] if (i := bisect_right(starts, at) - 1) >= 0 and at < runs[i].end() else None for at in missing]
    return None not in found and all(_in_full(name, near) for name in {run[0] for run in found if run})


def _begins_as_name(claim: str, at: int, word: str, sent: Sent) -> bool:
    """Whether a word that begins a sentence is a name."""
    name = _folded_word(word)
    if name in sent.names:
        return True
    ordinary = name in sent.small or name in _BEGINNERS or _ORDINARY.search(name) or any(name in c for c in _COMMON.values())
    english = _language(claim) in ("en", "")
    return english and not ordinary and _PREDICATE.match(claim, at + len(word)) is not None


def _in_full(name: str, near: Near) -> bool:
    """Whether a name of several words stands as its initials, or in part while the passages have it in full elsewhere."""
    if _initials(name).casefold() in near.words:
        return True
    return any(_stands(part, near) for part in _WORD.findall(name) if part[0].isupper()) and near.sent.has(name)


def _capitalised(text: str, *, inside: bool) -> Iterator[tuple[int, str]]:
    """Capitalised words, with their places: those inside sentences, or those that begin one."""
    text = re.sub(r"\b(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", "").ljust(len(m[0])), text)
    beginnings = {m.end() for m in _BEGINNING.finditer(text)}
    label = _LABEL.match(text)
    beginnings |= set(range(label.end())) if label else set()
    for found in _WORD.finditer(text):
        word = re.sub(r"[’'](?:s|S)?$", "", found[0])
        if word[0].isupper() and len(word) > 1 and word.casefold() not in _TITLES and (found.start() in beginnings) != inside:
            yield found.start(), word


def _stands(name: str, near: Near) -> bool:
    """Whether a name, or each of its parts between hyphens, is among the evidence's words, in some form of it."""
    folded = _folded_word(name)
    return folded in near.words or all(map(near.has_akin, folded.split("-")))


_ALIKE = 4
"""So many letters two forms of a word have in common."""


def _akin(one: str, other: str) -> bool:
    """Korea and Korean, China and Chinese, Italy and Italian: four letters in common, then endings."""
    if one[:_ALIKE] != other[:_ALIKE] or len(one) < _ALIKE:
        return False
    same = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return one[same:] in _ENDINGS and other[same:] in _ENDINGS


def _initials(text: str) -> str:
    """The initials of the capitalised words in a row, where "EU" stands for European Union."""
    return "".join(part[0] for found in _WORD.finditer(text) for part in found[0].split("-") if part[:1].isupper())


def _words(text: str) -> frozenset[str]:
    """Every word of a text, folded, the parts of those with hyphens, and the names of months in dates of digits."""
    dotted = re.sub(r"\b(?:[A-Z]\.){2,}", lambda m: m[0].replace(".", ""), text)
    words = {_folded_word(m[0]) for m in _WORD.finditer(dotted)}
    months = {_MONTHS[int(n) - 1] for date in _DATE.findall(text) for n in date if n and 1 <= int(n) <= 12}
    return frozenset(words | {part for word in words for part in word.split("-")} | months)


def _folded_word(word: str) -> str:
    return re.sub(r"'s?$", "", folded(word))


def folded(text: str) -> str:
    """Case, accents, emphasis, white space and the style of quotes and dashes folded."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    plain = re.sub("[\u2018\u2019\u201b\u2032]", "'", re.sub("[\u201c-\u201f\u00ab\u00bb]", '"', plain))
    return " ".join(re.sub("[\u2010-\u2015]", "-", re.sub(r"[*`]", "", plain)).split())


def _language_of_names(text: str) -> str | None:
    """A text's language, "" where it is too short to tell; None where names can't be told: no Latin letters, or German."""
    language = _language(text) if _latin(text) else None
    return None if language == "de" else language


def _comparable(ours: str | None, theirs: str | None) -> bool:
    """Whether names look alike in both: one language, or too short to tell."""
    return ours is not None and theirs is not None and (not ours or not theirs or ours == theirs)


def _latin(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return 2 * sum(c < "\u0250" for c in letters) > len(letters)


def _language(text: str) -> str:
    """The language whose common words are most frequent in a text, "" where they are too few to tell."""
    words = re.findall(r"[^\W\d_]+", text.casefold())
    best, count = max(((language, sum(w in common for w in words)) for language, common in _COMMON.items()), key=lambda c: c[1])
    return best if count * 12 >= len(words) and count else ""
