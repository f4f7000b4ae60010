"""Train the transformer side: `python -m models train --data DIR --packages DIR --out DIR`. Resumable.

One network for both languages and both labels: the lower layers of a multilingual encoder (base.py), the
mean and the first position of its last layer, one linear layer to two logits. A label that a row does not
carry is masked. Runs on CUDA where there is one, otherwise on the CPU.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from transformers import BertConfig, BertModel

from models import data
from models.base import base_encoder, small_tokenizer
from models.data import LABELS, UNKNOWN, Row
from models.normalise import normalise
from models.windows import head_and_tail

PAD = 1


@dataclass(frozen=True)
class Config:
    """What a run is made of; saved beside the weights."""

    seed: int = 1
    layers: int = 6
    pieces: int = 18_000  # vocabulary
    tokens: int = 128  # longest input in training: head and tail of a longer one
    batch: int = 32
    rows: int = 60_000  # most rows seen in this run, drawn as data.SAMPLES says
    rate: float = 3e-4  # peak learning rate of the encoder; the head's is ten times that
    final_rate: float = 0.02  # share of the peak at the end
    warm_up: float = 0.06  # share of the steps
    weight_decay: float = 0.01
    dropout: float = 0.1
    freeze_words: bool = False  # leave the pieces' vectors as they are: only network.onnx changes then
    check_every: int = 400  # steps between two looks at the dev rows
    check_rows: int = 1_000


class CivilityNet(torch.nn.Module):
    """Token numbers and mask (batch, length) -> logits (batch, 2): attack, spam."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        self.drop = torch.nn.Dropout(0.1)
        self.head = torch.nn.Linear(2 * encoder.config.hidden_size, len(LABELS))

    def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.from_words(self.encoder.embeddings.word_embeddings(ids), mask)

    def from_words(self, words: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the logits from the vectors (batch, length, width) of the tokens."""
        states = self.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state
        weights = mask.unsqueeze(-1).to(states.dtype)
        mean = (states * weights).sum(1) / weights.sum(1)
        logits: torch.Tensor = self.head(self.drop(torch.cat([mean, states[:, 0]], dim=1)))
        return logits


class FromWords(torch.nn.Module):
    """The network as it ships: the vectors of the tokens are looked up outside the graph."""

    def __init__(self, net: CivilityNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, words: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        return self.net.from_words(words, mask)


def train(
    splits: dict[str, list[Row]], config: Config, *, packages: Path, out: Path, start: Path | None
) -> None:
    """Train into `out`: `last.pt` to resume from, `best.pt` by mean validation AUC, tokenizer, log and config.

    `start` names the folder of an earlier run to go on from with this run's rows and rate.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(min(2, torch.get_num_threads()))
    net, tokenizer = _network(splits["train"], config, packages=packages, out=out, start=start)
    net.encoder.embeddings.word_embeddings.weight.requires_grad_(not config.freeze_words)
    net.to(device)
    rows = data.transformer_sample(splits["train"], seed=config.seed)[: config.rows]
    batches = _batches(rows, tokenizer, config)
    dev = _dev_rows(splits["dev"], config)
    optimiser = _optimiser(net, config)
    step, best = _resume(out, net, optimiser)
    (out / "run.json").write_text(
        json.dumps(
            {
                "config": asdict(config),
                "data": data.fingerprint(rows),
                "rows": len(rows),
                "start": str(start) if start else None,
            },
            indent=1,
        )
    )
    print(f"{len(rows)} rows, {len(batches)} steps, from step {step}, on {device}", flush=True)
    began, recent = time.monotonic(), 0.0
    for index in range(step, len(batches)):
        recent += _step(
            net, optimiser, batches[index], rate=_rate(index, len(batches), config), device=device
        )
        if (index + 1) % 50 == 0:
            pace = (time.monotonic() - began) / (index + 1 - step)
            print(f"step {index + 1} loss {recent / 50:.4f} {pace:.2f} s/step", flush=True)
            recent = 0.0
        if (index + 1) % config.check_every == 0 or index + 1 == len(batches):
            scores = validate(net, tokenizer, dev, config, device=device)
            mean = float(np.mean(list(scores.values())))
            print(f"step {index + 1} dev {mean:.4f} {scores}", flush=True)
            if mean > best:
                best = mean
                torch.save(net.state_dict(), out / "best.pt")
            _save(
                out / "last.pt",
                net=net.state_dict(),
                optimiser=optimiser.state_dict(),
                step=index + 1,
                best=best,
            )


def load(out: Path) -> tuple[CivilityNet, Tokenizer, Config]:
    """Return the best network of a finished or interrupted run, its tokenizer and configuration."""
    config = Config(**json.loads((out / "run.json").read_text())["config"])
    tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
    net = CivilityNet(_encoder(out))
    net.load_state_dict(torch.load(out / "best.pt", map_location="cpu"))
    return net.eval(), tokenizer, config


def logits(net: CivilityNet, tokenizer: Tokenizer, texts: Sequence[str], *, tokens: int) -> np.ndarray:
    """Return the logits (texts, 2) of the texts' heads and tails, computed in order of length."""
    ids = [head_and_tail(e.ids, tokens) for e in tokenizer.encode_batch([normalise(t) for t in texts])]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    result = np.zeros((len(ids), len(LABELS)), dtype=np.float32)
    device = next(net.parameters()).device
    net.eval()
    with torch.no_grad():
        for at in range(0, len(order), 64):
            chosen = order[at : at + 64]
            batch, mask = _padded([ids[i] for i in chosen])
            result[chosen] = net(batch.to(device), mask.to(device)).float().cpu().numpy()
    return result


def validate(
    net: CivilityNet, tokenizer: Tokenizer, rows: Sequence[Row], config: Config, *, device: str
) -> dict[str, float]:
    """Return the AUC by set and label over the dev rows, where a set has both classes."""
    scores = logits(net, tokenizer, [row.text for row in rows], tokens=config.tokens)
    result = {}
    for column, label in enumerate(LABELS):
        for dataset in sorted({row.dataset for row in rows}):
            chosen = [i for i, r in enumerate(rows) if r.dataset == dataset and getattr(r, label) != UNKNOWN]
            truth = [getattr(rows[i], label) for i in chosen]
            if len(set(truth)) == 2:
                result[f"{dataset}/{label}"] = round(float(roc_auc_score(truth, scores[chosen, column])), 4)
    return result


def _network(
    rows: Sequence[Row], config: Config, *, packages: Path, out: Path, start: Path | None
) -> tuple[CivilityNet, Tokenizer]:
    if start is not None:
        net, tokenizer, _ = load(start)
    elif (out / "tokenizer.json").exists() and (out / "encoder.json").exists():
        tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
        net = CivilityNet(_encoder(out))
    else:
        texts = [normalise(row.text) for row in rows]
        tokenizer, pieces = small_tokenizer(packages, texts, size=config.pieces)
        net = CivilityNet(base_encoder(packages, layers=config.layers, pieces=pieces))
    tokenizer.save(str(out / "tokenizer.json"))
    (out / "encoder.json").write_text(json.dumps(net.encoder.config.to_dict()))
    return net, tokenizer


def _encoder(out: Path) -> BertModel:
    return BertModel(BertConfig(**json.loads((out / "encoder.json").read_text())), add_pooling_layer=False)


Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def _batches(rows: Sequence[Row], tokenizer: Tokenizer, config: Config) -> list[Batch]:
    """Return batches of like length: rows sorted by length within chunks of 40 batches, batches shuffled."""
    ids = [
        head_and_tail(e.ids, config.tokens) for e in tokenizer.encode_batch([normalise(r.text) for r in rows])
    ]
    chance = np.random.default_rng(config.seed)
    groups: list[list[int]] = []
    chunk = 40 * config.batch
    for at in range(0, len(rows), chunk):
        order = sorted(range(at, min(at + chunk, len(rows))), key=lambda i: len(ids[i]))
        parts = [order[i : i + config.batch] for i in range(0, len(order), config.batch)]
        groups += [parts[i] for i in chance.permutation(len(parts))]
    batches = []
    for group in groups:
        batch, mask = _padded([ids[i] for i in group])
        truth = torch.tensor([[rows[i].attack, rows[i].spam] for i in group], dtype=torch.float32)
        weight = torch.tensor([[rows[i].weight] for i in group])
        batches.append((batch, mask, truth, weight * (truth != UNKNOWN)))
    return batches


def _padded(ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, ids))
    batch = torch.tensor([list(row) + [PAD] * (longest - len(row)) for row in ids])
    return batch, (batch != PAD).long()


