"""A project's `.env`, which may be a stranger's: what sends, leads out of the project or spends needs the user's word."""

import json
import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import Run
from loopback import CHAT, EMBEDDINGS, MODELS, Loopback

from qa.errors import UntrustedSettings
from qa.settings.load import Where, asking, load

pytestmark = pytest.mark.usefixtures("without_reader")

QUESTION = "what did Lee ask of Xi?"

SENDS = "send questions and passages, with the embedder openai all documents"
ASKS = [
    ("OPENAI_BASE_URL=http://evil.example/v1", f"{SENDS}, to evil.example"),
    ("OPENAI_API_KEY=sk-theirs", f"{SENDS}, with its own key"),
    ("QA_CHROMA=http://evil.example:8000", "send vectors to evil.example:8000"),
    ("QA_COLLECTION=other", "choose where on a Chroma server vectors are kept"),
    ("QA_EMBEDDER=openai", "send all documents to be embedded"),
    ("QA_EMBEDDER=openai:text-embedding-3-small", "send all documents to be embedded"),
    ("QA_SEEDS={outside}", "read the documents in {outside}"),
    ("QA_SEEDS=../private", "read the documents in {outside}"),
    ("QA_SEEDS=link", "read the documents in {outside}"),
    ("QA_SEEDS=.git/config", "read the documents in {project}/.git/config"),
    ("QA_EMBEDDER=minilm", "download the files of minilm"),
    ("QA_HOME={outside}/x", "keep the index in {outside}/x"),
    ("QA_HOME=link/x", "keep the index in {outside}/x"),
    ("QA_HOME=~/x", "keep the index in {home}/x"),
    ("QA_FOLLOW=1", "follow links to other folders"),
    ("QA_JUDGE=none", "have the claims of an answer judged by none"),
    ("QA_MAX_COST=5", "let one question spend 5 dollars"),
]


@pytest.fixture
def private(project: Path, tmp_path: Path) -> Path:
    """Documents of the user's beside the project, to which a link in it leads."""
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "diary.txt").write_text("Nobody is to read of the diary that Lee asked Xi for.")
    (project / "link").symlink_to(tmp_path / "private")
    return tmp_path / "private"


@pytest.mark.parametrize(("line", "what"), ASKS)
def test_what_needs_the_users_word(project: Path, qa: Run, private: Path, line: str, what: str) -> None:
    """Off a terminal every command ends with exit 2 and says what the file would do; nothing is written or read for it."""
    places = {"outside": str(private), "home": os.environ["HOME"], "project": str(project)}
    (project / ".env").write_text(line.format(**places) + "\n")
    before = sorted(private.rglob("*")), sorted(project.rglob("*"))
    for command in (["ask", QUESTION], ["search", "x"], ["index"], ["status"], ["doctor"], ["show"], ["chat"]):
        result = qa(*command)
        assert (result.code, result.out) == (2, ""), command
        assert f"would {what.format(**places)}. You have not agreed to that." in result.err
        assert "qa trust" in result.err
    assert (sorted(private.rglob("*")), sorted(project.rglob("*"))) == before
    failure = json.loads(qa("ask", "--json", QUESTION).out)["error"]
    assert (failure["code"], failure["exit"]) == ("untrusted_settings", 2)
    assert "evil.example" not in failure["message"]
    assert str(project) not in failure["message"]


@pytest.mark.parametrize(
    "line",
    [
        *("QA_MODEL=other", "QA_CONTEXT=700", "QA_MAX_COST=0.05", "QA_MAX_COST=0.1", "QA_EMBEDDER=static", "QA_OFFLINE=1"),
        *(
            "QA_SEEDS=seeds",
            "QA_SEEDS=./seeds/",
            "QA_HOME=index",
            "QA_HOME=.qa",
            "QA_FOLLOW=0",
            "QA_FOLLOW=NO",
            "OPENAI_BASE_URL=",
            "QA_OCR=1",
            "OTHER=x",
        ),
    ],
)
def test_what_a_project_may_choose(project: Path, line: str) -> None:
    """Models, numbers, and places in it."""
    (project / ".env").write_text(line + "\n")
    assert asking() is None


def test_the_word_is_for_this_folder_and_this_content(project: Path, qa: Run, tmp_path: Path) -> None:
    """A change of the file, or a copy of it elsewhere, needs it again."""
    (project / ".env").write_text("QA_MAX_COST=5\n")
    assert qa("trust").out == f"{project} would let one question spend 5 dollars.\n"
    assert load().max_cost == 5
    (project / ".env").write_text("QA_MAX_COST=6\n")
    with pytest.raises(UntrustedSettings):
        load()
    (project / ".env").write_text("QA_MAX_COST=5\n")
    assert load().max_cost == 5
    (tmp_path / "other" / "seeds").mkdir(parents=True)
    (tmp_path / "other" / ".env").write_text("QA_MAX_COST=5\n")
    with pytest.raises(UntrustedSettings):
        load(Where(cwd=tmp_path / "other"))


