"""The command line as people and programs meet it: whole outputs, exit codes, bad input."""

import ctypes
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import SEED, Run

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"
LEE = (
    "In turn, Lee asked Xi to play a “constructive role” in the process of denuclearisation of the Korean peninsula, over"
    " which hangs North Korea’s nuclear threat."
)


def test_ask_without_a_model(project: Path, qa: Run) -> None:
    """The whole output: the sentence, its number, its place; the talk is on stderr."""
    result = qa("ask", *QUESTION.split())
    assert result.code == 0
    assert result.out == f"{LEE} [1]\n\n[1] seeds/{SEED}:4  “{LEE}”\n"
    assert result.err.endswith("Closest sentences (no model has read them):\n")
    quiet = qa("ask", QUESTION, "-q")
    assert (quiet.out, quiet.err) == (result.out, "")


def test_ask_as_json(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every field of the contract, and offsets that hold."""
    monkeypatch.delenv("QA_READER")
    answer = json.loads(qa("ask", "--json", QUESTION).out)
    assert list(answer) == [
        *("schema", "id", "question", "asked", "asked_at", "version", "status", "answer", "sentences", "citations", "nearest"),
        *("missing", "confidence", "coverage", "model", "usage", "cost", "timings", "index", "error"),
    ]
    assert (answer["status"], answer["answer"]) == ("passages", f"{LEE} [1]")
    (sentence,), citation = answer["sentences"], answer["citations"][0]
    around = sentence.pop("around")
    assert sentence == {"text": LEE, "citations": [1], "supported": True, "why": None, "judge": None}
    text = (project / "seeds" / SEED).read_text(encoding="utf-8")
    assert LEE in text[around["start"] : around["end"]]
    assert 0.5 < answer["confidence"] < 1
    assert text[citation["start"] : citation["end"]] == citation["quote"] == LEE
    assert (citation["place"], citation["line"], citation["verdict"]) == (f"{SEED}:4", 4, "exact")
    assert answer["index"] == {"embedder": "static", "fresh": True, "pending": 0, "skipped": 0}


def test_ask_as_markdown(project: Path, qa: Run) -> None:
    """Numbers are footnotes."""
    result = qa("ask", "--markdown", QUESTION)
    assert result.out == f"{LEE}[^1]\n\n[^1]: seeds/{SEED}:4 “{LEE}”\n"


def test_the_question_from_stdin(project: Path, process: Run) -> None:
    """`-` reads it; `python -m qa` is `qa`."""
    assert process("ask", "-", "-q", stdin=QUESTION.encode()).out.startswith(LEE)


def test_the_answer_follows_the_files(project: Path, qa: Run) -> None:
    """Edited, renamed and deleted between two questions; only what changed is embedded."""
    assert qa("ask", QUESTION, "-q").code == 0
    seed = project / "seeds" / SEED
    seed.write_text(
        seed.read_text("utf-8").replace("“constructive role” in the process", "“decisive part” in the process"), "utf-8"
    )
    assert json.loads(qa("index", "--json").out)["embedded"] == 1
    assert "decisive part" in qa("ask", QUESTION, "-q").out
    seed.rename(project / "seeds" / "call.txt")
    assert "[1] seeds/call.txt:4" in qa("ask", QUESTION, "-q").out
    (project / "seeds" / "new.txt").write_text("Lee asked Xi for a panda.")
    assert "panda" in qa("ask", "did Lee ask Xi for a panda?", "-q").out
    (project / "seeds" / "new.txt").unlink()
    assert "panda" not in qa("ask", "did Lee ask Xi for a panda?", "-q").out


def test_index_twice(project: Path, qa: Run) -> None:
    """The second run does nothing."""
    first = json.loads(qa("index", "--json").out)
    again = json.loads(qa("index", "--json").out)
    assert (first["added"], first["passages"]) == (1, first["embedded"])
    assert (again["added"], again["embedded"], again["same"]) == (0, 0, 1)
    (project / "seeds" / "tea.txt").write_text("Tea is a drink.")
    assert qa("index").out.startswith("2 documents in seeds, 6 passages: 1 added, 1 passage embedded (")


def test_search(project: Path, qa: Run) -> None:
    """A line a hit, or JSON whose text stands at its offsets, or the files alone."""
    lines = qa("search", "-n", "2", "summit in Gyeongju").out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(f"seeds/{SEED}:")
    assert "Gyeongju" in lines[0]
    found = json.loads(qa("search", "--json", "summit in Gyeongju").out)
    text = (project / "seeds" / SEED).read_text(encoding="utf-8")
    assert all(text[h["start"] : h["end"]] == h["text"] for h in found["hits"])
    assert found["index"] == {"fresh": True, "pending": 0, "skipped": 0}
    assert qa("search", "-l", "summit").out == f"seeds/{SEED}\n"


def test_explain(project: Path, qa: Run) -> None:
    """Each hit says how its score came about, in words and in JSON; an answer says which passages were read."""
    lines = qa("search", "--explain", "-n", "2", "trade war").out.splitlines()
    assert len(lines) == 4
    assert re.fullmatch(r"    0\.\d\d = 0\.\d\d matching words(, [+-]0\.\d\d [a-z ]+)+", lines[1])
    (hit,) = json.loads(qa("search", "--explain", "--json", "-n", "1", "trade war").out)["hits"]
    assert sum(hit["why"].values()) == pytest.approx(hit["score"], abs=0.001)
    assert "why" not in json.loads(qa("search", "--json", "-n", "1", "trade war").out)["hits"][0]
    assert f"seeds/{SEED}:1: 0." in qa("ask", "--explain", QUESTION).err
    answer = json.loads(qa("ask", "--explain", "--json", QUESTION).out)
    assert len(answer["passages"]) == answer["coverage"]["sent"]


def test_questions_about_the_documents(project: Path, qa: Run) -> None:
    """Titles and first sentences, never nothing."""
    (project / "seeds" / "b.md").write_text("# Tea\n\nTea is a drink.")
    result = qa("ask", "what are these documents about?", "-q")
    assert result.code == 0
    assert result.out.startswith(
        "Xi Jinping and Lee Jae-myung discuss trade and North Korea to reopen dialogue [1]\n# Tea [2]\n"
    )
    assert qa("search", "-l", "which files do you have?").out == f"seeds/{SEED}\nseeds/b.md\n"


def test_in_limits_the_documents(project: Path, qa: Run) -> None:
    """Before ranking, by `.gitignore` patterns from the documents' folder; one that matches nothing names what is near."""
    (project / "seeds" / "sub").mkdir()
    (project / "seeds" / "sub" / "other.txt").write_text("Lee asked Xi for tea.")
    assert "tea" in qa("ask", QUESTION, "--in", "sub/", "-q").out
    assert "tea" not in qa("ask", QUESTION, "--in", "000*", "-q").out
    nothing = qa("ask", QUESTION, "--in", "sub/othre.txt", "-q")
    assert (nothing.code, nothing.out) == (4, "")
    assert nothing.err == "No document matches --in sub/othre.txt.\nThere are, for example: sub/other.txt.\n"
    assert qa("ask", QUESTION, "--in", "x" * 300, "-q").code == 4
    assert qa("ask", QUESTION, "--in", "[z-a]", "-q").err.startswith("--in [z-a] is not a pattern: bad character range z-a")
    expanded = qa("ask", "--in", f"seeds/{SEED}", "seeds/sub", "what", "did", "Lee", "ask?")
    assert (expanded.code, expanded.err.splitlines()[0]) == (2, "The shell has expanded the pattern of --in.")


def test_frozen_changes_nothing(project: Path, qa: Run) -> None:
    """It answers from what is there and finds that the cited file has changed since."""
    missing = qa("ask", QUESTION, "--frozen")
    assert missing.code == 4
    assert missing.err.endswith("Run `qa index`, or leave --frozen out.\n")
    qa("index")
    seed = project / "seeds" / SEED
    seed.write_text("X" + seed.read_text("utf-8"), "utf-8")
    changed = qa("ask", QUESTION, "--frozen", "-q")
    assert changed.code == 3
    assert changed.out.endswith("[?] the file has changed since\n")
    seed.unlink()
    assert qa("ask", QUESTION, "--frozen", "-q").out.endswith("[?] the file is gone\n")


def test_batch(project: Path, qa: Run, process: Run) -> None:
    """Plain and JSON lines in order; a failed one gives an error object, and its exit code in the end."""
    nested = '{"question": ' + "[" * 100_000
    lines = [
        QUESTION,
        '{"id": NaN, "question": "x"}',
        nested,
        '{"id": "x", "question": "Where is the summit?"}',
        '{"id": 7}',
        "",
        '{"question": " "}',
        "{not json",
    ]
    (project / "questions").write_text("\n".join(lines))
    result = qa("ask", "--batch", "questions", "--no-llm")
    answers = [json.loads(line) for line in result.out.splitlines()]
    assert [a["id"] for a in answers] == [None, None, None, "x", 7, None, None]
    assert [a.get("status") for a in answers] == ["passages", None, None, "passages", None, None, None]
    assert [a["error"] and a["error"]["exit"] for a in answers] == [None, 2, 2, None, 2, 2, 2]
    assert result.code == 2
    missing = json.loads(qa("ask", "--batch", "nowhere").out)["error"]
    assert (missing["message"], missing["exit"]) == ("The questions in nowhere cannot be read: No such file or directory.", 2)
    piped = process("search", "--batch", "-", "--json", stdin=b"summit\ntrade\n", cwd=project)
    assert piped.code == 0
    assert [json.loads(line)["query"] for line in piped.out.splitlines()] == ["summit", "trade"]


def test_status(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is indexed, stale and left out; the key is masked."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-secret-secret-1234")
    (project / "seeds" / "scan.png").write_bytes(b"PNG")
    (project / "seeds" / "bad.txt").write_bytes(b"caf\0")
    before = json.loads(qa("status", "--json").out)
    assert (before["sources"], before["pending"]) == (0, [SEED, "bad.txt"])
    qa("index")
    (project / "seeds" / "new.txt").write_text("New.")
    after = qa("status", "--json")
    status = json.loads(after.out)
    assert (status["sources"], status["passages"], status["pending"]) == (1, 5, ["new.txt"])
    assert status["left_out"] == [
        {"source": "bad.txt", "reason": "not a text file (it holds NUL bytes)"},
        {"source": "scan.png", "reason": "no reader for .png files"},
    ]
    assert status["endpoints"] == ["api.openai.com"]
    assert "secret" not in after.out + qa("status").out


@pytest.mark.parametrize(
    "address", ["http://me:s3cret@127.0.0.1:9/v1", "http://127.0.0.1:9/v1?version=1&api-key=s3cret", "http://[::1?key=s3cret"]
)
def test_no_key_in_an_address_is_shown(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Neither by what shows settings nor by what fails; wherever in it one stands."""
    monkeypatch.setenv("OPENAI_BASE_URL", address)
    monkeypatch.setenv("QA_MODEL", "some")
    monkeypatch.setenv("QA_CHROMA", address)
    for command in (
        ["status"],
        ["status", "--json"],
        ["ask", QUESTION],
        ["doctor", "--online"],
        ["index", "--embedder", "openai"],
    ):
        result = qa(*command)
        assert "s3cret" not in result.out + result.err, command


@pytest.mark.parametrize(("megabytes", "code"), [(100, 4), (300, 4)])
def test_too_little_memory(project: Path, process: Run, megabytes: int, code: int) -> None:
    """Is a failure of the machine in one sentence, not a bug."""
    resource = pytest.importorskip("resource")
    limit = (megabytes * 1_000_000, megabytes * 1_000_000)
    process("index", "-q")
    result = process("index", "--rebuild", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, limit))
    assert result.code == code
    assert result.err.count("\n") == 2
    assert "memory" in result.err
    assert process("ask", QUESTION).code == 0


def test_show(project: Path, qa: Run) -> None:
    """A number of the last answer, a line, a range, a path from the current folder or the documents'; the whole text."""
    qa("ask", QUESTION)
    shown = qa("show", "1").out
    assert f">>>{LEE}<<<" in shown
    assert shown.startswith(f"seeds/{SEED}:4\n")
    for place in (f"seeds/{SEED}:2", f"{SEED}:2"):
        assert ">>>South Korea’s new president and the Chinese leader" in qa("show", place).out
    assert ">>>Xi<<< Jinping" in qa("show", f"{SEED}@0-2").out
    (project / "seeds" / "dos.txt").write_bytes(b"one\r\ntwo\x1b[31m\r\n")
    qa("index")
    assert qa("show", "seeds/dos.txt", "--text").out == "one\r\ntwo\x1b[31m\r\n"
    assert "\x1b" not in qa("show", "seeds/dos.txt:2").out
    around = json.loads(qa("show", f"{SEED}:2", "--json").out)
    text = (project / "seeds" / SEED).read_text("utf-8")
    assert around["text"] == text[around["start"] : around["end"]] == text.split("\n")[1]


def test_show_what_search_prints(project: Path, qa: Run) -> None:
    """Names that look like places, or hold what is not printed."""
    names = {"two  blanks.txt", "new\nline.txt", "tab\tesc\x1b[2J.txt", "at 10:30", "at 10:30:15", "b@1-2", "c#d.txt", "7"}
    for name in names:
        (project / "seeds" / name).write_text(f"Zebras run.\n\n{name} says so.")
    lines = qa("search", "-n", "20", "zebras").out.splitlines()
    places = [line.split(": ", 1)[0] for line in lines if "Zebras" in line]
    assert "seeds/new\\nline.txt:1" in places
    assert {json.loads(qa("show", "--json", place).out)["source"] for place in places} == names
    files = [line for line in qa("search", "-l", "zebras").out.splitlines() if SEED not in line]
    assert {qa("show", "--text", file).out[:11] for file in files} == {"Zebras run."}


def test_show_a_citation_that_has_moved(project: Path, qa: Run) -> None:
    """Where it stands now, also under another name; one that is gone is not shown as something else."""
    qa("ask", QUESTION)
    seed = project / "seeds" / SEED
    text = seed.read_text("utf-8")
    seed.write_text(f"A new first line.\n{text}", "utf-8")
    qa("index")
    assert f">>>{LEE}<<<" in (shown := qa("show", "1").out)
    assert shown.startswith(f"seeds/{SEED}:5\n")
    seed.write_text(text, "utf-8")
    seed.rename(seed.with_name("renamed.txt"))
    qa("index")
    assert qa("show", "1").out.startswith("seeds/renamed.txt:4\n")
    (project / "seeds" / "renamed.txt").write_text(text.replace("In turn, Lee asked", "Lee begged"), "utf-8")
    qa("index")
    gone = qa("show", "1")
    assert (gone.code, gone.out) == (4, "")
    assert f"What citation 1 quotes does not stand in {SEED} any more." in gone.err


def test_show_the_last_answer_again(project: Path, qa: Run) -> None:
    """Whole, in each form, its citations checked anew; exit 3 once a file has changed."""
    assert qa("show").code == 4
    first, as_json = qa("ask", QUESTION), json.loads(qa("ask", "--json", QUESTION).out)
    again = qa("show")
    assert (again.code, again.out) == (0, first.out)
    assert again.err.startswith(QUESTION)
    assert json.loads(qa("show", "--json").out) == as_json
    assert qa("show", "--markdown").out == qa("ask", "--markdown", QUESTION).out
    seed = project / "seeds" / SEED
    text = seed.read_text("utf-8")
    seed.write_text(text.replace("“constructive role” in the", "part in the"), "utf-8")
    changed = qa("show")
    assert changed.code == 3
    assert changed.out.splitlines()[-1].endswith("[?] the file has changed since")
    seed.unlink()
    assert {c["verdict"] for c in json.loads(qa("show", "--json").out)["citations"]} == {"gone"}
    (project / "seeds" / "renamed.txt").write_text(text, "utf-8")
    qa("index")
    renamed = qa("show")
    assert (renamed.code, renamed.out.count("the file is gone")) == (3, 1)
    assert "What [1] quotes stands at seeds/renamed.txt:4 now.\n" in renamed.err
    assert qa("show", "--text").code == qa("show", "1", "--markdown").code == 2


def test_verify(project: Path, qa: Run, process: Run) -> None:
    """Holds, moved with its new line, changed, moved to another file, gone."""
    saved = project / "answer.json"
    saved.write_text(qa("ask", "--json", QUESTION).out)
    seed = project / "seeds" / SEED
    text = seed.read_text("utf-8")

    def states() -> tuple[int, list[str]]:
        result = qa("verify", "--json", str(saved))
        return result.code, [c["state"] for c in json.loads(result.out)["citations"]]

    assert states() == (0, ["holds"])
    seed.write_text("A new first line.\n" + text, "utf-8")
    assert states() == (0, ["moved"])
    assert qa("verify", str(saved)).out.startswith(f"[1] moved  seeds/{SEED}:4 → seeds/{SEED}:5  “In turn, Lee")
    seed.write_text(text.replace("“constructive role” in the", "part in the"), "utf-8")
    assert states() == (3, ["changed"])
    assert qa("verify", str(saved)).out.startswith(f"[1] changed  seeds/{SEED}:4  “In turn, Lee")
    seed.unlink()
    assert states() == (3, ["gone"])
    (project / "seeds" / "b.txt").write_text(text, "utf-8")
    assert "after `qa index` a renamed file is found" in qa("verify", str(saved)).err
    assert qa("index").code == 0
    assert states() == (0, ["moved"])
    assert qa("verify", str(saved)).err == ""
    assert process("verify", "-", stdin=saved.read_bytes()).code == 0


@pytest.mark.parametrize(
    "content", ["", "nonsense", "[]", "{}", '{"citations": 1}', '{"error": {"code": "x"}}', "\x00", '"' * 99, "[" * 100_000]
)
def test_verify_what_is_no_answer(project: Path, qa: Run, content: str) -> None:
    """One sentence."""
    (project / "a.json").write_text(content)
    result = qa("verify", "a.json")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("This is not an answer")
    assert qa("verify", "nowhere.json").err == "nowhere.json cannot be read: No such file or directory.\n"


FORGED = [
    ("source", '"../../../etc/hosts.txt"'),  # nothing outside the documents is read
    ("source", '"a\\u0000b.txt"'),
    ("source", '"\\ud800.txt"'),
    ("source", "7"),
    ("start", "Infinity"),
    ("start", "NaN"),
    ("start", "-1"),
    ("end", "1e400"),
    ("end", "9" * 5000),
    ("end", "null"),
    ("quote", "NaN"),
    ("heading", '{"a": 1}'),
    ("verdict", '["exact"]'),
    ("source_sha256", '"\\ud800"'),
    ("n", "Infinity"),
]


def test_verify_a_forged_answer(project: Path, qa: Run) -> None:
    """A field that no answer has is one sentence."""
    answer = json.loads(qa("ask", "--json", QUESTION).out)
    for field, value in FORGED:
        forged = {**answer, "citations": [{**answer["citations"][0], field: "FORGED"}]}
        (project / "a.json").write_text(json.dumps(forged).replace('"FORGED"', value))
        result = qa("verify", "--json", "a.json")
        assert (result.code, json.loads(result.out)["error"]["code"]) == (2, "usage_failure"), (field, value[:20])
        assert result.err.startswith("This is not an answer")


def test_verify_reads_each_file_once(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many citations a file of somebody's has."""
    from qa.saved import answers

    answer = json.loads(qa("ask", "--json", QUESTION).out)
    answer["citations"] = answer["citations"] * 1000
    (project / "a.json").write_text(json.dumps(answer))
    read: list[str] = []
    true = answers.on_disk

    def reading(root: Path, source: str, *more: object, **how: object) -> object:
        read.append(source)
        return true(root, source, *more, **how)

    monkeypatch.setattr(answers, "on_disk", reading)
    assert qa("verify", "a.json").code == 0
    assert read == [SEED]


def test_verify_reads_no_file_but_the_documents(project: Path, qa: Run, tmp_path: Path) -> None:
    """Neither a link that leads away, nor what is hidden or likely a secret; and the places that it says are the file's own."""
    (tmp_path / "outside.txt").write_text("A secret word.")
    for name in (".hidden.txt", "id_rsa"):
        (project / "seeds" / name).write_text("A secret word.")
    (project / "seeds" / "link.txt").symlink_to(tmp_path / "outside.txt")
    (project / "seeds" / "open.txt").write_text("First line.\nA secret word.")
    answer = json.loads(qa("ask", "--json", QUESTION).out)
    cited = answer["citations"][0] | {"start": 0, "end": 14, "quote": "A secret word."}
    sources = (".hidden.txt", "id_rsa", "link.txt")
    answer["citations"] = [cited | {"source": source, "place": f"{source}:1"} for source in sources]
    place = {"source": "open.txt", "place": "open.txt#page=999 signed by the CEO", "start": 12, "end": 26, "line": 4711}
    answer["citations"].append(cited | place)
    (project / "a.json").write_text(json.dumps(answer))
    shown = json.loads(qa("verify", "--json", "a.json").out)["citations"]
    assert [c["state"] for c in shown] == ["gone", "gone", "gone", "holds"]
    assert "CEO" not in qa("verify", "a.json").out
    assert "open.txt:2" in qa("verify", "a.json").out
    answer["citations"][3] |= {"quote": " ", "end": 13}
    (project / "a.json").write_text(json.dumps(answer))
    assert qa("verify", "a.json").code == 2


def test_verify_places_that_are_not_there(project: Path, qa: Run) -> None:
    """A place beyond the end, or on a page that no document has, has changed; nothing fails for its size."""
    forged = json.loads(qa("ask", "--json", QUESTION).out)
    first = forged["citations"][0]
    forged["citations"].append({**first, "n": 2, "source": "x" * 5000, "source_sha256": ""})
    forged["citations"][0] = first | {"start": 10**300, "end": 10**300, "place": f"{SEED}#page={'9' * 5000}"}
    (project / "a.json").write_text(json.dumps(forged))
    result = qa("verify", "--json", "a.json")
    assert (result.code, [c["state"] for c in json.loads(result.out)["citations"]]) == (3, ["moved", "gone"])


@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("9", "The last answer has no citation 9; it has 1."),
        ("nowhere.txt:3", "nowhere.txt:3 is not among the documents."),
        (f"{SEED}:900", f"{SEED} has no line 900.\nIt has line 1 to line 17."),
        (f"{SEED}#page=1", f"{SEED} has no page 1.\nIt has no pages, rows or cells."),
        ("t.csv:9", "t.csv has no line 9.\nIt has line 1 to line 2."),
        ("one.txt:2", "one.txt has no line 2.\nIt has line 1 alone."),
        (f"{SEED}@5-99999", f"{SEED} has 3532 characters, no range 5-99999."),
        ("\udcff", "\ufffd is not among the documents."),
        ("\udcff.txt:1", "\ufffd.txt:1 is not among the documents."),
        ("\udcff#page=1", "\ufffd#page=1 is not among the documents."),
        ("a\0b", "a\ufffdb is not among the documents."),
        ("loop:1", "loop:1 is not among the documents."),
        (NINES := "9" * 5000, f"{NINES} is not among the documents."),
        (f"{SEED}:{NINES}", f"{SEED}:{NINES} is not among the documents."),
        (f"{SEED}@0-{NINES}", f"{SEED}@0-{NINES} is not among the documents."),
    ],
)
def test_show_a_place_that_is_not_there(project: Path, qa: Run, place: str, message: str) -> None:
    """One sentence that says what there is instead."""
    (project / "seeds" / "t.csv").write_text("name,age\nBob,3\n")
    (project / "seeds" / "one.txt").write_text("One line.")
    qa("ask", QUESTION)
    (project / "loop").symlink_to("loop")
    shown = qa("show", place)
    assert (shown.code, shown.out, shown.err.startswith(f"{message}\n")) == (4, "", True)


def test_control_characters_never_come_out(project: Path, qa: Run) -> None:
    """Law 7: from a document or a file's name, as text or as JSON."""
    (project / "seeds" / "a\x1b[2Jb.txt").write_text("Zebras \x1b]8;;http://x\x07run\u202e fast \x9b31m.")
    for arguments in (("ask",), ("search",), ("search", "-l"), ("ask", "--markdown"), ("ask", "--json"), ("search", "--json")):
        out = qa(*arguments, "how do zebras run?").out
        assert "ebras" in out or arguments[-1] == "-l"
        assert not set(out) & set("\x1b\x07\x9b\u202e")
    assert json.loads(qa("search", "--json", "zebras run").out)["hits"][0]["source"] == "a\x1b[2Jb.txt"


# What bad input gets


def test_no_documents_anywhere(tmp_path: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 4 with the ways to name them; as JSON too."""
    monkeypatch.chdir(tmp_path)
    expected = (
        f"The current folder, {tmp_path.resolve()}, holds all that users have, and no documents are named.\n"
        "Go into a folder of documents, or name one: --seeds PATH, QA_SEEDS, or `qa folders add NAME PATH` and then @NAME.\n"
    )
    for command in (("ask", "x"), ("search", "x"), ("index",), ("status",), ("show", "1")):
        result = qa(*command)
        assert (result.code, result.out, result.err) == (4, "", expected)
    error = json.loads(qa("ask", "x", "--json").out)["error"]
    assert (error["code"], error["exit"]) == ("no_documents", 4)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "There are no files in {}."),
        ({"a.png": b"PNG"}, "Nothing in {} can be indexed: a.png (no reader for .png files)."),
        ({"a.txt": b"\0"}, "Nothing in {} can be indexed: a.txt (not a text file (it holds NUL bytes))."),
        (
            {"a.txt": b"%PDF-", "b.txt": b""},
            "Nothing in {} can be indexed: a.txt (named as text, but it is a PDF), and 1 more.",
        ),
    ],
)
def test_nothing_to_index(tmp_path: Path, qa: Run, files: dict[str, bytes], message: str) -> None:
    """An empty folder, and files that hold no text."""
    docs = tmp_path / "docs"
    docs.mkdir()
    for name, data in files.items():
        (docs / name).write_bytes(data)
    for command in (("index",), ("ask", "x"), ("ask", "x")):
        result = qa(*command, "--seeds", str(docs), "-q")
        assert (result.code, result.out, result.err.splitlines()[0]) == (4, "", message.format(docs))


def test_an_unreadable_file_is_left_out(project: Path, process: Run) -> None:
    """The others are indexed, and `qa status` says why it is not."""
    (project / "seeds" / "secret.txt").write_text("secret")
    (project / "seeds" / "secret.txt").chmod(0)
    result = process("index", preexec_fn=without_rights)
    assert (result.code, result.err.splitlines()[-1]) == (0, "1 left out; `qa status` says why.")
    assert "secret.txt: cannot be read: Permission denied" in process("status", preexec_fn=without_rights).out


def without_rights() -> None:
    """In a child that runs as root: give up the right to read and write whatever permissions forbid, as any user must."""
    if os.geteuid() == 0:
        drop_from_bounding_set, cap_dac_override, cap_dac_read_search = 24, 1, 2  # <linux/prctl.h>, <linux/capability.h>
        for capability in (cap_dac_override, cap_dac_read_search):
            if ctypes.CDLL(None).prctl(drop_from_bounding_set, capability, 0, 0, 0):
                raise OSError("prctl")


def test_a_home_that_cannot_be_written(project: Path, process: Run) -> None:
    """An index that is there still answers, by words; a new one is one sentence."""
    assert process("index", preexec_fn=without_rights).code == 0
    (project / ".qa").chmod(0o500)
    (project / ".qa" / "catalog.sqlite").chmod(0o400)
    answered = process("ask", QUESTION, preexec_fn=without_rights)
    assert (answered.code, answered.out.split(" [1]")[0]) == (0, LEE)
    (project / "seeds" / "new.txt").write_text("New.")
    stale = process("ask", QUESTION, preexec_fn=without_rights)
    assert stale.out == answered.out
    assert "1 file changed since; answering from what is there." in stale.err
    locked = project / "locked"
    locked.mkdir()
    locked.chmod(0o500)
    refused = process("ask", QUESTION, "--home", "locked/home", preexec_fn=without_rights)
    assert (refused.code, refused.out) == (4, "")
    assert refused.err.splitlines()[-2:] == [
        f"The index's folder {project}/locked/home cannot be written: Permission denied.",
        "Name another folder with --home DIR or QA_HOME.",
    ]


def test_a_home_of_another_project(project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its documents are named relative to it, not to where the command is run."""
    qa("index", "-q")
    other = project.parent / "other"
    shutil.copytree(project / "seeds", other / "seeds")
    monkeypatch.chdir(other)
    refused = qa("ask", QUESTION, "--home", str(project / ".qa"), "-q")
    assert (refused.code, refused.out) == (4, "")
    assert refused.err.startswith(f"The index in {project}/.qa is that of {project}/seeds, not of {other}/seeds.")
    error = qa("ask", QUESTION, "--home", str(project / ".qa"), "--json").out
    assert str(project) not in error
    monkeypatch.chdir(project)
    assert qa("ask", QUESTION, "-q").code == 0


def test_lost_vectors_are_said_and_mended(project: Path, qa: Run) -> None:
    """A question is answered by words meanwhile; what mends it is named, also with -q and in JSON."""
    qa("index", "-q")
    (project / ".qa" / "vectors" / "current.json").write_text("{")
    asked = qa("ask", QUESTION, "-q")
    assert (asked.code, asked.out.split(" [1]")[0]) == (0, LEE)
    assert "The index's vectors are damaged" in asked.err
    assert "Found by words alone.\nRun `qa index --rebuild`" in asked.err
    found = qa("search", "--json", "summit", "-q")
    assert (found.code, json.loads(found.out)["index"]["fresh"], found.err) == (0, False, asked.err)
    (project / "questions").write_text("summit\nxylophone\n")
    batch = qa("search", "--batch", "questions", "-q")
    assert (batch.code, len(batch.out.splitlines()), batch.err) == (0, 2, asked.err)
    assert qa("index", "--rebuild", "-q").code == 0
    assert "damaged" not in qa("ask", QUESTION).err
    shutil.rmtree(project / ".qa" / "vectors")
    assert json.loads(qa("index", "--json").out)["embedded"] == 5


def test_nothing_is_not_found_without_the_vectors(project: Path, qa: Run) -> None:
    """Where they are damaged or gone it cannot be told that the documents don't say: exit 4, not 1."""
    qa("index", "-q")
    (project / ".qa" / "vectors" / "current.json").write_text("{")
    for command in ("ask", "search"):
        damaged = qa(command, "xylophone quokka zymurgy", "-q", "--json")
        assert (damaged.code, json.loads(damaged.out)["error"]["code"]) == (4, "damaged_index")
        assert damaged.err.startswith("The index's vectors are damaged")
    shutil.rmtree(project / ".qa" / "vectors")
    gone = qa("search", "xylophone quokka zymurgy", "--frozen", "-q")
    assert (gone.code, gone.out) == (4, "")
    assert gone.err == "The index's vectors are gone.\nRun `qa index` to make them anew.\n"
    assert qa("search", "summit", "--frozen", "-q").err.startswith("The index's vectors are gone. Found by words alone.\n")


def test_a_home_of_another_folder(project: Path, qa: Run) -> None:
    """It is refused, never emptied."""
    shutil.copytree(project / "seeds", project / "other")
    assert qa("index", "--home", "h").code == 0
    result = qa("ask", QUESTION, "--home", "h", "--seeds", "other")
    assert (result.code, result.err.splitlines()[0]) == (
        4,
        f"The index in {project}/h is that of {project}/seeds, not of {project}/other.",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask",), "The question is empty."),
        (("ask", "  "), "The question is empty."),
        (("search", ""), "The question is empty."),
        (("ask", "???"), "The question has neither a word nor a number."),
        (("search", "_", "👋"), "The question has neither a word nor a number."),
        (("ask", "why " * 25_000), "The question has 99,999 characters; at most 32,000 are taken."),
        (("ask", "--zzz", "x"), "No such option: --zzz"),
        (("ask", "--color", "pink", "x"), "--color pink is none of auto, always, never."),
        (("ask", "--timeout", "nan", "x"), "--timeout nan is not a number of seconds from 0.1 to 86400."),
        (("ask", "--in", " ", "x"), "--in is given an empty pattern."),
        (("ask", "--model", "\udcff", "x"), "--model is “\ufffd”, which is not valid UTF-8."),
        (("index", "--embedder", "openai:\udcff"), "There is no embedder “openai:\ufffd”."),
        (("index", "--embedder", "foo"), "There is no embedder “foo”."),
        (("what did Lee ask?",), "There is no command “what did Lee ask?”."),
        (("what", "did"), "There is no command “what”."),
        (("ask", "--top", "0", "x"), "--top 0 is not a number from 1 to 1000."),
        (("search", "-n", "many", "x"), None),  # in typer's words, which differ between its versions
    ],
)
def test_usage(project: Path, qa: Run, arguments: tuple[str, ...], message: str | None) -> None:
    """Exit 2 and one sentence, with a hint."""
    result = qa(*arguments)
    assert (result.code, result.out) == (2, "")
    assert 1 <= len(result.err.splitlines()) <= 2
    assert message is None or result.err.splitlines()[0] == message


FORMS = "--markdown is one form, and JSON (--json, --batch) another: name one of them."


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", "--batch", "q", "more"), "--batch asks the questions of its file, so there can be none beside it."),
        (("search", "--batch", "q", "more"), "--batch asks the questions of its file, so there can be none beside it."),
        (("ask", "--batch", "q", "-c"), "--continue goes on from one answer, and --batch asks many questions."),
        (("ask", "--json", "--markdown", "x"), FORMS),
        (("ask", "--batch", "q", "--markdown"), FORMS),
        (("show", "--json", "--markdown"), FORMS),
        (("show", SEED, "--json", "--text"), "--text is the bare text of a file, and --json another form."),
    ],
)
def test_options_that_do_not_go_together(project: Path, qa: Run, arguments: tuple[str, ...], message: str) -> None:
    """None of them is passed over; JSON was asked for, so the failure is JSON too."""
    result = qa(*arguments)
    assert (result.code, result.err) == (2, f"{message}\n")
    assert json.loads(result.out)["error"]["message"] == message


