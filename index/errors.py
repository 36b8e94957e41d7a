"""Failures that a user can mend: one sentence, a hint with the next command, an exit code.

    Failure
    ├── DocumentsFailure (4)
    │   ├── NoDocuments       there is no folder or file to index
    │   ├── NothingToIndex    there is one, with nothing in it that can be indexed
    │   ├── NoMatch           --in left nothing
    │   └── ReadersFailed     the processes that read files cannot be started, or end at once
    ├── FileLeftOut           one file cannot be read; the others go on
    ├── IndexFailure (4)
    │   ├── ForeignIndex      the home holds the index of another folder
    │   ├── DamagedIndex      the catalog or the vectors cannot be read
    │   ├── OldIndex          an earlier version of qa made it; the next run makes it anew
    │   ├── IndexMissing      --frozen, and nothing has been indexed
    │   ├── HomeNotWritable   the home cannot be written
    │   └── IndexBusy         another process holds what is needed for too long
    └── ServiceFailure (5)    a model or embedding service, or an embedder that is not there
        ├── KeyRefused        401, 403
        ├── QuotaExhausted    429 that waiting does not mend
        ├── CostReached       to embed more may cost more than was allowed
        ├── RateLimited       429 that did not end in time
        ├── NotThere          404: no such model or endpoint
        ├── RequestRefused    400, 409, 413, 422: it understood and declined
        │   └── PromptTooLong     for its length
        ├── ServiceBroken     500 and above, or a reply that is not the protocol's
        ├── Unreachable       no connection
        ├── TimedOut          no reply in time
        └── EmbedderMissing   a local embedder's files are not there, or QA_OFFLINE forbids to call one
            └── EmbedderDamaged   they are there, and cannot be read

`code` is the word in `--json`; it is the class's name in snake_case.
"""

import re
from typing import ClassVar, Self


class Failure(Exception):
    """A failure the user can mend: `str(failure)` is one sentence (fact and name), `hint` the next command or ""."""

    exit: ClassVar[int] = 4

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self._private: tuple[str, ...] = ()

    def hiding(self, *private: object) -> Self:
        """Itself, with what must not stand in `--json`: absolute paths, and the hosts of endpoints."""
        self._private += tuple(sorted(map(str, private), key=len, reverse=True))
        return self

    @property
    def public(self) -> str:
        """The sentence for `--json`."""
        text = str(self)
        for private in self._private:
            text = text.replace(private, "…")
        return text

    @property
    def code(self) -> str:
        """The failure's word in `--json`, such as "no_documents"."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class DocumentsFailure(Failure):
    """Something is wrong with the documents."""


class NoDocuments(DocumentsFailure):
    """There is no folder or file of documents."""


class NothingToIndex(DocumentsFailure):
    """The documents' folder holds nothing that can be indexed."""


class NoMatch(DocumentsFailure):
    """No document is left by --in."""


class ReadersFailed(DocumentsFailure):
    """The processes that read files cannot be started, or end at once."""


class FileLeftOut(Failure):
    """One file cannot be indexed; the message is the reason, without the file's name."""


class IndexFailure(Failure):
    """Something is wrong with the index."""


class ForeignIndex(IndexFailure):
    """The home folder holds the index of another documents' folder, which still exists."""


class DamagedIndex(IndexFailure):
    """The catalog or the vectors cannot be read."""


class OldIndex(IndexFailure):
    """The index was made by an earlier version of qa."""


class IndexMissing(IndexFailure):
    """Nothing has been indexed, and it was asked not to."""


class HomeNotWritable(IndexFailure):
    """The home folder cannot be written."""


class IndexBusy(IndexFailure):
    """Another process holds what is needed for too long."""


class ServiceFailure(Failure):
    """A model or embedding service failed, or an embedder is not there."""

    exit = 5

    passing: bool = False
    """Whether the same request may succeed later."""

    wait: float | None = None
    """Seconds after which the service wants to be asked again, if it says so."""


class KeyRefused(ServiceFailure):
    """The service does not accept the key."""


class QuotaExhausted(ServiceFailure):
    """The account behind the key has nothing left to spend."""


class CostReached(ServiceFailure):
    """To embed more may cost more than was allowed."""


class RateLimited(ServiceFailure):
    """The service asked to slow down for longer than was worth waiting."""


class NotThere(ServiceFailure):
    """The service knows no such model or path."""


class RequestRefused(ServiceFailure):
    """The service understood the request and declined it."""


class PromptTooLong(RequestRefused):
    """What was sent is longer than the model takes."""


class ServiceBroken(ServiceFailure):
    """The service failed, or does not speak the protocol."""


class Unreachable(ServiceFailure):
    """No connection to the service."""


class TimedOut(ServiceFailure):
    """The service did not reply in time."""


class EmbedderMissing(ServiceFailure):
    """A local embedder's files are not there, or QA_OFFLINE forbids to call one."""


class EmbedderDamaged(EmbedderMissing):
    """A local embedder's files are there, and cannot be read or are not whole."""
