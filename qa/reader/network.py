"""The network that reads a passage for an answer: its files, and their inference on this machine's processor.

Owns what it is given and what it says of each sentence. Six layers from all-MiniLM-L6-v2 (Apache-2.0), trained by
`training/train.py` to find the first and the last token of an answer among several passages, or [CLS] where none has it (Devlin
et al. 2019, arXiv 1810.04805, section 4.3; Clark and Gardner 2018, arXiv 1710.10723); docs/reader.md says on what, and how well
it does.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from index.catalog.words import stem
from index.embed.inference import padded, session, words
from index.embed.rows import encodable
from index.passage import LEVEL, Hit
from index.process.machine import begun, processors

if TYPE_CHECKING:
    import numpy as np
    import tokenizers
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]

FOLDER = Path(__file__).parent / "weights"

WINDOW, QUESTION_TOKENS, HEAD_TOKENS = 200, 48, 24
"""Tokens of a passage read at once, of a question, and of what a passage is headed by."""

_CLS, _SEP = 101, 102
"""Tokens before a question, and behind it and behind a passage."""

_TELLING = re.compile(r"[^\W\d]{2,}|(?:19|20)\d\d")
"""Words of a file's name that tell what it is about."""

_UNREAD = -20.0
"""What is said of a sentence that has no token of its own."""


@dataclass(frozen=True, slots=True)
class _Window:
    """A run of whole sentences of one hit, as token ids, and where each sentence's tokens stand: half-open, from 0."""

    hit: int
    tokens: list[int]
    spans: dict[int, tuple[int, int]]
    typed: int


class Network:
    """Loaded in a thread of its own, while the search is under way; kept for the questions of a process."""

    def __init__(self) -> None:
        import_module("numpy")  # two threads that import it at once, as onnxruntime and the vectors do, get a half of it each
        self.loaded = begun(lambda: (session(FOLDER / "reader.onnx", threads=1), _tokenizer())[0])
        """Waits for the session; raises what onnxruntime and tokenizers raise, bare Exceptions."""

    def margins(self, question: str, hits: Sequence[Hit]) -> list[list[float]]:
        """For each sentence of each hit, how much rather the answer stands in it than not in its passage, in logits.

        The mean of the log odds that the answer begins, and that it ends, at any token of the sentence rather than nowhere in
        the passage; below 0 for "no answer".
        """
        from concurrent.futures import ThreadPoolExecutor

        import numpy as np

        found = [[_UNREAD] * len(hit.sentences) for hit in hits]
        self.loaded()  # here, and not in the pool's threads, which a Ctrl-C would wait for
        windows = list(self._windows(question, hits))
        with ThreadPoolExecutor(processors()) as pool:  # two thirds of the time of all in one run by all processors
            for window, said in zip(windows, pool.map(self._run, windows), strict=True):
                null = said[0]
                for n, (first, last) in window.spans.items():
                    margin = float(np.mean(np.logaddexp.reduce(said[first:last] - null, axis=0)))
                    found[window.hit][n] = max(found[window.hit][n], margin)
        return found

    def _windows(self, question: str, hits: Sequence[Hit]) -> Iterator[_Window]:
        """Each passage in as many windows as it takes, each behind the question and what the passage is headed by."""
        asked = self._ids(question)[:QUESTION_TOKENS]
        for number, hit in enumerate(hits):
            head = self._ids(headed(hit))[:HEAD_TOKENS]
            encoded = _tokenizer().encode_batch(
                [encodable(hit.sentence(span)) for span in hit.sentences], add_special_tokens=False
            )
            before = [_CLS, *asked, _SEP, *head]
            tokens = list(before)
            spans: dict[int, tuple[int, int]] = {}
            for n, sentence in enumerate(encoded):
                ids = sentence.ids[:WINDOW]
                if spans and len(tokens) + len(ids) > len(before) + WINDOW:
                    yield _Window(number, [*tokens, _SEP], spans, len(asked) + 2)
                    tokens, spans = list(before), {}
                if ids:
                    spans[n] = (len(tokens), len(tokens) + len(ids))
                    tokens += ids
            if spans:
                yield _Window(number, [*tokens, _SEP], spans, len(asked) + 2)

    def _run(self, window: _Window) -> "Numbers":
        """The logits, (tokens, 2)."""
        inputs = padded([window.tokens])
        inputs["token_type_ids"][0, window.typed :] = 1
        logits: Numbers = self.loaded().run(None, inputs)[0][0]
        return logits

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = _tokenizer().encode(encodable(text), add_special_tokens=False).ids
        return ids


def is_common(word: str, most: int | None = None) -> bool:
    """Whether a word is one of the 20,000 or so that the network's vocabulary has whole, or of so many of its most frequent."""
    rank: int | None = _tokenizer().token_to_id(word.lower())
    return rank is not None and (most is None or rank < most)


@cache
def _tokenizer() -> "tokenizers.Tokenizer":
    return words()


@cache
def network() -> Network | None:
    """The one of this process, being loaded; None where its file did not come with the installation."""
    return Network() if (FOLDER / "reader.onnx").is_file() else None


def opened(notice: Callable[[str], None]) -> Network | None:
    """The same, loaded; where it cannot be it is None, and that is told."""
    net = network()
    try:
        if net:
            net.loaded()
    except Exception as error:  # noqa: BLE001 (whatever is wrong with its files or its library, there is an answer without it)
        notice(f"The local reader cannot be loaded ({str(error).splitlines()[0] if str(error) else type(error).__name__}).")
        return None
    return net


def headed(hit: Hit) -> str:
    """What a passage is headed by: the document's title, or the words of its file's name, and the last of its headings."""
    title = hit.title.strip() or " ".join(w for w in re.split(r"[\W_]+", stem(hit.place.source)) if _TELLING.fullmatch(w))
    last = hit.heading.rpartition(LEVEL)[2]
    return "".join(f"{name}. " for name in dict.fromkeys((title, last)) if name)
