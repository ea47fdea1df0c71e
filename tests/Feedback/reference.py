"""Writes reference.json: metrics and estimates of seeded data by scikit-learn, scipy and, where they have none, by the formula written out in numpy.

Run: python3 tests/Feedback/reference.py (needs python3-sklearn; ours: Debian 12, scikit-learn 1.2.1, scipy 1.10, numpy 1.24).
DeLong's variance is written out pair by pair; NannyML's estimates (CBPE) and sampling errors are written out from its documentation and are not run.
"""

import json
import pathlib
import warnings

import numpy as np
from scipy.stats import binomtest, norm
from sklearn import metrics as m
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression

warnings.simplefilter("ignore")
Z = norm.ppf(0.975)


def wilson(hits, trials):
    low, high = binomtest(int(hits), int(trials)).proportion_ci(method="wilson")
    return [hits / trials, low, high]


def delong(y, s):
    pos, neg = s[y == 1], s[y == 0]
    wins = (pos[:, None] > neg[None, :]) + 0.5 * (pos[:, None] == neg[None, :])
    auc = wins.mean()
    var = wins.mean(axis=1).var(ddof=1) / len(pos) + wins.mean(axis=0).var(ddof=1) / len(neg)
    half = Z * var**0.5
    return [auc, max(0, auc - half), min(1, auc + half)]


def mean(losses):
    half = Z * losses.std(ddof=1) / len(losses) ** 0.5
    return [losses.mean(), max(0, losses.mean() - half), losses.mean() + half]


def ece(y, s, bins):
    true, pred = calibration_curve(y, s, n_bins=bins, strategy="uniform")
    counts = np.bincount(np.searchsorted(np.linspace(0, 1, bins + 1)[1:-1], s), minlength=bins)
    return float(np.sum(counts[counts > 0] / len(y) * np.abs(true - pred)))


def binary(seed, n, base, noise, digits):
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < base).astype(int)
    s = np.round(np.clip(1 / (1 + np.exp(-(2 * y - 1 + rng.normal(0, noise, n)))), 0, 1), digits)
    p = (s >= 0.5).astype(int)
    tn, fp, fn, tp = (int(v) for v in m.confusion_matrix(y, p, labels=[0, 1]).ravel())
    jaccard = wilson(tp, tp + fp + fn)
    cost = np.array([[0, 1], [5, 0]])
    expected = {
        "accuracy": wilson(tp + tn, n),
        "precision": wilson(tp, tp + fp),
        "recall": wilson(tp, tp + fn),
        "specificity": wilson(tn, tn + fp),
        "f1": [m.f1_score(y, p)] + [2 * j / (1 + j) for j in jaccard[1:]],
        "roc_auc": [m.roc_auc_score(y, s)] + delong(y, s)[1:],
        "pr_auc": [m.average_precision_score(y, s)],
        "log_loss": [m.log_loss(y, s)] + mean(-np.log(np.clip(np.where(y == 1, s, 1 - s), 2.220446049250313e-16, 1)))[1:],
        "brier": [m.brier_score_loss(y, s)] + mean((s - y) ** 2)[1:],
        "calibration_error": [ece(y, s, 10)],
        "expected_cost": mean(cost[y, p].astype(float)),
    }
    assert abs(m.accuracy_score(y, p) - expected["accuracy"][0]) < 1e-12
    assert abs(m.precision_score(y, p) - expected["precision"][0]) < 1e-12
    assert abs(m.recall_score(y, p) - expected["recall"][0]) < 1e-12
    return {"request": {"task": "binary", "labels": y.tolist(), "scores": s.tolist(), "costs": cost.tolist()}, "matrix": [[tn, fp], [fn, tp]], "metrics": expected}


def multiclass(seed, n, k, sharp):
    rng = np.random.default_rng(seed)
    y = rng.choice(k, n, p=np.arange(1, k + 1) / (k * (k + 1) / 2))
    logits = rng.normal(0, 1, (n, k)) + sharp * np.eye(k)[y]
    s = np.exp(logits)
    s = np.round(s / s.sum(axis=1, keepdims=True), 4)
    s[:, 0] = np.round(s[:, 0] + 1 - s.sum(axis=1), 4)
    p = s.argmax(axis=1)
    expected = {"accuracy": wilson((y == p).sum(), n), "log_loss": [m.log_loss(y, s)]}
    for average in ("macro", "weighted"):
        expected[f"precision_{average}"] = [m.precision_score(y, p, average=average, zero_division=0)]
        expected[f"recall_{average}"] = [m.recall_score(y, p, average=average, zero_division=0)]
        expected[f"f1_{average}"] = [m.f1_score(y, p, average=average, zero_division=0)]
        expected[f"roc_auc_ovr_{average}"] = [m.roc_auc_score(y, s, multi_class="ovr", average=average)]
    return {"request": {"task": "multiclass", "labels": y.tolist(), "scores": s.tolist()}, "matrix": m.confusion_matrix(y, p).tolist(), "metrics": expected}


