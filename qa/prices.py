"""What a call cost: the price list of `genai-prices`, as of that package's date, without a network.

Owns the only use of that package, which is imported when there is something to price.
"""

from index.service import Service
from qa.answer import Usage


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
