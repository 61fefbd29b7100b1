"""What goes into a build: records and texts that fit together, and the text that is embedded for a passage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from index.errors import BuildRefused
from index.models import Event, Passage, Recap, Talk
from index.ranking.lexical import LexicalRow


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything that a build holds, before it is written."""

    events: Sequence[Event]
    recaps: Sequence[Recap]
    texts: Mapping[str, str]  # recap_id -> readable text
    talks: Sequence[Talk]
    passages: Sequence[Passage]  # read several times, in order
    _events: dict[str, Event] = field(init=False, repr=False, default_factory=dict)
    _talks: dict[str, Talk] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Index events and talks by their ids."""
        self._events.update((event.event_id, event) for event in self.events)
        self._talks.update((talk.talk_id, talk) for talk in self.talks)

    def around(self, passage: Passage) -> tuple[Talk, Event | None]:
        """Return a passage's talk and event."""
        talk = self._talks[passage.talk_id]
        return talk, self._events.get(talk.event_id or "")

    def talk_of_row(self) -> NDArray[np.int32]:
        """Return the row of each passage's talk, (n_passages,)."""
        numbers = {talk.talk_id: number for number, talk in enumerate(self.talks)}
        return np.fromiter(
            (numbers[passage.talk_id] for passage in self.passages), dtype=np.int32, count=len(self.passages)
        )

    def check(self) -> None:
        """Check that ids are unique and known and that every passage is a slice of its text.

        Raises:
            BuildRefused: they are not; the first defect is named.
        """
        _unique("event", (event.event_id for event in self.events))
        _unique("recap", (recap.recap_id for recap in self.recaps))
        _unique("talk", (talk.talk_id for talk in self.talks))
        _unique("passage", (passage.passage_id for passage in self.passages))
        recaps = {recap.recap_id for recap in self.recaps}
        for recap in self.recaps:
            self._check_text(recap)
        for talk in self.talks:
            _known("talk", talk.talk_id, "recap", talk.recap_id, recaps)
        for recap_id, event_id in [(one.recap_id, one.event_id) for one in self.recaps] + [
            (one.recap_id, one.event_id) for one in self.talks
        ]:
            if event_id is not None:
                _known("recap", recap_id, "event", event_id, self._events)
        for passage in self.passages:
            _known("passage", passage.passage_id, "talk", passage.talk_id, self._talks)
            _known("passage", passage.passage_id, "recap", passage.recap_id, recaps)
            self._check_slice(passage)

    def _check_text(self, recap: Recap) -> None:
        if recap.recap_id not in self.texts:
            raise BuildRefused(
                f"Cannot write a build: recap {recap.recap_id!r} has no text. Hand over its readable text."
            )
        found = text_digest(self.texts[recap.recap_id])
        if found != recap.text_sha256:
            raise BuildRefused(
                f"Cannot write a build: the text of recap {recap.recap_id!r} has sha256 {found[:12]}, its record says "
                f"{recap.text_sha256[:12]}. Read the recap again."
            )

    def _check_slice(self, passage: Passage) -> None:
        if not passage.text or self.texts[passage.recap_id][passage.start : passage.end] != passage.text:
            raise BuildRefused(
                f"Cannot write a build: passage {passage.passage_id!r} is not characters {passage.start} to {passage.end} of "
                f"recap {passage.recap_id!r}. Read the recap again."
            )


def text_digest(text: str) -> str:
    """Return the sha256 of a readable text, UTF-8.

    Raises:
        BuildRefused: the text holds half a surrogate pair, which UTF-8 cannot write.
    """
    try:
        return hashlib.sha256(text.encode("utf-8")).hexdigest()
    except UnicodeEncodeError as error:
        raise BuildRefused(
            f"Cannot write a text as UTF-8: character {error.start} is half a surrogate pair. Repair the source."
        ) from error


def context_text(passage: Passage, talk: Talk, event: Event | None) -> str:
    """Return what is embedded before a passage's own words: its event, talk title and speakers, and the headings above it.

    Notes rarely repeat what the talk is about; without its title a passage on "the operator" matches every
    operator, and without its heading a list matches none.
    """
    above = (heading.rstrip(":.") for heading in passage.headings)
    context = [event.name if event else "", talk.title, ", ".join(talk.speakers), *above]
    return "".join(f"{part}. " for part in context if part)


def lexical_row(passage: Passage, talk: Talk, event: Event | None, talk_row: int) -> LexicalRow:
    """Return what is searched of a passage by its words."""
    return LexicalRow(
        text=passage.text,
        title=talk.title,
        speakers=" ".join((*talk.speakers, *talk.affiliations)),
        event=" ".join((event.event_id, event.name)) if event else "",
        talk_row=talk_row,
        headings="\n".join(passage.headings),
    )


def _unique(kind: str, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise BuildRefused(
                f"Cannot write a build: {kind} {one!r} stands in it twice. Give each {kind} an id of its own."
            )
        seen.add(one)


def _known(kind: str, one: str, other: str, other_id: str, known: Mapping[str, object] | set[str]) -> None:
    if other_id not in known:
        raise BuildRefused(
            f"Cannot write a build: {kind} {one!r} names {other} {other_id!r}, which is not in it. Read the recap again."
        )
