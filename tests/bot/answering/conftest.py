"""A small build of notes that we wrote, with names, acronyms, speakers and links to ask for."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from index.build.writer import publish, write_build
from index.encoder.base import Encoder
from index.models import Event, Passage, Recap, Role, Talk, TalkKind, Voice
from index.search import Searcher

os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

EVENTS = (
    Event(
        "EU 2018", "KubeCon + CloudNativeCon Europe 2018", date(2018, 5, 2), date(2018, 5, 4), "Copenhagen"
    ),
    Event("EU 2021", "KubeCon + CloudNativeCon Europe 2021", date(2021, 5, 5), date(2021, 5, 7)),
    Event("PierConf 2023", "PierConf Lisbon 2023", date(2023, 9, 4), date(2023, 9, 5), "Lisbon"),
)
# Event, day, kind, title, speakers, link, and what was written down; a line that starts with "!" is the
# author's own remark.
TALKS: tuple[tuple[str, int | None, TalkKind, str, tuple[str, ...], str | None, tuple[str, ...]], ...] = (
    (
        "EU 2021",
        1,
        "keynote",
        "Keynote: Lanterns at Sea",
        ("Mira Voss",),
        "https://talks.example.org/lanterns",
        (
            "Lanternfish drains idle nodes at night and saved the team 38% of its machines.",
            "Lanternfish cannot move a pod that holds a local disk.",
            "!I would not run it on a cluster that I love.",
        ),
    ),
    (
        "EU 2021",
        2,
        "session",
        "Pier Budgets in Practice",
        ("Tom Okafor", "Lena Brandt"),
        "https://talks.example.org/pier",
        (
            "The Pier Disruption Budget (PDB) limits how many replicas may leave at once.",
            "A budget of one blocks every upgrade, Lena Brandt showed.",
            "Quillwort keeps the audit trail; its default retention is 14 days.",
        ),
    ),
    (
        "EU 2021",
        2,
        "session",
        "Autoscaling Without Tears",
        ("Ana Sol",),
        None,
        (
            "Autoscaling reacts too late to a flash crowd, so they warm up replicas an hour before.",
            "The autoscaler adds machines from a pool of spares.",
        ),
    ),
    (
        "EU 2018",
        3,
        "session",
        "Autoscaling by Hand",
        (),
        None,
        (
            "In 2018 autoscaling was a cron job of 60 lines.",
            "Quillwort was announced and kept logs for 7 days.",
        ),
    ),
    (
        "EU 2018",
        1,
        "workshop",
        "Tracing workshop",
        ("Kenji Watanabe",),
        "https://talks.example.org/tracing",
        ("Every failed trace is kept, one in 400 of the others.", "Gitlab Runner hosted the exercises."),
    ),
    (
        "PierConf 2023",
        1,
        "session",
        "Tide Tables as a Cache",
        ("Rui Lopes",),
        None,
        ("A tide table is a cache: right until the wind turns.",),
    ),
    (
        "PierConf 2023",
        None,
        "session",
        "Seven Knots of Rope",
        ("Rui North",),
        None,
        (
            "A bowline holds under load and opens without a marlinspike.",
            "Rui North sailed to North America with Tom.",
        ),
    ),
    (
        "EU 2021",
        3,
        "session",
        "Charting the North",
        ("Rui North", "Ana Sol"),
        None,
        ("Charts of North America come from Rui's archive.", "The archive is open to everybody."),
    ),
)


def write_notes(index_dir: Path, encoder: Encoder) -> str:
    """Write these notes as a build, make it the live one and return its id."""
    recaps, texts, talks, passages = [], {}, [], []
    for event in EVENTS:
        recap_id = f"{event.event_id.lower().replace(' ', '-')}.txt"
        text = ""
        for position, (event_id, day, kind, title, speakers, url, lines) in enumerate(TALKS):
            if event_id != event.event_id:
                continue
            talk = Talk(
                f"{recap_id}/{position}",
                recap_id,
                title,
                kind,
                speakers,
                (),
                event_id,
                day,
                url,
                {"video": url} if url else {},
                position,
            )
            talks.append(talk)
            by_line = f"{title} - {', '.join(speakers)}" if speakers else title
            for ordinal, line in enumerate((by_line, *lines)):
                said = line.removeprefix("!")
                role: Role = "body" if ordinal else "heading"
                voice: Voice = "author" if line.startswith("!") else "notes"
                start, text = len(text), f"{text}{said}\n\n"
                end = start + len(said)
                passages.append(
                    Passage(
                        f"{talk.talk_id}#{ordinal}",
                        talk.talk_id,
                        recap_id,
                        ordinal,
                        said,
                        start,
                        end,
                        start,
                        end,
                        role,
                        voice,
                    )
                )
        texts[recap_id] = text
        digest = hashlib.sha256(text.encode()).hexdigest()
        recaps.append(Recap(recap_id, recap_id, event.event_id, None, "en", None, None, digest))
    build_id = write_build(
        index_dir,
        events=EVENTS,
        recaps=recaps,
        texts=texts,
        talks=talks,
        passages=passages,
        encoder=encoder,
        now=datetime(2026, 11, 20, 2, 15, tzinfo=UTC),
    )
    publish(index_dir, build_id)
    return build_id


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Give a folder with a published build, not to be changed."""
    folder = tmp_path_factory.mktemp("answering") / "index"
    write_notes(folder, encoder)
    return folder


@pytest.fixture(scope="session")
def searcher(index_dir: Path, encoder: Encoder) -> Searcher:
    """Give the opened build."""
    return Searcher.open(index_dir, encoder)


@pytest.fixture(scope="session")
def texts(searcher: Searcher) -> dict[str, str]:
    """Give each recap's stored text as it lies on disk, by recap, read without the searcher."""
    lying = [path.read_bytes().decode() for path in searcher.build.folder.rglob("texts/*")]
    digests = {hashlib.sha256(text.encode()).hexdigest(): text for text in lying}
    return {recap_id: digests[recap.text_sha256] for recap_id, recap in searcher.build.recaps.items()}
