"""Where the words of a talk end before the next mark: a block of keynotes that goes on, breaks, a recap's last words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile

from index.languages.words import either
from ingest.talks.lines.heading_words import SYMBOLS
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


# What ends a mail, with or without a name on the same line.
_FAREWELL = re.compile(
    r"\W*(?:(?:all the |with |kind |best |warm )*(?:best|regards|wishes)|cheers|thanks(?: again)?|thank you|ciao|yours(?: truly)?|so long"
    r"|take care|(?:mit )?(?:freundlichen?|viele|liebe|beste|herzliche|schöne)n? gr[üu](?:ß|ss)e?n?|gr[üu](?:ß|ss)e?|lg|vg|mfg"
    r"|(?:bien )?cordialement|bien à (?:vous|toi)|amitiés|bises|à (?:bientôt|plus)|(?:un )?(?:saludos?|abrazos?)"
    r"|(?:cordiali )?saluti|a presto|(?:met vriendelijke )?groet(?:en|jes)?|(?:vänliga |med vänliga )?hälsningar|mvh"
    r"|(?:um )?abraços?|pozdrawiam|pozdrowienia)(?:[,.!]*|,\s*\w[\w. -]{0,30}|\s+(?P<name>\w[\w. -]{0,30}))\s*$",
    re.IGNORECASE,
)
# Said to the readers of a mail rather than of a talk.
_TO_READERS = re.compile(
    r"\b(?:ask(?: me)?|let me know|questions|happy to|feel free|reply|ping me|shout|write me|come by|sorry for|fragt|fragen"
    r"|meldet|bei mir|n'hésitez pas|demandez|dites-moi|preguntad?|preguntas|avisad|domande|chiedete|vragen|frågor)\b"
    rf"|\b(?:next|nächste[sn]?|prochaine?|próxim[oa])\s+(?:{_CONFERENCE})\b",
    re.IGNORECASE,
)
_AUTHOR = re.compile(
    r"^\W*(?:From|Von|De|Da|Author|Autor(?:in)?|Auteure?|Autore)\s?:[ \t]*([^<\n]{2,60})", re.MULTILINE
)
_OPENING = 1500  # characters in which a recap names its author
_LONGEST_SIGNATURE = 60
_LONGEST_FAREWELL = 300
_LAST_PIECES = 6  # pieces that may be a mail's last words
_TODO = re.compile(
    r"(?:to[- ]?dos?|action items?|follow[- ]?ups?|aufgaben?|à faire|pendientes?|da fare|a fazer)\b\W*[:：–—-]",
    re.IGNORECASE,
)
_TIME = r"\d{1,2}[:.h]\d{2}"
_BREAK = re.compile(
    rf"\W*{_TIME}(?:\s*[-–—]\s*{_TIME})?\W*(?:{either('headings', 'breaks')})(?![^\W\d_])", re.IGNORECASE
)
_CLOCK = re.compile(rf"\W*{_TIME}\b")
_LONGEST_BREAK = 120


def authors_of(text: str, named: str = "") -> frozenset[str]:
    """Return how the author of a recap may sign it, in small letters: by the full name or the first one."""
    names = [named, *(match[1] for match in _AUTHOR.finditer(text, 0, _OPENING))]
    full = {" ".join(name.lower().split()).strip("\"' ") for name in names}
    return frozenset(full | {name.split()[0] for name in full if name}) - {""}


def outside_marks(marks: Sequence[Mark], pieces: Sequence[Piece]) -> list[Mark]:
    """Find the lines behind a talk's notes that are about none: a break at its time, and to-dos that the notes' list leaves out.

    Args:
        marks: All marks, sorted by start.
        pieces: All pieces, in order.
    """
    found: list[Mark] = []
    section: Mark | None = None
    starts = [piece.start for piece in pieces]
    for at, mark in enumerate(marks):
        if mark.kind != "talk":
            section = mark if mark.kind == "section" and mark.resumes is None else section
            continue
        stop = marks[at + 1].start if at + 1 < len(marks) else pieces[-1].end
        own = pieces[max(bisect_left(starts, mark.start + 1) - 1, 0) : bisect_left(starts, stop)]
        last = _last_of_notes(own)
        leaving = next((own[n] for n in range(1, len(own)) if _is_outside(own, n, last)), None)
        if leaving is not None and not mark.alone and not mark.prose:
            title = section.title if section else ""
            found.append(Mark(leaving.start, "section", title, "section", role="return", resumes=section))
    return found


def _last_of_notes(own: Sequence[Piece]) -> int:
    """Return the place of the last piece of a talk that is neither in a list nor a to-do."""
    ending = takewhile(lambda piece: piece.kind in {"bullet", "rule"} or _is_todo(piece), reversed(own))
    return len(own) - 1 - sum(1 for _ in ending)


def _is_outside(own: Sequence[Piece], at: int, last: int) -> bool:
    """Return whether a line stands beside its talk, not in its notes, and is a break, or a to-do that ends them."""
    title, piece = own[0], own[at]
    beside = piece.kind == "paragraph" or (title.kind == "bullet" and piece.block.level <= title.block.level)
    if not beside or piece.kind not in {"paragraph", "bullet"}:
        return False
    if _BREAK.match(piece.text) and len(piece.text) <= _LONGEST_BREAK:
        # In notes without times it may be a line of somebody's bad day.
        return bool(_CLOCK.match(title.text)) or piece.kind == "paragraph"
    listed = own[at - 1].kind in {"bullet", "rule"} and at > 1
    return listed and at >= last and _is_todo(piece)


def _is_todo(piece: Piece) -> bool:
    return _TODO.match(SYMBOLS.sub(" ", piece.text).lstrip(" -*[]xX")) is not None


def closing_mark(
    marks: Sequence[Mark], pieces: Sequence[Piece], authors: frozenset[str] = frozenset()
) -> Mark | None:
    """Find the paragraphs at the end of the last talk that take leave, and give them to the recap itself.

    Args:
        marks: All marks, sorted by start; the first one is the recap's own section, or a talk.
        pieces: All pieces, in order.
        authors: How the recap may be signed.
    """
    if len(marks) < _MOST or marks[-1].kind != "talk" or marks[-1].alone:
        return None
    last = marks[-1]
    first = bisect_left([piece.start for piece in pieces], last.start + 1)
    tail = [
        piece
        for piece in pieces[first:][-_LAST_PIECES:]
        if not any(start <= piece.start < end for start, end in last.heading)
    ]
    leaving = _signed(tail, authors) or _taking_leave(tail[-_MOST:])
    if leaving is None:
        return None
    own = marks[0] if marks[0].kind == "section" and not marks[0].days else None
    return Mark(
        leaving.start,
        "section",
        own.title if own else "",
        "section",
        role="return",
        resumes=own,
        closes_day=True,
    )


def _taking_leave(tail: Sequence[Piece]) -> Piece | None:
    for at, piece in enumerate(tail):
        if all(one.kind in {"paragraph", "rule"} for one in tail[at:]) and (
            _CLOSES.match(piece.text) or _CLOSES_LATER.match(piece.text)
        ):
            return piece
    return None


def _signed(tail: Sequence[Piece], authors: frozenset[str]) -> Piece | None:
    """Return where the last words of a signed recap begin: a farewell or the author's name, and what leads to it."""
    at = next((at for at in range(len(tail)) if _signs(tail[at:], authors)), None)
    if at is None:
        return None
    while at > 0 and _leads_out(tail[at - 1], tail[at]):
        at -= 1
    return tail[at]


