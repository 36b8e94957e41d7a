"""When to look at the documents again: as soon as something has changed there, and now and then anyway.

Owns the only use of `watchfiles`; knows nothing of what a look does. What is hidden or in the home is no change.
"""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from index.files import ignore
from index.update.target import Target

JOINED_MS, LONGEST_MS = 300, 3000
"""Changes that come within so many milliseconds of each other are one, but for so many at most."""

ANYWAY = 60.0
"""Seconds after which to look anyway, as a service that failed may be back, and some network disks tell of no change."""

LAZY = 50
"""A look that takes long is made less often: at most one part in so many of the time is spent on looking anyway."""

AGAIN = 1.0
"""Seconds until a folder that has vanished, or cannot be watched, is looked at again."""


def looks(target: Target) -> Iterator[None]:
    """Yields each time that the documents should be looked at, for ever; the first time at once.

    What changes during a look makes another one.
    """
    while True:
        try:
            yield from _until_lost(target)
        except OSError:  # not there, or the system watches no more folders
            yield
            time.sleep(AGAIN)


def _until_lost(target: Target) -> Iterator[None]:
    """Yields until another folder has taken the place of the one that is watched; OSError if none can be watched."""
    watched = _identity(target.root)
    with _Watch(target) as watch:
        while watched == _identity(target.root):
            started = time.monotonic()
            yield
            anyway = time.monotonic() + max(ANYWAY, LAZY * (time.monotonic() - started))
            while not watch.changed(AGAIN) and time.monotonic() < anyway and watched == _identity(target.root):
                pass


def _identity(root: Path) -> tuple[int, int]:
    """What tells a watched folder from another of its name; OSError if it is not there."""
    info = os.stat(_folder(root))
    return info.st_dev, info.st_ino


def _folder(root: Path) -> Path:
    """A single file is watched in its folder, since programs replace a file when they save it; so is what is not there."""
    return root if root.is_dir() else root.parent


class _Watch:
    """Waits for changes in a thread: if the main one did, watchfiles would make a KeyboardInterrupt of every signal."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._single = not target.root.is_dir()
        self._homes = tuple(f"{home}{os.sep}" for home in (target.home.absolute(), os.path.realpath(target.home)))
        self._failure: OSError | None = None
        self._happened, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "_Watch":
        """Itself, watching; OSError if the system does not."""
        self._thread.start()
        self.changed(None)
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._stop.set()
        self._thread.join()

    def changed(self, seconds: float | None) -> bool:
        """Whether anything changes within so many seconds, or has since the last call; OSError when the watching ended."""
        happened = self._happened.wait(seconds)
        if happened:  # else what happens just now would be cleared unseen
            self._happened.clear()
        if self._failure:
            raise self._failure
        return happened

    def _run(self) -> None:
        from watchfiles import watch

        begun = False
        try:
            for found in watch(
                _folder(self._target.root),
                watch_filter=lambda _, path: self._counts(path),
                debounce=LONGEST_MS,
                step=JOINED_MS,
                rust_timeout=JOINED_MS,
                yield_on_timeout=True,
                stop_event=self._stop,
                recursive=not self._single,
                ignore_permission_denied=True,
            ):
                if found or not begun:
                    self._happened.set()
                begun = True
        except OSError as failure:
            self._failure = failure
            self._happened.set()

    def _counts(self, path: str) -> bool:
        """Whether a change may be one of a document or of an ignore file."""
        if self._single:
            return os.path.basename(path) == self._target.root.name
        below = os.path.relpath(path, self._target.root).split(os.sep)
        hidden = any(name.startswith(".") and name not in ignore.NAMES for name in below)
        return not hidden and not f"{path}{os.sep}".startswith(self._homes)
