"""The network candidate: trials in groups, each group one program; halving, early stopping, checkpoints at the end of rounds."""
from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Optional

import numpy as np
import torch

from . import splitmix
from .answers import Fitted
from .dataset import Dataset, Fold, Rows
from .ensemble import Ensemble, Layout, Mean
from .linear import sample
from .preparation import Preparation
from .problem import Problem
from .program import Program, Resident, Setting
from .work import State, Work

MOST_ROUNDS, PATIENCE = 200, 12
_LEAST_GAIN = 1e-3  # of the loss: less is no improvement
_RUNGS = (8, 16, 32, 64, 128)  # rounds after which the worse half of the trials under way is dropped
_CHUNK = 1 << 18


def settings_of(trials: int, seed: int) -> list[Setting]:
    """The first is a plain one; the others are drawn: rate and penalty log-uniform, dropout in steps of 0.1."""
    drawn = splitmix.uniforms(3 * trials, splitmix.mix(seed, 32)).reshape(-1, 3)
    others = [Setting(round(5e-4 * 20.0 ** float(a), 6), round(1e-3 * 300.0 ** float(b), 6), float(int(5 * c)) / 10) for a, b, c in drawn]
    return [Setting(4e-3, 0.03, 0.1), *others[1:]]


def layout_of(rows: int, inputs: int, outputs: int) -> Layout:
    """More rows bear wider networks."""
    members, hidden, layers = (4, 32, 2) if rows < 2_000 else (8, 64, 2) if rows < 50_000 else (8, 128, 2) if rows < 500_000 else (16, 256, 3)
    return Layout(inputs, outputs, members, hidden, layers)