def _signs(rest: Sequence[Piece], authors: frozenset[str]) -> bool:
    """Return whether the rest of a recap is its signature, whose first lines may stand in the same paragraph."""
    if any(piece.kind != "paragraph" for piece in rest) or len(rest[0].text) > _LONGEST_FAREWELL:
        return False
    lines = [line.strip() for piece in rest for line in piece.text.strip().split("\n")]
    if len(lines[-1]) > _LONGEST_SIGNATURE:
        return False
    own = len(rest) == 1 and len(lines) > 1
    named = lines[-1].lower().strip(" -–—~/.,!*_") in authors
    parted = any(_is_farewell(line, authors) for line in (lines if own else lines[:1]))
    short = all(len(line) <= _LONGEST_SIGNATURE for line in lines[1:])
    return (named and len(rest) == 1) or (parted and short)


def _is_farewell(line: str, authors: frozenset[str]) -> bool:
    """Return whether a line is "Cheers," or "Cheers, Ann"; without the comma the name has to be the author's: "Best practices"."""
    match = _FAREWELL.match(line)
    return match is not None and (match["name"] is None or match["name"].lower().strip(" .") in authors)


def _leads_out(piece: Piece, following: Piece) -> bool:
    """Return whether a paragraph is a signed recap's last one: in one stretch with the signature, or said to its readers."""
    words = piece.text.rstrip()
    if piece.kind != "paragraph" or len(words) > _LONGEST_FAREWELL:
        return False
    joined = following.start - (piece.start + len(words)) <= 1
    said = _TO_READERS.search(words) or _CLOSES.match(words) or _CLOSES_LATER.match(words) or _is_todo(piece)
    return joined or bool(said)
