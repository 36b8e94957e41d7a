"""Calculations in claims."""

import pytest

from qa.check.calculation import agrees, calculations, in_words


@pytest.mark.parametrize(
    ("text", "right", "value"),
    [
        ("(17,606 - 15,020 = 2,586)", True, "2,586"),
        ("(230 / 200 - 1 = 15 %)", True, "15 %"),
        ("$3.5 + $1.25 = $4.75", True, "4.75"),
        ("(10 + 20) / 2 = 15", True, "15"),
        ("3 × 4 = 13", False, "12"),
        ("200 · 15 % = 30", True, "30"),
        ("1/3 = 0.33", True, "0.33"),
    ],
)
def test_what_is_calculated(text: str, right: bool, value: str) -> None:
    """In the signs that people write, rounded as the result is."""
    (calculation,) = calculations(f"It grew {text}.")
    assert agrees(calculation) is right
    assert in_words(calculation) == value


@pytest.mark.parametrize("text", ["a = b", "1 / 0 = 3", "2024 = good", "x = 5", "9**9**9 = 1", "(" * 200 + "1+1" + ")" * 200])
def test_what_is_none(text: str) -> None:
    """And nothing that takes long."""
    assert list(calculations(text)) == []


@pytest.mark.parametrize("text", ["((42 - 36) / 42 * 100 = 14.29%)", "-(3.5 + 3.1) / 2 = -3.3", "(16.6/93.8) * 100 = 17.7%"])
def test_forms_of_annual_reports(text: str) -> None:
    """With "* 100", with a sign before parentheses, with what looks like a date."""
    (calculation,) = calculations(f"It was so ({text}).")
    assert agrees(calculation)
