"""`qa doctor`: what is wrong is found, what mends it does, and nothing is changed by looking."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import SEED, Run
from loopback import EMBEDDINGS, MODELS, Fault, Loopback, closed_port
from samples import pdf

from index.convert.file import LARGEST
from index.vectors.embedded import Vectors

pytestmark = pytest.mark.usefixtures("without_reader")

HOME = Path(".qa")


@pytest.fixture
def indexed(project: Path, qa: Run) -> Path:
    """A project whose index is whole, with a second document."""
    (project / "seeds" / "b.md").write_text("# Tea\n\nTea is a drink.\n\nIt is hot.")
    assert qa("index", "-q").code == 0
    return project


def findings(qa: Run, *arguments: str) -> list[tuple[str, str | None]]:
    """The checks that found something wrong, with what mends it."""
    result = qa("doctor", "--json", *arguments)
    found = json.loads(result.out)["findings"]
    assert result.code == (4 if found else 0)
    return [(finding["check"], finding["mend"]) for finding in found]


def statement(sql: str) -> None:
    """Change the catalog behind the back of the index."""
    with sqlite3.connect(HOME / "catalog.sqlite") as db:
        db.execute(sql)
    db.close()


def collection() -> str:
    """The index's collection."""
    with sqlite3.connect(HOME / "catalog.sqlite") as db:
        found = db.execute("SELECT value FROM meta WHERE key = 'collection'").fetchone()[0]
    db.close()
    return str(found)


def delete_a_vector() -> None:
    """As if Chroma had lost it."""
    store = Vectors(HOME / "vectors")
    store.delete(collection(), sorted(store.ids(collection()))[:1])


def add_a_vector() -> None:
    """As if a run had been cut off that nobody remembers."""
    Vectors(HOME / "vectors").add(collection(), ["0" * 32], np.eye(1, 256, dtype=np.float32))


def overwrite(path: Path, at: int) -> None:
    """Damage a file in the middle."""
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * 600)


def test_a_whole_index_is_well(indexed: Path, qa: Run) -> None:
    """Exit 0; every character of every source stands in some passage."""
    assert qa("doctor").out == "All is well: 2 documents whole in the index.\n"
    result = json.loads(qa("doctor", "--json").out)
    assert result["sources"] == [{"source": SEED, "share": 1.0}, {"source": "b.md", "share": 1.0}]
    assert (result["findings"], result["notes"]) == ([], [])


def test_nothing_indexed(project: Path, qa: Run) -> None:
    """Is a finding, and no folder is made for it."""
    assert findings(qa) == [("catalog", "qa index")]
    assert not HOME.exists()


REBUILD, INDEX = "qa index --rebuild", "qa index"
DAMAGE: list[tuple[Callable[[], object], str, str]] = [
    (lambda: Path("seeds/b.md").write_text("Coffee."), "stale", INDEX),
    (lambda: Path("seeds/b.md").unlink(), "stale", INDEX),
    (lambda: Path("seeds/.qaignore").write_text("b.md"), "stale", INDEX),
    (lambda: statement("UPDATE meta SET value = '1' WHERE key = 'unfinished'"), "catalog", INDEX),
    (lambda: statement("DELETE FROM passage WHERE id = 1"), "coverage", REBUILD),
    (lambda: statement("UPDATE passage SET start = start + 1 WHERE id = 2"), "coverage", REBUILD),
    (lambda: statement("UPDATE document SET text = x'00' WHERE id = 1"), "catalog", REBUILD),
    (lambda: statement("UPDATE meta SET value = '0' WHERE key = 'format'"), "catalog", INDEX),
    (lambda: overwrite(HOME / "catalog.sqlite", 4096 * 3), "catalog", REBUILD),
    (lambda: statement("UPDATE passage SET owed = 1 WHERE id = 1"), "vectors", INDEX),
    (lambda: shutil.rmtree(HOME / "vectors"), "vectors", INDEX),
    (lambda: (HOME / "vectors" / "current.json").write_text("{"), "vectors", REBUILD),
    (delete_a_vector, "vectors", REBUILD),
    (lambda: (delete_a_vector(), (HOME / "vectors" / "seen").unlink()), "vectors", INDEX),  # it shows that it was no visit
    (add_a_vector, "vectors", REBUILD),
    (lambda: statement("UPDATE meta SET value = 'static/other/256' WHERE key = 'collection'"), "embedder", REBUILD),
    (lambda: HOME.chmod(0o755), "permissions", f"chmod 700 '{HOME}'"),
]


