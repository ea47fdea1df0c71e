"""What one writes with pandas and scikit-learn: read_csv in chunks, predict_proba, to_csv. Prints one line of JSON."""
import json
import resource
import sys
import time

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

CHUNK = 100_000

with open(sys.argv[1], encoding="utf-8") as file:
    weights = json.load(file)
model = LogisticRegression()
model.classes_ = np.array([0, 1])
model.coef_ = np.array([weights["coefficients"]])
model.intercept_ = np.array([weights["intercept"]])

start, cpu = time.perf_counter(), time.process_time()
rows, total = 0, 0.0
with open(sys.argv[3], "w", encoding="utf-8") as out:
    for chunk in pd.read_csv(sys.argv[2], chunksize=CHUNK, dtype=np.float32):
        probability = model.predict_proba(chunk.to_numpy())[:, 1]
        result = pd.DataFrame({"label": (probability > 0.5).astype(int), "probability": probability})
        result.to_csv(out, index=False, header=rows == 0, float_format="%.7f")
        rows += len(result)
        total += float(probability.sum())
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"rows": rows, "sum": total, "seconds": seconds, "cpu": cpu, "peak": peak}))
