"""The vector store: what it keeps, and that processes and kills don't break it. Chroma is real."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from index.errors import DamagedIndex, HomeNotWritable, IndexBusy
from index.vectors import apart, core, log
from index.vectors.core import FAILURES, opened
from index.vectors.embedded import Vectors
from index.vectors.log import GRAPH

pytestmark = pytest.mark.usefixtures("without_reader")

DIMENSIONS = 32


@pytest.fixture(autouse=True, params=["core", "public"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test twice: by Chroma's core, and by its public client in this process, as where the core is another."""
    if request.param == "public":
        if request.function in (test_one_writer_and_four_readers, test_kills_lose_nothing_that_was_acknowledged):
            pytest.skip("what visits the store are other processes, which have the core")
        monkeypatch.setitem(core.CALLS, "count", "otherwise")


def vectors(*seeds: int) -> np.ndarray:
    """A unit vector for each seed, always the same."""
    rows = np.stack([np.random.default_rng(seed).normal(size=DIMENSIONS) for seed in seeds]).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def found(store: Vectors, *seeds: int) -> list[str]:
    """The nearest id of each seed's vector."""
    return [row[0][0] for row in store.query("e/1/32", vectors(*seeds), 1)]


def test_what_is_added_is_found(tmp_path: Path) -> None:
    """By cosine similarity, best first; an id is written once, however often it is added."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", ["1", "2", "1"], vectors(1, 2, 1))
    store.add("e/1/32", ["2", "3"], vectors(2, 3))
    assert store.ids("e/1/32") == {"1", "2", "3"}
    assert found(store, 1, 2, 3) == ["1", "2", "3"]
    (ranked,) = store.query("e/1/32", vectors(2), 10)
    assert len(ranked) == 3
    assert ranked[0] == ("2", pytest.approx(1.0, abs=1e-5))
    expected = sorted((float(v @ vectors(2)[0]) for v in vectors(1, 2, 3)), reverse=True)
    assert [score for _, score in ranked] == pytest.approx(expected, abs=1e-5)


def test_a_query_can_be_limited_to_ids(tmp_path: Path) -> None:
    """Ids that are not stored are passed over."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", [str(n) for n in range(50)], vectors(*range(50)))
    assert [i for i, _ in store.query("e/1/32", vectors(7), 10, ["3", "9", "nowhere"])[0]] in (["3", "9"], ["9", "3"])
    assert store.query("e/1/32", vectors(7), 10, ["nowhere"]) == [[]]
    assert store.query("e/1/32", vectors(7), 10, []) == [[]]


def test_deleting_and_adding_again(tmp_path: Path) -> None:
    """What is deleted is not found; it can come back."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", ["1", "2"], vectors(1, 2))
    store.delete("e/1/32", ["1", "nowhere"])
    assert store.present("e/1/32", ["1", "2"]) == {"2"}
    store.add("e/1/32", ["1"], vectors(1))
    assert found(store, 1, 2) == ["1", "2"]


def test_nothing_is_there_before_something_is_added(tmp_path: Path) -> None:
    """No folder is made by looking."""
    store = Vectors(tmp_path / "v")
    assert not store.exists()
    assert (store.ids("e"), store.present("e", ["1"]), store.query("e", vectors(1), 3)) == (set(), set(), [[]])
    store.delete("e", ["1"])
    store.clear()
    assert not (tmp_path / "v").exists()


def test_collections_are_apart_and_clear_empties_them(tmp_path: Path) -> None:
    """Two embedders have two collections, with dimensions of their own."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", ["1"], vectors(1))
    store.add("other/2/8", ["1", "2"], np.eye(8, dtype=np.float32)[:2])
    assert (store.ids("e/1/32"), store.ids("other/2/8")) == ({"1"}, {"1", "2"})
    store.clear()
    assert (store.exists(), store.ids("e/1/32")) == (False, set())


