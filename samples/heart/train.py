"""Trains the heart-disease classifier and writes it as an ONNX model that takes the raw columns.

Logistic regression over standardised numbers and one-hot categories. The graph holds all of the preparation, one named
input per column, so that a caller sends what is in the CSV. Run through train.sh; running twice gives the same bytes.
"""

import hashlib
import json
import os
import platform

import numpy
import onnx
import pandas
import sklearn
from onnx import TensorProto, helper, numpy_helper
from sklearn.compose import ColumnTransformer
from sklearn.dummy import DummyClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

SEED = 20261121
DATA = os.path.join(os.environ["TIDEMARK_DATA"], "heart")
LABEL = "target"
NUMBERS = ["age", "trestbps", "chol", "thalach", "oldpeak", "ca"]
# The data set's own code book. A value outside it (the file has chest pain 0, thal 1 and 2) sets no indicator, like a missing one.
CATEGORIES = {
    "sex": [0.0, 1.0],
    "cp": [1.0, 2.0, 3.0, 4.0],
    "fbs": [0.0, 1.0],
    "restecg": [0.0, 1.0, 2.0],
    "exang": [0.0, 1.0],
    "slope": [1.0, 2.0, 3.0],
    "thal": ["fixed", "normal", "reversible"],
}
LIMIT = 8.0  # standard deviations: keeps infinities and absurd numbers from becoming NaN


def read(path):
    """The CSV in column order; an empty cell is NaN in a number column and '' in a text column, and nothing else is missing."""
    frame = pandas.read_csv(path, keep_default_na=False, na_values={c: [""] for c in NUMBERS + list(CATEGORIES) if c != "thal"})
    return frame.astype({c: "float32" for c in frame.columns if c not in ("thal", LABEL)}).astype({"thal": "str"})


def pipeline(c):
    numbers = Pipeline([
        ("impute", SimpleImputer(strategy="median")),
        ("scale", StandardScaler()),
        ("clip", FunctionTransformer(numpy.clip, kw_args={"a_min": -LIMIT, "a_max": LIMIT})),
    ])
    one_hot = OneHotEncoder(categories=list(CATEGORIES.values()), handle_unknown="ignore", sparse_output=False)
    columns = ColumnTransformer([("numbers", numbers, NUMBERS), ("categories", one_hot, list(CATEGORIES))])
    return Pipeline([("columns", columns), ("classify", LogisticRegression(C=c, solver="newton-cholesky", tol=1e-10, max_iter=200))])


def choose(x, y):
    """The penalty with the best mean log loss over 10 x 5 stratified folds, and the scores of that choice."""
    folds = RepeatedStratifiedKFold(n_splits=5, n_repeats=10, random_state=SEED)
    best = None
    for c in (0.01, 0.03, 0.1, 0.3, 1.0, 3.0):
        loss = -cross_val_score(pipeline(c), x, y, scoring="neg_log_loss", cv=folds)
        print(f"C={c:<5} log loss {loss.mean():.4f} +- {loss.std():.4f} over {len(loss)} folds")
        if best is None or loss.mean() < best[1].mean():
            best = (c, loss)
    auc = cross_val_score(pipeline(best[0]), x, y, scoring="roc_auc", cv=folds)
    return best[0], {"cvLogLoss": best[1].mean(), "cvLogLossSd": best[1].std(), "cvAuc": auc.mean(), "cvAucSd": auc.std()}


def export(model, metadata):
    """The fitted pipeline as a graph: opset 17, ai.onnx.ml 3, IR 8; inputs [-1, 1], outputs label [-1] and probabilities [-1, 2]."""
    numbers = model.named_steps["columns"].named_transformers_["numbers"]
    classify = model.named_steps["classify"]
    constants = []

    def constant(name, values, kind=numpy.float32):
        constants.append(numpy_helper.from_array(numpy.asarray(values, dtype=kind), name))
        return name

    nodes = [
        helper.make_node("Concat", NUMBERS, ["numbers"], axis=1),
        helper.make_node("IsNaN", ["numbers"], ["missing"]),
        helper.make_node("Where", ["missing", constant("median", [numbers["impute"].statistics_]), "numbers"], ["imputed"]),
        helper.make_node("Sub", ["imputed", constant("mean", [numbers["scale"].mean_])], ["centred"]),
        helper.make_node("Div", ["centred", constant("deviation", [numbers["scale"].scale_])], ["standardised"]),
        helper.make_node("Clip", ["standardised", constant("least", -LIMIT), constant("most", LIMIT)], ["scaled"]),
    ]
    features = ["scaled"]
    for name, known in CATEGORIES.items():
        code, kind = name, numpy.float32
        if name == "thal":
            nodes.append(helper.make_node("LabelEncoder", [name], ["thal_code"], domain="ai.onnx.ml",
                                          keys_strings=known, values_int64s=list(range(len(known))), default_int64=-1))
            code, kind, known = "thal_code", numpy.int64, list(range(len(known)))
        nodes.append(helper.make_node("Equal", [code, constant(f"{name}_known", [known], kind)], [f"{name}_is"]))
        nodes.append(helper.make_node("Cast", [f"{name}_is"], [f"{name}_hot"], to=TensorProto.FLOAT))
        features.append(f"{name}_hot")
    nodes += [
        helper.make_node("Concat", features, ["features"], axis=1),
        helper.make_node("Gemm", ["features", constant("weights", classify.coef_.T), constant("bias", classify.intercept_)], ["score"]),
        helper.make_node("Sigmoid", ["score"], ["positive"]),
        helper.make_node("Sub", [constant("one", 1), "positive"], ["negative"]),
        helper.make_node("Concat", ["negative", "positive"], ["probabilities"], axis=1),
        helper.make_node("ArgMax", ["probabilities"], ["label"], axis=1, keepdims=0),
    ]

    text = TensorProto.STRING
    inputs = [helper.make_tensor_value_info(c, text if c == "thal" else TensorProto.FLOAT, ["rows", 1]) for c in COLUMNS]
    outputs = [helper.make_tensor_value_info("label", TensorProto.INT64, ["rows"]),
               helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["rows", 2])]
    graph = helper.make_graph(nodes, "heart", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="tidemark samples/heart",
                             doc_string=metadata["description"])
    helper.set_model_props(made, {"class_labels": json.dumps(metadata["classLabels"])})
    onnx.checker.check_model(made, full_check=True)
    with open("model.onnx", "wb") as file:
        file.write(made.SerializeToString(deterministic=True))


