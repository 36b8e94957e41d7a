"""Word: tables, also within each other, their cells in the columns that they stand in.

Owns rows and cells; knows nothing of what else a document holds.
"""

from typing import TYPE_CHECKING

from index.read.draft.draft import Draft, one_line
from index.read.draft.grid import Cell, flat
from index.read.draft.rows import cells
from index.read.office.archive import attribute, local
from index.read.word.hidden import UNKNOWN, Look, shade
from index.read.word.numbers import Numbers
from index.read.word.runs import Words, within

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def write_table(table: "Element", draft: Draft, words: Words, numbers: Numbers) -> None:
    """Its rows in order, those of a table within a cell behind the row that it stands in."""
    gap = "\n\n"
    stack: list[tuple[Element | None, Look, str]] = [(table, {}, "")]
    while stack:
        one, around, line = stack.pop()
        if one is None:
            draft.add(line, gap)
            gap = "\n" if line else gap
            continue
        around = {**around, **_around(one)}
        rows = [row for row in within(one, {"tr"}) if not words.looks.hides_row(row) and not _deleted(row)]
        found = [_row(row, around, words, numbers) for row in rows]
        lines = [cells(row) for row in flat([row for row, _ in found])]
        lines = [""] * (len(found) - len(lines)) + lines  # a header of two rows has become one
        for line, (_, inner) in zip(reversed(lines), reversed(found), strict=True):
            stack += [(nested, look, "") for nested, look in reversed(inner)]
            stack.append((None, {}, line))


def _row(row: "Element", around: Look, words: Words, numbers: Numbers) -> tuple[list[Cell], list[tuple["Element", Look]]]:
    """A row's cells, and the tables that stand in them."""
    made = [Cell("") for _ in range(_before(row))]
    nested: list[tuple[Element, Look]] = []
    for cell in within(row, {"tc"}):
        look = {**around, **_shade(cell)}
        blocks = list(within(cell, {"p", "tbl"}))
        texts = [_text(block, look, words, numbers) for block in blocks if local(block.tag) == "p"]
        nested += [(block, look) for block in blocks if local(block.tag) == "tbl"]
        across, again = _span(cell)
        made.append(Cell(" ".join(texts), across, 1, again and not one_line(" ".join(texts))))
    return made, nested


def _text(paragraph: "Element", look: Look, words: Words, numbers: Numbers) -> str:
    number = numbers.before(next((e for e in paragraph if local(e.tag) == "pPr"), None))
    text = words.text(paragraph, look)
    return f"{number} {text.strip()}" if number and number != "-" and text.strip() else text


def _properties(element: "Element", name: str) -> "Element | None":
    return next((one for one in element if local(one.tag) == name), None)


def _span(cell: "Element") -> tuple[int, bool]:
    """Over how many columns a cell goes, and whether it goes on from the one above."""
    about = _properties(cell, "tcPr")
    if about is None:
        return 1, False
    span, merge = _properties(about, "gridSpan"), _properties(about, "vMerge")
    wide = attribute(span, "val") if span is not None else "1"
    again = merge is not None and attribute(merge, "val") in ("", "continue")
    return int(wide) if wide.isdecimal() and len(wide) < len("99999") else 1, again


def _before(row: "Element") -> int:
    """How many columns a row leaves free before its first cell."""
    about = _properties(row, "trPr")
    found = None if about is None else _properties(about, "gridBefore")
    value = "0" if found is None else attribute(found, "val")
    return min(int(value), 63) if value.isdecimal() and len(value) < len("99999") else 0


def _deleted(row: "Element") -> bool:
    """Whether a row has been deleted under tracked changes."""
    about = _properties(row, "trPr")
    return about is not None and _properties(about, "del") is not None


def _around(table: "Element") -> Look:
    """What is known of what is behind a table's letters: nothing where it has a style of its own."""
    style = next((attribute(e, "val") for p in table if local(p.tag) == "tblPr" for e in p if local(e.tag) == "tblStyle"), "")
    return {"ground": UNKNOWN} if style not in ("", "TableGrid", "TableNormal") else {}


def _shade(cell: "Element") -> Look:
    """What a cell says of what is behind its letters."""
    return next((shade(one) for one in cell if local(one.tag) == "tcPr"), {})
