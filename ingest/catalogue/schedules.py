"""Schedules as conference tools export them: frab, pretalx, Sessionize, pyvideo, and Sched's calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ingest.catalogue.catalogue import CatalogueTalk
from ingest.catalogue.entries import EntryError, Rows, each, event_of, links_of, localised, people, text
from ingest.errors import CatalogueError

_NAME = re.compile(
    r"[A-ZÀ-Þ][\w.'’-]*(?: [\w.'’-]+){1,3}|[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{2,6}(?: [\u3040-\u9fff]{1,4})?"
)
_EVENT = re.compile(
    r"^BEGIN:VEVENT[ \t]*\r?$.*?^END:VEVENT[ \t]*\r?$", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_ZONE = re.compile(
    r"^BEGIN:VTIMEZONE[ \t]*\r?$.*?^END:VTIMEZONE[ \t]*\r?$", re.MULTILINE | re.DOTALL | re.IGNORECASE
)
_PROPERTY = re.compile(
    r"^(?P<name>X-WR-CALNAME|X-WR-TIMEZONE|X-LIC-LOCATION|TZID|NAME)(?:;[^:\n]*)?:(?P<value>[^\r\n]*)",
    re.MULTILINE | re.IGNORECASE,
)
_FOLDED = re.compile(r"\r?\n[ \t]")
_SINGLE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//confnotes//EN\r\n{}\r\n{}\r\nEND:VCALENDAR\r\n"
_MOST_ZONE_CHARS = 20_000


def calendar(path: Path, source: str) -> Rows:
    """Read the events of a calendar: Sched writes "Title - Speaker, Company" as summary and the session's page as URL.

    Each event is parsed alone. One in UTC is dated in the calendar's own time zone, for an evening in San Diego is the
    next day in Greenwich.

    Raises:
        CatalogueError: It is no calendar.
    """
    if not re.search(r"^\ufeff?BEGIN:VCALENDAR", source, re.MULTILINE | re.IGNORECASE):
        raise CatalogueError(path, "no valid calendar (no BEGIN:VCALENDAR)", "Export it from Sched again.")
    unfolded = _FOLDED.sub("", source)
    events = [found[0] for found in _EVENT.finditer(unfolded)]
    around = _EVENT.sub("", unfolded)
    said = {found["name"].upper(): found["value"].strip() for found in _PROPERTY.finditer(around)}
    zones = "\r\n".join(found[0] for found in _ZONE.finditer(around))
    zone = _zone(said.get("X-WR-TIMEZONE") or said.get("TZID") or said.get("X-LIC-LOCATION") or "")
    event_id = event_of(text((said.get("X-WR-CALNAME") or said.get("NAME") or "").replace("\\", "")[:500]))
    yield from each("event", events, lambda event: _event(event, zones[:_MOST_ZONE_CHARS], zone, event_id))
    opened = len(re.findall(r"^BEGIN:VEVENT", unfolded, re.MULTILINE | re.IGNORECASE))
    if opened > len(events):
        yield f"event {len(events) + 1}", "it has no end"


def _zone(name: str) -> tzinfo | None:
    """Return a time zone by its name."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _event(written: str, zones: str, zone: tzinfo | None, event_id: str | None) -> CatalogueTalk:
    """Make a talk of one event of a calendar."""
    from icalendar import Calendar

    [item] = Calendar.from_ical(_SINGLE.format(zones, written)).walk("VEVENT")
    title, speakers = _summary(text(item.get("SUMMARY")))
    if not title:
        raise EntryError("no summary")
    url = text(item.get("URL"))
    return CatalogueTalk(
        title,
        event_id or event_of(url),
        None,
        speakers,
        links_of([], url),
        _date(getattr(item.get("DTSTART"), "dt", None), zone),
    )


def _date(start: object, zone: tzinfo | None) -> date | None:
    """Return the day on which an event begins, where it takes place."""
    if isinstance(start, datetime):
        in_utc = (
            start.tzinfo is not None
            and start.utcoffset() == UTC.utcoffset(None)
            and str(start.tzinfo).upper() in {"UTC", "ETC/UTC", "Z"}
        )
        return (start.astimezone(zone) if zone and in_utc else start).date()
    return start if isinstance(start, date) else None


def _summary(summary: str) -> tuple[str, tuple[str, ...]]:
    """Split a summary into title and speakers, where its last part reads like persons."""
    title, dash, tail = summary.rpartition(" - ")
    names = people(tail) if dash else ()
    if names and all(_NAME.fullmatch(name) for name in names):
        return title.strip(), names
    return summary, ()


def schedule_xml(path: Path, source: str) -> Rows:
    """Read frab's and pentabarf's XML, which pretalx writes too.

    Raises:
        CatalogueError: It is no such schedule.
    """
    from xml.etree.ElementTree import ParseError

    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root = ElementTree.fromstring(re.sub(r"\A\s*<\?xml\b[^>]*\?>", "", source))
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError) as error:
        raise CatalogueError(
            path, f"no valid XML ({' '.join(str(error).split())[:100]})", "Export it again."
        ) from error
    if (
        root.tag.rpartition("}")[2] not in {"schedule", "iCalendar", "conference"}
        or root.find(".//event") is None
    ):
        raise CatalogueError(
            path, f"no schedule in <{root.tag[:40]}>", "Give frab's or pretalx' schedule.xml."
        )
    event_id = event_of(text(root.findtext(".//conference/title") or root.findtext("./title") or ""))
    entries = [(day.attrib, event) for day in root.iter("day") for event in day.iter("event")]
    yield from each("event", entries, lambda pair: _frab(pair[0], _fields(pair[1]), event_id))


