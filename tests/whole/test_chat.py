"""Follow-ups: `qa ask --continue`, and `qa chat`."""

import json
import os
import pty
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SEED, Run, start
from loopback import Fault, Loopback

from qa.ask.followup import leans

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"
INVITED = "Lee invited Xi to South Korea {id:President Lee invited}."


@pytest.fixture
def service(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A model that is set up for the project."""
    with Loopback(chunk=5) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running


def test_a_follow_up_with_a_model(service: Loopback, qa: Run) -> None:
    """It is worded anew, shown, and goes the same way; the next one goes on from there."""
    service.enqueue("Lee asked Xi {id:In turn, Lee asked}.", "Where did Lee invite Xi to?", INVITED)
    assert qa("ask", QUESTION).code == 0
    result = qa("ask", "-c", "and where did he invite him to?")
    assert (result.code, result.out.splitlines()[0]) == (0, "Lee invited Xi to South Korea [1].")
    assert "Asking: Where did Lee invite Xi to?\n" in result.err
    worded = service.requests[-2].body["messages"][1]["content"]
    assert QUESTION in worded
    assert "Lee asked Xi" in worded
    assert "Where did Lee invite Xi to?" in service.requests[-1].body["messages"][1]["content"]
    service.enqueue("When did Lee invite Xi?", INVITED)
    answer = json.loads(qa("ask", "--continue", "--json", "when?").out)
    assert (answer["question"], answer["asked"]) == ("when?", "When did Lee invite Xi?")
    assert answer["usage"] == {"input_tokens": 200, "output_tokens": 40}
    turns = service.requests[-2].body["messages"][1]["content"]
    assert turns.index(QUESTION) < turns.index("Where did Lee invite Xi to?") < turns.index("when?")  # the last few, in order


@pytest.mark.parametrize("reply", [Fault(status=500), Fault(text=""), Fault(text="x" * 5000)])
def test_a_follow_up_that_cannot_be_worded(service: Loopback, qa: Run, reply: Fault) -> None:
    """It is joined to the question before it."""
    service.enqueue("Lee asked Xi {id:In turn, Lee asked}.", *[reply] * (1 if reply.text.startswith("x") else 3), INVITED)
    assert qa("ask", QUESTION).code == 0
    assert f"Asking: and then? ({QUESTION})" in qa("ask", "-c", "and then?").err


def test_a_follow_up_without_a_model(project: Path, qa: Run) -> None:
    """The words of both questions are looked for; without a question before there is one sentence."""
    nothing = qa("ask", "-c", "and Taiwan?")
    assert (nothing.code, nothing.err.splitlines()[-2:]) == (4, ["There is no last answer.", "Ask something first."])
    assert qa("ask", QUESTION).code == 0
    result = qa("ask", "-c", "and what about Taiwan?")
    assert "China and Taiwan. [1]" in result.out.splitlines()[0]
    assert "Asking: and what about Taiwan? (Lee, Xi)" in result.err
    why = qa("ask", "-c", "and why?")
    assert (why.code, why.err) == (2, "Without a model “and why?” cannot be understood.\nAsk it as a whole question.\n")
    assert "Asking: how long was the phone call?\n" in qa("ask", "-c", "how long was the phone call?").err
    assert qa("ask", "-c", "--batch", "-").code == 2


@pytest.mark.parametrize(
    ("question", "follow_up"),
    [("and where?", True), ("What about Taiwan?", True), ("when did he call?", True), ("Who is Kang Yu-jung?", False)],
)
def test_what_leans_on_the_question_before(question: str, follow_up: bool) -> None:
    """Pronouns, and words that go on."""
    assert leans(question) is follow_up


def test_a_session_without_a_key(project: Path, process: Run) -> None:
    """A question that leans on the one before takes from it, another one does not; nobody has to say that there is no model."""
    lines = [QUESTION, "Who is Kang Yu-jung?", "and where is the summit?"]
    result = process("chat", stdin="\n".join(lines).encode())
    assert [line for line in result.err.splitlines() if line.startswith("Asking")] == [
        "Asking: and where is the summit? (Kang Yu-jung)"
    ]


def test_a_session(project: Path, process: Run) -> None:
    """Without a model and off a terminal: questions, follow-ups, commands, a line of two parts; failures end nothing."""
    lines = [QUESTION, "and when is the summit?", "/sources", "/show 1", "/show 99", "/save answer.md", "/save answer.json"]
    lines += ["/save /nowhere/x", "/save a\0b", "/bogus", "/new", "how long \\", "was the call?", "", "/quit", "never asked"]
    result = process("chat", "--no-llm", stdin="\n".join(lines).encode())
    assert result.code == 0
    assert result.out.count("[1] seeds/") == 4  # three answers and /sources
    assert ">>>President Lee invited" in result.out
    assert "The last answer has no citation 99" in result.err
    assert "Asking: and when is the summit? (" in result.err
    assert result.err.count("Asking: ") == 1
    assert "/nowhere/x cannot be written" in result.err
    assert "/sources" in result.out
    assert "about 30 minutes" in result.out
    assert (project / "answer.md").read_text().startswith("President Lee")
    assert process("verify", "answer.json").code == 0


def test_ctrl_c_stops_the_answer_and_not_the_session(service: Loopback, project: Path) -> None:
    """A reply that does not come is given up, the next question is answered."""
    service.enqueue(Fault(delay=60), "Lee asked Xi {id:In turn, Lee asked}.")
    child = start(["chat"], stdin=-1)
    assert child.stdin
    child.stdin.write(f"{QUESTION}\n".encode())
    child.stdin.flush()
    deadline = time.monotonic() + 60
    while not any(r.path.endswith("completions") for r in service.requests) and time.monotonic() < deadline:
        time.sleep(0.05)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(f"/new\n{QUESTION}\n".encode(), timeout=60)
    assert child.returncode == 0
    assert "Stopped." in err.decode()
    assert "Lee asked Xi [1]." in out.decode()


@pytest.mark.parametrize(("command", "code"), [("ask", 130), ("chat", 0)])
def test_ctrl_c_on_a_terminal_ends_the_line(service: Loopback, project: Path, command: str, code: int) -> None:
    """What was said of the answer stays, and what follows has a line of its own."""
    service.enqueue(Fault(text="Lee asked Xi {id:In turn, Lee asked}. " * 2000, pause=0.05))
    parent, terminal = pty.openpty()
    child = start([command, *([QUESTION] if command == "ask" else [])], stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    if command == "chat":
        os.write(parent, f"{QUESTION}\n".encode())
    until(parent, b"Xi ")
    child.send_signal(signal.SIGINT)
    ends = b"> " if command == "chat" else b"Stopped."
    assert b"\r\nStopped." in until(parent, ends).replace(b"\x1b[2m", b"")
    if command == "chat":
        os.write(parent, b"\x04")
    assert child.wait(timeout=30) == code
    os.close(parent)


def until(terminal: int, text: bytes) -> bytes:
    """What is shown until a text is."""
    seen, deadline = b"", time.monotonic() + 60
    while text not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 0.2)[0]:
            seen += os.read(terminal, 65536)
    return seen


def test_a_session_on_a_terminal(project: Path) -> None:
    """A prompt, the answer, links where the terminal has them, and Ctrl-D."""
    parent, terminal = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "VTE_VERSION": "7000"}
    child = start(["chat", "--no-llm"], stdin=terminal, stdout=terminal, stderr=terminal, env=environment)
    os.close(terminal)
    until(parent, b"> ")
    os.write(parent, f"{QUESTION}\n".encode())
    assert f"\x1b]8;;file://{project.resolve()}/seeds/{SEED}\x1b\\".encode() in until(parent, f"{SEED}:4".encode())
    until(parent, b"> ")
    os.write(parent, b"\x04")
    assert child.wait(timeout=30) == 0
    os.close(parent)
    assert sys.platform == "win32" or (project / ".qa" / "history").stat().st_mode & 0o077 == 0
