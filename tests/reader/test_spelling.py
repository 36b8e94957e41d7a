"""Slips of spelling in a question."""

import json
from pathlib import Path

import pytest
from conftest import Run

TEXT = (
    "Every employee has 25 days of vacation a year.\n\nThe library membership costs 12 pounds.\n\n"
    "The heating in the hall was repaired by Kowalczyk Brothers.\n"
)


@pytest.mark.usefixtures("without_reader")
@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("how many days of vaction do I have?", ["“vaction” as “vacation”"]),
        ("libary memebrship cost", ["“libary” as “library”", "“memebrship” as “membership”"]),
        ("who repaird the heatng?", ["“repaird” as “repaired”", "“heatng” as “heating”"]),
        ("who repaired the heatting?", []),  # its stem is that of heating
        ("what did Kowalzcyk repair?", ["“Kowalzcyk” as “Kowalczyk”"]),
        ("are hearing aids paid for?", []),  # another word, not another spelling
        ("how many vacations are there?", []),  # a form
        ("wieviele Urlaubstage haben Mitarbeiter jedes Kalenderjahr", []),  # another language
        ("what does the E23 cost?", []),
    ],
)
def test_slips_are_read_as_the_documents_spell_them(project: Path, qa: Run, question: str, read: list[str]) -> None:
    """Each is said, alone and in a batch; what is a word by itself stays."""
    (project / "seeds" / "a.txt").write_text(TEXT)
    asked = qa("ask", question)
    assert [line[5:-1] for line in asked.err.splitlines() if line.startswith("Read ")] == read
    searched = qa("search", question)
    assert [line[5:-1] for line in searched.err.splitlines() if line.startswith("Read ")] == read
    (project / "questions").write_text(question)
    batch = json.loads(qa("ask", "--batch", "questions").out)
    assert batch["answer"] == json.loads(qa("ask", "--json", question).out)["answer"]


def test_a_question_of_slips_alone_is_no_work(project: Path, qa: Run) -> None:
    """Thousands of strange words are not looked for one by one."""
    question = " ".join(f"xq{a}{b}zzv" for a in "abcdefghijklmnopqrstuvwxyz" for b in "abcdefghijklmnopqrstuvwxyz" * 4)
    assert qa("ask", question).code in (0, 1)
