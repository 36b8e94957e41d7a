"""Files made to hang, fill or crash what reads them: each ends in a document or one reason, and costs no other."""

import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import bombs
import pytest
import samples
from bombs import MAKERS
from conftest import Run
from test_fuzz import GOOD

from index.catalog.catalog import Catalog
from index.convert.file import Read, read_bytes
from index.convert.limits import Limits
from index.convert.readers import read_all
from index.convert.worker import CRASHED
from index.errors import FileLeftOut
from index.files.walk import walk
from index.read.draft.draft import TOO_MUCH
from index.read.formats import reader_for

pytestmark = pytest.mark.usefixtures("without_reader")

TOO_SLOW, TOO_LARGE = "reading it takes more than ", "reading it takes too much memory"

EXPECTED = {
    "kids.pdf": "has 1,000,000 pages, more than a file of its size should",
    "kids-loop.pdf": "has 1,000,000 pages",
    "wide-tree.pdf": "has 1,000,000 pages",
    "outline.pdf": "",
    "tables.docx": "",
    "deep.docx": "unpacks to 15 MB, more than such a file should",
    "nested.docx": "damaged: word/document.xml is missing",
    "laughs.docx": "cannot be read as a Word document: DTDForbidden",
    "far-row.xlsx": "",
    "laughs.xlsx": "cannot be read as a spreadsheet",
    "slides.pptx": "unpacks to 29 MB",
    "chapters.epub": TOO_MUCH,
    "div.html": "HTML that nests more than 5,000 deep",
    "b.html": "HTML that nests more than 5,000 deep",
    "table.html": "HTML that nests more than 5,000 deep",
    "page.eml": "HTML that nests more than 5,000 deep",
    "from.eml": "",
    "paths.json": "",
    "paths.jsonl": "",
    "deep.json": "JSON that is nested too deeply",
    "deep.ipynb": "nested too deeply",
    "heading.md": "",
    "long-heading.md": "",
    "key.txt": "",
}
"""What becomes of them: how the reason begins, "" for a document. Each of the others takes longer: see the soak run."""

SLOWER = {"chapters.epub", "from.eml", "heading.md", "paths.jsonl", "kids.pdf", "laughs.xlsx"}
"""They are left to the soak run."""

ON_PURPOSE = {"flate.pdf", "forms.pdf", "form-in-itself.pdf", "paragraphs.pptx", "sheets.xlsx"}
"""They end by the limits alone."""


def read(folder: Path, limits: Limits | None = None) -> dict[str, Read]:
    """What each file of a folder gave, in the order in which they were done."""
    results = list(read_all(walk(folder, folder / "home"), limits or Limits()))
    return {found.source: result for found, result in results if result}


def written(folder: Path, made: dict[str, bytes]) -> Path:
    """The folder, with these files in it, and a good one."""
    folder.mkdir(exist_ok=True)
    for name, data in {**made, "zebra.txt": GOOD.encode()}.items():
        (folder / name).write_bytes(data)
    return folder


def test_what_becomes_of_hostile_files(tmp_path: Path) -> None:
    """A reason, or the document that is in them after all."""
    expected = {name: reason for name, reason in EXPECTED.items() if name not in SLOWER}
    results = read(written(tmp_path / "docs", {name: MAKERS[name]() for name in expected}))
    assert {name: results[name].left_out[: len(reason)] for name, reason in expected.items()} == expected
    documents = {name for name, result in results.items() if not result.left_out}
    assert documents == {"zebra.txt", *(name for name, reason in expected.items() if not reason)}
    heads = sum(len(passage.heading) for passage in results["long-heading.md"].passages)
    assert heads < 1_000_000


def test_a_reader_that_works_on_without_end(tmp_path: Path) -> None:
    """Is stopped by the time that it takes of a processor, however it gets on; its second try comes after all others."""
    slow = {"a.pptx": MAKERS["paragraphs.pptx"](), "b.csv": b"a,b\n" * 1_000_000}
    many = {f"c{n}.docx": samples.docx() for n in range(20)}
    # At first a file has a quarter of this: what a Word file's reader takes to be loaded must fit in it on a busy machine, too.
    results = read(written(tmp_path / "docs", slow | many), Limits(seconds=4, seconds_a_megabyte=0))
    assert list(results)[-2:] == ["a.pptx", "b.csv"]
    assert {name: result.left_out for name, result in results.items() if result.left_out} == {
        "a.pptx": "reading it takes more than 4 s",
        "b.csv": "reading it takes more than 4 s",
    }


