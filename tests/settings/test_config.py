"""Where settings, documents and the index are found."""

from pathlib import Path

import pytest

from index.errors import HomeNotWritable, NoDocuments
from qa.errors import UsageFailure
from qa.settings.load import Settings, Where, asking, load
from qa.settings.services import PLACEHOLDER_KEY


def trusted() -> Settings:
    """The settings, once the user has agreed to the `.env`."""
    if project := asking():
        project.agree()
    return load()


def test_an_option_comes_before_the_environment_before_dotenv(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with its origin; an empty value is an unset one."""
    (project / ".env").write_text("QA_EMBEDDER=static\nQA_MODEL=\nQA_HOME=from-file\n")
    monkeypatch.setenv("QA_HOME", "")
    settings = load()
    assert (settings.embedder, settings.values["QA_EMBEDDER"].origin) == ("static", ".env")
    assert (settings.model, settings.values["QA_MODEL"].origin) == ("", "default")
    assert settings.target.home == project / "from-file"
    monkeypatch.setenv("QA_HOME", "from-environment")
    assert load().target.home == project / "from-environment"
    assert load(Where(home="from-option")).target.home == project / "from-option"


@pytest.mark.parametrize(
    ("where", "token", "sent", "notices"),
    [
        ("environment", "environment", "t0ken", 0),
        (".env", ".env", "t0ken", 0),
        (".env", "environment", "", 1),
        (".env", "", "", 0),
    ],
)
def test_a_chroma_server_gets_no_token_that_is_not_its_own(
    project: Path, monkeypatch: pytest.MonkeyPatch, where: str, token: str, sent: str, notices: int
) -> None:
    """One that comes from .env gets only a token from there."""
    given = {"QA_CHROMA": ("http://localhost:8000", where), "QA_CHROMA_TOKEN": ("t0ken", token)}
    (project / ".env").write_text("".join(f"{name}={value}\n" for name, (value, place) in given.items() if place == ".env"))
    for name, (value, place) in given.items():
        if place == "environment":
            monkeypatch.setenv(name, value)
    settings = trusted()
    assert settings.target.server
    assert (settings.target.server.token, settings.target.server.host) == (sent, "localhost:8000")
    assert len(settings.notices) == notices
    assert "t0ken" not in repr(settings.target)


@pytest.mark.parametrize(
    "address", ["localhost:8000", "ftp://localhost", "http://", "http://[::1", "http://localhost:99999", "http://a..b"]
)
def test_what_is_no_address_of_a_server(project: Path, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """A mistake of the command line, with an example."""
    monkeypatch.setenv("QA_CHROMA", address)
    with pytest.raises(UsageFailure, match="not the address of a server"):
        load()


@pytest.mark.parametrize("name", ["QA_OFFLINE", "QA_FOLLOW", "QA_OCR"])
def test_a_setting_that_says_neither_yes_nor_no(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Is refused, not taken for no."""
    monkeypatch.setenv(name, "maybe")
    with pytest.raises(UsageFailure, match=f"{name} is “maybe”"):
        load()
    monkeypatch.setenv(name, "off")
    load()


@pytest.mark.parametrize("tokens", ["abc", "-5", "499", "1e9", "٥٠٠", "9" * 5000])
def test_a_context_that_is_no_number_of_tokens(project: Path, monkeypatch: pytest.MonkeyPatch, tokens: str) -> None:
    """Is refused, also where no model would be given it."""
    monkeypatch.setenv("QA_CONTEXT", tokens)
    with pytest.raises(UsageFailure, match="not a number of tokens from 500"):
        load()


@pytest.mark.parametrize("name", ["QA_MODEL", "OPENAI_BASE_URL", "QA_CHROMA", "QA_COLLECTION", "QA_EMBEDDER"])
def test_a_setting_that_is_no_text(project: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Bytes that are not UTF-8 are sent nowhere."""
    monkeypatch.setenv(name, "openai:\udcff")
    with pytest.raises(UsageFailure, match=f"{name} is .* not valid UTF-8"):
        load()


def test_a_cost_that_is_no_amount(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Likewise, also where nothing is embedded."""
    monkeypatch.setenv("QA_MAX_COST", "much")
    with pytest.raises(UsageFailure, match="not an amount of dollars"):
        load()


@pytest.mark.parametrize("name", ["loop", "x" * 300, "loop/x", "\udcff", "~nobody-of-this-name/x"])
def test_folders_that_cannot_be(project: Path, name: str) -> None:
    """A loop of links, a name that is too long or no text, the home of nobody: one sentence each, for documents and index."""
    (project / "loop").symlink_to("loop")
    (project / "\udcff").mkdir()
    with pytest.raises(NoDocuments):
        load(Where((name,)))
    if name.startswith("~"):
        assert load(Where(home=name)).target.home == project / name
        return
    with pytest.raises((HomeNotWritable, NoDocuments)):
        load(Where(home=name))


def test_a_current_folder_that_has_been_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing can be found from there."""
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(NoDocuments, match="current folder is not there any more"):
        load()


def test_the_project_is_found_upward(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder below, its documents, its home and its .env; relative paths in .env count from there."""
    (project / ".env").write_text("QA_SEEDS=documents\n")
    (project / "documents").mkdir()
    (project / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(project / "a" / "b")
    target = load().target
    assert (target.root, target.home, target.movable) == (project / "documents", project / ".qa", True)


def test_somebody_elses_folder_is_not_written_into(project: Path, tmp_path: Path) -> None:
    """Other documents have their home in the user's cache, keyed by their path."""
    (tmp_path / "other").mkdir()
    (project / "seeds" / "sub").mkdir()
    homes = {load(Where((str(path),))).target.home for path in (tmp_path / "other", project / "seeds" / "sub")}
    assert len(homes) == 2
    assert all(home.is_relative_to(tmp_path / "user" / ".cache" / "qa") for home in homes)
    assert load(Where(("seeds",))).target.home == project / ".qa"


def test_no_documents_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where they are named, nor in a folder as wide as that of all users."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NoDocuments, match="holds all that users have"):
        load()
    with pytest.raises(NoDocuments, match="no documents at"):
        load(Where(("nowhere",)))


def test_an_endpoint_from_dotenv_never_gets_the_users_key(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in a folder that somebody else made must not send the key elsewhere; a key beside it is used."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-from-the-environment")
    (project / ".env").write_text("OPENAI_BASE_URL=http://127.0.0.1:9/v1\n")
    settings = trusted()
    assert settings.service
    assert settings.service.api_key == PLACEHOLDER_KEY
    assert len(settings.notices) == 1
    monkeypatch.delenv("OPENAI_API_KEY")
    (project / ".env").write_text("OPENAI_BASE_URL=http://127.0.0.1:9/v1\nOPENAI_API_KEY=sk-in-file\n")
    settings = trusted()
    assert settings.service
    assert (settings.service.api_key, settings.notices) == ("sk-in-file", ())


def test_without_key_and_endpoint_there_is_no_service(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Either of them makes one."""
    assert load().service is None
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    service = load().service
    assert service
    assert service.api_key == PLACEHOLDER_KEY
