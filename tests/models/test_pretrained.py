"""Any sequence-classification model of the transformers kind serves as the civility model, and only as data."""

from __future__ import annotations

import io
import json
import pickle
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from models.__main__ import USAGE_ERROR, main
from models.infer import WEIGHTS, Classifier, Score
from models.loading import load
from models.pretrained import THRESHOLDS, ModelError
from tests.models.conftest import MakeSet
from tests.models.tiny import make_model, rename_outputs

LABELS = {"attack": ["toxic"], "spam": ["advert"]}
CALM = "i think this article is fine . "

needs_torch = pytest.mark.needs_torch


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture
def copied(tiny: Path, tmp_path: Path) -> Path:
    """The tiny model, to be spoiled."""
    return Path(shutil.copytree(tiny, tmp_path / "copied"))


# ---- scores ----


@needs_torch
def test_the_outputs_of_a_label_are_its_score(tiny: Path) -> None:
    classifier = load(tiny, labels=LABELS)
    insult, advert, calm = classifier.score_many(["you idiot", "buy now", CALM])
    assert (insult.attack > 0.9, insult.spam < 0.1) == (True, True)
    assert (advert.attack < 0.1, advert.spam > 0.9) == (True, True)
    assert max(calm.attack, calm.spam) < 0.1
    assert isinstance(calm, Score)


@needs_torch
@pytest.mark.parametrize("wanted", [["1"], ["TOXIC"], ["clean", "toxic"], ["0", "1"]])
def test_outputs_are_named_or_numbered_and_the_highest_counts(tiny: Path, wanted: list[str]) -> None:
    assert load(tiny, labels={"attack": wanted}).score("you idiot").attack > 0.9


@needs_torch
def test_outputs_without_names_are_called_by_their_number(copied: Path) -> None:
    rename_outputs(copied, ["LABEL_0", "LABEL_1", "LABEL_2"])
    assert load(copied, labels={"attack": ["LABEL_1"]}).score("you idiot").attack > 0.9


@needs_torch
def test_a_label_without_outputs_scores_nothing_and_is_never_acted_upon(tiny: Path) -> None:
    classifier = load(tiny, labels={"attack": ["toxic"]})
    assert classifier.score("buy now").spam == 0.0
    assert set(classifier.thresholds) == {"attack"}
    assert classifier.explain("buy now", "spam") == []


@needs_torch
def test_outputs_that_exclude_each_other_share_one(tmp_path: Path) -> None:
    folder = make_model(tmp_path / "softmax", problem_type="single_label_classification")
    classifier = load(folder, labels={"attack": ["toxic"], "spam": ["clean", "advert"]})
    score = classifier.score(CALM)
    assert score.attack == pytest.approx(1 / 3, abs=0.01)
    assert classifier.score("you idiot").attack > 0.9


@needs_torch
def test_a_single_output_is_a_probability_by_itself(tmp_path: Path) -> None:
    folder = make_model(
        tmp_path / "one", outputs=("toxic",), deciding={"idiot": "toxic"}, problem_type="regression"
    )
    classifier = load(folder, labels={"attack": ["0"]})
    assert classifier.score("you idiot").attack > 0.9
    assert classifier.score(CALM).attack < 0.1


@needs_torch
def test_thresholds_are_those_given_or_the_documented_ones(tiny: Path) -> None:
    given = {"attack": {"nudge_at": 0.4, "flag_at": 0.6, "hold_at": 0.8}}
    assert load(tiny, labels=LABELS, thresholds=given).thresholds == given | {"spam": THRESHOLDS}


@needs_torch
@pytest.mark.parametrize("place", ["front", "middle", "end"])
def test_an_insult_anywhere_in_a_long_text_counts(tiny: Path, place: str) -> None:
    calm = CALM * 40
    text = {"front": f"idiot {calm}", "middle": f"{calm} idiot {calm}", "end": f"{calm} idiot"}[place]
    classifier = load(tiny, labels=LABELS)
    assert classifier.score(text).attack > 0.9
    assert classifier.score(calm).attack < 0.1


@needs_torch
@pytest.mark.parametrize("text", ["", " ", "\n", "第三條", "\u202e\u200b", "👍"])
def test_any_text_has_two_probabilities(tiny: Path, text: str) -> None:
    score = load(tiny, labels=LABELS).score(text)
    assert 0 <= score.attack <= 1
    assert 0 <= score.spam <= 1


@needs_torch
def test_an_explanation_points_at_the_passage(tiny: Path) -> None:
    text = "i think this is fine.  You idiot! this article is a."
    (passage,) = load(tiny, labels=LABELS).explain(text, "attack")
    assert text[passage.start : passage.end] == "You idiot!"
    assert passage.weight > 0.8
    with pytest.raises(ValueError, match="rudeness"):
        load(tiny, labels=LABELS).explain(text, "rudeness")


@needs_torch
def test_threads_sharing_a_classifier_get_the_scores_of_one(tiny: Path) -> None:
    classifier = load(tiny, labels=LABELS)
    texts = ["you idiot", "buy now", CALM * 20, ""] * 8
    alone = classifier.score_many(texts)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(classifier.score, texts)) == alone


