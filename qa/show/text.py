"""What a person sees of an answer: plain text and Markdown of sentences, sources, hits and places."""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from index.passage import BETWEEN, LEVEL, Hit, Place, Span, columns_in
from qa.answer import Answer, Citation, Surroundings, Words
from qa.documents.texts import Root, file_of
from qa.saved.answers import Standing
from qa.show.emphasis import emphasised, in_each, marked_up
from qa.show.marks import UNSUPPORTED, marked
from qa.show.table import NAMES, Row, columns_of, drawn, listed, parts_of, row_of
from qa.show.terminal import Screen, clean, escaped, fold, styled
from qa.show.wrap import SENTENCE, flowing, wrapped

CLOSEST = "Closest sentences (no model has read them):"
PERHAPS = "Perhaps (no model has read these sentences):"

_VERDICTS = {"changed": f"  {UNSUPPORTED} the file has changed since", "gone": f"  {UNSUPPORTED} the file is gone"}

_REASONS = {
    "words": "matching words",
    "meaning": "similar meaning",
    "sentence": "words in one sentence",
    "closest": "a sentence of similar meaning",
    "around": "words here and beside it",
    "together": "words that stand together",
    "title": "words in the title or file name",
    "answer": "a sentence that may answer",
    "linked": "named by a document that the question names",
    "crowding": "better passages of the same document",
}


def place_here(place: Place, root: Root) -> str:
    """A place as it opens where people click or type it: relative to the current folder."""
    return file_here(place.source, root) + escaped(place.label.removeprefix(place.source))


def file_here(source: str, root: Root) -> str:
    """A source's file relative to the current folder."""
    if not isinstance(root, Path):
        return escaped(source)
    path = file_of(root, source)
    try:
        return escaped(os.path.relpath(path))
    except (OSError, ValueError):  # the current folder has been deleted, or is on another drive
        return escaped(str(path))


def show_answer(screen: Screen, answer: Answer, root: Root) -> None:
    """An answer with its marks and sources; its text is not repeated where it has streamed. What else is said: see `talk`."""
    if screen.streamed:
        screen.end_stream()
    if answer.status == "not_found":
        screen.notice(_no(answer) + (" The nearest passages:" if answer.nearest else ""))
        if screen.tty:
            show_blocks(screen, answer.nearest, root, words=answer.words, more="`qa show PLACE` shows all of it")
        else:
            show_hits(screen, answer.nearest, root)
        return
    if answer.status == "passages":
        if screen.streamed:
            screen.line(screen.style(f"{UNSUPPORTED} the reply above broke off and has not been checked", "33"))
        screen.notice(PERHAPS if answer.doubtful else CLOSEST)
        if screen.tty and all(s.around for s in answer.sentences):
            _show_quoted(screen, answer, root)
            return
    shown = screen.streamed if answer.status != "passages" else ""
    if answer.text is not None and not shown:
        shown = marked(answer.text, answer.sentences)
        screen.line(styled(screen, screen.wrap(clean(shown))))
    for mark in _marks(answer):
        screen.line(screen.style(screen.wrap(mark, hanging="    "), "33"))
    if f" {UNSUPPORTED}" in shown:
        screen.notice(f"{UNSUPPORTED} stands behind what the cited sentences do not support.")
    if answer.citations:
        screen.line()
    show_sources(screen, answer, root)


def _show_quoted(screen: Screen, answer: Answer, root: Root) -> None:
    """Each quoted sentence once, in what it stands in, with its number, and rows of one table together; then the places."""
    blocks: dict[tuple[str, Span], list[_Quoted]] = {}
    rows: list[tuple[Row, str]] = []
    of, drawn_ones = "", set[int]()
    for sentence in answer.sentences:
        if around := sentence.around:
            quoted = _Quoted(around, "".join(f" [{n}]" for n in sentence.citations), sentence.citations)
            blocks.setdefault((around.place.source, around.span), []).append(quoted)
    for (source, _), said in blocks.items():
        row = _row(said, answer)
        if rows and not (row and source == of and row.keys() & set(columns_of([one for one, _ in rows]))):
            _show_rows(screen, rows, answer.words)
            rows = []
        if row:
            rows.append((row, said[0].number))
            of = source
            drawn_ones.update(said[0].citations)
            continue
        start, body = said[0].around.span[0], said[0].around.whole
        spans = [(one.around.place.start - start, one.around.place.end - start) for one in said]
        numbers = [screen.style(one.number, "36") for one in said]
        shown = screen.wrap(marked_up(flowing(body), answer.words, spans, numbers))
        screen.line("\n".join(emphasised(screen, shown.split("\n"))))
        screen.line()
    if rows:
        _show_rows(screen, rows, answer.words)
    for citation in answer.citations:
        screen.line(_source_line(screen, citation, root, quoted=False, named=citation.n not in drawn_ones))


