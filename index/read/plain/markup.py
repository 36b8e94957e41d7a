r"""Titles and headings of texts: in reStructuredText, AsciiDoc, Org, LaTeX, man pages, RFCs, and underlined lines of any text.

Owns what a title and a heading is in each, but for the headings of Markdown, which `index/split/passages.py` follows as it does
in texts that are converted.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise

from index.passage import Heading

_UNDERLINE = re.compile(r"(?!-{3}$)([!-/:-@\[-`{-~])\1{2,}")
_NO_TITLE = re.compile(r"\S(?: {2,}|\t)\S|^[|+>]|\w[.,;]$")
"""Columns below which a rule stands, rows of tables, quotations, and sentences."""

_FENCE = re.compile(r"(-{4,}|\.{4,}|/{4,}|\+{4,}|`{3,})\w*")
_LATEX_LEVELS = ("part", "chapter", "section", "subsection", "subsubsection", "paragraph")
_LATEX = re.compile(
    rf"^[ \t]*\\({'|'.join(_LATEX_LEVELS)})\*?(?:\[[^\]]{{0,300}}\])?\{{((?:[^{{}}]|\{{[^{{}}]{{0,300}}\}}){{1,300}})\}}"
    r"(?:[ \t]{0,20}\\label\{[^}]{0,200}\})?[ \t\r]{0,20}(?:%.*)?$",
    re.MULTILINE,
)
_COMMAND = re.compile(r"\\[a-zA-Z]+\*?|[{}~]")
_ROFF = re.compile(r"^[.'][ \t]*(S[HhSs])[ \t]*(?:\r?\n(?!\.)|[ \t])(.+)$", re.MULTILINE)
_ROFF_ESCAPE = re.compile(r"\\(?:f(?:\[\w*\]|\(..|.)|s[+-]?\d+|\((..)|([-&|^ ]))")
_SOURCE_OF_MAN = re.compile(r"^[.']\s*(?:TH|Dd)\b[ \t]+(?:\"?([\w.+:\\-]+)\"?[ \t]+\"?(\d\w*))?", re.MULTILINE)
_SHOWN_MAN = re.compile(r"\s*(\S{1,60}\(\w{1,8}\))[ \t].*[ \t]\1[ \t]*\r?\n")
_ORG = re.compile(r"(\*+)[ \t]+(?:(?:TODO|DONE|NEXT|WAITING|CANCELLED)[ \t]+)?(?:\[#\w\][ \t]+)?(\S.*?)(?:[ \t]+:[\w@#%:]+:)?")
_ASCIIDOC = re.compile(r"(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?")
_NUMBER = re.compile(r"(?:Appendix )?\w{1,3}(?:\.\w{1,3})*(?=\.? )")
_LONGEST = 80
_NO_HEADING = re.compile(r"\S {3,}\S|\[Page |\.$")
"""What stands at the edges of a page, and sentences."""

_TITLES = {
    "org": re.compile(r"^#\+title:[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE),
    "latex": re.compile(r"\\title(?:\[[^\]]{0,300}\])?\{((?:[^{}]|\{[^{}]{0,300}\}){1,300})\}"),
}
_LINE = 300
"""A longer line is no heading."""

_HEAD = 5000
"""Characters at the beginning of a text in which it shows what it is."""

TITLE_CHARS = 120
"""A first line longer than this is a paragraph, not a title."""

_FRONT = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,5000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*(\S.*)$", re.MULTILINE | re.IGNORECASE)
_ALIASES = re.compile(r"^alias(?:es)?:[ \t]*((?:\[[^\]]*\]|\S.*)|(?:\r?\n[ \t]*-[ \t].*)+)", re.MULTILINE | re.IGNORECASE)
_ATX = re.compile(r"^ {0,3}#{1,6}[ \t]++(.+)$", re.MULTILINE)

_Line = tuple[int, str]
"""Where a line begins, and what it says, without white space at its end."""


def markup_of(text: str) -> str:
    """What a text is written in that its name does not tell."""
    head = text[:_HEAD]
    if _SOURCE_OF_MAN.search(head) and _ROFF.search(text[: 4 * _HEAD]):
        return "roff"
    if _SHOWN_MAN.match(head):
        return "man"
    return "rfc" if "\f" in text and re.search(r"^(?:RFC|Internet-Draft)\b", head, re.MULTILINE) else "text"


def headings(text: str, markup: str) -> tuple[Heading, ...]:
    """The headings of a text in order, each with all that marks it, from its first to its last character."""
    if markup in _BY_TEXT:
        return tuple(_BY_TEXT[markup](text))
    lines = [(found.start(), found[0].rstrip()) for found in re.finditer(r"[^\r\n\f]*(?:\r\n|\r|\n|\f|$)", text) if found[0]]
    lines = [(start, said if len(said) <= _LINE else ".") for start, said in lines]
    return tuple(_BY_LINES[markup](lines)) if markup in _BY_LINES else ()


def title(text: str, markup: str, found: Sequence[Heading]) -> str:
    """The title that a text gives itself, else its first heading if nothing stands above that, or its first line; or ""."""
    if markup == "markdown":
        return front_title(text) or heading_title(text)
    said = _TITLES[markup].search(text) if markup in _TITLES else None
    if said:
        return _plain(said[1])
    if markup == "roff" and (page := _SOURCE_OF_MAN.search(text)):
        return f"{page[1]}({page[2]})".replace("\\", "") if page[1] else ""
    if markup == "man" and (shown := _SHOWN_MAN.match(text)):
        return shown[1]
    return found[0].title if found and not text[: found[0].start].strip() else first_line_title(text)


def _plain(said: str) -> str:
    """What a LaTeX title says."""
    return " ".join(_COMMAND.sub(" ", said).split())


def _latex(text: str) -> Iterator[Heading]:
    for found in _LATEX.finditer(text):
        start = found.end() - len(found[0].lstrip())
        yield Heading(start, found.end(), _LATEX_LEVELS.index(found[1]) + 1, _plain(found[2]))


def _roff(text: str) -> Iterator[Heading]:
    for found in _ROFF.finditer(text):
        said = _ROFF_ESCAPE.sub(lambda m: m[2] if m[2] in ("-", " ") else "", found[2]).strip().strip('"')
        yield Heading(found.start(), found.end(), 1 if found[1].upper() == "SH" else 2, said)


def _underlined(lines: Sequence[_Line], longer: int = 200) -> Iterator[Heading]:
    """Titles with a rule below, so much longer at most, or above and below; a kind of rule is a level below those before it."""
    kinds: list[tuple[str, bool]] = []
    last = 0
    for n, ((_, said), (below, rule)) in enumerate(pairwise(lines)):
        over = n > last and lines[n - 1][1] == rule
        first = n - 1 if over else n
        apart = first == last or not lines[first - 1][1]
        found = _UNDERLINE.fullmatch(rule) and not _UNDERLINE.fullmatch(said)
        named = re.search(r"\w", said) and not _NO_TITLE.search(said.strip()) and (over or not said[0].isspace())
        fits = len(said.strip()) - 2 <= len(rule) <= len(said.strip()) + longer
        if not (found and named and apart and (fits or over)):
            continue
        kind = rule[0], over
        kinds += [] if kind in kinds else [kind]
        yield Heading(lines[first][0], below + len(rule), kinds.index(kind) + 1, said.strip())
        last = n + 2


def _marked(lines: Sequence[_Line]) -> Iterator[Heading]:
    """AsciiDoc's, which stand outside of blocks that are quoted as they are."""
    fence = ""
    for start, said in lines:
        if mark := _FENCE.fullmatch(said):
            fence = "" if fence == mark[1] else fence or mark[1]
        elif not fence and (found := _ASCIIDOC.fullmatch(said)):
            yield Heading(start, start + len(said), len(found[1]), found[2])


