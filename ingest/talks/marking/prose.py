"""Talks that are named inside paragraphs: bold, quoted or linked titles, lost links, titles that the catalogue knows."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from index.conferences.day_mentions import parse_days
from index.conferences.event_mentions import parse_events
from index.languages.words import either
from ingest.links import host_of, is_talk_page, kind_of_link, names_material
from ingest.talks.evidence.runs import cut_at_and, find_runs
from ingest.talks.lines.bylines import is_property
from ingest.talks.lines.heading_words import kind_prefix
from ingest.talks.lines.names import ACCEPT, SURE
from ingest.talks.lines.people import People, parse_people
from ingest.talks.lines.pieces import Piece
from ingest.talks.lines.titles import read_title
from ingest.talks.marking.marks import Mark

_BY = re.compile(
    r"[\s,”“\"’'»«›‹」』*_]*(?:\((?=[A-ZÀ-Þ])|(?:(?:talk|session|one|presentation|workshop)\s+)?"
    rf"(?:{either('bylines', 'by')}|{either('bylines', 'with')}|{either('bylines', 'from')})\s+)(?=\S)"
)
_HANDLE = re.compile(r"@[\w.]+\s*\((?=[A-ZÀ-Þ])")  # "by @annbee (Ann Bee)"
_QUOTED = re.compile(r"[“\"«„「](?P<title>[^“”\"«»„」]{6,160}?)[,.]?[”\"»“」]")
_NAMES_END = re.compile(
    r"\)|\n(?=[^\w&]|\d)|(?:(?<!\b[A-Z])\.|[;:!?])(?:\s|$)|,\s+(?=[a-z])|\s+(?=(?:which|who|where|that|was|is|about|on|at|for|talked|spoke"
    r"|explained|showed|gave|had)\b)"
)
_CALLS_A_TALK = re.compile(  # "Watch the recorded session", "This talk about ropes"
    rf"\b(?:{either('headings', 'containers')}|{either('kinds', 'announced')}|{either('links', 'video')}|recorded)\b",
    re.IGNORECASE,
)
_DASHED = re.compile(
    r"\s*[-–—:,]+\s+(?P<names>[A-ZÀ-Þ](?:[^.:;!?\n]|\.(?=\w)|(?<=\b[A-Z])\.){3,90}?)(?:(?<!\b[A-Z])[.:;](?!\w)|\n|$)"
)
_NOT_NAMES = re.compile(
    r"\s+(?!(?:and|et|und|y|from|at|of|de|da|di|van|von|der|den|la|le|bin|al|dos)\b)(?=[a-zà-ÿ])"
)
_LEAD = re.compile(
    r"(?P<title>[A-Z][^.!?\n]{3,70}?)\s+by\s+(?P<who>[A-Z][\w.&-]+(?:\s+[A-Z][\w.&-]+){0,2})[.:]\s+(?=[A-Z])"
)
_NAME = r"[A-ZÀ-Þ][\w’'-]+(?:\.(?=\s))?"
_NAMES = (
    rf"{_NAME}(?:\s+(?:{either('bylines', 'and')}|&)\s+{_NAME}|\s+[a-z]{{2,3}}\s+{_NAME}|\s+{_NAME}){{1,6}}"
    rf"(?:\s+\([^()]{{2,60}}\)|\s+(?:{either('bylines', 'from')})\s+[A-ZÀ-Þ][\w.&-]+(?:\s+[A-ZÀ-Þ][\w.&-]+){{0,2}})?"
)
_SAID = rf"(?:is back|was back|has,|has\b|show(?:ed|s)?|present(?:ed|s)?|talk(?:ed|s)?|{either('bylines', 'said')})(?![^\W\d_])"
_WATCHED = re.compile(
    r"\b(?:watched|saw|see|hear|heard|with|had)\s+(?P<names>[A-ZÀ-Þ][^.!?;:]{2,70}?)\s+(?:talk|speak|present|explain|was back"
    r"|is back|show|discuss|give|go over)"
)
_SUBJECT = re.compile(
    rf"(?:^|[.!?…]\s+|\b[Bb]ut\s+|\b[Aa]nd\s+)(?P<names>(?!But |And |So |Then ){_NAMES})\s+(?P<said>{_SAID})"
)
# A title that the sentence leads to: Ann Bee of Quay spoke in “...”.
_LEADS_TO = re.compile(
    rf"(?:^|\s)(?:{either('bylines', 'about')})\s+(?:[^\W\d_]+\s+){{0,3}}[“\"„«‘'\[(]*$", re.IGNORECASE
)
# Behind a title, the next sentence begins with its speaker, or a verb and then the speaker go on.
_NEXT_SENTENCE = re.compile(rf"[“”\"»’'\])]*[.!?]\s+(?P<names>{_NAMES})\s+(?=[a-zà-ÿ])")
_INVERTED = re.compile(
    rf"[“”\"»’'\])]*,?\s+(?:[a-zà-ÿ]+\s+){{1,4}}(?P<names>{_NAME}\s+{_NAME})\s+(?=[a-zà-ÿ])"
)
# Right before a title its speaker presents it, or is next up with it.
_ADJACENT = re.compile(
    rf"(?P<names>{_NAMES})\s+(?:{_SAID}|{either('bylines', 'about')})\s*(?:[a-zà-ÿ]+\s+){{0,2}}[\s“\"„«*_(\[]*$"
)
# Behind a linked title its speaker goes on: [the title]: Ann Bee asks who pays.
_BEHIND = re.compile(rf"[“”\"»’'\])]*[,:]?\s+(?P<names>{_NAMES})\s+(?=[a-zà-ÿ])")
_FIRST = re.compile(rf"\W*(?P<names>{_NAMES})\s*[,:–—-]+\s*[“\"„«]?$")  # Ann Bee, “...”
_ENTRIES = re.compile(r"[A-ZÀ-Þ][^()“”\"]{3,90}?\s*\([^()]{4,90}\)(?:\s*[,;]\s+(?:and\s+)?|\.?\s*$)")
_LABEL = re.compile(r"^\W*[^:()]{3,40}:\s+")
_SENTENCE_LENGTH = 200
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
_SEVERAL_LINKS = 2
_SEVERAL_DASHED = 3
_LONGEST = 20_000  # characters of a paragraph; a longer one is no prose
_MOST_TITLE_WORDS = 30
_FEWEST_PLAIN_WORDS = 3  # of a linked title in sentence case


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
    habit = _Habit.of(pieces, ordinary)
    for piece in pieces:
        if piece.kind not in {"paragraph", "bullet"} or len(piece.text) > _LONGEST:
            continue
        named = _in_piece(piece, ordinary, known, habit, lost=lost, keynotes=keynotes)
        marks += _marks(piece, named, keynotes=keynotes)
        if not named and lost and marks and piece.kind == "paragraph" and _ON.match(piece.text.strip()):
            marks.append(Mark(piece.start, "section", "", "section", role="interlude"))
    return marks


@dataclass(frozen=True, slots=True)
class _Habit:
    """What the recap does with its titles in several places, so that less proof will do elsewhere."""

    hosts: frozenset[str]  # sites that several quoted titles are linked to: the conference's, whoever runs it
    dashed: float  # how sure names must be behind a title in bold and a dash

    @classmethod
    def of(cls, pieces: Sequence[Piece], ordinary: frozenset[str]) -> _Habit:
        hosts: Counter[str] = Counter()
        dashed = 0
        for piece in pieces:
            if piece.links and len(piece.text) <= _LONGEST:
                pages = (_page(piece, *match.span("title")) for match in _QUOTED.finditer(piece.text))
                hosts.update(host_of(page) for page in pages if page)
            for start, end in (*piece.strong, *piece.emphasis):
                if start == piece.start and dashed < _SEVERAL_DASHED:
                    dashed += _people_behind_dash(piece.text, end - piece.start, ordinary) is not None
        several = frozenset(host for host, count in hosts.items() if host and count >= _SEVERAL_LINKS)
        return cls(several, ACCEPT if dashed >= _SEVERAL_DASHED else SURE)


def _in_piece(
    piece: Piece,
    ordinary: frozenset[str],
    known: Mapping[str, Sequence[str]],
    habit: _Habit,
    *,
    lost: bool,
    keynotes: bool,
) -> list[_Named]:
    named = [*_marked(piece, ordinary, habit), *_known(piece.text, known)]
    if not named:
        named += _listed(piece.text, ordinary)
    if keynotes and (lead := _lead(piece.text, ordinary)):
        named.append(lead)
    if lost and not named and piece.kind == "paragraph" and not is_property(piece.text):
        named += _lost(piece.text)
    kept: list[_Named] = []
    for one in sorted(named, key=lambda n: (n.start, -n.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


@dataclass(frozen=True, slots=True)
class _Shown:
    """Words of a paragraph that stand out, so that they may be a title."""

    text: str  # the paragraph
    start: int
    end: int
    how: str  # "bold", "quoted", "linked"
    page: str | None  # the address that they are linked to

    @property
    def words(self) -> str:
        return self.text[self.start : self.end]


def _marked(piece: Piece, ordinary: frozenset[str], habit: _Habit) -> Iterator[_Named]:
    """Find bold, quoted and linked titles that prove themselves by a speaker or by where the link leads."""
    for shown in _all_shown(piece):
        words = shown.words
        if not 0 < len(words.split()) <= _MOST_TITLE_WORDS or "://" in words:
            continue
        author = _people_after(piece.text, shown.end, ordinary)
        people = author or _people_around(shown, ordinary, habit)
        links = _links_in(piece, shown.start, shown.end)
        if shown.page and not links and not names_material(words):
            links = {"schedule": shown.page}
        titled = shown.how != "linked" or _titled(words) or ("video" in links and _is_by(author, words))
        if people is not None and titled:
            yield _Named(shown.start, shown.end, _clean(words), people, links, 0.9)
        elif _is_title_link(shown, habit):
            yield _Named(shown.start, shown.end, _clean(words), people, links, 0.85)


def _all_shown(piece: Piece) -> Iterator[_Shown]:
    """Return the stretches that stand out: bold, slanted, quoted, linked."""
    spans = [
        *((a - piece.start, b - piece.start, "bold") for a, b in (*piece.strong, *piece.emphasis)),
        *((*match.span("title"), "quoted") for match in _QUOTED.finditer(piece.text)),
        *((link.start - piece.start, link.end - piece.start, "linked") for link in piece.links),
    ]
    for start, end, how in spans:
        if start >= 0 and end <= len(piece.text):
            yield _Shown(piece.text, start, end, how, _page(piece, start, end))


def _page(piece: Piece, start: int, end: int) -> str | None:
    """Return the address that a title is linked to."""
    for link in piece.links_on(start, end):
        if link.start - piece.start <= start + 1 and link.end - piece.start >= end - 1:
            return link.url if link.url.startswith(("http://", "https://")) else None
    return None


def _is_title_link(shown: _Shown, habit: _Habit) -> bool:
    """Return whether linked words are a title: the link leads to a talk's page, or where the recap's quoted titles lead."""
    if shown.page is None or names_material(shown.words):
        return False
    known = is_talk_page(shown.page) and len(shown.words.split()) >= 2 and _titled(shown.words)
    return known or (shown.how == "quoted" and host_of(shown.page) in habit.hosts)


def _people_around(shown: _Shown, ordinary: frozenset[str], habit: _Habit) -> People | None:
    """Read the speaker of a title from the rest of its sentence, or from the next one where the title is linked."""
    text, start, end = shown.text, shown.start, shown.end
    behind = None if text[:start].strip() else _people_behind_dash(text, end, ordinary, habit.dashed)
    return behind or next(
        (people for names in _names_around(shown) if (people := _surely(names, ordinary)) is not None), None
    )


def _names_around(shown: _Shown) -> Iterator[str]:
    """Return the words around a title that may be its speaker's name, the likeliest first."""
    text, start, end = shown.text, shown.start, shown.end
    sentence = text[_sentence_from(text, start) : start]
    if (shown.how != "quoted" or shown.page) and (adjacent := _ADJACENT.search(sentence)):
        yield adjacent["names"]
    if shown.how == "bold":
        return
    subject = _SUBJECT.match(sentence)
    if subject and _LEADS_TO.search(sentence[subject.end() :] or " "):
        yield subject["names"]
    if shown.how == "quoted" and (first := _FIRST.match(text[:start])):
        yield first["names"]
    if shown.page is None and not _LEADS_TO.search(sentence):
        return
    for pattern in (_BEHIND, _INVERTED, _NEXT_SENTENCE) if shown.page else (_INVERTED,):
        if match := pattern.match(text, end):
            yield match["names"]


