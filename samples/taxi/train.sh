#!/usr/bin/env bash
# Trains the taxi model again and writes model.onnx, metadata.json and expected.csv beside this file.
# Debian or Ubuntu; installs the distribution's scikit-learn, onnx, numpy and pandas when they are absent (as root, or with sudo).
exec bash "$(dirname "$0")/../train.sh" taxi taxi/yellow_tripdata_sample_2019-01.csv
