"""The files of a run, as docs/training-contract.md and the schemas beside it say."""
from __future__ import annotations

import json
import math
import os
import platform
import resource
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Optional

import numpy as np
import onnx
import torch

from . import NAME, VERSION, columns, measures, splitmix
from .answers import Answers, Choice, Fitted, Model
from .dataset import Dataset
from .folder import Checkpoints
from .graph import Graph
from .problem import Problem
from .split import TEST, TRAINING, VALIDATION

_SMALL_GROUP = 30
_MOST_PARITY = 64
_MOST_VALUES = 100


@dataclass(frozen=True)
class Tuned:
    """What validation settled for the model chosen."""

    temperature: float
    threshold: float


def model(data: Dataset, problem: Problem, chosen: Fitted, tuned: Tuned) -> bytes:
    """model.onnx: raw columns in; label and probabilities, or the prediction, out."""
    graph = Graph(data.number_names, data.text_names, data.ids)
    outputs = chosen.model.export(graph)
    words = {"task": problem.task, "candidate": chosen.name, "trainer": NAME}
    if problem.names is None:
        graph.node("Identity", [outputs], "prediction")
        return graph.model(chosen.name, [("prediction", graph.FLOAT, 1)], words)
    if tuned.temperature != 1:
        outputs = graph.node("Mul", [outputs, graph.constant(np.float32(1 / tuned.temperature))])
    if problem.task == "binary":
        positive = graph.node("Sigmoid", [outputs])
        graph.node("Concat", [graph.node("Sub", [graph.constant(np.float32(1)), positive]), positive], "probabilities", axis=1)
        answer = graph.node("Cast", [graph.node("GreaterOrEqual", [positive, graph.constant(np.float32(tuned.threshold))])], to=graph.INT64)
    else:
        graph.node("Softmax", [outputs], "probabilities", axis=1)
        answer = graph.node("ArgMax", [outputs], axis=1, keepdims=1)
    graph.node("LabelEncoder", [answer], "label", keys_int64s=list(range(problem.classes)), values_strings=problem.names)
    words |= {"class_labels": json.dumps(problem.names, ensure_ascii=False), "threshold": repr(tuned.threshold)}
    return graph.model(chosen.name, [("label", graph.TEXT, 1), ("probabilities", graph.FLOAT, problem.classes)], words)


def metrics(data: Dataset, fitted: list[Fitted], choice: Choice, tuned: Tuned, validation: Answers, test: Answers,
            dropped: list[dict[str, str]], warnings: list[str], skipped: list[str], intervals: dict[str, list[float]]) -> dict[str, Any]:
    """metrics.json: what each candidate did on validation, why one was chosen, and what it does on test, which is looked at here, once."""
    spec = data.spec
    counts = np.bincount(data.parts, minlength=3)
    return {
        "contract": 1,
        "task": spec.task,
        "classes": data.class_names,
        "threshold": tuned.threshold if spec.task == "binary" else None,
        "rows": {"labelled": len(data.parts), "unlabelled": data.unlabelled, "training": int(counts[TRAINING]), "validation": int(counts[VALIDATION]), "test": int(counts[TEST])},
        "validationScheme": "holdout" if data.fold_of is None else "5-fold",
        "candidates": [{"name": f.name, "loss": f.loss, "standardError": f.error, "parameters": f.model.parameters, "settings": f.settings, "trials": f.trials, "curve": f.curve}
                       for f in fitted],
        "skipped": [{"name": name, "reason": "This trainer does not have it."} for name in skipped],
        "chosen": choice.chosen.name,
        "best": choice.best.name,
        "reason": choice.reason,
        "calibration": {"method": "temperature", "temperature": tuned.temperature} if spec.is_classification else {"method": "none", "temperature": None},
        "headline": list(spec.metrics),
        "validation": validation.measure(tuned.threshold),
        "test": test.measure(tuned.threshold),
        "intervals": intervals,
        "groups": {name: _groups(test, tuned.threshold, np.array(texts, object)) for name, texts in data.sensitive.items()},
        "dropped": dropped,
        "warnings": warnings,
    }


def _groups(test: Answers, threshold: float, texts: np.ndarray) -> dict[str, Any]:
    values = {text: test.measure(threshold, np.flatnonzero(texts == text)) for text in sorted(set(texts))}
    large = [of for of in values.values() if of["rows"] >= _SMALL_GROUP]

    def gap(name: str) -> Optional[float]:
        found = [of[name] for of in large if name in of]
        return max(found) - min(found) if len(found) > 1 else None

    names = ("accuracy", "recall", "selectionRate", "logLoss") if test.problem.is_classification else ("rmse", "bias")
    return {"values": values, "small": len(values) - len(large), "gaps": {name: gap(name) for name in names}}


