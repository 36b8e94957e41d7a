"""Claims judged by meaning, by default: what a judge changes, what it costs, and that its failures change nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Run
from loopback import CHAT, DECISIONS, Fault, Loopback

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"
TRUE = "Lee asked Xi to play a constructive role {id:In turn, Lee asked}."
ASKED = "Lee asked Xi to play a constructive role"
SWAPPED = "Xi invited Lee to travel to South Korea {id:President Lee invited}."
DOUBTED = "Lee asked Xi to mediate, said Ishiba {id:In turn, Lee asked}."
LUNA = "gpt-6-luna"


@pytest.fixture
def service(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loopback]:
    """A service of the judge's own model."""
    with Loopback(models=(LUNA,)) as running:
        monkeypatch.setenv("OPENAI_BASE_URL", running.url)
        yield running


def test_one_request_for_all_claims(service: Loopback, qa: Run) -> None:
    """Each aspect of each claim is asked about, with the question and what is cited; the probability is in the JSON."""
    service.enqueue(f"{TRUE} {SWAPPED}")
    service.enqueue(Fault(decisions={"in the same role: who did what to whom: Xi invited": 0.03}), path=DECISIONS)
    result = qa("ask", QUESTION, "--json")
    answer = json.loads(result.out)
    assert (result.code, answer["status"]) == (3, "partial")
    assert [s["supported"] for s in answer["sentences"]] == [True, False]
    assert answer["sentences"][1]["judge"] == {"by": LUNA, "probability": 0.03}
    assert answer["usage"]["input_tokens"] == 200
    assert [r.path for r in service.requests if r.path in (CHAT, DECISIONS)] == [CHAT, DECISIONS]
    body = service.requests[-1].body
    assert body["model"] == LUNA
    assert len(body["questions"]) == 2 * 5 + 2
    assert "denuclearisation of the Korean peninsula" in body["input"]
    assert f"<question>\n{QUESTION}" in body["input"]


def test_a_judge_clears_and_cannot_clear(service: Loopback, qa: Run) -> None:
    """A name that words miss may be meant; a figure that stands nowhere is not there."""
    service.enqueue(DOUBTED, "The call took 77 minutes {id:South Korea’s new president}.")
    assert [qa("ask", QUESTION, "-q").code for _ in range(2)] == [0, 3]
    service.enqueue(DOUBTED)
    off = qa("ask", QUESTION, "-q", "--no-double-check")
    assert off.code == 3
    assert "[?] “Ishiba” is not in the cited sentence: Lee asked Xi to mediate, said Ishiba.\n" in off.out


def test_what_does_not_answer_the_question(service: Loopback, qa: Run) -> None:
    """A true statement about something else is no answer; a false premise is told."""
    service.enqueue(TRUE)
    service.enqueue(Fault(decisions={"together answer this question": 0.02}), path=DECISIONS)
    other = qa("ask", "What did Lee ask of Ishiba?")
    assert (other.code, ASKED in other.out) == (1, False)
    assert "it does not answer this question (gpt-6-luna, 2 % sure that it does)" in other.err
    service.enqueue(TRUE)
    service.enqueue(Fault(decisions={"takes for granted": 0.1}), path=DECISIONS)
    assert "contradict what the question takes for granted" in qa("ask", "Why did Xi ask Lee for a role?").err


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=404),
        Fault(status=429, code="insufficient_quota"),
        Fault(status=400),
        Fault(html=True),
        Fault(raw=b"{"),
        Fault(raw=b'{"answers": 5}'),
        Fault(missing=1),
        Fault(reset=True),
    ],
)
def test_a_judge_that_fails(service: Loopback, qa: Run, fault: Fault) -> None:
    """The answer is whole, and it is said that it was not judged."""
    service.enqueue(TRUE)
    service.enqueue(*[fault] * 3, path=DECISIONS)
    result = qa("ask", QUESTION)
    assert result.code == 0
    assert result.out.startswith(f"{ASKED} [1].\n")
    assert "The claims were not judged by meaning: " in result.err
    assert "Traceback" not in result.err


def test_a_judge_that_declines(service: Loopback, qa: Run) -> None:
    """Its silence is no yes."""
    service.enqueue(DOUBTED)
    service.enqueue(Fault(decisions={"Claim 1": None}), path=DECISIONS)
    result = qa("ask", QUESTION, "--json")
    (sentence,) = json.loads(result.out)["sentences"]
    assert (result.code, sentence["supported"], sentence["judge"]) == (3, False, None)
    assert "1 not judged" in result.err


@pytest.mark.parametrize(
    ("judge", "options", "paths"),
    [
        ("", (), [CHAT, DECISIONS]),
        ("auto", ("--model", "another"), [CHAT]),
        ("none", (), [CHAT]),
        ("none", ("--double-check",), [CHAT, CHAT]),
        ("chat", (), [CHAT, CHAT]),
        ("chat", ("--no-double-check",), [CHAT]),
    ],
)
def test_who_judges(
    service: Loopback, qa: Run, monkeypatch: pytest.MonkeyPatch, judge: str, options: tuple[str, ...], paths: list[str]
) -> None:
    """As options and QA_JUDGE say, an option before a setting."""
    monkeypatch.setenv("QA_JUDGE", judge)
    service.enqueue(TRUE, "1: yes")
    assert qa("ask", QUESTION, *options).code == 0
    assert [r.path for r in service.requests if r.path in (CHAT, DECISIONS)] == paths


def test_a_judge_that_is_none(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One sentence."""
    monkeypatch.setenv("QA_JUDGE", "jury")
    result = qa("ask", QUESTION)
    assert (result.code, result.err) == (2, "QA_JUDGE is “jury”.\nIt is one of auto, chat, none.\n")


def test_more_is_read_where_the_first_passages_refuse(service: Loopback, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, with the next best passages; and what was read is said."""
    monkeypatch.setenv("QA_CONTEXT", "600")
    service.enqueue("NOT_FOUND", "It says so [1.1].")
    assert qa("ask", QUESTION, "-q").code == 0
    first, second = (r.body["messages"][1]["content"] for r in service.requests if r.path == CHAT)
    assert not set(sentences(first)) & set(sentences(second))
    service.enqueue("NOT_FOUND", "NOT_FOUND", "NOT_FOUND")
    refused = qa("ask", QUESTION)
    assert refused.code == 1
    assert "Not in the 4 best of 5 passages." in refused.err
    assert [r.path for r in service.requests].count(CHAT) == 4


def sentences(prompt: str) -> list[str]:
    """Those of the passages that were sent."""
    return [line.partition("] ")[2] for line in prompt.splitlines() if line.startswith("[")]