def test_a_vector_of_another_dimension_is_one_sentence(tmp_path: Path) -> None:
    """Not an error of Chroma's core."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", ["1"], vectors(1))
    with pytest.raises(DamagedIndex, match="expecting embedding with dimension of 32, got 8"):
        store.add("e/1/32", ["2"], np.eye(8, dtype=np.float32)[:1])


def test_many_ids_at_once(tmp_path: Path) -> None:
    """More than SQLite takes variables, and than Chroma takes in a batch."""
    store = Vectors(tmp_path / "v")
    rows = np.random.default_rng(0).normal(size=(12_000, 4)).astype(np.float32)
    ids = [str(n) for n in range(12_000)]
    store.add("e/1/4", ids, rows / np.linalg.norm(rows, axis=1, keepdims=True))
    assert store.present("e/1/4", ids) == set(ids)
    store.delete("e/1/4", ids[:11_000])
    assert store.ids("e/1/4") == set(ids[11_000:])


@pytest.mark.parametrize("delete", [False, True])
def test_many_changes_swap_the_store_and_change_no_answer(tmp_path: Path, delete: bool) -> None:
    """The store in use is never saved in place; what comes later is found too."""

    def state() -> tuple[str, int, bool]:
        pointer = json.loads((tmp_path / "v" / "current.json").read_text())
        assert [p.name for p in (tmp_path / "v").glob("store-*")] == [pointer["store"]]
        saved = list((tmp_path / "v" / pointer["store"]).rglob("index_metadata.pickle"))
        return pointer["store"], pointer["unsaved"], bool(saved)

    store = Vectors(tmp_path / "v", save_after=100)
    store.add("e/1/32", [str(n) for n in range(90)], vectors(*range(90)))
    first, unsaved, saved = state()
    assert (unsaved, saved) == (90, False)
    if delete:
        store.delete("e/1/32", [str(n) for n in range(20, 50)])
    else:
        store.add("e/1/32", [str(n) for n in range(1000, 1400)], vectors(*range(1000, 1400)))
    second, unsaved, saved = state()
    assert (second != first, unsaved, saved) == (True, 0, True)
    assert (found(store, 5), found(store, 6)) == (["5"], ["6"])
    assert len(store.ids("e/1/32")) == (60 if delete else 490)
    store.add("e/1/32", ["new"], vectors(2000))
    store.delete("e/1/32", ["5"])
    assert found(store, 2000, 6) == ["new", "6"]
    assert "5" not in store.ids("e/1/32")


def test_a_few_additions_do_not_read_the_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are found beside what it holds, whatever is deleted of both, and are put into it with the next many."""
    store = Vectors(tmp_path / "v", save_after=20)
    store.add("e/1/32", [str(n) for n in range(60)], vectors(*range(60)))
    in_use = tmp_path / "v" / json.loads((tmp_path / "v" / "current.json").read_text())["store"]
    (graph,) = in_use.rglob("index_metadata.pickle")
    whole = graph.read_bytes()
    graph.write_bytes(b"nothing that can be read")
    with monkeypatch.context() as unchecked:
        unchecked.setattr(Vectors, "_safe_state", Vectors._state)
        store.add("e/1/32", [str(n) for n in range(60, 70)], vectors(*range(60, 70)))
    graph.write_bytes(whole)
    assert found(store, 5, 65) == ["5", "65"]
    assert next(i for i, _ in store.query("e/1/32", vectors(65), 5, ["5", "65", "66"])[0]) == "65"
    store.delete("e/1/32", ["5", "65"])
    assert not {"5", "65"} & {i for i, _ in store.query("e/1/32", vectors(65), 70)[0]}
    assert store.present("e/1/32", ["5", "6", "65", "66"]) == {"6", "66"}
    store.add("e/1/32", [str(n) for n in range(100, 140)], vectors(*range(100, 140)))
    ids, rows = store.take("e/1/32", ["6", "66", "65", "139"])
    assert (sorted(ids), rows is not None and len(rows)) == (["139", "6", "66"], 3)
    assert len(store.ids("e/1/32")) == 108
    assert found(store, 6, 66, 139) == ["6", "66", "139"]


def test_copies_and_views_leave_behind_what_is_no_graph(tmp_path: Path) -> None:
    """Chroma keeps the folder of a collection that was dropped."""
    store = Vectors(tmp_path / "v", save_after=20)
    for n in range(0, 200, 50):
        store.add("e/1/32", [str(i) for i in range(n, n + 10)], vectors(*range(n, n + 10)))
        store.add("e/1/32", [str(i) for i in range(n + 10, n + 50)], vectors(*range(n + 10, n + 50)))
    in_use = tmp_path / "v" / json.loads((tmp_path / "v" / "current.json").read_text())["store"]
    assert len([path for path in in_use.iterdir() if path.is_dir()]) <= 2
    assert found(store, 5, 155, 199) == ["5", "155", "199"]


