"""
From cells to what models weigh, everything found in training rows: one definition, computed by torch in training and written as ONNX nodes.

Columns stand in this order: standardised numbers, flags of missing numbers, pieces of numbers, indicators of categories that training saw.
"""
from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .dataset import Rows, TextIds

if TYPE_CHECKING:
    import torch
    from .graph import Graph

OTHER, MISSING, FIRST_KNOWN = 0, 1, 2
_REACH = 8.0  # standard deviations that a raw value is held to: an infinity meets no zero scale
_FEWEST_ROWS = 5
_FEWEST_PIECES, _MOST_PIECES, _ROWS_PER_PIECE = 3, 12, 30


@dataclass(frozen=True)
class CategoryMap:
    """The categories of a column that are told apart, most frequent first; known[k] has code FIRST_KNOWN + k."""

    known: list[int]
    others: int
    missing: int

    @staticmethod
    def fit(column: np.ndarray, ids: TextIds, most: int) -> "CategoryMap":
        counts = np.bincount(column, minlength=len(ids.texts))
        frequent = [int(k) for k in np.flatnonzero(counts >= _FEWEST_ROWS) if k != 0]
        known = sorted(frequent, key=lambda k: (-counts[k], ids.texts[k]))[:most]
        return CategoryMap(known, int(len(column) - counts[0] - sum(counts[k] for k in known)), int(counts[0]))

    def codes(self, column: np.ndarray, ids: TextIds) -> np.ndarray:
        table = np.zeros(len(ids.texts), np.int64)
        table[0] = MISSING
        table[self.known] = FIRST_KNOWN + np.arange(len(self.known))
        return table[column]

    def seen(self) -> list[int]:
        """Codes that training saw."""
        return [OTHER] * (self.others > 0) + [MISSING] * (self.missing > 0) + [FIRST_KNOWN + k for k in range(len(self.known))]


class Preparation:
    """Fitted on training rows; float32 throughout, as in the graph."""

    def __init__(self, training: Rows, ids: list[TextIds], max_categories: int, piecewise: bool):
        count = training.numbers.shape[1]
        self.ids = ids
        self.median, self.low, self.high, self.mean, self.inverse = (np.zeros(count, np.float32) for _ in range(5))
        flagged: list[int] = []
        pieces: list[tuple[int, np.float32, np.float32]] = []
        for f in range(count):
            column = training.numbers[:, f]
            if np.isnan(column).any():
                flagged.append(f)
            finite = self._scale(f, column)
            if piecewise and self.inverse[f] > 0:
                knots = self._knots(f, finite)
                pieces += [(f, low, np.float32(1) / (high - low)) for low, high in zip(knots[:-1], knots[1:])]
        self.flagged = np.array(flagged, np.int64)
        self.pieced = np.array([f for f, _, _ in pieces], np.int64)
        self.piece_low = np.array([low for _, low, _ in pieces], np.float32)
        self.piece_inverse = np.array([inverse for _, _, inverse in pieces], np.float32)
        self.maps = [CategoryMap.fit(training.texts[:, f], ids[f], max_categories) for f in range(len(ids))]
        indicators = [(f, code) for f, map_ in enumerate(self.maps) for code in map_.seen()]
        self.indicated = np.array([f for f, _ in indicators], np.int64)
        self.indicated_code = np.array([code for _, code in indicators], np.int64)
        self.width = count + len(flagged) + len(pieces) + len(indicators)

    def _scale(self, f: int, column: np.ndarray) -> np.ndarray:
        finite = np.sort(column[np.isfinite(column)])
        if len(finite) == 0:
            return finite
        self.median[f] = np.quantile(finite.astype(np.float64), 0.5)
        filled = np.where(np.isfinite(column), column, self.median[f]).astype(np.float64)
        mean, deviation = filled.mean(), filled.std()
        constant = deviation <= 1e-12 * max(1.0, abs(mean))
        self.mean[f] = mean
        self.inverse[f] = 0 if constant else 1 / deviation
        reach = np.float32(0 if constant else _REACH * deviation)
        self.low[f], self.high[f] = self.mean[f] - reach, self.mean[f] + reach
        return finite

    def _knots(self, f: int, finite: np.ndarray) -> np.ndarray:
        pieces = min(max(len(finite) // _ROWS_PER_PIECE, _FEWEST_PIECES), _MOST_PIECES)
        quantiles = np.quantile(finite.astype(np.float64), np.arange(pieces + 1) / pieces).astype(np.float32)
        knots = np.unique((np.minimum(np.maximum(quantiles, self.low[f]), self.high[f]) - self.mean[f]) * self.inverse[f])
        return knots if len(knots) >= 3 else knots[:0]

    def codes(self, rows: Rows) -> np.ndarray:
        """Codes of categories, int64 [rows, text columns]."""
        return np.stack([m.codes(rows.texts[:, f], self.ids[f]) for f, m in enumerate(self.maps)], 1) if self.maps else np.zeros((len(rows), 0), np.int64)

    def features(self, rows: Rows, device: "torch.device") -> "torch.Tensor":
        """What models weigh, float32 [rows, width] on the device."""
        import torch

        def there(values: np.ndarray) -> "torch.Tensor":
            return torch.as_tensor(values, device=device)

        parts = []
        if self.median.size:
            raw = there(np.ascontiguousarray(rows.numbers))
            missing = torch.isnan(raw)
            held = torch.minimum(torch.maximum(torch.where(missing, there(self.median), raw), there(self.low)), there(self.high))
            standardised = (held - there(self.mean)) * there(self.inverse)
            parts.append(standardised)
            if self.flagged.size:
                parts.append(missing[:, there(self.flagged)].float())
            if self.pieced.size:
                parts.append(((standardised[:, there(self.pieced)] - there(self.piece_low)) * there(self.piece_inverse)).clamp(0, 1))
        if self.indicated.size:
            parts.append((there(self.codes(rows))[:, there(self.indicated)] == there(self.indicated_code)).float())
        return torch.cat(parts, 1)

    def export(self, graph: "Graph") -> str:
        """Adds nodes that compute the same from the graph's inputs; the name of the tensor [rows, width]."""
        parts = []
        if self.median.size:
            raw = graph.concat(graph.numbers)
            missing = graph.node("IsNaN", [raw])
            filled = graph.node("Where", [missing, graph.constant(self.median[None]), raw])
            held = graph.node("Min", [graph.node("Max", [filled, graph.constant(self.low[None])]), graph.constant(self.high[None])])
            standardised = graph.node("Mul", [graph.node("Sub", [held, graph.constant(self.mean[None])]), graph.constant(self.inverse[None])])
            parts.append(standardised)
            if self.flagged.size:
                parts.append(graph.node("Cast", [graph.node("Gather", [missing, graph.constant(self.flagged)], axis=1)], to=graph.FLOAT))
            if self.pieced.size:
                spread = graph.node("Gather", [standardised, graph.constant(self.pieced)], axis=1)
                into = graph.node("Mul", [graph.node("Sub", [spread, graph.constant(self.piece_low[None])]), graph.constant(self.piece_inverse[None])])
                parts.append(graph.node("Clip", [into, graph.constant(np.float32(0)), graph.constant(np.float32(1))]))
        if self.indicated.size:
            codes = graph.concat([graph.text_codes(f, m.known) for f, m in enumerate(self.maps)])
            spread = graph.node("Gather", [codes, graph.constant(self.indicated)], axis=1)
            parts.append(graph.node("Cast", [graph.node("Equal", [spread, graph.constant(self.indicated_code[None])])], to=graph.FLOAT))
        return graph.concat(parts)