def test_a_reader_that_crashes(tmp_path: Path) -> None:
    """Costs its own file alone."""
    good = {f"{n}.pdf": samples.pdf([(50, 700, "A zebra.")]) for n in range(5)}
    made = {**good, "3-crash.pdf": MAKERS["form-in-itself.pdf"]()}
    results = read(written(tmp_path / "docs", made), Limits(memory=100_000_000))
    assert {name: result.left_out for name, result in results.items() if result.left_out} == {"3-crash.pdf": CRASHED}
    assert len(results) == 7


FOLDED = {
    "a.xlsx": bombs.xlsx_of_long_strings(1_000_000, 50),
    "a.csv": (",".join(f"{'n' * 70}{n}x" for n in range(100)) + "\n" + (",".join("1" * 100) + "\n") * 4000).encode(),
    "a.json": (f'{{"{"k" * 900}":[' + ",".join(['{"a":1}'] * 40_000) + "]}").encode(),
}


@pytest.mark.parametrize("name", FOLDED)
def test_more_text_than_a_file_should_hold(tmp_path: Path, name: str) -> None:
    """However it is folded up."""
    results = read(written(tmp_path / "docs", {name: FOLDED[name]}))
    assert results[name].left_out == TOO_MUCH


def test_more_than_may_pass_between_processes(tmp_path: Path) -> None:
    """Bytes of a document with its passages."""
    results = read(written(tmp_path / "docs", {"a.docx": samples.docx()}), Limits(output=100, output_a_byte=0))
    assert {result.left_out for result in results.values()} == {TOO_MUCH}


def test_a_title_and_faults_without_end() -> None:
    """Are cut."""
    from test_read import read as document

    assert len(document("a.html", b"<title>" + b"t" * 10_000 + b"</title><p>zebra").title) == 500
    made = bombs.epub("a", *(f"gone{n}" for n in range(100)), a="<p>zebra")
    assert document("a.epub", made).missing[-2:] == ("chapter gone49 is missing", "and 50 more")


# Nothing is fetched, nothing is written -------------------------------------------------------------------------------


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket on loopback at which nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


