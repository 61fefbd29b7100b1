"""Small notes that we wrote, the encoder that ships, and a build of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from index.build.contents import text_digest
from index.build.writer import publish, write_build
from index.encoder.base import Encoder
from index.models import Event, Passage, Recap, Talk
from index.search import Searcher

WRITTEN_AT = datetime(2026, 11, 20, 2, 15, tzinfo=UTC)
HARBOUR = """Growing the quay by Ann Bee

The quay grew by 40 metres; cert-manager signs its papers.
Café owners paid for half of it.

Tide tables as a cache by Carl Dee

A tide table is a cache: right until the wind turns.
CertManager 1.18 renews the papers at night, and VMs watch the tide.
"""
ORCHARD = """Grafting for beginners by Ann Bee

Graft in March, when the sap rises.
Apple policies differ from pear policies.
"""


@dataclass(frozen=True)
class Notes:
    """Records and texts as `write_build` takes them."""

    events: Sequence[Event] = ()
    recaps: Sequence[Recap] = ()
    texts: dict[str, str] = field(default_factory=dict)
    talks: Sequence[Talk] = ()
    passages: Sequence[Passage] = ()

    def write(
        self,
        index_dir: Path,
        encoder: Encoder,
        previous: str | None = None,
        *,
        now: datetime = WRITTEN_AT,
        **how: Any,
    ) -> str:
        """Write a build of these notes; `how` is what else `write_build` takes."""
        return write_build(
            index_dir,
            events=self.events,
            recaps=self.recaps,
            texts=self.texts,
            talks=self.talks,
            passages=self.passages,
            encoder=encoder,
            previous=previous,
            now=now,
            **how,
        )


def small_notes(texts: dict[str, str] | None = None) -> Notes:
    """Make notes: each talk is a line 'title by speaker' between blank lines, each other line a passage."""
    texts = {"harbour/day1.txt": HARBOUR, "orchard.txt": ORCHARD} if texts is None else texts
    events = (
        Event("Harbour 2024", "HarbourConf 2024", date(2024, 5, 1), date(2024, 5, 2), "Bremen", ("harbour",)),
        Event("Orchard 2025", "OrchardDays 2025"),
    )
    recaps, talks, passages = [], [], []
    for (recap_id, text), event, day in zip(texts.items(), events, (1, 2), strict=False):
        recaps.append(Recap(recap_id, recap_id, event.event_id, day, "en", None, None, text_digest(text)))
        at = 0
        for line in text.splitlines(keepends=True):
            said = line.rstrip("\n")
            if " by " in said:
                heading, _, speaker = said.partition(" by ")
                talk_id = f"{recap_id}:{len(talks)}"
                talks.append(
                    Talk(
                        talk_id,
                        recap_id,
                        heading,
                        "session",
                        (speaker,),
                        (),
                        event.event_id,
                        day,
                        position=len(talks),
                    )
                )
            if said:
                talk, ordinal, end = (
                    talks[-1],
                    sum(p.talk_id == talks[-1].talk_id for p in passages),
                    at + len(said),
                )
                role = "heading" if " by " in said else "body"
                passages.append(
                    Passage(
                        f"{talk.talk_id}#{ordinal}",
                        talk.talk_id,
                        recap_id,
                        ordinal,
                        said,
                        at,
                        end,
                        at,
                        end,
                        role,
                    )  # type: ignore[arg-type]
                )
            at += len(line)
    return Notes(events[: len(texts)], recaps, texts, talks, passages)


@pytest.fixture(scope="session")
def index_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Publish a build of the small notes; tests read it only."""
    folder = tmp_path_factory.mktemp("index")
    publish(folder, small_notes().write(folder, encoder))
    return folder


@pytest.fixture(scope="session")
def searcher(index_dir: Path, encoder: Encoder) -> Searcher:
    """Open the small notes' build."""
    return Searcher.open(index_dir, encoder)