def test_a_save_that_fails_leaves_the_store_as_it_is(tmp_path: Path) -> None:
    """The copy is thrown away. (A pipe in the store stands for a disk that is full.)"""
    store = Vectors(tmp_path / "v", save_after=10)
    store.add("e/1/32", [str(n) for n in range(8)], vectors(*range(8)))
    in_use = json.loads((tmp_path / "v" / "current.json").read_text())["store"]
    os.mkfifo(tmp_path / "v" / in_use / "chroma.sqlite3-wal")  # copytree fails on it
    with pytest.raises(HomeNotWritable, match="could not be copied"):
        store.add("e/1/32", [str(n) for n in range(8, 50)], vectors(*range(8, 50)))
    assert [p.name for p in (tmp_path / "v").glob("store-*")] == [in_use]
    (tmp_path / "v" / in_use / "chroma.sqlite3-wal").unlink()
    assert found(store, 7) == ["7"]


@pytest.mark.parametrize(("python", "message"), [("/bin/false", "has died"), ("/nowhere", "cannot be started: No such file")])
def test_a_process_that_stores_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, python: str, message: str) -> None:
    """Is a failure, and what was stored before stays."""
    store = Vectors(tmp_path / "v", save_after=10)
    store.add("e/1/32", ["7"], vectors(7))
    monkeypatch.setattr(sys, "executable", python)
    with pytest.raises(HomeNotWritable, match=message):
        store.add("e/1/32", [str(n) for n in range(8, 50)], vectors(*range(8, 50)))
    assert store.ids("e/1/32") == {"7"}


def test_a_bug_in_the_process_that_stores_is_no_failure(tmp_path: Path) -> None:
    """It is told as what it is, and nothing is left of the copy."""
    store = Vectors(tmp_path / "v", save_after=10)
    store.add("e/1/32", ["7"], vectors(7))
    with pytest.raises(RuntimeError, match="TypeError in the process that stores vectors"):
        store.add("e/1/32", [str(n) for n in range(50)], np.full((50, DIMENSIONS), "word"))
    assert store.left_over() == []
    assert store.ids("e/1/32") == {"7"}


