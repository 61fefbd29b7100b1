"""Talks that take one line of a list or one row of a table: by their own evidence, or by the habit of their list."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from index.languages.words import either
from ingest.links import is_talk_page, kind_of_link, names_material, own_links
from ingest.talks.evidence.candidates import title_case
from ingest.talks.lines.bylines import is_material, read_byline
from ingest.talks.lines.headers import body_links, names_next, page_of
from ingest.talks.lines.name_words import TITLE_SMALL_WORDS
from ingest.talks.lines.people import ACCEPT, SURE, People, parse_people
from ingest.talks.lines.pieces import Piece, linked
from ingest.talks.lines.places import Place, read_place
from ingest.talks.lines.titles import Style, Title, read_title, stacked
from ingest.talks.marking.marks import Mark

_MATERIAL = "|".join(either("links", kind) for kind in ("slides", "video", "schedule", "code"))
_MATERIAL_TAIL = re.compile(
    rf"[\s:：,;|()\[\]–—-]*(?<!\w)(?:(?:{_MATERIAL})(?!\w)[\s,;|()\[\]/&–—-]*)+$", re.IGNORECASE
)
_MAY_END = re.compile(rf"(?<!\w)(?:{_MATERIAL})\W*$", re.IGNORECASE)
# A line without links is an entry by quotation marks, by its by-word, or by a company in brackets over a title.
_MAY_NAME = re.compile(rf"[“\"„«「『]|\)\s*\n|\s(?:{either('bylines', 'by')})\s", re.IGNORECASE)
_BRACKET = re.compile(r"\(([^()]{3,90})\)")
_SENTENCES = re.compile(r"[^\W\d_]{2}[.!?。]\s+\S")
_MOST_BEHIND = 3  # words behind the last link of an entry
_CELLS = re.compile(r"\t|\s*\|\s*| {3,}")
_HEADS = {
    name: re.compile(rf"(?:{either('tables', name)})(?![^\W\d_])", re.IGNORECASE)
    for name in ("title", "speakers", "day")
}
_LEAST_ENTRIES = 2
_TAIL = 30  # characters at a line's end that may name slides or a recording
_DEEPEST_PLACES = 3  # levels of bullets among which days may stand
_NEVER = 9.0  # more than any certainty
_NAMES_FIRST = Style(right=_NEVER, left=ACCEPT, by=_NEVER)
_SHORT_PLACE = 60
_SHORT = 200  # a paragraph of entries, not of prose
_SHARE = 0.5  # of a list's top-level bullets that must show evidence
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]")
_HABIT_LEAST = 3  # bullets that share the habit
_LEAST_NUMBERED = 2  # numbers in a row are a habit of their own
_HABIT_SHARE = 0.6
_TITLE_CASE = 0.6
_LONGEST = 200
_LEAST_NOTES = 3  # words behind an entry's colon that are notes on it
_EITHER_SIDE = Style(right=ACCEPT, left=ACCEPT, comma=SURE)


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
    return [_mark(piece, title, links) for piece, (title, links) in read]


def _entry(
    piece: Piece, ordinary: frozenset[str], style: Style | None = None
) -> tuple[Title, dict[str, str]] | None:
    """Read a bullet as "Title (Speaker): [Slides], [Video]", None where nothing proves that it is one."""
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
    if title.people is None and (head := _ahead_of_notes(front)):
        # "Seven Knots by Ann Bee: they slip": behind the names the notes begin.
        announced = read_title(head, ordinary)
        title = announced if "by" in announced.signs and announced.side == "right" else title
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


def _is_prose(piece: Piece) -> bool:
    """Return whether a paragraph is one of running text: it has several sentences, or goes on behind its last link."""
    if piece.kind != "paragraph" or linked(piece) or piece.marked():
        return False
    behind = piece.text[piece.links[-1].end - piece.start :] if piece.links else ""
    return _SENTENCES.search(piece.text) is not None or len(behind.split()) > _MOST_BEHIND


def _without_material(text: str) -> str:
    """Cut "[Slides], [Video]" off the end."""
    return _MATERIAL_TAIL.sub("", text) if _MAY_END.search(text, max(0, len(text) - _TAIL)) else text


def _mark(piece: Piece, title: Title, links: dict[str, str]) -> Mark:
    if (page := page_of(piece, title.text)) is not None:
        links.setdefault("schedule", page)
    mark = Mark(piece.start, "talk", title.text, title.kind, title.people, links, certainty=0.9)  # type: ignore[arg-type]
    mark.heading = [(piece.start, _notes_start(piece, title) or piece.end)]
    return mark


def _ahead_of_notes(text: str) -> str:
    """Return what stands before the colon behind which an entry goes on with notes, empty where none does."""
    head, _, notes = text.partition(": ")
    return head if len(notes.split()) >= _LEAST_NOTES else ""


def _notes_start(piece: Piece, title: Title) -> int:
    """Return where the notes begin that an entry has behind its speakers and a colon, 0 where there are none."""
    last = title.people.names[-1] if title.people and title.side != "left" else ""
    at = piece.text.rfind(last) if last else -1
    head = _ahead_of_notes(piece.text[at:]) if at > 0 else ""
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


def find_listings(
    pieces: Sequence[Piece],
    taken: frozenset[int],
    ordinary: frozenset[str],
    gathered: frozenset[int] = frozenset(),
) -> list[Mark]:
    """Find entries that have a title and speakers in the same order, or a title in bold, in bullets of one level.

    Args:
        pieces: Pieces in order that belong to no talk yet; notes may stand between the entries.
        taken: Where the entries begin that prove themselves.
        ordinary: Words that the recap writes in lower case.
        gathered: Numbers of the pieces under a heading that only gathers talks, such as a day's.
    """
    bullets = [piece for piece in pieces if piece.kind == "bullet" and piece.start == piece.block.start]
    top = [piece for piece in bullets if piece.block.level == 0]
    numbered = _numbered(top)
    marks: list[Mark] = []
    rows, places = [numbered], list[Mark]()
    if not numbered:
        places, rows = _nested(_rows(bullets, pieces))
        marks += places
    scattered: list[tuple[Piece, Title]] = []  # entries of lists too short to show a habit
    bullets_there = 0
    for row in rows:
        if any(piece.start in taken for piece in row):
            continue
        read = [(piece, title) for piece in row if (title := _habitual_entry(piece, ordinary)) is not None]
        sure = all(title.people and title.people.certainty >= SURE for _, title in read)
        least = _LEAST_NUMBERED if row is numbered or sure else _HABIT_LEAST
        if len(read) >= max(least, _HABIT_SHARE * len(row)) and len({title.side for _, title in read}) == 1:
            marks += [_habitual_mark(piece, title) for piece, title in read]
        elif row and (bold := _bold_marks(row, ordinary, row[0].number in gathered or bool(places))):
            marks += bold
        elif read:
            scattered += read
            bullets_there += len(row)
    sides = {title.side for _, title in scattered}
    sure = all(title.people and title.people.certainty >= SURE for _, title in scattered)
    shown = any(mark.kind == "talk" for mark in marks)  # another list of the recap shows the habit
    least = 1 if shown else _HABIT_LEAST
    if len(scattered) >= max(least, _HABIT_SHARE * bullets_there) and len(sides) == 1 and sure:
        marks += [_habitual_mark(piece, title) for piece, title in scattered]
    return marks if any(mark.kind == "talk" for mark in marks) or len(places) > 1 else []


def _nested(runs: Sequence[Sequence[Piece]]) -> tuple[list[Mark], list[list[Piece]]]:
    """Part runs of bullets into rows of one level; days and blocks of talks that are bullets themselves lead to the level below."""
    places: list[Mark] = []
    rows: list[list[Piece]] = []
    for run in runs:
        level, read = _level_of_places(run)
        if not read:
            rows.append([piece for piece in run if piece.block.level == level])
            continue
        rows.append([piece for piece in run if piece.block.level == level + 1])
        for piece in run:
            if piece.number in read:
                place = read[piece.number]
                mark = Mark(piece.start, "section", piece.text.strip(" :*"), "section", role=place.role)
                mark.heading, mark.days = [(piece.start, piece.end)], place.days
                places.append(mark)
    return places, [row for row in rows if row]


def _level_of_places(run: Sequence[Piece]) -> tuple[int, dict[int, Place]]:
    """Find the level whose bullets are days or blocks of talks; else return the highest level and none."""
    levels = sorted({piece.block.level for piece in run})
    for level in levels[:_DEEPEST_PLACES]:
        here = [piece for piece in run if piece.block.level == level]
        read = {piece.number: place for piece in here if (place := _gathers(piece)) is not None}
        if read and 2 * len(read) >= len(here) and level < levels[-1]:
            return level, read
    return levels[0], {}


def _gathers(piece: Piece) -> Place | None:
    """Read a bullet that is a day or a block of talks: "Day 1", "Keynotes"."""
    place = read_place(piece.text.strip().rstrip(":")) if len(piece.text) <= _SHORT_PLACE else None
    return place if place is not None and place.role in {"day", "container"} else None


def _bold_marks(row: Sequence[Piece], ordinary: frozenset[str], gathered: bool) -> list[Mark]:
    """Read bullets that each begin with a title in bold and go on with notes.

    Under a heading that gathers talks any such title will do; elsewhere they have to look like titles, for many
    lists set their key words in bold.
    """
    read = [(piece, title) for piece in row if (title := _bold_title(piece, ordinary)) is not None]
    if len(read) < max(_LEAST_ENTRIES, _HABIT_SHARE * len(row)):
        return []
    words = [title.text.split() for _, title in read]
    titled = sum(len(w) >= 3 and title_case(" ".join(w)) >= _TITLE_CASE for w in words)
    if titled < (0.5 if gathered else 0.9) * len(words) or (not gathered and len(words) < _HABIT_LEAST):
        return []
    return [_habitual_mark(piece, title) for piece, title in read]


def _bold_title(piece: Piece, ordinary: frozenset[str]) -> Title | None:
    lead = piece.start + len(piece.text) - len(piece.text.lstrip())
    span = next(((a, b) for a, b in piece.strong if a <= lead < b), None)
    if span is None:
        return None
    line = piece.text.split("\n", 1)[0]
    rest = line[span[1] - piece.start :].strip(" :.–—-")
    title = read_title(line[: span[1] - piece.start].strip(" :"), ordinary)
    if rest and title.people is None:
        bracket = _BRACKET.match(rest)
        # Behind the names the notes begin: "**Knots** (Ann Bee, Quay): they slip".
        names = bracket[1] if bracket else rest.split(":", 1)[0]
        people = parse_people(names, ordinary, listing=bool(bracket)) or read_byline(names, ordinary)
        title = replace(title, people=people if people and people.certainty >= ACCEPT else None)
    return title if title.text and not names_material(title.text) else None


def _numbered(bullets: Sequence[Piece]) -> list[Piece]:
    """Return the bullets that are numbered in a row from 1, whatever stands between them."""
    row: list[Piece] = []
    for piece in bullets:
        number = _NUMBER.fullmatch(piece.block.marker)
        if number and int(number[1]) == len(row) + 1:
            row.append(piece)
        elif number and int(number[1]) == 1:
            return []  # two lists: steps of something rather than the recap's talks
    return row if len(row) >= _LEAST_NUMBERED else []


def _rows(bullets: Sequence[Piece], pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Group the bullets that nothing but bullets stands between."""
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


