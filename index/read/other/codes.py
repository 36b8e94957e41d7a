"""RTF: its control words, code pages and signs, and how bytes and halves of letters become text.

Owns those tables; knows nothing of groups and paragraphs.
"""

import codecs

PAGES = {0: "", 2: "symbol", 77: "mac_roman", 128: "cp932", 129: "cp949", 134: "cp936", 136: "cp950", 161: "cp1253"}
PAGES |= {
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
}
LEFT = frozenset(
    "aftncn aftnsep aftnsepc annotation_ atndate atnicn atnid atnparent atnref atntime bkmkend bkmkstart blipuid"
    " colorschememapping colortbl datastore do docvar falt filetbl fldtype fontemb ftncn ftnsep ftnsepc generator info"
    " latentstyles listlevel listoverridetable listtable mmathPr nonesttables nonshppict objclass objdata panose"
    " passwordhash pgptbl picprop pict pnseclvl private revtbl rsidtbl sn sp stylesheet sv tc tcn template themedata"
    " userprops wgrffmtfilter xe xmlnstbl".split()
)
"""Groups that are for programs alone."""

ASIDE = {"footnote": "note", "annotation": "Comment", "atnauthor": "author", "fldinst": "field", "title": "title"}
ASIDE |= {f"{kind}{side}": kind.title() for kind in ("header", "footer") for side in ("", "l", "r", "f")}
ASIDE["fonttbl"] = "fonts"
"""Groups that are read, but no part of the text."""

SIGNS = {
    "emdash": "—",
    "endash": "–",
    "lquote": "‘",
    "rquote": "’",
    "ldblquote": "“",
    "rdblquote": "”",
    "bullet": "•",
    "tab": "\t",
}
SIGNS |= {"line": "\n", "lbr": "\n", "emspace": " ", "enspace": " ", "qmspace": " ", "softline": "\n"}


def whole(text: str) -> str:
    """Text with the halves of letters beyond the first 65,536 put together."""
    return text if text.isascii() else text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def page_of(name: str) -> str:
    """A code page that Python knows, or the usual one."""
    try:
        return codecs.lookup({"cp65001": "utf-8", "cp10000": "mac_roman"}.get(name, name)).name
    except LookupError:
        return "cp1252"


def decoded(text: bytes, page: str) -> str:
    """Bytes of a code page; of a font of signs what letters it has."""
    if page == "symbol":
        return "".join("•" if byte == 0xB7 else chr(byte) if byte < 0x80 else "" for byte in text)
    return text.decode(page, "replace") if page != "cp1252" else text.decode("cp1252", "ignore")
