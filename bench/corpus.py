"""Documents of made-up words that look like real ones to a splitter, a keyword index and an embedder.

    python bench/corpus.py FOLDER PASSAGES [--each 20] [--seed 1] [--every 1]

Writes Markdown files of about `each` passages as qa splits them, a thousand a subfolder. Words follow Zipf's law, half of them
from the subject of the section; there are headings, names, years, and paragraphs of several lengths. The same numbers make the
same bytes; `--every 3` with another seed writes every third file anew.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

CHARACTERS = 602
"""A passage has so many on the average (`index/split.py`, version 2), and a file a fifth of a passage more than that gives."""

WORDS, SUBJECTS, OWN = 30_000, 2_000, 150
"""Words of the language, subjects of sections, words that a subject has of its own."""

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
        lengths = random.integers(2, 5, 3 * WORDS)
        made = dict.fromkeys("".join(random.choice(SYLLABLES, length)) for length in lengths)
        content = [word for word in made if word not in FUNCTION][: WORDS - len(FUNCTION)]
        self.words = np.array(FUNCTION + content, dtype=object)
        self.names = np.array([word.capitalize() for word in content[::-1][:4000]], dtype=object)
        self.often = np.cumsum(1 / (np.arange(len(self.words)) + 2.7))
        self.subjects = random.integers(len(FUNCTION), len(self.words), (SUBJECTS, OWN))
        self.own = np.cumsum(1 / (np.arange(OWN) + 2.7))

    def say(self, random: np.random.Generator, count: int, subject: int) -> list[str]:
        """Words in a row; every second content word belongs to the subject."""
        ids = np.searchsorted(self.often, random.random(count) * self.often[-1])
        own = self.subjects[subject, np.searchsorted(self.own, random.random(count) * self.own[-1])]
        ids = np.where((ids >= len(FUNCTION)) & (random.random(count) < 0.5), own, ids)
        words = self.words[ids]
        named = random.random(count) < 0.03
        words[named] = random.choice(self.names, int(named.sum()))
        dated = np.flatnonzero(random.random(count) < 0.005)
        words[dated] = [str(year) for year in random.integers(1600, 2030, len(dated))]
        return words.tolist()  # type: ignore[no-any-return]


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