def _habitual_entry(piece: Piece, ordinary: frozenset[str]) -> Title | None:
    """Read an entry's first line as a title with its speakers."""
    line = piece.text.split("\n", 1)[0].strip()
    if len(line) > _LONGEST or line.endswith((".", ":", ";")):
        return None
    title = read_title(line, ordinary, _EITHER_SIDE)
    words = [word for word in title.text.split() if word.lower() not in TITLE_SMALL_WORDS]
    capitals = sum(not word[:1].islower() for word in words)
    if (
        title.people is None
        or title.side not in {"left", "right"}
        or len(words) < 2
        or (capitals < _TITLE_CASE * len(words) and not _surely_titled(title))
    ):
        return None
    return title if title.side == "right" or title.people.certainty >= min(SURE, ACCEPT) else None


def _surely_titled(title: Title) -> bool:
    """Return whether "Cranes in the cloud - Ann Bee" needs no capitals: it begins with one, and its speaker is sure."""
    people = title.people
    return (
        title.side == "right"
        and not title.text[:1].islower()
        and people is not None
        and people.certainty >= SURE
    )


def _habitual_mark(piece: Piece, title: Title) -> Mark:
    links = body_links([piece]) | _lines_links(piece)
    if (page := page_of(piece, title.text)) is not None:
        links.setdefault("schedule", page)
    mark = Mark(piece.start, "talk", title.text, title.kind, title.people, links, certainty=0.8)  # type: ignore[arg-type]
    line = piece.text.find("\n")
    behind = piece.start + line if line >= 0 else piece.end
    mark.heading = [(piece.start, _notes_start(piece, title) or behind)]
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
