"""Ask the questions of the everyday set without a model, and count what is answered by the right sentence.

    python tests/everyday/score.py [--qa "python -P -m qa"] [-v]

An answerable question is right when what is quoted holds the words that answer it; one that the documents don't answer, when
`qa` says so.
"""

import argparse
import json
import os
import re
import shlex
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import make

QUESTIONS = Path(__file__).with_name("questions.jsonl")


@dataclass(frozen=True, slots=True)
class Question:
    """A question as typed, and what a right answer holds: one of `answers`, and each of `all`."""

    id: str
    question: str
    kind: str
    answerable: bool
    source: str | list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    all: list[str] = field(default_factory=list)

    @property
    def sources(self) -> list[str]:
        """The documents that answer it."""
        return [self.source] if isinstance(self.source, str) else self.source

    def right(self, reply: dict[str, Any]) -> bool:
        """Whether a reply answers it, or says that nothing does."""
        if not self.answerable:
            return reply["status"] == "not_found"
        shown = folded(re.sub(r" ?\[\d+\]", "", reply["answer"] or ""))
        found = not self.answers or any(folded(each) in shown for each in self.answers)
        return reply["status"] == "passages" and found and all(folded(each) in shown for each in self.all)


def folded(text: str) -> str:
    """In one case, with single spaces."""
    return " ".join(text.casefold().split())


def questions() -> list[Question]:
    """All of them, in order."""
    return [Question(**json.loads(line)) for line in QUESTIONS.read_text("utf-8").splitlines()]


def ask(command: Sequence[str], documents: Path, home: Path, asked: Sequence[Question]) -> list[dict[str, Any]]:
    """The replies of `qa`, in the order of the questions; the user's settings, keys and cache are not seen."""
    typed = "".join(json.dumps({"id": one.id, "question": one.question}) + "\n" for one in asked)
    own = {name: value for name, value in os.environ.items() if not name.startswith(("QA_", "OPENAI_", "XDG_", "CHROMA_"))}
    options = ["--seeds", str(documents), "--home", str(home / "index"), "--no-llm", "--json", "-q", "--batch", "-"]
    environment = {**own, "HOME": str(home)}
    done = subprocess.run(
        [*command, "ask", *options],
        cwd=home,
        env=environment,
        input=typed,
        stdout=subprocess.PIPE,
        check=True,
        encoding="utf-8",
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def report(asked: Sequence[tuple[Question, dict[str, Any]]], failures: bool) -> list[str]:
    """A line a kind, the totals, and each failure if they are wanted."""
    kinds: dict[str, list[bool]] = defaultdict(list)
    for question, reply in asked:
        kinds[question.kind].append(question.right(reply))
    lines = [f"{kind:<16}{sum(found):>4}/{len(found)}" for kind, found in kinds.items()]
    refused = [question.answerable for question, reply in asked if reply["status"] == "not_found"]
    total = sum(map(sum, kinds.values()))
    lines.append(f"{'total':<16}{total:>4}/{len(asked)}")
    lines.append(f"refused_unanswerable {refused.count(False)}, lost_answerable {refused.count(True)}")
    for question, reply in asked if failures else ():
        if not question.right(reply):
            gold = " and ".join(filter(None, [" | ".join(question.answers), " & ".join(question.all)])) or "nothing"
            shown = reply["answer"] or reply["status"]
            lines += ["", f"{question.id}: {question.question}", f"  gold   {gold}", f"  shown  {shown}"]
    return lines


def main() -> None:
    """Print the score."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--qa", default="python -P -m qa", metavar="COMMAND")
    parser.add_argument("-v", "--verbose", action="store_true", help="each failure, with what was shown")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        documents, home = Path(folder, "documents"), Path(folder, "home")
        make.make(documents)
        home.mkdir()
        asked = list(zip(questions(), ask(shlex.split(given.qa), documents, home, questions()), strict=True))
    print(*report(asked, given.verbose), sep="\n")


if __name__ == "__main__":
    main()
