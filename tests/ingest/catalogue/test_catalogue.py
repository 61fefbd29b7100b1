"""The catalogue: formats, and matching titles as people write them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.catalogue.catalogue import Catalogue, CatalogueTalk, fold_title
from ingest.catalogue.files import COLUMNS, people, read_catalogue
from ingest.errors import CatalogueError

HEADER = ",".join(COLUMNS)
VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"


def write(path: Path, text: str) -> Path:
    """Write a file and give its path."""
    path.write_text(text, encoding="utf-8")
    return path


def talk(title: str, **known: object) -> CatalogueTalk:
    """Make an entry of EU 2021."""
    return CatalogueTalk(title, **{"event_id": "EU 2021", **known})  # type: ignore[arg-type]


def test_a_table_gives_talks_with_speakers_days_and_links(tmp_path: Path) -> None:
    """Each row of the CSV becomes a talk; empty cells stay unknown."""
    path = write(
        tmp_path / "c.csv",
        f'{HEADER}\nKubeCon + CloudNativeCon Europe 2021,2,"Ships, Ahoy","Ann Bee & Cy Dee, Harbour",{VIDEO},,\n',
    )
    catalogue = read_catalogue(path)

    assert catalogue.talks == (
        CatalogueTalk("Ships, Ahoy", "EU 2021", 2, ("Ann Bee", "Cy Dee"), {"video": VIDEO}),
    )
    assert catalogue.faults == ()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "c.yaml",
            f"talks:\n- title: Ships Ahoy\n  event: EU 2021\n  day: 2\n  speakers: [Ann Bee]\n  video_url: {VIDEO}\n",
        ),
        (
            "c.json",
            '[{"title": "Ships Ahoy", "event": "EU 2021", "day": 2, "speakers": [{"name": "Ann Bee"}],'
            f' "links": {{"video": "{VIDEO}"}}}}]',
        ),
    ],
)
def test_yaml_and_json_say_the_same_as_a_table(tmp_path: Path, name: str, text: str) -> None:
    """A list of entries, with or without the key `talks`, gives the same talks."""
    assert read_catalogue(write(tmp_path / name, text)).talks == (
        talk("Ships Ahoy", day=2, speakers=("Ann Bee",), links={"video": VIDEO}),
    )


def test_a_calendar_gives_titles_speakers_dates_and_pages(tmp_path: Path) -> None:
    """Sched's calendar writes the speakers behind the title and the session's page as its address."""
    page = "https://kccnceu2021.sched.com/event/iE1e/ships-ahoy"
    event = "BEGIN:VEVENT\r\nUID:1\r\nDTSTART:20210505T090000Z\r\n"
    event += f"SUMMARY:Ships Ahoy - Ann Bee\\, Harbour & Cy Dee\\, Mole\r\nURL:{page}\r\nEND:VEVENT\r\n"
    bare = "BEGIN:VEVENT\r\nUID:2\r\nDTSTART;VALUE=DATE:20210506\r\nSUMMARY:Registration - from 8 to 9\r\nEND:VEVENT\r\n"
    path = write(
        tmp_path / "c.ics",
        f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nX-WR-CALNAME:KubeCon Europe 2021\r\n{event}{bare}END:VCALENDAR\r\n",
    )

    assert read_catalogue(path).talks == (
        talk("Ships Ahoy", speakers=("Ann Bee", "Cy Dee"), links={"schedule": page}, on=date(2021, 5, 5)),
        talk("Registration - from 8 to 9", on=date(2021, 5, 6)),
    )


def test_a_missing_column_is_one_line_with_what_was_found(tmp_path: Path) -> None:
    """The line names the file, the column and the columns that are there."""
    path = write(tmp_path / "talks.csv", "event,day,title\nEU 2021,1,Ships\n")
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path)

    line = str(caught.value)
    assert str(path) in line
    assert "speakers, video_url, slides_url, schedule_url is missing, found event, day, title" in line
    assert "\n" not in line


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("c.csv", ""),
        ("c.yaml", "talks: [\n"),
        ("c.xml", "<schedule>"),
        ("c.xml", "<rss><event/></rss>"),
        ("c.xml", '<!DOCTYPE x [<!ENTITY a "ha">]><schedule><event>&a;</event></schedule>'),
        ("c.json", "{"),
        ("c.json", '{"a": 1}'),
        ("c.ics", "no calendar"),
        ("c.doc", "x"),
    ],
)
def test_an_unusable_catalogue_is_one_line(tmp_path: Path, name: str, text: str) -> None:
    """Whatever is wrong with the file, the error is one line that names it."""
    path = write(tmp_path / name, text)
    with pytest.raises(CatalogueError) as caught:
        read_catalogue(path)

    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_catalogue_that_is_not_there_or_not_utf8_is_one_line(tmp_path: Path) -> None:
    """A missing file and a wrong encoding are told as such."""
    (tmp_path / "latin.csv").write_bytes(HEADER.encode() + b"\nEU 2021,1,Caf\xe9,,,,\n")

    for name, words in (("none.csv", "No such file"), ("latin.csv", "not UTF-8")):
        with pytest.raises(CatalogueError, match=words):
            read_catalogue(tmp_path / name)


def test_a_bad_row_is_left_out_with_its_line(tmp_path: Path) -> None:
    """One bad row is told with file and line; the others are used."""
    rows = "EU 2021,first,Ships,,,,\nEU 2021,1,,,,,\nEU 2021,1,Boats,,javascript:alert(1),,\nEU 2021,1,Rafts,,,,\n"
    catalogue = read_catalogue(write(tmp_path / "c.csv", f"{HEADER}\n{rows}"))

    assert [entry.title for entry in catalogue.talks] == ["Rafts"]
    assert [fault.split(":")[0] for fault in catalogue.faults] == [
        "c.csv, line 2",
        "c.csv, line 3",
        "c.csv, line 4",
    ]


@pytest.mark.parametrize(
    "written",
    [
        "Sailing “Big” Ships: What's Next?",
        "keynote: sailing 'big' ships - what’s next",
        "Sponsored Keynote: Sailing Big Ships What's Next",
        "Sailing “Big” Ships",
        "Sailing Big Shps: Whats Next?",
    ],
)
def test_titles_match_as_people_write_them(written: str) -> None:
    """Case, quotation marks, "Keynote:", a cut-off end and a slip of the pen do not hide a talk."""
    catalogue = Catalogue(
        (talk('Sailing "Big" Ships: What’s Next?'), talk("Ships in Bottles"), talk("What's New in Harbours"))
    )
    found = catalogue.match(written, event_id="EU 2021")

    assert found.talk is not None
    assert found.talk.title.startswith("Sailing")
    assert found.score >= 88


def test_titles_that_share_words_do_not_match() -> None:
    """Another talk on the same subject is not this one."""
    catalogue = Catalogue((talk("Prometheus Deep Dive"), talk("Autoscaling with Karpenter in Production")))

    assert catalogue.match("Thanos Deep Dive", event_id="EU 2021").outcome == "unknown"
    assert catalogue.match("Autoscaling", event_id="EU 2021").outcome == "unknown"


def test_two_candidates_too_close_to_call_stay_unlinked_and_are_listed() -> None:
    """Where two talks fit equally well none is taken, and both are named with their scores."""
    catalogue = Catalogue(
        (talk("Scaling Prometheus in Practice, Part 1"), talk("Scaling Prometheus in Practice, Part 2"))
    )
    found = catalogue.match("Scaling Prometheus in Practice", event_id="EU 2021")

    assert found.outcome == "ambiguous"
    assert found.talk is None
    assert [title[-1] for title, _ in found.candidates] == ["1", "2"]


def test_speakers_decide_between_two_candidates() -> None:
    """A speaker whom the notes name tips the scales, also with a slip in the name."""
    catalogue = Catalogue(
        (
            talk("Scaling in Practice, Part 1", speakers=("Ann Bee",)),
            talk("Scaling in Practice, Part 2", speakers=("Cyril Deedee",)),
        )
    )
    found = catalogue.match("Scaling in Practice", ("Ciryl Deedee",), "EU 2021")

    assert found.talk is not None
    assert found.talk.title.endswith("2")


def test_another_events_talk_never_matches() -> None:
    """Talks with yearly titles stay with their year; without a known event only the very same words count."""
    catalogue = Catalogue((CatalogueTalk("Project Update", "NA 2019"),))

    assert catalogue.match("Project Update", event_id="EU 2021").outcome == "unknown"
    assert catalogue.match("Project Updates").outcome == "unknown"
    assert catalogue.match("Project Update").outcome == "linked"


def test_a_speakers_only_talk_matches_by_subject() -> None:
    """Where the notes call a talk otherwise, its speakers and a telling word of its title find it, with a lower score."""
    catalogue = Catalogue(
        (
            talk("Messages: Past and Future", speakers=("Ann Bee",)),
            talk("Ships in Bottles", speakers=("Cy Dee",)),
        )
    )

    assert catalogue.match("The messages update", ("Ann Bee",), "EU 2021").score == 80
    assert catalogue.match("Welcome", ("Ann Bee",), "EU 2021").outcome == "unknown"


def test_titles_named_in_a_text_are_found_whole() -> None:
    """A section's sources are the titles that stand in its words; a title of one word proves nothing."""
    catalogue = Catalogue((talk("Inside the Harbour Crane (QoS)"), talk("Secure Ships"), talk("Ships")))

    assert [
        t.title for t in catalogue.named_in("Slides: “Inside the harbour crane” (QoS), on ships", "EU 2021")
    ] == ["Inside the Harbour Crane (QoS)"]


def test_a_short_title_counts_on_a_line_of_its_own() -> None:
    """Two words may stand in any sentence; behind "Slides:" they name a talk."""
    catalogue = Catalogue((talk("Secure Ships"),))

    assert catalogue.named_in("How to build secure ships, in short.") == ()
    assert len(catalogue.named_in("They sail.\n  • Slides: Secure Ships")) == 1


def test_companies_are_no_speakers() -> None:
    """Only the persons before the commas are kept."""
    assert people("Ann Bee, Harbour & Cy Dee (Mole)") == ("Ann Bee", "Cy Dee")
    assert people(None) == ()


@settings(max_examples=60, deadline=None)
@given(st.text(), st.lists(st.text(min_size=1), max_size=4))
def test_any_title_can_be_looked_up(title: str, others: list[str]) -> None:
    """Matching never raises, and finds a title that is listed once word for word."""
    catalogue = Catalogue(tuple(talk(other) for other in others))
    found = catalogue.match(title, event_id="EU 2021")

    assert 0 <= found.score <= 100
    same = [other for other in others if fold_title(other) == fold_title(title)]
    if len(same) == 1 and fold_title(title):
        assert found.outcome in ("linked", "ambiguous")
