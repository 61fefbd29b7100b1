"""One recap as records: links, days, ids, and what a person should look at."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.conferences.editions import event_for
from ingest.catalogue.catalogue import Catalogue, CatalogueTalk
from ingest.errors import RecapError
from ingest.recap.ids import recap_slug, slug, talk_id_for
from ingest.recap.matching import SURE_EVENT
from ingest.recap.reading import ReadRecap, language_of, read_recap
from ingest.sources.models import Source
from ingest.talks import RecapHints

PAGE = "https://blog.example/harbour"
MARKDOWN = "# KubeCon Europe 2021\n\n## Talks\n\n### Fog Signals - Ida Jay, Horn Ltd\n\nA horn is heard two miles out, and a bell only one.\n"
HTML = (
    "<html><head><title>KubeCon Europe 2021</title></head><body><article><h1>KubeCon Europe 2021</h1>"
    "<h2 id='fog'>Fog Signals - Ida Jay, Horn Ltd</h2><p>A horn is heard two miles out, and a bell only one.</p>"
    "<h2 id='tide'>Tide Tables - Gus Haitch, Mole Labs</h2><p>A tide table is right until the wind turns.</p></article></body></html>"
)


def read(
    folder: Path, text: str, name: str = "recap.md", catalogue: Catalogue | None = None, **known: object
) -> ReadRecap:
    """Read one recap with hints."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    retells = bool(known.pop("retells", False))
    return read_recap(Source(path, name, RecapHints(**known), retells=retells), catalogue or Catalogue())  # type: ignore[arg-type]


def url_of(reading: ReadRecap, title: str) -> str | None:
    """Give the link of a talk."""
    return next(talk.url for talk in reading.talks if talk.title == title)


def test_a_blog_post_is_linked_by_the_headings_words(tmp_path: Path) -> None:
    """A blog makes its own anchors of Markdown headings, so the browser is asked for the words."""
    assert url_of(read(tmp_path, MARKDOWN, url=PAGE), "Fog Signals") == f"{PAGE}#:~:text=Fog%20Signals"


def test_a_page_and_a_code_host_are_linked_by_their_anchors(tmp_path: Path) -> None:
    """HTML gives its ids, and a code host makes anchors of the words in a known way."""
    hosted = "https://github.com/ann/notes/blob/main/recap.md"

    assert url_of(read(tmp_path, HTML, "recap.html", url=PAGE), "Fog Signals") == f"{PAGE}#fog"
    assert (
        url_of(read(tmp_path, MARKDOWN, url=hosted), "Fog Signals")
        == f"{hosted}#fog-signals---ida-jay-horn-ltd"
    )


def test_notes_that_retell_another_text_link_to_its_page_as_a_whole(tmp_path: Path) -> None:
    """The other text has other headings and other words: no place in it is made up."""
    assert url_of(read(tmp_path, MARKDOWN, url=PAGE, retells=True), "Fog Signals") == PAGE


def test_without_an_address_there_is_no_link(tmp_path: Path) -> None:
    """A talk that nothing links to has none."""
    assert url_of(read(tmp_path, MARKDOWN), "Fog Signals") is None


def test_a_calendars_date_becomes_the_day_of_the_event(tmp_path: Path) -> None:
    """A date counts from day 1 of the event; one far outside of it says nothing."""
    days = []
    for on in (date(2021, 5, 6), date(2021, 5, 4), date(2021, 6, 1)):
        reading = read(
            tmp_path, MARKDOWN, catalogue=Catalogue((CatalogueTalk("Fog Signals", "EU 2021", on=on),))
        )
        days.append(next(talk.day for talk in reading.talks if talk.title == "Fog Signals"))

    assert event_for("EU 2021").starts_on == date(2021, 5, 5)
    assert days == [2, 0, None]


def test_a_hint_goes_before_what_the_notes_and_the_catalogue_say(tmp_path: Path) -> None:
    """A person's word on the day is taken for every talk of the recap."""
    catalogue = Catalogue((CatalogueTalk("Fog Signals", "EU 2021", day=2),))

    assert {talk.day for talk in read(tmp_path, MARKDOWN, catalogue=catalogue, day=3).talks} == {3}


