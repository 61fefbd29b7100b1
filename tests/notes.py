"""A small conference in our own words, written to disk as a real build."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from index.build.layout import current_build_id
from index.build.writer import publish, write_build
from index.encoder.base import Encoder
from index.errors import NoBuild
from index.models import Event, Passage, Recap, Talk, TalkKind


@dataclass(frozen=True)
class Notes:
    """One talk and what somebody wrote down about it."""

    title: str
    speakers: tuple[str, ...]
    paragraphs: tuple[str, ...]
    event_id: str = "EU 2020"
    day: int = 3
    kind: TalkKind = "session"
    url: str | None = None
    companies: tuple[str, ...] = ()  # of the speakers
    links: tuple[str, ...] = ()  # behind the words of the first paragraph


EVENTS = (
    Event("EU 2020", "KubeCon + CloudNativeCon Europe 2020", date(2020, 8, 17), date(2020, 8, 20)),
    Event(
        "NA 2019",
        "KubeCon + CloudNativeCon North America 2019",
        date(2019, 11, 18),
        date(2019, 11, 21),
        "San Diego",
    ),
)
TALKS = (
    Notes(
        "Harbour Pilots for Busy Clusters",
        ("Ines Moreau", "Bo Ek"),
        (
            "Ines Moreau runs 120 clusters with Lanternfish, an operator that moves idle workloads at night.",
            "Lanternfish saved them 38% of their nodes in six months, after a first attempt that evicted a database.",
            "Bo Ek warned that Lanternfish needs a pod disruption budget on every stateful set.",
        ),
        url="https://talks.example.org/harbour?day=3&room=A",
    ),
    Notes(
        "Keynote: Small Teams, Large Platforms",
        ("Amara Diallo",),
        (
            "Amara Diallo counted four people behind a platform of 900 services.",
            "They wrote no YAML by hand since 2018.",
        ),
        kind="keynote",
        url="https://talks.example.org/small-teams",
    ),
    Notes(
        "Tracing Without Tears",
        ("Kenji Watanabe",),
        (
            "Kenji Watanabe samples one trace in 400 and keeps every failed one.",
            "Their collector Quillwort writes 2 TB a day.",
        ),
        day=4,
        url="https://talks.example.org/tracing",
    ),
    Notes(
        "Lanternfish, the First Year",
        ("Ines Moreau",),
        (
            "A year before, Lanternfish was a cron job of 60 lines.",
            "Its first cluster was the test lab in Lyon.",
        ),
        event_id="NA 2019",
        day=3,
        url="https://talks.example.org/first-year",
    ),
    Notes(
        "Storage That Forgives",
        ("Oluwaseun Adeyemi",),
        (
            "Oluwaseun Adeyemi restores a volume in 14 seconds from Mossbank snapshots.",
            "Mossbank keeps snapshots in three regions.",
        ),
        event_id="NA 2019",
        day=1,
    ),
    Notes(
        "Caching at the Edge",
        ("Rui Lopes",),
        ("Rui Lopes puts a cache named Tidepool in front of every registry.",),
    ),
)


def publish_notes(
    index_dir: Path,
    encoder: Encoder,
    talks: Sequence[Notes] = TALKS,
    created_at: datetime | None = None,
    *,
    events: Sequence[Event] = EVENTS,
) -> str:
    """Write a build of these notes, make it the live one and return its id."""
    recaps, texts, found, passages = [], {}, [], []
    for event in events:
        recap_id = f"{event.event_id.lower().replace(' ', '-')}.md"
        text = ""
        for position, notes in enumerate([one for one in talks if one.event_id == event.event_id]):
            talk = Talk(
                f"{recap_id}/{position}",
                recap_id,
                notes.title,
                notes.kind,
                notes.speakers,
                notes.companies,
                event_id=event.event_id,
                day=notes.day,
                url=notes.url,
                links={"video": notes.url} if notes.url else {},
                position=position,
            )
            found.append(talk)
            for ordinal, words in enumerate((notes.title, *notes.paragraphs)):
                start, end = len(text), len(text) + len(words)
                role = "body" if ordinal else "heading"
                passages.append(
                    Passage(
                        f"{talk.talk_id}#{ordinal}",
                        talk.talk_id,
                        recap_id,
                        ordinal,
                        words,
                        start,
                        end,
                        start,
                        end,
                        role,
                        links=notes.links if ordinal == 1 else (),
                    )
                )
                text += f"{words}\n\n"
        texts[recap_id] = text
        digest = hashlib.sha256(text.encode()).hexdigest()
        recaps.append(
            Recap(recap_id, f"Notes on {event.name}", event.event_id, None, "en", None, None, digest)
        )
    try:
        previous = current_build_id(index_dir)
    except NoBuild:
        previous = None
    now = created_at or datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
    build_id = write_build(
        index_dir,
        events=events,
        recaps=recaps,
        texts=texts,
        talks=found,
        passages=passages,
        encoder=encoder,
        previous=previous,
        now=now,
    )
    publish(index_dir, build_id)
    return build_id
