"""What a request reads does not grow with the notes: talks come from the table, records only of what is shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.addresses import addresses_of
from bot.holdings import holdings_of
from bot.web.app import create_app
from bot.web.feed import newest_talks
from bot.web.state import state_of
from bot.web.talk_map import talk_map_of
from bot.web.traces import companies_of, topics_of
from index.encoder.base import Encoder
from index.files.records import ById, Rows
from index.models import Talk
from index.search import Searcher
from tests.bot.web.conftest import visitor
from tests.notes import Notes, publish_notes

SMALL, LARGE = 60, 240
_COLOURS = ("red", "blue", "green", "grey", "black", "white")


class CountingRows(Rows[Talk]):
    """Talks by row that count how often one is read from disk."""

    read = 0

    def _parse(self, line: str, row: int) -> Talk:
        self.read += 1
        return super()._parse(line, row)


class CountingTalks(ById[Talk]):
    """Talks by id that count."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, Talk)
        self.rows = CountingRows(path, Talk)

    @property
    def read(self) -> int:
        """Return how many records were read since the last reset."""
        assert isinstance(self.rows, CountingRows)
        return self.rows.read

    def forget(self) -> None:
        """Begin anew: nothing is remembered, nothing was read."""
        self.rows = CountingRows(self.rows._lines.path, Talk)


def talks(count: int) -> list[Notes]:
    """Return so many talks, most of them on one day, as large conferences have them."""
    return [
        Notes(
            f"Lantern number {number} of {_COLOURS[number % 6]} light",
            (f"Speaker{number} Oak{number}",),
            (f"Lantern {number} shone {_COLOURS[number % 6]} over the Quayside.",),
            companies=("Quayside Works",),
            event_id="NA 2019" if number % 5 == 0 else "EU 2020",
            day=1 + number % 2,
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def sites(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder
) -> dict[int, tuple[TestClient, CountingTalks]]:
    """Give the page over a small and over a four times larger build, with the talks that count."""
    found = {}
    for count in (SMALL, LARGE):
        index_dir = tmp_path_factory.mktemp(f"growth-{count}")
        publish_notes(index_dir, encoder, talks(count))
        opened = Searcher.open(index_dir, encoder).build
        counting = CountingTalks(opened.folder / "talks.jsonl")
        live = Searcher(replace(opened, talks=counting, stored_talks=counting), encoder)
        for once_a_build in (
            addresses_of,
            holdings_of,
            topics_of,
            newest_talks,
            talk_map_of,
            companies_of,
            state_of,
        ):
            once_a_build(live)
        found[count] = (visitor(create_app(lambda live=live: live)), counting)  # type: ignore[misc]
    return found


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/?q=what+was+said+about+lantern+7%3F",
        "/talks",
        "/talks?event=EU+2020&kind=session&page=1",
        "/talks?about=Quayside",
        "/eu-2020",
        "/eu-2020/day-2",
        "/eu-2020/day-2/lantern-number-7-of-blue-light",
        "/speakers",
        "/companies",
        "/companies/quayside-works",
        "/speakers/speaker7-oak7",
        "/topics",
        "/map",
        "/topics/quayside",
        "/state",
        "/state?lack=link",
        "/feed.atom",
        "/api/talks",
        "/api/talks?about=Quayside&per_page=20",
        "/api/talks/eu-2020.md/7",
        "/api/events",
        "/api/speakers",
        "/api/status",
        "/readyz",
    ],
)
def test_a_request_reads_no_more_of_larger_notes(
    sites: dict[int, tuple[TestClient, CountingTalks]], path: str
) -> None:
    """Four times the talks cost no more records than what a page shows, and no page shows more than 200 talks."""
    read = {}
    for count, (client, counting) in sites.items():
        counting.forget()
        reply = client.get(path)
        assert reply.status_code == 200
        assert reply.text.count('class="title"') <= 200
        read[count] = counting.read

    assert read[LARGE] <= max(read[SMALL] + 110, 210)
    assert read[LARGE] < LARGE
