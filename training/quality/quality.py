"""The quality table of docs/training.md: this trainer beside scikit-learn and xgboost, same splits, five seeds.

Run with Debian's python3 (python3-sklearn, python3-xgboost): quality.py TRAINER_COMMAND... > figures.csv
Every peer gets the rows that the trainer splits (training and validation to fit and tune on, test to be judged by), by the
algorithm of docs/training-contract.md. Logistic and ridge regression and the boosted trees tune by cross-validation on
training and validation rows together, or, from 2,000 rows on, on the validation part.
"""
import csv
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
warnings.filterwarnings("ignore")

import numpy
from sklearn import datasets
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegressionCV, RidgeCV
from sklearn.metrics import log_loss, mean_squared_error, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

try:
    import xgboost
except ImportError:
    xgboost = None

MASK = (1 << 64) - 1
VALIDATION, TEST = 0.15, 0.2


def following(x):
    x = (x + 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    return x ^ (x >> 31)


def mix(seed, *parts):
    for part in parts:
        seed = following(seed ^ following(part))
    return seed


def split(classes, seed):
    """0 training, 1 validation, 2 test per row."""
    parts = numpy.zeros(len(classes), int)
    for place in sorted(set(classes)):
        rows = numpy.flatnonzero(classes == place)
        salt = following(mix(seed, 11, int(place)))
        rows = rows[sorted(range(len(rows)), key=lambda j: following(j ^ salt))]
        test, validation = int(len(rows) * TEST + 0.5), int(len(rows) * VALIDATION + 0.5)
        parts[rows[:test]], parts[rows[test:test + validation]] = 2, 1
    return parts


def synthetic(task, rows=20000):
    """20 numbers with gaps and three categories; smooth terms, steps and products."""
    random = numpy.random.RandomState(7)
    x = random.normal(size=(rows, 20))
    categories = random.randint(0, 6, size=(rows, 3))
    signal = (numpy.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + (x[:, 3] > 0.5) * 1.5 + numpy.abs(x[:, 4]) - 0.8 + 0.5 * x[:, 5]
              + (categories[:, 0] == 2) * 1.2 - (categories[:, 1] > 3) * x[:, 6])
    x[random.rand(rows, 20) < 0.05] = numpy.nan
    texts = numpy.array(["a", "b", "c", "d", "e", "f"])[categories]
    if task == "regression":
        return x, texts, 2 * signal + random.normal(scale=1.5, size=rows)
    return x, texts, (signal + random.logistic(scale=0.7, size=rows) > 0).astype(int)


def bundled(load):
    data = load()
    return data.data, numpy.zeros((len(data.data), 0), str), data.target


def heart(path):
    with open(path, encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    names = [0, 3, 4, 5, 7, 8, 9, 11]
    kinds = [1, 2, 6, 10, 12]
    cell = lambda text: float(text) if text else numpy.nan
    return (numpy.array([[cell(r[i]) for i in names] for r in rows]), numpy.array([[r[i] for i in kinds] for r in rows]),
            numpy.array([int(r[13]) for r in rows]))


def tables():
    data = os.environ.get("TIDEMARK_DATA", "../shared/data")
    if os.path.exists(os.path.join(data, "heart/heart_train.csv")):
        yield "heart", "binary", heart(os.path.join(data, "heart/heart_train.csv"))
    yield "breast_cancer", "binary", bundled(datasets.load_breast_cancer)
    yield "wine", "multiclass", bundled(datasets.load_wine)
    yield "digits", "multiclass", bundled(datasets.load_digits)
    yield "diabetes", "regression", bundled(datasets.load_diabetes)
    yield "synthetic_binary", "binary", synthetic("binary")
    yield "synthetic_regression", "regression", synthetic("regression")


def figures(task, y, answers):
    """The figure that the table compares by comes first: log loss or RMSE."""
    if task == "regression":
        return {"rmse": mean_squared_error(y, answers) ** 0.5}
    areas = roc_auc_score(y, answers[:, 1]) if task == "binary" else roc_auc_score(y, answers, multi_class="ovr")
    return {"logLoss": log_loss(y, answers), "rocAuc": areas}


def row_losses(task, y, answers):
    return (answers - y) ** 2 if task == "regression" else -numpy.log(numpy.clip(answers[numpy.arange(len(y)), y], 1e-12, 1))


def ours(command, folder, task, table, seed):
    x, texts, y = table
    names = [f"x{i}" for i in range(x.shape[1])] + [f"c{i}" for i in range(texts.shape[1])]
    with open(os.path.join(folder, "data.csv"), "w", encoding="utf-8", newline="") as file:
        write = csv.writer(file)
        write.writerow(names + ["y"])
        for numbers, words, label in zip(x, texts, y):
            write.writerow(["" if numpy.isnan(v) else repr(float(v)) for v in numbers] + list(words) + [label])
    spec = {"contract": 1, "dataset": {"path": "data.csv"}, "task": task, "label": {"column": "y"}, "seed": seed,
            "features": [{"name": n, "type": "numeric" if n[0] == "x" else "categorical"} for n in names],
            "split": {"kind": "stratified", "validation": VALIDATION, "test": TEST}}
    with open(os.path.join(folder, "spec.json"), "w", encoding="utf-8") as file:
        json.dump(spec, file)
    out = os.path.join(folder, "out")
    subprocess.run(command + [os.path.join(folder, "spec.json"), "--output", out, "--threads", "1"], check=True, stdout=subprocess.DEVNULL)
    metrics = json.load(open(os.path.join(out, "metrics.json"), encoding="utf-8"))
    lineage = json.load(open(os.path.join(out, "lineage.json"), encoding="utf-8"))
    classes = y if task != "regression" else numpy.zeros(len(y), int)
    assert hashlib.sha256(split(classes, seed).astype(numpy.uint8).tobytes()).hexdigest() == lineage["splitSha256"], "the splits differ"
    test = metrics["test"]
    kept = {k: test[k] for k in (["rmse"] if task == "regression" else ["logLoss", "rocAuc"])}
    return kept, lineage["cpuSeconds"], metrics["chosen"]


def dense(x, texts, scale):
    """One-hot categories; numbers imputed and scaled where a model needs that."""
    number = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler()) if scale else "passthrough"
    table = numpy.hstack([x.astype(object), texts.astype(object)])
    columns = ColumnTransformer([("numbers", number, list(range(x.shape[1]))),
                                 ("texts", OneHotEncoder(handle_unknown="ignore", sparse=False), list(range(x.shape[1], table.shape[1])))])
    return table, columns


def folds(task, y, rows, parts):
    """Pairs of (fit, judge) row numbers."""
    if len(y) >= 2000:
        return [(numpy.flatnonzero(parts == 0), numpy.flatnonzero(parts == 1))]
    cut = KFold(5, shuffle=True, random_state=0) if task == "regression" else StratifiedKFold(5, shuffle=True, random_state=0)
    return [(rows[a], rows[b]) for a, b in cut.split(rows, None if task == "regression" else y[rows])]


def linear(task, table, parts):
    x, texts, y = table
    cells, columns = dense(x, texts, scale=True)
    model = RidgeCV(numpy.logspace(-3, 4, 15)) if task == "regression" else LogisticRegressionCV(Cs=8, cv=3, max_iter=300, scoring="neg_log_loss")
    rows = parts < 2
    fitted = make_pipeline(columns, model).fit(cells[rows], y[rows])
    return fitted.predict(cells[parts == 2]) if task == "regression" else fitted.predict_proba(cells[parts == 2])


def hist_gradient_boosting(task, table, parts):
    x, texts, y = table
    codes = numpy.hstack([x, numpy.array([[ord(t[0]) if t else numpy.nan for t in row] for row in texts]).reshape(len(x), -1)])
    maps = [{t: i for i, t in enumerate(sorted(set(texts[parts < 2, c])))} for c in range(texts.shape[1])]
    for c, codes_of in enumerate(maps):
        codes[:, x.shape[1] + c] = [codes_of.get(t, numpy.nan) if t else numpy.nan for t in texts[:, c]]
    kind = HistGradientBoostingRegressor if task == "regression" else HistGradientBoostingClassifier
    answer = lambda m, r: m.predict(codes[r]) if task == "regression" else m.predict_proba(codes[r])
    rows = numpy.flatnonzero(parts < 2)
    best = None
    for rate in (0.05, 0.1):
        for leaves in (7, 31):
            settings = dict(learning_rate=rate, max_leaf_nodes=leaves, max_iter=500, early_stopping=True, validation_fraction=0.15, n_iter_no_change=15,
                            random_state=0, categorical_features=list(range(x.shape[1], codes.shape[1])) or None)
            losses = [row_losses(task, y[b], answer(kind(**settings).fit(codes[a], y[a]), b)).mean() for a, b in folds(task, y, rows, parts)]
            if best is None or numpy.mean(losses) < best[0]:
                best = (numpy.mean(losses), settings)
    return answer(kind(**best[1]).fit(codes[rows], y[rows]), parts == 2)


def xgboost_hist(task, table, parts):
    x, texts, y = table
    cells, columns = dense(x, texts, scale=False)
    rows = numpy.flatnonzero(parts < 2)
    columns.fit(cells[rows])
    matrix = columns.transform(cells).astype(numpy.float32)
    of = lambda r: xgboost.DMatrix(matrix[r], y[r])
    objective = {"binary": "binary:logistic", "multiclass": "multi:softprob", "regression": "reg:squarederror"}[task]
    best = None
    for rate in (0.05, 0.1):
        for depth in (3, 6):
            settings = {"objective": objective, "eta": rate, "max_depth": depth, "tree_method": "hist", "nthread": 1, "subsample": 0.8, "colsample_bytree": 0.8, "seed": 0}
            if task == "multiclass":
                settings["num_class"] = len(set(y))
            fits = [xgboost.train(settings, of(a), 1000, [(of(b), "v")], early_stopping_rounds=20, verbose_eval=False) for a, b in folds(task, y, rows, parts)]
            loss = numpy.mean([f.best_score for f in fits])
            if best is None or loss < best[0]:
                best = (loss, settings, int(numpy.mean([f.best_iteration + 1 for f in fits])))
    p = xgboost.train(best[1], of(rows), best[2]).predict(of(numpy.flatnonzero(parts == 2)))
    return numpy.stack([1 - p, p], 1) if task == "binary" else p


def main():
    command = sys.argv[1:]
    only = os.environ.get("TABLES", "").split(",") if os.environ.get("TABLES") else None
    seeds = [int(s) for s in os.environ.get("SEEDS", "1,2,3,4,5").split(",")]
    write = csv.writer(sys.stdout)
    write.writerow(["table", "task", "seed", "peer", "figure", "value", "cpu_seconds", "chosen"])
    peers = {"linear (scikit-learn)": linear, "HistGradientBoosting": hist_gradient_boosting}
    if xgboost is not None:
        peers["xgboost hist"] = xgboost_hist
    for name, task, table in tables():
        if only and name not in only:
            continue
        y = table[2]
        for seed in seeds:
            with tempfile.TemporaryDirectory() as folder:
                found, seconds, chosen = ours(command, folder, task, table, seed)
            for figure, value in found.items():
                write.writerow([name, task, seed, "Tidemark", figure, f"{value:.5f}", f"{seconds:.1f}", chosen])
            parts = split(y if task != "regression" else numpy.zeros(len(y), int), seed)
            for peer, fit in ({} if os.environ.get("OURS_ONLY") else peers).items():
                began = time.process_time()
                answers = fit(task, table, parts)
                spent = time.process_time() - began
                for figure, value in figures(task, y[parts == 2], answers).items():
                    write.writerow([name, task, seed, peer, figure, f"{value:.5f}", f"{spent:.1f}", ""])
            sys.stdout.flush()


if __name__ == "__main__":
    main()
