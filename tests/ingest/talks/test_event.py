"""Which conference and day a recap is about."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.talks.event import infer_event


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
