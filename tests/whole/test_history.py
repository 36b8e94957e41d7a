"""`qa history`, and answers shown again by their number in it."""

import json
import os
import re
from pathlib import Path

import pytest
from conftest import SEED, Run
from terminal import on_terminal

pytestmark = pytest.mark.usefixtures("without_reader")

LEE, TAIWAN = "what did Lee ask of Xi?", "who is Kang Yu-jung?"


@pytest.fixture
def asked(project: Path, qa: Run) -> Path:
    """Two questions have been asked, and one that the documents don't answer."""
    for question in (LEE, TAIWAN, "who is Zebulon Quux?"):
        qa("ask", "--no-llm", "-q", question)
    return project


def test_what_was_asked(asked: Path, qa: Run) -> None:
    """The newest last, each with its number, its time and how it ended; words search in questions and answers."""
    result = qa("history")
    lines = [re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d", "WHEN", line) for line in result.out.splitlines()]
    assert (result.code, result.err) == (0, "")
    assert lines == [
        f"  3  WHEN  passages   {LEE}",
        f"  2  WHEN  passages   {TAIWAN}",
        "  1  WHEN  not_found  who is Zebulon Quux?",
    ]
    assert [line.split()[0] for line in qa("history", "KANG", "who").out.splitlines()] == ["2"]
    found = json.loads(qa("history", "--json", "did", "lee").out)["questions"]
    assert [(one["n"], one["question"], one["status"]) for one in found] == [(3, LEE, "passages")]
    assert qa("history", "nothing of it").err == "No question holds these words.\n"
    assert (asked / ".qa" / "questions.jsonl").stat().st_mode & 0o077 == 0
    assert qa("show", "-q", "--last", "3").out.startswith("In turn, Lee asked Xi")
    assert qa("show", "--last", "2", "1").out.startswith(f"seeds/{SEED}:")
    assert qa("show", "--last", "4").err == "There are 3 answers, no 4.\n`qa history` lists them.\n"
    assert qa("show", "--last", "0").code == 2
    code, shown = on_terminal("history", columns=40)
    assert (code, len(shown.splitlines())) == (0, 3)


def test_forgetting(asked: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leaves the last answer; and with QA_HISTORY=0 no more is kept than that."""
    assert qa("history", "--clear").err == "3 questions forgotten.\n"
    assert qa("history").err == "None has been asked yet.\n"
    assert qa("show", "-q").code == 1
    monkeypatch.setenv("QA_HISTORY", "0")
    assert qa("ask", "-q", "--no-llm", LEE).code == 0
    assert qa("history").err == "QA_HISTORY=0 keeps none.\n"
    assert qa("show", "-q").out.startswith("In turn,")
    monkeypatch.setenv("QA_HISTORY", "perhaps")
    assert qa("history").code == 2


def test_a_file_that_somebody_else_has_written(asked: Path, qa: Run) -> None:
    """Lines without the user's seal are passed over, and a link in the place of the file is not followed."""
    file = asked / ".qa" / "questions.jsonl"
    lines = file.read_text().splitlines()
    forged = json.dumps({**json.loads(lines[0].partition(" ")[2]), "question": "forged?"})
    file.write_text(
        "\n".join([f"{'0' * 32} {forged}", "no line", "\udcff".encode("utf-8", "surrogatepass").decode("latin1"), *lines])
    )
    assert len(qa("history").out.splitlines()) == 3
    (asked / "elsewhere").write_text("")
    file.unlink()
    os.symlink(asked / "elsewhere", file)
    qa("ask", "-q", "--no-llm", LEE)
    assert (asked / "elsewhere").read_text() == ""


def test_a_long_history_is_shortened(asked: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the newest, in half of the room."""
    size = (asked / ".qa" / "questions.jsonl").stat().st_size
    monkeypatch.setattr("qa.saved.history.LARGEST", size)
    qa("ask", "-q", "--no-llm", LEE)
    assert (asked / ".qa" / "questions.jsonl").stat().st_size <= size / 2
    assert qa("history").out.splitlines()[-1].endswith(LEE)


def test_a_project_does_not_turn_it_on(project: Path, qa: Run) -> None:
    """Without the user's word; off it may."""
    (project / ".env").write_text("QA_HISTORY=1\n")
    assert qa("ask", "--no-llm", LEE).code == 2
    (project / ".env").write_text("QA_HISTORY=0\n")
    assert qa("ask", "-q", "--no-llm", LEE).code == 0
    assert not (project / ".qa" / "questions.jsonl").exists()
