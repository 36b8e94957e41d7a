"""An embedding service that fails in every way, a full disk, Ctrl-C: nothing is lost, nothing is paid twice. All of it real."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Run, start
from loopback import EMBEDDINGS, Fault, Loopback, closed_port

from index.catalog.catalog import Catalog
from index.embed.choice import open_embedder
from index.embed.embedder import Embedder
from index.errors import Failure, KeyRefused, QuotaExhausted, RateLimited, ServiceBroken, Unreachable
from index.search.candidates import search
from index.search.near import Index
from index.service.endpoint import Service
from index.update.run import update
from index.update.target import Target

pytestmark = pytest.mark.usefixtures("without_reader")


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A service that embeds."""
    with Loopback() as service:
        yield service


def write(folder: Path, files: int, paragraphs: int = 8) -> None:
    """Documents whose passages are all different."""
    folder.mkdir(exist_ok=True)
    for n in range(files):
        parts = (f"Paragraph {i} of file {n} tells of the number {n * i + n}. " * 12 for i in range(paragraphs))
        (folder / f"{n}.txt").write_text("\n\n".join(parts))


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """Documents for several groups of requests."""
    write(tmp_path / "docs", 60)
    return Target(tmp_path / "docs", tmp_path / "home")


def remote(url: str, patience: float = 2.0) -> Callable[[], Embedder]:
    """An embedder of a service that is not waited for for long."""
    embedder = open_embedder("openai", Service(url, "key"), patience=patience)
    return lambda: embedder


def answered(loopback: Loopback) -> Counter[str]:
    """How often each text was embedded: sent in a request that was answered well."""
    good = [r for r, fault in zip(loopback.requests, loopback.taken, strict=True) if r.path == EMBEDDINGS and fault == Fault()]
    return Counter(text for request in good for text in request.body["input"] if text != "dimensions")


def owed(target: Target) -> int:
    """How many texts have no vector yet."""
    with Catalog(target.home) as catalog:
        return len(catalog.owed(1_000_000))


FAULTS = [
    (Fault(status=429, retry_after=600), RateLimited),  # longer than anybody waits
    (Fault(status=429, code="insufficient_quota"), QuotaExhausted),
    (Fault(status=401), KeyRefused),
    (Fault(status=500), ServiceBroken),
    (Fault(reset=True), Failure),
    (Fault(raw=b"<garbage>"), ServiceBroken),
    (Fault(dimensions=32), ServiceBroken),
    (Fault(missing=1), ServiceBroken),
    (Fault(nan=True), ServiceBroken),
]


@pytest.mark.parametrize(("fault", "leaf"), FAULTS)
def test_a_service_that_fails_in_the_middle(target: Target, loopback: Loopback, fault: Fault, leaf: type[Failure]) -> None:
    """What was answered is kept; all is found by its words; the next run pays the debt and no more."""
    loopback.enqueue(*[Fault()] * 4, *[fault] * 200, path=EMBEDDINGS)
    report = update(target, remote(loopback.url))
    assert isinstance(report.failure, leaf)
    assert (report.sources, report.fresh) == (60, False)
    assert 0 < report.owed == owed(target) < report.passages
    first = answered(loopback)
    assert len(first) == report.embedded == report.passages - report.owed
    with Catalog(target.home) as catalog:
        assert search(Index(catalog, target.vectors, None), "Paragraph 7 of file 59", 1).hits[0].place.source == "59.txt"
    loopback.queues.clear()
    assert update(target, remote(loopback.url)).fresh
    assert set(answered(loopback).values()) == {1}
    assert len(answered(loopback)) == report.passages


@pytest.mark.parametrize("fault", [Fault(status=429, retry_after=0.3), Fault(status=500), Fault(status=429), Fault(reset=True)])
def test_what_passes_is_waited_for(target: Target, loopback: Loopback, fault: Fault) -> None:
    """A few failures in the middle of a build do not end it, and nothing is embedded twice."""
    loopback.enqueue(*[Fault()] * 3, *[fault] * 3, path=EMBEDDINGS)
    report = update(target, remote(loopback.url, patience=30))
    assert (report.failure, report.fresh) == (None, True)
    assert set(answered(loopback).values()) == {1}


def test_a_rate_limit_holds_for_all(target: Target, loopback: Loopback) -> None:
    """After Retry-After nobody asks before its time, and fewer at once than before."""
    loopback.enqueue(*[Fault()] * 2, Fault(status=429, retry_after=1.0), path=EMBEDDINGS)
    times: list[tuple[float, int]] = []
    take = loopback.take

    def timed(request: object) -> Fault:
        fault = take(request)  # type: ignore[arg-type]
        times.append((time.monotonic(), fault.status))
        return fault

    loopback.take = timed  # type: ignore[method-assign]
    assert update(target, remote(loopback.url, patience=30)).fresh
    limited = next(moment for moment, status in times if status == 429)
    during = [moment for moment, _ in times if limited + 0.2 < moment < limited + 0.95]
    assert during == []


