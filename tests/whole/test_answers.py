"""Asking with a model, end to end, against a server on loopback that speaks the wire format and misbehaves on demand."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import SEED, Run, start
from loopback import CHAT, EMBEDDINGS, MODELS, Fault, Loopback, closed_port

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"
LEE = (
    "In turn, Lee asked Xi to play a “constructive role” in the process of denuclearisation of the Korean peninsula, over"
    " which hangs North Korea’s nuclear threat."
)
CLAIM = "Lee asked Xi to play a constructive role"
REPLY = f"{CLAIM} {{id:In turn, Lee asked}}."


@pytest.fixture
def service(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A model that is set up for the project."""
    with Loopback(chunk=3) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-test-key-that-must-not-show")
        yield running


def test_an_answer_with_its_source(service: Loopback, qa: Run) -> None:
    """The whole output; the only model that the endpoint lists is asked, with nothing but messages and streaming."""
    service.enqueue(REPLY)
    result = qa("ask", QUESTION, "-q")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"{CLAIM} [1].\n\n[1] seeds/{SEED}:4  “{LEE}”\n"
    request = service.requests[-1].body
    assert request.keys() == {"model", "messages", "stream", "stream_options"}
    assert request["model"] == "loop-model"
    assert QUESTION in request["messages"][-1]["content"]


