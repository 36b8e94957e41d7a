"""A home that somebody else's files brought along, or that something else has changed: nothing in it is acted on."""

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import Run
from loopback import Loopback

from index.home import claim, folder, user
from index.home.folder import Folder
from index.update.spool import Spool
from qa.settings.load import load

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"
NOT_HERE = "it was not made here by you"


@pytest.fixture(autouse=True)
def in_time() -> Iterator[None]:
    """What never ends fails."""
    signal.alarm(120)
    yield
    signal.alarm(0)


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder of the user's beside the project, which nothing may touch."""
    folder = tmp_path / "Documents"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "letter.txt").write_text("Dear all")
    (folder / "list").write_text("one")
    return folder


def state(folder: Path) -> dict[str, tuple[int, str]]:
    """All there is in a folder: kinds, and contents or what links lead to."""

    def content(path: Path) -> str:
        if path.is_symlink():
            return os.readlink(path)
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""

    return {str(path.relative_to(folder)): (path.lstat().st_mode, content(path)) for path in sorted(folder.rglob("*"))}


ALL = ("ask -q --json", "search -q", "status", "doctor", "show 1", "index", "index --rebuild", "ask -q --json")
WRITING = ("ask -q --json", "index", "index --rebuild", "ask -q --json")


def run_all(qa: Run, lines: tuple[str, ...] = ALL) -> list[str]:
    """Every command that looks into a home; none of them has a bug."""
    said = []
    for line in lines:
        command, *options = line.split()
        words = [QUESTION] if command in ("ask", "search") else []
        result = qa(command, *options, *words)
        assert result.code in (0, 1, 3, 4), (line, result)
        said.append(f"{line}: {result.code} {result.out}{result.err}")
    return said


# A pointer, links and other things than files


@pytest.mark.parametrize(
    "store", ["../../../Documents", "/", "..", ".", "", "store-1/../../../../Documents", "store-\0", 7, None]
)
def test_a_pointer_leads_nowhere(project: Path, qa: Run, outside: Path, store: object) -> None:
    """Whatever folder it names: the one beside the project, an absolute one, the home itself; a rebuild mends it."""
    qa("index")
    named = str(outside) if store == "/" else store
    (project / ".qa" / "vectors" / "current.json").write_text(json.dumps({"store": named, "unsaved": 10**6, "size": 1}))
    before = state(outside)
    said = run_all(qa)
    assert state(outside) == before
    assert "their pointer cannot be read" in said[0] + said[3]
    assert said[-1].startswith("ask -q --json: 0")


@pytest.mark.parametrize(
    "pointer", ["[" * 100_000, '{"store": "store-1", "unsaved": 1e400, "size": 1}', '{"unsaved": 1}', "\0", ""]
)
def test_a_pointer_that_is_none(project: Path, qa: Run, pointer: str) -> None:
    """Is damage, which a rebuild mends."""
    qa("index")
    (project / ".qa" / "vectors" / "current.json").write_text(pointer)
    assert run_all(qa, WRITING)[-1].startswith("ask -q --json: 0")


LINKS = [
    *(".", "vectors", "vectors/seen", "vectors/current.json", "vectors/lock", ".gitignore", "CACHEDIR.TAG", "catalog.sqlite"),
    *("catalog.sqlite-wal", "catalog.sqlite.new", "writer.lock", "made-here", "paid", "last-answer.json", "history", "other"),
]


@pytest.mark.parametrize("name", [pytest.param(link, marks=pytest.mark.soak if n % 3 else ()) for n, link in enumerate(LINKS)])
def test_no_link_in_a_home_is_followed(project: Path, qa: Run, outside: Path, name: str) -> None:
    """The folder is set aside as it is, the documents are answered from the cache, and what the link leads to stays."""
    qa("ask", QUESTION)
    link = project / ".qa" / name
    elsewhere = outside / "deep" if name in (".", "vectors", "paid") else outside / "list"
    if name == ".":
        shutil.rmtree(link)
        link = project / ".qa"
    elif link.is_dir():
        shutil.rmtree(link)
    link.unlink(missing_ok=True)
    link.symlink_to(elsewhere)
    before, home = state(outside), state(project)
    said = run_all(qa, WRITING)
    assert (state(outside), state(project)) == (before, home)
    assert "is a link; it is kept in" in qa("ask", QUESTION).err
    assert said[0].startswith("ask -q --json: 0")


