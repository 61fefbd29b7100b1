"""Lines that may be a title: explicit headings and, in plain text, lines that look like one, with their evidence."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ingest.links import is_talk_page, kind_of_link, names_material, own_links
from ingest.talks.lines.bylines import is_labelled, is_property, read_byline
from ingest.talks.lines.headers import Header, opening_speaker, page_of, read_header
from ingest.talks.lines.name_words import TITLE_SMALL_WORDS
from ingest.talks.lines.names import ACCEPT, SURE
from ingest.talks.lines.people import People, parse_people
from ingest.talks.lines.pieces import Piece, linked
from ingest.talks.lines.places import Place, read_place
from ingest.talks.lines.titles import Style, Title, part_title, read_title, stacked

_LONGEST_TITLE = 260
_LONGEST_PLAIN = 170
_POINTER = re.compile(
    r"(?:slides?|sources?|see(?: also)?|video|recording|links?|resources?|github|demo|code|repo|docs?|further reading|article"
    r"|paper|note|todo)\s*:",
    re.IGNORECASE,
)
# A tool's own name, small as its makers write it: "kube-thing by Quay".
_TOOL = re.compile(r"(?=\S*[a-z])\S+ (?:by|from) [A-Z]\S*(?: [A-Z]\S*){0,2}|[a-z]+(?:[-_.][a-z0-9]+)+")
_COMMAND = re.compile(
    r"<[A-Za-z_-]+>|\s--\w|\s-[a-z]\s|[{}\\;]\s*$|\s\|\s+[a-z]+\b|\s&&\s|^[A-Z]{3,}\s+(?:\./|/|[a-z]+ [+-]{1,2}\w)|\$\{?\w|\w=\S"
)
_TIMES = re.compile(r"[\d\s:.h–—-]*\d[:.h]\d\d[\d\s:.h–—-]*(?:[ap]\.?m\.?|uhr)?", re.IGNORECASE)
_SENTENCES = re.compile(r"[^\W\d_]{2}[.。!?]\s+\S")
_SENTENCE_END = re.compile(r"[.,;…:]\s*$")
_SURE_NAME = 0.85  # a known given name, or a name with role and company
_SAMPLE = 500  # titles that teach a habit
_NEVER = 9.0  # more than any certainty
_HABIT = 2  # headings that name speakers, one of them surely, make it the recap's habit
_HABIT_UNSURE = 4  # without a sure one


@dataclass(slots=True)
class Candidate:
    """A line that may be a title."""

    piece: Piece
    level: int  # 0: a plain line
    title: Title
    header: Header
    place: Place | None
    signs: set[str] = field(default_factory=set)

    @property
    def people(self) -> People | None:
        """Return the speakers: the by-line's before the heading's."""
        return self.header.people or self.title.people

    @property
    def strong(self) -> bool:
        """Return whether the line's own words or its by-line prove that it is a talk."""
        return bool(self.signs)

    @property
    def proven(self) -> bool:
        """Return whether speakers, a link or a number prove it, not only its wording."""
        return bool(self.signs & {"people", "byline", "link", "number"})


def find_candidates(pieces: Sequence[Piece], ordinary: frozenset[str], *, plain: bool) -> list[Candidate]:
    """List the recap's candidates in order.

    Args:
        pieces: All pieces.
        ordinary: Words that the recap writes in lower case.
        plain: Plain lines are considered too, since the recap has no headings worth the name.
    """
    chosen = [
        piece
        for piece in pieces
        if piece.kind == "heading"
        or (plain and (looks_like_title(piece) or _numbered_title(pieces, piece, ordinary)))
        or _day_line(piece)
    ]
    chosen = [piece for piece in chosen if len(piece.text) <= _LONGEST_TITLE]
    style = _habit(chosen, ordinary)
    read = {piece.number: _read(pieces, piece, ordinary, style) for piece in chosen}
    candidates = _apart(chosen, read)
    if sum(candidate.header.bare for candidate in candidates) < _HABIT:
        return candidates
    # The habit of names alone under titles shows only after a few, and holds for the first ones too.
    for piece in chosen:
        if read[piece.number].header.people is None:
            read[piece.number] = _read(pieces, piece, ordinary, style, expected=True)
    return _apart(chosen, read)


