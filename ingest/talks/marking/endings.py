"""Where the words of a talk end before the next mark: a block of keynotes that goes on, and a recap's last words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from ingest.talks.lines.pieces import Piece
from ingest.talks.marking.marks import Mark

# He, she and they go on about the speaker; "another" and "also" about what was said.
_GOES_ON = re.compile(
    r"\W*(?:it|its|he|she|they|his|her|their|this|that|these|those|such|other|another|also|in addition|additionally|moreover"
    r"|furthermore|and|but|so|then|next|finally|lastly|later|afterwards|after that|for example|e\.g\.|here|there|again|both"
    r"|the (?:speakers?|talk|session|demo|presentation|presenters?|keynote|idea|goal|project|team|second|third|last|next|main|key)"
    r"|in the (?:demo|talk|end|future|second|last)|key|main|slides?|source|see|link|video"
    r"|il|elle|ils|elles|cela|ce|cette|ensuite|puis|enfin|es|er|sie|das|dies|außerdem|danach|schließlich)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(r"[^.:;!?]{3,70}?\b(?:talk|session|keynote|presentation|demo) (?:by|from|with) [A-Z]")
_WORD = re.compile(r"[^\W_][\w.+-]*[^\W_]")
_LEAST_LETTERS = 4
_RARE = 3  # paragraphs of the recap that hold a word which ties two of them together
_SAMPLE = 5_000  # pieces that tell a recap's rare words; more change nothing
_UNPROVEN = 0.6  # certainty of a title that only its line's shape shows


def returning_marks(marks: Sequence[Mark], pieces: Sequence[Piece]) -> list[Mark]:
    """Find the paragraphs of keynote blocks that are about no talk found there, and give them back to the block.

    A paragraph stays with its talk when its first words go on, or when it shares a rare word with the talk's
    own.

    Args:
        marks: All marks, sorted by start.
        pieces: All pieces, in order.
    """
    found: list[Mark] = []
    block: Mark | None = None
    spread: Counter[str] | None = None
    starts = [piece.start for piece in pieces]
    for at, mark in enumerate(marks):
        if mark.kind != "talk":
            block = mark if mark.kind == "section" and "keynote" in mark.title.lower() else None
            continue
        if block is None or not (mark.prose or mark.certainty <= _UNPROVEN):
            continue
        stop = marks[at + 1].start if at + 1 < len(marks) else pieces[-1].end
        own = pieces[max(bisect_left(starts, mark.start + 1) - 1, 0) : bisect_left(starts, stop)]
        spread = spread if spread is not None else _spread(pieces)
        leaving = _leaving(mark, own, spread)
        if leaving is not None:
            found.append(Mark(leaving.start, "section", block.title, "section", role="return", resumes=block))
    return found


def _spread(pieces: Sequence[Piece]) -> Counter[str]:
    """Count in how many pieces each word stands."""
    return Counter(word for piece in pieces[:_SAMPLE] for word in _words(piece))


def _words(piece: Piece) -> set[str]:
    return {word.lower() for word in _WORD.findall(piece.text) if len(word) >= _LEAST_LETTERS}


def _leaving(mark: Mark, own: Sequence[Piece], spread: Counter[str]) -> Piece | None:
    """Return the first piece that is not about the talk any more."""
    if not own:
        return None
    said = _words(own[0])
    listed = False
    for piece in own[1:]:
        # Under a title line of its own only a list says that the notes end with it.
        open_end = mark.prose or listed
        if open_end and piece.kind == "paragraph" and not _stays(piece, said, spread):
            return piece
        said |= _words(piece)
        listed = listed or piece.kind == "bullet"
    return None


def _stays(piece: Piece, said: set[str], spread: Counter[str]) -> bool:
    """Return whether a paragraph goes on about what was said."""
    tied = any(spread[word] <= _RARE for word in said & _words(piece))
    return (tied and not _ANOTHER.match(piece.text)) or bool(_GOES_ON.match(piece.text))


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