@needs_torch
def test_the_version_changes_with_the_weights_and_with_what_outputs_are_taken_for(
    tiny: Path, tmp_path: Path
) -> None:
    version = load(tiny, labels=LABELS).version
    assert re.fullmatch(r"tiny\+[0-9a-f]{8}", version)
    assert load(tiny, labels=LABELS).version == version
    assert load(tiny, labels={"attack": ["toxic"]}).version != version
    other = make_model(tmp_path / "tiny", deciding={"idiot": "advert"})
    assert load(other, labels=LABELS).version != version
    long = Path(shutil.copytree(tiny, tmp_path / ("long-" * 20)))
    assert len(load(long, labels=LABELS).version) <= 64


# ---- what is refused ----


def test_a_missing_torch_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ModelError, match="pip install torch"):
        load(tmp_path, labels=LABELS)


@needs_torch
def test_an_output_that_does_not_exist_is_named_beside_those_that_do(tiny: Path) -> None:
    with pytest.raises(ModelError, match=r"no output 'insult'; there are clean \(0\), toxic \(1\)"):
        load(tiny, labels={"attack": ["toxic", "insult"]})
    with pytest.raises(ModelError, match=r"say which outputs .* toxic \(1\)"):
        load(tiny)


class _Runs:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (open, (str(self.path), "w"))


@needs_torch
def test_pickled_weights_are_not_read(copied: Path, tmp_path: Path) -> None:
    (copied / "model.safetensors").unlink()
    (copied / "pytorch_model.bin").write_bytes(pickle.dumps(_Runs(tmp_path / "ran")))
    with pytest.raises(ModelError):
        load(copied, labels=LABELS)
    assert not (tmp_path / "ran").exists()


@needs_torch
def test_code_that_comes_with_a_model_is_not_run(copied: Path, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    (copied / "own.py").write_text(f"open({str(ran)!r}, 'w')\nclass Own:\n    pass\n")
    config = json.loads((copied / "config.json").read_text())
    config |= {
        "model_type": "unheard-of",
        "auto_map": dict.fromkeys(
            ("AutoConfig", "AutoModelForSequenceClassification", "AutoTokenizer"), "own.Own"
        ),
    }
    (copied / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError):
        load(copied, labels=LABELS)
    assert not ran.exists()


@needs_torch
def test_a_model_that_was_never_trained_to_classify_is_refused(tiny: Path, copied: Path) -> None:
    from transformers import BertModel

    BertModel.from_pretrained(tiny).save_pretrained(copied)
    with pytest.raises(ModelError, match="was it trained to classify"):
        load(copied, labels=LABELS)


@needs_torch
def test_a_folder_that_holds_no_model_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as refused:
        load(tmp_path, labels=LABELS)
    assert "\n" not in str(refused.value)


def test_a_folder_that_does_not_exist_is_not_looked_for_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no such folder"):
        load(tmp_path / "nowhere", labels=LABELS)


# ---- which kind ----


def test_no_name_is_the_shipped_model() -> None:
    assert load().version == Classifier.load().version


def test_a_folder_of_our_own_layout_is_read_as_ours(tmp_path: Path) -> None:
    for name in ("config.json", "ngrams.npz"):
        shutil.copy(WEIGHTS / name, tmp_path)
    assert isinstance(load(tmp_path, labels=LABELS), Classifier)


def test_the_site_imports_neither_torch_nor_transformers() -> None:
    program = (
        "import sys, models.loading, models.pretrained; models.loading.load().score('a'); "
        "sys.exit(bool({'torch', 'transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


# ---- on the command line ----


@needs_torch
def test_score_takes_a_transformers_model(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("you idiot\n"))
    assert main(["score", "--weights", str(tiny), "--labels", "attack=clean+toxic,spam=advert"]) == 0
    line = json.loads(capsys.readouterr().out)
    assert (line["attack"] > 0.9, line["spam"] < 0.1) == (True, True)


@needs_torch
def test_evaluate_takes_a_transformers_model(
    tiny: Path, make_set: MakeSet, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_set([("you idiot", "en", "1", "0", "made", "test"), (CALM, "en", "0", "0", "made", "test")])
    assert main(["evaluate", str(folder), "--weights", str(tiny), "--labels", "attack=toxic", "--json"]) == 0
    (attack,) = json.loads(capsys.readouterr().out)["figures"]
    assert (attack["label"], attack["auc"][0], attack["recall"][0]) == ("attack", 1.0, 1.0)
    assert attack["model"].startswith("tiny+")


@needs_torch
def test_a_model_that_cannot_be_used_is_one_line(tiny: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["score", "--weights", str(tiny), "--labels", "attack=rude"]) == USAGE_ERROR
    assert capsys.readouterr().err.startswith("models: no output 'rude'")


@pytest.mark.parametrize("given", ["toxic", "attack", "attack=", "rude=toxic", "attack=a,,spam=b"])
def test_a_label_map_that_cannot_be_read_is_refused(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["score", "--labels", given])
    assert "is not like attack=toxic+insult" in capsys.readouterr().err
