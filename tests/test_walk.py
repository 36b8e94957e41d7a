"""Which files are found, which are left out and why."""

import os
from pathlib import Path

import pytest

from index.errors import NoDocuments
from index.walk import walk


def sources(root: Path, home: Path, follow: bool = False) -> dict[str, str]:
    """What is found, with the reason where it is left out."""
    return {f.source: f.left_out for f in walk(root, home, follow)}


def test_files_are_found_below_the_folder(tmp_path: Path) -> None:
    """Every file but hidden ones and the home, with "/" in its source, in order."""
    docs = tmp_path / "docs"
    for name in ("b.txt", "a/c.md", ".hidden", ".git/config", "home/catalog.sqlite", "a/.x/y.txt"):
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text("x")
    assert list(sources(docs, docs / "home")) == ["a/c.md", "b.txt"]


def test_one_file_is_its_name(tmp_path: Path) -> None:
    """A single file as documents has its name as source."""
    (tmp_path / "a.txt").write_text("x")
    assert sources(tmp_path / "a.txt", tmp_path / "home") == {"a.txt": ""}


def test_a_missing_folder_is_no_documents(tmp_path: Path) -> None:
    """It is not an empty folder."""
    with pytest.raises(NoDocuments, match="no documents at"):
        walk(tmp_path / "nowhere", tmp_path / "home")


def test_links(tmp_path: Path) -> None:
    """A link out is left out and named, or taken; a link inside is a file, a link to a folder inside adds nothing."""
    docs, other = tmp_path / "docs", tmp_path / "other"
    (docs / "sub").mkdir(parents=True)
    other.mkdir()
    (docs / "a.txt").write_text("x")
    (docs / "sub" / "b.txt").write_text("x")
    (other / "o.txt").write_text("x")
    (docs / "out").symlink_to(other)
    (docs / "loop").symlink_to(docs)
    (docs / "copy.txt").symlink_to(docs / "a.txt")
    (docs / "broken").symlink_to(docs / "nothing")
    outside = "a link that leads outside the folder"
    expected = {"a.txt": "", "broken": "a link to nothing", "copy.txt": "", "out": outside, "sub/b.txt": ""}
    assert sources(docs, tmp_path / "home") == expected
    followed = sources(docs, tmp_path / "home", follow=True)
    assert followed == {k: v for k, v in expected.items() if k != "out"} | {"out/o.txt": ""}


def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    """A pipe would block a reader for ever."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert sources(tmp_path, tmp_path / "home") == {"pipe.txt": "not a regular file"}


def test_a_name_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    """Its bytes are shown, since a source must be a string that can be written."""
    with open(os.fsencode(tmp_path) + b"/a\xff.txt", "w") as file:
        file.write("x")
    assert sources(tmp_path, tmp_path / "home") == {"a\\udcff.txt": "a name that is not valid UTF-8"}
