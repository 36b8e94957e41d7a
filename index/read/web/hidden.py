"""HTML: which elements of a page a person who opens it does not see, by their styles and those of the page's sheets.

Owns the cascade, as far as it hides; what a declaration means is `style.py`'s. An element that is not seen gets the attribute
`hidden`, one whose text is struck out, raised or lowered `data-qa-form`. When in doubt it is seen: letters in the colour of
their background only where both are known.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from index.read.style import Rule, colour, declared, form, hides, hides_letters, rules, same

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

PAPER = (255, 255, 255)
"""The colour behind a page that names none."""

FORM = "data-qa-form"
"""The attribute that an element gets whose text a style sheet strikes out, raises or lowers: "s", "sup" or "sub"."""

_GROUND = ("background", "background-color", "background-image")
_PLACED = ("absolute", "fixed", "sticky")
_NAMED = re.compile(r"[.#]([\w-]+)")
_Given = dict[str, tuple[tuple[int, ...], str]]
"""By property what is declared for an element, with its weight."""

Linked = Callable[[str], str | None]
"""The text of a sheet that a page links to, None where it is not to be had."""


def conceal(tree: "LexborHTMLParser", linked: Linked) -> bool:
    """Mark the elements of a page that are not seen; True if text was taken out that stood between some that are."""
    page = _Cascade(tree, linked)
    taken = False
    for number, given in page.given.items():
        key = tuple((name, value) for name, (_, value) in given.items())
        hidden, letters, told = _judged(key)
        node = page.nodes[number]
        if hidden:
            node.attrs["hidden"] = ""
        elif letters or page.blends(number):
            taken = _conceal_letters(node, page, letters or "color") or taken
        if told:
            node.attrs[FORM] = told
    _judged.cache_clear()
    return taken


@cache
def _judged(declarations: tuple[tuple[str, str], ...]) -> tuple[bool, str, str]:
    style = dict(declarations)
    return hides(style), hides_letters(style), form(style)


class _Cascade:
    """What is declared for each element of a page, by number."""

    def __init__(self, tree: "LexborHTMLParser", linked: Linked) -> None:
        self.given: dict[int, _Given] = {}
        self.nodes: dict[int, LexborNode] = {}
        self._whole = True
        self._grounds: dict[int, tuple[int, ...] | None] = {}
        self._names: set[str] | None = None
        for order, rule in enumerate(self._rules(tree, linked)):
            self._apply(tree, rule, order)
        declare = cache(declared)
        for node in tree.css("[style], [bgcolor], [background], font[color]"):
            has = node.attributes
            for name, value in (("background", has.get("background") and "url()"), ("background", has.get("bgcolor"))):
                self._give(node, {name: value.lower()} if value else {}, (0,))
            if node.tag == "font" and has.get("color"):
                self._give(node, {"color": (has["color"] or "").lower()}, (0,))
            self._give(node, declare(has.get("style") or ""), (1_000_000,))

    def _rules(self, tree: "LexborHTMLParser", linked: Linked) -> Iterator[Rule]:
        for node in tree.css("style, link"):
            has = node.attributes
            text: str | None = node.text()
            if node.tag == "link":
                if "stylesheet" not in (has.get("rel") or "").lower():
                    continue
                text = linked(has.get("href") or "")
            self._whole = self._whole and text is not None and "@import" not in text
            yield from rules(text or "", has.get("media") or "")

    def _apply(self, tree: "LexborHTMLParser", rule: Rule, order: int) -> None:
        from selectolax.lexbor import SelectolaxError

        style = dict(rule.style)
        if not rule.sure:  # a sheet for small screens or for the dark
            style = {name: value for name, value in style.items() if name != "color" and name not in _GROUND}
            if hides({**style, "position": "absolute", "overflow": "hidden"}) or hides_letters(style):
                return
        for selector in [rule.selectors] if "(" in rule.selectors else rule.selectors.split(","):
            if self._names is None:
                self._names = _names(tree)
            if not re.search(r"[(\\]", selector) and not self._names.issuperset(_NAMED.findall(selector)):
                continue
            weight = len(re.findall("#", selector)), len(re.findall(r"[.\[:]", selector)), len(selector.split()), order
            try:
                found = tree.css(selector.strip())
            except SelectolaxError:  # what only a browser has, such as ::before
                continue
            for node in found:
                self._give(node, style, weight)

    def _give(self, node: "LexborNode", style: dict[str, str], weight: tuple[int, ...]) -> None:
        if not style:
            return
        number = node.mem_id
        self.nodes.setdefault(number, node)
        given = self.given.setdefault(number, {})
        for name, value in style.items():
            weighed = "!important" in value.replace(" ", ""), *weight
            if name not in given or given[name][0] <= weighed:
                given[name] = weighed, value

    def value(self, number: int, name: str) -> str:
        """What is declared of a property, or ""."""
        return self.given.get(number, {}).get(name, ((), ""))[1]

    def blends(self, number: int) -> bool:
        """Whether an element's letters are of the colour that is behind them, as far as both are known."""
        ink = colour(self.value(number, "color"))
        if not ink or self.value(number, "text-shadow") or any("background-clip" in name for name in self.given[number]):
            return False
        ground = self._ground(self.nodes[number])
        return bool(ground) and same(ink, ground or ())

    def _ground(self, node: "LexborNode | None") -> tuple[int, ...] | None:
        """The colour behind an element, or None where it is not known: a picture, another sheet, what it lies over."""
        passed: list[int] = []
        found: tuple[int, ...] | None = PAPER if self._whole else None
        while node is not None:
            number = node.mem_id
            if number in self._grounds:
                found = self._grounds[number]
                break
            passed.append(number)
            known, plain = self._own_ground(number)
            if known:
                found = plain
                break
            node = node.parent
        self._grounds.update(dict.fromkeys(passed, found))
        return found

    def _own_ground(self, number: int) -> tuple[bool, tuple[int, ...] | None]:
        """Whether an element itself says what is behind its letters, and the colour of that."""
        if number not in self.given:
            return False, None
        for value in filter(None, (self.value(number, name) for name in _GROUND)):
            plain = colour(value)
            if plain != () and value.split("!")[0].strip() not in ("none", "inherit", "initial", "unset"):
                return True, plain
        return self.value(number, "position") in _PLACED, None


