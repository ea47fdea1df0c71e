"""Writes reference.json: paired bootstrap intervals by numpy and scikit-learn on the rows and draws that docs/training-contract.md defines.

Run: python3 tests/Training/Evaluation/reference.py (needs python3-sklearn; ours: Debian 12, scikit-learn 1.2.1, numpy 1.24).
"""

import json
import pathlib

import numpy as np
from sklearn import metrics as m

MASK = (1 << 64) - 1


def step(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def mix(seed, *parts):
    for part in parts:
        seed = step(seed ^ step(part))
    return seed


def uniform(row, k):
    return mix(3, row, k) / 2**64


def draw(n, seed, b):
    salt = step(mix(seed, 77, b))
    return np.array([step(i ^ salt) % n for i in range(n)])


def metric(name, y, p, width):
    if name == "rmse":
        return m.mean_squared_error(y, p) ** 0.5
    if name == "mae":
        return m.mean_absolute_error(y, p)
    if name == "r2":
        return m.r2_score(y, p)
    answer = (p[:, 1] >= 0.4).astype(int) if width == 2 else p.argmax(axis=1)
    average = "binary" if width == 2 else "macro"
    labels = None if width == 2 else list(range(width))
    if name == "rocAuc":
        return m.roc_auc_score(y, p[:, 1]) if width == 2 else np.mean([m.roc_auc_score(y == c, p[:, c]) for c in range(width)])
    if name == "prAuc":
        return m.average_precision_score(y, p[:, 1]) if width == 2 else np.mean([m.average_precision_score(y == c, p[:, c]) for c in range(width)])
    if name == "logLoss":
        return m.log_loss(y, p, labels=list(range(width)))
    if name == "brier":
        return m.brier_score_loss(y, p[:, 1]) if width == 2 else np.mean([sum((p[i, c] - (y[i] == c)) ** 2 for c in range(width)) for i in range(len(y))])
    if name == "accuracy":
        return m.accuracy_score(y, answer)
    score = {"f1": m.f1_score, "recall": m.recall_score, "precision": m.precision_score}[name]
    return score(y, answer, average=average, labels=labels, zero_division=0)


def improvement(name, before, after):
    return (before - after) / before if name in ("logLoss", "brier", "rmse", "mae") else after - before


def rows(task, n):
    signal = np.array([uniform(i, 1) for i in range(n)])
    noise = np.array([[uniform(i, 2), uniform(i, 3), uniform(i, 4)] for i in range(n)])
    if task == "regression":
        y = signal * 10 + noise[:, 0]
        return y, signal * 9, signal * 10 + noise[:, 1] - 0.5, 1
    width = 2 if task == "binary" else 3
    y = np.minimum((width * (0.7 * signal + 0.3 * noise[:, 0])).astype(int), width - 1)

    def scores(weight, k):
        # Rounded to 1/64, so that there are ties, and exact in both languages.
        raw = np.array([[1 + np.floor(63 * (weight * (1 - abs(signal[i] - (c + 0.5) / width)) + (1 - weight) * uniform(i, k + c))) for c in range(width)] for i in range(n)])
        return raw / raw.sum(axis=1, keepdims=True)

    return y, scores(0.3, 10), scores(0.6, 20), width


def main():
    cases = []
    for task, names in [("binary", ["rocAuc", "prAuc", "logLoss", "brier", "f1", "recall", "precision", "accuracy"]), ("multiclass", ["rocAuc", "prAuc", "logLoss", "brier", "f1", "recall", "precision", "accuracy"]), ("regression", ["rmse", "mae", "r2"])]:
        y, before, after, width = rows(task, 150)
        for name in names:
            found = []
            for b in range(200):
                rows_drawn = draw(len(y), 1, b)
                found.append(improvement(name, metric(name, y[rows_drawn], before[rows_drawn], width), metric(name, y[rows_drawn], after[rows_drawn], width)))
            low, high = np.quantile(found, [0.05, 0.95])
            first, second = metric(name, y, before, width), metric(name, y, after, width)
            cases.append(dict(task=task, metric=name, reference=first, challenger=second, improvement=improvement(name, first, second), low=low, high=high))
    text = json.dumps(cases, indent=1)
    pathlib.Path(__file__).with_name("reference.json").write_text(text + "\n")


main()