def _fields(event: Any) -> dict[str, Any]:
    """Return an XML event's fields under the names that the JSON has."""
    fields: dict[str, Any] = {child.tag: child.text for child in event if len(child) == 0}
    fields["persons"] = ["".join(person.itertext()).strip() for person in event.iter("person")]
    for name in ("links", "attachments"):
        fields[name] = [{"url": child.get("href")} for holder in event.iter(name) for child in holder]
    return fields


def _frab(day: Mapping[str, Any], event: Mapping[str, Any], event_id: str | None) -> CatalogueTalk:
    """Make a talk of one event of frab's schedule."""
    title = localised(event.get("title"))
    if not title:
        raise EntryError("no title")
    index = text(day.get("index"))
    speakers = people(list(event.get("persons") or event.get("speakers") or []))
    addresses = [
        one.get("url") or one.get("href")
        for name in ("links", "attachments")
        for one in event.get(name) or []
        if isinstance(one, Mapping)
    ]
    addresses += [event.get("video_download_url"), event.get("recording_url")]
    number = int(index) if re.fullmatch(r"\d{1,3}", index) and int(index) else None
    return CatalogueTalk(
        title,
        event_id,
        number,
        speakers,
        links_of(filter(None, addresses), text(event.get("url"))),
        _iso(day.get("date") or event.get("date")),
    )


def schedule_json(loaded: Any) -> Rows | None:
    """Read the JSON of frab, pretalx, Sessionize or pyvideo; None where it is none of these."""
    if isinstance(loaded, list):
        videos = bool(loaded) and all(isinstance(one, Mapping) and "videos" in one for one in loaded)
        return each("entry", loaded, _pyvideo) if videos else None
    if not isinstance(loaded, Mapping):
        return None
    schedule = loaded.get("schedule")
    found: Rows | None = None
    if isinstance(schedule, Mapping) and isinstance(schedule.get("conference"), Mapping):
        found = _frab_json(schedule["conference"])
    elif isinstance(loaded.get("results"), list):
        found = each("entry", loaded["results"], _pretalx)
    elif isinstance(loaded.get("sessions"), list):
        found = _sessionize(loaded)
    elif isinstance(loaded.get("videos"), list) and "title" in loaded:
        found = each("entry", [loaded], _pyvideo)
    return found


def _frab_json(conference: Mapping[str, Any]) -> Rows:
    """Read frab's JSON: days, their rooms, and the events in each."""
    event_id = event_of(localised(conference.get("title")))
    yield from each("event", _frab_events(conference), lambda pair: _frab(pair[0], pair[1], event_id))


def _frab_events(conference: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    for day in _listed(conference.get("days")):
        rooms = day.get("rooms") if isinstance(day, Mapping) else None
        for events in rooms.values() if isinstance(rooms, Mapping) else ():
            for event in _listed(events):
                yield day, event


def _pretalx(entry: Any) -> CatalogueTalk:
    """Make a talk of one submission of pretalx' API."""
    if not isinstance(entry, Mapping):
        raise EntryError("not a talk with named fields")
    title = localised(entry.get("title"))
    if not title:
        raise EntryError("no title")
    slots = entry.get("slots") or entry.get("slot")
    slot = next(
        (one for one in (slots if isinstance(slots, list) else [slots]) if isinstance(one, Mapping)), {}
    )
    resources = [
        one.get("resource") or one.get("url")
        for one in _listed(entry.get("resources"))
        if isinstance(one, Mapping)
    ]
    links = links_of(
        [*filter(None, resources), *filter(None, [entry.get("recording_url")])], text(entry.get("url"))
    )
    return CatalogueTalk(
        title, None, None, people(_listed(entry.get("speakers"))), links, _iso(slot.get("start"))
    )


def _sessionize(loaded: Mapping[str, Any]) -> Rows:
    """Read Sessionize's export: sessions name their speakers by id."""
    names = {
        str(one.get("id")): one.get("fullName") or one.get("name")
        for one in _listed(loaded.get("speakers"))
        if isinstance(one, Mapping)
    }

    def make(entry: Any) -> CatalogueTalk:
        if not isinstance(entry, Mapping):
            raise EntryError("not a talk with named fields")
        title = text(entry.get("title"))
        if not title:
            raise EntryError("no title")
        speakers = [
            one if isinstance(one, Mapping) else names.get(str(one), "")
            for one in _listed(entry.get("speakers"))
        ]
        links = links_of(filter(None, [entry.get("recordingUrl"), entry.get("liveUrl")]))
        return CatalogueTalk(title, None, None, people(speakers), links, _iso(entry.get("startsAt")))

    return each("entry", loaded["sessions"], make)


def _pyvideo(entry: Any) -> CatalogueTalk:
    """Make a talk of one file of pyvideo's data."""
    title = text(entry.get("title"))
    if not title:
        raise EntryError("no title")
    videos = [one.get("url") for one in _listed(entry.get("videos")) if isinstance(one, Mapping)]
    related = [
        one.get("url") if isinstance(one, Mapping) else one for one in _listed(entry.get("related_urls"))
    ]
    video = text(next(filter(None, videos), None))
    links = links_of(filter(None, related))
    if video:
        links = dict(links_of([video])) | {kind: url for kind, url in links.items() if kind != "video"}
    talk = CatalogueTalk(
        title, None, None, people(_listed(entry.get("speakers"))), links, _iso(entry.get("recorded"))
    )
    return replace(talk, event_id=event_of(text(entry.get("event"))))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _iso(value: Any) -> date | None:
    """Return the day that a date or time names where it takes place: its own offset, not Greenwich's."""
    words = text(value)
    try:
        return date.fromisoformat(words[:10]) if words else None
    except ValueError:
        return None