def test_two_candidates_are_listed_for_a_person(tmp_path: Path) -> None:
    """A talk that the catalogue cannot decide stays unlinked and is told with both titles."""
    links = {"video": "https://youtu.be/abcdefgh"}
    catalogue = Catalogue(
        tuple(CatalogueTalk(f"Fog Signals in Practice, Part {n}", "EU 2021", links=links) for n in (1, 2))
    )
    reading = read(tmp_path, MARKDOWN.replace("Fog Signals", "Fog Signals in Practice"), catalogue=catalogue)

    assert url_of(reading, "Fog Signals in Practice") is None
    [line] = reading.unlinked
    assert "Part 1" in line
    assert "Part 2" in line


def test_an_unknown_event_is_told(tmp_path: Path) -> None:
    """A recap whose event nobody can read is indexed, and the way out is named."""
    reading = read(tmp_path, MARKDOWN.replace("KubeCon Europe 2021", "What we saw"))

    assert reading.recap.event_id is None
    assert (
        "no event was recognised; name it as `event` in its front matter or in sources.yaml"
        in reading.uncertain
    )


def test_a_recap_without_talks_is_told(tmp_path: Path) -> None:
    """Topics alone are indexed; one line says that no talks were found, and what to do."""
    reading = read(tmp_path, "# Harbour Days\n\n## Ropes\nThey slip.\n\n## Food\nIt was good and plenty.\n")

    assert all(talk.kind == "section" for talk in reading.talks)
    [line] = [line for line in reading.uncertain if line.startswith("no talks were found")]
    assert "`confnotes help notes`" in line
    assert not any("no talks" in line for line in read(tmp_path, MARKDOWN).uncertain)


def test_an_event_that_is_not_sure_is_told(tmp_path: Path) -> None:
    """The report marks it with "?"; the line says how to name it, and is gone once a person has."""
    unsure = "# Four days of ropes\n\nSee https://example.org/kubecon-europe-2021/ for the programme.\n\n## Fog Signals - Ann Bee\nThey hoot.\n"

    told, named = read(tmp_path, unsure), read(tmp_path, unsure, event_id="EU 2021")

    assert 0 < told.event_certainty < SURE_EVENT
    [line] = [line for line in told.uncertain if line.startswith("its event may not be")]
    assert "sources.yaml" in line
    assert not any("event" in line for line in named.uncertain)


def test_a_day_that_cannot_be_counted_is_told(tmp_path: Path) -> None:
    """A weekday alone says nothing where nobody knows when the conference began."""
    text = "# Harbour Days 2024\n\n## Thursday\n\n### Fog Signals - Ann Bee\nThey hoot.\n\n### Ropes - Carl Dee\nThey slip.\n"

    assert any(line.startswith("“Thursday” could not be counted") for line in read(tmp_path, text).uncertain)
    for counted in (text.replace("Thursday", "Day 2"), f"{text}\n## Friday\n\n### Knots - Di Ebb\nTight.\n"):
        assert not any("could not be counted" in line for line in read(tmp_path, counted).uncertain)


def test_a_file_without_words_cannot_be_read(tmp_path: Path) -> None:
    """Rows of signs give nothing to quote."""
    with pytest.raises(RecapError, match=r"Cannot read the recap recap\.md"):
        read(tmp_path, "---\n\n***\n")


def test_a_reading_comes_back_from_the_store_as_it_was(tmp_path: Path) -> None:
    """What is written as JSON is read back equal; anything else is refused."""
    reading = read(tmp_path, MARKDOWN, url=PAGE, starts_on=date(2021, 5, 5))

    assert ReadRecap.from_json(reading.to_json()) == reading
    for broken in ("{}", "[]", "", reading.to_json()[:-30], reading.to_json().replace('"recap"', '"other"')):
        with pytest.raises(ValueError):  # noqa: PT011 the store takes any of them for damage
            ReadRecap.from_json(broken)


def test_ids_stay_when_the_notes_grow(tmp_path: Path) -> None:
    """Another talk before and after leaves a talk's id and its passages' ids alone."""
    before = read(tmp_path, MARKDOWN)
    after = read(
        tmp_path,
        MARKDOWN.replace("### Fog", "### Tide Tables - Gus Haitch, Mole Labs\n\nA table.\n\n### Fog"),
    )
    fog = [talk for talk in after.talks if talk.title == "Fog Signals"]

    assert [talk.talk_id for talk in fog] == ["recap.md/fog-signals"]
    kept = [(p.passage_id, p.text) for p in after.passages if p.talk_id == fog[0].talk_id]
    assert kept == [(p.passage_id, p.text) for p in before.passages if p.talk_id == fog[0].talk_id]


