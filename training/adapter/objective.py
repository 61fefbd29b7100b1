"""What training lowers: the question's own passage should beat the others, by the score that the product ranks by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.adapter.corpus import Pieces
from training.adapter.network import Network, Packed
from training.adapter.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Embedded:
    """Texts as they are compared.

    `tokens` are the pieces' unit vectors, (n_pieces, dim); `weights` are the pieces' own, (n_pieces,);
    `owner` says which text a piece is of; `pooled` are the texts' unit vectors, (n_texts, dim); for passages
    of their own words alone.
    """

    tokens: Tensor
    weights: Tensor
    packed: Packed
    pooled: Tensor

    @property
    def owner(self) -> Tensor:
        """Return which text each piece is of, (n_pieces,) int64."""
        return self.packed.slots // self.packed.longest


def embed(
    network: Network, queries: Sequence[Pieces], passages: Sequence[Pieces]
) -> tuple[Embedded, Embedded]:
    """Send questions and passages through the network together."""
    batches = [Packed.of([text.ids for text in texts]) for texts in (queries, passages)]
    asked, told = network.states(batches)
    weights = [
        torch.from_numpy(np.concatenate([text.weights for text in texts])) for texts in (queries, passages)
    ]
    # As `index.encoder.onnx` pools a question: every state counts, the model's marks as well.
    question = Embedded(
        functional.normalize(asked, dim=1),
        weights[0],
        batches[0],
        _mean(asked, torch.ones_like(weights[0]), batches[0]),
    )
    tokens = functional.normalize(told, dim=1)
    own = (weights[1] > 1).float()
    # As `index.build.vectors.own_vector` pools a passage; its context counts where that filled the window.
    own = (
        own
        + (weights[1] > 0).float()
        * (_sums(own[:, None], batches[1]) == 0).float()[batches[1].slots // batches[1].longest, 0]
    )
    return question, Embedded(tokens, (weights[1] > 0).float(), batches[1], _mean(tokens, own, batches[1]))


def late_scores(queries: Embedded, passages: Embedded) -> Tensor:
    """Return each question's late interaction with each passage, (n_queries, n_passages)."""
    block = passages.packed.pad(passages.tokens)
    absent = passages.packed.pad(passages.weights) == 0
    cosines = (queries.tokens @ block.flatten(0, 1).T).view(-1, *absent.shape)
    best = cosines.masked_fill(absent, -1.0).amax(dim=2)
    return best.new_zeros(queries.packed.texts, len(absent)).index_add(
        0, queries.owner, best * queries.weights[:, None]
    )


def loss(queries: Embedded, passages: Embedded, masked: Tensor, recipe: Recipe) -> Tensor:
    """Return the mean cross-entropy of picking passage n for question n, out of those that are not masked."""
    own = torch.arange(queries.packed.texts)
    late = late_scores(queries, passages).masked_fill(masked, -10.0) / recipe.late_temperature
    dense = (queries.pooled @ passages.pooled.T).masked_fill(masked, -10.0) / recipe.dense_temperature
    return functional.cross_entropy(late, own) + recipe.dense_share * functional.cross_entropy(dense, own)


def _sums(values: Tensor, packed: Packed) -> Tensor:
    return values.new_zeros(packed.texts, values.shape[1]).index_add(
        0, packed.slots // packed.longest, values
    )


def _mean(values: Tensor, weights: Tensor, packed: Packed) -> Tensor:
    return functional.normalize(_sums(values * weights[:, None], packed), dim=1)
