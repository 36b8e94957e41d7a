"""Patterns of ignore files: as git has them, whatever is in them, in a time that grows with the path alone."""

import random
import re
from pathlib import Path

import pytest
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from index.files import ignore
from index.files.ignore import IgnoreFile
from index.files.walk import walk


def test_patterns_match_what_they_matched() -> None:
    """As pathspec's own expressions do, which try each `**` at each place."""
    chance = random.Random(1)
    for _ in range(5000):
        pattern = "/".join(
            chance.choice(["a", "b", "*", "[!b]", "a*", "*b*", "?", "**", "."]) for _ in range(chance.randint(2, 6))
        )
        path = "/".join(chance.choice(["a", "b", "ab", "ba", "c", "."]) for _ in range(chance.randint(1, 8)))
        expression, _ = GitIgnoreSpecPattern.pattern_to_regex(pattern)
        plain = re.match(expression, path) if expression else None
        expected = plain is not None and not plain.groupdict().get("ps_d")
        found = IgnoreFile(".gitignore", f"/{pattern}").decides(path, path.rpartition("/")[2], False)
        assert (found is not None) == expected, (pattern, path)


@pytest.mark.parametrize("pattern", ["**/[!b]/**/*/**/.", "/".join(["**", "[!b]", "**", "*"] * 20 + ["**", "."])])
def test_many_stars_in_a_deep_path(pattern: str) -> None:
    """Each would be tried at each folder: minutes for three of them, and years for more."""
    path = "/".join("a" * 1500)
    assert IgnoreFile(".gitignore", pattern).decides(path, "a", True) is None


def test_rules_beyond_what_a_walk_may_try(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the folders where that begins, and say so."""
    monkeypatch.setattr(ignore, "MOST_WORK", 350)
    docs = tmp_path / "docs"
    deep = docs / "a" / "a" / "a"
    deep.mkdir(parents=True)
    (docs / ".gitignore").write_text("\n".join(f"a/**/{n}" for n in range(100)))
    (deep / "y.txt").write_text("y")
    found = {file.source: file.left_out for file in walk(docs, tmp_path / "home")}
    assert found == {"a/": "the ignore files down to here hold too many rules"}
    monkeypatch.setattr(ignore, "MOST_WORK", 10**6)
    assert [file.source for file in walk(docs, tmp_path / "home")] == ["a/a/a/y.txt"]