def _surely(names: str, ordinary: frozenset[str]) -> People | None:
    people = parse_people(names, ordinary)
    return people if people is not None and people.certainty >= SURE else None


def _sentence_from(text: str, offset: int) -> int:
    ends = [match.end() for match in _SENTENCE.finditer(text, max(0, offset - _SENTENCE_LENGTH), offset)]
    return ends[-1] if ends else max(0, offset - _SENTENCE_LENGTH)


def _titled(words: str) -> bool:
    return words.strip()[:1].isupper() and sum(token[:1].isupper() for token in words.split()) >= 2


def _is_by(author: People | None, words: str) -> bool:
    """Return whether linked words in sentence case are a title: their author follows, and they call no talk a talk."""
    if author is None or author.certainty < SURE or len(words.split()) < _FEWEST_PLAIN_WORDS:
        return False
    return words.strip()[:1].isupper() and not names_material(words) and not _CALLS_A_TALK.search(words)


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


def _people_behind_dash(text: str, end: int, ordinary: frozenset[str], least: float = SURE) -> People | None:
    """Read the speaker of a paragraph that opens with "**Title** - Name, Company."."""
    match = _DASHED.match(text, end)
    people = parse_people(match["names"], ordinary) if match else None
    return people if people is not None and people.certainty >= least else None


