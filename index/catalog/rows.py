"""What the catalog's rows are in Python, and how they are read back: each seal is held against what it stands for."""

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from index.catalog import schema
from index.errors import DamagedIndex
from index.files.plan import Known
from index.home import user
from index.passage import Document, Part, Passage, Place, Span, embedded


def text_hash(text: str) -> str:
    """The key of a text's vector: 32 hex digits of its BLAKE2b."""
    return hashlib.blake2b(text.encode("utf-8"), digest_size=16).hexdigest()


DOCUMENT = "text, document.seal, sha256, document.maker"
"""What `text_of` takes."""

_PART, _HELD, _LARGEST = 10_000, 50_000_000, 2_000_000_000
"""Bytes of a text: packed ones that are unpacked at once, to a thousand times as many at most; those held before its seal is
known to be right; and those of any: a reader has no more memory to make them."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A source ready to be stored: `document` and `passages` are None where a document of that key is stored already.

    `lines` tells that the file is text, so that its places are lines.
    """

    source: str
    row: Known
    document: Document | None = None
    passages: Sequence[Passage] = ()
    lines: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A stored passage with its document; `sentences` are spans in the document's text, `line` is None for a converted file."""

    id: int
    document_id: int
    title: str
    heading: str
    start: int
    end: int
    line: int | None
    parts: tuple[Part, ...]
    sentences: tuple[Span, ...]
    hash: str
    text: str

    def place(self, source: str) -> Place:
        """Where it stands in one of its document's sources."""
        return Place(source, self.start, self.end, self.line, self.parts)


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers for `qa status`."""

    sources: int
    passages: int
    owed: int
    left_out: int


def text_of(row: tuple[Any, ...]) -> str:
    """A document's text, of a row of `DOCUMENT`; DamagedIndex unless it is the one that was stored here."""
    data, seal, *key = row
    told, held, size = hashlib.blake2b(digest_size=16), list[bytes](), 0
    try:
        for part in _inflated(data):
            told.update(part)
            size += len(part)
            held = [*held, part] if size <= _HELD else []
        if not user.sealed(seal, "text", *key, told.hexdigest()):
            raise damaged("a text is not the one that was stored")
        return (b"".join(held) if size <= _HELD else zlib.decompress(data)).decode("utf-8")
    except (zlib.error, UnicodeDecodeError, TypeError) as error:
        raise damaged(f"a text cannot be read ({error})") from error


def _inflated(data: bytes) -> Iterator[bytes]:
    """A text's bytes in parts: a few megabytes of a stranger's can be gigabytes, so none is held whole before its seal is."""
    stream, size = zlib.decompressobj(), 0
    for at in range(0, len(data), _PART):
        yield (part := stream.decompress(data[at : at + _PART]))
        size += len(part)
        if size > _LARGEST:
            break
    if not stream.eof:
        raise damaged("a text is cut short, or longer than any")


def rows_of(found: Iterable[tuple[Any, ...]]) -> list[Row]:
    """Passages; DamagedIndex unless all of each is as it was stored here."""
    by = user.key()
    return [_row(values, by) for values in found]


def _row(values: tuple[Any, ...], by: bytes) -> Row:
    id_, document_id, text, seal, *said = values
    if not (user.sealed(seal, "passage", *said, by=by) and isinstance(text, str) and _has_key(text, said[3], said[-1])):
        raise damaged("a passage is not the one that was stored")
    _, _, title, heading, start, stop, line, parts, sentences, key = said
    return Row(
        id_, document_id, title, heading, start, stop, line, parts_of(parts, start), spans_of(sentences, start), key, text
    )


def _has_key(text: str, heading: object, key: object) -> bool:
    """Whether this is the key of a passage's vector: earlier versions embedded the text of a table alone."""
    return key == text_hash(embedded(text, str(heading))) or key == text_hash(text)


def parts_of(stored: str, start: int) -> tuple[Part, ...]:
    """Parts as they are stored, in a passage that begins at `start`."""
    try:
        pairs = (line.split(" ", 1) for line in stored.split("\n") if line)
        return tuple(Part(start + int(offset), label) for offset, label in pairs)
    except (ValueError, TypeError, AttributeError) as error:
        raise damaged(f"the parts of a passage cannot be read ({error})") from error


def spans_of(stored: str, start: int) -> tuple[Span, ...]:
    """Sentences as they are stored, in a passage that begins at `start`."""
    try:
        marks = [start + int(n) for n in stored.split()]
        return tuple(zip(marks[::2], marks[1::2], strict=True))
    except (ValueError, TypeError, AttributeError) as error:
        raise damaged(f"the sentences of a passage cannot be read ({error})") from error


def damaged(what: str) -> DamagedIndex:
    """The failure of a catalog that cannot be read, with what mends it."""
    return DamagedIndex(f"The index's catalog is damaged: {what}.", schema.REBUILD)
