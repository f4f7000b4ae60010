"""Write the shipped weights: the n-gram model, a folder for each network, one configuration.

`ngrams.npz` holds the n-gram weights, one byte an n-gram and label. In `en/` and `zh/`: `words.npz`, the vectors of the
vocabulary, one byte a number and one scale a row, looked up outside the graph; `network.onnx`, which takes words
(batch, length, width) and mask (batch, length) and gives logits (batch, answers), its weights int8 in 7 bits;
`tokenizer.json` for the tokenizers library. `config.json` holds labels, answers, calibration, thresholds, data hash,
and seed and configuration of each run.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import LABELS
from models.targets import ANSWERS

NAME = "civility-2.5"
NEUTRAL = {"ngrams": 1.0, "bias": 0.0}
OPSET = 17


def export(ngrams: Path, runs: Mapping[str, Sequence[Path]], folder: Path, *, data_hash: str) -> None:
    """Fill `folder` from the n-gram model in the file `ngrams` and the networks' runs by reader, if any.

    Of several runs of a reader the average ships.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if ngrams.resolve() != (folder / "ngrams.npz").resolve():
        shutil.copy(ngrams, folder / "ngrams.npz")
    config: dict[str, Any] = {
        "name": NAME,
        "labels": list(LABELS),
        "answers": list(ANSWERS),
        "data": data_hash,
        "calibration": {label: dict.fromkeys(("en", "zh"), NEUTRAL) for label in LABELS},
        "thresholds": {label: {"nudge_at": 0.5, "flag_at": 0.7, "hold_at": 0.9} for label in LABELS},
        "runs": {},
    }
    for reader, parts in runs.items():
        config["tokens"] = _network(parts, folder / reader)
        config["runs"][reader] = [_history(run) for run in parts]
    (folder / "config.json").write_text(
        json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _network(runs: Sequence[Path], folder: Path) -> int:
    """Write one network and return the tokens of its window."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic

    from models.train import FromWords, load

    net, _, config = load(*runs)
    # What torch writes of its eager attention, ONNX Runtime recognises and fuses when it loads the graph.
    net.encoder.config._attn_implementation = "eager"
    folder.mkdir(exist_ok=True)
    shutil.copy(runs[0] / "tokenizer.json", folder / "tokenizer.json")
    _save_words(net.encoder.embeddings.word_embeddings.weight.detach().numpy(), folder / "words.npz")
    words = torch.zeros(2, 6, net.encoder.config.hidden_size)
    axes = {0: "batch", 1: "length"}
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # torch speaks of its newer exporter, whose graph runs a quarter slower
        plain = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            FromWords(net),
            (words, torch.ones(2, 6, dtype=torch.long)),
            str(plain),
            input_names=["words", "mask"],
            output_names=["logits"],
            dynamic_axes={"words": axes, "mask": axes, "logits": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
        quantize_dynamic(
            str(plain),
            str(folder / "network.onnx"),
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            reduce_range=True,  # sums of products overflow without it where a processor lacks VNNI: other scores there
        )
    return config.tokens


def _save_words(vectors: NDArray[np.float32], path: Path) -> None:
    scales = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9) / 127
    np.savez(path, vectors=np.round(vectors / scales).astype(np.int8), scales=scales.astype(np.float32))


def _history(run: Path) -> dict[str, Any]:
    """Return what a run was made of, and under `start` those that it went on from, without the folders' names.

    Of a shipped network its name and data hash: the rest stands in the configuration that it shipped with.
    """
    from models import shipped

    if shipped.is_shipped(run):
        told = shipped.settings(run)
        return {"shipped": told["name"], "data": told["data"]}
    told = json.loads((run / "run.json").read_text())
    return told | {"start": [_history(Path(folder)) for folder in told["start"]]}
