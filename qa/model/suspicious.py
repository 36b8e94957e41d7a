"""Sentences that speak to a model instead of to a reader: told by their words, and by characters that nobody sees.

Owns the signs. They are flagged, never left out: a document about such tricks is a document too.
"""

import re

from index.passage import COLOURS
from qa.model.fence import forges

_ORDERS = re.compile(
    r"\b(ignore|disregard|forget|override|bypass)\b.{0,40}\b(instructions?|prompts?|rules|guidelines|above|previous|context)\b"
    r"|\b(system|developer) (prompt|message)\b"
    r"|\byou are (now )?(an? |the )?(ai|assistant|language model|llm|chatbot|chatgpt|gpt|claude)\b"
    r"|\b(instructions?|note|message) (to|for) (the |all |any )?(ai|llms?|assistants?|language models?|chatbots?)\b"
    r"|\b(reply|respond|answer) (only )?with\b.{0,20}\bnot_found\b|^\W*not_found\W*$",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
_HIDDEN = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u2060-\u2064\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]")


def suspicious(text: str) -> bool:
    """Whether a text gives orders to a model, forges ids or tags of a prompt, or hides characters."""
    text = COLOURS.sub("", text)
    return forges(text) or any(sign.search(text) for sign in (_ORDERS, _HIDDEN))
