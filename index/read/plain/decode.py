"""Encodings: from bytes to the text they are, to the character.

Owns Unicode's encodings and what a file declares; `guess.py` knows the others. Knows nothing of formats. Line ends stay as they
are, a leading byte-order mark is left out. Nothing is lost in silence: what no encoding explains is counted, or a reason to
leave the file out.
"""

import codecs
import re

from index.errors import FileLeftOut
from index.read.plain.guess import CANDIDATES, decodes, guess

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""In the order in which they are tried: UTF-32's begins with UTF-16's."""

_NAMES = {"latin-1": "cp1252", "iso8859-1": "cp1252", "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""What a declared encoding means in practice, as in browsers."""

_SAMPLE = 100_000
_FEW = 4
"""Spaces, an alphabet and some punctuation: text of two bytes a character has no more values of the higher one."""

_CONTROLS = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")

_SURE = 3
"""So many characters beyond ASCII that are UTF-8 are no chance of another encoding, if no more bytes are not."""


def decode(data: bytes, declared: str = "") -> tuple[str, tuple[str, ...]]:
    """The text, and what of it could not be read; `declared` is tried where the bytes are not Unicode's."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding), ()
    if b"\0" in data:
        return _strict(data, _utf16(data)), ()
    if b"\x1b$" in data and data.isascii() and decodes(data, "iso2022_jp"):
        return data.decode("iso2022_jp"), ()
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError as error:
        return _not_utf8(data, declared, error)


def _strict(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise FileLeftOut(f"not valid {encoding.upper()[:6]} (at byte {error.start})") from error
    if "\0" in text:
        raise FileLeftOut("not a text file (it holds NUL bytes)")
    return text


def _utf16(data: bytes) -> str:
    """UTF-16 without its mark: of each two bytes the same one is zero in Latin text, and one of a few values in most others."""
    sample = data[:_SAMPLE]
    for encoding, high, low in (("utf-16-le", sample[1::2], sample[::2]), ("utf-16-be", sample[::2], sample[1::2])):
        few = high.count(0) > 0.6 * len(high) or len(set(high)) <= min(_FEW, len(high) // 4)
        if len(data) % 2 == 0 and 0 in high and 0 not in low and few:
            return encoding
    raise FileLeftOut("not a text file (it holds NUL bytes)")


def _not_utf8(data: bytes, declared: str, error: UnicodeDecodeError) -> tuple[str, tuple[str, ...]]:
    if len(_CONTROLS.findall(data[:_SAMPLE])) * 100 > len(data[:_SAMPLE]):
        raise FileLeftOut("not a text file (it holds control bytes)")
    known = _known(declared)
    if known and decodes(data, known):
        return data.decode(known), ()
    if mixed := _mostly_utf8(data):
        return mixed
    encoding = guess(data)
    if not encoding:
        raise FileLeftOut(f"not valid UTF-8 (byte 0x{data[error.start]:02x} at {error.start}), nor another known encoding")
    return data.decode(encoding), ()


def _mostly_utf8(data: bytes) -> tuple[str, tuple[str, ...]] | None:
    """UTF-8 with other bytes among it, as where lines of two programs were put together; those read as Windows-1252 each."""
    valid = data.decode("utf-8", "ignore")
    beyond = len(valid) - len(valid.encode("ascii", "ignore"))
    if beyond < max(data.decode("utf-8", "replace").count("\ufffd"), _SURE):
        return None
    bad = len(data) - len(valid.encode())
    said = "byte is not valid UTF-8 and is" if bad == 1 else "bytes are not valid UTF-8 and are"
    return data.decode("utf-8", _STRAY), (f"{bad} {said} read as Windows-1252",)


def _stray(error: UnicodeError) -> tuple[str, int]:
    """What `_mostly_utf8` reads bytes as that are not UTF-8."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


_STRAY = "qa.stray"
codecs.register_error(_STRAY, _stray)


def _known(declared: str) -> str:
    """The codec for a declared name, or "" where there is none that turns bytes into text."""
    try:
        name = codecs.lookup(declared).name if declared.isascii() else ""
    except (LookupError, ValueError):
        return ""
    name = _NAMES.get(name, name)
    return name if name in CANDIDATES or name.startswith(("cp", "iso", "koi8", "euc", "mac", "big5", "shift")) else ""
