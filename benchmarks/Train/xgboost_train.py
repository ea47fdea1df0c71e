"""The peer of ./bench train: xgboost's hist with the settings of our first trial, same rows, same parts."""
import json
import os
import resource
import sys
import time

# Waiting threads that spin would be counted as work.
os.environ.update(OMP_WAIT_POLICY="passive", GOMP_SPINCOUNT="0")
folder, threads = sys.argv[1], int(sys.argv[2])
import numpy
import xgboost

cells = numpy.fromfile(os.path.join(folder, "cells.f32"), numpy.float32).reshape(-1, 30)
labels = numpy.fromfile(os.path.join(folder, "labels.u8"), numpy.uint8)
parts = numpy.fromfile(os.path.join(folder, "parts.u8"), numpy.uint8)
train, held, test = (parts == p for p in range(3))
rows = {p: (cells[m], labels[m]) for p, m in (("train", train), ("held", held), ("test", test))}
del cells

began, cpu = time.perf_counter(), time.process_time()
matrices = {p: xgboost.DMatrix(x, y, nthread=threads) for p, (x, y) in rows.items() if p != "test"}
settings = {"objective": "binary:logistic", "tree_method": "hist", "grow_policy": "lossguide", "max_leaves": 31, "max_depth": 0, "max_bin": 254, "eta": 0.1,
            "subsample": 0.8, "colsample_bytree": 0.8, "lambda": 1, "min_child_weight": 1, "nthread": threads, "seed": 1, "eval_metric": "logloss"}
model = xgboost.train(settings, matrices["train"], 3000, [(matrices["held"], "held")], early_stopping_rounds=40, verbose_eval=False)
seconds, spent = time.perf_counter() - began, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024

scores = model.predict(xgboost.DMatrix(rows["test"][0]), iteration_range=(0, model.best_iteration + 1))
order = numpy.argsort(scores)
ranks = numpy.empty(len(scores))
ranks[order] = numpy.arange(1, len(scores) + 1)
positive = rows["test"][1] == 1
auc = (ranks[positive].sum() - positive.sum() * (positive.sum() + 1) / 2) / (positive.sum() * (~positive).sum())
print(json.dumps({"seconds": seconds, "cpu": spent, "peak": peak, "auc": float(auc), "rounds": model.best_iteration + 1}))
