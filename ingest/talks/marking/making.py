"""Marks made of judged candidates."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.talks.evidence.candidates import Candidate
from ingest.talks.lines.heading_words import is_break
from ingest.talks.lines.places import Place
from ingest.talks.marking.marks import Mark

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
    mark.links = dict(candidate.header.links)
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
