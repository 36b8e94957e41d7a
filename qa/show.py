"""A place in its surroundings: from anything that `qa` prints to the text around it, the sentence marked.

Owns the grammar of places. Knows nothing of searching.
"""

import os
import re
from pathlib import Path

from index.build import Target
from index.catalog import Catalog
from index.passage import Place, parts_within
from index.read import reader_for
from qa.answer import Surroundings
from qa.errors import PlaceFailure
from qa.saved import found_in, last_answer

CONTEXT_LINES = 3

_SPAN = re.compile(r"(?P<file>.+)@(?P<start>\d+)-(?P<end>\d+)", re.DOTALL)
_LINE = re.compile(r"(?P<file>.+?):(?P<line>\d+)(:\d+)?", re.DOTALL)
_PART = re.compile(r"(?P<file>.+?)#(?P<part>.+)", re.DOTALL)


def surroundings(place: str, target: Target, catalog: Catalog, cwd: Path) -> Surroundings:
    """What stands at a place and around it, as indexed; PlaceFailure where there is no such place."""
    if place.isascii() and place.isdigit():
        now = _of_last_answer(int(place), target.home, catalog)
        return _around(now.source, catalog, now.start, now.end)
    if found := _SPAN.fullmatch(place):
        source = source_of(found["file"], target, catalog, cwd)
        return _around(source, catalog, int(found["start"]), int(found["end"]))
    if (found := _LINE.fullmatch(place)) and _is_source(found["file"], target, catalog, cwd):
        return _line(source_of(found["file"], target, catalog, cwd), catalog, int(found["line"]))
    if (found := _PART.fullmatch(place)) and not _is_source(place, target, catalog, cwd):
        return _part(source_of(found["file"], target, catalog, cwd), catalog, found["part"])
    source = source_of(place, target, catalog, cwd)
    return _whole(source, catalog, 0, len(_text(source, catalog)))


def whole_text(file: str, target: Target, catalog: Catalog, cwd: Path) -> str:
    """A source's text exactly as indexed; of FILE:LINE and the like the file's."""
    if not _is_source(file, target, catalog, cwd):
        found = next((match for place in (_SPAN, _LINE, _PART) if (match := place.fullmatch(file))), None)
        file = found["file"] if found else file
    return _text(source_of(file, target, catalog, cwd), catalog)


def source_of(file: str, target: Target, catalog: Catalog, cwd: Path) -> str:
    """The indexed source that a path names: from the current folder, else from the documents' folder."""
    for source in _candidates(file, target, cwd):
        known = catalog.source(source)
        if known and known.left_out:
            raise PlaceFailure(f"{source} is not indexed: {known.left_out}.")
        if known:
            return source
    raise PlaceFailure(f"{file} is not among the documents.", "`qa status` says what is indexed; a place is FILE:LINE.")


def _is_source(file: str, target: Target, catalog: Catalog, cwd: Path) -> bool:
    return any(catalog.source(source) for source in _candidates(file, target, cwd))


def _candidates(file: str, target: Target, cwd: Path) -> list[str]:
    path = (cwd / file).resolve()
    single = target.root.is_file()
    if single:
        return [target.root.name] if path == target.root or file == target.root.name else []
    unresolved = Path(os.path.abspath(cwd / file))  # through a link that leads outside
    inside = [p.relative_to(target.root).as_posix() for p in (path, unresolved) if p.is_relative_to(target.root)]
    return [*inside, Path(file).as_posix()]


def _of_last_answer(n: int, home: Path, catalog: Catalog) -> Place:
    """Where what the last answer's n-th citation quotes stands in what is indexed now, also under another name."""
    answer = last_answer(home).answer
    citation = next((c for c in answer.citations if c.n == n), None)
    if citation is None:
        raise PlaceFailure(
            f"The last answer has no citation {n}; it has {len(answer.citations)}.", f"It answered: {answer.question[:80]}"
        )
    for source in (citation.place.source, *catalog.sources_of(citation.source_sha256)):
        if now := found_in(source, catalog.text(source), citation.place, citation.quote, catalog.parts(source)):
            return now
    raise PlaceFailure(
        f"What citation {n} quotes does not stand in {citation.place.source} any more.", "`qa show` gives the answer again."
    )


def _text(source: str, catalog: Catalog) -> str:
    text = catalog.text(source)
    if text is None:
        raise PlaceFailure(f"{source} is not indexed any more.", "Ask again: the documents have changed.")
    return text


def _line(source: str, catalog: Catalog, line: int) -> Surroundings:
    """A line of a file that is text; of a converted one, the record that stands on that line."""
    if catalog.parts(source):
        return _part(source, catalog, f"line={line}")
    text = _text(source, catalog)
    starts = [0, *(m.end() for m in re.finditer("\n", text) if m.end() < len(text))]
    if not 1 <= line <= len(starts):
        raise PlaceFailure(f"{source} has {len(starts)} lines, no line {line}.")
    start = starts[line - 1]
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return _around(source, catalog, start, end - text.endswith("\r", start, end))


def _part(source: str, catalog: Catalog, label: str) -> Surroundings:
    """A page, a cell or a slide as a whole; a row in its surroundings."""
    parts = catalog.parts(source)
    at = next((i for i, part in enumerate(parts) if part.label.casefold() == label.casefold()), None)
    if at is None:
        known = f"It has {parts[0].label} to {parts[-1].label}." if parts else "It has no pages, rows or cells."
        raise PlaceFailure(f"{source} has no {label}.", known)
    text = _text(source, catalog)
    start = parts[at].start
    end = start + len(text[start : parts[at + 1].start if at + 1 < len(parts) else len(text)].rstrip())
    return _whole(source, catalog, start, end) if label.startswith(("page=", "cell=")) else _around(source, catalog, start, end)


def _whole(source: str, catalog: Catalog, start: int, end: int) -> Surroundings:
    """Text that is shown without anything around it."""
    text = _text(source, catalog)
    return Surroundings(_place(source, catalog, text, start, end), "", text[start:end], "")


def _place(source: str, catalog: Catalog, text: str, start: int, end: int) -> Place:
    parts = catalog.parts(source)
    line = None if _converted(source) else 1 + text.count("\n", 0, start)
    return Place(source, start, end, line, parts_within(parts, start, end))


def _converted(source: str) -> bool:
    reader = reader_for(source)
    return reader is not None and reader.converted


def _around(source: str, catalog: Catalog, start: int, end: int) -> Surroundings:
    text = _text(source, catalog)
    if not 0 <= start <= end <= len(text):
        raise PlaceFailure(f"{source} has {len(text)} characters, no range {start}-{end}.")
    first, last = start, end
    for _ in range(CONTEXT_LINES + 1):
        first = max(text.rfind("\n", 0, first), 0)
        last = text.find("\n", last + 1) if last < len(text) else last
        last = len(text) if last < 0 else last
    first += text.startswith("\n", first)
    place = _place(source, catalog, text, start, end)
    return Surroundings(place, text[first:start], text[start:end], text[end:last])
