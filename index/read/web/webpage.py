"""HTML: the article of a page, without its navigation, as Markdown.

Owns what of a page is text and which part of it is the article; knows nothing of where pages come from. When what looks like
the article holds too little of the page, all visible text is taken: text that is there is never lost to a guess.
"""

import re
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN_NOTE, Draft, one_line
from index.read.draft.rows import cells
from index.read.draft.scripts import lowered, raised, struck
from index.read.plain.decode import decode
from index.read.plain.text import looks_like
from index.read.web.article import DEEPEST, HEADINGS, TOO_DEEP, article_of, walk
from index.read.web.hidden import Linked, conceal

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode


_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w:.-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:.-]{2,40})""")
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header"
    " hgroup hr html legend li main nav ol p section summary table tbody tfoot thead tr ul caption".split()
)
_FORMS = {"s": struck, "strike": struck, "del": struck, "sup": raised, "sub": lowered}
"""Elements whose text is written otherwise than it stands there."""

_PRICE = re.compile(r"(?:[$€£¥]|\b(?:EUR|USD|CHF)) ?\d[\d,.]*$")
_ADDRESS = re.compile(r"(?:https?://|mailto:)[!-;=?-~]{3,500}", re.IGNORECASE)

MOST_LINKS = 50
"""Links of a page whose addresses are written out at most: a page of more is a list of links, or one of many like it."""

_NESTING = re.compile(
    r"(?i)<(/?)(?:address|article|aside|blockquote|center|details|dialog|div|dl|fieldset|figure|footer|form|header|hgroup|main|nav"
    r"|ol|section|table|ul)\b"
)
"""Tags of blocks, but those that end where the next one begins."""
_LAYOUT = "table, h1, h2, h3, h4, ul, p + p, div + div, section, article"


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """The page's article, titled by its <title> or first heading."""
    found = looks_like(data, text=False)
    if found:
        raise FileLeftOut(f"named as HTML, but it is {found}")
    declared = _XML_ENCODING.search(data[:300]) or _CHARSET.search(data[:4096])
    text, missing = decode(data, declared[1].decode("ascii") if declared else "")
    draft = Draft(len(data))
    draft.missing += missing
    title = write(text, draft, tick)
    return draft.document(title)


def write(text: str, draft: Draft, tick: Callable[[], None], linked: Linked = lambda _: None) -> str:
    """Write a page's article; its title, or "". `linked` has the style sheets that the page links to."""
    from selectolax.lexbor import LexborHTMLParser

    if _depth(text) > DEEPEST:
        raise FileLeftOut(TOO_DEEP)
    tree = LexborHTMLParser(text)
    root = tree.root
    if root is None:
        return ""
    taken = conceal(tree, linked)
    title = tree.css_first("head > title")
    heading = tree.css_first("h1")
    tick()
    article = article_of(tree.body or root)
    links = filter(None, map(_address, tree.css("a[href]")))
    page = _Page(draft, links=len([*islice(links, MOST_LINKS + 1)]) <= MOST_LINKS)
    for opened, node in walk(article or tree.body or root, around=article is None):
        page.enter(node) if opened else page.leave(node)
    page.flush()
    if HIDDEN_NOTE not in draft.missing and (taken or any(map(_words, (tree.body or root).css("[hidden]")))):
        draft.missing.append(HIDDEN_NOTE)
    return one_line(title.text() if title else "") or one_line(heading.text() if heading else "")


def _words(node: "LexborNode") -> bool:
    """Whether there is text in an element that would be shown if the element were."""
    inside = walk(node, around=True)
    return any(bool(one.is_text_node and re.search(r"\w", one.text_content or "")) for opened, one in inside if opened)


def _depth(text: str) -> int:
    """How deep blocks nest, by their tags alone."""
    depth = deepest = 0
    for closing in _NESTING.findall(text):
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


# Text -----------------------------------------------------------------------------------------------------------------


def _address(link: "LexborNode") -> str:
    """The address that a link leads to, if that is one by itself and its words do not say it."""
    target = (link.attributes.get("href") or "").strip()
    said = one_line(link.text())
    if not _ADDRESS.fullmatch(target) or not said or target.partition(":")[2].strip("/") in said:
        return ""
    return target


def _has_definition(term: "LexborNode") -> bool:
    """Whether what a term means stands behind it."""
    following = term.next
    while following is not None and following.tag != "dt":
        if following.tag == "dd":
            return True
        following = following.next
    return False


