"""`qa help`: what it prints, and that it is so."""

import re
from email.message import EmailMessage
from pathlib import Path

import pytest
from conftest import REPOSITORY, Run
from samples import pdf
from terminal import on_terminal

from index.errors import Failure
from index.read.formats import READERS, reader_for
from qa.cli.topics import TOPICS


def test_a_topic(qa: Run) -> None:
    """The same words in a pipe and on any terminal, and no line longer than the narrowest that is usual."""
    for name, text in TOPICS.items():
        assert (qa("help", name).code, qa("help", name).out, qa("help", name).err) == (0, text, "")
        assert max(map(len, text.splitlines())) < 80
    for columns in (80, 200):
        assert on_terminal("help", "places", columns=columns, color=True) == (0, TOPICS["places"])
    assert qa("help", "Exit", "codes").out == TOPICS["exit-codes"]


def test_a_command(qa: Run) -> None:
    """Or nothing: what `--help` says."""
    assert qa("help").out == qa("--help").out
    assert qa("help", "ask").out == qa("ask", "--help").out
    assert qa("help", "folders", "add").out == qa("folders", "add", "--help").out


def test_what_there_is_no_help_on(qa: Run) -> None:
    """Is said, with what there is."""
    known = "places, formats, exit-codes, settings, models, folders, trust"
    hint = f"There is help on {known}; `qa help COMMAND` is `qa COMMAND --help`."
    result = qa("help", "me")
    assert (result.code, result.out, result.err) == (2, "", f"There is no help on “me”.\n{hint}\n")


def test_the_settings_are_those_there_are() -> None:
    """Every one, and no other."""
    from qa.settings.environment import NAMES

    assert set(re.findall(r"\b(?:QA|OPENAI)_[A-Z_]+\b", TOPICS["settings"])) == set(NAMES)


def test_the_exit_codes_are_those_there_are(qa: Run) -> None:
    """Of every failure, of answers, and of signals; as `qa --help` has them."""
    import qa.errors

    def below(kind: type[Failure]) -> set[type[Failure]]:
        return {kind, *(one for child in kind.__subclasses__() for one in below(child))}

    assert qa.errors.Bug in below(Failure)
    shown = set(map(int, re.findall(r"^    (\d+) ", TOPICS["exit-codes"], re.MULTILINE)))
    assert shown == {kind.exit for kind in below(Failure)} | {0, 1, 3, 130}


def test_the_formats_are_those_there_are() -> None:
    """Each suffix that is named as read has a reader of its own, each reader of another kind than text has one named."""
    read, _, left = TOPICS["formats"].partition("Left out")
    named = set(re.findall(r"\.([a-z]+)\b", read))
    assert {READERS[suffix] for suffix in named} == {r for r in READERS.values() if r.converted and r.module != "other.old"}
    old = set(re.findall(r"\.([a-z]+)\b", left.partition("(")[2].partition(")")[0]))
    assert {getattr(reader_for(f"a.{suffix}"), "module", "") for suffix in old} == {"other.old"}


def test_every_place_can_be_shown(project: Path, qa: Run) -> None:
    """As it stands in the topic, of documents that have it."""
    import openpyxl

    seeds = project / "seeds"
    (seeds / "handbook").mkdir()
    (seeds / "handbook" / "leave.md").write_text("".join(f"Rule {n} of the leave.\n" for n in range(1, 13)))
    (seeds / "report.pdf").write_bytes(pdf(*([(50, 700, f"This is page {n}.")] for n in range(1, 13))))
    book = openpyxl.Workbook()
    book.active.title = "Sales"
    for n in range(14):
        book.active.append(["Month", "Sold"] if not n else [f"Month {n}", n])
    book.save(seeds / "staff.xlsx")
    (seeds / "talk.srt").write_text("1\n00:01:08,000 --> 00:01:12,000\nThe sea is warm.\n")
    cells = ", ".join(['{"cell_type": "markdown", "source": "A cell."}'] * 3)
    (seeds / "trial.ipynb").write_text(f'{{"cells": [{cells}]}}')
    mail = EmailMessage()
    mail["Subject"] = "The invoice"
    mail.set_content("It is attached.")
    mail.add_attachment(b"For page 3.", maintype="text", subtype="plain", filename="note.txt")
    mail.add_attachment((seeds / "report.pdf").read_bytes(), maintype="application", subtype="pdf", filename="report.pdf")
    (seeds / "invoice.eml").write_bytes(bytes(mail))
    assert qa("ask", "-q", "--no-llm", "what is rule 7 of the leave?").code == 0
    places = re.findall(r"^    ((?:[\w./]+[#:@]\S+|1))(?: |$)", TOPICS["places"], re.MULTILINE)
    assert len(places) == 8
    for place in places:
        assert (qa("show", place).code, place) == (0, place)


@pytest.mark.parametrize("topic", TOPICS)
def test_the_commands_are_those_there_are(qa: Run, topic: str) -> None:
    """With the options that stand behind them."""
    for line in re.findall(r"(?:^    |; )(qa [a-z].*?)(?:  +|$)", TOPICS[topic], re.MULTILINE):
        words = line.split()[1:]
        command = words[:2] if words[0] == "folders" else words[:1]
        text = qa(*command, "--help").out
        assert text.startswith(f"Usage: qa {' '.join(command)} "), line
        assert all(re.search(rf"(?<![\w-]){word}\b", text) for word in words if word.startswith("-")), line


def test_the_pages_lead_to_their_topics() -> None:
    """And the other way: what has a page of its own has a topic of that name."""
    pages = {path.stem: path.read_text("utf-8") for path in (REPOSITORY / "docs").glob("*.md")}
    for name in pages.keys() & TOPICS.keys():
        assert f"`qa help {name}`" in pages[name]
    assert pages.keys() - TOPICS.keys() == {"use", "reader"}
    assert all(f"`qa help {name}`" in pages["use"] for name in TOPICS.keys() - pages.keys())
