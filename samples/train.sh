#!/usr/bin/env bash
# What heart/train.sh and taxi/train.sh have in common: train.sh SAMPLE FILE-OF-REAL-DATA runs that sample's train.py.
set -euo pipefail
cd "$(dirname "$0")/$1"
. ../../eng/setup.sh

export TIDEMARK_DATA="${TIDEMARK_DATA:-../../../shared/data}"
[ -f "$TIDEMARK_DATA/$2" ] || fail "train.sh: no $2 under '$TIDEMARK_DATA'; set TIDEMARK_DATA to the folder of real data."
need_python 'sklearn, onnx, numpy, pandas' python3-sklearn python3-onnx python3-numpy python3-pandas

# One thread and a fixed order of sums: the same bytes every time.
OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 exec /usr/bin/python3 train.py
