"""What stands directly under a title: by-line, links, time and room."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from index.conferences.day_mentions import DayMention, parse_days
from ingest.links import LinkKind, is_talk_page, kind_of_link, kinds_named, own_links
from ingest.talks.lines.affiliations import has_role
from ingest.talks.lines.bylines import (
    adds_people,
    is_fact,
    is_labelled,
    is_material,
    read_byline,
    read_company,
)
from ingest.talks.lines.names import SURE
from ingest.talks.lines.people import People, joined_people, parse_people
from ingest.talks.lines.pieces import Piece

_REACH = 6  # lines under a title that may belong to it
_MOTTO = 3  # lines under a title among which a motto may stand
_SHORT_LINE = 100
_LONGEST_LINE = 700
_SHORTEST_NAME = 5
_LEAST_TITLE = 4  # words
_LABEL_REACH = 40  # characters before a bare address that may say what it is
_SLIDES_REACH = 60
_LABEL_WORDS = 8
_COVERS = 0.8  # of the title's letters
_BULLETS = 5  # bullets among which "- speaker: X" is looked for
_PRESENTS = re.compile(
    r"\s*(?:\([^)]{2,60}\)|(?:from|of|at|with|,)\s+[^.,]{2,40},?)?\s*(?:then |also |first |again )?"
    r"(?:presented|presents|gave|gives|spoke|speaks|talked|talks|showed|shows|walked|explained|explains|shared|shares|discussed"
    r"|introduced|demonstrated"
    r"|demoed|led|opened|continued|kicked|started|closed|followed|took|told|covered|described|argued|was back|a présenté"
    r"|présente|stellte|zeigte|erklärte)\b"
)
_OPENING = re.compile(r"(?P<name>[A-ZÀ-Þ][\w.'’-]+(?:\s+(?:[a-z]{1,3}\s+)?[A-ZÀ-Þ][\w.'’-]+){1,3})")


@dataclass(slots=True)
class Header:
    """The lines under a title that belong to it."""

    people: People | None = None
    links: dict[str, str] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)
    following: int = 0  # number of the first piece after it
    announced: bool = False  # the by-line begins with a label or the like
    bare: bool = False  # the by-line is names alone, without a label
    days: tuple[DayMention, ...] = ()  # that its facts name: "day 1", "Date: June 3"
    company: str = ""  # "Company: Quay"


def read_header(
    pieces: Sequence[Piece], at: int, ordinary: frozenset[str], *, expected: bool = False
) -> Header:
    """Read the lines under the title that is piece `at`.

    Args:
        pieces: All pieces.
        at: The title's number.
        ordinary: Words that the recap writes in lower case.
        expected: This recap sets names alone under its titles, so that less certainty will do.
    """
    header = Header(following=at + 1)
    bulleted = False  # bullets that are neither facts nor links have begun
    for piece in pieces[at + 1 : at + 1 + _REACH]:
        below = (
            piece.kind == "heading"
            and pieces[at].kind == "heading"
            and piece.block.level > pieces[at].block.level
        )
        if not (below or piece.kind in {"paragraph", "bullet", "quote"}) or not _belongs(
            piece, header, ordinary, bulleted, expected
        ):
            if piece.kind in {"quote", "bullet"} and piece.number < at + _MOTTO and _is_aside(piece):
                continue
            break
        bulleted = bulleted or (piece.kind == "bullet" and not _is_header_line(piece.text))
        header.spans.append((piece.start, piece.end))
        header.following = piece.number + 1
    if header.people is None:
        header.people = _labelled_bullet(pieces, header.following, ordinary)
    if header.people is not None and header.company and not any(header.people.affiliations):
        people = header.people
        header.people = People(people.names, (header.company,) * len(people.names), people.certainty)
    return header


def _is_aside(piece: Piece) -> bool:
    """Return whether a line right under a title is a motto or a remark in brackets, behind which the by-line may follow."""
    words = piece.text.strip()
    return piece.kind == "quote" or (words.startswith("(") and words.endswith(")"))


def _is_header_line(words: str) -> bool:
    return is_fact(words) or is_material(words) or is_labelled(words)


def _belongs(piece: Piece, header: Header, ordinary: frozenset[str], bulleted: bool, expected: bool) -> bool:
    """Return whether a line belongs to the header, and take what it says."""
    words = piece.text.strip()
    if len(words) > _LONGEST_LINE:
        return False
    if piece.kind == "heading":
        header.people = header.people or read_byline(words, ordinary)
        return header.people is not None and not header.bare and not header.links
    material = is_material(words)
    if header.people is None and not material and not names_next(words, ordinary):
        bullet = piece.kind == "bullet"
        if bullet and (bulleted or piece.block.level) and not is_labelled(words):
            return False
        if _take_byline(piece, header, ordinary, marked=_set_off(piece) or (expected and not bullet)):
            return True
    if material:
        return _add_links(header, piece, words) or "://" not in words
    return _take_more(header, words, ordinary) or _take_fact(header, words)


def _take_more(header: Header, words: str, ordinary: frozenset[str]) -> bool:
    """Add the people of a second line: "Panelists: ..." below "Moderator: ..."."""
    if header.people is None or not header.announced or not adds_people(words):
        return False
    more = read_byline(words, ordinary)
    header.people = joined_people(header.people, more) if more else header.people
    return more is not None


def _take_byline(piece: Piece, header: Header, ordinary: frozenset[str], *, marked: bool) -> bool:
    words, bullet = piece.text.strip(), piece.kind == "bullet"
    people = read_byline(words, ordinary, marked=marked)
    if people is None:
        return False
    header.people = people
    _add_links(header, piece, words)
    header.announced = adds_people(words)
    header.bare = not is_labelled(words) and not bullet
    return True


def _take_fact(header: Header, words: str) -> bool:
    if not is_fact(words):
        return False
    header.days = header.days or parse_days(words)
    header.company = header.company or read_company(words) or ""
    return True


def names_next(words: str, ordinary: frozenset[str]) -> bool:
    """Return whether "Ann Bee (Quay)" and a title on the line below are the next talk, not this one's by-line."""
    head, _, rest = words.partition("\n")
    if "\n" in rest.strip() or not head.rstrip().endswith(")") or len(rest.split()) < _LEAST_TITLE:
        return False
    return (
        parse_people(head, ordinary) is not None
        and parse_people(rest, ordinary) is None
        and not has_role(rest)
    )


