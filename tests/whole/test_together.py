"""Several processes at one index: questions beside a running index, many at once, two that index, one that is killed.

Processes are real; so is the service that embeds.
"""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import start
from indexes import stored
from loopback import EMBEDDINGS, Loopback

from index.catalog.rows import text_hash
from index.update.target import Target

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = ("ask", "--no-llm", "--json", "how many miles did zebra 3 run?")


@pytest.fixture
def target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Target:
    """A folder with one file, and its home; both are set in the environment."""
    docs = tmp_path / "docs"
    docs.mkdir()
    write(docs, range(1))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("QA_SEEDS", str(docs))
    monkeypatch.setenv("QA_HOME", str(tmp_path / "home"))
    return Target(docs, tmp_path / "home")


def write(docs: Path, numbers: Sequence[int], version: int = 0) -> None:
    """Files whose passages are all different."""
    for n in numbers:
        lines = (f"Zebra {n} of version {version} ran {n * 100 + i} miles. " + "word " * 70 for i in range(12))
        (docs / f"{n}.txt").write_text("\n\n".join(lines))


def answers(children: "Sequence[subprocess.Popen[bytes]]") -> Iterator[dict[str, object]]:
    """What each process has printed; none has failed, though a cited file may be newer than its index, which is said."""
    for child in children:
        out, err = child.communicate(timeout=300)
        answer = json.loads(out)
        assert answer["citations"], answer
        changed = any(citation["verdict"] == "changed" for citation in answer["citations"])
        assert child.returncode == (3 if changed else 0), err.decode()
        yield answer


def test_an_early_end_is_no_crash(target: Target) -> None:
    """The graph is being read when it turns out that there is nothing to search for."""
    assert start(("index", "-q")).wait() == 0
    children = [start(("search", "-q", "--frozen", "zebra", "--in", "zzz*")) for _ in range(12)]
    ends = [(child.communicate(timeout=60)[1].decode(), child.returncode) for child in children]
    assert ends == [(ends[0][0], 4)] * 12
    assert "No document matches" in ends[0][0]


def ask_beside_an_index(target: Target, files: int, questions: int) -> None:
    """None dies, hangs or comes back empty; all tell that they are not fresh while the index runs."""
    assert start(("index", "-q")).wait() == 0
    write(target.root, range(files))
    indexing = start(("index", "-q"))
    time.sleep(1.5)
    given: list[dict[str, object]] = []
    while len(given) < questions:
        running = indexing.poll() is None
        found = list(answers([start(QUESTION) for _ in range(min(4, questions - len(given)))]))
        if running and indexing.poll() is None:
            assert all(answer["index"]["fresh"] is False for answer in found)  # type: ignore[index]
        given += found
        if indexing.poll() is not None and len(given) < questions:
            write(target.root, range(files), version=len(given))
            indexing = start(("index", "-q"))
            time.sleep(1.5)
    assert any(answer["index"]["fresh"] is False for answer in given)  # type: ignore[index]
    assert indexing.wait() == 0


@pytest.mark.soak
def test_a_hundred_questions_beside_a_running_index(target: Target) -> None:
    """Law 10 and 11."""
    ask_beside_an_index(target, 1500, 100)


def test_two_that_index_at_once(target: Target) -> None:
    """The second waits, and says so."""
    write(target.root, range(100))
    first = start(("index", "--json"))
    while not (target.home / "catalog.sqlite").exists():
        time.sleep(0.005)
    first.send_signal(signal.SIGSTOP)
    second = start(("index", "--json"))
    assert second.stderr
    assert b"waiting for it" in second.stderr.readline()
    first.send_signal(signal.SIGCONT)
    reports = []
    for child in (first, second):
        out, err = child.communicate(timeout=120)
        assert child.returncode == 0, err.decode()
        reports.append(json.loads(out))
    assert [r["added"] for r in reports] == [100, 0]


def kill_while_paying(target: Target, rounds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a service has embedded and is stored is never sent again, whenever the run is killed."""
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
        monkeypatch.setenv("QA_EMBEDDER", "openai:model")
        monkeypatch.setenv("QA_MODEL", "none")
        for round_ in range(rounds):
            write(target.root, range(round_ * 20, round_ * 20 + 200))
            before = stored(target) if target.indexed else set()
            seen = len(service.requests)
            child = start(("index", "-q"), env=dict(os.environ))
            time.sleep(random.uniform(1.0, 3.5))
            child.kill()
            child.wait()
            sent = [text for r in service.requests[seen:] if r.path == EMBEDDINGS for text in r.body["input"]]
            assert not {text_hash(text) for text in sent} & before, "paid twice"
        assert start(("index", "-q"), env=dict(os.environ)).wait() == 0
        seen = len(service.requests)
        assert start(("index", "-q"), env=dict(os.environ)).wait() == 0
        assert len(service.requests) == seen


@pytest.mark.soak
def test_what_was_paid_for_is_kept_when_killed(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few kills."""
    kill_while_paying(target, 3, monkeypatch)


@pytest.mark.soak
def test_what_was_paid_for_is_kept_whenever_killed(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many."""
    kill_while_paying(target, 25, monkeypatch)
