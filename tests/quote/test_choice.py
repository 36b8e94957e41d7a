"""Answers without a model: the sentences that are quoted."""

import json
import re
from pathlib import Path

import pytest
from conftest import Run

CODES = ["CVE-2024-9403", "CVE-2024-3904", "CVE-2023-3094", "CVE-2024-3094", "CVE-2024-3049"]
ANSWER = "Parcels arrive within three working days."


@pytest.mark.parametrize(
    "text",
    [
        "Q: How long does delivery take?\nA: {a}\n\nQ: Can I send it back?\nA: Yes, within 30 days.\n",
        "**How long does delivery take?**\n\n{a}\n\n**Can I send it back?**\n\nYes, within 30 days.\n",
        "## How long does delivery take?\n\n{a}\n\n## Can I send it back?\n\nYes, within 30 days.\n",
    ],
)
def test_a_question_in_a_document_is_not_its_answer(project: Path, qa: Run, text: str) -> None:
    """What stands below it is."""
    (project / "seeds" / "faq.md").write_text(text.format(a=ANSWER))
    first = qa("ask", "-q", "--in", "faq.md", "How long does delivery take?").out.splitlines()[1 - 1 :]
    assert ANSWER in next(line for line in first if line.endswith("[1]"))
    assert not any(line.startswith(("Q:", "**How", "#")) for line in first)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("faq.rst", "Time of delivery\n================\n\n{a}\n\nReturns\n=======\n\nWithin 30 days.\n"),
        ("faq.tex", "\\section{{Time of delivery}}\\label{{s}}\n{a}\n\\section{{Returns}}\nWithin 30 days.\n"),
        ("faq.org", "* Time of delivery\n{a}\n* Returns\nWithin 30 days.\n"),
    ],
)
def test_a_heading_in_any_markup_is_no_answer(project: Path, qa: Run, name: str, text: str) -> None:
    """But leads to the one below it."""
    (project / "seeds" / name).write_text(text.format(a=ANSWER))
    assert qa("ask", "-q", "--in", name, "What is the time of delivery?").out.startswith(ANSWER)


def test_a_row_of_a_table_is_shown_with_its_columns(project: Path, qa: Run) -> None:
    """Beside what is quoted, and beside a passage that is found, also where the header stands elsewhere."""
    rows = "".join(f"| Valve {n:03} | {n} | {n * 1.7:.2f} |\n" for n in range(80))
    (project / "seeds" / "prices.md").write_text(f"# Prices\n\n| Article | Stock | Price EUR |\n|---|---|---|\n{rows}")
    for valve in ("Valve 002", "Valve 061"):
        answer = qa("ask", "-q", "--in", "prices.md", f"What is the price of {valve}?").out
        source = next(line for line in answer.splitlines() if line.startswith("[1]"))
        assert valve in source
        assert source.endswith("(Article | Stock | Price EUR)")
        assert "Article | Stock | Price EUR" in qa("search", "-n", "1", "--in", "prices.md", f"price of {valve}").out


@pytest.mark.usefixtures("without_reader")
def test_each_row_of_a_long_table_may_be_quoted(project: Path, qa: Run) -> None:
    """The first of a passage too, which names no columns, and of sheets, whose rows say their own names."""
    people = [
        f"{first} {last}"
        for last in ("Abbott", "Brandt", "Gupta")
        for first in "Ada Ben Cleo Dev Eva Gil Hal Ida Jon Kim".split()
    ]
    rows = [(name, "baker smith joiner".split()[n % 3]) for n, name in enumerate(people)]
    (project / "seeds" / "a.md").write_text(
        "| Name | Trade | Note |\n|---|---|---|\n" + "".join(f"| {n} | {t} | member of the guild |\n" for n, t in rows)
    )
    (project / "seeds" / "b.csv").write_text("Name,Trade,Note\n" + "".join(f"{n},{t},member of the guild\n" for n, t in rows))
    for file in ("a.md", "b.csv"):
        (project / "questions").write_text("\n".join(f"what is the trade of {name}?" for name in people))
        answers = [json.loads(line)["answer"] for line in qa("ask", "--in", file, "--batch", "questions").out.splitlines()]
        assert [name for name, answer in zip(people, answers, strict=True) if name not in answer.partition("\n")[0]] == []


