"""Conferences that no list knows, in the titles of recaps."""

from __future__ import annotations

import pytest

from ingest.talks.event import infer_event
from ingest.talks.event_titles import read_event_title, readable


@pytest.mark.parametrize(
    ("title", "event_id", "city"),
    [
        ("Rope & Anchor, Bergen, June 2023", "Rope & Anchor 2023", "Bergen"),
        ("Rope & Anchor 2023 (Oslo), live notes", "Rope & Anchor 2023", "Oslo"),
        ("Rope & Anchor, Bergen 2023: 12 lessons", "Rope & Anchor 2023", "Bergen"),
        ("Rope & Anchor, Bergen, 3-4 June 2023: workshop day", "Rope & Anchor 2023", "Bergen"),
        ("Rope & Anchor '23 - Bergen - typed fast", "Rope & Anchor 2023", None),
        ("People + Pumps 2024", "People + Pumps 2024", None),
        (
            "Two days of other people's boats: Hull Query Conf, Porto, May 2022",
            "Hull Query Conf 2022",
            "Porto",
        ),
        ("Tide of Reason — Tromsø, October 2023", "Tide of Reason 2023", "Tromsø"),
        ("October 2023: Tide of Reason", "Tide of Reason 2023", None),
        ("Notes from Hull-as-Code, Leeds 2023", "Hull-as-Code 2023", "Leeds"),
        ("Mast und Schot 2023, Kiel – Mitschrift", "Mast und Schot 2023", None),
        ("Rückblick auf die Mast & Schot 2023", "Mast & Schot 2023", None),
        ("Retour de Voiles & Nœuds 2022", "Voiles & Nœuds 2022", None),
        ("Rencontres Voile & Eau douce, Brest, octobre 2023", "Rencontres Voile & Eau douce 2023", "Brest"),
        ("Camino Abierto, Bogotá, 12 y 13 de mayo de 2023", "Camino Abierto 2023", "Bogotá"),
        ("2023 Polder Water Days notes", "Polder Water Days 2023", None),
        ("水门大会2025 (笔记)", "水门大会 2025", None),
        ("HARBOUR BILL CLUB, DUBLIN, FEBRUARY 2025", "Harbour Bill Club 2025", "Dublin"),
        ("NAUTICA FORUM 2022, LJUBLJANA", "Nautica Forum 2022", "Ljubljana"),
        ("NDC QUAYSIDE 2022 -- typed on a phone", "NDC Quayside 2022", None),
        ("THE STATE OF PORTS 2022", "State of Ports 2022", None),
    ],
)
def test_the_title_names_a_conference_beside_place_and_date(
    title: str, event_id: str, city: str | None
) -> None:
    """Name, place, month and remark stand in any order, in any language, in capitals or not."""
    event = infer_event("notes.md", {}, [title, "It rained."]).event

    assert event is not None
    assert (event.event_id, event.city) == (event_id, city)


@pytest.mark.parametrize(
    "title",
    [
        "Oslo, December 2018",
        "Notes by Carl Dee, May 2022",
        "The best tools in 2024",
        "Looking back at 2023",
        "My favourite talks of 2023",
        "Day 2, May 2022",
        "Keynotes, May 2022",
        "Why Rust in 2023?",
        "Summer 2021 in Oslo",
    ],
)
def test_a_place_a_person_and_a_subject_are_no_conference(title: str) -> None:
    """Where a title names none, none is made up."""
    assert infer_event("notes.md", {}, [title, "It rained."]).event is None


@pytest.mark.parametrize(
    ("title", "file_name", "name"),
    [
        (
            "rencontres du port libre, lyon, mai 2023",
            "rencontres du port libre 2023",
            "Rencontres du Port Libre",
        ),
        ("Rope & Anchor (Bergen), my bullets", "04 ropeandanchor bergen 2023", "Rope & Anchor"),
        ("Rope & Anchor (Bergen), my bullets", "rope und anchor bergen 2023", "Rope & Anchor"),
        ("PumpYard23, typed live", "pumpyard 2023", "PumpYard"),
        ("Blue Water - Bergen 2023", "blue water bergen 2023", "Blue Water"),
    ],
)
def test_a_file_that_is_named_after_the_conference_says_so(title: str, file_name: str, name: str) -> None:
    """Small letters, a year that the title leaves out, a dash before the place: the file's name settles it."""
    found = read_event_title(title, file_name)

    assert found is not None
    assert (readable(found.name), found.year) == (name, 2023)


