"""The one place where a command is run, failures are caught, and the process ends."""

import atexit
import errno
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn, TextIO

import typer

if TYPE_CHECKING:
    from index.errors import Failure
from qa.cli.app import Work, app


def main() -> None:
    """Run the command line and exit with its code."""
    signal.signal(signal.SIGTERM, _terminated)
    # Where the shell has closed them: nothing to read (<&-), output that fails as it is written (>&-), no talk (2>&-).
    sys.stdin = sys.stdin or os.fdopen(os.open(os.devnull, os.O_RDONLY))
    sys.stdout = sys.stdout or os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    sys.stderr = sys.stderr or os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
    try:
        code = run(sys.argv[1:])
    except BrokenPipeError:  # whoever read has gone: leave in silence
        _drop(sys.stdout)
        code = 141
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process; without Python's own end where a thread is at work that nobody waits for, as it would crash in that."""
    try:
        sys.stderr.flush()
    except OSError:  # talk that nobody can be told; the interpreter would end with 120
        _drop(sys.stderr)
    if any(thread.daemon for thread in threading.enumerate()):
        try:
            sys.stdout.flush()
            sys.stderr = io.StringIO()  # a temporary folder that is still being filled may not let itself be deleted
            atexit._run_exitfuncs()
        except OSError:
            code = code or 1
        finally:  # also where another Ctrl-C comes
            os._exit(code)
    sys.exit(code)


def _drop(stream: TextIO) -> None:
    """Let what is left of a stream go nowhere, as the interpreter flushes it once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _terminated(*_: object) -> None:
    raise SystemExit(143)


def run(arguments: Sequence[str]) -> int:
    """Parse, work, and turn every failure into one sentence and its exit code."""
    from index.errors import Failure

    try:
        work = app(list(arguments), standalone_mode=False, prog_name="qa")
        code = _done(work) if callable(work) else int(work or 0)
        sys.stdout.flush()
        return code
    except Failure as failure:
        return _failed(failure, arguments)
    except KeyboardInterrupt:
        sys.stderr.write("\n" * sys.stderr.isatty() + "Stopped. What was stored is kept.\n")
        return 130
    except BrokenPipeError:
        raise
    except OSError as error:
        return _failed(_unwritten(error) or _starved(error) or _replaced(error) or _bug(error), arguments)
    except SystemExit as end:
        if end.code == 1:  # how typer ends when its help is written into a closed pipe
            raise BrokenPipeError from end
        raise
    except Exception as error:  # noqa: BLE001 the one place that catches everything: a bug must not show a traceback
        return _failed(_usage(error, arguments) or _starved(error) or _bug(error), arguments)


def _done(work: Work) -> int:
    """Do the work; where it needs the user's word, as for a project's `.env`, ask on a terminal."""
    from qa.errors import NeedsWord
    from qa.settings.environment import debugging

    if debugging():
        import logging

        logging.basicConfig(format="%(name)s: %(message)s")
        logging.getLogger("index").setLevel(logging.DEBUG)
    try:
        return work()
    except NeedsWord as failure:
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise
        from qa.show.terminal import Screen

        screen = Screen()
        screen.failure(failure)
        if not screen.agrees():
            return failure.exit
        failure.agree()
        return work()


def _usage(error: Exception, arguments: Sequence[str]) -> "Failure | None":
    """Typer's complaint as a failure; None if the error is not typer's."""
    from qa.errors import UsageFailure

    if not isinstance(error, typer.TyperException):
        return None
    words = [a for a in arguments if not a.startswith("-")]
    known = {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}
    if words and words[0] not in known | {group.name for group in app.registered_groups}:
        return UsageFailure(f"There is no command “{words[0]}”.", f'To ask a question: qa ask "{" ".join(words)}"')
    return UsageFailure(error.format_message(), "`qa --help` and `qa COMMAND --help` show what there is.")


def _unwritten(error: OSError) -> "Failure | None":
    """A full disk behind standard output, or one that is closed; it shows when the output is flushed."""
    from qa.errors import OutputFailure

    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF):
        return None
    _drop(sys.stdout)
    return OutputFailure(f"The output cannot be written: {error.strerror}.")


def _starved(error: Exception) -> "Failure | None":
    """What the machine lacks, as a failure: memory, open files, or a library, which without these cannot be loaded either."""
    from qa.errors import IncompleteInstall, OutOfHandles, OutOfMemory

    code = getattr(error, "errno", None)
    if code in (errno.EMFILE, errno.ENFILE):
        return OutOfHandles("Too many files are open.", "Close some programs, or let this one open more (`ulimit -n`).")
    unsaid = re.search("without exception set|can't allocate|can't start new thread", str(error))  # how some miss memory
    if isinstance(error, MemoryError) or code == errno.ENOMEM or (unsaid and isinstance(error, (SystemError, RuntimeError))):
        return OutOfMemory("This process may use no more memory.", "Let it have more (a gigabyte will do), and try again.")
    if isinstance(error, ImportError):
        what = " ".join(str(error).split())[:200]
        return IncompleteInstall(f"A library cannot be loaded: {what}.", "Let qa have more memory, or install it again.")
    return None


def _replaced(error: OSError) -> "Failure | None":
    """Something else stands, while a command runs, where a folder or a file of the index stood."""
    from index.errors import DamagedIndex

    if error.errno not in (errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENOTEMPTY):
        return None
    message = f"Something in the index's folder is not what was made there: {error.strerror}."
    return DamagedIndex(message, "Move that folder away, and `qa index` makes it anew.")


def _bug(error: Exception) -> "Failure":
    from qa.errors import Bug
    from qa.settings.environment import debugging

    if debugging():
        raise error
    return Bug(f"qa has a bug: {type(error).__name__}: {error}", "QA_DEBUG=1 shows where.")


def _failed(failure: "Failure", arguments: Sequence[str]) -> int:
    """Show a failure, as JSON too where that was asked for."""
    from qa.errors import OutputFailure
    from qa.show import fields
    from qa.show.terminal import Screen

    screen = Screen()
    asked = any(argument == "--json" or argument.startswith("--batch") for argument in arguments)
    try:
        if asked and not isinstance(failure, OutputFailure):
            screen.line(fields.to_json(fields.failure_json(failure)))
    except OSError as error:
        failure = _unwritten(error) or _bug(error)
    screen.failure(failure)
    return failure.exit
