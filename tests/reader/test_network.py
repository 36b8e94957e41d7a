"""The local reader: what it says of a sentence, when it is asked, and what follows from it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from conftest import Run, start
from replied import passage

from index.passage import Hit
from qa.ask.missing import other_years
from qa.quote.choice import MOST_READ
from qa.reader import fitted, network
from qa.reader.fitted import Signs
from qa.reader.network import FOLDER, WINDOW

HIT = passage("a.txt", "The gate was painted green in May.", "Tom Ashby mended it for 40 pounds.", "It opens at eight.")


def margins(question: str, *hits: object) -> list[list[float]]:
    """Of the network itself."""
    net = network.network()
    assert net
    return net.margins(question, hits or [HIT])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "answers"),
    [("Who mended the gate?", 1), ("At what time does it open?", 2), ("What colour does the gate have?", 0)],
)
def test_the_sentence_that_answers_stands_out(question: str, answers: int) -> None:
    """By its margin, which for what is not told is below that of what is."""
    (found,) = margins(question)
    assert found.index(max(found)) == answers
    (other,) = margins("Who owns the harbour of Lisbon?")
    assert max(other) < max(found)


def test_every_sentence_has_a_margin_however_long_the_passage() -> None:
    """Also an empty question, a sentence longer than a window, and characters that no tokenizer takes."""
    many = [f"Sentence number {n} is here." for n in range(200)]
    long = passage("b.txt", "word " * (3 * WINDOW) + ".", "\ud800\U0001f600.", *many)
    found = margins("what is here?", long, HIT)
    assert [len(each) for each in found] == [202, 3]
    assert margins("", HIT)
    assert margins("x" * 30_000, HIT)


def test_the_weights_are_what_the_documentation_says() -> None:
    """At most 25 MB in all, every number there, and a confidence between 0 and 1."""
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 25_000_000
    names = set(Signs.__dataclass_fields__)
    assert fitted.fitted()["read"].keys() == fitted.fitted()["words"].keys() == names
    weak, strong = Signs(0.0, 0.0, 0.0, 0.0, 0.0, -12.0), Signs(1.0, 1.0, 1.0, 1.0, 1.0, 12.0)
    assert 0 < fitted.confidence([weak], 0) < 0.5 < fitted.confidence([strong], 0) < 1
    assert (fitted.answers([weak], 0), fitted.answers([strong], 0)) == (False, True)


def test_an_answer_says_how_sure_it_is(project: Path, qa: Run) -> None:
    """In JSON; null with QA_READER=none and in another language, where nothing is refused for doubt either."""
    assert 0.5 < json.loads(qa("ask", "--json", "what did Lee ask of Xi?").out)["confidence"] < 1
    unknown = "what is the name of the dog of the chancellor?"
    assert json.loads(qa("ask", "--json", unknown).out)["status"] == "not_found"
    (project / "seeds" / "de.txt").write_text("Der Hund des Kanzlers heißt Willi. Die Katze hat keinen Namen.")
    german = json.loads(qa("ask", "--json", "--in", "de.txt", "Wie heißt der Hund des Kanzlers?").out)
    assert (german["confidence"], german["status"]) == (None, "passages")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("what is Tomasz Wrona's phone number?", "0113 555 0117"),
        ("what is Tomasz Wrona's e-mail address?", ""),
        ("how many guests may Tomasz Wrona have?", "a dozen"),
        ("how old is Tomasz Wrona?", ""),
    ],
)
def test_what_cannot_hold_what_is_asked_for_is_no_answer(project: Path, qa: Run, question: str, answer: str) -> None:
    """An address has its sign, a telephone number digits, a quantity a word for one."""
    (project / "seeds" / "phone.txt").write_text("Tomasz Wrona has 0113 555 0117 as his phone number.")
    (project / "seeds" / "guests.txt").write_text("Tomasz Wrona may have a dozen guests.")
    (project / "seeds" / "age.txt").write_text("Tomasz Wrona is older than his brother.")
    within = "guests.txt" if "guests" in question else "age.txt" if "old" in question else "phone.txt"
    found = qa("ask", "--in", within, question)
    assert (found.code, answer in found.out) == (0 if answer else 1, True)


def test_without_the_reader_nothing_is_refused_for_doubt(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """By setting; anything else than its two words is a mistake."""
    monkeypatch.setenv("QA_READER", "none")
    answer = json.loads(qa("ask", "--json", "which leader did Xi visit in Korea?").out)
    assert (answer["confidence"], answer["status"]) == (None, "passages")
    monkeypatch.setenv("QA_READER", "maybe")
    assert (qa("ask", "x").code, qa("ask", "x").err) == (2, "QA_READER is “maybe”.\nIt is one of auto, none.\n")


def test_many_passages_are_not_all_read(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever --top asks for: reading takes its time."""
    for n in range(40):
        (project / "seeds" / f"{n}.txt").write_text(f"Lee asked Xi for {n} things.")
    read: list[int] = []
    net = network.network()
    assert net
    margins = net.margins

    def counted(question: str, hits: Sequence[Hit]) -> list[list[float]]:
        read.append(len(hits))
        return margins(question, hits)

    monkeypatch.setattr(net, "margins", counted)
    assert qa("ask", "-n", "500", "what did Lee ask of Xi?").code == 0
    assert read == [MOST_READ]