def _set_off(piece: Piece) -> bool:
    """Return whether the line is set in bold or italics, or a name at its start is: "**Ann Bee**, Quay"."""
    if not piece.block.strong and not piece.block.emphasis:
        return False
    if piece.kind == "bullet" or len(piece.text) > _SHORT_LINE or piece.marked():
        return piece.marked()
    lead = piece.start + len(piece.text) - len(piece.text.lstrip())
    return any(start <= lead and end - start > _SHORTEST_NAME for start, end in piece.block.strong)


def _add_links(header: Header, piece: Piece, words: str) -> bool:
    """Add the talk's own links that a line holds; tell whether there are any."""
    found = own_links(
        (link.url, words if "://" in words else piece.text[link.start - piece.start : link.end - piece.start])
        for link in piece.links
    )
    for kind, url in found.items():
        header.links.setdefault(kind, url)
    return bool(found)


def _labelled_bullet(pieces: Sequence[Piece], start: int, ordinary: frozenset[str]) -> People | None:
    """Find "- speaker: X" that stands among the notes."""
    for piece in pieces[start : start + _BULLETS]:
        if piece.kind not in {"bullet", "paragraph"}:
            return None
        if piece.kind == "bullet" and piece.block.level == 0 and is_labelled(piece.text):
            return read_byline(piece.text, ordinary)
    return None


def opening_speaker(piece: Piece, ordinary: frozenset[str], *, linked_only: bool = False) -> People | None:
    """Read the speaker from "[Name](their page) presented ...", the first words of the notes."""
    if piece.kind != "paragraph":
        return None
    lead = len(piece.text) - len(piece.text.lstrip())
    link_of_name = next(
        (link for link in piece.links if link.start == piece.start + lead and link.end > link.start), None
    )
    match = _OPENING.match(piece.text, lead)
    end = link_of_name.end - piece.start if link_of_name else (match.end("name") if match else 0)
    people = parse_people(piece.text[lead:end], ordinary) if end else None
    if people is None or len(people.names) > 2 or (link_of_name and is_talk_page(link_of_name.url)):
        return None
    said = bool(_PRESENTS.match(piece.text, end))
    if link_of_name:
        return people if said or people.certainty >= SURE else None
    return people if said and people.certainty >= SURE and not linked_only else None


def body_links(pieces: Sequence[Piece]) -> dict[str, str]:
    """Collect a talk's own links from its notes: those whose words or sentence say so."""
    links: dict[str, str] = {}
    for piece in pieces:
        for link in piece.links:
            offset = max(0, link.start - piece.start)
            words = piece.text[offset : link.end - piece.start]
            # "repo: https://..." says before the address what it is.
            label = words if "://" not in words else piece.text[max(0, offset - _LABEL_REACH) : offset]
            kind = kind_of_link(link.url, label)
            before = piece.text[max(0, offset - _SLIDES_REACH) : offset]
            embedded = link.start == link.end  # a player has no words
            if kind is not None and (embedded or _own(kind, label, before, link.url)):
                links.setdefault(kind, link.url)
    return links


def _own(kind: LinkKind, label: str, before: str, url: str) -> bool:
    """Only what is called the talk's slides, recording, code or page is its own; other addresses are references."""
    if kind == "slides" and "slides" in kinds_named(before) and is_talk_page(url):
        return True
    named = kind in kinds_named(label) or (kind == "video" and re.search(r"\btalk\b", label, re.IGNORECASE))
    return bool(named) and len(label.split()) <= _LABEL_WORDS


def page_of(piece: Piece, title: str) -> str | None:
    """Return the address that a whole title is linked to: whatever site it is, it is the talk's page."""
    for link in piece.links:
        words = " ".join(piece.text[link.start - piece.start : link.end - piece.start].split())
        covers = len(words) >= _COVERS * len(title) and (title in words or words in title)
        if title and covers and link.url.startswith(("http://", "https://")):
            return link.url
    return None
