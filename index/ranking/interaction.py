"""The product behind late interaction: each query token's best match among each passage's tokens, in whole numbers.

Tokens lie on disk as int8. Turning them into floats for every question takes longer than all the rest of a
ranking, and numpy hands such products to threads that spin while another process needs the core.
onnxruntime's MatMulInteger takes the bytes as they are, on one thread: 1.2 against 2.3 ms for 94 passages and
16 query tokens, and the sums are exact, so that a score has the same bytes whichever passages stand beside it
and whichever processor adds them up.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.encoder.runtime import load_onnxruntime

Vectors = NDArray[np.float32]

GRAPH_FILE = "interaction.onnx"
# A query's components are split into a coarse and a fine part. Processors without VNNI add two products of an
# unsigned and a signed byte in 16 bits: 2 * 255 * 63 still fits, 2 * 255 * 127 would be cut off.
_LEVELS = 63
_FINE = 2 * _LEVELS  # the coarse part's rounding is at most half a step
_OFFSET = 128  # turns int8 into the unsigned bytes that the fast kernels want


def best_cosines(
    tokens: NDArray[np.int8], scales: NDArray[np.float16], lengths: NDArray[np.int64], query: Vectors
) -> Vectors:
    """Return each query token's best cosine in each passage.

    Args:
        tokens: (n_tokens, dim) int8, the passages' tokens one after another.
        scales: (n_tokens,) float16; a token's vector is its row times its scale.
        lengths: (n_passages,) how many tokens each passage has, at least one.
        query: (n_query_tokens, dim) float32, unit vectors.

    Returns:
        (n_passages, n_query_tokens) float32, within 1e-4 of the product of floats (2e-5 on real texts).
    """
    sides, steps = _split(query)
    unsigned = tokens.view(np.uint8) ^ np.uint8(_OFFSET)
    sums: Vectors = _session().run(None, {"tokens": unsigned, "query": sides})[0]
    coarse, fine = sums[:, : len(query)], sums[:, len(query) :]
    cosines = (coarse + fine * np.float32(1 / _FINE)) * scales.astype(np.float32)[:, None]
    starts = np.cumsum(lengths) - lengths
    best: Vectors = np.maximum.reduceat(cosines, starts, axis=0) * steps
    return best


def _split(query: Vectors) -> tuple[NDArray[np.int8], Vectors]:
    """Return the coarse parts and the fine ones side by side, (dim, 2 * n_query_tokens), and each token's step."""
    steps = np.abs(query).max(axis=1, initial=0.0) / np.float32(_LEVELS)
    scaled = query / np.where(steps > 0, steps, np.float32(1))[:, None]
    coarse = np.rint(scaled)
    fine = np.rint((scaled - coarse) * _FINE)
    return np.ascontiguousarray(np.concatenate([coarse, fine]).astype(np.int8).T), steps.astype(np.float32)


@cache
def _session() -> Any:
    onnxruntime = load_onnxruntime()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False  # it would keep 12 MB for buffers of one
    content = files("index.ranking").joinpath(GRAPH_FILE).read_bytes()
    return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])


def write_graph() -> bytes:
    """Return the content of `interaction.onnx`; it is kept as a file because `onnx` takes long to import."""
    from onnx import TensorProto, helper

    offset = helper.make_tensor("offset", TensorProto.UINT8, [], [_OFFSET])
    nodes = [
        helper.make_node("MatMulInteger", ["tokens", "query", "offset"], ["whole"]),
        helper.make_node("Cast", ["whole"], ["sums"], to=1),
    ]
    inputs = [
        helper.make_tensor_value_info("tokens", TensorProto.UINT8, ["n_tokens", "dim"]),
        helper.make_tensor_value_info("query", TensorProto.INT8, ["dim", "n_sides"]),
    ]
    outputs = [helper.make_tensor_value_info("sums", TensorProto.FLOAT, ["n_tokens", "n_sides"])]
    graph = helper.make_graph(nodes, "interaction", inputs, outputs, [offset])
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8, producer_name="confnotes"
    )
    content: bytes = model.SerializeToString(deterministic=True)
    return content
