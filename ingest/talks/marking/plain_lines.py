"""Which plain lines are titles: evidence decides, and where a block of talks shows none, the shape of a title."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from ingest.talks.evidence.candidates import Candidate, title_case
from ingest.talks.evidence.voice import is_own_remark
from ingest.talks.lines.bylines import is_material
from ingest.talks.lines.pieces import Piece
from ingest.talks.marking.marks import Mark, place_mark, talk_mark

_LEAST_NOTES = (
    40  # characters; a shorter paragraph without a sentence's end is a title or an item of a lost list
)
_SAMPLE = 2_000  # pieces that tell how a recap spaces its paragraphs
_SENTENCE = re.compile(r"[.!?…:;。！？][\"”’)]*\s*$")
_LOST = 0.5
_MEMORY = (
    50_000  # characters before a paragraph that may have named its subject; a whole book would take minutes
)
_NOTED = frozenset({"bullet", "code", "table_row", "quote"})
_POINTER = re.compile(
    r"\W*(?:see(?: also)?|slides?|sources?|video|recording|links?|further reading)\s*:", re.IGNORECASE
)
# "Ropelock is a module that ...", "The RNI (Rope Network Interface) is a ...", "Ropelock limits the knots
# that ...".
_INTRODUCES = re.compile(
    r"(?:The )?(?P<subject>(?=[A-Z0-9])[\w.-]*[A-Za-z][\w.-]*(?: \([^()]{3,60}\))?)"
    r" (?:(?:is|are) (?:both |basically )?(?:an?|the) |[a-z]{3,}s (?:the|an?|your|which) )"
)


class Surroundings:
    """The pieces of a recap with the gaps between them."""

    def __init__(self, pieces: Sequence[Piece], text: str) -> None:
        self._pieces = pieces
        self._text = text

    @cached_property
    def _usual(self) -> int:
        """Count the line breaks that most paragraphs have between them."""
        pairs = list(pairwise(self._pieces[:_SAMPLE]))
        gaps = Counter(self._breaks(a, b) for a, b in pairs if a.kind == b.kind == "paragraph")
        return gaps.most_common(1)[0][0] if gaps else 0

    def _breaks(self, before: Piece, after: Piece) -> int:
        return self._text.count("\n", before.end, after.start)

    def before(self, piece: Piece) -> Piece | None:
        """Return the piece before."""
        return self._pieces[piece.number - 1] if piece.number else None

    def set_apart(self, piece: Piece) -> bool:
        """Return whether as many line breaks stand before the piece as between the recap's paragraphs: else it goes on."""
        before = self.before(piece)
        return before is None or self._breaks(before, piece) >= self._usual

    def wide_before(self, piece: Piece) -> bool:
        """Return whether more line breaks than usual stand before the piece: something was lost there, a heading perhaps."""
        before = self.before(piece)
        return before is not None and self._usual > 0 and self._breaks(before, piece) > self._usual

    def opens_notes(self, piece: Piece) -> bool:
        """Return whether notes follow the piece: sentences, bullets, code; not another title or a pointer to slides."""
        if piece.number + 1 >= len(self._pieces):
            return False
        following = self._pieces[piece.number + 1]
        words = following.text.strip()
        if following.kind in _NOTED:
            return True
        if following.kind != "paragraph" or is_material(words) or _POINTER.match(words):
            return False
        return len(words) >= _LEAST_NOTES or bool(_SENTENCE.search(words))

    def ends_recap(self, piece: Piece) -> bool:
        """Return whether nothing follows the piece."""
        return piece.number + 1 >= len(self._pieces)

    def introductions(self) -> Iterator[tuple[Piece, str]]:
        """Return the paragraphs behind a wide gap that introduce something the recap has not named before, with its name."""
        for piece in self._pieces:
            if (
                piece.kind == "paragraph"
                and self.wide_before(piece)
                and (found := _INTRODUCES.match(piece.text.strip()))
            ):
                name = found["subject"].split(" (")[0]
                known = re.compile(rf"\b{re.escape(name)}\b", re.IGNORECASE)
                if not known.search(self._text, max(0, piece.start - _MEMORY), piece.start):
                    yield piece, found["subject"]


def lost_topics(marks: Sequence[Mark], around: Surroundings) -> list[Mark]:
    """Find the sections of topical notes whose headings were lost: a wide gap, and words that introduce their subject.

    Only behind a section: the notes of a talk introduce many things.
    """
    found: list[Mark] = []
    starts = [mark.start for mark in marks]
    for piece, subject in around.introductions():
        at = bisect_right(starts, piece.start) - 1
        above = around.before(piece)
        under_title = (
            at >= 0 and above is not None and any(a <= above.start < b for a, b in marks[at].heading)
        )
        if at >= 0 and marks[at].kind == "section" and not under_title:
            mark = Mark(piece.start, "section", subject, "section", role="section", certainty=_LOST)
            mark.remarks.append("its heading was lost; named after its first words")
            found.append(mark)
    return found


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
    free = {
        c.piece.number
        for c in body
        if not c.strong and title_case(c.title.text) >= _TITLE_CASE and len(c.title.text.split()) >= 3
    }
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
            and candidate.piece.number in free
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
    """Return whether a line with notes beneath it is a heading: by its capitals, or by the gap that sets it apart."""
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
    """Return whether a line that could announce a section ends the recap: "Looking forward to next year!"."""
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
