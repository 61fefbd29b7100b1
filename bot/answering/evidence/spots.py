"""Where talks say something: of each talk the first passage that was found, kept as rows, since there may be many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from index.build.talk_table import Rows, TalkSet
from index.search import Searcher


@dataclass(frozen=True, slots=True)
class Spots:
    """Talks and for each the row of a passage, (n,) each."""

    talks: Rows
    rows: Rows

    @classmethod
    def first_of(cls, found: Iterable[Rows], searcher: Searcher) -> Spots:
        """Keep of each talk the row that was found first."""
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *found])
        talks = searcher.build.table.talk_of_row[rows]
        order = np.argsort(talks, kind="stable")
        firsts = order[np.flatnonzero(np.diff(talks[order], prepend=-1))]
        return cls(talks[firsts].astype(np.int64), rows[firsts])

    def __len__(self) -> int:
        return len(self.talks)

    def within(self, talks: TalkSet) -> Spots:
        """Return those of some talks."""
        kept = talks.mask[self.talks]
        return Spots(self.talks[kept], self.rows[kept])

    def in_order(self, searcher: Searcher) -> Spots:
        """Sort them by event, oldest first, then by day, then as the notes have them."""
        order = np.argsort(searcher.build.table.places[self.talks], kind="stable")
        return Spots(self.talks[order], self.rows[order])
