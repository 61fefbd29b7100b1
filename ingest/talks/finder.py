"""Find the talks of a recap: set marks where they begin, then give every word its owner.

In order: furniture is set aside; the event is inferred; marks are set by headings or by plain lines, then by
lists and by prose where no talk owns the words yet; days follow from the marks.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from index.conferences.event_mentions import parse_events
from ingest.loaders.blocks import LoadedRecap
from ingest.talks.event import InferredEvent, day_of_talk, infer_event
from ingest.talks.evidence.candidates import Candidate, find_candidates
from ingest.talks.evidence.furniture import find_furniture, subject_of
from ingest.talks.lines.pieces import Piece, ordinary_words, read_pieces
from ingest.talks.lines.places import read_place
from ingest.talks.marking.contents import without_contents
from ingest.talks.marking.endings import authors_of, closing_mark, outside_marks, returning_marks
from ingest.talks.marking.entries import find_entries
from ingest.talks.marking.listings import find_listings
from ingest.talks.marking.marks import Mark
from ingest.talks.marking.outline import judge_headings
from ingest.talks.marking.plain_lines import Surroundings, judge_lines
from ingest.talks.marking.prose import find_named, index_titles
from ingest.talks.marking.schedule import assign_days, assign_events, date_event, gap_days, headed_days
from ingest.talks.marking.single import single_talk
from ingest.talks.models import Dropped, Reading, RecapHints
from ingest.talks.ownership import build_talk, dropped, share_words

_FEW = 3  # talks from headings and lists; with fewer, the recap names them in its running text
_OPENING = 8  # first blocks that may name the event
_MANY_HEADINGS = 2  # from here on headings carry the outline and plain lines do not
_OTHER_HEADINGS = 1  # beside those of days and sections, such as the recap's own title
_PROSE_LIMIT = 2_000_000  # characters; beyond, prose is not searched for titles without mark-up
_RECOMMENDS = ("top", "best", "favo", "highlight", "my top", "things", "stuff")
_SURE = 0.8


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
    furniture = find_furniture(every)
    aside = {piece.number for piece, _ in furniture}
    # Numbers are kept dense, since "the next piece" is looked up by them.
    pieces = [piece for piece in every if piece.number not in aside]
    for at, piece in enumerate(pieces):
        piece.number = at
    event = _event(recap, pieces, hints, subject_of(every))
    ordinary = ordinary_words(recap)
    marks = _Marking(recap, pieces, ordinary, known_titles).all()
    _title_opening(marks, recap, hints)
    events = assign_events(marks)
    days, event = _days(marks, pieces, recap, event, events)
    owned = share_words(pieces, marks)
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
        talks=tuple(talks),
        furniture=tuple(sorted(gone, key=lambda d: d.start)),
        event=event.event,
        event_certainty=event.certainty,
        day=event.day,
        evidence=event.evidence,
        remarks=remarks,
    )


def _event(recap: LoadedRecap, pieces: Sequence[Piece], hints: RecapHints, subject: str) -> InferredEvent:
    opening = [piece.text for piece in pieces[:_OPENING]]
    if hints.title or subject:
        opening.insert(0, hints.title or subject)
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
        has_days=any(piece.kind == "heading" and _names_day(piece) for piece in pieces),
    )


def _names_day(piece: Piece) -> bool:
    place = read_place(piece.text)
    return place is not None and bool(place.days)


def _days(
    marks: Sequence[Mark],
    pieces: Sequence[Piece],
    recap: LoadedRecap,
    event: InferredEvent,
    events: Sequence[str | None],
) -> tuple[list[int | None], InferredEvent]:
    """Return the day of each mark, and the event with what the marks say of its day."""
    dated = date_event(marks, event.event)
    if event.day_from == "heading" and len(headed_days(marks, dated)) > 1:
        event = replace(event, day=None)  # the first line is the first of several days
    talks = [mark for mark in marks if mark.kind == "talk"]
    if event.day is None and len(talks) == 1 and (day := day_of_talk(event.event, recap.meta)) is not None:
        event = replace(event, day=day)
    days = assign_days(marks, dated, event.day, events)
    if not any(day is not None for day in days):
        days = _days_by_gaps(marks, pieces, recap.text, event)
    return days, event


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


@dataclass(slots=True)
class _Marking:
    """Sets the marks of a recap, kind by kind; each kind looks only at what the kinds before it left free."""

    recap: LoadedRecap
    pieces: Sequence[Piece]
    ordinary: frozenset[str]
    known_titles: Sequence[str]
    marks: list[Mark] = field(default_factory=list)
    outline: list[Mark] = field(default_factory=list)  # those of headings or plain lines
    whole: bool = False  # the whole file is one talk

    def all(self) -> list[Mark]:
        """Return all marks in order; the first stands at the first piece, and every word has an owner."""
        self._by_outline()
        self._by_lists()
        self._by_prose()
        self._add(returning_marks(self.marks, self.pieces))
        start = self.pieces[0].start if self.pieces else 0
        if not self.marks or self.marks[0].start > start:
            self._add([Mark(start, "section", "", "section", role="opening")])
        if not self.whole:
            self._add(outside_marks(self.marks, self.pieces))
        author = self.recap.meta.get("author", "")
        authors = authors_of(self.recap.text, author if isinstance(author, str) else "")
        closing = closing_mark(self.marks, self.pieces, authors)
        return [*self.marks, closing] if closing and not self.whole else self.marks

    def _add(self, marks: Sequence[Mark]) -> None:
        self.marks = sorted([*self.marks, *marks], key=lambda mark: mark.start)

    def _by_outline(self) -> None:
        """Set the marks of headings, or of plain lines where there are hardly any headings."""
        few = sum(piece.kind == "heading" for piece in self.pieces) < _MANY_HEADINGS
        plain = few and self.recap.format != "conversation"  # a message is no title
        candidates = find_candidates(self.pieces, self.ordinary, plain=plain)
        if not plain and not any(candidate.strong for candidate in candidates) and _only_places(candidates):
            # The talks' titles are plain lines below the headings of days.
            plain = True
            candidates = find_candidates(self.pieces, self.ordinary, plain=True)
        headed = [candidate for candidate in candidates if candidate.level or not plain]
        single = single_talk(self.recap, self.pieces, headed, self.ordinary)
        if single is not None:
            self.whole = True
            self._add([single])
        elif plain:
            self._add(judge_lines(candidates, Surroundings(self.pieces, self.recap.text)))
        else:
            title = self.recap.meta.get("title", "")
            self._add(judge_headings(candidates, title if isinstance(title, str) else ""))

    def _by_lists(self) -> None:
        """Set the marks of lists and tables whose entries are talks."""
        self.outline = self.marks
        pairs = self._free(self.outline)
        free = [piece for piece, _ in pairs]
        roles = {piece.number: mark.role for piece, mark in pairs if mark}
        entries = find_entries(free, self.ordinary)
        entries += find_listings(free, frozenset(mark.start for mark in entries), self.ordinary, roles)
        self._add(without_contents(entries, self.outline))

    def _by_prose(self) -> None:
        """Set the marks of talks that paragraphs name; where hardly any talk is known, by their wording alone."""
        listed = {mark.start for mark in self.marks} - {mark.start for mark in self.outline}
        free = [(piece, mark) for piece, mark in self._free(self.outline) if piece.start not in listed]
        named = self._named(free, lost=False)
        talks = sum(mark.kind == "talk" for mark in [*self.marks, *named])
        if talks < _FEW and not self._is_single() and len(self.recap.text) < _PROSE_LIMIT:
            # Under a heading of its own a paragraph is about that topic, not about a talk whose link was lost.
            free = [(piece, mark) for piece, mark in free if mark is None or mark.role != "section"]
            named = self._named(free, lost=True)
        self._add(named)

    def _named(self, free: Sequence[tuple[Piece, Mark | None]], *, lost: bool) -> list[Mark]:
        known = index_titles(self.known_titles) if lost else {}
        groups = [
            ([piece for piece, mark in free if _in_keynotes(mark) == keynotes], keynotes)
            for keynotes in (False, True)
        ]
        return [
            mark
            for pieces, keynotes in groups
            for mark in find_named(pieces, self.ordinary, known, lost=lost, keynotes=keynotes)
        ]

    def _is_single(self) -> bool:
        return self.whole or (
            len(self.marks) == 1 and self.marks[0].kind == "talk" and self.marks[0].certainty >= _SURE
        )

    def _free(self, marks: Sequence[Mark]) -> list[tuple[Piece, Mark | None]]:
        """List the pieces that no talk owns and no heading is made of, each with the section it lies in."""
        starts = [mark.start for mark in marks]
        free: list[tuple[Piece, Mark | None]] = []
        for piece in self.pieces:
            at = bisect_right(starts, piece.start) - 1
            current = marks[at] if at >= 0 else None
            if piece.kind not in {"rule", "heading", "code"} and not (current and _closed(current, piece)):
                free.append((piece, current))
        return free


def _only_places(candidates: Sequence[Candidate]) -> bool:
    """Return whether headings name days and sections, but no talks."""
    days = sum(bool(candidate.place and candidate.place.days) for candidate in candidates)
    return days > 0 and sum(candidate.place is None for candidate in candidates) <= _OTHER_HEADINGS


def _closed(mark: Mark, piece: Piece) -> bool:
    if mark.kind != "section" or any(start <= piece.start < end for start, end in mark.heading):
        return True
    # "Top talks of QuayCon 2020" over a whole recap is its title.
    return mark.title.lower().startswith(_RECOMMENDS) and not (mark.start == 0 and parse_events(mark.title))


def _in_keynotes(mark: Mark | None) -> bool:
    return mark is not None and mark.kind == "section" and "keynote" in mark.title.lower()


def _title_opening(marks: Sequence[Mark], recap: LoadedRecap, hints: RecapHints) -> None:
    """Name the untitled opening after the recap."""
    title = hints.title or recap.meta.get("title", "")
    if marks and marks[0].role == "opening" and isinstance(title, str):
        marks[0].title = title
