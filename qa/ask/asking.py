"""The options of a question, as one value from the command line to the step that uses them."""

from collections.abc import Callable
from dataclasses import dataclass

from index.errors import Failure
from qa.answer import Usage
from qa.errors import UsageFailure
from qa.model.choice import Model

LONGEST_QUESTION = 32_000
"""Characters; a longer text is a document."""


TOP, WIDE = 8, 120
"""So many passages are looked for; and where a model will read them, as many as it may be given in two goes."""


@dataclass(frozen=True, slots=True)
class Asking:
    """The options of `qa ask`; `follow_if` tells which questions follow where there is no model to tell.

    `double_check` is True for the chat model as judge, False for none, None for what the settings say.
    """

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
    double_check: bool | None = None
    only_supported: bool = False
    follow: bool = False
    stdin: bool = False
    follow_if: Callable[[str], bool] | None = None


Show = Callable[[str], None]
"""Given pieces of the answer's text as they come, with the signs behind what is not supported."""


@dataclass(frozen=True, slots=True)
class How:
    """How a question is to be answered: its options, and what was made of them.

    A Failure as `model` is why there is none. `within` are the sources that --in leaves. `asked` is the question that a
    follow-up to `before` was turned into, which took `spent`. `read` are slips of spelling, as typed and as read.
    """

    options: Asking
    model: Model | Failure | None
    within: frozenset[str] | None = None
    asked: str | None = None
    before: tuple[tuple[str, str], ...] = ()
    spent: Usage | None = None
    read: tuple[tuple[str, str], ...] = ()

    @property
    def top(self) -> int:
        """So many passages are looked for."""
        return self.options.top or (WIDE if isinstance(self.model, Model) else TOP)


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
