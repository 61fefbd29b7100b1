"""What is known of every talk at a glance: arrays by talk row, so that a limit is applied to all talks without reading one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.build.contents import Contents
from index.files.arrays import load_array
from index.models import Event, Talk

FACTS_FILE = (
    "talk_facts.npy"  # (5, n_talks) int32: event, day, kind and recap by number, place in the order of events
)
TALK_OF_ROW_FILE = "passage_talks.npy"  # (n_passages,) int32
BY_TALK_FILE = "talk_passages.npy"  # (n_passages,) int32, passage rows by talk, in order within each
HEADINGS_FILE = "passage_headings.npy"  # (n_passages,) bool, which passages only name their talk
AUTHORS_FILE = "passage_authors.npy"  # (n_passages,) bool, which passages are the note-taker's own remarks
STARTS_FILE = "talk_starts.npy"  # (n_talks + 1,) int32, where each talk's rows begin in the former
KINDS = ("keynote", "session", "workshop", "panel", "section")
NO_EVENT = -1
NO_DAY = -1_000
_EVENT, _DAY, _KIND, _RECAP, _ORDER = range(5)
_LAST_DATE, _LAST_EVENT, _LAST_DAY = "9999", "~", 99  # where a talk without one stands

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]


class TalkSet:
    """Some talks of a build, by row; never changed."""

    __slots__ = ("__weakref__", "mask")

    def __init__(self, mask: Mask) -> None:
        self.mask = mask

    def __contains__(self, row: object) -> bool:
        return isinstance(row, (int, np.integer)) and bool(self.mask[row])

    def __len__(self) -> int:
        return int(np.count_nonzero(self.mask))

    def __bool__(self) -> bool:
        return bool(self.mask.any())

    def __iter__(self) -> Iterator[int]:
        return iter(self.rows.tolist())

    def __and__(self, other: TalkSet) -> TalkSet:
        return TalkSet(self.mask & other.mask)

    def __or__(self, other: TalkSet) -> TalkSet:
        return TalkSet(self.mask | other.mask)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TalkSet) and bool(np.array_equal(self.mask, other.mask))

    def __hash__(self) -> int:
        return hash(np.packbits(self.mask).tobytes())

    @property
    def rows(self) -> Rows:
        """Return the talks' rows in order."""
        return np.flatnonzero(self.mask)

    @property
    def everything(self) -> bool:
        """Return whether no talk is left out."""
        return bool(self.mask.all())


@dataclass(frozen=True)
class TalkTable:
    """The arrays of a build's talks, mapped."""

    facts: NDArray[np.int32]
    talk_of_row: NDArray[np.int32]
    is_heading: Mask
    is_author: Mask
    _by_talk: NDArray[np.int32]
    _starts: NDArray[np.int32]

    @classmethod
    def open(cls, folder: Path) -> TalkTable:
        """Map a build's arrays."""
        names = (FACTS_FILE, TALK_OF_ROW_FILE, HEADINGS_FILE, AUTHORS_FILE, BY_TALK_FILE, STARTS_FILE)
        return cls(*(np.asarray(load_array(folder / name)) for name in names))

    def __len__(self) -> int:
        return int(self.facts.shape[1])

    def rows_of(self, talk: int) -> list[int]:
        """Return the rows of a talk's passages, in order: its own, or those of the talk whose notes it shares."""
        owner = self.owners[talk]
        return [int(row) for row in self._by_talk[self._starts[owner] : self._starts[owner + 1]]]

    def first_rows(self, talks: Rows) -> Rows:
        """Return the first passage's row of each of some talks that have notes."""
        return np.asarray(self._by_talk[self._starts[self.owners[talks]]], dtype=np.int64)

    @cached_property
    def with_passages(self) -> TalkSet:
        """Return the talks that have passages of their own."""
        return TalkSet(np.diff(self._starts) > 0)

    @cached_property
    def owners(self) -> Rows:
        """Return for each talk the row of the one that has its passages; (n_talks,).

        A passage is of one talk. Where notes tell of two at once ("X, followed by Y"), the second has none: it shares
        those of the talk before it in its recap.
        """
        own, rows = self.with_passages.mask, np.arange(len(self), dtype=np.int64)
        before = np.maximum.accumulate(np.where(own, rows, -1))
        return np.where((before >= 0) & (self.recaps[before] == self.recaps), before, rows)

    @cached_property
    def noted(self) -> TalkSet:
        """Return the talks that have notes: passages of their own, or those of the talk whose notes they share."""
        return TalkSet(self.with_passages.mask[self.owners])

    @cached_property
    def sharing(self) -> TalkSet:
        """Return the talks that share another one's notes."""
        return self.but(self.noted, self.with_passages)

    def with_owners(self, talks: TalkSet) -> TalkSet:
        """Return some talks with those whose notes they share: a search for what is said of them needs these."""
        return talks | self.set_of(self.owners[talks.mask])

    def set_of(self, talks: Iterable[int]) -> TalkSet:
        """Return a set of the talks of these rows."""
        mask = np.zeros(len(self), dtype=np.bool_)
        mask[np.fromiter(talks, dtype=np.int64) if not isinstance(talks, np.ndarray) else talks] = True
        return TalkSet(mask)

    def but(self, talks: TalkSet, others: TalkSet) -> TalkSet:
        """Return some talks without others."""
        return TalkSet(talks.mask & ~others.mask)

    def everything(self) -> TalkSet:
        """Return all talks."""
        return TalkSet(np.ones(len(self), dtype=np.bool_))

    def of_events(self, numbers: Iterable[int]) -> TalkSet:
        """Return the talks of some events, by the events' rows."""
        return TalkSet(np.isin(self.facts[_EVENT], list(numbers)))

    def of_days(self, days: Iterable[int]) -> TalkSet:
        """Return the talks of some days."""
        return TalkSet(np.isin(self.facts[_DAY], list(days)))

    def of_kinds(self, kinds: Iterable[str]) -> TalkSet:
        """Return the talks of some kinds."""
        return TalkSet(np.isin(self.facts[_KIND], [KINDS.index(kind) for kind in kinds if kind in KINDS]))

    def of_recaps(self, numbers: Iterable[int]) -> TalkSet:
        """Return the talks of some recaps, by the recaps' rows."""
        return TalkSet(np.isin(self.facts[_RECAP], list(numbers)))

    @cached_property
    def undated(self) -> TalkSet:
        """Return the talks of no known day."""
        return TalkSet(self.facts[_DAY] == NO_DAY)

    @cached_property
    def sections(self) -> TalkSet:
        """Return the sections, which are no talks to a person."""
        return self.of_kinds(["section"])

    @cached_property
    def telling(self) -> TalkSet:
        """Return the talks with a passage that is more than their heading."""
        return self.set_of(self.talk_of_row[np.flatnonzero(~self.is_heading)])

    def below(self, section: int) -> list[int]:
        """Return the rows of the talks that stand behind a section in its recap, up to the next section."""
        recaps, sections = self.facts[_RECAP], self.sections.mask
        end = section + 1
        while end < len(self) and recaps[end] == recaps[section] and not sections[end]:
            end += 1
        return list(range(section + 1, end))

    def days_of(self, talks: TalkSet) -> list[int]:
        """Return the days that some talks are known to be of, in order."""
        days: list[int] = np.unique(self.facts[_DAY][talks.mask & ~self.undated.mask]).tolist()
        return days

    def recaps_of(self, talks: TalkSet) -> list[int]:
        """Return the rows of the recaps that some talks are from, in order."""
        recaps: list[int] = np.unique(self.facts[_RECAP][talks.mask]).tolist()
        return recaps

    def by_event(self, talks: TalkSet) -> dict[int, int]:
        """Return how many of some talks each event has, by the events' rows; those without one are left out."""
        events, counts = np.unique(self.facts[_EVENT][talks.mask], return_counts=True)
        return {
            int(event): int(count) for event, count in zip(events, counts, strict=True) if event != NO_EVENT
        }

    @property
    def places(self) -> NDArray[np.int32]:
        """Return each talk's place, by event, oldest first, then by day, then as the notes have them; (n_talks,)."""
        places: NDArray[np.int32] = self.facts[_ORDER]
        return places

    @property
    def recaps(self) -> NDArray[np.int32]:
        """Return the row of each talk's recap; (n_talks,)."""
        recaps: NDArray[np.int32] = self.facts[_RECAP]
        return recaps

    @property
    def days(self) -> NDArray[np.int32]:
        """Return each talk's day, `NO_DAY` where it is not known; (n_talks,)."""
        days: NDArray[np.int32] = self.facts[_DAY]
        return days

    def in_order(self, talks: TalkSet) -> Rows:
        """Return the rows of some talks by their places."""
        rows = talks.rows
        return rows[np.argsort(self.places[rows], kind="stable")]


