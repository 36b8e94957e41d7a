"""Replies in the styles that families of models write in, each from the wire to the answer: text, status and what is cited.

The user's document is sent whole, as one passage: [1.6] the exchange of 30 minutes, [1.7] what Lee asked, [1.8] the invitation.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Run
from loopback import Fault, Loopback

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"
ROLE, INVITED = "In turn, Lee asked Xi", "President Lee invited"
ASKED = "Lee asked Xi to play a “constructive role”"

STYLES = [
    # a small hosted model: one terse sentence, the id before the full stop
    ("terse", Fault(text=f"{ASKED} in denuclearisation [1.7]."), 0, f"{ASKED} in denuclearisation [1].", [ROLE]),
    # a chatty local model: a lead-in, a list with bold, ids in a list behind the stop, an offer at the end
    (
        "bullets",
        Fault(
            text="Sure! Here is what Lee asked:\n\n* **A role:** He asked Xi to play a “constructive role”. [1.7]\n"
            "* **A visit:** He invited Xi to South Korea. [1.8]\n\nI hope this helps!"
        ),
        0,
        "Sure! Here is what Lee asked:\n\n* **A role:** He asked Xi to play a “constructive role”. [1]\n"
        "* **A visit:** He invited Xi to South Korea. [2]\n\nI hope this helps!",
        [ROLE, INVITED],
    ),
    # a reasoning model whose server leaves its thoughts in the text, and one that streams them in a field of their own
    (
        "thoughts",
        Fault(text=f"<think>\nThe user asks [1.3]. Is it NOT_FOUND?\n</think>\n\n{ASKED} [1.7]."),
        0,
        f"{ASKED} [1].",
        [ROLE],
    ),
    ("reasoning field", Fault(text=f"{ASKED} [1.7].", reasoning="Is it [1.3]? NOT_FOUND?"), 0, f"{ASKED} [1].", [ROLE]),
    # a model that was taught other brackets, with what its own tools put into them
    (
        "wide brackets",
        Fault(text=f"{ASKED}【1.7†source】 and invited him to South Korea【1.8】."),
        0,
        f"{ASKED} [1] and invited him to South Korea [2].",
        [ROLE, INVITED],
    ),
    # an essayist: several sentences, all ids at the end of the paragraph, with a range
    (
        "paragraph",
        Fault(text="Lee asked Xi to play a constructive role. He also invited him to South Korea. [1.7-1.8]"),
        0,
        "Lee asked Xi to play a constructive role. He also invited him to South Korea. [1][2]",
        [ROLE, INVITED],
    ),
    # ids first, as they stand in the prompt
    (
        "leading",
        Fault(text="[1.7] Lee asked Xi to play a constructive role.\n[1.8] He invited Xi to South Korea."),
        0,
        "[1] Lee asked Xi to play a constructive role.\n[2] He invited Xi to South Korea.",
        [ROLE, INVITED],
    ),
    # a table, and a list of sources below it
    (
        "table",
        Fault(text="| Who | Asked for |\n|---|---|\n| Lee | a constructive role [1.7] |\n\n**Sources:**\n- [1.7]\n- [1.8]"),
        0,
        "| Who | Asked for |\n|---|---|\n| Lee | a constructive role [1] |\n\n**Sources:**\n- [1]\n- [2]",
        [ROLE, INVITED],
    ),
    # the language of the question is not the documents'
    (
        "German",
        Fault(text="Lee bat Xi, bei der Denuklearisierung eine konstruktive Rolle zu spielen [1.7]."),
        0,
        "Lee bat Xi, bei der Denuklearisierung eine konstruktive Rolle zu spielen [1].",
        [ROLE],
    ),
    ("Chinese", Fault(text="李在明要求习近平发挥建设性作用［1.7］。"), 0, "李在明要求习近平发挥建设性作用 [1]。", [ROLE]),
    # a careful one: a part, and what is left open
    (
        "part",
        Fault(text=f"{ASKED} [1.7]. The passages do not say what Xi replied."),
        0,
        f"{ASKED} [1]. The passages do not say what Xi replied.",
        [ROLE],
    ),
    # a careless one: an id that it made up, a figure that it misread, and what it knows by itself
    (
        "careless",
        Fault(text=f"{ASKED} [1.7] [7.2]. The call took 31 minutes [1.6]. Lee was elected in June 2025."),
        3,
        f"{ASKED} [1]. The call took 31 minutes [2]. Lee was elected in June 2025.",
        [ROLE, "During the easygoing"],
    ),
    # the refusal word, with the explanation that some cannot leave out, in bold, or in other words
    ("refusal", Fault(text="NOT_FOUND"), 1, None, []),
    ("explained refusal", Fault(text="**NOT_FOUND**\n\nThe passages only tell what Lee asked of Xi."), 1, None, []),
    ("refusal in words", Fault(text="The documents don't say what Xi asked of Lee."), 1, None, []),
]


@pytest.mark.parametrize(("fault", "code", "text", "quotes"), [style[1:] for style in STYLES], ids=[s[0] for s in STYLES])
def test_styles(
    project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, fault: Fault, code: int, text: str | None, quotes: list[str]
) -> None:
    """Whatever the style, and however it is cut into pieces."""
    for chunk in (1, 7, 1000):
        with Loopback(chunk=chunk) as service:
            monkeypatch.setenv("OPENAI_BASE_URL", service.url)
            service.enqueue(fault)
            result = qa("ask", QUESTION, "--json")
        answer: dict[str, Any] = json.loads(result.out)
        assert (result.code, answer["answer"]) == (code, text)
        assert [c["quote"][: len(q)] for c, q in zip(answer["citations"], quotes, strict=True)] == quotes
        whole = (project / "seeds" / answer["citations"][0]["source"]).read_text("utf-8") if quotes else ""
        assert all(whole[c["start"] : c["end"]] == c["quote"] for c in answer["citations"])
