"""Which files are found, which are left out and why."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.errors import NoDocuments
from index.files.walk import UNSEEN, stat_of, walk

SECRET = "likely a secret, by its name"


def sources(root: Path, home: Path, follow: bool = False) -> dict[str, str]:
    """What is found, with the reason where it is left out."""
    return {f.source: f.left_out for f in walk(root, home, follow)}


def test_files_are_found_below_the_folder(tmp_path: Path) -> None:
    """Every file but hidden ones and the home, with "/" in its source, in order."""
    docs = tmp_path / "docs"
    for name in ("b.txt", "a/c.md", ".hidden", ".git/config", "home/catalog.sqlite", "a/.x/y.txt"):
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text("x")
    assert list(sources(docs, docs / "home")) == ["a/c.md", "b.txt"]


def test_one_file_is_its_name(tmp_path: Path) -> None:
    """A single file as documents has its name as source."""
    (tmp_path / "a.txt").write_text("x")
    assert sources(tmp_path / "a.txt", tmp_path / "home") == {"a.txt": ""}


def test_a_missing_folder_is_no_documents(tmp_path: Path) -> None:
    """It is not an empty folder."""
    with pytest.raises(NoDocuments, match="no documents at"):
        walk(tmp_path / "nowhere", tmp_path / "home")


def test_links(tmp_path: Path) -> None:
    """A link out is left out and named, or taken; one inside adds nothing to what is found anyway by a name of this suffix."""
    docs, other = tmp_path / "docs", tmp_path / "other"
    (docs / "sub").mkdir(parents=True)
    other.mkdir()
    (docs / "a.txt").write_text("x")
    (docs / "sub" / "b.txt").write_text("x")
    (other / "o.txt").write_text("x")
    (docs / "out").symlink_to(other)
    (docs / "loop").symlink_to(docs)
    (docs / "1st.txt").symlink_to(docs / "a.txt")
    (docs / "sub" / "chain.txt").symlink_to("../1st.txt")
    os.link(docs / "a.txt", docs / "hard.txt")
    (docs / ".annex").mkdir()
    (docs / ".annex" / "object").write_text("x")
    (docs / "annexed.txt").symlink_to(".annex/object")
    (docs / ".git" / "annex").mkdir(parents=True)
    for name in ("annex/b.txt", "config"):
        (docs / ".git" / name).write_text("x")
    (docs / "git-annexed.txt").symlink_to(".git/annex/b.txt")
    (docs / "git.txt").symlink_to(".git/config")
    (docs / "b10b").write_text("x")
    (docs / "named.md").symlink_to("b10b")
    (docs / "broken").symlink_to(docs / "nothing")
    (docs / "itself").symlink_to(docs / "itself")
    (docs / ".env").write_text("KEY=1")
    (docs / "key.txt").symlink_to(docs / ".env")
    outside = "a link that leads outside the folder"
    nowhere = dict.fromkeys(("broken", "itself"), "a link to nothing")
    linked = dict.fromkeys(("1st.txt", "sub/chain.txt"), "a link to a.txt")
    git = {"git-annexed.txt": "", "git.txt": "a link into .git"}
    own = git | dict.fromkeys(("a.txt", "annexed.txt", "b10b", "hard.txt", "named.md", "sub/b.txt"), "")
    expected = {**own, **nowhere, **linked, "key.txt": SECRET, "out": outside}
    assert sources(docs, tmp_path / "home") == expected
    (other / "back.txt").symlink_to(docs / "a.txt")
    followed = sources(docs, tmp_path / "home", follow=True)
    assert followed == {k: v for k, v in expected.items() if k != "out"} | {"out/o.txt": "", "out/back.txt": "a link to a.txt"}


def test_what_is_no_file_is_left_out(tmp_path: Path) -> None:
    """A pipe would block a reader for ever."""
    os.mkfifo(tmp_path / "pipe.txt")
    assert sources(tmp_path, tmp_path / "home") == {"pipe.txt": "not a regular file"}


def test_a_name_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    """Its bytes are shown, since a source must be a string that can be written."""
    with open(os.fsencode(tmp_path) + b"/a\xff.txt", "w") as file:
        file.write("x")
    assert sources(tmp_path, tmp_path / "home") == {"a\\udcff.txt": "a name that is not valid UTF-8"}


@pytest.mark.parametrize(
    ("name", "secret"),
    [
        *(
            (name, True)
            for name in "id_rsa id_ed25519 server.pem Server.KEY a.p12 a.pfx pass.kdbx prod.env credentials".split()
        ),
        *((name, True) for name in "credentials.json secrets.yaml client_secret_12.json _netrc".split()),
        *((name, True) for name in "id_rsa.bak id_ed25519.OLD server.key~ secrets.yml.orig id_rsa.old.1".split()),
        *(
            (name, False)
            for name in "id_rsa.pub id_rsa.pub.bak key pem keys.txt credentials.md environment.txt secret.txt".split()
        ),
    ],
)
def test_likely_secrets_are_left_out(tmp_path: Path, name: str, secret: bool) -> None:
    """By their names alone, since to read one is what should not happen; .env and .netrc are hidden anyway."""
    (tmp_path / name).write_text("x")
    (tmp_path / ".env").write_text("KEY=1")
    assert sources(tmp_path, tmp_path / "home") == {name: SECRET if secret else ""}


def write_all(root: Path, files: dict[str, str]) -> None:
    """Make files with their folders."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def test_ignore_files(tmp_path: Path) -> None:
    """The file and pattern are named; a folder is one line; a deeper file, and .qaignore, take back what one above excludes."""
    write_all(
        tmp_path,
        {
            ".gitignore": "# comment\n\n*.log\n/build/\nsub/*.tmp\ndraft?.txt\n[broken\n[z-a]\n",
            ".qaignore": "!kept.log\nprivate/\n",
            "sub/.gitignore": "!b.log\n/top.txt\n",
            "above.txt": "",
            **dict.fromkeys(("a.log", "kept.log", "draft1.txt", "build/x.txt", "private/a.txt", "sub/private/b.txt"), ""),
            **dict.fromkeys(("sub/a.tmp", "sub/b.log", "sub/build/y.txt", "sub/top.txt", "sub/more/top.txt"), ""),
        },
    )
    private = "excluded by .qaignore (private/)"
    assert sources(tmp_path, tmp_path / "home") == {
        "a.log": "excluded by .gitignore (*.log)",
        "above.txt": "",
        "build/": "excluded by .gitignore (/build/)",
        "draft1.txt": "excluded by .gitignore (draft?.txt)",
        "kept.log": "",
        "private/": private,
        "sub/a.tmp": "excluded by .gitignore (sub/*.tmp)",
        "sub/b.log": "",
        "sub/build/y.txt": "",
        "sub/more/top.txt": "",
        "sub/private/": private,
        "sub/top.txt": "excluded by sub/.gitignore (/top.txt)",
    }


