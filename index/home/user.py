"""The user's own folder, outside of every home: the key that seals what was made here, and what the user has agreed to.

No clone and no archive brings it. Owns its files; knows nothing of what is sealed or agreed to.
"""

import hashlib
import hmac
import json
import os
import secrets
import stat
from functools import cache
from pathlib import Path
from typing import Any

from index.errors import HomeNotWritable
from index.home.folder import Folder

_KEY, _AGREED = "key", "agreed"
_LENGTH = 32


def folder() -> Path:
    """Where it is: the data folder that the system has for programs of this user."""
    from platformdirs import user_data_dir

    return _resolved(user_data_dir("qa"))


@cache
def _resolved(path: str) -> Path:
    return Path(os.path.realpath(path))


def key() -> bytes:
    """The user's own; to find it takes longer than to make a seal.

    Raises HomeNotWritable where it is not there and cannot be made.
    """
    return _key(folder())


def seal(*parts: str | int | None, by: bytes = b"") -> str:
    """What only this user's qa can make of these parts: 32 hex digits, BLAKE2b with the user's key (RFC 7693, 2.9).

    Raises what `key` does, unless that is given.
    """
    data = json.dumps(parts, ensure_ascii=False, check_circular=False).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(data, key=by or key(), digest_size=16).hexdigest()


def sealed(given: object, *parts: Any, by: bytes = b"") -> bool:
    """Whether `given` is the seal of these parts; not, where they are none that are sealed, such as bytes."""
    try:
        return isinstance(given, str) and hmac.compare_digest(given.encode("utf-8", "replace"), seal(*parts, by=by).encode())
    except TypeError:
        return False


def agree(*parts: str) -> None:
    """Remember that the user has agreed to this; HomeNotWritable where nothing can be remembered."""
    try:
        agreed = Folder(folder()).child(_AGREED)
        agreed.make()
        agreed.write(seal(*parts), b"")
    except OSError as error:
        raise _unwritten(error) from error


def has_agreed(*parts: str) -> bool:
    """Whether the user has agreed to this once."""
    try:
        return Folder(folder()).child(_AGREED).holds(seal(*parts))
    except (OSError, HomeNotWritable):
        return False


@cache
def _key(own: Path) -> bytes:
    """The user's key, made at its first use; of two processes that make it at once both get the one that stays."""
    place = Folder(own)
    try:
        if not place.holds(_KEY):
            place.make()
            place.add(_KEY, secrets.token_bytes(_LENGTH))
        key, info = place.read(_KEY)[:_LENGTH], place.stat(_KEY)
    except OSError as error:
        raise _unwritten(error) from error
    if hasattr(os, "geteuid") and info.st_uid != os.geteuid():
        hint = "Run qa as that user, or with a HOME of your own (`sudo -H`)."
        raise HomeNotWritable(f"The key in {own} belongs to another user.", hint).hiding(own)
    if os.name == "posix" and stat.S_IMODE(info.st_mode) & 0o077:
        raise HomeNotWritable(f"Others may read the key in {own}.", f"chmod 600 '{own / _KEY}'").hiding(own)
    if len(key) != _LENGTH:
        hint = f"Delete '{own / _KEY}'; indexes are made anew then."
        raise HomeNotWritable(f"The key in {own} is cut short.", hint).hiding(own)
    return key


def _unwritten(error: OSError) -> HomeNotWritable:
    message = f"The folder {folder()}, which tells what was made here, cannot be used: {error.strerror}."
    return HomeNotWritable(message, "Give yourself the right to it, or set XDG_DATA_HOME to another.").hiding(folder())
