"""How people name conferences and their days."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.conferences.day_mentions import parse_days, parse_heading_days, parse_range
from index.conferences.editions import EDITIONS, SERIES_FOLDER, event_for, read_series
from index.conferences.event_mentions import EventReader, parse_event, parse_events
from index.models import Event


@pytest.mark.parametrize(
    ("words", "event_id"),
    [
        ("eu 2021", "EU 2021"),
        ("EU21", "EU 2021"),
        ("kccnceu2021", "EU 2021"),
        ("kccncna19", "NA 2019"),
        ("kubecon europe 21", "EU 2021"),
        ("KubeCon EU '22", "EU 2022"),
        ("what was said in Copenhagen?", "EU 2018"),
        ("san diego", "NA 2019"),
        ("NA19", "NA 2019"),
        ("kubecon-eu-2019-day2", "EU 2019"),
        ("KubeCon + CloudNativeCon North America 2019", "NA 2019"),
        ("The 2018 KubeCon, held in Copenhagen", "EU 2018"),
        ("KubeCon 2015", "NA 2015"),
        ("colocatedeventseu2024", "EU 2024"),
        ("who spoke in Paris 2024", "EU 2024"),
        ("China 2018", "China 2018"),
        ("QCon London 2013", "QCon London 2013"),
        ("GopherCon 2018: Day 2", "GopherCon 2018"),
        ("AWS re:Invent 2019", "re:Invent 2019"),
        ("SREcon23 Americas", "SREcon Americas 2023"),
        ("EU 2029", "EU 2029"),
    ],
)
def test_a_naming_of_one_conference_gives_its_id(words: str, event_id: str) -> None:
    """Regions, cities, hosts of schedules and other series all resolve."""
    assert parse_event(words) == (event_id,)


@pytest.mark.parametrize(
    "words",
    [
        "last year's talk",
        "data in the EU?",
        "native apps in 2021",
        "KubeCon",
        "may contain 15 nodes",
        "chinaware",
        "",
    ],
)
def test_ordinary_words_name_no_conference(words: str) -> None:
    """A word that only resembles a conference is left alone."""
    assert parse_event(words) == ()


def test_a_city_of_several_years_stays_open() -> None:
    """A city without a year lists every edition that was held there."""
    [mention] = parse_events("seattle")

    assert mention.event_ids == ("NA 2016", "NA 2018")
    assert mention.event_id is None


def test_a_planned_city_counts_only_with_its_year() -> None:
    """The venue that the pandemic emptied is found by city and year together."""
    assert parse_event("Amsterdam 2020") == ("EU 2020",)
    assert "EU 2020" not in parse_event("Amsterdam")


def test_the_virtual_one_lists_what_was_virtual_that_year() -> None:
    """Two editions of 2020 were held online; the build that is asked knows which of them it has."""
    assert parse_event("the virtual one in 2020") == ("EU 2020", "NA 2020")


def test_a_city_inside_another_conference_is_not_kubecon() -> None:
    """The London of QCon is not the London of KubeCon."""
    assert parse_event("Best of QCon London") == ()


def test_mentions_carry_the_words_that_a_question_can_lose() -> None:
    """Taking the spans out leaves the question itself."""
    question = "who spoke about cilium at kubecon eu 2021?"
    [mention] = parse_events(question)
    [(start, end)] = mention.spans

    assert question[start:end] == "kubecon eu 2021"


def test_events_of_the_build_are_found_by_their_aliases() -> None:
    """A conference outside the table is known as soon as a build has it."""
    harbour = Event("HarbourConf 2022", "HarbourConf 2022 in Hamburg", aliases=("the harbour one",))

    assert parse_event("at the harbour one", [harbour]) == ("HarbourConf 2022",)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("day 3", 3),
        ("day3", 3),
        ("Day Three", 3),
        ("third day", 3),
        ("last day", 3),
        ("D3", 3),
        ("vendredi", 3),
        ("Dernier jour de la conférence", 3),
        ("Mittwoch", 1),
        ("3日目", 3),
        ("最終日", 3),
        ("May 4th", 0),
        ("Freitag, 7. Mai", 3),
        ("2021-05-06", 2),
        ("05.05.2021", 1),
        ("Troisième journée", 3),
        ("2日目", 2),
    ],
)
def test_days_are_read_in_four_languages(words: str, day: int) -> None:
    """Numbers, ordinals, weekdays and dates give the day of a conference of known dates."""
    assert parse_days(words)[0].resolve(event_for("EU 2021")) == day


@pytest.mark.parametrize(
    "words",
    ["day 2 operations", "every day", "day", "it took a day 5 times over", "35 minutes", "Monday's"[:0]],
)
def test_other_days_are_no_conference_days(words: str) -> None:
    """Day 2 operations are a subject."""
    assert parse_days(words) == ()


def test_several_days_are_listed_one_by_one() -> None:
    """A heading over three days names all of them."""
    assert [mention.number for mention in parse_days("Day 1, 2 and 3: Sessions")] == [1, 2, 3]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("days 1-3", [1, 2, 3]),
        ("Notes of days 2 – 4", [2, 3, 4]),
        ("Tag 1 bis 3", [1, 2, 3]),
        ("jours 1 à 2", [1, 2]),
        ("Day 1-2 of HafenConf", [1, 2]),
        ("Day 1 - 3 talks on quays", [1]),
        ("Day 1 - 10:00", [1]),
    ],
)
def test_a_stretch_of_days_names_those_between(words: str, numbers: list[int]) -> None:
    """From one day to another are all days between; a title that begins with a number is none."""
    assert [mention.number for mention in parse_days(words)] == numbers


@pytest.mark.parametrize(
    ("words", "weekdays"),
    [
        ("HafenConf 2025 (Sat+Sun, Kiel)", [5, 6]),
        ("notes, sat & sun", [5, 6]),
        ("Do/Fr", [3, 4]),
        ("mer-jeu", [2, 3]),
        ("Sáb / Dom", [5, 6]),
        ("lör+sön", [5, 6]),
        ("Mon-Wed", [0, 2]),
        ("CI/CD, I/O, TCP/IP and so/do", []),
    ],
)
def test_abbreviated_weekdays_are_read_in_pairs(words: str, weekdays: list[int]) -> None:
    """Two short names with a sign between them are days; other pairs of letters are not."""
    assert [mention.weekday for mention in parse_days(words)] == weekdays


@pytest.mark.parametrize(
    ("words", "weekday"),
    [("wed", 2), ("# thu", 3), ("Do.", 3), ("ven", 4), ("mié", 2), ("土", 5), ("czw:", 3)],
)
def test_a_heading_may_be_an_abbreviated_weekday_alone(words: str, weekday: int) -> None:
    """Alone in a heading the short name is a day, and in running text it stays a word."""
    assert [mention.weekday for mention in parse_heading_days(words)] == [weekday]
    assert parse_days(f"we {words.strip('# .:')} moved on") == ()


def test_a_weekday_needs_the_dates() -> None:
    """Without the event's dates a weekday is no number."""
    [mention] = parse_days("Friday")

    assert mention.resolve(None) is None
    assert mention.resolve(Event("X 2020", "X 2020")) is None


