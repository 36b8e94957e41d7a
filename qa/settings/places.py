"""Where the documents are, and where their index is kept (see the README, "Where things are")."""

import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from index.catalog import schema
from index.errors import HomeNotWritable, NoDocuments
from index.files.walk import walk
from index.home import claim, user
from index.home.claim import ELSEWHERE
from index.update.target import Target
from qa.errors import WideFolder
from qa.settings import trust
from qa.settings.environment import HALF, Value, is_yes


def target_of(values: Mapping[str, Value], project: Path | None, cwd: Path) -> tuple[Target, bool, tuple[str, ...]]:
    """The documents and the home that the settings name, whether they are the project's own, and what is said of them."""
    root, here = _documents(values["QA_SEEDS"], project, cwd)
    seeds = project is not None and root == (project / "seeds").resolve() and not trust.outside(root, project)
    own = seeds or values["QA_SEEDS"].origin == ".env"
    notices: tuple[str, ...] = (f"The documents are those of the current folder, {root}.",) if here else ()
    if values["QA_HOME"].text:
        home = _checked_home(path_of(values["QA_HOME"], project, cwd))
        if (values["QA_HOME"].origin != ".env" and home.is_symlink()) or ".." in home.parts:
            home = real(home)  # the user's own, by name; and what a folder that is not there yet would lead back to
    else:
        home = project / ".qa" if own and project is not None else cache(root.name, user.seal("cache", str(root)))
    reason = claim.refused(home)
    if reason and not values["QA_HOME"].text and own:
        home, unused = cache(root.name, user.seal("cache", str(root))), home
        notices += (claim.set_aside(unused, reason, home),)
        reason = claim.refused(home)
    for path in (root, home):
        if HALF.search(str(path)):  # SQLite and Chroma take no such path
            hint = "Rename it, or name others with --seeds PATH and --home DIR."
            raise NoDocuments(f"The name of {path} is not valid UTF-8.", hint).hiding(path)
    if reason:
        raise claim.foreign(home, reason)
    if here:
        _check_wide(root, home)
    movable = project is not None and all(real(path).is_relative_to(real(project)) for path in (root, home))
    return Target(root, home, movable, follow=is_yes(values, "QA_FOLLOW"), ocr=is_yes(values, "QA_OCR")), own, notices


WIDE = 10_000
"""Files of a current folder that nobody has named; more are not read before the user says so."""

_WAYS = "Go into a folder of documents, or name one: --seeds PATH, QA_SEEDS, or `qa folders add NAME PATH` and then @NAME."


def _check_wide(root: Path, home: Path) -> None:
    """Raise WideFolder where a current folder is as good as everything, unless it is indexed or the user has agreed."""
    agreement = "wide", str(root)
    if user.has_agreed(*agreement):
        return
    own = real(Path.home())
    if root == own:
        what = "is your home folder"
    elif root in own.parents or root == root.parent:
        what = "holds all that users have"
    elif not (home / schema.FILE).exists() and len(walk(root, home, most=WIDE)) > WIDE:
        what = f"holds more than {WIDE:,} files"
    else:
        return
    message = f"The current folder, {root}, {what}, and no documents are named."
    raise WideFolder(message, _WAYS, partial(user.agree, *agreement)).hiding(root)


def _documents(setting: Value, project: Path | None, cwd: Path) -> tuple[Path, bool]:
    """The folder or file, and whether it is the current folder since nothing else is there."""
    if setting.text:
        root = real(path_of(setting, project, cwd))
        if not os.path.exists(root):
            raise NoDocuments(
                f"There are no documents at {root}.", "Name a folder or a file with --seeds PATH or QA_SEEDS."
            ).hiding(root)
        return root, False
    if project is not None and (project / "seeds").is_dir():
        root = (project / "seeds").resolve()
        if root.is_relative_to(real(project)) and trust.outside(root, project):
            raise NoDocuments("seeds/ is a link to what is hidden here.", "Name documents with --seeds PATH.")
        return root, False
    return real(cwd), True


def path_of(setting: Value, project: Path | None, cwd: Path) -> Path:
    """Relative paths count from the current folder, those in `.env` from the file's."""
    start = project if setting.origin == ".env" and project is not None else cwd
    return start / os.path.expanduser(setting.text)


def real(path: Path) -> Path:
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


def cache(name: str, seal: str) -> Path:
    """A folder in the user's cache for documents that are not the project's own; another one for another key of the user."""
    from platformdirs import user_cache_path

    return user_cache_path("qa") / f"{name}-{seal[:16]}"
