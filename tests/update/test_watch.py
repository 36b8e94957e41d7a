"""`qa index --watch`, and `--wait` for another `qa index`: real processes, real files, real signals."""

import json
import queue
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, start
from loopback import EMBEDDINGS, Fault, Loopback

from index.home.claim import writing

PATIENCE = 30.0


class Watching:
    """A `qa index --watch --json` at work."""

    def __init__(self, *arguments: str) -> None:
        self.child: subprocess.Popen[bytes] = start(("index", "--watch", "--json", *arguments))
        self.lines: queue.Queue[dict[str, Any]] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.child.stdout
        for line in self.child.stdout:
            self.lines.put(json.loads(line))

    def round(self) -> dict[str, Any]:
        """The next round's object."""
        return self.lines.get(timeout=PATIENCE)

    def quiet(self, seconds: float = 2.0) -> bool:
        """Whether nothing is told for so long."""
        time.sleep(seconds)
        return self.lines.empty()

    def ended(self, by: signal.Signals) -> tuple[int, bytes]:
        """The exit code after a signal, and what stderr has said."""
        self.child.send_signal(by)
        assert self.child.wait(PATIENCE) is not None
        assert self.child.stderr
        return self.child.returncode, self.child.stderr.read()


@pytest.fixture
def watching(project: Path) -> Iterator[Watching]:
    """One on the project's documents, its first round done."""
    (project / "seeds" / "a.txt").write_text("Lee asked Xi.")
    watch = Watching()
    assert watch.round()["added"] == 2
    yield watch
    watch.child.kill()
    watch.child.wait()


def test_changes_are_followed(project: Path, watching: Watching) -> None:
    """A burst is one round; a change that is none for the index is no round; the end is clean."""
    for n in range(20):
        (project / "seeds" / f"new{n}.txt").write_text(f"Number {n}.")
    assert watching.round()["added"] == 20
    (project / "seeds" / "new0.txt").write_text("Changed.")
    assert watching.round()["changed"] == 1
    (project / "seeds" / ".hidden").write_text("x")
    assert watching.quiet()
    (project / "seeds" / ".gitignore").write_text("new*\n")
    assert watching.round()["removed"] == 20
    assert watching.ended(signal.SIGTERM)[0] == 143


def test_a_folder_that_vanishes_and_comes_back(project: Path, watching: Watching) -> None:
    """Both are said once, what is indexed stays, and the new folder is followed; Ctrl-C ends it with one sentence."""
    (project / "seeds").rename(project / "away")
    assert watching.round()["error"]["code"] == "no_documents"
    assert watching.quiet()
    (project / "away").rename(project / "seeds")
    assert watching.round()["same"] == 2
    (project / "seeds" / "b.txt").write_text("More.")
    assert watching.round()["sources"] == 3
    shutil.rmtree(project / "seeds")
    assert watching.round()["error"]["code"] in ("no_documents", "nothing_to_index")
    code, err = watching.ended(signal.SIGINT)
    assert (code, b"Traceback" in err, err.splitlines()[-1]) == (130, False, b"Stopped. What was stored is kept.")


def test_a_home_among_the_documents_is_not_watched(project: Path) -> None:
    """Else each round would make another."""
    watch = Watching("--home", "seeds/index")
    try:
        assert watch.round()["added"] == 1
        (project / "seeds" / "a.txt").write_text("Lee asked Xi.")
        assert watch.round()["added"] == 1
        assert watch.quiet()
    finally:
        watch.child.kill()
        watch.child.wait()


def test_one_file_is_followed(project: Path) -> None:
    """Also when it is replaced, as programs do that save."""
    (project / "one.txt").write_text("Lee asked Xi.")
    watch = Watching("--seeds", "one.txt", "--home", "h")
    try:
        assert watch.round()["added"] == 1
        (project / "new").write_text("Xi asked Lee.")
        (project / "new").replace(project / "one.txt")
        assert watch.round()["changed"] == 1
    finally:
        watch.child.kill()
        watch.child.wait()


