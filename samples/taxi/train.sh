#!/usr/bin/env bash
# Trains the taxi model again and writes model.onnx, metadata.json and expected.csv beside this file.
# Debian or Ubuntu; installs the distribution's scikit-learn, onnx, numpy and pandas when they are absent (as root, or with sudo).
set -euo pipefail
cd "$(dirname "$0")"

export TIDEMARK_DATA="${TIDEMARK_DATA:-../../../shared/data}"
if [ ! -f "$TIDEMARK_DATA/taxi/yellow_tripdata_sample_2019-01.csv" ]; then
  echo "train.sh: no taxi/yellow_tripdata_sample_2019-01.csv under '$TIDEMARK_DATA'; set TIDEMARK_DATA to the folder of real data." >&2
  exit 1
fi

packages=(python3-sklearn python3-onnx python3-numpy python3-pandas)
if ! /usr/bin/python3 -c 'import sklearn, onnx, numpy, pandas' 2>/dev/null; then
  if ! command -v apt-get >/dev/null; then
    echo "train.sh: needs scikit-learn, onnx, numpy and pandas for /usr/bin/python3, and there is no apt-get to install ${packages[*]} with." >&2
    exit 1
  fi
  root=(); [ "$(id -u)" = 0 ] || root=(sudo)
  "${root[@]}" apt-get update -q
  "${root[@]}" apt-get install -y -q --no-install-recommends "${packages[@]}"
fi

# One thread and a fixed order of sums: the same bytes every time.
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 exec /usr/bin/python3 train.py
