"""Which documents are asked: the current folder, those of the last answer, several at once, and collections with a name."""

import json
from pathlib import Path

import pytest
from conftest import SEED, Run
from terminal import on_terminal

pytestmark = pytest.mark.usefixtures("without_reader")

LEAVE = "Employees get 25 days of paid leave each year.\n"
VPN = "The VPN is called Otter.\n"
DENTIST = "The dentist is on Tuesday at four.\n"
STATIC = "Embedding with static, on this machine (better in English, with a download of 80 MB: `qa index --embedder minilm`).\n"


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two folders of documents in no project, the first of which is the current one."""
    for name, text in {
        "handbook/hr/leave.txt": LEAVE,
        "handbook/it/vpn.txt": "The VPN is called Otter.\n",
        "notes/dentist.txt": DENTIST,
    }.items():
        (tmp_path / "folders" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "folders" / name).write_text(text)
    monkeypatch.chdir(tmp_path / "folders" / "handbook")
    return tmp_path / "folders"


def test_the_current_folder(folders: Path, qa: Run) -> None:
    """Is the documents where there is no project: said in one line, and nothing is written into it."""
    result = qa("ask", "--no-llm", "how many days of paid leave do employees get?")
    assert (result.code, result.out) == (0, f"{LEAVE.strip()} [1]\n\n[1] hr/leave.txt:1  “{LEAVE.strip()}”\n")
    said = f"The documents are those of the current folder, {folders / 'handbook'}.\n"
    assert result.err == f"{said}{STATIC}Closest sentences (no model has read them):\n"
    assert sorted(p.name for p in (folders / "handbook").iterdir()) == ["hr", "it"]


@pytest.mark.parametrize(("name", "what"), [("user", "is your home folder"), (".", "holds all that users have")])
def test_a_home_folder(tmp_path: Path, qa: Run, monkeypatch: pytest.MonkeyPatch, name: str, what: str) -> None:
    """Is not read off a terminal; on one it is after a yes, which counts from then on."""
    folder = (tmp_path / name).resolve()
    (folder / "a.txt").write_text(DENTIST)
    monkeypatch.chdir(folder)
    said = f"The current folder, {folder}, {what}, and no documents are named.\n"
    ways = "Go into a folder of documents, or name one: --seeds PATH, QA_SEEDS, or `qa folders add NAME PATH` and then @NAME.\n"
    result = qa("search", "dentist")
    assert (result.code, result.out, result.err) == (4, "", said + ways)
    assert json.loads(qa("ask", "--json", "dentist?").out)["error"] == {
        "code": "no_documents",
        "message": said.strip().replace(str(folder), "…"),
        "hint": ways.strip(),
        "exit": 4,
    }
    asks = "Agree to it from now on, as long as it stays so? [y/N] "
    assert on_terminal("search", "-q", "dentist", typed="no\n", columns=200) == (4, f"no\n{said}{ways}{asks}")
    assert on_terminal("search", "-q", "dentist", typed="y\n", columns=200) == (0, f"y\n{said}{ways}{asks}a.txt:1\n  {DENTIST}")
    assert qa("search", "-q", "dentist").out == f"a.txt:1: {DENTIST}"


def test_a_folder_of_very_many_files(folders: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Is not read either, unless it is named; what an ignore file leaves out does not count."""
    monkeypatch.setattr("qa.settings.places.WIDE", 20)
    (folders / "handbook" / "many").mkdir()
    for number in range(25):
        (folders / "handbook" / "many" / f"{number}.txt").write_text(f"Number {number}.")
    result = qa("ask", "leave?")
    assert (result.code, result.err.splitlines()[0]) == (
        4,
        f"The current folder, {folders / 'handbook'}, holds more than 20 files, and no documents are named.",
    )
    (folders / "handbook" / ".gitignore").write_text("many\n")
    assert qa("search", "-q", "-l", "leave").out == "hr/leave.txt\nit/vpn.txt\n"