def batch_of(rows: int) -> int:
    """A power of two: about a 16th of few rows, a 256th of many."""
    about = min(rows // 16, 256) if rows < 1 << 16 else rows // 256
    return min(max(1 << max(0, about.bit_length() - 1), 32), 4096)


def dtype_of(device: torch.device) -> torch.dtype:
    """bfloat16 for products where the card has it (from capability 8 on; older ones emulate it slowly); parameters and validation stay float32."""
    return torch.bfloat16 if device.type == "cuda" and torch.cuda.get_device_capability(device) >= (8, 0) else torch.float32


@dataclass
class Record:
    """What a group has found so far: per trial and fold the parameters of the trial's best round, their loss and that round; per trial the curve."""

    best: np.ndarray
    losses: np.ndarray
    rounds: np.ndarray
    curves: list[list[list[float]]]
    round: int = 0
    finished: bool = False


class Group:
    """Some trials, trained as one program."""

    def __init__(self, unit: str, program: Program, counts: np.ndarray, scales: np.ndarray, work: Work):
        self._unit, self.program, self._counts, self._scales, self._work = unit, program, counts, scales, work
        trials, folds, size = program.flat.shape
        self.record = Record(program.flat.cpu().numpy().copy(), np.full((trials, folds), np.inf), np.zeros((trials, folds), np.int64), [[] for _ in range(trials)])
        found = work.checkpoints.read(unit)
        if found is not None:
            self._load(*found)
        self._kept = self._state()

    def go(self, before: int, total: int) -> None:
        """Rounds until every trial is finished."""
        work, record, program = self._work, self.record, self.program
        while not record.finished:
            trained = program.round(record.round, lambda: work.may_pause(self._unit, lambda: self._kept))
            record.round += 1
            self._judge(trained, program.validate() * self._scales)
            self._drop()
            record.finished |= record.round >= MOST_ROUNDS or work.out_of_time
            work.progress.found(float(self.trial_losses().min()))
            work.progress.step("network", before + (MOST_ROUNDS if record.finished else min(record.round, MOST_ROUNDS - 1)), total)
            self._kept = self._state()
            work.may_pause(self._unit, lambda: self._kept)
        work.checkpoints.write(self._unit, *self._kept)

    def trial_losses(self) -> np.ndarray:
        """Mean loss over all rows that judge, per trial."""
        return (self.record.losses * self._counts).sum(1) / self._counts.sum()

    def _judge(self, trained: np.ndarray, judged: np.ndarray) -> None:
        record, program = self.record, self.program
        trials = np.array(program.trials)
        # One best round for all folds: were each fold's rounds chosen by the rows that judge it, the network would look better than it is.
        means = (judged * self._counts).sum(1) / self._counts.sum()
        better = np.isfinite(means) & ~(means >= self.trial_losses()[trials] * (1 - _LEAST_GAIN)) & (program.active[:, 0, 0].cpu().numpy() > 0)
        if better.any():
            flat, at = program.flat.cpu().numpy(), trials[better]
            record.best[at], record.losses[at], record.rounds[at] = flat[better], judged[better], record.round
        # A trial that diverged stays in the record with a loss that JSON can hold.
        shown = np.nan_to_num(np.stack([trained * self._scales, judged]), nan=1e300, posinf=1e300)
        means = (shown * self._counts).sum(2) / self._counts.sum()
        for a, t in enumerate(trials):
            record.curves[t].append([float(means[0, a]), float(means[1, a])])
        program.active.copy_(torch.as_tensor(self._under_way(trials), dtype=torch.float32)[:, :, None])

    def _under_way(self, trials: np.ndarray) -> np.ndarray:
        return self.record.round - self.record.rounds[trials] < PATIENCE

    def _drop(self) -> None:
        """Drops finished trials once they are half of those under way, and the worse half at a rung."""
        record, program = self.record, self.program
        kept = [t for t in program.trials if self._under_way(np.array([t])).any()]
        if not kept:
            record.finished = True
            return
        if record.round in _RUNGS and len(kept) > 1:
            losses = self.trial_losses()
            kept = sorted(sorted(kept, key=lambda t: (losses[t], t))[:(len(kept) + 1) // 2])
        elif 2 * len(kept) > len(program.trials):
            return
        if len(kept) < len(program.trials):
            at = torch.tensor([program.trials.index(t) for t in kept], device=program.device)
            program.hold(kept, *(of.index_select(0, at) for of in (program.flat, program.first, program.second)))
            program.active.copy_(torch.as_tensor(self._under_way(np.array(kept)), dtype=torch.float32)[:, :, None])

    def _state(self) -> State:
        record, program = self.record, self.program
        # Curves grow in place: what is kept is the state at the end of this round.
        plan: dict[str, Any] = {"round": record.round, "finished": record.finished, "curves": [list(curve) for curve in record.curves],
                                "trials": program.trials, "time": float(program.time)}
        arrays = {"best": record.best.copy(), "losses": record.losses.copy(), "rounds": record.rounds.copy(), "active": program.active.cpu().numpy().copy()}
        if not record.finished:
            arrays |= {name: getattr(program, name).cpu().numpy().copy() for name in ("flat", "first", "second")}
        return plan, arrays

    def _load(self, plan: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        record, program = self.record, self.program
        record.round, record.finished, record.curves = plan["round"], plan["finished"], plan["curves"]
        record.best, record.losses, record.rounds = arrays["best"], arrays["losses"], arrays["rounds"]
        if not record.finished:
            program.hold(plan["trials"], *(torch.as_tensor(arrays[name], device=program.device) for name in ("flat", "first", "second")))
            program.active.copy_(torch.as_tensor(arrays["active"]))
            program.time.fill_(plan["time"])


def fit_network(data: Dataset, folds: list[Fold], work: Work) -> Fitted:
    """The trial with the least validation loss; with folds the mean of its folds' models."""
    problem, validation = work.problem, data.validation
    preparations = _preparations(data, folds, work)
    scales = np.array([_spread(fold.training, problem) for fold in folds])
    layout = layout_of(len(folds[0].training), max(p.width for p in preparations), problem.outputs)
    resident = _resident(data, folds, preparations, scales, layout.inputs, work)
    settings = settings_of(work.trials, problem.seed)
    most = max(1, min(len(settings), 64 if work.device.type == "cuda" else 8))
    counts = np.array([len(fold.places) for fold in folds])
    best: Optional[tuple[float, int, np.ndarray, list[list[float]]]] = None
    losses: list[float] = []
    groups = -(-len(settings) // most)
    for g in range(groups):
        if best is not None and work.out_of_time:
            break
        program = Program(resident, layout, settings[g * most:(g + 1) * most], batch_of(len(folds[0].training)), splitmix.mix(problem.seed, 31, g), dtype_of(work.device), work.compiled)
        group = Group(f"network-{g}", program, counts, scales[:, 1] ** 2 if not problem.is_classification else np.ones(len(folds)), work)
        group.go(g * MOST_ROUNDS, groups * MOST_ROUNDS)
        found = group.trial_losses()
        t = int(np.argmin(found))
        losses += [float(loss) for loss in found]
        if best is None or found[t] < best[0]:
            best = (float(found[t]), g * most + t, group.record.best[t], group.record.curves[t])
    assert best is not None
    return _fitted(best, layout, preparations, scales, folds, data, settings, losses, work)


def _fitted(best: tuple[float, int, np.ndarray, list[list[float]]], layout: Layout, preparations: list[Preparation], scales: np.ndarray, folds: list[Fold], data: Dataset,
            settings: list[Setting], losses: list[float], work: Work) -> Fitted:
    problem = work.problem
    models = []
    outputs = np.zeros((len(data.validation), problem.outputs))
    for f, fold in enumerate(folds):
        mean, deviation = scales[f]
        fitted = Layout(preparations[f].width, layout.outputs, layout.members, layout.hidden, layout.layers)
        model = Ensemble(preparations[f], fitted, narrowed(layout, fitted, best[2][f]), work.device).rescaled(deviation, mean - problem.weight_shift)
        outputs[fold.places] = model.score(fold.validation)
        models.append(model)
    words = {"members": layout.members, "hidden": layout.hidden, "layers": layout.layers, "batch": batch_of(len(folds[0].training)), **asdict(settings[best[1]])}
    curve = [{"step": k + 1, "training": training, "validation": judged} for k, (training, judged) in enumerate(best[3])]
    trials = [{"settings": asdict(setting), "loss": loss} for setting, loss in zip(settings, losses) if np.isfinite(loss)]
    return Fitted("network", models[0] if len(models) == 1 else Mean(models), outputs, words, trials, curve)


def narrowed(wide: Layout, layout: Layout, flat: np.ndarray) -> np.ndarray:
    """Parameters without the inputs that are padding: folds have preparations of different widths."""
    found = np.zeros(layout.size, np.float32)
    to, of = layout.views(found), wide.views(flat)
    for name in to:
        to[name][...] = of[name][..., :layout.inputs] if name == "r0" else of[name][:layout.inputs] if name == "w0" else of[name]
    return found


def _preparations(data: Dataset, folds: list[Fold], work: Work) -> list[Preparation]:
    """Piecewise linear where that fits in a part of the memory, else plain."""
    memory = torch.cuda.get_device_properties(work.device).total_memory // 3 if work.device.type == "cuda" else 2 << 30
    for piecewise in (True, False):
        found = [Preparation(sample(fold.training, work.problem.seed), data.ids, work.max_categories, piecewise) for fold in folds]
        if len(data.training) * len(folds) * found[0].width * 4 <= memory:
            break
    return found


def _spread(training: Rows, problem: Problem) -> tuple[float, float]:
    if problem.is_classification:
        return 0.0, 1.0
    return float(training.targets.mean()), float(training.targets.std()) or 1.0


def _features(preparation: Preparation, rows: Rows, width: int, device: torch.device, dtype: torch.dtype) -> torch.Tensor:
    x = torch.zeros(len(rows), width, dtype=dtype, device=device)
    for at in range(0, len(rows), _CHUNK):
        part = rows.between(at, at + _CHUNK)
        x[at:at + len(part), :preparation.width] = preparation.features(part, device).to(dtype)
    return x


def _resident(data: Dataset, folds: list[Fold], preparations: list[Preparation], scales: np.ndarray, width: int, work: Work) -> Resident:
    problem, device = work.problem, work.device
    single = len(folds) == 1
    pooled, held = data.training, [fold.places for fold in folds]
    everything = np.arange(len(pooled))
    training = [everything] if single else [np.setdiff1d(everything, places) for places in held]
    x = torch.stack([_features(p, pooled, width, device, dtype_of(device)) for p in preparations])
    y = torch.stack([_truth(pooled, problem, *scale).to(device) for scale in scales])
    most = max(len(places) for places in held)
    vx, judged = torch.zeros(len(folds), most, width, device=device), torch.zeros(len(folds), most, dtype=torch.float64, device=device)
    vy = torch.zeros(len(folds), most, problem.outputs, device=device)
    for f, fold in enumerate(folds):
        count = len(fold.places)
        vx[f, :count] = _features(preparations[f], fold.validation, width, device, torch.float32)
        vy[f, :count] = _truth(fold.validation, problem, *scales[f]).to(device)
        judged[f, :count] = 1
    w = torch.as_tensor(problem.class_weights[pooled.classes], dtype=torch.float32, device=device)
    shift = torch.as_tensor(problem.weight_shift, device=device)
    return Resident(problem.task, x, y, w, [torch.as_tensor(rows, device=device) for rows in training], vx, vy, judged, shift)


def _truth(rows: Rows, problem: Problem, mean: float, deviation: float) -> torch.Tensor:
    if problem.task == "regression":
        return torch.as_tensor((rows.targets - mean) / deviation, dtype=torch.float32)[:, None]
    if problem.task == "binary":
        return torch.as_tensor(rows.classes, dtype=torch.float32)[:, None]
    return torch.as_tensor(rows.classes[:, None] == np.arange(problem.classes), dtype=torch.float32)
