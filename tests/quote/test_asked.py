"""What questions ask for, and what the form of a text tells of their answers."""

from pathlib import Path

import pytest
from conftest import Run

from qa.documents.library import open_library
from qa.quote.asked import asked_for, defines, sides
from qa.settings.load import load


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("what is the tidal prism?", "tidal prism"),
        ("Define fetch", "fetch"),
        ("what does fault code E05 mean?", "fault code E05"),
        ("what's meant by a mooring scar", "mooring scar"),
        ("when is the fair?", ""),
        ("who is the owner", ""),
    ],
)
def test_what_is_to_be_defined(question: str, term: str) -> None:
    """A term alone, however it is asked for."""
    assert asked_for(question).term == term


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("Fetch: the distance over which the wind blows.", True),
        ("**Fetch** is the distance over which the wind blows.", True),
        ("- fetch – distance of open water", True),
        ("The fetch (F) is what limits the waves.", True),
        ("Fetch the boat at nine.", False),
        ("The fetch was long.", False),
        ("Its fetch: ten miles.", False),
    ],
)
def test_a_definition(quote: str, told: bool) -> None:
    """Begins with the term and says what it is."""
    assert defines(quote, "fetch") == told


BAY = """# Bay survey

## What to bring

- rubber boots
- a torch
- two ropes

## Words

Wrack: seaweed that the tide has left on the shore. The wrack of last autumn was removed in March by the town.

## Who pays?

The town pays the boat. Fuel is paid by the college, up to 90 litres.
"""
LEASES = {
    "boat-lease.txt": "The lease of the boat may be ended with three months' notice. Its rent is 90 pounds.\n",
    "shed-lease.txt": "It begins in May. The lease may be ended with two weeks' notice. Its rent is 40 pounds.\n",
    "rooms.json": '{"rooms": [{"name": "Heron", "seats": 12}, {"name": "Plover", "seats": 30}]}',
    "loans.xml": "<loans>\n<loan>\n<thing>Brass bell</thing>\n<until>2025-04-01</until>\n</loan>\n"
    "<loan>\n<thing>Old chart</thing>\n<until>2026-10-31</until>\n</loan>\n</loans>\n",
}


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        ("what should we bring for the bay survey?", ["- rubber boots", "- a torch", "- two ropes"]),
        ("what is wrack?", ["Wrack: seaweed that the tide has left on the shore."]),
        ("who pays for the survey?", ["The town pays the boat.", "Fuel is paid by the college, up to 90 litres."]),
        (
            "Has Heron or Plover more seats?",
            ["rooms[0].name: Heron", "rooms[0].seats: 12", "rooms[1].name: Plover", "rooms[1].seats: 30"],
        ),
        (
            "until when is the old chart lent?",
            ["<thing>Old chart</thing>", "<until>2026-10-31</until>"],
        ),
        (
            "What is the notice period of the boat lease compared with the shed lease?",
            ["The lease of the boat may be ended with three months' notice.", "The lease may be ended with two weeks' notice."],
        ),
    ],
)
def test_the_form_of_a_text_tells(project: Path, qa: Run, question: str, quoted: list[str]) -> None:
    """A list below its heading, a definition, all that answers a question of the document; both sides, and whole records."""
    (project / "seeds" / "survey.md").write_text(BAY)
    for name, text in LEASES.items():
        (project / "seeds" / name).write_text(text)
    answer = qa("ask", "-q", question)
    assert [line.rpartition(" [")[0] for line in answer.out.split("\n\n")[0].splitlines()] == quoted


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("sales in 2023 and in 2024", ["sales in 2023", "sales in 2024"]),
        ("What has to be paid in 2023 vs 2024?", ["What has to be paid in 2023?", "What has to be paid in 2024?"]),
        (
            "Is the bell tower higher than the crane?",
            ["Is the bell tower higher than the?", "Is the tower higher than the crane?"],
        ),
        ("Compare the bell tower with the crane", ["Compare the bell tower", "Compare the crane"]),
        ("Which is older, gate A or gate B?", ["Which is older, gate A?", "Which is older, gate B?"]),
        ("Who wrote to Anna and when?", []),
        (
            "Who paid for the tower and for which crane in 2023?",
            ["Who paid for the tower in 2023?", "Who paid for the crane in 2023?"],
        ),
        ("Did more than two gates cost more than the crane did in 2024?", []),
    ],
)
def test_two_things_that_are_compared(project: Path, question: str, texts: list[str]) -> None:
    """The question about each, without what joins them."""
    words = "The sales of 2023 and 2024 paid for the bell tower, the crane, gate A and gate B, as Anna wrote."
    (project / "seeds" / "a.txt").write_text(words)
    with open_library(load(), print, lambda *_: None, frozen=False) as library:
        (found,) = library.search([question], 3)
    assert [side.text for side in sides(found.question)] == texts
