"""What a model is worth on some rows, as docs/training-contract.md defines it."""
from __future__ import annotations

from typing import Any, Optional

import numpy as np

_BINS = 15
FIGURES = ("accuracy", "precision", "recall", "f1", "rocAuc", "prAuc", "logLoss", "brier", "calibrationError", "rmse", "mae", "r2")


def roc_auc(positive: np.ndarray, scores: np.ndarray) -> Optional[float]:
    """The Mann-Whitney statistic, ties counted one half; None where one class is absent."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2.0)[inverse.reshape(-1)]
    positives = float(positive.sum())
    negatives = len(positive) - positives
    if positives == 0 or negatives == 0:
        return None
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(positive: np.ndarray, scores: np.ndarray) -> Optional[float]:
    """Average precision; None where there is no positive."""
    total = int(positive.sum())
    if total == 0:
        return None
    hits, last, _ = _descending(positive, scores)
    return float((np.diff(np.r_[0, hits[last]]) * hits[last] / (last + 1.0)).sum() / total)


def best_threshold(positive: np.ndarray, scores: np.ndarray) -> float:
    """The threshold with the largest F1, midway between two scores that occur; the smallest such when several are."""
    hits, last, inorder = _descending(positive, scores)
    f1 = 2.0 * hits[last] / (last + 1 + positive.sum())
    at = last[len(f1) - 1 - int(np.argmax(f1[::-1]))]
    below = inorder[at + 1] if at + 1 < len(inorder) else 0.0
    return float(np.clip((inorder[at] + below) / 2, 1e-6, 1 - 1e-6))


def _descending(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Positives so far from the highest score down, the last place of each score, and the scores."""
    order = np.argsort(-scores, kind="stable")
    inorder = scores[order]
    return np.cumsum(positive[order]), np.flatnonzero(np.r_[inorder[1:] != inorder[:-1], True]), inorder


def answers(probabilities: np.ndarray, threshold: float) -> np.ndarray:
    """The class that a model answers: by the threshold where there are two, else the most probable, the first of equals."""
    return (probabilities[:, 1] >= threshold).astype(np.int64) if probabilities.shape[1] == 2 else probabilities.argmax(1)


def classification(truth: np.ndarray, probabilities: np.ndarray, threshold: float) -> dict[str, Any]:
    """Measures of probabilities [rows, classes]."""
    rows, classes = probabilities.shape
    answered = answers(probabilities, threshold)
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (truth, answered), 1)
    one_hot = truth[:, None] == np.arange(classes)
    first = 1 if classes == 2 else 0
    confidence = probabilities[:, 1] if classes == 2 else probabilities[np.arange(rows), answered]
    hit = truth == 1 if classes == 2 else truth == answered
    precision, recall, f1 = _averages(confusion, first)
    areas = [roc_auc(one_hot[:, c], probabilities[:, c]) for c in range(first, classes)]
    precisions = [average_precision(one_hot[:, c], probabilities[:, c]) for c in range(first, classes)]
    found = {
        "rows": rows, "accuracy": float(np.trace(confusion) / rows), "precision": precision, "recall": recall, "f1": f1,
        "rocAuc": _mean(areas), "prAuc": _mean(precisions),
        "logLoss": float(-np.log(np.clip(probabilities[np.arange(rows), truth], 1e-12, 1)).mean()) + 0.0,
        "brier": float(((probabilities - one_hot)[:, first:] ** 2).sum() / rows),
        "calibrationError": _calibration_error(confidence, hit), "confusion": confusion.tolist(),
    }
    if classes == 2:
        found["positiveRate"], found["selectionRate"] = float(confusion[1].sum() / rows), float(confusion[:, 1].sum() / rows)
    return {name: value for name, value in found.items() if value is not None}


def regression(truth: np.ndarray, predictions: np.ndarray) -> dict[str, Any]:
    """Measures of predictions [rows]."""
    error = predictions - truth
    squares, spread = float((error**2).sum()), float(((truth - truth.mean()) ** 2).sum())
    found = {"rows": len(truth), "rmse": float(np.sqrt(squares / len(truth))), "mae": float(np.abs(error).mean()), "bias": float(error.mean())}
    if spread > 0:
        found["r2"] = 1 - squares / spread
    return found


def _mean(values: list[Optional[float]]) -> Optional[float]:
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else None


def _averages(confusion: np.ndarray, first: int) -> tuple[float, float, float]:
    hits, answered, true = (of[first:].astype(float) for of in (np.diag(confusion), confusion.sum(0), confusion.sum(1)))

    def share(of: np.ndarray, by: np.ndarray) -> float:
        return float(np.divide(of, by, out=np.zeros_like(of), where=by > 0).mean())

    return share(hits, answered), share(hits, true), share(2 * hits, answered + true)


def _calibration_error(confidence: np.ndarray, hit: np.ndarray) -> float:
    """|mean confidence - share of hits| over bins of equal width, weighted by their rows."""
    bins = np.clip((confidence * _BINS).astype(np.int64), 0, _BINS - 1)
    return float(np.abs(np.bincount(bins, weights=confidence - hit, minlength=_BINS)).sum() / len(confidence))
