"""Traces over the conferences and the years: every number is the number of talks, and gaps are told."""

from __future__ import annotations

import html
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.web.app import create_app
from bot.web.traces import MOST_EVENTS, companies_of, over_time
from index.encoder.base import Encoder
from index.models import Event
from index.search import Searcher
from tests.bot.web.conftest import visitor
from tests.notes import Notes, publish_notes

YEARS = (*range(2004, 2016), 2019, 2020, 2021)  # and two conferences of no known date
EVENTS = (
    *(Event(f"Quay {year}", f"Quay Days {year}", date(year, 6, 3)) for year in YEARS),
    Event("Dock Meetup", "Dock Meetup"),
    Event("Pier Night", "Pier Night"),
)
COMPANIES = ("Nordsee Reederei GmbH", "Fjord & Söner", "AT&T")


def talks() -> list[Notes]:
    """Return a talk of each company at most conferences, two at some, by people who come back."""
    found = []
    for number, event in enumerate(EVENTS):
        for at, company in enumerate(COMPANIES):
            for again in range(1 + (number % (at + 2) == 0)):
                name = f"Ada {company.split()[0].strip('&')}son"
                title = f"Lesson {number}-{at}-{again} of the tide"
                told = (f"{name} showed chart {number}-{at}-{again} of the harbour.",)
                found.append(Notes(title, (name,), told, event.event_id, 1, companies=(company,)))
    return found


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give the build of these talks."""
    index_dir = tmp_path_factory.mktemp("traces")
    publish_notes(index_dir, encoder, talks(), events=EVENTS)
    return Searcher.open(Path(index_dir), encoder)


@pytest.fixture(scope="module")
def site(searcher: Searcher) -> TestClient:
    """Give a client of their page."""
    return visitor(create_app(lambda: searcher))


def table_of(page: str) -> dict[str, int]:
    """Return the numbers in the table below a trace."""
    rows = re.findall(r'<tr><th scope="row">([^<]*)</th><td class="number">([\d,]+)</td></tr>', page)
    return {html.unescape(name): int(count) for name, count in rows}


def drawn(page: str) -> dict[str, int]:
    """Return the numbers that the columns of a trace carry."""
    titles = re.findall(r"<rect[^>]*><title>([^<]*): (\d+)</title></rect>", page)
    return {html.unescape(name): int(count) for name, count in titles}


@pytest.mark.parametrize("company", COMPANIES)
def test_a_companys_page_counts_its_talks_by_year(site: TestClient, searcher: Searcher, company: str) -> None:
    """Over many conferences the trace is by year, gaps are zero, undated talks stand apart, picture and table agree."""
    own = [talk for talk in searcher.build.talks.values() if company in talk.affiliations]
    page = site.get(f"/companies/{'-'.join(re.findall(r'[a-zö]+', company.lower()))}".replace("ö", "o")).text
    dates = {event.event_id: event.starts_on for event in EVENTS}
    by_year = Counter(str(when.year) if (when := dates[talk.event_id or ""]) else "No date" for talk in own)

    found = table_of(page)
    assert found == drawn(page)
    assert found == {**{str(year): 0 for year in range(2004, 2022)}, **by_year}
    assert f"<h1>{html.escape(company)}</h1>" in page
    assert f"{len(own)} talks of people from there" in page
    assert page.count('class="title"') == len(own)


def test_a_speakers_page_counts_their_talks(site: TestClient, searcher: Searcher) -> None:
    """A speaker's trace has all of their talks, those that the page does not list too."""
    page = site.get("/speakers/ada-nordseeson").text
    own = [talk for talk in searcher.build.talks.values() if "Ada Nordseeson" in talk.speakers]

    assert sum(table_of(page).values()) == len(own)
    assert drawn(page) == table_of(page)


def test_few_conferences_stand_by_name(searcher: Searcher) -> None:
    """Up to a dozen conferences are told apart, oldest first; none is no trace."""
    table = searcher.build.table
    some = table.of_events(range(3, 3 + MOST_EVENTS))

    assert [name for name, _ in over_time(some, searcher)] == [
        event.event_id for event in EVENTS[3 : 3 + MOST_EVENTS]
    ]
    assert sum(count for _, count in over_time(some, searcher)) == len(some)
    assert over_time(table.set_of([]), searcher) == ()


def test_companies_are_counted_as_they_are_written(site: TestClient, searcher: Searcher) -> None:
    """The overview names each company as the notes do, with exact numbers, and links to its page."""
    found = {trace.name: trace for trace in companies_of(searcher).rows}
    page = site.get("/companies").text

    assert set(found) == set(COMPANIES)
    for company, trace in found.items():
        own = [talk for talk in searcher.build.talks.values() if company in talk.affiliations]
        assert trace.talks == len(own)
        assert list(trace.counts) == [
            sum(talk.event_id == event.event_id for talk in own) for event in companies_of(searcher).events
        ]
        assert html.escape(company) in page
    for address in re.findall(r'<th scope="row"><a href="([^"]+)"', page):
        assert site.get(f"/{address.removeprefix('./')}").status_code == 200


def test_nobody_from_there_is_a_missing_page(site: TestClient) -> None:
    """A company that no speaker is from has no page, and says so."""
    reply = site.get("/companies/nobody-and-sons")

    assert reply.status_code == 404
    assert "no speaker from" in reply.text
