"""Which conference and day a recap is about."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.talks.event import day_of_talk, infer_event


def test_the_title_gives_event_and_day() -> None:
    """A title says both."""
    inferred = infer_event("a.txt", {}, ["Notes from KubeCon Europe 2020 - Day 3", "It rained."])

    assert inferred.event is not None
    assert (inferred.event.event_id, inferred.day) == ("EU 2020", 3)
    assert any("KubeCon Europe 2020" in line for line in inferred.evidence)


@pytest.mark.parametrize(
    ("name", "event_id", "day"),
    [
        ("kubecon-eu-2019-day2.md", "EU 2019", 2),
        ("08-someone-kubecon-na-2019-lightning.md", "NA 2019", None),
        ("2020/kubecon_eu_20.txt", "EU 2020", None),
        ("frozenrails-2012.md", "Frozenrails 2012", None),
    ],
)
def test_the_file_name_is_enough(name: str, event_id: str, day: int | None) -> None:
    """Notes without a word on the conference are placed by their file's name."""
    inferred = infer_event(name, {}, ["Ropes and knots"])

    assert inferred.event is not None
    assert (inferred.event.event_id, inferred.day) == (event_id, day)


def test_a_weekday_in_the_title_becomes_the_conference_day() -> None:
    """Friday was the third day in 2021."""
    inferred = infer_event("x.md", {"title": "Vendredi à la KubeCon EU 2021", "date": "2021-05-20"}, [])

    assert inferred.day == 3


@pytest.mark.parametrize(
    "title",
    [
        "FOSDEM 2025 rough notes (Sat+Sun, Brussels)",
        "FOSDEM 2025: Saturday and Sunday",
        "FOSDEM 2025, Sa & So",
        "FOSDEM 2025, day 1 & 2",
        "FOSDEM 2025, days 1-2",
        "FOSDEM 2025 - jours 1 à 2",
    ],
)
def test_two_days_in_a_title_are_no_day_of_the_file(title: str) -> None:
    """Notes of a whole weekend are not those of its last day."""
    inferred = infer_event("x.md", {}, [title, "It rained."])

    assert inferred.event is not None
    assert (inferred.event.event_id, inferred.day) == ("FOSDEM 2025", None)


def test_the_posting_date_in_a_path_is_no_conference_day() -> None:
    """An address with a date says when it was posted."""
    inferred = infer_event(
        "x.md", {"title": "KubeCon Europe 2021", "url": "/2021/05/06/kubecon-europe-2021/"}, []
    )

    assert inferred.day is None


def test_what_a_person_said_wins() -> None:
    """Hints are certain and replace what the recap says."""
    inferred = infer_event("kubecon-eu-2019.md", {}, [], event_id="kubecon na 2019", day=2)

    assert inferred.event is not None
    assert (inferred.event.event_id, inferred.day, inferred.certainty) == ("NA 2019", 2, 1.0)


def test_a_given_first_day_dates_an_unknown_event() -> None:
    """With its first day known, a weekday of any conference becomes a number."""
    inferred = infer_event(
        "x.md",
        {"title": "FjordDays 2023, Donnerstag"},
        [],
        event_id="FjordDays 2023",
        starts_on=date(2023, 9, 13),
    )

    assert inferred.day == 2


def test_the_publication_date_chooses_among_editions() -> None:
    """A city of two conferences is settled by when the recap was published, and says so."""
    inferred = infer_event("x.md", {"title": "KubeCon Seattle", "date": "2018-12-20"}, [])

    assert inferred.event is not None
    assert inferred.event.event_id == "NA 2018"
    assert inferred.certainty < 0.8
    assert inferred.candidates == ("NA 2016", "NA 2018")


def test_without_a_date_the_editions_stay_open() -> None:
    """Nothing is guessed: the candidates are named instead."""
    inferred = infer_event("x.md", {"title": "KubeCon Seattle"}, [])

    assert inferred.event is None
    assert inferred.candidates == ("NA 2016", "NA 2018")


def test_links_into_one_schedule_are_evidence() -> None:
    """Notes that link to a conference's schedule are about that conference."""
    links = [f"https://kccnceu2024.sched.com/event/1Ye{n}" for n in range(3)]
    inferred = infer_event("x.md", {}, ["KubeCon 2024 Tuesday"], links)

    assert inferred.event is not None
    assert inferred.event.event_id == "EU 2024"


