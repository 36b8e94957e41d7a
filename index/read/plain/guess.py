"""Which of the old encodings a text is in that is not Unicode.

Owns the guess alone. Encodings of one byte are told by the letters of the languages that they are for, how common each is and
where it stands; of those of two, Japanese and Korean ones by their scripts, and Chinese ones are left to charset-normalizer.
"""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, partial
from math import log

CANDIDATES = "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 koi8_r shift_jis euc_jp gb18030 big5 euc_kr cp949".split()
"""The usual encodings that are not Unicode's."""

_SAMPLE = 20_000
"""Bytes of words that are not ASCII, which tell an encoding; more tell no more."""

_LETTERS = {
    "western": "éàèêôîâçœùëïûæÿ äöüß óáíúñéüç ãçíáéúóõêâà èàòéùì éëóïüáíèöç æøåéóòô äöåéšž áíóéúýþæöð àèéíïòóúüç".split(),
    "central": "łżąóęśćńź íářčýžéěšůúóňťď áíčúýťéžľšôóäňĺďŕ áéíóöőüúű ăşţîâ čšćžđ".split(),
    "baltic": "šėųįąžūčę āēīšūčļņķžģ äõüöžš".split(),
    "turkish": ["ıçşüğöâîû"],
    "cyrillic": "еоанитрслвмпдкыузяьйбчгжфхцщюшэёъ оаниветріксдлпмузябйчьгєфжхцюшщїґ аеионртсдукпвмзјлбгњшчљцћжхфђџ".split(),
    "greek": ["αοετνιρσημπυκςίλδγέήόάχθωύφώβξζψϊϋΐΰ"],
    "hebrew": ["יותהלמשאנרבקכעןדפסםחגצזטךץף"],
    "arabic": ["الميترنةوعفدسبحقكهذصجخأإطضىشغزثءئؤظآـ"],
    "thai": ["า่อรกม้นเงดัลแีตยบไสขิวทหจพคปืะใชูำถ์ฟุ็ผณโซึญภธ"],
}
"""The letters beyond ASCII of languages, the commonest first."""

_FOR = {
    "western": "cp1252 cp850 cp437 mac_roman",
    "central": "cp1250 iso8859_2 cp852 mac_latin2",
    "baltic": "cp1257 iso8859_13",
    "turkish": "cp1254 cp857",
    "cyrillic": "cp1251 koi8_r koi8_u cp866 iso8859_5 mac_cyrillic",
    "greek": "cp1253 iso8859_7 cp737 mac_greek",
    "hebrew": "cp1255 iso8859_8",
    "arabic": "cp1256 iso8859_6",
    "thai": "cp874",
}
_LATIN = {"western", "central", "baltic", "turkish"}
_AHEAD = {"cp1252": 6.0, **dict.fromkeys("cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp874 koi8_r".split(), 3.0)}
_AHEAD |= dict.fromkeys("iso8859_2 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_13 koi8_u".split(), 2.0)
"""What an encoding is ahead of those of DOS and the old Macs, in the logarithm of how much likelier it is."""

_OPENING, _CLOSING = set("‚„“‘¿¡"), set("’”“‘…")
_BESIDE, _APART = set("–—«»…·\xa0\xad¹²³®™ºª°µ"), set("€£¥§¶•©¼½¾×÷±")
"""Marks that stand at letters, and others."""

_ILL, _ODD = -9.0, -5.0
"""For a sign that a text of letters does not hold, and for one in a place where it hardly stands."""

_ENOUGH = -4.1
"""A text that reads worse than that, each letter, is of none of these encodings."""

_HIRAGANA, _HANGUL = re.compile("[\u3041-\u309f]"), re.compile("[\uac00-\ud7a3]")
_Around = tuple[str, str, str]
"""A character between the one before and the one behind it."""


def guess(data: bytes) -> str:
    """The encoding that the text reads best in and can be decoded from, or ""."""
    sample = b"\n".join(line for line in data.splitlines() if not line.isascii())
    words = b" ".join(word for word in sample.split() if not word.isascii())
    known = (
        _by_script(data, sample, ("cp932", "euc_jp"), _HIRAGANA, 0.2)  # only Japanese has any, no other reading gives so many
        or _by_letters(data, words[:_SAMPLE])
        or _by_script(data, sample, ("euc_kr",), _HANGUL, 0.9)
    )
    return known or next(filter(partial(decodes, data), (*_ranked(sample), "cp1252")), "")


def decodes(data: bytes, encoding: str) -> bool:
    """Whether all bytes are of this encoding."""
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _by_script(data: bytes, sample: bytes, encodings: Sequence[str], script: re.Pattern[str], share: float) -> str:
    """The one of some encodings in which more than such a share of the characters beyond ASCII are of a script, or ""."""
    for encoding in encodings:
        text = sample.decode(encoding, "ignore")
        high = sum(not char.isascii() for char in text)
        if decodes(data, encoding) and len(script.findall(text)) > share * high:
            return encoding
    return ""


def _by_letters(data: bytes, sample: bytes) -> str:
    """The encoding of one byte in which the text is most like one of a language, or "" where it is like none."""
    scores: list[tuple[float, str]] = []
    for kind, encodings in _FOR.items():
        for encoding in encodings.split():
            if decodes(data, encoding):
                text = f" {sample.decode(encoding)} "
                around = Counter(three for three in zip(text, text[1:], text[2:], strict=False) if not three[1].isascii())
                best = max(sum(n * _likeness(one, letters, kind) for one, n in around.items()) for letters in _LETTERS[kind])
                scores.append(((best + _AHEAD.get(encoding, 0.0)) / max(around.total(), 1), encoding))
    likeness, name = max(scores) if scores else (_ILL, "")
    return name if likeness >= _ENOUGH else ""


@cache
def _commonness(letters: str, kind: str) -> dict[str, float]:
    """The logarithm of how common each letter is; those of other languages of the kind are rare."""
    total = sum(1 / n for n in range(1, len(letters) + 1))
    others = dict.fromkeys("".join(_LETTERS[kind]), _ODD)
    return {**others, **{letter: -log(n * total) for n, letter in enumerate(letters, start=1)}}


def _likeness(around: _Around, letters: str, kind: str) -> float:
    """How likely a character stands where it does, in a text of a language."""
    before, char, behind = around
    small = "ı" if char == "İ" else char.lower()
    common = _commonness(letters, kind)
    if small in common:
        mixed = _ascii_letter(before) or _ascii_letter(behind)
        alone = not before.isascii() and not behind.isascii() and before.isalpha() and behind.isalpha()
        strange = alone if kind in _LATIN else mixed
        shouted = before.islower() and (char != small or behind.isupper())
        return common[small] - (char != small) + _ODD * (strange + shouted)
    between = before.isalpha() and behind.isalpha()
    if char in _OPENING and not before.isalnum() and not behind.isspace():
        return -1.0
    if char in _CLOSING and not before.isspace() and (char == "’" or not between):
        return -1.0
    if char in _BESIDE and (char in "–—\xad" or not between):
        return -1.5
    return -2.5 if char in _APART and not (before.isalpha() or behind.isalpha()) else _ILL


def _ascii_letter(char: str) -> bool:
    return char.isascii() and char.isalpha()


def _ranked(sample: bytes) -> list[str]:
    import charset_normalizer

    found = charset_normalizer.from_bytes(sample, cp_isolation=CANDIDATES, enable_fallback=False)
    return [match.encoding for match in found]
