"""Which conference, and which of its days, a recap is about: what it says of itself, weighed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from index.conferences.day_mentions import DayMention, parse_days
from index.conferences.editions import event_for
from index.conferences.event_mentions import EventMention, parse_events
from index.models import Event

_DATE = re.compile(r"(20\d\d)-(\d\d)-(\d\d)|(20\d\d)/(\d\d)/(\d\d)")
_SERIES_ONLY = re.compile(
    r"(?<!\w)((?:[A-Z][\w'’.&-]*\s+){0,2}(?!(?i:kubecon))[A-Z]\w{0,20}(?:[Cc]on|[Cc]onf)(?:\s+(?:[A-Z][a-z]+|US|EU|NA|UK|NYC)){0,2}"
    r"|FOSDEM|SciPy|(?:AWS )?re:Invent|Velocity(?: [A-Z][a-z]+)?|Devoxx(?: [A-Z][a-z]+)?)(?!\w)"
)
_FILE_SERIES = re.compile(
    r"(?<![a-z])(?P<name>[a-z]*(?:con|conf|rails|days|fest|camp|summit)|fosdem|scipy|velocity|reinvent|devoxx)\s+(?:[a-z]+\s+)?(?P<year>20\d\d)(?!\d)"
)
_FIRST_WORDS = re.compile(
    r"^(?:(?:Best|My|Our|Notes|Recap|Report|The|Of|From|On|At|In|A|Trip)\s+(?:of\s+)?)+", re.IGNORECASE
)
_RECENT_DAYS = 420  # a recap is written within a year or so of its conference
_TITLE_LENGTH = 90
_FOUND_IN_HOSTS = 2  # links into one schedule that make it evidence
_HOSTED = re.compile(r"//([\w.-]*(?:kccnc|colocatedevents|kubecon)[\w.-]*)\.(?:sched|events)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class InferredEvent:
    """What a recap is about, how surely, and the words that said so."""

    event: Event | None
    day: int | None = None
    certainty: float = 0.0
    evidence: tuple[str, ...] = ()
    candidates: tuple[str, ...] = ()  # where the words leave several open


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
) -> InferredEvent:
    """Infer a recap's event and day.

    Args:
        recap_id: Its path; the file's name often says the event.
        meta: Its front matter or page head.
        opening: Its title and first blocks in order.
        addresses: Addresses that it links to.
        event_id: The event, where a person has said it.
        starts_on: The event's first day, where a person has said it.
        published_on: When the recap was published; front matter's date otherwise.
        day: The day, where a person has said it.
    """
    places = _places(recap_id, meta, opening)
    published = published_on or _published(meta)
    inferred = _given(event_id) if event_id else _weigh(places, addresses, published)
    if inferred.event is not None and starts_on is not None:
        inferred = replace(inferred, event=replace(inferred.event, starts_on=starts_on))
    if day is not None:
        return replace(inferred, day=day, evidence=(*inferred.evidence, f"day {day}: given"))
    return _with_day(inferred, places)


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
        return Place("heading", words[:600], 0.9)
    if len(words) <= _TITLE_LENGTH and not words.rstrip().endswith((".", ",", ";")):
        return Place(
            "first lines", words, 0.85
        )  # names the event, but a day there may be the first of several
    return Place("opening words", words[:600], 0.6)


def _given(event_id: str) -> InferredEvent:
    named = parse_events(event_id)
    found = named[0].event_id if named and named[0].event_id else event_id
    return InferredEvent(event_for(found), None, 1.0, (f"event {found}: given",))


def _weigh(places: Sequence[Place], addresses: Iterable[str], published: date | None) -> InferredEvent:
    scores: dict[str, float] = {}
    evidence: list[str] = []
    open_mentions: list[tuple[Place, EventMention]] = []
    for place in places:
        for mention in parse_events(place.words)[:3]:
            if mention.event_id:
                scores[mention.event_id] = max(scores.get(mention.event_id, 0.0) + 0.02, place.weight)
                evidence.append(f"{mention.event_id}: {place.name} “{_shown(place, mention)}”")
            elif mention.event_ids:
                open_mentions.append((place, mention))
    hosts = _hosts(addresses)
    for found, count in hosts.items():
        if count >= _FOUND_IN_HOSTS:
            scores[found] = max(scores.get(found, 0.0), 0.85)
            evidence.append(f"{found}: {count} links into its schedule")
    if scores:
        best = max(scores, key=lambda key: scores[key])
        return InferredEvent(
            event_for(best),
            None,
            min(scores[best], 1.0),
            tuple(line for line in evidence if line.startswith(best)),
        )
    by_city_alone = all(mention.region is None and mention.year is None for _, mention in open_mentions)
    series = _series(places, published) if by_city_alone else None
    return (
        series
        or _narrow(open_mentions, published)
        or _series(places, published)
        or _file_series(places)
        or InferredEvent(None)
    )


def _hosts(addresses: Iterable[str]) -> dict[str, int]:
    counted: dict[str, int] = {}
    for address in addresses:
        match = _HOSTED.search(address[:200])
        for found in [m.event_id for m in parse_events(match[1])] if match else []:
            if found:
                counted[found] = counted.get(found, 0) + 1
    return counted


def _narrow(mentions: Sequence[tuple[Place, EventMention]], published: date | None) -> InferredEvent | None:
    """Choose among several editions by the date of publication."""
    if not mentions:
        return None
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


def _series(places: Sequence[Place], published: date | None) -> InferredEvent | None:
    """Read a conference that is named without its year, which the date then gives."""
    for place in places:
        match = _SERIES_ONLY.search(place.words)
        year = published.year if published else None
        if match and year:
            name = _FIRST_WORDS.sub("", match[1]).strip()
            return InferredEvent(
                event_for(f"{name} {year}"),
                None,
                0.6,
                (f"{name} {year}: {place.name} “{match[1]}”, published {published}",),
            )
    return None


def _file_series(places: Sequence[Place]) -> InferredEvent | None:
    """Read a conference from the file's name, which is written small."""
    for place in places:
        match = _FILE_SERIES.search(place.words.lower()) if place.name == "file name" else None
        if match:
            name = "re:Invent" if match["name"] == "reinvent" else match["name"].title()
            return InferredEvent(
                event_for(f"{name} {match['year']}"),
                None,
                0.5,
                (f"{name} {match['year']}: file name “{match[0]}”",),
            )
    return None


def _with_day(inferred: InferredEvent, places: Sequence[Place]) -> InferredEvent:
    """Add the day where the recap as a whole is about one."""
    for place in places:
        if place.name not in {"front matter", "title", "heading", "file name", "address", "description"}:
            continue
        days = parse_days(place.words[:160])
        found = {day for mention in days if (day := _resolve(mention, inferred.event, place)) is not None}
        if len(found) == 1:
            day = found.pop()
            words = place.words[slice(*days[0].span)]
            return replace(
                inferred, day=day, evidence=(*inferred.evidence, f"day {day}: {place.name} “{words}”")
            )
    return inferred


def _resolve(mention: DayMention, event: Event | None, place: Place) -> int | None:
    # The date in a path is the day of posting, not of the conference.
    if mention.number is None and place.name in {"address", "file name"} and mention.weekday is None:
        return None
    day = mention.resolve(event)
    return day if day is not None and day >= 0 else None


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
