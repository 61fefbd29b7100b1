"""The steps of finding talks, in order: furniture, event, headings or lines, lists, prose; then every word gets its owner."""

from __future__ import annotations

from collections.abc import Sequence

from index.conferences.event_mentions import parse_events
from ingest.loaders.blocks import LoadedRecap
from ingest.talks.event import InferredEvent, infer_event
from ingest.talks.evidence.candidates import Candidate, find_candidates
from ingest.talks.evidence.furniture import find_furniture
from ingest.talks.lines.pieces import Piece, ordinary_words, read_pieces
from ingest.talks.marking.closing import closing_mark
from ingest.talks.marking.entries import find_entries
from ingest.talks.marking.listings import find_listings
from ingest.talks.marking.marks import Mark
from ingest.talks.marking.outline import judge_headings
from ingest.talks.marking.plain_lines import judge_lines
from ingest.talks.marking.prose import find_named, index_titles
from ingest.talks.marking.returning import returning_marks
from ingest.talks.marking.schedule import assign_days, assign_events, gap_days
from ingest.talks.marking.surroundings import Surroundings
from ingest.talks.models import Dropped, Reading, RecapHints
from ingest.talks.ownership import build_talk, dropped, share_words

_FEW = 3  # talks from headings and lists; with fewer, the recap names them in its running text
_OPENING = 8  # first blocks that may name the event
_MANY_HEADINGS = 2  # from here on headings carry the outline and plain lines do not
_PROSE_LIMIT = 2_000_000  # characters; beyond, prose is not searched for titles without mark-up
_RECOMMENDS = ("top", "best", "favo", "highlight", "my top", "things", "stuff")


def find_talks(
    recap: LoadedRecap, hints: RecapHints | None = None, known_titles: Sequence[str] = ()
) -> Reading:
    """Find the talks of a recap.

    Args:
        recap: The recap as its loader gave it.
        hints: What a person said of it beforehand.
        known_titles: Titles of talks that the catalogue lists; found inside prose where nothing else marks
            them.

    Returns:
        Talks and sections in the order of the recap, whose spans tile its words, and what was set aside.
    """
    hints = hints or RecapHints()
    every = read_pieces(recap)
    ordinary = ordinary_words(recap)
    furniture = find_furniture(every)
    aside = {piece.number for piece, _ in furniture}
    # Numbers are kept dense, since "the next piece" is looked up by them.
    pieces = [piece for piece in every if piece.number not in aside]
    for at, piece in enumerate(pieces):
        piece.number = at
    event = _event(recap, pieces, hints)
    marks = _marks(recap, pieces, ordinary, known_titles)
    _title_opening(marks, recap, hints)
    owned = share_words(pieces, marks)
    events = assign_events(marks)
    days = assign_days(marks, event.event, event.day, events)
    if not any(day is not None for day in days):
        days = _days_by_gaps(marks, pieces, recap.text, event)
    talks = [
        build_talk(owner, day, ordinary, recap.text, own)
        for owner, day, own in zip(owned, days, events, strict=True)
        if owner[0].kind != "furniture" and (owner[1] or owner[2] or owner[0].kind == "talk")
    ]
    gone = [Dropped(piece.start, piece.end, reason) for piece, reason in furniture]
    gone += [words for owner in owned if owner[0].kind == "furniture" for words in dropped(owner)]
    remarks = (
        () if event.event or not event.candidates else (f"the event may be {' or '.join(event.candidates)}",)
    )
    return Reading(
        tuple(talks),
        tuple(sorted(gone, key=lambda d: d.start)),
        event.event,
        event.certainty,
        event.day,
        event.evidence,
        remarks,
    )


def _days_by_gaps(
    marks: Sequence[Mark], pieces: Sequence[Piece], text: str, event: InferredEvent
) -> list[int | None]:
    days: list[int | None] = [None] * len(marks)
    for start, day in gap_days(pieces, text, event.event):
        for at, mark in enumerate(marks):
            if mark.start >= start and not mark.closes_day:
                days[at] = day
    for mark, known in zip(marks, days, strict=True):
        if known is not None:
            mark.remarks.append("the day follows from a gap in the text")
    return days


def _event(recap: LoadedRecap, pieces: Sequence[Piece], hints: RecapHints) -> InferredEvent:
    opening = [piece.text for piece in pieces[:_OPENING]]
    if hints.title:
        opening.insert(0, hints.title)
    addresses = [link.url for piece in pieces for link in piece.links]
    return infer_event(
        recap.recap_id,
        recap.meta,
        opening,
        addresses,
        event_id=hints.event_id,
        starts_on=hints.starts_on,
        published_on=hints.published_on,
        day=hints.day,
    )


