"""Builds that Qdrant holds too: there before anybody is sent to them, gone with them, and said when it is away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.build.layout import current_build_id, list_builds
from index.encoder.base import Encoder
from index.engines.qdrant import Qdrant
from index.errors import NoBuild
from index.search import Query, Searcher
from ingest.errors import PublishError
from ingest.nightly.report import Report
from tests.qdrant_server import KEY, QdrantServer

Night = Callable[..., Report]
pytestmark = pytest.mark.filterwarnings(
    "ignore:Payload indexes|Local mode performs|Api key is used:UserWarning"
)


@pytest.fixture
def server() -> Iterator[QdrantServer]:
    """Start a server."""
    held = QdrantServer()
    yield held
    held.close()


@pytest.fixture
def qdrant(server: QdrantServer) -> Qdrant:
    """Give the server as the job reaches it."""
    return Qdrant.at(server.url, KEY, "harbour")


def held(server: QdrantServer) -> set[str]:
    """Return the builds that the server holds."""
    return {one.name.removeprefix("harbour-") for one in server.held.get_collections().collections}


def test_a_night_fills_the_engine(
    night: Night, server: QdrantServer, qdrant: Qdrant, tmp_path: Path, encoder: Encoder
) -> None:
    """What was published is searched there, the same first hit as here, and the alias names it."""
    live = night(qdrant=qdrant).build_id
    query = Query("How many crates does the crane lift?")
    there = Searcher.open(tmp_path / "index", encoder, engine=qdrant.engine).search(query)

    assert there.hits == Searcher.open(tmp_path / "index", encoder).search(query).hits
    assert "forty crates an hour" in there[0].passage.text
    assert [one.collection_name for one in server.held.get_aliases().aliases] == [f"harbour-{live}"]


def test_collections_live_as_long_as_their_builds(
    night: Night, server: QdrantServer, qdrant: Qdrant, harbour: Path, tmp_path: Path
) -> None:
    """Kept builds can be gone back to, and what was pruned is gone there too."""
    for number in range(3):
        (harbour / "day2.md").write_text(
            f"# Tides\n\nThe tide turned {number + 2} times before the boats left.\n", encoding="utf-8"
        )
        night(qdrant=qdrant, keep_builds=2)

    assert len(held(server)) == 2
    assert held(server) == set(list_builds(tmp_path / "index"))


def test_an_engine_that_is_away_keeps_a_build_back(
    night: Night, server: QdrantServer, qdrant: Qdrant, tmp_path: Path
) -> None:
    """Nobody is sent to a build that the engine does not hold: nothing is published, and the line says why."""
    server.close()
    with pytest.raises(PublishError, match=r"Cannot use Qdrant at .* it cannot be reached"):
        night(qdrant=qdrant)

    with pytest.raises(NoBuild):
        current_build_id(tmp_path / "index")
    assert list_builds(tmp_path / "index") == []


def test_a_quiet_night_fills_an_engine_that_was_emptied(
    night: Night, server: QdrantServer, qdrant: Qdrant
) -> None:
    """A build of before the engine, or one that it lost, is written there though the notes stayed as they were."""
    before = night()
    after = night(qdrant=qdrant)

    assert (before.outcome, after.outcome) == ("published", "unchanged")
    assert held(server) == {before.build_id}


def test_a_quiet_night_says_that_the_engine_is_away(
    night: Night, server: QdrantServer, qdrant: Qdrant
) -> None:
    """The live build stays, and the run ends with the status of a night with failures."""
    night(qdrant=qdrant)
    server.close()
    report = night(qdrant=qdrant)

    assert report.outcome == "unchanged"
    assert report.exit_status == 3
    assert [line for line in report.failed if "Cannot use Qdrant" in line]


def test_builds_of_private_recaps_are_held_too(
    night: Night, server: QdrantServer, qdrant: Qdrant, harbour: Path, tmp_path: Path
) -> None:
    """Each audience's build has a collection of its own, which goes when nobody names the audience any more."""
    listed = harbour / "sources.yaml"
    listed.write_text(
        "sources:\n  - path: day1.md\n  - path: day2.md\n    visible_in: [C0QUAY]\n", encoding="utf-8"
    )
    report = night(qdrant=qdrant)
    both = held(server)
    (harbour / "day2.md").unlink()
    listed.write_text("sources:\n  - path: day1.md\n", encoding="utf-8")
    night(qdrant=qdrant)

    assert len(report.audiences) == 1
    assert both == {report.build_id, *report.audiences.values()}
    assert held(server) == set(list_builds(tmp_path / "index")) == {report.build_id}
