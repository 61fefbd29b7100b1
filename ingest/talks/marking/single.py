"""Files that are notes on one talk: its title, speakers and links stand in the front matter or under the first heading."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.conferences.event_mentions import parse_events
from index.languages.words import either
from ingest.links import LinkKind, kind_of_link, kinds_named, own_links, valid_url
from ingest.loaders.blocks import LoadedRecap
from ingest.talks.evidence.candidates import Candidate, find_candidates
from ingest.talks.lines.bylines import read_byline
from ingest.talks.lines.headers import body_links
from ingest.talks.lines.heading_words import kind_of
from ingest.talks.lines.names import ACCEPT
from ingest.talks.lines.people import People, parse_people
from ingest.talks.lines.pieces import Piece
from ingest.talks.lines.places import is_filler
from ingest.talks.lines.titles import Style, read_title
from ingest.talks.marking.marks import Mark, talk_mark

Meta = Mapping[str, str | tuple[str, ...]]

_SPEAKERS = re.compile(rf"(?:{either('bylines', 'labels')})", re.IGNORECASE)
_COMPANY = re.compile(rf"(?:{either('bylines', 'company')})", re.IGNORECASE)
_WIKI_LINK = re.compile(r"\[\[(?:[^\[\]|]*\|)?([^\[\]|]*)\]\]")
_SEVERAL = 2  # proven titles below: then it is no single talk
_LEAST_WORDS = 2
_SPOKEN = frozenset({"transcript", "conversation"})
_NAMED_FILE = Style(right=ACCEPT, left=ACCEPT)
_ENDING = re.compile(r"\.[A-Za-z][\w-]{1,9}$")
_VIDEO_ID = re.compile(r"\s*[\[(][\w-]{11}[\])]\s*$")  # as download tools append it
_OPENING = 12  # pieces under the title that may hold its links


def single_talk(
    recap: LoadedRecap, pieces: Sequence[Piece], candidates: Sequence[Candidate], ordinary: frozenset[str]
) -> Mark | None:
    """Return the mark of the one talk that a file is about, None where it is about several or about none.

    Args:
        recap: The file, with its name and front matter.
        pieces: All pieces, in order.
        candidates: Its headings that may be titles.
        ordinary: Words that the recap writes in lower case.
    """
    first = next((piece for piece in pieces if piece.kind != "rule"), None)
    if first is None:
        return None
    return (
        _from_front_matter(recap.meta, first, candidates, ordinary)
        or _from_recording(recap, first, candidates, ordinary)
        or _from_first_heading(pieces, candidates)
        or _from_first_line(first, candidates, ordinary)
    )


def speakers_of(meta: Meta, ordinary: frozenset[str] = frozenset()) -> People | None:
    """Read the speakers that front matter names: `speaker: Ann Bee`, `speakers: [Ann Bee, Carl Dee]`."""
    for key, value in meta.items():
        if not _SPEAKERS.fullmatch(key.replace("_", " ")) or not value:
            continue
        names = value if isinstance(value, tuple) else (value,)
        line = "; ".join(_WIKI_LINK.sub(r"\1", name) for name in names)
        people = parse_people(line, ordinary, labelled=True, listing=True)
        if people is not None:
            company = _value(meta, _COMPANY)
            if company and not any(people.affiliations):
                people = People(people.names, (company,) * len(people.names), people.certainty)
            return people
    return None


def _value(meta: Meta, pattern: re.Pattern[str]) -> str:
    """Return the first single value whose key matches."""
    found = next(
        (v for k, v in meta.items() if isinstance(v, str) and pattern.fullmatch(k.replace("_", " "))), ""
    )
    return _WIKI_LINK.sub(r"\1", found).strip()


def _links(meta: Meta) -> dict[str, str]:
    """Read the links that front matter names by their kind: `video: https://...`."""
    links: dict[str, str] = {}
    for key, value in meta.items():
        url = valid_url(value) if isinstance(value, str) else None
        kind: LinkKind | None = next(kinds_named(key.replace("_", " ")), None)
        if url is not None and kind is not None:
            links.setdefault(kind_of_link(url, key.replace("_", " ")) or kind, url)
    return links


def _from_front_matter(
    meta: Meta, first: Piece, candidates: Sequence[Candidate], ordinary: frozenset[str]
) -> Mark | None:
    title = meta.get("title", "")
    people = speakers_of(meta, ordinary)
    says_so = isinstance(kind := meta.get("type", ""), str) and kind.lower() in {"talk", "session", "keynote"}
    headed = candidates[0] if candidates and candidates[0].piece is first else None
    if not isinstance(title, str) or not (title or headed) or not (people or says_so):
        return None
    if sum(candidate.proven for candidate in candidates if candidate is not headed) >= _SEVERAL:
        return None
    mark = Mark(first.start, "talk", title.strip() or headed.title.text if headed else title.strip())
    if headed is not None and _same(headed.title.text, mark.title):
        mark = talk_mark(headed, 1.0)
        mark.kind, mark.title = "talk", mark.title or title
    mark.people = people or mark.people
    mark.links = _links(meta) | mark.links
    mark.talk_kind = _kind(meta, mark.title)  # type: ignore[assignment]
    mark.remarks = []
    return mark


def _from_recording(
    recap: LoadedRecap, first: Piece, candidates: Sequence[Candidate], ordinary: frozenset[str]
) -> Mark | None:
    """Read a transcript as the talk that its file is named after: "Title - Speaker - Conference 2024 [id].en.vtt"."""
    if recap.format not in _SPOKEN or any(c.strong and c.level for c in candidates):
        return None
    stem = recap.recap_id.rsplit("/", 1)[-1]
    while match := _ENDING.search(stem):
        stem = stem[: match.start()]
    named = recap.meta.get("title") or _VIDEO_ID.sub("", stem.replace("_", " "))
    title = read_title(named, ordinary, _NAMED_FILE) if isinstance(named, str) else None
    if (
        title is None
        or len(title.text.split()) < _LEAST_WORDS
        or not (title.people or recap.meta.get("title"))
    ):
        return None
    mark = Mark(first.start, "talk", title.text, title.kind, title.people, certainty=0.9)  # type: ignore[arg-type]
    mark.second = first.block.second
    mark.remarks.append("named after its file")
    return mark


def _kind(meta: Meta, title: str) -> str:
    named = " ".join(
        value for key in ("kind", "type", "format") if isinstance(value := meta.get(key, ""), str)
    )
    return kind_of(named, title)


def _same(heading: str, title: str) -> bool:
    a, b = heading.casefold().strip(), title.casefold().strip()
    return not b or a == b or a in b or b in a


def _from_first_heading(pieces: Sequence[Piece], candidates: Sequence[Candidate]) -> Mark | None:
    """Read a file whose one first-level heading is a talk's title, its link below it, and topics as sections."""
    if not candidates or candidates[0].piece is not next(p for p in pieces if p.kind != "rule"):
        return None
    first, others = candidates[0], candidates[1:]
    alone = first.level > 0 and all(other.level > first.level for other in others)
    if not alone or first.place is not None or any(other.strong for other in others) or first.strong:
        return None
    words = first.title.text.split()
    if (
        len(words) < 2
        or parse_events(first.piece.text)
        or any(is_filler(w) and w[0].isupper() for w in words[:1] + words[-1:])
    ):
        return None
    end = others[0].piece.number if others else len(pieces)
    opening = pieces[first.piece.number + 1 : min(end, first.piece.number + 1 + _OPENING)]
    links = body_links(opening) or own_links(
        (link.url, "") for piece in opening for link in piece.links if len(piece.text.split()) <= 4
    )
    people = next((found for piece in opening[:3] if (found := read_byline(piece.text)) is not None), None)
    if not (links.keys() & {"video", "slides", "schedule"}) and people is None:
        return None
    mark = talk_mark(first, 0.9)
    mark.links, mark.people, mark.remarks = links, people, []
    return mark


def _from_first_line(first: Piece, candidates: Sequence[Candidate], ordinary: frozenset[str]) -> Mark | None:
    """Read a file whose first plain line is a talk's title, where no heading proves another."""
    plain = first.kind == "paragraph" and "\n" not in first.text.strip()
    if not plain or any(candidate.strong for candidate in candidates):
        return None
    found = find_candidates([first], ordinary, plain=True)
    if not found or not found[0].signs & {"code", "people", "byline", "quoted"}:
        return None
    return talk_mark(found[0], 1.0 if found[0].proven else 0.8)
