"""HTML: the article of a page, without its navigation, as Markdown.

Owns what of a page is text and which part of it is the article; knows nothing of where pages come from. When what looks like
the article holds too little of the page, all visible text is taken: text that is there is never lost to a guess.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN_NOTE, Draft, one_line
from index.read.draft.rows import cells
from index.read.plain.decode import decode
from index.read.plain.text import looks_like
from index.read.web.hidden import Linked, conceal

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

ENOUGH = 0.3
"""An article that holds less than this share of the page's visible text is a wrong guess."""

DEEPEST = 5000
"""So many elements stand within each other at most: the time that a parser takes goes with the square of it."""

_TOO_DEEP = f"HTML that nests more than {DEEPEST:,} deep"

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([\w:.-]{2,40})""", re.IGNORECASE)
_XML_ENCODING = re.compile(rb"""^\s*<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w:.-]{2,40})""")
_INVISIBLE = frozenset("head script style noscript template svg math iframe object canvas audio video select datalist".split())
_AROUND = frozenset("nav aside form dialog button menu".split())
_ROLES = frozenset("navigation banner contentinfo search complementary dialog".split())
_CLASSES = re.compile(
    r"(?i)(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|toc|footer|cookies?|consent|share|sharing|social|"
    r"advert|advertisement|ads?|promo|newsletter|related|skip|pagination|pager|comments?)(?:$|[\s_-])"
)
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer form header"
    " hgroup hr html legend li main nav ol p section summary table tbody tfoot thead tr ul caption".split()
)
_HEADINGS = {f"h{n}": n for n in range(1, 7)}
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
        raise FileLeftOut(_TOO_DEEP)
    tree = LexborHTMLParser(text)
    root = tree.root
    if root is None:
        return ""
    taken = conceal(tree, linked)
    title = tree.css_first("head > title")
    heading = tree.css_first("h1")
    tick()
    page = _Page(draft)
    article = _article(tree.body or root)
    for opened, node in _walk(article or tree.body or root, around=article is None):
        page.enter(node) if opened else page.leave(node)
    page.flush()
    if HIDDEN_NOTE not in draft.missing and (taken or any(map(_words, (tree.body or root).css("[hidden]")))):
        draft.missing.append(HIDDEN_NOTE)
    return one_line(title.text() if title else "") or one_line(heading.text() if heading else "")


def _words(node: "LexborNode") -> bool:
    """Whether there is text in an element that would be shown if the element were."""
    inside = _walk(node, around=True)
    return any(bool(one.is_text_node and re.search(r"\w", one.text_content or "")) for opened, one in inside if opened)


def _depth(text: str) -> int:
    """How deep blocks nest, by their tags alone."""
    depth = deepest = 0
    for closing in _NESTING.findall(text):
        depth = max(depth - 1, 0) if closing else depth + 1
        deepest = max(deepest, depth)
    return deepest


# The article ----------------------------------------------------------------------------------------------------------


def _article(body: "LexborNode") -> "LexborNode | None":
    """The element whose text is the article, or None where all visible text is to be taken."""
    visible = _length(body, around=True)
    mains = body.css("main, [role=main]")
    articles = body.css("article")
    for one in (mains[0] if len(mains) == 1 else None, articles[0] if len(articles) == 1 else None, body):
        if one is not None and _length(one, around=False) >= max(ENOUGH * visible, 1):
            return one
    return None


def _length(node: "LexborNode", *, around: bool) -> int:
    """How many characters without white space a node's text has."""
    inside = _walk(node, around=around)
    return sum(len("".join((one.text_content or "").split())) for opened, one in inside if opened and one.is_text_node)


def _walk(root: "LexborNode", *, around: bool) -> Iterator[tuple[bool, "LexborNode"]]:
    """Nodes below a root as they open (True) and close, what is not shown left out; without recursion, pages nest deeply."""
    node: LexborNode | None = root
    depth = 0
    while node is not None:
        shown = depth == 0 or _shown(node, around=around)
        if shown:
            yield True, node
            if node.first_child is not None:
                node, depth = node.first_child, depth + 1
                if depth > DEEPEST:
                    raise FileLeftOut(_TOO_DEEP)
                continue
            yield False, node
        while depth and node is not None and node.next is None:
            node, depth = node.parent, depth - 1
            if node is not None:
                yield False, node
        node = node.next if depth and node is not None else None


def _shown(node: "LexborNode", *, around: bool) -> bool:
    """Whether a node is visible and, but with `around`, of the article rather than of what stands around it."""
    if node.is_text_node:
        return True
    return _visible(node) and (around or not _stands_around(node))


def _visible(node: "LexborNode") -> bool:
    """Whether a browser shows the element."""
    has = node.attributes
    hidden = "hidden" in has or (has.get("aria-hidden") == "true" and node.tag not in ("body", "main", "article"))
    return node.tag not in _INVISIBLE and node.tag != "-comment" and not hidden


def _stands_around(node: "LexborNode") -> bool:
    """Whether the element is navigation, advertising or the like."""
    tag, attributes = node.tag or "", node.attributes
    if tag in _HEADINGS or tag in ("p", "body", "main", "article"):
        return False
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if tag in _AROUND or (attributes.get("role") or "") in _ROLES:
        return True
    if tag in ("header", "footer"):
        return not _within_article(node)
    return bool(_CLASSES.search(named)) and _is_list_of_links(node)


def _within_article(node: "LexborNode") -> bool:
    """Whether an article or section is around it, whose own header it then is."""
    above = node.parent
    while above is not None and above.tag != "body":
        if above.tag in ("article", "main", "section"):
            return True
        above = above.parent
    return False


def _is_list_of_links(node: "LexborNode") -> bool:
    """Whether at least half of a node's text is in links, or there is hardly any."""
    text = len(node.text(strip=True))
    return text < 200 or sum(len(link.text(strip=True)) for link in node.css("a")) * 2 >= text


# Text -----------------------------------------------------------------------------------------------------------------


class _Page:
    """Writes the nodes that it is shown, in their order."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
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
        elif self._row is None and (tag in _BLOCKS or tag in _HEADINGS or tag in ("pre", "td", "th")):
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
        if self._row is not None:
            self._leave_cell(tag)
        elif tag == "table":
            self.flush()
            self._tables = self._tables[:-1]
        elif tag in _HEADINGS:
            self._draft.heading(_HEADINGS[tag], self._taken())
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