def test_an_answer_as_json(service: Loopback, qa: Run) -> None:
    """Sentences, citations with offsets, tokens."""
    service.enqueue(f"{REPLY} The call took 31 minutes {{id:South Korea’s new president}}.")
    result = qa("ask", QUESTION, "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["status"], answer["model"]) == (3, "partial", "loop-model")
    assert answer["answer"] == f"{CLAIM} [1]. The call took 31 minutes [2]."
    assert answer["sentences"] == [
        {"text": f"{CLAIM}.", "citations": [1], "supported": True, "why": None, "judge": None},
        {
            "text": "The call took 31 minutes.",
            "citations": [2],
            "supported": False,
            "why": "31 is not in the cited sentence",
            "judge": None,
        },
    ]
    text = Path("seeds", SEED).read_text(encoding="utf-8")
    assert all(text[c["start"] : c["end"]] == c["quote"] for c in answer["citations"])
    assert set(answer["usage"]) == {"input_tokens", "output_tokens"}
    assert answer["cost"] is None
    assert "sk-test" not in result.out + result.err


def test_an_answer_as_markdown(service: Loopback, qa: Run) -> None:
    """Numbers are footnotes."""
    service.enqueue(REPLY)
    assert qa("ask", QUESTION, "--markdown").out == f"{CLAIM}[^1].\n\n[^1]: seeds/{SEED}:4 “{LEE}”\n".replace("[^1].", " [^1].")


def test_what_is_not_supported_is_marked(service: Loopback, qa: Run) -> None:
    """Unknown ids, claims without one, and figures that are not in the sentence; nothing is dropped."""
    service.enqueue("Lee asked Xi for money [99.1]. Trump won.")
    result = qa("ask", QUESTION, "-q")
    assert result.code == 3
    assert result.out == (
        "Lee asked Xi for money. [?] Trump won. [?]\n"
        "[?] it cites a sentence that there is not: Lee asked Xi for money.\n"
        "[?] no sentence is cited for it: Trump won.\n"
    )


def test_markdown_without_an_answer(service: Loopback, qa: Run) -> None:
    """The nearest passages, so that the user can judge; the best sentences are said to be no answer."""
    service.enqueue("NOT_FOUND", Fault(status=401))
    none = qa("ask", "what did Xi ask of Lee?", "--markdown")
    assert none.code == 1
    assert none.out.startswith(f"The documents don't say. The nearest passages:\n\n- seeds/{SEED}:")
    assert none.out.count("\n- seeds/") == 3
    failed = qa("ask", QUESTION, "--markdown", "--explain")
    assert (failed.code, failed.out.startswith(LEE)) == (5, True)
    assert failed.err.startswith("Closest sentences (no model has read them):\n")
    assert f"seeds/{SEED}:4: " in failed.err


def test_markdown_has_the_marks(service: Loopback, qa: Run) -> None:
    """What is not supported is marked there too."""
    service.enqueue("Lee asked for 77 pandas {id:In turn, Lee asked}.")
    result = qa("ask", QUESTION, "--markdown", "-q")
    assert result.code == 3
    assert result.out.startswith("Lee asked for 77 pandas [^1]. [?]\n")


def test_no_endpoint_stands_in_json(service: Loopback, qa: Run) -> None:
    """It is named on stderr."""
    service.enqueue(*[Fault(status=401)] * 2)
    result = qa("ask", QUESTION, "--json")
    assert "127.0.0.1" not in result.out
    assert "127.0.0.1" in result.err


def test_the_documents_dont_say(service: Loopback, qa: Run) -> None:
    """Exit 1, no answer, and the nearest passages."""
    service.enqueue("NOT_FOUND", "NOT_FOUND")
    answer = json.loads(qa("ask", "what did Xi ask of Lee?", "--json").out)
    assert (answer["status"], answer["answer"], answer["citations"]) == ("not_found", None, [])
    assert len(answer["nearest"]) == 3
    shown = qa("ask", "what did Xi ask of Lee?")
    assert shown.code == 1
    assert shown.out.count("\n") == 3
    assert "The documents don't say. The nearest passages:" in shown.err


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (Fault(status=401), "key_refused", "does not accept the key"),
        (Fault(status=404), "not_there", "loop-model"),
        (Fault(status=429, code="insufficient_quota"), "quota_exhausted", ""),
        (Fault(text=""), "service_broken", "empty"),
        (Fault(text=REPLY * 20, cut=True), "service_broken", ""),
        (Fault(finish=None), "service_broken", "without a finish reason"),
        (Fault(finish="content_filter"), "request_refused", ""),
        (Fault(html=True), "not_there", ""),
        (Fault(raw=b"data: {garbage"), "service_broken", ""),
        (Fault(reset=True), "service_broken", ""),
    ],
)
def test_a_model_that_fails(service: Loopback, qa: Run, fault: Fault, code: str, words: str) -> None:
    """The best sentences are printed all the same, the reason is one sentence, and the exit code is 5."""
    service.enqueue(*[fault] * 4)
    result = qa("ask", QUESTION, "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["status"], answer["answer"].split(" [1]")[0]) == (5, "passages", LEE)
    assert (answer["error"]["code"], answer["error"]["exit"]) == (code, 5)
    assert words in answer["error"]["message"]
    assert "Traceback" not in result.err
    assert "sk-test" not in result.out + result.err


def test_an_endpoint_that_is_not_there(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connection refused: already when it is asked for its models."""
    monkeypatch.setenv("OPENAI_BASE_URL", closed_port())
    result = qa("ask", QUESTION, "-q")
    assert (result.code, result.out.split(" [1]")[0]) == (5, LEE)
    assert result.err.startswith("There is no connection to 127.0.0.1:")


def test_a_reply_that_stops_for_length_is_partial(service: Loopback, qa: Run) -> None:
    """And it is said."""
    service.enqueue(Fault(text=REPLY, finish="length"))
    result = qa("ask", QUESTION)
    assert result.code == 3
    assert "stopped for length" in result.err


def test_no_model_is_named_and_there_are_several(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are listed; the best sentences are printed all the same."""
    with Loopback(models=("small", "large")) as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        result = qa("ask", QUESTION, "-q")
        assert result.code == 5
        assert "serves small, large" in result.err
        service.enqueue(REPLY)
        assert qa("ask", QUESTION, "--model", "large", "-q").code == 0
        assert service.requests[-1].body["model"] == "large"


@pytest.mark.parametrize("how", ["--no-llm", "QA_MODEL", "QA_OFFLINE", "--model=none"])
def test_no_model_is_asked(service: Loopback, qa: Run, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Each way to say so; no connection is made."""
    if how.startswith("QA"):
        monkeypatch.setenv(how, {"QA_MODEL": "none", "QA_OFFLINE": "1"}[how])
    result = qa("ask", QUESTION, "-q", *([how] if how.startswith("--") else []))
    assert (result.code, result.out.split(" [1]")[0]) == (0, LEE)
    assert service.requests == []


def test_hostile_replies_change_nothing_but_the_text(service: Loopback, qa: Run) -> None:
    """Control characters of a model don't come out."""
    service.enqueue(f"{CLAIM}\x1b]0;title\x07 {{id:In turn, Lee asked}}.")
    assert not set(qa("ask", QUESTION).out) & set("\x1b\x07")


def test_batch_with_a_model(service: Loopback, process: Run, project: Path) -> None:
    """One object a line, in order; a line whose model fails has the best sentences."""
    service.enqueue(REPLY, Fault(status=401), "NOT_FOUND")
    result = process("ask", "--batch", "-", stdin=f"{QUESTION}\n{QUESTION}\n{QUESTION}\n".encode(), cwd=project)
    assert [json.loads(line)["status"] for line in result.out.splitlines()] == ["answered", "passages", "not_found"]
    assert result.code == 0


def test_on_a_terminal_the_answer_streams(service: Loopback, project: Path) -> None:
    """Numbers in colour, each once, then the sources; no id of the protocol is seen."""
    service.enqueue(REPLY)
    shown, code = on_a_terminal("ask", QUESTION)
    assert code == 0
    begins, source = shown.partition(f"{CLAIM} \x1b[36m[1]\x1b[0m.\r\n\r\n")[1:]
    assert begins
    assert " ".join(source.split()).startswith(f"\x1b[36m[1]\x1b[0m \x1b[4mseeds/{SEED}:4\x1b[0m “{LEE}”")  # lines are wrapped
    assert shown.count(CLAIM) == 1
    service.enqueue(REPLY)
    plain, _ = on_a_terminal("ask", QUESTION, "--color", "never")
    assert "\x1b" not in plain


def test_on_a_terminal_the_marks_stand_in_the_text(service: Loopback, project: Path) -> None:
    """A sign in another colour behind what is not supported, as it streams; why under the answer, as what a judge says."""
    service.enqueue(f"Lee asked for 77 pandas {{id:In turn, Lee asked}}. {REPLY}", REPLY, "1: no")
    shown, code = on_a_terminal("ask", QUESTION)
    assert code == 3
    assert f"77 pandas \x1b[36m[1]\x1b[0m. \x1b[33m[?]\x1b[0m {CLAIM} \x1b[36m[1]\x1b[0m.\r\n" in shown
    assert "[?] 77 is not in the cited sentence: Lee asked for 77 pandas." in shown
    shown, code = on_a_terminal("ask", QUESTION, "--double-check", "--color", "never")
    assert code == 3
    assert f"{CLAIM} [1].\r\n[?] the cited sentences do not say it: {CLAIM}." in shown


def on_a_terminal(*arguments: str) -> tuple[str, int]:
    """What a person sees of a command line, and its exit code."""
    ours, theirs = pty.openpty()
    child = start(arguments, stdin=theirs, stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        shown += part
    os.close(ours)
    return shown.decode(), child.wait()


# Embeddings over the wire


def test_an_endpoint_from_dotenv_is_called_without_the_users_key(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither for models, answers and second looks nor for embeddings; one sentence says so, and no output has the key."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-the-users-own-key")
    with Loopback() as service:
        (project / ".env").write_text(f"OPENAI_BASE_URL={service.url}\n", encoding="utf-8")
        assert qa("trust").code == 0
        runs = [qa("index", "--embedder", "openai"), qa("ask", QUESTION, "--double-check"), qa("show", "--json")]
        assert {r.path for r in service.requests} == {EMBEDDINGS, MODELS, CHAT}
        assert not any("users-own-key" in str(r) for r in service.requests)
    assert not any("users-own-key" in run.out + run.err for run in runs)
    assert "The endpoint comes from .env, so the key from the environment is not sent to it" in runs[1].err
    saved = [path for path in (project / ".qa").rglob("*") if path.is_file() and b"users-own-key" in path.read_bytes()]
    assert saved == []


def test_openai_embeddings(service: Loopback, qa: Run, project: Path) -> None:
    """Used only when they are named; an edit sends the changed passages alone; a second run sends nothing."""
    assert qa("index", "-q").code == 0
    assert service.requests == []
    said = qa("index", "--embedder", "openai")
    assert (said.code, "Up to 896 tokens of 1 file go to 127.0.0.1" in said.err) == (0, True)
    first = sent(service)
    assert len(first) == 5
    seed = project / "seeds" / SEED
    seed.write_text(seed.read_text("utf-8").replace("about 30 minutes", "about 40 minutes"), "utf-8")
    assert qa("index", "-q").code == 0
    assert len(sent(service)) == 1
    assert qa("index", "-q").code == 0
    assert sent(service) == []
    assert "40 minutes" in qa("ask", "--no-llm", "how long did they speak on the phone?", "-q").out


def sent(service: Loopback) -> list[str]:
    """The texts that were sent to be embedded, but for a probe; forgets them."""
    texts = [text for r in service.requests if r.path == EMBEDDINGS for text in r.body["input"] if len(text) > 40]
    service.requests.clear()
    return texts


def test_an_embedding_service_that_fails_loses_no_document(service: Loopback, qa: Run, project: Path) -> None:
    """`qa index` exits 5 and keeps what it has; `ask` goes on by words, says so, and the next run pays."""
    assert qa("index", "--embedder", "openai", "-q").code == 0
    (project / "seeds" / "new.txt").write_text("Zebras run from lions.")
    service.enqueue(*[Fault(status=500)] * 20, path=EMBEDDINGS)
    failed = qa("index", "-q")
    assert failed.code == 5
    assert failed.err.count("\n") <= 2
    asked = qa("ask", "--no-llm", "what do zebras run from?")
    assert (asked.code, asked.out.split(" [1]")[0]) == (0, "Zebras run from lions.")
    assert "found by" in asked.err
    service.queues.clear()
    assert json.loads(qa("index", "--json").out)["owed"] == 0


# Signals


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_stopped_in_the_middle_of_indexing(service: Loopback, project: Path, qa: Run, number: int, code: int) -> None:
    """What was stored stays, the lock is free, and the next run goes on."""
    for n in range(40):
        (project / "seeds" / f"{n}.txt").write_text(
            "\n\n".join(f"Zebra {n} of herd {i} runs. " + "word " * 150 for i in range(30))
        )
    service.enqueue(*[Fault(delay=0.3)] * 100, path=EMBEDDINGS)
    child = start(("index", "--embedder", "openai"))
    while len(service.requests) < 4:
        time.sleep(0.02)
    child.send_signal(number)
    _, err = child.communicate(timeout=20)
    assert child.returncode == code
    assert b"Traceback" not in err
    service.queues.clear()
    assert qa("index", "-q").code == 0
    status = json.loads(qa("status", "--json").out)
    assert (status["sources"], status["owed"], status["pending"]) == (41, 0, [])


# Other processes


def test_a_question_beside_another_process_that_indexes(service: Loopback, project: Path, process: Run) -> None:
    """Law 10: it waits a second, answers from what is there and says that it is not fresh."""
    assert process("index", "--embedder", "openai", cwd=project).code == 0
    for n in range(5):
        (project / "seeds" / f"{n}.txt").write_text(f"Zebra {n} runs.")
    over = threading.Event()
    service.enqueue(Fault(), *[Fault(until=over)] * 4, path=EMBEDDINGS)
    child = start(("index",), cwd=project)
    while not any(r.path == EMBEDDINGS and "Zebra 0 runs." in r.body["input"] for r in service.requests):
        assert child.poll() is None, child.communicate()
        time.sleep(0.02)
    service.queues.clear()
    asked = process("ask", "--no-llm", "--json", QUESTION, cwd=project)
    answer = json.loads(asked.out)
    assert child.poll() is None, "the other process had finished already"
    over.set()
    assert (asked.code, answer["answer"].split(" [1]")[0], answer["index"]["fresh"]) == (0, LEE, False)
    assert answer["index"]["pending"] == 5
    assert "Another process is indexing" in asked.err
    child.communicate(timeout=60)
    assert child.returncode == 0


def test_a_first_question_waits_for_a_first_build(service: Loopback, project: Path, process: Run) -> None:
    """While another process's first build has stored nothing, there is nothing to answer from."""
    service.enqueue(*[Fault(delay=2.5)] * 2, path=EMBEDDINGS)
    child = start(("index", "--embedder", "openai"), cwd=project)
    while not service.requests:
        time.sleep(0.02)
    asked = process("ask", "--no-llm", QUESTION, cwd=project)
    assert (asked.code, asked.out.split(" [1]")[0]) == (0, LEE)
    assert child.wait(timeout=60) == 0


@pytest.mark.parametrize("many", [pytest.param(10, marks=pytest.mark.soak), 4])
def test_questions_at_once(project: Path, process: Run, many: int) -> None:
    """On a folder that nobody has indexed; all answer, none dies."""
    code = [sys.executable, "-m", "qa", "ask", QUESTION]
    children = [subprocess.Popen(code, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=project) for _ in range(many)]
    for child in children:
        out, err = child.communicate(timeout=120)
        assert (child.returncode, out.decode().split(" [1]")[0]) == (0, LEE), err
