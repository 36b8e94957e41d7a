"""Likely secrets: files that hold keys and passwords, told by their names, and private keys by how they begin.

Owns what such a file looks like; a document that only quotes a key is none.
"""

import re

SECRETS = frozenset(
    "id_rsa id_dsa id_ecdsa id_ecdsa_sk id_ed25519 id_ed25519_sk .env .netrc _netrc .pgpass .htpasswd .git-credentials"
    " .npmrc .pypirc credentials credentials.json credentials.yaml credentials.yml credentials.toml credentials.ini"
    " credentials.xml credentials.csv secrets.json secrets.yaml secrets.yml secrets.toml secrets.ini".split()
)
SECRET_BEGINNINGS = (".env.", "client_secret")
SECRET_ENDS = (".env", ".pem", ".key", ".p12", ".pfx", ".ppk", ".jks", ".keystore", ".kdb", ".kdbx")
"""Names of files that hold keys and passwords, in lower case."""

_COPY = re.compile(r"(?:~|\.(?:bak|backup|old|orig|save|\d))+$")
"""What programs and people add to the name of a copy."""

SECRET = "likely a secret, by its first line"

_HEAD = 4096
_PEM = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*-{4,5} ?BEGIN [A-Z0-9 ]+-{4,5}[ \t]*[\r\n]")
_PRIVATE = re.compile(rb"^[\xef\xbb\xbf\xff\xfe]*-{4,5} ?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z ]{0,40}-{4,5}\s", re.MULTILINE)
_PUTTY = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*PuTTY-User-Key-File-\d:")
_ACCOUNT = re.compile(rb'\s*\{[^{}]*"private_key"\s*:\s*"-----BEGIN ')
"""A service's account, which carries its key as one of its own values."""
_SETTING = re.compile(rb"[#;]|\[[^\]]*\]\s*$|(?:export )?[\w.-]+[ \t]*[=:]")
_NAMED = re.compile(
    rb"AGE-SECRET-KEY-1[0-9A-Z]{20}|(?:export )?(?i:aws_secret_access_key|private_?key)[ \t]*=[ \t]*[\w+/=\"']{20}"
)
"""age's, WireGuard's and Amazon's keys."""


def holds_private_key(data: bytes) -> bool:
    """Whether a file is a private key, also behind the certificate or the parameters that it goes with."""
    head = data[:_HEAD].replace(b"\0", b"")  # as UTF-16 has them
    if _PEM.match(head):
        return _PRIVATE.search(data.replace(b"\0", b"")) is not None
    return bool(_PUTTY.match(head) or _ACCOUNT.match(head)) or _is_set_in(head.lstrip(b"\xef\xbb\xbf\xff\xfe"))


def _is_set_in(head: bytes) -> bool:
    """Whether one is set in a file that holds nothing but settings and comments up to it."""
    for line in filter(None, map(bytes.strip, head.splitlines())):
        if _NAMED.match(line):
            return True
        if not _SETTING.match(line):
            return False
    return False


def secret_name(name: str) -> str:
    """Why a file of this name is left out, or ""."""
    lower = _COPY.sub("", name.lower())
    likely = lower in SECRETS or lower.endswith(SECRET_ENDS) or lower.startswith(SECRET_BEGINNINGS)
    return "likely a secret, by its name" if likely else ""
