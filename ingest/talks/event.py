"""Which conference, and which of its days, a recap is about: what it says of itself, weighed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from index.conferences.day_mentions import DayMention, parse_days, parse_range
from index.conferences.editions import event_for
from index.conferences.event_mentions import EventMention, parse_events, reader
from index.models import Event
from ingest.talks.event_titles import TitledEvent, read_dated_title, read_event_title, readable
from ingest.talks.lines.bylines import is_property
from ingest.talks.lines.common_words import common_words
from ingest.talks.lines.places import is_filler

_DATE = re.compile(r"(20\d\d)-(\d\d)-(\d\d)|(20\d\d)/(\d\d)/(\d\d)")
_YEAR = re.compile(r"(?<!\d)(20[0-3]\d)(?!\d)")
_ANY_YEAR = 2024  # a leap year, so that every date is one
_RECENT_DAYS = 420  # a recap is written within a year or so of its conference
_TITLE_LENGTH = 90
_FOUND_IN_HOSTS = 2  # links into one schedule that make it evidence
_OPEN = 0.9  # of the weight of a name with its year: the year stands elsewhere in the same words
_DATED = 0.8  # the year is that of publication, or of another title
_FURTHER_DOWN = 0.6
_TITLED_WEIGHT = (
    0.6  # of a title's own words beside a year, which count where nothing else names a conference
)
_TITLED_SURELY = (
    0.72  # with the place beside them, or in the file's name: more than running text, less than a folder
)
_SMALL_PLACES = frozenset({"file name", "address", "folder", "tags"})  # where capitals say nothing
_PLACES = ("location", "place", "city", "venue", "where")
_CLOUD_NATIVE = re.compile(r"\bcncf\b|cloud[ -]native", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class InferredEvent:
    """What a recap is about, how surely, and the words that said so."""

    event: Event | None
    day: int | None = None
    certainty: float = 0.0
    evidence: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()  # where the words leave several open
    day_from: str = ""  # the place that names the day


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a recap that may name its event, and how much a naming there says."""

    name: str
    words: str
    weight: float


def infer_event(
    recap_id: str,
    meta: Mapping[str, str | tuple[str, ...]],
    opening: Sequence[str],
    addresses: Iterable[str] = (),
    *,
    event_id: str | None = None,
    starts_on: date | None = None,
    published_on: date | None = None,
    day: int | None = None,
    has_days: bool = False,
) -> InferredEvent:
    """Infer a recap's event and day.

    Args:
        recap_id: Its path; the names of file and folder often say the event.
        meta: Its front matter or page head.
        opening: Its title and first blocks in order.
        addresses: Addresses that it links to.
        event_id: The event, where a person has said it.
        starts_on: The event's first day, where a person has said it.
        published_on: When the recap was published; front matter's date otherwise.
        day: The day, where a person has said it.
        has_days: Headings of days follow.
    """
    places = _places(recap_id, meta, opening)
    published = published_on or _published(meta)
    inferred = (
        _given(event_id)
        if event_id
        else _Weighing(places, published, _stretch(places, meta), has_days or _is_placed(meta)).result(
            addresses
        )
    )
    if inferred.event is not None:
        inferred = replace(inferred, event=_dated(inferred.event, places, meta))
    if inferred.event is not None and starts_on is not None:
        inferred = replace(inferred, event=replace(inferred.event, starts_on=starts_on))
    if day is not None:
        return replace(inferred, day=day, evidence=(*inferred.evidence, f"day {day}: given"))
    return _with_day(inferred, places)


def day_of_talk(event: Event | None, meta: Mapping[str, str | tuple[str, ...]]) -> int | None:
    """Return the day of a file that is about one talk: its date, where it lies within the conference."""
    on = _published(meta)
    if event is None or event.starts_on is None or on is None:
        return None
    day = (on - event.starts_on).days + 1
    length = (event.ends_on - event.starts_on).days + 1 if event.ends_on else 1
    return day if 1 <= day <= length else None


