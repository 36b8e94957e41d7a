"""What is seen on terminals of 80 and of 200 columns, in a pipe, and without colours."""

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
