"""Train one network: `python -m models train --reader en --data DIR --packages DIR --out DIR`. Resumable.

Two networks of one shape: one reads English, the other Chinese and texts that mix both (base.py says what each
starts from). The mean and the first position of the last layer go through one linear layer to the answers of
targets.py; what a row does not say is masked. Runs on CUDA where there is one, else on the CPU; products are in
bfloat16 where the processor multiplies it (AVX-512 BF16, AMX), which makes two cores several times faster.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits, softmax
from transformers import AttentionInterface, AttentionMaskInterface, BertModel
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS

from models import data, shipped
from models.base import base, encoder
from models.data import UNKNOWN, Row
from models.normalise import normalise
from models.targets import ANSWERS, targets
from models.windows import head_and_tail

CHECKED = ("cad", "cmv_adhominem", "jigsaw_subset", "edos", "cold", "own", "uci_youtube_spam", "uci_sms_spam")


@dataclass(frozen=True)
class Config:
    """What a run is made of; saved beside the weights."""

    reader: str = "en"  # "en", or "zh": Chinese, and texts that mix it with English
    seed: int = 1
    layers: int = 6
    pieces: int = 18_000  # vocabulary
    tokens: int = 128  # longest input in training: head and tail of a longer one
    batch: int = 32
    rows: int = 400_000  # most rows read in this run, in the order of data.training_order
    passes: Mapping[str, float] = field(default_factory=dict)  # by set, instead of those of data.SAMPLES
    rate: float = 2e-4  # peak learning rate of the encoder; the head's is ten times that
    final_rate: float = 0.02  # share of the peak at the end
    warm_up: float = 0.04  # share of the steps
    weight_decay: float = 0.01
    dropout: float = 0.1
    freeze_words: bool = False  # leave the pieces' vectors as they are
    check_every: int = 1_000  # steps between two looks at the dev rows
    check_rows: int = 4_000


class CivilityNet(torch.nn.Module):
    """Token numbers and mask (batch, length) -> logits (batch, answers)."""

    def __init__(self, encoder: BertModel, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.encoder.config._attn_implementation = "products"
        self.drop = torch.nn.Dropout(dropout)
        self.head = torch.nn.Linear(2 * encoder.config.hidden_size, len(ANSWERS))

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


def _attention(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """Attention by two plain products: torch's fused one takes twice as long backwards on a CPU."""
    weights = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    if attention_mask is not None:
        weights = weights + attention_mask.to(weights.dtype)
    mixed = softmax(weights, dim=-1).to(value.dtype) @ value
    return mixed.transpose(1, 2).contiguous(), None


AttentionInterface.register("products", _attention)
AttentionMaskInterface.register("products", ALL_MASK_ATTENTION_FUNCTIONS["eager"])


def train(
    splits: dict[str, list[Row]],
    config: Config,
    *,
    packages: Path | None,
    out: Path,
    start: Sequence[Path] = (),
    vocabulary: Path | None = None,
) -> None:
    """Train into `out`: `last.pt` to resume from, `best.pt` by mean validation AUC, tokenizer, log and config.

    `start` names the folders of earlier runs to go on from, with this run's rows and rate; of several, from their
    average. `vocabulary` is the tokenizer of an earlier run, so that this one, begun at the base again, can be averaged
    with it.
    """
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.set_num_threads(min(2, torch.get_num_threads()))
    order = data.training_order(
        splits["train"], chinese=config.reader == "zh", seed=config.seed, passes=config.passes
    )
    rows = order[: config.rows]
    net, tokenizer = _network(
        splits["train"], config, packages=packages, out=out, start=start, vocabulary=vocabulary
    )
    net.encoder.embeddings.word_embeddings.weight.requires_grad_(not config.freeze_words)
    net.to(device)
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
                "start": [str(folder) for folder in start],
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
        if (index + 1) % 100 == 0:
            pace = config.batch * (index + 1 - step) / (time.monotonic() - began)
            print(f"step {index + 1} loss {recent / 100:.4f} {pace:.0f} rows/s", flush=True)
            recent = 0.0
        if (index + 1) % config.check_every == 0 or index + 1 == len(batches):
            scores = validate(net, tokenizer, dev, config)
            mean = float(np.mean(list(scores.values())))
            print(f"step {index + 1} dev {mean:.4f} {json.dumps(scores)}", flush=True)
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


def load(*runs: Path) -> tuple[CivilityNet, Tokenizer, Config]:
    """Return the best network of a finished or interrupted run, its tokenizer and configuration.

    A run may also be the folder of a shipped network. Of several from one base, a network whose weights are the mean
    of theirs: it is better than each, and costs no more than one (model soups, Wortsman et al. 2022, arXiv:2203.05482).
    """
    vocabularies = {(run / "tokenizer.json").read_bytes() for run in runs}
    if len(vocabularies) > 1:
        raise data.DataError("runs with different vocabularies have no average")
    config = _config(runs[0])
    tokenizer = Tokenizer.from_file(str(runs[0] / "tokenizer.json"))
    states = [_state(run) for run in runs]
    net = CivilityNet(encoder(layers=config.layers, pieces=tokenizer.get_vocab_size()))
    net.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    return net.eval(), tokenizer, config


def _config(run: Path) -> Config:
    """Return the configuration of a run; of a shipped average that of the first of its runs that tells one."""
    if shipped.is_shipped(run):
        parts = shipped.settings(run)["runs"][run.name]
        return Config(**next((part["config"] for part in parts if "config" in part), {}))
    return Config(**json.loads((run / "run.json").read_text())["config"])