def _names(tree: "LexborHTMLParser") -> set[str]:
    """The classes and ids of a page: most rules of a large sheet are for others."""
    named = [node.attributes for node in tree.css("[class], [id]")]
    return {name for has in named for key in ("class", "id") for name in (has.get(key) or "").split()}


def _conceal_letters(root: "LexborNode", page: _Cascade, name: str) -> bool:
    """Mark what of an element is not seen, which is all but the elements in it for which the property is given anew.

    True if text between those was taken out, which cannot be marked.
    """
    names = ("color", *_GROUND) if name == "color" else (name,)
    anew = [node for node in root.css("*") if node.mem_id != root.mem_id and any(page.value(node.mem_id, n) for n in names)]
    around: set[int] = set()
    for node in anew:
        above: Any = node.parent
        while above is not None and above.mem_id not in around:
            around.add(above.mem_id)
            above = None if above.mem_id == root.mem_id else above.parent
    if not around:
        root.attrs["hidden"] = ""
        return False
    taken = False
    kept, stack = {node.mem_id for node in anew}, [root]
    while stack:
        for child in list(stack.pop().iter(include_text=True)):
            if child.is_text_node:
                taken = taken or bool((child.text_content or "").strip())
                child.decompose()
            elif child.mem_id not in kept and child.mem_id in around:
                stack.append(child)
            elif child.mem_id not in kept:
                child.attrs["hidden"] = ""
    return taken
