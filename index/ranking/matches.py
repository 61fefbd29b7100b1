"""Where the question's own words stand: in a candidate's text, in the headings above it, in its talk's title and people.

Read from the places of the notes' words, so that no candidate is read. A word counts in each of its spellings
("load balancer", "load-balancer", "loadbalancer"), a version as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from index.ranking.dense import Rows
from index.vocabulary.phrases import Phrases, TextNumbers
from index.vocabulary.terms import Unit
from index.vocabulary.words import join

TEXT, HEADINGS, TITLE, PEOPLE = range(4)
_LEADING = 6  # places from a passage's first word

Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of the question that the notes say: how much it tells, what kind of word it is, and its places."""

    weight: float
    is_name: bool
    is_number: bool
    places: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Matches:
    """What stands where; (n_words, 4, n_rows) and (n_pairs, 4, n_rows), the fields in the order of the constants above."""

    words: tuple[AskedWord, ...]
    said: Flags
    leading: Flags  # (n_words, n_rows): among the first words of the text
    pair_weights: Floats
    pairs: Flags
    lengths: Floats  # (4, n_rows), words of each field


def asked_words(
    units: Sequence[Unit], phrases: Phrases, weigh: Callable[[Unit], float | None]
) -> list[AskedWord | None]:
    """Look the question's words up; None for a stop word and for one that stands nowhere.

    `weigh` gives a word's inverse document frequency, None for a stop word.
    """
    joined = [phrases.places(join((left.form, right.form))) for left, right in pairwise(units)]
    found: list[AskedWord | None] = []
    for at, unit in enumerate(units):
        weight = weigh(unit)
        around = [one for one in joined[max(at - 1, 0) : at + 1] if len(one)]
        places = None if weight is None else _merged([phrases.places(unit.form), *around])
        if weight is None or places is None or not len(places):
            found.append(None)
            continue
        number = unit.form[:1].isdigit()
        found.append(AskedWord(weight, phrases.is_name(unit.form), number, places))
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
    fields = np.stack(
        [
            rows,
            numbers.headings + rows,
            numbers.titles + talks,
            numbers.speakers + talks,
            numbers.affiliations + talks,
        ]
    )
    starts, ends = phrases.spans(fields)
    told = [word for word in asked if word is not None]
    said = np.zeros((len(told), 4, len(rows)), dtype=np.bool_)
    leading = np.zeros((len(told), len(rows)), dtype=np.bool_)
    for at, word in enumerate(told):
        first, stands = _within(word.places, starts, ends)
        said[at] = _as_fields(stands)
        leading[at] = stands[TEXT] & (first[TEXT] - starts[TEXT] < _LEADING)
    neighbours = [(left, right) for left, right in pairwise(asked) if left is not None and right is not None]
    pairs = np.zeros((len(neighbours), 4, len(rows)), dtype=np.bool_)
    for at, (left, right) in enumerate(neighbours):
        pairs[at] = _as_fields(_adjacent(left.places, right.places, starts, ends))
    lengths = (ends - starts).astype(np.float32)
    return Matches(
        tuple(told),
        said,
        leading,
        np.array([left.weight + right.weight for left, right in neighbours], dtype=np.float32),
        pairs,
        np.concatenate([lengths[:PEOPLE], lengths[PEOPLE:].sum(axis=0, keepdims=True)]),
    )


def _as_fields(stands: Flags) -> Flags:
    """Put speakers and their affiliations together."""
    return np.concatenate([stands[:PEOPLE], stands[PEOPLE:].any(axis=0, keepdims=True)])


def _within(
    places: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> tuple[NDArray[np.int64], Flags]:
    """Return each text's first place of a word at or behind its start, and whether that stands within it."""
    at = np.searchsorted(places, starts)
    first = places[np.minimum(at, len(places) - 1)].astype(np.int64)
    return first, (at < len(places)) & (first < ends)


def _adjacent(
    left: NDArray[np.int64], right: NDArray[np.int64], starts: NDArray[np.int64], ends: NDArray[np.int64]
) -> Flags:
    """Tell in which texts a word stands right before another one."""
    first, last = np.searchsorted(left, starts), np.searchsorted(left, ends)
    counts = (last - first).ravel()
    stands = np.zeros(counts.shape, dtype=np.bool_)
    total = int(counts.sum())
    if not total:
        return stands.reshape(starts.shape)
    text = np.repeat(np.arange(len(counts)), counts)
    steps = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
    behind = left[np.repeat(first.ravel(), counts) + steps] + 1
    at = np.searchsorted(right, behind)
    stands[text[right[np.minimum(at, len(right) - 1)] == behind]] = True
    return stands.reshape(starts.shape)


def _merged(places: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """Return the places of several spellings, ascending."""
    told = [one for one in places if len(one)]
    if len(told) == 1:
        return told[0]
    return np.sort(np.concatenate(told)) if told else places[0]
