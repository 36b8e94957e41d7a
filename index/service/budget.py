"""What embedding may cost: counted before anything is sent, by the most that it can be.

Owns the sum of one run. Knows no price list (`qa/model/prices.py` does) and no service.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from math import ceil

from index.errors import CostReached
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

    What has no known price is not counted. `spent` is the most that what was granted can cost; `refused` is the
    embedder for which the limit did not do.
    """

    def __init__(self, price: Callable[[str], float | None], limit: float) -> None:
        self.price, self.limit = price, limit
        self.spent, self.refused = 0.0, ""

    def granted(self, name: str, pieces: Mapping[str, Piece], *, look: bool = False) -> dict[str, Piece]:
        """As many of the texts, in order, as may be sent; they count as spent, unless this is but a look."""
        price = self.price(name)
        if not price:
            return dict(pieces)
        spent, count = self.spent, 0
        for piece in pieces.values():
            cost = most_tokens(piece.text) * price
            if spent + cost > self.limit:
                self.refused = name
                break
            spent, count = spent + cost, count + 1
        if not look:
            self.spent = spent
        return dict(islice(pieces.items(), count))

    def reached(self, texts: Iterable[str], paid: float = 0.0) -> CostReached:
        """The failure of a run that has stopped before its limit, with what the rest of the texts may cost at most."""
        rest = max(0.0, sum(map(most_tokens, texts)) * (self.price(self.refused) or 0.0) - paid)
        return CostReached(
            f"To embed the rest with {self.refused} may cost up to {dollars(rest)}, and {dollars(self.limit)} are allowed.",
            f"`qa index --max-cost {rest_up(rest)}` goes on.",
        )


def dollars(amount: float) -> str:
    """ "$0.02"; a part of a cent with as many digits as it takes."""
    return f"${amount:.2f}" if amount >= 0.1 or not amount else f"${amount:.2g}" if amount >= 0.0001 else f"${amount:.6f}"


def rest_up(amount: float) -> str:
    """An amount as an option: rounded up to cents."""
    return f"{ceil(amount * 100 + 0.001) / 100:.2f}"