def outward(url: str) -> dict[str, bytes]:
    """A file of every format that speaks of a place on the network in each way it has."""
    dtd = f'<!DOCTYPE a SYSTEM "{url}/a.dtd" [<!ENTITY % p SYSTEM "{url}/p"> %p; <!ENTITY e SYSTEM "{url}/e">]>'
    style, related = f'<?xml-stylesheet href="{url}/s.css"?>', bombs._rels([("r1", "image", f"{url}/i")])
    image = f'<img src="{url}/i"><link rel=stylesheet href="{url}/c"><script src="{url}/j"></script><iframe src="{url}/f">'
    page = f"{image}<base href='{url}/'><object data='{url}/o'></object><meta http-equiv=refresh content='0;{url}'><p>zebra"
    link = b"<</Type/Action/S/URI/URI(%s)>>" % url.encode()
    catalog = b"<</Type/Catalog/Pages 2 0 R/OpenAction 6 0 R>>"
    remote = b"<</Length 0/F<</FS/URL/F(%s)>>>>stream\n\nendstream" % url.encode()
    made = {
        "a.docx": bombs.docx("<w:p><w:r><w:t>&e;</w:t></w:r></w:p>", style + dtd),
        "a.xlsx": bombs.xlsx({"S": f'<row r="1">{bombs.cell("A1", "&e;")}</row>'}, before=f"<!--{'x' * 5000}-->" + dtd),
        "b.xlsx": bombs.xlsx({"S": f'<row r="1">{bombs.cell("A1")}</row>'}, strings="<si/>", before=style),
        "a.pptx": bombs.pptx("<p:sp><a:p><a:t>&e;</a:t></a:p></p:sp>"),
        "a.epub": bombs.epub("a", a=dtd + page),
        "b.epub": bombs.epub(package=f'{dtd}<package><manifest><item id="a" href="{url}/a"/></manifest></package>'),
        "a.html": page.encode(),
        "a.xhtml": (style + dtd + page).encode(),
        "a.eml": b'Subject: x\nContent-Type: message/external-body; access-type=URL; URL="%s"\n\nzebra' % url.encode(),
        "b.eml": b"Subject: x\nContent-Type: text/html\n\n" + page.encode(),
        "a.md": f"![zebra]({url}) <{url}>".encode(),
        "a.ipynb": bombs.notebook(f"![zebra]({url})"),
        "a.json": json.dumps({"$ref": url}).encode(),
        "a.pdf": bombs.pdf(catalog, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", bombs.PAGE % b"", bombs.TEXT, bombs.FONT, link),
        "b.pdf": bombs.pdf(bombs.CATALOG, b"<</Type/Pages/Count 1/Kids[3 0 R]>>", bombs.PAGE % b"", remote, bombs.FONT),
    }
    made["c.docx"] = samples.archive(
        **{"word/document.xml": "<d/>", "_rels/.rels": related, "word/_rels/document.xml.rels": related}
    )
    return made


def test_nothing_is_fetched(tmp_path: Path, listener: socket.socket) -> None:
    """No document type, entity, picture, style sheet, page or action of a document leads to a connection."""
    made = outward(f"http://127.0.0.1:{listener.getsockname()[1]}")
    results = read(written(tmp_path / "docs", made))
    assert len(results) == len(made) + 1
    with pytest.raises(BlockingIOError):
        listener.accept()


@pytest.mark.parametrize("place", ["/etc/hostname", "../../../../etc/hostname", "C:\\boot.ini", "//host/share", "..\\..\\x"])
def test_names_in_an_archive_lead_nowhere(tmp_path: Path, place: str) -> None:
    """They are names of members: nothing is written, and nothing outside is read."""
    made = {
        "a.docx": samples.archive(**{place: "x", "_rels/.rels": bombs._rels([("r1", "officeDocument", place)])}),
        "a.epub": bombs.epub(package=f'<package><item id="a" href="{place}"/><itemref idref="a"/></package>', **{place: "x"}),
    }
    folder = written(tmp_path / "docs", made)
    before = sorted(tmp_path.rglob("*"))
    results = read(folder)
    assert sorted(tmp_path.rglob("*")) == before
    assert results["a.docx"].left_out
    assert socket.gethostname() not in str(results)


# What becomes of a file meanwhile --------------------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
@pytest.mark.parametrize("becomes", ["pipe", "folder", "device", "nothing", "shorter", "longer"])
def test_a_file_that_becomes_something_else(tmp_path: Path, becomes: str) -> None:
    """Between being found and being read: nothing is waited for."""
    path = written(tmp_path / "docs", {"a.txt": b"A long line. " * 100}) / "a.txt"
    found = walk(tmp_path / "docs", tmp_path / "home")
    path.unlink()
    if becomes == "pipe":
        os.mkfifo(path)
    elif becomes == "folder":
        path.mkdir()
    elif becomes == "device":
        path.symlink_to("/dev/zero")
    elif becomes != "nothing":
        path.write_text("A zebra." * (1 if becomes == "shorter" else 1000))
    result = dict(read_all(found))[found[0]]
    if becomes == "nothing":
        assert result is None
        return
    assert result
    assert result.left_out == ("cannot be read: not a regular file" if becomes in ("pipe", "folder", "device") else "")


def test_a_sparse_terabyte(tmp_path: Path) -> None:
    """Is not read, neither as a document nor as what a citation is held against."""
    from qa.documents.file import on_disk

    path = tmp_path / "a.txt"
    with path.open("wb") as file:
        file.truncate(10**12)
    (found,) = walk(tmp_path, tmp_path / "home")
    result = read_bytes(found)
    assert isinstance(result, Read)
    assert result.left_out == "larger than 100 MB"
    assert on_disk(tmp_path, "a.txt", None).text == ""


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_cited_file_and_an_ignore_file_that_are_pipes(project: Path, qa: Run) -> None:
    """Are not waited for."""
    from qa.documents.file import on_disk

    os.mkfifo(project / "seeds" / "a.txt")
    assert on_disk(project / "seeds", "a.txt", None).text is None
    os.mkfifo(project / "seeds" / ".gitignore")
    assert qa("index").code == 0


# A folder with such files ---------------------------------------------------------------------------------------------


def test_a_question_is_answered_beside_them(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the good ones; `status` has the reasons, and the next question reads none of them again."""
    written(project / "seeds", {name: MAKERS[name]() for name in ("kids-loop.pdf", "page.eml", "deep.docx")})
    time.sleep(2.1)  # a file that is younger would be read again
    asked = qa("ask", "--json", "what does the zebra of the harbour eat?")
    assert asked.code == 0
    assert "persimmons" in json.loads(asked.out)["answer"]
    reasons = {row["source"]: row["reason"] for row in json.loads(qa("status", "--json").out)["left_out"]}
    assert reasons.keys() == {"kids-loop.pdf", "page.eml", "deep.docx"}
    with Catalog(project / ".qa") as catalog:
        before = catalog.sources()
    os.utime(project / "seeds" / "zebra.txt")  # so that there is something to do
    monkeypatch.setattr(sys, "executable", "/nowhere")  # no process that reads can be started
    assert qa("ask", "--json", "what does the zebra of the harbour eat?").code == 0
    with Catalog(project / ".qa") as catalog:
        after = catalog.sources()
    assert {name: after[name] for name in reasons} == {name: before[name] for name in reasons}


@pytest.mark.soak
def test_all_hostile_files_in_one_folder(project: Path, process: Run) -> None:
    """Each is read or has a reason, no process of ours takes a gigabyte, and questions are answered."""
    resource = pytest.importorskip("resource")
    made = {name: make() for name, make in MAKERS.items() if name != "far-cells.xlsx"}
    written(project / "seeds", {**made, "far-cells.xlsx": bombs.xlsx_of_far_cells(100_000)})
    indexed = process("index", "--json", timeout=1200)
    assert (indexed.code, "Traceback" in indexed.err) == (0, False), indexed.err
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_400_000  # kilobytes
    rows = json.loads(process("status", "--json").out)["left_out"]
    reasons = {row["source"]: row["reason"] for row in rows}
    assert {name: reasons.get(name, "")[: len(reason)] for name, reason in EXPECTED.items()} == EXPECTED
    for name in ON_PURPOSE:
        assert reasons[name].startswith((TOO_SLOW, TOO_LARGE, CRASHED, "its reader made no progress")), (
            name,
            reasons.get(name),
        )
    assert reasons.get("far-cells.xlsx") is None
    asked = process("ask", "--json", "what does the zebra of the harbour eat?")
    assert "persimmons" in json.loads(asked.out)["answer"]


@pytest.mark.soak
def test_a_hundred_thousand_files(tmp_path: Path) -> None:
    """In one folder, names that are not UTF-8 among them."""
    folder = tmp_path / "docs"
    folder.mkdir()
    for n in range(100_000):
        (folder / f"{n}.txt").write_text("A zebra.")
    name = os.fsdecode(b"\xff.txt")
    (folder / name).write_text("A zebra.")
    found = walk(folder, tmp_path / "home")
    assert sum(not file.left_out for file in found) == 100_000
    results = list(read_all([file for file in found if not file.left_out]))
    assert all(result and result.document for _, result in results)


def test_a_question_waits_for_no_slow_file(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is answered from the others, said once, and the file is read by the next `qa index`, which has more time."""
    monkeypatch.setattr("index.update.prepare.IN_HASTE", Limits(seconds=0.5, seconds_a_megabyte=0))
    (project / "seeds" / "slow.xlsx").write_bytes(bombs.xlsx_of_far_cells(15_000))
    time.sleep(2.1)  # what is younger is looked at again
    first = qa("ask", "what did Lee ask of Xi?")
    assert (first.code, "1 file left out, too slow to read while you wait" in first.err) == (0, True)
    begun = set((project / ".qa").iterdir())
    again = qa("ask", "what did Lee ask of Xi?")
    assert (again.code, again.out, "too slow" in again.err) == (0, first.out, False)
    assert set((project / ".qa").iterdir()) == begun
    status = json.loads(qa("status", "--json").out)
    assert (status["sources"], status["pending"]) == (1, ["slow.xlsx"])
    assert status["left_out"][0]["reason"].endswith("`qa index` tries it again with more time")
    assert qa("index").code == 0
    assert json.loads(qa("status", "--json").out)["sources"] == 2
    assert qa("ask", "what did Lee ask of Xi?").code == 0
    assert json.loads(qa("status", "--json").out)["pending"] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("x.json", b"[" + b'"\\' * 240_000),
        ("x.json", b"[" + b"/*" * 240_000),
        ("x.json", b"[" + b",//" * 160_000),
        ("x.json", b"{a" + b",/*" * 160_000),
        ("x.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<v." * 160_000),
        ("x.srt", b"1\n00:00:01,000 --> 00:00:02,000\n" + b"<v " + b" " * 480_000),
        ("x.vtt", b"00:01.000 --> 00:02.000\n" + b"<1" * 240_000),
    ],
)
def test_plain_files_that_repeat_what_begins_something(name: str, data: bytes) -> None:
    """What is read here and not in a process, in seconds; it would be looked for again from each place: for minutes."""
    reader = reader_for(name)
    assert reader
    began = time.process_time()
    with suppress(FileLeftOut):
        reader.read(data, lambda: None)
    assert time.process_time() - began < 30
