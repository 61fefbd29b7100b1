"""The reader as it is trained: a BERT's layers over question and text, and two numbers behind some of the layers.

The lower layers see question and text apart, as the encoder does, the upper ones together. The numbers are read
from the first state, from the product of both sides' means, and from how well each piece of the question is met
by a piece of the text: so training begins at what the encoder knows, and a few thousand questions are enough to
learn the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from index.encoder.adapter import Adapter
from training.reader.texts import ReadText

RANK, ANSWER = 0, 1  # columns of a head: how well a text answers beside others; whether it answers at all
_CHUNK = 16  # texts of similar length that go through together
_SHARP = 2.0  # of a cosine among the logarithms of odds, at the beginning
FAR = -1e4


@dataclass(frozen=True, slots=True)
class Row:
    """A question and a text as pieces, each with the model's marks."""

    asked: list[int]
    told: list[int]

    def __len__(self) -> int:
        return len(self.asked) + len(self.told)


class Pieces:
    """Cuts questions and texts as the reader takes them."""

    def __init__(self, model: Path, question_pieces: int, most_pieces: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.start: int = self._tokenizer.encode("", add_special_tokens=True).ids[0]
        self.end: int = self._tokenizer.encode("", add_special_tokens=True).ids[-1]
        self._question_pieces, self._most_pieces = question_pieces, most_pieces
        self._known: dict[str, list[int]] = {}

    def row(self, question: str, text: ReadText) -> Row:
        """Return a question and a text, their ends cut where they are too long."""
        return Row(
            [self.start, *self._cut(question)[: self._question_pieces], self.end],
            [self.start, *self._cut(text.whole)[: self._most_pieces], self.end],
        )

    def _cut(self, text: str) -> list[int]:
        if text not in self._known:
            self._known[text] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return self._known[text]


class Head(nn.Module):  # type: ignore[misc]  # torch is not typed here
    """Two numbers from the states behind a layer."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.first = nn.Linear(size, 2)
        self.product = nn.Parameter(torch.full((2, size), _SHARP))
        self.met = nn.Parameter(torch.full((2, 2), _SHARP))
        nn.init.normal_(self.first.weight, std=0.002)
        nn.init.constant_(self.first.bias, -2 * _SHARP)

    def forward(self, states: Tensor, asked: Tensor, told: Tensor) -> Tensor:
        """Return (n_rows, 2) of states (n_rows, length, size) and of where the question and the text are, 1 or 0."""
        one, two = (functional.normalize((part[:, None, :] @ states)[:, 0], dim=-1) for part in (asked, told))
        unit = functional.normalize(states, dim=-1)
        cosines = unit @ unit.transpose(1, 2) + (1 - told[:, None, :]) * FAR
        best = cosines.max(dim=2).values  # of each piece
        inner = asked.clone()
        inner[:, 0] = 0  # the mark meets its like in every text
        mean = (best * inner).sum(1) / inner.sum(1)
        least = (best + (1 - inner)).min(1).values
        met = torch.stack([mean, least], dim=1)
        found: Tensor = self.first(states[:, 0]) + (one * two) @ self.product.T + met @ self.met.T
        return found


class Reader(nn.Module):  # type: ignore[misc]
    """Upper layers that learn over lower ones that do not: those, and the word pieces, are the encoder's."""

    def __init__(self, model: Path, exits: Sequence[int], apart: int, adapter: Adapter | None = None) -> None:
        super().__init__()
        self.exits = tuple(exits)
        self.apart = apart
        self.half = True
        self.bert = BertModel.from_pretrained(
            str(model), attn_implementation="eager", add_pooling_layer=False, local_files_only=True
        )
        if adapter:
            from index.encoder.weights import weights_sha256

            adapter.merge(dict(self.bert.named_parameters()), weights_sha256(model))
        self.bert.encoder.layer = self.bert.encoder.layer[: max(exits)]
        self.fixed = [self.bert.embeddings, *self.bert.encoder.layer[:apart]]
        for part in self.fixed:
            part.requires_grad_(False)
        self.heads = nn.ModuleDict({str(exit): Head(self.bert.config.hidden_size) for exit in exits})
        self._known: dict[tuple[int, ...], Tensor] = {}

    def train(self, mode: bool = True) -> Reader:
        """Switch dropout of what learns on or off."""
        super().train(mode)
        for part in self.fixed:
            part.eval()
        return self

    def forward(self, rows: Sequence[Row]) -> dict[int, Tensor]:
        """Return (n_rows, 2) for each exit, in the order of the rows."""
        order = sorted(range(len(rows)), key=lambda at: len(rows[at]))
        parts: dict[int, list[Tensor]] = {exit: [] for exit in self.exits}
        for start in range(0, len(order), _CHUNK):
            for exit, found in self._numbers([rows[at] for at in order[start : start + _CHUNK]]).items():
                parts[exit].append(found)
        back = torch.tensor(order).argsort()
        return {exit: torch.cat(found)[back] for exit, found in parts.items()}

    def _numbers(self, rows: Sequence[Row]) -> dict[int, Tensor]:
        longest = max(map(len, rows))
        sides = self._apart([side for row in rows for side in (row.asked, row.told)])
        asked, told = torch.zeros(len(rows), longest), torch.zeros(len(rows), longest)
        states = sides[0].new_zeros(len(rows), longest, sides[0].shape[1])
        for at, row in enumerate(rows):
            middle, end = len(row.asked), len(row)
            states[at, :middle], states[at, middle:end] = sides[2 * at], sides[2 * at + 1]
            asked[at, :middle] = 1
            told[at, middle:end] = 1
        together = ((1 - (asked + told)) * FAR)[:, None, None, :]
        found = {}
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            for at, layer in enumerate(self.bert.encoder.layer[self.apart :], self.apart + 1):
                states = _layer(layer, states, together)
                if at in self.exits:
                    found[at] = states
        return {at: self.heads[str(at)](states.float(), asked, told) for at, states in found.items()}

    def _apart(self, sides: Sequence[Sequence[int]]) -> list[Tensor]:
        """Return the states (length, size) of questions and texts behind the layers that do not learn, kept from when they were first read."""
        names = [tuple(side) for side in sides]
        new = sorted(set(names) - self._known.keys(), key=len)
        for start in range(0, len(new), _CHUNK):
            part = new[start : start + _CHUNK]
            pieces = torch.zeros(len(part), max(map(len, part)), dtype=torch.long)
            held = torch.zeros(pieces.shape)
            for at, side in enumerate(part):
                pieces[at, : len(side)] = torch.tensor(side)
                held[at, : len(side)] = 1
            mask = ((1 - held) * FAR)[:, None, None, :]
            with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=self.half):
                states = self.bert.embeddings(input_ids=pieces)
                for layer in self.bert.encoder.layer[: self.apart]:
                    states = _layer(layer, states, mask)
            kept = states.to(torch.bfloat16 if self.half else torch.float32)
            for at, side in enumerate(part):
                self._known[side] = kept[at, : len(side)].clone()
        return [self._known[name] for name in names]


def _layer(layer: nn.Module, states: Tensor, mask: Tensor) -> Tensor:
    found = layer(states, mask.to(states.dtype))
    return found[0] if isinstance(found, tuple) else found


def learnt(reader: Reader) -> dict[str, nn.Parameter]:
    """Return what is learnt, by name."""
    return {name: value for name, value in reader.named_parameters() if value.requires_grad}


def write_weights(reader: Reader, path: Path, told: Mapping[str, str]) -> None:
    """Write what was learnt."""
    save_file(
        {name: value.detach().contiguous() for name, value in learnt(reader).items()}, str(path), dict(told)
    )


def read_weights(reader: Reader, path: Path) -> None:
    """Put a run's weights into a reader."""
    reader.load_state_dict(load_file(str(path)), strict=False)
