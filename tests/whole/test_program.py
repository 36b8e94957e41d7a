"""`qa ask` with an installed program as the model, and who may choose one."""

import json
import shlex
import sys
from pathlib import Path

import pytest
from conftest import SEED, Run

pytestmark = pytest.mark.usefixtures("without_reader")

SAYS = """
import re, sys
prompt = sys.stdin.read()
assert "what did Lee ask of Xi?" in prompt
print("Lee asked Xi to play a constructive role", re.findall(r"\\[\\d+\\.\\d+\\](?= In turn)", prompt)[0] + ".")
"""
LEE = "Lee asked Xi to play a constructive role [1].\n"


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A program that answers."""
    (tmp_path / "says.py").write_text(SAYS)
    return f"cmd:{shlex.quote(sys.executable)} {tmp_path / 'says.py'}"


def test_an_answer(project: Path, qa: Run, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """By --model, the environment or the user's configuration; the program is named once where passages go."""
    name = Path(sys.executable).name
    result = qa("ask", "--model", model, "what did Lee ask of Xi?")
    assert (result.code, result.out.partition("\n\n")[0]) == (0, LEE.strip())
    assert f"Passages of {project / 'seeds'} go to the program {name} (said once; QA_MODEL=none asks no model).\n" in result.err
    monkeypatch.setenv("QA_MODEL", model)
    answer = json.loads(qa("ask", "--json", "what did Lee ask of Xi?").out)
    assert (answer["model"], answer["status"], answer["usage"], answer["cost"]) == (f"cmd:{name}", "answered", None, None)
    assert [c["source"] for c in answer["citations"]] == [SEED]
    assert json.loads(qa("status", "--json").out)["endpoints"] == [f"the program {name}"]
    monkeypatch.delenv("QA_MODEL")
    config = Path.home() / ".config" / "qa"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(f"[settings]\nQA_MODEL = {json.dumps(model)}\n")
    assert qa("ask", "what did Lee ask of Xi?").out.startswith(LEE)
    assert qa("ask", "--no-llm", "what did Lee ask of Xi?").out.startswith("In turn,")
    monkeypatch.setenv("QA_OFFLINE", "1")
    assert qa("ask", "what did Lee ask of Xi?").out.startswith("In turn,")
    assert qa("ask", "-q", "--model", model, "what did Lee ask of Xi?").code == 5


@pytest.mark.parametrize("value", ["cmd:touch ran", "CMD:touch ran", " cmd:touch ran"])
def test_a_project_may_not_choose_one(project: Path, qa: Run, model: str, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    """One sentence, and nothing is run; what the user sets comes before it."""
    (project / ".env").write_text(f"QA_MODEL='{value}'\n")
    result = qa("ask", "what did Lee ask of Xi?")
    assert (result.code, result.out, result.err) == (
        2,
        "",
        "QA_MODEL in the .env here would run a program, which no file of a project may choose.\n"
        "Delete that line; set QA_MODEL in your environment, or name the program with --model.\n",
    )
    assert qa("trust").code in (0, 2)
    assert qa("ask", "what did Lee ask of Xi?").code == 2
    assert not (project / "ran").exists()
    monkeypatch.setenv("QA_MODEL", model)
    assert qa("ask", "what did Lee ask of Xi?").out.startswith(LEE)


def test_one_that_fails(project: Path, qa: Run) -> None:
    """The best sentences are printed all the same, with the reason, exit 5."""
    result = qa("ask", "--model", "cmd:sh -c 'echo no login >&2; exit 1'", "what did Lee ask of Xi?")
    assert result.code == 5
    assert result.out.startswith("In turn, Lee asked Xi")
    assert result.err.endswith("cmd:sh failed: exit code 1 (“no login”).\nTry it alone on a terminal: echo hello | COMMAND\n")


def test_doctor_tries_it(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --online alone."""
    qa("index", "-q")
    monkeypatch.setenv("QA_MODEL", "cmd:cat")
    offline = json.loads(qa("doctor", "--json").out)
    assert [n["message"] for n in offline["notes"] if n["check"] == "model"] == ["cmd:cat has not been tried."]
    assert [n["message"] for n in json.loads(qa("doctor", "--json", "--online").out)["notes"]] == ["cmd:cat answers."]
    monkeypatch.setenv("QA_MODEL", "cmd:false")
    result = qa("doctor", "--json", "--online")
    assert result.code == 4
    assert [f["message"] for f in json.loads(result.out)["findings"]] == ["cmd:false failed: exit code 1."]
