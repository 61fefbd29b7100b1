"""Average adapters of several runs into one: what they agree on stays, what a seed or a recipe happened upon is halved.

    python -m training.adapter.join --adapter A --adapter B --rank 32 --scale 0.6 --out
    index/encoder/adapter/adapter.safetensors

Averaging fine-tuned weights of one beginning generalises better than any of them (Wortsman et al., "Model
soups", 2022).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor


def main() -> None:
    """Read, average and write."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--adapter", type=Path, action="append", required=True)
    options.add_argument(
        "--rank", type=int, default=32, help="of the result; the strongest directions of each matrix stay"
    )
    options.add_argument(
        "--scale", type=float, default=1.0, help="of the mean: less stays nearer to the published model"
    )
    options.add_argument("--out", type=Path, required=True)
    arguments = options.parse_args()
    kept = join(arguments.adapter, arguments.out, arguments.rank, arguments.scale)
    print(f"wrote {arguments.out}, {arguments.out.stat().st_size} bytes, {kept:.1%} of the difference")


def join(paths: Sequence[Path], out: Path, rank: int, scale: float) -> float:
    """Write the scaled mean of some adapters, cut to a rank, and return the share of its squared norm that is kept.

    Raises:
        ValueError: they belong to different weights.
    """
    torch.set_num_threads(
        1
    )  # the products are small, and threads that wait for each other on a busy machine take minutes
    told = [_told(path) for path in paths]
    if len({one["weights_sha256"] for one in told}) != 1:
        raise ValueError(
            f"Cannot join {len(paths)} adapters: they were trained on different weights. Join those of one model."
        )
    parts = [_differences(path) for path in paths]
    tensors: dict[str, Tensor] = {}
    kept = whole = 0.0
    for name in parts[0]:
        mean = scale * torch.stack([part[name] for part in parts]).mean(dim=0)
        left, sizes, right = torch.linalg.svd(mean, full_matrices=False)
        root = sizes[:rank].sqrt()
        tensors[f"{name}.up"] = (left[:, :rank] * root).to(torch.float16).contiguous()
        tensors[f"{name}.down"] = (root[:, None] * right[:rank]).to(torch.float16).contiguous()
        kept, whole = kept + float(sizes[:rank].square().sum()), whole + float(sizes.square().sum())
    content: dict[str, object] = {name: told[0][name] for name in ("model", "weights_sha256", "licence")}
    content |= {
        "mean_of": [
            {"recipe": one["recipe"], "run": one["run"], "learnt_from": one["learnt_from"]} for one in told
        ],
        "scale": scale,
    }
    save_file(tensors, str(out), metadata={"adapter": json.dumps(content, sort_keys=True)})
    out.chmod(0o644)
    return kept / whole if whole else 1.0


def factors_of(path: Path) -> dict[str, Tensor]:
    """Return an adapter's factors by name, float32."""
    with safe_open(str(path), framework="pt") as stored:
        return {name: stored.get_tensor(name).float() for name in stored.keys()}  # noqa: SIM118  no mapping


def _differences(path: Path) -> dict[str, Tensor]:
    factors = factors_of(path)
    names = sorted(name.removesuffix(".up") for name in factors if name.endswith(".up"))
    return {name: factors[f"{name}.up"] @ factors[f"{name}.down"] for name in names}


def _told(path: Path) -> dict[str, str]:
    with safe_open(str(path), framework="pt") as stored:
        told: dict[str, str] = {
            "recipe": "",
            "run": "",
            "learnt_from": "",
            **json.loads(stored.metadata()["adapter"]),
        }
        return told


if __name__ == "__main__":
    main()