def test_a_damaged_store_is_one_sentence(tmp_path: Path) -> None:
    """With what mends it."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", ["1"], vectors(1))
    next((tmp_path / "v").rglob("chroma.sqlite3")).write_bytes(b"no database " * 500)
    with pytest.raises(DamagedIndex, match="vectors are damaged") as failure:
        store.query("e/1/32", vectors(1), 1)
    assert failure.value.hint.startswith("Run `qa index --rebuild`")


def test_every_error_of_chroma_is_in_the_table() -> None:
    """An upgrade that brings a new one names it here."""
    import chromadb.errors

    ours = {
        name
        for name, kind in vars(chromadb.errors).items()
        if isinstance(kind, type) and issubclass(kind, chromadb.errors.ChromaError) and kind is not chromadb.errors.ChromaError
    }
    assert ours <= FAILURES.keys()


# Processes

PRELUDE = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); from test_vectors import *\n"


def child(code: str) -> "subprocess.Popen[str]":
    """A process of its own that runs code with this module's names; it says what it has done on its output."""
    return subprocess.Popen(
        [sys.executable, "-u", "-c", PRELUDE + code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_another_process_inside_is_waited_for_and_then_busy(tmp_path: Path) -> None:
    """A query waits a second, and then it is said; when the other one is killed its lock is free."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", ["1"], vectors(1))
    code = f"with Vectors(Path({str(tmp_path / 'v')!r}))._visit(10): print('inside'); time.sleep(60)"
    with child(code) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "inside\n"
        with pytest.raises(IndexBusy):
            found(store, 1)
        holder.kill()
    assert found(store, 1) == ["1"]


def test_a_connection_that_writes_is_waited_for(tmp_path: Path) -> None:
    """Chroma itself leaves one open for a moment when the machine is busy, and its change of a setting does not wait."""
    file = str(tmp_path / "s" / "chroma.sqlite3")
    with opened(tmp_path / "s") as store:
        found = store.make("name", GRAPH)
        code = f"import sqlite3; c = sqlite3.connect({file!r}, isolation_level=None); c.execute('BEGIN IMMEDIATE'); print('in')"
        with child(code + "; time.sleep(1); c.execute('COMMIT')") as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "in\n"
            with found.saved(2):
                found.add(["1", "2"], vectors(1, 2))
            assert holder.wait() == 0
        assert found.ids() == {"1", "2"}


def test_a_graph_that_is_outgrown_is_made_with_more_care(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was in it, what was added since and what is deleted are true of the new one, which is saved and has the name."""
    monkeypatch.setattr(apart, "LARGE", 3)
    monkeypatch.setattr(apart, "MANY", 2)
    monkeypatch.setattr(core, "AT_ONCE", 2)
    sizes = []
    for ids in (range(3), range(3, 5), range(5, 7)):
        with opened(tmp_path / "s") as store:
            apart.Change("name", [str(i) for i in ids], vectors(*ids)).save(store, ids.stop)
            (graph,) = store.collections(["name"])
            sizes.append((graph.graph["ef_construction"], graph.count()))  # the last call, since it spoils the store
    with opened(tmp_path / "s") as store:
        apart.Change("name", ["0"]).save(store, 6)
    assert sizes == [(100, 3), (200, 5), (200, 7)]
    with opened(tmp_path / "s") as store:
        (graph,) = store.collections(["name"])
        assert store.names() == ["name"]
        assert graph.ids() == {str(i) for i in range(1, 7)}
        assert [row[0][0] for row in graph.query(vectors(*range(1, 7)), 1)] == [str(i) for i in range(1, 7)]
    log.tidy(tmp_path / "s")
    (folder,) = [path for path in (tmp_path / "s").iterdir() if path.is_dir()]
    assert (folder / "index_metadata.pickle").exists()


def test_deletions_make_no_graph_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may come from a question that follows the files."""
    with opened(tmp_path / "s") as store:
        apart.Change("name", [str(i) for i in range(9)], vectors(*range(9))).save(store, 9)
    monkeypatch.setattr(apart, "LARGE", 3)
    monkeypatch.setattr(apart, "MANY", 2)
    with opened(tmp_path / "s") as store:
        apart.Change("name", ["0", "1", "2"]).save(store, 6)
    with opened(tmp_path / "s") as store:
        (graph,) = store.collections(["name"])
        assert (graph.graph["ef_construction"], graph.count()) == (100, 6)


def test_a_store_keeps_no_room_for_a_log_that_is_in_its_graph(tmp_path: Path) -> None:
    """Each view copies the file that has it."""
    ids, rows = [str(i) for i in range(1000)], np.random.default_rng(1).standard_normal((1000, 256), dtype=np.float32)
    with opened(tmp_path / "s") as store:
        apart.Change("name", ids, rows).save(store, 1000)
    before = (tmp_path / "s" / "chroma.sqlite3").stat().st_size
    log.tidy(tmp_path / "s")
    assert (tmp_path / "s" / "chroma.sqlite3").stat().st_size < before / 2
    with opened(tmp_path / "s") as store:
        (graph,) = store.collections(["name"])
        assert graph.ids() == set(ids)
        assert [row[0][0] for row in graph.query(rows[:9], 1)] == ids[:9]


@pytest.mark.soak
def test_one_writer_and_four_readers(tmp_path: Path) -> None:
    """None dies, and a reader finds whatever had been acknowledged before it asked."""
    folder = str(tmp_path / "v")
    Vectors(tmp_path / "v").add("e/1/32", ["0"], vectors(0))
    writer = f"""
store = Vectors(Path({folder!r}), save_after=150)
for n in range(1, 601, 20):
    store.add("e/1/32", [str(i) for i in range(n, n + 20)], vectors(*range(n, n + 20)))
    Path({folder!r} + "/acknowledged").write_text(str(n + 19))
"""
    reader = f"""
done = 0
while done < 580:
    file = Path({folder!r} + "/acknowledged")
    done = int(file.read_text() or 0) if file.exists() else 0
    seed = random.randint(0, done)
    try:
        assert found(Vectors(Path({folder!r})), seed) == [str(seed)]
    except IndexBusy:
        print("busy")
"""
    children = [child(writer), *(child(reader) for _ in range(4))]
    for process in children:
        _, err = process.communicate(timeout=120)
        assert (process.returncode, err) == (0, "")


def kill_while(tmp_path: Path, kills: int, delay: tuple[float, float]) -> None:
    """Kill a process that adds, deletes and saves at random moments; what it had acknowledged is there each time."""
    folder = str(tmp_path / "v")
    code = f"""
store = Vectors(Path({folder!r}), save_after=60)
start = max([int(i) for i in store.ids("e/1/32")], default=-1) + 1
print("start", flush=True)
for n in range(start, start + 10_000, 10):
    store.add("e/1/32", [str(i) for i in range(n, n + 10)], vectors(*range(n, n + 10)))
    print("added", n, flush=True)
    if n % 50 == 0 and n:
        store.delete("e/1/32", [str(n)])
        print("deleted", n, flush=True)
"""
    Vectors(tmp_path / "v").add("e/1/32", [str(n) for n in range(10)], vectors(*range(10)))
    added, deleted, doubtful = {str(n) for n in range(10)}, set[str](), set[str]()
    for _ in range(kills):
        with child(code) as process:
            assert process.stdout
            assert process.stdout.readline() == "start\n", process.stderr and process.stderr.read()
            time.sleep(random.uniform(*delay))
            process.send_signal(signal.SIGKILL)
            lines = [line.split() for line in process.stdout.read().splitlines()]
        for what, *number in lines:
            n = int(number[0])
            (added.update if what == "added" else deleted.update)(map(str, range(n, n + 10 if what == "added" else n + 1)))
        check = child(
            f"print(json.dumps([sorted(Vectors(Path({folder!r})).ids('e/1/32')), found(Vectors(Path({folder!r})), 1, 3)]))"
        )
        out, err = check.communicate(timeout=60)
        assert check.returncode == 0, err
        there, nearest = json.loads(out)
        doubtful |= {i for i in added - deleted if int(i) % 50 == 0 and int(i) == max(map(int, added)) // 10 * 10}
        assert added - deleted - doubtful <= set(there)
        assert not deleted & set(there)
        assert nearest == ["1", "3"]
    assert len(added) > 10


def test_kills_lose_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    """A few; see the long run below."""
    kill_while(tmp_path, 2, (0.1, 1.0))


@pytest.mark.soak
def test_fifty_kills_lose_nothing(tmp_path: Path) -> None:
    """Every sixth group of writes is followed by a save, so that most kills fall into one."""
    kill_while(tmp_path, 50, (0.0, 1.5))


@pytest.mark.parametrize("count", [50, 150])
def test_a_question_changes_no_file_and_sees_what_is_written_later(tmp_path: Path, count: int) -> None:
    """Of a store whose graph is saved, or not yet; and the view that it was put to is gone with the process."""
    store, reader = Vectors(tmp_path / "v", save_after=100), Vectors(tmp_path / "v")
    store.add("e/1/32", [str(n) for n in range(count)], vectors(*range(count)))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "v").rglob("*") if path.name != "lock"}
    assert (found(reader, 7), found(reader, 9)) == (["7"], ["9"])
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "v").rglob("*") if path.name != "lock"} == before
    for n in (1000, 1001):
        store.add("e/1/32", [str(n)], vectors(n))
        assert found(reader, n) == [str(n)]


def test_a_left_over_copy_is_swept(tmp_path: Path) -> None:
    """What a kill in the middle of a save leaves is deleted by the next writer, not by whoever asks."""
    store = Vectors(tmp_path / "v")
    store.add("e/1/32", ["1"], vectors(1))
    (tmp_path / "v" / "store-77").mkdir()
    assert found(store, 1) == ["1"]
    assert store.left_over() == ["store-77"]
    store.add("e/1/32", ["2"], vectors(2))
    assert store.left_over() == []


@pytest.mark.parametrize("other", [{"query": "nothing"}, {"absent": ""}])
def test_a_core_that_is_not_as_known_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, other: dict[str, str]
) -> None:
    """chromadb's public client finds what the core has stored, stores what the core finds, and one line says so."""
    known = dict(core.CALLS)
    with opened(tmp_path / "s") as store:
        apart.Change("name", ["1", "2"], vectors(1, 2)).save(store, 2)
    monkeypatch.setattr(core, "CALLS", known | other)
    caplog.set_level("DEBUG", "index")
    with opened(tmp_path / "s") as store:
        assert "its public client is used" in caplog.text
        apart.Change("name", ["3"], vectors(3)).make(store)
        apart.Change("name", ["2", "absent"]).make(store)
        both = store.collections(apart.both("name"))
        assert {i for found in both for i in found.ids()} == {"1", "3"}
        assert {found.query(vectors(1), 9)[0][0][0] for found in both} == {"1", "3"}
    with opened(tmp_path / "s") as store:
        apart.Change("name", ["4"], vectors(4)).save(store, 3)
    monkeypatch.setattr(core, "CALLS", known)
    with opened(tmp_path / "s") as store:
        (graph,) = store.collections(["name"])
        assert store.names() == ["name"]
        assert (graph.ids(), [row[0][0] for row in graph.query(vectors(1, 3, 4), 1)]) == ({"1", "3", "4"}, ["1", "3", "4"])
