"""Rows of tables and records: which ones a question means by what their cells hold.

Owns when a cell is named; what stands in a row is read from its sentences, and from the names of its columns that lead to it.
"""

import re
from collections.abc import Sequence
from itertools import chain

from index.catalog.words import words_of
from index.search.question import STOPWORDS, Question
from index.split.tables import cells_of
from qa.answer import SentenceRef
from qa.quote.asked import denies
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
    found = [_cells(row) for row in rows]
    has = _in_its_words(question, found)
    wanted = _NO if denies(question.text) else _YES

    def names(cell: Cell) -> bool:
        name, value = cell
        return _names(question, value) or (name in has and value.casefold() in wanted) or (several and value in has)

    return [frozenset(filter(names, cells)) for cells in found]


def looked_up(question: Question, rows: Sequence[Quotable]) -> list[bool]:
    """For each row, whether the question names one of its cells, and the column of another one that is not empty."""
    found = [_cells(row) for row in rows]
    has = _in_its_words(question, found)
    return [
        any(
            _names(question, value) and any(name in has and name != of and there for name, there in cells)
            for of, value in cells
        )
        for cells in found
    ]


def alike(question: Question, ranked: Sequence[Quotable]) -> list[SentenceRef]:
    """The best row, which comes first, and those of its table that have the same cells named, as they stand in the document.

    None where it has none.
    """
    best = ranked[0]
    rows = [one for one in ranked if is_row(one) and one.ref.hit.place.source == best.ref.hit.place.source]
    if not rows or rows[0] is not best:
        return []
    columns, (mine, *_) = {name for name, _ in _cells(best)}, cells_named(question, [best], several=True)
    same = [one for one in rows if mine and mine <= _cells(one) and columns == {name for name, _ in _cells(one)}][:MOST_ROWS]
    refs = sorted({ref for one in same for ref in one.refs}, key=lambda ref: ref.span)
    return refs if len(refs) <= MOST_QUOTED else list(best.refs)


def holds(question: Question, ranked: Sequence[Quotable]) -> bool:
    """Whether the best one, where it is a row, is of what the question names, and has what it asks for.

    It is of another thing where one cell of its table is named in its stead, as "of the wagon" where it is a "Van";
    and it lacks what is asked for where its cell is empty below a column that is named.
    """
    best, mine = ranked[0], _cells(ranked[0])
    rows = [_cells(one) for one in ranked if one.ref.hit.place.source == best.ref.hit.place.source]
    named = [(column, value) for column, value in set(chain.from_iterable(rows)) if value and _names(question, value)]
    own, has = {value for _, value in mine}, _in_its_words(question, [mine])
    for name, value in mine:
        others = {theirs for column, theirs in named if column == name}
        if (len(others) == 1 and not others & own) or (not value and name in has and not denies(question.text)):
            return False
    return True


def _names(question: Question, value: str) -> bool:
    """Whether a question has a value as a name or as a noun; "I" is the person who asks."""
    if value.casefold() in _YES | _NO or not _words(value):
        return False
    name, noun = rf"(?<!^)\b{re.escape(value)}\b", _NAMED % re.escape(value)
    return bool((value[:1].isupper() and re.search(name, question.text)) or re.search(noun, question.text, re.IGNORECASE))


def _in_its_words(question: Question, rows: Sequence[frozenset[Cell]]) -> set[str]:
    """The columns' names and the values of which a question has every word."""
    words = {text: _words(text) for cell in set(chain.from_iterable(rows)) for text in cell}
    stems = question.tokenizer.stems([" ".join(some) for some in words.values()])
    return {text for text, some in zip(words, stems, strict=True) if some and set(some) <= set(question.stems)}


def _words(text: str) -> list[str]:
    return [word for word in words_of(text) if word not in STOPWORDS]


def _cells(row: Quotable) -> frozenset[Cell]:
    if not is_row(row):
        return frozenset()
    lines = [line for ref in row.refs for line in ref.quote.splitlines()]
    columns = cells_of(row.lead) if row.lead.startswith("|") else []
    found = {_cell(cell, columns[n] if n < len(columns) else "") for line in lines for n, cell in enumerate(cells_of(line))}
    empty = {name for name in columns if name} - {name for name, _ in found}
    return frozenset(found | {(name, "") for name in empty})


def _cell(text: str, column: str) -> Cell:
    """As "key: value", an element of XML, or by its column's name."""
    if element := _ELEMENT.fullmatch(text):
        return element[1], element[2].strip()
    name, _, value = text.rpartition(": ")
    return _PATH.sub("", name) or column, value
