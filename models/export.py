"""Write the shipped weights: the n-gram model, the network as int8 ONNX, its words and tokenizer, one configuration.

`ngrams.npz` holds the n-gram weights, one byte a place and label. `words.npz` holds the vectors of the vocabulary,
one byte a number and one scale a row, looked up outside the graph: they seldom change, so a new network costs the
repository little. `network.onnx` takes words (1, length, width) and mask (1, length) and gives logits (1, 2), its
weights int8. `tokenizer.json` is for the tokenizers library. `config.json` holds labels, calibration, thresholds,
data hash, and seed and configuration of each run.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data import LABELS

NAME = "civility-1.0"
NEUTRAL = {"ngrams": 1.0, "network": 0.0, "bias": 0.0}


def export(run: Path, folder: Path, *, data_hash: str) -> None:
    """Fill `folder` from the run in `run`; where the run has no network yet, with the n-gram model alone."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(run / "ngrams.npz", folder / "ngrams.npz")
    config: dict[str, Any] = {
        "name": NAME,
        "labels": list(LABELS),
        "data": data_hash,
        "calibration": {label: dict.fromkeys(("en", "zh"), NEUTRAL) for label in LABELS},
        "thresholds": {label: {"nudge_at": 0.5, "flag_at": 0.7, "hold_at": 0.9} for label in LABELS},
    }
    if (run / "best.pt").exists():
        config |= _network(run, folder)
    (folder / "config.json").write_text(
        json.dumps(config, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _network(run: Path, folder: Path) -> dict[str, Any]:
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    from models.train import FromWords, load

    net, _, run_config = load(run)
    shutil.copy(run / "tokenizer.json", folder / "tokenizer.json")
    _save_words(net.encoder.embeddings.word_embeddings.weight.detach().numpy(), folder / "words.npz")
    words = torch.zeros(2, 6, net.encoder.config.hidden_size)
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length", max=256)
    with tempfile.TemporaryDirectory() as scratch:
        plain, ready = Path(scratch) / "plain.onnx", Path(scratch) / "ready.onnx"
        torch.onnx.export(
            FromWords(net),
            (words, torch.ones(2, 6, dtype=torch.long)),
            str(plain),
            input_names=["words", "mask"],
            output_names=["logits"],
            dynamic_shapes={"words": {0: batch, 1: length}, "mask": {0: batch, 1: length}},
            dynamo=True,
            external_data=False,
        )
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(folder / "network.onnx"),
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
        )
    return {"tokens": run_config.tokens, "runs": _history(run)}


def _save_words(vectors: NDArray[np.float32], path: Path) -> None:
    scales = np.abs(vectors).max(axis=1, keepdims=True) / 127
    np.savez(path, vectors=np.round(vectors / scales).astype(np.int8), scales=scales.astype(np.float32))


def _history(run: Path) -> list[dict[str, Any]]:
    """Return what every run of the chain was made of, the first one first, without the folders' names."""
    told: dict[str, Any] = json.loads((run / "run.json").read_text())
    start = told.pop("start", None)
    return [*(_history(Path(start)) if start else []), told]