def test_a_date_far_from_the_event_is_no_day_of_it() -> None:
    """The date of posting is not mistaken for a conference day."""
    [mention] = parse_days("2021-05-20")

    assert mention.resolve(event_for("EU 2021")) is None


def test_days_and_dates_agree() -> None:
    """The date of a day reads back as that day, for every edition with dates."""
    for edition in EDITIONS:
        event = edition.as_event()
        for day in range(1, (edition.days or 0) + 1):
            assert event.starts_on is not None
            on = event.starts_on + timedelta(days=day - 1)

            assert parse_days(on.isoformat())[0].resolve(event) == day


def test_an_unknown_event_has_no_dates() -> None:
    """What is not in the table keeps its name and claims nothing else."""
    assert event_for("FjordDays 2023") == Event(
        "FjordDays 2023", "FjordDays 2023", aliases=("fjorddays 2023",)
    )
    assert event_for("EU 2018").starts_on == date(2018, 5, 2)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_without_error_and_spans_lie_inside(text: str) -> None:
    """Arbitrary characters never raise, and every span is a part of the text."""
    spans = [span for mention in parse_events(text) for span in mention.spans] + [
        mention.span for mention in parse_days(text)
    ]

    assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize(
    ("words", "event_id"),
    [
        ("BOB 2023 in Berlin", "BOB 2023"),
        ("SREcon25 Europe/Middle East/Africa was in Dublin", "SREcon EMEA 2025"),
        ("OSCON 2015, Portland", "OSCON 2015"),
        ("KCD Munich 2024", "KCD Munich 2024"),
        ("the 2023 KCD Zurich", "KCD Zurich 2023"),
        ("devfest lisbon 2024", "DevFest Lisbon 2024"),
        ("ScalaDays Madrid 2023 - notes", "Scala Days Madrid 2023"),
        ("Devoxx Belgium 2024: what four of us saw", "Devoxx Belgium 2024"),
        ("PyCon US 2024", "PyCon US 2024"),
        ("aws reinvent 2023", "re:Invent 2023"),
        ("heise devSec 2023, Karlsruhe", "heise devSec 2023"),
        ("Data Platform : Coalesce 2023 Trip Report", "Coalesce 2023"),
        ("Pier & Nine Engineering Offsite 2024", "Pier & Nine Engineering Offsite 2024"),
        ("Notes From My DevSummit London 2022", "DevSummit London 2022"),
        ("Google Cloud Next '24", "Google Cloud Next 2024"),
    ],
)
def test_other_series_are_named_with_place_and_year(words: str, event_id: str) -> None:
    """The series' own writing, the place behind it and the year make the id; a city beside it makes no KubeCon."""
    assert parse_event(words) == (event_id,)


