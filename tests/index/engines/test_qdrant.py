"""Qdrant finds what the local engine finds, within the limits, and what goes wrong with it is one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.build.talk_table import TalkSet
from index.encoder.base import Encoder
from index.engines.local import LocalEngine
from index.engines.proposals import Engine, Wanted
from index.engines.qdrant import Qdrant
from index.errors import EngineUnavailable
from index.search import Query, Searcher
from tests.index.conftest import small_notes
from tests.qdrant_core import Core
from tests.qdrant_server import KEY, QdrantServer

pytestmark = pytest.mark.filterwarnings(
    "ignore:Payload indexes|Local mode performs|Api key is used:UserWarning"
)
WORDS = (
    "quay",
    "tide tables",
    "cert-manager 1.18",
    "grafting pears",
    "who paid",
    "Ann Bee",
    "zorblax",
    "the",
)


@pytest.fixture
def server() -> Iterator[QdrantServer]:
    """Start a server."""
    held = QdrantServer()
    yield held
    held.close()


@pytest.fixture(scope="module")
def mirrored(searcher: Searcher, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Give the engine of the small notes in three shards of the real core."""
    qdrant = Qdrant(Core(tmp_path_factory.mktemp("core"), 3), "notes", "this process")  # type: ignore[arg-type]
    qdrant.write(searcher.build)
    return qdrant.engine(searcher.build)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
    st.sampled_from(["", *WORDS]),
    st.sets(st.integers(0, 3), min_size=1),
)
def test_both_engines_propose_the_same(
    searcher: Searcher, mirrored: Engine, words: list[str], context: str, meant: set[int]
) -> None:
    """Whatever is asked and whichever talks are meant: the same rows by words, with the same BM25, and by vector."""
    build, text = searcher.build, " ".join(words)
    talks = TalkSet(np.isin(np.arange(len(build.table)), list(meant)))
    wanted = Wanted(text, context, searcher.encoded(text).pooled, len(build.passages), talks)
    here, there = LocalEngine(build).propose(wanted), mirrored.propose(wanted)
    scores = dict(zip(here.lexical.tolist(), here.lexical_scores.tolist(), strict=True))

    assert dict(zip(there.lexical.tolist(), there.lexical_scores.tolist(), strict=True)) == pytest.approx(
        scores, rel=1e-3
    )
    assert sorted(there.dense) == sorted(here.dense)
    assert sorted(there.rare) == sorted(here.rare)
    assert set(build.table.talk_of_row[there.dense]) <= set(talks)


def test_a_question_is_one_request(searcher: Searcher, server: QdrantServer) -> None:
    """Over HTTP, with the key, a search is answered as it is locally and asks the server once."""
    qdrant = Qdrant.at(server.url, KEY, "notes")
    qdrant.write(searcher.build)
    remote = Searcher(searcher.build, searcher.encoder, engine=qdrant.engine)
    server.asked.clear()
    found = remote.search(Query("who paid for the quay?", context="tide tables"))

    assert found.hits == searcher.search(Query("who paid for the quay?", context="tide tables")).hits
    assert server.asked == [("POST", f"/collections/notes-{searcher.build.build_id}/points/query/batch")]


def test_no_text_of_the_notes_leaves(searcher: Searcher, server: QdrantServer) -> None:
    """A point holds vectors and the number of its talk."""
    Qdrant.at(server.url, KEY, "notes").write(searcher.build)
    points, _ = server.held.scroll(f"notes-{searcher.build.build_id}", limit=100)

    assert [point.id for point in points] == list(range(len(searcher.build.passages)))
    assert [point.payload for point in points] == [
        {"talk": row} for row in searcher.build.table.talk_of_row.tolist()
    ]


def test_a_half_written_collection_is_written_again(searcher: Searcher, server: QdrantServer) -> None:
    """One that lacks a point is not asked; the next job writes it whole, and then leaves it alone."""
    qdrant, collection = Qdrant.at(server.url, KEY, "notes"), f"notes-{searcher.build.build_id}"
    qdrant.write(searcher.build)
    server.held.delete(collection, [3])
    with pytest.raises(EngineUnavailable, match="does not hold the whole build"):
        qdrant.engine(searcher.build)
    qdrant.write(searcher.build)
    server.asked.clear()
    qdrant.write(searcher.build)

    assert server.held.count(collection).count == len(searcher.build.passages)
    assert {method for method, _ in server.asked} == {"GET", "POST"}


