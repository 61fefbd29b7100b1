"""Talks that take one line of a list or one row of a table, by their own evidence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from index.languages.words import either
from ingest.links import is_talk_page, kind_of_link, names_material, own_links
from ingest.talks.evidence.candidates import title_case
from ingest.talks.lines.headers import names_next, page_of
from ingest.talks.lines.names import ACCEPT, SURE
from ingest.talks.lines.people import People, parse_people
from ingest.talks.lines.pieces import Piece, linked
from ingest.talks.lines.places import read_place
from ingest.talks.lines.titles import Style, Title, read_title, stacked
from ingest.talks.marking.marks import Mark

_MATERIAL = "|".join(either("links", kind) for kind in ("slides", "video", "schedule", "code"))
_MATERIAL_TAIL = re.compile(
    rf"[\s:：,;|()\[\]–—-]*(?<!\w)(?:(?:{_MATERIAL})(?!\w)[\s,;|()\[\]/&–—-]*)+$", re.IGNORECASE
)
_MAY_END = re.compile(rf"(?<!\w)(?:{_MATERIAL})\W*$", re.IGNORECASE)
# A line without links is an entry by quotation marks, by its by-word, or by a company in brackets over a title.
_MAY_NAME = re.compile(rf"[“\"„«「『]|\)\s*\n|\s(?:{either('bylines', 'by')})\s", re.IGNORECASE)
_SENTENCES = re.compile(r"[^\W\d_]{2}[.!?。]\s+\S")
# Where an entry may go on with notes.
_GOES_ON = re.compile(r"(?<=[)\]）”\"»])\s*[:：;.,–—-]*\s+(?=\S)|[:：.;!?]\s+|\s+[–—-]+\s+|\s*→\s*|\s*\n\s*")
_MOST_BEHIND = 3  # words behind the last link of an entry
_CELLS = re.compile(r"\t|\s*\|\s*| {3,}")
_HEADS = {
    name: re.compile(rf"(?:{either('tables', name)})(?![^\W\d_])", re.IGNORECASE)
    for name in ("title", "speakers", "day")
}
_LEAST_ENTRIES = 2
_TAIL = 30  # characters at a line's end that may name slides or a recording
_NEVER = 9.0  # more than any certainty
_NAMES_FIRST = Style(right=_NEVER, left=ACCEPT, by=_NEVER)
_SHORT_PLACE = 60
_SHORT = 200  # a paragraph of entries, not of prose
_SHARE = 0.5  # of a list's top-level bullets that must show evidence
_HABIT_LEAST = 3  # bullets that share the habit
_LEAST_NOTES = 3  # words behind an entry that are notes on it
_MOST_PARTS = 6  # places of a line at which its notes may begin
_FIRST_NOTES = 12  # words that tell notes from the rest of a title
_TITLE_CASE = 0.6
_LONGEST = 200
EITHER_SIDE = Style(right=ACCEPT, left=ACCEPT, comma=SURE)


def find_entries(pieces: Sequence[Piece], ordinary: frozenset[str]) -> list[Mark]:
    """Find lists whose entries are talks, and tables with a talk a row.

    Args:
        pieces: Pieces in order that belong to no talk yet.
        ordinary: Words that the recap writes in lower case.
    """
    marks: list[Mark] = []
    style = _habit(pieces, ordinary)
    parted: list[Piece] = []  # bullets that each have paragraphs of their own below
    at = 0
    while at < len(pieces):
        end = _run_end(pieces, at)
        short = all(linked(p) or p.marked() or len(p.text) < _SHORT for p in pieces[at:end])
        if end == at + 1 and pieces[at].kind == "bullet" and not pieces[at].block.level:
            parted.append(pieces[at])
        elif pieces[at].kind == "bullet" or (pieces[at].kind == "paragraph" and short):
            marks += _list_marks(pieces[at:end], ordinary, style)
        elif pieces[at].kind == "table_row":
            marks += _table_marks([piece for piece in pieces[at:end] if piece.kind == "table_row"], ordinary)
        at = end
    return [*marks, *_list_marks(parted, ordinary, style)] if len(parted) >= _HABIT_LEAST else marks


def _run_end(pieces: Sequence[Piece], at: int) -> int:
    """Return where the pieces of one kind end that begin at `at`; lists in a table's cells stand between its rows."""
    table = pieces[at].kind == "table_row"
    end = at + 1
    for number in range(at + 1, len(pieces)):
        if pieces[number].number != pieces[number - 1].number + 1:
            break
        if pieces[number].kind == pieces[at].kind:
            end = number + 1
        elif not table or pieces[number].kind != "bullet":
            break
    return end


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
    return [_mark(piece, title, links, notes) for piece, (title, links, notes) in read]


def _entry(
    piece: Piece, ordinary: frozenset[str], style: Style | None = None
) -> tuple[Title, dict[str, str], int] | None:
    """Read a bullet as "Title (Speaker): [Slides], [Video]", None where nothing proves that it is one.

    Returns:
        The title, the links, and where notes behind the speaker begin, 0 where none do.
    """
    text = piece.text.split("\n", 1)[0] if len(piece.text) > 400 else piece.text
    if len(text) > 500 or not (piece.links or _MAY_NAME.search(text)) or _is_prose(piece):
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
        behind = read_title(_without_material(text[:cut]), ordinary)
        linked_words = text[: first.end - piece.start]
        # What follows the linked title is its speaker, or a remark.
        if behind.people is None or behind.side != "right" or behind.text != read_title(linked_words).text:
            text = linked_words
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
    notes = 0
    ahead = None if piece.links else next(ahead_of_notes(text, ordinary), None)
    if ahead is not None and ahead[0].side == "right" and ahead[0].signs & {"quoted", "by"}:
        title, notes = ahead
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
    return title, own_links(material + titled), notes


