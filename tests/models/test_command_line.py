"""`python -m models`: what it prints, and how it refuses what it cannot use."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path

import pytest

from models.__main__ import USAGE_ERROR, main
from tests.models.conftest import MakeSet

ROWS: list[tuple[object, ...]] = [
    ("You are an idiot and should shut up", "en", "1", "", "made", "test"),
    ("I agree with Article 3", "en", "0", "0", "made", "test"),
    ("你這個白痴", "zh-Hant", "1", "", "made", "test"),
    ("請問第三條的期間是幾天", "zh-Hant", "0", "0", "made", "test"),
    ("not in this split", "en", "0", "0", "made", "train"),
]


def test_evaluate_prints_figures_by_set_language_and_label(
    make_set: MakeSet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(make_set(ROWS)), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out)["figures"]
    (attack,) = [f for f in figures if (f["lang"], f["label"], f["model"]) == ("en", "attack", "shipped")]
    assert (attack["source"], attack["n"], attack["positives"], attack["auc"][0]) == ("made", 2, 1, 1.0)


def test_evaluate_keeps_cases_apart(make_set: MakeSet, capsys: pytest.CaptureFixture[str]) -> None:
    columns = ("text", "lang", "attack", "spam", "source", "split", "case")
    rows = [(*row, "quoted insult") for row in ROWS]
    assert main(["evaluate", str(make_set(rows, columns=columns))]) == 0
    assert "made:quoted insult" in capsys.readouterr().out


def test_evaluate_gives_intervals_for_what_it_measures(
    make_set: MakeSet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(make_set(ROWS * 3)), "--json"]) == 0
    (attack,) = [
        f
        for f in json.loads(capsys.readouterr().out)["figures"]
        if (f["lang"], f["label"], f["model"]) == ("en", "attack", "shipped")
    ]
    for measure in ("auc", "average_precision", "f1", "precision", "recall", "accuracy"):
        value, low, high = attack[measure]
        assert 0 <= low <= value <= high <= 1


def test_evaluate_says_what_the_answer_of_a_set_reaches_on_it(
    make_set: MakeSet, capsys: pytest.CaptureFixture[str]
) -> None:
    rows: list[tuple[object, ...]] = [
        (text, "en", attack, "", f"edos:{fine}", split)
        for split in ("dev", "test")
        for text, attack, fine in (
            ("women are stupid and belong in the kitchen", "1", "derogation"),
            ("women should never be allowed to vote", "", "prejudiced_discussion"),
            ("I agree with Article 3", "0", "not_sexist"),
        )
    ]
    assert main(["evaluate", str(make_set(rows)), "--json"]) == 0
    (edos,) = json.loads(capsys.readouterr().out)["own_answers"]
    assert (edos["source"], edos["n"], edos["positives"]) == ("edos", 3, 2)
    assert edos["auc"][0] == edos["macro_f1"][0] == 1.0


def test_evaluate_can_write_attacks_so_as_to_evade_the_model(
    make_set: MakeSet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(make_set(ROWS)), "--json", "--evade"]) == 0
    evasions = json.loads(capsys.readouterr().out)["evasion"]
    assert {(e["lang"], e["auc"], e["evaded"]) for e in evasions} == {("en", 1.0, 1.0), ("zh-Hant", 1.0, 1.0)}


def test_score_reads_lines_and_writes_json_lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("你好\nYou idiot\n"))
    assert main(["score"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["text"] for line in lines] == ["你好", "You idiot"]
    assert all({"attack", "spam"} <= set(line) for line in lines)


def test_a_missing_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(tmp_path / "nowhere")]) == USAGE_ERROR
    assert "no such folder" in capsys.readouterr().err


def test_a_folder_without_sets_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(tmp_path)]) == USAGE_ERROR
    assert "no .csv.gz" in capsys.readouterr().err


def test_a_missing_column_is_named(make_set: MakeSet, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_set(
        [("a", "en", "1", "made", "test")], columns=("text", "lang", "attack", "source", "split")
    )
    assert main(["evaluate", str(folder)]) == USAGE_ERROR
    assert "set.csv.gz: no column spam" in capsys.readouterr().err


def test_a_label_that_is_no_label_is_named_with_its_row(
    make_set: MakeSet, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(make_set([("a", "en", "maybe", "", "made", "test")]))]) == USAGE_ERROR
    assert "row 2: label 'maybe'" in capsys.readouterr().err


def test_a_set_without_rows_is_refused(make_set: MakeSet, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", str(make_set([]))]) == USAGE_ERROR
    assert "hold no row" in capsys.readouterr().err


def test_a_file_of_no_bytes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "set.csv.gz").write_bytes(b"")
    assert main(["evaluate", str(tmp_path)]) == USAGE_ERROR
    assert capsys.readouterr().err.startswith("models: ")


def test_a_bad_encoding_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gzip.open(tmp_path / "set.csv.gz", "wb") as file:
        file.write("text,lang,attack,spam,source,split\n草案,zh-Hant,0,0,made,test\n".encode("big5"))
    assert main(["evaluate", str(tmp_path)]) == USAGE_ERROR
    assert "not UTF-8" in capsys.readouterr().err


def test_what_is_not_gzip_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "set.csv.gz").write_text("text,lang\n")
    assert main(["evaluate", str(tmp_path)]) == USAGE_ERROR
    assert "not a whole gzip file" in capsys.readouterr().err


def test_training_asks_for_its_data(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CIVILITY_DATA", raising=False)
    assert main(["data"]) == USAGE_ERROR
    assert "CIVILITY_DATA" in capsys.readouterr().err


def test_a_run_that_goes_on_takes_no_other_vocabulary(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["train", "--out", "run", "--start", "earlier", "--vocabulary", "tokenizer.json"])
    assert "not allowed with argument --start" in capsys.readouterr().err