def test_talks_of_one_title_get_numbers() -> None:
    """The second talk of a name is told apart from the first."""
    taken: set[str] = set()
    for _ in range(3):
        taken.add(talk_id_for("a.md", "Intro", taken))

    assert taken == {"a.md/intro", "a.md/intro-2", "a.md/intro-3"}


@given(st.text(), st.text())
def test_names_in_ids_are_plain_and_tell_recaps_apart(one: str, other: str) -> None:
    """Whatever a title holds, its part of an id is short and plain; two recaps never share one."""
    assert slug(one)
    assert len(slug(one)) <= 60
    assert slug(one).isascii()
    assert (recap_slug(one) == recap_slug(other)) == (one == other)


def test_titles_in_other_scripts_get_ids_of_their_own() -> None:
    """Titles without Latin letters are named by their digest."""
    assert slug("クラウド") != slug("コンテナ")
    assert slug("Établir un cluster") == "etablir-un-cluster"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Les présentations du vendredi parlaient surtout de réseau et de sécurité. Nous avons retenu trois idées pour notre équipe. "
            * 2,
            "fr",
        ),
        (
            "Am letzten Tag ging es um Datenbanken und um die Frage, wer nachts geweckt wird. Wir haben viel mitgeschrieben. "
            * 2,
            "de",
        ),
        (
            "The last day was about databases and about who is woken at night. We wrote down a great deal of it. "
            * 3,
            "en",
        ),
        ("Jour 2", "en"),
    ],
)
def test_language_is_told_by_the_words(text: str, language: str) -> None:
    """A recap that names no language is told by its words; one too short to tell counts as English."""
    assert language_of(text) == language


def test_a_talk_without_a_title_is_called_by_its_speaker(tmp_path: Path) -> None:
    """Not after the recap, whose name says nothing of it."""
    text = "# QuayCon 2031\n\n## Ropes - Ann Bee, Quay\n\nA rope holds.\n\n## B.\n\n- speaker: Carla Dee\n- Tides turn.\n"
    reading = read(tmp_path, text)

    assert [talk.title for talk in reading.talks if talk.speakers] == ["Ropes", "Carla Dee"]


CUES = """WEBVTT Fog Signals

01:01:23.000 --> 01:01:28.000
A horn is heard two miles out, and a bell only one.

01:01:40.000 --> 01:01:44.000
A light is seen from nine miles away on a clear night.
"""
RECORDING = "https://media.ccc.de/v/signals-1"


@pytest.mark.parametrize(
    ("header", "links", "expected"),
    [
        ("", {"video": RECORDING}, f"{RECORDING}#t=3683"),
        (
            "\nvideo: https://youtu.be/o5h6s3A9bXY",
            {"video": RECORDING},
            "https://youtu.be/o5h6s3A9bXY?t=3683",
        ),
        ("", {"slides": "https://speakerdeck.com/ida/fog"}, None),
    ],
)
def test_a_transcript_opens_the_catalogues_recording_at_its_second(
    tmp_path: Path, header: str, links: dict[str, str], expected: str | None
) -> None:
    """A transcript that names no recording takes the catalogue's of its talk; its own goes before; none is made up."""
    text = CUES.replace("WEBVTT Fog Signals", f"WEBVTT Fog Signals{header}")
    catalogue = Catalogue((CatalogueTalk("Fog Signals", "EU 2021", links=links),))
    read_ = read(tmp_path, text, "fog-signals.vtt", catalogue, event_id="EU 2021")
    found = [link for passage in read_.passages for link in passage.links]

    assert found[:1] == ([expected] if expected else [])


def test_a_whole_days_transcript_has_no_talks_seconds(tmp_path: Path) -> None:
    """Seconds that count from the day's beginning are none of a single talk's recording."""
    chapters = (
        "WEBVTT KubeCon Europe 2021\n\nNOTE\n00:00 Fog Signals - Ida Jay\n01:01:35 Tide Tables - Gus Haitch"
    )
    text = CUES.replace("WEBVTT Fog Signals", chapters)
    catalogue = Catalogue((CatalogueTalk("Tide Tables", "EU 2021", links={"video": RECORDING}),))
    read_ = read(tmp_path, text, "day1.vtt", catalogue, event_id="EU 2021")

    assert not [link for passage in read_.passages for link in passage.links]
