"""Which plain lines are titles: evidence decides, and where a block of talks shows none, the shape of a title."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ingest.talks.evidence.candidates import Candidate, title_case
from ingest.talks.evidence.voice import is_own_remark
from ingest.talks.marking.making import place_mark, talk_mark
from ingest.talks.marking.marks import Mark
from ingest.talks.marking.surroundings import Surroundings, lost_topics

_TITLE_CASE = 0.6
_LEAST_PLAIN = 3  # titles without any evidence need company
_MOST_WORDS = 12  # of a sentence that is a heading, set apart by a wide gap


def judge_lines(candidates: Sequence[Candidate], around: Surroundings) -> list[Mark]:
    """Judge plain lines, region by region: from one day, block of talks or section to the next.

    Args:
        candidates: All lines that may be titles, in order.
        around: What stands between and beneath them.
    """
    strong = sum(candidate.strong for candidate in candidates)
    notes_on = sum(
        c.place is not None and c.title.text.lower().startswith(("notes on", "notes about"))
        for c in candidates
    )
    marks: list[Mark] = []
    for first, last in _regions(candidates):
        region = candidates[first:last]
        opening = region[0] if region and region[0].place is not None else None
        if opening is not None and _last_words(opening, around):
            continue
        if opening is not None:
            marks.append(place_mark(opening, opening.place.role if opening.place else "section"))
        body = region[1:] if opening is not None else region
        marks += _judge_region(opening, body, strong, around, topical=notes_on >= 2)
    return (
        marks if notes_on < 2 else sorted([*marks, *lost_topics(marks, around)], key=lambda mark: mark.start)
    )


def _judge_region(
    opening: Candidate | None, body: Sequence[Candidate], strong: int, around: Surroundings, *, topical: bool
) -> list[Mark]:
    local = sum(candidate.strong for candidate in body)
    place = opening.place if opening else None
    gathers = place is not None and (place.role == "container" or place.keynotes or place.workshops)
    enclosing = [place] if place else []
    marks = []
    free = [
        c
        for c in body
        if not c.strong and title_case(c.title.text) >= _TITLE_CASE and len(c.title.text.split()) >= 3
    ]
    followed = {c.piece.number for c in body if not c.strong}
    short = [c for c in body if not c.strong and _short_title(c)]
    for candidate in body:
        if candidate.strong:
            marks.append(talk_mark(candidate, 1.0 if candidate.proven else 0.8, enclosing))
        elif gathers and 2 * local <= len(short) and _short_title(candidate):
            marks.append(talk_mark(candidate, 0.6, enclosing))
        elif (
            strong < 2
            and not topical
            and len(free) >= _LEAST_PLAIN
            and candidate in free
            and (place is None or place.role != "section")
        ):
            marks.append(talk_mark(candidate, 0.5, enclosing))
        elif (
            candidate.piece.number + 1 in followed
            or is_own_remark(candidate.piece.text)
            or not around.opens_notes(candidate.piece)
        ):
            continue  # a list that lost its bullets, or "Well done!": no heading with notes
        elif role := _section_role(candidate, around, topical=topical, few=strong < 2):
            marks.append(place_mark(candidate, role))
    return marks


def _section_role(candidate: Candidate, around: Surroundings, *, topical: bool, few: bool) -> str:
    """Tell whether a line with notes beneath it is a heading: by its capitals, or by the gap that sets it apart."""
    if not around.set_apart(candidate.piece):
        return ""  # it goes on from the line above: code, a poem, an address
    if topical or (few and title_case(candidate.title.text) >= _TITLE_CASE):
        return "section"
    # Talks may still be named in the prose beneath it.
    return (
        "aside"
        if few and around.wide_before(candidate.piece) and len(candidate.piece.text.split()) <= _MOST_WORDS
        else ""
    )


def _last_words(opening: Candidate, around: Surroundings) -> bool:
    """Tell whether a line that could announce a section ends the recap: "Looking forward to next year!"."""
    section = opening.place is not None and opening.place.role == "section"
    return section and not opening.level and around.ends_recap(opening.piece)


def _short_title(candidate: Candidate) -> bool:
    words = candidate.title.text.split()
    return 2 <= len(words) <= 16 and (title_case(candidate.title.text) >= 0.5 or len(words) <= 6)


def _regions(candidates: Sequence[Candidate]) -> list[tuple[int, int]]:
    starts = [
        at for at, candidate in enumerate(candidates) if candidate.place is not None and not candidate.proven
    ]
    bounds = [0, *starts, len(candidates)]
    return [(a, b) for a, b in pairwise(bounds) if a < b]
