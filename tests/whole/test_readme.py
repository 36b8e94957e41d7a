"""What the documentation says is so: README.md and the pages that it links."""

import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted((REPOSITORY / "docs").glob("*.md"))}
DOCS = "\n".join([README, *PAGES.values()])
LINES = dict.fromkeys(re.findall(r"^\$ ((?:cd ~/handbook && |[^|\n]* \| )?qa .*?)(?:  +#.*)?$", DOCS, re.MULTILINE))
COMMANDS = [
    "ask",
    "search",
    "index",
    "status",
    "doctor",
    "show",
    "verify",
    "chat",
    "trust",
    "calibrate",
    "open",
    "history",
    "help",
]


def test_the_first_command_prints_what_the_readme_shows(project: object, process: Run) -> None:
    """To the character."""
    command, shown = re.findall(r"^\$ .*&& (qa ask .*)\n((?:(?!```).*\n)+)", README, re.MULTILINE)[0]
    question = re.findall(r'"(.*)"', command)[0]
    result = process("ask", question)
    assert (result.code, result.out) == (0, shown)


@pytest.mark.usefixtures("without_reader")
@pytest.mark.parametrize("line", LINES)
def test_every_line_of_use_works(project: Path, qa: Run, line: str) -> None:
    """Run as it stands, in a shell; `answer.json` is what the line with that name made."""
    (project / "answer.json").write_text(qa("ask", "--json", "what did Lee ask of Xi?").out)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    (Path.home() / "handbook").mkdir()
    (Path.home() / "handbook" / "leave.txt").write_text("Employees get 25 days of leave a year.\n")
    if "@handbook" in line:
        assert qa("folders", "add", "handbook", str(Path.home() / "handbook")).code == 0
    done = subprocess.run(["sh", "-c", line], env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    code = 5 if line == "qa calibrate" else 0  # the one that needs a model, of which there is none here
    assert (done.returncode, "Traceback" in done.stderr) == (code, False), done.stderr


def test_every_setting_is_documented() -> None:
    """In docs/settings.md and in .env.example."""
    from qa.settings.environment import NAMES

    example = (REPOSITORY / ".env.example").read_text(encoding="utf-8")
    assert set(re.findall(r"^([A-Z_]+)=$", example, re.MULTILINE)) == set(NAMES)
    assert all(f"`{name}`" in PAGES["settings.md"] for name in NAMES)


@pytest.mark.usefixtures("without_reader")
@pytest.mark.parametrize("command", [*COMMANDS, "folders list", "folders add", "folders remove"])
def test_help_has_an_example_that_works(project: object, qa: Run, command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command's help ends with one, and has the options that every command has."""
    text = qa(*command.split(), "--help").out
    assert qa(*command.split(), "-h").out == text
    assert all(option in text for option in ("--seeds", "--home", "--quiet", "-q", "--color"))
    example = re.findall(r"Examples?: qa (.*?)(?:;|$)", text.strip(), re.MULTILINE)[0]
    assert example.startswith(command)
    if command == "folders remove":
        assert qa("folders", "add", "handbook", ".").code == 0
    if "minilm" not in example:
        import shlex

        monkeypatch.setattr(sys, "stdin", io.StringIO(""))
        if command not in ("ask", "search", "index", "chat"):
            Path("a.json").write_text(qa("ask", "--json", "what did Lee ask of Xi?").out)
        assert qa(*shlex.split(example)).code == (5 if command == "calibrate" else 0)  # which needs a model


def test_help_has_the_exit_codes_and_the_commands(qa: Run) -> None:
    """Of `qa` itself; its version is the package's."""
    from importlib.metadata import version

    text = " ".join(qa("--help").out.split())
    assert all(f"{code} " in text for code in (0, 1, 2, 3, 4, 5, 70, 130))
    assert all(command in text for command in COMMANDS)
    assert qa("--version").out == f"qa {version('qa-cited')}\n"


def test_nothing_installed_is_missing_from_the_constraints() -> None:
    """constraints.txt has an exact version, and nothing else, for each requirement."""
    lines = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line) for line in lines)
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    required = set(re.findall(r'^    "([a-z0-9-]+)>=', project, re.MULTILINE))
    assert required <= {line.split("==")[0].lower().replace("_", "-") for line in lines}
    assert all("," in line for line in re.findall(r'^    "[a-z0-9-]+>=.*"', project, re.MULTILINE)), "an upper bound each"


def test_the_module_runs(project: object) -> None:
    """`python -m qa` is `qa`."""
    done = subprocess.run([sys.executable, "-m", "qa", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("qa ")


def test_every_page_is_linked_and_every_link_leads_somewhere() -> None:
    """From the README to each page of docs/, and from each to files that are there."""
    for name, text in {"README.md": README, **{f"docs/{name}": text for name, text in PAGES.items()}}.items():
        for link in re.findall(r"\]\(([^)#:]+)\)", text):
            assert ((REPOSITORY / name).parent / link).exists(), f"{name}: {link}"
    assert all(f"(docs/{name})" in README for name in PAGES)


def test_every_command_and_option_is_documented(qa: Run) -> None:
    """Each command in docs/use.md; what stands there as an option is one."""
    options = set(
        re.findall(r"(?<![\w-])--[a-z][a-z-]+", " ".join(qa(*c.split(), "--help").out for c in [*COMMANDS, "folders add"]))
    )
    assert all(f"qa {command}" in PAGES["use.md"] for command in COMMANDS)
    own = set(re.findall(r"`(--[a-z][a-z-]+)", DOCS))
    assert own <= options | {"--version", "--help"}, own - options


def test_the_picture_is_of_a_real_run(tmp_path: Path) -> None:
    """docs/picture.py makes it, and it loads nothing."""
    script = REPOSITORY / "docs" / "picture.py"
    made = tmp_path / "terminal.svg"
    subprocess.run([sys.executable, str(script), str(made)], check=True)
    for svg in (made.read_text(), (REPOSITORY / "docs" / "terminal.svg").read_text()):
        words = " ".join(re.sub(r"<[^>]*>", " ", svg).replace("&#160;", " ").split())
        assert "qa ask" in words
        assert "constructive role" in words
        assert "seeds/000_148020eec895b876.txt:4" in words
        assert re.findall(r"https?://[^\"\s]+", svg) == ["http://www.w3.org/2000/svg"]
