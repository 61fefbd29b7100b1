"""Searching a build: the right passage first, filters exact, every mention found, and never a word that the notes do not say."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from qdrant_client import QdrantClient

from index.build.layout import current_build_id, text_file
from index.build.reader import Build
from index.encoder.base import Encoder
from index.engines.local import LocalEngine
from index.engines.proposals import Engine, EngineOf
from index.engines.qdrant import Qdrant
from index.errors import BuildDamaged, EncoderMismatch
from index.search import Filter, Query, Ranking, Searcher
from tests.index.conftest import HARBOUR, ORCHARD, small_notes
from tests.qdrant_core import Core

pytestmark = pytest.mark.filterwarnings("ignore:Payload indexes|Local mode performs:UserWarning")


@pytest.fixture(scope="module", params=["local", "client", "core, one shard", "core, three shards"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EngineOf]:
    """Give each engine: the local one, and Qdrant in its client's re-implementation and in its real core."""
    if request.param == "local":
        yield LocalEngine
        return
    with closing(QdrantClient(":memory:")) as client:
        shards = {"core, one shard": 1, "core, three shards": 3}.get(request.param)
        held = Core(tmp_path_factory.mktemp("core"), shards) if shards else client
        server = Qdrant(held, "notes", "this process")  # type: ignore[arg-type]

        def written(build: Build) -> Engine:
            server.write(build)
            return server.engine(build)

        yield written


@pytest.fixture(scope="module")
def searcher(index_dir: Path, encoder: Encoder, engine: EngineOf) -> Searcher:
    """Open the small notes' build with each engine."""
    return Searcher.open(index_dir, encoder, engine=engine)


def first(searcher: Searcher, text: str, **more: object) -> str:
    """Return the best passage's text."""
    return searcher.search(Query(text, **more))[0].passage.text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "passage"),
    [
        ("who paid for the quay?", "Café owners paid for half of it."),
        ("which month is best for grafting", "Graft in March, when the sap rises."),
        ("why is a tide table like a cache?", "A tide table is a cache: right until the wind turns."),
        ("certmanager 1.18", "CertManager 1.18 renews the papers at night, and VMs watch the tide."),
    ],
)
def test_the_passage_that_answers_comes_first(searcher: Searcher, question: str, passage: str) -> None:
    """Questions in other words than the notes' own find their passage."""
    assert first(searcher, question) == passage


def test_a_follow_up_stands_on_the_turn_before(searcher: Searcher) -> None:
    """Words that mean nothing alone are understood behind the earlier turn."""
    assert (
        first(searcher, "and when is it done?", context="how do I graft a tree")
        == "Graft in March, when the sap rises."
    )


def test_hits_say_why_they_stand_where_they_stand(searcher: Searcher) -> None:
    """Ranks count from 1, scores fall, and each hit carries its scores and how well each word was met."""
    ranking = searcher.search(Query("tide cache", k=4))

    assert [hit.rank for hit in ranking] == [1, 2, 3, 4]
    assert [hit.score for hit in ranking] == sorted((hit.score for hit in ranking), reverse=True)
    assert [match.word for match in ranking.evidence[0].words] == ["tide", "cache"]
    assert min(match.similarity for match in ranking.evidence[0].words) > 0.5
    assert ranking.evidence[0].lexical > 0
    assert ranking[:2] == ranking.hits[:2]


@pytest.mark.parametrize(
    ("limits", "kept"),
    [
        (Filter(event_ids=frozenset({"Orchard 2025"})), {"orchard.txt"}),
        (Filter(days=frozenset({1})), {"harbour/day1.txt"}),
        (Filter(recap_ids=frozenset({"orchard.txt"}), days=frozenset({2})), {"orchard.txt"}),
        (Filter(kinds=frozenset({"session"})), {"harbour/day1.txt", "orchard.txt"}),
        (Filter(kinds=frozenset({"keynote"})), set()),
        (Filter(days=frozenset({1}), event_ids=frozenset({"Orchard 2025"})), set()),
    ],
)
def test_filters_are_exact(searcher: Searcher, limits: Filter, kept: set[str]) -> None:
    """Nothing from outside a filter is found, and everything within it can be."""
    everything = searcher.search(Query("quay tide graft", filter=limits, k=100))
    within = [passage for passage in searcher.build.passages if passage.recap_id in kept]

    assert {hit.passage.recap_id for hit in everything} == kept
    assert len(everything) == len(within)
    assert {hit.passage.recap_id for hit in searcher.mentions("ann bee", limits)} <= kept


def test_equal_passages_tie_by_row(encoder: Encoder, tmp_path: Path, engine: EngineOf) -> None:
    """Passages with the same words and the same context keep the order of the notes."""
    text = "Doubt by Ann Bee\n" + "The same thing again.\n" * 5
    build_id = small_notes({"doubt.txt": text}).write(tmp_path, encoder)
    hits = Searcher.open(tmp_path, encoder, build_id=build_id, engine=engine).search(Query("the same thing"))

    assert [hit.passage.ordinal for hit in hits][:5] == [1, 2, 3, 4, 5]


