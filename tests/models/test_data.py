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


def test_a_network_reads_each_set_as_often_as_is_written_down(make_set: MakeSet) -> None:
    rows = [(f"text number {i}", "en", "0", "", "cad", "train") for i in range(100)]
    read = data.training_order(data.read_folder(make_set(rows)), chinese=False, seed=1)
    assert len(read) == 100 * data.SAMPLES["cad"].passes
    assert {text: read.count(text) for text in read} == dict.fromkeys(read, data.SAMPLES["cad"].passes)
    assert len(set(read[:100])) > 60, "copies of a row are spread over the run"
    assert read == data.training_order(data.read_folder(make_set(rows)), chinese=False, seed=1)


def test_the_english_network_reads_english_alone_and_the_chinese_one_both(make_set: MakeSet) -> None:
    rows = data.read_folder(
        make_set(
            [("one", "en", "0", "", "joined_calm", "train")] * 50
            + [("一", "zh-Hant", "0", "", "own", "train")] * 50
        )
    )
    assert {row.lang for row in data.training_order(rows, chinese=False, seed=1)} == {"en"}
    chinese = [row.lang for row in data.training_order(rows, chinese=True, seed=1)]
    assert 0 < chinese.count("en") < chinese.count("zh-Hant")


def test_long_calm_posts_are_made_of_calm_ones_alone(make_set: MakeSet) -> None:
    rows = data.read_folder(
        make_set(
            [(f"Calm {i}", "en", "0", "0", "polis_benign", "train") for i in range(20)]
            + [("Hostile", "en", "1", "0", "own:attack", "train"), ("Unknown", "en", "0", "", "cad", "train")]
        )
    )
    made = [row for row in data.joined(rows, "train") if row.dataset == "joined_calm"]
    assert len(made) == data.JOINED["train"]
    assert {(row.attack, row.spam) for row in made} == {(0, 0)}
    assert not any("Hostile" in row.text or "Unknown" in row.text for row in made)
    assert data.joined(rows, "train") == data.joined(rows, "train")


def test_calm_posts_with_one_attack_hold_it_whole_and_anywhere(make_set: MakeSet) -> None:
    rows = data.read_folder(
        make_set(
            [
                (f"Calm number {i}.", "en", "0", "0", "polis_benign", split)
                for i in range(20)
                for split in data.JOINED
            ]
            + [("You fool!", "en", "1", "0", "own:attack", split) for split in data.JOINED]
            + [("Long. " * 50, "en", "1", "0", "own:attack", split) for split in data.JOINED]
            + [("Elsewhere", "en", "1", "0", "cad", split) for split in data.JOINED]
        )
    )
    for split, most in (("train", data.LONGEST_AROUND[False]), ("dev", data.LONGEST_JOINED)):
        made = [row for row in data.joined(rows, split) if row.dataset == "joined_attack"]
        assert len(made) == data.JOINED[split]
        assert {(row.attack, row.spam) for row in made} == {(1, 0)}
        assert all(row.text.count("You fool!") == 1 and "Calm" in row.text for row in made)
        assert not any("Long" in row.text or "Elsewhere" in row.text for row in made)
        assert max(len(row.text) for row in made) <= most
        assert any(row.text.startswith("You fool!") for row in made)
        assert any(row.text.endswith("You fool!") for row in made)