def _places(recap_id: str, meta: Mapping[str, str | tuple[str, ...]], opening: Sequence[str]) -> list[Place]:
    name = re.sub(r"[_\-.]+", " ", recap_id.rsplit("/", 1)[-1].rsplit(".", 1)[0])
    places = [Place("front matter", _word(meta, "event"), 1.0), Place("title", _word(meta, "title"), 0.95)]
    places += [_opening_place(at, words) for at, words in enumerate(opening[:8])]
    places += [
        Place("file name", name, 0.85),
        Place("address", re.sub(r"[/_\-.]+", " ", _word(meta, "url")), 0.8),
        Place("folder", re.sub(r"[_\-./]+", " ", recap_id.rpartition("/")[0]), 0.7),
        Place("tags", " , ".join([*_words(meta, "tags"), *_words(meta, "keywords")]), 0.5),
        Place("description", _word(meta, "description") or _word(meta, "excerpt"), 0.6),
    ]
    return [place for place in places if place.words.strip()]


def _opening_place(at: int, words: str) -> Place:
    """Weigh one of the first blocks: the first line and other short ones are titles."""
    if at == 0:
        sentence = words.rstrip().endswith((".", "!"))  # names the event, but its weekday is no title's
        return Place("opening words" if sentence else "heading", words[:600], 0.9)
    if len(words) <= _TITLE_LENGTH and not words.rstrip().endswith((".", ",", ";")):
        return Place(
            "first lines", words, 0.85
        )  # names the event, but a day there may be the first of several
    return Place("opening words", words[:600], 0.6)


def _given(event_id: str) -> InferredEvent:
    named = parse_events(event_id)
    found = named[0].event_id if named and named[0].event_id else event_id
    return InferredEvent(event_for(found), None, 1.0, (f"event {found}: given",))


