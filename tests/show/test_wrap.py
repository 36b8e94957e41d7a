"""Lines as wide as a terminal: nothing is lost, and pieces come to the same as the whole."""

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.show.wrap import Wrapping, flowing, width_of, wrapped

WORDS = st.text(alphabet="ab \n-*|`1.é\u0301漢字。\x1b[1m", max_size=200)


@given(WORDS, st.integers(1, 30))
def test_laws(text: str, width: int) -> None:
    """But for blanks it is the same text; a line that is too wide has one word behind its margin, or is left as it is."""
    shown = wrapped(text, width)
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text)
    assert shown.count("\n") >= text.rstrip().count("\n")


@given(WORDS, st.lists(st.integers(0, 200), max_size=10), st.integers(5, 30))
def test_a_stream_is_wrapped_as_the_whole(text: str, cuts: list[int], width: int) -> None:
    """Wherever it is cut."""
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    wrapping = Wrapping(width)
    shown = "".join(wrapping.feed(text[a:b]) for a, b in pairwise(places)) + wrapping.finish()
    assert shown == wrapped(text, width)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("one two three four", "one two\nthree four"),
        ("one two\n\nthree four five", "one two\n\nthree four\nfive"),
        ("- one two three\n- four six ten", "- one two\n  three\n- four six\n  ten"),
        ("12. one two three", "12. one\n    two\n    three"),
        ("  indented two six", "  indented\n  two six"),
        ("a-very-long-word-of-a-path x", "a-very-long-word-of-a-path\nx"),
        ("```\nls --all --long\n```\none two three", "```\nls --all --long\n```\none two\nthree"),
        ("| a | b | c | d |\none two three", "| a | b | c | d |\none two\nthree"),
        ("\x1b[1m- one\x1b[0m two three", "\x1b[1m- one\x1b[0m two\n  three"),
        ("    code goes on and on", "    code goes on and on"),
        ("漢字漢字漢字。漢", "漢字漢字漢\n字。漢"),
        ("\x1b[1mone two\x1b[0m three", "\x1b[1mone two\x1b[0m\nthree"),
    ],
)
def test_where_lines_end(text: str, shown: str) -> None:
    """At ten columns."""
    assert wrapped(text, 10) == shown


def test_margins() -> None:
    """The first line, and those behind it."""
    assert wrapped("one two three", 8, "  ") == "  one\n  two\n  three"
    assert wrapped("[1] two three", 8, hanging="    ") == "[1] two\n    three"


def test_columns() -> None:
    """Wide characters take two, accents and styles none."""
    assert width_of("a漢e\u0301\x1b[36m[1]\x1b[0m") == 7


@given(st.text(alphabet="ab.A \n\r-*|#", max_size=300))
def test_a_text_that_flows_is_as_long(text: str) -> None:
    """So that places in it stay; nothing but line ends has become blanks."""
    flows = flowing(text)
    assert len(flows) == len(text)
    assert all(a == b or (a in "\r\n" and b == " ") for a, b in zip(text, flows, strict=True))


def test_paragraphs_flow() -> None:
    """Those that were wrapped by hand; lists, headings and verse stay."""
    line = "a line that is as long as people wrap them, at seventy columns or so"
    assert flowing(f"{line}\n{line}\n{line}\n") == f"{line} {line} {line}\n"
    assert flowing("# Head\n- one\n- two\n\nshort\nverse\n") == "# Head\n- one\n- two\n\nshort\nverse\n"