def profile(data: Dataset, problem: Problem, validation: Answers, threads: int) -> dict[str, Any]:
    """profile.json: what the training rows and the scores look like, for drift to be measured against."""
    training = data.training

    def number(f: int) -> dict[str, Any]:
        return _numeric(data.number_names[f], training.numbers[:, f].astype(np.float64))

    def text(f: int) -> dict[str, Any]:
        counts = np.bincount(training.texts[:, f], minlength=len(data.ids[f].texts))
        return _categorical(data.text_names[f], Counter({data.ids[f].texts[k]: int(counts[k]) for k in np.flatnonzero(counts)}))

    described = [*columns.each(len(data.number_names), len(training), threads, number), *columns.each(len(data.text_names), len(training), threads, text)]
    names = problem.names
    label = (_categorical(data.spec.label, Counter(names[c] for c in training.classes.tolist())) if names else _numeric(data.spec.label, training.targets))
    scores = [_numeric(f"probabilities.{name}", validation.values[:, c]) for c, name in enumerate(names)] if names else [_numeric("prediction", validation.values)]
    return {"contract": 1, "rows": len(training), "columns": described, "label": label, "scores": scores}


def _numeric(name: str, column: np.ndarray) -> dict[str, Any]:
    finite = column[np.isfinite(column)]
    there = len(finite) > 0
    return {"name": name, "kind": "numeric", "rows": len(column), "missing": int(np.isnan(column).sum()), "infinite": int(np.isinf(column).sum()),
            "mean": float(finite.mean()) if there else None, "standardDeviation": float(finite.std()) if there else None,
            "quantiles": np.quantile(finite, np.arange(101) / 100).tolist() if there else []}


def _categorical(name: str, counts: "Counter[str]") -> dict[str, Any]:
    missing = counts.pop("", 0)
    inorder = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return {"name": name, "kind": "categorical", "rows": missing + sum(counts.values()), "missing": missing, "distinct": len(counts),
            "values": [{"value": value, "count": count} for value, count in inorder[:_MOST_VALUES]], "other": sum(count for _, count in inorder[_MOST_VALUES:])}


def parity(data: Dataset, problem: Problem, fitted: Model, tuned: Tuned) -> dict[str, Any]:
    """parity.json: some test rows and some awkward ones, with the answers of this program, not of the graph."""
    picked = splitmix.order(len(data.test), splitmix.mix(problem.seed, 99))[:_MOST_PARITY]
    rows = data.test.take(np.concatenate([picked, np.zeros(6, np.int64)]))
    awkward = np.array([math.nan, math.inf, -math.inf, 1e30, 0, -1e30], np.float32)
    rows.numbers[len(picked):] = awkward[:, None]
    for f, ids in enumerate(data.ids):
        text = ids.texts[rows.texts[-1, f]]
        rows.texts[len(picked):, f] = ids.all(["", "never seen é中", text, text, text + " ", text.upper() + "?"])
    answers = Answers.of(problem, fitted.score(rows), tuned.temperature, rows)
    if problem.names is None:
        outputs: dict[str, Any] = {"prediction": answers.values.tolist()}
    else:
        labels = measures.answers(answers.values, tuned.threshold)
        outputs = {"label": [problem.names[c] for c in labels], "probabilities": answers.values.tolist()}
    return {"contract": 1, "rows": len(rows),
            "numeric": {name: [_cell(v) for v in rows.numbers[:, f].tolist()] for f, name in enumerate(data.number_names)},
            "categorical": {name: [data.ids[f].texts[k] for k in rows.texts[:, f]] for f, name in enumerate(data.text_names)},
            "outputs": outputs, "tolerance": 1e-4}


def _cell(value: float) -> Any:
    return None if math.isnan(value) else value if math.isfinite(value) else "inf" if value > 0 else "-inf"


def lineage(data: Dataset, job: str, source: dict[str, Any], threads: int, device: torch.device, checkpoints: Checkpoints, started: datetime) -> dict[str, Any]:
    """lineage.json: from what, by what and where a model was made."""
    spec = data.spec
    return {
        "contract": 1,
        "job": job,
        "dataset": {"name": spec.blob or os.path.basename(spec.path), **source, "rows": len(data.parts), "unlabelled": data.unlabelled},
        "splitSha256": data.split_sha256,
        "spec": spec.raw,
        "seed": spec.seed,
        "code": {"trainer": NAME, "version": VERSION, "commit": os.environ.get("SOURCE_COMMIT") or None},
        "libraries": {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__, "onnx": onnx.__version__},
        "hardware": {"device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu", "processor": platform.machine(), "cores": os.cpu_count() or 1},
        "threads": threads,
        "started": started.isoformat(),
        "seconds": round(checkpoints.spent, 3),
        "cpuSeconds": round(time.process_time(), 3),
        "resumptions": checkpoints.resumptions,
        "peakBytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
