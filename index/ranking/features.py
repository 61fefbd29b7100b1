"""What speaks for a candidate: numbers of about 0 to 1, by name.

Their weights lie in `fusion.json`. What was tried besides, and what each brings, is in
`docs/decisions/0012-fusion.md`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.ranking.dense import Rows
from index.ranking.matches import Matches

_SHORT_WORDS = 20  # below which a passage says little

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidates:
    """What is known of the candidates, (n,) each in the order of `rows`, and (n, n_query_tokens)."""

    rows: Rows
    dense: Floats  # cosine of the question and the passage as wholes
    talk: Floats  # mean of that over the passages of its talk
    lexical: Floats  # BM25; 0 where it is not among its best
    similarities: Floats  # each query token's best cosine
    matches: Matches
    is_heading: NDArray[np.bool_]
    is_author: NDArray[np.bool_]


def features(found: Candidates, token_weights: Floats) -> dict[str, Floats]:
    """Return what speaks for each candidate.

    late: weighted mean of the query tokens' best cosines. dense: as above. said_anywhere: share of the
    question's words, by weight, that the passage, its headings, its talk's title or people say.
    numbers_lacking: share of its numbers and versions that none of them says. pairs: share of its
    neighbouring words that stand side by side in the passage, or with one word between. leads: share of
    its words among the passage's first ones. heading: it only names its talk. author: the note-taker's own
    remark. short: it has few words.
    """
    late = found.similarities @ token_weights
    matches = found.matches
    return {
        "late": late,
        "dense": found.dense,
        "said_anywhere": _share(matches.weights, matches.said),
        "numbers_lacking": _share(matches.numbers, ~matches.said),
        "pairs": _share(matches.pair_weights, matches.pairs),
        "leads": _share(matches.weights, matches.leading & ~found.is_heading),
        "heading": found.is_heading.astype(np.float32),
        "author": found.is_author.astype(np.float32),
        "short": np.clip(1 - matches.lengths / _SHORT_WORDS, 0, 1),
    }


def _share(weights: Floats, stands: NDArray[np.bool_]) -> Floats:
    """Return the share of a weight that stands somewhere; 0 where there is no weight."""
    total = float(weights.sum())
    shares: Floats = weights @ stands.astype(np.float32) / np.float32(total or 1.0)
    return shares
