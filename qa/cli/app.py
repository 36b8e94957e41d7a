"""The commands and their options: what can be typed.

Typer only parses: each command gives back the work to do, and `main.py` does it. What a command does stands in its own file.
"""

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from qa.cli.topics import TOPICS

if TYPE_CHECKING:
    from qa.settings.load import Where
    from qa.show.terminal import Screen

Work = Callable[[], int]
"""What a command does; its exit code."""

EXITS = """Exit codes: 0 answered (or sentences quoted, with no model); 1 the documents don't say; 2 usage; 3 some of the answer
is not supported, or a cited file has changed; 4 documents or index; 5 the model or the embedding service; 70 a bug;
130 Ctrl-C."""

ABOUT = f"`qa help TOPIC` says more: {', '.join(TOPICS)}."

app = typer.Typer(
    name="qa",
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Seeds = Annotated[
    list[str] | None,
    typer.Option("--seeds", metavar="PATH", help="The documents: a folder, a file, or @NAME (see qa folders); repeatable."),
]
Home = Annotated[str | None, typer.Option("--home", metavar="DIR", help="Where the index is kept.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nothing on stderr but failures.")]
Color = Annotated[str, typer.Option("--color", metavar="WHEN", help="auto, always or never.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
In = Annotated[
    list[str] | None,
    typer.Option("--in", metavar="PATTERN", help="Only documents that match (.gitignore syntax, quoted; repeatable)."),
]
Frozen = Annotated[bool, typer.Option("--frozen", help="Ask the index as it is; read no document but the cited ones.")]
DoubleCheck = Annotated[
    bool | None,
    typer.Option(
        "--double-check/--no-double-check",
        help="Have each claim judged by the chat model, or by none (at OpenAI: by its Decisions API).",
        show_default=False,
    ),
]
OnlySupported = Annotated[bool, typer.Option("--only-supported", help="Leave out what is not supported.")]
Timeout = Annotated[float, typer.Option("--timeout", metavar="S", help="Seconds of a model's silence.")]
Model = Annotated[
    str | None, typer.Option("--model", "-m", metavar="NAME", help="The chat model, or cmd:COMMAND for a program.")
]
NoLlm = Annotated[bool, typer.Option("--no-llm", help="Quote the best sentences; ask no model.")]
Explain = Annotated[bool, typer.Option("--explain", help="Show how each passage's score came about.")]
Batch = Annotated[
    str | None,
    typer.Option("--batch", metavar="FILE", help="A question a line (- is stdin), plain or JSON; a JSON object a line."),
]


@app.callback(
    invoke_without_command=True, help=f"Ask a folder of documents; every citation is proved.\n\n{EXITS}", epilog=ABOUT
)
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
    no_llm: NoLlm = False,
    model: Model = None,
    top: Annotated[
        int | None, typer.Option("--top", "-n", metavar="N", help="So many passages are read (8, or all where they fit).")
    ] = None,
    within: In = None,
    frozen: Frozen = False,
    explain: Explain = False,
    batch: Batch = None,
    stdin: Annotated[
        bool, typer.Option("--stdin", help="The documents are standard input, cited as stdin:LINE; nothing is stored.")
    ] = False,
    follow: Annotated[bool, typer.Option("--continue", "-c", help="A follow-up to the last answer.")] = False,
    double_check: DoubleCheck = None,
    only_supported: OnlySupported = False,
    timeout: Timeout = 60.0,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Answer a question with citations; brings the index up to date first."""
    from qa.ask.asking import Asking
    from qa.cli import ask as command

    options = Asking(
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
        stdin=stdin,
    )
    return lambda: command.ask(tuple(question or ()), options, *_given(seeds, home, color, quiet))


@app.command(epilog="Example: qa chat --no-llm")
def chat(
    no_llm: NoLlm = False,
    model: Model = None,
    within: In = None,
    frozen: Frozen = False,
    double_check: DoubleCheck = None,
    only_supported: OnlySupported = False,
    timeout: Timeout = 60.0,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Ask one question after the other, with follow-ups; /help lists what else can be typed."""
    from qa.ask.asking import Asking
    from qa.cli import chat as command

    options = Asking(
        no_llm=no_llm,
        model=model,
        within=tuple(within or ()),
        frozen=frozen,
        double_check=double_check,
        only_supported=only_supported,
        timeout=timeout,
    )
    return lambda: command.chat(options, *_given(seeds, home, color, quiet))


@app.command(epilog="Example: qa calibrate --json")
def calibrate(
    model: Model = None,
    json: Json = False,
    double_check: DoubleCheck = None,
    timeout: Timeout = 60.0,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Count how often this model is wrong about these documents, as answerer and as judge (some 20 calls)."""
    from qa.ask.asking import Asking
    from qa.cli import calibrate as command

    options = Asking(json=json, model=model, timeout=timeout, double_check=double_check)
    return lambda: command.calibrate(options, *_given(seeds, home, color, quiet))


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
    full: Annotated[bool, typer.Option("--full", help="Whole passages, where a terminal shows a few lines of each.")] = False,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Show the passages nearest to a query, best first."""
    from qa.cli import search as command

    options = command.Searching(json, files, top, tuple(within or ()), frozen, explain, batch, full)
    return lambda: command.search(tuple(query or ()), options, *_given(seeds, home, color, quiet))


@app.command(epilog="Example: qa index --embedder minilm")
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the index anew; mends a damaged one.")] = False,
    embedder: Annotated[
        str | None, typer.Option("--embedder", metavar="NAME", help="Switch to static, minilm, e5, openai or openai:MODEL.")
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
    from qa.cli import index as command

    options = command.Indexing(rebuild, embedder, watch, wait, prune, dry_run, max_cost, json)
    return lambda: command.index(options, *_given(seeds, home, color, quiet))


@app.command(epilog="Example: qa status --json")
def status(json: Json = False, seeds: Seeds = None, home: Home = None, quiet: Quiet = False, color: Color = "auto") -> Work:
    """Show what is indexed, by what, what is stale and what was left out."""
    from qa.cli import status as command

    return lambda: command.status(json, *_given(seeds, home, color, quiet))


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
    from qa.cli import doctor as command

    return lambda: command.doctor(online, json, *_given(seeds, home, color, quiet))


@app.command(epilog="Examples: qa show 1; qa show seeds/report.txt:14; qa show")
def show(
    place: Annotated[
        str, typer.Argument(metavar="[PLACE]", help="A number of the last answer, FILE:LINE or FILE@START-END.")
    ] = "",
    text: Annotated[bool, typer.Option("--text", help="The whole text of FILE, exactly as indexed.")] = False,
    json: Json = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="The last answer as Markdown.")] = False,
    last: Annotated[int | None, typer.Option("--last", metavar="N", help="The N-th last answer, as qa history counts.")] = None,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Show a place in its surroundings, the cited sentence marked; without PLACE the last answer, checked again."""
    from qa.cli import show as command

    return lambda: command.show(place, text, json, markdown, last, *_given(seeds, home, color, quiet))


@app.command(name="open", epilog="Examples: qa open --print; qa open 2 --editor")
def open_(
    place: Annotated[str, typer.Argument(metavar="[N]", help="A number of the last answer (1), or a place as for show.")] = "",
    editor: Annotated[bool, typer.Option("--editor", help="In $VISUAL or $EDITOR, at its line.")] = False,
    only_path: Annotated[bool, typer.Option("--print", help="Only print the file's path.")] = False,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Open the original of a citation: in the browser, as one page with the sentence marked."""
    from qa.cli import open as command

    return lambda: command.open_original(place, editor, only_path, *_given(seeds, home, color, quiet))


@app.command(epilog="Examples: qa history; qa history leave; qa show --last 3")
def history(
    words: Annotated[list[str] | None, typer.Argument(metavar="[WORD…]", help="Only questions with these words.")] = None,
    json: Json = False,
    clear: Annotated[bool, typer.Option("--clear", help="Forget them all.")] = False,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """List the questions that were asked of these documents, the newest last; QA_HISTORY=0 keeps none."""
    from qa.cli import history as command

    return lambda: command.history(tuple(words or ()), json, clear, *_given(seeds, home, color, quiet))


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
    from qa.cli import verify as command

    return lambda: command.verify(file, json, *_given(seeds, home, color, quiet))


@app.command(epilog="Example: qa trust")
def trust(seeds: Seeds = None, home: Home = None, quiet: Quiet = False, color: Color = "auto") -> Work:
    """Agree to what this project's .env does, as it is now.

    Endpoints, keys, paths that lead out of the project, and a higher QA_MAX_COST are taken from a .env only after that.
    """
    from qa.cli import trust as command

    return lambda: command.trust(*_given(seeds, home, color, quiet))


folders = typer.Typer(help="Collections: folders with a name, asked as @NAME.", rich_markup_mode=None)
app.add_typer(folders, name="folders", epilog="Examples: qa folders add handbook ~/handbook; qa folders list")


@folders.command("list", epilog="Example: qa folders list")
def folders_list(
    json: Json = False, seeds: Seeds = None, home: Home = None, quiet: Quiet = False, color: Color = "auto"
) -> Work:
    """Show the collections and where each is."""
    from qa.cli import folders as command

    return lambda: command.show(json, _given(seeds, home, color, quiet)[1])


@folders.command("add", epilog="Example: qa folders add handbook .")
def folders_add(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called; ask it as @NAME.")],
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Folders or files.")],
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Give folders a name."""
    from qa.cli import folders as command

    return lambda: command.add(name, paths, _given(seeds, home, color, quiet)[1])


@folders.command("remove", epilog="Example: qa folders remove handbook")
def folders_remove(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The collection to forget; its files stay.")],
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Forget a name; documents and indexes stay."""
    from qa.cli import folders as command

    return lambda: command.remove(name, _given(seeds, home, color, quiet)[1])


@app.command(name="help", epilog="Examples: qa help places; qa help exit-codes; qa help")
def help_(
    topic: Annotated[list[str] | None, typer.Argument(metavar="TOPIC", help=f"{', '.join(TOPICS)}; or a command.")] = None,
    seeds: Seeds = None,
    home: Home = None,
    quiet: Quiet = False,
    color: Color = "auto",
) -> Work:
    """Say what is to be known of a topic, such as places or settings."""
    from qa.cli import help as command

    return lambda: command.help_on(tuple(topic or ()), _shows_help, _screen(color, quiet))


def _shows_help(words: Sequence[str]) -> bool:
    """Show the help of a command, or of `qa` itself; False where there is no such command."""
    try:
        app([*words, "--help"], standalone_mode=False, prog_name="qa")
    except typer.TyperException:
        return False
    return True


def _given(seeds: list[str] | None, home: str | None, color: str, quiet: bool) -> "tuple[Where, Screen]":
    """The options that every command has."""
    from qa.settings.load import Where

    return Where(tuple(filter(None, seeds or ())), home), _screen(color, quiet)


def _screen(color: str, quiet: bool) -> "Screen":
    from qa.errors import UsageFailure
    from qa.show.terminal import Screen

    if color not in ("auto", "always", "never"):
        raise UsageFailure(f"--color {color} is none of auto, always, never.")
    return Screen(color, quiet)
