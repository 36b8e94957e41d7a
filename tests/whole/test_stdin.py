"""Documents from standard input: cited by their lines, and nothing of them stays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Result, Run
from loopback import Loopback

pytestmark = pytest.mark.usefixtures("without_reader")

TEXT = b"The weather was fine.\n\nThe dentist is on Tuesday at four.\n"
ANSWER = "The dentist is on Tuesday at four. [1]\n\n[1] stdin:3  “The dentist is on Tuesday at four.”\n"


def hold(folder: Path, words: bytes) -> list[Path]:
    """The files below a folder in which these words stand."""
    return [p for p in folder.rglob("*") if p.is_file() and words in p.read_bytes()]


def test_an_answer(tmp_path: Path, process: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing else is a document; what is left holds nothing of it."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)
    result = process("ask", "-q", "--no-llm", "--stdin", "when is the dentist?", stdin=TEXT)
    assert (result.code, result.out, result.err) == (0, ANSWER, "")
    asked = json.loads(process("ask", "--stdin", "--json", "when is the dentist?", stdin=TEXT.replace(b"\n", b"\r\n")).out)
    assert [(c["source"], c["place"], c["verdict"]) for c in asked["citations"]] == [("stdin", "stdin:3", "exact")]
    assert hold(tmp_path, b"dentist") == []
    assert [p.name for p in (tmp_path / "user" / ".local" / "share" / "qa").iterdir()] == ["key"]
    assert not [p for p in (tmp_path / "tmp").iterdir() if p.name.startswith("qa-")]


def test_passages_of_standard_input(tmp_path: Path, process: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go to an endpoint, which is said once."""
    monkeypatch.chdir(tmp_path)
    with Loopback() as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        service.enqueue("It is on Tuesday {id:The dentist}.", "It is on Tuesday {id:The dentist}.")
        said = [process("ask", "--stdin", "when is the dentist?", stdin=TEXT).err for _ in range(2)]
    assert ["Passages of standard input go to 127.0.0.1" in err for err in said] == [True, False]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Standard input is empty."),
        (b" \n", "Standard input is empty."),
        (bytes(range(256)) * 20, "Standard input holds no text that can be read."),
        (b"\x7fELF\x02\x01\x01" + bytes(500), "Standard input holds no text that can be read."),
    ],
)
def test_what_is_no_document(tmp_path: Path, process: Run, monkeypatch: pytest.MonkeyPatch, data: bytes, said: str) -> None:
    """One sentence, exit 4."""
    monkeypatch.chdir(tmp_path)
    result = process("ask", "-q", "--no-llm", "--stdin", "when?", stdin=data)
    assert (result.code, result.out, result.err.splitlines()[0]) == (4, "", said)


def test_closed(tmp_path: Path) -> None:
    """As the shell closes it."""
    command = f"{sys.executable} -m qa ask -q --stdin when <&-"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, cwd=tmp_path, env=os.environ, check=False)
    assert (done.returncode, done.stdout, done.stderr.splitlines()[0]) == (4, "", "Standard input is empty.")


@pytest.mark.parametrize("more", [["--seeds", "x"], ["--home", "x"], ["-c"], ["--frozen"], ["--batch", "-"]])
def test_what_cannot_be_meant(tmp_path: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, more: list[str]) -> None:
    """Exit 2."""
    monkeypatch.chdir(tmp_path)
    words = [] if "--batch" in more else ["when?"]
    assert qa("ask", "--stdin", *more, *words).code == 2


def test_a_question_from_standard_input(project: Path, process: Run) -> None:
    """`qa ask -`; documents and question cannot both come from there."""
    asked: Result = process("ask", "-q", "--no-llm", "-", stdin=b"what did Lee ask\nof Xi?\n")
    assert (asked.code, asked.out.startswith("In turn, Lee asked Xi")) == (0, True)
    assert process("ask", "--stdin", "-", stdin=TEXT).code == 2
    assert process("ask", "-", stdin=b"").err.splitlines()[0] == "The question is empty."
