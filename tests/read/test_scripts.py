"""Raised figures of prices, whatever format they come from."""

import pytest

from index.read.draft.scripts import cents, written


@pytest.mark.parametrize(
    ("before", "figures", "following", "price"),
    [
        ("It costs $11", "99", "", ".99"),
        ("EUR 1,234", "50", " net", ".50"),
        ("$11.", "99", "", "99"),
        ("only 11", "99", " €", ".99"),
        ("11", "99", "", ""),
        ("$11", "9", "", ""),
        ("$12 in 2023", "12", "", ""),
    ],
)
def test_cents(before: str, figures: str, following: str, price: str) -> None:
    """Two figures behind a price; any others are an exponent or a note."""
    assert cents(before, figures, following) == price


def test_cents_in_a_text_of_pieces() -> None:
    """As Word, PowerPoint and OpenDocument have it."""
    assert written([("It is $11", ""), ("99", "up"), (" per m", ""), ("2", "up")]) == "It is $11.99 per m²"
