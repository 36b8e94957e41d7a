"""The command line: options in, exit codes out, and the one place where failures are caught.

Typer only parses: each command gives back the work to do, and `main` does it, so that no failure is shown but by `main`.
"""

import atexit
import errno
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from index.errors import Failure
    from qa.show.terminal import Screen

Work = Callable[[], int]
"""What a command does; its exit code."""

EXITS = """Exit codes: 0 answered (or sentences quoted, with no model); 1 the documents don't say; 2 usage; 3 some of the answer
is not supported, or a cited file has changed; 4 documents or index; 5 the model or the embedding service; 70 a bug;
130 Ctrl-C."""

app = typer.Typer(
    name="qa",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Seeds = Annotated[str | None, typer.Option("--seeds", metavar="PATH", help="The documents: a folder, or one file.")]
Home = Annotated[str | None, typer.Option("--home", metavar="DIR", help="Where the index is kept.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on stderr but failures.")]
Color = Annotated[str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
In = Annotated[
    list[str] | None,
    typer.Option("--in", metavar="PATTERN", help="Only documents that match (.gitignore syntax, quoted; repeatable)."),
]
Frozen = Annotated[bool, typer.Option("--frozen", help="Ask the index as it is; read no document but the cited ones.")]
Explain = Annotated[bool, typer.Option("--explain", help="Show how each passage's score came about.")]
Batch = Annotated[
    str | None,
    typer.Option("--batch", metavar="FILE", help="A question a line (- is stdin), plain or JSON; a JSON object a line."),
]


@app.callback(invoke_without_command=True, help=f"Ask a folder of documents; every citation is proved.\n\n{EXITS}")
def _qa(context: typer.Context, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False) -> None:
    if version:
        from qa import __version__

        sys.stdout.write(f"qa {__version__}\n")
        raise typer.Exit
    if context.invoked_subcommand is None:
        sys.stderr.write(context.get_help() + "\n")
        raise typer.Exit(2)


@app.command(epilog='Example: qa ask "what did Lee ask of Xi?"')
def ask(
    question: Annotated[
        list[str] | None, typer.Argument(metavar="QUESTION", help="The question; several words are one; - reads stdin.")
    ] = None,
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="Markdown with the sources as footnotes.")] = False,
    no_llm: Annotated[bool, typer.Option("--no-llm", help="Quote the best sentences; ask no model.")] = False,
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help="The chat model to ask.")] = None,
    top: Annotated[
        int | None, typer.Option("--top", "-n", metavar="N", help="So many passages are read (8, or all where they fit).")
    ] = None,
    within: In = None,
    frozen: Frozen = False,
    explain: Explain = False,
    batch: Batch = None,
    follow: Annotated[bool, typer.Option("--continue", "-c", help="A follow-up to the last answer.")] = False,
    double_check: Annotated[
        bool, typer.Option("--double-check", help="Ask the model again whether the cited sentences support each claim.")
    ] = False,
    only_supported: Annotated[bool, typer.Option("--only-supported", help="Leave out what is not supported.")] = False,
    timeout: Annotated[float, typer.Option("--timeout", metavar="S", help="Seconds of a model's silence.")] = 60.0,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Answer a question with citations; brings the index up to date first."""
    from qa.cli import commands

    options = commands.Asking(
        json=json,
        markdown=markdown,
        no_llm=no_llm,
        model=model,
        top=top,
        within=tuple(within or ()),
        frozen=frozen,
        explain=explain,
        batch=batch,
        timeout=timeout,
        double_check=double_check,
        only_supported=only_supported,
        follow=follow,
    )
    return lambda: commands.ask(tuple(question or ()), options, seeds, home, _screen(color, quiet))


@app.command(epilog="Example: qa chat --no-llm")
def chat(
    no_llm: Annotated[bool, typer.Option("--no-llm", help="Quote the best sentences; ask no model.")] = False,
    model: Annotated[str | None, typer.Option("--model", metavar="NAME", help="The chat model to ask.")] = None,
    within: In = None,
    frozen: Frozen = False,
    timeout: Annotated[float, typer.Option("--timeout", metavar="S", help="Seconds of a model's silence.")] = 60.0,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Ask one question after the other, with follow-ups; /help lists what else can be typed."""
    from qa.cli import chat as session
    from qa.cli.commands import Asking

    options = Asking(no_llm=no_llm, model=model, within=tuple(within or ()), frozen=frozen, timeout=timeout)
    return lambda: session.chat(options, seeds, home, _screen(color, quiet))


