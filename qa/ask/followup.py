"""A follow-up as a question that stands alone: worded by the model, or without one joined to the question before it.

Owns that choice; the words sent stand in `qa/model/prompt.py`.
"""

import re
from collections.abc import Sequence

from index.errors import ServiceFailure
from index.search.question import telling
from qa.answer import Answer, Usage
from qa.errors import UsageFailure
from qa.model import endpoint
from qa.model.choice import Model
from qa.model.prompt import standalone_messages

LONGEST = 1000
"""Characters; a longer reply is no question."""

TURNS = 4
"""Questions with their answers that a follow-up may lean on, the last ones."""

_LEANS = re.compile(
    r"^\W*(and|but|so|or|what about|how about|why|und|et|y)\b"
    r"|\b(he|she|it|they|him|her|them|his|hers|their|its|that|this|these|those|there|then|former|latter|same)\b",
    re.IGNORECASE,
)


def leans(question: str) -> bool:
    """Whether a question seems to lean on what was said before."""
    return _LEANS.search(question) is not None


def _what_it_was_about(asked: str, follow_up: str) -> str:
    """The names in the question before, where the follow-up has words of its own to look for; else all of it."""
    names = re.findall(r"(?<!^)\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*", asked)
    own = bool(telling(follow_up))
    return ", ".join(dict.fromkeys(names)) if own and names else asked


def turns(last: Answer) -> tuple[tuple[str, str], ...]:
    """The questions and answers before a follow-up to the last one."""
    return (*last.before, (last.asked or last.question, last.text or ""))[-TURNS:]


def standalone(before: Sequence[tuple[str, str]], follow_up: str, model: Model | None) -> tuple[str, Usage | None]:
    """The follow-up with what it takes from what was said before it, and what wording it has cost.

    Raises UsageFailure where there is no model and it has no word of its own to look for.
    """
    asked, _ = before[-1]
    own = telling(follow_up)
    if model is None and not own:
        raise UsageFailure(f"Without a model “{follow_up}” cannot be understood.", "Ask it as a whole question.")
    if model is None and len(own) > 1 and not leans(follow_up):
        return follow_up, None
    joined = f"{follow_up} ({_what_it_was_about(asked, follow_up)})"
    if model is None:
        return joined, None
    try:
        prompt = standalone_messages(before, follow_up)
        reply, finished = endpoint.whole(model.service, model.name, prompt, model.timeout)
    except ServiceFailure:
        return joined, None
    question = " ".join(reply.split())
    return (question if 0 < len(question) <= LONGEST else joined), finished.usage
