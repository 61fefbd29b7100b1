"""Words of a recap that are about no talk and no section: contents, pointers to other pages, counters, dates of updates."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.conferences.day_mentions import parse_days
from index.conferences.event_mentions import parse_events
from ingest.talks.lines.heading_words import is_contents, is_counter, leads_elsewhere
from ingest.talks.lines.pieces import Piece

_LONGEST_ENTRY = 160
_MAIL = re.compile(
    r"(?:From|To|Cc|Bcc|Subject|Date|Sent|Reply-To|Message-ID|List-Id|Von|An|Betreff|Datum|Gesendet|De|À|Objet|Envoyé|Para|Asunto"
    r"|Fecha|Da|A|Oggetto|Data|Assunto)\s?: \S"
)
_SUBJECT = re.compile(r"(?:Subject|Betreff|Objet|Asunto|Oggetto|Assunto)\s?:", re.IGNORECASE)
_LEAST_MAIL = 2
_ELSEWHERE = "points to other pages"
_LATE = 0.7  # of the pieces: what comes then can end the page
_TAIL = 8  # pieces at most that end a page after "You may also be interested in"


def find_furniture(pieces: Sequence[Piece]) -> list[tuple[Piece, str]]:
    """List the pieces that are furniture, with the reason."""
    mailed = _mail_header(pieces)
    signed = _signature(pieces) if mailed else ()
    body = pieces[: len(pieces) - len(signed)]
    return [
        *((piece, "the mail's header") for piece in mailed),
        *_page_furniture(body, len(mailed)),
        *((piece, "the mail's signature") for piece in signed),
    ]


def subject_of(pieces: Sequence[Piece]) -> str:
    """Return the subject of a recap that was sent by mail, "" where it was not."""
    found = next((piece.text for piece in _mail_header(pieces) if _SUBJECT.match(piece.text)), "")
    return found.partition(":")[2].strip()


def _page_furniture(pieces: Sequence[Piece], first: int) -> list[tuple[Piece, str]]:
    """List what belongs to the page rather than to the notes, from the piece `first` on."""
    found: list[tuple[Piece, str]] = []
    headings = {_key(piece.text) for piece in pieces if piece.kind == "heading"}
    reason = ""
    for number, piece in enumerate(pieces[first:], first):
        words = piece.text.strip()
        if piece.kind == "heading" or not words:
            reason = ""
            continue
        if piece.kind == "bullet" and not reason:
            continue
        if is_counter(words):
            found.append((piece, "a counter or date of the page"))
        elif is_contents(words) or leads_elsewhere(words.rstrip(".… ")):
            reason = "a table of contents" if is_contents(words) else _ELSEWHERE
            found.append((piece, reason))
            if reason == _ELSEWHERE and number >= _LATE * len(pieces) and _is_tail(pieces[number + 1 :]):
                return [*found, *((rest, reason) for rest in pieces[number + 1 :] if rest.kind != "rule")]
        elif reason and _listed(piece, reason, headings):
            found.append((piece, reason))
        else:
            reason = ""
    return found


def _mail_header(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return the lines "From: ...", "Subject: ..." that a recap begins with when it was sent by mail."""
    count = 0
    while count < len(pieces) and _MAIL.match(pieces[count].text):
        count += 1
    return pieces[:count] if count >= _LEAST_MAIL else ()


def _signature(pieces: Sequence[Piece]) -> Sequence[Piece]:
    """Return what stands behind the line of two dashes at a mail's end (RFC 3676, section 4.3)."""
    for number in range(len(pieces) - 1, max(len(pieces) - _TAIL, 0), -1):
        if pieces[number].text.strip() == "--":
            return pieces[number:]
    return ()


def _is_tail(rest: Sequence[Piece]) -> bool:
    """Return whether only a few short lines follow: the end of the page."""
    return len(rest) <= _TAIL and all(
        piece.kind != "heading" and len(piece.text) <= _LONGEST_ENTRY for piece in rest
    )


def _listed(piece: Piece, reason: str, headings: set[str]) -> bool:
    """Return whether a line below such an announcement still belongs to it."""
    words = piece.text.strip()
    if len(words) > _LONGEST_ENTRY:
        return False
    if reason == _ELSEWHERE:
        named = bool(parse_events(words)) and (bool(parse_days(words)) or len(words.split()) <= 10)
        return named or (
            bool(piece.links) and sum(link.end - link.start for link in piece.links) >= 0.8 * len(words)
        )
    return _key(words) in headings or (
        piece.kind == "bullet" and all(link.url.startswith("#") for link in piece.links) and bool(piece.links)
    )


def _key(words: str) -> str:
    return " ".join(words.split()).strip(" :#*").casefold()