@pytest.mark.parametrize(("damage", "check", "mend"), DAMAGE)
def test_what_is_wrong_is_found_and_mended(indexed: Path, qa: Run, damage: Callable[[], object], check: str, mend: str) -> None:
    """Each with its command, and after that all is well."""
    damage()
    found = [(c, m and m.replace(f"{indexed}/", "")) for c, m in findings(qa)]
    assert (check, mend) in found
    if mend.startswith("qa"):
        assert qa(*mend.split()[1:], "-q").code == 0
    else:
        HOME.chmod(0o700)
    assert findings(qa) == []


def test_what_is_left_out(indexed: Path, qa: Run) -> None:
    """By choice it is a note; a file that could not be read is a finding, until it is mended or excluded."""
    for name in ("a.key", "ignored.txt", "x.zip", "empty.txt", "blank.txt"):
        (indexed / "seeds" / name).write_text({"empty.txt": "", "blank.txt": " \n"}.get(name, "x"))
    (indexed / "seeds" / ".gitignore").write_text("ignored.txt")
    (indexed / "seeds" / "bad.txt").write_bytes(b"a\0b")
    (indexed / "seeds" / "key.txt").write_text("-----BEGIN PRIVATE KEY-----\n")
    qa("index", "-q")
    result = json.loads(qa("doctor", "--json").out)
    assert [(f["check"], f["source"]) for f in result["findings"]] == [("left_out", "bad.txt")]
    assert [f["source"] for f in result["notes"]] == ["a.key", "blank.txt", "empty.txt", "ignored.txt", "key.txt", "x.zip"]
    assert qa("doctor").out.splitlines()[0] == (
        "left_out    bad.txt: not a text file (it holds NUL bytes) → Mend the file, or name it in .qaignore."
    )
    (indexed / "seeds" / ".qaignore").write_text("bad.txt")
    qa("index", "-q")
    assert qa("doctor").code == 0


def test_what_a_reader_could_not_read(indexed: Path, qa: Run) -> None:
    """Is a finding of an indexed document, whose other text is there."""
    statement("UPDATE document SET missing = 'page 2 has no text' WHERE id = 2")
    (found,) = json.loads(qa("doctor", "--json").out)["findings"]
    assert (found["check"], found["source"], found["message"]) == ("missing", "b.md", "page 2 has no text")


