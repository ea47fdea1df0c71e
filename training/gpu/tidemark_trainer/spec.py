"""The run spec: what to train, as docs/training-contract.md says. Every rule that is broken is named at once."""
from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any, Optional, Union

from .faults import ExitCode, Fault

CANDIDATES = ("baseline", "linear", "additive", "trees", "network")
OF_CLASSES = ("accuracy", "precision", "recall", "f1", "rocAuc", "prAuc", "logLoss", "brier", "calibrationError")
OF_NUMBERS = ("rmse", "mae", "r2")
_RESERVED = ("label", "probabilities", "prediction")
_FIELDS = {"contract", "dataset", "task", "label", "features", "split", "seed", "candidates", "budget", "metrics", "classWeights",
           "sensitive", "maxCategories", "tolerance", "threshold", "output"}


@dataclass(frozen=True)
class Split:
    """Which rows train, validate and test; the column is of the time or the key."""

    kind: str = "stratified"
    column: Optional[str] = None
    validation: float = 0.15
    test: float = 0.15


@dataclass(frozen=True)
class RunSpec:
    """A spec that keeps all rules; ``raw`` is its JSON as given."""

    raw: dict[str, Any]
    path: Optional[str]
    blob: Optional[str]
    sha256: Optional[str]
    task: str
    label: str
    positive: Optional[str]
    features: tuple[tuple[str, str], ...]
    split: Split
    seed: int
    candidates: Optional[tuple[str, ...]]
    seconds: float
    trials: int
    metrics: tuple[str, ...]
    class_weights: Union[None, str, dict[str, float]]
    sensitive: tuple[str, ...]
    max_categories: int
    tolerance: float
    threshold: Optional[float]
    output: Optional[str]

    @property
    def is_classification(self) -> bool:
        return self.task != "regression"


class _Reader:
    """Takes fields of the right kind out of JSON objects and keeps a list of what is wrong."""

    def __init__(self) -> None:
        self.errors: list[str] = []

    def wrong(self, field: str, detail: str) -> None:
        self.errors.append(f"{field}: {detail}")

    def object(self, value: Any, field: str, known: set[str]) -> dict[str, Any]:
        if not isinstance(value, dict):
            self.wrong(field, "must be a JSON object.")
            return {}
        for name in value:
            if name not in known:
                self.wrong(f"{field}.{name}".lstrip("."), f"is no field of a run spec; known are {', '.join(sorted(known))}.")
        return value

    def take(self, of: dict[str, Any], name: str, kinds: Any, field: str, default: Any = None, required: bool = False) -> Any:
        value = of.get(name)
        if value is None:
            if required:
                self.wrong(field, "is missing.")
            return default
        if isinstance(value, bool) or not isinstance(value, kinds):
            self.wrong(field, f"{json.dumps(value)} is not of the right type.")
            return default
        return value

    def texts(self, of: dict[str, Any], name: str) -> Optional[tuple[str, ...]]:
        value = self.take(of, name, list, name)
        if value is None:
            return None
        if not all(isinstance(v, str) and v for v in value):
            self.wrong(name, "must be a list of texts.")
            return None
        return tuple(value)


def read(content: bytes) -> RunSpec:
    """Reads a spec; a Fault with code 64 names every rule that it breaks."""
    try:
        raw = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as wrong:
        raise Fault(ExitCode.SPECIFICATION, "Not a run spec", f"{wrong} See docs/training-contract.md for the fields.") from None
    reader = _Reader()
    if not isinstance(raw, dict):
        raise Fault(ExitCode.SPECIFICATION, "Not a run spec", "A spec must be a JSON object.")
    spec = _spec(reader, reader.object(raw, "", _FIELDS))
    if not reader.errors:
        _check(reader, spec)
    if reader.errors:
        raise Fault(ExitCode.SPECIFICATION, "Run spec refused", " ".join(reader.errors))
    return spec


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"A field is given twice: {', '.join(sorted({n for n, _ in pairs if sum(n == m for m, _ in pairs) > 1}))}.")
    return found


def _spec(reader: _Reader, raw: dict[str, Any]) -> RunSpec:
    if reader.take(raw, "contract", int, "contract", required=True) not in (None, 1):
        reader.wrong("contract", f"{raw['contract']} is not a version that this trainer knows; it is 1.")
    dataset = reader.object(reader.take(raw, "dataset", dict, "dataset", {}, True), "dataset", {"path", "blob", "sha256"})
    label = reader.object(reader.take(raw, "label", dict, "label", {}, True), "label", {"column", "positive"})
    split = reader.object(reader.take(raw, "split", dict, "split", {"kind": "stratified"}), "split", {"kind", "column", "validation", "test"})
    budget = reader.object(reader.take(raw, "budget", dict, "budget", {}), "budget", {"seconds", "trials"})
    task = reader.take(raw, "task", str, "task", "", True)
    threshold = reader.take(raw, "threshold", (str, int, float), "threshold")
    features = []
    for feature in reader.take(raw, "features", list, "features", [], True):
        feature = reader.object(feature, "features", {"name", "type"})
        features.append((reader.take(feature, "name", str, "features.name", "", True), reader.take(feature, "type", str, "features.type", "", True)))
    number = (int, float)
    return RunSpec(
        raw=raw,
        path=reader.take(dataset, "path", str, "dataset.path"),
        blob=reader.take(dataset, "blob", str, "dataset.blob"),
        sha256=reader.take(dataset, "sha256", str, "dataset.sha256"),
        task=task,
        label=reader.take(label, "column", str, "label.column", "", True),
        positive=reader.take(label, "positive", str, "label.positive"),
        features=tuple(features),
        split=Split(reader.take(split, "kind", str, "split.kind", "", True), reader.take(split, "column", str, "split.column"),
                    float(reader.take(split, "validation", number, "split.validation", 0.15)), float(reader.take(split, "test", number, "split.test", 0.15))),
        seed=reader.take(raw, "seed", int, "seed", 1),
        candidates=reader.texts(raw, "candidates"),
        seconds=float(reader.take(budget, "seconds", number, "budget.seconds", 3600)),
        trials=reader.take(budget, "trials", int, "budget.trials", 8),
        metrics=reader.texts(raw, "metrics") or (("rmse",) if task == "regression" else ("rocAuc", "logLoss")),
        class_weights=reader.take(raw, "classWeights", (str, dict), "classWeights"),
        sensitive=reader.texts(raw, "sensitive") or (),
        max_categories=reader.take(raw, "maxCategories", int, "maxCategories", 32),
        tolerance=float(reader.take(raw, "tolerance", number, "tolerance", 0.005)),
        threshold=float(threshold) if isinstance(threshold, number) else None,
        output=reader.take(raw, "output", str, "output"))


