"""JSON that others have written, read as its standard has it.

Owns what Python's reader takes besides: numbers that are none. Knows nothing of what the values mean.
"""

import json
import math
from typing import Any


def from_json(text: str) -> Any:
    """The value of a JSON text; ValueError for what is none, NaN and 1e400 among it, or is nested too deep to be read."""
    try:
        return json.loads(text, parse_constant=_finite, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error


def _finite(number: str) -> float:
    """NaN and Infinity are no JSON, and would make none of what is printed with them."""
    if not math.isfinite(value := float(number)):
        raise ValueError(f"{number} is not a number")
    return value
