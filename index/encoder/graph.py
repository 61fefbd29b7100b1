"""A BERT as nodes and tensors, with weights of eight bits.

Every matrix and the table of word pieces keep a byte a weight with a scale for each block of 32
(MatMulNBits of onnxruntime's contributed operators): 26 MB instead of 91, and 11 % less processor time a
passage. On the seeds and the other recaps no figure moves by more than one question
(docs/decisions/0021-one-graph.md).

Nodes and the places of tensors need nothing but numpy; `onnx` is imported only to write the graph's own file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from index.errors import EncoderUnavailable

Array = NDArray[np.float32]

_FUSED = "com.microsoft"
_FLOAT = 1  # TensorProto.FLOAT
_OPSET, _IR_VERSION = 17, 8  # read by every onnxruntime since 1.12
_PAGE_BYTES = 4096  # weights that start on a page are mapped as they are
_IN_GRAPH_BYTES = 64  # what a node's shape depends on has to stand in the graph itself
_BLOCK = 32  # weights that share a scale; of 64, one question of 36 on other recaps loses its answer
_MIDDLE, _LARGEST = 128, 127  # MatMulNBits reads bytes without a sign; 128 stands for 0
_INT8_SUMS = 4  # accuracy_level: multiply bytes by bytes


class NotExportable(EncoderUnavailable):
    """A model cannot be written in the form that onnxruntime runs."""


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


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of a graph, before it is written."""

    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    domain: str
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Value:
    """What goes into a graph or comes out: a name, a type of TensorProto, and sizes."""

    name: str
    kind: str
    sizes: tuple[str | int, ...]


