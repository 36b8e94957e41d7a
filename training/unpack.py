"""The int8 network of the package -> weights that training goes on from, and that export.py takes the mean with.

    python training/unpack.py MODEL_FOLDER READER.onnx START.safetensors

Of the onnx file the layers' matrices have no names: each is the one of the encoder's that it is most like, as no training has moved
them far. The embeddings, which no training moved, are the encoder's own.
"""

import sys
from pathlib import Path

import numpy as np
import onnx
from safetensors.numpy import load_file, save_file

Weights = dict[str, np.ndarray]


def matrices(graph: onnx.GraphProto) -> list[np.ndarray]:
    """Each matrix of 8-bit integers by its scales, (out, in), in the order of the graph."""
    stored = {one.name: onnx.numpy_helper.to_array(one) for one in graph.initializer}
    names = [node.input[1].removesuffix("_quantized") for node in graph.node if node.op_type == "MatMulInteger"]
    found = []
    for name in names:
        zero = stored[f"{name}_zero_point"].astype(np.float32)
        found.append(np.ascontiguousarray(((stored[f"{name}_quantized"] - zero) * stored[f"{name}_scale"]).T, np.float32))
    return found


def weights(encoder: Weights, graph: onnx.GraphProto) -> Weights:
    """All that a reader has: biases and norms by their names, matrices by likeness."""
    kept = {one.name.removeprefix("model."): one for one in graph.initializer if one.name.startswith("model.")}
    plain = [name for name in kept if name.endswith((".bias", "LayerNorm.weight"))]
    found = {name: onnx.numpy_helper.to_array(kept[name]) for name in plain}
    found |= {f"bert.{name}": matrix for name, matrix in encoder.items() if "_embeddings." in name}
    left = {name for name, matrix in encoder.items() if name.startswith("encoder.") and matrix.ndim == 2}
    for matrix in matrices(graph):
        if len(matrix) == 2:
            found["qa_outputs.weight"] = matrix
            continue
        alike = [(float((encoder[name] * matrix).sum()), name) for name in left if encoder[name].shape == matrix.shape]
        name = max(alike)[1]
        left.remove(name)
        found[f"bert.{name}"] = matrix
    assert not left, left
    return found


def main(folder: str, reader: str, out: str) -> None:
    """Write the weights."""
    save_file(weights(load_file(Path(folder) / "model.safetensors"), onnx.load(reader).graph), out)


if __name__ == "__main__":
    main(*sys.argv[1:])
