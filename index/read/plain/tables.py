"""Tables in text, with commas, semicolons or tabs: a record in a line with its columns' names, each a part "line=N".

Owns how the delimiter and the header are found; N is the line of the file that the record begins on.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable
from statistics import mode

from index.passage import Document
from index.read.draft.draft import Draft, ticking
from index.read.draft.rows import Rows
from index.read.plain.text import plain

_DELIMITERS = ";\t|,"
"""In this order where two part equally well: commas stand in numbers, too."""
_SAMPLE_LINES = 50
_TICK_EVERY = 5000
_EXCEL = re.compile(r'"?sep=([^"\w\r\n])"?(?:\r\n|\r|\n)', re.IGNORECASE)
"""A first line by which Excel is told the delimiter."""


def read(data: bytes, *, tick: Callable[[], None], delimiter: str = "") -> Document:
    """Records in order; a header alone is a record too."""
    text, missing = plain(data)
    csv.field_size_limit(len(text) + 1)
    told = _EXCEL.match(text)
    body = text[told.end() :] if told else text
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=told[1] if told else delimiter or _delimiter(text))
    draft = Draft(len(data))
    draft.missing += missing
    rows = Rows()
    above = 1 if told else 0
    line = above + 1
    for record in ticking(reader, tick, _TICK_EVERY):
        if any(value.strip() for value in record):
            draft.label(f"line={line}")
            draft.add(rows.line(record), "\n")
        line = above + reader.line_num + 1
    return draft.document("", markdown=False)


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
