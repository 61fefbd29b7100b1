"""Write a BERT-like model as onnxruntime reads it: a graph from its config.json, weights from model.safetensors.

The graph is written from the model's description, so that neither torch nor transformers is needed, only
`onnx`, and not even that where the graph ships (index/encoder/model.onnx). What this cannot describe
faithfully is refused with the reason, never approximated.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from index.encoder.adapter import Adapter
from index.encoder.base import MAX_TOKENS
from index.encoder.graph import BertShape, Graph, NotExportable, Weights, write_graph, write_weights
from index.encoder.onnx import FORM_FILE, FORM_VERSION, GRAPH_FILE, TOKENIZER_FILE, WEIGHTS_FILE, Form

SAFETENSORS_FILE = "model.safetensors"
_PREFIXES = ("", "bert.")  # a bare BertModel, or one inside a model with a head


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


def write_form(
    model: Path, folder: Path, revision: str, adapter: Adapter | None = None, graph_file: Path | None = None
) -> None:
    """Write a model's graph, weights, tokenizer and description into an empty folder.

    The weights are written with the adapter added: what answers knows nothing of it and is as fast.

    Args:
        model: A sentence-transformers folder.
        folder: An empty folder.
        revision: The sha256 of the model's weights.
        adapter: What was learnt on top of them.
        graph_file: The graph of a model of this very shape, written before; without it `onnx` is needed.

    Raises:
        NotExportable: the model is not of the kind that can be written; the message is the reason.
        EncoderUnavailable: the adapter belongs to another model.
    """
    shape = read_shape(model)
    graph = _read_graph(model, shape, revision, adapter)
    write_weights(folder / WEIGHTS_FILE, graph.tensors)
    if graph_file:
        (folder / GRAPH_FILE).write_bytes(graph_file.read_bytes())
    else:
        try:
            write_graph(folder / GRAPH_FILE, graph, WEIGHTS_FILE)
        except ModuleNotFoundError as error:
            raise NotExportable(f"{error.name} is not installed") from error
    (folder / TOKENIZER_FILE).write_bytes((model / TOKENIZER_FILE).read_bytes())
    form = Form(
        version=FORM_VERSION,
        revision=revision,
        adapter=adapter.digest if adapter else "",
        dim=shape.hidden,
        max_tokens=shape.max_tokens,
        pooling=shape.pooling,
        sizes_bytes={
            name: (folder / name).stat().st_size for name in (GRAPH_FILE, WEIGHTS_FILE, TOKENIZER_FILE)
        },
    )
    (folder / FORM_FILE).write_text(
        json.dumps(asdict(form), indent=2, sort_keys=True) + "\n", encoding="utf-8"
    )


def _read_graph(model: Path, shape: BertShape, revision: str, adapter: Adapter | None) -> Graph:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(model / SAFETENSORS_FILE, framework="numpy") as stored:
            names = set(stored.keys())
            prefix = next(
                (one for one in _PREFIXES if f"{one}embeddings.word_embeddings.weight" in names), ""
            )
            shapes = {name.removeprefix(prefix): tuple(stored.get_slice(name).get_shape()) for name in names}
            differences = adapter.differences(revision, shapes) if adapter else {}
            graph = Graph(shape, Weights(stored, prefix, differences))
            graph.write_nodes()
            return graph
    except (SafetensorError, TypeError, KeyError) as error:
        raise NotExportable(
            f"its {SAFETENSORS_FILE} does not hold what its config.json describes: {error}"
        ) from error


def _modules(model: Path) -> tuple[str, str]:
    """Return the transformer's folder below the model, and how its states are pooled."""
    modules = [
        (str(module["type"]).rpartition(".")[2], str(module["path"]))
        for module in _json(model / "modules.json")
    ]
    kinds = [kind for kind, _ in modules]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise NotExportable(
            f"it consists of {', '.join(kinds)}, not of a transformer, a pooling and a scaling"
        )
    modes = list(_pooling_modes(_json(model / modules[1][1] / "config.json")))
    if modes not in (["mean"], ["cls"]):
        raise NotExportable(
            f"it pools by {' and '.join(modes) or 'nothing'}, only mean and CLS pooling are exported"
        )
    if modules[0][1]:
        raise NotExportable(f"its transformer is in the folder {modules[0][1]}, not in the model's own")
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
