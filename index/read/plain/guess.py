"""Which of the old encodings a text is in that is not Unicode.

Owns the guess alone. What the libraries guess well (Cyrillic, Greek, Chinese, Korean …) is left to charset-normalizer; short
Latin texts they take for Polish and Japanese ones for Korean, so those are told apart here by the letters of their languages.
"""

import re

CANDIDATES = "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 koi8_r shift_jis euc_jp gb18030 big5 euc_kr cp949".split()
"""The usual encodings that are not Unicode's."""

_SAMPLE = 100_000
_MARKS = set("’‘‚“”„–—…«»‹›€£§°•·©®™½²³\xa0\xad¿¡ºª")
_LATIN = {
    "cp1252": [
        *("äöüß", "àâæçéèêëîïôœùûüÿ", "áéíóúüñ", "àèéìíîòóùú", "ãõáâàéêíóôúç", "åäöé", "æøåéóò", "éëïèöüç", "áéíóúýþæöð"),
        *("àèéíïòóúüç", "äöõšž"),
    ],
    "cp1250": ["ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćžšđ"],
    "cp1254": ["çğıöşüâîû"],
}
"""The letters beyond ASCII of the languages that each encoding is for."""

_MIXED = 0.9
"""What letters of several western languages together count: less than those of a single one."""

_ENOUGH = 0.85
_HIRAGANA = re.compile("[\u3041-\u309f]")


def guess(data: bytes) -> str:
    """The encoding that the text reads best in and can be decoded from, or ""."""
    lines = [line for line in data.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    ranked = [_japanese(data, sample), _latin(sample), *_ranked(sample), "cp1252"]
    return next((name for name in ranked if name and decodes(data, name)), "")


def decodes(data: bytes, encoding: str) -> bool:
    """Whether all bytes are of this encoding."""
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _japanese(data: bytes, sample: bytes) -> str:
    """A Japanese encoding, where the text has hiragana as only Japanese has; no other reading gives so many."""
    for encoding in ("cp932", "euc_jp"):
        text = sample.decode(encoding, "ignore")
        high = [char for char in text if not char.isascii()]
        if decodes(data, encoding) and len(_HIRAGANA.findall(text)) > 0.2 * len(high):
            return encoding
    return ""


def _latin(sample: bytes) -> str:
    """The encoding in which the letters beyond ASCII are those of one language, in a text that is mostly ASCII."""
    plain = len(re.findall(rb"[a-zA-Z]", sample))
    if 2 * (len(sample) - len(sample.decode("ascii", "ignore"))) > plain:
        return ""
    best, encoding = max(((_fit(sample, name), name) for name in _LATIN), key=lambda found: found[0])
    return encoding if best >= _ENOUGH else ""


def _fit(sample: bytes, encoding: str) -> float:
    """The share of the letters beyond ASCII that one language explains."""
    text = sample.decode(encoding, "replace").replace("İ", "ı").lower()
    letters = [char for char in text if not char.isascii() and char not in _MARKS]
    shares = [sum(char in set(language) for char in letters) for language in _LATIN[encoding]]
    mixed = _MIXED * sum(char in set("".join(_LATIN["cp1252"])) for char in letters) if encoding == "cp1252" else 0
    return max(*shares, mixed) / len(letters) if letters else 1.0


def _ranked(sample: bytes) -> list[str]:
    import charset_normalizer

    found = charset_normalizer.from_bytes(sample, cp_isolation=CANDIDATES, enable_fallback=False)
    return [match.encoding for match in found]