def test_only_collections_of_builds_that_are_gone_go(
    searcher: Searcher, encoder: Encoder, server: QdrantServer, tmp_path: Path
) -> None:
    """The alias follows the live build; another index folder's collections and strangers' stay."""
    first = small_notes().write(tmp_path, encoder)
    second = small_notes().write(tmp_path, encoder, previous=first)
    names = [f"{name}-{build_id}" for name in ("notes", "notes-eu") for build_id in (first, second)]
    for name in ("notes", "notes-eu"):
        for build_id in (first, second):
            Qdrant.at(server.url, KEY, name).write(Searcher.open(tmp_path, encoder, build_id=build_id).build)
    server.held.create_collection("notes-of-others", vectors_config={})
    Qdrant.at(server.url, KEY, "notes").keep(second, [second])
    left = {one.name for one in server.held.get_collections().collections}
    aliases = {one.alias_name: one.collection_name for one in server.held.get_aliases().aliases}

    assert first != second
    assert left == {*names[1:], "notes-of-others"}
    assert aliases == {"notes": f"notes-{second}"}


def test_a_server_that_goes_away_is_said(searcher: Searcher) -> None:
    """A question to a server that is gone is an error of one line, never an answer from what is left."""
    server = QdrantServer()
    qdrant = Qdrant.at(server.url, KEY, "notes")
    qdrant.write(searcher.build)
    remote = Searcher(searcher.build, searcher.encoder, engine=qdrant.engine)
    server.close()

    with pytest.raises(EngineUnavailable, match=r"cannot be reached\. Check") as caught:
        remote.search(Query("who paid for the quay?"))
    assert "\n" not in str(caught.value)
    assert [hit.passage.text for hit in remote.mentions("wind")] == [
        "A tide table is a cache: right until the wind turns."
    ]


def test_a_wrong_key_is_said_and_not_shown(searcher: Searcher, server: QdrantServer) -> None:
    """What the server refuses is named with its status; the key is not."""
    with pytest.raises(EngineUnavailable, match=r"answered 401 Unauthorized\. Check") as caught:
        Qdrant.at(server.url, "wrong-key", "notes").engine(searcher.build)

    assert "wrong-key" not in str(caught.value)


def test_a_missing_address_or_package_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has a line with its way out."""
    with pytest.raises(EngineUnavailable, match="Set CONFNOTES_QDRANT_URL"):
        Qdrant.at(None, None, "notes")
    for url in (
        "qdrant.example.org:6333",
        "ftp://qdrant",
        "http://",
        "http://me:hidden@qdrant",
        "http://[::1",
    ):
        with pytest.raises(EngineUnavailable, match="is not an address such as") as caught:
            Qdrant.at(url, None, "notes")
        assert "hidden" not in str(caught.value)
    monkeypatch.setitem(sys.modules, "qdrant_client", None)
    with pytest.raises(EngineUnavailable, match=r"pip install 'confnotes\[qdrant\]'"):
        Qdrant.at("http://127.0.0.1:1", None, "notes")


@pytest.mark.parametrize(
    ("door", "body"),
    [
        ("points/count", {"exact": "true"}),
        ("points/count", {"exactly": True}),
        ("points/query/batch", {"searches": [{"query": [0.5], "limit": "5"}]}),
        ("points/query/batch", {"searches": [{"limits": 5}]}),
        ("points/query/batch", {}),
    ],
)
def test_the_door_of_the_tests_takes_what_fits_the_api_only(
    server: QdrantServer, door: str, body: dict[str, object]
) -> None:
    """An unknown field, a number or a truth value written as text, or a lack is refused, as by Qdrant's own server."""
    taken = httpx.post(f"{server.url}/collections/any/{door}", json=body, headers={"api-key": KEY})

    assert taken.status_code == 400
