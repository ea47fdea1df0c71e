"""Trains the taxi-fare regressor and writes it as an ONNX model that takes the raw columns.

Gradient-boosted trees over what is known when a ride is ordered. The graph joins one named input per column, runs the trees and
holds the answer to the range of sensible fares. Run through train.sh; running twice gives the same bytes.
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
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score
from sklearn.model_selection import train_test_split

SEED = 20261121
DATA = os.path.join(os.environ["TIDEMARK_DATA"], "taxi")
MONTHS = [f"yellow_tripdata_sample_{month}.csv" for month in ("2019-01", "2019-02", "2020-04")]
COLUMNS = ["passenger_count", "trip_distance", "rate_code_id", "pickup_location_id", "dropoff_location_id"]
LABEL = "fare_amount"
LEAST, MOST = 2.5, 250.0  # USD: the flag fall, and above what any metered ride within reach costs
EVERY = 50  # of the expected answers, one row in so many is committed; sums stand for the rest


def read(name):
    """The columns as the graph takes them: float32, an empty cell NaN."""
    return pandas.read_csv(os.path.join(DATA, name)).astype({c: "float32" for c in COLUMNS})


def trees(seed=SEED):
    # Absolute error: a few fares of the file are typing errors (3,004 USD for no distance at all).
    return HistGradientBoostingRegressor(loss="absolute_error", max_iter=80, max_leaf_nodes=16, min_samples_leaf=40, learning_rate=0.1,
                                         early_stopping=False, random_state=seed)


def floor32(values):
    """The largest float32 not above each value, so that 'x <= threshold' says the same of every float32 as scikit-learn says."""
    rounded = values.astype(numpy.float32)
    return numpy.where(rounded.astype(numpy.float64) > values, numpy.nextafter(rounded, numpy.float32(-numpy.inf)), rounded)


def tree_attributes(model):
    """scikit-learn's predictors as the attributes of ai.onnx.ml TreeEnsembleRegressor."""
    a = {name: [] for name in ("nodes_treeids", "nodes_nodeids", "nodes_modes", "nodes_featureids", "nodes_values", "nodes_truenodeids",
                               "nodes_falsenodeids", "nodes_missing_value_tracks_true", "target_treeids", "target_nodeids", "target_ids", "target_weights")}
    for tree, (predictor,) in enumerate(model._predictors):
        nodes = predictor.nodes
        leaf = nodes["is_leaf"].astype(bool)
        a["nodes_treeids"] += [tree] * len(nodes)
        a["nodes_nodeids"] += range(len(nodes))
        a["nodes_modes"] += ["LEAF" if is_leaf else "BRANCH_LEQ" for is_leaf in leaf]
        a["nodes_featureids"] += numpy.where(leaf, 0, nodes["feature_idx"]).tolist()
        a["nodes_values"] += floor32(numpy.where(leaf, 0.0, nodes["num_threshold"])).tolist()
        a["nodes_truenodeids"] += numpy.where(leaf, 0, nodes["left"]).tolist()
        a["nodes_falsenodeids"] += numpy.where(leaf, 0, nodes["right"]).tolist()
        a["nodes_missing_value_tracks_true"] += numpy.where(leaf, 0, nodes["missing_go_to_left"]).tolist()
        a["target_treeids"] += [tree] * int(leaf.sum())
        a["target_nodeids"] += numpy.flatnonzero(leaf).tolist()
        a["target_ids"] += [0] * int(leaf.sum())
        a["target_weights"] += nodes["value"][leaf].tolist()
    return a


def export(model, metadata):
    """Opset 17, ai.onnx.ml 3, IR 8; one input [-1, 1] per column, output fare [-1, 1] in USD."""
    nodes = [
        helper.make_node("Concat", COLUMNS, ["features"], axis=1),
        helper.make_node("TreeEnsembleRegressor", ["features"], ["quoted"], domain="ai.onnx.ml", n_targets=1, aggregate_function="SUM",
                         post_transform="NONE", base_values=[float(model._baseline_prediction.ravel()[0])], **tree_attributes(model)),
        helper.make_node("Clip", ["quoted", "least", "most"], ["fare"]),
    ]
    constants = [numpy_helper.from_array(numpy.asarray(value, dtype=numpy.float32), name) for name, value in (("least", LEAST), ("most", MOST))]
    inputs = [helper.make_tensor_value_info(c, TensorProto.FLOAT, ["rows", 1]) for c in COLUMNS]
    outputs = [helper.make_tensor_value_info("fare", TensorProto.FLOAT, ["rows", 1])]
    graph = helper.make_graph(nodes, "taxi", inputs, outputs, constants)
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=8, producer_name="tidemark samples/taxi", doc_string=metadata["description"])
    onnx.checker.check_model(made, full_check=True)
    with open("model.onnx", "wb") as file:
        file.write(made.SerializeToString(deterministic=True))


def quote(model, frame):
    return numpy.clip(model.predict(frame[COLUMNS].to_numpy(numpy.float32)), LEAST, MOST)


def write_expected(model):
    """What this model itself (not the graph) answers, for the C# side to equal."""
    with open("expected.csv", "w", encoding="utf-8") as file:
        file.write("file,row,fare\n")
        for name in MONTHS:
            fares = quote(model, read(name))
            file.writelines(f"{name},{row},{fares[row]:.6f}\n" for row in range(0, len(fares), EVERY))
            file.write(f"{name},sum,{fares.sum():.4f}\n")
            file.write(f"{name},rows,{len(fares)}\n")


def main():
    frame = read(MONTHS[0])
    train, held = train_test_split(frame, test_size=0.25, random_state=SEED)
    model = trees().fit(train[COLUMNS].to_numpy(numpy.float32), train[LABEL])
    line = LinearRegression().fit(train[COLUMNS], train[LABEL])
    fares, truth = quote(model, held), held[LABEL]
    metrics = {
        "holdoutMae": mean_absolute_error(truth, fares), "holdoutRmse": mean_squared_error(truth, fares) ** 0.5, "holdoutR2": r2_score(truth, fares),
        "linearMae": mean_absolute_error(truth, line.predict(held[COLUMNS])), "medianMae": float((truth - train[LABEL].median()).abs().mean()),
    }
    for name in MONTHS[1:]:
        month = read(name)
        metrics[f"mae{name[-11:-4].replace('-', '')}"] = mean_absolute_error(month[LABEL], quote(model, month))
    metrics = {name: round(float(value), 4) for name, value in metrics.items()}
    with open(os.path.join(DATA, MONTHS[0]), "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    metadata = {
        "description": "Fare of a New York taxi ride in USD, quoted from what is known when it is ordered (boosted trees)",
        "tags": {"sample": "taxi", "task": "regression", "algorithm": "gradient-boosted-trees"},
        "metrics": metrics,
        "lineage": {
            "dataset": f"taxi/{MONTHS[0]}", "datasetSha256": digest, "label": LABEL, "trainRows": str(len(train)), "holdoutRows": str(len(held)),
            "seed": str(SEED), "trainer": "samples/taxi/train.py", "python": platform.python_version(), "scikit-learn": sklearn.__version__,
            "onnx": onnx.__version__, "numpy": numpy.__version__, "pandas": pandas.__version__,
        },
    }
    export(model, metadata)
    with open("metadata.json", "w", encoding="utf-8") as file:
        file.write(json.dumps(metadata, indent=2) + "\n")
    write_expected(model)
    for name, value in metrics.items():
        print(f"{name:<18}{value}")


if __name__ == "__main__":
    main()
