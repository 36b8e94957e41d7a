"""What a run would embed and cost with each embedder, for `qa index --dry-run`.

Owns which embedders are offered. Knows nothing of what the table looks like.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from index.embed.choice import LOCAL
from index.service.endpoint import Service
from index.update.forecast import Amount, Forecast
from qa.model.prices import embedding_price

NAMES = (*LOCAL, "openai:text-embedding-3-small", "openai:text-embedding-3-large")


@dataclass(frozen=True, slots=True)
class Offer:
    """One embedder: what it would have to embed, and dollars, about and at most; None where the price is not known."""

    name: str
    chosen: bool
    amount: Amount
    price: float | None
    most: float | None


def offers_of(found: Forecast, service: Service | None, own: str, chosen: str) -> Sequence[Offer]:
    """A line for each; the index's `own` embedder needs only what is not stored, to switch to another all is embedded."""
    own, chosen = _full(own), _full(chosen)
    return [
        _offer(name, service, found.own if name == (own or name) else found.other, chosen=name == chosen)
        for name in dict.fromkeys([*NAMES, *filter(None, (own, chosen))])
    ]


def _full(name: str) -> str:
    """ "openai" is its default model."""
    return NAMES[len(LOCAL)] if name == "openai" else name


def _offer(name: str, service: Service | None, amount: Amount, *, chosen: bool) -> Offer:
    price = embedding_price(service, name)
    if price is None:
        return Offer(name, chosen, amount, None, None)
    return Offer(name, chosen, amount, round(amount.tokens * price, 6), round(amount.most * price, 6))
