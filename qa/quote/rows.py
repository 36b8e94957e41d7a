"""Rows of tables and records: which ones a question means by what their cells hold.

Owns when a cell is named; what stands in a row is read from its sentences, and from the names of its columns that lead to it.
"""

import re
from collections.abc import Sequence, Set
from itertools import chain

from index.search.question import Question, telling
from index.split.tables import cells_of
from qa.answer import SentenceRef
from qa.check.words import WHETHER
from qa.quote.asked import asked_for, denies
from qa.quote.sentences import Quotable
from qa.quote.together import is_row

MOST_ROWS, MOST_QUOTED = 12, 36
"""Rows that are quoted where several are asked for, and sentences of them: a record has one for each field."""

_ELEMENT = re.compile(r"\s*<([\w:-]+)(?:\s[^<>]*)?>([^<>]*)</\1>\s*")
_PATH = re.compile(r"^.*\[\d+\]\.?")
_YES = frozenset({"yes", "y", "true", "x", "✓", "✔", "☑", "ja"})
_NO = frozenset({"no", "n", "false", "-", "–", "—", "✗", "✘", "☐", "nein", ""})

_NAMED = r"\b(?:the|an?|of|in|on|at|for|by|from|to|with|is|was|does|did|do|has|have|had|and)\s%s(?:['’]?s|['’])?(?!\w)"
"""What a cell is named by: as a noun is."""

Cell = tuple[str, str]
"""The name of its column, "" where none is known, and what it holds."""


def cells_named(question: Question, rows: Sequence[Quotable], *, several: bool) -> list[frozenset[Cell]]:
    """For each row, the cells that the question names; none of what is no row.

    A name or a noun of the question fills one, or "yes" does in a column that it names, "no" where it denies. Where several
    things are asked for it is a cell, too, of which the question has every word.
    """
    found = _cells(rows)
    has = _in_its_words(question, found)
    wanted = _NO if denies(question.text) else _YES

    def names(cell: Cell) -> bool:
        name, value = cell
        return _names(question, value) or (name in has and value.casefold() in wanted) or (several and value in has)

    return [frozenset(filter(names, cells)) for cells in found]


def looked_up(question: Question, rows: Sequence[Quotable]) -> list[bool]:
    """For each row, whether the question names one of its cells, and the column of another one that is not empty, nor a mere
    "yes" or "no" where it does not ask whether.
    """
    found = _cells(rows)
    has = _in_its_words(question, found)
    return [
        any(
            _names(question, value) and any(name in has - {of} and _suits(question, it) for name, it in cells)
            for of, value in cells
        )
        for cells in found
    ]


def alike(question: Question, ranked: Sequence[Quotable]) -> list[Quotable]:
    """The best row, which comes first, and those of its table that have the same cells named; none where it has none."""
    table = _table(ranked)
    named = cells_named(question, table, several=True) if table else []
    return [one for one, cells in zip(table, named, strict=True) if named[0] and named[0] <= cells]


def quoted(rows: Sequence[Quotable]) -> list[SentenceRef]:
    """The first rows as they stand in their document; of long records the first alone."""
    refs = sorted({ref for one in rows[:MOST_ROWS] for ref in one.refs}, key=lambda ref: ref.span)
    return refs if len(refs) <= MOST_QUOTED else list(rows[0].refs)


def holds(question: Question, ranked: Sequence[Quotable]) -> bool:
    """Whether the best one, where it is a row, is of what the question names, and has what it asks for.

    It is of another thing where one cell of its table is named in its stead, as "of the wagon" where it is a "Van";
    and it lacks what is asked for where nothing that suits stands below the columns that are named.
    """
    rows = _cells(_table(ranked))
    mine = rows[0] if rows else frozenset()
    named = [(column, value) for column, value in set(chain.from_iterable(rows)) if value and _names(question, value)]
    own, has = {value for _, value in mine}, _in_its_words(question, [mine])
    asked = [value for name, value in mine if name in has]
    others = [{theirs for column, theirs in named if column == name} for name, _ in mine]
    another = any(len(some) == 1 and not some & own for some in others)
    return not another and (not asked or denies(question.text) or any(_suits(question, value) for value in asked))


def _names(question: Question, value: str) -> bool:
    """Whether a question has a value as a name or as a noun; "I" is the person who asks."""
    if value.casefold() not in question.text.casefold() or value.casefold() in _YES | _NO or not telling(value):
        return False
    name, noun = rf"(?<!^)\b{re.escape(value)}\b", _NAMED % re.escape(value)
    return bool((value[:1].isupper() and re.search(name, question.text)) or re.search(noun, question.text, re.IGNORECASE))


def _suits(question: Question, value: str) -> bool:
    """Whether a cell can answer: not an empty one, and "yes" or "no" where it is asked whether, or which ones."""
    whether = asked_for(question.text).several or re.match(rf"\W*{WHETHER}", question.text, re.IGNORECASE)
    return value != "" and (bool(whether) or value.casefold() not in _YES | _NO)


def _in_its_words(question: Question, rows: Sequence[frozenset[Cell]]) -> set[str]:
    """The columns' names and the values of which a question has every word."""
    words = {text: telling(text) for cell in set(chain.from_iterable(rows)) for text in cell}
    stems = question.tokenizer.stems([" ".join(some) for some in words.values()])
    return {text for text, some in zip(words, stems, strict=True) if some and set(some) <= set(question.stems)}


def _table(ranked: Sequence[Quotable]) -> list[Quotable]:
    """The best one and the rows of its table, which have most of its columns; none where it is no row."""
    rows = [one for one in ranked if is_row(one) and one.ref.hit.place.source == ranked[0].ref.hit.place.source]
    columns = [{name for name, _ in _own(row)} for row in rows]
    return [row for row, its in zip(rows, columns, strict=True) if _alike(its, columns[0])] if ranked[0] in rows[:1] else []


def _alike(columns: Set[str], others: Set[str]) -> bool:
    return 2 * len(columns & others) > min(len(columns), len(others))


def _cells(rows: Sequence[Quotable]) -> list[frozenset[Cell]]:
    """The cells of each row, empty ones too: those that others of its table have; none of what is no row."""
    found = [_own(row) for row in rows]
    kinds = [(row.ref.hit.place.source, frozenset(name for name, _ in cells)) for row, cells in zip(rows, found, strict=True)]
    known = set(kinds)
    missing = {
        (source, columns): {
            name for theirs, its in known if theirs == source and _alike(its, columns) for name in its - columns
        }
        for source, columns in known
    }
    return [cells | {(name, "") for name in missing[kind] if cells} for cells, kind in zip(found, kinds, strict=True)]


def _own(row: Quotable) -> frozenset[Cell]:
    """The cells of a row by itself; the columns whose names lead to it may be empty."""
    if not is_row(row):
        return frozenset()
    lines = [line for ref in row.refs for line in ref.quote.splitlines()]
    columns = cells_of(row.lead) if row.lead.startswith("|") else []
    found = {_cell(cell, columns[n] if n < len(columns) else "") for line in lines for n, cell in enumerate(cells_of(line))}
    return frozenset(found | {(name, "") for name in columns if name and name not in dict(found)})


def _cell(text: str, column: str) -> Cell:
    """As "key: value", an element of XML, or by its column's name."""
    if element := _ELEMENT.fullmatch(text):
        return element[1], element[2].strip()
    name, _, value = text.rpartition(": ")
    return _PATH.sub("", name) or column, value
