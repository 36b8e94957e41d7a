"""Passages in the order in which they answer: `qa search` with the local reader and without."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run

QUESTION = "in which year did the old bridge over the Tarn open?"

UNREAD = [
    "这座桥是哪一年开放的？",
    "In welchem Jahr wurde die alte Brücke eröffnet?",
    "what are these documents about?",
    "old bridge Tarn",
]


@pytest.fixture
def bridge(project: Path) -> Path:
    """Two notes: one has the question's words, the other its answer."""
    words = "The old bridge over the Tarn is closed to lorries. The bridge was painted twice."
    answer = "Work on the crossing ended in 1932, when the bridge over the Tarn at Ledbury was opened."
    (project / "seeds" / "words.txt").write_text(words)
    (project / "seeds" / "diary.txt").write_text(answer)
    return project


def hits(qa: Run, *args: str) -> list[Any]:
    """Those of a search."""
    found = json.loads(qa("search", *args, "--json").out)["hits"]
    assert isinstance(found, list)
    return found


def test_the_passage_that_answers_is_first(bridge: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where one alone is wanted, and of many questions; scores fall from hit to hit, and tell what they are made of."""
    found = hits(qa, QUESTION, "--explain")
    assert found[0]["source"] == "diary.txt"
    assert [hit["score"] for hit in found] == sorted((hit["score"] for hit in found), reverse=True)
    for hit in found:
        assert hit["score"] == pytest.approx(sum(hit["why"].values()), abs=0.001)
    assert all(hit["why"]["answer"] > 0 for hit in found[:2])
    assert "answer" not in found[-1]["why"], "it could not be first"
    assert hits(qa, QUESTION, "--explain", "-n", "1") == found[:1]
    (bridge / "questions.txt").write_text(QUESTION + "\n")
    batch = json.loads(qa("search", "--batch", "questions.txt", "--explain", "--json").out)
    assert batch["hits"] == found
    monkeypatch.setenv("QA_READER", "none")
    without = hits(qa, QUESTION, "--explain")
    assert without[0]["source"] == "words.txt"
    assert not any("answer" in hit["why"] for hit in without)


@pytest.mark.parametrize(
    "question",
    [
        "这座桥是哪一年开放的？",
        "In welchem Jahr wurde die alte Brücke eröffnet?",
        "what are these documents about?",
        "old bridge Tarn",
    ],
)
def test_what_it_cannot_read_keeps_its_order(bridge: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, question: str) -> None:
    """Other languages, questions for an overview, and mere words."""
    found = hits(qa, question, "--explain")
    monkeypatch.setenv("QA_READER", "none")
    assert found
    assert found == hits(qa, question, "--explain")
