"""The picture of a terminal in README.md, made of a real run: python docs/picture.py [OUT.svg]

It asks the document in seeds/ with an index of its own, on a terminal of 92 columns, and draws what is seen there.
"""

import io
import os
import re
import sys
import tempfile
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

COLUMNS = 92
QUESTION = "what did Lee ask of Xi?"
HERE = Path(__file__).parent

sys.path.insert(0, str(HERE.parent / "tests"))
from terminal import on_terminal  # noqa: E402 (of the tests, which have such a terminal)


def seen(home: str) -> str:
    """What a person sees, with its colours."""
    environment = {"PATH": os.environ["PATH"], "HOME": home, "TERM": "xterm-256color", "PYTHONPATH": str(HERE.parent)}
    asked = ("ask", "-q", "--no-llm", "--home", f"{home}/index", QUESTION)
    _, shown = on_terminal(*asked, columns=COLUMNS, color=True, cwd=HERE.parent, env=environment)
    return shown.strip("\n")


def main(out: str = str(HERE / "terminal.svg")) -> None:
    """Draw it; the font is the reader's own, so that the picture loads nothing."""
    with tempfile.TemporaryDirectory() as home:
        shown = seen(home)
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text(f'$ qa ask "{QUESTION}"', style="bold"))
    console.print(Text.from_ansi(shown), soft_wrap=True)
    form = re.sub(r"@font-face \{\{.*?\}\}\n|<!--.*?-->", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
    Path(out).write_text(console.export_svg(title="qa", code_format=form, unique_id="qa"), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
