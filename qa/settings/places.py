"""Where the documents are, and where their index is kept (see the README, "Where things are")."""

import os
from collections.abc import Mapping
from pathlib import Path

from index.errors import HomeNotWritable, NoDocuments
from index.home import claim, user
from index.home.claim import ELSEWHERE
from index.update.target import Target
from qa.settings import trust
from qa.settings.environment import HALF, Value, is_yes


def target_of(values: Mapping[str, Value], project: Path | None, cwd: Path) -> tuple[Target, tuple[str, ...]]:
    """The documents and the home that the settings name, and what is said of them."""
    root = _documents(values["QA_SEEDS"], project, cwd)
    seeds = project is not None and root == (project / "seeds").resolve() and not trust.outside(root, project)
    own = seeds or values["QA_SEEDS"].origin == ".env"
    notices: tuple[str, ...] = ()
    if values["QA_HOME"].text:
        home = _checked_home(path_of(values["QA_HOME"], project, cwd))
        if (values["QA_HOME"].origin != ".env" and home.is_symlink()) or ".." in home.parts:
            home = _real(home)  # the user's own, by name; and what a folder that is not there yet would lead back to
    else:
        home = project / ".qa" if own and project is not None else _cache(root)
    reason = claim.refused(home)
    if reason and not values["QA_HOME"].text and own:
        home, unused = _cache(root), home
        notices = (claim.set_aside(unused, reason, home),)
        reason = claim.refused(home)
    for path in (root, home):
        if HALF.search(str(path)):  # SQLite and Chroma take no such path
            hint = "Rename it, or name others with --seeds PATH and --home DIR."
            raise NoDocuments(f"The name of {path} is not valid UTF-8.", hint).hiding(path)
    if reason:
        raise claim.foreign(home, reason)
    movable = project is not None and all(_real(path).is_relative_to(_real(project)) for path in (root, home))
    return Target(root, home, movable, follow=is_yes(values, "QA_FOLLOW"), ocr=is_yes(values, "QA_OCR")), notices


def _documents(setting: Value, project: Path | None, cwd: Path) -> Path:
    if setting.text:
        root = _real(path_of(setting, project, cwd))
        if not os.path.exists(root):
            raise NoDocuments(
                f"There are no documents at {root}.", "Name a folder or a file with --seeds PATH or QA_SEEDS."
            ).hiding(root)
        return root
    if project is not None and (project / "seeds").is_dir():
        root = (project / "seeds").resolve()
        if root.is_relative_to(_real(project)) and trust.outside(root, project):
            raise NoDocuments("seeds/ is a link to what is hidden here.", "Name documents with --seeds PATH.")
        return root
    raise NoDocuments(
        "There are no documents: no folder seeds/ here or above, and none is named.",
        "Name a folder or a file with --seeds PATH, or set QA_SEEDS.",
    )


def path_of(setting: Value, project: Path | None, cwd: Path) -> Path:
    """Relative paths count from the current folder, those in `.env` from the file's."""
    start = project if setting.origin == ".env" and project is not None else cwd
    return start / os.path.expanduser(setting.text)


def _real(path: Path) -> Path:
    """The path without links; as far as it can be followed."""
    return Path(os.path.realpath(path))


def _checked_home(home: Path) -> Path:
    """The folder, which may not be there yet; HomeNotWritable where there can be none, such as for the length of its name."""
    try:
        os.stat(home)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except OSError as error:
        raise HomeNotWritable(f"The index's folder {home} cannot be read: {error.strerror}.", ELSEWHERE).hiding(home) from error
    return home


def _cache(root: Path) -> Path:
    """A folder in the user's cache for documents that are not the project's own; another one for another key of the user."""
    from platformdirs import user_cache_path

    return user_cache_path("qa") / f"{root.name}-{user.seal('cache', str(root))[:16]}"
