"""The linear side: what it reads of each language, what it keeps, and that it is the same when read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="training needs requirements-train.txt")

from models.ngrams import NgramScorer, counts, vector
from models.train_ngrams import fit

ATTACKS = ("you halfwit", "you utter halfwit", "halfwit", "你这个白痴", "白痴官员", "真是白痴")
CALM = ("article three", "article three is clear", "clear", "第三条很清楚", "第三条", "条文清楚")
TEXTS = [*ATTACKS, *CALM] * 4
TRUTH = {
    "attack": np.array([1] * len(ATTACKS) + [0] * len(CALM)).repeat(4).reshape(-1, 4).T.ravel(),
    "spam": np.zeros(len(TEXTS), dtype=np.int64),
}


def fitted(fewest: int = 3) -> NgramScorer:
    return fit(TEXTS, TRUTH, np.ones(len(TEXTS)), fewest=fewest)


def test_each_language_learns_its_own_words() -> None:
    scorer = fitted()
    for attack, calm in zip(ATTACKS, CALM, strict=True):
        assert scorer.logits(attack)["attack"] > 0 > scorer.logits(calm)["attack"]
    english, chinese = (scorer.tables[name] for name in ("en", "zh"))
    (latin, _), (letters, _) = counts("halfwit article")
    assert np.isin(latin, english.keys).any()
    assert np.isin(letters, english.keys).any()
    ((han, _),) = counts("白痴")
    assert np.isin(han, chinese.keys).all()


def test_a_label_of_one_class_says_nothing() -> None:
    assert {text: fitted().logits(text)["spam"] for text in TEXTS} == dict.fromkeys(TEXTS, 0.0)


@pytest.mark.parametrize("text", ["zebra", "斑马", "", "?"])
def test_what_training_never_met_leaves_the_bias(text: str) -> None:
    scorer = fitted()
    table = scorer.tables["zh" if text == "斑马" else "en"]
    assert scorer.logits(text) == pytest.approx(dict(table.biases))


def test_rare_n_grams_are_not_kept() -> None:
    kept = [len(fitted(fewest).tables["zh"].keys) for fewest in (1, 5, 1000)]
    assert kept[0] > kept[1] > kept[2] == 0


def test_a_text_of_a_language_without_rows_has_no_suspicion() -> None:
    english = [number for number, text in enumerate(TEXTS) if text.isascii()]
    truth = {label: labels[english] for label, labels in TRUTH.items()}
    scorer = fit([TEXTS[i] for i in english], truth, np.ones(len(english)), fewest=3)
    assert scorer.logits("白痴") == {"attack": 0.0, "spam": 0.0}


def test_every_group_has_length_one() -> None:
    table = fitted().tables["en"]
    groups = counts("you utter halfwit, article three is clear")
    rows, values = vector(groups, table.keys, table.idf)
    words = int(np.isin(groups[0][0], table.keys).sum())
    assert 0 < words < len(rows)
    assert np.linalg.norm(values[:words]) == pytest.approx(1)
    assert np.linalg.norm(values[words:]) == pytest.approx(1)


def test_what_is_saved_reads_back_the_same(tmp_path: Path) -> None:
    scorer = fitted()
    scorer.save(tmp_path / "ngrams.npz")
    read = NgramScorer.load(tmp_path / "ngrams.npz")
    for text in (*TEXTS, "zebra", "混合 mixed halfwit 白痴"):
        assert read.logits(text) == pytest.approx(scorer.logits(text), rel=1e-6)