@dataclass(slots=True)
class _Weighing:
    """The names of conferences in all places, and what each naming weighs."""

    places: Sequence[Place]
    published: date | None
    stretch: tuple[date, date] | None = None  # of days, that the recap gives a line of its own
    has_days: bool = False  # or a place of its own
    scores: dict[str, float] = field(default_factory=dict)
    evidence: list[tuple[str, str]] = field(default_factory=list)  # event id, line
    several: list[tuple[Place, EventMention]] = field(default_factory=list)  # that fit more than one edition
    implied: list[tuple[Place, EventMention]] = field(default_factory=list)  # cities and regions alone

    def result(self, addresses: Iterable[str]) -> InferredEvent:
        """Weigh all namings: named ones first, then editions by date, cities alone, and titles' own words last."""
        for place in self.places:
            self._read(place)
        for found, count in _hosts(addresses).items():
            if count >= _FOUND_IN_HOSTS:
                self._add(found, 0.85, f"{count} links into its schedule")
        titled = self._titled()
        own = [
            (place, one) for place, one in titled if all(mention.implied for mention in _mentions(place)[0])
        ]
        self._add_titled([one for one in own if one[1].sure], _TITLED_SURELY)
        if not self.scores and self._is_implied_series():
            self._read_implied()
        if not self.scores and self.several:
            return _narrow(self.several, self.published)
        if max(self.scores.values(), default=0.0) < _TITLED_WEIGHT:
            self._add_titled([one for one in own if not one[1].sure], _TITLED_WEIGHT)
        return self._best(titled) if self.scores else InferredEvent(None)

    def _best(self, titled: Sequence[tuple[Place, TitledEvent]]) -> InferredEvent:
        """Return the conference that weighs most, its name written as people do, in the city that a title gives it."""
        best = max(self.scores, key=lambda key: self.scores[key])
        lines = tuple(f"{found}: {line}" for found, line in self.evidence if found == best)
        elsewhere = [place.words for place in self.places if place.name not in _SMALL_PLACES]
        event = event_for(readable(best, elsewhere))
        city = next((one.city for _, one in titled if self._id(one) == best), "")
        if city and event.city is None:
            event = replace(event, city=city.title() if city.isupper() else city)
        return InferredEvent(event, None, min(self.scores[best], 1.0), lines)

    def _add(self, event_id: str, weight: float, line: str) -> None:
        self.scores[event_id] = max(self.scores.get(event_id, 0.0) + 0.02, weight)
        self.evidence.append((event_id, line))

    def _read(self, place: Place) -> None:
        """Note all namings of one place."""
        mentions, opened = _mentions(place)
        for mention in mentions:
            if mention.implied and place.name != "front matter":
                self.implied.append((place, mention))
            elif mention.event_id:
                self._add(mention.event_id, place.weight, f"{place.name} “{_shown(place, mention)}”")
            elif mention.event_ids:
                self.several.append((place, mention))
        year = self._year(place)
        if year is not None:
            self._read_open(place, opened, year)
        if place.name == "front matter" and not mentions and not opened:
            name = " ".join(place.words.split())
            dated = name if _YEAR.search(name) or year is None else f"{name} {year}"
            self._add(dated, 1.0, f"front matter “{name}”")

    def _read_open(self, place: Place, opened: Sequence[EventMention], year: int) -> None:
        """Note the namings without a year, which stands elsewhere."""
        # Further down it may be a room or another conference: what a title says before its year goes first.
        sure = 1.0 if place.name not in {"first lines", "opening words"} else _FURTHER_DOWN
        weight = sure * place.weight * (_OPEN if _YEAR.search(place.words) else _DATED)
        for mention in opened:
            if mention.series and not reader().names_implied(mention.series):
                self._add(
                    f"{mention.series} {year}", weight, f"{place.name} “{_shown(place, mention)}”, {year}"
                )

    def _year(self, place: Place) -> int | None:
        """Return the year of a conference that is named without one: the place's own, else that of publication, else any title's."""
        titles = [
            one.words
            for one in self.places
            if one.name in {"title", "heading", "first lines", "file name", "folder"}
        ]
        named = [int(match[1]) for words in (place.words, *titles) if (match := _YEAR.search(words))]
        if _YEAR.search(place.words):
            return named[0]
        return self.published.year if self.published else (named[0] if named else None)

    def _is_implied_series(self) -> bool:
        """Return whether anything says that a city or a region alone means the series that such words usually mean."""
        return any(
            reader().names_implied(place.words) or _CLOUD_NATIVE.search(place.words) for place in self.places
        )

    def _read_implied(self) -> None:
        for place, mention in self.implied:
            if mention.event_id:
                self._add(mention.event_id, place.weight, f"{place.name} “{_shown(place, mention)}”")
            elif mention.event_ids:
                self.several.append((place, mention))

    def _titled(self) -> list[tuple[Place, TitledEvent]]:
        """List what the titles' own words say."""
        file_name = next((place.words for place in self.places if place.name == "file name"), "")
        found: list[tuple[Place, TitledEvent]] = []
        for place in self.places:
            if place.name not in {"title", "heading", "first lines"} or len(place.words) > 2 * _TITLE_LENGTH:
                continue
            titled = read_event_title(place.words, file_name)
            # A short line further down may be a talk's title.
            if titled and place.name == "first lines":
                titled = replace(titled, sure=False)
            if titled:
                found.append((place, titled))
        return found or self._dated_title(file_name)

    def _dated_title(self, file_name: str) -> list[tuple[Place, TitledEvent]]:
        """Read a title without a year above a line that says from when to when: "Date: March 6 → March 7, 2026"."""
        title = next((place for place in self.places if place.name in {"title", "heading"}), None)
        if title is None or self.stretch is None or len(title.words) > _TITLE_LENGTH:
            return []
        read = read_dated_title(title.words, self.stretch[0].year, file_name, days=self.has_days)
        return [(title, read)] if read else []

    def _add_titled(self, titled: Sequence[tuple[Place, TitledEvent]], weight: float) -> None:
        for place, one in titled:
            self._add(self._id(one), weight * place.weight, f"{place.name} “{one.name}”, {one.year}")

    @staticmethod
    def _id(titled: TitledEvent) -> str:
        return f"{titled.name} {titled.year}"


def _mentions(place: Place) -> tuple[list[EventMention], list[EventMention]]:
    """Return the namings with a year, region or city in a place, and those without."""
    mentions = list(parse_events(place.words)[:3])
    opened = [] if mentions else reader().read_open(place.words)[:2]
    if place.name in {"file name", "folder"} and all(mention.implied for mention in mentions):
        named = reader().read_file_name(place.words)
        mentions += [mention for mention in named if mention.year]
        opened = opened or [mention for mention in named if not mention.year]
    return mentions, [mention for mention in opened if not _is_everyday(mention)]


def _is_everyday(mention: EventMention) -> bool:
    """Return whether a naming is everyday words that end as conferences' names do: "the manifest", "Three days", "Thursdays"."""
    words = (mention.series or "").split()
    telling = len(words) > 1 and words[-1][:1].isupper()
    return (
        not telling
        and not reader().is_listed(mention)
        and all(word.lower() in common_words("en") for word in words)
    )