def cells(column):
    """A column as JSON values: whole numbers without a fraction, a missing number as null."""
    plain = (v if isinstance(v, str) else None if numpy.isnan(v) else float(str(v)) for v in column.to_numpy())
    return [int(v) if isinstance(v, float) and v.is_integer() else v for v in plain]


def examples():
    """Five rows: three as they come, one with a missing number and text, one with categories outside the code book."""
    rows = read(os.path.join(DATA, "heart-unlabeled-0.csv")).iloc[[0, 1, 3, 4, 6]].reset_index(drop=True)
    rows.loc[3, ["chol", "thal"]] = [numpy.nan, ""]
    rows.loc[4, ["cp", "thal"]] = [0.0, "unheard of"]
    return rows


def write_examples(rows):
    columns = {name: cells(rows[name]) for name in COLUMNS}
    lines = ",\n".join("    " + json.dumps(row) for row in zip(*columns.values()))
    with open("rows.json", "w", encoding="utf-8") as file:
        file.write(f'{{"dataframe_split": {{\n  "columns": {json.dumps(COLUMNS)},\n  "data": [\n{lines}\n  ]\n}}}}\n')
    complete = 3  # Open Inference JSON has no word for a missing number
    tensors = ({"name": name, "shape": [complete, 1], "datatype": "BYTES" if name == "thal" else "FP32", "data": values[:complete]}
               for name, values in columns.items())
    lines = ",\n".join("  " + json.dumps(tensor) for tensor in tensors)
    with open("infer.json", "w", encoding="utf-8") as file:
        file.write(f'{{"id": "example", "inputs": [\n{lines}\n]}}\n')


def write_expected(model, rows):
    """What this pipeline itself (not the graph) answers, row by row, for the C# side to equal."""
    with open("expected.csv", "w", encoding="utf-8") as file:
        file.write("file,row,probability\n")
        named = [("rows.json", rows)] + [(f, read(os.path.join(DATA, f))) for f in (f"heart-unlabeled-{i}.csv" for i in range(4))]
        for name, frame in named:
            for i, p in enumerate(model.predict_proba(frame)[:, 1]):
                file.write(f"{name},{i},{p:.9f}\n")


def main():
    path = os.path.join(DATA, "heart_train.csv")
    frame = read(path)
    x, y = frame[COLUMNS], frame[LABEL]
    x_train, x_held, y_train, y_held = train_test_split(x, y, test_size=0.25, stratify=y, random_state=SEED)
    c, metrics = choose(x_train, y_train)

    # Fitted on the training part alone, so that the hold-out figures are those of this very file.
    model = pipeline(c).fit(x_train, y_train)
    p = model.predict_proba(x_held)[:, 1]
    base = DummyClassifier().fit(x_train, y_train).predict_proba(x_held)[:, 1]
    metrics |= {"holdoutAuc": roc_auc_score(y_held, p), "holdoutLogLoss": log_loss(y_held, p),
                "holdoutBrier": brier_score_loss(y_held, p), "holdoutAccuracy": accuracy_score(y_held, p > 0.5),
                "baselineLogLoss": log_loss(y_held, base), "baselineAccuracy": accuracy_score(y_held, base > 0.5)}
    metrics = {name: round(float(value), 4) for name, value in metrics.items()}

    with open(path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    metadata = {
        "description": "Probability of heart disease from 13 clinical columns (logistic regression)",
        "tags": {"sample": "heart", "task": "binary-classification", "algorithm": "logistic-regression"},
        "metrics": metrics,
        "lineage": {
            "dataset": "heart/heart_train.csv", "datasetSha256": digest, "label": LABEL,
            "trainRows": str(len(x_train)), "holdoutRows": str(len(x_held)), "seed": str(SEED), "penaltyC": str(c),
            "trainer": "samples/heart/train.py", "python": platform.python_version(), "scikit-learn": sklearn.__version__,
            "onnx": onnx.__version__, "numpy": numpy.__version__, "pandas": pandas.__version__,
        },
        "classLabels": ["0", "1"],
    }
    export(model, metadata)
    with open("metadata.json", "w", encoding="utf-8") as file:
        file.write(json.dumps(metadata, indent=2) + "\n")
    rows = examples()
    write_examples(rows)
    write_expected(model, rows)
    print(f"C={c}, {len(x_train)} rows to train, {len(x_held)} held out")
    for name, value in metrics.items():
        print(f"{name:<18}{value}")


COLUMNS = ["age", "sex", "cp", "trestbps", "chol", "fbs", "restecg", "thalach", "exang", "oldpeak", "slope", "ca", "thal"]

if __name__ == "__main__":
    main()
