"""Word: what stands beside the text: comments, foot- and endnotes, the heads and feet of pages.

Owns where they are kept, and which heads and feet are shown.
"""

import posixpath
from typing import TYPE_CHECKING

from index.read.draft.draft import Draft, one_line
from index.read.office.archive import Archive, attribute, local
from index.read.office.counting import counts_pages
from index.read.word.runs import Words, within

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_OFF = ("0", "false", "off")


def comments(root: "Element | None", words: Words) -> dict[str, str]:
    """By their ids who has said it, a NUL, and what."""
    found = {}
    for one in () if root is None else root:
        text = _in_line(one, words)
        who = one_line(attribute(one, "author")) or one_line(attribute(one, "initials"))
        if local(one.tag) == "comment" and text:
            found[attribute(one, "id")] = f"{f'Comment by {who}' if who else 'Comment'}\0{text}"
    return found


def _in_line(element: "Element", words: Words) -> str:
    return one_line(" ".join(words.text(block) for block in within(element, {"p"})))


def notes(archive: Archive, main: str, draft: Draft, words: Words) -> None:
    """Write the foot- and the endnotes, each with the mark that leads to it."""
    related = archive.related(main)
    for kind in ("footnotes", "endnotes"):
        path = next((path for what, path in related.values() if what == kind), f"{posixpath.dirname(main)}/{kind}.xml")
        if path not in archive:
            continue
        words.enter(path)
        for note in archive.xml(path):
            if not attribute(note, "type"):  # separators have one
                text, key = _in_line(note, words), attribute(note, "id")
                draft.add(f"{f'[{key}]' if kind == 'footnotes' else words.endnote(key)} {text}" if text else "")
                for comment in words.comments_met():
                    draft.add(comment)


def running(archive: Archive, main: str, document: "Element", draft: Draft, words: Words) -> None:
    """Write what stands at the head and foot of pages, each once, without the numbers of pages."""
    related, met = archive.related(main), set()
    words.page_numbers = False
    for kind, key in _shown(document, archive, related):
        path = related.get(key, ("", ""))[1]
        if path not in archive:
            continue
        words.enter(path)
        lines = [one_line(words.text(block)) for block in within(archive.xml(path), {"p"})]
        text = " · ".join(line for line in lines if line and not counts_pages(line))
        if text and (kind, text) not in met:
            met.add((kind, text))
            draft.add(f"{'Header' if kind == 'headerReference' else 'Footer'}: {text}")


def _shown(document: "Element", archive: Archive, related: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Heads and feet in the order of the document's sections: those of first and even pages where there are such."""
    settings = next((path for kind, path in related.values() if kind == "settings"), "")
    even = settings in archive and any(_is_on(e, "evenAndOddHeaders") for e in archive.xml(settings))
    found = []
    for section in (e for e in document.iter() if local(e.tag) == "sectPr"):
        first = any(_is_on(e, "titlePg") for e in section)
        for one in section:
            kind = attribute(one, "type")
            if local(one.tag) in ("headerReference", "footerReference") and (
                kind not in ("first", "even") or (kind == "first" and first) or (kind == "even" and even)
            ):
                found.append((local(one.tag), attribute(one, "id")))
    return found


def _is_on(element: "Element", name: str) -> bool:
    return local(element.tag) == name and attribute(element, "val") not in _OFF
