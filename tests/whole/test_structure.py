"""The shape of the code: who may import whom, what is loaded when, and what the project relies on outside."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from conftest import REPOSITORY, unconnected

ROOMS = """
qa.__main__
qa.cli qa.calibrate qa.ask qa.quote qa.reader qa.show qa.saved qa.documents qa.reply qa.check qa.model qa.settings qa
index.retriever index.doctor
index.update index.search index.catalog index.vectors index.embed index.convert index.split
index.read index.read.mail index.read.other index.read.web index.read.word index.read.sheet index.read.slides index.read.office
index.read.pdf index.read.page index.read.plain index.read.draft index.read.style
index.home index.files index.service index.process index.letters
index
""".split()
"""From the top down: a room imports from itself and from those below it. `qa` and `index` are the files in no room."""

FULL = 9
"""Files on a floor at most; a command is a file of its own."""

ONLY_IN = {
    "llama_index": {"index.split.packing", "index.retriever"},
    "pypdfium2": {f"index.read.pdf.{name}" for name in ("opened", "annotations", "pages", "chars", "hidden")},
    "selectolax": {f"index.read.web.{name}" for name in ("article", "hidden", "instead", "table", "webpage")},
    "defusedxml": {"index.read.office.archive"},
    "charset_normalizer": {"index.read.plain.guess"},
    "chromadb": {"index.embed.minilm", "index.vectors.public"},
    "chromadb_rust_bindings": {"index.vectors.core"},
    "sqlite3": {"index.home.queries", "index.catalog.schema", "index.catalog.words", "index.vectors.log"},
    "openai": {"index.service.client", "index.service.failures", "index.embed.remote", "qa.model.endpoint"},
    "typer": {"qa.cli.app", "qa.cli.main"},
    "rich": {"qa.show.terminal"},
    "genai_prices": {"qa.model.prices"},
    "dotenv": {"qa.settings.trust"},
    "watchfiles": {"index.update.watch"},
    "pathspec": {"index.files.ignore", "qa.documents.library"},
}
"""Each library has one job, and is imported nowhere else."""


@cache
def modules() -> dict[str, Path]:
    """Every module of the project."""
    paths = [p.relative_to(REPOSITORY) for package in ("qa", "index") for p in (REPOSITORY / package).rglob("*.py")]
    return {".".join(p.with_suffix("").parts).removesuffix(".__init__"): REPOSITORY / p for p in paths}


@cache
def imported(path: Path) -> frozenset[str]:
    """The dotted names that a file imports, wherever in it, but for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and getattr(node.test, "id", "") == "TYPE_CHECKING":
            node.body = []
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(found)


def room(module: str) -> str:
    """The room that a module stands in: the longest name of one that it begins with."""
    parts = module.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next(name for name in names if name in ROOMS)


def project_modules(path: Path) -> set[str]:
    """The project's modules that a file imports."""
    every = modules()
    names = ({name, name.rpartition(".")[0]} & every.keys() for name in imported(path))
    return {max(found, key=len) for found in names if found}


@pytest.mark.parametrize("module", modules())
def test_imports_go_down(module: str) -> None:
    """Never up; and `index` never imports `qa`."""
    for other in project_modules(modules()[module]):
        assert ROOMS.index(room(other)) >= ROOMS.index(room(module)), f"{module} imports {other}"


def test_no_room_is_a_circle() -> None:
    """Inside a room, too, there is one way down."""
    below = {module: project_modules(path) for module, path in modules().items()}
    while done := {module for module, others in below.items() if not others & (below.keys() - {module})}:
        below = {module: others for module, others in below.items() if module not in done}
    assert not below


@pytest.mark.parametrize("name", [name for name in ROOMS if "." in name])
def test_a_room_can_be_taken_in_at_a_look(name: str) -> None:
    """Its first file says what it is about, and imports nothing; nobody takes a private name out of it."""
    folder = REPOSITORY / name.replace(".", "/")
    if not folder.is_dir():
        return
    (said,) = ast.parse((folder / "__init__.py").read_text("utf-8")).body
    assert isinstance(said, ast.Expr)
    assert name == "qa.cli" or len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= FULL