def test_nothing_at_all_shows_the_help(qa: Run) -> None:
    """On stderr, since it was no command."""
    result = qa()
    assert (result.code, result.out) == (2, "")
    assert result.err == qa("--help").out


def test_a_question_without_a_command_shows_the_line_to_type(project: Path, qa: Run) -> None:
    """Whoever types `qa "..."` meant `qa ask "..."`."""
    assert qa("what did Lee ask?").err.endswith('To ask a question: qa ask "what did Lee ask?"\n')


def test_a_long_question_is_answered(project: Path, qa: Run) -> None:
    """Long, but not as long as a document."""
    assert LEE in qa("ask", QUESTION + " and why" * 3000, "-q").out


def test_nothing_is_near(project: Path, qa: Run) -> None:
    """No word of the question stands anywhere: exit 1, nothing is claimed."""
    result = qa("ask", "--json", "xylophone quokka zymurgy")
    answer = json.loads(result.out)
    assert (result.code, answer["status"], answer["answer"], answer["citations"]) == (1, "not_found", None, [])


def test_a_model_without_a_key(project: Path, qa: Run) -> None:
    """The best sentences are printed all the same, exit 5."""
    result = qa("ask", "--model", "gpt-6-luna", QUESTION)
    assert (result.code, result.out.split(" [1]")[0]) == (5, LEE)
    assert result.err.splitlines()[-2:] == [
        "There is no key to ask gpt-6-luna with.",
        "Set OPENAI_API_KEY, or OPENAI_BASE_URL for another endpoint.",
    ]


