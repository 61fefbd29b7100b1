"""The conference in a recap's title, where no list knows it: its name, beside place and date, as people set them.

"Edge & Tide, Cork, May 2023: what I kept", "Notes - Mast und Schot '24 (Kiel)", "Three days of rope: Knot Club, Oslo, 2022".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from index.conferences.day_mentions import parse_days
from index.conferences.event_mentions import is_kind
from index.languages.words import either
from ingest.talks.lines.common_words import common_words
from ingest.talks.lines.heading_words import SYMBOLS, is_container, is_section
from ingest.talks.lines.name_words import GIVEN_NAMES, PARTICLES, PLACES, TITLE_SMALL_WORDS
from ingest.talks.lines.places import is_filler, is_month

# What parts a title into phrases; a dash between digits belongs to a date, and brackets hold places and dates.
_PHRASES = re.compile(
    r"\s+[-–—|·•~/]+\s+|\s*[—|·•]\s*|(?<=\D)–(?=\D)|\s*--+\s*|\s*[:：;]\s+|(?<=[^\W\d_]{3})[.!?]\s+"
)
_SEGMENTS = re.compile(r"\s*(?:[,、()（）\[\]]|\s@\s)\s*")
_YEAR = re.compile(r"(?:^|(?<=\D))(?:(?P<year>20[0-3]\d)|['’](?P<short>[0-3]\d))(?!\d)")
_UNSPACED_YEAR = re.compile(
    r"(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af])(?=20[0-3]\d)|(?<=20[0-3]\d)(?=[年년])"
)
_YEAR_JOINED = re.compile(r"(?P<name>[^\W\d_]{3,})(?P<short>[0-3]\d)(?!\w)")  # "EngineYard23"
_DATE_WORD = re.compile(
    r"\d{1,2}(?:st|nd|rd|th|er|º|ª|\.)?(?:[-–/&+]\d{1,2}(?:st|nd|rd|th|\.)?)?|[-–/&+]|[年년].*|\d{1,2}[月월].*"
)
_AND = re.compile(rf"(?:{either('bylines', 'and')})", re.IGNORECASE)
_JOINS = re.compile(
    rf"(?:{either('bylines', 'and')}|{either('days', 'of')}|{either('headings', 'articles')}|for|&|\+|'?n'?)",
    re.IGNORECASE,
)
_MOST_WORDS = 7
_MOST_PLACE_WORDS = 3
_LEAST_AGREEING = 4  # letters that title and file name share
_SHORT_WORD = 3  # letters of a small word between a name and its date: "im", "of", "en"
_LONGEST_UNSPACED = 20  # characters of a name in a script without spaces
_ACRONYM = 3  # letters that are an acronym when a whole title is in capitals


@dataclass(frozen=True, slots=True)
class TitledEvent:
    """What a title says: a conference that no list knows."""

    name: str
    year: int
    city: str = ""
    sure: bool = False  # place and date stand beside it, or the file is named after it


@dataclass(frozen=True, slots=True)
class _Segment:
    """The words between two commas or brackets, without their date."""

    words: str  # before the date; behind it, where nothing stands before
    year: int | None = None
    monthly: bool = False  # it names a month
    joined: bool = False  # words and date stand in the same segment
    parted: bool = False  # a small word stands between them: "Rust in 2023"


@dataclass(frozen=True, slots=True)
class _Name:
    words: str
    worth: int  # 0: as good as none


def read_event_title(title: str, file_name: str = "") -> TitledEvent | None:
    """Read the conference that a title names, None where it names none.

    Args:
        title: A recap's title or first heading.
        file_name: The words of its file's name, which agree with the conference's name more often than not.
    """
    title = SYMBOLS.sub(" ", title)
    phrases = [
        _segments(phrase) for phrase in _PHRASES.split(_UNSPACED_YEAR.sub(" ", title)) if phrase.strip()
    ]
    of_file = _year(file_name)
    for at, phrase in enumerate(phrases):
        if any(segment.year for segment in phrase):
            return _Reading(phrases, at, file_name).found()
    if of_file is None:
        return None
    joined = _joined_year(title, of_file)
    if joined is not None:
        return joined
    return _named_by_file(phrases, of_file, file_name)


def read_dated_title(title: str, year: int, file_name: str = "", *, days: bool = False) -> TitledEvent | None:
    """Read the conference that a title names without its year, where the recap says beside it from when to when it was.

    A journey has such dates too: its days or its city say that it is a conference.

    Args:
        title: A recap's title or first heading, which holds no year.
        year: Of the dates.
        file_name: As in `read_event_title`.
        days: The recap has headings of days.
    """
    found = read_event_title(f"{title.strip()}, {year}", file_name)
    if found is None:
        return None
    words = found.name.split()
    city = found.city or next(
        (place for at in (-2, -1) if words[:at] and _is_known_place(place := " ".join(words[at:]))), ""
    )
    return replace(found, city=city, sure=True) if city or days else None


def readable(name: str, elsewhere: Sequence[str] = ()) -> str:
    """Return a name that was written in capitals, or without any, as people write it; other names as they are.

    Args:
        name: The name, with or without its year.
        elsewhere: Other words of the recap, whose way to write a word is the one to take.
    """
    words = name.split()
    if sum(any(ch.isalpha() for ch in word) for word in words) < 2 or not (name.isupper() or name.islower()):
        return name
    mixed = " ".join(text for text in elsewhere if not text.isupper()).replace(
        re.sub(r"\s+20\d\d$", "", name), " "
    )
    written = {word.casefold(): word for word in re.findall(r"[^\W\d_][\w'’-]*", mixed) if word[:1].isupper()}
    return " ".join(
        written.get(word.casefold()) or _written(word, first=not at) for at, word in enumerate(words)
    )


def _written(word: str, *, first: bool) -> str:
    """Write a word of a name that is all capitals or none: acronyms stay, small words are small."""
    lower = word.lower()
    if lower in TITLE_SMALL_WORDS or lower in PARTICLES or _AND.fullmatch(lower):
        return lower.capitalize() if first else lower
    spoken = re.search(r"[aeiouyà-ÿ]", lower) is not None and not re.search(r"\d", word)
    acronym = word.isupper() and not (spoken and (len(word) > _ACRONYM or lower in common_words("en")))
    return word if acronym else lower[:1].upper() + lower[1:]


@dataclass(slots=True)
class _Reading:
    """One phrase that holds a year, and what stands before and behind it."""

    phrases: Sequence[Sequence[_Segment]]
    at: int
    file_name: str

    def found(self) -> TitledEvent | None:
        phrase = self.phrases[self.at]
        dated = next(at for at, segment in enumerate(phrase) if segment.year)
        year, monthly = phrase[dated].year, any(segment.monthly for segment in phrase[: dated + 1])
        named = [segment for segment in phrase[: dated + 1] if segment.words]
        place = ""
        if len(named) > 1 and _is_place(named[-1].words) and self._best(named[:-1]).worth:
            # "Knot Club, Oslo 2022": what stands last before the date is where it was.
            place, named = named[-1].words, named[:-1]
        best = self._best(named)
        earlier = self._best(
            [segment for before in self.phrases[: self.at] for segment in before if segment.words]
        )
        if (
            len(named) == 1
            and not place
            and _is_place(named[0].words)
            and self._is_elsewhere(named[0], earlier, monthly)
        ):
            place, best = named[0].words, earlier
        elif not named:
            behind = [
                segment for after in self.phrases[self.at : self.at + 2] for segment in after if segment.words
            ]
            best = earlier if earlier.worth else self._best(behind[:1])
        city = place or self._city(phrase[dated + 1 :])
        if not best.worth or year is None:
            return None
        sure = self._agrees(best.words) or (best.worth > 1 and bool(place))
        return TitledEvent(best.words, year, city, sure)

    def _best(self, segments: Sequence[_Segment]) -> _Name:
        names = [_name(segment, self.file_name) for segment in segments]
        return max(names, key=lambda name: name.worth, default=_Name("", 0))

    def _is_elsewhere(self, place: _Segment, earlier: _Name, monthly: bool) -> bool:
        """Return whether the name stands in a phrase before this one: "Knot Club - Oslo, May 2022"."""
        if earlier.worth < 2 or any(is_kind(word) for word in place.words.split()):
            return False
        known = _is_known_place(place.words)
        agree = self._agrees(earlier.words) and (known or self._agrees(place.words))
        return known or agree or (monthly and not place.joined)

    def _city(self, behind: Sequence[_Segment]) -> str:
        """Return the place that stands right behind the year, where a list, the file's name or a date says that it is one."""
        words = behind[0].words if behind else ""
        dated = len(behind) > 1 and behind[1].monthly
        return words if _is_place(words) and (dated or _is_known_place(words) or self._agrees(words)) else ""

    def _agrees(self, words: str) -> bool:
        return _agrees(words, self.file_name)


