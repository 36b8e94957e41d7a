"""The signs behind what is not supported, in a text that streams: where they stand, and what waits for them."""

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from replied import CUTS, HITS, REPLIES

from qa.answer import CitedText
from qa.reply.cite import Citer
from qa.show.marks import UNSUPPORTED, Marker, signed

SIGN = f" {UNSUPPORTED}"

CLAIMS = st.lists(
    st.sampled_from(
        [
            *(
                "Kim stayed [2.1]. ",
                "Kim left in 1999 [2.1]. ",
                "Lee asked. ",
                "Lee asked [9.9]. ",
                "[1.1] Lee asked. ",
                "Yes. ",
            ),
            *("Two things:\n", "- Lee asked [1.1]\n", "- Kim left\n", "\n\n", "[1.1][2.1]\n", "Sources: [2.1]\n", "# Kim\n"),
            *(
                "It took z. B. 30 minutes [1.3]. ",
                "The passages don't say. ",
                "`Kim` stayed. [2.1] ",
                "Mr. Kim came at 5.30 p.m. ",
            ),
        ]
    ),
    max_size=12,
).map("".join)


def streamed(reply: str, cuts: list[int]) -> tuple[list[str], CitedText]:
    """What is shown of a reply that comes in pieces, piece by piece, and the whole."""
    citer, marker, shown, at = Citer(HITS), Marker(), [], 0
    for cut in [*sorted(cuts), len(reply)]:
        shown.append(marker.feed(citer.feed(reply[at : max(at, cut)]), citer.judged))
        at = max(at, cut)
    rest, found = citer.finish()
    return [*shown, marker.finish(rest, found.sentences)], found


def holds(reply: str, cuts: list[int]) -> None:
    """Nothing of the text is lost, no sign stands where none belongs, and none is missing that could be known."""
    assume(SIGN not in reply)
    pieces, found = streamed(reply, cuts)
    shown = "".join(pieces)
    assert shown.replace(SIGN, "") == found.text
    before = [len("".join(shown.split(SIGN)[: n + 1])) for n in range(shown.count(SIGN))]
    assert set(before) <= {end for sentence, _, end in signed(found.text, found.sentences) if sentence.supported is False}
    assert len(before) <= sum(s.supported is False for s in found.sentences)


@settings(max_examples=300, deadline=None)
@example(reply="Lee asked [9.9]. - Lee asked [1.1]\nLee asked [9.9]. ", cuts=[18])
@given(REPLIES | CLAIMS, CUTS)
def test_a_streamed_text_is_the_text_with_signs(reply: str, cuts: list[int]) -> None:
    """Of any reply, in whatever pieces."""
    holds(reply, cuts)


@pytest.mark.soak
@settings(max_examples=10_000, deadline=None)
@given(REPLIES | CLAIMS, CUTS)
def test_laws_at_length(reply: str, cuts: list[int]) -> None:
    """Ten thousand replies."""
    holds(reply, cuts)


@pytest.mark.parametrize(
    ("reply", "pieces"),
    [
        # what is supported goes on at once, and a figure that is not in the sentence is marked when the rest has come
        (["Kim stayed [2.1]. ", "Lee asked [1.1]."], ["Kim stayed [1].", " Lee asked [2].", ""]),
        (["Kim stayed [2.1]. ", "It was 1999 [2.1]."], ["Kim stayed [1].", " It was 1999 [1].", " [?]"]),
        # a claim without an id waits for the end of its paragraph, and for a claim in the next one
        (
            ["Trump won. ", "Kim stayed [2.1].", "\n\nLee asked [1.1]. ", "He paid [1.2]."],
            ["Trump won.", "", "", " [?] Kim stayed [1].\n\nLee asked [2]. He paid [3].", ""],
        ),
        # an id at the end of the paragraph, or behind "Sources:", speaks for it
        (["Lee asked. ", "He paid. ", "[1.1][1.2]"], ["Lee asked.", "", " He paid. [1][2]", ""]),
        (["Kim stayed.\n", "\nSources: ", "[2.1]"], ["Kim stayed.", "", "\n\nSources: [1]", ""]),
    ],
)
def test_what_waits(reply: list[str], pieces: list[str]) -> None:
    """Piece by piece."""
    cuts = [len("".join(reply[: i + 1])) for i in range(len(reply) - 1)]
    assert streamed("".join(reply), cuts)[0] == pieces
