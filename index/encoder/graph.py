"""A BERT as nodes and tensors: the graph that onnxruntime's BERT optimizer makes out of torch's export, node for node.

Two graphs stand on one model. Passages go through its weights as they are. Questions go through weights of
eight bits with a scale for each block of 32 (MatMulNBits of onnxruntime's contributed operators): a quarter
of the bytes to read for every question and a third of the private memory, and no figure of any set of
questions changes (docs/decisions/0003).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderUnavailable

Array = NDArray[np.float32]

_FUSED = "com.microsoft"
_OPSET, _IR_VERSION = 17, 8  # read by every onnxruntime since 1.12
_PAGE_BYTES = 4096  # weights that start on a page are mapped as they are
_IN_GRAPH_BYTES = 64  # what a node's shape depends on has to stand in the graph itself
_BLOCK = 32  # weights that share a scale; of 64, one question of 36 on other recaps loses its answer
_MIDDLE, _LARGEST = 128, 127  # bytes are unsigned; 128 stands for 0
_INT8_SUMS = 4  # accuracy_level: multiply bytes by bytes


class NotExportable(EncoderUnavailable):
    """Say that a model cannot be written in the form that onnxruntime runs."""


@dataclass(frozen=True, slots=True)
class BertShape:
    """What the graph depends on, read from a sentence-transformers folder."""

    layers: int
    heads: int
    hidden: int
    epsilon: float
    max_tokens: int
    pooling: str  # mean or cls


@dataclass(slots=True)
class Weights:
    """A model's tensors by name, an adapter's differences added."""

    stored: Any  # an open safetensors file
    prefix: str
    differences: Mapping[str, Array]  # by the matrix that each is added to

    def read(self, name: str) -> Array:
        """Return a tensor.

        Raises:
            NotExportable: it is not of single precision.
        """
        tensor: Array = self.stored.get_tensor(self.prefix + name)
        if tensor.dtype != np.float32:
            raise NotExportable(f"its weights are {tensor.dtype}, only float32 is exported")
        difference = self.differences.get(name.removesuffix(".weight"))
        return tensor if difference is None else tensor + difference


@dataclass(slots=True)
class Graph:
    """Nodes and tensors of a graph under construction; `eight_bits` says how its matrices are kept."""

    shape: BertShape
    weights: Weights
    eight_bits: bool
    nodes: list[Any] = field(default_factory=list)
    tensors: dict[str, NDArray[Any]] = field(default_factory=dict)

    def write_nodes(self) -> None:
        """Write the whole encoder, from word pieces to the last layer's states."""
        epsilon, last = self.shape.epsilon, self.shape.layers - 1
        tables = [
            self._take(f"embeddings.{kind}_embeddings.weight") for kind in ("word", "position", "token_type")
        ]
        norm = [self._take(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        states = self._add(
            "EmbedLayerNormalization", ["pieces", "kinds", *tables, *norm], "embedded", epsilon=epsilon
        )
        for layer in range(self.shape.layers):
            at = f"encoder.layer.{layer}"
            attended = self._attend(states, at)
            middle = self._project(attended, states, f"{at}.attention.output", f"{at}.middle")
            widened = self._multiply(
                middle, f"{at}.intermediate.dense", self._matrix(f"{at}.intermediate.dense"), f"{at}.widened"
            )
            bent = self._add("BiasGelu", [widened, self._take(f"{at}.intermediate.dense.bias")], f"{at}.bent")
            states = self._project(
                bent, middle, f"{at}.output", "states" if layer == last else f"{at}.states"
            )

    def _attend(self, states: str, at: str) -> str:
        parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self._matrix(part) for part in parts], axis=1)
        bias = self._put(
            f"{at}.attention.bias", np.concatenate([self.weights.read(f"{part}.bias") for part in parts])
        )
        if not self.eight_bits:
            named = self._put(f"{at}.attention.weight", weight)
            return self._add("Attention", [states, named, bias], f"{at}.attended", num_heads=self.shape.heads)
        together = self._multiply(states, f"{at}.attention", weight, f"{at}.together")
        thirds = self._put("thirds", np.full(len(parts), self.shape.hidden, dtype=np.int64))
        self._add_plain("Split", [together, thirds], parts, axis=2)
        return self._add("MultiHeadAttention", [*parts, bias], f"{at}.attended", num_heads=self.shape.heads)

    def _project(self, inner: str, skipped: str, at: str, output: str) -> str:
        """Add a projection, the skipped input and a layer norm."""
        projected = self._multiply(inner, f"{at}.dense", self._matrix(f"{at}.dense"), f"{at}.projected")
        norm = [self._take(f"{at}.LayerNorm.{part}") for part in ("weight", "bias")]
        bias = self._take(f"{at}.dense.bias")
        return self._add(
            "SkipLayerNormalization", [projected, skipped, *norm, bias], output, epsilon=self.shape.epsilon
        )

    def _multiply(self, states: str, at: str, matrix: Array, output: str) -> str:
        if not self.eight_bits:
            self._add_plain("MatMul", [states, self._put(f"{at}.weight", matrix)], [output])
            return output
        values, scales = in_eight_bits(matrix)
        inputs = [states, self._put(f"{at}.bytes", values), self._put(f"{at}.scales", scales)]
        rows, columns = matrix.shape
        return self._add(
            "MatMulNBits",
            inputs,
            output,
            K=rows,
            N=columns,
            bits=8,
            block_size=_BLOCK,
            accuracy_level=_INT8_SUMS,
        )

    def _matrix(self, at: str) -> Array:
        # torch keeps (out, in) and multiplies by the transpose; MatMul wants (in, out).
        return self.weights.read(f"{at}.weight").T

    def _take(self, name: str) -> str:
        return self._put(name, self.weights.read(name))

    def _put(self, name: str, tensor: NDArray[Any]) -> str:
        self.tensors[name] = np.ascontiguousarray(tensor)
        return name

    def _add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx import helper

        outputs = [output, ""] if kind == "EmbedLayerNormalization" else [output]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=output, domain=_FUSED, **attributes))
        return output

    def _add_plain(self, kind: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        from onnx import helper

        self.nodes.append(helper.make_node(kind, inputs, outputs, name=f"{kind} {outputs[0]}", **attributes))


def in_eight_bits(matrix: Array) -> tuple[NDArray[np.uint8], Array]:
    """Round a matrix (n_in, n_out) to bytes, as MatMulNBits reads them.

    Returns:
        (n_out, n_blocks, 32) uint8, 128 for 0, the last block filled up with it; (n_out * n_blocks,) float32
        scales.
    """
    n_in, n_out = matrix.shape
    padded = np.pad(matrix.T, ((0, 0), (0, -n_in % _BLOCK))).reshape(n_out, -1, _BLOCK)
    scales = np.abs(padded).max(axis=2) / _LARGEST
    steps = np.where(scales > 0, scales, 1.0)[..., None]
    return (np.rint(padded / steps) + _MIDDLE).astype(np.uint8), scales.astype(np.float32).ravel()


class TensorFile:
    """The file beside the graphs that holds their tensors; what two graphs share stands in it once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._places: dict[str, tuple[int, int]] = {}  # offset and length in bytes
        path.write_bytes(b"")

    def model(self, graph: Graph) -> Any:
        """Write the graph's tensors that are not there yet, and return the graph as a model that points at them."""
        from onnx import TensorProto, helper

        initializers = [self._initializer(name, tensor) for name, tensor in graph.tensors.items()]
        axes = ["texts", "length"]
        inputs = [
            helper.make_tensor_value_info(name, TensorProto.INT32, axes) for name in ("pieces", "kinds")
        ]
        outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, [*axes, graph.shape.hidden])]
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        built = helper.make_graph(graph.nodes, "encoder", inputs, outputs, initializers)
        return helper.make_model(
            built, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="confnotes"
        )

    def _initializer(self, name: str, tensor: NDArray[Any]) -> Any:
        from onnx import TensorProto, helper, numpy_helper

        if tensor.nbytes < _IN_GRAPH_BYTES:
            return numpy_helper.from_array(tensor, name)
        offset, length = self._place(name, tensor)
        kind = helper.np_dtype_to_tensor_dtype(tensor.dtype)
        initializer = TensorProto(
            name=name, data_type=kind, dims=tensor.shape, data_location=TensorProto.EXTERNAL
        )
        for key, value in {"location": self._path.name, "offset": offset, "length": length}.items():
            initializer.external_data.add(key=key, value=str(value))
        return initializer

    def _place(self, name: str, tensor: NDArray[Any]) -> tuple[int, int]:
        if name not in self._places:
            with self._path.open("ab") as stream:
                stream.write(bytes(-stream.tell() % _PAGE_BYTES))
                self._places[name] = (stream.tell(), tensor.nbytes)
                stream.write(tensor.data)
        return self._places[name]
