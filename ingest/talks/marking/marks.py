"""Marks: where in the recap a talk or a section begins, and what the notes say of it there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from index.conferences.day_mentions import DayMention
from index.models import TalkKind
from ingest.talks.evidence.candidates import Candidate
from ingest.talks.lines.heading_words import is_break
from ingest.talks.lines.people import People
from ingest.talks.lines.places import Place
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


CLOSING_ROLES = frozenset({"section", "elsewhere", "contents"})


def talk_mark(candidate: Candidate, certainty: float, enclosing: Sequence[Place] = ()) -> Mark:
    """Make a talk's mark from its title line."""
    piece, title = candidate.piece, candidate.title
    kind = title.kind
    if kind == "session" and any(place.keynotes for place in enclosing):
        kind = "keynote"
    if kind == "session" and any(place.workshops for place in enclosing):
        kind = "workshop"
    mark = Mark(piece.start, "talk", title.text, kind, candidate.people)  # type: ignore[arg-type]
    mark.heading = [(piece.start, piece.end), *candidate.header.spans]
    mark.links, mark.days = dict(candidate.header.links), candidate.header.days
    mark.anchor, mark.second, mark.level, mark.certainty = (
        piece.block.anchor,
        piece.block.second,
        candidate.level,
        certainty,
    )
    if title.side == "only" and candidate.people:
        mark.remarks.append("the notes name the speaker, not the title")
    elif not title.text:
        mark.remarks.append("the notes give no title")
    if not candidate.strong:
        mark.remarks.append("taken for a talk by its heading alone")
    return mark


def place_mark(candidate: Candidate, role: str) -> Mark:
    """Make a section's mark from a heading that is no talk."""
    place = candidate.place
    if role in {"elsewhere", "contents"}:
        reason = "a table of contents" if role == "contents" else "points to other pages"
        return Mark(
            candidate.piece.start,
            "furniture",
            reason=reason,
            heading=[(candidate.piece.start, candidate.piece.end)],
        )
    words = " ".join(candidate.piece.text.split()).strip("*_# ").rstrip(":")
    mark = Mark(candidate.piece.start, "section", words, "section", role=role, level=candidate.level)
    mark.heading = [(candidate.piece.start, candidate.piece.end)]
    mark.anchor, mark.second = candidate.piece.block.anchor, candidate.piece.block.second
    mark.days = place.days if place else ()
    mark.closes_day = role in CLOSING_ROLES and not is_break(words)
    return mark
