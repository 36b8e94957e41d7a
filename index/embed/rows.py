"""Tokens and rows as the local embedders need them: which tokens a sentence has, rows of length 1."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

from index.passage import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

EVERYTHING: Span = (-1, 1 << 40)
"""As a sentence it has every token of a text, one of no length too."""


def own(tokens: Sequence[Span], sentences: Sequence[Span]) -> "Vectors":
    """What adds up the vectors of each sentence's own tokens: (sentences, tokens), 1.0 where one has a part of the other."""
    import numpy as np

    start, end = np.fromiter(chain.from_iterable(tokens), dtype=np.int64, count=2 * len(tokens)).reshape(-1, 2).T
    first, last = np.array(sentences).T
    own: Vectors = ((start < last[:, None]) & (end > first[:, None])).astype(np.float32)
    return own


def unit(rows: "Vectors") -> "Vectors":
    """Rows of length 1; a row of zeros, as an empty text has, becomes the first axis."""
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    empty = lengths[:, 0] == 0
    unit: Vectors = (rows / np.where(lengths == 0, 1, lengths)).astype(np.float32, copy=False)
    unit[empty, 0] = 1
    return unit


def encodable(text: str) -> str:
    """Lone surrogates, as an argument of the command line may hold, become "?": no tokenizer takes them."""
    return text.encode("utf-8", "replace").decode()
