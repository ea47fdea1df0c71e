"""Writes streams.json: the streams on which the library river documents and tests its detectors, and where it says that they drift.

The streams come from the same generators and seeds as in river's documentation (`random.Random`) and tests (`numpy.random.seed`); the indices are
those that river publishes, copied by hand. Run: python3 tests/Drift/Detectors/streams.py (needs numpy; ours: Debian 12, numpy 1.24).
"""

import json
import pathlib
import random

import numpy as np


def levels():
    rng = random.Random(12345)
    return rng.choices([0, 1], k=1000) + rng.choices(range(4, 8), k=1000)


def errors():
    rng = random.Random(42)
    return rng.choices([0, 1], k=1000) + rng.choices([0, 1], k=1000, weights=[0.3, 0.7])


def test_levels():
    np.random.seed(12345)
    return np.concatenate((np.random.randint(2, size=1000), np.random.randint(8, size=1000)))


def test_errors():
    np.random.seed(12345)
    return [np.random.binomial(1, 0.2) for _ in range(1000)] + [np.random.binomial(1, 0.8) for _ in range(1000)]


def test_waves():
    np.random.seed(12345)
    return np.concatenate([np.random.normal(mean, 0.1, 500) > 0 for mean in (0.0, 0.25, 0.0, 0.25)])


# stream, detector, parameters, first warnings (None: not published), drifts
PUBLISHED = [
    ("docs_levels", "adwin", {}, None, [1023]),
    ("docs_levels", "page_hinkley", {}, None, [1006]),
    ("docs_levels", "kswin", {"alpha": 0.0001, "seed": 42}, None, [1016]),
    ("docs_errors", "ddm", {}, [1084, 1492], [1334]),
    ("docs_errors", "eddm", {"alpha": 0.8, "beta": 0.75}, [1059], [1278]),
    ("docs_errors", "hddm_a", {}, [451], [1206]),
    ("docs_errors", "hddm_w", {}, [451], [1077]),
    ("test_levels", "adwin", {}, None, [1055]),
    ("test_levels", "kswin", {"alpha": 0.0001, "window_size": 200, "stat_size": 100, "seed": 42}, None, [1042]),
    ("test_errors", "hddm_a", {}, None, [1047]),
    ("test_errors", "hddm_w", {}, None, [1018]),
    ("test_waves", "hddm_a", {"two_sided_test": True}, None, [531, 1015, 1545]),
]

streams = {
    "docs_levels": levels(),
    "docs_errors": errors(),
    "test_levels": test_levels(),
    "test_errors": test_errors(),
    "test_waves": test_waves(),
}
fixture = {
    # Every value is one digit.
    "streams": {name: "".join(str(int(v)) for v in values) for name, values in streams.items()},
    "published": [
        {"stream": s, "detector": d, "parameters": p, "firstWarnings": w, "drifts": i} for s, d, p, w, i in PUBLISHED
    ],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(fixture, indent=1) + "\n")