def test_what_the_user_sets_needs_no_word(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line of the file that the environment or an option has replaced does nothing."""
    (project / ".env").write_text("OPENAI_BASE_URL=http://evil.example/v1\nQA_HOME=/nowhere\n")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    settings = load(Where(home="mine"))
    assert settings.service
    assert (settings.service.host, settings.target.home) == ("127.0.0.1:9", project / "mine")


def test_documents_elsewhere_do_not_go_where_a_project_says(project: Path, qa: Run, private: Path) -> None:
    """Not even where the user has agreed to it for the project's own."""
    with Loopback() as service:
        (project / ".env").write_text(f"OPENAI_BASE_URL={service.url}\nQA_EMBEDDER=openai\n")
        assert qa("trust").code == 0
        result = qa("ask", "--seeds", str(private), QUESTION)
        assert (result.code, "diary" in result.out, service.requests) == (0, True, [])
        assert "OPENAI_BASE_URL, QA_EMBEDDER of the .env here are not used for documents elsewhere." in result.err
        assert qa("ask", "--seeds", "seeds", QUESTION).code in (0, 1, 3)
        assert {request.path for request in service.requests} >= {EMBEDDINGS, CHAT}


def test_a_link_to_a_dotenv_and_one_that_is_no_file(project: Path, qa: Run, tmp_path: Path) -> None:
    """The content counts, wherever it stands; a pipe, a folder or a huge file is none, or one sentence."""
    (tmp_path / "env").write_text("QA_MAX_COST=5\n")
    (project / ".env").symlink_to(tmp_path / "env")
    assert qa("status").code == 2
    (project / ".env").unlink()
    os.mkfifo(project / ".env")
    assert qa("status").code == 0
    (project / ".env").unlink()
    with (project / ".env").open("wb") as file:
        file.truncate(10**12)
    for content in (None, "A=x" + " " * 5000 + "y", "QA_SEEDS=a\0b"):
        if content:
            (project / ".env").write_text(content)
        result = qa("status")
        assert (result.code, "larger than 64 kB, or holds a line that is none" in result.err) == (2, True)


def test_what_a_project_does_is_agreed_to_as_it_is_now(project: Path, qa: Run, private: Path) -> None:
    """A folder that becomes a link, or a value that another one replaced when the user agreed, needs the word anew."""
    (project / "docs").mkdir()
    (project / "docs" / "a.txt").write_text("Lee asked Xi.")
    (project / ".env").write_text("QA_MAX_COST=5\nQA_SEEDS=docs\n")
    assert qa("trust").code == 0
    assert qa("ask", QUESTION).code == 0
    shutil.rmtree(project / "docs")
    (project / "docs").symlink_to(private)
    assert f"read the documents in {private}" in qa("ask", QUESTION).err
    assert qa("ask", "--seeds", "seeds", "--home", "mine", QUESTION).code == 0
    (project / ".env").write_text("QA_MAX_COST=5\nQA_SEEDS=../private\n")
    assert f"read the documents in {private}" in qa("trust", "--seeds", "seeds").out


def test_seeds_that_lead_away_are_none_of_the_projects(project: Path, qa: Run, private: Path) -> None:
    """They are answered from, but what the project's .env says of hosts is not used, and the index is not in the project."""
    shutil.rmtree(project / "seeds")
    (project / "seeds").symlink_to(private)
    with Loopback() as service:
        (project / ".env").write_text(f"OPENAI_BASE_URL={service.url}\nQA_HOME=mine\n")
        assert qa("trust").code == 0
        result = qa("ask", QUESTION)
        assert (result.code, "diary" in result.out, service.requests) == (0, True, [])
    assert sorted(path.name for path in project.iterdir()) == [".env", "link", "seeds"]


def test_nothing_of_a_project_is_printed_as_it_is(project: Path, qa: Run) -> None:
    """Its .env may hold what hides a line on a terminal."""
    (project / ".env").write_text('QA_SEEDS="../x\x1b[2K\x1b[1A"\n')
    for result in (qa("status"), qa("trust")):
        assert "\x1b" not in result.out + result.err


@pytest.mark.parametrize(("said", "code"), [("y\n", 0), ("n\n", 2), ("\n", 2)])
def test_a_terminal_asks(project: Path, said: str, code: int) -> None:
    """With what the file would do; a yes is remembered, anything else is a no."""
    (project / ".env").write_text("QA_MAX_COST=5\n")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "qa", "status"]
    child = subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"[y/N]" not in shown:
        shown += os.read(ours, 1000)
    os.write(ours, said.encode())
    child.communicate(timeout=60)
    os.close(ours)
    assert b"let one question spend 5 dollars" in shown
    assert child.returncode == code
    if code:
        with pytest.raises(UntrustedSettings):
            load()
    else:
        assert load().max_cost == 5


def test_where_passages_go_is_said_once(project: Path, qa: Run, private: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For each host and each folder, before they go; where nothing is shown it is not taken for said."""
    with Loopback() as service, Loopback() as other:
        monkeypatch.setenv("OPENAI_BASE_URL", service.url)
        host = service.url.split("/")[2]
        line = f"Passages of {project / 'seeds'} go to {host} (said once; QA_MODEL=none asks no model)."
        assert qa("ask", "-q", QUESTION).err == ""
        assert line in qa("ask", QUESTION).err
        assert "said once" not in qa("ask", QUESTION).err
        assert f"{private} go to {host}" in qa("ask", "--seeds", str(private), QUESTION).err
        monkeypatch.setenv("OPENAI_BASE_URL", other.url)
        assert f"Documents of {project / 'seeds'} go to" in qa("index", "--embedder", "openai").err
        assert f"Passages of {project / 'seeds'} go to" in qa("ask", QUESTION).err
        assert "said once" not in qa("ask", QUESTION).err
        assert {r.path for r in other.requests} == {EMBEDDINGS, MODELS, CHAT}
