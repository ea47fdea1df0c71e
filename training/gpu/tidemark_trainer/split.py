"""Which rows train, validate and test: exactly the rules of docs/training-contract.md."""
from __future__ import annotations

import hashlib
import math
from typing import Optional

import numpy as np

from . import splitmix
from .faults import at_fault
from .spec import Split

TRAINING, VALIDATION, TEST = 0, 1, 2
FOLDS = 5
FOLDS_BELOW = 2000


def stratified(split: Split, seed: int, classes: np.ndarray) -> np.ndarray:
    """A part per row, for rows of these classes (all 0 for a regression)."""
    parts = np.zeros(len(classes), np.uint8)
    for place in np.unique(classes):
        rows = np.flatnonzero(classes == place)
        rows = rows[splitmix.order(len(rows), splitmix.mix(seed, 11, int(place)))]
        test, validation = (math.floor(len(rows) * share + 0.5) for share in (split.test, split.validation))
        parts[rows[:test]], parts[rows[test:test + validation]] = TEST, VALIDATION
    return parts


def by_time(split: Split, times: np.ndarray) -> np.ndarray:
    """A part per row by time; equal times never straddle a border."""
    count = len(times)
    order = np.argsort(times, kind="stable")
    inorder = times[order]

    def border(share: float) -> int:
        at = min(max(math.floor(count * share), 0), count - 1)
        return int(np.searchsorted(inorder, inorder[at], "left"))

    parts = np.zeros(count, np.uint8)
    parts[order[border(1 - split.validation - split.test):]] = VALIDATION
    parts[order[border(1 - split.test):]] = TEST
    return parts


def place(key: str, seed: int) -> float:
    """Where a key stands in [0, 1): the same wherever the row is and however many others there are."""
    return int.from_bytes(hashlib.sha256(key.encode() + seed.to_bytes(8, "little")).digest()[:8], "little") / 2**64


def by_key(split: Split, places: np.ndarray) -> np.ndarray:
    """A part per row by the place of its key."""
    parts = np.zeros(len(places), np.uint8)
    parts[places >= 1 - split.validation - split.test] = VALIDATION
    parts[places >= 1 - split.test] = TEST
    return parts


def stratified_folds(seed: int, classes: np.ndarray) -> np.ndarray:
    """A fold for each of these rows (those that are not test), by the place of a row within its class."""
    folds = np.zeros(len(classes), np.uint8)
    for of in np.unique(classes):
        rows = np.flatnonzero(classes == of)
        folds[rows[splitmix.order(len(rows), splitmix.mix(seed, 12, int(of)))]] = np.arange(len(rows)) % FOLDS
    return folds


def check(parts: np.ndarray, classes: np.ndarray, names: Optional[list[str]]) -> None:
    """Refuses a part without a row and a training part without a class."""
    counts = np.bincount(parts, minlength=3)
    if counts.min() == 0:
        raise at_fault("A part of the split is empty", f"Of {len(parts)} labelled rows, {counts[0]} fall to training, {counts[1]} to validation and {counts[2]} to test; "
                       "each needs at least one. Give more rows, or other shares in split.")
    trained = set(classes[parts == TRAINING].tolist())
    for place_, name in enumerate(names or []):
        if place_ not in trained:
            raise at_fault("A class without training rows", f"The class '{name}' has {int((classes == place_).sum())} rows and none falls to training. "
                           "Give more rows of it, or leave it out.")