def regression(seed, n, noise):
    rng = np.random.default_rng(seed)
    y = np.round(rng.normal(50, 20, n), 2)
    p = np.round(y + rng.normal(0, noise, n), 2)
    mse = mean((y - p) ** 2)
    expected = {
        "mse": [m.mean_squared_error(y, p)] + mse[1:],
        "rmse": [m.mean_squared_error(y, p, squared=False)] + [v**0.5 for v in mse[1:]],
        "mae": [m.mean_absolute_error(y, p)] + mean(np.abs(y - p))[1:],
        "mape": [m.mean_absolute_percentage_error(y, p)] + mean(np.abs((y - p) / y))[1:],
        "r2": [m.r2_score(y, p)],
    }
    return {"request": {"task": "regression", "labels": y.tolist(), "predictions": p.tolist()}, "metrics": expected}


def isotonic(seed, n, digits):
    rng = np.random.default_rng(seed)
    s = np.round(rng.random(n), digits)
    y = (rng.random(n) < s**2).astype(int)
    at = np.round(np.linspace(-0.1, 1.1, 49), 3)
    fitted = IsotonicRegression(out_of_bounds="clip", increasing=True).fit(s, y)
    return {"scores": s.tolist(), "labels": y.tolist(), "at": at.tolist(), "expected": fitted.predict(at).tolist()}


def realized(metric, y, p, s):
    if metric == "specificity":
        return m.recall_score(y, p, pos_label=0)
    if metric == "roc_auc":
        return m.roc_auc_score(y, s)
    return getattr(m, f"{metric}_score")(y, p)


def estimated(metric, p, s, q):
    if metric == "roc_auc":
        order = np.argsort(s, kind="stable")[::-1]
        tps = np.r_[0, np.cumsum(q[order])]
        fps = np.r_[0, np.cumsum(1 - q[order])]
        return m.auc(fps / fps[-1], tps / tps[-1])
    tp, fp = q[p == 1].sum(), (1 - q[p == 1]).sum()
    fn, tn = q[p == 0].sum(), (1 - q[p == 0]).sum()
    return {
        "accuracy": (tp + tn) / len(q),
        "precision": tp / (tp + fp),
        "recall": tp / (tp + fn),
        "specificity": tn / (tn + fp),
        "f1": tp / (tp + 0.5 * (fp + fn)),
    }[metric]


def sampling_error(metric, y, p, s, n):
    if metric == "roc_auc":
        if y.mean() > 0.5:
            y, s = 1 - y, 1 - s
        order = np.argsort(s, kind="stable")
        ranks = np.flatnonzero(y[order])
        placements = (ranks - np.arange(len(ranks))) / (len(y) - len(ranks))
        return placements.std() / (n * len(ranks) / len(y)) ** 0.5
    relevant = {
        "accuracy": np.ones(len(y), bool),
        "precision": p == 1,
        "recall": y == 1,
        "specificity": y == 0,
        "f1": (p == 1) | (y == 1),
    }[metric]
    hits = (y == p)[relevant].astype(float)
    if metric == "f1":
        hits *= len(hits) / (hits.sum() + 0.5 * (1 - hits).sum())
    return hits.std() / (n * relevant.mean()) ** 0.5


def estimation(seed, n, chunk, distort, shift):
    rng = np.random.default_rng(seed)

    def rows(count, shifted):
        truth = 1 / (1 + np.exp(-rng.normal(0.3 - shifted, 1.5, count)))
        return np.round(truth**distort, 9), (rng.random(count) < truth).astype(int)

    (s, y), (analysis, actual) = rows(n, 0), rows(n, shift)
    p = (s >= 0.5).astype(int)
    calibrator = IsotonicRegression(out_of_bounds="clip", increasing=True).fit(s, y)
    answers = {}
    for metric in ("roc_auc", "accuracy", "precision", "recall", "f1", "specificity"):
        chunks = [slice(i, i + chunk) for i in range(0, n, chunk)]
        reference = np.array([realized(metric, y[c], p[c], s[c]) for c in chunks])
        lower = max(0, reference.mean() - 3 * reference.std())
        upper = min(1, reference.mean() + 3 * reference.std())
        found = []
        for c in chunks:
            estimate = estimated(metric, (analysis[c] >= 0.5).astype(int), analysis[c], calibrator.predict(analysis[c]))
            found.append([estimate, sampling_error(metric, y, p, s, len(analysis[c])), bool(estimate < lower or estimate > upper)])
        answers[metric] = {"lower": lower, "upper": upper, "chunks": found}
    return {
        "request": {"reference": {"scores": s.tolist(), "labels": y.tolist()}, "analysis": {"scores": analysis.tolist()}, "chunkSize": chunk, "calibration": "isotonic"},
        "answers": answers,
    }


fixture = {
    "evaluations": [
        binary(1, 60, 0.4, 1.0, 2),
        binary(2, 200, 0.1, 1.5, 3),
        binary(3, 150, 0.7, 3.0, 1),
        multiclass(4, 120, 3, 1.5),
        multiclass(5, 150, 6, 0.5),
        regression(6, 80, 5),
        regression(7, 100, 60),
    ],
    "isotonic": [isotonic(8, 60, 3), isotonic(9, 120, 1)],
    "estimations": [estimation(10, 500, 100, 2.0, 0), estimation(11, 460, 150, 0.6, 1.5)],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture, separators=(",", ":")) + "\n")