def _apart(chosen: Sequence[Piece], read: Mapping[int, Candidate]) -> list[Candidate]:
    """List the candidates that are no by-line of another one."""
    candidates: list[Candidate] = []
    taken = -1
    for piece in chosen:
        if piece.number >= taken:
            candidate = read[piece.number]
            taken = candidate.header.following if candidate.signs else -1
            candidates.append(candidate)
    return candidates


def _habit(chosen: Sequence[Piece], ordinary: frozenset[str]) -> Style:
    """Learn on which side of the title this recap names speakers.

    One sure name says that names stand there, and then a shape that could be a name will do; many such shapes
    on one side say it without any sure one.
    """
    parted = [part_title(stacked(piece.text, ordinary), ordinary) for piece in chosen[:_SAMPLE]]
    right = [one.right for one in parted if one.right >= ACCEPT and one.right > one.left]
    left = [one.left for one in parted if one.left >= ACCEPT and one.left > one.right]
    only = [
        one.whole.certainty for one in parted if one.whole is not None and one.whole.certainty >= _SURE_NAME
    ]
    comma = [one.comma for one in parted if one.comma >= ACCEPT and not (one.right or one.left)]
    colon = [one.colon for one in parted if one.colon >= ACCEPT and not (one.right or one.left)]
    default = Style()
    return Style(
        colon=ACCEPT if _shows_habit(colon, [*right, *left]) else default.colon,
        comma=ACCEPT if _shows_habit(comma, [*right, *left]) else default.comma,
        right=ACCEPT if _shows_habit(right, left) else default.right,
        left=ACCEPT + 0.05 if _shows_habit([*left, *only], right) else default.left,
        names_first=len(left) > len(right),
    )


def _shows_habit(side: Sequence[float], other: Sequence[float]) -> bool:
    """Return whether enough headings have names on this side rather than on the other."""
    sure = sum(certainty >= SURE for certainty in side)
    return len(side) >= (_HABIT if sure else _HABIT_UNSURE) and len(side) > len(other)


def _read(
    pieces: Sequence[Piece], piece: Piece, ordinary: frozenset[str], style: Style, *, expected: bool = False
) -> Candidate:
    header = read_header(pieces, piece.number, ordinary, expected=expected)
    title = read_title(stacked(piece.text, ordinary), ordinary, style)
    if header.people is not None and title.people is not None and not _same(header.people, title.people):
        title = read_title(stacked(piece.text, ordinary), ordinary, Style(_NEVER, _NEVER, _NEVER, _NEVER))
    named = _linked_people(piece, ordinary)
    if named is not None and title.people is None:
        title = named
    place = _place(piece, title, header)
    candidate = Candidate(piece, piece.block.level if piece.kind == "heading" else 0, title, header, place)
    candidate.signs = _signs(candidate)
    if place is None:
        for kind, url in own_links((link.url, "") for link in piece.links).items():
            header.links.setdefault(kind, url)
        if (page := page_of(piece, title.text)) is not None:
            header.links.setdefault("schedule", page)
    if candidate.people is None and candidate.level and place is None and header.following < len(pieces):
        header.people = opening_speaker(pieces[header.following], ordinary, linked_only=True)
        if header.people is not None:
            candidate.signs.add("opening")
    return candidate


def _place(piece: Piece, title: Title, header: Header) -> Place | None:
    """Read the line as a place, unless speakers make it a talk."""
    place = read_place(piece.text) or (read_place(title.text) if title.signs & {"clock", "number"} else None)
    named = title.people or header.people
    if place is not None and named and (place.role not in {"day", "event"} or place.guessed):
        return None
    if place is not None:
        header.people = None  # under the recap's own title stands its author
    return place


