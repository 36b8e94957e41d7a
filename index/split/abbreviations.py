"""Full stops that end no sentence: behind abbreviations, initials, parts of dates, numbers of sections, within names and paths.

Owns the lists of abbreviations, in English, German and a few of other languages; each is told by what follows it.
"""

import re

_NEVER_LAST = frozenset(
    "mr mrs ms dr prof capt col gen lt sgt maj rev hon gov sen rep pres st ste mt messrs mme mlle sr sra srta sig"
    " dña hr frl dipl ing gem vgl bzw bspw ggf sog inkl exkl zzgl bzgl evtl insb lt etw ugs urspr bsd eig i.e e.g cf"
    " viz vs approx ca mio mrd tsd esp incl resp def defs pl pls plf plfs z.b d.h u.a i.d.r o.ä z.t u.u s.o s.u v.a m.e i.s.d"
    " i.v.m a.a.o fa dhr mevr bijv dott av ул κ κα".split()
)
"""What more always follows."""

_STREETS = ("st", "mt", "col", "gen", "rep", "sen", "def", "defs", "pl")
"""Which may also end a sentence, before a word that begins one."""

_BEFORE_NUMBERS = frozenset(
    "no nos nr nrn art arts abs sec secs ch chap vol vols p pp pg pgs par para paras tab abb bd bde kap ziff rn"
    " rdnr rz anm fn s ss seite aufl jg lit ser tel fax ext mob apt rm flr fl circa min max est fig figs eq eqs ex"
    " exh reg rev ver v verf bl az anl app mon tue tues wed thu thur thurs fri sat sun mo di mi do fr sa so jan feb"
    " febr mar mär apr jun jul aug sep sept oct okt nov dec dez m mm q rule cir dist ct supp stat u.s f l ed eds hft"
    " h bsp üb verg abschn pag pág".split()
)
"""What a number, or a bracket, belongs to."""

_WITHIN = frozenset(
    "tbsp tsp oz lb lbs pkg pkt qt gal ft yd min max sec hr hrs wk mo yr yrs etc al inc ltd co corp bros dept div"
    " univ inst assn ave blvd rd hwy bldg no jr sr esq mio mrd tsd std stk stck kg usw str pl allg ehem geb gest"
    " verh abt bes entspr temp".split()
)
"""What a sentence goes on behind, if a small letter follows."""

_CHAINED = frozenset("fed civ crim app evid proc supp cir dist rev stat cal tex fla ill mass penn conn educ".split())
"""Parts of citations of law, which stand in a row."""

_INITIALS = re.compile(r"(?:\b[A-ZÄÖÜΑ-ΩА-Я][^\W\d_]{0,3}\.\s*)+$")
_INITIAL = re.compile(r"[A-ZÄÖÜΑ-ΩА-Я][^\W\d_]{0,3}\.(?=[\s,;)]|$)")
_VOWEL = re.compile("[aeiouyäöüáéíóúàèâêîôûåæø]")
_DAY, _DAY_AND_MONTH = re.compile(r"\b\d{1,2}\.$"), re.compile(r"\b\d{1,2}\.\s?\d{1,2}\.$")
_MONTH_AND_YEAR = re.compile(r"\d{1,2}\.\s?(?:\d{4}\b|\d{2}\b(?!\.)|$|[^\s\d])")
_MONTH = re.compile(
    r"(?:Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)\b"
    r"|(?:Jan|Feb|Mär|Apr|Jun|Jul|Aug|Sept?|Okt|Nov|Dez|Aufl|Jh|Jhd)\.|Jahrhundert"
)
_ORDINAL = re.compile(
    r"\b(?:the|am|der|dem|den|des|die|das|im|zum|zur|vom|beim|seit|ab|bis|jede[mnrs]?|eine?[mnr]?)\s+\d{1,3}\.$",
    re.IGNORECASE,
)
_WIDE_END = re.compile(r"[。！？…．｡][」』）”’]*$")
_SAID = re.compile("(?:と|って|など)")
"""What goes on behind a quotation in Japanese."""

_LONG_WORD = 4
"""Letters of a word that may end a sentence though a small letter follows, as in messages."""


def ends(tail: str, following: str, *, spaced: bool) -> bool:
    """Whether the full stop at the end of `tail` ends a sentence; `following` begins what stands next, `spaced` off from it."""
    if not spaced:
        return _WIDE_END.search(tail) is not None and not (tail[-1] in "」』" and _SAID.match(following))
    if not tail.endswith("."):
        return not following[0].islower()
    if tail[-2:-1].isdigit() and not _ends_with_number(tail, following):
        return False
    word = tail[:-1].rpartition(" ")[2].lstrip("([{\"'“‘«„/-–—")
    return _may_be_last(word, tail, following) if word.replace(".", "").isalpha() else not following[0].islower()


def _ends_with_number(tail: str, following: str) -> bool:
    """Whether a sentence ends with this number and a full stop: not as an ordinal, or within a date."""
    if _DAY.search(tail) and (_MONTH.match(following) or _MONTH_AND_YEAR.match(following)):
        return False
    if _ORDINAL.search(tail) and not following[0].isdigit():
        return False
    return not (_DAY_AND_MONTH.search(tail) and re.match(r"\d{2,4}\b", following))


def _may_be_last(word: str, tail: str, following: str) -> bool:
    """Whether a sentence can end with this word and a full stop, before what follows."""
    small = word.lower()
    first = following[0]
    if small in _NEVER_LAST:
        return small in _STREETS and not _goes_on(following)
    if first.islower():
        known = small in _BEFORE_NUMBERS or small in _WITHIN or small in _CHAINED or "." in word
        return len(word) >= _LONG_WORD and not known and _VOWEL.search(small) is not None
    short = len(word) == 1 or (len(word) <= _LONG_WORD and not _VOWEL.search(small))
    if first.isdigit() or first in "(§#[":
        known = small in _BEFORE_NUMBERS or small in _CHAINED or small.endswith("str")
        return not (known or (short and word != "I"))
    if not (short or word.isupper() or small in _CHAINED):
        return True
    nexts = _INITIAL.match(following)
    if nexts and nexts[0][:-1].lower() not in _NEVER_LAST:
        return False
    initials = _INITIALS.search(tail)
    chained = initials is not None and initials[0].count(".") > 1
    return not (chained and short and first.isupper() and _goes_on(following))


def _goes_on(following: str) -> bool:
    """Whether what stands behind initials is a name rather than the beginning of a sentence."""
    word = re.match(r"\w+", following)
    return word is not None and word[0].lower() not in _BEGINNERS


_BEGINNERS = frozenset(
    "other another however although since because during both each any such one two three first second under over about"
    " the a an this that these those it he she they we i you there in on at for from by with as when while after"
    " before if but and or so yet not no his her its their our my your who what where why how all some many most der"
    " die das ein eine er sie es wir ihr ich in im am bei mit nach vor von zu wenn als aber und oder auch dies diese"
    " dieser dieses el la los las un una le les il".split()
)