@pytest.mark.parametrize("title", ["Mooring, the Long Goodbye", "Mooring in Bergen"])
def test_a_file_that_is_named_after_its_talk_says_no_conference(title: str) -> None:
    """The date of one talk's notes makes no conference of its title."""
    assert read_event_title(title, "2025 10 08 " + title.lower().replace(",", "")) is None


@pytest.mark.parametrize(
    "words", ["Cut the manifest first", "Three days on a boat", "Thursdays are for deploys"]
)
def test_everyday_words_that_end_as_conferences_do_name_none(words: str) -> None:
    """A manifest is no festival, and days are not always those of a conference."""
    inferred = infer_event(
        "notes.md", {"title": "Rope & Anchor, Bergen, June 2023"}, [words, f"Boats. {words} again."]
    )

    assert inferred.event is not None
    assert inferred.event.event_id == "Rope & Anchor 2023"


def test_the_recap_s_own_way_to_write_a_name_wins() -> None:
    """A heading in capitals says nothing of capitals; the text below does."""
    event = infer_event("x.txt", {}, ["NAUTICA DEVFLOW 2022", "At DevFlow they sat in three rows."]).event

    assert event is not None
    assert event.event_id == "Nautica DevFlow 2022"


def test_a_conference_in_the_folder_s_name_goes_before_a_talk_s_own_title() -> None:
    """One file a talk: the title is the talk's."""
    event = infer_event(
        "srecon25-emea/blue-water.md", {"title": "Blue Water, Dublin, October 2025"}, []
    ).event

    assert event is not None
    assert event.event_id == "SREcon EMEA 2025"


@pytest.mark.parametrize(
    ("title", "line", "name", "city"),
    [
        ("🪢 Rope Jam Lisbon", "Date: March 6, 2026 → March 7, 2026", "Rope Jam Lisbon 2026", "Lisbon"),
        ("Rope Jam Lisbon", "Date: 2026-03-06 → 2026-03-07", "Rope Jam Lisbon 2026", "Lisbon"),
        ("Anker und Tau, Berlin", "Datum: 6. März 2026 → 7. März 2026", "Anker und Tau 2026", "Berlin"),
        ("Voiles et Nœuds Paris", "6 mars 2026 → 7 mars 2026", "Voiles et Nœuds Paris 2026", "Paris"),
        ("Rope Jam Lisbon ⚓", "6-7 March 2026", "Rope Jam Lisbon 2026", "Lisbon"),
        (
            "Rope Jam Lisbon",
            "When: March 6, 2026 9:00 AM → March 7, 2026 5:00 PM",
            "Rope Jam Lisbon 2026",
            "Lisbon",
        ),
    ],
)
def test_a_line_of_dates_dates_the_title_above_it(title: str, line: str, name: str, city: str) -> None:
    """Note-taking tools keep the days of a page beside its title; with a city in it, it is a conference."""
    event = infer_event("notes.md", {}, [title, line, "It rained."]).event

    assert event is not None
    assert (event.event_id, event.city) == (name, city)
    assert (str(event.starts_on), str(event.ends_on)) == ("2026-03-06", "2026-03-07")


def test_headings_of_days_or_a_place_do_as_well_as_a_city_in_the_title() -> None:
    """Two days, each with its talks, are no task of two days."""
    opening = ["🪢 Rope Jam", "Date: March 6, 2026 → March 7, 2026"]

    assert infer_event("notes.md", {}, opening).event is None
    days = infer_event("notes.md", {}, opening, has_days=True).event
    placed = infer_event("notes.md", {"city": "Ghent"}, opening).event
    assert days is not None
    assert days.event_id == "Rope Jam 2026"
    assert placed is not None
    assert (placed.event_id, placed.city) == ("Rope Jam 2026", "Ghent")


@pytest.mark.parametrize(
    "line",
    [
        "Date: March 6, 2026",  # a talk's day
        "From March 6, 2026 to March 7, 2026 the harbour was shut and nobody came.",
        "Date: March 6, 2026 → July 7, 2026",
    ],
)
def test_other_dates_make_no_conference_of_a_title(line: str) -> None:
    """One day, a stretch in a sentence or a whole season say nothing of the title above."""
    assert infer_event("notes.md", {}, ["Rope Jam Lisbon", line, "It rained."]).event is None
