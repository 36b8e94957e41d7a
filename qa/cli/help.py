"""`qa help`: the essentials of a topic, or what `--help` says of a command or of `qa` itself."""

from collections.abc import Callable, Sequence

from qa.cli.topics import TOPICS
from qa.errors import UsageFailure
from qa.show.terminal import Screen


def help_on(words: Sequence[str], command_help: Callable[[Sequence[str]], bool], screen: Screen) -> int:
    """Show a topic, "exit codes" for one; `command_help` shows that of a command, and says whether there is one."""
    if topic := TOPICS.get("-".join(words).casefold()):
        screen.page(topic)
    elif not command_help(words):
        known = f"There is help on {', '.join(TOPICS)}; `qa help COMMAND` is `qa COMMAND --help`."
        raise UsageFailure(f"There is no help on “{' '.join(words)}”.", known)
    return 0
