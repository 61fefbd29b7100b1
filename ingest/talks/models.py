"""What the talk finder gives: talks with the spans of their words, and what it set aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from index.models import Event, TalkKind

Span = tuple[int, int]  # characters of the readable text, end exclusive


@dataclass(frozen=True, slots=True)
class RecapHints:
    """What a person said of a recap beforehand (`sources.yaml`): it wins over what the recap says of itself."""

    event_id: str | None = None
    day: int | None = None
    starts_on: date | None = None  # the event's first day
    published_on: date | None = None
    language: str | None = None
    author: str | None = None
    title: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class FoundTalk:
    """One talk, or a section that belongs to no single talk, as the notes write it.

    The spans of all talks tile the recap's words: a span is a whole block or a piece of one, in source order,
    and no two overlap.
    """

    title: str  # without speakers, clock times and numbers; a section: its heading, or empty
    kind: TalkKind
    speakers: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    day: int | None = None
    event_id: str | None = None
    links: Mapping[str, str] = field(default_factory=dict)  # "video", "slides", "schedule": the notes' own
    heading: tuple[Span, ...] = ()  # the title's and by-line's words
    body: tuple[Span, ...] = ()
    author_spans: tuple[Span, ...] = ()  # the note-taker's own remarks; each lies inside one of `body`
    anchor: str | None = None  # the heading's id in the source
    second: float | None = None  # transcripts: where the talk starts
    certainty: float = 1.0  # that this is a talk of its own with this title
    remarks: tuple[str, ...] = ()  # what a person should look at


@dataclass(frozen=True, slots=True)
class Dropped:
    """Words that belong to no talk and no section, and why."""

    start: int
    end: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """A recap as the finder read it."""

    talks: tuple[FoundTalk, ...]
    furniture: tuple[Dropped, ...]  # found here; the loader's own furniture blocks are not repeated
    event: Event | None = None
    event_certainty: float = 0.0
    day: int | None = None  # where the whole recap is about one day
    evidence: tuple[str, ...] = ()  # the words that event and day were read from
    remarks: tuple[str, ...] = ()