def _marks(
    recap: LoadedRecap, pieces: Sequence[Piece], ordinary: frozenset[str], known_titles: Sequence[str]
) -> list[Mark]:
    """Set all marks: of headings or title lines first, then of lists and paragraphs that belong to no talk yet."""
    headings = sum(piece.kind == "heading" for piece in pieces)
    plain = headings < _MANY_HEADINGS
    candidates = find_candidates(pieces, ordinary, plain=plain)
    title = recap.meta.get("title", "")
    around = Surroundings(pieces, recap.text)
    marks = (
        judge_lines(candidates, around)
        if plain
        else judge_headings(candidates, title if isinstance(title, str) else "")
    )
    if not plain:
        marks += _opening_talk(pieces, candidates, marks, ordinary, around)
    marks.sort(key=lambda mark: mark.start)
    free = _free(pieces, marks)
    entries = find_entries([piece for piece, _ in free], ordinary)
    entries += find_listings(
        [piece for piece, _ in free], frozenset(mark.start for mark in entries), ordinary
    )
    listed = {mark.start for mark in entries}
    marks = sorted([*marks, *entries], key=lambda mark: mark.start)
    known = index_titles(known_titles) if len(recap.text) < _PROSE_LIMIT else {}
    loose = [(piece, mark) for piece, mark in free if piece.start not in listed]
    groups = [
        (keynotes, [pair for pair in loose if _in_keynotes(pair[1]) == keynotes])
        for keynotes in (False, True)
    ]
    named = [
        mark
        for keynotes, group in groups
        for mark in find_named([p for p, _ in group], ordinary, {}, lost=False, keynotes=keynotes)
    ]
    few = sum(mark.kind == "talk" for mark in [*marks, *named]) < _FEW and not _single(marks)
    if few and len(recap.text) < _PROSE_LIMIT:
        # Under a heading of its own a paragraph is about that topic, not about a talk whose link was lost.
        groups = [
            (keynotes, [pair for pair in group if pair[1] is None or pair[1].role != "section"])
            for keynotes, group in groups
        ]
        named = [
            m
            for keynotes, group in groups
            for m in find_named([p for p, _ in group], ordinary, known, lost=True, keynotes=keynotes)
        ]
    marks = sorted([*marks, *named], key=lambda mark: mark.start)
    marks = _with_opening(
        sorted([*marks, *returning_marks(marks, pieces)], key=lambda mark: mark.start), pieces
    )
    closing = closing_mark(marks, pieces)
    return [*marks, closing] if closing else marks


def _opening_talk(
    pieces: Sequence[Piece],
    candidates: Sequence[Candidate],
    marks: list[Mark],
    ordinary: frozenset[str],
    around: Surroundings,
) -> list[Mark]:
    """Where the first line is a talk's title and no heading proves another, the whole file is that talk."""
    first = next((piece for piece in pieces if piece.kind != "rule"), None)
    if (
        first is None
        or first.kind != "paragraph"
        or any(candidate.strong for candidate in candidates)
        or "\n" in first.text.strip()
    ):
        return []
    found = find_candidates([first], ordinary, plain=True)
    if not found or not found[0].signs & {"code", "people", "byline", "quoted"}:
        return []
    marks.clear()
    return [mark for mark in judge_lines(found, around) if mark.kind == "talk"]


def _single(marks: Sequence[Mark]) -> bool:
    return len(marks) == 1 and marks[0].kind == "talk" and marks[0].certainty >= 0.8


def _free(pieces: Sequence[Piece], marks: Sequence[Mark]) -> list[tuple[Piece, Mark | None]]:
    """List the pieces that no talk owns and no heading is made of, each with the section it lies in."""
    free: list[tuple[Piece, Mark | None]] = []
    at, current = 0, None
    for piece in pieces:
        while at < len(marks) and marks[at].start <= piece.start:
            current = marks[at]
            at += 1
        if piece.kind in {"rule", "heading", "code"} or (current is not None and _closed(current, piece)):
            continue
        free.append((piece, current))
    return free


def _closed(mark: Mark, piece: Piece) -> bool:
    if mark.kind != "section" or any(start <= piece.start < end for start, end in mark.heading):
        return True
    # "Top talks of QuayCon 2020" over a whole recap is its title.
    return mark.title.lower().startswith(_RECOMMENDS) and not (mark.start == 0 and parse_events(mark.title))


def _in_keynotes(mark: Mark | None) -> bool:
    return mark is not None and mark.kind == "section" and "keynote" in mark.title.lower()


def _with_opening(marks: list[Mark], pieces: Sequence[Piece]) -> list[Mark]:
    """Put a section before the first mark, for the words that stand there."""
    first = pieces[0].start if pieces else 0
    if not marks or marks[0].start > first:
        return [Mark(first, "section", "", "section", role="opening"), *marks]
    return marks


def _title_opening(marks: Sequence[Mark], recap: LoadedRecap, hints: RecapHints) -> None:
    """Name the untitled opening after the recap."""
    title = hints.title or recap.meta.get("title", "")
    if marks and marks[0].role == "opening" and isinstance(title, str):
        marks[0].title = title
