"""Read a shipped network back, so that training can go on from it where a run's checkpoint is no longer at hand.

What rounding took away stays lost: some thousandths of each weight, which a few hundred steps of training heal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper

NEW_ANSWER_STARTS_AS = "attack"  # what an answer that the shipped network does not give begins with
_LINEAR = re.compile(r"/(encoder/encoder/layer\.\d+/.+|head)/(?:Gemm_)?MatMul_quant$")


def state(folder: Path, answers: Sequence[str]) -> dict[str, torch.Tensor]:
    """Return the weights of the network in `folder`, under the names of `train.CivilityNet`, giving `answers`."""
    graph = onnx.load(folder / "network.onnx").graph
    tensors = {part.name: numpy_helper.to_array(part) for part in graph.initializer}
    found = {name.removeprefix("net."): array for name, array in tensors.items() if name.startswith("net.")}
    found = {name: array for name, array in found.items() if "_Transposed_" not in name}
    for node in graph.node:
        if node.op_type == "MatMulInteger" and (linear := _LINEAR.match(node.name)):
            name = linear.group(1).replace("/", ".")
            found[f"{name}.weight"] = _widened(tensors, node.input[1].removesuffix("_quantized")).T
    with np.load(folder / "words.npz") as words:
        found["encoder.embeddings.word_embeddings.weight"] = words["vectors"] * words["scales"]
    given: list[str] = settings(folder)["answers"]
    rows = [given.index(answer if answer in given else NEW_ANSWER_STARTS_AS) for answer in answers]
    found["head.weight"], found["head.bias"] = found["head.weight"][rows], found["head.bias"][rows]
    return {name: torch.from_numpy(np.array(array, dtype=np.float32)) for name, array in found.items()}


def is_shipped(run: Path) -> bool:
    """Return whether the folder holds a shipped network rather than a run."""
    return (run / "network.onnx").exists()


def settings(folder: Path) -> dict[str, Any]:
    """Return what config.json says of the weights that the network in `folder` is one of."""
    told: dict[str, Any] = json.loads((folder.parent / "config.json").read_text(encoding="utf-8"))
    return told


def _widened(tensors: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    quantized = tensors[f"{name}_quantized"].astype(np.float32)
    widened: NDArray[np.float32] = (quantized - tensors[f"{name}_zero_point"]) * tensors[f"{name}_scale"]
    return widened
