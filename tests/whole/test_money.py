"""What embedding costs: told before, stopped before, and never paid twice. The service is real HTTP on loopback."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from conftest import SEED, Run
from hypothesis import given
from hypothesis import strategies as st
from loopback import EMBEDDINGS, Fault, Loopback

from index.catalog.catalog import Catalog
from index.catalog.rows import text_hash
from index.embed.choice import open_embedder
from index.embed.embedder import Embedder
from index.errors import CostReached
from index.home import claim
from index.passage import Piece
from index.service.budget import Budget, dollars, most_tokens, rest_up
from index.service.endpoint import Service
from index.update.run import update
from index.update.target import Target
from qa.model.prices import embedding_price

pytestmark = pytest.mark.usefixtures("without_reader")

SMALL, LARGE = "openai:text-embedding-3-small", "openai:text-embedding-3-large"
MILLIONTH = 1e-6
"""A price of a token, for loopback services."""


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    """A service that knows every model."""
    with Loopback() as service:
        yield service


@pytest.fixture
def target(tmp_path: Path) -> Target:
    """Twenty documents of some passages each."""
    (tmp_path / "docs").mkdir()
    for n in range(20):
        text = "\n\n".join(f"Paragraph {i} of {n} tells of the number {n * i}, and of little else. " * 8 for i in range(6))
        (tmp_path / "docs" / f"{n}.txt").write_text(text)
    return Target(tmp_path / "docs", tmp_path / "home")


def remote(loopback: Loopback) -> Callable[[], Embedder]:
    """An embedder of the loopback service."""
    embedder = open_embedder("openai", Service(loopback.url, "key"))
    return lambda: embedder


def inputs(loopback: Loopback) -> list[str]:
    """Every text that the service was sent for a build."""
    sent = [text for request in loopback.requests if request.path == EMBEDDINGS for text in request.body["input"]]
    return [text for text in sent if text != "dimensions"]


def rows(qa: Run, *arguments: str) -> dict[str, dict[str, object]]:
    """The embedders of a dry run."""
    found = json.loads(qa("index", "--dry-run", "--json", *arguments).out)
    assert (found["dry_run"], found["error"]) == (True, None)
    return {row["name"]: row for row in found["embedders"]}


@pytest.mark.parametrize(
    ("name", "million"),
    [("static", 0), ("minilm", 0), ("e5", 0), ("openai", 0.02), (SMALL, 0.02), (LARGE, 0.13), ("openai:of-our-own", None)],
)
def test_the_price_of_an_embedder(name: str, million: float | None) -> None:
    """Nothing on this machine; OpenAI's as the price list has it; else not known."""
    price = embedding_price(None, name)
    assert price is None if million is None else price == pytest.approx(million / 1e6)
    if name.startswith("openai"):
        assert embedding_price(Service("http://127.0.0.1:1/v1", "k"), name) is None


def test_a_dry_run_of_what_is_not_indexed_makes_nothing(project: Path, qa: Run) -> None:
    """Not even the folder; every embedder would embed the same."""
    found = rows(qa)
    assert not (project / ".qa").exists()
    assert list(found) == ["static", "minilm", "e5", SMALL, LARGE]
    assert len({(row["passages"], row["tokens"], row["tokens_at_most"]) for row in found.values()}) == 1
    assert found["static"]["price"] == 0
    assert 0 < found[SMALL]["price"] < found[LARGE]["price"] < found[LARGE]["price_at_most"]  # type: ignore[operator]
    indexed = json.loads(qa("index", "--json", "--embedder", "static").out)
    assert indexed["embedded"] == found["static"]["passages"]


def test_a_dry_run_counts_what_changed_and_is_not_stored(project: Path, qa: Run) -> None:
    """Nothing after a run; after an edit what the next run embeds; for another embedder everything."""
    qa("index", "--embedder", "static")
    total = rows(qa)[SMALL]["passages"]
    assert rows(qa)["static"]["passages"] == 0
    (project / "seeds" / "copy.txt").write_bytes((project / "seeds" / SEED).read_bytes())
    (project / "seeds" / "new.txt").write_text("Something new stands here.")
    found = rows(qa)
    assert (found["static"]["passages"], found[SMALL]["passages"]) == (1, total + 1)  # type: ignore[operator]
    assert rows(qa, "--rebuild")["static"]["passages"] == found[SMALL]["passages"]
    assert json.loads(qa("index", "--json").out)["embedded"] == 1


