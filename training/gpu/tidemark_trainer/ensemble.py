"""
An ensemble of K multi-layer perceptrons over shared weights: h = relu(((h * r_k) W) * s_k + b_k), a head per member, the mean of the members'
outputs (Wen, Tran, Ba, "BatchEnsemble", ICLR 2020; Gorishniy et al., "TabM", ICLR 2025).
"""
from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np
import torch

from . import splitmix
from .dataset import Rows
from .graph import Graph
from .preparation import Preparation

_CHUNK = 65_536


@dataclass(frozen=True)
class Layout:
    """Where each parameter of one ensemble stands in a flat vector of ``size`` numbers."""

    inputs: int
    outputs: int
    members: int
    hidden: int
    layers: int

    @property
    def parts(self) -> list[tuple[str, tuple[int, ...]]]:
        found: list[tuple[str, tuple[int, ...]]] = []
        k, h, d = self.members, self.hidden, self.inputs
        for i in range(self.layers):
            found += [(f"r{i}", (k, 1, d)), (f"w{i}", (d, h)), (f"s{i}", (k, 1, h)), (f"b{i}", (k, 1, h))]
            d = h
        return [*found, ("wo", (k, d, self.outputs)), ("bo", (k, 1, self.outputs))]

    @property
    def size(self) -> int:
        return sum(math.prod(shape) for _, shape in self.parts)

    def views(self, flat: Any) -> dict[str, Any]:
        """The parameters by name, as views of [..., size] (tensor or array)."""
        found, at = {}, 0
        for name, shape in self.parts:
            count = math.prod(shape)
            found[name] = flat[..., at:at + count].reshape(*flat.shape[:-1], *shape)
            at += count
        return found

    def decays(self) -> np.ndarray:
        """1 for the weights that the penalty draws to zero, float32 [size]."""
        return np.concatenate([np.full(math.prod(shape), float(name[0] == "w"), np.float32) for name, shape in self.parts])

    def start(self, seed: int) -> np.ndarray:
        """Parameters to begin with, float32 [size]: members differ by random signs on the inputs (as TabM has it) and by their heads."""
        flat = np.zeros(self.size, np.float32)
        drawn = self.views((2 * splitmix.uniforms(self.size, seed) - 1)[None])
        for name, values in self.views(flat).items():
            bound = 1 / math.sqrt(self.inputs if name[1:] == "0" else self.hidden)
            if name == "r0":
                values[...] = np.where(drawn[name][0] < 0, -1, 1)
            elif name[0] in "rs":
                values[...] = 1
            elif name[0] == "w" or name[0] == "b" and name != "bo":
                values[...] = drawn[name][0] * bound
        return flat


def outputs_of(layout: Layout, p: dict[str, torch.Tensor], x: torch.Tensor, drop: Optional[torch.Tensor], dtype: torch.dtype) -> torch.Tensor:
    """
    Outputs float32 [trials, folds, members, rows, outputs] of parameters [trials, folds, ...] for x [folds, rows, inputs]: the weights of a trial
    multiply the rows of all its members in one product. ``drop`` [trials, 1, 1, 1, 1] is the share of hidden units left out.
    """
    trials, folds = p["w0"].shape[:2]
    lanes, members = trials * folds, layout.members
    h = x[None, :, None]
    for i in range(layout.layers):
        z = h.to(dtype) * p[f"r{i}"].to(dtype)
        rows, width = z.shape[-2:]
        z = torch.bmm(z.reshape(lanes, members * rows, width), p[f"w{i}"].to(dtype).reshape(lanes, width, layout.hidden))
        h = torch.relu(z.view(trials, folds, members, rows, layout.hidden) * p[f"s{i}"].to(dtype) + p[f"b{i}"].to(dtype))
        if drop is not None:
            h = h * ((torch.rand(h.shape, device=h.device) >= drop).to(dtype) / (1 - drop).to(dtype))
    z = torch.bmm(h.reshape(lanes * members, -1, layout.hidden), p["wo"].to(dtype).reshape(lanes * members, layout.hidden, layout.outputs))
    return z.view(trials, folds, members, -1, layout.outputs).float() + p["bo"]


class Ensemble:
    """A trained ensemble on what a preparation gives; ``flat`` float32 [size]."""

    def __init__(self, preparation: Preparation, layout: Layout, flat: np.ndarray, device: torch.device):
        self._preparation, self._layout, self._flat, self._device = preparation, layout, flat, device

    @property
    def parameters(self) -> int:
        return self._layout.size

    def rescaled(self, scale: float, shift: np.ndarray) -> "Ensemble":
        """The model that gives scale * output + shift."""
        flat = self._flat.copy()
        views = self._layout.views(flat)
        views["wo"] *= np.float32(scale)
        views["bo"] *= np.float32(scale)
        views["bo"] += np.asarray(shift, np.float32)
        return Ensemble(self._preparation, self._layout, flat, self._device)

    def score(self, rows: Rows) -> np.ndarray:
        flat = torch.as_tensor(self._flat, device=self._device)
        p = self._layout.views(flat[None, None])
        found = []
        with torch.no_grad():
            for at in range(0, len(rows), _CHUNK):
                x = self._preparation.features(rows.between(at, at + _CHUNK), self._device)
                found.append(outputs_of(self._layout, p, x[None], None, torch.float32)[0, 0].double().mean(0).cpu().numpy())
        return np.concatenate(found) if found else np.zeros((0, self._layout.outputs))

    def export(self, graph: Graph) -> str:
        h, p = self._preparation.export(graph), self._layout.views(self._flat)
        for i in range(self._layout.layers):
            h = graph.node("MatMul", [graph.node("Mul", [h, graph.constant(p[f"r{i}"])]), graph.constant(p[f"w{i}"])])
            h = graph.node("Relu", [graph.node("Add", [graph.node("Mul", [h, graph.constant(p[f"s{i}"])]), graph.constant(p[f"b{i}"])])])
        h = graph.node("Add", [graph.node("MatMul", [h, graph.constant(p["wo"])]), graph.constant(p["bo"])])
        return graph.node("ReduceMean", [h], axes=[0], keepdims=0)


class Mean:
    """The mean of the outputs of several models: of the ones that folds left."""

    def __init__(self, models: list[Ensemble]):
        self._models = models

    @property
    def parameters(self) -> int:
        return sum(model.parameters for model in self._models)

    def score(self, rows: Rows) -> np.ndarray:
        return np.mean([model.score(rows) for model in self._models], axis=0)

    def export(self, graph: Graph) -> str:
        total = graph.node("Sum", [model.export(graph) for model in self._models])
        return graph.node("Mul", [total, graph.constant(np.float32(1 / len(self._models)))])
