"""Passages as a model was sent them, and replies to them of any shape."""

from hypothesis import strategies as st

from index.passage import Document, Hit, Place
from index.split.passages import split
from qa.answer import REFUSAL


def passage(source: str, *sentences: str, start: int = 0, heading: str = "") -> Hit:
    """A hit of these sentences."""
    spans, text = [], ""
    for sentence in sentences:
        at = start + len(text) + bool(text)
        text = f"{text} {sentence}".strip()
        spans.append((at, at + len(sentence)))
    return Hit(Place(source, start, start + len(text), 1), "", heading, text, tuple(spans), 1.0)


def whole_text(text: str, heading: str = "") -> Hit:
    """A hit that is a whole document in Markdown, in the sentences that the splitter finds."""
    spans = tuple(span for passage in split(Document(text, "", markdown=True)) for span in passage.sentences)
    return Hit(Place("a.md", 0, len(text), 1), "", heading, text, spans, 0.5)


HITS = [
    passage(
        "a.txt", "Lee asked Xi to play a “constructive role” in 2025.", "He paid 1,577.00 euros.", "The call took 30 minutes."
    ),
    passage("b.txt", "Kim stayed at home.", "Zebras run fast, said Donald Trump of the United States."),
]


IDS = [
    *(
        "[1.1]",
        "[1.2]",
        "[2.1]",
        "[9.9]",
        "[0.0]",
        "[0.5, 0.9]",
        "[1.1-1.3]",
        "[1.1-2.2]",
        "[1.1–3]",
        "[1.3-1.1]",
        "[1.1, 2.2]",
    ),
    *("[1.1; 9.1]", "【1.3】", "【1.3†x】", "［2.2］", "[id 1.1]", "[Sentences: 1.1 and 2.2]", "[1.99999]", "[٢.١]"),
]


NEARLY = ["[1.", "[", "]", "1.1]", "[3]", "[^4]", "[٣]", "[12.3 ", "(3.2)", "[sic]", "[a](u)", "2", ",", ", ", "-"]


TEXT = [
    *(" ", "  ", ". ", "\n", "\n\n", "- ", "1. ", "# ", "| ", "|---|\n", "`", "```\n", "*", "**", ":", "“", "”", '"', "。"),
    *(
        "Lee",
        " asked",
        "Kim.",
        "Yes. ",
        "Sources: ",
        "N",
        "NOT_",
        REFUSAL,
        "FOUND",
        "İ",
        "\u2028",
        "\x1b",
        "\r\n",
        "\xa0",
        "\ud800",
    ),
]


REPLIES = st.lists(st.one_of(st.sampled_from([*IDS, *NEARLY, *TEXT]), st.text(max_size=5)), max_size=25).map("".join)


CUTS = st.lists(st.integers(0, 100), max_size=8)
