"""How well a network finds the passages of conferences that it may not have seen, by what of the score hangs on vectors alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.adapter.corpus import Corpus, Example
from training.adapter.network import Network, use_all_cores
from training.adapter.objective import Embedded, embed, late_scores

DENSE_SHARE = 0.2  # those of decision 0002; the fusion's further features do not hang on the network
TALK_SHARE = 0.2
_BATCH = 32
_RANKS = 10
_SHOWN_CHARACTERS = 800  # what a person reads of the passages


@dataclass(frozen=True, slots=True)
class Judgement:
    """One value a question: the reciprocal rank of its passage among ten (0 behind), and whether it is in what is shown."""

    reciprocal: NDArray[np.float64]
    shown: NDArray[np.float64]


def judge(network: Network, corpus: Corpus, asked: Sequence[Example], rows: Sequence[int]) -> Judgement:
    """Rank some passages for each question; several passages may answer it, the first counts.

    Passages that are the same notes in another file are left out.
    """
    scores = _scores(network, corpus, asked, rows)
    reciprocal, shown = [], []
    for example, row_scores in zip(asked, scores, strict=True):
        right = set(example.rows)
        order = [rows[at] for at in np.lexsort((rows, -np.round(row_scores, 5)))]
        order = [
            row
            for row in order[: 4 * _RANKS]
            if row in right or not any(corpus.same(row, one) for one in right)
        ]
        rank = next((rank for rank, row in enumerate(order[:_RANKS], 1) if row in right), 0)
        reciprocal.append(1 / rank if rank else 0.0)
        read = sum(len(corpus.passages[row].text) + 1 for row in order[:rank])
        shown.append(float(0 < read <= _SHOWN_CHARACTERS))
    return Judgement(np.array(reciprocal), np.array(shown))


def _scores(
    network: Network, corpus: Corpus, asked: Sequence[Example], rows: Sequence[int]
) -> NDArray[np.float32]:
    """Return the score of each passage for each question, (n_questions, n_rows)."""
    use_all_cores()
    questions = [corpus.query(example.text) for example in asked]
    # Of about one length together: little of a block is padding.
    by_length = sorted(range(len(rows)), key=lambda at: len(corpus.passage(rows[at]).ids))
    late = np.zeros((len(asked), len(rows)), dtype=np.float32)
    own: list[Tensor] = [torch.empty(0)] * len(rows)
    with torch.inference_mode():
        embedded: list[Embedded] = []
        for start in range(0, len(questions), _BATCH):
            embedded.append(embed(network, questions[start : start + _BATCH], [corpus.passage(rows[0])])[0])
        for start in range(0, len(rows), _BATCH):
            some = by_length[start : start + _BATCH]
            _, passages = embed(network, questions[:1], [corpus.passage(rows[at]) for at in some])
            late[:, some] = torch.cat([late_scores(queries, passages) for queries in embedded]).numpy()
            for at, vector in zip(some, passages.pooled, strict=True):
                own[at] = vector
        pooled = torch.cat([queries.pooled for queries in embedded]).numpy()
    vectors = torch.stack(own).numpy()
    scores: NDArray[np.float32] = (
        late + DENSE_SHARE * pooled @ vectors.T + TALK_SHARE * pooled @ _talk_means(corpus, vectors, rows).T
    )
    return scores


def _talk_means(corpus: Corpus, vectors: NDArray[np.float32], rows: Sequence[int]) -> NDArray[np.float32]:
    """Return for each row the mean vector of its talk's rows."""
    numbers = corpus.talk_of_row[list(rows)]
    _, talk = np.unique(numbers, return_inverse=True)
    sums = np.zeros((talk.max() + 1, vectors.shape[1]), dtype=np.float32)
    np.add.at(sums, talk, vectors)
    means: NDArray[np.float32] = (sums / np.bincount(talk)[:, None])[talk].astype(np.float32)
    return means
