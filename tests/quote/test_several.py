"""One of several: a quotation of another one is no answer."""

from pathlib import Path

import pytest
from conftest import Run

from qa.quote.several import of_another


@pytest.mark.parametrize(
    ("question", "said", "around", "other"),
    [
        ("How long is the warranty of the Murex 3?", "It lasts three years.", "Murex 5 manual", True),
        ("How long is the warranty of the Murex 3?", "It lasts three years.", "Murex 3 and 5", False),
        ("How long is the warranty of the Murex 3?", "It lasts three years.", "Loggers", False),
        ("Which is deeper, the Murex 3 or the Murex 5?", "It withstands 30 m.", "Murex 5", False),
        ("What is flat 17's rent?", "Flat 15: 900 pounds.", "Rents", True),
        ("What is flat 17's rent?", "Flats 12 to 18: 900 pounds.", "Rents", False),
        ("How many loggers can the LG-1 receive?", "The LG-2 receives up to 48.", "Gateways", True),
        ("How many loggers can the LG-1 receive?", "It receives up to 48, as the LG-1 does.", "LG-2", False),
        ("How many visitors came in 2023?", "23,410 came in 2022.", "Visitors", True),
        ("How many visitors came in 2023?", "23,410 came, against 17,930 in 2021.", "The year 2023", False),
        ("Who was chair in 2019?", "Ida Holm has been chair since 2014.", "The board", False),
        ("Who was chair in 2019?", "Ida Holm was chair 2014-2021.", "The board", False),
        ("Who was chair in 2019?", "Ida Holm was chair from 2020.", "The board, 2019/20", False),
        ("What happened in May 12 years ago?", "The mill burnt down on May 3.", "The mill", False),
    ],
)
def test_what_is_told_of_another_one(question: str, said: str, around: str, other: bool) -> None:
    """By its number, code or year; not where both are told of, or a span."""
    assert of_another(question, said, f"{around}\n{said}") == other


def test_another_ones_sentence_is_no_answer(project: Path, qa: Run) -> None:
    """However well it answers of that one; the right one's sentence is, where there is one."""
    (project / "seeds" / "murex5.md").write_text(
        "# Murex 5 manual\n\nThe warranty lasts three years. The housing withstands 30 m of water.\n"
    )
    (project / "seeds" / "murex3.md").write_text("# Murex 3 manual\n\nThe housing withstands 12 m. Do not open it in rain.\n")
    assert "withstands 12 m" in qa("ask", "-q", "How much water does the housing of the Murex 3 withstand?").out.split("[1]")[0]
    assert qa("ask", "-q", "How long does the warranty of the Murex 3 last?").code == 1
    assert qa("ask", "-q", "How long does the warranty of the Murex 5 last?").code == 0


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("When were the front brake pads of the wagon replaced?", 1),
        ("When were the front brake pads of the van replaced?", 0),
        ("Which garage did the clutch cable of the wagon?", 1),
        ("Which garage did the front brake pads of the van?", 0),
    ],
)
def test_a_row_of_another_thing_is_no_answer(project: Path, qa: Run, question: str, code: int) -> None:
    """Where the question names a cell of its column that other rows have, or its own cell is empty that is asked for."""
    (project / "seeds" / "cars.csv").write_text(
        "Date,Vehicle,Work,Garage\n2024-01-09,Van,Front brake pads,Pohutu Motors\n2024-02-11,Wagon,Oil change,Lund & Son\n"
        "2024-07-20,Wagon,Clutch cable,\n2024-08-02,Van,Wipers,Pohutu Motors\n"
    )
    assert qa("ask", "-q", question).code == code
