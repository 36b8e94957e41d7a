"""Private keys, told by how a file begins, whatever its name.

Owns what such a file looks like; a document that only quotes a key is none. Names that tell a secret stand in `index/walk.py`.
"""

import re

SECRET = "likely a secret, by its first line"

_HEAD = 4096
_PEM = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*-{4,5} ?BEGIN [A-Z0-9 ]+-{4,5}[ \t]*[\r\n]")
_PRIVATE = re.compile(rb"^[\xef\xbb\xbf\xff\xfe]*-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,40}-{4,5}\s", re.MULTILINE)
_PUTTY = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*PuTTY-User-Key-File-\d:")
_ACCOUNT = re.compile(rb'\s*\{[^{}]*"private_key"\s*:\s*"-----BEGIN ')
"""A service's account, which carries its key as one of its own values."""


def holds_private_key(data: bytes) -> bool:
    """Whether a file is a private key, also behind the certificate or the parameters that it goes with."""
    head = data[:_HEAD].replace(b"\0", b"")  # as UTF-16 has them
    if _PEM.match(head):
        return _PRIVATE.search(data.replace(b"\0", b"")) is not None
    return bool(_PUTTY.match(head) or _ACCOUNT.match(head))
