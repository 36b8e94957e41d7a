"""Failures of asking, beside those of the index (`index/errors.py`), which has the root of the tree.

Failure
├── Bug (70)              nothing a user can mend
├── WideFolder (4)        nothing is named, and the current folder is as good as everything
├── UsageFailure (2)      the command line cannot be meant so
│   └── UntrustedSettings     a `.env` asks for what the user has not agreed to
├── OutputFailure (4)     standard output cannot be written
├── OutOfMemory (4)       the system gives this process no more memory
├── OutOfHandles (4)      the system opens no more files for it
├── IncompleteInstall (4) a library that qa needs cannot be loaded
├── PlaceFailure (4)      `qa show` is given a place that is not there
└── ServiceFailure (5)
    ├── CommandMissing    the program that is to be the model is not there
    ├── CommandFailed     it ended with a code that is not 0
    ├── NoKey             a model was asked for, and there is no key and no endpoint
    └── NoModel           an endpoint serves several models, and none was named
"""

from collections.abc import Callable

from index.errors import Failure, NoDocuments, ServiceFailure


class Bug(Failure):
    """Nothing a user can mend."""

    exit = 70


class OutputFailure(Failure):
    """Standard output cannot be written."""


class OutOfMemory(Failure):
    """The system gives this process no more memory."""


class OutOfHandles(Failure):
    """The system opens no more files for this process."""


class IncompleteInstall(Failure):
    """A library that qa needs cannot be loaded."""


class UsageFailure(Failure):
    """The command line cannot be meant so."""

    exit = 2


class NeedsWord(Failure):
    """What may be done once the user has said so; `agree` remembers that."""

    def __init__(self, message: str, hint: str, agree: Callable[[], None]) -> None:
        super().__init__(message, hint)
        self.agree = agree


class UntrustedSettings(NeedsWord, UsageFailure):
    """A project's `.env` asks for what needs the user's word."""


class WideFolder(NeedsWord, NoDocuments):
    """Nothing is named, and the current folder is as good as everything."""

    @property
    def code(self) -> str:
        """That of its kind: what a program has to know is that none are named."""
        return "no_documents"


class PlaceFailure(Failure):
    """There is no such place in the documents."""


class CommandMissing(ServiceFailure):
    """The program that is to be the model is not there, or cannot be started."""


class CommandFailed(ServiceFailure):
    """The program that is the model ended with a code that is not 0."""


class NoKey(ServiceFailure):
    """A model was asked for, and there is neither a key nor an endpoint."""


class NoModel(ServiceFailure):
    """The endpoint serves no model or several, and none was named."""
