"""Who says what: the passages and talks that say a phrase, all of them, without reading one."""

from __future__ import annotations

import numpy as np

from index.build.reader import Build
from index.build.talk_table import Rows, TalkSet
from index.vocabulary.phrases import TextNumbers


class Mentions:
    """Looks phrases up among a build's passages, titles, speakers and companies."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._numbers = TextNumbers(len(build.passages), len(build.table))

    def rows(self, phrase: str, talks: TalkSet | None = None) -> Rows:
        """Return the rows of the passages that say a phrase, ascending, all of them or those of some talks.

        A talk that says it only in its title, its speakers or their companies gives its first row.
        """
        table = self._build.table
        said, headed = self._said(phrase)
        headed = TalkSet(headed.mask & table.with_passages.mask & ~table.set_of(table.talk_of_row[said]).mask)
        rows = np.sort(np.concatenate([said, table.first_rows(headed.rows)]), kind="stable")
        return rows if talks is None else rows[talks.mask[table.talk_of_row[rows]]]

    def talks(self, phrase: str) -> TalkSet:
        """Return the talks that `rows` are of."""
        said, headed = self._said(phrase)
        table = self._build.table
        return table.set_of(table.talk_of_row[said]) | (headed & table.noted)

    def first_talks(self, phrase: str, most: int) -> list[int]:
        """Return the rows of the first talks that `rows` are of, each once, in their order."""
        found: dict[int, None] = {}
        for row in self.rows(phrase):
            found.setdefault(int(self._build.table.talk_of_row[row]))
            if len(found) == most:
                break
        return list(found)

    def titled(self, phrase: str) -> TalkSet:
        """Return the talks whose title says a phrase."""
        return self._headed(phrase, self._numbers.titles)

    def employed(self, phrase: str) -> TalkSet:
        """Return the talks whose speakers' companies say a phrase."""
        return self._headed(phrase, self._numbers.affiliations)

    def _headed(self, phrase: str, first: int) -> TalkSet:
        """Return the talks that say a phrase in the texts of which that of the first talk has a number."""
        talks = self._build.phrases.texts(phrase) - first
        return self._build.table.set_of(talks[(talks >= 0) & (talks < self._numbers.n_talks)])

    def _said(self, phrase: str) -> tuple[Rows, TalkSet]:
        """Return the rows that say a phrase, ascending, and the talks with it in title, speakers or affiliations."""
        texts, numbers = self._build.phrases.texts(phrase), self._numbers
        within, around = np.searchsorted(texts, [numbers.titles, numbers.headings]).tolist()
        return texts[:within], self._build.table.set_of(
            (texts[within:around] - numbers.titles) % max(numbers.n_talks, 1)
        )
