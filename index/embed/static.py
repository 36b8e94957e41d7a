"""The embedder `static`: the mean of token vectors, from a table that comes with the installation.

Owns where that table lies and how it is read.
"""

import hashlib
import importlib.util
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embed.embedder import Arrived, Batch
from index.embed.rows import EVERYTHING, encodable, own, unit
from index.embed.sketch import packed
from index.errors import EmbedderMissing
from index.passage import Piece

if TYPE_CHECKING:
    import numpy as np
    import tokenizers
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

_TABLE = "weights/l2_supercat_256.safetensors"

FEW = 200
"""Of so many texts the tokens are looked up in the table as it is stored: to widen all of it takes longer."""


class Static:
    """Mean of token vectors from the table inside the wheel of `wordllama`, 256 dimensions.

    The package itself is never imported: that configures logging, and its loader looks for the tokenizer elsewhere.
    """

    name = "static"
    weight = 0.6
    sentence_weight = 0.9
    floor = 0.0
    across = False
    local = True

    @cached_property
    def identity(self) -> str:
        """Its revision is the hash of the table."""
        with open(weights(), "rb") as table:
            digest = hashlib.file_digest(table, "sha256").hexdigest()
        return f"static/l2_supercat_256-{digest[:8]}/256"

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """A thousand at a time."""
        for start in range(0, len(pieces), 1024):
            part = pieces[start : start + 1024]
            table = self._wide_table if len(pieces) > FEW else self._table
            yield list(range(start, start + len(part))), *self._rows(part, table)

    def query(self, text: str) -> "Vectors":
        """The row of one text."""
        row: Vectors = self._rows([Piece(text)], self._table)[0][0]
        return row

    def _rows(self, pieces: Sequence[Piece], table: "NDArray[np.floating[Any]]") -> "tuple[Vectors, list[bytes]]":
        import numpy as np

        encoded = self._tokenizer.encode_batch([encodable(piece.text) for piece in pieces], add_special_tokens=False)
        rows, sketches = np.zeros((len(pieces), table.shape[1]), dtype=np.float32), []
        for row, piece, tokens in zip(rows, pieces, encoded, strict=True):
            vectors = table[tokens.ids].astype(np.float32, copy=False)
            sums = own(tokens.offsets, [EVERYTHING, *piece.sentences]) @ vectors
            row[:] = sums[0]
            sketches.append(packed(sums[1:]) if piece.sentences else b"")
        return unit(rows), sketches

    def like(self, collection: str) -> None:
        """There is one length."""

    @cached_property
    def _table(self) -> "NDArray[np.float16]":
        from safetensors.numpy import load_file

        table: NDArray[np.float16] = load_file(weights())["embedding.weight"]
        return table

    @cached_property
    def _wide_table(self) -> "Vectors":
        import numpy as np

        return self._table.astype(np.float32)

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(_wordllama("tokenizers/l2_supercat_tokenizer_config.json")))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer


def weights() -> Path:
    """Where the table is."""
    return _wordllama(_TABLE)


def _wordllama(file: str) -> Path:
    """A file of the installed wheel; EmbedderMissing when it is not there."""
    spec = importlib.util.find_spec("wordllama")
    for folder in (spec.submodule_search_locations or []) if spec else []:
        if (path := Path(folder) / file).is_file():
            return path
    raise EmbedderMissing(f"The package wordllama is installed without {file}.", "pip install --force-reinstall qa-cited")
