"""Where the question's own words stand: in a candidate, in the headings above it, in its talk's title and people.

Read from the places of the notes' words, so that no candidate is read. A word counts in each of its spellings
("load balancer", "load-balancer", "loadbalancer"), a version as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.ranking.dense import Rows
from index.vocabulary.phrases import Phrases, TextNumbers
from index.vocabulary.terms import Unit
from index.vocabulary.words import join

LEADING = 6  # places from a passage's first word

Places = NDArray[np.signedinteger[Any]]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of the question that the notes say: how much it tells, whether it is a number or a version, and its places."""

    weight: float
    is_number: bool
    places: Places


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
        else None
        for at, (left, right) in enumerate(pairwise(units))
    ]
    found: list[AskedWord | None] = []
    for at, (unit, weight) in enumerate(zip(units, weights, strict=True)):
        if weight is None:
            found.append(None)
            continue
        around = [one for one in joined[max(at - 1, 0) : at + 1] if one is not None and len(one)]
        places = _merged([phrases.places(unit.form), *around])
        number = unit.form[:1].isdigit()
        found.append(AskedWord(weight * shares[at], number, places) if len(places) else None)
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
    own, ends = phrases.spans(rows)
    around = (numbers.headings + rows, *(first + talks for first in numbers.of_talks))
    starts_around, ends_around = phrases.spans(np.stack(around))
    told = [word for word in asked if word is not None]
    said = np.zeros((len(told), len(rows)), dtype=np.bool_)
    leading = np.zeros((len(told), len(rows)), dtype=np.bool_)
    for at, word in enumerate(told):
        first, stands = _within(word.places, own, ends)
        said[at] = stands | _within(word.places, starts_around, ends_around)[1].any(axis=0)
        leading[at] = stands & (first - own < LEADING)
    neighbours = [(left, right) for left, right in pairwise(asked) if left is not None and right is not None]
    pairs = np.zeros((len(neighbours), len(rows)), dtype=np.bool_)
    for at, (left, right) in enumerate(neighbours):
        pairs[at] = _adjacent(left.places, right.places, own, ends)
    return Matches(
        np.array([word.weight for word in told], dtype=np.float32),
        np.array([word.weight * word.is_number for word in told], dtype=np.float32),
        said,
        leading,
        np.array([left.weight + right.weight for left, right in neighbours], dtype=np.float32),
        pairs,
        (ends - own).astype(np.float32),
    )


def _within(places: Places, starts: Places, ends: Places) -> tuple[Places, Flags]:
    """Return each text's first place of a word at or behind its start, and whether that stands within it."""
    at = np.searchsorted(places, starts)
    first = places[np.minimum(at, len(places) - 1)].astype(np.int64)
    return first, (at < len(places)) & (first < ends)


def _adjacent(left: Places, right: Places, starts: Places, ends: Places) -> Flags:
    """Tell in which texts a word stands right before another one; only the places within them are looked at."""
    first = np.searchsorted(left, starts)
    counts = np.searchsorted(left, ends) - first
    stands = np.zeros(len(starts), dtype=np.bool_)
    total = int(counts.sum())
    if total:
        text = np.repeat(np.arange(len(counts)), counts)
        steps = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
        behind = left[np.repeat(first, counts) + steps] + 1
        at = np.minimum(np.searchsorted(right, behind), len(right) - 1)
        stands[text[right[at] == behind]] = True
    return stands


def _merged(places: Sequence[Places]) -> Places:
    """Return the places of several spellings, ascending."""
    told = [one for one in places if len(one)]
    if len(told) == 1:
        return told[0]
    return np.sort(np.concatenate(told)) if told else places[0]
