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
from index.read.draft.scripts import cents, lowered, raised, struck
from index.read.plain.decode import decode
from index.read.plain.text import looks_like
from index.read.web.article import DEEPEST, HEADINGS, TOO_DEEP, article_of, walk
from index.read.web.hidden import FORM, Linked, conceal
from index.read.web.instead import write_out
from index.read.web.table import Table, is_data

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode


_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w:.-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:.-]{2,40})""")
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header"
    " hgroup hr html legend li main nav ol p section summary table tbody tfoot thead tr ul caption".split()
)
_FORMS = {"s": struck, "strike": struck, "del": struck, "sup": raised, "sub": lowered}
"""Elements whose text is written otherwise than it stands there; a style sheet may say the same of any element."""

_ADDRESS = re.compile(r"(?:https?://|mailto:)[!-;=?-~]{3,500}", re.IGNORECASE)

MOST_LINKS = 50
"""Links of a page whose addresses are written out at most: a page of more is a list of links, or one of many like it."""

_NESTING = re.compile(
    r"(?i)<(/?)(?:address|article|aside|blockquote|center|details|dialog|div|dl|fieldset|figure|footer|form|header|hgroup|main|nav"
    r"|ol|section|table|ul)\b"
)
"""Tags of blocks, but those that end where the next one begins."""


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
    write_out(tree)
    title = tree.css_first("head > title")
    heading = tree.css_first("h1")
    tick()
    article = article_of(tree.body or root)
    links = filter(None, map(_address, tree.css("a[href]")))
    page = _Page(draft, _forms(tree), links=len([*islice(links, MOST_LINKS + 1)]) <= MOST_LINKS)
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


def _forms(tree: "LexborHTMLParser") -> dict[int, Callable[[str], str]]:
    """How the text of elements is written that do not write it as it stands, by their numbers."""
    return {one.mem_id: _FORMS[one.attributes.get(FORM) or one.tag or ""] for one in tree.css(f"[{FORM}], {', '.join(_FORMS)}")}


def _parts(tag: str) -> bool:
    """Whether an element stands by itself, rather than within a line."""
    return tag in _BLOCKS or tag in HEADINGS or tag in ("pre", "td", "th")


class _Page:
    """Writes the nodes that it is shown, in their order."""

    def __init__(self, draft: Draft, forms: dict[int, Callable[[str], str]], *, links: bool) -> None:
        """With `links` the addresses that links lead to are written behind their words."""
        self._draft, self._forms, self._links = draft, forms, links
        self._term = ""
        self._formed: list[tuple[Callable[[str], str], int]] = []
        self._inline: list[str] = []
        self._lists: list[int] = []
        self._item = ""
        self._pre = 0
        self._tables: list[Table | None] = []
        self._gap = "\n\n"

    @property
    def _row(self) -> Table | None:
        """The table in a row of which the text stands, if in one."""
        table = self._tables[-1] if self._tables else None
        return table if table and table.open else None

    def enter(self, node: "LexborNode") -> None:
        """A node opens."""
        tag = node.tag or ""
        if node.is_text_node:
            self._inline.append(node.text_content or "")
        elif form := self._forms.get(node.mem_id):
            self._formed.append((form, len(self._inline)))
        if tag == "br":
            self._inline.append("\n" if self._pre else " " if self._row else "\x1f")
        elif tag == "table":
            self._open_table(node)
        elif tag == "tr" and (table := self._tables[-1] if self._tables else None):
            self.flush()
            table.begin_row()
        elif self._row:
            self._inline.append(" " if _parts(tag) else "")
        elif tag in ("ul", "ol"):
            self.flush()
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "dd" and self._term:
            self.flush()
            self._item = f"{self._term}: "
        elif _parts(tag):
            self._open(tag)

    def _open_table(self, node: "LexborNode") -> None:
        """Its rows are written when it ends; one that parts the page is none, but within another table."""
        if self._row:
            self._tables.append(Table(held=self._taken()))
        else:
            self.flush()
            self._tables.append(Table() if is_data(node) else None)

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
        if tag == "a" and self._links and (address := _address(node)):
            self._inline.append(f" <{address}>")
        elif tag == "table":
            self._leave_table()
        elif row := self._row:
            self._inline.append(" " if _parts(tag) else "")
            if tag in ("td", "th"):
                row.add(node, self._taken())
        elif tag in HEADINGS:
            self._draft.heading(HEADINGS[tag], self._taken())
        elif _parts(tag):
            self._leave_block(node, tag)
        if node.mem_id in self._forms:
            self._reform()

    def _leave_block(self, node: "LexborNode", tag: str) -> None:
        if tag == "dt":
            self._term = self._taken()
            if not _has_definition(node):
                self._draft.add(self._term)
        elif tag == "pre":
            self._pre = max(self._pre - 1, 0)
            text = self._said().strip("\n").replace("\x1f", "\n")
            self._draft.add(f"```\n{text}\n```" if text.strip() and "```" not in text else text)
        self.flush()
        if tag == "dl":
            self._term, self._gap = "", "\n\n"
        elif tag in ("ul", "ol"):
            self._lists, self._gap = self._lists[:-1], "\n\n"
        elif tag == "li":
            self._item = ""

    def _leave_table(self) -> None:
        table = self._tables.pop() if self._tables else None
        if table is None:
            self.flush()
        elif row := self._row:
            row.within(table)
            self._inline.append(f"{table.held} ")
        else:
            for n, line in enumerate(table.lines()):
                self._draft.add(line, "\n" if n else "\n\n")
            self._gap = "\n\n"

    def _reform(self) -> None:
        """Write what an element held in its form; raised cents of a price stand behind a point."""
        form, start = self._formed.pop()
        inner, before = "".join(self._inline[start:]), "".join(self._inline[max(start - 3, 0) : start])
        price = cents(before, inner.strip()) if form is raised else ""
        if form is not struck or struck not in [around for around, _ in self._formed]:
            inner = price or "\x1f".join(map(form, inner.split("\x1f")))
        self._inline[start:] = [inner]

    def _said(self) -> str:
        """What stands in the current line, in the forms that are open, and which go on in the next one."""
        open_forms = [form for form, _ in self._formed]
        while self._formed:
            self._reform()
        text = "".join(self._inline)
        self._inline, self._formed = [], [(form, 0) for form in open_forms]
        return text

    def _taken(self) -> str:
        """The current line, without breaks."""
        return one_line(self._said().replace("\x1f", " "))

    def flush(self) -> None:
        """End the current line, if there is one."""
        if self._pre or self._row:
            return
        text = "\n".join(filter(None, map(one_line, self._said().split("\x1f"))))
        if not text:
            return
        indent = "  " * max(len(self._lists) - 1, 0) if self._item else ""
        self._draft.add(f"{indent}{self._item}{text}", "\n" if self._item and self._gap == "\n" else "\n\n")
        self._gap = "\n" if self._item else "\n\n"
        self._item = ""
