"""Reference answers of scipy and numpy for the statistics of functions/Drift/Statistics, one JSON object a line.

    /usr/bin/python3 tests/Drift/scipy_reference.py 5000 > answers.jsonl
    TIDEMARK_SCIPY_ANSWERS=answers.jsonl ./test -class 'Tidemark.Tests.Drift.ScipyTests'

Without the variable the tests read scipy_reference.jsonl beside this file (its first 240 cases: `scipy_reference.py 240`). Samples are not
stored: both sides draw them from SplitMix64 with operations that IEEE 754 rounds alike, so they agree to the last bit. Debian 12: scipy
1.10.1, numpy 1.24.2.
"""
import json
import math
import sys
import warnings

import numpy as np
from scipy import stats
from scipy.spatial.distance import jensenshannon

warnings.simplefilter("ignore")


def uniform(seed, count):
    """Numbers in [0, 1): SplitMix64 (Steele, Lea and Flood 2014), 53 bits."""
    with np.errstate(over="ignore"):
        z = np.uint64(seed) * np.uint64(1000003) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53


def draw(shape, seed, n):
    if shape == "uniform":
        return uniform(seed, n)
    if shape == "bell":
        u = uniform(seed, 4 * n)
        return u[:n] + u[n:2 * n] + u[2 * n:3 * n] + u[3 * n:] - 2.0
    if shape == "integers":
        return np.floor(uniform(seed, n) * 9.0)
    if shape == "rounded":
        u = uniform(seed, 2 * n)
        return np.floor((u[:n] + u[n:]) * 40.0) / 8.0
    u = uniform(seed, n)
    return u / (1.0001 - u)


def tables(seed, n, m, k, skew):
    """Counts of k categories in two samples; the second leans to the first categories where skew is above 0."""
    u, v = uniform(seed, n), uniform(seed + 1, m)
    v = v * (1.0 - skew * (1.0 - v))
    return (np.bincount((w * w * k).astype(int), minlength=k)[:k].astype(float) for w in (u, v))


def number(value):
    value = float(value)
    return value if math.isfinite(value) else None


def pair(result):
    return [number(result[0]), number(result[1])]


def without_zeros(shares):
    least = min(shares[shares != 0])
    return np.where(shares == 0, least / 10**6 if least <= 0.0001 else 0.0001, shares)


def distances(x, y):
    p, q = x / x.sum(), y / y.sum()
    pz, qz = without_zeros(p), without_zeros(q)
    return {
        "js2": number(jensenshannon(x, y, 2)), "jse": number(jensenshannon(x, y)),
        "psi": number(np.sum((pz - qz) * np.log(pz / qz))), "kl": number(stats.entropy(pz, qz)),
        "hellinger": number(np.sqrt(np.sum((np.sqrt(p) - np.sqrt(q)) ** 2) / 2)),
        "tvd": number(np.sum(np.abs(p - q)) / 2), "linf": number(np.max(np.abs(p - q))),
    }


def numeric(case):
    x = draw(case["shape"], case["seed"], case["n"])
    y = draw(case["shape"], case["seed"] + 1, case["m"]) * case["scale"] + case["shift"]
    answers = {
        "ks": pair(stats.ks_2samp(x, y)), "wasserstein": number(stats.wasserstein_distance(x, y)),
        "normed": number(stats.wasserstein_distance(x, y) / max(np.std(x), 0.001)), "energy": number(stats.energy_distance(x, y)),
        "t": pair(stats.ttest_ind(x, y)), "welch": pair(stats.ttest_ind(x, y, equal_var=False)),
        "es": pair(stats.epps_singleton_2samp(x, y)),
    }
    # So does the exact Mann-Whitney test of a few values against many.
    if min(len(x), len(y)) > 8 or max(len(x), len(y)) <= 50:
        answers["mannw"] = pair(stats.mannwhitneyu(x, y))
    # Between 13 and 20 values scipy takes many seconds for the exact p-value: a few such cases are enough.
    if not 13 <= max(len(x), len(y)) <= 20 or case["seed"] % 48 == 21:
        cvm = stats.cramervonmises_2samp(x, y)
        answers["cvm"] = [number(cvm.statistic), number(cvm.pvalue)]
    if len(np.unique(np.concatenate([x, y]))) > 1:
        anderson = stats.anderson_ksamp([x, y])
        answers["anderson"] = [number(anderson.statistic), number(anderson.significance_level)]
    edges = np.histogram_bin_edges(np.concatenate([x, y]), bins="sturges")
    answers["sturges"] = distances(np.histogram(x, edges)[0].astype(float), np.histogram(y, edges)[0].astype(float))
    edges = np.histogram_bin_edges(x, bins="doane")
    answers["doane"] = [int(c) for c in np.histogram(y, edges)[0]]
    return answers


def categorical(case):
    x, y = tables(case["seed"], case["n"], case["m"], case["k"], case["skew"])
    there = x + y > 0
    x, y = x[there], y[there]
    answers = distances(x, y)
    with np.errstate(divide="ignore", invalid="ignore"):
        answers["chi"] = pair(stats.chisquare(y, x * (y.sum() / x.sum())))
        answers["g"] = pair(stats.power_divergence(y, x * (y.sum() / x.sum()), lambda_="log-likelihood"))
    if len(x) > 1:
        answers["chi_table"] = pair(stats.chi2_contingency([x, y], correction=False))
        answers["g_table"] = pair(stats.chi2_contingency([x, y], correction=False, lambda_="log-likelihood"))
        answers["fisher"] = pair(stats.fisher_exact([[int(x[0]), int(x[1:].sum())], [int(y[0]), int(y[1:].sum())]]))
        n, m = x.sum(), y.sum()
        pooled = (x[0] + y[0]) / (n + m)
        z = (x[0] / n - y[0] / m) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
        answers["z"] = [number(z), number(2 * stats.norm.sf(abs(z)))]
    return answers


def cases(count):
    choose = np.random.default_rng(20261121)
    for i in range(count):
        seed = 10 * i + 1
        most = (400, 60, 25, 3000, 400, 15000)[i % 6] if i % 24 == 5 or i % 6 < 5 else 400
        n, m = (int(math.exp(choose.uniform(math.log(5), math.log(most)))) for _ in range(2))
        if i % 48 == 5:
            m = int(choose.integers(10001, 15000))
        if i % 11 == 0:
            m = n
        if i % 4 == 3:
            yield {"seed": seed, "n": n, "m": m, "k": int(choose.integers(2, 30)), "skew": float(choose.choice([0.0, 0.0, 0.25, 0.5]))}
        else:
            shape = ("uniform", "bell", "integers", "rounded", "heavy")[i % 5]
            yield {"seed": seed, "shape": shape, "n": n, "m": m, "scale": float(choose.choice([1.0, 1.0, 1.25])),
                   "shift": float(choose.choice([0.0, 0.0, 0.125, 0.5, 1.0]))}


for case in cases(int(sys.argv[1])):
    case["answers"] = numeric(case) if "shape" in case else categorical(case)
    print(json.dumps(case, separators=(",", ":")))