def _named_by_file(phrases: Sequence[Sequence[_Segment]], year: int, file_name: str) -> TitledEvent | None:
    """Take the first words of a title without a year, where the file is named after them and a place stands beside them.

    A file that is named after its title and nothing else is more often about one talk.
    """
    first = next(iter(phrases), ())
    places = [
        segment.words
        for segment in first[1:]
        if _is_known_place(segment.words) or _agrees(segment.words, file_name)
    ]
    name = _name(first[0], file_name) if first else _Name("", 0)
    if not places or not _is_place(places[0]) or not _agrees(name.words, file_name):
        return None
    return TitledEvent(name.words, year, places[0])


def _joined_year(title: str, year: int) -> TitledEvent | None:
    """Read "EngineYard23" where the file's name says 2023."""
    found = next((m for m in _YEAR_JOINED.finditer(title) if 2000 + int(m["short"]) == year), None)
    return TitledEvent(found["name"], year, sure=True) if found and found["name"][0].isupper() else None


def _segments(phrase: str) -> list[_Segment]:
    return [_segment(words) for words in _SEGMENTS.split(phrase) if words.strip()]


def _segment(words: str) -> _Segment:
    """Part a segment into words and date."""
    tokens = words.split()
    month = any(is_month(token) for token in tokens)
    kinds = [_is_date(token, month=month) for token in tokens]
    year = _year(words)
    if year is None and not month:
        return _Segment(words.strip())
    first = kinds.index(True) if True in kinds else len(tokens)
    before = tokens[:first]
    cut = re.split(_YEAR, tokens[first], maxsplit=1)[0] if first < len(tokens) else ""
    before += [cut] if cut.strip("'’") and not _DATE_WORD.fullmatch(cut) and not is_month(cut) else []
    whole = len(before)
    while before and before[-1].islower() and (len(before[-1]) <= _SHORT_WORD or is_filler(before[-1])):
        before = before[:-1]
    behind = [token for token, date in zip(tokens[first:], kinds[first:], strict=True) if not date]
    rest = before or list(takewhile(lambda token: not is_filler(token), behind))
    parted = len(before) < whole and not month
    return _Segment(" ".join(rest).strip(" .'’"), year, monthly=month, joined=bool(rest), parted=parted)


