"""All randomness of the contract: splitmix64 (Steele, Lea, Flood, OOPSLA 2014) as a hash of counters, on wrapping 64-bit integers."""
from __future__ import annotations

import numpy as np

_MASK = (1 << 64) - 1


def following(x: int) -> int:
    """splitmix64 of one number."""
    x = (x + 0x9E3779B97F4A7C15) & _MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & _MASK
    return x ^ (x >> 31)


def following_all(x: np.ndarray) -> np.ndarray:
    """splitmix64 of each of an array of uint64."""
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def mix(seed: int, *parts: int) -> int:
    """A seed derived from a seed and a place."""
    for part in parts:
        seed = following(seed ^ following(part))
    return seed


def hashes(count: int, salt: int) -> np.ndarray:
    """next(i ^ salt) for i = 0 ... count - 1, uint64."""
    return following_all(np.arange(count, dtype=np.uint64) ^ np.uint64(salt))


def order(count: int, seed: int) -> np.ndarray:
    """A permutation of 0 ... count - 1."""
    return np.argsort(hashes(count, following(seed)), kind="stable")


def uniforms(count: int, seed: int) -> np.ndarray:
    """Numbers in [0, 1), float64."""
    return (hashes(count, following(seed)) >> np.uint64(11)) * 2.0**-53
