"""Leaves out columns that can't help or that would lie: by training rows alone."""
from __future__ import annotations

from typing import Any, Optional

import numpy as np

from . import columns
from .dataset import Dataset
from .faults import at_fault

_FEWEST_FOR_IDS = 50


def apply(data: Dataset, max_categories: int, threads: int) -> list[dict[str, str]]:
    """Drops columns of the data set and says which and why; refuses when none is left."""
    dropped: list[dict[str, str]] = []

    def stays(name: str, reason: Optional[str]) -> bool:
        if reason is not None:
            dropped.append({"column": name, "reason": reason})
        return reason is None

    training = data.training
    of_numbers = columns.each(len(data.number_names), len(training), threads, lambda f: _of_numbers(training.numbers[:, f]))
    of_texts = columns.each(len(data.text_names), len(training), threads, lambda f: _of_texts(training.texts[:, f], max_categories))
    numbers = [f for f, name in enumerate(data.number_names) if stays(name, of_numbers[f])]
    texts = [f for f, name in enumerate(data.text_names) if stays(name, of_texts[f])]
    if not numbers and not texts:
        raise at_fault("No usable column", "Every feature was dropped: " + " ".join(f"'{d['column']}' {d['reason']}." for d in dropped[:10]))
    data.keep(numbers, texts)
    return dropped


def warnings(profiles: list[dict[str, Any]]) -> list[str]:
    """Numbers, by their profile, so large beside their spread that float32 loses what tells them apart."""
    return [f"'{p['name']}' has a mean of {p['mean']:.4g} and a standard deviation of {p['standardDeviation']:.4g}: float32 loses its last digits; take it relative to a base."
            for p in profiles if p["kind"] == "numeric" and abs(p["mean"]) > 1e4 * p["standardDeviation"]]


def _of_numbers(column: np.ndarray) -> Optional[str]:
    finite = column[np.isfinite(column)]
    if len(finite) == 0:
        return "has no finite value in training"
    differs = bool((finite != finite[0]).any())
    if not differs and len(finite) == len(column):
        return f"is constant ({finite[0]:g}) in training"
    rises = differs and len(finite) >= _FEWEST_FOR_IDS and bool((np.diff(finite) > 0).all() and (finite == np.floor(finite)).all())
    return "looks like an identifier: whole numbers that rise from row to row" if rises else None


def _of_texts(column: np.ndarray, max_categories: int) -> Optional[str]:
    present = column[column != 0]
    distinct = len(np.unique(present))
    if len(present) == 0:
        return "is empty in training"
    if distinct == 1 and len(present) == len(column):
        return "is constant in training"
    like_ids = len(present) >= _FEWEST_FOR_IDS and distinct > max_categories and distinct * 2 > len(present)
    return f"looks like an identifier: {distinct} different texts in {len(present)} cells" if like_ids else None
