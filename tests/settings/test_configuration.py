"""The user's configuration file: settings and collections, and what is said of a file that cannot be understood."""

from pathlib import Path

import pytest

from qa.errors import UsageFailure
from qa.settings.configuration import configured, keep_folders, path
from qa.settings.load import load


@pytest.fixture
def file() -> Path:
    """Where it is; its folder is there."""
    path().parent.mkdir(parents=True)
    return path()


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("[folders]\na = ['/x']\n[folders\n", 3, ""),
        ("[folders]\na = ['/x']\na = ['/y']\n", 3, ""),
        ("[folders]\na = [", 2, ""),
        ("[folders]\na = ['relative']\n", 2, "a is no list of paths that begin with / or ~"),
        ("[folders]\na = 5\n", 2, "a is no list of paths that begin with / or ~"),
        ("[folders]\n'a b' = ['/x']\n", 2, "“a b” is no name of a collection, of letters, digits, “-”, “_” and “.”"),
        ("\n[colours]\n", 2, "there is no table [colours] here, but [settings] and [folders]"),
        ("[settings]\nQA_MODEL = 5\n", 2, "QA_MODEL is not in quotation marks"),
        ("[settings]\nQA_HOME = '/x'\n", 2, "QA_HOME is no setting that is made here"),
        ("folders = 5\n", 1, "[settings] and [folders] are tables, of a thousand collections at most"),
    ],
)
def test_a_file_that_cannot_be_understood(project: Path, file: Path, text: str, line: int, what: str) -> None:
    """Is named with its line, by every command that reads settings."""
    file.write_text(text)
    with pytest.raises(UsageFailure) as failure:
        load()
    said = str(failure.value)
    assert said.startswith(f"{file}, line {line}, cannot be understood: {what}"), said


@pytest.mark.parametrize("data", [b"\xff", b"#" * 300_000])
def test_a_file_that_is_none(file: Path, data: bytes) -> None:
    """Bytes that are no text, and far too many."""
    file.write_bytes(data)
    with pytest.raises(UsageFailure, match="cannot be read"):
        configured()


def test_what_else_stands_in_it_stays(file: Path) -> None:
    """Comments, settings and other tables, when collections change; a table written in a way of its own is left alone."""
    file.write_text("# mine\n[settings]\nQA_JUDGE = 'none' # never\n\n[folders] # here\na = '~/x'\nb = ['/y',\n  '/z']\n")
    assert dict(configured().folders) == {"a": ("~/x",), "b": ("/y", "/z")}
    keep_folders({"ü": ('/a "quoted"\t\\',)})
    assert file.read_text() == (
        '# mine\n[settings]\nQA_JUDGE = \'none\' # never\n\n[folders]\n"ü" = ["/a \\"quoted\\"\\t\\\\"]\n'
    )
    assert dict(configured().folders) == {"ü": ('/a "quoted"\t\\',)}
    keep_folders({})
    file.write_text("folders = {a = ['/x']}\n")
    with pytest.raises(UsageFailure, match="cannot be changed here"):
        keep_folders({"b": ("/y",)})
    assert file.read_text() == "folders = {a = ['/x']}\n"


def test_settings_come_last(project: Path, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind the project's `.env`."""
    file.write_text('[settings]\nQA_EMBEDDER = "static"\nQA_CONTEXT = "900"\n')
    (project / ".env").write_text("QA_CONTEXT=800\n")
    values = load().values
    assert (values["QA_EMBEDDER"].text, values["QA_EMBEDDER"].origin) == ("static", "configuration")
    assert (values["QA_CONTEXT"].text, values["QA_CONTEXT"].origin) == ("800", ".env")
