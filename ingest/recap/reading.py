"""One recap from its file to the records that are indexed: what is known of it and of its talks, and their passages."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from index.files.records import from_line, to_line
from index.models import Event, Passage, Recap, Talk
from ingest.catalogue.catalogue import Catalogue, CatalogueTalk
from ingest.errors import RecapError
from ingest.links import best_url, merge_links, recap_link, shows_markdown, valid_url
from ingest.loaders.blocks import LoadedRecap
from ingest.recap.ids import talk_id_for
from ingest.recap.matching import Matched, OpenedRecap, open_recap, uncertain, unlinked
from ingest.recap.passages import make_passages
from ingest.sources.models import Source
from ingest.talks import FoundTalk
from ingest.talks.lines.common_words import language_of

_TITLE_CHARS = 120
_SUBJECT = re.compile(
    r"(?:[A-Z][\w-]{1,20}: [^\n]*\n){0,6}(?:Subject|Betreff|Objet) ?: ([^\n]+)"
)  # of a recap that was sent by mail


@dataclass(frozen=True, slots=True)
class ReadRecap:
    """A recap as it goes into a build, with what a person should look at."""

    recap: Recap
    event: Event | None
    text: str
    talks: tuple[Talk, ...]
    passages: tuple[Passage, ...]
    uncertain: tuple[str, ...] = ()  # one line each
    unlinked: tuple[str, ...] = ()  # one line each: the catalogue's candidates were too close to call
    evidence: tuple[str, ...] = ()  # the words that event and day were read from
    event_certainty: float = 0.0

    def to_json(self) -> str:
        """Write it as one JSON object, for the store of readings."""
        lines = {"talks": [to_line(t) for t in self.talks], "passages": [to_line(p) for p in self.passages]}
        event = to_line(self.event) if self.event else None
        rest = {
            name: getattr(self, name)
            for name in ("text", "uncertain", "unlinked", "evidence", "event_certainty")
        }
        return json.dumps({"recap": to_line(self.recap), "event": event, **lines, **rest}, ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> ReadRecap:
        """Read what `to_json` wrote.

        Raises:
            ValueError: It is something else.
        """
        values: Mapping[str, Any] = json.loads(line)
        try:
            return cls(
                recap=from_line(Recap, values["recap"]),
                event=from_line(Event, values["event"]) if values["event"] else None,
                text=values["text"],
                talks=tuple(from_line(Talk, one) for one in values["talks"]),
                passages=tuple(from_line(Passage, one) for one in values["passages"]),
                uncertain=tuple(values["uncertain"]),
                unlinked=tuple(values["unlinked"]),
                evidence=tuple(values["evidence"]),
                event_certainty=float(values["event_certainty"]),
            )
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a stored reading: {error}") from error


@dataclass(frozen=True, slots=True)
class CutTalk:
    """A found talk as the records that are indexed."""

    matched: Matched
    talk: Talk
    passages: tuple[Passage, ...]


def read_recap(source: Source, catalogue: Catalogue) -> ReadRecap:
    """Read a recap into the records that are indexed.

    Raises:
        RecapError: It cannot be read, or holds no words.
    """
    with collection_paused():
        opened = open_recap(source, catalogue)
        recap = recap_record(opened)
        cut = cut_talks(opened, recap)
    if not any(one.passages for one in cut):
        raise RecapError(
            source.recap_id, "no words to quote were found in it", "Check that the file holds notes."
        )
    return ReadRecap(
        recap=recap,
        event=opened.event,
        text=opened.loaded.text,
        talks=tuple(one.talk for one in cut),
        passages=tuple(passage for one in cut for passage in one.passages),
        uncertain=uncertain(opened),
        unlinked=unlinked(opened),
        evidence=opened.reading.evidence,
        event_certainty=opened.event_certainty,
    )


@contextmanager
def collection_paused() -> Iterator[None]:
    """Stop the search for cyclic garbage: a big recap is a million records without a cycle, and looking costs a fifth of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            # Moves what was read to the oldest generation unseen: else the first look after a big recap takes
            # a second.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def cut_talks(opened: OpenedRecap, recap: Recap) -> list[CutTalk]:
    """Make the records of all talks, in the order of the notes."""
    cut: list[CutTalk] = []
    taken: set[str] = set()
    recorded, recording = _recorded(opened)
    for matched in opened.matched:
        talk_id = talk_id_for(recap.recap_id, matched.found.title, taken)
        video = recording if matched is recorded else ""
        passages = make_passages(opened.loaded, matched.found, talk_id, video)
        # A talk that shares another one's words has none of its own; a section without words is nothing.
        if passages or (matched.found.kind != "section" and matched.found.title):
            taken.add(talk_id)
            cut.append(CutTalk(matched, _talk(opened, recap, matched, talk_id, len(cut)), passages))
    return cut