@dataclass(frozen=True, slots=True)
class _Quoted:
    """A sentence that is quoted in what it stands in, with its number as it is shown."""

    around: Surroundings
    number: str
    citations: tuple[int, ...]


def _row(said: Sequence[_Quoted], answer: Answer) -> Row | None:
    """What is quoted as the row of a table, where it is nothing but one."""
    around = said[0].around
    if len(said) > 1 or around.before or around.after:
        return None
    names = next((columns_in(c.heading) for c in answer.citations if c.n in said[0].citations), "")
    return row_of(clean(around.marked), fold(names).split(BETWEEN) if names else ())


def _show_rows(screen: Screen, rows: Sequence[tuple[Row, str]], words: Words) -> None:
    """Rows of one table, aligned where there is room, else a name and its value a line."""
    cells, numbers = [row for row, _ in rows], [screen.style(f" {number}", "36") for _, number in rows]
    words = _in_cells(cells, words)

    def shown(n: int, cell: str) -> str:
        return marked_up(cell, words, [(0, len(cell))] if n != NAMES and cell else [])

    lines = drawn(cells, numbers, screen.width, shown)
    if lines is None:
        each = [listed(row, number, shown) for row, number in zip(cells, numbers, strict=True)]
        lines = [screen.wrap(line, hanging="  ") for n, one in enumerate(each) for line in (*[""] * (n > 0), *one)]
    screen.line("\n".join(emphasised(screen, "\n".join(lines).split("\n"))))
    screen.line()


def _in_cells(rows: Sequence[Row], words: Words) -> Words:
    """The same words for the cells of these rows and the names of their columns."""
    return in_each([*columns_of(rows), *(cell for row in rows for cell in row.values())], words)


def _no(answer: Answer) -> str:
    """Why there is no answer: what the question hangs on is not there, or it is not said."""
    return not_mentioned(answer.missing) if answer.missing else "The documents don't say."


def not_mentioned(words: Sequence[str]) -> str:
    """What is said of words that stand in no document."""
    return f"No document mentions {' or '.join(f'“{fold(word)}”' for word in words)}."


def talk(screen: Screen, answer: Answer) -> None:
    """On standard error, what is to be known of an answer in whatever form it is shown: what is missing, tokens and price."""
    if answer.left_out:
        screen.notice(f"{counted(answer.left_out, 'sentence')} left out: not supported by the sentences cited.")
    if answer.cut:
        screen.notice("The model's reply stopped for length; its end is missing.")
    for line in answer.notices:
        screen.notice(line)
    if answer.usage:
        price = "" if answer.cost is None else f", ${answer.cost:.4f}"
        usage = f"{answer.usage.input_tokens:,} tokens read, {answer.usage.output_tokens:,} written{price}"
        screen.notice(f"{answer.model}: {usage}")


def show_sources(screen: Screen, answer: Answer, root: Root) -> None:
    """A line for each citation: its number, its place, and the sentence."""
    for citation in answer.citations:
        screen.line(_source_line(screen, citation, root))


def _marks(answer: Answer) -> list[str]:
    """A line for each unsupported sentence: what is not supported, and the sentence."""
    lacking = [s for s in answer.sentences if s.supported is False]
    return [f"{UNSUPPORTED} {fold(s.why or 'not supported by the sentences cited')}: {fold(s.text)}" for s in lacking]