def test_a_log_with_colours_is_read_as_it_is_seen(project: Path, qa: Run) -> None:
    """Its words are found, shown without colours, each line by itself, and speak to no model."""
    entry = "\x1b[32m2024-01-01 10:0{n}\x1b[0m \x1b[1;31m{kind}\x1b[0m: the {what} pump failed at the quay\n"
    log = entry.format(n=0, kind="ERROR", what="red") + entry.format(n=1, kind="WARN", what="blue")
    (project / "seeds" / "a.log").write_text(log)
    answer = qa("ask", "--in", "a.log", "What kind of ERROR was there?")
    assert answer.out.startswith("2024-01-01 10:00 ERROR: the red pump failed at the quay [1]")
    assert "speaks to a model" not in answer.err


@pytest.mark.parametrize("code", ["CVE-2024-3094", "CVE-2024-9403", "CVE-2024-3904"])
def test_a_code_is_that_code(project: Path, qa: Run, code: str) -> None:
    """However alike others are."""
    lines = [f"{c} affects the parser of module {c[-1]} and is fixed in release 8.{n}.1." for n, c in enumerate(CODES)]
    (project / "seeds" / "cve.txt").write_text("\n\n".join(lines))
    answer = qa("ask", "-q", "--in", "cve.txt", f"In which release is {code} fixed?").out
    assert answer.startswith(f"{code} affects")


@pytest.mark.usefixtures("without_reader")
def test_a_row_is_of_the_name_in_its_cell(project: Path, qa: Run) -> None:
    """And not of one that a note of it mentions."""
    (project / "seeds" / "boats.csv").write_text(
        "Boat,Type,Built,Metres\nNightjar,yawl,1929,11.2\nTansy,canoe yawl,1897,5.5\nPip,dinghy,1972,3\n"
    )
    (project / "seeds" / "members.csv").write_text(
        "Member,Joined,Note\nSabine Lisle,2024,at last the owner of Nightjar\nDev Gupta,2011,owner of a dinghy\n"
    )
    assert qa("ask", "-q", "How long is the Nightjar?").out.startswith("| Boat: Nightjar |")


@pytest.mark.usefixtures("without_reader")
def test_several_rows_are_asked_for(project: Path, qa: Run) -> None:
    """All that have the cell that the question names, as they stand, and no other; of one thing its own row alone."""
    (project / "seeds" / "treated.csv").write_text(
        "Object,Treated by,Hours\nSaddle,Ines Calloway,12\nClock,Kit Marlow,30\nPortrait,Ines Calloway,46\nLoom,Ines Kay,3\n"
    )
    rows = [
        line.split(" [")[0]
        for line in qa("ask", "-q", "Which objects did Ines Calloway treat?").out.split("\n\n")[0].splitlines()
    ]
    assert rows == [
        f"| Object: {what} | Treated by: Ines Calloway | Hours: {hours} |" for what, hours in (("Saddle", 12), ("Portrait", 46))
    ]
    assert "Portrait" not in qa("ask", "-q", "How many hours did the Saddle take?").out.split("\n\n")[0]


ROOMS = [("Aspen", "ground", "yes"), ("Birch", "first", "no"), ("Cedar", "ground", "yes"), ("Elm", "second", "no")]
TABLES = {
    "rooms.csv": "Room,Floor,Projector\n" + "".join(f"{a},{b},{c}\n" for a, b, c in ROOMS),
    "rooms.md": "# Rooms\n\n| Room | Floor | Projector |\n|---|---|---|\n"
    + "".join(f"| {a} | {b} | {c} |\n" for a, b, c in ROOMS),
    "rooms.json": json.dumps([{"room": a, "floor": b, "projector": c == "yes"} for a, b, c in ROOMS]),
    "rooms.xml": "<rooms>\n"
    + "".join(
        f"  <one>\n    <room>{a}</room>\n    <floor>{b}</floor>\n    <projector>{c}</projector>\n  </one>\n"
        for a, b, c in ROOMS
    )
    + "</rooms>\n",
}


