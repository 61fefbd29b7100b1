"""Write a BERT-like model as onnxruntime reads it: a fused graph from its config.json, its weights from model.safetensors.

The graph is the one that onnxruntime's BERT optimizer makes out of torch's export, node for node (the outputs are equal to
the bit), but it is written from the model's description, so that neither torch nor transformers is needed, only `onnx`.
What this cannot describe faithfully is refused with the reason, never approximated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.adapters import Adapter
from index.encoders import MAX_TOKENS
from index.errors import EncoderUnavailable
from index.onnx_encoder import FORM_FILE, GRAPH_FILE, TOKENIZER_FILE, WEIGHTS_FILE, Form
from index.runtime import load_onnxruntime

FORM_VERSION = 1  # of what is written here
SAFETENSORS_FILE = "model.safetensors"
_FUSED = "com.microsoft"
_OPSET, _IR_VERSION = 17, 8  # read by every onnxruntime since 1.12
_PAGE_BYTES = 4096  # weights that start on a page are mapped as they are
_PREFIXES = ("", "bert.")  # a bare BertModel, or one inside a model with a head

Array = NDArray[np.float32]


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
class _Graph:
    """Nodes and tensors of a graph under construction."""

    shape: BertShape
    weights: Any  # an open safetensors file
    prefix: str
    differences: Mapping[str, Array]  # an adapter's, by the matrix that it is added to
    nodes: list[Any] = field(default_factory=list)
    tensors: dict[str, Array] = field(default_factory=dict)

    def read(self, name: str) -> Array:
        tensor: Array = self.weights.get_tensor(self.prefix + name)
        if tensor.dtype != np.float32:
            raise NotExportable(f"its weights are {tensor.dtype}, only float32 is exported")
        difference = self.differences.get(name.removesuffix(".weight"))
        return tensor if difference is None else tensor + difference

    def put(self, name: str, tensor: Array) -> str:
        self.tensors[name] = np.ascontiguousarray(tensor)
        return name

    def take(self, name: str) -> str:
        return self.put(name, self.read(name))

    def add(self, kind: str, inputs: list[str], output: str, domain: str = "", **attributes: Any) -> str:
        from onnx import helper

        outputs = [output, ""] if kind == "EmbedLayerNormalization" else [output]
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=output, domain=domain, **attributes))
        return output


def read_shape(model: Path) -> BertShape:
    """Read from a sentence-transformers folder what the graph depends on.

    Raises:
        NotExportable: it is no BERT with mean or CLS pooling; the message is the reason.
    """
    config = _json(model / "config.json")
    _require("model_type", config.get("model_type"), "bert")
    _require("hidden_act", config.get("hidden_act"), "gelu")
    _require("position_embedding_type", config.get("position_embedding_type", "absolute"), "absolute")
    _require("is_decoder", bool(config.get("is_decoder")), False)
    for name in (SAFETENSORS_FILE, TOKENIZER_FILE):
        if not (model / name).is_file():
            raise NotExportable(f"it has no {name}")
    transformer, pooling = _modules(model)
    settings = _json(model / transformer / "sentence_bert_config.json", missing={})
    _require("do_lower_case", bool(settings.get("do_lower_case")), False)
    positions = int(config["max_position_embeddings"])
    return BertShape(
        layers=int(config["num_hidden_layers"]),
        heads=int(config["num_attention_heads"]),
        hidden=int(config["hidden_size"]),
        epsilon=float(config.get("layer_norm_eps", 1e-12)),
        max_tokens=min(int(settings.get("max_seq_length") or positions), positions, MAX_TOKENS),
        pooling=pooling,
    )


def write_form(model: Path, folder: Path, revision: str, adapter: Adapter | None = None) -> None:
    """Write a model's graph, weights, tokenizer and description into an empty folder.

    The weights are written with the adapter added: what answers knows nothing of it and is as fast.

    Raises:
        NotExportable: the model is not of the kind that can be written; the message is the reason.
        EncoderUnavailable: the adapter belongs to another model.
    """
    shape = read_shape(model)
    try:
        import onnx
        from safetensors import SafetensorError, safe_open

        onnxruntime = load_onnxruntime()
    except ImportError as error:
        raise NotExportable(f"{error.name} is not installed") from error
    try:
        with safe_open(model / SAFETENSORS_FILE, framework="numpy") as weights:
            names = set(weights.keys())
            prefix = next((one for one in _PREFIXES if f"{one}embeddings.word_embeddings.weight" in names), "")
            shapes = {name.removeprefix(prefix): tuple(weights.get_slice(name).get_shape()) for name in names}
            graph = _Graph(shape, weights, prefix, adapter.differences(revision, shapes) if adapter else {})
            _write_nodes(graph)
            onnx.save(_finished(graph, folder / WEIGHTS_FILE), folder / GRAPH_FILE)
    except (SafetensorError, TypeError, KeyError) as error:
        raise NotExportable(f"its {SAFETENSORS_FILE} does not hold what its config.json describes: {error}") from error
    (folder / TOKENIZER_FILE).write_bytes((model / TOKENIZER_FILE).read_bytes())
    form = Form(
        revision=revision,
        adapter=adapter.digest if adapter else "",
        dim=shape.hidden,
        max_tokens=shape.max_tokens,
        pooling=shape.pooling,
        made_with={"onnx": onnx.__version__, "onnxruntime": onnxruntime.__version__},
        sizes_bytes={name: (folder / name).stat().st_size for name in (GRAPH_FILE, WEIGHTS_FILE, TOKENIZER_FILE)},
    )
    (folder / FORM_FILE).write_text(json.dumps(asdict(form), indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_nodes(graph: _Graph) -> None:
    epsilon, last = graph.shape.epsilon, graph.shape.layers - 1
    tables = [graph.take(f"embeddings.{kind}_embeddings.weight") for kind in ("word", "position", "token_type")]
    norm = [graph.take(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
    states = graph.add("EmbedLayerNormalization", ["pieces", "kinds", *tables, *norm], "embedded", _FUSED, epsilon=epsilon)
    for layer in range(graph.shape.layers):
        at = f"encoder.layer.{layer}"
        attended = graph.add("Attention", [states, *_attention(graph, at)], f"{at}.attended", _FUSED, num_heads=graph.shape.heads)
        middle = _project(graph, attended, states, f"{at}.attention.output", f"{at}.middle")
        widened = graph.add("MatMul", [middle, _matrix(graph, f"{at}.intermediate.dense")], f"{at}.widened")
        bent = graph.add("BiasGelu", [widened, graph.take(f"{at}.intermediate.dense.bias")], f"{at}.bent", _FUSED)
        states = _project(graph, bent, middle, f"{at}.output", "states" if layer == last else f"{at}.states")


def _project(graph: _Graph, inner: str, skipped: str, at: str, output: str) -> str:
    """Add a projection, the skipped input and a layer norm."""
    projected = graph.add("MatMul", [inner, _matrix(graph, f"{at}.dense")], f"{at}.projected")
    norm = [graph.take(f"{at}.LayerNorm.{part}") for part in ("weight", "bias")]
    bias = graph.take(f"{at}.dense.bias")
    return graph.add("SkipLayerNormalization", [projected, skipped, *norm, bias], output, _FUSED, epsilon=graph.shape.epsilon)


def _matrix(graph: _Graph, at: str) -> str:
    # torch keeps (out, in) and multiplies by the transpose; MatMul wants (in, out).
    return graph.put(f"{at}.weight", graph.read(f"{at}.weight").T)


def _attention(graph: _Graph, at: str) -> tuple[str, str]:
    parts = [f"{at}.attention.self.{part}" for part in ("query", "key", "value")]
    weight = np.concatenate([graph.read(f"{part}.weight").T for part in parts], axis=1)
    bias = np.concatenate([graph.read(f"{part}.bias") for part in parts])
    return graph.put(f"{at}.attention.weight", weight), graph.put(f"{at}.attention.bias", bias)


def _finished(graph: _Graph, weights_path: Path) -> Any:
    """Write the tensors beside the graph, and return the graph as a model that points at them."""
    from onnx import TensorProto, helper

    initializers = []
    with weights_path.open("wb") as stream:
        for name, tensor in graph.tensors.items():
            stream.write(bytes(-stream.tell() % _PAGE_BYTES))
            place = {"location": weights_path.name, "offset": stream.tell(), "length": tensor.nbytes}
            stream.write(tensor.data)
            initializer = TensorProto(name=name, data_type=TensorProto.FLOAT, dims=tensor.shape, data_location=TensorProto.EXTERNAL)
            for key, value in place.items():
                initializer.external_data.add(key=key, value=str(value))
            initializers.append(initializer)
    axes = ["texts", "length"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT32, axes) for name in ("pieces", "kinds")]
    outputs = [helper.make_tensor_value_info("states", TensorProto.FLOAT, [*axes, graph.shape.hidden])]
    opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
    built = helper.make_graph(graph.nodes, "encoder", inputs, outputs, initializers)
    return helper.make_model(built, opset_imports=opsets, ir_version=_IR_VERSION, producer_name="confnotes")


def _modules(model: Path) -> tuple[str, str]:
    """Return the transformer's folder below the model, and how its states are pooled."""
    modules = [(str(module["type"]).rpartition(".")[2], str(module["path"])) for module in _json(model / "modules.json")]
    kinds = [kind for kind, _ in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise NotExportable(f"it consists of {', '.join(kinds)}, not of a transformer, a pooling and a scaling")
    modes = list(_pooling_modes(_json(model / modules[1][1] / "config.json")))
    if modes not in (["mean"], ["cls"]):
        raise NotExportable(f"it pools by {' and '.join(modes) or 'nothing'}, only mean and CLS pooling are exported")
    if modules[0][1]:
        raise NotExportable(f"its transformer stands in the folder {modules[0][1]}, not in the model's own")
    return modules[0][1], modes[0]


def _pooling_modes(config: dict[str, Any]) -> Iterator[str]:
    """Read both spellings of a pooling: one name or several, or a switch for each."""
    named = config.get("pooling_mode")
    if named:
        yield from [named] if isinstance(named, str) else named
        return
    for key, value in config.items():
        if key.startswith("pooling_mode_") and value is True:
            yield key.removeprefix("pooling_mode_").removesuffix("_tokens").removesuffix("_token")


def _require(what: str, found: object, expected: object) -> None:
    if found != expected:
        raise NotExportable(f"its {what} is {found}, only {expected} is exported")


def _json(path: Path, missing: Any = None) -> Any:
    if missing is not None and not path.is_file():
        return missing
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotExportable(f"its {path.name} cannot be read") from error
