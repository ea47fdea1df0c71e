"""What is to be learned: the task, its classes and how rows weigh; losses and probabilities in float64."""
from __future__ import annotations

from typing import Optional

import numpy as np

from .dataset import Dataset


class Problem:
    """Outputs of a model are [rows, outputs]: logits (one for two classes) or the prediction."""

    def __init__(self, data: Dataset):
        spec = data.spec
        self.task, self.seed = spec.task, spec.seed
        self.names: Optional[list[str]] = data.class_names
        self.classes = len(self.names) if self.names else 1
        self.outputs = self.classes if self.task == "multiclass" else 1
        self.class_weights = np.ones(self.classes)
        if spec.class_weights == "balanced":
            counts = np.bincount(data.training.classes, minlength=self.classes)
            self.class_weights = len(data.training) / (self.classes * np.maximum(counts, 1))
        elif isinstance(spec.class_weights, dict):
            for name, weight in spec.class_weights.items():
                if name in self.names:
                    self.class_weights[self.names.index(name)] = weight

    @property
    def is_classification(self) -> bool:
        return self.task != "regression"

    @property
    def weight_shift(self) -> np.ndarray:
        """What weights added to the logits, to be taken off again: a fit under weights w gives probabilities in proportion to w times the true ones."""
        logs = np.log(self.class_weights)
        return logs if self.task == "multiclass" else logs[1:] - logs[:1] if self.task == "binary" else np.zeros(1)

    def losses(self, outputs: np.ndarray, classes: np.ndarray, targets: np.ndarray) -> np.ndarray:
        """Loss of each row: log loss or squared error."""
        if self.task == "regression":
            return (outputs[:, 0] - targets) ** 2
        if self.task == "binary":
            return np.logaddexp(0, np.where(classes == 1, -outputs[:, 0], outputs[:, 0]))
        most = outputs.max(1)
        return most + np.log(np.exp(outputs - most[:, None]).sum(1)) - outputs[np.arange(len(outputs)), classes]

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """[rows, classes] of logits [rows, outputs]."""
        if self.task == "binary":
            positive = 0.5 * (1 + np.tanh(0.5 * logits[:, 0]))
            return np.stack([1 - positive, positive], 1)
        scaled = np.exp(logits - logits.max(1, keepdims=True))
        return scaled / scaled.sum(1, keepdims=True)
