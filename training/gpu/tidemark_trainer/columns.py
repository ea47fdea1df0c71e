"""Work on columns side by side: NumPy passes over them without holding the interpreter's lock."""
from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Callable, TypeVar

_FEWEST_ROWS = 100_000
T = TypeVar("T")


def each(count: int, rows: int, threads: int, work: Callable[[int], T]) -> list[T]:
    """work(0) ... work(count - 1), in order; on several threads where there are rows enough to pay for them."""
    if threads == 1 or rows < _FEWEST_ROWS:
        return [work(place) for place in range(count)]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(work, range(count)))
