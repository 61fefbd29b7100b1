"""Talks that are named inside paragraphs: bold, quoted or linked titles, lost links, titles that the catalogue knows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.conferences.event_mentions import parse_events
from ingest.talks.evidence.runs import cut_at_and, find_runs
from ingest.talks.lines.people import ACCEPT, SURE, People, parse_people
from ingest.talks.lines.pieces import Piece
from ingest.talks.lines.talk_links import is_talk_page, kind_of_link, names_material
from ingest.talks.lines.titles import read_title
from ingest.talks.marking.marks import Mark

_BY = re.compile(
    r"[\s,”\"’'»*_]*(?:\((?=[A-ZÀ-Þ])|(?:(?:talk|session|one|presentation|workshop)\s+)?(?:by|from|von|par|de|with|mit)\s+)(?=\S)"
)
_HANDLE = re.compile(r"@[\w.]+\s*\((?=[A-ZÀ-Þ])")  # "by @annbee (Ann Bee)"
_QUOTED = re.compile(r"[“\"«„「](?P<title>[^“”\"«»„」]{6,160}?)[,.]?[”\"»“」]")
_NAMES_END = re.compile(
    r"\)|(?:(?<!\b[A-Z])\.|[;:!?])(?:\s|$)|,\s+(?=[a-z])|\s+(?=(?:which|who|where|that|was|is|about|on|at|for|talked|spoke"
    r"|explained|showed|gave|had)\b)"
)
_DASHED = re.compile(r"\s*[-–—:,]+\s+(?P<names>[A-ZÀ-Þ][^.:;!?\n]{3,90}?)(?:(?<!\b[A-Z])[.:;]|\n|$)")
_NOT_NAMES = re.compile(
    r"\s+(?!(?:and|et|und|y|from|at|of|de|da|di|van|von|der|den|la|le|bin|al|dos)\b)(?=[a-zà-ÿ])"
)
_LEAD = re.compile(
    r"(?P<title>[A-Z][^.!?\n]{3,70}?)\s+by\s+(?P<who>[A-Z][\w.&-]+(?:\s+[A-Z][\w.&-]+){0,2})[.:]\s+(?=[A-Z])"
)
_WATCHED = re.compile(
    r"\b(?:watched|saw|see|hear|heard|with|had)\s+(?P<names>[A-ZÀ-Þ][^.!?;:]{2,70}?)\s+(?:talk|speak|present|explain|was back"
    r"|is back|show|discuss|give|go over)"
)
_SUBJECT = re.compile(
    r"(?:^|[.!?…]\s+|\b[Bb]ut\s+|\b[Aa]nd\s+)(?P<names>(?!But |And |So |Then )[A-ZÀ-Þ][\w.’'-]+(?:\s+(?:&|and|et"
    r"|und)\s+[A-ZÀ-Þ][\w.’'-]+|\s+[A-ZÀ-Þ][\w.’'-]+){1,5}"
    r"(?:\s+from\s+[A-ZÀ-Þ][\w.&-]+(?:\s+[A-ZÀ-Þ][\w.&-]+)?)?)\s+(?:is back|was back|has,|has\b|show(?:ed|s)?|present(?:ed|s)?"
    r"|talk(?:ed|s)?|gave|gives|explain(?:ed|s)?)"
)
_SEVERAL = re.compile(
    r"\b(?:two|three|next|both|couple of|deux|zwei)\s+(?:\w+\s+){0,2}(?:talks|sessions|keynotes|presentations|vorträge)\b",
    re.IGNORECASE,
)
_ON = re.compile(
    r"(?:next|then|after (?:that|lunch)|later|finally|afterwards|lunch|i took|ensuite|danach)\b.{0,30}",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?…]+[”\"’')\]]*\s+")
_RUN_SCORE = 0.55
_MOST_TITLE_WORDS = 30


@dataclass(frozen=True, slots=True)
class _Named:
    """A title inside a paragraph."""

    start: int  # characters of the piece's text
    end: int
    title: str
    people: People | None
    links: Mapping[str, str]
    certainty: float


def find_named(
    pieces: Sequence[Piece],
    ordinary: frozenset[str],
    known: Mapping[str, Sequence[str]],
    *,
    lost: bool,
    keynotes: bool,
) -> list[Mark]:
    """Find the talks that the paragraphs name.

    Args:
        pieces: Paragraphs that belong to no talk yet.
        ordinary: Words that the recap writes in lower case.
        known: Titles of the catalogue by their first word, folded.
        lost: The recap names its talks in running text only, so that capitalised runs count.
        keynotes: The paragraphs stand in a block of keynotes.
    """
    marks: list[Mark] = []
    for piece in pieces:
        if piece.kind not in {"paragraph", "bullet"} or len(piece.text) > 20_000:
            continue
        named = _in_piece(piece, ordinary, known, lost=lost, keynotes=keynotes)
        marks += _marks(piece, named, keynotes=keynotes)
        if not named and lost and marks and piece.kind == "paragraph" and _ON.match(piece.text.strip()):
            marks.append(Mark(piece.start, "section", "", "section", role="interlude"))
    return marks


def _in_piece(
    piece: Piece, ordinary: frozenset[str], known: Mapping[str, Sequence[str]], *, lost: bool, keynotes: bool
) -> list[_Named]:
    named = [*_marked(piece, ordinary), *_known(piece.text, known)]
    if keynotes and (lead := _lead(piece.text, ordinary)):
        named.append(lead)
    if lost and not named and piece.kind == "paragraph":
        named += _lost(piece.text)
    kept: list[_Named] = []
    for one in sorted(named, key=lambda n: (n.start, -n.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _marked(piece: Piece, ordinary: frozenset[str]) -> Iterator[_Named]:
    """Find bold, quoted and linked titles that prove themselves by a speaker or by where the link leads."""
    text = piece.text
    bold = [
        (a - piece.start, b - piece.start)
        for a, b in piece.block.strong
        if piece.start <= a and b <= piece.end
    ]
    slanted = [
        (a - piece.start, b - piece.start)
        for a, b in piece.block.emphasis
        if piece.start <= a and b <= piece.end
    ]
    quoted = [match.span("title") for match in _QUOTED.finditer(text)]
    for start, end in [*bold, *slanted, *quoted]:
        people = _people_after(text, end, ordinary) or (
            _people_behind_dash(text, end, ordinary) if not text[:start].strip() else None
        )
        if people is not None and 0 < len(text[start:end].split()) <= _MOST_TITLE_WORDS:
            yield _Named(start, end, _clean(text[start:end]), people, _links_in(piece, start, end), 0.9)
    for link in piece.links:
        start, end = link.start - piece.start, link.end - piece.start
        words = text[start:end]
        if (
            is_talk_page(link.url)
            and len(words.split()) >= 3
            and "://" not in words
            and not names_material(words)
            and _titled(words)
        ):
            yield _Named(
                start,
                end,
                _clean(words),
                _people_after(text, end, ordinary),
                _links_in(piece, start, end),
                0.85,
            )


def _titled(words: str) -> bool:
    return words.strip()[:1].isupper() and sum(token[:1].isupper() for token in words.split()) >= 2


def _people_after(text: str, end: int, ordinary: frozenset[str]) -> People | None:
    match = _BY.match(text, end)
    if not match:
        return None
    handle = _HANDLE.match(text, match.end())
    first = handle.end() if handle else match.end()
    stop = _NAMES_END.search(text, first, first + 160)
    names = _NOT_NAMES.split(text[first : stop.start() if stop else first + 160], maxsplit=1)[0]
    while names:
        people = parse_people(names, ordinary, listing="(" in match[0])
        if people is not None and people.certainty >= ACCEPT:
            return people
        shorter = re.search(r",[^,]*$", names)
        names = names[: shorter.start()] if shorter else ""
    return None


def _people_behind_dash(text: str, end: int, ordinary: frozenset[str]) -> People | None:
    """Read the speaker of a paragraph that opens with "**Title** - Name, Company."."""
    match = _DASHED.match(text, end)
    people = parse_people(match["names"], ordinary) if match else None
    return people if people is not None and people.certainty >= SURE else None


def _links_in(piece: Piece, start: int, end: int) -> dict[str, str]:
    links: dict[str, str] = {}
    for link in piece.links:
        if (
            link.start - piece.start < end
            and link.end - piece.start > start
            and (kind := kind_of_link(link.url))
        ):
            links.setdefault(kind, link.url)
    return links


def _lead(text: str, ordinary: frozenset[str]) -> _Named | None:
    """Read "Title by Company. First words of the notes ..." in a block of keynotes."""
    match = _LEAD.match(text.strip())
    if not match or len(match["title"].split()) > 10:
        return None
    people = parse_people(match["who"], ordinary)
    return _Named(0, match.end("who"), match["title"].strip(), people, {}, 0.6)


def _known(text: str, known: Mapping[str, Sequence[str]]) -> Iterator[_Named]:
    """Find titles of the catalogue, whatever their typography."""
    if not known:
        return
    folded = fold_title(text)
    for word in dict.fromkeys(re.findall(r"\w+", folded)):
        for title in known.get(word, ()):
            wanted = fold_title(title)
            at = folded.find(wanted)
            if (
                at >= 0
                and not folded[at - 1 : at].isalnum()
                and not folded[at + len(wanted) : at + len(wanted) + 1].isalnum()
            ):
                yield _Named(
                    at,
                    at + len(wanted),
                    text[at : at + len(wanted)],
                    _people_before(text, at) or _people_next(text, at + len(wanted)),
                    {},
                    0.95,
                )


def fold_title(title: str) -> str:
    """Fold case and typography, one character for one."""
    return title.translate(_TYPOGRAPHY).lower() if len(title.lower()) == len(title) else title


_TYPOGRAPHY = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " ", "\n": " "}
)


def index_titles(titles: Sequence[str]) -> dict[str, list[str]]:
    """Arrange titles of at least two words by their first word."""
    arranged: dict[str, list[str]] = {}
    for title in titles:
        words = re.findall(r"\w+", fold_title(title))
        if len(words) >= 2 and len(title) >= 10:
            arranged.setdefault(words[0], []).append(title)
    return arranged


def _lost(text: str) -> Iterator[_Named]:
    several = bool(_SEVERAL.search(text))
    for run in find_runs(text):
        if run.score < _RUN_SCORE or parse_events(text[run.start : run.end]):
            continue
        spans = list(cut_at_and(text, run)) if several else [(run.start, run.end)]
        for start, end in spans:
            people = _people_before(text, start) or _people_next(text, end)
            yield _Named(start, end, _clean(text[start:end]), people, {}, round(0.4 + 0.4 * run.score, 2))
        if not several:
            return  # what else is capitalised in the paragraph is what the talk was about


def _people_before(text: str, start: int) -> People | None:
    """Read the speakers from "I watched A & B from Company talk about", "A is back for another talk"."""
    before = text[max(0, start - 260) : start]
    for pattern in (_WATCHED, _SUBJECT):
        for match in pattern.finditer(before):
            people = parse_people(re.sub(r"\s+from\s+", ", ", match["names"]), frozenset())
            if people is not None and people.certainty >= SURE:
                return people
    return None


def _people_next(text: str, end: int) -> People | None:
    """Read the speakers from the sentence after the title: "A & B from Company show how"."""
    match = _SUBJECT.match(text, max(end - 1, 0)) or _SUBJECT.match(text, end)
    if match is None:
        return None
    people = parse_people(re.sub(r"\s+from\s+", ", ", match["names"]), frozenset())
    return people if people is not None and people.certainty >= SURE else None


def _clean(title: str) -> str:
    read = read_title(" ".join(title.split()))
    return read.text if read.people is None else " ".join(title.split()).strip(" *_,.:")


def _marks(piece: Piece, named: Sequence[_Named], *, keynotes: bool) -> list[Mark]:
    marks: list[Mark] = []
    begun = piece.start
    for number, one in enumerate(named):
        start = piece.start if number == 0 else max(begun, _sentence_start(piece, one.start))
        kind: Any = "keynote" if keynotes else read_title(one.title).kind
        mark = Mark(
            start, "talk", one.title, kind, one.people, dict(one.links), certainty=one.certainty, prose=True
        )
        if number and start == begun:
            mark.alone = True
            mark.remarks.append("shares its notes with the talk named before it")
        mark.remarks.append("named inside a paragraph")
        begun = start
        marks.append(mark)
    return marks


def _sentence_start(piece: Piece, offset: int) -> int:
    ends = [match.end() for match in _SENTENCE.finditer(piece.text, 0, offset)]
    return piece.start + (ends[-1] if ends else 0)
