"""A place in its surroundings: from anything that `qa` prints to the text around it, the sentence marked.

Owns the grammar of places. Knows nothing of searching.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from unicodedata import normalize

from index.passage import Place, Span, parts_within
from index.read.formats import reader_for
from qa.answer import Answer, Surroundings
from qa.documents.file import OnDisk
from qa.documents.texts import Root, Several, Texts
from qa.errors import PlaceFailure
from qa.saved.answers import found_in
from qa.show.terminal import unescaped

CONTEXT_LINES = 3

_NUMBER = "[0-9]{1,18}"
"""More digits are no place in any file."""

_SPAN = re.compile(rf"(?P<file>.+)@(?P<start>{_NUMBER})-(?P<end>{_NUMBER})", re.DOTALL)
_LINE = re.compile(rf"(?P<file>.+):(?P<line>{_NUMBER})", re.DOTALL)
_COLUMN = re.compile(rf"(?P<file>.+):(?P<line>{_NUMBER}):{_NUMBER}", re.DOTALL)


At = str | int | Span | None
"""Where in a file: the label of a part, a line, a range; None for all of it."""


def surroundings(place: str, answer: Callable[[], Answer], root: Root, catalog: Texts, cwd: Path) -> Surroundings:
    """What stands at a place and around it, as indexed; PlaceFailure where there is no such place."""
    if re.fullmatch(_NUMBER, place):
        now = _cited(int(place), answer(), catalog)
        return _around(now.source, catalog, now.start, now.end)
    source, at = _found(place, root, catalog, cwd)
    match at:
        case None:
            return _whole(source, catalog, 0, len(_text(source, catalog)))
        case str():
            return _part(source, catalog, at)
        case int():
            return _line(source, catalog, at)
    return _around(source, catalog, *at)


def whole_text(file: str, root: Root, catalog: Texts, cwd: Path) -> tuple[str, str]:
    """A source with its text exactly as indexed; of FILE:LINE and the like the file's."""
    source = _found(file, root, catalog, cwd)[0]
    return source, _text(source, catalog)


def place_in(place: str) -> Callable[[Root, Texts], bool] | None:
    """Says of documents whether a place is in one of them; None for a number of the last answer."""

    def holds(root: Root, catalog: Texts) -> bool:
        with suppress(PlaceFailure):
            return bool(_found(place, root, catalog, Path.cwd()))
        return False

    return None if not place or re.fullmatch(_NUMBER, place) else holds


def is_here(place: str) -> bool:
    """Whether a place names a file from the current folder."""
    with suppress(OSError, ValueError):
        return any((Path.cwd() / file).is_file() for file, _ in _ways(place) if file)
    return False


def _found(place: str, root: Root, catalog: Texts, cwd: Path) -> tuple[str, At]:
    """The source that a place names, and where in it: the first way to read it whose file is there."""
    for file, at in (*_ways(place), *_ways(unescaped(place))):
        for named in _candidates(file, root, cwd):
            spelled = (named, normalize("NFC", named), normalize("NFD", named))  # systems spell "ü" in two ways
            known, source = next(((found, name) for name in spelled if (found := catalog.source(name))), (None, ""))
            if known and known.left_out:
                raise PlaceFailure(f"{source} is not indexed: {known.left_out}.")
            if known:
                return source, at
    raise PlaceFailure(f"{place} is not among the documents.", "`qa status` says what is indexed; a place is FILE:LINE.")


def _ways(place: str) -> Iterator[tuple[str, At]]:
    """The ways to read a place; as a file first, since a name may look like a place."""
    yield place, None
    if m := _SPAN.fullmatch(place):
        yield m["file"], (int(m["start"]), int(m["end"]))
    for line in (_LINE, _COLUMN):
        if m := line.fullmatch(place):
            yield m["file"], int(m["line"])
    yield from ((place[: m.start()], place[m.end() :]) for m in re.finditer("#", place))


