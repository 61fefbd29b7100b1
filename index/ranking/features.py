"""What speaks for a candidate, as numbers of about 0 to 1 by name: the rankers' scores, and where the question's words stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.ranking.matches import HEADINGS, PEOPLE, TEXT, TITLE, Matches
from index.ranking.shapes import AUTHOR, BARE, PLACE, Shapes

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


def late_features(similarities: Floats, token_weights: Floats) -> dict[str, Floats]:
    """Return how well a passage meets the question's tokens: on average by weight, alike, and the worst of weight.

    Args:
        similarities: (n_rows, n_query_tokens), each token's best cosine.
        token_weights: (n_query_tokens,), sums to 1.
    """
    told = similarities[:, token_weights > 0]
    heavy = similarities[:, token_weights >= token_weights.mean()] if len(token_weights) else told
    return {
        "late": similarities @ token_weights,
        "late_even": told.mean(axis=1) if told.shape[1] else np.zeros(len(told), dtype=np.float32),
        "late_least": heavy.min(axis=1) if heavy.shape[1] else np.zeros(len(told), dtype=np.float32),
    }


def word_features(matches: Matches, is_heading: NDArray[np.bool_]) -> dict[str, Floats]:
    """Return how much of the question's words each field says, by their weight, and how they stand there."""
    weights = np.array([word.weight for word in matches.words], dtype=np.float32)
    names = weights * np.array([word.is_name for word in matches.words], dtype=np.float32)
    numbers = weights * np.array([word.is_number for word in matches.words], dtype=np.float32)
    said = matches.said
    above = said[:, HEADINGS] | said[:, TITLE]
    anywhere = above | said[:, TEXT] | said[:, PEOPLE]
    pairs = matches.pairs
    around = pairs[:, HEADINGS] | pairs[:, TITLE]
    rarest = weights == weights.max(initial=0.0)
    lengths = np.maximum(matches.lengths, 1.0)
    return {
        "said": _share(weights, said[:, TEXT]),
        "said_headings": _share(weights, said[:, HEADINGS]),
        "said_title": _share(weights, said[:, TITLE]),
        "said_people": _share(weights, said[:, PEOPLE]),
        "said_anywhere": _share(weights, anywhere),
        "names": _share(names, said[:, TEXT]),
        "names_above": _share(names, above),
        "names_lacking": _share(names, ~anywhere),
        "numbers": _share(numbers, said[:, TEXT]),
        "numbers_above": _share(numbers, above),
        "numbers_lacking": _share(numbers, ~anywhere),
        "rarest": _share(rarest.astype(np.float32), anywhere),
        "pairs": _share(matches.pair_weights, pairs[:, TEXT]),
        "pairs_above": _share(matches.pair_weights, around),
        "leads": _share(weights, matches.leading & ~is_heading),
        "title_met": said[:, TITLE].sum(axis=0, dtype=np.float32) / lengths[TITLE],
        "heading_met": said[:, HEADINGS].sum(axis=0, dtype=np.float32) / lengths[HEADINGS],
    }


def shape_features(shapes: Shapes, is_heading: NDArray[np.bool_], text_lengths: Floats) -> dict[str, Floats]:
    """Return what a passage looks like, whatever is asked."""
    return {
        "heading": is_heading.astype(np.float32),
        "bare": shapes[:, BARE].astype(np.float32) / 255,
        "opening": 1 / (1 + shapes[:, PLACE].astype(np.float32)),
        "author": shapes[:, AUTHOR].astype(np.float32),
        "short": np.clip(1 - text_lengths / 20, 0, 1).astype(np.float32),
        "long": np.clip(text_lengths / 100, 0, 1).astype(np.float32),
    }


def relative(scores: Floats) -> Floats:
    """Return scores as shares of the best one; 0 where there is none."""
    best = float(scores.max(initial=0.0))
    return scores / np.float32(best) if best > 0 else np.zeros_like(scores)


def best_of_others(scores: Floats, talks: Rows) -> Floats:
    """Return for each candidate the best score of another one of its talk; its own less a tenth where it is alone."""
    if not len(scores):
        return scores
    order = np.lexsort((-scores, talks))
    ranked = talks[order]
    leads = np.r_[True, ranked[1:] != ranked[:-1]]
    first = order[np.maximum.accumulate(np.where(leads, np.arange(len(order)), 0))]
    follows = np.r_[~leads[1:], False]
    second = order[np.minimum(np.arange(len(order)) + 1, len(order) - 1)]
    best = np.empty_like(scores)
    best[order] = scores[first]
    best[order[leads]] = np.where(follows[leads], scores[second[leads]], scores[order[leads]] - 0.1)
    return best


def _share(weights: Floats, stands: NDArray[np.bool_]) -> Floats:
    """Return the share of a weight that stands somewhere; 0 where there is no weight."""
    total = float(weights.sum())
    shares: Floats = weights @ stands.astype(np.float32) / np.float32(total or 1.0)
    return shares