def test_a_dry_run_as_a_person_sees_it(project: Path, qa: Run) -> None:
    """The embedder that a run would use is marked; nothing is said on standard error but that."""
    result = qa("index", "--dry-run", "--embedder", "openai:mine")
    lines = result.out.splitlines()
    assert lines[0] == "1 file to read; nothing has been stored."
    assert [line.split()[:2] for line in lines[-1:]] == [["*", "openai:mine"]]
    assert lines[1].endswith(" $0")
    assert ", at most $" in lines[4]
    assert lines[-1].endswith("price not known")
    assert result.err == ""


@given(st.text(max_size=400))
def test_no_text_has_more_tokens_than_bytes(text: str) -> None:
    """And no text has none, since an empty one is sent as a space."""
    assert most_tokens(text) == max(1, len(text.encode("utf-8", "replace")))


@given(st.lists(st.text(max_size=40), max_size=30), st.floats(0, 1e-3))
def test_a_budget_is_never_exceeded(texts: list[str], limit: float) -> None:
    """What is granted, in whatever parts it is asked for, costs no more than the limit; and as much as goes."""
    budget = Budget(lambda name: MILLIONTH, limit)
    granted: list[str] = []
    for text in texts:
        before = budget.spent
        got = budget.granted("m", {"k": Piece(text)})
        granted += [piece.text for piece in got.values()]
        assert got or before + most_tokens(text) * MILLIONTH > limit
    assert sum(map(most_tokens, granted)) * MILLIONTH == pytest.approx(budget.spent)
    assert budget.spent <= limit


@pytest.mark.parametrize(
    ("amount", "shown", "option"),
    [
        (0, "$0.00", "0.01"),
        (0.1, "$0.10", "0.11"),
        (2.5, "$2.50", "2.51"),
        (0.0123, "$0.012", "0.02"),
        (3e-6, "$0.000003", "0.01"),
    ],
)
def test_dollars(amount: float, shown: str, option: str) -> None:
    """As they are shown, and as an option that is enough."""
    assert (dollars(amount), rest_up(amount)) == (shown, option)
    assert float(option) >= amount


def test_a_run_stops_before_its_limit_and_goes_on_from_there(target: Target, loopback: Loopback) -> None:
    """What was paid for is kept and never paid again, whatever the limit; all is found by its words meanwhile."""
    whole = sum(most_tokens(text) for text in set(every(target)))
    paid: list[str] = []
    for _ in range(4):
        budget = Budget(lambda name: MILLIONTH, whole / 3 * MILLIONTH)
        report = update(target, remote(loopback), budget=budget)
        new = inputs(loopback)[len(paid) :]
        assert sum(map(most_tokens, new)) * MILLIONTH == pytest.approx(budget.spent)
        assert budget.spent <= budget.limit
        paid = inputs(loopback)
        assert report.sources == 20
        if report.fresh:
            break
        assert isinstance(report.failure, CostReached)
        rest = whole - sum(map(most_tokens, paid))
        assert report.failure.hint == f"`qa index --max-cost {rest_up(rest * MILLIONTH)}` goes on."
    assert report.fresh
    assert sorted(paid) == sorted(set(every(target)))


def every(target: Target) -> list[str]:
    """The texts of all passages of the documents."""
    from index.update.look import look
    from index.update.prepare import changes

    return [p.text for _, item in changes(target, look(target), None, rebuild=False) if item for p in item.passages]


def test_a_price_that_is_not_known_does_not_stop(target: Target, loopback: Loopback) -> None:
    """Another endpoint's."""
    assert update(target, remote(loopback), budget=Budget(lambda name: None, 0.0)).fresh


def test_what_was_paid_for_is_used_whatever_the_limit(target: Target, loopback: Loopback) -> None:
    """What an earlier run has left costs nothing now."""
    keys = sorted({text_hash(text) for text in every(target)})
    embedder = remote(loopback)()
    claim.prepare(target.home)
    target.spool.keep(target.spool.new(), embedder.identity, keys, np.eye(len(keys), 64, dtype=np.float32))
    asked = len(loopback.requests)
    assert update(target, lambda: embedder, budget=Budget(lambda name: MILLIONTH, 0.0)).fresh
    assert len(loopback.requests) == asked


