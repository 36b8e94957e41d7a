"""Which sentences of a passage may be quoted, and what leads to them."""

import pytest
from replied import whole_text

from qa.quote.sentences import quotable


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ("Hi Anna,\n\nThe gate is mended.\n\nBest regards,\nTom\n", ["The gate is mended."]),
        ("From: Tom <t@example.org>\n\nSubject: gate\n\nThe gate is mended.", ["The gate is mended."]),
        ("On 3 May 2025, Anna wrote:\n\n> Is the gate mended?\n\nIt is mended.", ["It is mended."]),
        ("| Code | Meaning |\n|---|---|\n| E02 | no gas |", ["| E02 | no gas |"]),
        ("| Fault codes | |\n| Code | Meaning |\n| --- | --- |\n| E02 | no gas |", ["| E02 | no gas |"]),
        (
            "| Name: Ann Lee | Room: 3 |\n| Name: Bo Lind | Room: 4 |",
            ["| Name: Ann Lee | Room: 3 |", "| Name: Bo Lind | Room: 4 |"],
        ),
        (
            "| Name | Room |\n| Name: Ann Lee | Room: 3 |\n| Name: Bo | Room: 4 |",
            ["| Name: Ann Lee | Room: 3 |", "| Name: Bo | Room: 4 |"],
        ),
        ("5. How to store it\n\nStore it below 25 degrees.", ["Store it below 25 degrees."]),
        ("**Delivery**\n\nIt takes three days.", ["It takes three days."]),
        ("def gate(open: bool) -> str:\n\nMends the gate.", ["Mends the gate."]),
        (".. function:: gate(open)\n\nMends the gate.", ["Mends the gate."]),
        ("src/gate/mend.py\n\nThe gate is mended there.", ["The gate is mended there."]),
        ("Place: Princess Pavilion\n\nIt begins at eight.", ["Place: Princess Pavilion", "It begins at eight."]),
        ("Thanks to Tom the gate is mended.", ["Thanks to Tom the gate is mended."]),
        ("Dear visitors may bring dogs.", ["Dear visitors may bring dogs."]),
    ],
)
def test_what_may_be_quoted(text: str, quoted: list[str]) -> None:
    """No heading, greeting, head of a mail, signature, name of a file or of columns; what only looks like one stays."""
    assert [one.ref.quote for one in quotable(whole_text(text))] == quoted


def test_who_asks_about_a_mail_gets_its_head() -> None:
    """The sender is in no other place."""
    hit = whole_text("From: Tom <t@example.org>\n\nThe gate is mended.")
    assert [one.ref.quote for one in quotable(hit, mail=True)] == ["From: Tom <t@example.org>", "The gate is mended."]


def test_what_leads_to_a_sentence_is_said_of_it() -> None:
    """A question of the document, or a heading; of the next sentence alone."""
    first, second = quotable(whole_text("How long does delivery take?\n\nThree days. Returns are free."))
    assert (first.lead, first.ref.quote, second.lead) == ("How long does delivery take?", "Three days.", "")
