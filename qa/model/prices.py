"""What a model costs and how much it takes: the list of `genai-prices`, as of that package's date, without a network.

Owns the only use of that package, which is imported when a model is asked.
"""

from typing import TYPE_CHECKING

from index.embed.embedder import DEFAULT_OPENAI
from index.service.endpoint import Service
from qa.answer import Usage

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation


def embedding_price(service: Service | None, name: str) -> float | None:
    """Dollars a token of an embedder: 0.0 on this machine, None where the price at this endpoint is not known."""
    kind, _, model = name.partition(":")
    if kind != "openai":
        return 0.0
    million = cost(service or Service(None, ""), model or DEFAULT_OPENAI, Usage(1_000_000, 0))
    return None if million is None else million / 1_000_000


def cost(service: Service, model: str, usage: Usage) -> float | None:
    """Dollars for the tokens of a call; None where the price of the model at this endpoint is not known."""
    listed = _listed(service, model, usage)
    return None if listed is None else round(float(listed.total_price), 6)


def window(service: Service, model: str) -> int | None:
    """Tokens of prompt and reply that a model takes in all; None where the list does not say."""
    listed = _listed(service, model, Usage(0, 0))
    return None if listed is None else listed.model.context_window


def _listed(service: Service, model: str, usage: Usage) -> "PriceCalculation | None":
    import genai_prices

    tokens = genai_prices.Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    try:
        if service.base_url is None:
            return genai_prices.calc_price(tokens, model_ref=model, provider_id="openai")
        return genai_prices.calc_price(tokens, model_ref=model, provider_api_url=service.base_url)
    except (LookupError, ValueError):
        return None