def _source_line(screen: Screen, citation: Citation, root: Root, *, quoted: bool = True, named: bool = True) -> str:
    """`named`: with the names of the columns of a row."""
    number = screen.style(f"[{citation.n}]", "36")
    mark = screen.style(_VERDICTS.get(citation.verdict, ""), "33")
    place = screen.link(screen.style(place_here(citation.place, root), "4"), root, citation.place)
    names, heading = columns_in(citation.heading), citation.heading
    if names and not named:
        names, heading = "", heading.rpartition(LEVEL)[0]
    columns = screen.style(f"  ({fold(names).strip('| ')})", "2") if names else ""
    if screen.tty and not names and citation.place.line is None and citation.place.page is None and heading:
        columns = screen.style(f"  {fold(heading)}", "2")  # where a person finds it in a file without lines
    quote = f"  “{fold(citation.quote)}”" if quoted else ""
    return screen.wrap(f"{number} {place}{quote}{columns}{mark}", hanging="    ")


def show_read(screen: Screen, answer: Answer, root: Root) -> None:
    """On standard error, the passages that an answer was made from, with what speaks for each."""
    for hit in answer.read:
        screen.notice(f"{place_here(hit.place, root)}: {explained(hit)}")


def show_hits(screen: Screen, hits: Sequence[Hit], root: Root, *, explain: bool = False) -> None:
    """A line a hit, best first; with `explain` a second line that says how its score came about."""
    for hit in hits:
        place = place_here(hit.place, root)
        names = columns_in(hit.heading)
        columns = screen.style(f"({fold(names).strip('| ')}) ", "2") if names else ""
        screen.line(f"{screen.style(place, '36')}: {columns}{fold(hit.text)}")
        if explain:
            screen.line(screen.style(f"    {explained(hit)}", "2"))


LINES = 4
"""So many lines of a passage are shown on a terminal, unless all are asked for."""


def show_blocks(
    screen: Screen,
    hits: Sequence[Hit],
    root: Root,
    fitting: Sequence[Span | None] = (),
    *,
    words: Words = lambda text: (),
    full: bool = False,
    explain: bool = False,
    more: str = "--full shows all of it",
) -> None:
    """A block a hit, best first: its place with its heading, and its text in a few lines around the sentence that fits.

    `more` says how to see the rest of what was cut.
    """
    cut = False
    for n, (hit, span) in enumerate(zip_longest(hits, fitting)):
        if n:
            screen.line()
        place = screen.link(screen.style(place_here(hit.place, root), "36"), root, hit.place)
        about = fold(hit.heading)
        screen.line(screen.wrap(f"{place}{screen.style(f'  {about}', '2') if about else ''}", hanging="    "))
        lines, short = _few(screen, hit, span, words, full=full)
        cut = cut or short
        for line in lines:
            screen.line(line)
        if explain:
            screen.line(screen.style(screen.wrap(explained(hit), "    "), "2"))
    if cut:
        screen.notice(f"… stands where a passage goes on; {more}.")


def _few(screen: Screen, hit: Hit, span: Span | None, words: Words, *, full: bool) -> tuple[list[str], bool]:
    """The lines of a hit around one sentence, which is emphasised as words are; whether there are more.

    Where the names of a table's columns would be left out, they stand in the place of the first line.
    """
    lines, heads = _lines(screen, hit, span, words)
    marks = [n for n, line in enumerate(lines) for _ in range(line.count(SENTENCE))]
    shown = emphasised(screen, lines)
    if full or len(lines) <= LINES:
        return shown, False
    top = max(0, min(marks[0] - 1 if marks else 0, len(lines) - LINES))
    top += not lines[top].strip()
    few = shown[top : top + LINES]
    if top and heads.get(top, top) < top:
        few[0] = shown[heads[top]]
    elif top:
        few[0] = f"  … {few[0].lstrip()}"
    few[-1] = f"{few[-1]} …" if top + LINES < len(lines) else few[-1]
    return few, True


