"""
T trials x F folds x K members trained as one program: the data stay on the device, one step is a handful of batched products, AdamW is written
out with learning rate, penalty and dropout per trial as tensors, finished lanes are masked, finished trials dropped. On CUDA the step is a graph.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
import torch

from . import splitmix
from .ensemble import Layout, outputs_of

_FIRST, _SECOND, _EPSILON = 0.9, 0.999, 1e-8  # AdamW: Loshchilov, Hutter, "Decoupled Weight Decay Regularization", ICLR 2019
_CHUNK = 16_384


@dataclass(frozen=True)
class Setting:
    """What a trial tries."""

    rate: float
    penalty: float
    dropout: float


@dataclass(frozen=True)
class Resident:
    """Rows on the device. ``x`` [folds, rows, inputs] in the dtype of products, ``y`` [folds, rows, outputs], ``w`` [rows]; ``training`` a list of
    row numbers per fold; ``vx``, ``vy`` the same of judging rows in float32, ``judged`` [folds, rows] 1 where a row is one and not padding."""

    task: str
    x: torch.Tensor
    y: torch.Tensor
    w: torch.Tensor
    training: list[torch.Tensor]
    vx: torch.Tensor
    vy: torch.Tensor
    judged: torch.Tensor
    shift: torch.Tensor


def losses_of(task: str, z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Loss per row of outputs [..., outputs]: log loss or squared error; y one-hot, 0 or 1, or a number."""
    if task == "regression":
        return (z - y).square()[..., 0]
    if task == "binary":
        return (torch.nn.functional.softplus(z) - y * z)[..., 0]
    return torch.logsumexp(z, -1) - (z * y).sum(-1)


