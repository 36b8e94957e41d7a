"""Spreadsheets: the cells of one sheet that are in the file and seen, row by row, each as people see it.

Owns a sheet's XML: cells, merged ranges, links and comments. Knows nothing of tables.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from index.read.draft.draft import one_line
from index.read.draft.scripts import struck
from index.read.office.archive import Archive, attribute, local
from index.read.sheet.book import Book, Style, text_of
from index.read.sheet.forms import shown_number, shown_text
from index.read.sheet.hidden import Veil

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_COLUMNS = 16_384
"""A sheet has no more."""

MOST_MERGED = 200_000
_MERGED = re.compile(rb"<(?:\w{1,20}:)?mergeCell\b[^<>]*?\bref=[\"']([A-Z]{1,3})(\d{1,9}):([A-Z]{1,3})(\d{1,9})[\"']")
_LINKS = re.compile(rb"<(?:\w{1,20}:)?hyperlink\b[^<>]*>")
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,9})")
_FORMULA = re.compile(r'\s*(?:_xlfn\.)?HYPERLINK\(\s*"([^"]{1,2000})"', re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d{1,400}\.?\d{0,400}|\.\d{1,400})(?:[eE][+-]?\d{1,4})?")


@dataclass(slots=True)
class Row:
    """A row's number from 1, and by column from 0 what is shown; `words` are the columns of texts, `bold` all that is."""

    number: int
    cells: dict[int, str] = field(default_factory=dict)
    words: set[int] = field(default_factory=set)
    bold: bool = True
    notes: list[str] = field(default_factory=list)


class Cells:
    """One sheet; `without` counts formulas that have no value."""

    def __init__(self, archive: Archive, book: Book, path: str) -> None:
        """The sheet in this member."""
        self._archive, self._book, self._path = archive, book, path
        self._raw = archive.read(path)
        self.veil = Veil(self._raw)
        self.without = 0
        self.merged = _merged(self._raw)
        self._links = self._linked() if b"hyperlink" in self._raw else {}
        self._notes = _comments(archive, path)

    def _linked(self) -> dict[str, str]:
        """Where cells lead to, by their places."""
        targets, found = self._archive.links(self._path), {}
        for one in _LINKS.findall(self._raw):
            about = dict(re.findall(r"([\w:]+)=[\"']([^\"']*)[\"']", one.decode("utf-8", "replace")))
            target = next((targets.get(value, "") for name, value in about.items() if name.endswith(":id")), "")
            if target.lower().startswith(("http://", "https://", "mailto:")):
                found[about.get("ref", "").split(":")[0]] = target.removeprefix("mailto:")
        return found

    def rows(self) -> Iterator[Row]:
        """The rows that hold something which is seen."""
        number = 0
        for one in self._archive.rows(self._path, {"row", "col"}):
            if local(one.tag) == "col":
                self.veil.column(one.attrib)
                continue
            said = attribute(one, "r")
            number = int(said) if said.isdecimal() and len(said) < len("9999999999") else number + 1
            row = Row(number)
            self._fill(row, one, hidden=self.veil.row(one.attrib))
            if row.cells:
                yield row

    def _fill(self, row: Row, element: "Element", *, hidden: bool) -> None:
        column = -1
        for cell in element:
            if local(cell.tag) != "c":
                continue
            place = _PLACE.fullmatch(cell.get("r", ""))
            column = column_of(place[1]) if place else column + 1
            style = self._book.style(_index(cell.get("s", "")))
            parts = {local(one.tag): one for one in cell}
            text, number = self._shown(cell.get("t", ""), parts, style)
            if not text.strip() or column >= MOST_COLUMNS:
                continue
            if why := "rows" if hidden else self.veil.cell(column + 1, style, number=number):
                self.veil.met.add(why)
                continue
            name = f"{place[1]}{place[2]}" if place else ""
            row.cells[column] = self._led(parts, struck(text) if style.struck else text, name)
            row.bold = row.bold and style.bold
            if not number:
                row.words.add(column)
            row.notes += [f"[{who} on {name}: {said}]" for who, said in self._notes.get(name, ())]

    def _led(self, parts: dict[str, "Element"], text: str, name: str) -> str:
        """A cell's text with where it leads to, unless it says so."""
        link = self._links.get(name, "")
        if not link and "f" in parts and (found := _FORMULA.match(parts["f"].text or "")) and "://" in found[1]:
            link = found[1]
        if not link:
            return text
        plain = re.sub(r"^\w+://(?:www\.)?|/$", "", link).lower()
        return f"{text} <{link}>" if plain not in text.lower() and not re.search(r"[\s<>]", link) else text

    def _shown(self, kind: str, parts: dict[str, "Element"], style: Style) -> tuple[str, bool]:
        """What is shown in a cell, and whether it is a number."""
        if "is" in parts:
            return shown_text(text_of(parts["is"]), style.form), False
        value = parts["v"].text or "" if "v" in parts else ""
        if not value:
            self.without += "f" in parts and ("v" not in parts or kind != "str")
            return "", False
        if kind in ("s", "str", "inlineStr", "e", "b") or not (kind == "d" or _NUMBER.fullmatch(value.strip())):
            return self._words(kind, value, style.form), False
        if kind == "d":
            return re.sub(r"[T ]00:00(?::00(?:\.0+)?)?Z?$", "", value.strip()).replace("T", " "), True
        number = float(value)
        finite = abs(number) < float("1e308")
        return shown_number(number, style.form, since_1904=self._book.since_1904) if finite else value, True

    def _words(self, kind: str, value: str, form: str) -> str:
        """What is shown of a value that is no number."""
        if kind == "b":
            return "FALSE" if value.strip() in ("0", "false") else "TRUE"
        if kind == "s":
            place = _index(value)
            value = self._book.strings[place] if 0 <= place < len(self._book.strings) else ""
        return value if kind == "e" else shown_text(value, form)


