"""A run of a few steps from a tiny network: it learns, resumes, and ships as what the site loads."""

from __future__ import annotations

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs requirements-train.txt")

import onnx  # noqa: E402
from onnx import numpy_helper  # noqa: E402
from tokenizers import Tokenizer, models, pre_tokenizers, processors  # noqa: E402

from models.base import encoder  # noqa: E402
from models.data import DataError, Row  # noqa: E402
from models.export import NAME, export  # noqa: E402
from models.infer import READERS, WEIGHTS, Classifier  # noqa: E402
from models.shipped import state  # noqa: E402
from models.targets import ANSWERS  # noqa: E402
from models.train import CivilityNet, Config, load, logits, train  # noqa: E402
from models.train_ngrams import fit_rows  # noqa: E402

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "you", "halfwit", "fool", "article", "three", "is", "clear")
ATTACKS = ("you halfwit", "you fool", "fool you halfwit", "halfwit is you")
ADVERTS = ("fool clear clear", "clear fool three")
CALM = ("article three is clear", "is article three clear", "three is clear", "you clear article three")
CONFIG = Config(layers=1, rows=600, rate=1e-3, batch=8, check_every=25, tokens=32)
SPLITS = {
    split: [
        Row(text, "en", attack, spam, "own:made", split)
        for attack, spam, texts in ((1, 0, ATTACKS), (0, 0, CALM), (0, 1, ADVERTS))
        for text in texts
        for _ in range(40)
    ]
    for split in ("train", "dev")
}


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of no steps, as `train` leaves one."""
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("start")
    tokenizer = Tokenizer(models.WordLevel({word: n for n, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
    torch.manual_seed(0)
    torch.save(CivilityNet(encoder(layers=1, pieces=len(WORDS))).state_dict(), folder / "best.pt")
    told = {"config": asdict(CONFIG), "data": "", "rows": 0, "start": []}
    (folder / "run.json").write_text(json.dumps(told))
    return folder


@pytest.fixture(scope="module")
def run(start: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    train(SPLITS, CONFIG, packages=None, out=folder, start=[start])
    return folder


@pytest.fixture(scope="module")
def weights(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the run's network as it ships."""
    folder = tmp_path_factory.mktemp("weights")
    fit_rows(SPLITS["train"]).save(folder / "ngrams.npz")
    export(folder / "ngrams.npz", {"en": [run]}, folder, data_hash="0" * 64)
    return folder


def test_a_network_learns_what_the_rows_say(run: Path) -> None:
    net, tokenizer, config = load(run)
    found = logits(net, tokenizer, [*ATTACKS, *CALM], tokens=config.tokens)[:, ANSWERS.index("attack")]
    assert found[: len(ATTACKS)].min() > 0 > found[len(ATTACKS) :].max()


def test_a_finished_run_is_not_run_again(run: Path, start: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (run / "best.pt").read_bytes()
    train(SPLITS, CONFIG, packages=None, out=run, start=[start])
    assert (run / "best.pt").read_bytes() == before
    assert "loss" not in capsys.readouterr().out


def test_what_ships_says_what_was_trained(run: Path, weights: Path) -> None:
    net, tokenizer, config = load(run)
    wanted = logits(net, tokenizer, [*ATTACKS, *CALM], tokens=config.tokens)
    shipped = Classifier.load(weights)
    found = [list(shipped.evidence(text)[0].network.values()) for text in (*ATTACKS, *CALM)]
    assert np.allclose(found, wanted, atol=0.5)
    assert np.corrcoef(np.ravel(found), np.ravel(wanted))[0, 1] > 0.995
    assert json.loads((weights / "config.json").read_text())["runs"]["en"][0]["config"] == asdict(CONFIG)
    assert shipped.score(ATTACKS[0]).attack > shipped.score(CALM[0]).attack


@pytest.mark.parametrize("reader", READERS)
def test_what_ships_scores_the_same_on_every_processor(reader: str) -> None:
    """Sums of products of 8 and 7 bits never overflow, whichever instructions a processor has for them."""
    graph = onnx.load(WEIGHTS / reader / "network.onnx").graph
    weights = [numpy_helper.to_array(part) for part in graph.initializer if part.name.endswith("_quantized")]
    assert len(weights) > 20
    assert all(array.dtype == np.int8 and np.abs(array.astype(int)).max() <= 64 for array in weights)


def test_training_goes_on_from_what_ships(run: Path, weights: Path, tmp_path: Path) -> None:
    texts = [*ATTACKS, *CALM]
    wanted = logits(*load(run)[:2], texts, tokens=CONFIG.tokens)
    net, tokenizer, config = load(weights / "en")
    assert np.allclose(logits(net, tokenizer, texts, tokens=config.tokens), wanted, atol=0.3)

    train(SPLITS, replace(CONFIG, rows=8), packages=None, out=tmp_path / "on", start=[weights / "en"])
    export(weights / "ngrams.npz", {"en": [tmp_path / "on"]}, tmp_path / "next", data_hash="0" * 64)
    told = json.loads((tmp_path / "next" / "config.json").read_text())["runs"]["en"][0]["start"][0]
    assert told == {"shipped": NAME, "data": "0" * 64}


def test_training_goes_on_from_an_average_with_what_shipped(run: Path, weights: Path, tmp_path: Path) -> None:
    export(weights / "ngrams.npz", {"en": [weights / "en", run]}, tmp_path, data_hash="0" * 64)
    assert "config" not in json.loads((tmp_path / "config.json").read_text())["runs"]["en"][0]
    _, _, config = load(tmp_path / "en")
    assert config == CONFIG


def test_an_answer_that_what_ships_does_not_give_begins_as_attack(weights: Path) -> None:
    bias = state(weights / "en", [*ANSWERS, "newer"])["head.bias"]
    assert bias[-1] == bias[ANSWERS.index("attack")]


def test_several_runs_ship_as_their_average(run: Path, start: Path) -> None:
    first, last, mean = (load(*runs)[0].state_dict() for runs in ([start], [run], [start, run]))
    for name, values in mean.items():
        assert torch.allclose(values, (first[name] + last[name]) / 2, atol=1e-6)


def test_runs_with_different_vocabularies_have_no_average(run: Path, start: Path, tmp_path: Path) -> None:
    other = shutil.copytree(start, tmp_path / "other")
    (other / "tokenizer.json").write_text((start / "tokenizer.json").read_text().replace("fool", "foal"))
    with pytest.raises(DataError, match="vocabular"):
        load(run, other)