@pytest.mark.parametrize(
    "words", ["bob and velocity", "DevSecOps 2024", "Tuesday 2024", "we had coalesced by 2023"]
)
def test_ordinary_words_that_a_series_is_called_are_left_alone(words: str) -> None:
    """A name that is a word as well counts in its own capitals only."""
    assert parse_event(words) == ()


def test_a_series_is_added_by_a_file(tmp_path: Path) -> None:
    """One entry teaches name, places, years and dates; nothing else has to change."""
    shutil.copytree(SERIES_FOLDER, tmp_path / "series")
    (tmp_path / "series" / "harbour.yaml").write_text(
        "- name: Harbour Talks\n"
        "  exact: true\n"
        "  regions: {North: {name: North, words: [north, nord]}}\n"
        "  editions: [{region: North, year: 2031, city: Hamburg, starts_on: 2031-05-06, days: 2}]\n"
    )
    series = read_series(tmp_path / "series")
    reader = EventReader(series)

    [mention] = reader.read("Notes from Harbour Talks Nord 2027, day 2")
    assert mention.event_id == "Harbour Talks North 2027"
    assert reader.read("he harbour talks of 2027") == ()
    [edition] = next(one for one in series if one.name == "Harbour Talks").editions
    assert edition.as_event().ends_on == date(2031, 5, 7)
    assert edition.event_id == "Harbour Talks North 2031"


def test_a_file_that_lists_no_series_is_named(tmp_path: Path) -> None:
    """Whoever adds one learns which entry is wrong."""
    (tmp_path / "mine.yaml").write_text("- {title: Harbour Talks}\n")

    with pytest.raises(ValueError, match=r"mine\.yaml: entry 1 is not a series"):
        read_series(tmp_path)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Día 2", 2),
        ("Segundo día", 2),
        ("primera jornada", 1),
        ("terceiro dia", 3),
        ("Dia 2 (sexta-feira)", 2),
        ("Primo giorno", 1),
        ("seconda giornata", 2),
        ("第一天", 1),
        ("第2天", 2),
        ("1일차", 1),
        ("둘째 날", 2),
        ("jeudi 6 mai", 2),
        ("viernes, 7 de mayo", 3),
        ("giovedì 6 maggio", 2),
        ("5 de maio de 2021", 1),
        ("周四", 2),
        ("금요일", 3),
        ("5월 7일", 3),
    ],
)
def test_days_are_read_in_the_other_languages(words: str, day: int) -> None:
    """Numbers, ordinals, weekdays and dates of Romance and East Asian languages."""
    event = event_for("EU 2021")  # 5 to 7 May, Wednesday to Friday

    assert day in {mention.resolve(event) for mention in parse_days(words)}


@pytest.mark.parametrize(
    ("words", "first", "last"),
    [
        ("Dublin, from 7 to 9 October 2025", (10, 7), (10, 9)),
        ("San Diego, October 17–19, 2025", (10, 17), (10, 19)),
        ("Las Vegas, Nov 27 - Dec 1", (11, 27), (12, 1)),
        ("vom 12. bis 13. September", (9, 12), (9, 13)),
        ("12.-13.09.2025", (9, 12), (9, 13)),
        ("du 8 au 10 octobre 2025", (10, 8), (10, 10)),
        ("del 4 al 6 de octubre", (10, 4), (10, 6)),
        ("9月1日〜3日", (9, 1), (9, 3)),
        ("9월 6일부터 7일까지", (9, 6), (9, 7)),
    ],
)
def test_the_days_of_a_conference_are_read(words: str, first: tuple[int, int], last: tuple[int, int]) -> None:
    """First and last day, in the writing of nine languages; the year may come from elsewhere."""
    assert parse_range(words, 2025) == (date(2025, *first), date(2025, *last))


@pytest.mark.parametrize(
    "words", ["2 to 3 times", "between May 1 and August 3, 2025", "3-4 people", "10:00 - 11:30"]
)
def test_other_stretches_are_no_conference(words: str) -> None:
    """Numbers, and seasons that no conference lasts."""
    assert parse_range(words, 2025) is None
