"""Networks in ONNX on this machine's processor: how one is opened, and token ids as it takes them."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.process.machine import processors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Ids = NDArray[np.int64]


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
