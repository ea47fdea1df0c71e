"""Prints the table of docs/training.md from figures.csv: means over seeds, and the paired difference to the best peer with its standard error."""
import collections
import csv
import statistics
import sys

figures = collections.defaultdict(lambda: collections.defaultdict(dict))
chosen = collections.defaultdict(collections.Counter)
seconds = collections.defaultdict(list)
for row in csv.DictReader(open(sys.argv[1], encoding="utf-8")):
    if row["figure"] in ("logLoss", "rmse"):
        figures[row["table"], row["figure"]][row["peer"]][row["seed"]] = float(row["value"])
        if row["chosen"]:
            chosen[row["table"]][row["chosen"]] += 1
            seconds[row["table"]].append(float(row["cpu_seconds"]))

print("| table | seeds | figure | Tidemark (chosen) | linear (scikit-learn) | HistGradientBoosting | xgboost hist | difference to the best, ± standard error | our CPU s |")
print("|---|---|---|---|---|---|---|---|---|")
for (table, figure), peers in figures.items():
    ours = peers.pop("Tidemark")
    seeds = sorted(set(ours).intersection(*peers.values()))
    mean = {peer: statistics.mean(values[s] for s in seeds) for peer, values in peers.items()}
    best = min(mean, key=mean.get)
    differences = [ours[s] - peers[best][s] for s in seeds]
    error = statistics.stdev(differences) / len(seeds) ** 0.5 if len(seeds) > 1 else float("nan")
    kinds = ", ".join(f"{kind} x{count}" for kind, count in chosen[table].most_common())
    cells = [f"{mean[peer]:.4g}" if peer in mean else "" for peer in ("linear (scikit-learn)", "HistGradientBoosting", "xgboost hist")]
    print(f"| {table} | {', '.join(sorted(seeds, key=int))} | {figure} | {statistics.mean(ours[s] for s in seeds):.4g} ({kinds}) | {' | '.join(cells)} | {statistics.mean(differences):+.4g} ± {error:.2g} | {statistics.mean(seconds[table]):.1f} |")
