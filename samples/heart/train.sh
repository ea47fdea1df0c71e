#!/usr/bin/env bash
# Trains the heart model again and writes model.onnx, metadata.json, rows.json, infer.json and expected.csv beside this file.
# Debian or Ubuntu; installs the distribution's scikit-learn, onnx, numpy and pandas when they are absent (as root, or with sudo).
exec bash "$(dirname "$0")/../train.sh" heart heart/heart_train.csv