def test_a_failing_service(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is told with what was done all the same, and the next change pays what is owed."""
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        monkeypatch.setenv("QA_EMBEDDER", "openai:e")
        service.enqueue(*[Fault(status=401)] * 3, path=EMBEDDINGS)
        watch = Watching()
        try:
            first = watch.round()
            assert (first["sources"], first["owed"], first["error"]["code"]) == (1, 5, "key_refused")
            service.queues[EMBEDDINGS].clear()
            (project / "seeds" / "a.txt").write_text("Lee asked Xi.")
            second = watch.round()
            assert (second["sources"], second["owed"], second["error"]) == (2, 0, None)
        finally:
            watch.child.kill()
            watch.child.wait()


def test_a_switch_that_fails_is_tried_again(project: Path, monkeypatch: pytest.MonkeyPatch, qa: Run) -> None:
    """Until it has embedded every passage, the old embedder serves, in later rounds too."""
    (project / "seeds" / "a.txt").write_text("Lee asked Xi.")
    assert qa("index").code == 0
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        service.enqueue(Fault(), Fault(status=401), *[Fault(status=404)] * 9, path=EMBEDDINGS)
        watch = Watching("--embedder", "openai:e")
        try:
            assert watch.round()["error"]["code"] == "key_refused"
            (project / "seeds" / "a.txt").write_text("Lee asked Xi to play.")
            assert watch.round()["error"]["code"] == "not_there"
            assert json.loads(qa("status", "--json").out)["embedder"].startswith("static")
            service.queues[EMBEDDINGS].clear()
            (project / "seeds" / "a.txt").write_text("Lee asked Xi to win.")
            assert watch.round()["error"] is None
        finally:
            watch.child.kill()
            watch.child.wait()
    assert json.loads(qa("status", "--json").out)["embedder"].startswith("openai/e/")


def test_the_first_round_may_refuse(project: Path, qa: Run) -> None:
    """The index of another folder is never one's own, however long one watches."""
    shutil.copytree(project / "seeds", project / "other")
    qa("index", "-q")
    assert qa("index", "--watch", "--seeds", "other", "--home", ".qa", "-q").code == 4


def test_a_person_reads_a_line_a_round(project: Path) -> None:
    """And on stderr what goes on."""
    child = start(("index", "--watch"))
    assert child.stdout
    assert child.stdout.readline().startswith(b"1 document in seeds, 5 passages: 1 added, 5 passages embedded (")
    (project / "seeds" / "a.txt").write_text("Lee asked Xi.")
    assert child.stdout.readline().startswith(b"2 documents in seeds, 6 passages: 1 added, 1 passage embedded (")
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=PATIENCE)
    assert err.splitlines()[-2:] == [b"Watching the documents; Ctrl-C ends it.", b"Stopped. What was stored is kept."]


def test_waiting_for_another_index(project: Path, qa: Run) -> None:
    """It gives up after --wait seconds with exit 4, before anything is stored and after; a number that is none is refused."""
    for _ in range(2):
        (project / ".qa").mkdir(exist_ok=True)
        with writing(project / ".qa", 0):
            started = time.monotonic()
            result = qa("index", "--wait", "1")
            assert 0.9 < time.monotonic() - started < 10
            assert (result.code, result.err.splitlines()[-3:]) == (
                4,
                [
                    "Another process is indexing these documents; waiting for it.",
                    "Another process has been indexing these documents for 1 s.",
                    "Try again, or leave --wait out.",
                ],
            )
            assert json.loads(qa("index", "--wait", "0", "--json").out)["error"]["code"] == "index_busy"
        assert qa("index", "-q", "--wait", "1").code == 0
        (project / "seeds" / "b.txt").write_text("B.")
    for wrong in ("-1", "nan"):
        assert qa("index", "--wait", wrong).code == 2


def test_a_round_waits_for_another_index(project: Path, watching: Watching) -> None:
    """And is done when the other has finished."""
    with writing(project / ".qa", 5):
        (project / "seeds" / "b.txt").write_text("B.")
        assert watching.quiet()
    assert watching.round()["added"] == 1


def test_another_folder_in_the_place_of_the_documents_is_not_read(project: Path, watching: Watching) -> None:
    """As a pull may bring one, while nobody looks: what the user has named is not what a link leads to."""
    private = project.parent / "private"
    private.mkdir()
    (private / "diary.txt").write_text("The ferry is rusty.")
    (project / "seeds").rename(project / "old")
    (project / "seeds").symlink_to(private)
    told = watching.round()
    assert told["error"]["code"] == "no_documents"
    (project / "seeds").unlink()
    (project / "old").rename(project / "seeds")
    (project / "seeds" / "b.txt").write_text("Xi asked Lee.")
    assert watching.round()["added"] == 1
