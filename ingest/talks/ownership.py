"""From marks to talks: every word of the recap goes to exactly one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from ingest.talks.evidence.voice import author_spans
from ingest.talks.lines.headers import body_links, opening_speaker
from ingest.talks.lines.pieces import Piece
from ingest.talks.marking.marks import Mark
from ingest.talks.models import Dropped, FoundTalk, Span

Owned = tuple[Mark, list[Span], list[Span], list[Piece]]


def share_words(pieces: Sequence[Piece], marks: Sequence[Mark]) -> list[Owned]:
    """Return each mark its heading and body spans and the pieces that they lie in.

    Args:
        pieces: All pieces in order; rules carry no words.
        marks: Sorted by start; the first stands at or before the first piece.
    """
    owners = [mark for mark in marks if not mark.alone]
    starts = [mark.start for mark in owners]
    owned: dict[int, Owned] = {id(mark): (mark, [], [], []) for mark in marks}
    for piece in pieces:
        if piece.kind == "rule":
            continue
        at = max(bisect_right(starts, piece.start) - 1, 0)
        begin = piece.start
        while begin < piece.end:
            following = starts[at + 1] if at + 1 < len(starts) else piece.end
            end = min(max(following, begin), piece.end)
            if end > begin:
                _give(owned[id(owners[at].resumes or owners[at])], piece, begin, end)
            begin = end
            at += 1
    return [owned[id(mark)] for mark in marks]


def _give(owner: Owned, piece: Piece, start: int, end: int) -> None:
    mark, heading, body, pieces = owner
    # An entry's title may take only the first line of its piece.
    within = start
    if mark.heading and start <= mark.heading[-1][1]:
        within = min((b for a, b in mark.heading if a <= start < b), default=start)
    if within > start:
        heading.append((start, min(within, end)))
    if within < end:
        body.append((max(within, start), end))
        if not pieces or pieces[-1] is not piece:
            pieces.append(piece)


def build_talk(
    owner: Owned, day: int | None, ordinary: frozenset[str], text: str, event_id: str | None = None
) -> FoundTalk:
    """Make the talk of a mark and its words; `event_id` where the recap is about several events."""
    mark, heading, body, pieces = owner
    links = dict(mark.links)
    people = mark.people
    if mark.kind == "talk":
        for kind, url in body_links(pieces).items():
            links.setdefault(kind, url)
        if people is None and pieces and not mark.prose:
            people = opening_speaker(pieces[0], ordinary)
    return FoundTalk(
        title=mark.title,
        kind=mark.talk_kind if mark.kind == "talk" else "section",
        speakers=people.names if people else (),
        affiliations=people.affiliations if people and any(people.affiliations) else (),
        day=day,
        event_id=event_id,
        links=links,
        heading=tuple(heading),
        body=tuple(body),
        author_spans=author_spans(text, body),
        anchor=mark.anchor,
        second=mark.second,
        certainty=round(mark.certainty, 2),
        remarks=tuple(mark.remarks),
    )


def dropped(owner: Owned) -> list[Dropped]:
    """List a furniture mark's words with the reason."""
    mark, heading, body, _ = owner
    return [Dropped(start, end, mark.reason) for start, end in sorted(heading + body)]
