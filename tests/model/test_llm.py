"""Replies of a chat model: the text as it comes, how it ended, and nothing that is not an answer."""

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loopback import CHAT, MODELS, Fault, Loopback, closed_port
from openai.types.shared import ChatModel

from index.errors import (
    KeyRefused,
    NotThere,
    QuotaExhausted,
    RateLimited,
    RequestRefused,
    ServiceBroken,
    ServiceFailure,
    TimedOut,
    Unreachable,
)
from index.service.endpoint import Service
from qa.answer import Usage
from qa.model.endpoint import DEFAULT_MODEL, Finished, models, stream

PROMPT = [
    {"role": "system", "content": "Cite."},
    {"role": "user", "content": "[1.1] Lee met Xi. [3.2] In turn, Lee asked Xi to play a role."},
]
COUNTED = Usage(100, 20)


def ask(loopback: Loopback, *replies: str | Fault, timeout: float = 10) -> tuple[list[str], Finished]:
    """The deltas of one reply and its end."""
    loopback.enqueue(*replies)
    *deltas, finished = stream(Service(loopback.url, "key-of-a-test"), "loop-model", PROMPT, timeout)
    assert isinstance(finished, Finished)
    assert all(isinstance(delta, str) and delta for delta in deltas)
    return [str(delta) for delta in deltas], finished


def test_default_model_is_one_that_openai_lists() -> None:
    """The package's own list of chat models has it."""
    listed = {name for kind in get_args(ChatModel) or (ChatModel,) for name in get_args(kind) or (kind,)}
    assert DEFAULT_MODEL in listed


def test_text_arrives_in_deltas_and_ends_with_reason_and_usage() -> None:
    """The wire format as it is sent and read; ids may be split between deltas."""
    with Loopback(chunk=3) as loopback:
        deltas, finished = ask(loopback, "Lee asked Xi {id:In turn, Lee asked}.")
        (request,) = loopback.requests
    assert "".join(deltas) == "Lee asked Xi [3.2]."
    assert len(deltas) == 7
    assert finished == Finished("stop", COUNTED)
    assert request.path == CHAT
    assert request.body == {
        "model": "loop-model",
        "messages": PROMPT,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
    | st.sampled_from(["<thin ice> <think>", "<th", "<think>", "<think>a</think> b"]),
    thoughts=st.none() | st.text(st.sampled_from("ab <>/think\n")).filter(lambda text: "</think>" not in text),
    chunk=st.integers(1, 9),
)
def test_text_is_what_was_written_after_the_thoughts(text: str, thoughts: str | None, chunk: int) -> None:
    """However it is cut into deltas: without thoughts in tags, without white space before it, else unchanged."""
    written = text if thoughts is None else f"\n<think>{thoughts}</think>\n\n{text}"
    text = written.lstrip()
    while text.startswith("<think>"):
        text = text.partition("</think>")[2].lstrip()
    with Loopback(chunk=chunk) as loopback:
        loopback.enqueue(Fault(text=written, reasoning="What did Lee ask?"))
        try:
            *deltas, _ = stream(Service(loopback.url, "key-of-a-test"), "m", PROMPT, 10)
        except ServiceBroken:
            deltas = []
    assert "".join(map(str, deltas)) == text


@pytest.mark.parametrize(
    ("fault", "leaf"),
    [
        (Fault(text=""), ServiceBroken),
        (Fault(text=" \n"), ServiceBroken),
        (Fault(text="<think>Lee asked"), ServiceBroken),  # nothing but thoughts
        (Fault(text="", finish="length"), ServiceBroken),  # its thoughts took all the room
        (Fault(finish=None), ServiceBroken),
        (Fault(cut=True), ServiceBroken),
        (Fault(reset=True), ServiceBroken),
        (Fault(raw=b"{not json"), ServiceBroken),
        (Fault(raw=b'"\xff"'), ServiceBroken),
        (Fault(code="server_error"), ServiceBroken),  # an error event inside the stream
        (Fault(code="rate_limit_exceeded"), RateLimited),
        (Fault(code="429"), RateLimited),  # as OpenRouter does
        (Fault(code="insufficient_quota"), QuotaExhausted),
        (Fault(finish="content_filter"), RequestRefused),
        (Fault(text="", refusal="I cannot help with that."), RequestRefused),
        (Fault(html=True), NotThere),
        (Fault(status=401), KeyRefused),
        (Fault(status=404), NotThere),
        (Fault(status=400), RequestRefused),
        (Fault(status=429, retry_after=3600), RateLimited),
        (Fault(delay=30), TimedOut),
    ],
)
def test_each_fault_has_its_leaf(fault: Fault, leaf: type[ServiceFailure]) -> None:
    """Whatever is not a whole answer ends in one sentence that names the host and the model."""
    with Loopback() as loopback:
        loopback.enqueue(*[fault] * 3)  # a lost connection is tried again
        with pytest.raises(ServiceFailure) as caught:
            list(stream(Service(loopback.url, "key-of-a-test"), "loop-model", PROMPT, 1))
    assert type(caught.value) is leaf
    assert loopback.url.removeprefix("http://").removesuffix("/v1") in str(caught.value)
    assert "loop-model" in str(caught.value)


