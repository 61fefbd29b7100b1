"""Where the question's own words stand: in a candidate, in the headings above it, in its talk's title and people.

Read from the places of the notes' words, so that no candidate is read. A word counts in each of its spellings
("load balancer", "load-balancer", "loadbalancer"), a version as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.ranking.dense import Rows
from index.vocabulary.phrases import Phrases, TextNumbers
from index.vocabulary.terms import Unit
from index.vocabulary.words import join

BETWEEN = 1  # other words between two that stand side by side
LEADING = 6  # places from a passage's first word

Places = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of the question that the notes say: how much it tells, whether it is a number or a version, and its places."""

    weight: float
    is_number: bool
    places: tuple[Places, ...]  # of each spelling, never empty


@dataclass(frozen=True, slots=True)
class Matches:
    """What each candidate says: (n_words, n_rows) and (n_pairs, n_rows), each with its weights."""

    weights: Floats  # (n_words,)
    numbers: Floats  # (n_words,), the weights of numbers, else 0
    said: Flags  # anywhere
    leading: Flags  # among the first words of the passage
    pair_weights: Floats  # (n_pairs,)
    pairs: Flags  # side by side in the passage
    lengths: Floats  # (n_rows,), words of the passage


def asked_words(
    units: Sequence[Unit],
    shares: Sequence[float],
    phrases: Phrases,
    weigh: Callable[[Unit], float | None],
) -> list[AskedWord | None]:
    """Look the question's words up; None for a stop word and for one that stands nowhere.

    `shares` say what each counts, `weigh` gives a word's inverse document frequency, None for a stop word.
    """
    weights = [weigh(unit) for unit in units]
    joined = [
        phrases.places(join((left.form, right.form)), split=False)
        if weights[at] is not None and weights[at + 1] is not None
        else []
        for at, (left, right) in enumerate(pairwise(units))
    ]
    found: list[AskedWord | None] = []
    for at, (unit, weight) in enumerate(zip(units, weights, strict=True)):
        if weight is None:
            found.append(None)
            continue
        places = (*phrases.places(unit.form), *chain(*joined[max(at - 1, 0) : at + 1]))
        number = unit.form[:1].isdigit()
        found.append(AskedWord(weight * shares[at], number, places) if places else None)
    return found


def match(
    asked: Sequence[AskedWord | None], rows: Rows, talks: Rows, phrases: Phrases, numbers: TextNumbers
) -> Matches:
    """Return where the question's words and its neighbouring words stand.

    Args:
        asked: The question's words in order.
        rows: The candidates, (n_rows,).
        talks: The row of each candidate's talk.
        phrases: The places of the notes' words.
        numbers: Which text has which number.
    """
    # The passages themselves, and what stands around them.
    texts = (rows, numbers.headings + rows, *(first + talks for first in numbers.of_talks))
    starts, ends = phrases.spans(np.stack(texts))
    told = [word for word in asked if word is not None]
    said = np.zeros((len(told), len(rows)), dtype=np.bool_)
    leading = np.zeros((len(told), len(rows)), dtype=np.bool_)
    for at, word in enumerate(told):
        for places in word.places:
            found = np.searchsorted(places, starts)
            # Behind the last place nothing is found; the first place of all stands before every such text.
            first = places.take(found, mode="wrap")
            stands = (first >= starts) & (first < ends)
            said[at] |= stands.any(axis=0)
            leading[at] |= stands[0] & (first[0] - starts[0] < LEADING)
    neighbours = [(left, right) for left, right in pairwise(asked) if left is not None and right is not None]
    pairs = np.zeros((len(neighbours), len(rows)), dtype=np.bool_)
    for at, (left, right) in enumerate(neighbours):
        for before, behind in product(left.places, right.places):
            pairs[at] |= _side_by_side(before, behind, starts[0], ends[0])
    return Matches(
        np.array([word.weight for word in told], dtype=np.float32),
        np.array([word.weight * word.is_number for word in told], dtype=np.float32),
        said,
        leading,
        np.array([left.weight + right.weight for left, right in neighbours], dtype=np.float32),
        pairs,
        (ends[0] - starts[0]).astype(np.float32),
    )


def _side_by_side(left: Places, right: Places, starts: Places, ends: Places) -> Flags:
    """Tell in which texts a word stands before another one, right before it or with one between ("kubectl alpha debug").

    Only the places within the texts are looked at.
    """
    first = np.searchsorted(left, starts)
    counts = np.searchsorted(left, ends) - first
    stands = np.zeros(len(starts), dtype=np.bool_)
    total = int(counts.sum())
    if total:
        text = np.repeat(np.arange(len(counts)), counts)
        steps = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        behind = left[np.repeat(first, counts) + steps] + 1
        at = np.minimum(np.searchsorted(right, behind), len(right) - 1)
        beside = (right[at] >= behind) & (right[at] <= behind + BETWEEN) & (right[at] < ends[text])
        stands[text[beside]] = True
    return stands
