"""Documents that say nothing and look like real ones to a splitter, a keyword index and an embedder.

    python bench/corpus.py FOLDER PASSAGES [--each 20] [--seed 1] [--every 1]

Writes Markdown files of about `each` passages as qa splits them, a thousand a subfolder. Words follow Zipf's law; most belong
to the subject of the section, whose words are near each other for `static`; one in fifty is made up. There are headings, names,
years, and paragraphs of several lengths. The same numbers make the same bytes; `--every 3` with another seed writes every third
file anew.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from index.embed.static import Static
from index.passage import Piece

CHARACTERS = 602
"""A passage has so many on the average (version 2 of the splitter), and a file a fifth of a passage more than that gives."""

SUBJECTS, OWN, MADE = 2_000, 150, 20_000
"""Subjects of sections, words that a subject has of its own, made-up words."""

FUNCTION = (
    "the of and to in a is that for it as was with be by on not he i this are or his from at which but have an had they you"
    " were their one all we can her has there been if more when will would who so no out up into than them only some could"
).split()
SYLLABLES = (
    "ba bel bor da del dra en er fa fel gar ha hol in ish ka kel kor la len lo ma mar mel na nel no or pa per ra rel ri ro sa"
    " sel shi sta su ta tel tho ti tra tu ul va ver vi wen yo za"
).split()


class Language:
    """Words with how often each is said, and what is said of each subject."""

    def __init__(self) -> None:
        random = np.random.default_rng(0)
        known, names = vocabulary("[a-z]{4,}"), vocabulary("[A-Z][a-z]{3,}")
        self.words = np.array([*FUNCTION, *random.permutation([w for w in known if w not in FUNCTION])], dtype=object)
        self.made = np.array(["".join(random.choice(SYLLABLES, n)) for n in random.integers(2, 5, MADE)], dtype=object)
        self.names = np.array(names, dtype=object)
        self.often = np.cumsum(1 / (np.arange(len(self.words)) + 2.7))
        self.own = np.cumsum(1 / (np.arange(OWN) + 2.7))
        content = self.words[len(FUNCTION) :]
        rows = np.concatenate([rows for _, rows, _ in Static().batches([Piece(word) for word in content])])
        near = rows[random.integers(len(rows), size=SUBJECTS)] @ rows.T
        self.subjects = content[np.argsort(-near, axis=1)[:, :OWN]]

    def say(self, random: np.random.Generator, count: int, subject: int) -> list[str]:
        """Words in a row; two content words of three belong to the subject."""
        ids = np.searchsorted(self.often, random.random(count) * self.often[-1])
        own = self.subjects[subject, np.searchsorted(self.own, random.random(count) * self.own[-1])]
        words = np.where((ids >= len(FUNCTION)) & (random.random(count) < 0.67), own, self.words[ids])
        for some, chance in ((self.made, 0.02), (self.names, 0.02)):
            others = random.random(count) < chance
            words[others] = random.choice(some, int(others.sum()))
        dated = np.flatnonzero(random.random(count) < 0.005)
        words[dated] = [str(year) for year in random.integers(1600, 2030, len(dated))]
        return words.tolist()  # type: ignore[no-any-return]


def vocabulary(pattern: str) -> list[str]:
    """The whole words in the vocabulary of `static`."""
    spec = find_spec("wordllama")
    assert spec
    assert spec.origin
    file = Path(spec.origin).parent / "tokenizers" / "l2_supercat_tokenizer_config.json"
    tokens = json.loads(file.read_text(encoding="utf-8"))["model"]["vocab"]
    return [token[1:] for token in tokens if re.fullmatch("▁" + pattern, token)]


def document(language: Language, random: np.random.Generator, room: float) -> str:
    """A title and sections with about so many characters of paragraphs."""
    parts = [f"# {_title(language, random)}"]
    while True:
        parts.append(f"## {_title(language, random)}")
        for paragraph in _paragraphs(language, random):
            if room < len(paragraph) / 2 and len(parts) > 2:  # nearer without it
                return "\n\n".join(parts[:-1] if parts[-1].startswith("## ") else parts) + "\n"
            parts.append(paragraph)
            room -= len(paragraph)


def _title(language: Language, random: np.random.Generator) -> str:
    return " ".join(random.choice(language.names, int(random.integers(1, 4))))


def _paragraphs(language: Language, random: np.random.Generator) -> Iterator[str]:
    """A section on one subject: two to five paragraphs, each of one to eight sentences of five to thirty words."""
    counts = random.integers(1, 9, int(random.integers(2, 6)))
    edges = np.cumsum([0, *random.integers(5, 31, counts.sum())]).tolist()
    words = language.say(random, edges[-1], int(random.integers(SUBJECTS)))
    sentences = [_sentence(words[start:end]) for start, end in pairwise(edges)]
    for start, end in pairwise([0, *np.cumsum(counts).tolist()]):
        yield " ".join(sentences[start:end])


def _sentence(words: Sequence[str]) -> str:
    text = " ".join(words)
    return f"{text[0].upper()}{text[1:]}."


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("passages", type=int)
    parser.add_argument("--each", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--every", type=int, default=1)
    options = parser.parse_args()
    language = Language()
    for number in range(0, -(-options.passages // options.each), options.every):
        folder = options.folder / f"{number // 1000:03d}"
        folder.mkdir(parents=True, exist_ok=True)
        random = np.random.default_rng((options.seed, number))
        text = document(language, random, (options.each - 0.2) * CHARACTERS)
        (folder / f"{number:06d}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