@pytest.mark.parametrize("kind", ["hard link", "pipe", "folder", "file", "crowd"])
def test_a_home_of_other_things(project: Path, qa: Run, outside: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that has another name elsewhere is written there too; a pipe waits for ever."""
    qa("index")
    home = project / ".qa"
    if kind == "hard link":
        (home / "last-answer.json").hardlink_to(outside / "list")
    elif kind == "pipe":
        os.mkfifo(home / "last-answer.json")
    elif kind == "folder":
        (home / "catalog.sqlite.new").mkdir()
    elif kind == "file":
        shutil.rmtree(home / "vectors")
        (home / "vectors").write_text("")
    else:
        monkeypatch.setattr(claim, "_MOST", 3)
    before, there = state(outside), sorted(home.rglob("*"))
    result = qa("ask", QUESTION)
    assert (result.code, state(outside), sorted(home.rglob("*"))) == (0, before, there)
    assert f"{home} is not used for the index" in result.err


# Whose a home is


def as_another(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From now on the user is another one."""
    (tmp_path / "another").mkdir(exist_ok=True)
    monkeypatch.setenv("HOME", str(tmp_path / "another"))


def test_a_home_of_another_user_is_set_aside(project: Path, qa: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is, in one line; once it is moved away, one is made there again."""
    qa("ask", QUESTION)
    before = state(project)
    as_another(monkeypatch, tmp_path)
    result = qa("ask", QUESTION)
    assert (result.code, state(project)) == (0, before)
    told = [line for line in result.err.splitlines() if NOT_HERE in line]
    assert len(told) == 1
    assert "Move it away" in told[0]
    (project / ".qa").rename(project / ".qa-theirs")
    assert NOT_HERE not in qa("ask", QUESTION).err
    assert load().target.home == project / ".qa"


def test_a_home_that_is_named_is_not_taken_for_another(
    project: Path, qa: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever names one that is not to be used is told so, instead of an answer from elsewhere."""
    qa("index", "--home", str(tmp_path / "named"))
    as_another(monkeypatch, tmp_path)
    result = qa("ask", "--home", str(tmp_path / "named"), QUESTION)
    assert (result.code, NOT_HERE in result.err) == (4, True)


@pytest.mark.parametrize("home", [".", "seeds", "other"])
def test_a_folder_of_other_files_becomes_no_home(project: Path, qa: Run, home: str) -> None:
    """Neither by an option nor by a .env: no mark is written into it."""
    (project / "other").mkdir()
    (project / "other" / "file").write_text("x")
    before = state(project)
    assert qa("index", "--home", home).code == 4
    (project / ".env").write_text(f"QA_HOME={home}\n")
    assert qa("index").code == 4
    (project / ".env").unlink()
    assert state(project) == before


def test_a_copied_project_keeps_its_index(project: Path, qa: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was made here, and its documents go with it."""
    qa("index")
    shutil.copytree(project, tmp_path / "copy")
    monkeypatch.chdir(tmp_path / "copy")
    assert qa("ask", "--frozen", QUESTION).code == 0
    assert load().target.home == tmp_path / "copy" / ".qa"


def test_an_empty_home_is_used(project: Path, qa: Run) -> None:
    """Also one that a kill has left before it bore a mark; from then on it is for its owner alone."""
    (project / ".qa").mkdir(mode=0o777)
    (project / ".qa").chmod(0o777)
    (project / ".qa" / ".gitignore").write_text("*\n")
    (project / ".qa" / "made-here.01234567.new").write_text("")
    (project / ".qa").chmod(0o755)
    assert "not used" not in qa("index").err
    assert (project / ".qa").stat().st_mode & 0o777 == 0o700


def test_where_anybody_may_put_another_home(project: Path, qa: Run) -> None:
    """In a folder that all may write none is used, nor one that others may write."""
    project.chmod(0o777)
    assert "anybody may put another in its place" in qa("ask", QUESTION).err
    assert not (project / ".qa").exists()
    project.chmod(0o1777)
    assert "not used" not in qa("ask", QUESTION).err
    (project / ".qa").chmod(0o770)
    assert "others may write it (its mode is 0770)" in qa("ask", QUESTION).err


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("name", [".", "vectors/current.json"])
def test_what_belongs_to_another_user(project: Path, qa: Run, name: str) -> None:
    """Is not used, whatever mark it bears."""
    qa("index")
    os.chown(project / ".qa" / name, 12345, 12345)
    assert "belongs to another user" in qa("ask", QUESTION).err


def test_the_users_key(project: Path, qa: Run, tmp_path: Path) -> None:
    """Is for nobody else, and one that is cut short or that others may read is refused."""
    qa("index")
    key = user.folder() / "key"
    assert key.stat().st_mode & 0o777 == 0o600
    for change, said in (
        (lambda: key.chmod(0o644), "Others may read the key"),
        (lambda: (key.chmod(0o600), key.write_bytes(b"x")), "is cut short"),
    ):
        change()
        user._key.cache_clear()
        result = qa("ask", QUESTION)
        assert (result.code, said in result.err) == (4, True)
    key.unlink()
    user._key.cache_clear()
    assert NOT_HERE in qa("ask", QUESTION).err


# What a pull brings into a home that was made here


def rollback_journal(database: Path, name: str) -> bytes:
    """A hot journal of a database that names a super-journal: SQLite deletes that file once it has played this one back."""
    page = int.from_bytes(database.read_bytes()[16:18], "big")
    magic = bytes.fromhex("d9d505f920a163d7")
    head = struct.pack(">8sIIIII", magic, 0, 0, database.stat().st_size // page, 512, page).ljust(512, b"\0")
    encoded = name.encode()
    return head + struct.pack(">I", 0x40000000 // page + 1) + encoded + struct.pack(">II", len(encoded), sum(encoded)) + magic


@pytest.mark.parametrize("database", ["catalog.sqlite", "vectors/store-*/chroma.sqlite3"])
def test_a_journal_deletes_no_other_file(project: Path, qa: Run, outside: Path, database: str) -> None:
    """SQLite itself would, as a database proves that is none of qa's."""
    qa("index")
    victim = outside / "list"
    (path,) = (project / ".qa").glob(database)
    path.with_name(f"{path.name}-journal").write_bytes(rollback_journal(path, str(victim)))
    for command in (["status"], ["ask", QUESTION], ["index"], ["show", "1"], ["doctor"], ["index", "--rebuild"]):
        assert qa(*command).code in (0, 4)
        assert victim.exists(), command
    assert "has SQLite delete another file" in qa("ask", QUESTION).err
    other = outside / "other.sqlite"
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE t(x)")
    db.close()
    other.with_name("other.sqlite-journal").write_bytes(rollback_journal(other, str(victim)))
    with sqlite3.connect(other) as db:
        db.execute("SELECT * FROM t").fetchall()
    db.close()
    assert not victim.exists()


@pytest.mark.parametrize("key", ["embedder", "collection"])
def test_a_catalog_does_not_choose_who_is_sent_the_documents(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """Nothing goes to a service that the user has not named for these documents, whatever a catalog says."""
    qa("index")
    changed("UPDATE meta SET value = ? WHERE key = ?", "openai:text-embedding-3-large", key)
    (project / "seeds" / "new.txt").write_text("A private note.")
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        monkeypatch.setenv("QA_MODEL", "none")
        for command in (("ask", QUESTION), ("search", QUESTION), ("index",), ("index", "--rebuild"), ("doctor", "--online")):
            qa(*command)
        assert service.requests == []


def test_what_is_named_for_one_folder_is_not_for_another(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of one's own that is put in the place of another sends nothing, before its embedder is named there too."""
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        monkeypatch.setenv("QA_MODEL", "none")
        assert qa("index", "--embedder", "openai").code == 0
        other = project.parent / "other"
        shutil.copytree(project, other)
        monkeypatch.chdir(other)
        sent = len(service.requests)
        asked = qa("ask", QUESTION)
        assert (asked.code, "you have not said that these documents may go there" in asked.err) == (0, True)
        (other / "seeds" / "new.txt").write_text("A private note.")
        assert (qa("ask", QUESTION).code, qa("index").code, len(service.requests)) == (0, 5, sent)
        assert qa("index", "--embedder", "openai").code == 0
        assert "Searching by words" not in qa("ask", QUESTION).err


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE collections SET schema_str = replace(schema_str, '\"max_neighbors\":16', '\"max_neighbors\":0')",
        'UPDATE collections SET config_json_str = \'{"hnsw": {"max_neighbors": 0}}\'',
        "UPDATE collections SET dimension = NULL",
        "UPDATE segments SET id = '../../../seeds' WHERE scope = 'VECTOR'",
        "UPDATE embeddings_queue SET vector = zeroblob(7)",
        "INSERT INTO collection_metadata(collection_id, key, int_value) SELECT id, 'hnsw:M', 0 FROM collections",
        "CREATE TRIGGER t AFTER INSERT ON embeddings_queue BEGIN DELETE FROM embeddings_queue; END",
        "ALTER TABLE tenants ADD COLUMN x AS (hex(zeroblob(900000000)))",
        "ALTER TABLE tenants ADD COLUMN x INTEGER CHECK/**/(length(hex(zeroblob(1000))))",
        "CREATE INDEX x ON tenants(length(hex(zeroblob(200000000 + length(id) * 0))))",
    ],
)
def test_chroma_is_given_no_file_that_it_would_not_have_written(project: Path, qa: Run, change: str) -> None:
    """Its core takes what stands there without a check: some of it ends the process by a signal."""
    qa("index")
    (path,) = (project / ".qa" / "vectors").glob("store-*/chroma.sqlite3")
    with closing(sqlite3.connect(path)) as db, db:
        db.execute(change)
    (project / "seeds" / "new.txt").write_text("A note.")
    result = qa("ask", QUESTION)
    assert (result.code, "The index's vectors are damaged: chroma.sqlite3 holds" in result.err) == (0, True)
    assert qa("index", "--rebuild").code == 0
    assert "damaged" not in qa("ask", QUESTION).err


def test_a_graph_of_somebody_elses_is_not_read(project: Path, qa: Run) -> None:
    """Chroma's core would read it without a check; what was made here is found by words until it is made anew."""
    for n in range(1200):
        (project / "seeds" / f"{n}.txt").write_text(f"File {n} tells of the number {n * n}.")
    qa("index")
    graphs = list((project / ".qa" / "vectors").glob("store-*/*/data_level0.bin"))
    assert graphs
    true = [path.read_bytes() for path in graphs]
    for path in graphs:
        path.write_bytes(os.urandom(path.stat().st_size))
    result = qa("ask", QUESTION)
    assert (result.code, "their graph is not the one that was saved here" in result.err) == (0, True)
    for path, data in zip(graphs, true, strict=True):
        path.unlink()
        path.write_bytes(data)  # as a copy has it
    assert "graph" not in qa("ask", QUESTION).err
    graphs[0].write_bytes(b"")
    assert qa("index", "--rebuild").code == 0
    assert "graph" not in qa("ask", QUESTION).err


def test_a_last_answer_of_somebody_elses(project: Path, qa: Run) -> None:
    """Is none."""
    qa("ask", QUESTION)
    path = project / ".qa" / "last-answer.json"
    path.write_text(path.read_text().replace("constructive", "destructive"))
    assert qa("show").err.startswith("There is no last answer.")


def test_a_text_is_that_of_its_own_files_reader(project: Path, qa: Run) -> None:
    """Where the same bytes are HTML by one name and text by another, the catalog cannot exchange them."""
    content = "<html><!-- The fox weighs 900 kilograms. --><body><p>The fox weighs 9 kilograms.</p></body></html>"
    for name in ("x.html", "y.txt"):
        (project / "seeds" / name).write_text(content)
    qa("index")
    changed("UPDATE source SET document_id = (SELECT document_id FROM source WHERE path = 'y.txt') WHERE path = 'x.html'")
    shown = json.loads(qa("ask", "--frozen", "--json", "--in", "x.html", "how much does the fox weigh?").out)
    assert [c["verdict"] for c in shown["citations"] if "900" in c["quote"]] != ["extracted"]


# Rows that lie


def changed(statement: str, *values: object) -> None:
    """Change the catalog of the project in the current folder, its schema too."""
    db = sqlite3.connect(".qa/catalog.sqlite", isolation_level=None)
    try:
        db.execute("PRAGMA writable_schema = ON")
        db.execute(statement, values)
    finally:
        db.close()


FORGED = {
    "a.csv": ("name,price\nApple,10\nPear,2000\n", "2000", "9999"),
    "a.html": ("<html><body><p>The harvest of the pear was 2000 tons.</p></body></html>", "2000", "9999"),
    "a.json": ('{"pear": "The harvest was 2000 tons."}', "2000", "9999"),
    "a.txt": ("The harvest of the pear was 2000 tons.\n", "2000", "9999"),
}


@pytest.mark.parametrize("name", FORGED)
@pytest.mark.parametrize("everywhere", [False, True])
def test_a_catalog_cannot_forge_a_proof(project: Path, qa: Run, name: str, everywhere: bool) -> None:
    """A text that is changed in the catalog alone, also in all of its places there, is neither quoted nor held for true."""
    content, true, false = FORGED[name]
    (project / "seeds" / name).write_text(content)
    question = "how much was the harvest of the pear, the price of Pear?"
    saved = qa("ask", "--json", "--in", name, question).out
    assert true in saved
    db = sqlite3.connect(".qa/catalog.sqlite")
    for id_, data in db.execute("SELECT id, text FROM document").fetchall():
        text = zlib.decompress(data).decode()
        if true in text:
            db.execute("UPDATE document SET text = ? WHERE id = ?", (zlib.compress(text.replace(true, false).encode()), id_))
    if everywhere:
        db.execute("UPDATE words SET text = replace(text, ?, ?)", (true, false))
        for id_, text in db.execute("SELECT rowid, text FROM words").fetchall():
            digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
            db.execute("UPDATE passage SET hash = ? WHERE id = ?", (digest, id_))
    db.commit()
    db.close()
    (project / "saved.json").write_text(saved.replace(true, false))
    for command in (["ask", "--in", name, question], ["search", "--in", name, question], ["show", f"{name}", "--text"]):
        result = qa(*command)
        assert false not in result.out, command
        assert result.code in (0, 4)
    assert qa("verify", "saved.json").code in (3, 4)
    assert qa("doctor").code == 4
    assert qa("index", "--rebuild").code == 0
    assert true in qa("ask", "--in", name, question).out
    assert qa("doctor").code == 0


LIES = [
    "UPDATE passage SET sentences = '0'",
    "UPDATE passage SET sentences = 'a b'",
    "UPDATE passage SET sentences = '0 99999999999999999999'",
    "UPDATE passage SET start = 'x'",
    "UPDATE passage SET start = -5, stop = 9223372036854775807",
    "UPDATE passage SET parts = 'x'",
    "UPDATE passage SET hash = x'ff'",
    "UPDATE passage SET document_id = 99",
    "UPDATE passage SET line = 'x'",
    "UPDATE passage SET owed = 'x'",
    "UPDATE document SET text = 'plain'",
    "UPDATE document SET text = 7",
    "UPDATE document SET title = x'ff00'",
    "UPDATE document SET title = CAST(x'ff' AS TEXT)",
    "UPDATE document SET missing = 7",
    "UPDATE source SET path = '../../../etc/passwd'",
    "UPDATE source SET path = x'ff'",
    "UPDATE source SET path = CAST(x'ff' AS TEXT)",
    "UPDATE source SET mtime_ns = 'x', checked_ns = 'x', size = 1.5",
    "UPDATE source SET left_out = 7, maker = 7",
    "UPDATE source SET document_id = 'x'",
    "UPDATE meta SET value = x'ff' WHERE key = 'format'",
    "UPDATE meta SET value = '99999999999999999999999' WHERE key = 'format'",
    "UPDATE meta SET value = CAST(x'ff' AS TEXT) WHERE key = 'collection'",
    "UPDATE meta SET value = 7",
    "UPDATE meta SET value = '../../../Documents' WHERE key = 'root'",
    "DELETE FROM meta",
    "DELETE FROM words",
    "DELETE FROM document",
    "DELETE FROM passage",
    "INSERT INTO old_vector VALUES (x'ff')",
    "UPDATE words_data SET block = x'00'",
    "UPDATE words_config SET v = 99 WHERE k = 'version'",
    "UPDATE words_config SET v = 'nosuchfunc()' WHERE k = 'rank'",
    "UPDATE meta SET value = CAST(x'6100' AS TEXT) WHERE key = 'root'",
    "UPDATE meta SET value = hex(zeroblob(5000)) WHERE key = 'root'",
    "DELETE FROM words_data",
    "UPDATE sketch SET sentences = 'x'",
    "DROP TABLE passage",
    "DROP TABLE words",
    "DROP TABLE meta",
    "CREATE TABLE more(x)",
    "CREATE VIEW more AS SELECT 1",
    "CREATE TRIGGER more AFTER UPDATE ON meta BEGIN DELETE FROM document; END",
    "CREATE INDEX more ON source(size)",
    "UPDATE sqlite_master SET sql = replace(sql, 'stop INTEGER NOT NULL', 'stop AS (start + 1)') WHERE name = 'passage'",
    "DELETE FROM sqlite_master WHERE name = 'words_data'",
]


@pytest.mark.parametrize("lie", [pytest.param(lie, marks=pytest.mark.soak if n % 4 else ()) for n, lie in enumerate(LIES)])
def test_rows_that_lie_are_damage(project: Path, qa: Run, lie: str) -> None:
    """Or are mended at once; never a bug, and a rebuild mends all of it."""
    qa("ask", QUESTION)
    changed(lie)
    said = run_all(qa)
    assert said[-2].startswith("index --rebuild: 0")
    assert said[-1].startswith("ask -q --json: 0")
    assert qa("doctor").code == 0


@pytest.mark.parametrize(
    "table", ["meta", "source", *(pytest.param(t, marks=pytest.mark.soak) for t in ("passage", "document"))]
)
def test_a_view_without_end(project: Path, qa: Run, table: str) -> None:
    """In the place of a table; it is not asked anything."""
    qa("ask", QUESTION)
    endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS key, x AS value, x AS path FROM n"
    changed(f"DROP TABLE {table}")
    changed(f"CREATE VIEW {table} AS {endless}")
    assert run_all(qa)[-1].startswith("ask -q --json: 0")


# Folders by name


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a\0b"])
@pytest.mark.parametrize("act", [Folder.read, Folder.delete, Folder.drop, Folder.child, lambda f, n: f.write(n, b"")])
def test_only_plain_names(tmp_path: Path, outside: Path, name: str, act: Callable[[Folder, str], object]) -> None:
    """Nothing else is opened, written or deleted."""
    before = state(tmp_path)
    with pytest.raises((OSError, ValueError)):
        act(Folder(tmp_path), name)
    assert state(tmp_path) == before


def test_links_are_deleted_not_followed(tmp_path: Path, outside: Path) -> None:
    """Also those in a folder that is dropped; nothing is read or written through one."""
    before = state(outside)
    (tmp_path / "home" / "store").mkdir(parents=True)
    (tmp_path / "home" / "store" / "link").symlink_to(outside)
    for name in ("a", "b", "c"):
        (tmp_path / "home" / name).symlink_to(outside)
    home = Folder(tmp_path / "home")
    home.drop("store")
    home.drop("a")
    home.delete("b")
    with pytest.raises(OSError, match=r"not a plain file|symbolic links"):
        home.read("c")
    with pytest.raises(OSError, match=r"directory|symbolic links"):
        home.child("c").write("x", b"")
    home.write("c", b"new")
    assert (home.read("c"), home.names()) == (b"new", ["a", "c"])
    assert state(outside) == before


def test_where_nothing_can_be_opened_below_a_handle(tmp_path: Path, outside: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: by paths, links refused all the same."""
    monkeypatch.setattr(folder, "BELOW_HANDLE", False)
    before = state(outside)
    home = Folder(tmp_path / "home")
    home.child("store").make()
    home.write("a", b"1", durable=True)
    home.add("a", b"2")
    home.rename("a", "b")
    os.close(home.open_to_append("c"))
    assert (home.read("b"), home.names(), home.holds("b"), home.holds("a")) == (b"1", ["b", "c", "store"], True, False)
    (tmp_path / "home" / "link").symlink_to(outside)
    for act in (lambda: home.read("link"), lambda: home.child("link").names(), lambda: home.child("link").write("x", b"")):
        with pytest.raises(OSError, match=r"symbolic links|directory"):
            act()
    home.delete("b")
    home.drop("store")
    assert home.names() == ["c", "link"]
    assert state(outside) == before


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"openai/m/8\t8\n",
        b"openai/m/8\t99999999999999999999\n" + b"x" * 100,
        b"openai/m/8\t0\n" + b"x" * 100,
        b"openai/m/8\t-8\n" + b"x" * 100,
        b"openai/m/8\t99999\n" + b"x" * 100,
        b"openai/m/8\t" + "٨".encode() + b"\n" + b"x" * 100,
        b"openai/m/8\t8\n" + b"k" * 16 + b"\xff" * 32,
        b"\n" * 1000,
    ],
)
def test_what_was_paid_for_by_nobody(tmp_path: Path, data: bytes) -> None:
    """A file of vectors that is none gives none, also where they are no numbers."""
    (tmp_path / "paid").mkdir()
    (tmp_path / "paid" / "1.paid").write_bytes(data)
    (tmp_path / "paid" / "x.paid").symlink_to(tmp_path)
    spool = Spool(tmp_path / "paid")
    assert spool.left() == ["1.paid"]
    assert spool.take("openai/m/8", {(b"k" * 16).hex(), (b"x" * 16).hex()}) == ([], None)
    assert spool.of("openai/m/8", spool.left()) in ([], ["1.paid"])
    spool.forget(["1.paid"])


@pytest.mark.parametrize("name", ["x/..", "x/../notes", "x/../seeds", "x/y/../.."])
def test_a_home_named_by_way_of_a_folder_that_is_not_there(project: Path, qa: Run, name: str) -> None:
    """It leads back to a folder that holds other things: nothing in that is touched."""
    (project / "notes").mkdir()
    (project / "notes" / "last-answer.json").write_text("mine")
    (project / "last-answer.json").write_text("mine")
    (project / ".env").write_text(f"QA_HOME={name}\n")
    before = {path: path.stat().st_mode for path in project.rglob("*")}
    result = qa("ask", QUESTION)
    assert (result.code, "is not used for an index" in result.err) == (4, True)
    assert {path: path.stat().st_mode for path in project.rglob("*")} == before


@pytest.mark.parametrize("home", [".git/x", ".ssh", ".github/workflows"])
def test_a_home_in_a_hidden_folder_needs_the_users_word(project: Path, qa: Run, home: str) -> None:
    """As any path to what is hidden does."""
    (project / ".env").write_text(f"QA_HOME={home}\n")
    assert qa("ask", QUESTION).code == 2
    assert not (project / home).exists()


@pytest.mark.parametrize("place", ["vectors/store", "vectors/store/chroma.sqlite3", "vectors/current.json"])
def test_what_is_another_kind_of_thing_is_damage(project: Path, qa: Run, place: str) -> None:
    """A file where a folder stood, or the reverse: found by words alone, and made anew."""
    qa("index")
    (store,) = (project / ".qa" / "vectors").glob("store-*")
    path = project / ".qa" / place.replace("vectors/store", f"vectors/{store.name}")
    if path.is_dir():
        shutil.rmtree(path)
        path.write_text("junk")
    else:
        path.unlink()
        path.mkdir()
        (path / "inner").write_text("junk")
    (project / "seeds" / "new.txt").write_text("A note.")
    for command in (("ask", QUESTION), ("search", QUESTION)):
        result = qa(*command)
        assert (result.code, "vectors are damaged" in result.err) == (0, True), command
    assert qa("doctor").code == 4
    assert qa("index", "--rebuild").code == 0
    assert "damaged" not in qa("ask", QUESTION).err


def test_a_copy_is_not_made_anew_without_what_was_paid_for(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a copy of a folder for which a service was named, a rebuild drops nothing before that is named again."""
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        assert qa("index", "--embedder", "openai").code == 0
        other = project.parent / "other"
        shutil.copytree(project, other)
        monkeypatch.chdir(other)
        assert qa("index", "--rebuild").code == 5
        assert json.loads(qa("status", "--json").out)["owed"] == 0


def test_a_folder_in_the_place_of_a_lock(project: Path, qa: Run) -> None:
    """Is put out of the way."""
    qa("index")
    lock = project / ".qa" / "vectors" / "lock"
    lock.unlink(missing_ok=True)
    lock.mkdir()
    (lock / "inner").write_text("junk")
    (project / "seeds" / "new.txt").write_text("A note.")
    assert (qa("index").code, qa("ask", QUESTION).code, qa("doctor").code) == (0, 0, 0)
