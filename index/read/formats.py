"""File formats: from a file's bytes to a document's text, title and places.

Owns the table of readers, and the one place where whatever a format's library raises becomes a reason to leave a file out; each
format is a module in a room beside this one. Knows nothing of sentences, passages or the index. A reader is deterministic and
decides by the bytes alone: what is stored is keyed by their hash and the reader's name.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module

from index.errors import FileLeftOut
from index.files.secret import SECRET, holds_private_key
from index.passage import Document
from index.read.draft.draft import Tick

BLANK = "no text in it"

LONGEST_TITLE, MOST_MISSING = 500, 50
"""Characters of a title, and how many things that could not be read are named: a file may hold millions of either."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


def _no_tick() -> None:
    """For who does not want to know."""


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read: `name` with its version is kept in the index, so that a better reader reads again.

    `converted`: the text is made from the file, not the decoded file itself. `heavy`: it may take long, and is best run in a
    process that can be stopped. `kind` is what it is called in reasons; `module`, below
    `index.read`, holds the function `read`.
    """

    name: str
    module: str
    kind: str
    converted: bool = True
    heavy: bool = False
    options: dict[str, object] = field(default_factory=dict, hash=False)

    def read(self, data: bytes, tick: Tick = _no_tick) -> Document:
        """The document in these bytes; FileLeftOut, with a short reason, where there is none."""
        if not data.strip():
            raise FileLeftOut(BLANK)
        if holds_private_key(data):
            raise FileLeftOut(SECRET)
        read: Callable[..., Document] = import_module(f"index.read.{self.module}").read
        try:
            document = read(data, tick=tick, **self.options)
        except (FileLeftOut, MemoryError):
            raise
        except RecursionError as error:
            raise FileLeftOut("nested too deeply") from error
        except Exception as error:  # a format's library may raise anything, and one file must not stop the others
            raise FileLeftOut(f"cannot be read as {self.kind}: {_said(error)}") from error
        return _whole(document)


def reader_for(source: str, *, ocr: bool = False) -> Reader | None:
    """The reader for a file's name, or None where its suffix is that of a kind that has no text or no reader.

    A name without a known suffix gets a reader that finds out from the bytes whether they are text.
    """
    name = source.rsplit("/", 1)[-1].lower()
    suffix = name.rsplit(".", 1)[-1] if "." in name.strip(".") else ""
    if suffix in UNREADABLE:
        return None
    if suffix in READERS:
        reader = READERS[suffix]
        return (
            Reader(f"{reader.name}+ocr", "pdf.pages", "PDF", heavy=True, options={"ocr": True})
            if ocr and suffix == "pdf"
            else reader
        )
    return Reader(
        "text-4", "plain.text", "text", converted=False, options={"kind": f".{suffix} files" if suffix else "its kind"}
    )


def _whole(document: Document) -> Document:
    """The document, if it holds text that SQLite and JSON can hold; parts and offsets stay as they are."""
    if not document.text.strip():
        raise FileLeftOut(BLANK)
    text, title = (_SURROGATE.sub("\ufffd", t).replace("\0", "\ufffd") for t in (document.text, document.title))
    title, missing = _CONTROL.sub(" ", title[:LONGEST_TITLE]).strip(), document.missing
    if len(missing) > MOST_MISSING:
        missing = (*missing[:MOST_MISSING], f"and {len(missing) - MOST_MISSING} more")
    return Document(text, title, document.markdown, document.parts, missing, document.headings)


def _said(error: Exception) -> str:
    """What an error says, in one short line."""
    said = " ".join(_CONTROL.sub(" ", _SURROGATE.sub("?", str(error))).split())[:120]
    return said or type(error).__name__


def _inner(name: str, data: bytes, tick: Tick) -> Document:
    """What stands within another file, such as an attachment, read by its own reader."""
    reader = reader_for(name)
    if reader is None:
        raise FileLeftOut("no reader for its kind")
    return reader.read(data, tick)


def _table(*rows: tuple[Reader, str]) -> dict[str, Reader]:
    return {suffix: reader for reader, suffixes in rows for suffix in suffixes.split()}


_MARKUP = (
    ("markdown-5", "md markdown mdown mkd"),
    ("rst-1", "rst rest"),
    ("asciidoc-1", "adoc asciidoc"),
    ("org-1", "org"),
    ("latex-1", "tex ltx"),
)
"""Text with headings by its name."""

_OLD = (
    ("an old Word file", ".docx", "doc dot"),
    ("an old Excel file", ".xlsx", "xls xlt"),
    ("a binary Excel file", ".xlsx", "xlsb"),
    ("an old PowerPoint file", ".pptx", "ppt pps"),
    ("an Outlook message", ".eml", "msg"),
    ("a Pages document", ".docx", "pages"),
    ("a Numbers spreadsheet", ".xlsx", "numbers"),
)
"""Kinds that are left out unless they are something else, what to save them as, and their suffixes."""

READERS = _table(
    (Reader("text-4", "plain.text", "text", converted=False), "txt text log"),
    *(
        (Reader(name, "plain.text", "text", converted=False, options={"markup": name.partition("-")[0]}), suffixes)
        for name, suffixes in _MARKUP
    ),
    (Reader("pdf-4", "pdf.pages", "PDF", heavy=True), "pdf"),
    (Reader("docx-5", "word.docx", "a Word document", heavy=True), "docx docm dotx"),
    (Reader("pptx-4", "slides.pptx", "a presentation", heavy=True), "pptx pptm ppsx"),
    (Reader("xlsx-5", "sheet.xlsx", "a spreadsheet", heavy=True), "xlsx xlsm xltx"),
    (Reader("odt-2", "other.odf", "an OpenDocument text", heavy=True), "odt ott fodt"),
    (Reader("ods-2", "other.odf", "an OpenDocument spreadsheet", heavy=True, options={"kind": ".ods"}), "ods ots fods"),
    (Reader("odp-2", "other.odf", "an OpenDocument presentation", heavy=True, options={"kind": ".odp"}), "odp otp fodp odg"),
    (Reader("rtf-2", "other.rtf", "an RTF file", heavy=True), "rtf"),
    *(
        (
            Reader(f"old-{suffixes.split()[0]}-1", "other.old", kind, heavy=True, options={"kind": kind, "newer": newer}),
            suffixes,
        )
        for kind, newer, suffixes in _OLD
    ),
    (Reader("csv-4", "plain.tables", "a table"), "csv"),
    (Reader("tsv-4", "plain.tables", "a table", options={"delimiter": "\t"}), "tsv tab"),
    (Reader("html-5", "web.webpage", "HTML", heavy=True), "html htm xhtml"),
    (Reader("epub-5", "web.epub", "an EPUB book", heavy=True), "epub"),
    (Reader("notebook-2", "plain.notebook", "a notebook"), "ipynb"),
    (Reader("json-4", "plain.records", "JSON"), "json geojson"),
    (Reader("jsonl-3", "plain.records", "JSON lines", options={"lines": True}), "jsonl ndjson"),
    (Reader("subtitles-2", "plain.subtitles", "subtitles"), "srt vtt"),
    (Reader("cards-2", "plain.cards", "a calendar or contacts"), "ics vcf"),
    (Reader("mail-6", "mail.message", "a mail", heavy=True, options={"inner": _inner}), "eml emlx mbox mht mhtml"),
)
"""By suffix; any other one is text if its bytes are."""

UNREADABLE = frozenset(
    "7z a aac accdb ai apk avi avif bin bmp bz2 cab class dat db dll dmg dylib elf eot exe flac gif gz heic ico img iso jar"
    " jpeg jpg key lib lz4 m4a m4v mdb mid mkv mobi mov mp3 mp4 mpeg mpg msi npy npz o obj ogg onnx"
    " opus otf parquet pkl png psd pst pyc pyd pyo rar rpm safetensors so sqlite sqlite3 tar tgz tif tiff ttf"
    " wasm wav webm webp wheel whl wma wmv woff woff2 xz zip zst".split()
)
"""Suffixes of kinds that are not text and have no reader: such files are left out unread."""
