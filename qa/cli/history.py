"""`qa history`: the questions that were asked of these documents."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from qa.cli.common import settings_of_last
from qa.saved.history import asked, forget, matching
from qa.settings.load import Where
from qa.show.fields import to_json
from qa.show.terminal import Screen, fold
from qa.show.text import counted


def history(words: Sequence[str], json: bool, clear: bool, where: Where, screen: Screen) -> int:
    """A line a question, the newest last, those alone that hold all `words`; or forget them all."""
    settings = settings_of_last(where)
    home = settings.target.home
    if clear:
        screen.notice(f"{counted(forget(home), 'question')} forgotten.")
        return 0
    found = list(reversed(matching(asked(home), words)))
    if json:
        screen.line(to_json({"schema": 1, "questions": [_fields(*one) for one in found], "error": None}))
        return 0
    if not found:
        off = "QA_HISTORY=0 keeps none." if not settings.keeps_history else "None has been asked yet."
        screen.notice("No question holds these words." if words else off)
    screen.page("".join(_line(screen, *one) for one in found))
    return 0


def _fields(number: int, answer: Mapping[str, Any]) -> dict[str, Any]:
    return {"n": number, **{name: answer.get(name) for name in ("question", "asked", "asked_at", "status", "answer", "model")}}


def _line(screen: Screen, number: int, answer: Mapping[str, Any]) -> str:
    """Its number for `qa show --last N`, when, how it ended, and what was asked."""
    try:
        when = datetime.fromisoformat(str(answer.get("asked_at"))).astimezone().strftime("%Y-%m-%d %H:%M")
    except ValueError:
        when = "?"
    status, question = fold(str(answer.get("status"))), fold(str(answer.get("question")))
    return f"{screen.style(f'{number:>3}', '36')}  {when}  {status:<9}  {question}\n"
