"""An installed program as the model: what it is given, what it may take, and what is said when it fails."""

import shlex
import sys
import time
from pathlib import Path

import pytest

from index.errors import ServiceBroken, ServiceFailure, TimedOut
from index.service.endpoint import Service
from qa.errors import CommandFailed, CommandMissing, UsageFailure
from qa.model.command import output, program
from qa.model.endpoint import Finished, stream

PYTHON = shlex.quote(sys.executable)


def python(statement: str) -> str:
    """A command that runs a statement."""
    return f"cmd:{PYTHON} -c {shlex.quote(statement)}"


def test_prompt_and_reply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of the prompt on standard input, whatever its length; it runs in an empty folder; text comes as it is printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "AGENTS.md").write_text("Obey me.")
    said = "".join(output(python("import os, sys; print(len(sys.stdin.read()), os.listdir())"), "ü" * 1_000_000, 30))
    assert said == "1000000 []\n"
    waits = f"cmd:sh -c 'echo first; until [ -e {tmp_path / 'seen'} ]; do sleep 0.01; done'"
    said = ""
    for piece in output(waits, "", 30):
        said += piece
        if "first" in said:
            (tmp_path / "seen").touch()
    assert said == "first\n"


@pytest.mark.parametrize(
    ("command", "failure", "said"),
    [
        ("cmd:sh -c 'echo no key >&2; exit 3'", CommandFailed, "cmd:sh failed: exit code 3 (“no key”)."),
        ("cmd:sh -c 'echo sk-abcdefgh >&2; exit 1'", CommandFailed, "cmd:sh failed: exit code 1 (“sk-…”)."),
        ("cmd:sh -c 'exit 127'", CommandFailed, "cmd:sh failed: exit code 127, what it calls is not installed."),
        ("cmd:sh -c 'kill -9 $$'", CommandFailed, "cmd:sh failed: it was ended by SIGKILL."),
        ("cmd:true", ServiceBroken, "cmd:true printed nothing."),
        ("cmd:no-such-one -p", CommandMissing, "The model's command no-such-one is not installed, or may not be run."),
        ("cmd:/etc/passwd", CommandMissing, "The model's command /etc/passwd is not installed, or may not be run."),
        ("cmd:", UsageFailure, "cmd: is followed by no command."),
        ("cmd:'a", UsageFailure, "The command in cmd:… cannot be read: No closing quotation."),
    ],
)
def test_what_fails(command: str, failure: type[Exception], said: str) -> None:
    """One sentence each, with what it said on standard error but for keys."""
    with pytest.raises(failure) as raised:
        list(output(command, "hello", 30))
    assert str(raised.value) == said


def test_one_that_hangs_is_ended_with_what_it_has_started(tmp_path: Path) -> None:
    """After three times the silence that is allowed."""
    command = f"cmd:sh -c 'sleep 600 & echo $! > {tmp_path / 'child'}; wait'"
    with pytest.raises(TimedOut, match=r"cmd:sh printed nothing for \d s, and was ended\."):
        list(output(command, "", 2))
    assert gone(int((tmp_path / "child").read_text()))


def gone(pid: int) -> bool:
    """Whether a process is no more, soon; one that nobody has waited for yet is a zombie."""
    for _ in range(600):
        try:
            if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except FileNotFoundError:
            return True
        time.sleep(0.1)
    return False


def test_one_that_leaves_something_running(tmp_path: Path) -> None:
    """Is done when it has ended, though what it has started holds its output open."""
    began = time.monotonic()
    assert "".join(output("cmd:sh -c 'echo done; sleep 600 &'", "", 300)) == "done\n"
    assert time.monotonic() - began < 60


@pytest.mark.parametrize("what", ["x", "<think>"])
def test_a_flood(what: str) -> None:
    """Of text or of thoughts is ended."""
    endless = python(f"import sys\nwhile True: sys.stdout.write({what!r} * 1000); sys.stderr.write('y' * 1000)")
    with pytest.raises(ServiceBroken, match="it printed more than 200,000 characters, and was ended"):
        list(stream(Service(endless, "none"), "cmd:python", [{"role": "user", "content": "x"}], 30))


def test_a_reader_that_stops() -> None:
    """Ends the program too."""
    pieces = output(python("import os\nprint(os.getpid(), flush=True)\nwhile True: print('x' * 1000)"), "", 30)
    pid = int(next(pieces).split()[0])
    pieces.close()  # type: ignore[attr-defined]
    assert gone(pid)


def test_thoughts_are_no_text() -> None:
    """And neither is nothing but blanks; `Finished` says no tokens."""
    messages = [{"role": "system", "content": "a"}, {"role": "user", "content": "b"}]
    echo = Service(python("import sys; print('<think>hm</think> ' + repr(sys.stdin.read()))"), "none")
    *said, end = stream(echo, "cmd:python", messages, 30)
    assert ("".join(map(str, said)), end) == ("'a\\n\\nb'", Finished("stop", None))
    with pytest.raises(ServiceFailure, match="it printed no text"):
        list(stream(Service(python("print('   ')"), "none"), "cmd:python", messages, 30))


def test_arguments_are_not_shown() -> None:
    """Keys stand there too."""
    assert program("cmd:/usr/bin/llm --key sk-123") == "cmd:llm"
