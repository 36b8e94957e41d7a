"""Tables in text, with commas, semicolons or tabs: a record in a line with its columns' names, each a part "line=N".

Owns how the delimiter and the header are found; N is the line of the file that the record begins on.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice
from statistics import mode

from index.passage import Document
from index.read.draft.draft import Draft, ticking
from index.read.draft.rows import Rows, cells
from index.read.plain.text import plain

_DELIMITERS = ";\t|,"
"""In this order where two part equally well: commas stand in numbers, too."""
_SAMPLE_LINES = 50
_TICK_EVERY = 5000
_MOST_LINES = 20
"""Lines of a quoted cell at most."""

_EXCEL = re.compile(r'"?sep=([^"\w\r\n])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line by which Excel is told the delimiter."""


def read(data: bytes, *, tick: Callable[[], None], delimiter: str = "") -> Document:
    """Records in order; a header alone is a record too."""
    text, missing = plain(data)
    csv.field_size_limit(max(len(text) + 1, csv.field_size_limit()))  # others read records, too
    told = _EXCEL.match(text)
    body = text[told.end() :] if told else text
    parts = told[1] if told else delimiter or _delimiter(text)
    draft = Draft(len(data))
    draft.missing += missing
    rows = Rows()
    records = _records(body, parts)
    first = [*islice(records, _SAMPLE_LINES)]
    preamble = _preamble([record for _, record in first])
    for number, (line, record) in enumerate(ticking(chain(first, records), tick, _TICK_EVERY)):
        if any(value.strip() for value in record):
            draft.label(f"line={line + (1 if told else 0)}")
            draft.add(cells(record) if number < preamble else rows.line(record), "\n")
    return draft.document("", markdown=False)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Each record with the line that it begins on; a quote that is not closed for long is a character like any other."""
    if _is_whole(text, delimiter):
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        line = 1
        for record in reader:
            yield line, record
            line = reader.line_num + 1
        return
    lines = text.splitlines()
    at = 0
    while at < len(lines):
        end = _closed(lines, at)
        joined = "\n".join(lines[at:end])
        source = io.StringIO(joined, newline="")
        quoted = joined.count('"') % 2 == 0
        reader = csv.reader(source, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
        yield at + 1, next(reader, [])
        at = end


def _is_whole(text: str, delimiter: str) -> bool:
    """Whether every quote is closed, and none is open for long."""
    if '"' not in text:
        return True
    reader, line = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), 0
    try:
        for _ in reader:
            if reader.line_num - line > _MOST_LINES:
                return False
            line = reader.line_num
    except csv.Error:
        return False
    return True


def _closed(lines: Sequence[str], at: int) -> int:
    """Where the record that begins on a line ends: there, or where its quotes are closed, if that is near."""
    count = 0
    for end in range(at, min(at + _MOST_LINES, len(lines))):
        count += lines[end].count('"')
        if count % 2 == 0:
            return end + 1
    return at + 1


def _preamble(records: Sequence[Sequence[str]]) -> int:
    """How many records stand above the names of the columns: they have fewer cells than those that follow."""
    widths = [len(record) if any(value.strip() for value in record) else 0 for record in records]
    filled = [width for width in widths if width]
    if not filled:
        return 0
    usual = mode(filled[len(filled) // 2 :])
    first = next((n for n, width in enumerate(widths) if width == usual), 0)
    return first if all(width < usual for width in widths[:first]) else 0


def _delimiter(text: str) -> str:
    """What parts most lines into equally many fields, at least two."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    best, score = ",", 0.0
    for delimiter in _DELIMITERS:
        counts = [len(record) for record in csv.reader(lines, delimiter=delimiter)]
        usual = mode(counts) if counts else 1
        agreeing = Counter(counts)[usual] / max(len(counts), 1)
        if usual > 1 and agreeing + usual / 1000 > score:
            best, score = delimiter, agreeing + usual / 1000
    return best
