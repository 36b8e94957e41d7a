"""What people ask of a folder as they have it, answered without a model."""

import sys
from pathlib import Path

import make
import pytest
import score
from conftest import Run

FLOOR = 76
"""Questions of the set that are answered rightly, at least."""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """The everyday folder."""
    make.make(tmp_path / "documents")
    return tmp_path / "documents"


def test_each_answer_stands_in_its_document(documents: Path, qa: Run) -> None:
    """As `qa` reads it, so that a failure is one of finding; and nothing is asked twice."""
    asked = score.questions()
    assert len({each.id for each in asked}) == len({each.question for each in asked}) == len(asked) == 110
    assert qa("index", "--seeds", f"{documents}").code == 0
    read = {}
    for source in sorted({source for each in asked for source in each.sources}):
        shown = qa("show", f"{documents / source}", "--text", "--seeds", f"{documents}")
        assert shown.code == 0, shown.err
        read[source] = score.folded(shown.out)
    for each in asked:
        assert each.answerable == bool(each.sources) == bool(each.answers or each.all), each.id
        for words in [*each.answers, *each.all]:
            assert any(score.folded(words) in read[source] for source in each.sources), (each.id, words)


@pytest.mark.parametrize(("every", "floor"), [(5, 12), pytest.param(1, FLOOR, marks=pytest.mark.soak)])
def test_as_many_are_answered_as_before(documents: Path, tmp_path: Path, every: int, floor: int) -> None:
    """Rightly, or rightly refused: each fifth question, and all of them."""
    home = tmp_path / "home"
    home.mkdir()
    questions = score.questions()[::every]
    replies = score.ask([sys.executable, "-P", "-m", "qa"], documents, home, questions)
    asked = list(zip(questions, replies, strict=True))
    right = sum(question.right(reply) for question, reply in asked)
    assert right >= floor, "\n".join(score.report(asked, failures=True))