def _step(
    net: CivilityNet, optimiser: torch.optim.Optimizer, batch: Batch, *, rate: float, device: str
) -> float:
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]
    net.train()
    ids, mask, truth, weight = (tensor.to(device) for tensor in batch)
    losses = torch.nn.functional.binary_cross_entropy_with_logits(
        net(ids, mask), truth.clamp(min=0), reduction="none"
    )
    loss = (losses * weight).sum() / weight.sum().clamp(min=1)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimiser.step()
    return loss.item()


def _rate(step: int, steps: int, config: Config) -> float:
    warm = max(1, int(steps * config.warm_up))
    if step < warm:
        return config.rate * (step + 1) / warm
    done = (step - warm) / max(1, steps - warm)
    return config.rate * (config.final_rate + (1 - config.final_rate) * (1 + math.cos(math.pi * done)) / 2)


def _optimiser(net: CivilityNet, config: Config) -> torch.optim.Optimizer:
    def group(parameters: list[torch.nn.Parameter], *, decay: float, factor: float) -> dict[str, Any]:
        return {"params": parameters, "weight_decay": decay, "factor": factor}

    encoder = list(net.encoder.parameters())
    return torch.optim.AdamW(
        [
            group([p for p in encoder if p.ndim > 1], decay=config.weight_decay, factor=1.0),
            group([p for p in encoder if p.ndim <= 1], decay=0.0, factor=1.0),
            group(list(net.head.parameters()), decay=0.0, factor=10.0),
        ],
        lr=config.rate,
        betas=(0.9, 0.98),
    )


def _dev_rows(rows: Sequence[Row], config: Config) -> list[Row]:
    """Return the same shares of the sets that decide: those nearest to a policy forum."""
    wanted = ("cad", "cmv_adhominem", "jigsaw_subset", "cold", "own", "uci_youtube_spam", "uci_sms_spam")
    chance = np.random.default_rng(0)
    pools = [[row for row in rows if row.dataset == name] for name in wanted]
    share = config.check_rows // len([pool for pool in pools if pool])
    return [pool[i] for pool in pools if pool for i in chance.permutation(len(pool))[:share]]


def _save(path: Path, **state: object) -> None:
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").rename(path)


def _resume(out: Path, net: CivilityNet, optimiser: torch.optim.Optimizer) -> tuple[int, float]:
    if not (out / "last.pt").exists():
        return 0, 0.0
    state = torch.load(out / "last.pt", map_location="cpu")
    net.load_state_dict(state["net"])
    optimiser.load_state_dict(state["optimiser"])
    return state["step"], state["best"]