def test_a_series_without_a_year_takes_it_from_the_date() -> None:
    """The year of publication completes the name."""
    inferred = infer_event("x.md", {"title": "My QCon London", "date": "2013-04-02"}, [])

    assert inferred.event is not None
    assert inferred.event.event_id == "QCon London 2013"
    assert inferred.certainty < 0.8


def test_a_recap_that_names_nothing_has_no_event() -> None:
    """No evidence, no event."""
    inferred = infer_event("notes.md", {}, ["Ropes and knots"])

    assert inferred.event is None
    assert inferred.certainty == 0


def test_a_day_heading_further_down_is_not_the_recaps_day() -> None:
    """The first of several days is no day of the whole recap, while the event may be named there."""
    inferred = infer_event("x.txt", {}, ["A blog", "KubeCon NA 2019, my notes", "Day 0: Contributor Summit"])

    assert inferred.event is not None
    assert inferred.event.event_id == "NA 2019"
    assert inferred.day is None


@pytest.mark.parametrize(
    ("name", "meta", "opening", "event_id"),
    [
        ("2023/bob.md", {"title": "Ein Tag auf der BOB 2023 in Berlin"}, [], "BOB 2023"),
        ("notes.md", {}, ["OSCON 2015", "Portland, like London in July"], "OSCON 2015"),
        ("srecon25-emea/dns.md", {"title": "DNS, the Long Goodbye"}, ["Dublin rained."], "SREcon EMEA 2025"),
        ("velocity_berlin_2019.txt", {}, ["Notes"], "Velocity Berlin 2019"),
        (
            "x.md",
            {"event": "Quayside Engineering Day", "date": "2024-03-12"},
            [],
            "Quayside Engineering Day 2024",
        ),
        ("x.md", {"title": "HafenSec 2025 - ein Bericht"}, ["Hamburg und London"], "HafenSec 2025"),
        ("x.md", {"title": "港口大会 2025 笔记"}, [], "港口大会 2025"),
        ("x.md", {}, ["Betreff", "Cloudport 2024 notes"], "Cloudport 2024"),
        (
            "x.md",
            {"title": "Trip report: KCD Munich", "date": "2024-07-05"},
            ["Munich was hot"],
            "KCD Munich 2024",
        ),
    ],
)
def test_any_conference_is_named_by_title_front_matter_file_and_folder(
    name: str, meta: dict[str, str], opening: list[str], event_id: str
) -> None:
    """Cities and years beside the name of another conference make no KubeCon."""
    inferred = infer_event(name, meta, opening)

    assert inferred.event is not None
    assert inferred.event.event_id == event_id


@pytest.mark.parametrize(
    "opening", ["A week in Barcelona", "Seattle, December 2018", "Summer 2021 in Berlin"]
)
def test_a_city_alone_is_where_people_were(opening: str) -> None:
    """Without a word of the series that cities imply, notes from a city are about no known conference."""
    inferred = infer_event("notes.md", {}, [opening, "Ropes and knots"])

    assert inferred.event is None or not inferred.event.event_id.startswith(("EU", "NA"))


def test_a_city_counts_where_the_notes_are_about_cloud_native() -> None:
    """Whoever writes of cloud-native things from Valencia was at KubeCon."""
    inferred = infer_event("notes.md", {}, ["A cloud-native week in Valencia"])

    assert inferred.event is not None
    assert inferred.event.event_id == "EU 2022"


def test_days_and_place_come_from_the_notes_where_no_list_has_them() -> None:
    """An opening that says when it was dates the conference, and front matter says where."""
    inferred = infer_event(
        "x.md", {"title": "TideConf 2023", "location": "Cork"}, ["TideConf", "Cork, from 7 to 9 June 2023."]
    )

    assert inferred.event is not None
    assert (inferred.event.starts_on, inferred.event.ends_on) == (date(2023, 6, 7), date(2023, 6, 9))
    assert inferred.event.city == "Cork"
    assert inferred.day is None


def test_the_date_of_a_file_on_one_talk_is_its_day() -> None:
    """Only where it lies within the conference: else it is the date of posting."""
    event = infer_event("srecon25-emea/a.md", {}, []).event

    assert day_of_talk(event, {"date": "2025-10-08"}) == 2
    assert day_of_talk(event, {"date": "2025-10-12"}) is None
    assert day_of_talk(None, {"date": "2025-10-08"}) is None
