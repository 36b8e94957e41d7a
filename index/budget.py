"""What embedding may cost: counted before anything is sent, by the most that it can be.

Owns the sum of one run. Knows no price list (`qa/prices.py` does) and no service.
"""

from collections.abc import Callable, Mapping
from itertools import islice

from index.passage import Piece

MOST_BYTES = 8191
"""A text is cut to so many: a token is at least one byte, and OpenAI takes 8,191 tokens."""

BYTES_A_TOKEN = 4
"""About, in English text."""


def most_tokens(text: str) -> int:
    """More tokens than these it cannot have: a token is at least one byte."""
    return min(MOST_BYTES, len(text.encode("utf-8", "replace"))) or 1


class Budget:
    """Dollars that a run may spend: `price` gives those of a token by an embedder's name, None where that is not known.

    What has no known price is not counted. `spent` is the most that what was granted can cost.
    """

    def __init__(self, price: Callable[[str], float | None], limit: float) -> None:
        self.price, self.limit, self.spent = price, limit, 0.0

    def granted(self, name: str, pieces: Mapping[str, Piece]) -> dict[str, Piece]:
        """As many of the texts, in order, as may be sent; they count as spent."""
        price = self.price(name)
        if not price:
            return dict(pieces)
        count = 0
        for count, piece in enumerate(pieces.values()):  # noqa: B007 (its end is used)
            cost = most_tokens(piece.text) * price
            if self.spent + cost > self.limit:
                return dict(islice(pieces.items(), count))
            self.spent += cost
        return dict(pieces)
