"""What is seen on terminals of 80 and of 200 columns, in a pipe, and without colours."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run
from terminal import on_terminal

TEXT = """# Leave

Employees get 25 days of paid leave each year, which they may take in one piece or in several, as they like.

## Carrying over

Up to five days may be carried over to the next year, until the end of March.
What is not taken until then is lost, but for days that could not be taken for
illness or for reasons of the company, which stay until the end of that year.
Whoever leaves is paid for the days that are left. Ask your manager two weeks
before a leave of more than three days.
"""
QUESTION = "how many days may be carried over to the next year?"
OVER = "Up to five days may be carried over to the next year, until the end of March."


pytestmark = pytest.mark.usefixtures("without_reader")


@pytest.fixture(autouse=True)
def documents(project: Path, qa: Run) -> None:
    """One document, indexed."""
    for file in (project / "seeds").iterdir():
        file.unlink()
    (project / "seeds" / "leave.md").write_text(TEXT)
    qa("index", "-q")


def test_an_answer(qa: Run) -> None:
    """Wrapped at the terminal's width, in what it stands in; in a pipe one line, whatever the width of a terminal."""
    code, shown = on_terminal("ask", "--no-llm", "-q", "--color", "never", QUESTION, columns=80)
    assert (code, shown) == (
        0,
        "Up to five days may be carried over to the next year, until the end of March.\n"
        "[1] What is not taken until then is lost, but for days that could not be taken\n"
        "for illness or for reasons of the company, which stay until the end of that\n"
        "year. Whoever leaves is paid for the days that are left. Ask your manager two\n"
        "weeks before a leave of more than three days.\n\n[1] seeds/leave.md:7\n",
    )
    code, shown = on_terminal("ask", "--no-llm", "-q", QUESTION, columns=200)
    assert max(map(len, shown.splitlines())) in range(150, 201)
    assert qa("ask", "--no-llm", "-q", QUESTION).out == f"{OVER} [1]\n\n[1] seeds/leave.md:7  “{OVER}”\n"


