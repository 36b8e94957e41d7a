"""Files of a home that hold more than any can, or what none does: each command ends, within memory and disk, and has no bug."""

import os
import sqlite3
import struct
import tracemalloc
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Run
from endless import endless

from index.catalog import rows
from index.errors import DamagedIndex
from index.home import claim, queries
from index.home.folder import Folder
from index.update.spool import Spool
from index.vectors import core, log
from index.vectors.stores import is_own

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"
CATALOG = Path(".qa/catalog.sqlite")


def changed(statement: str) -> None:
    """Change the catalog."""
    with closing(sqlite3.connect(CATALOG)) as db, db:
        db.execute(statement)


@pytest.mark.parametrize("name", ["source_document", pytest.param("passage_document", marks=pytest.mark.soak)])
def test_a_catalog_of_rows_without_end(project: Path, qa: Run, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is damage, and made anew."""
    monkeypatch.setattr(queries, "PATIENCE", 0.5)
    qa("ask", QUESTION)
    endless(CATALOG, name)
    for command in (("ask", QUESTION), ("status",), ("doctor",), ("index",)):
        result = qa(*command)
        assert (result.code, "the index's catalog is damaged" in (result.out + result.err).lower()) == (4, True), command
    assert qa("index", "--rebuild").code == 0
    assert (qa("ask", QUESTION).code, qa("doctor").code) == (0, 0)


def test_a_text_that_is_a_bomb() -> None:
    """Is unpacked in parts, as long as nothing tells that it was stored here."""
    packer = zlib.compressobj(9)
    bomb = b"".join([*(packer.compress(bytes(10_000_000)) for _ in range(40)), packer.flush()])
    tracemalloc.start()
    with pytest.raises(DamagedIndex, match="not the one that was stored"):
        rows.text_of((bomb, "0" * 32, "a", "b"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 150_000_000  # of 400


@pytest.mark.parametrize("data", [b"", b"x", zlib.compress(b"a text" * 100)[:-9]])
def test_a_text_that_is_cut_short(data: bytes) -> None:
    """Is damage."""
    with pytest.raises(DamagedIndex):
        rows.text_of((data, "0" * 32, "a", "b"))


def test_words_without_their_passages(project: Path, qa: Run) -> None:
    """The next passage would take the place of one of them."""
    qa("ask", QUESTION)
    changed("DELETE FROM passage")
    (project / "seeds" / "new.txt").write_text("A note.")
    result = qa("index")
    assert (result.code, "--rebuild" in result.err) == (4, True)
    assert qa("index", "--rebuild").code == 0


def test_names_of_tables_that_are_no_text(project: Path, qa: Run) -> None:
    """A byte is enough."""
    qa("ask", QUESTION)
    data = bytearray(CATALOG.read_bytes())
    at = data.index(b"CREATE TABLE meta")
    data[at : at + 1] = b"\x80"
    CATALOG.write_bytes(data)
    for command in ("status", "doctor", "index"):
        result = qa(command)
        assert (result.code, "damaged" in result.out + result.err) == (4, True), command


def test_a_table_of_fts5_that_computes(project: Path, qa: Run) -> None:
    """SQLite would compute it at each word that is stored."""
    qa("ask", QUESTION)
    with closing(sqlite3.connect(CATALOG)) as db, db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute(
            "UPDATE sqlite_master SET sql = replace(sql, 'sz BLOB', 'sz BLOB CHECK/**/(length(hex(zeroblob(100000000))))')"
            " WHERE name = 'words_docsize'"
        )
    assert "its tables are not those of qa" in qa("status").err


@pytest.mark.skipif(not hasattr(os, "SEEK_HOLE"), reason="holes are not told from zeros here")
@pytest.mark.parametrize("name", ["paid/1.paid", "catalog.sqlite", "last-answer.json", "vectors/more"])
def test_files_of_holes(project: Path, qa: Run, name: str) -> None:
    """Take no room, and hours to be read: the folder is set aside, with what to do."""
    qa("ask", QUESTION)
    path = project / ".qa" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("ab") as file:
        file.truncate(10**13)
    said = qa("ask", QUESTION)
    assert (said.code, f"{path.name} in it is a file of holes" in said.err, "Delete that file" in said.err) == (0, True, True)
    with path.open("wb") as file:
        file.write(b"x" * 100)
        file.truncate(claim._HOLES - 1)
    assert "holes" not in claim.refused(project / ".qa")


def test_no_file_is_read_beyond_what_one_holds(tmp_path: Path) -> None:
    """Of a length that only a stranger's has."""
    (tmp_path / "x").write_bytes(b"x" * 100)
    assert Folder(tmp_path).read("x", 100) == b"x" * 100
    with pytest.raises(OSError, match=r"[Ll]arge"):
        Folder(tmp_path).read("x", 99)


def test_what_was_paid_for_has_the_width_of_its_collection(tmp_path: Path) -> None:
    """Whatever a file says of itself; a folder of such a name is passed over, and files of another width are forgotten."""
    (tmp_path / "2.paid").mkdir()
    for name, width in (("1.paid", 4), ("3.paid", 2), ("4.paid", 4)):
        row = name[0].encode() * 16 + struct.pack(f"<{width}f", *[0.5] * width)
        (tmp_path / name).write_bytes(f"openai/m/4\t{width}\n".encode() + row)
    spool = Spool(tmp_path)
    keys, found = spool.take("openai/m/4", {(digit.encode() * 16).hex() for digit in "134"})
    assert keys == [(digit.encode() * 16).hex() for digit in "14"]
    assert found is not None
    assert found.shape == (2, 4)
    spool.forget(spool.of("openai/m/4", spool.left()))
    assert [path.name for path in tmp_path.glob("*.paid")] == ["2.paid"]


def test_only_what_is_known_by_name_is_copied(project: Path, qa: Run) -> None:
    """Of a store, to be read or changed."""
    qa("index")
    (store,) = (project / ".qa" / "vectors").glob("store-*")
    (store / "more").write_text("x")
    (store / "deep").mkdir()
    assert {path.name for path in store.iterdir() if is_own(path)} == {"chroma.sqlite3"}
    assert qa("ask", QUESTION).code == 0


@pytest.mark.parametrize("name", ["embeddings", "collections"])
def test_vectors_of_rows_without_end(project: Path, qa: Run, name: str) -> None:
    """Are damaged: found by words alone, and made anew."""
    qa("index")
    (path,) = (project / ".qa" / "vectors").glob("store-*/chroma.sqlite3")
    endless(path, name)
    for command in (("search", QUESTION), ("ask", QUESTION)):
        result = qa(*command)
        assert (result.code, "vectors are damaged: chroma.sqlite3" in result.err) == (0, True), command
    assert qa("index", "--rebuild").code == 0
    assert "damaged" not in qa("ask", QUESTION).err


def test_what_chroma_makes_is_known(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a look at a new store; where a later version makes other tables, they are those of a new store."""
    asked: list[int] = []
    made = log._texts_made
    monkeypatch.setattr(log, "_texts_made", lambda make: asked.append(1) or made(make))
    qa("index")
    assert ("damaged" in qa("ask", QUESTION).err, asked) == (False, [])
    monkeypatch.setattr(log, "_OWN", frozenset())
    assert ("damaged" in qa("ask", QUESTION).err, len(asked)) == (False, 1)
    (path,) = (project / ".qa" / "vectors").glob("store-*/chroma.sqlite3")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("CREATE INDEX x ON tenants(length(id))")
    assert "holds tables that Chroma does not make" in qa("ask", QUESTION).err


def test_without_the_memory_that_chromas_core_needs(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is not begun: it would end the process, or wait for ever and heed no signal."""
    monkeypatch.setattr(core, "memory", lambda: core.MEMORY - 1)
    result = qa("index")
    assert (result.code, "This process may use no more memory" in result.err) == (4, True)
