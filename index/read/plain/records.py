"""JSON: a line for each value, behind the path that leads to it; JSON lines: a record in a line, each a part "line=N".

Owns how nested data reads as text; knows nothing of what it means.
"""

import json
import re
from collections.abc import Callable, Iterator

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import Draft, one_line, ticking
from index.read.draft.rows import cells
from index.read.plain.text import plain

_MAX_DEPTH = 100
_LONGEST_PATH = 1000
_TICK_EVERY = 5000
_SPACE = re.compile(r"[\s,]*")


def read(data: bytes, *, tick: Callable[[], None], lines: bool = False) -> Document:
    """The whole document, or with `lines` a record a line."""
    text, missing = plain(data)
    draft = Draft(len(data))
    draft.missing += missing
    (_records if lines else _whole)(text, draft, tick)
    return draft.document("", markdown=False)


def _whole(text: str, draft: Draft, tick: Callable[[], None]) -> None:
    """One value; several, one behind the other, as records; and with comments and commas too many, as people write settings."""
    try:
        whole = _loaded(text)
    except FileLeftOut:
        plainer = _without_comments(text)
        if (several := _several(plainer)) is not None:
            draft.add(
                "\n".join(cells([f"{path}: {one_line(v)}" if path else v for path, v in _values(one, "")]) for one in several)
            )
            return
        whole = _loaded(plainer)
    last = ""
    for path, value in ticking(_values(whole, ""), tick, _TICK_EVERY):
        above = path.rpartition(".")[0]
        draft.add(f"{path}: {value}" if path else value, "\n" if above == last else "\n\n")
        last = above


# What is not closed reaches to the end: else its end would be looked for again from each place in it.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"?|//[^\n]*|/\*.*?(?:\*/|\Z)|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*+[\]}])', re.DOTALL)


def _without_comments(text: str) -> str:
    """JSON without the comments, and the commas behind a last item, that JSON5 and JSONC have."""
    return _TOKEN.sub(lambda found: found[0] if found[0][0] == '"' else " ", text)


def _several(text: str) -> list[object] | None:
    """The values of a text that holds more than one, None where it does not."""
    decoder, values, at = json.JSONDecoder(), list[object](), 0
    try:
        while (at := _SPACE.match(text, at).end()) < len(text):  # type: ignore[union-attr]
            value, at = decoder.raw_decode(text, at)
            values.append(value)
    except (ValueError, RecursionError):
        return None
    return values if len(values) > 1 else None


def _records(text: str, draft: Draft, tick: Callable[[], None]) -> None:
    broken = 0
    for number, line in ticking(enumerate(text.split("\n"), start=1), tick, _TICK_EVERY):
        if not line.strip():
            continue
        draft.label(f"line={number}")
        try:
            draft.add(_record(_loaded(line)), "\n")
        except FileLeftOut:
            broken += 1
            draft.add(line, "\n")  # as it stands: a line that is cut off still has its words
    if broken:
        draft.missing.append(f"{broken} {'line is' if broken == 1 else 'lines are'} not valid JSON")


def _record(value: object) -> str:
    """A value in one line."""
    return cells([f"{path}: {one_line(inner)}" if path else inner for path, inner in _values(value, "")])


def _loaded(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise FileLeftOut(f"not valid JSON (line {error.lineno}: {error.msg})") from error
    except (RecursionError, ValueError) as error:
        raise FileLeftOut("JSON that is nested too deeply, or holds a number that is too long") from error


def _values(value: object, path: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Paths and values in order; lists of plain values stay in one line."""
    if depth > _MAX_DEPTH:
        raise FileLeftOut("JSON that is nested too deeply")
    if isinstance(value, dict):
        for key, inner in value.items():
            below = f"{path}.{one_line(key)}".lstrip(".")
            if len(below) > _LONGEST_PATH:
                yield "", below  # once, and not before each value
                below = "…"
            yield from _values(inner, below, depth + 1)
    elif isinstance(value, list):
        if all(not isinstance(inner, dict | list) for inner in value):
            shown = ", ".join(_plain(inner) for inner in value)
            if shown:
                yield path, shown
            return
        for number, inner in enumerate(value):
            yield from _values(inner, f"{path}[{number}]", depth + 1)
    else:
        yield path, _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, str):
        return value
    return str(value) if type(value) is int else json.dumps(value, ensure_ascii=False)
