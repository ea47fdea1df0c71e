"""A trainer that keeps docs/training-contract.md, on PyTorch: many trials as one program where there is a GPU."""

NAME = "Tidemark.PyTorch"
VERSION = "1.0.0"
