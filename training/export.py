"""A trained reader -> the int8 network that `qa/reader/network.py` runs.

    python training/export.py MODEL_FOLDER TRAINED.pt OUT.onnx [START.safetensors]

With the weights that the training began with it takes the mean of both: nearer to these on what the last training had less of, and no
further from what it brought (Wortsman et al. 2022, arXiv 2109.01903).

Inputs input_ids, attention_mask, token_type_ids, output logits [batch, tokens, 2]. Weights become 8-bit integers, each row with a
scale of its own; what flows between the layers is quantized as it comes (onnxruntime's dynamic quantization).
"""

import sys
import tempfile
from pathlib import Path

import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from train import reader


class Logits(torch.nn.Module):
    """The network as one that takes three tensors and gives one."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, types: torch.Tensor) -> torch.Tensor:
        """[batch, tokens, 2]."""
        hidden = self.model.bert(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state
        logits: torch.Tensor = self.model.qa_outputs(hidden)
        return logits


def main(folder: str, trained: str, out: str, start: str = "") -> None:
    """Write the network."""
    model = reader(Path(folder), start)
    before, after = model.state_dict(), torch.load(trained, map_location="cpu")["model"]
    model.load_state_dict({name: (before[name] + values) / 2 for name, values in after.items()} if start else after)
    names = ["input_ids", "attention_mask", "token_type_ids"]
    axes = {0: "batch", 1: "tokens"}
    with tempfile.TemporaryDirectory() as temporary:
        whole = str(Path(temporary) / "float.onnx")
        example = tuple(torch.ones(2, 16, dtype=torch.long) for _ in names)
        torch.onnx.export(
            Logits(model).eval(),
            example,
            whole,
            input_names=names,
            output_names=["logits"],
            dynamic_axes=dict.fromkeys([*names, "logits"], axes),
            opset_version=17,
            dynamo=False,
        )
        quantize_dynamic(whole, out, weight_type=QuantType.QInt8, per_channel=True)
    print(out, Path(out).stat().st_size)


if __name__ == "__main__":
    main(*sys.argv[1:])