def test_settings_that_cannot_be_read(project: Path, qa: Run) -> None:
    """A .env that is no text is one sentence."""
    (project / ".env").write_bytes(b"QA_MODEL=\xff\xfe\n")
    result = qa("status")
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("The settings in .env cannot be read: ")


FULL, CLOSED = (f"The output cannot be written: {why}.\n" for why in ("No space left on device", "Bad file descriptor"))


@pytest.mark.parametrize(
    ("line", "code", "err"),
    [
        ("search -q lee >&-", 4, CLOSED),
        ("search -q lee >/dev/full", 4, FULL),
        ("ask --json >&-", 4, CLOSED),  # a failure
        ("ask --json >/dev/full", 4, FULL),
        ("--help >&-", 4, CLOSED),
        ("ask lee 2>&-", 0, ""),
        ("ask lee 2>/dev/full", 0, ""),
        ("nonsense 2>/dev/full", 2, ""),
        ("nonsense 2>&- >&- <&-", 2, ""),
        ("--help | true; exit ${PIPESTATUS[0]}", 141, ""),
        ("chat <&-", 0, ""),
        ("verify -q - <&-", 2, "This is not an answer as `qa ask --json` prints it.\nSave one: qa ask --json … > FILE\n"),
    ],
)
def test_streams_that_the_shell_has_closed(project: Path, line: str, code: int, err: str) -> None:
    """No traceback, no exit code 1; output that cannot be written is said, talk that cannot be keeps nobody from the answer."""
    bash = ["bash", "-c", f"{sys.executable} -m qa {line}"]
    done = subprocess.run(bash, capture_output=True, text=True, cwd=project, check=False)
    assert done.stderr == err
    assert done.returncode == code or (code == 141 and done.returncode == 0)  # the pipe may have taken all of it


