"""Models in folders, as operators bring them, but very small: tables of what each word means."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save_model
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

WIDTH = 16
OPSET = [helper.make_opsetid("", 17)]


def write_text_model(
    folder: Path, topics: Mapping[str, Sequence[str]], *, seed: int = 0, spoilt: str = ""
) -> Path:
    """Words of one topic lie near each other. `spoilt` makes it lie: "nan", "shape", or "flat"."""
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = _tokenizer([word for words in topics.values() for word in words])
    tokenizer.save(str(folder / "tokenizer.json"))
    rng = np.random.default_rng(seed)
    table = rng.normal(0, 0.2, (tokenizer.get_vocab_size(), WIDTH))
    for words in topics.values():
        middle = rng.normal(0, 1, WIDTH)
        for word in words:
            table[tokenizer.token_to_id(word)] += middle
    if spoilt == "nan":
        table[:] = np.nan
    _save(folder, *_graph(table.astype(np.float32), spoilt))
    return folder


def _tokenizer(words: Sequence[str]) -> Tokenizer:
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordLevelTrainer(special_tokens=["[PAD]", "[UNK]"], show_progress=False)
    tokenizer.train_from_iterator(words, trainer)
    return tokenizer


def _graph(table: np.ndarray, spoilt: str) -> tuple[Any, Any, Any, Any]:
    """A row for each token: what is in the table. Pooling is left to who reads it."""
    read = helper.make_node("Gather", ["table", "input_ids"], ["last_hidden_state"])
    weights = [numpy_helper.from_array(table, "table")]
    names = ("input_ids", "attention_mask")
    inputs = [helper.make_tensor_value_info(one, TensorProto.INT64, ["n", "t"]) for one in names]
    nodes, out = [read], "last_hidden_state"
    shape: list[Any] = ["n", "t", WIDTH]
    if spoilt == "shape":
        # One row, however many texts there are.
        nodes.append(helper.make_node("ReduceMean", [out], ["all"], axes=[0, 1], keepdims=0))
        weights.append(numpy_helper.from_array(np.array([1, -1]), "flat"))
        nodes.append(helper.make_node("Reshape", ["all", "flat"], ["sentence_embedding"]))
        out, shape = "sentence_embedding", [1, WIDTH]
    return nodes, weights, inputs, helper.make_tensor_value_info(out, TensorProto.FLOAT, shape)


def write_picture_model(folder: Path, side: int = 8) -> Path:
    """It says how light each row of points is."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"size": {"height": side, "width": side}, "resample": 0}
    (folder / "preprocessor_config.json").write_text(json.dumps(told))
    node = helper.make_node(
        "ReduceMean", ["pixel_values"], ["image_embeds"], axes=[1, 3], keepdims=0
    )
    shape: list[Any] = ["n", 3, side, side]
    given = helper.make_tensor_value_info("pixel_values", TensorProto.FLOAT, shape)
    found = helper.make_tensor_value_info("image_embeds", TensorProto.FLOAT, ["n", side])
    _save(folder, [node], [], [given], found)
    return folder


def _save(folder: Path, nodes: Any, weights: Any, inputs: Any, output: Any) -> None:
    graph = helper.make_graph(nodes, "small", inputs, [output], weights)
    save_model(helper.make_model(graph, opset_imports=OPSET, ir_version=8), folder / "model.onnx")