def _is_date(token: str, *, month: bool) -> bool:
    bare = token.strip(".,;")
    return (
        _YEAR.search(token) is not None
        or is_month(bare)
        or (
            month
            and (
                _DATE_WORD.fullmatch(token) is not None
                or _AND.fullmatch(bare) is not None
                or bool(parse_days(bare))
            )
        )
    )


def _year(words: str) -> int | None:
    match = _YEAR.search(words)
    return None if match is None else int(match["year"] or 2000 + int(match["short"]))


def _name(segment: _Segment, file_name: str) -> _Name:
    """Return the conference's name that a segment holds, and how much says that it is one."""
    words = segment.words.split()
    kept = _without_fillers(words)
    run = list(_capital_run(kept))
    whole = kept == words and 1 < len(kept) <= _MOST_WORDS
    agreed = whole and _agrees(" ".join(kept), file_name)
    capitals = sum(_is_capital(word) for word in kept)
    if len(run) == len(kept) or not (
        whole and (agreed or (capitals >= 2 and _is_capital(kept[0]) and not run))
    ):
        alone = len(run) == len(kept)  # but for fillers before it
        name, worth = run, 2 if alone and kept == words else 1 if alone or segment.joined else 0
    else:
        name, worth = kept, 1
    text = " ".join(name).strip(" .,'’\"“”")
    if not _may_name(text):
        return _Name("", 0)
    if segment.parted or (text.istitle() and len(name) == 1 and text.lower() in common_words("en")):
        worth = 0  # "Summer 2021"
    worth += any(is_kind(word) for word in name)
    return _Name(text, worth + 2 * _agrees(text, file_name))