def _links_in(piece: Piece, start: int, end: int) -> dict[str, str]:
    links: dict[str, str] = {}
    for link in piece.links_on(start, end):
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


def _listed(text: str, ordinary: frozenset[str]) -> list[_Named]:
    """Read a line that is talks and nothing else: "Heard in: Knots (Ann Bee), Tides and Fog (Carl Dee, Quay)"."""
    label = _LABEL.match(text)
    at = label.end() if label else 0
    found: list[_Named] = []
    while match := _ENTRIES.match(text, at):
        title, _, names = match[0].rstrip(" ,;.)").rpartition("(")
        people = _surely(names.rstrip(")"), ordinary)
        if people is None:
            return []
        found.append(_Named(at, at + len(title.rstrip()), _clean(title), people, {}, 0.8))
        at = match.end()
    return found if at >= len(text.rstrip()) and len(found) >= (1 if label else _SEVERAL_LINKS) else []


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
        words = text[run.start : run.end]
        if run.score < _RUN_SCORE or parse_events(words) or parse_days(words):
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
        prefix = kind_prefix(one.title)  # the kind keeps what it says
        title = one.title[prefix.end() :] if prefix and one.title[prefix.end() :].strip() else one.title
        mark = Mark(
            start, "talk", title, kind, one.people, dict(one.links), certainty=one.certainty, prose=True
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
