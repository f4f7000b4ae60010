"""Write the shipped weights: the n-gram model, the network as int8 ONNX, its tokenizer, one configuration.

ngrams.npz      n-gram weights, one byte a place and label
network.onnx    inputs ids, mask (1, length); output logits (1, 2); dynamic int8 weights
tokenizer.json  for the tokenizers library
config.json     labels, calibration, thresholds, data hash, seed and configuration of each run
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

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

    from models.train import load

    net, _, run_config = load(run)
    shutil.copy(run / "tokenizer.json", folder / "tokenizer.json")
    ids = torch.tensor([[0, 5, 6, 7, 8, 2], [0, 5, 6, 2, 1, 1]])
    batch, length = torch.export.Dim("batch"), torch.export.Dim("length", max=256)
    with tempfile.TemporaryDirectory() as scratch:
        plain, ready = Path(scratch) / "plain.onnx", Path(scratch) / "ready.onnx"
        torch.onnx.export(
            net,
            (ids, (ids != 1).long()),
            str(plain),
            input_names=["ids", "mask"],
            output_names=["logits"],
            dynamic_shapes={"ids": {0: batch, 1: length}, "mask": {0: batch, 1: length}},
            dynamo=True,
            external_data=False,
        )
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(folder / "network.onnx"),
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm", "Gather"],
            per_channel=True,
        )
    return {"tokens": run_config.tokens, "runs": _history(run)}


def _history(run: Path) -> list[dict[str, Any]]:
    """Return what every run of the chain was made of, the first one first, without the folders' names."""
    told: dict[str, Any] = json.loads((run / "run.json").read_text())
    start = told.pop("start", None)
    return [*(_history(Path(start)) if start else []), told]
