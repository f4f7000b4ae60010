"""How the training set is built: masked labels, official splits, no leaks between splits."""

from __future__ import annotations

from models import data
from models.data import UNKNOWN
from tests.models.conftest import MakeSet

LONG = "The second paragraph of this article asks far too much of small shops, I think, number "


def test_a_label_that_a_set_does_not_annotate_is_unknown(make_set: MakeSet) -> None:
    folder = make_set([("hello", "en", "1", "", "some:fine", "train")])
    (row,) = data.read_folder(folder)
    assert (row.attack, row.spam, row.dataset) == (1, UNKNOWN, "some")


def test_sets_of_unknown_licence_are_not_read(make_set: MakeSet) -> None:
    folder = make_set([("hello", "en", "0", "", "some", "train")])
    (folder / "unknown-licence").mkdir()
    (folder / "set.csv.gz").rename(folder / "unknown-licence" / "other.csv.gz")
    make_set([("good day", "en", "0", "", "some", "train")])
    assert [row.text for row in data.read_folder(folder)] == ["good day"]


def test_near_duplicates_of_test_rows_leave_the_other_splits(make_set: MakeSet) -> None:
    folder = make_set(
        [
            (LONG + "one", "en", "0", "", "some", "test"),
            (LONG + "two", "en", "0", "", "some", "train"),
            (LONG.upper() + "ONE", "en", "0", "", "some", "dev"),
            ("Something else altogether stands in this sentence", "en", "0", "", "some", "train"),
        ]
    )
    splits = data.build(folder)
    given = {name: [row.text for row in rows if row.dataset == "some"] for name, rows in splits.items()}
    assert given == {
        "test": [LONG + "one"],
        "dev": [],
        "train": ["Something else altogether stands in this sentence"],
    }


def test_a_text_in_both_scripts_trains_once(make_set: MakeSet) -> None:
    folder = make_set(
        [
            ("這條文根本是災難", "zh-Hant", "0", "", "some", "train"),
            ("这条文根本是灾难", "zh-Hans", "0", "", "some", "train"),
        ]
    )
    assert len([row for row in data.build(folder)["train"] if row.dataset == "some"]) == 1


def test_the_hash_depends_on_texts_and_labels_not_on_order(make_set: MakeSet) -> None:
    rows = data.read_folder(
        make_set([("one", "en", "0", "", "some", "train"), ("two", "en", "1", "", "some", "train")])
    )
    other = data.read_folder(
        make_set([("one", "en", "1", "", "some", "train"), ("two", "en", "1", "", "s", "train")])
    )
    assert data.fingerprint(rows) == data.fingerprint(reversed(rows)) != data.fingerprint(other)


def test_the_network_sees_the_shares_that_are_written_down(make_set: MakeSet) -> None:
    rows = [(f"text number {i}", "en", "0", "", "hatemoji_build", "train") for i in range(300)]
    sample = data.transformer_sample(data.read_folder(make_set(rows)), seed=1)
    assert len(sample) == data.SAMPLES["hatemoji_build"].others
    assert {row.weight for row in sample} == {data.SAMPLES["hatemoji_build"].weight_of_zero}
    assert sample == data.transformer_sample(data.read_folder(make_set(rows)), seed=1)
