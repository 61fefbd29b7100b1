"""The closed-world scan: which passages say a phrase, all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.models import Passage, Talk
from index.words import find_phrase, join, singular, squeeze, words


class MentionScan:
    """Every passage's and every talk's words, closed up, so that most are ruled out by one substring test."""

    def __init__(self, passages: Sequence[Passage], talks: Mapping[str, Talk]) -> None:
        self._passages = passages
        self._squeezed = [squeeze(passage.text) for passage in passages]
        self._headings = {talk_id: _heading(talk) for talk_id, talk in talks.items()}
        self._first_row: dict[str, int] = {}
        for row, passage in enumerate(passages):
            self._first_row.setdefault(passage.talk_id, row)

    def rows(self, phrase: str) -> list[int]:
        """Return the rows that say the phrase, in order; for a talk that says it only in its title or speakers, its first row."""
        stem = singular(join(word.form for word in words(phrase)))
        # The plural's ending may change the last letter ("policy", "policies").
        core = stem[:-1] if len(stem) > 3 and stem.endswith("y") else stem
        if not core:
            return []
        rows = {row for row, squeezed in enumerate(self._squeezed) if core in squeezed and find_phrase(self._passages[row].text, phrase)}
        said = {self._passages[row].talk_id for row in rows}
        for talk_id, heading in self._headings.items():
            if talk_id not in said and talk_id in self._first_row and any(find_phrase(part, phrase) for part in heading):
                rows.add(self._first_row[talk_id])
        return sorted(rows)


def _heading(talk: Talk) -> tuple[str, ...]:
    return (talk.title, *talk.speakers, *talk.affiliations)
