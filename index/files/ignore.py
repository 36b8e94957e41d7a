"""What `.gitignore` and `.qaignore` files exclude, as git understands them: patterns count from their file's folder, `!`
takes back, the last pattern that matches decides, and a deeper file decides before one above it.

Owns the rules of one file and which file decides; opens only the ignore files that it is given. It is asked of folders before
what is in them, so a pattern need only match a path itself, never something below it.
"""

import os
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.process.machine import opened

LARGEST = 64_000
"""Bytes of an ignore file; what is beyond excludes nothing."""

MOST = 500_000
"""Characters of all ignore files of a walk: each path is held against every rule above it. A folder with more is left out."""

NAMES = (".gitignore", ".qaignore")
"""In the order of their weight within one folder: the last one decides first."""


_STAR = "[^/]*"
"""What pathspec makes of `*`; with five of them in a pattern, Python takes hours to find that a long name does not match."""

_BEFORE, _BETWEEN = "(?:.+/)?", "(?:/.+)?"
"""What it makes of `**` before a pattern and in it; each of several would be tried at each place of a path."""

MOST_WORK = 200_000_000
"""Patterns with `**` times folders of a path, of all paths of a walk; a folder beyond that is left out."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One line: `named` ones are held against the name alone, the others against the path from the file's folder."""

    pattern: str
    expression: re.Pattern[str]
    excludes: bool
    named: bool
    folders_only: bool

    def matches(self, path: str, name: str) -> bool:
        """Whether it matches the path itself: a "/" matched behind it would be that of a folder above."""
        found = self.expression.match(name if self.named else path)
        return found is not None and not found.groupdict().get("ps_d")


class IgnoreFile:
    """The rules of one ignore file; `source` is its path below the documents' folder, `size` how many characters it holds.

    `deep` tells how many of its rules may match at any depth.
    """

    def __init__(self, source: str, text: str) -> None:
        self.source, self.size = source, len(text)
        self._below = len(source) - len(source.rpartition("/")[2])
        self._rules, self._names, self._paths = _compiled(text)
        self.deep = sum("**" in rule.pattern for rule in self._rules)

    def decides(self, source: str, name: str, folder: bool) -> _Rule | None:
        """The last rule that matches a file or a folder in or below this file's folder."""
        path = source[self._below :]
        if not (self._names and self._names.match(name)) and not (self._paths and self._paths.match(path)):
            return None  # one look for all rules, since most names match none
        return next((r for r in reversed(self._rules) if (folder or not r.folders_only) and r.matches(path, name)), None)


def read(path: str, source: str) -> IgnoreFile:
    """The rules of an ignore file; OSError if it cannot be read."""
    with opened(path) as file:
        return IgnoreFile(source, os.fsdecode(file.read(LARGEST)).removeprefix("\ufeff"))


def excluded(files: Sequence[IgnoreFile], source: str, name: str, *, folder: bool) -> str:
    """Why a path is excluded, "" if it is not; `files` from the top down, as far as they are in folders above it."""
    for file in reversed(files):
        if rule := file.decides(source, name, folder):
            return f"excluded by {file.source} ({rule.pattern})" if rule.excludes else ""
    return ""


@lru_cache(maxsize=100)
def _compiled(text: str) -> tuple[Sequence[_Rule], re.Pattern[str] | None, re.Pattern[str] | None]:
    """All rules of a file, and what tells whether any of those that are held against a name, or against a path, matches."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of "[a&&b]", which a later Python may read otherwise
        rules = list(_rules(text))
        named, others = ([rule for rule in rules if rule.named is which] for which in (True, False))
        return rules, _any_of(named), _any_of(others)


def _rules(text: str) -> Iterator[_Rule]:
    """Every line that is a rule; one that is no pattern matches nothing, as in git."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        shown = line.rstrip()
        folders_only = shown.endswith("/")
        body = (shown[:-1] if folders_only else line).removeprefix("!")
        named = "/" not in body
        try:
            expression, _ = GitIgnoreSpecPattern.pattern_to_regex(f"/{body}" if named else body)
            matches = re.compile(_linear(_by_folders(expression))) if expression else None
        except (ValueError, re.error):
            continue
        if matches:
            yield _Rule(shown, matches, not line.startswith("!"), named, folders_only)


def _by_folders(expression: str) -> str:
    """An expression whose `**` are whole folders, each but the last as few as do: the first match is as good as any."""
    first, *parts = expression.split(_BETWEEN)
    if first.startswith(f"^{_BEFORE}"):
        inner = first.removeprefix(f"^{_BEFORE}")
        first = f"^(?>(?:[^/]+/)*?{inner}(?=/))" if parts else f"^(?:[^/]+/)*{inner}"
    return (
        first + "".join(f"(?>(?:/[^/]+)*?{part}(?=/))" for part in parts[:-1]) + "".join(f"(?:/[^/]+)*{p}" for p in parts[-1:])
    )


def _linear(expression: str) -> str:
    """An expression that tries each star once: where another one follows in the name, the first match is as good as any."""
    first, *parts = expression.split(_STAR)
    last = len(parts) - 1
    return first + "".join(
        f"(?>{_STAR}?{part})" if n < last and "(?" not in part else _STAR + part for n, part in enumerate(parts)
    )


def _any_of(rules: Sequence[_Rule]) -> re.Pattern[str] | None:
    """An expression that matches wherever one of the rules does."""
    parts = [f"(?:{rule.expression.pattern.replace('(?P<ps_d>', '(?:')})" for rule in rules]
    return re.compile("|".join(parts)) if parts else None
