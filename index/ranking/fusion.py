"""One order from all that speaks for a candidate: a weighted sum of named features, learnt from questions and their passages.

The weights lie in `fusion.json` and are written by `training.ranking.run`; what they were chosen by is in
`docs/decisions/0012-fusion.md`.
"""

from __future__ import annotations

import json
import math
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from index.encoder.base import TokenVectors, Vectors
from index.ranking.features import Candidates, features
from index.vocabulary.terms import Unit, units

WEIGHTS_FILE = "fusion.json"
# A stop word's weight beside the square root of an inverse document frequency: "how" and "who" say a little.
STOP_WORD_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class WordMatch:
    """How well one word of the question was met: the best cosine of its pieces, their mean, in this passage."""

    word: str
    start: int  # in the searched text: the context, a blank, the question
    weight: float
    similarity: float


@dataclass(frozen=True, slots=True, eq=False)
class WeightedWords:
    """The query's words with what each counts; `tokens` are the positions of its pieces."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    weights: tuple[float, ...]
    tokens: tuple[tuple[int, ...], ...]
    token_weights: Vectors  # (n_query_tokens,), sums to 1

    def lowered(self, end: int, share: float) -> WeightedWords:
        """Return the words with less weight on those that begin before a character."""
        shares = [share if start < end else 1.0 for start in self.starts]
        weights = tuple(weight * one for weight, one in zip(self.weights, shares, strict=True))
        token_weights = self.token_weights.copy()
        for one, group in zip(shares, self.tokens, strict=True):
            token_weights[list(group)] *= one
        return replace(self, weights=weights, token_weights=_to_one(token_weights))


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading question and passage together says: logarithms of odds, higher is better."""

    order: float  # how well it answers beside others; comparable within one question only
    answers: float  # whether it answers at all


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a passage stands where it stands."""

    row: int
    score: float
    late: float  # weighted mean of the query tokens' best cosines
    dense: float  # cosine of the question and the passage as wholes
    talk: float  # mean of that over the passages of its talk
    lexical: float  # BM25; 0 where the passage is not among its best
    features: Mapping[str, float] = field(repr=False, compare=False)  # what the score is the weighted sum of
    query: WeightedWords = field(repr=False, compare=False)
    similarities: Vectors = field(repr=False, compare=False)  # (n_query_tokens,)
    reading: Reading | None = None  # of the best few, where there is a reader

    @property
    def words(self) -> tuple[WordMatch, ...]:
        """Return how well each word of the question was met; made when asked for, for it is asked of few passages."""
        values: list[float] = self.similarities.tolist()
        query = self.query
        return tuple(
            WordMatch(word, start, weight, sum(values[piece] for piece in group) / len(group))
            for word, start, weight, group in zip(
                query.words, query.starts, query.weights, query.tokens, strict=True
            )
        )


def word_weights(
    text: str, tokens: TokenVectors, doc_freq: Callable[[Unit], int | None], n_passages: int
) -> WeightedWords:
    """Weigh the query's words by the square root of their inverse document frequency, pieces by the root of their word's weight.

    `doc_freq` gives None for a stop word. A word that the notes never say weighs most: what it means may
    still be near.
    """
    groups: dict[int, list[int]] = {}
    for at, word in enumerate(tokens.words):
        groups.setdefault(word, []).append(at)
    spans = [(tokens.spans[group[0]][0], tokens.spans[group[-1]][1]) for group in groups.values()]
    names = [text[start:end] for start, end in spans]
    found = units(text)
    weights = [_weight(span, text, found, doc_freq, n_passages) for span in spans]
    token_weights = np.zeros(len(tokens.words), dtype=np.float32)
    for weight, group in zip(weights, groups.values(), strict=True):
        token_weights[group] = math.sqrt(weight)  # a rare word counts more than others, but not all there is
    return WeightedWords(
        tuple(names),
        tuple(start for start, _ in spans),
        tuple(weights),
        tuple(tuple(g) for g in groups.values()),
        _to_one(token_weights),
    )


def _to_one(weights: Vectors) -> Vectors:
    """Scale weights to a sum of 1; where all are nothing, they are equal."""
    total = float(weights.sum())
    return weights / total if total > 0 else np.full(len(weights), 1 / max(len(weights), 1), dtype=np.float32)


def _weight(
    span: tuple[int, int],
    text: str,
    found: Sequence[Unit],
    doc_freq: Callable[[Unit], int | None],
    n_passages: int,
) -> float:
    """Weigh a word of the encoder's by the unit of the text that it begins, or that it is a number of."""
    start, end = span
    if not any(c.isalnum() for c in text[start:end]):
        return 0.0
    at = bisect_right(found, start, key=attrgetter("start")) - 1
    begins = at >= 0 and (found[at].start == start or (found[at].is_version and start < found[at].end))
    known = (found[at],) if begins else units(text[start:end])
    freqs = [freq for unit in known if (freq := doc_freq(unit)) is not None]
    return math.sqrt(idf(min(freqs), n_passages)) if freqs else STOP_WORD_WEIGHT


def idf(doc_freq: int, n_passages: int) -> float:
    """Return BM25's inverse document frequency (Robertson and Zaragoza, 2009), never negative."""
    return math.log(1 + (n_passages - doc_freq + 0.5) / (doc_freq + 0.5))


@cache
def load_fusion() -> Mapping[str, float]:
    """Return the weight of each feature; `bias` is added."""
    content = json.loads(files("index.ranking").joinpath(WEIGHTS_FILE).read_text(encoding="utf-8"))
    weights: Mapping[str, float] = content["weights"]
    return weights


def rank(found: Candidates, weights: WeightedWords, k: int) -> tuple[Evidence, ...]:
    """Order the candidates, best first, ties by row, and say why; at most k."""
    values = features(found, weights.token_weights)
    shares = load_fusion()
    total = np.full(len(found.rows), shares["bias"], dtype=np.float32)
    for name, column in values.items():
        total += column * np.float32(shares[name])
    # Rounded: the last bits of a sum differ between processors, and equal passages must tie everywhere.
    order: NDArray[np.int64] = np.lexsort((found.rows, -np.round(total, 5)))[:k]
    columns = np.stack([column[order] for column in values.values()], axis=1).tolist()
    return tuple(
        Evidence(
            row=int(found.rows[at]),
            score=float(total[at]),
            late=row[0],
            dense=row[1],
            talk=float(found.talk[at]),
            lexical=float(found.lexical[at]),
            features=dict(zip(values, row, strict=True)),
            query=weights,
            similarities=found.similarities[at],
        )
        for at, row in zip(order, columns, strict=True)
    )