@pytest.mark.usefixtures("without_reader")
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize(
    ("question", "rooms"),
    [
        ("Which rooms have a projector?", ["Aspen", "Cedar"]),
        ("Which rooms have no projector?", ["Birch", "Elm"]),
        ("Which rooms are on the ground floor?", ["Aspen", "Cedar"]),
        ("Which rooms on the second floor have no projector?", ["Elm"]),
    ],
)
def test_rows_are_asked_for_by_what_they_hold(project: Path, qa: Run, name: str, question: str, rooms: list[str]) -> None:
    """By a cell in the question's words, and by "yes" or "no" below a column in them, in every format that has rows."""
    (project / "seeds" / name).write_text(TABLES[name])
    quoted = qa("ask", "-q", question).out.split("\n\n")[0]
    assert [room for room, _, _ in ROOMS if room in quoted] == rooms


@pytest.mark.usefixtures("without_reader")
def test_an_empty_cell_is_a_no(project: Path, qa: Run) -> None:
    """Where a column says yes by a mark, and the question denies it."""
    (project / "seeds" / "stock.csv").write_text("Item,Shelf,Fragile\nVase,A1,x\nBrick,B2,\nRope,C3,\n")
    quoted = qa("ask", "-q", "Which items are not fragile?").out.split("\n\n")[0]
    assert [name for name in ("Vase", "Brick", "Rope") if name in quoted] == ["Brick", "Rope"]


@pytest.mark.parametrize("question", ["what is the remedy for error E05?", "remedy for E05", "which remedy does E05 have?"])
def test_a_cell_is_looked_up_by_its_row_and_column(project: Path, qa: Run, question: str) -> None:
    """Whatever the network makes of the few words of a table."""
    (project / "seeds" / "codes.md").write_text(
        "# Error codes\n\n| Code | Meaning | Remedy |\n|---|---|---|\n| E04 | No signal | move the antenna |\n"
        "| E05 | Firmware damaged | reinstall from USB stick |\n| E06 | Overheated | wait |\n"
    )
    answer = qa("ask", "-q", question)
    assert (answer.code, answer.out.startswith("| E05 | Firmware damaged | reinstall from USB stick |")) == (0, True)


def test_a_question_that_is_told_of_is_not_its_answer(project: Path, qa: Run) -> None:
    """What follows it is; what somebody asked is told where that is asked for."""
    (project / "seeds" / "letter.txt").write_text(
        "Dear Mr Askel,\n\nYou asked whether my grandfather dug the main ditch. He did not: it was dug by prisoners in 1917. "
        "The sluice is his.\n\nYours,\nSanne Trevik\n"
    )
    assert qa("ask", "-q", "who dug the main ditch?").out.startswith("He did not: it was dug by prisoners in 1917.")
    assert "whether my grandfather" in qa("ask", "-q", "what was asked about the main ditch?").out.split("[1]")[0]


@pytest.mark.usefixtures("without_reader")
def test_rows_of_a_long_table(project: Path, qa: Run) -> None:
    """Those in other passages are quoted, too, and it is said where there are more than are quoted."""
    towns = ["Kiel" if n % 40 == 7 else ("Bonn", "Ulm")[n % 2] for n in range(400)]
    lines = [f"Member {n},{town},{1990 + n % 30},note number {n} on somebody\n" for n, town in enumerate(towns)]
    (project / "seeds" / "members.csv").write_text("Name,Town,Joined,Note\n" + "".join(lines))
    answer = qa("ask", "Which members live in Kiel?")
    assert re.findall(r"^\| Name: (Member \d+) \|", answer.out.split("\n\n")[0], re.MULTILINE) == [
        f"Member {n}" for n, town in enumerate(towns) if town == "Kiel"
    ]
    assert "that match" not in answer.err
    assert "12 of 190 rows that match are quoted." in qa("ask", "Which members live in Ulm?").err
