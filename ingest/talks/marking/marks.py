"""Marks: where in the recap a talk or a section begins, and what the notes say of it there."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from index.conferences.day_mentions import DayMention
from index.models import TalkKind
from ingest.talks.lines.people import People
from ingest.talks.models import Span

MarkKind = Literal["talk", "section", "furniture"]


@dataclass(slots=True)
class Mark:
    """From `start` on the words belong to this talk or section, up to the next mark."""

    start: int
    kind: MarkKind
    title: str = ""
    talk_kind: TalkKind = "session"
    people: People | None = None
    links: dict[str, str] = field(default_factory=dict)
    heading: list[Span] = field(default_factory=list)
    anchor: str | None = None
    second: float | None = None
    certainty: float = 1.0
    remarks: list[str] = field(default_factory=list)
    level: int = 0  # of the heading; 0 for a plain line
    role: str = ""  # the place's role, for sections
    days: tuple[DayMention, ...] = ()
    reason: str = ""  # furniture
    prose: bool = False  # named inside a paragraph
    closes_day: bool = False
    alone: bool = False  # shares its notes with the talk before it: owns no words
    resumes: Mark | None = None  # the words go to that mark, which was left for a while
