"""Entries of sources.yaml that lie elsewhere: how they are written, and how the nightly job reads them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.search import Searcher
from ingest.errors import SourcesError
from ingest.job import Job
from ingest.nightly.report import Report
from ingest.nightly.run import run
from ingest.sources.listing import gather
from ingest.sources.models import Remote
from ingest.sources.web import FeedSpec, GitSpec, WebSpec
from tests.ingest.sources.web.hostile import HostileServer, page, status, tagged

NOTES = """<html><head><title>KubeCon Europe 2021</title></head><body><article><h1>KubeCon Europe 2021 - Day 3</h1>
<h2>Buoys without Bells - Flora Geeh, Dock Institute</h2>
<p>A buoy needs no bell when every boat listens to the radio, and nobody rang one in the whole of last winter.</p>
</article></body></html>"""


@pytest.fixture
def server() -> Iterator[HostileServer]:
    """Serve on loopback."""
    with HostileServer() as running:
        yield running


def listed(folder: Path, text: str) -> tuple[Remote, ...]:
    """Write a list and read its remote entries."""
    (folder / "sources.yaml").write_text(text, encoding="utf-8")
    return gather([folder]).remotes


def test_how_remote_sources_are_written(tmp_path: Path) -> None:
    """A page, a feed and a repository with all their keys; what is said of the recaps comes along."""
    page_, feed, git, local = listed(
        tmp_path,
        "sources:\n"
        "- {url: https://quay.example/eu, event: EU 2021, on_missing: drop}\n"
        "- {feed: https://quay.example/feed, match: kubecon.*recap, most: 5}\n"
        "- {git: https://github.com/harbour/notes, ref: main, path: eu, language: de}\n"
        "- {git: ../notes}\n",
    )

    assert page_.spec == WebSpec("https://quay.example/eu", "drop")
    assert page_.said.event is not None
    assert feed.spec == FeedSpec("https://quay.example/feed", "kubecon.*recap", 5)
    assert git.spec == GitSpec("https://github.com/harbour/notes", "main", "eu")
    assert git.said.hints.language == "de"
    assert local.spec == GitSpec(str(tmp_path / "../notes"))


def test_a_file_may_still_have_an_address(tmp_path: Path) -> None:
    """`url` beside `path` is a link, and nothing is fetched."""
    (tmp_path / "a.md").write_text("# A", encoding="utf-8")

    assert listed(tmp_path, "sources:\n- {path: a.md, url: https://quay.example/a}\n") == ()


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            "{feed: https://q.example, git: x}",
            "has `feed` beside `git`. With `git` go `ref`, `path`, `on_missing`.",
        ),
        ("{url: https://q.example, match: x}", "has `match` beside `url`"),
        ("{path: a.md, on_missing: drop}", "has `on_missing` beside `path`"),
        ("{path: a.md, url: https://q.example, ref: main}", "has `ref` beside `path`"),
        ("{feed: https://q.example, url: https://q.example}", "has `url` beside `feed`"),
        ("{feed: https://q.example, match: 'a('}", "has the match 'a(', which is not a pattern"),
        ("{feed: https://q.example, most: 0}", "has the most 0. Give a number from 1"),
        ("{feed: https://q.example, most: true}", "has the most True"),
        ("{git: x, ref: 2021}", "has the ref 2021. Give text, in quotes"),
        ("{url: https://q.example, on_missing: forget}", "has the on_missing 'forget'. Give keep or drop"),
        ("{event: EU 2021}", "names no `path`, `url`, `feed` or `git`"),
    ],
)
def test_entries_that_cannot_be_used(tmp_path: Path, entry: str, words: str) -> None:
    """Keys that do not fit together are told with their place, before anything is fetched; other entries count."""
    (tmp_path / "a.md").write_text("# A", encoding="utf-8")
    (tmp_path / "sources.yaml").write_text(
        f"sources:\n- {entry}\n- url: https://quay.example/b\n", encoding="utf-8"
    )
    sources = gather([tmp_path])
    [line] = sources.missing

    assert words in line
    assert "entry 1" in line
    assert "\n" not in line
    assert len(sources.remotes) == 1


def test_a_night_with_a_page(
    server: HostileServer, harbour: Path, tmp_path: Path, night: Callable[..., Report]
) -> None:
    """A page is read and linked, asked whether it changed the next night, and stays when its site goes down."""
    url = server.url("/eu-2021")
    server.acts["/eu-2021"] = tagged(NOTES, '"1"')
    (harbour / "sources.yaml").write_text(f"sources:\n- url: {url}\n", encoding="utf-8")
    first = night(allowed_hosts=("127.0.0.1",))
    second = night(allowed_hosts=("127.0.0.1",))
    server.acts["/eu-2021"] = status(503)
    third = night(allowed_hosts=("127.0.0.1",))
    searcher = Searcher.open(tmp_path / "index")
    [talk] = [talk for talk in searcher.build.talks.values() if talk.title == "Buoys without Bells"]

    assert (first.outcome, first.failed) == ("published", ())
    assert (second.outcome, second.build_id) == ("unchanged", first.build_id)
    assert (third.outcome, third.build_id) == ("unchanged", first.build_id)
    assert f"Cannot fetch {url}: the server answered 503" in third.failed[0]
    assert third.exit_status == 3
    assert talk.event_id == "EU 2021"
    assert (talk.url or "").startswith(url)


def test_the_first_night_of_a_page_that_is_not_there(server: HostileServer, tmp_path: Path) -> None:
    """Where no source gives a recap the reason is told, in one line."""
    listed(tmp_path, f"sources:\n- url: {server.url('/none')}\n")
    with pytest.raises(
        SourcesError, match=r"none of the sources listed there gives a recap\. Cannot fetch http"
    ):
        run(Job((tmp_path / "sources.yaml",), tmp_path / "index", allowed_hosts=("127.0.0.1",)))


def test_two_sources_of_one_name(harbour: Path, server: HostileServer, night: Callable[..., Report]) -> None:
    """A page that is listed twice is read once; a repository's recap keeps its name beside files of the folder."""
    server.acts["/x"] = page(NOTES)
    notes = harbour.parent / "more"
    notes.mkdir()
    (notes / "day3.md").write_text(
        "# KubeCon Europe 2021 - Day 3\n\n## Ropes and Knots - Hal Eye\n\nA knot holds.\n", encoding="utf-8"
    )
    git = ["git", "-c", "user.name=Eve", "-c", "user.email=eve@quay.example"]
    for words in (["init", "--quiet"], ["add", "day3.md"], ["commit", "--quiet", "-m", "notes"]):
        subprocess.run([*git, *words], cwd=notes, check=True)
    entries = f"- url: {server.url('/x')}\n- url: {server.url('/x')}\n- git: ../more\n"
    (harbour / "sources.yaml").write_text(f"sources:\n{entries}", encoding="utf-8")
    report = night(allowed_hosts=("127.0.0.1",))

    assert report.failed == ()
    assert [line.recap_id for line in report.recaps] == [
        f"127.0.0.1-{server.port}/x.html",
        "day1.md",
        "day2.md",
        "more/day3.md",
    ]


@pytest.mark.parametrize("told", [False, True])
def test_a_sources_query_is_no_part_of_a_link_unless_told(
    server: HostileServer, harbour: Path, tmp_path: Path, night: Callable[..., Report], told: bool
) -> None:
    """What stands behind the question mark is sent to the server; links, names and reports have it only where the list says so."""
    server.acts["/eu-2021?token=CANARY"] = page(NOTES)
    shown = ", show_query: true" if told else ""
    (harbour / "sources.yaml").write_text(
        f"sources:\n- {{url: '{server.url('/eu-2021?token=CANARY')}'{shown}}}\n", encoding="utf-8"
    )
    report = night(allowed_hosts=("127.0.0.1",))
    folder = tmp_path / "index" / report.build_id
    said = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert "/eu-2021?token=CANARY" in server.paths()
    assert report.counts["recaps"] == 3
    assert (b"CANARY" in said) == told
    assert "CANARY" not in json.dumps(report.to_json()) or told