def _candidates(file: str, root: Root, cwd: Path) -> list[str]:
    """The sources that a path may name: from the current folder, else from the documents' folder."""
    if not file or "\0" in file:
        return []
    if isinstance(root, Several):
        found = [f"{name}/{source}" for name, folder in root.folders.items() for source in _candidates(file, folder, cwd)[:-1]]
        return [*found, Path(file).as_posix()]
    assert isinstance(root, Path)  # of standard input nothing stays to be shown
    path = Path(os.path.realpath(cwd / file))
    if root.is_file():
        return [root.name] * 2 if path == root or file == root.name else []
    unresolved = Path(os.path.abspath(cwd / file))  # through a link that leads outside
    inside = [p.relative_to(root) for p in (path, unresolved) if p.is_relative_to(root)]
    return [p.as_posix().encode("utf-8", "backslashreplace").decode("utf-8") for p in (*inside, Path(file))]


def _cited(n: int, answer: Answer, catalog: Texts) -> Place:
    """Where what an answer's n-th citation quotes stands in what is indexed now, also under another name."""
    citation = next((c for c in answer.citations if c.n == n), None)
    if citation is None:
        raise PlaceFailure(
            f"The last answer has no citation {n}; it has {len(answer.citations)}.", f"It answered: {answer.question[:80]}"
        )
    for source in (citation.place.source, *catalog.sources_of(citation.source_sha256)):
        file = OnDisk(catalog.text(source), citation.place.first_line is None)
        if now := found_in(source, file, citation.place, citation.quote, catalog.parts(source)):
            return now
    raise PlaceFailure(
        f"What citation {n} quotes does not stand in {citation.place.source} any more.", "`qa show` gives the answer again."
    )


def _text(source: str, catalog: Texts) -> str:
    text = catalog.text(source)
    if text is None:
        raise PlaceFailure(f"{source} is not indexed any more.", "Ask again: the documents have changed.")
    return text


def _line(source: str, catalog: Texts, line: int) -> Surroundings:
    """A line of a file that is text; of a converted one, the record that stands on that line."""
    if catalog.parts(source):
        return _part(source, catalog, f"line={line}")
    text = _text(source, catalog)
    starts = [0, *(m.end() for m in re.finditer("\n", text) if m.end() < len(text))]
    if not 1 <= line <= len(starts):
        raise PlaceFailure(f"{source} has no line {line}.", _known("line 1", f"line {len(starts)}"))
    start = starts[line - 1]
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    return _around(source, catalog, start, end - text.endswith("\r", start, end))


def _part(source: str, catalog: Texts, label: str) -> Surroundings:
    """A page, a cell or a slide as a whole; a row in its surroundings."""
    parts = catalog.parts(source)
    at = next((i for i, part in enumerate(parts) if part.label.casefold() == label.casefold()), None)
    if at is None:
        known = _known(_worded(parts[0].label), _worded(parts[-1].label)) if parts else "It has no pages, rows or cells."
        raise PlaceFailure(f"{source} has no {_worded(label)}.", known)
    text = _text(source, catalog)
    start = parts[at].start
    end = start + len(text[start : parts[at + 1].start if at + 1 < len(parts) else len(text)].rstrip())
    return _whole(source, catalog, start, end) if label.startswith(("page=", "cell=")) else _around(source, catalog, start, end)


def _worded(label: str) -> str:
    """The label of a part as it is said: "page 12" for "page=12"."""
    return re.sub(r"^([a-z]+)=(\d+)$", r"\1 \2", label)


def _known(first: str, last: str) -> str:
    return f"It has {first} alone." if first == last else f"It has {first} to {last}."


def _whole(source: str, catalog: Texts, start: int, end: int) -> Surroundings:
    """Text that is shown without anything around it."""
    text = _text(source, catalog)
    return Surroundings(_place(source, catalog, text, start, end), "", text[start:end], "")


def _place(source: str, catalog: Texts, text: str, start: int, end: int) -> Place:
    parts = catalog.parts(source)
    line = None if _converted(source) else 1 + text.count("\n", 0, start)
    return Place(source, start, end, line, parts_within(parts, start, end))


def _converted(source: str) -> bool:
    reader = reader_for(source)
    return reader is not None and reader.converted


def _around(source: str, catalog: Texts, start: int, end: int) -> Surroundings:
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
