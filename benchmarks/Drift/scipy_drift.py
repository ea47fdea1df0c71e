"""The same statistics with scipy ("scipy": a call each) or by hand with numpy ("numpy": one sort a side). Prints one line of JSON."""
import json
import sys
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")


def bins(x, y):
    edges = np.histogram_bin_edges(np.concatenate([x, y]), bins="sturges")
    return np.histogram(x, edges)[0] / len(x), np.histogram(y, edges)[0] / len(y)


def stability(p, q):
    p, q = p[p + q > 0], q[p + q > 0]  # a bin that is empty on both sides says nothing
    p, q = (np.where(s == 0, s[s > 0].min() / 1e6 if s[s > 0].min() <= 0.0001 else 0.0001, s) for s in (p, q))
    return float(np.sum((q - p) * np.log(q / p)))


def with_scipy(x, y):
    from scipy import stats
    from scipy.spatial.distance import jensenshannon
    test = stats.ks_2samp(x, y)
    p, q = bins(x, y)
    return [test.statistic, test.pvalue, stats.wasserstein_distance(x, y), stability(p, q), jensenshannon(p, q, 2)]


def with_numpy(x, y):
    x, y = np.sort(x), np.sort(y)
    both = np.concatenate([x, y])
    both.sort(kind="stable")
    gap = np.abs(np.searchsorted(x, both, "right") / len(x) - np.searchsorted(y, both, "right") / len(y))
    edges = np.histogram_bin_edges(both[[0, -1]], bins=int(np.ceil(np.log2(len(both)) + 1)))
    last = np.nextafter(edges[-1], np.inf)  # the last bin holds its upper edge
    p, q = (np.diff(np.searchsorted(s, np.append(edges[:-1], last))) / len(s) for s in (x, y))
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        divergence = (np.nansum(p * np.log2(p / middle)) + np.nansum(q * np.log2(q / middle))) / 2
    return [gap.max(), 0, float(np.sum(gap[:-1] * np.diff(both))), stability(p, q), float(np.sqrt(divergence))]


what, reference, current, rows = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
before, now = (np.fromfile(f).reshape(-1, rows) for f in (reference, current))
run = with_scipy if what == "scipy" else with_numpy
run(before[0][:1000], now[0][:1000])
start, cpu = time.perf_counter(), time.process_time()
answers = [[float(v) for v in run(x, y)] for x, y in zip(before, now)]
print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu, "answers": answers}))
