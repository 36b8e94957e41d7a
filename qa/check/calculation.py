"""Calculations that a claim writes out, such as (17,606 - 15,020 = 2,586): done again.

Owns which they are, and their arithmetic; knows nothing of evidence.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

_NUMBER = r"[-−]?\s?[$€£¥]?\s?\d++(?:[,.\u00a0\u202f]\d++)*+(?:\s?%)?"
_EQUATION = re.compile(
    rf"(?P<left>[-−(\s]*+{_NUMBER}(?:[\s)]*+[-+−–*×·x/÷:][(\s]*+{_NUMBER})++[\s)]*+)[=≈]\s?(?P<right>{_NUMBER})", re.IGNORECASE
)
"""Nothing in it can be matched in two ways, so that a long row of numbers takes no time."""

LONGEST = 300
"""Characters of a calculation; nobody writes a longer one into a sentence."""

_SIGNS = {"−": "-", "–": "-", "×": "*", "·": "*", "x": "*", "X": "*", "÷": "/", ":": "/"}
_DOES: dict[type, Callable[[Fraction, Fraction], Fraction]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True, slots=True)
class Calculation:
    """One at its place in a claim: the text of each operand, the result as written, and as it is."""

    start: int
    end: int
    operands: tuple[str, ...]
    result: str
    value: Fraction


def calculations(claim: str) -> Iterator[Calculation]:
    """The calculations of a claim that can be done."""
    for found in _EQUATION.finditer(claim) if "=" in claim or "≈" in claim else ():
        if found.end() - found.start() > LONGEST:
            continue
        value = _value(found["left"])
        if value is not None:
            operands = tuple(re.findall(r"\d[\d,.  ]*\d|\d", found["left"]))
            yield Calculation(found.start(), found.end(), operands, found["right"].strip(), value)


def _value(left: str) -> Fraction | None:
    """What an expression comes to; None for what is none."""
    plain = re.sub(r"(?<=\d)[,  ](?=\d{3}(?!\d))|[$€£¥\s  ]", "", left)
    plain = "".join(_SIGNS.get(c, c) for c in re.sub(r"(\d[\d.]*)%", r"(\1/100)", plain))
    plain = re.sub(r"(?<![\d.])0+(?=\d)", "", plain)
    opened = plain.count("(") - plain.count(")")
    plain = plain.removeprefix("(" * opened) if opened > 0 else plain
    try:
        return _worked(ast.parse(plain, mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, RecursionError, MemoryError):
        return None


def _worked(node: ast.expr) -> Fraction:
    match node:
        case ast.Constant(int() | float() as value):
            return Fraction(str(value))
        case ast.UnaryOp(ast.USub(), inner):
            return -_worked(inner)
        case ast.BinOp(left, sign, right) if type(sign) in _DOES:
            return _DOES[type(sign)](_worked(left), _worked(right))
    raise ValueError("no arithmetic")


def agrees(calculation: Calculation) -> bool:
    """Whether the result as written is the value, rounded as it is written; one in per cent with or without "* 100"."""
    percent = calculation.result.endswith("%")
    digits = re.sub(r"[^\d.−-]", "", re.sub(r",(?=\d{3}(?!\d))", "", calculation.result)).replace("−", "-")
    try:
        written = Fraction(digits.rstrip("."))
    except (ValueError, ZeroDivisionError):
        return False
    decimals = len(digits.partition(".")[2])
    values = [calculation.value, calculation.value * 100] if percent else [calculation.value]
    return any(abs(written - value) * 10**decimals <= Fraction(501, 1000) for value in values)


def in_words(calculation: Calculation) -> str:
    """What it comes to, rounded as the result is written."""
    percent = calculation.result.endswith("%")
    decimals = len(re.sub(r"[^\d.]", "", calculation.result).partition(".")[2])
    return f"{float(calculation.value * (100 if percent else 1)):,.{min(decimals, 6)}f}{' %' if percent else ''}"
