"""What a model from a folder says of texts: numbers by meaning, which words that never met share.

A folder is what Hugging Face's exports to ONNX hold: `model.onnx` (there or in `onnx/`), `tokenizer.json`,
and, where they are, `config.json`, `sentence_bert_config.json` and `1_Pooling/config.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
# A change of how they are made is another version: what was kept is made anew.
VERSION = 1
# Tokens of a text, characters that are cut into tokens at all, and tokens that are in memory at once.
MOST_TOKENS, MOST_CHARACTERS, AT_ONCE = 512, 20_000, 8_192
MOST_WIDTH = 4_096
# Where what a model says stands beside words: how long the row of words is, while that of the model is 1,
# and how strongly lines are held back. Decision 0049 has what was measured.
WORDS_BESIDE, BESIDE_ALPHA = np.float32(0.5), 3e-5
# What is pooled already comes first; then what has a row for each token.
OUTPUTS = ("sentence_embedding", "text_embeds", "last_hidden_state", "token_embeddings")
PACKAGES = ("onnxruntime", "tokenizers")


class BadModel(ValueError):
    """What is wrong with a model, in a sentence for whoever set it up."""


class Weights(NamedTuple):
    """Of which model it is said, and by what: the SHA-256 of all files that decide what it says."""

    name: str
    sha256: str


def check_folder(folder: Path, *needed: str) -> Path:
    """Its `model.onnx`. Raises BadModel where the extra is not installed, or a file is missing."""
    if missing := [one for one in PACKAGES if find_spec(one) is None]:
        raise BadModel(
            f"{' and '.join(missing)} cannot be imported. Install what embeddings need with"
            " `pip install --require-hashes -r requirements-embeddings.lock`."
        )
    if not folder.is_dir():
        raise BadModel(f"{folder} is no folder.")
    found = [
        one for one in (folder / "model.onnx", folder / "onnx" / "model.onnx") if one.is_file()
    ]
    if not found:
        raise BadModel(f"{folder} holds no model.onnx. Export the model to ONNX, and put it there.")
    for name in needed:
        if not (folder / name).is_file():
            raise BadModel(f"{folder} holds no {name}. It comes with the model: put it beside it.")
    return found[0]


def weights_of(folder: Path, *needed: str) -> Weights:
    """Raises BadModel. The files are read once in each process, until they change."""
    model = check_folder(folder, *needed)
    # Of a large model the weights lie beside it.
    beside = sorted(one for one in model.parent.glob("model.onnx[_.]*") if one.is_file())
    more = [*needed, "config.json", "sentence_bert_config.json", "1_Pooling/config.json"]
    files = [model, *beside, *(folder / one for one in more if (folder / one).is_file())]
    digests = [_digest(one, (one.stat().st_mtime_ns, one.stat().st_size)) for one in files]
    return Weights(folder.resolve().name, sha256(" ".join(digests).encode()).hexdigest())


@lru_cache(maxsize=32)
def _digest(file: Path, _: tuple[int, int]) -> str:
    digest = sha256()
    with file.open("rb") as opened:
        while piece := opened.read(1 << 20):
            digest.update(piece)
    return digest.hexdigest()


class Session:
    """A model that is loaded, in few threads; what the runtime says against it is a BadModel."""

    def __init__(self, file: Path, threads: int) -> None:
        import onnxruntime  # noqa: PLC0415  (an optional extra)

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 4
        try:
            self._run = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        # The runtime has no kind of error of its own to name.
        except Exception as broken:
            raise BadModel(f"{file} cannot be loaded: {_first_line(broken)}") from broken
        self.inputs = [one.name for one in self._run.get_inputs()]
        self.outputs = [one.name for one in self._run.get_outputs()]

    def output(self, wanted: Sequence[str]) -> str:
        """The first of these that it has, else its first."""
        return next((one for one in wanted if one in self.outputs), self.outputs[0])

    def __call__(self, output: str, given: Mapping[str, Any]) -> Floats:
        try:
            (found,) = self._run.run([output], dict(given))
        except Exception as broken:
            raise BadModel(f"The model stopped: {_first_line(broken)}") from broken
        return np.asarray(found, np.float32)


class TextModel:
    """Rows of length 1 for texts, and of zeros where nothing is to be read.

    A row for each token is pooled by its mean over the tokens that are there (Reimers and Gurevych
    2019), or is that of the first where the model's own `1_Pooling/config.json` says so.
    """

    def __init__(self, folder: Path, *, threads: int) -> None:
        from tokenizers import Tokenizer  # noqa: PLC0415  (an optional extra)

        file = check_folder(folder, "tokenizer.json")
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as broken:
            raise BadModel(f"tokenizer.json cannot be read: {_first_line(broken)}") from broken
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_most_tokens(folder))
        self._session = Session(file, threads)
        if "input_ids" not in self._session.inputs:
            raise BadModel("The model does not take input_ids, so it reads no texts.")
        self._output = self._session.output(OUTPUTS)
        self._is_first = bool(_told(folder / "1_Pooling/config.json").get("pooling_mode_cls_token"))

    def __call__(
        self, texts: Sequence[str], heard: Callable[[int], None] = lambda _: None
    ) -> Floats:
        """Texts x width; `heard` is told how many are done. Raises BadModel."""
        cut = [text[:MOST_CHARACTERS] for text in texts]
        read = [np.array(one.ids, np.int64) for one in self._tokenizer.encode_batch(cut)]
        # With one text at least the width is known.
        at = np.array([place for place, text in enumerate(cut) if text.strip()] or [0][: len(cut)])
        rows: Floats = np.zeros((len(texts), 0), np.float32)
        done = 0
        for some in batches([read[place].size for place in at.tolist()]):
            places = at[some]
            said = unit(self._said([read[place] for place in places.tolist()]))
            if not rows.shape[1]:
                rows = np.zeros((len(texts), said.shape[1]), np.float32)
            if said.shape[1] != rows.shape[1]:
                raise BadModel("The model gives more numbers for some texts than for others.")
            rows[places] = said
            done += len(some)
            heard(done)
        rows[[place for place, text in enumerate(cut) if not text.strip()]] = 0
        return rows

    def _said(self, ids: Sequence[NDArray[np.int64]]) -> Floats:
        longest = max(1, *(one.size for one in ids))
        given = {name: np.zeros((len(ids), longest), np.int64) for name in self._session.inputs}
        mask = np.zeros((len(ids), longest), np.int64)
        for row, one in enumerate(ids):
            given["input_ids"][row, : one.size] = one
            mask[row, : one.size] = 1
        if "attention_mask" in given:
            given["attention_mask"] = mask
        if "position_ids" in given:
            given["position_ids"] = np.tile(np.arange(longest), (len(ids), 1))
        found = self._session(self._output, given)
        if found.ndim == 3 and found.shape[:2] == mask.shape:
            found = found[:, 0] if self._is_first else pooled(found, mask)
        return checked(found, len(ids))


def pooled(found: Floats, mask: NDArray[np.int64]) -> Floats:
    """The mean over what is there.

    >>> found = np.array([[[1.0], [3.0], [9.0]]], np.float32)
    >>> pooled(found, np.array([[1, 1, 0]])).tolist()
    [[2.0]]
    """
    weight = mask[:, :, None].astype(np.float32)
    # What is not there may be anything, even no number.
    there = np.where(weight > 0, found, 0)
    return np.asarray(there.sum(axis=1) / np.maximum(weight.sum(axis=1), 1), np.float32)


def checked(found: Floats, number: int) -> Floats:
    """A row for each, of numbers. Raises BadModel."""
    if found.ndim != 2 or found.shape[0] != number or not 1 <= found.shape[1] <= MOST_WIDTH:
        raise BadModel(
            f"The model gives {' x '.join(map(str, found.shape))} numbers for {number}:"
            f" it must be a row for each, of 1 to {MOST_WIDTH}."
        )
    if not np.isfinite(found).all():
        raise BadModel("The model gives what is no number (NaN or infinity).")
    return found


def unit(found: Floats) -> Floats:
    """
    >>> unit(np.array([[3.0, 4.0], [0.0, 0.0]], np.float32)).round(1).tolist()
    [[0.6000000238418579, 0.800000011920929], [0.0, 0.0]]
    """
    length = np.sqrt((found.astype(float) ** 2).sum(axis=1, keepdims=True))
    return np.asarray(found / np.where(length > 0, length, 1), np.float32)


def batches(sizes: Sequence[int], most: int = AT_ONCE) -> Iterator[list[int]]:
    """Places by size, the longest first, so that little is filled up; of `most` tokens with what fills
    them up.

    >>> list(batches([1, 4, 2, 1], most=4))
    [[1], [2, 0], [3]]
    """
    group: list[int] = []
    longest = 0
    for place in sorted(range(len(sizes)), key=lambda one: -sizes[one]):
        if group and (len(group) + 1) * longest > most:
            yield group
            group = []
        longest = longest if group else max(sizes[place], 1)
        group.append(place)
    if group:
        yield group


def _most_tokens(folder: Path) -> int:
    """Of a text, as the model says of itself, and never more than MOST_TOKENS."""
    told = [
        _told(folder / "sentence_bert_config.json").get("max_seq_length"),
        _told(folder / "config.json").get("max_position_embeddings"),
    ]
    return min([MOST_TOKENS, *(one for one in told if isinstance(one, int) and one >= 8)])


def _told(file: Path) -> dict[str, Any]:
    """What a file of settings says; nothing where there is none. Raises BadModel."""
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text())
    except ValueError as broken:
        raise BadModel(f"{file} cannot be read: {broken}") from broken
    return found if isinstance(found, dict) else {}


def _first_line(broken: Exception) -> str:
    return (str(broken).splitlines() or [type(broken).__name__])[0][:200]