def _state(run: Path) -> dict[str, torch.Tensor]:
    if shipped.is_shipped(run):
        return shipped.state(run, ANSWERS)
    state: dict[str, torch.Tensor] = torch.load(run / "best.pt", map_location="cpu")
    return state


def logits(net: CivilityNet, tokenizer: Tokenizer, texts: Sequence[str], *, tokens: int) -> np.ndarray:
    """Return the logits (texts, answers) of the texts' heads and tails, computed in order of length."""
    ids = [head_and_tail(e.ids, tokens) for e in tokenizer.encode_batch([normalise(t) for t in texts])]
    order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
    result = np.zeros((len(ids), len(ANSWERS)), dtype=np.float32)
    device = next(net.parameters()).device
    net.eval()
    with torch.no_grad(), _bfloat16(device.type):
        for at in range(0, len(order), 64):
            chosen = order[at : at + 64]
            batch, mask = _padded([ids[i] for i in chosen])
            result[chosen] = net(batch.to(device), mask.to(device)).float().cpu().numpy()
    return result


def validate(net: CivilityNet, tokenizer: Tokenizer, rows: Sequence[Row], config: Config) -> dict[str, float]:
    """Return the AUC of every answer on the dev rows of every set that says both 0 and 1 to it."""
    scores = logits(net, tokenizer, [row.text for row in rows], tokens=config.tokens)
    said = [targets(row) for row in rows]
    result = {}
    for column, answer in enumerate(ANSWERS):
        for dataset in sorted({row.dataset for row in rows}):
            chosen = [
                i for i, r in enumerate(rows) if r.dataset == dataset and said[i][column].value != UNKNOWN
            ]
            truth = [said[i][column].value for i in chosen]
            if len(set(truth)) == 2:
                result[f"{dataset}/{answer}"] = round(float(roc_auc_score(truth, scores[chosen, column])), 4)
    return result


def _network(
    rows: Sequence[Row],
    config: Config,
    *,
    packages: Path | None,
    out: Path,
    start: Sequence[Path],
    vocabulary: Path | None,
) -> tuple[CivilityNet, Tokenizer]:
    if (out / "last.pt").exists():  # what it holds is read by _resume
        tokenizer = Tokenizer.from_file(str(out / "tokenizer.json"))
        blank = encoder(layers=config.layers, pieces=tokenizer.get_vocab_size())
        return CivilityNet(blank, config.dropout), tokenizer
    if start:
        net, tokenizer, _ = load(*start)
    else:
        if packages is None:
            raise data.DataError("training the network from its base needs --packages")
        # From all rows of the language, however few this run reads: only runs of one vocabulary can be averaged.
        # One by one: with the vocabulary of an earlier run none is read.
        texts = (normalise(row.text) for row in rows if config.reader == "zh" or not row.is_han)
        found, tokenizer = base(
            packages,
            texts,
            chinese=config.reader == "zh",
            layers=config.layers,
            pieces=config.pieces,
            vocabulary=Tokenizer.from_file(str(vocabulary)) if vocabulary else None,
        )
        net = CivilityNet(found, config.dropout)
    tokenizer.save(str(out / "tokenizer.json"), pretty=False)
    return net, tokenizer


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
        said = torch.tensor([targets(rows[i]) for i in group], dtype=torch.float32)
        truth, weight = said[..., 0], said[..., 1]
        batches.append((batch, mask, truth, weight * (truth != UNKNOWN)))
    return batches


def _padded(ids: Sequence[Sequence[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    longest = max(map(len, ids))
    batch = torch.tensor([list(row) + [0] * (longest - len(row)) for row in ids])
    return batch, torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])


def _bfloat16(device: str) -> torch.autocast:
    return torch.autocast(device, dtype=torch.bfloat16, enabled=device == "cuda" or _multiplies_bfloat16())


@cache
def _multiplies_bfloat16() -> bool:
    processor = Path("/proc/cpuinfo")
    return processor.exists() and "avx512_bf16" in processor.read_text()


def _step(
    net: CivilityNet, optimiser: torch.optim.Optimizer, batch: Batch, *, rate: float, device: str
) -> float:
    for group in optimiser.param_groups:
        group["lr"] = rate * group["factor"]
    net.train()
    ids, mask, truth, weight = (tensor.to(device) for tensor in batch)
    with _bfloat16(device):
        said = net(ids, mask)
    losses = binary_cross_entropy_with_logits(said.float(), truth.clamp(min=0), reduction="none")
    loss = (losses * weight).sum() / len(ids)
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

    learning = [p for p in net.encoder.parameters() if p.requires_grad]
    return torch.optim.AdamW(
        [
            group([p for p in learning if p.ndim > 1], decay=config.weight_decay, factor=1.0),
            group([p for p in learning if p.ndim <= 1], decay=0.0, factor=1.0),
            group(list(net.head.parameters()), decay=0.0, factor=10.0),
        ],
        lr=config.rate,
        betas=(0.9, 0.98),
        fused=True,
    )


def _dev_rows(rows: Sequence[Row], config: Config) -> list[Row]:
    """Return the same shares of the sets that decide: those nearest to a policy forum, in the reader's language."""
    chance = np.random.default_rng(0)
    mine = [row for row in rows if row.is_han == (config.reader == "zh")]
    pools = [pool for name in CHECKED if (pool := [row for row in mine if row.dataset == name])]
    share = config.check_rows // max(1, len(pools))
    return [pool[i] for pool in pools for i in chance.permutation(len(pool))[:share]]


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
