"""Readers: text to the character, titles, and what is left out."""

import pytest

from index.errors import FileLeftOut
from index.passage import Document
from index.read import reader_for


def read(name: str, data: bytes) -> Document:
    """A file's document."""
    reader = reader_for(name)
    assert reader
    return reader.read(data, lambda: None)


def test_text_is_decoded_to_the_character() -> None:
    """A leading byte-order mark is left out, one in the middle and every line end stay."""
    assert read("a.TXT", b"\xef\xbb\xbfA\r\nB\rC\n\xef\xbb\xbfD").text == "A\r\nB\rC\n\ufeffD"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\0\0", "not a text file (it holds NUL bytes)"),
        (b"caf\xe9", "not valid UTF-8 (byte 0xe9 at 3)"),
        (b" \n\t", "no text in it"),
        (b"", "no text in it"),
    ],
)
def test_what_is_not_text_is_left_out(data: bytes, reason: str) -> None:
    """Each reason, in the user's words."""
    with pytest.raises(FileLeftOut, match=f"^{reason.replace('(', '[(]').replace(')', '[)]')}$"):
        read("a.txt", data)


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.txt", "Xi and Lee discuss trade\nSouth Korea’s new president spoke.", "Xi and Lee discuss trade"),
        ("a.txt", "A sentence is no title.\nMore.", ""),
        ("a.txt", "one line alone", ""),
        ("a.txt", "x" * 200 + "\nmore", ""),
        ("a.md", "intro\n\n## Setup ##\ntext", "Setup"),
        ("a.md", "Plain title\n\ntext", "Plain title"),
    ],
)
def test_titles(name: str, text: str, title: str) -> None:
    """A first line that stands like a title, or Markdown's first heading."""
    assert read(name, text.encode()).title == title


def test_other_kinds_have_no_reader() -> None:
    """They are left out, by name."""
    assert reader_for("a.pdf") is None
    assert reader_for("README") is None
