"""Lists whose habit proves them: numbered entries, and bullets that all name a speaker and a title."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.talks.lines.bylines import is_material
from ingest.talks.lines.headers import body_links
from ingest.talks.lines.name_words import TITLE_SMALL_WORDS
from ingest.talks.lines.people import ACCEPT, SURE
from ingest.talks.lines.pieces import Piece
from ingest.talks.lines.talk_links import own_links
from ingest.talks.lines.titles import Style, Title, read_title
from ingest.talks.marking.marks import Mark

_NUMBER = re.compile(r"\(?(\d{1,3})[.)]")
_LEAST = 3  # bullets that share the habit
_LEAST_NUMBERED = 2  # numbers in a row are a habit of their own
_SHARE = 0.6
_TITLE_CASE = 0.6
_LONGEST = 200
_HABIT = Style(right=ACCEPT, left=ACCEPT)


def find_listings(pieces: Sequence[Piece], taken: frozenset[int], ordinary: frozenset[str]) -> list[Mark]:
    """Find entries that have a title and speakers in the same order, in bullets of one level.

    Args:
        pieces: Pieces in order that belong to no talk yet; notes may stand between the entries.
        taken: Where the entries begin that prove themselves.
        ordinary: Words that the recap writes in lower case.
    """
    bullets = [
        piece
        for piece in pieces
        if piece.kind == "bullet" and piece.block.level == 0 and piece.start == piece.block.start
    ]
    numbered = _numbered(bullets)
    rows = [numbered] if numbered else _rows(bullets, pieces)
    marks: list[Mark] = []
    for row in rows:
        least = _LEAST_NUMBERED if row is numbered else _LEAST
        read = [(piece, title) for piece in row if (title := _entry(piece, ordinary)) is not None]
        sides = {title.side for _, title in read}
        if (
            len(read) >= max(least, _SHARE * len(row))
            and len(sides) == 1
            and not any(piece.start in taken for piece in row)
        ):
            marks += [_mark(piece, title) for piece, title in read]
    return marks


def _numbered(bullets: Sequence[Piece]) -> list[Piece]:
    """Give the bullets that are numbered in a row from 1, whatever stands between them."""
    row: list[Piece] = []
    for piece in bullets:
        number = _NUMBER.fullmatch(piece.block.marker)
        if number and int(number[1]) == len(row) + 1:
            row.append(piece)
        elif number and int(number[1]) == 1:
            return []  # two lists: steps of something rather than the recap's talks
    return row if len(row) >= _LEAST_NUMBERED else []


def _rows(bullets: Sequence[Piece], pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group the bullets that only deeper bullets part."""
    kinds = {piece.number: piece.kind for piece in pieces}
    rows: list[list[Piece]] = []
    for piece in bullets:
        last = rows[-1][-1] if rows else None
        if last is not None and all(
            kinds.get(number) == "bullet" for number in range(last.number + 1, piece.number)
        ):
            rows[-1].append(piece)
        else:
            rows.append([piece])
    return rows


def _entry(piece: Piece, ordinary: frozenset[str]) -> Title | None:
    """Read an entry's first line as a title with its speakers."""
    line = piece.text.split("\n", 1)[0].strip()
    if len(line) > _LONGEST or line.endswith((".", ":", ";")):
        return None
    title = read_title(line, ordinary, _HABIT)
    words = [word for word in title.text.split() if word.lower() not in TITLE_SMALL_WORDS]
    capitals = sum(not word[:1].islower() for word in words)
    if (
        title.people is None
        or title.side not in {"left", "right"}
        or len(words) < 2
        or capitals < _TITLE_CASE * len(words)
    ):
        return None
    return title if title.side == "right" or title.people.certainty >= min(SURE, ACCEPT) else None


def _mark(piece: Piece, title: Title) -> Mark:
    links = body_links([piece]) | _lines_links(piece)
    mark = Mark(piece.start, "talk", title.text, title.kind, title.people, links, certainty=0.8)  # type: ignore[arg-type]
    line = piece.text.find("\n")
    mark.heading = [(piece.start, piece.start + line if line >= 0 else piece.end)]
    return mark


def _lines_links(piece: Piece) -> dict[str, str]:
    """Collect the links of lines that hold nothing else: "https://www.youtube.com/watch?v=...", "Slides: ..."."""
    found: list[tuple[str, str]] = []
    for link in piece.links:
        at = link.start - piece.start
        first = piece.text.rfind("\n", 0, at) + 1
        end = piece.text.find("\n", at)
        line = piece.text[first : end if end >= 0 else len(piece.text)]
        if first and is_material(line):
            found.append((link.url, line))
    return own_links(found)