@app.command(epilog='Example: qa search -n 3 "trade war"')
def search(
    query: Annotated[list[str] | None, typer.Argument(metavar="QUERY", help="What to look for; - reads stdin.")] = None,
    json: Json = False,
    files: Annotated[bool, typer.Option("-l", help="Only the files' names.")] = False,
    top: Annotated[int, typer.Option("--top", "-n", metavar="N", help="So many passages.")] = 5,
    within: In = None,
    frozen: Frozen = False,
    explain: Explain = False,
    batch: Batch = None,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Show the passages nearest to a query, best first."""
    from qa.cli import commands

    options = commands.Searching(json, files, top, tuple(within or ()), frozen, explain, batch)
    return lambda: commands.search(tuple(query or ()), options, seeds, home, _screen(color, quiet))


@app.command(epilog="Example: qa index --embedder minilm")
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew; mends a damaged one.")] = False,
    embedder: Annotated[
        str | None, typer.Option("--embedder", metavar="NAME", help="Switch to static, minilm, openai or openai:MODEL.")
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Go on whenever the documents change, until Ctrl-C.")] = False,
    wait: Annotated[
        float | None, typer.Option("--wait", metavar="S", help="Give up after S seconds when another qa index is at work.")
    ] = None,
    prune: Annotated[
        bool, typer.Option("--prune", help="Then delete vectors that this index does not need; on a server for everybody.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be embedded and cost; store nothing.")] = False,
    max_cost: Annotated[
        str | None,
        typer.Option(
            "--max-cost", metavar="DOLLARS", help="Stop embedding before it may cost more; what is done stays, exit 5."
        ),
    ] = None,
    json: Json = False,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Bring the index up to date with the documents now."""
    from qa.cli import index

    options = index.Indexing(rebuild, embedder, watch, wait, prune, dry_run, max_cost, json)
    return lambda: index.index(options, seeds, home, _screen(color, quiet))


@app.command(epilog="Example: qa status --json")
def status(json: Json = False, seeds: Seeds = None, home: Home = None, quiet: Quiet = False, color: Color = "auto") -> Work:
    """Show what is indexed, by what, what is stale and what was left out."""
    from qa.cli import commands

    return lambda: commands.status(json, seeds, home, _screen(color, quiet))


@app.command(epilog="Example: qa doctor --json")
def doctor(
    json: Json = False,
    online: Annotated[bool, typer.Option("--online", help="Ask the endpoint too: does it answer, and take the key?")] = False,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Check the index and say what mends it; changes nothing.

    Exit 4 if anything is wrong, among it a document, or a page of one, that could not be read. What is left out by choice
    (ignored files, likely secrets, links that lead outside, kinds of files without a reader, empty files) is only told.
    """
    from qa.cli import commands

    return lambda: commands.doctor(online, json, seeds, home, _screen(color, quiet))


@app.command(epilog="Examples: qa show 1; qa show seeds/report.txt:14; qa show")
def show(
    place: Annotated[
        str, typer.Argument(metavar="[PLACE]", help="A number of the last answer, FILE:LINE or FILE@START-END.")
    ] = "",
    text: Annotated[bool, typer.Option("--text", help="The whole text of FILE, exactly as indexed.")] = False,
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The last answer as Markdown.")] = False,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Show a place in its surroundings, the cited sentence marked; without PLACE the last answer, checked again."""
    from qa.cli import commands

    return lambda: commands.show(place, text, json, markdown, seeds, home, _screen(color, quiet))


@app.command(epilog="Example: qa verify a.json")
def verify(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An answer saved with --json; - reads stdin.")],
    json: Json = False,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Check whether the citations of a saved answer still hold; exit 3 if one has changed or is gone."""
    from qa.cli import commands

    return lambda: commands.verify(file, json, seeds, home, _screen(color, quiet))


@app.command(epilog="Example: qa trust")
def trust(seeds: Seeds = None, home: Home = None, quiet: Quiet = False, color: Color = "auto") -> Work:
    """Agree to what this project's .env does, as it is now.

    Endpoints, keys, paths that lead out of the project, and a higher QA_MAX_COST are taken from a .env only after that.
    """
    from qa.cli import commands

    return lambda: commands.trust(seeds, home, _screen(color, quiet))


def _screen(color: str, quiet: bool) -> "Screen":
    from qa.errors import UsageFailure
    from qa.show.terminal import Screen

    if color not in ("auto", "always", "never"):
        raise UsageFailure(f"--color {color} is none of auto, always, never.")
    return Screen(color, quiet)


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
        _drop_output()
        code = 141
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(bool(end.code))
    _leave(code)


def _leave(code: int) -> NoReturn:
    """End the process; without Python's own end where a thread is at work that nobody waits for, as it would crash in that."""
    if any(thread.daemon for thread in threading.enumerate()):
        try:
            sys.stderr.flush()
            sys.stdout.flush()
            sys.stderr = io.StringIO()  # a temporary folder that is still being filled may not let itself be deleted
            atexit._run_exitfuncs()
        except OSError:
            code = code or 1
        finally:  # also where another Ctrl-C comes
            os._exit(code)
    sys.exit(code)


def _drop_output() -> None:
    """Let what is left of the output go nowhere, as the interpreter flushes it once more at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
        return _failed(_unwritten(error) or _starved(error) or _bug(error), arguments)
    except SystemExit as end:
        if end.code == 1:  # how typer ends when its help is written into a closed pipe
            raise BrokenPipeError from end
        raise
    except Exception as error:  # noqa: BLE001 the one place that catches everything: a bug must not show a traceback
        return _failed(_usage(error, arguments) or _starved(error) or _bug(error), arguments)


def _done(work: Work) -> int:
    """Do the work; where a project's `.env` needs the user's word for it, ask on a terminal."""
    from qa.errors import UntrustedSettings

    try:
        return work()
    except UntrustedSettings as failure:
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
    if words and words[0] not in {c.name or c.callback.__name__ for c in app.registered_commands if c.callback}:
        return UsageFailure(f"There is no command “{words[0]}”.", f'To ask a question: qa ask "{" ".join(words)}"')
    return UsageFailure(error.format_message(), "`qa --help` and `qa COMMAND --help` show what there is.")


def _unwritten(error: OSError) -> "Failure | None":
    """A full disk behind standard output, or one that is closed; it shows when the output is flushed."""
    from qa.errors import OutputFailure

    if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF):
        return None
    _drop_output()
    return OutputFailure(f"The output cannot be written: {error.strerror}.")


def _starved(error: Exception) -> "Failure | None":
    """What the machine lacks, as a failure: memory, open files, or a library, which without these cannot be loaded either."""
    from qa.errors import IncompleteInstall, OutOfHandles, OutOfMemory

    code = getattr(error, "errno", None)
    if code in (errno.EMFILE, errno.ENFILE):
        return OutOfHandles("Too many files are open.", "Close some programs, or let this one open more (`ulimit -n`).")
    unsaid = isinstance(error, SystemError) and "without exception" in str(error)  # how some libraries miss memory
    if isinstance(error, MemoryError) or code == errno.ENOMEM or unsaid:
        return OutOfMemory("This process may use no more memory.", "Let it have more (a gigabyte will do), and try again.")
    if isinstance(error, ImportError):
        what = " ".join(str(error).split())[:200]
        return IncompleteInstall(f"A library cannot be loaded: {what}.", "Let qa have more memory, or install it again.")
    return None


def _bug(error: Exception) -> "Failure":
    from qa.errors import Bug
    from qa.settings.load import debugging

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
