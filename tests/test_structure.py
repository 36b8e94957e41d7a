"""The shape of the code: who may import whom, what is loaded when, and what the project relies on outside."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPOSITORY

LAYERS = [
    ["qa.__main__"],
    ["qa.cli"],
    ["qa.chat", "qa.indexing"],
    ["qa.commands"],
    ["qa.ask", "qa.status", "qa.doctor", "qa.followup", "qa.watch"],
    ["qa.library", "qa.model", "qa.extract", "qa.cite", "qa.prompt", "qa.render", "qa.shapes", "qa.show", "qa.batch"],
    ["qa.claims", "qa.support", "qa.saved", "qa.suspicious", "qa.context", "qa.double", "qa.only", "qa.offers", "qa.llm"],
    ["qa.prices"],
    ["qa.names", "qa.check", "qa.marks", "qa.escapes", "qa.fence"],
    ["qa.config", "qa.answer"],
    ["qa.trust"],
    ["qa.errors", "qa.strict"],
    ["qa"],
    ["index.doctor", "index.watch", "index.forecast", "index.retriever"],
    ["index.build", "index.search", "index.window"],
    ["index.store", "index.rank", "index.links", "index.reading", "index.server"],
    ["index.question"],
    ["index.catalog", "index.embed", "index.vectors", "index.split"],
    ["index.apart"],
    ["index.chroma"],
    ["index.read.pdf", "index.read.docx", "index.read.pptx", "index.read.xlsx", "index.read.epub", "index.read.mail"],
    ["index.read.ocr", "index.read.tables", "index.read.webpage", "index.read.notebook", "index.read.records"],
    ["index.read.unseen", "index.read.runs", "index.read.slides", "index.read.veil"],
    ["index.read.layout", "index.read.archive", "index.read.markdown", "index.read.rows", "index.read.concealed"],
    ["index.read.draft", "index.read.text", "index.read.style"],
    ["index.read.decode"],
    ["index.read.guess"],
    ["index.plan", "index.limits", "index.schema", "index.service", "index.read", "index.log", "index.spool"],
    ["index.home.claim"],
    ["index.home.user"],
    ["index.home.folder"],
    ["index.home"],
    ["index.walk", "index.terms", "index.sketch", "index.child", "index.pace", "index.budget"],
    ["index.bounds"],
    ["index.ignore", "index.packing"],
    ["index.machine"],
    ["index.passage", "index.errors"],
    ["index"],
]
"""From the top down: a module imports from lower layers only."""

LEVEL = {module: level for level, modules in enumerate(LAYERS) for module in modules}

ONLY_IN = {
    "llama_index": {"index.packing", "index.retriever"},
    "pypdfium2": {"index.read.pdf", "index.read.unseen"},
    "openpyxl": {"index.read.xlsx", "index.read.veil"},
    "selectolax": {"index.read.webpage", "index.read.concealed"},
    "defusedxml": {"index.read.archive"},
    "charset_normalizer": {"index.read.guess"},
    "chromadb": {"index.embed"},
    "chromadb_rust_bindings": {"index.chroma"},
    "sqlite3": {"index.catalog", "index.log", "index.schema", "index.terms"},
    "openai": {"index.service", "index.embed", "qa.llm"},
    "typer": {"qa.cli"},
    "rich": {"qa.render"},
    "genai_prices": {"qa.prices"},
    "dotenv": {"qa.trust"},
    "watchfiles": {"index.watch"},
    "pathspec": {"index.ignore", "qa.library"},
}
"""Each library has one job, and is imported nowhere else."""


def modules() -> dict[str, Path]:
    """Every module of the project."""
    paths = [p.relative_to(REPOSITORY) for package in ("qa", "index") for p in (REPOSITORY / package).rglob("*.py")]
    return {".".join(p.with_suffix("").parts).removesuffix(".__init__"): REPOSITORY / p for p in paths}


def imported(path: Path) -> set[str]:
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
    return found


def project_module(name: str) -> str | None:
    """The project's module that an imported name belongs to."""
    return next((m for m in (name, name.rpartition(".")[0]) if m in LEVEL), None)


@pytest.mark.parametrize("module", modules())
def test_imports_go_down(module: str) -> None:
    """Never sideways, never up; and `index` never imports `qa`."""
    for name in imported(modules()[module]):
        other = project_module(name)
        if other and other != module:
            assert LEVEL[other] > LEVEL[module], f"{module} imports {other}"
            assert not (module.startswith("index") and other.startswith("qa"))


@pytest.mark.parametrize("library", ONLY_IN)
def test_each_library_is_imported_in_its_place(library: str) -> None:
    """A library's types and errors don't leak into the rest."""
    users = {m for m, path in modules().items() if any(n.split(".")[0] == library for n in imported(path))}
    assert users <= ONLY_IN[library]
    assert users


def test_prompts_are_made_in_one_place() -> None:
    """So that no text gets into one but through `qa/fence.py`; `qa doctor` asks for a word of its own."""
    makers = {m for m, p in modules().items() if '"role": "' in p.read_text("utf-8")}
    assert makers == {"qa.prompt", "qa.doctor"}
    assert {m for m, p in modules().items() if "_Own(" in p.read_text("utf-8")} == {"qa.prompt"}


def test_the_environment_is_read_in_one_place() -> None:
    """So that every setting is in the table of settings."""
    readers = {m for m, p in modules().items() if re.search(r"os\.environ|getenv", p.read_text("utf-8"))}
    assert readers == {"qa.config"}


def loaded(*arguments: str) -> set[str]:
    """The top-level modules that a command line loads, in a process of its own."""
    code = (
        "import sys; from qa import cli; code = cli.run(sys.argv[1:]);"
        "print('LOADED', *{m.split('.')[0] for m in sys.modules}, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split("LOADED", 1)[1].split())


def test_help_loads_nothing_heavy(project: Path) -> None:
    """Neither the libraries nor what they pull in."""
    assert not loaded("--help") & {"openai", "chromadb", "llama_index", "numpy", "rich", "pydantic", "sqlite3"}


def test_asking_loads_only_what_it_needs(project: Path, qa: object) -> None:
    """With no file changed never llama-index, without a model never openai, of chromadb its core alone; a first run splits."""
    assert "llama_index_instrumentation" in (run := loaded("index"))
    assert not {"sqlalchemy", "llama_index.core"} & run
    again = loaded("ask", "--no-llm", "what did Lee ask of Xi?")
    assert "chromadb_rust_bindings" in again
    assert not again & {"chromadb", "llama_index", "openai", "onnxruntime", "nltk", "tiktoken"}
    assert not loaded("index") & {"llama_index", "openai", "chromadb", "numpy"}


def test_no_connection_is_made_that_nobody_asked_for(project: Path) -> None:
    """Law 9: neither by chromadb, llama-index or the rest, while indexing and asking without a model."""
    code = (
        "import sys\n"
        "def hook(event, arguments):\n"
        "    if event in ('socket.connect', 'socket.getaddrinfo', 'socket.sendto'): raise SystemExit(f'{event} {arguments}')\n"
        "sys.addaudithook(hook)\n"
        "from qa import cli\n"
        "sys.exit(cli.run(['index', '-q']) or cli.run(['ask', '-q', 'what did Lee ask of Xi?']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
