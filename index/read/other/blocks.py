"""OpenDocument: headings, paragraphs, lists and tables of a text, in Markdown.

Owns the order of blocks; knows nothing of what stands within one.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.read.draft.draft import Draft, one_line
from index.read.draft.grid import Cell, flat
from index.read.draft.rows import cells
from index.read.office.archive import attribute, local
from index.read.other.styles import Level, numbered
from index.read.other.words import Words

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_LEFT = {"tracked-changes", "sequence-decls", "variable-decls", "user-field-decls", "forms", "annotation-end", "desc", "title"}
_LEFT |= {"notes", "settings", "event-listeners", "animations", "par", "annotation"}


class Blocks:
    """What is written of one document; `title` is its first heading."""

    def __init__(self, draft: Draft, words: Words) -> None:
        """Into a draft."""
        self._draft, self._words = draft, words
        self._counts: dict[str, dict[int, int]] = {}
        self.title = ""

    def write(self, root: "Element", *, paper: bool = True) -> None:
        """The blocks below an element, wherever they are wrapped."""
        stack: list[tuple[Element, str, int, bool]] = [(root, "", 0, True)]
        while stack:
            one, style, depth, first = stack.pop()
            name = local(one.tag)
            if name in ("p", "h"):
                self._paragraph(one, style, depth, first=first, paper=paper)
            elif name == "table":
                self._table(one)
            elif name == "list":
                style = attribute(one, "style-name") or style
                if not depth and attribute(one, "continue-numbering") != "true" and not attribute(one, "continue-list"):
                    self._counts.pop(style, None)
                stack += [(item, style, depth + 1, True) for item in reversed(one)]
            elif name in ("list-item", "list-header"):
                inner = list(one)
                firsts = [n for n, e in enumerate(inner) if local(e.tag) in ("p", "h")][:1]
                stack += [(e, style, depth, n in firsts and name == "list-item") for n, e in reversed(list(enumerate(inner)))]
            elif name in ("frame", "custom-shape", "rect", "ellipse") or name.endswith("shape"):
                self._frame(one)
            elif name == "section" and attribute(one, "display") == "none":
                self._words.hidden = True
            elif name not in _LEFT:
                stack += [(inner, style, depth, True) for inner in reversed(one)]

    def _frame(self, frame: "Element") -> None:
        """A box that stands by itself: its text and its tables."""
        if any(local(e.tag) == "table" for e in frame):
            for one in frame:
                if local(one.tag) == "table":
                    self._table(one)
            return
        box = next((e for e in frame if local(e.tag) == "text-box"), None)
        if box is not None or local(frame.tag) != "frame":
            for one in frame if box is None else box:
                self.write(one, paper=False)
            return
        holder = frame.makeelement("p", {})
        holder.append(frame)
        self._draft.add(self._words.text(holder))

    def _paragraph(self, one: "Element", style: str, depth: int, *, first: bool, paper: bool) -> None:
        text = self._words.text(one, paper=paper).strip()
        said = next((one_line("".join(e.itertext())) for e in one if local(e.tag) == "number"), "")
        if local(one.tag) == "h":
            level = attribute(one, "outline-level")
            deep = int(level) if level in set("123456789") else 1
            number = said or self._number("", self._words.styles.outline, deep, one)
            text = one_line(text)
            self.title = self.title or text
            self._draft.heading(deep, f"{'' if number == '-' else number} {text}" if text else "")
        elif depth and first:
            levels = self._words.styles.lists.get(style, {})
            number = said or self._number(style, levels, depth, one)
            self._draft.add(f"{number} {one_line(text)}".strip() if text else "", "\n")
        else:
            self._draft.add(text)
        for comment in self._words.comments_met():
            self._draft.add(comment)

    def _number(self, style: str, levels: dict[int, Level], place: int, one: "Element") -> str:
        """Count on, and the number that stands before it."""
        counts = self._counts.setdefault(style, {})
        start = levels[place].start if place in levels else 1
        counts[place] = counts.get(place, start - 1) + 1
        for deeper in [n for n in counts if n > place]:
            del counts[deeper]
        plain = not levels or attribute(one, "is-list-header") == "true"
        return ("" if not style else "-") if plain else numbered(levels, counts, place)

    def _table(self, table: "Element") -> None:
        """Its rows in order, those of a table within a cell behind the row that it stands in."""
        gap = "\n\n"
        stack: list[tuple[Element | None, str]] = [(table, "")]
        while stack:
            one, line = stack.pop()
            if one is None:
                self._draft.add(line, gap)
                gap = "\n" if line else gap
                continue
            found = [self._row(row) for row in rows_of(one)]
            lines = [cells(row) for row in flat([row for row, _ in found])]
            lines = [""] * (len(found) - len(lines)) + lines
            for line, (_, inner) in zip(reversed(lines), reversed(found), strict=True):
                stack += [(nested, "") for nested in reversed(inner)]
                stack.append((None, line))
        for comment in self._words.comments_met():
            self._draft.add(comment)

    def _row(self, row: "Element") -> tuple[list[Cell], list["Element"]]:
        made: list[Cell] = []
        nested: list[Element] = []
        for cell in row:
            if local(cell.tag) != "table-cell":
                continue
            texts = []
            stack = list(reversed(cell))
            while stack:
                one = stack.pop()
                if local(one.tag) in ("p", "h"):
                    texts.append(self._words.text(one, paper=False))
                elif local(one.tag) == "table":
                    nested.append(one)
                elif local(one.tag) not in _LEFT:
                    stack += reversed(one)
            across, down = (_many(cell, f"number-{what}-spanned") for what in ("columns", "rows"))
            made += [Cell(" ".join(texts), across, down)] * min(_many(cell, "number-columns-repeated"), 64)
        return made, nested


def rows_of(table: "Element") -> Iterator["Element"]:
    """The rows of a table, wherever they are wrapped, but for those of tables within."""
    stack = list(reversed(table))
    while stack:
        one = stack.pop()
        if local(one.tag) == "table-row":
            yield one
        elif local(one.tag) in ("table-header-rows", "table-rows", "table-row-group"):
            stack += reversed(one)


def _many(element: "Element", name: str) -> int:
    value = attribute(element, name)
    return max(int(value), 1) if value.isdecimal() and len(value) < len("99999999") else 1
