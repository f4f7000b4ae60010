"""Train the n-gram side, in a few minutes on all rows. Needs scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from models.data import LABELS, SAMPLES, UNKNOWN, Row, Sample
from models.ngrams import PLACES, NgramScorer, counts
from models.normalise import normalise


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
    texts: Sequence[str], truth: dict[str, NDArray[np.int64]], weights: NDArray[np.float64]
) -> NgramScorer:
    """Train on normalised texts; `truth` holds 0, 1 or -1 (not annotated) for each label, `weights` one a row.

    Logistic regression (C = 3, classes balanced), as the baselines are; needs scikit-learn.
    """
    rows = [counts(text) for text in texts]
    seen = np.zeros(PLACES)
    for places, _, _ in rows:
        seen[places] += 1
    idf = np.clip(np.round((np.log((1 + len(rows)) / (1 + seen)) + 1) * 16), 0, 255).astype(np.uint8)
    indices, values, starts = [], [], [0]
    for places, numbers, groups in rows:
        value = (1 + np.log(numbers)) * idf[places]
        lengths = np.sqrt(np.bincount(groups, weights=value**2, minlength=3))
        indices.append(places.astype(np.int32))
        values.append((value / np.maximum(lengths, 1e-9)[groups]).astype(np.float32))
        starts.append(starts[-1] + len(places))
    matrix = csr_matrix((np.concatenate(values), np.concatenate(indices), starts), shape=(len(rows), PLACES))
    del rows, values, indices
    packed, scales, biases = {}, {}, {}
    for label, labels in truth.items():
        known = labels >= 0
        model = LogisticRegression(C=3.0, class_weight="balanced", solver="liblinear", max_iter=100)
        model.fit(matrix[known], labels[known], sample_weight=weights[known])
        coefficients = model.coef_[0]
        scales[label] = float(np.abs(coefficients).max() / 127)
        packed[label] = np.round(coefficients / scales[label]).astype(np.int8)
        biases[label] = float(model.intercept_[0])
    return NgramScorer(idf, packed, scales, biases)
