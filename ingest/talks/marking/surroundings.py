"""What stands around a plain line: the blank lines that set headings apart, and the notes that a heading needs beneath it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise

from ingest.talks.lines.bylines import is_material
from ingest.talks.lines.pieces import Piece
from ingest.talks.marking.marks import Mark

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
        """Give the piece before."""
        return self._pieces[piece.number - 1] if piece.number else None

    def set_apart(self, piece: Piece) -> bool:
        """Tell whether as many line breaks stand before the piece as between the recap's paragraphs: else it goes on."""
        before = self.before(piece)
        return before is None or self._breaks(before, piece) >= self._usual

    def wide_before(self, piece: Piece) -> bool:
        """Tell whether more line breaks than usual stand before the piece: something was lost there, a heading perhaps."""
        before = self.before(piece)
        return before is not None and self._usual > 0 and self._breaks(before, piece) > self._usual

    def opens_notes(self, piece: Piece) -> bool:
        """Tell whether notes follow the piece: sentences, bullets, code; not another title or a pointer to slides."""
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
        """Tell whether nothing follows the piece."""
        return piece.number + 1 >= len(self._pieces)

    def introductions(self) -> Iterator[tuple[Piece, str]]:
        """Give the paragraphs behind a wide gap that introduce something the recap has not named before, with its name."""
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
