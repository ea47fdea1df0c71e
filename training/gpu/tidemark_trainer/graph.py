"""Builds an ONNX model (opset 17, ai.onnx.ml 3, IR 8: what onnx 1.12 and 1.23 both write and ONNX Runtime serves) node by node."""
from __future__ import annotations

from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from . import NAME, VERSION, cells
from .dataset import TextIds


class Graph:
    """The inputs are the raw columns, one each: float (missing is NaN) or text (missing is empty), [rows, 1]."""

    FLOAT, INT64, TEXT = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING

    def __init__(self, numbers: list[str], texts: list[str], ids: list[TextIds]):
        self.numbers, self.texts, self._ids = numbers, texts, ids
        self._nodes: list[Any] = []
        self._constants: dict[tuple[Any, ...], str] = {}
        self._tensors: list[Any] = []
        self._codes: dict[tuple[Any, ...], str] = {}
        self._count = 0

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes: Any) -> str:
        """Adds a node with one output; returns its name."""
        output = output or self._name()
        domain = "ai.onnx.ml" if kind == "LabelEncoder" else ""
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **attributes))
        return output

    def constant(self, values: Any) -> str:
        """A constant tensor; equal ones are kept once."""
        array = np.asarray(values)
        key = (array.dtype.str, array.shape, array.tobytes())
        if key not in self._constants:
            self._constants[key] = self._name()
            self._tensors.append(numpy_helper.from_array(np.array(array, order="C"), self._constants[key]))
        return self._constants[key]

    def concat(self, parts: list[str]) -> str:
        """Columns of several tensors side by side."""
        return parts[0] if len(parts) == 1 else self.node("Concat", list(parts), axis=1)

    def text_codes(self, column: int, known: list[int]) -> str:
        """Codes of a text column, int64 [rows, 1]: 0 for other and unknown ones, 1 for missing, then the known ones, in every spelling."""
        key = (column, *known)
        if key not in self._codes:
            spelled = [(text, 2 + k) for k, id_ in enumerate(known) for text in cells.spellings(self._ids[column].texts[id_])]
            self._codes[key] = self.node("LabelEncoder", [self.texts[column]], keys_strings=["", *(text for text, _ in spelled)],
                                         values_int64s=[1, *(code for _, code in spelled)], default_int64=0)
        return self._codes[key]

    def rows_like(self, width: int) -> str:
        """The shape [rows, width] as a tensor."""
        rows = self.node("Gather", [self.node("Shape", [(self.numbers + self.texts)[0]]), self.constant(np.array([0], np.int64))], axis=0)
        return self.node("Concat", [rows, self.constant(np.array([width], np.int64))], axis=0)

    def model(self, name: str, outputs: list[tuple[str, int, int]], properties: dict[str, str]) -> bytes:
        """The model's bytes; outputs are (name, element type, width)."""
        def value(tensor: str, kind: int, width: int) -> Any:
            return helper.make_tensor_value_info(tensor, kind, ["rows", width])

        inputs = [value(n, self.FLOAT, 1) for n in self.numbers] + [value(n, self.TEXT, 1) for n in self.texts]
        graph = helper.make_graph(self._nodes, name, inputs, [value(*output) for output in outputs], self._tensors)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17), helper.make_opsetid("ai.onnx.ml", 3)], producer_name=NAME, producer_version=VERSION)
        model.ir_version = 8
        helper.set_model_props(model, properties)
        onnx.checker.check_model(model)
        return model.SerializeToString(deterministic=True)

    def _name(self) -> str:
        """A name that no column has."""
        while True:
            self._count += 1
            name = f"tidemark/{self._count}"
            if name not in self.numbers and name not in self.texts:
                return name
