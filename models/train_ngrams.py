"""Train the n-gram side, in a few minutes on all rows. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from models.data import LABELS, SAMPLES, UNKNOWN, Row, Sample
from models.ngrams import Group, Keys, NgramScorer, Table, counts, vector
from models.normalise import LANGUAGES, language, normalise

FEWEST = 8  # texts of the training set that hold an n-gram, for it to be kept
STRENGTH = 10.0  # C of the regression, the inverse of its penalty


def fit_rows(rows: Sequence[Row]) -> NgramScorer:
    """Train on every row that carries a label; zeros of sets that hide insults in them weigh less."""
    known = [row for row in rows if row.attack != UNKNOWN or row.spam != UNKNOWN]
    weights = [
        1.0 if 1 in (row.attack, row.spam) else SAMPLES.get(row.dataset, Sample()).weight_of_zero
        for row in known
    ]
    truth = {label: np.array([getattr(row, label) for row in known]) for label in LABELS}
    return fit([normalise(row.text) for row in known], truth, np.array(weights))


def fit(
    texts: Sequence[str],
    truth: dict[str, NDArray[np.int64]],
    weights: NDArray[np.float64],
    *,
    fewest: int = FEWEST,
) -> NgramScorer:
    """Train on normalised texts; `truth` holds 0, 1 or -1 (not annotated) for each label, `weights` one a row."""
    tables = {}
    for name in LANGUAGES:
        mine = np.array([i for i, text in enumerate(texts) if language(text) == name], dtype=np.int64)
        tables[name] = _table(
            [counts(texts[i]) for i in mine],
            {label: labels[mine] for label, labels in truth.items()},
            weights[mine],
            fewest,
        )
    return NgramScorer(tables)


def _table(
    texts: Sequence[Sequence[Group]],
    truth: dict[str, NDArray[np.int64]],
    weights: NDArray[np.float64],
    fewest: int,
) -> Table:
    keys, idf = _kept(texts, fewest)
    matrix = _matrix(texts, keys, idf)
    packed, scales, biases = {}, {}, {}
    for label, labels in truth.items():
        coefficients, biases[label] = _regression(matrix, labels, weights)
        scales[label] = max(float(np.abs(coefficients).max(initial=0.0)) / 127, 1e-9)
        packed[label] = np.round(coefficients / scales[label]).astype(np.int8)
    return Table(keys, idf, packed, scales, biases)


def _kept(texts: Sequence[Sequence[Group]], fewest: int) -> tuple[Keys, NDArray[np.uint8]]:
    """Return the n-grams that `fewest` texts or more hold, and their inverse document frequency in 1/16."""
    each = [keys for groups in texts for keys, _ in groups] or [np.zeros(0, dtype=np.int64)]
    keys, seen = np.unique(np.concatenate(each), return_counts=True)
    keys, seen = keys[seen >= fewest], seen[seen >= fewest]
    idf = np.round((np.log((1 + len(texts)) / (1 + seen)) + 1) * 16)
    return keys, np.clip(idf, 0, 255).astype(np.uint8)


def _matrix(texts: Sequence[Sequence[Group]], keys: Keys, idf: NDArray[np.uint8]) -> csr_matrix:
    columns, values, starts = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.float32)], [0]
    for groups in texts:
        rows, found = vector(groups, keys, idf)
        columns.append(rows.astype(np.int32))
        values.append(found.astype(np.float32))
        starts.append(starts[-1] + len(rows))
    shape = (len(texts), len(keys))
    return csr_matrix((np.concatenate(values), np.concatenate(columns), starts), shape=shape)


def _regression(
    matrix: csr_matrix, labels: NDArray[np.int64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """Return weights and bias of a logistic regression, classes balanced; nothing where there is one class alone."""
    known = labels >= 0
    if not matrix.shape[1] or len(set(labels[known].tolist())) < 2:
        return np.zeros(matrix.shape[1]), 0.0
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="liblinear", max_iter=100)
    model.fit(matrix[known], labels[known], sample_weight=weights[known])
    return model.coef_[0], float(model.intercept_[0])
