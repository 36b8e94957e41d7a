"""Whatever a run meets (a kill, no room, no handles, no rights, a clock that jumps), the next one answers right; all real."""

import json
import os
import random
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Run, start
from loopback import EMBEDDINGS, Loopback
from test_cli import without_rights

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "which zebra ran to Busan?"


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A service that embeds; nobody asks it unless the embedder is openai."""
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        monkeypatch.setenv("QA_MODEL", "none")
        yield service


def edit(project: Path, round_: int) -> str:
    """Change the documents, so that there is something to do for every run; what answers the question then."""
    seeds = project / "seeds"
    for n in range(30):
        path = seeds / f"{n}.txt"
        if (n + round_) % 5:
            path.write_text("\n\n".join(f"File {n} of round {round_} counts {i} miles. " + "word " * 50 for i in range(8)))
        else:
            path.unlink(missing_ok=True)
    answer = f"The zebra number {round_} ran to Busan."
    (seeds / "zebra.txt").write_text(answer)
    return answer


def whole(qa: Run, answer: str) -> None:
    """The next run answers right, and nothing is wrong with the index after one that mends."""
    asked = qa("ask", QUESTION)
    assert asked.code == 0, asked
    assert answer in asked.out
    done = json.loads(qa("index", "--json").out)
    assert (done["owed"], done["error"]) == (0, None)
    examined = json.loads(qa("doctor", "--json").out)
    assert examined["findings"] == []
    db = sqlite3.connect(".qa/catalog.sqlite")
    (embedder,) = db.execute("SELECT value FROM meta WHERE key = 'embedder'").fetchone()
    without = "SELECT COUNT(*) FROM passage WHERE hash NOT IN (SELECT hash FROM sketch)"
    assert embedder != "static" or db.execute(without).fetchone() == (0,)
    db.close()


def old_format(project: Path) -> None:
    """Have the index made by an earlier version, so that the next run makes it anew."""
    db = sqlite3.connect(project / ".qa" / "catalog.sqlite")
    db.execute("UPDATE meta SET value = '3' WHERE key = 'format'")
    db.commit()
    db.close()


KILLED: dict[str, tuple[list[str], Callable[[Path], object] | None]] = {
    "index": (["index"], None),
    "ask": (["ask", QUESTION], None),
    "rebuild": (["index", "--rebuild"], None),
    "watch": (["index", "--watch"], None),
    "switch": (["index", "--embedder", "openai"], None),
    "switch back": (["index", "--embedder", "static"], None),
    "migration": (["index"], old_format),
}


def kill(project: Path, qa: Run, name: str, rounds: int) -> None:
    """Kill a command at random moments, each time after a change of the documents."""
    arguments, before = KILLED[name]
    chance = random.Random(name)
    qa("index", "--embedder", "openai" if name == "switch back" else "static")
    for round_ in range(rounds):
        if before:
            before(project)
        answer = edit(project, round_)
        child = start(arguments)
        time.sleep(chance.uniform(0.1, 1.6))
        child.send_signal(signal.SIGKILL)
        child.communicate()
        whole(qa, answer)
        if name.startswith("switch"):
            qa("index", "--embedder", "openai" if name == "switch back" else "static")


@pytest.mark.parametrize("name", ["index", "switch", "migration"])
def test_a_kill(project: Path, qa: Run, loopback: Loopback, name: str) -> None:
    """One of some commands."""
    kill(project, qa, name, 1)


@pytest.mark.soak
@pytest.mark.parametrize("name", KILLED)
def test_two_hundred_kills(project: Path, qa: Run, loopback: Loopback, name: str) -> None:
    """Thirty of each command, seven times."""
    kill(project, qa, name, 30)


def limited(name: str, most: int) -> Callable[[], None]:
    """In a child: give up more than so much of something."""
    import resource

    def limit() -> None:
        resource.setrlimit(getattr(resource, name), (most, most))

    return limit


COMMANDS = (["index", "-q"], ["ask", "-q", QUESTION], ["search", "-q", "zebra"], ["index", "--rebuild", "-q"])
ENDED_BY_A_LIBRARY = (-6, -11, 134, 139)
"""Aborted; or without room for its stack, which the kernel tells it by a fault."""
NOT_EVEN_STARTED = (1, 127, *ENDED_BY_A_LIBRARY)


def strike(project: Path, process: Run, qa: Run, limit: Callable[[], None], round_: int) -> None:
    """Each command under a limit: what it cannot do it says in a sentence; then all is well again without it."""
    for number, command in enumerate(COMMANDS):
        answer = edit(project, 10 * round_ + number)
        result = process(*command, preexec_fn=limit)
        assert result.code in (0, 1, 3, 4), (command, result)  # 3: what is there is quoted, and its file has changed
        assert "Traceback" not in result.err
        assert "a bug" not in result.err
        assert "damaged" not in result.err
        whole(qa, answer)


ROOM = [0, 1, 100, 4096, 5000, 30_000, 70_000, 150_000, 400_000]


@pytest.mark.parametrize("most", [pytest.param(n, marks=pytest.mark.soak) for n in ROOM])
def test_files_that_cannot_grow(project: Path, process: Run, qa: Run, most: int) -> None:
    """As on a full disk: each write fails from some byte on."""
    qa("index")
    strike(project, process, qa, limited("RLIMIT_FSIZE", most), most)


HANDLES = [*range(14, 40, 2), 48, 64]


@pytest.mark.parametrize("most", [pytest.param(n, marks=pytest.mark.soak) for n in HANDLES])
def test_out_of_handles(project: Path, process: Run, qa: Run, most: int) -> None:
    """So many files may be open."""
    qa("index")
    strike(project, process, qa, limited("RLIMIT_NOFILE", most), most)


MEMORY = [150, 250, 350, 500, 600, 700, 800, 1000, 1500]


@pytest.mark.parametrize("most", [pytest.param(n, marks=pytest.mark.soak) for n in MEMORY])
def test_out_of_memory(project: Path, process: Run, qa: Run, most: int) -> None:
    """So many megabytes; below some hundred a native library ends the process, which is a kill like any other."""
    qa("index")
    for number, command in enumerate(COMMANDS):
        answer = edit(project, 10 * most + number)
        result = process(*command, preexec_fn=limited("RLIMIT_AS", most * 1_000_000))
        assert result.code in (0, 1, 4, *ENDED_BY_A_LIBRARY), (command, result)
        assert "a bug" not in result.err
        whole(qa, answer)


@pytest.mark.soak
def test_no_right_to_any_file(project: Path, process: Run, qa: Run) -> None:
    """Each file and folder of the home in turn cannot be read, or not be written."""
    if os.geteuid():
        pytest.skip("the tests' own checks need rights that a user lacks")
    qa("index")
    paths = [project / ".qa", *(project / ".qa").rglob("*")]
    for path in (p for p in paths if p.exists()):
        mode = path.stat().st_mode & 0o777
        for rights in (0o000, 0o500 if path.is_dir() else 0o400):
            path.chmod(rights)
            for command in (["ask", "-q", "who is president?"], ["index", "-q"], ["status"], ["doctor"]):
                result = process(*command, preexec_fn=without_rights)
                assert result.code in (0, 1, 4), (path, rights, command, result)
                assert "a bug" not in result.err, (path, rights, command, result)
            path.chmod(mode)
    whole(qa, edit(project, 1))


@pytest.mark.soak
def test_a_clock_that_jumps(project: Path, qa: Run, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forth by years, back by years, to the beginning of time: what changed is found, and nothing is embedded twice."""
    qa("index", "--embedder", "openai")
    years = 365 * 86400 * 10**9
    now = time.time_ns
    for round_, jump in enumerate([10 * years, -10 * years, 0, -40 * years, 100 * years, 0]):
        monkeypatch.setattr(time, "time_ns", lambda jump=jump: now() + jump)
        answer = edit(project, round_)
        stamp = max(0, now() + jump)
        os.utime(project / "seeds" / "zebra.txt", ns=(stamp, stamp))
        whole(qa, answer)
        whole(qa, answer)
    paid = Counter(
        text for r in loopback.requests if r.path == EMBEDDINGS for text in r.body["input"] if "zebra number" in text
    )
    assert set(paid.values()) == {1}
