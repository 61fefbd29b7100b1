"""The adapter as it ships: factors of half precision, and what they belong to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file

from index.encoder.base import DEFAULT_ENCODER
from index.encoder.weights import weights_sha256
from training.adapter.network import Network


def write_adapter(
    network: Network, model: Path, path: Path, scale: float = 1.0, told: Mapping[str, str] | None = None
) -> None:
    """Write what was learnt as `index.encoder.adapter` reads it.

    Args:
        network: After training.
        model: The folder of the published model.
        path: The safetensors file to write.
        scale: Of the difference; 1 is what was learnt.
        told: What else its metadata says.
    """
    tensors = {
        name: (factor.detach() * (scale if name.endswith(".up") else 1.0)).to(torch.float16).contiguous()
        for name, factor in sorted(network.factors.items())
    }
    told = {
        **(told or {}),
        "model": DEFAULT_ENCODER,
        "weights_sha256": weights_sha256(model),
        "licence": "Apache-2.0",
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # One key: several are written in any order, and equal runs should give equal bytes.
    save_file(tensors, str(path), metadata={"adapter": json.dumps(told, sort_keys=True)})
    path.chmod(0o644)  # it is written for its owner alone
