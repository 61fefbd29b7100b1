"""A map of the talks: near on it is near in content, by the build's own vectors; groups are named by words of their titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.addresses import addresses_of
from bot.answering.language.wordlists import is_generic, is_stop
from bot.per_build import once_a_build
from index.build.talk_table import TalkSet
from index.models import Talk
from index.search import Searcher
from index.vocabulary.words import forms, words

MOST_POINTS = 400  # talks, from all over the notes
_A_GROUP = 10  # talks
_GROUPS = (2, 9)  # at least and at most
_ROUNDS = 25
_NAMES = 2  # words a group
_LETTERS = 3
_SPREAD = 0.65  # of a place is its rank along the axis, so that the middle does not clot

Vectors = NDArray[np.float32]
Places = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """A talk's place, from 0 to 1 both ways."""

    talk: Talk
    path: str  # of its page
    x: float
    y: float
    group: int


@dataclass(frozen=True, slots=True)
class Group:
    """Talks that are near each other on the map."""

    name: str  # the words that its titles say more than others do
    x: float
    y: float
    points: tuple[Point, ...]  # nearest to its middle first


@dataclass(frozen=True, slots=True)
class TalkMap:
    """The places of the talks, and their groups, the largest first."""

    points: tuple[Point, ...]
    groups: tuple[Group, ...]
    of: int  # talks that there are


@once_a_build
def talk_map_of(searcher: Searcher) -> TalkMap:
    """Return a build's map."""
    build = searcher.build
    told = build.table.set_of(build.table.talk_of_row[np.flatnonzero(~build.table.is_heading)])
    every = build.table.in_order(TalkSet(told.mask & ~build.table.sections.mask))
    rows = every[np.unique(np.linspace(0, len(every) - 1, min(MOST_POINTS, len(every))).astype(int))]
    if len(rows) < _GROUPS[0] * 2:
        return TalkMap((), (), len(every))
    vectors = build.talk_vectors[rows].astype(np.float32)
    vectors -= vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    count = int(np.clip(len(rows) // _A_GROUP, *_GROUPS))
    places = _places(vectors)
    group_of, middles = _grouped(places, count)
    talks = [build.stored_talks.rows[row] for row in rows.tolist()]
    addresses = addresses_of(searcher)
    points = tuple(
        Point(talk, addresses.talk(talk), float(x), float(y), group)
        for talk, (x, y), group in zip(talks, places, group_of.tolist(), strict=True)
    )
    groups = []
    for number in range(count):
        members = np.flatnonzero(group_of == number)
        if len(members):
            x, y = middles[number].tolist()
            apart = _apart(places[members], middles[number][None])[:, 0]
            nearest = members[np.argsort(apart, kind="stable")]
            named = _name([talks[at] for at in members.tolist()], talks)
            groups.append(Group(named, x, y, tuple(points[at] for at in nearest.tolist())))
    return TalkMap(points, tuple(sorted(groups, key=lambda one: -len(one.points))), len(every))


def _grouped(places: Places, count: int) -> tuple[NDArray[np.int64], Places]:
    """Return which group each place is of, and the groups' middles, by k-means; equal notes give equal groups.

    The first middle is the place nearest to all, each further one the place farthest from those before.
    """
    chosen = [int(_apart(places, places.mean(axis=0)[None]).argmin())]
    while len(chosen) < count:
        chosen.append(int(_apart(places, places[chosen]).min(axis=1).argmax()))
    middles = places[chosen]
    group_of = np.full(len(places), -1, dtype=np.int64)
    for _ in range(_ROUNDS):
        moved = _apart(places, middles).argmin(axis=1)
        if (moved == group_of).all():
            break
        group_of = moved
        for number in range(count):
            if (group_of == number).any():
                middles[number] = places[group_of == number].mean(axis=0)
    return group_of, middles


def _apart(places: Places, middles: Places) -> Places:
    """Return how far each place is from each middle, (n_places, n_middles)."""
    apart: Places = np.linalg.norm(places[:, None] - middles[None], axis=2)
    return apart


def _places(vectors: Vectors) -> Places:
    """Return places from 0 to 1 along the two directions in which the talks differ most, (n, 2)."""
    left, strength, _ = np.linalg.svd(vectors, full_matrices=False)
    places = np.zeros((len(vectors), 2))
    for axis in range(min(2, len(strength))):
        along = left[:, axis] * strength[axis]
        along *= 1 if along[np.abs(along).argmax()] > 0 else -1  # a direction has no sign of its own
        ranks = np.argsort(np.argsort(along, kind="stable"), kind="stable") / max(len(along) - 1, 1)
        spread = (along - along.min()) / max(float(np.ptp(along)), 1e-6)
        places[:, axis] = _SPREAD * ranks + (1 - _SPREAD) * spread
    return places


def _name(members: Sequence[Talk], talks: Sequence[Talk]) -> str:
    """Return the words that these talks' titles say more often than all titles do, as they are first written."""
    everywhere = Counter(form for talk in talks for form in forms(talk.title))
    here = Counter(form for talk in members for form in forms(talk.title))
    written: dict[str, str] = {}
    for talk in members:
        for word in words(talk.title):
            written.setdefault(word.form, talk.title[word.start : word.end])
    telling = [
        form
        for form in here
        if len(form) >= _LETTERS
        and not form.isdigit()
        and not is_stop(written[form])
        and not is_generic(form)
    ]

    def excess(form: str) -> float:
        return here[form] / len(members) - everywhere[form] / len(talks)

    best = sorted(telling, key=lambda form: (-excess(form), form))[:_NAMES]
    return ", ".join(written[form] for form in best) or "Others"