def test_without_its_file_words_and_vectors_choose(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in an installation that lacks it."""
    monkeypatch.setattr(network, "FOLDER", project)
    network.network.cache_clear()
    answer = json.loads(qa("ask", "--json", "what did Lee ask of Xi?").out)
    network.network.cache_clear()
    assert (answer["confidence"], answer["answer"].startswith("In turn, Lee asked Xi")) == (None, True)


@pytest.fixture
def without_network() -> Iterator[None]:
    """None is kept from other tests, nor for them."""
    network.network.cache_clear()
    yield
    network.network.cache_clear()


@pytest.mark.usefixtures("without_network")
def test_a_damaged_file_is_told_of(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """And takes nothing away but the reader."""
    (project / "reader.onnx").write_bytes((FOLDER / "reader.onnx").read_bytes()[:1_000_000])
    monkeypatch.setattr(network, "FOLDER", project)
    for command in ("search", "ask"):
        done = qa(command, "what did Lee ask of Xi?")
        assert (done.code, "constructive role" in done.out) == (0, True)
        assert "The local reader cannot be loaded (" in done.err


def test_a_slow_one_holds_no_ctrl_c_up(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search has come to where it waits for it."""
    (project / "slow").mkdir()
    (project / "slow" / "onnxruntime.py").write_text("open('loads', 'w').close(); import time; time.sleep(100)")
    assert qa("index").code == 0
    monkeypatch.setenv("PYTHONPATH", f"{project / 'slow'}{os.pathsep}{os.environ['PYTHONPATH']}")
    child = start(("search", "what did Lee ask of Xi?"))
    while not (project / "loads").exists():
        assert child.poll() is None
        time.sleep(0.1)
    time.sleep(2)  # by then it waits for nothing else
    child.send_signal(signal.SIGINT)
    assert child.wait(60) == 130


def test_numpy_is_there_before_two_threads_import_it() -> None:
    """Each of them would be given a half of it, now and then."""
    code = "import sys, qa.reader.network as n; n.begun = lambda call: call; n.Network(); print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "True\n"


@pytest.mark.parametrize(
    ("question", "text", "years"),
    [
        ("who was chair in 2021?", "Dana was chair from 2019 to 2023.", ()),
        ("who was chair in 2021?", "Dana was chair (2019–23).", ()),
        ("who was chair in 2024?", "Dana was chair from 2019 to 2023.", ("2024",)),
        ("what happened in 1066 and 1812?", "In 1812 the hall burnt down.", ()),
        ("what happened in 1789 and 1812?", "In 1812 the hall burnt down.", ("1789",)),
        ("what does version 20.1987 do?", "Version 3 prints.", ()),
    ],
)
def test_years_that_are_not_there(question: str, text: str, years: tuple[str, ...]) -> None:
    """Neither by themselves nor within a span."""
    assert other_years(question, [passage("a.txt", text)]) == years


def test_years_that_no_passage_mentions(project: Path, qa: Run) -> None:
    """Are said, and the answer is no; the name of a file may hold them."""
    (project / "seeds" / "budget-2025.txt").write_text("The budget for marketing is 4,310 pounds.")
    asked = qa("ask", "--in", "budget-2025.txt", "what is the budget for marketing in 2025?")
    assert (asked.code, "4,310" in asked.out) == (0, True)
    (project / "seeds" / "old.txt").write_text("In 2017 the hall burnt down.")
    asked = qa("ask", "--in", "budget-2025.txt", "what was the budget for marketing in 2017?")
    assert (asked.code, "The documents nearest to it do not mention 2017." in asked.err) == (1, True)
