"""Limited-memory BFGS on the host; what is evaluated may be on a device."""
from __future__ import annotations

from typing import Callable, Optional

import numpy as np

_HISTORY = 10
_MOST_TRIES = 40
_DECREASE, _CURVATURE = 1e-4, 0.9
Evaluate = Callable[[np.ndarray], tuple[float, np.ndarray]]


def minimise(x: np.ndarray, evaluate: Evaluate, most: int, tolerance: float) -> np.ndarray:
    """
    The minimum, from a start [n] (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithm 7.4, with the bisecting line search for the weak
    Wolfe conditions of Lewis and Overton 2013, which can't fail on a smooth convex function). ``evaluate`` gives value and gradient;
    ``tolerance`` is the largest component of the gradient at which it is the minimum.
    """
    value, gradient = evaluate(x)
    pairs: list[tuple[np.ndarray, np.ndarray, float]] = []
    for _ in range(most):
        if np.abs(gradient).max() <= tolerance:
            break
        direction = _direct(gradient, pairs)
        slope = float(gradient @ direction)
        step = 1.0 if pairs else min(1.0, 1 / float(np.linalg.norm(gradient)))
        taken = _search(x, direction, value, slope, step, evaluate)
        if taken is None:
            break
        next_, next_value, next_gradient = taken
        moved, change = next_ - x, next_gradient - gradient
        product = float(moved @ change)
        if product > 1e-300:
            pairs = [*pairs, (moved, change, 1 / product)][-_HISTORY:]
        settled = value - next_value <= 1e-10 * max(abs(value), 1e-12)
        x, value, gradient = next_, next_value, next_gradient
        if settled:
            break
    return x


def _direct(gradient: np.ndarray, pairs: list[tuple[np.ndarray, np.ndarray, float]]) -> np.ndarray:
    """Minus the inverse Hessian's estimate times the gradient: the two loops."""
    direction, alphas = -gradient, []
    for moved, change, scale in reversed(pairs):
        alphas.append(scale * (moved @ direction))
        direction -= alphas[-1] * change
    if pairs:
        _, change, scale = pairs[-1]
        direction /= scale * (change @ change)
    for (moved, change, scale), alpha in zip(pairs, reversed(alphas)):
        direction += (alpha - scale * (change @ direction)) * moved
    return direction


def _search(x: np.ndarray, direction: np.ndarray, value: float, slope: float, step: float, evaluate: Evaluate) -> Optional[tuple[np.ndarray, float, np.ndarray]]:
    low, high = 0.0, float("inf")
    for _ in range(_MOST_TRIES):
        next_ = x + step * direction
        at, gradient = evaluate(next_)
        if not at <= value + _DECREASE * step * slope:
            high = step
        elif float(gradient @ direction) < _CURVATURE * slope:
            low = step
        else:
            return next_, at, gradient
        step = 2 * step if high == float("inf") else (low + high) / 2
    return None
