"""Open one recap: load it, find its talks, look them up in the catalogue, and say what a person should look at."""

from __future__ import annotations

from dataclasses import dataclass, field

from index.conferences.event_mentions import parse_event
from index.models import Event
from ingest.catalogue.catalogue import MATCH_SCORE, SECTION_SCORE, Catalogue, CatalogueTalk, Match
from ingest.errors import RecapError, Withheld
from ingest.loaders import load
from ingest.loaders.blocks import LoadedRecap
from ingest.sources.models import Source
from ingest.sources.privacy import doubts, kept_private
from ingest.talks import FoundTalk, Reading, find_talks
from ingest.talks.lines.places import read_place

# Below this certainty a person should look at a talk.
SURE = 0.6
# And below this one at its event, which reports mark with "?".
SURE_EVENT = 0.75
_OPENING_CHARS = 200


@dataclass(frozen=True, slots=True)
class Matched:
    """A found talk with what the catalogue says of it."""

    found: FoundTalk
    match: Match
    sources: tuple[CatalogueTalk, ...] = field(
        default=()
    )  # sections: the talks whose titles stand in their words


@dataclass(frozen=True, slots=True)
class OpenedRecap:
    """A recap with its found talks, before it is cut into passages; what `inspect` shows."""

    source: Source
    loaded: LoadedRecap
    reading: Reading
    event: Event | None
    matched: tuple[Matched, ...]

    @property
    def event_certainty(self) -> float:
        """Say how surely the event is known; what a person named is certain."""
        return 1.0 if self.source.event else self.reading.event_certainty


def open_recap(source: Source, catalogue: Catalogue) -> OpenedRecap:
    """Load a recap, find its talks and look them up in the catalogue.

    Raises:
        RecapError: It cannot be read.
        Withheld: It says that it is not to be published.
    """
    loaded = load(source.path, source.recap_id)
    if private := kept_private(loaded.meta):
        raise Withheld(source.recap_id, private)
    try:
        loaded.text.encode("utf-8")
    except UnicodeEncodeError as error:
        what = f"the character at {error.start} is half a surrogate pair"
        raise RecapError(source.recap_id, what, "Repair it in the source.") from error
    reading = find_talks(
        loaded, source.hints, known_titles=catalogue.titles(source.hints.event_id or _named_event(loaded))
    )
    event = source.event or reading.event
    event_id = event.event_id if event else None
    matched = tuple(
        _match(loaded, found, reading, catalogue, found.event_id or event_id) for found in reading.talks
    )
    return OpenedRecap(source, loaded, reading, event, matched)


def _named_event(loaded: LoadedRecap) -> str | None:
    """Return the event that a recap's own title, file name or first words name, so that other events' titles are not looked for."""
    title = loaded.meta.get("title", "")
    for words in (
        title if isinstance(title, str) else " ".join(title),
        loaded.text[:_OPENING_CHARS],
        loaded.recap_id,
    ):
        ids = parse_event(words)
        if len(ids) == 1:
            return ids[0]
    return None


def _match(
    loaded: LoadedRecap, found: FoundTalk, reading: Reading, catalogue: Catalogue, event_id: str | None
) -> Matched:
    """Look a found talk up in the catalogue; a section's sources are the talks that it names."""
    section = found.kind == "section"
    day = found.day if found.day is not None else reading.day
    least = SECTION_SCORE if section else MATCH_SCORE
    match = (
        catalogue.match(found.title, () if section else found.speakers, event_id, day, least)
        if found.title
        else Match("unknown")
    )
    if not section or match.outcome == "linked":
        return Matched(found, match)
    words = "\n".join(loaded.text[start:end] for start, end in (*found.heading, *found.body))
    return Matched(found, match, catalogue.named_in(words, event_id))


def uncertain(opened: OpenedRecap) -> tuple[str, ...]:
    """List what a person should look at, each with the way out."""
    loaded = opened.loaded
    talks = any(found.kind != "section" for found in opened.reading.talks)
    told = doubts(loaded.recap_id, loaded.text, loaded.meta, talks=talks)
    lines = [*loaded.notices, *told, *opened.reading.remarks, *_event_doubts(opened)]
    if not (talks or told):
        lines.append(
            "no talks were found in it, only sections; give each talk a heading, or a list's line with its speaker"
            " (`confnotes help notes`)"
        )
    if talks and (heading := _uncounted_day(opened.reading)):
        lines.append(f"“{heading}” could not be counted as a day; say `starts_on` or `day` in sources.yaml")
    for matched in opened.matched:
        found = matched.found
        if found.kind != "section" and found.certainty < SURE:
            why = f": {', '.join(found.remarks)}" if found.remarks else ""
            lines.append(f"“{found.title}” may be no talk of its own ({found.certainty:.0%} sure{why})")
    return tuple(dict.fromkeys(lines))


def _event_doubts(opened: OpenedRecap) -> tuple[str, ...]:
    """Say that the event is unknown or not sure."""
    way = "name it as `event` in its front matter or in sources.yaml"
    if opened.event is None:
        return (f"no event was recognised; {way}",)
    if opened.event_certainty < SURE_EVENT:
        return (f"its event may not be {opened.event.event_id} ({opened.event_certainty:.0%} sure); {way}",)
    return ()


def _uncounted_day(reading: Reading) -> str:
    """Return the first heading of a day whose talks have no day, such as a weekday of a conference without dates."""
    for found in reading.talks:
        if found.kind == "section" and found.day is None and reading.day is None:
            place = read_place(found.title)
            if place is not None and place.role == "day":
                return found.title
    return ""


def unlinked(opened: OpenedRecap) -> tuple[str, ...]:
    """List the talks for which the catalogue has two candidates too close to call."""
    lines = []
    for matched in opened.matched:
        if matched.match.outcome == "ambiguous":
            candidates = " / ".join(f"{title} ({score:.0f})" for title, score in matched.match.candidates[:3])
            lines.append(f"“{matched.found.title}”: {candidates}")
    return tuple(lines)
