"""What a call costs: the price list of `genai-prices`, as of that package's date, without a network.

Owns the only use of that package, which is imported when there is something to price.
"""

from index.embed import DEFAULT_OPENAI
from index.service import Service
from qa.answer import Usage


def embedding_price(service: Service | None, name: str) -> float | None:
    """Dollars a token of an embedder: 0.0 on this machine, None where the price at this endpoint is not known."""
    kind, _, model = name.partition(":")
    if kind != "openai":
        return 0.0
    million = cost(service or Service(None, ""), model or DEFAULT_OPENAI, Usage(1_000_000, 0))
    return None if million is None else million / 1_000_000


def cost(service: Service, model: str, usage: Usage) -> float | None:
    """Dollars for the tokens of a call; None where the price of the model at this endpoint is not known."""
    import genai_prices

    tokens = genai_prices.Usage(input_tokens=usage.input_tokens, output_tokens=usage.output_tokens)
    try:
        if service.base_url is None:
            price = genai_prices.calc_price(tokens, model_ref=model, provider_id="openai")
        else:
            price = genai_prices.calc_price(tokens, model_ref=model, provider_api_url=service.base_url)
    except (LookupError, ValueError):
        return None
    return round(float(price.total_price), 6)
