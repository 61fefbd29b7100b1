"""The words of the domain as frozen records: events, recaps, talks, passages and hits.

Offsets are character offsets, counted from 0, end exclusive, into the recap's readable text
(`Recap.text_sha256` names it). For a plain-text recap the readable text is the decoded source itself; for
formats with mark-up a run map leads back to the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

TalkKind = Literal["keynote", "session", "workshop", "panel", "section"]
Voice = Literal["notes", "author"]
Role = Literal["heading", "body"]


@dataclass(frozen=True, slots=True)
class Event:
    """A conference: its short id as people write it and, where known, its dates and place."""

    event_id: str  # "EU 2020", "QCon London 2013"
    name: str  # "KubeCon + CloudNativeCon Europe 2020"
    starts_on: date | None = None  # day 1; day N is starts_on + (N - 1) days, day 0 the day before
    ends_on: date | None = None
    city: str | None = None
    aliases: tuple[str, ...] = ()  # other ways to name it, folded to lower case


@dataclass(frozen=True, slots=True)
class Recap:
    """One person's notes on a conference, as they were read."""

    recap_id: str  # path below the folder that was read, posix separators
    title: str
    event_id: str | None
    day: int | None
    language: str  # ISO 639-1
    author: str | None
    url: str | None  # the recap's own public address
    text_sha256: str  # of the readable text, UTF-8


@dataclass(frozen=True, slots=True)
class Talk:
    """What one part of a recap is about: a talk, or a section that belongs to no single talk."""

    talk_id: str
    recap_id: str
    title: str
    kind: TalkKind
    speakers: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()  # one a speaker where they are as many, else as the notes give them
    event_id: str | None = None
    day: int | None = None
    url: str | None = None  # the best link to the source; never made up
    links: Mapping[str, str] = field(default_factory=dict)  # "video", "slides", "schedule", "recap"
    position: int = 0  # order within the recap, from 0


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is indexed and shown: a verbatim slice of the recap's readable text.

    `text` equals `readable_text[start:end]` to the character.
    """

    passage_id: str  # f"{talk_id}#{ordinal}"
    talk_id: str
    recap_id: str
    ordinal: int
    text: str
    start: int
    end: int
    source_start: int  # the same span in the source file, characters of its decoded content
    source_end: int
    role: Role = "body"  # "heading": the talk's title and by-line as the notes write them
    voice: Voice = "notes"  # "author": the note-taker's own remark, not the talk's content
    links: tuple[str, ...] = ()  # addresses that the notes give inside this passage
    # the sub-headings that it stands under, outermost first, and the words that announce its list; those
    # inside it are not among them
    headings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a ranking returned."""

    passage: Passage
    talk: Talk
    score: float  # higher is better, comparable within one ranking only
    rank: int  # from 1