def column_of(letters: str) -> int:
    """A column's number, from 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _index(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < len("9999999999") else 0 if not text else -1


def _merged(raw: bytes) -> dict[tuple[int, int], tuple[int, int]]:
    """For the first cell of each merged range, by row and column, the last one."""
    found = {}
    for first, top, last, bottom in _MERGED.findall(raw)[:MOST_MERGED]:
        found[int(top), column_of(first.decode())] = int(bottom), column_of(last.decode())
    return found


# Comments -------------------------------------------------------------------------------------------------------------


def _comments(archive: Archive, path: str) -> dict[str, list[tuple[str, str]]]:
    """What comments say, by the cells that they speak of; of those that are answered the newer form alone."""
    related = archive.related(path).values()
    notes: dict[str, list[tuple[str, str]]] = {}
    for kind, part in related:
        if kind == "threadedComment" and part in archive:
            people = _people(archive)
            for one in archive.xml(part):
                text = one_line(" ".join(e.text or "" for e in one if local(e.tag) == "text"))
                notes.setdefault(attribute(one, "ref"), []).append((_by(people.get(attribute(one, "personId"), "")), text))
    for kind, part in related:
        if kind == "comments" and part in archive:
            for place, who, text in _old_comments(archive.xml(part)):
                if place not in notes and text:
                    notes[place] = [(_by(who), text)]
    return notes


def _by(who: str) -> str:
    return f"Comment by {who}" if who else "Comment"


def _people(archive: Archive) -> dict[str, str]:
    names = [name for name in archive if name.startswith("xl/persons/") and name.endswith(".xml")]
    return {attribute(e, "id"): one_line(attribute(e, "displayName")) for name in names for e in archive.xml(name)}


def _old_comments(root: "Element") -> Iterator[tuple[str, str, str]]:
    authors = [one_line(e.text or "") for e in root.iter() if local(e.tag) == "author"]
    for one in root.iter():
        if local(one.tag) == "comment":
            place = _index(attribute(one, "authorId"))
            who = authors[place] if 0 <= place < len(authors) else ""
            text = one_line(" ".join(text_of(e) for e in one if local(e.tag) == "text"))
            yield attribute(one, "ref"), who, text.removeprefix(f"{who}:").strip() if who else text
