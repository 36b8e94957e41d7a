"""The index against its documents: what is embedded, what survives, what is found. Chroma and SQLite are real."""

import os
import random
import shutil
import sqlite3
import time
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from conftest import Run, start
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from indexes import STATIC, Failing, consistent, stored
from samples import pdf

from index.catalog.catalog import Catalog
from index.catalog.rows import text_hash
from index.doctor import examine
from index.errors import DamagedIndex, ForeignIndex, NothingToIndex, Unreachable
from index.home import claim
from index.search.candidates import search
from index.search.near import Index
from index.update.look import look, stale
from index.update.run import prune, update
from index.update.target import Report, Target
from index.update.write import Store

pytestmark = pytest.mark.usefixtures("without_reader")


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """Three documents with their home beside them."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for name in "abc":
        (docs / f"{name}.txt").write_text("\n".join(f"Line {n} of {name} tells of {name * 5}." for n in range(60)))
    return Target(docs, tmp_path / "home")


def passages(target: Target) -> dict[str, list[str]]:
    """The texts of every source's passages, by source."""
    with Catalog(target.home) as catalog:
        sources = catalog.document_ids()
        every = catalog.rows([id_ for (id_,) in catalog._all("SELECT id FROM passage ORDER BY id")])
        rows = {source: [r for r in every if r.document_id == d] for source, d in sources.items()}
        return {source: [r.text for r in found] for source, found in rows.items()}