def _check(reader: _Reader, spec: RunSpec) -> None:
    wrong = reader.wrong
    if (spec.path is None) == (spec.blob is None):
        wrong("dataset", "exactly one of path and blob must be given.")
    if spec.sha256 is not None and not re.fullmatch(r"[0-9a-f]{64}", spec.sha256):
        wrong("dataset.sha256", f"'{spec.sha256}' is not 64 hexadecimal digits in lower case.")
    if spec.blob is not None and not 0 < spec.blob.find("/") < len(spec.blob) - 1:
        wrong("dataset.blob", f"'{spec.blob}' is not container/name.")
    if spec.task not in ("binary", "multiclass", "regression"):
        wrong("task", f"'{spec.task}' is none of binary, multiclass, regression.")
    if not spec.label:
        wrong("label.column", "must name a column.")
    if spec.positive is not None and spec.task != "binary":
        wrong("label.positive", "is for a binary task only.")
    for name in spec.candidates or ():
        if name not in CANDIDATES:
            wrong("candidates", f"'{name}' is none of {', '.join(CANDIDATES)}.")
    _check_features(reader, spec)
    _check_limits(reader, spec)
    _check_judging(reader, spec)


def _check_features(reader: _Reader, spec: RunSpec) -> None:
    if not spec.features:
        reader.wrong("features", "names no column.")
    seen: set[str] = set()
    for name, kind in spec.features:
        if kind not in ("numeric", "categorical"):
            reader.wrong("features", f"gives '{name}' the type '{kind}', which is neither numeric nor categorical.")
        if name in seen:
            reader.wrong("features", f"names '{name}' twice.")
        elif name == spec.label:
            reader.wrong("features", f"names '{name}', which is the label.")
        elif spec.split.kind == "time" and name == spec.split.column:
            reader.wrong("features", f"names '{name}', by whose time the rows are split: a model must not know it.")
        elif name in _RESERVED:
            reader.wrong("features", f"names '{name}', which is an output of the model; rename the column.")
        seen.add(name)


def _check_limits(reader: _Reader, spec: RunSpec) -> None:
    split = spec.split
    if split.kind not in ("stratified", "time", "key"):
        reader.wrong("split.kind", f"'{split.kind}' is none of stratified, time, key.")
    elif split.kind != "stratified" and not split.column:
        reader.wrong("split.column", f"must name the column to split by, as the kind is {split.kind}.")
    elif split.kind == "stratified" and split.column is not None:
        reader.wrong("split.column", "is for the kinds time and key.")
    if split.test + split.validation > 0.8:
        reader.wrong("split", "leaves less than 20 % of the rows to train on.")
    for field, value, low, high in (
            ("split.validation", split.validation, 0.01, 0.5), ("split.test", split.test, 0.01, 0.5), ("seed", spec.seed, 0, 2**53 - 1),
            ("budget.seconds", spec.seconds, 1, float("inf")), ("budget.trials", spec.trials, 1, 10_000),
            ("maxCategories", spec.max_categories, 2, 200), ("tolerance", spec.tolerance, 0, 0.5)):
        if not low <= value <= high:
            reader.wrong(field, f"{value} is outside {low} to {high}.")


def _check_judging(reader: _Reader, spec: RunSpec) -> None:
    known = OF_CLASSES if spec.is_classification else OF_NUMBERS
    for metric in spec.metrics:
        if metric not in known:
            reader.wrong("metrics", f"'{metric}' is none of {', '.join(known)}, which judge a {spec.task} task.")
    threshold = spec.raw.get("threshold")
    if threshold is not None:
        if spec.task != "binary":
            reader.wrong("threshold", "is for a binary task only.")
        elif threshold != "f1" and not (spec.threshold is not None and 0 < spec.threshold < 1):
            reader.wrong("threshold", f"{json.dumps(threshold)} is neither \"f1\" nor a number between 0 and 1.")
    weights = spec.class_weights
    if weights is None:
        return
    of_classes = isinstance(weights, dict) and weights and all(isinstance(w, (int, float)) and not isinstance(w, bool) and w > 0 for w in weights.values())
    if not spec.is_classification:
        reader.wrong("classWeights", "are for classification only.")
    elif weights != "balanced" and not of_classes:
        reader.wrong("classWeights", "must be \"balanced\" or an object of weights above 0 by class.")