def test_the_last_answer_knows_its_documents(folders: Path, project: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever it was asked, and wherever what comes after it is typed: the newest one, also in a project that has its own."""
    assert qa("ask", "-q", "--no-llm", "what did Lee ask of Xi?").code == 0
    monkeypatch.chdir(folders / "handbook")
    answer = qa("ask", "-q", "--no-llm", "--seeds", str(folders / "notes"), "--json", "when is the dentist?").out
    (project / "answer.json").write_text(answer)
    monkeypatch.chdir(project)
    place = "../folders/notes/dentist.txt:1"
    cited = f"[1] {place}  “{DENTIST.strip()}”\n"
    assert qa("show", "-q").out == f"{DENTIST.strip()} [1]\n\n{cited}"
    assert qa("show", "1").out == f"{place}\n>>>{DENTIST.strip()}<<<\n"
    assert qa("open", "--print").out == "../folders/notes/dentist.txt\n"
    assert qa("verify", "answer.json").out == f"[1] holds  {place}  “{DENTIST.strip()}”\n"
    assert qa("ask", "-q", "-c", "--no-llm", "and on Tuesday?").out.endswith(cited)
    assert qa("show", "-q", "--seeds", "seeds").out.startswith("In turn, Lee asked Xi")
    monkeypatch.chdir(folders / "handbook")
    assert qa("show", "1").out == f"../notes/dentist.txt:1\n>>>{DENTIST.strip()}<<<\n"
    assert qa("ask", "-q", "--no-llm", "what is the VPN called?").code == 0
    monkeypatch.chdir(folders)
    assert qa("show", "-q").out.endswith("[1] handbook/it/vpn.txt:1  “The VPN is called Otter.”\n")
    monkeypatch.chdir(project)
    assert qa("show", "-q").out.endswith("[1] ../folders/handbook/it/vpn.txt:1  “The VPN is called Otter.”\n")


def test_a_file_here_after_an_answer_elsewhere(folders: Path, project: Path, qa: Run) -> None:
    """Is shown and held against the documents here, where the last answer's have no such file."""
    saved = qa("ask", "-q", "--no-llm", "--json", "what did Lee ask of Xi?").out
    (project / "answer.json").write_text(saved)
    assert qa("ask", "-q", "--no-llm", "--seeds", str(folders / "notes"), "when is the dentist?").code == 0
    assert qa("show", "dentist.txt").out == f"../folders/notes/dentist.txt:1\n{DENTIST}"
    assert qa("show", f"seeds/{SEED}:4").out.startswith(f"seeds/{SEED}:4\n")
    assert qa("open", f"{SEED}:4", "--print").out == f"seeds/{SEED}\n"
    assert qa("verify", "answer.json").out.startswith(f"[1] holds  seeds/{SEED}:4  “In turn, Lee asked Xi")
    nowhere = qa("show", "nowhere.txt")
    assert (nowhere.code, nowhere.err.splitlines()[0]) == (4, "nowhere.txt is not among the documents.")


def test_several_folders(folders: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index each; places begin with the folder's name; the best of all comes first, whichever folder is named first."""
    monkeypatch.chdir(folders)
    for named in (("handbook", "notes"), ("notes", "handbook")):
        where = [word for name in named for word in ("--seeds", name)]
        result = qa("ask", "--no-llm", *where, "when is the dentist?")
        assert (result.code, result.out) == (0, f"{DENTIST.strip()} [1]\n\n[1] notes/dentist.txt:1  “{DENTIST.strip()}”\n")
        hits = qa("search", "-q", *where, "paid leave of the dentist").out.splitlines()
        assert [hit.split(":")[0] for hit in hits[:2]] == ["handbook/hr/leave.txt", "notes/dentist.txt"]
        assert qa("search", "-q", "-l", *where, "--in", "notes/", "leave or dentist").out == "notes/dentist.txt\n"
        assert qa("search", "-q", "-l", *where, "--in", "handbook/hr", "leave or dentist").out == "handbook/hr/leave.txt\n"
    assert qa("show", "1").out == f"notes/dentist.txt:1\n>>>{DENTIST.strip()}<<<\n"
    assert qa("show", "handbook/it/vpn.txt").out == "handbook/it/vpn.txt:1\nThe VPN is called Otter.\n"
    (folders / "notes" / "dentist.txt").write_text("Nothing.\n")
    assert qa("show", "-q").code == 3
    answer = json.loads(
        qa("ask", "--no-llm", "--seeds", "handbook", "--seeds", "notes", "--json", "what is the VPN called?").out
    )
    assert [c["place"] for c in answer["citations"]] == ["handbook/it/vpn.txt:1"]
    assert answer["coverage"]["of"] == 3


def test_scores_of_several_folders_are_those_of_one(tmp_path: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question in other words than one folder's, of which another one has most: what speaks for a passage is the same."""
    texts = {
        "a/refunds.txt": "Refunds are paid within 14 days after the return of the goods.",
        "a/ferry.txt": "The ferry takes long, and waits until somebody is there.",
        "b/money.txt": "Money for a purchase comes back when the bank gives it back.",
        "b/keys.txt": "The harbour master keeps the keys.",
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def scored(*folders: str) -> dict[str, float]:
        seeds = [part for folder in folders for part in ("--seeds", folder)]
        found = qa("search", *seeds, "How long until somebody gives back the money for my purchase?", "--json")
        assert found.code == 0, found.err
        return {hit["source"].rpartition("/")[2]: hit["score"] for hit in json.loads(found.out)["hits"]}

    together, apart = scored("."), scored("a", "b")
    assert together.keys() == apart.keys()
    assert (max(together, key=together.__getitem__), max(apart, key=apart.__getitem__)) == ("money.txt", "money.txt")
    assert all(abs(apart[name] - together[name]) < 0.02 for name in together), (together, apart)


def test_what_takes_one_folder_at_a_time(folders: Path, qa: Run) -> None:
    """Says so; `index` takes each in turn."""
    both = ("--seeds", ".", "--seeds", "../notes")
    assert [line.split(",")[0] for line in qa("index", *both).out.splitlines()] == [
        "2 documents in .",
        "1 document in ../notes",
    ]
    for command in ("status", "doctor", "calibrate"):
        result = qa(command, *both)
        assert (result.code, result.err.splitlines()[0]) == (
            2,
            "This takes one folder at a time, and these are several: handbook, notes.",
        )
    assert qa("index", "--watch", *both).code == 2
    assert qa("ask", "x", *both, "--home", "here").code == 2


def test_collections(folders: Path, qa: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Are named once and asked from anywhere, also several at once; what is wrong with one is said."""
    config = Path.home() / ".config" / "qa" / "config.toml"
    assert qa("folders", "list").err == "There are no collections yet; `qa folders add NAME PATH` makes one.\n"
    result = qa("folders", "add", "handbook", ".")
    assert (result.code, result.out, result.err) == (0, "", f'Ask it: qa ask @handbook "…" (written to {config})\n')
    assert config.stat().st_mode & 0o077 == 0
    result = qa("folders", "add", "Handbook", "../notes")
    assert (result.code, result.err) == (
        2,
        f"There is a collection @handbook already: {folders / 'handbook'}.\n`qa folders remove handbook` forgets it.\n",
    )
    assert qa("folders", "add", "my notes", "../notes").code == 2
    assert qa("folders", "add", "nowhere", "../nowhere").code == 4
    within = qa("folders", "add", "@hr", "hr").err.splitlines()[0]
    handbook = folders / "handbook"
    assert within == (
        f"{handbook / 'hr'} and @handbook ({handbook}) lie within one another; asked together, each file counts once."
    )
    assert qa("folders", "add", "all", "../notes", "it").code == 0
    monkeypatch.chdir(folders)
    found = qa("search", "-q", "@hr", "@handbook", "leave").out
    assert found == f"handbook/hr/leave.txt:1: {LEAVE}handbook/it/vpn.txt:1: {VPN}"
    asked = qa("ask", "--no-llm", "@all", "when is the dentist?")
    assert asked.out == f"{DENTIST.strip()} [1]\n\n[1] all.notes/dentist.txt:1  “{DENTIST.strip()}”\n"
    assert qa("search", "-q", "--seeds", "@hr", "leave").out == f"hr/leave.txt:1: {LEAVE}"
    unknown = qa("ask", "@nobody", "when?")
    assert (unknown.code, unknown.err) == (
        2,
        "There is no collection @nobody.\nThere are @handbook, @hr, @all; `qa folders add nobody PATH` makes it.\n",
    )
    (folders / "notes").rename(folders / "moved")
    gone = qa("ask", "@handbook", "@all", "when?")
    assert (gone.code, gone.err.splitlines()[0]) == (4, f"A folder of the collection @all is not there: {folders / 'notes'}.")
    listed = f"@handbook  {handbook}\n@hr  {handbook / 'hr'}\n@all  {folders / 'notes'}  (not there)\n@all  {handbook / 'it'}\n"
    assert qa("folders", "list").out == listed
    assert qa("folders", "remove", "all").code == 0
    assert [f["name"] for f in json.loads(qa("folders", "list", "--json").out)["folders"]] == ["handbook", "hr"]


@pytest.mark.parametrize("pattern", ["./hr", "hr/", "hr", "../handbook/hr", "{}/hr", "hr/leave.txt", "./hr/leave.txt", "hr/*"])
def test_a_folder_as_a_pattern(folders: Path, qa: Run, pattern: str) -> None:
    """As it is typed or pasted."""
    assert qa("search", "-q", "--in", pattern.format(folders / "handbook"), "the").out == f"hr/leave.txt:1: {LEAVE}"
    assert qa("search", "-q", "-l", "--in", ".", "the VPN").out.splitlines()[0] == "it/vpn.txt"