def test_the_tree_is_as_the_architecture_shows_it() -> None:
    """Every room and every file of it, and none that is not there."""
    tree = (REPOSITORY / "ARCHITECTURE.md").read_text("utf-8").split("```")[1]
    for name in ROOMS:
        folder = REPOSITORY / name.replace(".", "/")
        shown = re.search(rf"^ *{folder.name}/ (.*\n(?: {{16}}.*\n)*)", tree, re.MULTILINE)
        if "." in name and folder.is_dir():
            assert shown, name
            files = {path.stem for path in folder.glob("*.py")} - {"__init__"}
            assert files <= set(re.findall(r"\w+", shown[1])), name


def test_private_names_stay_in_their_files() -> None:
    """What begins with an underscore is imported by nobody."""
    for module, path in modules().items():
        taken = {name for name in imported(path) if name.rpartition(".")[0] in modules() and name.rpartition(".")[2][0] == "_"}
        assert taken <= {"qa.__version__"}, module


@pytest.mark.parametrize("library", ONLY_IN)
def test_each_library_is_imported_in_its_place(library: str) -> None:
    """A library's types and errors don't leak into the rest."""
    users = {m for m, path in modules().items() if any(n.split(".")[0] == library for n in imported(path))}
    assert users <= ONLY_IN[library]
    assert users


def test_prompts_are_made_in_one_place() -> None:
    """So that no text gets into one but through `qa/model/fence.py`; `qa doctor` asks for a word of its own."""
    makers = {m for m, p in modules().items() if '"role": "' in p.read_text("utf-8")}
    assert makers == {"qa.model.prompt", "qa.cli.doctor"}
    assert {m for m, p in modules().items() if "_Own(" in p.read_text("utf-8")} == {"qa.model.prompt"}


def test_the_environment_is_read_in_one_place() -> None:
    """So that every setting is in the table of settings."""
    readers = {m for m, p in modules().items() if re.search(r"os\.environ|getenv", p.read_text("utf-8"))}
    assert readers == {"qa.settings.environment"}


def loaded(*arguments: str) -> set[str]:
    """The top-level modules that a command line loads, in a process of its own."""
    code = (
        "import sys; from qa.cli import main; code = main.run(sys.argv[1:]);"
        "print('LOADED', *{m.split('.')[0] for m in sys.modules}, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("LOADED", 1)[1].split())


def test_help_loads_nothing_heavy(project: Path) -> None:
    """Neither the libraries nor what they pull in."""
    assert not loaded("--help") & {"openai", "chromadb", "llama_index", "numpy", "rich", "pydantic", "sqlite3"}


def test_asking_loads_only_what_it_needs(project: Path, qa: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """With no file changed never llama-index, with no model never openai, of chromadb its core alone; a first run splits."""
    assert "llama_index_instrumentation" in (run := loaded("index"))
    assert not {"sqlalchemy", "llama_index.core"} & run
    again = loaded("ask", "--no-llm", "what did Lee ask of Xi?")
    assert "chromadb_rust_bindings" in again
    assert not again & {"chromadb", "llama_index", "openai", "nltk", "tiktoken"}
    monkeypatch.setenv("QA_READER", "none")
    assert "onnxruntime" not in loaded("search", "what did Lee ask of Xi?")
    assert not loaded("index") & {"llama_index", "openai", "chromadb", "numpy"}


def test_no_connection_is_made_that_nobody_asked_for(project: Path) -> None:
    """Law 9: neither by chromadb, llama-index or the rest, while indexing and asking without a model."""
    done = unconnected("sys.exit(main.run(['index', '-q']) or main.run(['ask', '-q', 'what did Lee ask of Xi?']))")
    assert (done.returncode, done.stderr) == (0, "")