def _without_fillers(words: Sequence[str]) -> list[str]:
    """Drop what leads to a name: "My notes from the", "Rückblick auf die"."""
    kept = list(words)
    while kept and (is_filler(kept[0]) or is_section(kept[0]) or is_container(kept[0])):
        if kept[1:2] in (["&"], ["+"]):
            break  # "People & Pixels"
        kept = kept[1:]
    return kept


def _capital_run(words: Sequence[str]) -> Iterator[str]:
    """Return the last words with capitals, with the small words that join them."""
    run: list[str] = []
    for word in reversed(words):
        if not (_is_capital(word) or (run and (_JOINS.fullmatch(word) or word in PARTICLES))):
            break
        run.insert(0, word)
    while run and not _is_capital(run[0]):
        run = run[1:]
    yield from run


def _is_capital(word: str) -> bool:
    bare = word.strip("'’\"“”„«»*_")
    return (
        any(ch.isupper() for ch in bare)
        or bare[:1].isdigit()
        or (bool(bare) and bare[0].isalpha() and not bare[0].islower())
    )


def _may_name(text: str) -> bool:
    words = text.split()
    if not 0 < len(words) <= _MOST_WORDS or sum(ch.isalpha() for ch in text) < 2:
        return False
    if not text.isascii() and len(words) == 1 and len(text) > _LONGEST_UNSPACED:
        return False
    if any(test(text) for test in (is_section, is_container, is_month)) or all(
        is_filler(word) for word in words
    ):
        return False
    if is_filler(words[-1]) or parse_days(text) or words[0].isdigit() or _is_known_place(text):
        return False
    return not (len(words) == 2 and words[0].lower() in GIVEN_NAMES)  # a person


def _is_place(words: str) -> bool:
    """Return whether words may be a place: a few with capitals that mean nothing else."""
    tokens = words.split()
    return (
        0 < len(tokens) <= _MOST_PLACE_WORDS
        and all(token[:1].isupper() or token in PARTICLES for token in tokens)
        and not re.search(r"\d", words)
        and not any(is_filler(token) or is_kind(token) for token in tokens)
        and not (is_section(words) or is_container(words))
    )


def _is_known_place(words: str) -> bool:
    plain = unicodedata.normalize("NFKD", words.casefold())
    return (
        words.casefold() in PLACES or "".join(ch for ch in plain if not unicodedata.combining(ch)) in PLACES
    )


def _agrees(words: str, file_name: str) -> bool:
    """Return whether a file is named after these words: "Lock & Chain" in lockandchain-ghent.md."""
    folded = _folded(file_name)
    tokens = words.split()
    forms = {"".join(_folded(joined if token in {"&", "+"} else token) for token in tokens)
             for joined in ("", "and", "und", "et", "y", "e", "en", "og", "och", "i")}  # fmt: skip
    forms.add(
        "".join(_folded(token) for token in tokens if not (_AND.fullmatch(token) or token in {"&", "+"}))
    )
    return any(len(form) >= _LEAST_AGREEING and form in folded for form in forms)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(ch for ch in plain if ch.isalnum())
