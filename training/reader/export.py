"""Write the reader as it ships: a graph in eight bits over the encoder's own word pieces, and what it says of itself.

python -m training.reader.export --weights WEIGHTS.safetensors --layers 4 --passages 5 --weight 0.03 --out index/ranking/reader
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from index.encoder.adapter import choose_adapter
from index.encoder.base import DEFAULT_ENCODER
from index.encoder.export import read_shape
from index.encoder.graph import BertShape, Graph, Value, Weights, write_graph, write_weights
from index.encoder.weights import DEFAULT_WEIGHTS_SHA256, default_folder
from index.ranking.reader import CARD_FILE, GRAPH_FILE, WEIGHTS_FILE, Card
from training.reader.network import FAR, Pieces, Reader, read_weights
from training.reader.recipe import Recipe

_POSITIONS = "embeddings.position_embeddings.weight"


class ReaderGraph(Graph):
    """The layers over word pieces that are handed in, and two numbers of their last states."""

    inputs: ClassVar[tuple[Value, ...]] = (
        Value("words", "FLOAT", ("texts", "length", "hidden")),
        Value("places", "INT32", ("texts", "length")),  # in the question or in the text
        Value("apart", "FLOAT", ("texts", 1, "length", "length")),  # what keeps both from seeing each other
        Value("asked", "FLOAT", ("texts", 1, "length")),  # 1 where the question is
        Value("told", "FLOAT", ("texts", 1, "length")),
        Value("inner", "FLOAT", ("texts", 1, "length")),  # as `asked`, without the first mark
    )

    @property
    def outputs(self) -> tuple[Value, ...]:
        """Return what comes out: order and answers of each text."""
        return (Value("numbers", "FLOAT", ("texts", 1, 2)),)

    def write_nodes(self) -> None:
        """Write the layers and the head."""
        super().write_nodes()
        first = self._plain(
            "Gather", ["states", self._put("start", np.zeros(1, dtype=np.int64))], "first_state", axis=1
        )
        sides = [
            self._unit(self._plain("MatMul", [side, "states"], f"{side}.sum"), f"{side}.mean")
            for side in ("asked", "told")
        ]
        parts = [
            self._weighed(first, "first.weight"),
            self._weighed(self._plain("Mul", sides, "shared"), "product"),
            self._weighed(self._met(), "met"),
        ]
        summed = self._plain("Sum", parts, "summed")
        self._plain("Add", [summed, self._put("head.bias", self.weights.read("head.first.bias"))], "numbers")

    def _met(self) -> str:
        """Return how well the question's pieces are met: their mean and the least, (texts, 1, 2)."""
        unit = self._unit("states", "unit")
        across = self._plain("Transpose", [unit], "across", perm=[0, 2, 1])
        cosines = self._plain("MatMul", [unit, across], "cosines")
        one, far = self._put("one", np.ones(1, np.float32)), self._put("far", np.full(1, FAR, np.float32))
        outside = self._plain("Mul", [self._plain("Sub", [one, "told"], "not_told"), far], "outside")
        best = self._plain(
            "ReduceMax", [self._plain("Add", [cosines, outside], "within")], "best", axes=[2], keepdims=0
        )
        lined = self._plain("Unsqueeze", [best, self._put("middle", np.ones(1, np.int64))], "lined")
        counted = self._plain("Mul", [lined, "inner"], "counted")
        sums = [
            self._plain("ReduceSum", [part, self._put("last", np.full(1, 2))], f"{part}.sum")
            for part in (counted, "inner")
        ]
        mean = self._plain("Div", sums, "met.mean")
        raised = self._plain("Add", [lined, self._plain("Sub", [one, "inner"], "not_inner")], "raised")
        least = self._plain("ReduceMin", [raised], "met.least", axes=[2])
        return self._plain("Concat", [mean, least], "met.both", axis=2)

    def _unit(self, states: str, name: str) -> str:
        return self._plain("LpNormalization", [states], name, axis=-1, p=2)

    def _weighed(self, states: str, part: str) -> str:
        matrix = self._put(f"head.{part}", self.weights.read(f"head.{part}").T)
        return self._plain("MatMul", [states, matrix], f"weighed.{part}")

    def _embed(self) -> str:
        """Add word pieces, the one kind that there is, and their places, and scale the sum."""
        kind = self._put("kind", self.weights.read("embeddings.token_type_embeddings.weight")[0])
        table = self._take("embeddings.position_embeddings.weight")
        placed = self._plain("Add", ["words", self._plain("Gather", [table, "places"], "at")], "placed")
        summed = self._plain("Add", [placed, kind], "named")
        norm = [self._take(f"embeddings.LayerNorm.{part}") for part in ("weight", "bias")]
        return self._plain(
            "LayerNormalization", [summed, *norm], "embedded", axis=-1, epsilon=self.shape.epsilon
        )