def test_switching_stops_before_the_limit_too(target: Target, loopback: Loopback) -> None:
    """The old embedder serves on; the next try embeds only the rest."""
    static = open_embedder("static", None)
    update(target, lambda: static)
    half = sum(most_tokens(text) for text in set(every(target))) / 2 * MILLIONTH
    with pytest.raises(CostReached, match="may cost up to"):
        update(target, remote(loopback), switch=True, budget=Budget(lambda name: MILLIONTH, half))
    with Catalog(target.home) as catalog:
        assert catalog.meta("embedder") == "static"
    update(target, remote(loopback), switch=True)
    assert sorted(inputs(loopback)) == sorted(set(every(target)))


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_stops_before_the_limit_and_answers_by_words(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """With OpenAI's own prices and a limit that forbids the first text: nobody is called, and the way on is said."""
    for name, value in {"OPENAI_API_KEY": "k", "QA_MODEL": "none", "QA_EMBEDDER": "openai", "QA_MAX_COST": "0"}.items():
        monkeypatch.setenv(name, value)
    result = qa(command, "what did Lee ask of Xi?")
    assert result.code == 0
    assert "asked Xi to play" in result.out
    (owed,) = [line for line in result.err.splitlines() if "openai" in line]
    assert owed.startswith("To embed the rest with openai:text-embedding-3-small may cost up to $0.00")
    assert owed.endswith("are found by their words. `qa index --max-cost 0.01` goes on.")


def test_index_stops_before_the_limit(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 5, as with a quota that is used up; without --max-cost it has no limit."""
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    result = qa("index", "--max-cost", "0.0000001", "--json")
    assert result.code == 0  # a local embedder costs nothing
    monkeypatch.setenv("QA_EMBEDDER", "openai")
    result = qa("index", "--home", str(project / "other"), "--max-cost", "0.0000001", "--json")
    shown = json.loads(result.out)
    assert (result.code, shown["error"]["code"], shown["embedded"]) == (5, "cost_reached", 0)
    assert shown["owed"] == shown["passages"] > 0
    assert result.err.splitlines()[-1] == "`qa index --max-cost 0.01` goes on."


@pytest.mark.parametrize("amount", ["-1", "much", "1e3", "", "nan"])
def test_an_amount_that_is_none(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, amount: str) -> None:
    """Is a usage error, as an option and as a setting."""
    assert qa("index", "--max-cost", amount).code == 2
    monkeypatch.setenv("QA_MAX_COST", amount or "x")
    result = qa("search", "Lee")
    assert (result.code, "not an amount of dollars" in result.err) == (2, True)


def test_what_is_sent_is_told_only_where_something_is(
    project: Path, qa: Run, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index keeps its embedder, whatever is set; and a build with the same one again sends nothing."""
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    assert qa("index").code == 0
    monkeypatch.setenv("QA_EMBEDDER", "openai")
    assert "tokens of" not in qa("index").err
    assert "tokens of 1 file go to" in qa("index", "--embedder", "openai").err
    for options in ((), ("--embedder", "openai"), ("--embedder", SMALL)):
        assert "tokens of" not in qa("index", *options).err
    assert "tokens of 1 file go to" in qa("index", "--rebuild").err


@pytest.mark.parametrize("options", [(), ("--max-cost", "1")])
def test_a_damaged_catalog_is_made_anew_with_a_service(
    project: Path, qa: Run, loopback: Loopback, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    """What it costs is said without knowing what it held."""
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    monkeypatch.setenv("QA_EMBEDDER", "openai")
    assert qa("index").code == 0
    (project / ".qa" / "catalog.sqlite").write_bytes(b"This is not a database. " * 200)
    assert qa("index", *options).code == 4
    assert qa("index", "--rebuild", *options).code == 0


def test_an_unknown_price_is_said(project: Path, qa: Run, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --max-cost, which then stops nothing, and before the first texts are sent."""
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    result = qa("index", "--embedder", "openai", "--max-cost", "0")
    assert result.code == 0
    assert "at a price that is not known." in result.err
    assert "so --max-cost does not stop it." in result.err
    assert len(inputs(loopback)) > 0


def test_a_dry_run_asks_nobody(project: Path, qa: Run, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """No service is needed to count."""
    loopback.enqueue(Fault(status=500), path=EMBEDDINGS)
    monkeypatch.setenv("OPENAI_BASE_URL", loopback.url)
    assert qa("index", "--dry-run", "--embedder", "openai").code == 0
    assert loopback.requests == []
