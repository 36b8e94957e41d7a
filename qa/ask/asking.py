"""The options of a question, as one value from the command line to the step that uses them."""

from collections.abc import Callable
from dataclasses import dataclass

from qa.errors import UsageFailure

LONGEST_QUESTION = 32_000
"""Characters; a longer text is a document."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The options of `qa ask`; `follow_if` tells which questions follow where there is no model to tell."""

    json: bool = False
    markdown: bool = False
    no_llm: bool = False
    model: str | None = None
    top: int | None = None
    within: tuple[str, ...] = ()
    frozen: bool = False
    explain: bool = False
    batch: str | None = None
    timeout: float = 60.0
    double_check: bool = False
    no_double_check: bool = False
    only_supported: bool = False
    follow: bool = False
    follow_if: Callable[[str], bool] | None = None


def checked_question(text: str) -> str:
    """A question as it is asked; UsageFailure for one that is empty, has no word, or is as long as a document."""
    question, example = text.strip(), 'Ask like this: qa ask "what did Lee ask of Xi?"'
    if not question:
        raise UsageFailure("The question is empty.", example)
    if not any(map(str.isalnum, question)):
        raise UsageFailure("The question has neither a word nor a number.", example)
    if len(question) > LONGEST_QUESTION:
        raise UsageFailure(f"The question has {len(question):,} characters; at most {LONGEST_QUESTION:,} are taken.")
    return question