def test_every_passage_with_a_rare_word_is_a_candidate(
    encoder: Encoder, tmp_path: Path, engine: EngineOf
) -> None:
    """However shallow the rankers, a passage with the question's rare word is among the hits."""
    filler = "".join(
        f"Boats, harbours and quays of pier {number} are all about the sea.\n" for number in range(60)
    )
    text = f"The sea by Ann Bee\n{filler}Zorblax was mentioned among many other unrelated things on that long day.\n"
    build_id = small_notes({"sea.txt": text}).write(tmp_path, encoder)
    searcher = Searcher.open(tmp_path, encoder, build_id=build_id, engine=engine)
    hits = searcher.search(Query("zorblax boats harbours and quays about the sea", depth=1, k=100))

    assert any("Zorblax" in hit.passage.text for hit in hits)


def test_one_hundred_threads_get_one_answer(searcher: Searcher) -> None:
    """A shared searcher gives every thread the same ranking."""
    with ThreadPoolExecutor(8) as pool:
        rankings = list(pool.map(lambda _: searcher.search(Query("who paid for the quay?")), range(100)))

    assert all(ranking == rankings[0] for ranking in rankings)


@pytest.mark.parametrize(
    "text", ["", "   ", "?!", "the of and", "x" * 10_000, "\u200b\U0001f600", "word " * 2_000]
)
def test_odd_questions_do_no_harm(searcher: Searcher, text: str) -> None:
    """Empty, endless and wordless questions give a ranking, maybe an empty one."""
    assert isinstance(searcher.search(Query(text)), Ranking)
    assert all(np.isfinite(hit.score) for hit in searcher.search(Query(text)))


def test_mentions_are_all_of_them_in_order(searcher: Searcher) -> None:
    """A name is found in each of its spellings, and a name that the notes never say nowhere."""
    said = [hit.passage.text[:12] for hit in searcher.mentions("cert manager")]

    assert said == ["The quay gre", "CertManager "]
    assert [hit.talk.title for hit in searcher.mentions("Ann Bee")] == [
        "Growing the quay",
        "Grafting for beginners",
    ]
    assert searcher.mentions("Crossplane") == []


def test_words_are_counted(searcher: Searcher) -> None:
    """The vocabulary holds the words as written, folded; frequencies fold inflections and know no stop word."""
    vocabulary = searcher.vocabulary()

    assert vocabulary["policies"] == 1
    assert vocabulary["cafe"] == 1
    assert searcher.doc_freq("policy") == 1
    assert searcher.doc_freq("the") == 0
    assert searcher.doc_freq("crossplane") == 0


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(["harbour/day1.txt", "orchard.txt"]), st.integers(0, 400), st.integers(0, 400))
def test_reading_gives_the_source_to_the_character(
    searcher: Searcher, recap_id: str, start: int, end: int
) -> None:
    """Any span that is read is that slice of the recap's text."""
    text = {"harbour/day1.txt": HARBOUR, "orchard.txt": ORCHARD}[recap_id]

    assert searcher.read(recap_id, start, end) == text[start:end]


def test_a_changed_text_is_never_quoted(index_dir: Path, encoder: Encoder, tmp_path: Path) -> None:
    """A byte of the stored text that changes after opening makes reading fail, for each place of the byte."""
    copy = Path(shutil.copytree(index_dir, tmp_path / "index"))
    searcher = Searcher.open(copy, encoder)
    path = text_file(copy / current_build_id(copy), searcher.build.recaps["orchard.txt"].text_sha256)
    original = path.read_bytes()
    for place in range(0, len(original), 7):
        path.write_bytes(original[:place] + bytes([original[place] ^ 1]) + original[place + 1 :])
        with pytest.raises(BuildDamaged, match=r"Cannot quote from orchard\.txt"):
            searcher.read("orchard.txt", 0, 5)
    path.write_bytes(original)

    assert searcher.read("orchard.txt", 0, 5) == "Graft"


def test_another_encoder_is_refused(index_dir: Path, encoder: Encoder) -> None:
    """A build is not searched with vectors of other weights; the message names both and the way out."""

    class Other:
        """An encoder of another revision."""

        name, revision, dim, max_tokens, form, check, adapter = (
            "other",
            "0" * 64,
            encoder.dim,
            256,
            "x",
            {},
            "",
        )

    with pytest.raises(EncoderMismatch, match=r"all-MiniLM-L6-v2.*other") as caught:
        Searcher.open(index_dir, Other())  # type: ignore[arg-type]

    assert "\n" not in str(caught.value)
    assert "confnotes ingest --full" in str(caught.value)


def test_the_encoder_is_loaded_when_it_is_needed(index_dir: Path) -> None:
    """Opening, counting and scanning need no model; the first search loads the build's own."""
    searcher = Searcher.open(index_dir)
    searcher.mentions("tide")

    assert searcher._encoder is None
    assert first(searcher, "who paid for the quay?") == "Café owners paid for half of it."
