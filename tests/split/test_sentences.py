"""Where a sentence ends: full stops behind abbreviations, in dates, names and paths, in several languages."""

import re
from pathlib import Path

import pytest

from index.split.sentences import sentences

CASES = (Path(__file__).parent / "cases.txt").read_text(encoding="utf-8").splitlines()
"""A text a line, its sentences parted by |, or by ¦ where no space stands between them."""


@pytest.mark.parametrize("line", CASES)
def test_sentences_end_where_a_person_says(line: str) -> None:
    """Neither earlier nor later."""
    expected = re.split("[|¦]", line)
    text = ("" if "¦" in line else " ").join(expected)
    assert [text[start:end].strip() for start, end in sentences(text)] == expected


@pytest.mark.parametrize("width", [72, 100, 130, 160, 220])
def test_a_text_wrapped_at_any_width_is_one_paragraph(width: int) -> None:
    """Also beyond what people use."""
    import textwrap

    sentence = "It was a bright cold day in April and the clocks were striking thirteen when Winston Smith came home."
    assert len(sentences(textwrap.fill(" ".join([sentence] * 12), width))) == 12


def test_thai_is_cut_at_its_spaces() -> None:
    """It has no full stops; pieces of a clause or two can be read and cited."""
    clause = "ผู้จัดการโรงงานชื่อสมชายทำงานที่นี่มาสิบปีแล้วและชอบงานของเขามาก"
    assert len(sentences(" ".join([clause] * 5))) == 5


@pytest.mark.parametrize(
    "entry",
    [
        "2024-01-01 10:00:0{n} ERROR the pump of the quay has failed again\n",
        "Nov 28 11:12:5{n} quay pump[12]: it failed because it was cold\n",
        '10.0.0.1 - - [28/Nov/2026:11:12:5{n} +0000] "GET /index.html HTTP/1.1" 200\n',
    ],
)
def test_each_entry_of_a_log_stands_by_itself(entry: str) -> None:
    """Though two lines of about the same length look as if they had been wrapped."""
    entries = [entry.format(n=n) for n in range(2)]
    log = "".join(entries)
    assert [log[start:end] for start, end in sentences(log)] == entries
