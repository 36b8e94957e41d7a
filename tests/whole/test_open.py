"""`qa open`: the file of a citation, as a page for the browser, in an editor, or its path."""

import os
import stat
import sys
from pathlib import Path

import pytest
from conftest import SEED, Run

pytestmark = pytest.mark.usefixtures("without_reader")

LEE = "what did Lee ask of Xi?"


@pytest.fixture
def asked(project: Path, qa: Run) -> Path:
    """A question has been asked."""
    (project / "seeds" / "<b>.txt").write_text("Zebras <script>alert(1)</script> & run fast.\n")
    qa("ask", "--no-llm", "-q", LEE)
    return project


def program(path: Path, name: str = "tell") -> str:
    """A program that writes down what it is given."""
    file = path / name
    file.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{path / "told"}"\n')
    file.chmod(0o700)
    return str(file)


def test_the_path_alone(asked: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a number, or of a place."""
    assert qa("open", "--print").out == f"seeds/{SEED}\n"
    assert qa("open", "1", "--print").out == f"seeds/{SEED}\n"
    assert qa("open", "seeds/<b>.txt:1", "--print").out == "seeds/<b>.txt\n"
    monkeypatch.chdir(asked / "seeds")
    assert qa("open", "--print").out == f"{SEED}\n"
    result = qa("open", "9", "--print")
    assert (result.code, result.err.splitlines()[0].startswith("The last answer has no citation 9")) == (4, True)
    (asked / "seeds" / SEED).unlink()
    assert qa("open", "--print").code == 4


def test_a_page(asked: Path, qa: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds the whole text, the sentence marked, and nothing that runs or is loaded."""
    monkeypatch.setenv("BROWSER", program(tmp_path))
    result = qa("open", "1")
    page = asked / ".qa" / "cited.html"
    assert (result.code, result.out, result.err) == (0, "", f"{SEED}:4: {page}\n")
    assert (tmp_path / "told").read_text() == f"{page.as_uri()}\n"
    html = page.read_text()
    marked = html.partition('<mark id="cited" tabindex="-1" autofocus>')[2].partition("</mark>")[0]
    assert marked.startswith("In turn, Lee asked Xi")
    assert "President Lee invited Xi" in html
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert qa("open", "seeds/<b>.txt").code == 0
    html = page.read_text()
    assert "&lt;script&gt;" in html
    assert "<script" not in html
    assert "<b>" not in html
    assert "default-src 'none'" in html


def test_no_browser(asked: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is one sentence."""
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    result = qa("open", "-q")
    assert (result.code, result.err) == (
        4,
        "There is no browser that can be started here.\n`qa open --print` says which file it is.\n",
    )


@pytest.mark.parametrize(
    ("name", "told"), [("vi", "+4\n{}\n"), ("code", "--goto\n{}:4\n"), ("hx", "{}:4\n"), ("gedit", "{}\n")]
)
def test_an_editor(asked: Path, qa: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str) -> None:
    """Is given the file at its line, each in its own way; VISUAL comes before EDITOR."""
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.setenv("VISUAL", f"'{program(tmp_path, name)}'")
    assert qa("open", "1", "--editor").code == 0
    assert (tmp_path / "told").read_text() == told.format(asked / "seeds" / SEED)


def test_what_no_editor_can_open(asked: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """None set, one that is missing, a file without lines: exit 2; a project's `.env` names none."""
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    (asked / ".env").write_text("EDITOR=touch\nVISUAL=touch\n")
    result = qa("open", "--editor")
    assert (result.code, result.err) == (2, "Neither VISUAL nor EDITOR names an editor.\nSet one: export EDITOR=nano\n")
    monkeypatch.setenv("EDITOR", "no-such-editor -w")
    result = qa("open", "--editor")
    assert (result.code, result.err) == (
        2,
        "The editor no-such-editor is not installed, or may not be run.\nSet VISUAL or EDITOR to another.\n",
    )
    (asked / "seeds" / "a.html").write_text("<p>Zebras are striped.</p>")
    monkeypatch.setenv("EDITOR", f"{sys.executable} -c pass")
    qa("index", "-q")
    assert qa("open", "seeds/a.html", "--editor").err.startswith("a.html is no file of lines, as an editor wants.")
    assert qa("open", "--editor", "--print").code == 2
    assert os.listdir(asked / "seeds") != []
