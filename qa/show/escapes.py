"""Names of files as they are shown: what must not leave `qa`, or would break a line, is escaped, and read back again.

Owns the escapes. Knows nothing of places or terminals.
"""

import re

from qa.answer import CONTROL

_UNSAFE = re.compile(f"[{CONTROL}\t\n\u2028\u2029]")
_ESCAPE = re.compile(r"\\(?:[tnr]|x[0-9a-f]{2}|u[0-9a-f]{4})")


def escaped(name: str) -> str:
    r"""A name on one line without control characters: a newline is shown as `\n`, an escape character as `\x1b`."""
    return _UNSAFE.sub(lambda c: c[0].encode("unicode_escape").decode("ascii"), name)


def unescaped(name: str) -> str:
    """The name that is shown so."""
    return _ESCAPE.sub(lambda e: e[0].encode("ascii").decode("unicode_escape"), name)
