"""An endpoint with its key, and its name as it may be shown."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    pass

OFFICIAL = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True, repr=False)
class Service:
    """An endpoint and its key; `base_url` None is OpenAI's own. `told` is given a line where it asks to wait, and is heeded.

    `sending` is called, in whichever thread, before each request that carries a text to it.
    """

    base_url: str | None
    api_key: str
    told: Callable[[str], None] | None = field(default=None, compare=False)
    sending: Callable[[], None] | None = field(default=None, compare=False)

    def __repr__(self) -> str:
        """The host alone: a key, or a password in the address, must not get into a log."""
        return f"Service({self.host})"

    @property
    def host(self) -> str:
        """The address for messages: host[:port] without user and password; a malformed one as it was given, but for secrets."""
        address = self.base_url or OFFICIAL
        try:
            place = urlsplit(address).netloc or address
        except ValueError:  # an unclosed [ of an IPv6 address
            place = address
        return plain(without_secrets(place).rpartition("@")[2])


def without_secrets(address: str) -> str:
    """An address that may be shown: without user and password, and without the values of its query, where keys stand too."""
    return re.sub(r"(?<=[?&;])([^=&;#]*=)[^&;#]*", r"\1…", re.sub(r"(?<=://)[^/@]*@", "…@", address))


def plain(words: str) -> str:
    """One line without control characters and format characters such as bidi overrides."""
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in words).split())
