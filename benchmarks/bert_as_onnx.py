"""Writes a BERT of a folder in the hub's form (model.safetensors, config.json) as the ONNX model that
Concord reads, without PyTorch: `python benchmarks/bert_as_onnx.py FOLDER`, then FOLDER/model.onnx is there.
"""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper, save

Arrays = dict[str, np.ndarray]


def read_safetensors(file: Path) -> Arrays:
    content = file.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    head = json.loads(content[8 : 8 + length])
    kinds = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
    return {
        name.removeprefix("bert."): np.frombuffer(
            content[8 + length + one["data_offsets"][0] : 8 + length + one["data_offsets"][1]],
            kinds[one["dtype"]],
        ).reshape(one["shape"])
        for name, one in head.items()
        if name != "__metadata__"
    }


class Graph:
    """Nodes and weights as they come; each method gives the name of what it computes."""

    def __init__(self, arrays: Arrays, config: dict[str, Any]) -> None:
        self.arrays, self.config = arrays, config
        self.nodes: list[Any] = []
        self.weights: dict[str, Any] = {}

    def node(self, kind: str, *inputs: str, **more: Any) -> str:
        name = f"v{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **more))
        return name

    def weight(self, name: str, *, is_turned: bool = False) -> str:
        array = self.arrays[name].astype(np.float32)
        self.weights[name] = np.ascontiguousarray(array.T if is_turned else array)
        return name

    def constant(self, value: Any) -> str:
        array = np.array(value)
        name = f"c{array.dtype}{array.tolist()}"
        self.weights[name] = array
        return name

    def line(self, name: str, given: str) -> str:
        by = self.node("MatMul", given, self.weight(f"{name}.weight", is_turned=True))
        return self.node("Add", by, self.weight(f"{name}.bias"))

    def norm(self, name: str, given: str) -> str:
        parts = [self.weight(f"{name}.{part}") for part in ("weight", "bias")]
        epsilon = self.config["layer_norm_eps"]
        return self.node("LayerNormalization", given, *parts, axis=-1, epsilon=epsilon)

    def embedded(self) -> str:
        start = "embeddings."
        words = self.weight(f"{start}word_embeddings.weight")
        kinds = self.weight(f"{start}token_type_embeddings.weight")
        both = self.node(
            "Add",
            self.node("Gather", words, "input_ids"),
            self.node("Gather", kinds, "token_type_ids"),
        )
        end = self.node("Shape", "input_ids", start=1, end=2)
        first = self.constant(np.array([0]))
        places = self.weight(f"{start}position_embeddings.weight")
        place = self.node("Slice", places, first, end, first)
        return self.norm(f"{start}LayerNorm", self.node("Add", both, place))

    def layer(self, at: int, given: str, hidden: str) -> str:
        start = f"encoder.layer.{at}."
        heads = self.config["num_attention_heads"]
        each = self.config["hidden_size"] // heads
        shape = self.constant(np.array([0, 0, heads, each]))
        query, key, value = (
            self.node(
                "Transpose",
                self.node("Reshape", self.line(f"{start}attention.self.{name}", given), shape),
                perm=[0, 2, 3, 1] if name == "key" else [0, 2, 1, 3],
            )
            for name in ("query", "key", "value")
        )
        size = self.constant(np.float32(np.sqrt(each)))
        score = self.node("Add", self.node("Div", self.node("MatMul", query, key), size), hidden)
        seen = self.node("MatMul", self.node("Softmax", score, axis=-1), value)
        flat = self.constant(np.array([0, 0, heads * each]))
        joined = self.node("Reshape", self.node("Transpose", seen, perm=[0, 2, 1, 3]), flat)
        out = self.line(f"{start}attention.output.dense", joined)
        middle = self.norm(f"{start}attention.output.LayerNorm", self.node("Add", out, given))
        wide = self.node("Gelu", self.line(f"{start}intermediate.dense", middle))
        out = self.line(f"{start}output.dense", wide)
        return self.norm(f"{start}output.LayerNorm", self.node("Add", out, middle))

    def model(self) -> Any:
        mask = self.node("Cast", "attention_mask", to=TensorProto.FLOAT)
        away = self.node("Sub", self.constant(np.float32(1)), mask)
        hidden = self.node("Mul", away, self.constant(np.float32(-1e9)))
        hidden = self.node("Unsqueeze", hidden, self.constant(np.array([1, 2])))
        last = self.embedded()
        for at in range(self.config["num_hidden_layers"]):
            last = self.layer(at, last, hidden)
        self.nodes.append(helper.make_node("Identity", [last], ["last_hidden_state"]))
        ids = ("input_ids", "attention_mask", "token_type_ids")
        width = self.config["hidden_size"]
        graph = helper.make_graph(
            self.nodes,
            "bert",
            [helper.make_tensor_value_info(one, TensorProto.INT64, ["n", "t"]) for one in ids],
            [
                helper.make_tensor_value_info(
                    "last_hidden_state", TensorProto.FLOAT, ["n", "t", width]
                )
            ],
            [numpy_helper.from_array(one, name) for name, one in self.weights.items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def main(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    made = Graph(read_safetensors(folder / "model.safetensors"), config).model()
    checker.check_model(made)
    save(made, folder / "model.onnx")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
