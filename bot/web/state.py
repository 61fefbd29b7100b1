"""The state of the notes, for whoever looks after them: talks without a link, a speaker or a day, recap by recap."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bot.per_build import once_a_build
from index.build.talk_table import TalkSet
from index.models import Recap
from index.search import Searcher

MOST_RECAPS = 200
_MOST_LINES = 60  # of what is uncertain
_LINKS = ("video", "slides", "schedule")


@dataclass(frozen=True, slots=True)
class Kept:
    """A recap with how many talks it has, and how many of them lack something."""

    recap: Recap
    talks: int
    lacking: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class NotesState:
    """What the talks of a build lack; sections of notes, which are no talks, do not count."""

    talks: int
    lacking: Mapping[str, TalkSet]  # by what they lack
    recaps: tuple[Kept, ...]  # those that lack most first
    of: int  # recaps that there are


@once_a_build
def state_of(searcher: Searcher) -> NotesState:
    """Return the state of a build's notes."""
    build, table = searcher.build, searcher.build.table
    talks = TalkSet(~table.sections.mask)
    linked, named = np.zeros(len(table), dtype=np.bool_), np.zeros(len(table), dtype=np.bool_)
    for row in talks:
        talk = build.stored_talks.rows[row]
        linked[row] = any(talk.links.get(kind) for kind in _LINKS)
        named[row] = bool(talk.speakers)
    lacking = {
        "link": TalkSet(talks.mask & ~linked),
        "speaker": TalkSet(talks.mask & ~named),
        "day": talks & table.undated,
    }
    of_recap = table.recaps
    counts = {
        name: np.bincount(of_recap[some.mask], minlength=len(build.recaps))
        for name, some in {"": talks, **lacking}.items()
    }
    gaps = sum(counts[name] for name in lacking)
    order = np.argsort(-np.asarray(gaps), kind="stable")[:MOST_RECAPS]
    recaps = tuple(
        Kept(build.recaps.rows[row], int(counts[""][row]), {name: int(counts[name][row]) for name in lacking})
        for row in order.tolist()
    )
    return NotesState(len(talks), lacking, recaps, len(build.recaps))


def first_lines(
    doubts: Mapping[str, tuple[str, ...]], searcher: Searcher
) -> list[tuple[Recap, tuple[str, ...]]]:
    """Return the recaps of a build with their first doubts, as many as a person reads at once."""
    room = _MOST_LINES
    found = []
    for recap_id, lines in doubts.items():
        recap = searcher.build.recaps.get(recap_id)
        if recap is None or room <= 0:
            continue
        found.append((recap, lines[:room]))
        room -= len(lines)
    return found