def _hosts(addresses: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for address in addresses:
        if found := reader().event_of_host(address):
            counted[found] = counted.get(found, 0) + 1
    return counted


def _narrow(mentions: Sequence[tuple[Place, EventMention]], published: date | None) -> InferredEvent:
    """Choose among several editions by the date of publication."""
    place, mention = mentions[0]
    shown = _shown(place, mention)
    if published is not None:
        dated = [event_for(event_id) for event_id in mention.event_ids]
        near = [e for e in dated if e.starts_on and 0 <= (published - e.starts_on).days <= _RECENT_DAYS]
        if near:
            best = max(near, key=lambda e: e.starts_on or date.min)
            return InferredEvent(
                best,
                None,
                0.7,
                (f"{best.event_id}: {place.name} “{shown}”, published {published}",),
                mention.event_ids,
            )
    return InferredEvent(
        None, None, 0.0, (f"{place.name} “{shown}” fits {', '.join(mention.event_ids)}",), mention.event_ids
    )


def _dated(event: Event, places: Sequence[Place], meta: Mapping[str, str | tuple[str, ...]]) -> Event:
    """Add the days and the city that the recap itself says, where no list of editions knows them."""
    years = _YEAR.findall(event.event_id)
    year = int(years[-1]) if years else None
    if event.starts_on is None:
        for place in places:
            named = (
                parse_range(place.words, year)
                if place.name not in {"file name", "folder", "address", "tags"}
                else None
            )
            if named is not None and year in {None, named[0].year}:
                event = replace(event, starts_on=named[0], ends_on=named[1])
                break
    city = next((words for key in _PLACES if (words := _word(meta, key)) and len(words.split()) <= 3), None)
    return replace(event, city=city) if event.city is None and city else event


def _with_day(inferred: InferredEvent, places: Sequence[Place]) -> InferredEvent:
    """Add the day where the recap as a whole is about one."""
    for place in places:
        if place.name not in {"front matter", "title", "heading", "file name", "address", "description"}:
            continue
        if parse_range(place.words[:160], _ANY_YEAR) is not None:
            continue
        days = parse_days(place.words[:160])
        found = {day for mention in days if (day := _resolve(mention, inferred.event, place)) is not None}
        if len(found) == 1:
            day = found.pop()
            words = place.words[slice(*days[0].span)]
            line = f"day {day}: {place.name} “{words}”"
            return replace(inferred, day=day, evidence=(*inferred.evidence, line), day_from=place.name)
    return inferred


def _resolve(mention: DayMention, event: Event | None, place: Place) -> int | None:
    # The date in a path is the day of posting, not of the conference.
    if mention.number is None and place.name in {"address", "file name"} and mention.weekday is None:
        return None
    day = mention.resolve(event)
    return day if day is not None and day >= 0 else None


def _stretch(places: Sequence[Place], meta: Mapping[str, str | tuple[str, ...]]) -> tuple[date, date] | None:
    """Return the days that a property of the recap gives, or a line that holds nothing else."""
    lines = [place.words for place in places if place.name in {"first lines", "opening words"}]
    own = [words for words in lines if is_property(words) or not _without_dates(words)]
    named = [_word(meta, key) for key in ("date", "dates", "when")]
    return next((found for words in (*named, *own) if (found := parse_range(words))), None)


def _is_placed(meta: Mapping[str, str | tuple[str, ...]]) -> bool:
    return any(_word(meta, key) for key in _PLACES)


def _without_dates(words: str) -> str:
    """Return what a line says beside its dates."""
    tokens = (token.strip(".,;()*_") for token in words.split())
    return " ".join(
        token for token in tokens if token.isalpha() and not is_filler(token) and not parse_days(token)
    )


def _published(meta: Mapping[str, str | tuple[str, ...]]) -> date | None:
    for key in ("date", "published", "updated", "url"):
        match = _DATE.search(_word(meta, key))
        if match:
            year, month, dom = (int(part) for part in match.groups() if part)
            try:
                return date(year, month, dom)
            except ValueError:
                continue
    return None


def _shown(place: Place, mention: EventMention) -> str:
    return " … ".join(place.words[start:end] for start, end in mention.spans)


def _word(meta: Mapping[str, str | tuple[str, ...]], key: str) -> str:
    value = meta.get(key, "")
    return value if isinstance(value, str) else (value[0] if value else "")


def _words(meta: Mapping[str, str | tuple[str, ...]], key: str) -> tuple[str, ...]:
    value = meta.get(key, ())
    return (value,) if isinstance(value, str) else tuple(value)