def _is_prose(piece: Piece) -> bool:
    """Return whether a paragraph is one of running text: it has several sentences, or goes on behind its last link."""
    if piece.kind != "paragraph" or linked(piece) or piece.marked():
        return False
    behind = piece.text[piece.links[-1].end - piece.start :] if piece.links else ""
    return _SENTENCES.search(piece.text) is not None or len(behind.split()) > _MOST_BEHIND


def _without_material(text: str) -> str:
    """Cut "[Slides], [Video]" off the end."""
    return _MATERIAL_TAIL.sub("", text) if _MAY_END.search(text, max(0, len(text) - _TAIL)) else text


def _mark(piece: Piece, title: Title, links: dict[str, str], notes: int = 0) -> Mark:
    if (page := page_of(piece, title.text)) is not None:
        links.setdefault("schedule", page)
    mark = Mark(piece.start, "talk", title.text, title.kind, title.people, links, certainty=0.9)  # type: ignore[arg-type]
    mark.heading = [(piece.start, piece.start + notes if notes else notes_start(piece, title) or piece.end)]
    return mark


def ahead_of_notes(line: str, ordinary: frozenset[str]) -> Iterator[tuple[Title, int]]:
    """Read what stands before the notes of a line that goes on with notes behind an entry: the title, and where they begin.

    "Knots (Ann Bee, Quay) - they slip", "Knots by Ann Bee: they slip", or the notes on a line of their own.
    """
    for found in islice(_GOES_ON.finditer(line), _MOST_PARTS):
        head, notes = line[: found.start()].strip(), line[found.end() :]
        if len(head) > _LONGEST:
            return
        title = read_title(head, ordinary, EITHER_SIDE)
        sure = title.people is not None and title.people.certainty >= SURE
        if sure and ("\n" in found[0] or _are_notes(notes, ordinary)):
            yield title, found.end()


def _are_notes(words: str, ordinary: frozenset[str]) -> bool:
    """Return whether words behind a speaker are notes, and no company or second speaker."""
    first = words.split()[:_FIRST_NOTES]
    return (
        len(first) >= _LEAST_NOTES
        and title_case(" ".join(first)) < _TITLE_CASE
        and parse_people(words, ordinary) is None
    )


def notes_start(piece: Piece, title: Title) -> int:
    """Return where the notes begin that an entry has behind its speakers and a colon, 0 where there are none."""
    last = title.people.names[-1] if title.people and title.side != "left" else ""
    at = piece.text.rfind(last) if last else -1
    head, _, notes = piece.text[at:].partition(": ") if at > 0 else ("", "", "")
    head = head if len(notes.split()) >= _LEAST_NOTES else ""
    return piece.start + at + len(head) + 2 if head and len(head) < len(last) + _SHORT_PLACE else 0


def _table_marks(rows: Sequence[Piece], ordinary: frozenset[str]) -> list[Mark]:
    columns = _columns(rows[0]) if rows else {}
    if "title" not in columns or len(rows) < 2 or _is_contents(rows[1:]):
        return []
    named = sum(bool(_cell(_cells(piece.text), columns, "speakers")) for piece in rows[1:])
    marks = []
    for piece in rows[1:]:
        cells = _cells(piece.text)
        words, who = _cell(cells, columns, "title"), _cell(cells, columns, "speakers")
        title = read_title(words, ordinary)
        if len(title.text) < 3 or not re.search(r"[^\W\d_]", title.text):
            continue
        place = read_place(words)
        people = title.people or (_cell_people(who, ordinary) if who else None)
        # "Lunch" ends the talk before it, and so does what nobody gave and nothing is noted of.
        idle = people is None and named > 1 and not _noted(cells, columns)
        if title.people is None and (place is not None or idle):
            mark = Mark(
                piece.start, "section", title.text, "section", role=place.role if place else "section"
            )
            mark.heading = [(piece.start, piece.end)]
            marks.append(mark)
            continue
        links = own_links(
            (link.url, piece.text[link.start - piece.start : link.end - piece.start]) for link in piece.links
        )
        mark = _mark(piece, Title(title.text, people, "right", title.kind), links)
        mark.heading = [(piece.start, piece.start + _heading_end(cells, columns))]
        marks.append(mark)
    return marks


def _cell_people(words: str, ordinary: frozenset[str]) -> People | None:
    """Read the people of a cell under "Speaker"; "all of us" are none."""
    people = parse_people(words, ordinary, listing=True)
    return people or (
        None if words[0].islower() else parse_people(words, ordinary, labelled=True, listing=True)
    )


def _noted(cells: Sequence[tuple[int, int, str]], columns: Mapping[str, int]) -> bool:
    return any(words for _, _, words in cells[max(columns.values()) + 1 :]) and "speakers" in columns


def _is_contents(rows: Sequence[Piece]) -> bool:
    """Return whether the rows only lead to headings of the same page."""
    inner = sum(any(link.url.startswith("#") for link in piece.links) for piece in rows)
    return 2 * inner > len(rows)


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
    """Return where the cells of title, speakers and day end: what follows are notes."""
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