@pytest.mark.parametrize("environment", ["", "NO_COLOR"])
def test_a_sign_of_life(environment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Goes when the answer comes; where there is no colour it is a line of words."""
    if environment:
        monkeypatch.setenv(environment, "1")
    monkeypatch.setenv("TERM", "xterm")
    _, shown = on_terminal("ask", "--no-llm", QUESTION, color=True)
    begins = "Searching…\nClosest sentences" if environment else "\x1b[2mSearching…\x1b[0m\r\x1b[2K\r\x1b[2mClosest sentences"
    assert shown.startswith(begins)
    assert ("\x1b[1m" in shown) != bool(environment)
    assert on_terminal("ask", "--no-llm", "-q", QUESTION, color=True)[1].startswith("\x1b[1m" if not environment else "Up")


def test_hits() -> None:
    """A block each: place and heading, a few lines around the sentence that fits; --full shows all."""
    code, shown = on_terminal("search", "--color", "never", "-n", "1", QUESTION, columns=60)
    assert code == 0
    head, *lines, cut = shown.splitlines()[1:]
    assert head == "seeds/leave.md:5  Leave › Carrying over"
    assert lines[0].startswith("  … Up to five days may be carried over")
    assert len(lines) == 4
    assert lines[-1].endswith(" …")
    assert cut == "… stands where a passage goes on; --full shows all of it."
    full = on_terminal("search", "-q", "--full", "-n", "1", QUESTION, columns=60)[1]
    assert "more than three days." in full
    assert max(map(len, full.splitlines())) <= 60


def test_ctrl_c_while_it_loads() -> None:
    """Is no traceback either."""
    code = (
        "import sys\n"
        "class Stopped:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'typer': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stopped())\n"
        "from qa.__main__ import main\n"
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "Stopped.\n")


@pytest.mark.parametrize(
    ("question", "text", "said"),
    [
        ("公司的年假可以转到明年吗？", "员工每年有二十五天带薪休假。剩余的休假可以结转到下一年的三月底。", False),
        ("公司的年假可以转到明年吗？", TEXT, True),
        ("wie viele der Tage werden in das nächste Jahr mitgenommen?", TEXT, True),
    ],
)
def test_words_of_another_language(project: Path, qa: Run, question: str, text: str, said: bool) -> None:
    """Are spoken of where the documents are in another one, and not where they are in the same."""
    (project / "seeds" / "leave.md").write_text(text)
    assert ("in another language" in qa("ask", "--no-llm", question).err) == said


def test_a_place_in_a_file_without_lines(project: Path, qa: Run) -> None:
    """Names its heading on a terminal; elsewhere a line is as ever."""
    (project / "seeds" / "leave.md").unlink()
    (project / "seeds" / "a.html").write_text(f"<h1>Leave</h1><h2>Carrying over</h2><p>{OVER}</p>")
    shown = on_terminal("ask", "--no-llm", "-q", "--color", "never", QUESTION)[1]
    assert shown.splitlines()[-1] == "[1] seeds/a.html  Leave › Carrying over"
    assert qa("ask", "--no-llm", "-q", QUESTION).out == f"{OVER} [1]\n\n[1] seeds/a.html  “{OVER}”\n"


ROOMS = """# Rooms

| Room | Seats | Keeper |
| --- | ---: | --- |
| Cellar | 12 | Margaret Oyelaran |
"""
KEEPER = "who is the keeper of the cellar room?"


def test_a_table(project: Path, qa: Run) -> None:
    """Is aligned below the names of its columns where there is room, else a name and its value a line; a pipe has the row."""
    (project / "seeds" / "leave.md").write_text(ROOMS)
    options = ("ask", "--no-llm", "-q", KEEPER)
    for columns in (80, 200):
        code, shown = on_terminal(*options, "--color", "never", columns=columns, color=True)
        assert (code, shown) == (
            0,
            "Room    Seats  Keeper\n──────  ─────  ─────────────────\nCellar     12  Margaret Oyelaran  [1]\n\n"
            "[1] seeds/leave.md:5\n",
        )
    assert on_terminal(*options, "--color", "never", columns=36)[1] == (
        "Room: Cellar  [1]\nSeats: 12\nKeeper: Margaret Oyelaran\n\n[1] seeds/leave.md:5\n"
    )
    row = "| Cellar | 12 | Margaret Oyelaran |"
    assert qa(*options).out == f"{row} [1]\n\n[1] seeds/leave.md:5  “{row}”  (Room | Seats | Keeper)\n"
    assert qa(*options, "--json").out.count(row) == 3  # in the answer, its sentence and its citation


def test_a_table_that_is_found(project: Path) -> None:
    """Is drawn in its block too, its header where its rows are; as it stands where it is too wide."""
    rows = "".join(f"| Room {n} | {n} | Keeper {n} |\n" for n in range(1, 8))
    text = f"{ROOMS}{rows}".replace("Keeper", "Kee\x1b[31mper", 1)
    (project / "seeds" / "leave.md").write_text(text)
    options = ("search", "-q", "--color", "never", "-n", "1", "seats of room 5")
    head = "seeds/leave.md:1  Rooms\n"
    assert on_terminal(*options, color=True)[1] == (
        f"{head}  Room    Seats  Keeper\n  Room 5      5  Keeper 5\n  Room 6      6  Keeper 6\n  Room 7      7  Keeper 7\n"
    )
    whole = on_terminal(*options, "--full", color=True)[1].splitlines()
    assert whole[1:5] == [
        "  # Rooms",
        "  Room    Seats  Keeper",
        "  ──────  ─────  ─────────────────",
        "  Cellar     12  Margaret Oyelaran",
    ]
    assert "\n  | Room 5 | 5 | Keeper 5 |\n" in on_terminal(*options, columns=30, color=True)[1]


def test_several_rows(project: Path) -> None:
    """Of one table are one table, in the order of the answer; words of the question are emphasised in their cells."""
    (project / "seeds" / "leave.md").unlink()
    text = "Month,Rent,Heating\nJanuary,600,80\nFebruary,600,\nMarch,650,40\n"
    (project / "seeds" / "costs.csv").write_text(text)
    code, shown = on_terminal("ask", "--no-llm", "-q", "what was the rent in January and in March?", color=True)
    table, sources = shown.split("\n\n")
    head, rule, *rows = re.sub(r"\x1b\[[0-9;]*m", "", table).splitlines()
    assert (code, head, rule) == (0, "Month    Rent  Heating", "───────  ────  ───────")
    assert {"January   600       80", "March     650       40"} <= {row[:22] for row in rows}
    assert [row[22:] for row in rows] == [f"  [{n}]" for n in range(1, len(rows) + 1)]
    assert "\x1b[1;4mJanuary\x1b[0m" in table
    assert len(sources.splitlines()) == len(rows)


@pytest.mark.parametrize(("text", "question"), [(TEXT, QUESTION), (ROOMS, KEEPER)])
def test_the_last_answer_again(project: Path, text: str, question: str) -> None:
    """Is shown as it was."""
    (project / "seeds" / "leave.md").write_text(text)
    answer = on_terminal("ask", "--no-llm", "-q", "--color", "never", question)
    assert on_terminal("show", "-q", "--color", "never") == answer


def test_words_of_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """Are bold beside the bold sentence, and underlined in it, in any form; no trace of that without colour or in a pipe."""
    monkeypatch.setenv("TERM", "xterm")
    asked = ("ask", "--no-llm", "-q", "--color", "always", "how many day may be carried over to the next year?")
    signs = {"\x1b[1;4m": "{", "\x1b[1m": "<", "\x1b[0m": ">", "\x1b[36m": "", "\x1b[4m": ""}

    def signed(shown: str) -> str:
        return re.sub(r"\x1b\[[0-9;]*m", lambda style: signs.get(style[0], "?"), shown)

    code, shown = on_terminal(*asked, columns=100, color=True)
    assert (code, signed(shown)) == (
        0,
        "<Up to five >{days>< >{may>< be >{carried>< over to the >{next>< >{year><, until the end of March.> [1]> What is not "
        "taken\nuntil then is lost, but for <days> that could not be taken for illness or for reasons of the company,\n"
        "which stay until the end of that <year>. Whoever leaves is paid for the <days> that are left. Ask your\n"
        "manager two weeks before a leave of more than three <days>.\n\n[1]> seeds/leave.md:7>\n",
    )
    found = on_terminal("search", "-q", "--color", "always", "-n", "1", "carrying days over", columns=100, color=True)[1]
    assert signed(found).splitlines()[1:] == [
        "  … <Up to five >{days>< may be >{carried>< over to the next year, until the end of March.> What is not taken",
        "  until then is lost, but for <days> that could not be taken for illness or for reasons of the",
        "  company, which stay until the end of that year. Whoever leaves is paid for the <days> that are",
        "  left. Ask your manager two weeks before a leave of more than three <days>.",
    ]
    for options in (("--color", "never"), ()):
        monkeypatch.setenv("NO_COLOR", "1")
        plain = on_terminal("ask", "--no-llm", "-q", *options, asked[-1], columns=200, color=True)[1]
        assert "\x1b" not in plain
        assert "\0" not in plain
        assert "\1" not in plain
        assert plain.startswith(f"{OVER} [1] What is not taken until then is lost")


def test_the_sentence_that_answers_is_emphasised(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a hit of a search, not the one that has most of the question's words."""
    monkeypatch.delenv("QA_READER")
    bridge = "The old bridge over the Tarn was opened with a band. The town paid 30,000 pounds for it."
    (project / "seeds" / "bridge.txt").write_text(bridge)
    question = "what was the price of the old bridge over the Tarn?"
    shown = on_terminal("search", "-q", "--color", "always", "-n", "1", question, columns=100, color=True)[1]
    assert "\x1b[1mThe town paid 30,000 pounds for it.\x1b[0m" in shown
