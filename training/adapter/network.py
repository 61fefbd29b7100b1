"""The encoder as it is trained: a BERT of frozen weights with a low-rank difference beside each matrix of its layers.

The mathematics is that of the shipped model (`index.encoder.export` writes the same layers for answering),
without dropout. Texts of a batch are laid end to end, so that padding costs nothing outside attention.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional

MATRICES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a model's `config.json` its layers depend on."""

    layers: int
    heads: int
    epsilon: float

    @classmethod
    def read(cls, model: Path) -> Shape:
        """Read a sentence-transformers folder."""
        config = json.loads((model / "config.json").read_text(encoding="utf-8"))
        return cls(
            int(config["num_hidden_layers"]),
            int(config["num_attention_heads"]),
            float(config.get("layer_norm_eps", 1e-12)),
        )


@dataclass(frozen=True, slots=True)
class Packed:
    """Texts end to end: `pieces`, `positions`, `slots` are (n_pieces,) int64.

    `slots` are the pieces' places in a padded (n_texts, longest) block; `texts` is how many texts there are.
    """

    pieces: Tensor
    positions: Tensor
    slots: Tensor
    texts: int
    longest: int

    @classmethod
    def of(cls, texts: Sequence[Sequence[int]]) -> Packed:
        """Lay the piece ids of some texts end to end."""
        longest = max(map(len, texts))
        positions = torch.cat([torch.arange(len(text)) for text in texts])
        slots = torch.cat([torch.arange(len(text)) + at * longest for at, text in enumerate(texts)])
        return cls(
            torch.tensor([piece for text in texts for piece in text]), positions, slots, len(texts), longest
        )

    def pad(self, values: Tensor) -> Tensor:
        """Return (n_texts, longest, ...) of (n_pieces, ...), zeros behind each text's end."""
        block = values.new_zeros(self.texts * self.longest, *values.shape[1:])
        return block.index_copy(0, self.slots, values).view(self.texts, self.longest, *values.shape[1:])

    def mask(self) -> Tensor:
        """Return where the padded block holds pieces, (n_texts, longest) bool."""
        held = torch.zeros(self.texts * self.longest, dtype=torch.bool)
        held[self.slots] = True
        return held.view(self.texts, self.longest)


def use_all_cores() -> None:
    """Let torch use every core, or as many as OMP_NUM_THREADS says: opening a build leaves the process's OpenMP one thread."""
    torch.set_num_threads(int(os.environ.get("OMP_NUM_THREADS") or os.cpu_count() or 1))


