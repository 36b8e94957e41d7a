"""What is set: options, the environment, the project's `.env`, the user's configuration; an empty value is an unset one.

The only reader of the environment, and the table of every setting.
"""

import os
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from index.embed.choice import LOCAL
from index.embed.choice import NAMES as EMBEDDERS
from qa.errors import UsageFailure

NAMES = {
    "QA_SEEDS": "",
    "QA_HOME": "",
    "QA_EMBEDDER": "auto",
    "QA_MODEL": "",
    "OPENAI_API_KEY": "",
    "OPENAI_BASE_URL": "",
    "QA_CONTEXT": "",
    "QA_CHROMA": "",
    "QA_CHROMA_TOKEN": "",
    "QA_CHROMA_TENANT": "",
    "QA_CHROMA_DATABASE": "",
    "QA_COLLECTION": "",
    "QA_MAX_COST": "0.10",
    "QA_FOLLOW": "",
    "QA_OCR": "",
    "QA_OFFLINE": "",
    "QA_JUDGE": "auto",
    "QA_READER": "auto",
    "QA_HISTORY": "1",
}
"""Every setting with its default."""

CHOICES = {"QA_JUDGE": ("auto", "chat", "none"), "QA_READER": ("auto", "none")}
"""What settings may say that are one of a few words."""

HALF = re.compile("[\ud800-\udfff]")


SMALLEST_CONTEXT = 500
"""Tokens of passages; fewer are no context."""


@dataclass(frozen=True, slots=True)
class Value:
    """One setting with where it comes from: "option", "environment", ".env", "configuration" or "default"."""

    text: str
    origin: str


def all_values(options: Mapping[str, str | None], file: Mapping[str, str | None], own: Mapping[str, str]) -> dict[str, Value]:
    """Every setting, from the first of its places that says anything: `file` is the project's, `own` the user's."""
    values = {}
    for name, default in NAMES.items():
        given = (
            (options.get(name), "option"),
            (os.environ.get(name), "environment"),
            (file.get(name), ".env"),
            (own.get(name), "configuration"),
        )
        values[name] = next((Value(text, origin) for text, origin in given if text), Value(default, "default"))
    return values


def check_values(values: Mapping[str, Value]) -> None:
    """Raise UsageFailure for what no setting can be."""
    for name, value in values.items():
        if name not in ("QA_SEEDS", "QA_HOME"):  # of which `target_of` says more
            check_text(name, value.text)
    check_embedder(values["QA_EMBEDDER"].text)
    for name, words in CHOICES.items():
        if values[name].text not in words:
            raise UsageFailure(f"{name} is “{values[name].text}”.", f"It is one of {', '.join(words)}.")
    is_yes(values, "QA_HISTORY")
    is_yes(values, "QA_OFFLINE")  # a word about connections that is not understood must not pass for no
    checked_context(values["QA_CONTEXT"].text)
    checked_cost("QA_MAX_COST", values["QA_MAX_COST"].text)


def check_text(name: str, text: str) -> None:
    """Raise UsageFailure for bytes that are no text; Python takes them from the shell as halves of characters."""
    if HALF.search(text):
        raise UsageFailure(f"{name} is “{text}”, which is not valid UTF-8.")


def check_embedder(name: str) -> None:
    """Raise UsageFailure for a name that no embedder has."""
    if name not in ("auto", *LOCAL, "openai") and not re.fullmatch("openai:[^\ud800-\udfff]+", name):
        raise UsageFailure(f"There is no embedder “{name}”.", f"Name auto, {EMBEDDERS}.")


def checked_context(text: str) -> int | None:
    """A number of tokens, None for ""; UsageFailure for anything else."""
    if text and not (re.fullmatch("[0-9]{1,9}", text) and int(text) >= SMALLEST_CONTEXT):
        raise UsageFailure(f"QA_CONTEXT is “{text}”, not a number of tokens from {SMALLEST_CONTEXT}.")
    return int(text) if text else None


def checked_cost(name: str, text: str) -> float:
    """An amount of dollars; UsageFailure for anything else."""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]*)?|\.[0-9]+", text):
        raise UsageFailure(f"{name} is “{text}”, not an amount of dollars such as 0.10.")
    return float(text)


def is_yes(values: Mapping[str, Value], name: str) -> bool:
    """Whether a setting says yes; UsageFailure where it says neither that nor no."""
    text = values[name].text.casefold()
    if text not in ("", "0", "false", "no", "off", "1", "true", "yes", "on"):
        raise UsageFailure(
            f"{name} is “{values[name].text}”, neither 1 nor 0.", "`qa status` shows where each setting comes from."
        )
    return text in ("1", "true", "yes", "on")


def named_outside() -> bool:
    """Whether the environment names the documents, or the index's folder."""
    return bool(os.environ.get("QA_SEEDS") or os.environ.get("QA_HOME"))


def color_forbidden() -> bool:
    """Whether the user's environment asks for no colour anywhere (no-color.org), or the terminal has none."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def has_links() -> bool:
    """Whether the terminal is one of those that show links (OSC 8); others may print them as signs."""
    names = ("VTE_VERSION", "KITTY_WINDOW_ID", "WT_SESSION", "KONSOLE_VERSION", "WEZTERM_PANE", "GHOSTTY_RESOURCES_DIR")
    program, term = os.environ.get("TERM_PROGRAM", ""), os.environ.get("TERM", "")
    known = program in ("iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "Tabby") or term.startswith(("foot", "alacritty"))
    return known or any(os.environ.get(name) for name in names)


def pager() -> list[str]:
    """The command that the user pages long texts with, as $PAGER says; [] if it says none."""
    try:
        return shlex.split(os.environ.get("PAGER", ""))
    except ValueError:
        return []


def editor() -> list[str]:
    """The command that the user edits texts with, as $VISUAL or else $EDITOR says; [] if neither does."""
    try:
        return shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    except ValueError:
        return []


def debugging() -> bool:
    """Whether QA_DEBUG=1 asks for the traceback of a bug."""
    return os.environ.get("QA_DEBUG") == "1"