def write_tables(folder: Path, contents: Contents) -> None:
    """Write the arrays."""
    events, talks, talk_of_row = contents.events, contents.talks, contents.talk_of_row()
    event_rows = {event.event_id: row for row, event in enumerate(events)}
    recap_rows = {recap.recap_id: row for row, recap in enumerate(contents.recaps)}
    counts = np.bincount(talk_of_row, minlength=len(talks)).astype(np.int32)
    facts = np.zeros((5, len(talks)), dtype=np.int32)
    for row, talk in enumerate(talks):
        facts[_EVENT, row] = event_rows.get(talk.event_id or "", NO_EVENT)
        facts[_DAY, row] = NO_DAY if talk.day is None else talk.day
        facts[_KIND, row] = KINDS.index(talk.kind)
        facts[_RECAP, row] = recap_rows[talk.recap_id]
    facts[_ORDER, _ordered(events, talks)] = np.arange(len(talks))
    np.save(folder / FACTS_FILE, facts, allow_pickle=False)
    headings = np.fromiter(
        (passage.role == "heading" for passage in contents.passages), dtype=np.bool_, count=len(talk_of_row)
    )
    np.save(folder / HEADINGS_FILE, headings, allow_pickle=False)
    authors = np.fromiter(
        (passage.voice == "author" for passage in contents.passages), dtype=np.bool_, count=len(talk_of_row)
    )
    np.save(folder / AUTHORS_FILE, authors, allow_pickle=False)
    np.save(folder / TALK_OF_ROW_FILE, talk_of_row, allow_pickle=False)
    np.save(
        folder / BY_TALK_FILE, np.argsort(talk_of_row, kind="stable").astype(np.int32), allow_pickle=False
    )
    np.save(
        folder / STARTS_FILE, np.concatenate([[0], np.cumsum(counts)]).astype(np.int32), allow_pickle=False
    )


def _ordered(events: Sequence[Event], talks: Sequence[Talk]) -> list[int]:
    """Return the talks' rows by event, oldest first, then by day, then as the notes have them."""
    starts = {
        event.event_id: (event.starts_on.isoformat() if event.starts_on else _LAST_DATE, event.event_id)
        for event in events
    }
    keys = [
        (
            starts.get(talk.event_id or "", (_LAST_DATE, _LAST_EVENT)),
            _LAST_DAY if talk.day is None else talk.day,
            talk.recap_id,
            talk.position,
        )
        for talk in talks
    ]
    return sorted(range(len(keys)), key=keys.__getitem__)
