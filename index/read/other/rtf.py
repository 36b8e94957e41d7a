"""RTF: paragraphs, headings, tables, notes, comments, links; what is hidden, deleted or only for programs is not read.

Owns the form in which RTF is written: groups, control words, code pages. Letters that are raised or struck out are written as
in every other format.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from index.errors import FileLeftOut
from index.passage import Document
from index.read.draft.draft import HIDDEN_NOTE, Draft, one_line
from index.read.draft.rows import cells
from index.read.draft.scripts import Piece, written
from index.read.office.counting import counts_pages
from index.read.other.codes import ASIDE, LEFT, PAGES, SIGNS, decoded, page_of, whole
from index.read.plain.text import looks_like

DEEPEST = 5000
_TICK_EVERY = 20_000
_TOKEN = re.compile(rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(.)|([{}])|[\r\n]+|([^\\{}\r\n]+)", re.DOTALL)
_ESCAPED = {b"~": "\u00a0", b"_": "-", b"\\": "\\", b"{": "{", b"}": "}", b"\n": "\n", b"\r": "\n"}
_LINK = re.compile(r'HYPERLINK\s+(?:\\[a-z]\s+)*"?((?:https?|mailto):[^"\s]{1,2000})')


@dataclass(slots=True)
class _State:
    """What holds within a group: where text goes to, how letters look, how many bytes stand for a \\u."""

    to: str = "text"
    hidden: bool = False
    out: bool = False
    moved: str = ""
    page: str = ""
    skip: int = 1
    linked: bool = False
    table: bool = False
    level: int = 0
    first: bool = True


@dataclass(slots=True)
class _Made:
    """What has been read and is not written yet."""

    pieces: list[Piece] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    aside: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    running: list[str] = field(default_factory=list)
    link: str = ""
    begun: int = 0


def read(data: bytes, *, tick: Callable[[], None]) -> Document:
    """The text in order, then notes, heads and feet."""
    if not data.lstrip().startswith(b"{\\rtf"):
        raise FileLeftOut(f"named .rtf, but it is {looks_like(data) or 'something else'}")
    reader = _Reader(Draft(len(data)))
    for count, found in enumerate(_TOKEN.finditer(data)):
        if count % _TICK_EVERY == 0:
            tick()
        reader.token(found, data)
    return reader.document()


class _Reader:
    """One file while it is read, token by token."""

    def __init__(self, draft: Draft) -> None:
        self._draft, self._state, self._stack, self._made = draft, _State(), list[_State](), _Made()
        self._fonts: dict[int, str] = {}
        self._font, self._ansi = 0, "cp1252"
        self._bytes = b""
        self._left = 0  # of what stands for a letter that programs without Unicode show
        self._until = 0  # where pictures that are bytes end
        self._gap, self._title, self._met = "\n\n", "", False

    def token(self, found: "re.Match[bytes]", data: bytes) -> None:
        """Heed the next token."""
        if found.start() < self._until:
            return
        word, number, byte, escaped, brace, text = found.groups()
        if byte or text:
            self._raw(bytes.fromhex(byte.decode()) if byte else text)
            return
        self._flush()
        if brace:
            self._group(opened=brace == b"{")
        elif escaped is not None:
            self._sign(escaped)
        elif word:
            self._word(word.decode(), int(number) if number else None, found.end(), data)

    def _raw(self, text: bytes) -> None:
        left = min(self._left, len(text))
        self._left -= left
        self._bytes += text[left:]
        self._state.first = False
        if len(self._bytes) > 10_000:
            self._flush()

    def _flush(self) -> None:
        if self._bytes:
            text, self._bytes = self._bytes, b""
            self._say(decoded(text, self._state.page or self._ansi))

    def _say(self, text: str) -> None:
        state, made = self._state, self._made
        if state.to != "text":
            if state.to:
                made.aside.setdefault(state.to, []).append(text)
        elif state.hidden:
            self._met = self._met or bool(text.strip())
        else:
            made.pieces.append((text, f"{state.moved}{' out' if state.out else ''}".strip()))

    def _group(self, *, opened: bool) -> None:
        if opened:
            self._stack.append(replace(self._state))
            self._state.first = True
            if len(self._stack) > DEEPEST:
                raise FileLeftOut(f"RTF that nests more than {DEEPEST:,} deep")
        elif self._stack:
            before, self._state = self._state, self._stack.pop()
            if before.to not in (self._state.to, "", "text"):
                self._closed(before.to)
            if before.linked and not self._state.linked:
                self._lead()

    def _lead(self) -> None:
        """Where a link leads, behind its words, unless they say so."""
        made, link = self._made, self._made.link
        made.link = ""
        words = "".join(text for text, _ in made.pieces[made.begun :])
        if link and words.strip() and link.partition("://")[2].rstrip("/").lower() not in words.lower():
            made.pieces.append((f" <{link}>", ""))

    def _closed(self, kind: str) -> None:
        """A group that is no part of the text ends."""
        made = self._made
        said = one_line(whole("".join(made.aside.pop(kind, [])))) if kind != "author" else ""
        if kind == "note" and said:
            made.notes.append(f"[{len(made.notes) + 1}] {said}")
            made.pieces.append((f"[{len(made.notes)}]", ""))
        elif kind == "Comment" and said:
            who = one_line("".join(made.aside.pop("author", [])))
            made.comments.append(f"[Comment{f' by {who}' if who else ''}: {said}]")
        elif kind in ("Header", "Footer") and not counts_pages(said):
            made.running.append(f"{kind}: {said}")
        elif kind == "title":
            self._title = said
        elif kind == "field" and (link := _LINK.search(said)):
            made.link = link[1].removeprefix("mailto:")

    def _sign(self, escaped: bytes) -> None:
        if escaped == b"*":
            if self._state.first and self._state.to != "fonts":
                self._state.to = ""  # for programs that know what follows
        elif self._left:
            self._left -= 1
        elif escaped in (b"\r", b"\n"):
            self._end_paragraph()
        elif escaped in _ESCAPED:
            self._say(_ESCAPED[escaped])

    def _word(self, word: str, number: int | None, end: int, data: bytes) -> None:
        state, first = self._state, self._state.first
        state.first = False
        on = number != 0
        if word == "bin":
            self._until = end + max(number or 0, 0)
        elif word == "u" and number is not None:
            code = number & 0xFFFF
            self._say(chr(code if not 0xF000 <= code < 0xF100 else code & 0xFF))
            self._left = state.skip
        elif word in ASIDE and (first or state.to == "" or word in ("fonttbl",)):
            state.to = ASIDE[word]
            if word in ("footnote", "annotation"):
                state.hidden = state.out = False
        elif word in LEFT:
            state.to = ""
        elif word in SIGNS:
            self._say(SIGNS[word])
        elif word == "shpinst":  # text boxes stand in what older programs leave out
            state.to = self._stack[-1].to if self._stack else "text"
        elif word == "field":
            state.linked, self._made.begun = True, len(self._made.pieces)
        else:
            self._look(word, number, on=on)

    def _look(self, word: str, number: int | None, *, on: bool) -> None:
        """How letters look, and where paragraphs, cells and rows end."""
        state = self._state
        if word in ("v", "deleted"):
            state.hidden = on
        elif word in ("strike", "striked"):
            state.out = on
        elif word in ("super", "sub", "nosupersub", "up", "dn"):
            state.moved = {"super": "up", "sub": "down", "up": "up" if number else "", "dn": "down" if number else ""}.get(
                word, ""
            )
            state.moved = state.moved if on else ""
        elif word == "plain":
            state.hidden = state.out = False
            state.moved = ""
        elif word == "f" and number is not None:
            self._font = number
            state.page = self._fonts.get(number, "") if state.to != "fonts" else ""
        elif word == "fcharset" and state.to == "fonts":
            self._fonts[self._font] = PAGES.get(number or 0, "")
        elif word == "ansicpg" and number:
            self._ansi = page_of(f"cp{number}")
        elif word in ("mac", "pc"):
            self._ansi = "mac_roman" if word == "mac" else "cp437"
        elif word == "uc":
            state.skip = min(max(number or 0, 0), 10) if number is not None else 1
        else:
            self._block(word, number)

    def _block(self, word: str, number: int | None) -> None:
        state = self._state
        if word == "pard":
            state.table, state.level = False, 0
        elif word == "intbl":
            state.table = True
        elif word == "outlinelevel" and number is not None:
            state.level = number + 1 if number < 9 else 0
        elif word in ("par", "sect", "page"):
            self._end_paragraph()
        elif word in ("cell", "nestcell"):
            self._made.row.append(self._taken())
        elif word in ("row", "nestrow"):
            row, self._made.row = cells(self._made.row), []
            self._draft.add(row, self._gap)
            self._gap = "\n" if row else self._gap
            self._comments()

    def _taken(self) -> str:
        text = whole(written(self._made.pieces))
        self._made.pieces, self._made.begun = [], 0
        return text

    def _end_paragraph(self) -> None:
        if self._state.to != "text":
            self._say(" ")
        elif self._state.table:
            self._say("\n")
        else:
            text = self._taken()
            if text.strip():
                self._gap = "\n\n"
            if self._state.level and len(text) < DEEPEST:
                self._title = self._title or (one_line(text) if self._state.level == 1 else "")
                self._draft.heading(self._state.level, text)
            else:
                self._draft.add(text.strip())
            self._comments()

    def _comments(self) -> None:
        said, self._made.comments = self._made.comments, []
        for comment in said:
            self._draft.add(comment)

    def document(self) -> Document:
        """What has been read."""
        self._flush()
        self._state.to, self._state.table = "text", False
        if self._made.row:
            self._draft.add(cells([*self._made.row, self._taken()]), self._gap)
        self._end_paragraph()
        for note in (*self._made.notes, *dict.fromkeys(self._made.running)):
            self._draft.add(note)
        self._draft.missing += [HIDDEN_NOTE] if self._met else []
        return self._draft.document(self._title)
