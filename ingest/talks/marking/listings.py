"""Talks that take one bullet each, by the habit of their list: title and speakers in the same order, or a title in bold."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from index.languages.words import either
from ingest.links import names_material, own_links
from ingest.talks.evidence.candidates import title_case
from ingest.talks.evidence.voice import is_own_remark
from ingest.talks.lines.bylines import is_labelled, is_material, read_byline
from ingest.talks.lines.headers import body_links, page_of
from ingest.talks.lines.name_words import TITLE_SMALL_WORDS
from ingest.talks.lines.names import ACCEPT, SURE
from ingest.talks.lines.people import parse_people
from ingest.talks.lines.pieces import Piece
from ingest.talks.lines.places import Place, read_place
from ingest.talks.lines.titles import Title, read_title
from ingest.talks.marking.entries import EITHER_SIDE, ahead_of_notes, notes_start
from ingest.talks.marking.marks import Mark
from ingest.talks.models import Span

_BRACKET = re.compile(r"\(([^()]{3,90})\)")
_DEEPEST_PLACES = 3  # levels of bullets among which days may stand
_SHORT_PLACE = 60
_NUMBER = re.compile(r"\(?(\d{1,3})[.)]")
_HABIT_LEAST = 3  # bullets that share the habit
_LEAST = 2  # entries below days, whose speakers are sure; numbers in a row; titles in bold
_HABIT_SHARE = 0.6
_TITLE_CASE = 0.6
_LONGEST = 200
_LEAST_WORDS = 2
_GATHERING = frozenset({"container", "day"})
_ASIDE = frozenset({"section", "aside", "elsewhere", "contents"})  # what stands there is about other things
_WITH = re.compile(rf"\W*(?:{either('bylines', 'with')})\s", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Entry:
    """A bullet read as a talk."""

    piece: Piece
    title: Title
    heading: tuple[Span, ...]

    @property
    def sure(self) -> bool:
        """Return whether its speakers are surely people."""
        return self.title.people is not None and self.title.people.certainty >= SURE

    @property
    def met(self) -> bool:
        """Return whether "with" parts title and speaker, as in "A long chat with Ann Bee", which is no talk."""
        at = self.piece.text.find(self.title.text)
        return at >= 0 and _WITH.match(self.piece.text, at + len(self.title.text)) is not None


def find_listings(
    pieces: Sequence[Piece], taken: frozenset[int], ordinary: frozenset[str], roles: Mapping[int, str]
) -> list[Mark]:
    """Find entries that have a title and speakers in the same order, or a title in bold, in bullets of one level.

    Args:
        pieces: Pieces in order that belong to no talk yet; notes may stand between the entries.
        taken: Where the entries begin that prove themselves.
        ordinary: Words that the recap writes in lower case.
        roles: The role of the heading that a piece stands under, by the piece's number.
    """
    bullets = [piece for piece in pieces if piece.kind == "bullet" and piece.start == piece.block.start]
    numbered = _numbered([piece for piece in bullets if piece.block.level == 0])
    places, rows = ([], [numbered]) if numbered else _nested(_rows(bullets, pieces))
    reader = _EntryReader({piece.number: piece for piece in bullets}, ordinary, roles)
    marks = list(places)
    left: list[tuple[list[Piece], list[_Entry]]] = []  # rows that show no habit alone
    for row in rows:
        gathered = bool(places) or roles.get(row[0].number) in _GATHERING
        free = [piece for piece in row if piece.start not in taken]
        read = _without_met(
            [entry for piece in free if (entry := reader.read(piece, gathered=gathered)) is not None]
        )
        if len(free) < len(row):
            marks += [_mark(entry) for entry in read if entry.sure]  # the others of the list have proven it
        elif _is_habit(read, len(row), _LEAST if row is numbered else _HABIT_LEAST):
            marks += [_mark(entry) for entry in read]
        elif bold := _bold_entries(row, ordinary, gathered):
            marks += [_mark(entry) for entry in bold]
        elif read:
            left.append((row, read))
    shown = bool(taken) or any(mark.kind == "talk" for mark in marks)
    marks += [_mark(entry) for entry in _scattered(left, roles, shown=shown, days=bool(places))]
    return marks if any(mark.kind == "talk" for mark in marks) or len(places) > 1 else []


def _without_met(read: Sequence[_Entry]) -> list[_Entry]:
    """Drop the entries that name whom somebody was with, unless the list names its speakers so."""
    met = sum(entry.met for entry in read)
    return [entry for entry in read if not entry.met or 2 * met > len(read) >= _HABIT_LEAST]


def _is_habit(read: Sequence[_Entry], bullets: int, least: int) -> bool:
    """Return whether enough bullets name their speakers on one side; where all speakers are sure, either side will do."""
    sure = all(entry.sure for entry in read)
    least = min(least, _LEAST) if sure else least
    one_sided = len({entry.title.side for entry in read}) == 1
    return len(read) >= max(least, _HABIT_SHARE * bullets) and (one_sided or sure)


def _scattered(
    left: Sequence[tuple[Sequence[Piece], Sequence[_Entry]]],
    roles: Mapping[int, str],
    *,
    shown: bool,
    days: bool,
) -> list[_Entry]:
    """Choose among the entries of lists that are too short, or too full of notes, to show a habit alone.

    Args:
        left: The bullets of each list with those of them that read as entries.
        roles: As in `find_listings`.
        shown: Another list of the recap shows the habit.
        days: Bullets name the days.
    """
    below = [
        (row, read) for row, read in left if days or roles.get(row[0].number) in _GATHERING
    ]  # "Thursday": what is listed there with its speakers are the day's talks, whatever stands between them
    told = [entry for _, read in below for entry in read if entry.sure]
    if len(told) >= (1 if shown else _LEAST):
        return told
    read = [entry for _, entries in left for entry in entries]
    bullets = sum(len(row) for row, _ in left)
    enough = len(read) >= max(1 if shown else _HABIT_LEAST, _HABIT_SHARE * bullets)
    one_sided = len({entry.title.side for entry in read}) == 1
    return read if enough and one_sided and all(entry.sure for entry in read) else []


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
    return place if place is not None and place.role in _GATHERING else None


def _bold_entries(row: Sequence[Piece], ordinary: frozenset[str], gathered: bool) -> list[_Entry]:
    """Read bullets that each begin with a title in bold and go on with notes.

    Under a heading that gathers talks any such title will do; elsewhere they have to look like titles, for many
    lists set their key words in bold.
    """
    read = [(piece, title) for piece in row if (title := _bold_title(piece, ordinary)) is not None]
    if len(read) < max(_LEAST, _HABIT_SHARE * len(row)):
        return []
    words = [title.text.split() for _, title in read]
    titled = sum(len(w) >= 3 and title_case(" ".join(w)) >= _TITLE_CASE for w in words)
    if titled < (0.5 if gathered else 0.9) * len(words) or (not gathered and len(words) < _HABIT_LEAST):
        return []
    return [_entry(piece, title, _first_line(piece)) for piece, title in read]


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
    return row if len(row) >= _LEAST else []


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


@dataclass(frozen=True, slots=True)
class _EntryReader:
    """Reads a bullet as a talk: its first line, its first line as far as the notes, or its line with the next one."""

    bullets: Mapping[int, Piece]  # by number
    ordinary: frozenset[str]
    roles: Mapping[int, str]

    def read(self, piece: Piece, *, gathered: bool) -> _Entry | None:
        """Read a bullet; `gathered` where it stands below a day or the like."""
        line = piece.text.partition("\n")[0]
        aside = not gathered and self.roles.get(piece.number) in _ASIDE
        return (
            self._with_notes(piece, line, aside=True)
            or self._line(piece, line, aside=aside, gathered=gathered)
            or self._with_notes(piece, line, aside=aside)
            or self._stacked(piece, line)
        )

    def _line(self, piece: Piece, line: str, *, aside: bool, gathered: bool) -> _Entry | None:
        """Read a line that is a title with its speakers and nothing else."""
        words = line.strip()
        if len(words) > _LONGEST or words.endswith((".", ":", ";")):
            return None
        title = read_title(words, self.ordinary, EITHER_SIDE)
        small = gathered and words.islower()
        return (
            _entry(piece, title, _first_line(piece)) if _is_entry(title, aside=aside, small=small) else None
        )

    def _with_notes(self, piece: Piece, line: str, *, aside: bool) -> _Entry | None:
        """Read a line that goes on with notes; behind "Ann Bee: Knots - they slip" only `aside` says that it may."""
        for title, notes in ahead_of_notes(line, self.ordinary):
            if (title.side == "right" or not aside) and _is_entry(title, aside=aside):
                return _entry(piece, title, piece.start + notes)
        return None

    def _stacked(self, piece: Piece, line: str) -> _Entry | None:
        """Read a title with its speakers on the line below, or in the first bullet below."""
        words = line.strip()
        below = piece.text[len(line) + 1 :].partition("\n")[0]
        title = read_title(words, self.ordinary)
        if title.people or len(title.text.split()) < _LEAST_WORDS or words.endswith((".", ":", ";", ",")):
            return None
        if below.strip():
            heading: tuple[Span, ...] = ((piece.start, piece.start + len(line) + 1 + len(below)),)
        else:
            under = self.bullets.get(piece.number + 1)
            if under is None or under.block.level != piece.block.level + 1 or "\n" in under.text.strip():
                return None
            below, heading = under.text, ((piece.start, piece.end), (under.start, under.end))
        people = read_byline(below, self.ordinary)
        if people is None or (people.certainty < SURE and not is_labelled(below)):
            return None
        return _Entry(piece, replace(title, people=people, side="right"), heading)


def _entry(piece: Piece, title: Title, end: int) -> _Entry:
    return _Entry(piece, title, ((piece.start, end),))


def _first_line(piece: Piece) -> int:
    line = piece.text.find("\n")
    return piece.start + line if line >= 0 else piece.end


def _is_entry(title: Title, *, aside: bool, small: bool = False) -> bool:
    """Return whether a title and its speakers are a talk, and not two things that a dash or a bracket parts."""
    words = [word for word in title.text.split() if word.lower() not in TITLE_SMALL_WORDS]
    capitals = sum(not word[:1].islower() for word in words)
    least = 1 if "quoted" in title.signs else _LEAST_WORDS
    if title.people is None or title.side not in {"left", "right"} or len(words) < least:
        return False
    return capitals >= _TITLE_CASE * len(words) or _surely_titled(title, aside=aside, small=small)


def _surely_titled(title: Title, *, aside: bool, small: bool) -> bool:
    """Return whether "Cranes in the cloud - Ann Bee" needs no capitals: it begins with one, and its speaker is sure.

    "Ann Bee: Cranes in the cloud" may be what she said or who she is, but not where the recap lists its talks.
    """
    people = title.people
    begins = bool(title.text) and (small or not title.text[:1].islower())
    sure = people is not None and people.certainty >= SURE
    return begins and sure and (title.side == "right" or (not aside and not is_own_remark(title.text)))


def _mark(entry: _Entry) -> Mark:
    piece, title = entry.piece, entry.title
    links = body_links([piece]) | _lines_links(piece)
    if (page := page_of(piece, title.text)) is not None:
        links.setdefault("schedule", page)
    mark = Mark(piece.start, "talk", title.text, title.kind, title.people, links, certainty=0.8)  # type: ignore[arg-type]
    mark.heading = list(entry.heading)
    if len(entry.heading) == 1 and entry.heading[0][1] == _first_line(piece):
        mark.heading = [(piece.start, notes_start(piece, title) or entry.heading[0][1])]
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