@dataclass
class Graph:
    """Nodes and tensors of a graph under construction."""

    shape: BertShape
    weights: Weights
    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, NDArray[Any]] = field(default_factory=dict)
    added: Mapping[int, str] = field(default_factory=dict)  # input that is added to a layer's attention
    inputs: ClassVar[tuple[Value, ...]] = (
        Value("pieces", "INT32", ("texts", "length")),
        Value("kinds", "INT32", ("texts", "length")),
    )

    @property
    def outputs(self) -> tuple[Value, ...]:
        """Return what comes out: the last layer's states."""
        return (Value("states", "FLOAT", ("texts", "length", self.shape.hidden)),)

    def write_nodes(self) -> None:
        """Write the whole encoder, from word pieces to the last layer's states."""
        last = self.shape.layers - 1
        states = self._embed()
        for layer in range(self.shape.layers):
            at = f"encoder.layer.{layer}"
            attended = self._attend(states, at, self.added.get(layer, ""))
            middle = self._project(attended, states, f"{at}.attention.output", f"{at}.middle")
            widened = self._multiply(
                middle, f"{at}.intermediate.dense", self._matrix(f"{at}.intermediate.dense"), f"{at}.widened"
            )
            bias = self._take(f"{at}.intermediate.dense.bias")
            bent = self._fused("BiasGelu", [widened, bias], f"{at}.bent")
            states = self._project(
                bent, middle, f"{at}.output", "states" if layer == last else f"{at}.states"
            )

    def _embed(self) -> str:
        """Add word pieces, their kinds and their positions, and scale the sum."""
        self._put("first", np.zeros(1, dtype=np.int64))
        self._put("second", np.ones(1, dtype=np.int64))
        self._put("whole", np.array([0, 0, self.shape.hidden], dtype=np.int64))  # 0: as it is
        values, scales = rows_in_eight_bits(self.weights.read("embeddings.word_embeddings.weight"))
        rounded = self._plain("Gather", [self._put("words.bytes", values), "pieces"], "words.rounded")
        counted = self._plain("Cast", [rounded], "words.counted", to=_FLOAT)
        steps = self._plain("Gather", [self._put("words.scales", scales), "pieces"], "words.steps")
        scaled = self._plain("Mul", [counted, steps], "words.scaled")
        words = self._plain("Reshape", [scaled, "whole"], "words")
        kinds = self._plain(
            "Gather", [self._take("embeddings.token_type_embeddings.weight"), "kinds"], "kind"
        )
        size = self._plain("Shape", ["pieces"], "size")
        length = self._plain("Slice", [size, "second", self._put("end", np.full(1, 2))], "length")
        table = self._take("embeddings.position_embeddings.weight")
        positions = self._plain("Slice", [table, "first", length, "first"], "positions")
        summed = self._plain("Add", [self._plain("Add", [words, kinds], "named"), positions], "placed")
        norm = [self._take(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        return self._plain(
            "LayerNormalization", [summed, *norm], "embedded", axis=-1, epsilon=self.shape.epsilon
        )

    def _attend(self, states: str, at: str, added: str) -> str:
        parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
        weight = np.concatenate([self._matrix(part) for part in parts], axis=1)
        bias = self._put(
            f"{at}.attention.bias", np.concatenate([self.weights.read(f"{part}.bias") for part in parts])
        )
        together = self._multiply(states, f"{at}.attention", weight, f"{at}.together")
        thirds = self._put("thirds", np.full(len(parts), self.shape.hidden, dtype=np.int64))
        self.nodes.append(Node("Split", (together, thirds), tuple(parts), "", {"axis": 2}))
        inputs = [*parts, bias, "", added] if added else [*parts, bias]
        return self._fused("MultiHeadAttention", inputs, f"{at}.attended", num_heads=self.shape.heads)

    def _project(self, inner: str, skipped: str, at: str, output: str) -> str:
        """Add a projection, the skipped input and a layer norm."""
        projected = self._multiply(inner, f"{at}.dense", self._matrix(f"{at}.dense"), f"{at}.projected")
        norm = [self._take(f"{at}.LayerNorm.{part}") for part in ("weight", "bias")]
        inputs = [projected, skipped, *norm, self._take(f"{at}.dense.bias")]
        return self._fused("SkipLayerNormalization", inputs, output, epsilon=self.shape.epsilon)

    def _multiply(self, states: str, at: str, matrix: Array, output: str) -> str:
        values, scales = in_eight_bits(matrix)
        inputs = [states, self._put(f"{at}.bytes", values), self._put(f"{at}.scales", scales)]
        rows, columns = matrix.shape
        sizes = {"K": rows, "N": columns, "bits": 8, "block_size": _BLOCK, "accuracy_level": _INT8_SUMS}
        return self._fused("MatMulNBits", inputs, output, **sizes)

    def _matrix(self, at: str) -> Array:
        # torch keeps (out, in) and multiplies by the transpose; MatMul wants (in, out).
        return self.weights.read(f"{at}.weight").T

    def _take(self, name: str) -> str:
        return self._put(name, self.weights.read(name))

    def _put(self, name: str, tensor: NDArray[Any]) -> str:
        self.tensors[name] = np.ascontiguousarray(tensor)
        return name

    def _fused(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(Node(kind, tuple(inputs), (output,), _FUSED, attributes))
        return output

    def _plain(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(Node(kind, tuple(inputs), (output,), "", attributes))
        return output


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


def rows_in_eight_bits(table: Array) -> tuple[NDArray[np.int8], Array]:
    """Round a table (n_rows, dim) to bytes of which rows are taken.

    Returns:
        (n_rows, n_blocks, block) int8 and (n_rows, n_blocks, 1) float32 scales; a block has 32 components, or
        all of a row where its size is no multiple of 32.
    """
    n_rows, dim = table.shape
    blocks = table.reshape(n_rows, -1, _block_of(dim))
    scales = np.abs(blocks).max(axis=2, keepdims=True) / _LARGEST
    steps = np.where(scales > 0, scales, 1.0)
    return np.rint(blocks / steps).astype(np.int8), scales.astype(np.float32)


def _block_of(dim: int) -> int:
    return _BLOCK if dim % _BLOCK == 0 else dim


def word_rows(path: Path, n_rows: int, dim: int) -> tuple[NDArray[np.int8], Array]:
    """Map the table of word pieces in a file of weights that `write_weights` wrote of a whole encoder.

    Returns:
        What `rows_in_eight_bits` returned for it.
    """
    block = _block_of(dim)
    values = np.memmap(path, np.int8, "r", 0, (n_rows, dim // block, block))
    behind = values.nbytes + -values.nbytes % _PAGE_BYTES
    return values, np.memmap(path, np.float32, "r", behind, (n_rows, dim // block, 1))


def places(tensors: Mapping[str, NDArray[Any]]) -> dict[str, int]:
    """Return the offset in bytes of each tensor in the file of weights; small ones stand in the graph itself."""
    found: dict[str, int] = {}
    end = 0
    for name, tensor in tensors.items():
        if tensor.nbytes >= _IN_GRAPH_BYTES:
            found[name] = end + -end % _PAGE_BYTES
            end = found[name] + tensor.nbytes
    return found


def write_weights(path: Path, tensors: Mapping[str, NDArray[Any]]) -> None:
    """Write the file of weights that stands beside a graph."""
    with path.open("wb") as stream:
        for name, offset in places(tensors).items():
            stream.write(bytes(offset - stream.tell()))
            stream.write(tensors[name].data)


def write_graph(path: Path, graph: Graph, weights_name: str) -> None:
    """Write a graph's own file; it points into the file of weights.

    Raises:
        ModuleNotFoundError: `onnx` is not installed.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    offsets = places(graph.tensors)
    initializers = []
    for name, tensor in graph.tensors.items():
        if name not in offsets:
            initializers.append(numpy_helper.from_array(tensor, name))
            continue
        kind = helper.np_dtype_to_tensor_dtype(tensor.dtype)
        outside = TensorProto(
            name=name, data_type=kind, dims=tensor.shape, data_location=TensorProto.EXTERNAL
        )
        for key, value in {
            "location": weights_name,
            "offset": offsets[name],
            "length": tensor.nbytes,
        }.items():
            outside.external_data.add(key=key, value=str(value))
        initializers.append(outside)
    nodes = [
        helper.make_node(
            node.kind, node.inputs, node.outputs, name=node.outputs[0], domain=node.domain, **node.attributes
        )
        for node in graph.nodes
    ]
    inputs, outputs = (
        [
            helper.make_tensor_value_info(one.name, TensorProto.DataType.Value(one.kind), one.sizes)
            for one in values
        ]
        for values in (graph.inputs, graph.outputs)
    )
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    built = helper.make_graph(nodes, "encoder", inputs, outputs, initializers)
    model = helper.make_model(built, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="confnotes")
    onnx.save(model, path)
