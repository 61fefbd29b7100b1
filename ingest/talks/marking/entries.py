"""Talks that take one line of a list or one row of a table."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ingest.talks.lines.headers import names_next
from ingest.talks.lines.people import ACCEPT, parse_people
from ingest.talks.lines.pieces import Piece, linked
from ingest.talks.lines.places import read_place
from ingest.talks.lines.talk_links import is_talk_page, kind_of_link, names_material, own_links
from ingest.talks.lines.titles import Style, Title, read_title, stacked
from ingest.talks.marking.marks import Mark

_MATERIAL_TAIL = re.compile(
    r"[\s:：,;|()\[\]–—-]*(?:\b(?:slides?|video|recording|deck|abstract|notes|audio|code|vidéo|folien)\b[\s,;|()\[\]/&–—-]*)+$",
    re.IGNORECASE,
)
_MATERIAL_PARTS = ("slide", "video", "recording", "deck", "abstract", "notes", "audio", "code", "folien")
_CELLS = re.compile(r"\t|\s*\|\s*| {3,}")
_HEADS = {
    "title": re.compile(r"talk|title|session|titre|vortrag|titel|subject|topic|タイトル", re.IGNORECASE),
    "speakers": re.compile(
        r"speakers?|presenters?|who|by|intervenants?|referent|sprecher|登壇者|発表者", re.IGNORECASE
    ),
    "day": re.compile(r"day|date|jour|tag|when", re.IGNORECASE),
}
_LEAST_ENTRIES = 2
_NEVER = 9.0  # more than any certainty
_NAMES_FIRST = Style(right=_NEVER, left=ACCEPT, by=_NEVER)
_SHORT = 200  # a paragraph of entries, not of prose
_SHARE = 0.5  # of a list's top-level bullets that must show evidence


def find_entries(pieces: Sequence[Piece], ordinary: frozenset[str]) -> list[Mark]:
    """Find lists whose entries are talks, and tables with a talk a row.

    Args:
        pieces: Pieces in order that belong to no talk yet.
        ordinary: Words that the recap writes in lower case.
    """
    marks: list[Mark] = []
    style = _habit(pieces, ordinary)
    at = 0
    while at < len(pieces):
        end = at + 1
        while (
            end < len(pieces)
            and pieces[end].kind == pieces[at].kind
            and pieces[end].number == pieces[end - 1].number + 1
        ):
            end += 1
        short = all(linked(p) or p.marked() or len(p.text) < _SHORT for p in pieces[at:end])
        if pieces[at].kind == "bullet" or (pieces[at].kind == "paragraph" and short):
            marks += _list_marks(pieces[at:end], ordinary, style)
        elif pieces[at].kind == "table_row":
            marks += _table_marks(pieces[at:end], ordinary)
        at = end
    return marks


def _habit(pieces: Sequence[Piece], ordinary: frozenset[str]) -> Style | None:
    """Learn from linked entries that surely begin with a speaker that the others do too."""
    entries = (_entry(piece, ordinary) for piece in pieces if linked(piece))
    return (
        _NAMES_FIRST
        if sum(entry is not None and entry[0].side == "left" for entry in entries) >= _LEAST_ENTRIES
        else None
    )


def _list_marks(bullets: Sequence[Piece], ordinary: frozenset[str], style: Style | None) -> list[Mark]:
    level = min(piece.block.level for piece in bullets)
    top = [piece for piece in bullets if piece.block.level == level]
    read = [(piece, entry) for piece in top if (entry := _entry(piece, ordinary, style)) is not None]
    if len(read) < _LEAST_ENTRIES or len(read) < _SHARE * len(top):
        return []
    return [_mark(piece, title, links) for piece, (title, links) in read]


def _entry(
    piece: Piece, ordinary: frozenset[str], style: Style | None = None
) -> tuple[Title, dict[str, str]] | None:
    """Read a bullet as "Title (Speaker): [Slides], [Video]", None where nothing proves that it is one."""
    text = piece.text.split("\n", 1)[0] if len(piece.text) > 400 else piece.text
    if len(text) > 500:
        return None
    labelled = [
        (link.url, piece.text[link.start - piece.start : link.end - piece.start]) for link in piece.links
    ]
    material = [(url, words) for url, words in labelled if names_material(words) and kind_of_link(url, words)]
    titled = [
        (url, words)
        for url, words in labelled
        if is_talk_page(url) and not names_material(words) and len(words.split()) >= 3 and "://" not in words
    ]
    cut = min(
        (
            link.start - piece.start
            for link, (_, words) in zip(piece.links, labelled, strict=True)
            if names_material(words)
        ),
        default=len(text),
    )
    first = next(
        (
            link
            for link, (url, _) in zip(piece.links, labelled, strict=True)
            if (url, labelled[0][1]) in titled
        ),
        None,
    )
    if first is not None and first.start - piece.start <= 2:
        text = text[: first.end - piece.start]  # what follows the linked title is a remark
    front = stacked(_without_material(text[:cut]).strip(" :,-–—|(["), ordinary)
    title = read_title(front, ordinary)
    if style and (linked(piece) or names_next(piece.text, ordinary)):
        first_named = read_title(front, ordinary, style)
        title = first_named if first_named.people else title
    if title.people is None and (parted := re.match(r"(?P<title>.+?)\s*\((?P<names>[^()]+)\)$", front)):
        people = parse_people(parted["names"], ordinary, listing=True)
        title = (
            Title(read_title(parted["title"]).text, people, "right", title.kind)
            if people and people.certainty >= ACCEPT
            else title
        )
    named = (
        title.people is not None
        and title.side in {"right", "left"}
        and (bool(title.signs & {"quoted", "by"}) or linked(piece) or names_next(piece.text, ordinary))
    )
    if (
        not (material or titled or named)
        or title.side == "only"
        or len(title.text.split()) < (1 if title.people else 2)
    ):
        return None
    return title, own_links(material + titled)


def _without_material(text: str) -> str:
    """Cut "[Slides], [Video]" off the end."""
    if text.isascii() and not any(part in text.lower() for part in _MATERIAL_PARTS):
        return text
    return _MATERIAL_TAIL.sub("", text)


def _mark(piece: Piece, title: Title, links: dict[str, str]) -> Mark:
    mark = Mark(piece.start, "talk", title.text, title.kind, title.people, links, certainty=0.9)  # type: ignore[arg-type]
    mark.heading = [(piece.start, piece.end)]
    return mark


def _table_marks(rows: Sequence[Piece], ordinary: frozenset[str]) -> list[Mark]:
    columns = _columns(rows[0]) if rows else {}
    if "title" not in columns or len(rows) < 2:
        return []
    marks = []
    for piece in rows[1:]:
        cells = _cells(piece.text)
        words = _cell(cells, columns, "title")
        title = read_title(words, ordinary)
        if len(title.text) < 3 or not re.search(r"[^\W\d_]", title.text):
            continue
        place = read_place(words)
        if place is not None and title.people is None:
            # "Lunch" ends the talk before it.
            marks.append(
                Mark(
                    piece.start,
                    "section",
                    title.text,
                    "section",
                    role=place.role,
                    heading=[(piece.start, piece.end)],
                )
            )
            continue
        who = _cell(cells, columns, "speakers")
        people = title.people or (parse_people(who, ordinary, labelled=True, listing=True) if who else None)
        links = own_links(
            (link.url, piece.text[link.start - piece.start : link.end - piece.start]) for link in piece.links
        )
        mark = _mark(piece, Title(title.text, people, "right", title.kind), links)
        mark.heading = [(piece.start, piece.start + _heading_end(cells, columns))]
        marks.append(mark)
    return marks


def _cells(row: str) -> list[tuple[int, int, str]]:
    """Split a row into its cells with their places."""
    lead = len(row) - len(row.lstrip("| \t"))
    cells, at = [], lead
    for match in [*_CELLS.finditer(row.rstrip("| \t"), lead), None]:
        end = match.start() if match else len(row.rstrip("| \t"))
        cells.append((at, end, row[at:end].strip()))
        at = match.end() if match else end
    return cells


def _cell(cells: Sequence[tuple[int, int, str]], columns: Mapping[str, int], name: str) -> str:
    at = columns.get(name, len(cells))
    return cells[at][2] if at < len(cells) else ""


def _heading_end(cells: Sequence[tuple[int, int, str]], columns: Mapping[str, int]) -> int:
    """Give where the cells of title, speakers and day end: what follows are notes."""
    last = max(columns.values())
    notes = [start for start, _, words in cells[last + 1 :] if len(words.split()) > 1]
    return notes[0] if notes else max(end for _, end, _ in cells) + 2


def _columns(head: Piece) -> dict[str, int]:
    cells = _CELLS.split(head.text.strip().strip("|").strip())
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        for name, pattern in _HEADS.items():
            if name not in found and pattern.match(cell.strip()) and len(cell.split()) <= 3:
                found[name] = at
                break
    return found
