"""Samples of how models reply, one a file in `replies/`: each goes over the wire and comes out as an answer.

`{id:WORDS}` in a reply stands for the id in front of the sentence with these words, such as [3.2], `{n:WORDS}` for it without
brackets; `nan` among `supported` is null.
"""

import json
import tomllib
from pathlib import Path

import pytest
from conftest import Run
from loopback import Fault, Loopback

pytestmark = pytest.mark.usefixtures("without_reader")

SAMPLES = sorted((Path(__file__).parent / "replies").glob("*.toml"))


def test_there_are_samples_of_many_habits() -> None:
    """Each of another one."""
    habits = {tomllib.loads(path.read_text("utf-8"))["habit"] for path in SAMPLES}
    assert len(habits) == len(SAMPLES) > 5


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_reply_becomes_an_answer(path: Path, project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its text with numbers, what is supported of it, and every citation the file's text at its offsets."""
    sample = tomllib.loads(path.read_text("utf-8"))
    with Loopback(chunk=7) as service:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        service.enqueue(Fault(text=sample["reply"], reasoning=sample.get("reasoning", "")))
        answer = json.loads(qa("ask", "--json", sample.get("question", "what did Lee ask of Xi?")).out)
    assert (answer["status"], answer["answer"]) == (sample["status"], sample.get("answer"))
    supported = [None if verdict != verdict else verdict for verdict in sample["supported"]]  # noqa: PLR0124 nan is not itself
    assert [sentence["supported"] for sentence in answer["sentences"]] == supported
    for citation in answer["citations"]:
        text = (project / "seeds" / citation["source"]).read_text("utf-8")
        assert text[citation["start"] : citation["end"]] == citation["quote"]
