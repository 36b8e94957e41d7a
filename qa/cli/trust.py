"""`qa trust`: the user's word for what a project's `.env` does."""

from qa.settings.load import Where, asking
from qa.show.terminal import Screen, fold


def trust(where: Where, screen: Screen) -> int:
    """Take this project's `.env` as it is now; says what that means, and on a terminal asks before."""
    project = asking()
    if project is None:
        screen.line("There is nothing here that needs your word.")
        return 0
    for what in project.asks:
        screen.line(fold(f"{project.folder} would {what}."))
    if not screen.agrees():
        return 2
    project.agree()
    return 0
