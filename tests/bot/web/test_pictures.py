"""Pictures and what they are drawn from: counts that are right, words of the notes, places that do not move by chance."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.addresses import addresses_of
from bot.web.app import create_app
from bot.web.talk_map import MOST_POINTS, Point, talk_map_of
from bot.web.traces import topics_of
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.web.conftest import visitor
from tests.notes import Notes, publish_notes


def talks() -> list[Notes]:
    """Return talks on two subjects, one of which comes and one of which goes, with everyday words between."""
    subjects = {
        "Quillwort": "The collector Quillwort keeps every trace, and people trust Quillwort with their spans.",
        "Mossbank": "Everybody restores volumes from Mossbank, since snapshots in Mossbank take seconds.",
    }
    found = []
    for number in range(24):
        event = "NA 2019" if number % 2 else "EU 2020"
        subject = "Mossbank" if number % 2 or number % 4 == 0 else "Quillwort"
        subject = "Quillwort" if not number % 2 and number % 8 else subject
        found.append(
            Notes(
                f"{'Storage' if subject == 'Mossbank' else 'Tracing'} lesson {number} <b>",
                (f"Ada Number{number}",),
                (
                    subjects[subject],
                    f"There were {number + 40} people. There was tea.",
                    "Questions came.",
                    "It ended late.",
                ),
                event_id=event,
                day=1,
                companies=("Quay Works",),
                url="https://youtu.be/abcdefgh",
                links=("https://youtu.be/abcdefgh?t=754", "https://code.example/lessons"),
            )
        )
    return found


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give the build of these talks."""
    index_dir = tmp_path_factory.mktemp("pictures")
    publish_notes(index_dir, encoder, talks())
    return Searcher.open(Path(index_dir), encoder)


@pytest.fixture(scope="module")
def site(searcher: Searcher) -> TestClient:
    """Give a client of their page."""
    return visitor(create_app(lambda: searcher))


def test_topics_are_names_of_the_notes_and_counted_right(searcher: Searcher) -> None:
    """Names that the notes write within sentences are topics, words that only begin sentences and speakers are none; counts are exact."""
    found = topics_of(searcher)
    names = {topic.name for topic in found.rows}

    assert {"Quillwort", "Mossbank"} <= names
    assert not names & {"There", "Ada", "The", "Everybody", "Storage", "Tracing"}
    for topic in found.rows:
        saying = {
            talk.talk_id: talk.event_id
            for talk in searcher.build.talks.values()
            if any(topic.name in one.text for one in searcher.build.passages_of(talk.talk_id))
            or topic.name in talk.title
        }
        assert topic.talks == len(saying)
        assert topic.counts == tuple(list(saying.values()).count(event.event_id) for event in found.events)


def test_a_word_of_longer_names_is_no_topic(tmp_path: Path, encoder: Encoder) -> None:
    """An everyday word that has its capital beside another one only is no topic; where it stands alone it is."""
    said = (
        "In spring our Engineering Manager met the Release Manager, and then Envoy said no.",
        "They say that an Account Manager asked Envoy for help.",
    )
    others = [f"Rope {at} holds a barge of {at} tons." for at in range(24)]
    told = [Notes(f"Lesson {at}", (), (text,)) for at, text in enumerate((*said, *others))]
    publish_notes(tmp_path, encoder, told)
    names = {topic.name for topic in topics_of(Searcher.open(tmp_path, encoder)).rows}

    assert "Manager" not in names
    assert "Envoy" in names


def test_what_comes_and_goes_is_told_apart(searcher: Searcher) -> None:
    """A name of the newer conference only has grown, one of mostly the older has shrunk."""
    trends = {topic.name: topic.trend for topic in topics_of(searcher).rows}

    assert trends["Quillwort"] > 0.3
    assert trends["Mossbank"] < -0.3


def test_a_picture_has_words_for_who_cannot_see_it(site: TestClient, searcher: Searcher) -> None:
    """Each picture has a description, and the numbers that it shows stand in a table below it."""
    page = site.get("/topics").text
    found = topics_of(searcher)

    assert re.search(r'<svg[^>]* role="(?:img|group)" aria-label="[^"]{20,}"', page)
    rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", page)
    assert len(rows) == len(found.rows)
    for row, topic in zip(rows, found.rows, strict=True):
        cells = re.findall(r'<td class="number">(\d*)</td>', row)
        assert [int(cell or 0) for cell in cells] == [*topic.counts, topic.talks]
    titles = [html.unescape(one) for one in re.findall(r"<circle[^>]*><title>([^<]*)</title>", page)]
    assert len(titles) == sum(count > 0 for topic in found.rows for count in topic.counts)


def test_the_map_has_every_talk_where_it_belongs(site: TestClient, searcher: Searcher) -> None:
    """Each talk is one dot that leads to it; talks on one subject lie nearer to each other than to the other's."""
    drawn = talk_map_of(searcher)
    page = site.get("/map").text
    links = {html.unescape(one) for one in re.findall(r'<a href="([^"]+)" aria-label="[^"]+"><circle', page)}

    assert links == {f"./{addresses_of(searcher).talk(talk)}" for talk in searcher.build.talks.values()}
    assert all(0 <= place <= 1 for point in drawn.points for place in (point.x, point.y))
    assert sum(len(group.points) for group in drawn.groups) == len(drawn.points) == len(searcher.build.talks)

    def subject(point: Point) -> str:
        return point.talk.title.split()[0]

    def apart(same: bool) -> float:
        gaps = [
            ((one.x - other.x) ** 2 + (one.y - other.y) ** 2) ** 0.5
            for one in drawn.points
            for other in drawn.points
            if one is not other and (subject(one) == subject(other)) == same
        ]
        return sum(gaps) / len(gaps)

    assert apart(same=True) < 0.8 * apart(same=False)


def test_a_map_is_drawn_alike_each_time(searcher: Searcher, encoder: Encoder, tmp_path: Path) -> None:
    """Equal notes give an equal map in another process's build."""
    publish_notes(tmp_path, encoder, talks())

    assert talk_map_of(Searcher.open(tmp_path, encoder)) == talk_map_of(searcher)
    assert MOST_POINTS <= 400


def test_a_chosen_conference_stands_out(site: TestClient) -> None:
    """On the map of a conference the talks of others are hollow; an unknown one is a missing page."""
    page = site.get("/map", params={"event": "EU 2020"}).text

    assert len(re.findall(r'class="dot"', page)) == 12
    assert len(re.findall(r'class="dot faint"', page)) == 12
    assert site.get("/map", params={"event": "Nowhere"}).status_code == 404


def test_few_notes_have_no_picture(encoder: Encoder, tmp_path: Path) -> None:
    """One talk makes neither a map nor a topic, and the pages say so."""
    publish_notes(tmp_path, encoder, talks()[:1])
    live = Searcher.open(tmp_path, encoder)
    client = visitor(create_app(lambda: live))

    assert "too few for a map" in client.get("/map").text
    assert "too few for topics" in client.get("/topics").text


def test_titles_in_pictures_stay_words(site: TestClient) -> None:
    """Mark-up in a title is shown, not run, in pictures too."""
    page = site.get("/map").text

    assert "<b>" not in page
    assert "&lt;b&gt;" in page