def snapshot(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Every file with its time and content."""
    return {str(p): (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.rglob("*") if p.is_file()}


def age(folder: Path) -> None:
    """Make every file look as if it had been written long ago."""
    for path in folder.rglob("*.txt"):
        os.utime(path, (1_000_000_000, 1_000_000_000))


def test_what_is_indexed_is_found_with_its_place(target: Target) -> None:
    """The text at a hit's offsets is the hit's text."""
    report = update(target, STATIC)
    assert (report.added, report.sources, report.fresh) == (3, 3, True)
    consistent(target)
    with Catalog(target.home) as catalog:
        hit = search(Index(catalog, target.vectors, STATIC()), "what tells of bbbbb?", 1).hits[0]
    text = (target.root / "b.txt").read_text()
    assert hit.place.source == "b.txt"
    assert text[hit.place.start : hit.place.end] == hit.text
    assert hit.place.line == 1 + text.count("\n", 0, hit.place.start)


def test_a_second_run_embeds_nothing_and_writes_nothing(target: Target) -> None:
    """Law 3; files that had been too young are looked at once more."""
    update(target, STATIC)
    assert update(target, STATIC).embedded == 0
    with Catalog(target.home) as catalog, catalog.transaction():  # as if they had been looked at long after they were written
        rows = catalog.sources()
        catalog._db.execute("UPDATE source SET checked_ns = checked_ns + 3000000000")
    before = snapshot(target.home)
    report = update(target, lambda: pytest.fail("the embedder is not needed"))
    assert (report.embedded, report.same, report.fresh) == (0, len(rows), True)
    assert snapshot(target.home) == before


def test_a_file_dated_in_the_future_is_read_and_nothing_is_written(target: Target) -> None:
    """Its time tells nothing, so its bytes do."""
    os.utime(target.root / "a.txt", (5_000_000_000, 5_000_000_000))
    update(target, STATIC)
    time.sleep(2.1)  # the others are trusted after one more look
    update(target, STATIC)
    before = snapshot(target.home)
    report = update(target, lambda: pytest.fail("the embedder is not needed"))
    assert (report.same, report.fresh, snapshot(target.home) == before) == (3, True, True)
    (target.root / "a.txt").write_text((target.root / "a.txt").read_text().replace("Line 7", "Xine 7"))
    os.utime(target.root / "a.txt", (5_000_000_000, 5_000_000_000))
    assert update(target, STATIC).changed == 1


def test_what_another_reader_would_read_is_stale(target: Target) -> None:
    """As when OCR is switched on, though no file has changed."""
    (target.root / "d.pdf").write_bytes(pdf([(50, 700, "Zebras tell of stripes.")]))
    update(target, STATIC)
    with Catalog(target.home) as catalog:
        assert stale(look(target), catalog) == []
        assert stale(look(replace(target, ocr=True)), catalog) == ["d.pdf"]


def test_touch_rename_move_and_copy_cost_nothing(target: Target) -> None:
    """Law 4; and each source is found under its new name alone."""
    update(target, STATIC)
    os.utime(target.root / "a.txt")
    (target.root / "b.txt").rename(target.root / "renamed.txt")
    (target.root / "sub").mkdir()
    (target.root / "c.txt").rename(target.root / "sub" / "c.txt")
    shutil.copy(target.root / "a.txt", target.root / "copy.txt")
    report = update(target, lambda: pytest.fail("the embedder is not needed"))
    assert (report.embedded, report.added, report.removed) == (0, 3, 2)
    assert set(passages(target)) == {"a.txt", "copy.txt", "renamed.txt", "sub/c.txt"}
    consistent(target)


@pytest.mark.parametrize("size", [0, 4_000_000])
def test_two_files_that_swap_their_names_lose_nothing(target: Target, size: int) -> None:
    """Each text is held by the other name now, also where they are stored in two groups."""
    for name in "ab":
        with (target.root / f"{name}.txt").open("a") as file:
            file.write("\n\n" + name * (size // 40) + "\n\n" + " " * size)
    update(target, STATIC)
    (target.root / "a.txt").rename(target.root.parent / "a")
    (target.root / "b.txt").rename(target.root / "a.txt")
    (target.root.parent / "a").rename(target.root / "b.txt")
    report = update(target, lambda: pytest.fail("the embedder is not needed"))
    assert (report.sources, report.changed, report.left_out) == (3, 2, 0)
    consistent(target)
    with Catalog(target.home) as catalog:
        assert all(catalog.text(f"{name}.txt") == (target.root / f"{name}.txt").read_text() for name in "abc")


def test_the_same_text_in_two_files_is_one_hit_with_two_places(target: Target) -> None:
    """And is limited to the places that a search is limited to."""
    shutil.copy(target.root / "a.txt", target.root / "copy.txt")
    update(target, STATIC)
    with Catalog(target.home) as catalog:
        index = Index(catalog, target.vectors, STATIC())
        hit = search(index, "line 3 of a", 1).hits[0]
        assert (hit.place.source, [p.source for p in hit.also]) == ("a.txt", ["copy.txt"])
        limited = search(index, "line 3 of a", 1, frozenset({"copy.txt"})).hits[0]
        assert (limited.place.source, limited.also) == ("copy.txt", ())


def test_only_the_changed_passages_are_embedded(target: Target) -> None:
    """An edit in the middle of a file costs about the passage it stands in; the old vectors go."""
    first = update(target, STATIC)
    path = target.root / "b.txt"
    path.write_text(path.read_text().replace("Line 30 of b", "Line 31 of b"))
    report = update(target, STATIC)
    assert (report.changed, report.added, report.removed) == (1, 0, 0)
    assert 1 <= report.embedded <= 2 < first.embedded
    consistent(target)


def test_what_is_deleted_is_not_found(target: Target) -> None:
    """Neither by words nor by vector."""
    update(target, STATIC)
    (target.root / "b.txt").unlink()
    assert update(target, STATIC).removed == 1
    with Catalog(target.home) as catalog:
        hits = search(Index(catalog, target.vectors, STATIC()), "what tells of bbbbb?", 50).hits
    assert hits
    assert all(h.place.source != "b.txt" for h in hits)
    consistent(target)


def test_deleting_and_adding_again_embeds_again(target: Target) -> None:
    """An id that was deleted from Chroma can be added to it again."""
    update(target, STATIC)
    text = (target.root / "b.txt").read_text()
    (target.root / "b.txt").unlink()
    update(target, STATIC)
    (target.root / "b.txt").write_text(text)
    assert update(target, STATIC).embedded > 0
    consistent(target)


def test_a_failing_embedder_loses_nothing(target: Target) -> None:
    """Law 2: the change is searchable by words at once, and the next run pays what is owed and no more."""
    update(target, STATIC)
    path = target.root / "b.txt"
    path.write_text(path.read_text().replace("bbbbb", "zebras"))
    failing = Failing(after=1)
    report = update(target, lambda: failing)
    assert isinstance(report.failure, Unreachable)
    assert report.owed > 0
    assert not report.fresh
    with Catalog(target.home) as catalog:
        assert "zebras" in search(Index(catalog, target.vectors, None), "zebras", 1).hits[0].text
    counting = Failing(after=10_000)
    assert update(target, lambda: counting).fresh
    assert not set(counting.embedded) & set(failing.embedded)
    consistent(target)


def test_a_file_that_becomes_unreadable_is_left_out(target: Target) -> None:
    """Its old text is not served as if it were still there, and the reason is kept."""
    update(target, STATIC)
    (target.root / "b.txt").write_bytes(b"a\0b")
    report = update(target, STATIC)
    assert (report.removed, report.left_out) == (1, 1)
    with Catalog(target.home) as catalog:
        assert catalog.left_out() == [("b.txt", "not a text file (it holds NUL bytes)")]
    (target.root / "b.txt").write_text("Text again.")
    assert update(target, STATIC).added == 1


def test_an_empty_folder_is_refused_and_what_is_stored_stays(target: Target) -> None:
    """An unmounted disk looks like an empty folder; its index is not thrown away."""
    update(target, STATIC)
    for path in target.root.iterdir():
        path.rename(target.root.parent / path.name)
    with pytest.raises(NothingToIndex, match="no files in"):
        update(target, STATIC)
    assert len(passages(target)) == 3


def test_a_home_of_another_folder_is_refused(target: Target, tmp_path: Path) -> None:
    """It is taken over only when its own documents are gone."""
    update(target, STATIC)
    other = replace(target, root=tmp_path / "other")
    shutil.copytree(target.root, other.root)
    with pytest.raises(ForeignIndex, match="is that of"):
        update(other, STATIC)
    shutil.rmtree(target.root)
    assert update(other, lambda: pytest.fail("the embedder is not needed")).same == 3


def test_a_copied_project_keeps_its_index(tmp_path: Path, target: Target) -> None:
    """A home inside the project remembers its documents relative to it."""
    inside = Target(target.root, target.root.parent / ".qa", movable=True)
    update(inside, STATIC)
    shutil.copytree(target.root.parent, tmp_path / "copied", ignore=shutil.ignore_patterns("copied", "user"))
    moved = Target(tmp_path / "copied" / "docs", tmp_path / "copied" / ".qa", movable=True)
    assert update(moved, lambda: pytest.fail("the embedder is not needed")).same == 3


def test_switching_the_embedder_and_back(target: Target) -> None:
    """The other one embeds everything once; coming back costs nothing. A failure leaves the old one in use."""
    first = update(target, STATIC)

    class Other(Failing):
        identity = "other/1/256"

        def __init__(self, after: int) -> None:
            super().__init__(after, name="other")
            self.identity = "other/1/256"

    with pytest.raises(Unreachable):
        update(target, lambda: Other(after=3), switch=True)
    with Catalog(target.home) as catalog:
        assert catalog.meta("embedder") == "static"
    other = Other(after=10_000)
    assert update(target, lambda: other, switch=True).fresh
    assert len(other.embedded) == first.embedded - 3
    with Catalog(target.home) as catalog:
        assert (catalog.meta("embedder"), catalog.meta("collection")) == ("other", "other/1/256")
    back = Failing(after=10_000)
    assert update(target, lambda: back, switch=True).fresh
    assert back.embedded == []


def test_an_empty_catalog_is_mended_by_a_rebuild(target: Target, qa: Run) -> None:
    """As a power cut leaves it: one sentence, and the command that mends it."""
    options = ("--seeds", str(target.root), "--home", str(target.home), "-q")
    assert qa("index", *options).code == 0
    for log in target.home.glob("catalog.sqlite-*"):
        log.unlink()
    (target.home / "catalog.sqlite").write_bytes(b"")
    for command in (("ask", "line 3 of a"), ("doctor",), ("index",)):
        assert qa(*command, *options).code == 4
    assert qa("index", "--rebuild", *options).code == 0
    consistent(target)


def test_a_few_vectors_that_no_passage_needs_may_stay(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """To delete them a graph of a million is read for seconds; they are invisible, no finding, and of use if they come back."""
    monkeypatch.setattr("index.catalog.owed.TOLERATED", 0.5)
    update(target, STATIC)
    before, text = stored(target), (target.root / "a.txt").read_text()
    (target.root / "a.txt").write_text("Nothing is left of it.")
    assert (update(target, STATIC).fresh, update(target, lambda: pytest.fail("nothing to do")).fresh) == (True, True)
    with Catalog(target.home) as catalog:
        assert before < stored(target)
        assert len(catalog.hashes()) + catalog.old_vector_count() == len(stored(target))
        assert search(Index(catalog, target.vectors, STATIC()), "what tells of aaaaa?", 3).hits[0].place.source != "a.txt"
        assert not any(found.check == "vectors" for found in examine(target, lambda name: STATIC()).findings)
    (target.root / "a.txt").write_text(text)
    assert update(target, STATIC).embedded == 0
    for name in "abc":
        (target.root / f"{name}.txt").write_text("Nothing is left of it.")
    update(target, STATIC)
    consistent(target)


def test_what_was_never_embedded_is_no_vector_that_may_stay(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would count as stored when it comes back."""
    monkeypatch.setattr("index.catalog.owed.TOLERATED", 0.9)
    update(target, STATIC)
    for text in ("Zebras run from lions.", "Zebras sleep.", "Zebras run from lions."):
        (target.root / "a.txt").write_text(text)
        update(target, lambda: Failing(after=0))
    report = update(target, STATIC)
    assert (report.fresh, report.embedded) == (True, 1)
    with Catalog(target.home) as catalog:
        assert text_hash("Zebras run from lions.") in stored(target) & catalog.hashes()


def test_vectors_that_may_stay_are_those_of_one_collection(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of another revision of the embedder nothing is stored, and when the first one is back its vectors are used again."""
    monkeypatch.setattr("index.catalog.owed.TOLERATED", 0.9)
    update(target, STATIC)
    text = (target.root / "a.txt").read_text()
    newer = Failing(after=10_000)
    newer.identity = "static/newer/256"
    (target.root / "a.txt").unlink()
    update(target, STATIC)
    (target.root / "d.txt").write_text("Zebras run from lions.")
    update(target, lambda: newer)
    (target.root / "a.txt").write_text(text)
    assert update(target, lambda: newer).fresh
    with Catalog(target.home) as catalog:
        assert catalog.hashes() <= stored(target)
    (target.root / "e.txt").write_text("Zebras sleep.")
    assert update(target, STATIC).embedded == 2  # what the first revision has not seen
    with Catalog(target.home) as catalog:
        found = target.vectors.query(catalog.meta("collection"), STATIC().query("lions")[None], 1000)[0]
        assert len(found) == len({key for key, _ in found}) == len(stored(target))


def test_vectors_that_may_stay_and_are_gone(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a backup of one half was put back: they are not counted on."""
    monkeypatch.setattr("index.catalog.owed.TOLERATED", 0.9)
    update(target, STATIC)
    text = (target.root / "a.txt").read_text()
    (target.root / "a.txt").unlink()
    update(target, STATIC)
    with Catalog(target.home) as catalog:
        collection, old = catalog.meta("collection"), catalog.old_vectors()
        os.utime(next((target.home / "vectors").rglob("chroma.sqlite3")))
        target.vectors.delete(collection, old)
        assert old
    update(target, STATIC, thorough=True)
    (target.root / "a.txt").write_text(text)
    assert update(target, STATIC).fresh
    consistent(target)


def test_what_is_deleted_does_not_count_as_near(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Though its vector is still there."""
    (target.root / "z.txt").write_text("Zebras run from lions in the savannah.")
    update(target, STATIC)
    with Catalog(target.home) as catalog:
        near = search(Index(catalog, target.vectors, STATIC()), "zebras", 1).similarity
    monkeypatch.setattr("index.catalog.owed.TOLERATED", 0.9)
    (target.root / "z.txt").unlink()
    update(target, STATIC)
    with Catalog(target.home) as catalog:
        assert catalog.old_vector_count() == 1
        assert search(Index(catalog, target.vectors, STATIC()), "zebras", 1).similarity < near / 2


def test_a_damaged_pointer_leaves_words(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that has nothing to do does not look at the vectors, whatever may stay among them."""
    monkeypatch.setattr("index.catalog.owed.TOLERATED", 0.9)
    update(target, STATIC)
    (target.root / "a.txt").unlink()
    update(target, STATIC)
    next((target.home / "vectors").glob("current.json")).write_text("damaged")
    assert update(target, lambda: pytest.fail("nothing to do")).fresh


def test_pruning_forgets_the_embedders_used_no_more(target: Target) -> None:
    """And what else the vectors hold that no passage needs."""
    other = Failing(after=10_000, name="other")
    other.identity = "other/1/256"
    update(target, lambda: other)
    update(target, STATIC, switch=True)
    assert target.vectors.ids("other/1/256")
    with Catalog(target.home) as catalog:
        target.vectors.add(catalog.meta("collection"), ["nobody's"], np.eye(1, 256, dtype=np.float32))
        with catalog.transaction():
            catalog.keep_sketches(catalog.meta("collection"), {"nobody's": b"sketch"})
    assert prune(target) == 1
    with Catalog(target.home) as catalog:
        assert not catalog.sketches(catalog.meta("collection"), ["nobody's"])
    assert target.vectors.ids("other/1/256") == set()
    consistent(target)


def test_vectors_that_something_else_has_changed_are_mended(target: Target) -> None:
    """By the next `qa index`; a run inside `ask` does not look for that."""
    import chromadb
    from chromadb.config import Settings

    update(target, STATIC)
    (store,) = (target.home / "vectors").glob("store-*")
    client = chromadb.PersistentClient(str(store), Settings(anonymized_telemetry=False))
    (collection,) = client.list_collections()
    collection.delete(ids=collection.get(include=[])["ids"][:3])
    collection.add(ids=["nobody's"], embeddings=np.eye(1, 256, dtype=np.float32))
    client.close()
    assert update(target, lambda: pytest.fail("the embedder is not needed")).embedded == 0
    assert update(target, STATIC, thorough=True).embedded == 3
    consistent(target)


def test_switching_back_leaves_nothing_over(target: Target) -> None:
    """What was deleted while another embedder served is deleted from the first one's vectors too."""
    other = Failing(after=10_000, name="other")
    other.identity = "other/1/256"
    update(target, STATIC)
    update(target, lambda: other, switch=True)
    (target.root / "b.txt").unlink()
    update(target, lambda: other)
    update(target, STATIC, switch=True)
    update(target, STATIC)
    consistent(target)


def test_a_question_does_not_hide_that_vectors_were_lost(target: Target) -> None:
    """The next `qa index` finds that out, though somebody has looked into the store in between."""
    update(target, STATIC)
    (store,) = (target.home / "vectors").glob("store-*")
    shutil.rmtree(store)
    with Catalog(target.home) as catalog:
        search(Index(catalog, target.vectors, STATIC()), "line 3 of a", 1)
    assert update(target, STATIC, thorough=True).embedded > 0
    consistent(target)


def test_a_rebuild_mends_a_damaged_catalog_and_lost_vectors(target: Target, qa: Run) -> None:
    """Without it, the damage is one sentence."""
    options = ("--seeds", str(target.root), "--home", str(target.home), "-q")
    assert qa("index", *options).code == 0
    (target.home / "catalog.sqlite").write_bytes(b"This is not a database. " * 200)
    damaged = qa("ask", "line 3 of a", *options)
    assert (damaged.code, damaged.out) == (4, "")
    assert damaged.err.startswith("The index's catalog is damaged: file is not a database.\nRun `qa index --rebuild`")
    assert qa("index", "--rebuild", *options).code == 0
    consistent(target)
    shutil.rmtree(target.home / "vectors")
    assert update(target, STATIC).embedded > 0
    consistent(target)


def test_texts_of_a_damaged_catalog(target: Target) -> None:
    """A page that is overwritten is a damaged index, not an error of SQLite."""
    update(target, STATIC)
    file = target.home / "catalog.sqlite"
    db = sqlite3.connect(file)
    (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'words_content'").fetchone()
    (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with file.open("r+b") as pages:
        pages.seek((root - 1) * size)
        pages.write(b"\xff" * size)
    with Catalog(target.home) as catalog:
        with pytest.raises(DamagedIndex):
            list(catalog.texts(owed=False))
        with pytest.raises(DamagedIndex):
            list(catalog.texts_in([1, 2, 3]))


@pytest.mark.parametrize("name", ["static", "openai:model"])
def test_an_index_of_an_earlier_version_is_made_anew(target: Target, name: str) -> None:
    """By itself; what was paid for is used again. One of a later version is left alone."""
    first = Failing(after=10_000, name=name)
    update(target, lambda: first)
    with Catalog(target.home) as catalog, catalog.transaction():
        catalog.remember(format="1")
    again = Failing(after=10_000, name=name)
    report = update(target, lambda: again)
    assert (report.renewed, report.fresh, report.sources) == (True, True, 3)
    assert bool(again.embedded) == (name == "static")
    consistent(target)
    with Catalog(target.home) as catalog, catalog.transaction():
        catalog.remember(format="99")
    with pytest.raises(DamagedIndex, match="later version"):
        update(target, STATIC)


def test_an_earlier_index_moves_without_embedding(target: Target) -> None:
    """What is embedded of a text has not changed: its vector and its sketches stay; only what is new is embedded."""
    update(target, STATIC)
    with Catalog(target.home) as catalog, catalog.transaction():
        sketches = catalog.sketches(STATIC().identity, sorted(catalog.hashes()))
        catalog.remember(format="4")
    (target.root / "new.txt").write_text("A heron stands on the pier.")
    report = update(target, STATIC)
    assert (report.renewed, report.fresh, report.embedded) == (True, True, 1)
    consistent(target)
    with Catalog(target.home) as catalog:
        assert sketches.items() <= catalog.sketches(STATIC().identity, sorted(catalog.hashes())).items()
        assert catalog.match('"heron"', 3)


@pytest.mark.parametrize("kept", [True, False])
def test_a_renewal_that_was_cut_off_goes_on(target: Target, monkeypatch: pytest.MonkeyPatch, kept: bool) -> None:
    """And it is told; vectors that were left without sketches are made anew."""

    def kill(store: Store) -> None:
        raise KeyboardInterrupt

    update(target, STATIC)
    with Catalog(target.home) as catalog, catalog.transaction():
        catalog.remember(format="1")
        if not kept:
            catalog.forget_sketches()
    with monkeypatch.context() as patch:
        patch.setattr(Store, "drop_unused" if kept else "forget_vectors", kill)
        with pytest.raises(KeyboardInterrupt):
            update(target, STATIC)
    report = update(target, STATIC)
    assert (report.renewed, report.embedded == 0) == (True, kept)
    consistent(target)
    with Catalog(target.home) as catalog:
        assert catalog.sketches(STATIC().identity, sorted(catalog.hashes())).keys() == catalog.hashes()
    assert not update(target, STATIC).renewed


def test_an_earlier_index_of_another_folder_is_not_made_anew(target: Target, tmp_path: Path) -> None:
    """It is refused as any other, and stays."""
    update(target, STATIC)
    with Catalog(target.home) as catalog, catalog.transaction():
        catalog.remember(format="1")
    shutil.copytree(target.root, tmp_path / "other")
    before = snapshot(target.home)
    with pytest.raises(ForeignIndex):
        update(replace(target, root=tmp_path / "other"), STATIC)
    assert snapshot(target.home).keys() == before.keys()


def kill_while_indexing(target: Target, monkeypatch: pytest.MonkeyPatch, rounds: int, files: int) -> None:
    """`qa index` killed in the middle of adds, edits and deletes: old or new version, whole; the next run mends the rest."""
    monkeypatch.chdir(target.root.parent)
    monkeypatch.setenv("QA_SEEDS", str(target.root))
    monkeypatch.setenv("QA_HOME", str(target.home))
    versions: dict[str, set[str]] = {}
    for round_ in range(rounds):
        for n in range(files):
            text = "\n\n".join(f"Zebra {n} of round {round_} ran {i} miles. " + "word " * 60 for i in range(12))
            if (n + round_) % 7:
                (target.root / f"{n}.txt").write_text(text)
                versions.setdefault(f"{n}.txt", set()).add(text)
            else:
                (target.root / f"{n}.txt").unlink(missing_ok=True)
        child = start(("index", "-q"))
        time.sleep(random.uniform(0.3, 3.0))
        child.kill()
        child.communicate()
        if target.indexed:
            texts = current(target)
            assert all(text in versions[source] for source, text in texts.items() if source in versions)
            for source, found in passages(target).items():
                assert "".join("".join(found).split()) == "".join((texts[source] or "").split())
            wrong = [f for f in examine(target, lambda name: None).findings if f.wrong]
            assert {f.mend for f in wrong} <= {"qa index"}, wrong
    report = update(target, STATIC)
    assert report.fresh
    assert {s: (target.root / s).read_text() for s in passages(target)} == current(target)
    consistent(target)
    assert [f for f in examine(target, lambda name: None).findings if f.wrong] == []


def test_kills_leave_every_source_whole(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """A few."""
    kill_while_indexing(target, monkeypatch, 2, 120)


@pytest.mark.soak
def test_fifty_kills_leave_every_source_whole(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """At random moments."""
    kill_while_indexing(target, monkeypatch, 50, 120)


def test_a_run_that_came_between_is_seen(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look, which finds something to do, and the moment when nobody else may write."""
    update(target, STATIC)
    (target.root / "a.txt").write_text("Another text of a.")
    other: list[Report] = []
    true_writing = claim.writing

    def writing(home: Path, wait: float) -> AbstractContextManager[bool]:
        monkeypatch.setattr(claim, "writing", true_writing)
        other.append(update(target, STATIC))
        return true_writing(home, wait)

    monkeypatch.setattr(claim, "writing", writing)
    report = update(target, STATIC)
    assert (other[0].changed, other[0].same) == (1, 2)
    assert (report.changed, report.same, report.embedded) == (0, 3, 0)
    consistent(target)


def test_what_becomes_excluded_leaves_and_comes_back(target: Target) -> None:
    """A changed ignore file is a change of what it names, though no document was touched; what was stale is said."""
    (target.root / "sub").mkdir()
    (target.root / "sub" / "d.txt").write_text("Private.")
    update(target, STATIC)
    (target.root / ".qaignore").write_text("a.txt\nsub/\n")
    with Catalog(target.home) as catalog:
        assert stale(look(target), catalog) == ["a.txt", "sub/d.txt"]
    report = update(target, STATIC)
    assert (report.removed, report.same, report.left_out, set(passages(target))) == (2, 2, 2, {"b.txt", "c.txt"})
    consistent(target)
    (target.root / "sub" / "e.txt").write_text("More that nobody sees.")
    with Catalog(target.home) as catalog:
        assert not stale(look(target), catalog)
        assert catalog.left_out() == [("a.txt", "excluded by .qaignore (a.txt)"), ("sub/", "excluded by .qaignore (sub/)")]
    (target.root / ".qaignore").unlink()
    report = update(target, STATIC)
    assert (report.added, report.left_out, set(passages(target))) == (
        3,
        0,
        {"a.txt", "b.txt", "c.txt", "sub/d.txt", "sub/e.txt"},
    )
    consistent(target)


def current(target: Target) -> dict[str, str | None]:
    """The text of every source as indexed."""
    with Catalog(target.home) as catalog:
        return {source: catalog.text(source) for source in catalog.document_ids()}


class Edits(RuleBasedStateMachine):
    """Any sequence of adds, edits, renames and deletes, with an embedder that fails now and then, keeps the laws."""

    def __init__(self) -> None:
        super().__init__()
        import tempfile

        self.folder = Path(tempfile.mkdtemp(prefix="qa-test-"))
        self.target = Target(self.folder / "docs", self.folder / "home")
        self.target.root.mkdir()
        (self.target.root / "always.txt").write_text("There is always one file.")

    def teardown(self) -> None:
        """Leave nothing behind."""
        shutil.rmtree(self.folder)

    names = st.sampled_from(["a.txt", "b.md", "sub/c.txt"])
    texts = st.lists(st.sampled_from(["Lee asked Xi.", "# Heading", "", "Zebras run fast.", "x" * 900]), min_size=1, max_size=6)

    @rule(name=names, lines=texts)
    def write(self, name: str, lines: list[str]) -> None:
        """Add or edit a file."""
        (self.target.root / name).parent.mkdir(exist_ok=True)
        (self.target.root / name).write_text("\n".join(lines))

    @rule(name=names, other=names)
    def rename(self, name: str, other: str) -> None:
        """Move a file over another."""
        if (self.target.root / name).exists():
            (self.target.root / other).parent.mkdir(exist_ok=True)
            (self.target.root / name).rename(self.target.root / other)

    @rule(name=names)
    def delete(self, name: str) -> None:
        """Delete a file."""
        (self.target.root / name).unlink(missing_ok=True)

    @rule(after=st.sampled_from([0, 1, 10_000]))
    def index(self, after: int) -> None:
        """Bring it up to date; every source is there whole, whether or not its vectors are."""
        embedder = Failing(after)
        before = stored(self.target) if self.target.indexed else set()
        update(self.target, lambda: embedder)
        assert not {text_hash(t) for t in embedder.embedded} & before, "paid twice"
        expected = {
            p.relative_to(self.target.root).as_posix(): p.read_text()
            for p in self.target.root.rglob("*")
            if p.is_file() and p.read_text().strip()
        }
        with Catalog(self.target.home) as catalog:
            assert {source: catalog.text(source) for source in catalog.document_ids()} == expected
        for source, found in passages(self.target).items():
            assert "".join("".join(found).split()) == "".join(expected[source].split())
        if after == 10_000:
            consistent(self.target)

    @invariant()
    def always_there(self) -> None:
        """The folder is never empty."""
        assert (self.target.root / "always.txt").exists()


Edits.TestCase.settings = settings(
    max_examples=8, stateful_step_count=8, deadline=None, suppress_health_check=list(HealthCheck)
)
TestEdits = Edits.TestCase
