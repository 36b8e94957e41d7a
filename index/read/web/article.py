"""HTML: which element of a page is its article, and which of its nodes a person reads."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.errors import FileLeftOut

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

DEEPEST = 5000
"""So many elements stand within each other at most: the time that a parser takes goes with the square of it."""

ENOUGH = 0.3
"""An article that holds less than this share of the page's visible text is a wrong guess."""

TOO_DEEP = f"HTML that nests more than {DEEPEST:,} deep"

_INVISIBLE = frozenset("head script style noscript template svg math iframe object canvas audio video select datalist".split())
_AROUND = frozenset("nav form dialog button menu".split())
_ROLES = frozenset("navigation banner contentinfo search complementary dialog".split())
_CLASSES = re.compile(
    r"(?i)(?:^|[\s_-])(?:nav|navbar|navigation|menu|breadcrumbs?|sidebar|toc|footer|cookies?|consent|share|sharing|social|"
    r"advert|advertisement|ads?|promo|newsletter|related|skip|pagination|pager|comments?)(?:$|[\s_-])"
)
_NOTES = re.compile(
    r"(?i)(?:^|[\s_-])(?:notes?|(?:foot|end|rear|side)notes?|warning|caution|danger|important|tip|hint|info|example|admonition|callout)"
    r"(?:$|[\s_-])"
)
"""Kinds of asides that are part of the text, by their class, role or `epub:type`."""

HEADINGS = {f"h{n}": n for n in range(1, 7)}


def article_of(body: "LexborNode") -> "LexborNode | None":
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
    inside = walk(node, around=around)
    return sum(len("".join((one.text_content or "").split())) for opened, one in inside if opened and one.is_text_node)


def walk(root: "LexborNode", *, around: bool) -> Iterator[tuple[bool, "LexborNode"]]:
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
                    raise FileLeftOut(TOO_DEEP)
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
    if tag in HEADINGS or tag in ("p", "body", "main", "article"):
        return False
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}"
    if tag in _AROUND or (attributes.get("role") or "") in _ROLES:
        return True
    if tag in ("header", "footer"):
        return not _within_article(node)
    if tag == "aside":
        kinds = f"{named} {attributes.get('epub:type') or ''} {attributes.get('role') or ''}"
        return _length_of_links(node) * 2 >= len(node.text(strip=True)) or not (_within_article(node) or _NOTES.search(kinds))
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
    return text < 200 or _length_of_links(node) * 2 >= text


def _length_of_links(node: "LexborNode") -> int:
    return sum(len(link.text(strip=True)) for link in node.css("a"))