@pytest.mark.parametrize("raw", [b"5", b"[]", b"null", b"{}", b'{"choices": null}', b'{"choices": ["x"]}'])
def test_odd_events_are_passed_over(raw: bytes) -> None:
    """An event that carries no text does no harm: some services send such to keep the connection open."""
    with Loopback() as loopback:
        deltas, finished = ask(loopback, Fault(text="Lee asked.", raw=raw))
    assert "".join(deltas) == "Lee asked."
    assert finished.reason == "stop"


def test_what_came_before_the_break_is_given() -> None:
    """The text up to the break has been shown by then; the failure comes after it."""
    with Loopback(chunk=4) as loopback:
        loopback.enqueue(Fault(text="Lee asked Xi to play a role.", cut=True))
        reply = stream(Service(loopback.url, "key-of-a-test"), "loop-model", PROMPT, 10)
        assert next(reply) == "Lee "
        with pytest.raises(ServiceBroken):
            list(reply)


def test_an_answer_cut_at_its_length_is_given_to_the_caller() -> None:
    """It is text, and the reason says that it is not all."""
    with Loopback() as loopback:
        deltas, finished = ask(loopback, Fault(text="Lee asked Xi to", finish="length"))
    assert "".join(deltas) == "Lee asked Xi to"
    assert finished == Finished("length", COUNTED)


def test_a_refusal_is_quoted() -> None:
    """In the model's own words, after which no text counts."""
    with Loopback() as loopback, pytest.raises(RequestRefused, match="declined to answer: “I cannot help with that”"):
        ask(loopback, Fault(text="", refusal="I cannot help with that."))


def test_an_endpoint_that_refuses_stream_options_is_asked_without() -> None:
    """Once, and the count of tokens is then unknown."""
    with Loopback() as loopback:
        loopback.stream_options = False
        deltas, finished = ask(loopback, "not for the refused call", "Lee asked.")
        assert ["stream_options" in request.body for request in loopback.requests] == [True, False]
    assert "".join(deltas) == "Lee asked."
    assert finished == Finished("stop", None)


def test_a_lone_surrogate_is_sent_as_a_question_mark() -> None:
    """A command line that is not UTF-8 puts one into the question."""
    with Loopback() as loopback:
        asked = [{"role": "user", "content": "caf\udce9?"}]
        list(stream(Service(loopback.url, "key-of-a-test"), "loop-model", asked, 10))
        assert loopback.requests[0].body["messages"] == [{"role": "user", "content": "caf??"}]


def test_a_reply_that_is_left_ends_the_connection() -> None:
    """Ctrl-C in the middle of an answer: closing the generator raises nothing."""
    with Loopback(chunk=1) as loopback:
        reply = stream(Service(loopback.url, "key-of-a-test"), "loop-model", PROMPT, 10)
        assert next(reply) == "L"
        reply.close()  # type: ignore[attr-defined]
        assert list(reply) == []


def test_models_are_listed_as_the_service_orders_them() -> None:
    """All of them."""
    with Loopback(models=("zeta", "alpha")) as loopback:
        assert models(Service(loopback.url, "key-of-a-test"), 10) == ["zeta", "alpha"]
        assert [request.path for request in loopback.requests] == [MODELS]


@pytest.mark.parametrize(
    ("fault", "leaf"),
    [
        (Fault(html=True), NotThere),
        (Fault(status=404), NotThere),
        (Fault(raw=b"{}"), ServiceBroken),
        (Fault(raw=b'{"data": {}}'), ServiceBroken),
        (Fault(status=401), KeyRefused),
    ],
)
def test_a_service_without_a_list_of_models(fault: Fault, leaf: type[ServiceFailure]) -> None:
    """Says so."""
    with Loopback() as loopback:
        loopback.enqueue(fault, path=MODELS)
        with pytest.raises(leaf):
            models(Service(loopback.url, "key-of-a-test"), 10)


def test_nobody_listens() -> None:
    """The service is not running."""
    with pytest.raises(Unreachable):
        list(stream(Service(closed_port(), "key-of-a-test"), "loop-model", PROMPT, 10))
