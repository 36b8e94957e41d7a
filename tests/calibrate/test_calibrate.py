"""`qa calibrate`: claims whose truth is known by the way they were made, and what is counted of a model's verdicts on them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run
from loopback import CHAT, DECISIONS, Fault, Loopback

from index.passage import Hit, Place
from qa.answer import SentenceRef
from qa.calibrate.claims import known_claims, usable

pytestmark = pytest.mark.usefixtures("without_reader")

LUNA = "gpt-6-luna"


@pytest.fixture
def service(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A service of the judge's own model."""
    with Loopback(models=(LUNA,)) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running


def ref(sentence: str) -> SentenceRef:
    """A sentence of a document."""
    return SentenceRef(
        Hit(Place("a.txt", 0, len(sentence), 1), "", "", sentence, ((0, len(sentence)),), 0.0), (0, len(sentence))
    )


def test_claims_by_rule() -> None:
    """One that holds, and one for each thing that can be altered."""
    found = {
        k.kind: k.claim for k in known_claims(ref("However, Norway may pay Sweden approximately 1,200 crowns for the fish."))
    }
    assert found == {
        "": "Norway may pay Sweden about 1,200 crowns for the fish.",
        "number": "However, Norway may pay Sweden approximately 1,203 crowns for the fish.",
        "role": "However, Sweden may pay Norway approximately 1,200 crowns for the fish.",
        "certainty": "However, Norway will certainly pay Sweden approximately 1,200 crowns for the fish.",
    }
    negated = [k.claim for k in known_claims(ref("The old office was not closed in May.")) if k.kind == "negation"]
    assert negated == ["The old office was closed in May."]
    assert not usable(ref("| a | row | of | a | table | with | many | cells |"))
    assert not usable(ref("Das ist ein Satz in einer anderen Sprache, der nicht gemeint ist."))


def test_rates(service: Loopback, qa: Run, project: Path) -> None:
    """A judge that holds everything for true lets false claims pass; what words find stays found; it is kept and named."""
    tower = "The tower of the old town has 1,200 steps, and it was built by Norway for the king of Sweden."
    (project / "seeds" / "tower.txt").write_text(tower, encoding="utf-8")
    result = qa("calibrate", "--json")
    rates = json.loads(result.out)
    assert result.code == 0
    assert (rates["model"], rates["judge"], rates["error"]) == (LUNA, LUNA, None)
    assert rates["marked"]["wrong"] == 0
    assert rates["marked"]["of"] >= 5
    assert rates["passed"]["number"]["wrong"] == 0  # no judge clears a figure that stands nowhere
    assert sum(count["wrong"] for count in rates["passed"].values()) >= rates["passed_by_words"]["wrong"]
    assert rates["answered"]["of"] == rates["refused"]["of"] > 0
    paths = [r.path for r in service.requests]
    assert paths.count(DECISIONS) >= 1
    assert paths.count(CHAT) == rates["answered"]["of"] + rates["refused"]["of"]
    status = qa("status")
    assert f"calibrated  {LUNA}, judged by {LUNA}: true claims marked 0 of" in status.out
    shown = qa("calibrate", "--no-double-check")
    assert shown.out.startswith(f"{LUNA}, judged by words alone, on claims made of these documents:\n")


def test_a_truthful_judge(service: Loopback, qa: Run) -> None:
    """It marks what is false by meaning, too."""
    service.enqueue(*[Fault(decisions={"": 0.01})] * 9, path=DECISIONS)
    rates = json.loads(qa("calibrate", "--json").out)
    assert rates["marked"]["wrong"] == rates["marked"]["of"]
    assert all(count["wrong"] == 0 for count in rates["passed"].values())


def test_without_a_model(project: Path, qa: Run, service: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence; nothing is kept of a run that failed."""
    service.enqueue(*[Fault(status=401)] * 3)
    failed = qa("calibrate")
    assert (failed.code, "Traceback" in failed.err) == (5, False)
    assert "calibrated" not in qa("status").out
    monkeypatch.delenv("OPENAI_BASE_URL")
    none = qa("calibrate")
    assert (none.code, none.err.splitlines()[-2]) == (5, "There is no model to calibrate.")
