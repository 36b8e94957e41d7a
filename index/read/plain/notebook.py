"""Notebooks: Markdown cells as they are, code in fences, what it printed below it, each cell a part "cell=N".

Owns Jupyter's format (3 and 4); N counts all cells from 1, as an editor shows them.
"""

import json
from typing import Any

from index.errors import FileLeftOut
from index.passage import COLOURS, Document
from index.read.draft.draft import Draft, paragraphs
from index.read.plain.markup import heading_title
from index.read.plain.text import plain

MAX_OUTPUT = 20_000
"""A longer output of a cell is cut: it is a log, not a text; how much is missing is said."""


def read(data: bytes, *, tick: object = None) -> Document:
    """Cells in order."""
    text, missing = plain(data)
    try:
        book = json.loads(text)
    except json.JSONDecodeError as error:
        raise FileLeftOut(f"not valid JSON (line {error.lineno})") from error
    sheets = book.get("worksheets") or [book]
    cells = [cell for sheet in sheets for cell in sheet.get("cells", ())]
    language = book.get("metadata", {}).get("language_info", {}).get("name", "")
    draft = Draft(len(data))
    draft.missing += missing
    for number, cell in enumerate(cells, start=1):
        draft.label(f"cell={number}")
        source = _joined(cell.get("source", cell.get("input", "")))
        if cell.get("cell_type") == "code":
            _code(draft, number, source, cell, language)
        else:
            draft.add(source)
    return draft.document(heading_title(_markdown(cells)))


def _markdown(cells: list[dict[str, Any]]) -> str:
    return "\n".join(_joined(cell.get("source", "")) for cell in cells if cell.get("cell_type") == "markdown")


def _code(draft: Draft, number: int, source: str, cell: dict[str, Any], language: str) -> None:
    fence = "````" if "```" in source else "```"
    draft.add(f"{fence}{language}\n{source}\n{fence}" if source.strip() else "")
    for output in cell.get("outputs", ()):
        text = COLOURS.sub("", _output(output))
        if len(text) > MAX_OUTPUT:
            draft.missing.append(f"cell {number}: {len(text) - MAX_OUTPUT} characters of output")
        draft.add(paragraphs(text[:MAX_OUTPUT]))


def _output(output: dict[str, Any]) -> str:
    """The text of what a cell printed, returned or failed with."""
    if output.get("output_type") in ("error", "pyerr"):
        return f"{output.get('ename', '')}: {output.get('evalue', '')}"
    data = output.get("data", {})
    return _joined(output.get("text") or data.get("text/markdown") or data.get("text/plain") or "")


def _joined(lines: object) -> str:
    return "".join(map(str, lines)) if isinstance(lines, list) else str(lines)
