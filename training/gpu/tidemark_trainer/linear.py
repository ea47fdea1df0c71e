"""The baseline; linear or logistic regression along a path of L2 penalties, from strong to weak, plain or piecewise linear in every number (additive)."""
from __future__ import annotations

from typing import Any

import numpy as np
import torch

from . import splitmix
from .answers import Fitted
from .dataset import Dataset, Fold, Rows, TextIds
from .graph import Graph
from .lbfgs import minimise
from .preparation import Preparation
from .problem import Problem
from .work import State, Work

PENALTIES = (1, 0.3, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005, 0.003, 0.002, 0.001, 3e-4, 1e-4, 1e-5)
MOST_ROWS = 131_072  # of more, a sample drawn by hash: linear models no longer change
_MOST_CELLS = 1 << 24  # of a piecewise design, which is dense here: 128 MiB a pass
_CELLS_A_NUMBER = 14  # at most: the number, a flag, twelve pieces
_MOST_ITERATIONS = 200
_TOLERANCE = 1e-6
_CHUNK = 16_384


class Constant:
    """What is known without looking at any column: shares of the classes, or the mean. What can't beat it is worth nothing."""

    def __init__(self, training: Rows, problem: Problem):
        if not problem.is_classification:
            self.outputs = np.array([training.targets.mean()])
            return
        counts = np.bincount(training.classes, minlength=problem.classes) + 0.5  # so that none is impossible
        self.outputs = np.log(counts[1:] / counts[:1]) if problem.task == "binary" else np.log(counts / counts.sum())

    @property
    def parameters(self) -> int:
        return len(self.outputs)

    def score(self, rows: Rows) -> np.ndarray:
        return np.tile(self.outputs, (len(rows), 1))

    def export(self, graph: Graph) -> str:
        return graph.node("Expand", [graph.constant(self.outputs[None].astype(np.float32)), graph.rows_like(len(self.outputs))])


def fit_baseline(data: Dataset, problem: Problem) -> Fitted:
    outputs = np.zeros((len(data.validation), problem.outputs))
    for fold in data.folds():
        outputs[fold.places] = Constant(fold.training, problem).outputs
    return Fitted("baseline", Constant(data.training, problem), outputs)


class Linear:
    """Weights [width + 1, outputs], the intercept last, on what the preparation gives."""

    def __init__(self, preparation: Preparation, weights: np.ndarray, device: torch.device):
        self._preparation, self._weights, self._device = preparation, weights, device

    @property
    def parameters(self) -> int:
        return self._weights.size

    def score(self, rows: Rows) -> np.ndarray:
        return scores(self._preparation, [self._weights], rows, self._device)[0]

    def export(self, graph: Graph) -> str:
        weights = self._weights.astype(np.float32)
        product = graph.node("MatMul", [self._preparation.export(graph), graph.constant(weights[:-1])])
        return graph.node("Add", [product, graph.constant(weights[-1:])])