@dataclass(frozen=True, slots=True)
class _Tensors:
    """Tensors by name, as an open safetensors file gives them."""

    known: Mapping[str, NDArray[Any]]

    def get_tensor(self, name: str) -> NDArray[Any]:
        return self.known[name]


def main() -> None:
    """Write the reader's folder."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--weights", type=Path, required=True)
    options.add_argument("--adapter", help="the encoder's that the run began with")
    options.add_argument(
        "--layers", type=int, required=True, help="one of those that were trained with a head"
    )
    options.add_argument("--passages", type=int, required=True)
    options.add_argument("--weight", type=float, required=True)
    options.add_argument("--out", type=Path, required=True)
    arguments = options.parse_args()
    model, recipe = default_folder(), Recipe()
    pieces = Pieces(model, recipe.question_pieces, recipe.most_pieces)
    card = Card(
        encoder=DEFAULT_WEIGHTS_SHA256,
        layers=arguments.layers,
        passages=arguments.passages,
        weight=arguments.weight,
        question_pieces=recipe.question_pieces,
        text_pieces=recipe.most_pieces,
        start=pieces.start,
        end=pieces.end,
    )
    adapter = choose_adapter(arguments.adapter, DEFAULT_ENCODER)
    reader = Reader(model, recipe.exits, recipe.apart, adapter)
    read_weights(reader, arguments.weights)
    write_reader(reader, model, card, arguments.out)


def write_reader(reader: Reader, model: Path, card: Card, out: Path) -> None:
    """Write a reader's graph, weights and card into a folder.

    Args:
        reader: As it was trained.
        model: The encoder's folder as it was published.
        card: What the reader says of itself.
        out: The folder.
    """
    shape: BertShape = replace(read_shape(model), layers=card.layers)
    added = dict.fromkeys(range(reader.apart), "apart")
    graph = ReaderGraph(shape, Weights(_Tensors(_named(reader, card)), "", {}), added=added)
    graph.write_nodes()
    out.mkdir(parents=True, exist_ok=True)
    write_weights(out / WEIGHTS_FILE, graph.tensors)
    write_graph(out / GRAPH_FILE, graph, WEIGHTS_FILE)
    (out / CARD_FILE).write_text(json.dumps(asdict(card), indent=2) + "\n", encoding="utf-8")


def _named(reader: Reader, card: Card) -> dict[str, NDArray[Any]]:
    """Return the tensors by the names that the encoder's graph knows, those of the head that ships among them."""
    own = {name: value.detach().numpy() for name, value in reader.state_dict().items()}
    tensors = {name.removeprefix("bert."): value for name, value in own.items()}
    head = f"heads.{card.layers}."
    tensors |= {
        f"head.{name.removeprefix(head)}": value for name, value in own.items() if name.startswith(head)
    }
    tensors[_POSITIONS] = tensors[_POSITIONS][: max(card.question_pieces, card.text_pieces) + 2]
    return tensors


if __name__ == "__main__":
    main()
