"""The page for whoever looks after the notes: numbers that are right, doubts of this build only, nothing private."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from bot.answering import answer
from bot.feedback import Feedback, Lacking
from bot.store import Store
from bot.web.app import create_app
from index.build.doubts import DOUBTS_FILE, Doubts, read_doubts, write_doubts
from index.build.layout import audience_folder
from index.encoder.base import Encoder
from index.search import Searcher
from ingest.job import Job
from ingest.nightly.run import run
from tests.bot.web.conftest import visitor
from tests.notes import TALKS, Notes, publish_notes

RECAP = """# KubeCon Europe 2021, day 1

## Fog Signals - Ida Jay, Horn Ltd

A horn is heard two miles out.

## Tide Tables

The moon pulls.
"""
SECRET = """---
private: true
---
# KubeCon Europe 2021

## Hush Money - Ann Bee

Nobody is to know of the hush.
"""


def numbers(page: str) -> dict[str, int]:
    """Return how many talks the page says lack something."""
    found = re.findall(r"(No link|No speaker|No day) <small>(\d+)</small>", page)
    return {name: int(count) for name, count in found}


def test_what_talks_lack_is_counted_and_listed(encoder: Encoder, tmp_path: Path) -> None:
    """Each number is the number of talks that lack it, its page lists just these, and a section counts nowhere."""
    more = (
        Notes("Nameless", (), ("Nobody gave this.",), url="https://talks.example.org/nameless"),
        Notes("On the organisation", (), ("The hall was full.",), kind="section"),
    )
    publish_notes(tmp_path, encoder, (*TALKS, *more))
    live = Searcher.open(tmp_path, encoder)
    site = visitor(create_app(lambda: live))
    talks = [talk for talk in live.build.talks.values() if talk.kind != "section"]
    expected = {
        "link": {talk.title for talk in talks if not talk.links},
        "speaker": {talk.title for talk in talks if not talk.speakers},
        "day": set(),
    }

    assert numbers(site.get("/state").text) == {
        "No link": len(expected["link"]),
        "No speaker": len(expected["speaker"]),
        "No day": 0,
    }
    assert expected["link"]
    for lack, titles in expected.items():
        page = site.get("/state", params={"lack": lack}).text
        assert {html.unescape(one) for one in re.findall(r'class="title"[^>]*>([^<]*)<', page)} == titles
    assert site.get("/state?lack=money").status_code == 404


def test_what_the_job_doubted_stands_on_the_page(encoder: Encoder, tmp_path: Path) -> None:
    """Doubts of the job appear with their recap, those who are private only as a number, of another build none."""
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "day1.md").write_text(RECAP, encoding="utf-8")
    (notes / "unknown.md").write_text(
        "# Evening\n\n## Lamp Oil - Gus Haitch\n\nOil burns <b>bright</b>.\n", encoding="utf-8"
    )
    (notes / "hush.md").write_text(SECRET, encoding="utf-8")
    report = run(Job((notes,), tmp_path / "index"), encoder=encoder)
    live = Searcher.open(tmp_path / "index", encoder)
    page = visitor(create_app(lambda: live)).get("/state").text

    assert report.withheld
    assert report.uncertain
    said = html.unescape(page)
    assert all(line in said for lines in report.uncertain.values() for line in lines)
    assert "1 recap kept private" in page
    assert "hush" not in page.lower()

    write_doubts(tmp_path / "index", Doubts("another", {"day1.md": ("not of this build",)}))
    page = visitor(create_app(lambda: live)).get("/state").text
    assert "not of this build" not in page
    assert "not known of this build" in page


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"build_id": 1}', "null", "\x00" * 9])
def test_a_damaged_file_of_doubts_is_none(encoder: Encoder, tmp_path: Path, damage: str) -> None:
    """A half-written or strange file costs the page its doubts and nothing else."""
    build_id = publish_notes(tmp_path, encoder, TALKS[:2])
    (tmp_path / DOUBTS_FILE).write_text(damage, encoding="utf-8")
    live = Searcher.open(tmp_path, encoder)

    assert read_doubts(tmp_path, build_id) is None
    assert visitor(create_app(lambda: live)).get("/state").status_code == 200


def test_an_audiences_doubts_stay_with_its_builds(encoder: Encoder, tmp_path: Path) -> None:
    """What is doubted in private recaps lies with their own builds, which no page opens."""
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "day1.md").write_text(RECAP, encoding="utf-8")
    (notes / "board.md").write_text("# Board\n\n## Plans - Ann Bee\n\nWe plan.\n", encoding="utf-8")
    (notes / "sources.yaml").write_text(
        "sources:\n  - path: board.md\n    visible_in: [C1BOARD]\n", encoding="utf-8"
    )
    run(Job((notes,), tmp_path / "index"), encoder=encoder)

    assert "board" not in (tmp_path / "index" / DOUBTS_FILE).read_text("utf-8").lower()
    assert (
        "board" in (audience_folder(tmp_path / "index", "C1BOARD") / DOUBTS_FILE).read_text("utf-8").lower()
    )


def test_what_was_asked_in_vain_is_told_where_it_is_given(
    searcher: Searcher, client: TestClient, tmp_path: Path
) -> None:
    """Topics and how often stand on the page, no question does; a page that is given none has no such part."""
    memory = Store(tmp_path / "bot.sqlite")
    feedback = Feedback(memory)
    for question in ("what about Zorbulator and our payroll?", "Zorbulator?"):
        feedback.add_miss(answer(question, searcher=searcher))
    given: list[Lacking] = feedback.lacking(7)
    page = visitor(create_app(lambda: searcher, asked_in_vain=lambda: given)).get("/state").text
    memory.close()

    assert "Asked in vain" in page
    assert "zorbulator" in page
    assert "what about" not in page
    assert "Asked in vain" not in client.get("/state").text
