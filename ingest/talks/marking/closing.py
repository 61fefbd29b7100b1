"""A recap's last words, which stand below its last talk but are about the whole conference."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from ingest.talks.lines.pieces import Piece
from ingest.talks.marking.marks import Mark

_MOST = 3  # paragraphs at the end that may be closing words
_CONFERENCE = r"(?:conference|event|summit|meetup|community|year|time|edition|konferenz|conférence|année)s?"
_CLOSES = re.compile(
    r"\W*(?:(?:and |so |well,? )?that(?:'s|’s| is| was) (?:it|all)(?: folks)?"
    r"(?=[ ,.!]+(?:for|from|see|until|thanks?|folks|i hope)\b|[.!]?\s*$)"
    r"|(?:i(?:'m| am) |we(?:'re| are) )?(?:already )?looking forward to (?:next|the next|seeing)\b"
    r"|(?:hope to )?see (?:you|y'all)(?: all)? (?:all )?(?:again )?(?:next|in \d{4}|there|at the next)\b"
    r"|(?:until|till) next (?:year|time)\b|thanks? (?:you )?(?:for reading|to (?:all|everyone|the organi[sz]ers))"
    r"|c'est tout pour|à l'année prochaine|das war(?:'s|’s| es)\b|bis (?:zum )?nächste[sn]? (?:jahr|mal))",
    re.IGNORECASE,
)
_CLOSES_LATER = re.compile(
    rf"\W*(?:as always|all in all|overall|in (?:conclusion|summary)|to (?:sum up|conclude))\b[^.!?]*\b(?:{_CONFERENCE})\b"
    rf"|\W*as part of the closing ceremony\b",
    re.IGNORECASE,
)


def closing_mark(marks: Sequence[Mark], pieces: Sequence[Piece]) -> Mark | None:
    """Find the paragraphs at the end of the last talk that take leave, and give them to the recap itself.

    Args:
        marks: All marks, sorted by start; the first one is the recap's own section, or a talk.
        pieces: All pieces, in order.
    """
    if len(marks) < _MOST or marks[-1].kind != "talk" or marks[-1].alone:
        return None
    last = marks[-1]
    first = bisect_left([piece.start for piece in pieces], last.start + 1)
    tail = [
        piece
        for piece in pieces[first:][-_MOST:]
        if not any(start <= piece.start < end for start, end in last.heading)
    ]
    for at, piece in enumerate(tail):
        if all(one.kind in {"paragraph", "rule"} for one in tail[at:]) and (
            _CLOSES.match(piece.text) or _CLOSES_LATER.match(piece.text)
        ):
            own = marks[0] if marks[0].kind == "section" and not marks[0].days else None
            return Mark(
                piece.start,
                "section",
                own.title if own else "",
                "section",
                role="return",
                resumes=own,
                closes_day=True,
            )
    return None