class Program:
    """One group of trials under way. Everything that differs between trials stands in tensors, so there is no branch in a step."""

    def __init__(self, data: Resident, layout: Layout, settings: list[Setting], batch: int, seed: int, dtype: torch.dtype, compiled: bool = False):
        self.data, self.layout, self.batch, self.seed, self.dtype = data, layout, batch, seed, dtype
        self.device, self.folds = data.x.device, len(data.training)
        self._outputs = torch.compile(outputs_of) if compiled else outputs_of
        self.all_settings = settings
        self.steps = min(-(-max(len(rows) for rows in data.training) // batch), 400)
        self._longest = max(len(rows) for rows in data.training)
        self._order = torch.zeros(self.folds, self._longest, dtype=torch.long, device=self.device)
        self._counts = torch.tensor([[len(rows)] for rows in data.training], device=self.device)
        self._offsets = (torch.arange(self.folds, device=self.device) * data.x.shape[1])[:, None]
        self._places = torch.arange(batch, device=self.device)
        self._at = torch.zeros((), dtype=torch.long, device=self.device)
        self.time = torch.zeros((), dtype=torch.float32, device=self.device)
        self._decays = torch.as_tensor(layout.decays(), device=self.device)
        start = np.stack([np.stack([layout.start(splitmix.mix(seed, 33, t, f)) for f in range(self.folds)]) for t in range(len(settings))])
        self.hold(list(range(len(settings))), torch.as_tensor(start, device=self.device), None, None)

    def hold(self, trials: list[int], flat: torch.Tensor, first: Optional[torch.Tensor], second: Optional[torch.Tensor]) -> None:
        """Goes on with these trials: parameters and moments [trials, folds, size]."""
        self.trials, self._graph = trials, None
        self.flat = flat.clone()
        self.first = torch.zeros_like(flat) if first is None else first.clone()
        self.second = torch.zeros_like(flat) if second is None else second.clone()
        settings = [self.all_settings[t] for t in trials]

        def column(values: list[float], *shape: int) -> torch.Tensor:
            return torch.tensor(values, dtype=torch.float32, device=self.device).view(-1, *shape)

        self._rate = column([s.rate for s in settings], 1, 1)
        self._penalty = column([s.penalty for s in settings], 1, 1)
        self._drop = column([s.dropout for s in settings], 1, 1, 1, 1) if any(s.dropout > 0 for s in settings) else None
        self.active = torch.ones(len(trials), self.folds, 1, device=self.device)
        self.loss = torch.zeros(len(trials), self.folds, device=self.device)
        self._parameters = {name: view.requires_grad_(True) for name, view in self.layout.views(self.flat).items()}

    def step(self) -> None:
        """One step of all lanes."""
        data = self.data
        places = (self._at + self._places) % self._counts
        rows = self._order.gather(1, places)
        at = (rows + self._offsets).view(-1)
        x = data.x.view(-1, data.x.shape[2]).index_select(0, at).view(self.folds, self.batch, -1)
        y = data.y.view(-1, data.y.shape[2]).index_select(0, at).view(self.folds, 1, self.batch, -1)
        w = data.w.index_select(0, rows.view(-1)).view(self.folds, 1, self.batch)
        z = self._outputs(self.layout, self._parameters, x, self._drop, self.dtype)
        losses = (losses_of(data.task, z, y) * w).sum((2, 3)) / (self.layout.members * w.sum((1, 2)))
        gradients = torch.autograd.grad(losses.sum(), list(self._parameters.values()))
        with torch.no_grad():
            lanes = self.flat.shape[:2]
            gradient = torch.cat([g.reshape(*lanes, -1) for g in gradients], 2)
            self.loss.add_(losses)
            self._at.add_(self.batch)
            self.time.add_(1)
            self.first.lerp_(gradient, 1 - _FIRST)
            self.second.mul_(_SECOND).addcmul_(gradient, gradient, value=1 - _SECOND)
            rate = self._rate * self.active
            scale = rate * torch.sqrt(1 - _SECOND**self.time) / (1 - _FIRST**self.time)
            self.flat.mul_(1 - rate * self._penalty * self._decays)
            self.flat.sub_(scale * self.first / (self.second.sqrt() + _EPSILON))

    def round(self, number: int, between: Any = None) -> np.ndarray:
        """Some steps over rows in an order of their own; the mean training loss per lane. ``between`` is called between steps."""
        for f, rows in enumerate(self.data.training):
            order = _order(len(rows), splitmix.mix(self.seed, 34, number, f), self.device)
            self._order[f, :len(rows)] = rows[order]
        self._at.zero_()
        self.loss.zero_()
        torch.manual_seed(splitmix.mix(self.seed, 35, number) >> 1)
        advance = self._replay() if self.device.type == "cuda" else self.step
        for _ in range(self.steps):
            advance()
            if between is not None:
                between()
        return (self.loss / self.steps).double().cpu().numpy()

    def validate(self) -> np.ndarray:
        """Mean loss of the members' mean on the judging rows, in float32 products, per lane [trials, folds]."""
        data = self.data
        total = torch.zeros(len(self.trials), self.folds, dtype=torch.float64, device=self.device)
        with torch.no_grad():
            for at in range(0, data.vx.shape[1], _CHUNK):
                part = slice(at, at + _CHUNK)
                z = outputs_of(self.layout, self._parameters, data.vx[:, part], None, torch.float32).double().mean(2) - data.shift
                total += (losses_of(data.task, z, data.vy[:, part].double()) * data.judged[:, part]).sum(2)
            return (total / data.judged.sum(1)).cpu().numpy()

    def _replay(self) -> Any:
        """The step as a CUDA graph, captured once for these trials."""
        if self._graph is None:
            state = [self.flat, self.first, self.second, self.loss, self._at, self.time]
            kept = [tensor.clone() for tensor in state]
            generator = torch.cuda.get_rng_state(self.device)
            side = torch.cuda.Stream()
            side.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(side):
                for _ in range(3):
                    self.step()
            torch.cuda.current_stream().wait_stream(side)
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph):
                self.step()
            with torch.no_grad():
                for tensor, was in zip(state, kept):
                    tensor.copy_(was)
            torch.cuda.set_rng_state(generator, self.device)
        return self._graph.replay


def _order(count: int, seed: int, device: torch.device) -> torch.Tensor:
    """A permutation of 0 ... count - 1 from splitmix64 on the device; int64 arithmetic wraps as the unsigned one does."""
    def signed(x: int) -> int:
        return x - (1 << 64) if x >= 1 << 63 else x

    def shifted(x: torch.Tensor, by: int) -> torch.Tensor:
        return (x >> by) & ((1 << (64 - by)) - 1)

    x = (torch.arange(count, device=device) ^ signed(splitmix.following(seed))) + signed(0x9E3779B97F4A7C15)
    x = (x ^ shifted(x, 30)) * signed(0xBF58476D1CE4E5B9)
    x = (x ^ shifted(x, 27)) * signed(0x94D049BB133111EB)
    return torch.sort(x ^ shifted(x, 31), stable=True).indices
