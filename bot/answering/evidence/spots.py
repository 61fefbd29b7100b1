"""Where talks say something: of each talk the first passage that was found, kept as rows, since there may be many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bot.answering.evidence.evidence import allowed_talks
from bot.answering.language.knowledge import knowledge_of
from bot.answering.question.question import Question
from index.build.talk_table import Rows, TalkSet
from index.models import Hit
from index.search import Searcher
from index.vocabulary.words import words


@dataclass(frozen=True, slots=True)
class Spots:
    """Talks and for each the row of a passage, (n,) each."""

    talks: Rows
    rows: Rows

    @classmethod
    def first_of(cls, found: Iterable[Rows], searcher: Searcher) -> Spots:
        """Keep of each talk the row that was found first; talks that share its notes have it too."""
        table = searcher.build.table
        rows = np.concatenate([np.zeros(0, dtype=np.int64), *found])
        talks = table.talk_of_row[rows]
        order = np.argsort(talks, kind="stable")
        firsts = order[np.flatnonzero(np.diff(talks[order], prepend=-1))]
        talks, rows = talks[firsts].astype(np.int64), rows[firsts]
        sharing = table.sharing.rows
        sharing = sharing[np.isin(table.owners[sharing], talks)]
        shared = rows[np.searchsorted(talks, table.owners[sharing])]
        return cls(np.concatenate([talks, sharing]), np.concatenate([rows, shared]))

    @classmethod
    def opening(cls, talks: TalkSet, searcher: Searcher) -> Spots:
        """Return the first row of each of some talks that have notes."""
        noted = (talks & searcher.build.table.noted).rows
        return cls(noted, searcher.build.table.first_rows(noted))

    def __len__(self) -> int:
        return len(self.talks)

    def __or__(self, other: Spots) -> Spots:
        """Add those of other talks."""
        new = ~np.isin(other.talks, self.talks)
        return Spots(
            np.concatenate([self.talks, other.talks[new]]), np.concatenate([self.rows, other.rows[new]])
        )

    def within(self, talks: TalkSet) -> Spots:
        """Return those of some talks."""
        kept = talks.mask[self.talks]
        return Spots(self.talks[kept], self.rows[kept])

    def hits(self, searcher: Searcher, scores: Mapping[int, float]) -> Iterator[Hit]:
        """Yield them as hits, with the scores of those rows that have one."""
        for talk, row in zip(self.talks.tolist(), self.rows.tolist(), strict=True):
            yield searcher.hit(row, scores.get(row, 1.0), talk=talk)

    def in_order(self, searcher: Searcher, most: int) -> Spots:
        """Return the first ones by event, oldest first, then by day, then as the notes have them."""
        order = np.argsort(searcher.build.table.places[self.talks], kind="stable")[:most]
        return Spots(self.talks[order], self.rows[order])


def talks_of(question: Question, searcher: Searcher) -> tuple[Spots, bool]:
    """Return a passage of each talk of the named people, within the limits, and whether the talks are known to be theirs.

    Theirs are the talks with their name among the speakers and companies, in the title or in the line below
    it. Where there is none, the talks that mention the whole name are returned instead.
    """
    knowledge = knowledge_of(searcher)
    table = knowledge.table
    allowed = allowed_talks(question.scope, knowledge)
    names = tuple(question.speakers) or question.companies or (question.person,)
    mentions = [searcher.said.rows(name, allowed) for name in names]
    theirs = table.set_of(row for rows in question.speakers.values() for row in rows)
    for name, rows in zip(names, mentions, strict=True):
        # "talks by Netflix" are those of its people.
        theirs |= (
            searcher.said.titled(name)
            | searcher.said.employed(name)
            | table.set_of(table.talk_of_row[rows[table.is_heading[rows]]])
        )
    theirs &= allowed
    if not theirs:
        return Spots.first_of(mentions, searcher), False
    return Spots.first_of(mentions, searcher).within(theirs) | Spots.opening(theirs, searcher), True


def name_forms(question: Question) -> frozenset[str]:
    """Return the folded words of the people that a question names."""
    return frozenset(
        word.form
        for name in (*question.speakers, *question.companies, question.person)
        for word in words(name)
    )
