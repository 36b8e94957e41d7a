"""Word documents: headings, lists, tables, notes, comments, headers and footers, in Markdown.

Owns WordprocessingML, read from the XML itself: python-docx has no notes, no text boxes, and leaves out what is inserted under
tracked changes. What has been deleted under them is not read.
"""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from index.passage import Document
from index.read.draft.draft import HIDDEN_NOTE, Draft, one_line, ticking
from index.read.office.archive import Archive, attribute, core_title, local
from index.read.word.hidden import Looks
from index.read.word.margins import comments, notes, running
from index.read.word.numbers import Numbers
from index.read.word.runs import Words, within
from index.read.word.tables import write_table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_MAIN = "word/document.xml"
_HEADING = re.compile(r"(?i)(?:heading|überschrift|titre|título|titolo|kop|rubrik)\s*(\d)$")
_TICK_EVERY = 200


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """The body in order, then foot- and endnotes, then what stands at the head and foot of pages."""
    archive = Archive(data, ".docx")
    main = next((path for kind, path in archive.related("").values() if kind == "officeDocument"), _MAIN)
    document, parts = archive.xml(main), _parts(archive, main)
    looks = Looks(parts["styles"], document)
    words, numbers = Words(archive, looks), Numbers(parts["numbering"], parts["styles"])
    words.comments = comments(parts["comments"], words)
    words.enter(main)
    draft = Draft(len(data))
    title = _body(document, draft, words, numbers, _levels(parts["styles"]), tick)
    notes(archive, main, draft, words)
    running(archive, main, document, draft, words)
    draft.missing += [HIDDEN_NOTE] if looks.met else []
    draft.missing += sorted(set(words.missing))
    return draft.document(core_title(archive) or title)


def _parts(archive: Archive, main: str) -> dict[str, "Element | None"]:
    """What tells of styles, numbers and comments, where the document has it."""
    found: dict[str, Element | None] = {"styles": None, "numbering": None, "comments": None}
    for kind, path in archive.related(main).values():
        if kind in found and path in archive:
            found[kind] = archive.xml(path)
    return found


def _body(
    document: "Element", draft: Draft, words: Words, numbers: Numbers, levels: dict[str, int], tick: Callable[[], None]
) -> str:
    """Write the blocks; the first heading."""
    title = ""
    for block in ticking(_blocks(document), tick, _TICK_EVERY):
        if local(block.tag) == "tbl":
            write_table(block, draft, words, numbers)
        else:
            level, text = _paragraph(block, draft, words, numbers, levels)
            title = title or (text if level == 1 else "")
        for comment in words.comments_met():
            draft.add(comment)
    return title


def _paragraph(block: "Element", draft: Draft, words: Words, numbers: Numbers, levels: dict[str, int]) -> tuple[int, str]:
    """Write a paragraph; its level as a heading, and its text in one line."""
    properties = next((e for e in block if local(e.tag) == "pPr"), None)
    style = "" if properties is None else next((attribute(e, "val") for e in properties if local(e.tag) == "pStyle"), "")
    number = numbers.before(properties)
    text, level = words.text(block).strip(), levels.get(style, 0)
    if properties is not None and any(local(e.tag) == "outlineLvl" for e in properties) and not level:
        value = next(attribute(e, "val") for e in properties if local(e.tag) == "outlineLvl")
        level = int(value) + 1 if value in set("012345678") and len(text) <= _LONGEST_HEADING else 0
    shown = "" if number is None else number
    if not text:
        return 0, ""
    if level:
        draft.heading(level, f"{'' if shown == '-' else shown} {text}")
    elif number is not None or style.startswith("List"):
        draft.add(f"{shown or '-'} {one_line(text)}", "\n")
    else:
        draft.add(text)
    return level, one_line(text)


_LONGEST_HEADING = 200
"""Characters of a paragraph that is a heading by its own outline alone."""


def _levels(styles: "Element | None") -> dict[str, int]:
    """The level of heading that each style stands for, by its outline, its name or the style it is based on."""
    own, parent = {}, {}
    for style in () if styles is None else styles:
        name = attribute(style, "styleId")
        for element in style.iter():
            if local(element.tag) == "basedOn":
                parent[name] = attribute(element, "val")
            elif local(element.tag) == "outlineLvl" and (value := attribute(element, "val")).isdecimal():
                own[name] = int(value) + 1 if int(value) < 9 else 0
            elif local(element.tag) == "name":
                shown = attribute(element, "val")
                number = _HEADING.match(shown)
                if number or shown.lower() == "title":
                    own.setdefault(name, int(number[1]) if number else 1)
    return {name: level for name in {*own, *parent} if (level := _inherited(name, own, parent))}


def _inherited(name: str, own: dict[str, int], parent: dict[str, str]) -> int:
    for _ in range(12):  # styles that are based on each other in a ring
        if name in own:
            return own[name]
        name = parent.get(name, "")
    return 0


def _blocks(element: "Element") -> Iterator["Element"]:
    """Paragraphs and tables in order, wherever they are wrapped; a table's own paragraphs are left to it."""
    return within(element, {"p", "tbl"})