def _lines(screen: Screen, hit: Hit, span: Span | None, words: Words) -> tuple[list[str], dict[int, int]]:
    """A hit's lines with their marks, rows that fit drawn; and for each line of a row which one names its columns."""
    first, last = (0, 0) if span is None else (span[0] - hit.place.start, span[1] - hit.place.start)
    text, names = flowing(hit.text), fold(columns_in(hit.heading))
    lines, heads = list[str](), dict[int, int]()
    for start, end, rows in parts_of(text, names.split(BETWEEN) if names else ()):
        inside = [(max(first, start) - start, min(last, end) - start)] if first < end and start < last else []
        table = _drawn(screen, rows, text[start:end], inside, words) if rows else None
        if table:
            heads |= dict.fromkeys(range(len(lines), len(lines) + len(table)), len(lines))
            lines += [f"  {line}" for line in table]
        else:
            body = marked_up(text[start:end], words, inside)
            lines += wrapped(body, screen.width - 2, "  ").rstrip("\n").split("\n")
    return lines, heads


def _drawn(screen: Screen, rows: Sequence[Row], text: str, inside: Sequence[Span], words: Words) -> list[str] | None:
    """Rows in lines, the one that the sentence is emphasised; None where they are too wide."""
    lines = [line.span() for line in re.finditer(r".+", text)][-len(rows) :]
    said = next((n for n, (start, end) in enumerate(lines) for a, b in inside if a < end and start < b), None)
    words = _in_cells(rows, words)

    def shown(n: int, cell: str) -> str:
        return marked_up(cell, words, [(0, len(cell))] if n == said and cell else [])

    return drawn(rows, [""] * len(rows), screen.width - 2, shown)


def explained(hit: Hit) -> str:
    """A hit's score as the sum of what speaks for it."""
    parts = [f"{share:+.2f} {_REASONS[name]}" for name, share in hit.why]
    return f"{hit.score:.2f} = {', '.join(parts).removeprefix('+')}" if parts else "the beginning of a document"


def show_standings(screen: Screen, standings: Sequence[Standing], root: Root) -> None:
    """A line for each citation of a saved answer: how it stands, and where."""
    if not standings:
        screen.notice("The answer has no citations.")
    for s in standings:
        place = place_here(s.citation.place, root)
        moved = f" → {place_here(s.now, root)}" if s.now and s.state == "moved" else ""
        state = screen.style(s.state, "32" if s.now else "33")
        screen.line(f"[{s.citation.n}] {state}  {place}{moved}  “{fold(s.citation.quote)}”")


def show_surroundings(screen: Screen, found: Surroundings, root: Root) -> None:
    """A place with the lines around it; the marked text stands between signs, and in bold where there is colour."""
    head = screen.style(place_here(found.place, root), "4")
    whole = not found.before and not found.after
    marked = clean(found.marked) if whole else f">>>{screen.style(clean(found.marked), '1')}<<<"
    body = f"{clean(found.before)}{marked}{clean(found.after)}".rstrip("\n")
    screen.page(f"{head}\n{body}\n")


def show_markdown(screen: Screen, answer: Answer, root: Root) -> None:
    """An answer as Markdown; what else is said: see `talk`."""
    if answer.status == "passages":
        screen.notice(PERHAPS if answer.doubtful else CLOSEST)
    screen.write(answer_markdown(answer, root))


def answer_markdown(answer: Answer, root: Root) -> str:
    """An answer with its sources as footnotes, or the passages nearest to a question that has none."""
    if answer.text is None:
        nearest = "".join(f"- {place_here(hit.place, root)}: {fold(hit.text)}\n" for hit in answer.nearest)
        return f"{_no(answer)} The nearest passages:\n\n{nearest}" if nearest else f"{_no(answer)}\n"
    shown = marked(answer.text, answer.sentences)
    if answer.model and answer.failure is None:
        text = re.sub(r"\[(\d+)\]", r"[^\1]", clean(shown))
    else:
        text = "\n\n".join(f"{clean(s.text)}{''.join(f'[^{n}]' for n in s.citations)}" for s in answer.sentences)
    marks = "".join(f"\n\n{mark}" for mark in _marks(answer))
    notes = "\n".join(
        f"[^{c.n}]: {place_here(c.place, root)} “{fold(c.quote)}”{_VERDICTS.get(c.verdict, '')}" for c in answer.citations
    )
    return f"{text}{marks}\n\n{notes}\n"


def counted(count: int, noun: str) -> str:
    """ "1 document", "2 documents"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