class Path:
    """Weights along the path of penalties, as far as it has been gone."""

    def __init__(self, training: Rows, ids: list[TextIds], piecewise: bool, work: Work):
        problem = work.problem
        self._work, self.weights, self.losses = work, [], []
        wide = _CELLS_A_NUMBER * (training.numbers.shape[1] + training.texts.shape[1])
        self._training = sample(training, problem.seed, max(1 << 14, min(MOST_ROWS, _MOST_CELLS // wide)) if piecewise else MOST_ROWS)
        self.preparation = Preparation(self._training, ids, work.max_categories, piecewise)
        targets = self._training.targets
        regression = not problem.is_classification
        self._mean, self._deviation = (float(targets.mean()), float(targets.std()) or 1.0) if regression else (0.0, 1.0)

    def model(self, k: int) -> Linear:
        """The model of the k-th penalty, in the data's own units and at their own base rates."""
        return Linear(self.preparation, self._rescaled(self.weights[k]), self._work.device)

    def scores(self, most: int, rows: Rows) -> np.ndarray:
        """What the models of the first penalties answer, [penalties, rows, outputs]."""
        return scores(self.preparation, [self._rescaled(weights) for weights in self.weights[:most]], rows, self._work.device)

    def _rescaled(self, weights: np.ndarray) -> np.ndarray:
        found = weights * self._deviation
        found[-1] += self._mean - self._work.problem.weight_shift
        return found

    def go(self, unit: str, name: str, most: int, before: int, total: int) -> None:
        """Goes on from what was saved to the most-th penalty."""
        work = self._work
        saved = work.checkpoints.read(unit)
        if saved is not None and saved[0]["losses"]:
            self.losses, self.weights = saved[0]["losses"], list(saved[1]["weights"])
        if len(self.weights) >= most:
            return
        problem = work.problem
        features = self.preparation.features(self._training, work.device).double()
        x = torch.cat([features, torch.ones_like(features[:, :1])], 1)
        y = _truth(self._training, problem, self._mean, self._deviation).to(work.device)
        w = torch.as_tensor(problem.class_weights[self._training.classes], device=work.device)
        w = w / w.sum()
        while len(self.weights) < most and not (len(self.weights) > 2 and work.out_of_time):
            k = len(self.weights)
            start = self.weights[-1] if k else np.zeros((x.shape[1], problem.outputs))

            def evaluate(flat: np.ndarray, penalty: float = PENALTIES[k]) -> tuple[float, np.ndarray]:
                work.may_pause(unit, self._state)
                weights = torch.as_tensor(flat, device=work.device).view(start.shape)
                loss, gradient = _objective(weights, x, y, w, penalty, problem.task)
                return float(loss), gradient.cpu().numpy().ravel()

            found = minimise(start.ravel(), evaluate, _MOST_ITERATIONS, _TOLERANCE)
            loss, _ = evaluate(found, 0.0)
            self.weights.append(found.reshape(start.shape))
            self.losses.append(loss * (1 if problem.is_classification else 2 * self._deviation**2))
            work.progress.step(name, before + k + 1, total)
            work.may_pause(unit, self._state)
        work.checkpoints.write(unit, *self._state())

    def _state(self) -> State:
        return {"losses": self.losses}, {"weights": np.array(self.weights)}


def fit_linear(name: str, piecewise: bool, data: Dataset, folds: list[Fold], work: Work) -> Fitted:
    """Every fold along the path; the penalty of the best mean validation loss; with folds a last fit on all rows that are not test."""
    problem, validation = work.problem, data.validation
    fits = len(folds) + (len(folds) > 1)
    total = len(PENALTIES) * fits
    reached, paths = len(PENALTIES), []
    for f, fold in enumerate(folds):
        path = Path(fold.training, data.ids, piecewise, work)
        path.go(f"{name}-{f}", name, reached, f * len(PENALTIES), total)
        reached = min(reached, len(path.weights))
        paths.append(path)
    outputs = np.zeros((reached, len(validation), problem.outputs))
    training = np.zeros(reached)
    for path, fold in zip(paths, folds):
        outputs[:, fold.places] = path.scores(reached, fold.validation)
        training += np.array(path.losses[:reached]) * len(fold.validation) / len(validation)
    losses = [float(problem.losses(outputs[k], validation.classes, validation.targets).mean()) for k in range(reached)]
    best = int(np.argmin(losses))
    whole = paths[0]
    if len(folds) > 1:
        whole = Path(data.training, data.ids, piecewise, work)
        whole.go(f"{name}-all", name, best + 1, len(folds) * len(PENALTIES), total)
        best_whole = min(best, len(whole.weights) - 1)
    else:
        best_whole = best
    work.progress.found(losses[best])
    trials: list[dict[str, Any]] = [{"settings": {"l2": PENALTIES[k]}, "loss": losses[k]} for k in range(reached)]
    curve = [{"step": PENALTIES[k], "training": float(training[k]), "validation": losses[k]} for k in range(reached)]
    return Fitted(name, whole.model(best_whole), outputs[best], {"l2": PENALTIES[best]}, trials, curve)


def scores(preparation: Preparation, weights: list[np.ndarray], rows: Rows, device: torch.device) -> np.ndarray:
    """Outputs of several models on one preparation, float64 [models, rows, outputs]; rows are prepared once, in pieces."""
    width, count = weights[0].shape
    stacked = torch.as_tensor(np.concatenate(weights, 1), device=device)
    found = np.zeros((len(rows), len(weights), count))
    for at in range(0, len(rows), _CHUNK):
        x = preparation.features(rows.between(at, at + _CHUNK), device).double()
        found[at:at + len(x)] = (x @ stacked[:-1] + stacked[-1]).view(len(x), len(weights), count).cpu().numpy()
    return found.transpose(1, 0, 2)


def sample(rows: Rows, seed: int, most: int = MOST_ROWS) -> Rows:
    """At most so many of the rows, in their order."""
    if len(rows) <= most:
        return rows
    drawn = np.argsort(splitmix.hashes(len(rows), splitmix.following(splitmix.mix(seed, 13))), kind="stable")[:most]
    return rows.take(np.sort(drawn))


def _truth(rows: Rows, problem: Problem, mean: float, deviation: float) -> torch.Tensor:
    """[rows, outputs]: standardised targets, or one-hot classes."""
    if problem.task == "regression":
        return torch.as_tensor((rows.targets - mean) / deviation)[:, None]
    if problem.task == "binary":
        return torch.as_tensor(rows.classes.astype(np.float64))[:, None]
    return torch.as_tensor((rows.classes[:, None] == np.arange(problem.classes)).astype(np.float64))


def _objective(weights: torch.Tensor, x: torch.Tensor, y: torch.Tensor, w: torch.Tensor, penalty: float, task: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Weighted mean loss plus half the penalty times the squared weights (intercepts free), and its gradient."""
    z = x @ weights
    if task == "regression":
        residuals = z - y
        losses = 0.5 * residuals.square()
    elif task == "binary":
        losses = torch.nn.functional.softplus(z, threshold=50) - y * z
        residuals = torch.sigmoid(z) - y
    else:
        logs = torch.log_softmax(z, 1)
        losses = -(logs * y).sum(1, keepdim=True)
        residuals = logs.exp() - y
    gradient = x.T @ (residuals * w[:, None])
    gradient[:-1] += penalty * weights[:-1]
    return (losses[:, 0] * w).sum() + 0.5 * penalty * weights[:-1].square().sum(), gradient