def test_an_ignore_file_above_the_documents_does_not_count(tmp_path: Path) -> None:
    """Documents in a folder that a project's git leaves out are still documents; what is no file is no ignore file."""
    write_all(tmp_path, {".gitignore": "*", "docs/a.txt": ""})
    os.mkfifo(tmp_path / "docs" / ".gitignore")
    assert sources(tmp_path / "docs", tmp_path / "home") == {"a.txt": ""}


def test_an_excluded_folder_is_not_looked_into(tmp_path: Path) -> None:
    """What happens in it changes nothing: neither its reason nor its stat."""
    write_all(tmp_path, {".gitignore": "big\n", "big/a.txt": "", "b.txt": ""})
    before = walk(tmp_path, tmp_path / "home")
    write_all(tmp_path, {"big/more.txt": ""})
    assert walk(tmp_path, tmp_path / "home") == before
    assert [(f.source, f.stat) for f in before if f.left_out] == [("big/", UNSEEN)]


NAMES = st.sampled_from(["a", "b", "ab", "a.x", "b.x", "c"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
PATTERN = st.builds(
    lambda negated, top, parts, end: negated + top + "/".join(parts) + end,
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(st.sampled_from(["a", "b", "*", "*.x", "a?", "[ab]", "**", "a*", "c", "\\a"]), min_size=1, max_size=3),
    st.sampled_from(["", "", "/", "/*", "/**", " "]),
)
IGNORES = st.dictionaries(
    st.tuples(st.sampled_from(["", "a/", "b/", "a/b/"]), st.just(".gitignore")).map("".join),
    st.lists(PATTERN, min_size=1, max_size=4).map("\n".join),
    max_size=3,
)


@pytest.mark.skipif(not shutil.which("git"), reason="git is the judge")
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(PATHS, min_size=1, max_size=12), IGNORES)
def test_what_git_lists_is_what_is_found(tmp_path: Path, paths: list[str], ignores: dict[str, str]) -> None:
    """Law: with .gitignore files alone, the files that are not left out are those that git would add."""
    repository = tmp_path / "repository"
    shutil.rmtree(repository, ignore_errors=True)
    files = [path for path in paths if not any(other.startswith(path + "/") for other in [*paths, *ignores])]
    write_all(repository, dict.fromkeys(files, "") | ignores)
    git = ["git", "-C", str(repository), "-c", "core.excludesFile=", "-c", "core.quotePath=false"]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = subprocess.run([*git, "ls-files", "-o", "--exclude-standard"], check=True, capture_output=True, text=True).stdout
    expected = {line for line in listed.splitlines() if not line.endswith(".gitignore")}
    assert {source for source, why in sources(repository, tmp_path / "home").items() if not why} == expected


@given(st.text("ab*?/", min_size=1, max_size=12), st.text("ab/", min_size=1, max_size=10))
def test_patterns_match_as_pathspec_has_them(pattern: str, path: str) -> None:
    """Though each star is tried once."""
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    from index.files.ignore import _linear

    try:
        expression, _ = GitIgnoreSpecPattern.pattern_to_regex(pattern)
    except ValueError:
        return
    if expression:
        assert bool(re.match(_linear(expression), path)) == bool(re.match(expression, path))


def test_a_pattern_of_many_stars(tmp_path: Path) -> None:
    """Takes no time, though it fits nearly."""
    (tmp_path / ".gitignore").write_text("*a" * 50 + "*b\n*(" + "*(" * 50 + "b\n" + "/**/a" * 20 + "\n")
    (tmp_path / ("a" * 200)).write_text("A zebra.")
    (tmp_path / ("(" * 200)).write_text("A zebra.")
    assert [found.left_out for found in walk(tmp_path, tmp_path / "home")] == ["", ""]


def test_ignore_files_have_a_bound_in_all(tmp_path: Path) -> None:
    """Each path is held against every rule above it: a folder below more than so many is left out, and that is said."""
    text = "".join(f"*x*y*z{n}\n" for n in range(4500))
    for n in range(60):
        (tmp_path / "docs" / f"s{n}").mkdir(parents=True)
        (tmp_path / "docs" / f"s{n}" / ".gitignore").write_text(text)
        (tmp_path / "docs" / f"s{n}" / "a.txt").write_text("x")
    found = walk(tmp_path / "docs", tmp_path / "home")
    assert {f.left_out for f in found} == {"", "the ignore files down to here hold too many rules"}
    assert 0 < sum(not f.left_out for f in found) < 60


def test_an_odd_set_in_a_pattern_is_no_warning(tmp_path: Path, recwarn: pytest.WarningsRecorder) -> None:
    """Python may read "[a&&b]" otherwise one day."""
    (tmp_path / ".gitignore").write_text("[a&&b]\n[[a]\n[a||b]\n")
    (tmp_path / "c.txt").write_text("x")
    assert [f.source for f in walk(tmp_path, tmp_path / "home")] == ["c.txt"]
    assert not recwarn.list


@pytest.mark.parametrize("when", [2**63 + 5, -(2**63) - 5])
def test_no_date_is_too_far_away(when: int) -> None:
    """An archive can date a file to the year 2300; it is stored as the last one that can be."""
    told = stat_of(SimpleNamespace(st_size=3, st_mtime_ns=when, st_ctime_ns=1, st_ino=2**64 - 1))  # type: ignore[arg-type]
    assert (told.size, told.ctime_ns) == (3, 1)
    assert all(-(2**63) <= number < 2**63 for number in told)