def _org(lines: Sequence[_Line]) -> Iterator[Heading]:
    for start, said in lines:
        if found := _ORG.fullmatch(said):
            yield Heading(start, start + len(said), len(found[1]), found[2])


def _outdented(lines: Sequence[_Line]) -> Iterator[Heading]:
    """Those of RFCs and of man pages as they are shown: lines by themselves left of the text, at the edge or three from it."""
    for (_, above), (start, said), (_, below) in zip(lines, lines[1:], [*lines[2:], (0, "")], strict=False):
        text, indent = said.strip(), _indent(said)
        if not text or above or len(text) > _LONGEST or _NO_HEADING.search(text) or _SHOWN_MAN.match(f"{said}\n"):
            continue
        deeper = below != "" and _indent(below) > indent
        if (indent == 0 and (deeper or not below)) or (indent == 3 and deeper):
            number = _NUMBER.match(text)
            level = 1 + (number[0].count(".") if number else 0) + (indent == 3)
            yield Heading(start + indent, start + len(said), level, text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


_BY_TEXT = {"latex": _latex, "roff": _roff}
_BY_LINES: dict[str, Callable[[Sequence[_Line]], Iterator[Heading]]] = {
    "text": partial(_underlined, longer=10),
    "rst": _underlined,
    "asciidoc": _marked,
    "org": _org,
    "man": _outdented,
    "rfc": _outdented,
}


# Markdown, and any text --------------------------------------------------------------------------------------------------


def front_title(text: str) -> str:
    """The title that a note's front matter (YAML between two ---) gives, with its other names in brackets; "" for none."""
    front = _FRONT.match(text)
    if not front:
        return ""
    title = _TITLE.search(front[1])
    also = _ALIASES.search(front[1])
    names = [_bare(name) for name in re.split(r"[,\n]", also[1])] if also else []
    first, named = _bare(title[1]) if title else "", ", ".join(filter(None, names))
    return f"{first} ({named})" if first and named else first or named


def _bare(name: str) -> str:
    return name.strip().strip("-[]").strip().strip("\"'")


def heading_title(text: str) -> str:
    """The first heading of a Markdown text, else a first line that stands like a title."""
    heading = _ATX.search(text)
    if not heading:
        return first_line_title(text)
    title = heading[1].rstrip(" \t")
    return (title.rstrip("#") or title).strip()


def first_line_title(text: str) -> str:
    """The first line when it stands as a title does: short, without a full stop, with text below it."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    return first if len(first) <= TITLE_CHARS and not first.endswith((".", ",", ";", ":")) and rest.strip() else ""