def _talk(opened: OpenedRecap, recap: Recap, matched: Matched, talk_id: str, position: int) -> Talk:
    """Make the record of one talk: the notes' word goes before the catalogue's, and speakers are the notes' alone.

    A catalogue knows who was announced; the notes know who spoke. An answer cites the notes, so only what
    they prove is said.
    """
    found = matched.found
    listed = matched.match.talk or (matched.sources[0] if len(matched.sources) == 1 else None)
    page = _page(opened, found, recap.url)
    links = merge_links(found.links, listed.links if listed else {}, {"recap": page} if page else {})
    return Talk(
        talk_id=talk_id,
        recap_id=recap.recap_id,
        title=found.title or ", ".join(found.speakers) or recap.title,
        kind=found.kind,
        speakers=found.speakers,
        affiliations=found.affiliations,
        event_id=found.event_id or recap.event_id,
        day=_day(opened, found, matched.match.talk),
        url=best_url(links),
        links=links,
        position=position,
    )


def _recorded(opened: OpenedRecap) -> tuple[Matched | None, str]:
    """Return the talk that the recap's seconds count from the beginning of, and the catalogue's recording of it.

    That is so where the talk is the only one: a transcript of a whole day counts from the day's.
    """
    talks = [one for one in opened.matched if one.found.kind != "section"]
    if len(talks) != 1 or talks[0].match.talk is None:
        return None, ""
    return talks[0], talks[0].match.talk.links.get("video", "")


def _page(opened: OpenedRecap, found: FoundTalk, url: str | None) -> str | None:
    """Return the talk's place in the recap's own page; where the page is another text, that page as a whole."""
    if url is None or opened.source.retells:
        return recap_link(url, None, "")
    # The anchors of other formats are those that a code host makes of the headings; a blog makes its own.
    anchor = found.anchor if opened.loaded.format == "html" or shows_markdown(url) else None
    text = opened.loaded.text
    if anchor:
        return recap_link(url, anchor, "")
    # Its own heading holds most titles: the whole text is searched for the others alone.
    written = (
        any(text.find(found.title, start, end) >= 0 for start, end in found.heading) or found.title in text
    )
    heading = found.title if written or not found.heading else text[slice(*found.heading[0])]
    return recap_link(url, None, heading)


def _day(opened: OpenedRecap, found: FoundTalk, listed: CatalogueTalk | None) -> int | None:
    """Return a talk's day: what a person said, the notes' own, else the catalogue's."""
    for day in (opened.source.hints.day, found.day, opened.reading.day):
        if day is not None:
            return day
    if listed is None:
        return None
    return listed.day if listed.day is not None else _counted(listed.on, opened.event)


def _counted(on: date | None, event: Event | None) -> int | None:
    """Count a date as the event's day; None outside of it."""
    if on is None or event is None or event.starts_on is None:
        return None
    day = (on - event.starts_on).days + 1
    last = (event.ends_on - event.starts_on).days + 1 if event.ends_on else 7
    return day if 0 <= day <= last else None


def recap_record(opened: OpenedRecap) -> Recap:
    """Make the record of a recap: a person's hints go before what it says of itself."""
    hints, loaded = opened.source.hints, opened.loaded
    return Recap(
        recap_id=loaded.recap_id,
        title=hints.title or _said(loaded, "title") or _first_line(loaded),
        event_id=opened.event.event_id if opened.event else None,
        day=hints.day if hints.day is not None else opened.reading.day,
        language=hints.language
        or _said(loaded, "language").split("-")[0].lower()
        or language_of(loaded.text),
        author=hints.author or _said(loaded, "author") or None,
        url=valid_url(hints.url or _said(loaded, "url")),
        text_sha256=sha256(loaded.text.encode("utf-8")).hexdigest(),
    )


def _said(loaded: LoadedRecap, key: str) -> str:
    """Return what a source says of itself under a key; several values as one."""
    value = loaded.meta.get(key, "")
    return " ".join(value.split()) if isinstance(value, str) else ", ".join(value)


def _first_line(loaded: LoadedRecap) -> str:
    """Return a mail's subject, else the first heading, else the first words."""
    headings = (block for block in loaded.blocks if block.kind == "heading")
    words = (block for block in loaded.blocks if block.kind not in ("furniture", "rule"))
    if subject := _SUBJECT.match(loaded.text):
        return subject[1].strip()[:_TITLE_CHARS]
    first = next(headings, None)
    if first is None and any(block.second is not None for block in loaded.blocks):
        return (
            PurePosixPath(loaded.recap_id).stem.replace("_", " ").replace("-", " ")
        )  # speech has no title in it
    first = first or next(words, None)
    return " ".join(loaded.slice(first).split())[:_TITLE_CHARS] if first else loaded.recap_id