def test_a_pipe_that_closes(project: Path, process: Run, tmp_path: Path) -> None:
    """In silence, with 141."""
    (project / "seeds" / "many.txt").write_text("\n\n".join(f"Zebra number {n} runs. " + "word " * 100 for n in range(3000)))
    process("index", cwd=project)
    line = f'{sys.executable} -m qa search zebra -n 1000; echo "exit $?" >&2'
    done = subprocess.run(["bash", "-c", f"({line}) | head -n 1"], capture_output=True, text=True, cwd=project, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == "exit 141\n"


def test_names_are_found_however_they_are_spelled(project: Path, qa: Run) -> None:
    """Systems write an umlaut as one character or as two, and people type the other one; signs of places may stand in names."""
    from unicodedata import normalize

    for name in (normalize("NFD", "Überblick.txt"), normalize("NFC", "Straße über.txt"), "a#b.txt", "e 12:3.txt", "x@1-2.txt"):
        (project / "seeds" / name).write_text(f"The zebra of {name} eats.\nSecond line.\n")
        for form in ("NFC", "NFD"):
            typed = normalize(form, name)
            assert qa("search", "-q", "--in", typed, "zebra").code == 0
            assert "zebra" in qa("show", f"seeds/{typed}:2").out
            assert qa("show", typed, "--text").out.startswith("The zebra")


@pytest.mark.parametrize("command", [("verify", "/dev/zero"), ("ask", "--batch", "/dev/zero"), ("verify", "folder")])
def test_a_file_without_an_end_is_not_read(project: Path, qa: Run, command: tuple[str, ...]) -> None:
    """Nor anything else that is no file."""
    (project / "folder").mkdir()
    qa("index")
    result = qa(*command)
    assert (result.code, "cannot be read" in result.err) == (2, True)