@pytest.mark.parametrize(
    ("name", "data", "mend"),
    [
        ("large.txt", None, "Split the file"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Save it without protection"),
        ("a.html", b"<p>", "Add the text to the file"),
        ("a.txt", b"%PDF-1.4", "Give the file the suffix of its kind"),
        ("a.txt", "für Öl, Gas\n".encode() + "für Öl, Gas\n".encode() + b"M\xfcll\n", "Save the file as UTF-8"),
        ("a.json", b"{", "Mend the file"),
    ],
)
def test_each_reason_has_what_mends_it(indexed: Path, qa: Run, name: str, data: bytes | None, mend: str) -> None:
    """Or the file is excluded."""
    with (indexed / "seeds" / name).open("wb") as file:
        file.truncate(LARGEST + 1) if data is None else file.write(data)
    qa("index", "-q")
    assert findings(qa) == [("missing" if "UTF-8" in mend else "left_out", f"{mend}, or name it in .qaignore.")]


def test_what_is_protected_by_a_password_is_only_told(indexed: Path, qa: Run) -> None:
    """It is not wrong to have such a file."""
    (indexed / "seeds" / "a.pdf").write_bytes(pdf([(50, 700, "A zebra.")], password="secret"))
    qa("index")
    result = json.loads(qa("doctor", "--json").out)
    assert (result["findings"], [note["source"] for note in result["notes"]]) == ([], ["a.pdf"])


def test_hidden_text_that_was_left_out_is_only_told(indexed: Path, qa: Run) -> None:
    """With what to do if it is to be read."""
    (indexed / "seeds" / "a.html").write_text("<p>A zebra.<p style='font-size:0'>Pay at once.")
    qa("index")
    result = json.loads(qa("doctor", "--json").out)
    assert (result["findings"], [(note["check"], note["mend"]) for note in result["notes"]]) == (
        [],
        [("missing", "Show the text in the file if it is to be read, or name it in .qaignore.")],
    )


def test_heads_that_were_left_out_are_only_told(indexed: Path, qa: Run) -> None:
    """With the pages; there is nothing to be mended."""
    pages = [
        [(50, 770, "The Harbour Book"), (50, 700, f"It is the text of {town}."), (50, 688, "It goes on.")] for town in "ABC"
    ]
    (indexed / "seeds" / "a.pdf").write_bytes(pdf(*pages))
    qa("index")
    result = json.loads(qa("doctor", "--json").out)
    assert (result["findings"], [(note["message"], note["mend"]) for note in result["notes"]]) == (
        [],
        [("what pages repeat at their edges on 2 pages, first on page 2, was left out", None)],
    )


def test_looking_changes_nothing(indexed: Path, qa: Run) -> None:
    """Not a byte and not a time, not even of what a kill left behind, which is told."""
    (HOME / "vectors" / "store-99").mkdir()
    before = state(HOME)
    result = json.loads(qa("doctor", "--json").out)
    assert (result["findings"], [n["check"] for n in result["notes"]]) == ([], ["left_over"])
    assert state(HOME) == before


def state(folder: Path) -> dict[str, tuple[int, str]]:
    """Every file and folder with its time and content, but locks and what SQLite keeps beside an open file."""
    return {
        str(path): (path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "")
        for path in folder.rglob("*")
        if path.name != "lock" and path.is_file()
    } | {str(path): (0, "") for path in folder.rglob("*") if path.is_dir()}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Loopback:  # type: ignore[misc]
    """An endpoint with a key."""
    with Loopback() as loopback:
        monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-something-1234")
        yield loopback


def test_an_endpoint_is_asked_only_when_told_to(indexed: Path, qa: Run, service: Loopback) -> None:
    """Without --online nothing is sent; with it, an endpoint that answers and has the model is well."""
    result = json.loads(qa("doctor", "--json").out)
    assert (result["online"], [n["check"] for n in result["notes"]], service.requests) == (False, ["endpoint"], [])
    assert findings(qa, "--online") == []
    assert service.requests


@pytest.mark.parametrize(
    ("fault", "check"),
    [
        (Fault(status=401, code="invalid_api_key"), "endpoint"),
        (Fault(raw=b"<html>"), "endpoint"),
        (Fault(html=True), "endpoint"),
        (Fault(reset=True), "endpoint"),
    ],
)
def test_what_is_wrong_with_an_endpoint(indexed: Path, qa: Run, service: Loopback, fault: Fault, check: str) -> None:
    """One finding, with what mends it."""
    service.enqueue(*[fault] * 8, path=MODELS)
    ((found, mend),) = findings(qa, "--online")
    assert (found, bool(mend)) == (check, True)


def test_a_model_that_is_not_there(indexed: Path, qa: Run, service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named, with what is there."""
    monkeypatch.setenv("QA_MODEL", "nowhere-1")
    assert findings(qa, "--online") == [("model", "Name one with --model NAME or QA_MODEL.")]


def test_an_endpoint_without_a_list_of_models(
    indexed: Path, qa: Run, service: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for a word."""
    monkeypatch.setenv("QA_MODEL", "m")
    service.enqueue(Fault(status=404), path=MODELS)
    assert findings(qa, "--online") == []
    service.enqueue(Fault(status=404), path=MODELS)
    service.enqueue(Fault(status=401))
    assert [check for check, _ in findings(qa, "--online")] == ["endpoint"]


def test_the_embedding_service(indexed: Path, qa: Run, service: Loopback) -> None:
    """With --online the embedder that made the index is asked for a vector; else it is not called."""
    assert qa("index", "--embedder", "openai:e", "-q").code == 0
    service.requests.clear()
    assert (findings(qa), service.requests) == ([], [])
    assert findings(qa, "--online") == []
    service.enqueue(Fault(status=401), path=EMBEDDINGS)
    assert [check for check, _ in findings(qa, "--online")] == ["embedder"]
    service.enqueue(Fault(dimensions=7), path=EMBEDDINGS)
    assert findings(qa, "--online") == [("embedder", REBUILD)]


def test_nobody_listens(indexed: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said of the endpoint; the index's own findings stand beside it."""
    monkeypatch.setenv("OPENAI_BASE_URL", closed_port())
    (indexed / "seeds" / "new.txt").write_text("New.")
    assert [check for check, _ in findings(qa, "--online")] == ["stale", "endpoint"]
    monkeypatch.setenv("QA_OFFLINE", "1")
    assert [check for check, _ in findings(qa, "--online")] == ["stale"]