def _linked_people(piece: Piece, ordinary: frozenset[str]) -> Title | None:
    """Read a heading whose speaker is a link of his own: "Title - [Name](their page)"."""
    for link in piece.links:
        words = piece.text[link.start - piece.start : link.end - piece.start]
        before = piece.text[: link.start - piece.start].rstrip(" -–—|,:(*_")
        people = parse_people(piece.text[link.start - piece.start :].rstrip(" )"), ordinary)
        if (
            before
            and people
            and people.certainty >= ACCEPT
            and not is_talk_page(link.url)
            and not names_material(words)
        ):
            return Title(read_title(before, ordinary).text, people, "right")
    return None


def _same(byline: People, heading: People) -> bool:
    """Return whether by-line and heading name the same people; a sure heading counts in any case."""
    words = {word.lower() for name in byline.names for word in name.split()}
    return heading.certainty >= SURE + 0.1 or any(
        word.lower() in words for name in heading.names for word in name.split()
    )


def _signs(candidate: Candidate) -> set[str]:
    title, header, piece = candidate.title, candidate.header, candidate.piece
    signs = set(title.signs & {"clock", "number", "code", "quoted", "prefix", "by"})
    if signs & {"clock", "prefix"} and candidate.place is not None:
        signs.clear()  # "12:30 Lunch", "Keynote: Day 2"
    if signs == {"quoted"} and candidate.level == 0:
        signs.clear()
    if title.people is not None and not (title.side == "only" and candidate.level == 0):
        signs.add("people")  # a line that is a name alone is as often the page's author
    if header.people is not None:
        signs.add("byline")
    if header.links and candidate.place is None:
        signs.add("link")
    if (
        any(kind_of_link(link.url, "") and link.end > link.start for link in piece.links)
        and len(piece.text.split()) >= 3
    ):
        signs.add("link")
    return signs


def _day_line(piece: Piece) -> bool:
    """Return whether a short paragraph of its own says which day begins."""
    if (
        piece.kind != "paragraph"
        or len(piece.text.split()) > 7
        or len(piece.text) > 80
        or is_property(piece.text)
    ):
        return False
    place = read_place(piece.text.strip().rstrip(":"))
    return place is not None and place.role == "day"


def looks_like_title(piece: Piece) -> bool:
    """Return whether a plain line has the shape of a title: short, no sentence, a capital first."""
    words = piece.text.strip()
    if (
        piece.kind not in {"paragraph", "quote"}
        or not words
        or len(words) > _LONGEST_PLAIN
        or ("\n" in words and not linked(piece))
        or is_property(words)
    ):
        return False
    first = next((ch for ch in words if ch.isalnum()), "")
    if (
        not first
        or (first.islower() and words.split()[0].islower() and not _TOOL.fullmatch(words))
        or words[0] in "→>-=*|`$#"
        or "://" in words
    ):
        return False
    if piece.links and _SENTENCES.search(words) and not linked(piece):
        return False  # notes with a link at their end
    if _POINTER.match(words) or _COMMAND.search(words) or _TIMES.fullmatch(words):
        return False
    return not _SENTENCE_END.search(words) or read_place(words.rstrip(":")) is not None


def _numbered_title(pieces: Sequence[Piece], piece: Piece, ordinary: frozenset[str]) -> bool:
    """Return whether a numbered line, a list's entry by its look, is a title: its speaker is named on a line of his own below."""
    if (
        piece.kind != "bullet"
        or piece.block.level
        or "\n" in piece.text.strip()
        or piece.number + 1 >= len(pieces)
    ):
        return False
    below = pieces[piece.number + 1]
    return (
        below.kind == "paragraph"
        and is_labelled(below.text)
        and read_byline(below.text, ordinary) is not None
    )


def title_case(words: str) -> float:
    """Measure the share of a line's content words that begin with a capital."""
    tokens = [token.strip("“”\"'‘’()[],:;!?") for token in words.split()]
    content = [
        token
        for token in tokens
        if token and token.lower() not in TITLE_SMALL_WORDS and any(ch.isalpha() for ch in token)
    ]
    if not content:
        return 0.0
    return sum(not token[0].islower() or any(ch.isupper() for ch in token) for token in content) / len(
        content
    )