class _Page:
    """Writes the nodes that it is shown, in their order."""

    def __init__(self, draft: Draft, *, links: bool) -> None:
        """With `links` the addresses that links lead to are written behind their words."""
        self._draft, self._links = draft, links
        self._term = ""
        self._formed: list[tuple[str, int]] = []
        self._inline: list[str] = []
        self._lists: list[int] = []
        self._item = ""
        self._pre = 0
        self._row: list[str] | None = None
        self._tables: list[bool] = []
        self._gap = "\n\n"

    def enter(self, node: "LexborNode") -> None:
        """A node opens."""
        tag = node.tag or ""
        if node.is_text_node:
            self._inline.append(node.text_content or "")
        elif tag in _FORMS:
            self._formed.append((tag, len(self._inline)))
        elif tag == "br":
            self._inline.append("\n" if self._pre else " " if self._row is not None else "\x1f")
        elif tag == "table":
            self.flush()
            self._tables.append(node.css_first(f":is(td, th) :is({_LAYOUT})") is None)
        elif tag == "tr" and self._tables and self._tables[-1]:
            self.flush()
            self._row = []
        elif tag in ("ul", "ol"):
            self.flush()
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "dd" and self._term and self._row is None:
            self.flush()
            self._item = f"{self._term}: "
        elif self._row is None and (tag in _BLOCKS or tag in HEADINGS or tag in ("pre", "td", "th")):
            self._open(tag)

    def _open(self, tag: str) -> None:
        self.flush()
        if tag == "li":
            numbered = bool(self._lists) and self._lists[-1] >= 0
            if numbered:
                self._lists[-1] += 1
            self._item = f"{self._lists[-1]}. " if numbered else "- "
        self._pre += tag == "pre"

    def leave(self, node: "LexborNode") -> None:
        """A node closes."""
        tag = node.tag or ""
        if tag in _FORMS:
            self._reform(tag)
        elif tag == "a" and self._links and (address := _address(node)):
            self._inline.append(f" <{address}>")
        elif self._row is not None:
            self._leave_cell(tag)
        elif tag == "dt":
            self._term = self._taken()
            if not _has_definition(node):
                self._draft.add(self._term)
        elif tag == "dl":
            self.flush()
            self._term, self._gap = "", "\n\n"
        elif tag == "table":
            self.flush()
            self._tables = self._tables[:-1]
        elif tag in HEADINGS:
            self._draft.heading(HEADINGS[tag], self._taken())
        elif tag == "pre":
            self._pre = max(self._pre - 1, 0)
            text = "".join(self._inline).strip("\n").replace("\x1f", "\n")
            self._inline = []
            self._draft.add(f"```\n{text}\n```" if text.strip() and "```" not in text else text)
        elif tag in _BLOCKS or tag in ("td", "th"):
            self.flush()
            if tag in ("ul", "ol"):
                self._lists = self._lists[:-1]
                self._gap = "\n\n"
            elif tag == "li":
                self._item = ""

    def _reform(self, tag: str) -> None:
        """Write what the element held in its form; raised cents of a price stand behind a point."""
        while self._formed and self._formed[-1][0] != tag:
            self._formed.pop()
        start = self._formed.pop()[1] if self._formed else len(self._inline)
        if start > len(self._inline):  # a block began within it
            start = 0
        inner, before = "".join(self._inline[start:]), "".join(self._inline[max(start - 3, 0) : start])
        cents = tag == "sup" and re.fullmatch(r"\s*\d\d\s*", inner) and _PRICE.search(before)
        self._inline[start:] = [f".{inner.strip()}" if cents and "." not in before[-3:] else _FORMS[tag](inner)]

    def _leave_cell(self, tag: str) -> None:
        row = self._row or []
        if tag in ("td", "th"):
            self._row = [*row, self._taken()]
        elif tag in ("tr", "table"):
            self._row = None
            self._draft.add(cells(row), self._gap)
            self._gap = "\n" if any(row) else self._gap
            if tag == "table":
                self._tables, self._gap = self._tables[:-1], "\n\n"
        elif tag in ("li", "p", "div"):
            self._inline.append(" ")

    def _taken(self) -> str:
        """What stands in the current line."""
        text = one_line("".join(self._inline).replace("\x1f", " "))
        self._inline = []
        return text

    def flush(self) -> None:
        """End the current line, if there is one."""
        if self._pre or self._row is not None:
            return
        text = "\n".join(filter(None, map(one_line, "".join(self._inline).split("\x1f"))))
        self._inline = []
        if not text:
            return
        indent = "  " * max(len(self._lists) - 1, 0) if self._item else ""
        self._draft.add(f"{indent}{self._item}{text}", "\n" if self._item and self._gap == "\n" else "\n\n")
        self._gap = "\n" if self._item else "\n\n"
        self._item = ""