def test_a_service_that_is_not_there(target: Target) -> None:
    """From the start: soon found out, all is owed."""
    report = update(target, remote(closed_port()))
    assert isinstance(report.failure, Unreachable)
    assert (report.sources, report.owed) == (60, report.passages)


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    "fault", [Fault(status=500), Fault(status=429, retry_after=60), Fault(reset=True), Fault(raw=b"x"), None]
)
def test_a_question_goes_on_by_words(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, loopback: Loopback, fault: Fault | None, command: str
) -> None:
    """A changed file is taken in with its vectors owed and found at once; one line says so; the next run pays that alone."""
    for name, value in {"OPENAI_BASE_URL": loopback.url, "QA_MODEL": "none", "QA_EMBEDDER": "openai"}.items():
        monkeypatch.setenv(name, value)
    assert qa("index").code == 0
    (project / "seeds" / "new.txt").write_text("The zebra of Busan eats only persimmons.")
    paid = answered(loopback)
    if fault is None:
        monkeypatch.setenv("OPENAI_BASE_URL", closed_port())
    loopback.enqueue(*[fault or Fault()] * 20, path=EMBEDDINGS)
    result = qa(command, "what does the zebra of Busan eat?")
    assert result.code == 0
    assert "persimmons" in result.out
    assert len([line for line in result.err.splitlines() if "1 passage has no vector yet" in line]) == 1
    assert "Traceback" not in result.err
    loopback.queues.clear()
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    assert json.loads(qa("index", "--json").out)["owed"] == 0
    assert answered(loopback) - paid == Counter(["The zebra of Busan eats only persimmons."])


def test_index_says_the_failure_and_exits_5(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, loopback: Loopback
) -> None:
    """After what was done; JSON has it too."""
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    write(project / "seeds", 60)
    loopback.enqueue(*[Fault()] * 3, *[Fault(status=401)] * 50, path=EMBEDDINGS)
    result = qa("index", "--embedder", "openai", "--json")
    shown = json.loads(result.out)
    assert (result.code, shown["error"]["code"]) == (5, "key_refused")


def environment(loopback: Loopback) -> dict[str, str]:
    """For a process of its own."""
    return {**os.environ, "OPENAI_BASE_URL": loopback.url, "QA_EMBEDDER": "openai", "QA_MODEL": "none"}


@pytest.mark.parametrize(("blow", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGKILL, -9)])
def test_a_run_that_is_stopped_goes_on_exactly(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, loopback: Loopback, blow: signal.Signals, code: int
) -> None:
    """Ctrl-C ends it within a second and says what is done; of what was paid for by then nothing is paid again."""
    write(project / "seeds", 120)
    loopback.enqueue(*[Fault()] * 8, *[Fault(delay=60)] * 40, path=EMBEDDINGS)
    process = start(["index"], env=environment(loopback))
    deadline = time.monotonic() + 60
    while len(loopback.requests) < 11 and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(blow)
    struck = time.monotonic()
    _, err = process.communicate(timeout=30)
    took = time.monotonic() - struck
    assert process.returncode == code
    assert took < (5 if blow == signal.SIGINT else 10)  # a second where the machine is not busy with other tests
    if blow == signal.SIGINT:
        assert b"passages embedded" in err
        assert b"Traceback" not in err
    paid = answered(loopback)
    assert paid
    loopback.queues.clear()
    for name, value in environment(loopback).items():
        monkeypatch.setenv(name, value)
    assert json.loads(qa("index", "--json").out)["owed"] == 0
    again = answered(loopback) - paid
    assert not set(again) & set(paid)
    assert not list((project / ".qa" / "paid").glob("*"))


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)]
    if os.geteuid() or not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


SOAK = pytest.mark.soak


@pytest.mark.parametrize("room", [pytest.param(room, marks=SOAK) for room in (0, 300_000, 1_500_000)])
@pytest.mark.parametrize("embedder", [pytest.param("static", marks=SOAK), "openai"])
def test_a_full_disk(
    project: Path, process: Run, small_disk: Path, loopback: Loopback, room: int, embedder: str, tmp_path: Path
) -> None:
    """One sentence and exit 4; what was indexed is whole, in its old or its new version; with room the next run mends it."""
    home, env = small_disk / "home", {**environment(loopback), "QA_EMBEDDER": embedder}
    write(project / "seeds", 3)
    assert process("index", "--home", str(home), env=env).code == 0
    write(project / "seeds", 150, 16)
    filler = small_disk / "filler"
    with filler.open("wb") as file:
        free = os.statvfs(small_disk)
        file.write(b"x" * max(0, free.f_bavail * free.f_frsize - room))
    result = process("index", "--home", str(home), env=env)
    assert result.code == 4, result.err
    assert "Traceback" not in result.err
    assert "a bug" not in result.err
    found = process("search", "--frozen", "--home", str(home), "Paragraph 7 of file 2", env=env)
    assert found.code == 0, found.err
    assert "Paragraph 7 of file 2" in found.out
    filler.unlink()
    subprocess.run(["mount", "-o", "remount,size=200m", str(small_disk)], check=True)
    mended = process("index", "--home", str(home), "--json", env=env)
    shown = json.loads(mended.out)
    assert (mended.code, shown["owed"], shown["sources"]) == (0, 0, 151), shown["error"]
    assert set(answered(loopback).values()) <= {1, 2}  # what arrived when the disk was full could not be kept
    assert process("doctor", "--home", str(home), env=env).code == 0
