"""Reading many files: on all processors, in order, and whatever becomes of a process that reads."""

import os
import signal
import sys
from pathlib import Path

import pytest
from conftest import Run
from samples import pdf

from index.convert import readers
from index.convert.file import LARGEST, Read, Result, read, read_bytes
from index.convert.limits import Limits
from index.convert.readers import read_all
from index.errors import ReadersFailed
from index.files.walk import Found, walk

REASONS = {"no text in it", "not a text file (it holds NUL bytes)"}


@pytest.fixture
def files(tmp_path: Path) -> list[Found]:
    """More than are read in this process, of all sizes, and one that is no text."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for n in range(300):
        (docs / f"{n:03}.txt").write_text(f"File {n} tells of zebras.\n\n" + f"Line of {n}. " * (n * 7))
    (docs / "150.txt").write_bytes(b"\0\1\2" * 1000)
    (docs / "200.txt").write_text("")
    return walk(docs, tmp_path / "home")


def workers() -> list[int]:
    """The processes that read for this one."""
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    pids = map(int, children.read_text().split())
    return [pid for pid in pids if b"index.convert.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def test_many_files_read_as_one(files: list[Found]) -> None:
    """In order, and each as it is read alone."""
    assert sum(f.stat.size for f in files) > 3_000_000
    results = list(read_all(files))
    assert [found for found, _ in results] == files
    for found, result in results[::50] + results[150:151]:
        alone = read(found)
        assert result
        assert alone
        assert (result.sha256, result.left_out, result.document, list(result.passages)) == (
            alone.sha256,
            alone.left_out,
            alone.document,
            list(alone.passages),
        )
    assert not workers()


linux = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="the processes are found under /proc")


@linux
@pytest.mark.parametrize("blow", [pytest.param(signal.SIGKILL, marks=pytest.mark.soak), signal.SIGSTOP])
def test_a_reader_that_dies_or_hangs_by_chance_costs_nothing(files: list[Found], blow: signal.Signals) -> None:
    """Its file is read again at the end; the others are read, in order."""
    reading = read_all(files, Limits(stall=3.0))
    results = [next(reading) for _ in files[::2]]  # every process has read some of them
    os.kill(workers()[0], blow)
    results += reading
    assert sorted(found for found, _ in results) == sorted(files)
    assert {result.left_out for _, result in results if result} == {"", *REASONS}
    assert not workers()


@linux
def test_nobody_is_left_behind_when_the_reading_is_given_up(files: list[Found]) -> None:
    """As with Ctrl-C."""
    reading = read_all(files)
    next(reading)
    assert workers()
    reading.close()  # type: ignore[attr-defined]
    assert not workers()


def test_splitting_is_progress(files: list[Found]) -> None:
    """Of a large text it takes longer than a reader may be silent."""
    ticks: list[int] = []
    assert read(files[0], lambda: ticks.append(1))
    assert len(ticks) == 4


def test_what_is_too_large_is_not_opened(tmp_path: Path) -> None:
    """A sparse file of more than is taken."""
    with (tmp_path / "large.txt").open("wb") as file:
        file.truncate(LARGEST + 1)
    ((_, result),) = read_all(walk(tmp_path, tmp_path / "home"))
    assert result
    assert (result.left_out, result.sha256) == ("larger than 100 MB", "")


@pytest.mark.parametrize(("python", "message"), [("/bin/false", "end at once"), ("/nowhere", "cannot be started: No such")])
def test_processes_that_cannot_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str, message: str) -> None:
    """A failure that says so, not a wait without end."""
    (tmp_path / "a.pdf").write_bytes(pdf([(50, 700, "A zebra.")]))
    monkeypatch.setattr(sys, "executable", python)
    with pytest.raises(ReadersFailed, match=message):
        list(read_all(walk(tmp_path, tmp_path / "home")))


def test_little_memory_is_allowed(project: Path, process: Run) -> None:
    """A limit below the readers' own holds for them too."""
    resource = pytest.importorskip("resource")
    (project / "seeds" / "a.pdf").write_bytes(pdf([(50, 700, "A zebra.")]))
    limited = process("index", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (3_000_000_000, 3_000_000_000)))
    assert (limited.code, limited.out[:11]) == (0, "2 documents")


def test_what_has_grown_too_large_since_it_was_found(tmp_path: Path) -> None:
    """Is left out as well, not cut off."""
    path = tmp_path / "log.txt"
    path.write_text("One line.")
    (found,) = walk(tmp_path, tmp_path / "home")
    with path.open("ab") as file:
        file.truncate(LARGEST + 1)
    result = read_bytes(found)
    assert isinstance(result, Read)
    assert result.left_out == "larger than 100 MB"


def test_what_takes_too_long_here_is_read_in_a_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is that takes so long; the other files are read here, and what was left of an alarm goes on."""
    here: list[str] = []

    def slow(found: Found) -> Result:
        here.append(found.source)
        while found.source == "a.txt":
            sum(range(1000))
        return read(found)

    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(f"This is {name}.")
    monkeypatch.setattr(readers, "HERE", 0.2)
    monkeypatch.setattr(readers, "read", slow)
    signal.alarm(100)
    read_here = {found.source: result for found, result in read_all(walk(tmp_path, tmp_path / "home"))}
    assert 0 < signal.alarm(0) <= 100
    assert here[:2] == ["a.txt", "b.txt"]
    assert [result and result.document and result.document.text for result in read_here.values()] == [
        "This is b.txt.",
        "This is a.txt.",
    ]