class Network:
    """Frozen weights and the factors that are learnt: `down` (rank, in) and `up` (out, rank) for each matrix; W + up @ down."""

    def __init__(
        self, model: Path, rank: int, seed: int, layers: Sequence[int] | None = None, half: bool = False
    ) -> None:
        """Read a model and begin at the published weights.

        Args:
            model: A sentence-transformers folder of a BERT.
            rank: Columns of each factor.
            seed: Of the first factors; the second ones begin as zeros.
            layers: Which layers learn; None: all.
            half: Multiply in bfloat16, which a processor or accelerator may do twice as fast.
        """
        self.shape = Shape.read(model)
        weights = load_file(str(model / "model.safetensors"))
        prefix = "bert." if any(name.startswith("bert.") for name in weights) else ""
        self._weights = {name.removeprefix(prefix): value for name, value in weights.items()}
        self._kind = torch.bfloat16 if half else torch.float32
        self._matrices = {
            name: value.to(self._kind)
            for name, value in self._weights.items()
            if value.ndim == 2 and "encoder." in name
        }
        self.factors: dict[str, Tensor] = {}
        generator = torch.Generator().manual_seed(seed)
        for layer in range(self.shape.layers):
            for matrix in MATRICES:
                name = f"encoder.layer.{layer}.{matrix}"
                if layers is None or layer in layers:
                    self._begin(name, rank, generator)

    @staticmethod
    def layers_of(model: Path) -> int:
        """Return how many layers a model has."""
        return Shape.read(model).layers

    def _begin(self, name: str, rank: int, generator: torch.Generator) -> None:
        out_size, in_size = self._weights[f"{name}.weight"].shape
        bound = 1 / math.sqrt(in_size)  # as Hu et al., "LoRA", 2021: the first factor random, the second zero
        down = torch.empty(rank, in_size).uniform_(-bound, bound, generator=generator)
        self.factors[f"{name}.down"] = down.requires_grad_()
        self.factors[f"{name}.up"] = torch.zeros(out_size, rank).requires_grad_()

    def states(self, batches: Sequence[Packed]) -> list[Tensor]:
        """Return the last layer's states of each batch, (n_pieces, dim) float32 each; all go through together."""
        pieces = torch.cat([batch.pieces for batch in batches])
        positions = torch.cat([batch.positions for batch in batches])
        sizes = [len(batch.pieces) for batch in batches]
        found = self._weights["embeddings.word_embeddings.weight"][pieces]
        found = found + self._weights["embeddings.position_embeddings.weight"][positions]
        found = found + self._weights["embeddings.token_type_embeddings.weight"][0]
        states = self._norm(found, "embeddings.LayerNorm")
        for layer in range(self.shape.layers):
            states = self._layer(states, f"encoder.layer.{layer}", batches, sizes)
        return list(states.split(sizes))

    def _layer(self, states: Tensor, at: str, batches: Sequence[Packed], sizes: Sequence[int]) -> Tensor:
        narrow = states.to(self._kind)
        parts = [self._linear(narrow, f"{at}.attention.self.{part}") for part in ("query", "key", "value")]
        attended = torch.cat(
            [
                self._attend(batch, *some)
                for batch, *some in zip(batches, *(part.split(list(sizes)) for part in parts), strict=True)
            ]
        )
        middle = self._norm(
            self._linear(attended, f"{at}.attention.output.dense") + states,
            f"{at}.attention.output.LayerNorm",
        )
        wide = functional.gelu(self._linear(middle.to(self._kind), f"{at}.intermediate.dense"))
        return self._norm(self._linear(wide, f"{at}.output.dense") + middle, f"{at}.output.LayerNorm")

    def _attend(self, batch: Packed, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        heads = self.shape.heads
        blocks = [
            batch.pad(part).view(batch.texts, batch.longest, heads, -1).transpose(1, 2)
            for part in (query, key, value)
        ]
        query_block, key_block, value_block = blocks
        # Written out: torch's fused attention takes five times as long backwards in bfloat16 on a processor.
        absent = (
            torch.zeros(batch.mask().shape).masked_fill(~batch.mask(), -1e9)[:, None, None, :].to(self._kind)
        )
        scores = query_block @ key_block.transpose(-1, -2) * query_block.shape[-1] ** -0.5 + absent
        found = scores.softmax(-1) @ value_block
        return found.transpose(1, 2).reshape(batch.texts * batch.longest, -1)[batch.slots]

    def _linear(self, values: Tensor, name: str) -> Tensor:
        found = functional.linear(
            values, self._matrices[f"{name}.weight"], self._weights[f"{name}.bias"].to(self._kind)
        )
        if f"{name}.down" not in self.factors:
            return found
        down, up = (self.factors[f"{name}.{part}"].to(self._kind) for part in ("down", "up"))
        return found + functional.linear(functional.linear(values, down), up)

    def _norm(self, values: Tensor, name: str) -> Tensor:
        scale, shift = (self._weights[f"{name}.{part}"] for part in ("weight", "bias"))
        return functional.layer_norm(values.float(), scale.shape, scale, shift, self.shape.epsilon)


def parameters(network: Network) -> list[Any]:
    """Return what is learnt, in a fixed order."""
    return [network.factors[name] for name in sorted(network.factors)]
