"""What a calibrated model answers to rows, and what that is worth; calibration; the choice between candidates."""
from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Callable, Optional, Protocol

import numpy as np

from . import measures, splitmix
from .dataset import Rows
from .graph import Graph
from .problem import Problem

_RESAMPLES = 200
_PRIOR_DEVIATION = 0.25
_STEPS = 60
MOST_TEMPERATURE = 2.0


class Model(Protocol):
    """A fitted model: answers rows itself, and says the same as ONNX nodes."""

    @property
    def parameters(self) -> int:
        """Fitted numbers."""

    def score(self, rows: Rows) -> np.ndarray:
        """Outputs, float64 [rows, outputs]."""

    def export(self, graph: Graph) -> str:
        """Adds nodes that compute the same; the name of the tensor [rows, outputs]."""


@dataclass
class Fitted:
    """A candidate after its fits; ``outputs`` are its (or its folds' models') on the rows that judge."""

    name: str
    model: Model
    outputs: np.ndarray
    settings: dict[str, Any] = field(default_factory=dict)
    trials: list[dict[str, Any]] = field(default_factory=list)
    curve: list[dict[str, float]] = field(default_factory=list)
    losses: np.ndarray = field(default_factory=lambda: np.zeros(0))

    @property
    def loss(self) -> float:
        return float(self.losses.mean())

    @property
    def error(self) -> float:
        return _error(self.losses)


@dataclass(frozen=True)
class Answers:
    """Probabilities [rows, classes] or predictions [rows]."""

    problem: Problem
    values: np.ndarray
    rows: Rows

    @staticmethod
    def of(problem: Problem, outputs: np.ndarray, temperature: float, rows: Rows) -> "Answers":
        return Answers(problem, problem.probabilities(outputs / temperature) if problem.is_classification else outputs[:, 0], rows)

    def measure(self, threshold: float, at: Optional[np.ndarray] = None) -> dict[str, Any]:
        """The measures of all rows, or of some."""
        values, classes, targets = ((self.values, self.rows.classes, self.rows.targets) if at is None
                                    else (self.values[at], self.rows.classes[at], self.rows.targets[at]))
        return measures.classification(classes, values, threshold) if self.problem.is_classification else measures.regression(targets, values)

    def best_threshold(self) -> float:
        """The threshold of the best F1, as the float32 that the graph compares with."""
        return float(np.float32(measures.best_threshold(self.rows.classes == 1, self.values[:, 1])))

    def intervals(self, threshold: float, threads: int, between: Callable[[], None]) -> dict[str, list[float]]:
        """5 % and 95 % of each measure over resamples of the rows; ``between`` is called after each."""
        found: dict[str, list[float]] = {}
        count = len(self.rows)

        def resample(b: int) -> dict[str, Any]:
            drawn = splitmix.hashes(count, splitmix.following(splitmix.mix(self.problem.seed, 77, b))) % np.uint64(count)
            return self.measure(threshold, drawn.astype(np.int64))

        # NumPy sorts without holding the interpreter's lock, which pays where there are many rows.
        with ThreadPoolExecutor(threads if count > 20_000 else 1) as pool:
            for measured in pool.map(resample, range(_RESAMPLES)):
                between()
                for name in measures.FIGURES:
                    if name in measured:
                        found.setdefault(name, []).append(measured[name])
        return {name: [float(np.quantile(values, share)) for share in (0.05, 0.95)] for name, values in sorted(found.items())}


def temperature(fitted: Fitted, problem: Problem, validation: Rows) -> float:
    """
    Temperature scaling (Guo et al. 2017): one number that divides the logits, found on validation rows by golden section, held to [0.5, 2]
    and drawn towards 1 by a prior, because a small validation part would otherwise be believed too much.
    """
    if not problem.is_classification or fitted.name == "baseline":
        return 1.0

    def loss(log: float) -> float:
        losses = problem.losses(fitted.outputs * math.exp(-log), validation.classes, validation.targets)
        return float(losses.sum()) + 0.5 * (log / _PRIOR_DEVIATION) ** 2

    low, high, ratio = -math.log(MOST_TEMPERATURE), math.log(MOST_TEMPERATURE), (math.sqrt(5) - 1) / 2
    a, b = high - ratio * (high - low), low + ratio * (high - low)
    at_a, at_b = loss(a), loss(b)
    for _ in range(_STEPS):
        if at_a <= at_b:
            high, b, at_b = b, a, at_a
            a = high - ratio * (high - low)
            at_a = loss(a)
        else:
            low, a, at_a = a, b, at_b
            b = low + ratio * (high - low)
            at_b = loss(b)
    return round(math.exp((low + high) / 2), 6)


@dataclass(frozen=True)
class Choice:
    """The simplest candidate that is as good as the best, as far as validation can tell, and why."""

    chosen: Fitted
    best: Fitted
    reason: str


def choose(fitted: list[Fitted], tolerance: float) -> Choice:
    """Candidates from simple to rich; each has its losses."""
    best = min(fitted, key=lambda f: f.loss)
    for candidate in fitted:
        differences = candidate.losses - best.losses
        allowed = max(tolerance * best.loss, _error(differences))
        if candidate is best or differences.mean() <= allowed:
            reason = (f"{candidate.name} has the least validation loss ({best.loss:.4g}), and no simpler candidate comes within its tolerance." if candidate is best else
                      f"{candidate.name} is the simplest whose validation loss ({candidate.loss:.4g}) is within {allowed:.4g} of that of {best.name} ({best.loss:.4g}).")
            return Choice(candidate, best, reason)
    raise AssertionError("The best candidate is within any tolerance of itself.")


def _error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / math.sqrt(len(values))) if len(values) > 1 else 0.0
