"""Spreadsheets: every sheet under its name, a row in a line with its columns' names, each a part "Sheet!ROW".

Owns how a cell is shown: as people see it, a formula by the value it had when the file was saved.
"""

import io
import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from functools import partial
from operator import attrgetter
from typing import Any

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN, Draft, one_line, ticking
from index.read.draft.rows import Rows
from index.read.office.archive import Archive, core_title
from index.read.office.hidden_xlsx import Veil

MOST_COLUMNS = 16_384
"""A sheet has no more."""

_TICK_EVERY, _LONGEST_NAME = 500, 60
_NO_VALUE = re.compile(rb"<f\b[^<>]*(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>")
"""A formula that was saved by a program that does not calculate."""


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """Sheets in order; hidden ones say so, but those that only a program can show are left out."""
    import openpyxl

    archive = Archive(data, ".xlsx")
    _without_document_types(archive)
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    draft = Draft(len(data))
    draft.missing += _without_values(archive)
    try:
        for sheet in book.worksheets:
            name = one_line(sheet.title)[:_LONGEST_NAME]
            if sheet.sheet_state == "veryHidden":
                draft.missing.append(f"sheet {name} was left out: {HIDDEN} that no person sees")
                continue
            veil = Veil(book, partial(archive.read, sheet._worksheet_path))
            _sheet(draft, sheet, veil, tick)
            draft.missing += [f"{HIDDEN} in {what} of sheet {name} was left out" for what in sorted(veil.met)]
            tick()
    finally:
        book.close()
    if not draft.last_label:
        raise FileLeftOut("no text in it")
    return draft.document(core_title(archive))


def _without_document_types(archive: Archive) -> None:
    """Office files have none; openpyxl would follow their entities."""
    for name in archive:
        if name.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.head(name):
            raise FileLeftOut("holds a document type, as only an attack does")


def _without_values(archive: Archive) -> list[str]:
    sheets = [name for name in archive if name.startswith("xl/worksheets/") and name.endswith(".xml")]
    count = sum(len(_NO_VALUE.findall(archive.read(name))) for name in sheets)
    verb = "formula has" if count == 1 else "formulas have"
    return [f"{count} {verb} no value: saved by a program that does not calculate"] if count else []


def _sheet(draft: Draft, sheet: Any, veil: Veil, tick: Callable[[], None]) -> None:
    rows = Rows()
    for count, (number, columns, values) in enumerate(ticking(_rows(sheet, veil), tick, _TICK_EVERY)):
        if count == 0:
            draft.label(f"{sheet.title}!{number}")
            draft.heading(2, sheet.title if sheet.sheet_state == "visible" else f"{sheet.title} (hidden)")
        draft.label(f"{sheet.title}!{number}")
        draft.add(rows.line(values, columns), "\n" if count else "\n\n")


def _rows(sheet: Any, veil: Veil) -> Iterator[tuple[int, list[int], list[str]]]:
    """The rows that hold something, with their numbers, the columns that do, from 0, and what is shown there."""
    for row in _cells(sheet, veil):
        filled = [(cell, text) for cell in row if (text := shown(cell.value, cell.number_format or "General"))]
        if filled:
            yield filled[0][0].row, [cell.column - 1 for cell, _ in filled], [text for _, text in filled]


def _cells(sheet: Any, veil: Veil) -> Iterator[list[Any]]:
    """The cells that are in the file and seen, by row; `iter_rows` makes up all that it lacks, as 10^10 before one far away."""
    from openpyxl.cell.read_only import ReadOnlyCell
    from openpyxl.worksheet._reader import WorkSheetParser

    book = sheet.parent
    formats = {"date_formats": book._date_formats, "timedelta_formats": book._timedelta_formats}
    with sheet._get_source() as source:
        parser = WorkSheetParser(source, sheet._shared_strings, data_only=True, epoch=book.epoch, **formats)
        for number, row in parser.parse():
            shown_cells = veil.cells(number, row, parser)
            cells = (ReadOnlyCell(sheet, **cell) for cell in shown_cells if cell["column"] <= MOST_COLUMNS)
            yield sorted(cells, key=attrgetter("column"))


def shown(value: object, number_format: str) -> str:
    """A cell's value as a reader of the sheet sees it, by the usual number formats."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.isoformat(" ", "minutes") if (value.hour, value.minute) != (0, 0) else value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return _number(value, number_format) if isinstance(value, int | float) else str(value)


def _number(value: float, number_format: str) -> str:
    form = number_format.split(";", maxsplit=1)[0]
    decimals = re.search(r"0\.(0+)", form)
    places = len(decimals[1]) if decimals else 0
    if "%" in form:
        return f"{value * 100:.{places}f}%"
    if form == "General" or "0" not in form or re.search(r"[eE]\+", form):
        return str(value) if isinstance(value, int) else f"{value:.15g}"
    number = f"{value:{',' if '#,' in form or '0,0' in form else ''}.{places}f}"
    plain = re.sub(r"\[\$([^\]-]*)[^\]]*\]", r'"\1"', form)
    before, after = (
        "".join(a or b for a, b in re.findall(r'"([^"]*)"|([$€£¥])', side))
        for side in (plain.split("0")[0], plain.rsplit("0", 1)[1])
    )
    return f"{before}{number}{after}"
