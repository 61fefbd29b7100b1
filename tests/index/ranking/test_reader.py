"""The reader: it changes the order of the best few and nothing else, keeps to its time, and says what it lacks."""

from __future__ import annotations

import json
import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoder.base import Encoder
from index.encoder.load import load_encoder
from index.errors import ReaderUnavailable
from index.ranking.fusion import Evidence, Reading, WeightedWords
from index.ranking.reader import (
    CARD_FILE,
    GRAPH_FILE,
    NO_READER,
    SHIPPED,
    ReaderSetting,
    read_card,
    reordered,
)
from index.search import Query, Searcher
from tests.index.conftest import small_notes
from tests.index.models import small_bert

NOTES = """The harbour scheduler by Ann Bee
The scheduler was written in a winter, and the team still likes it.
A full quay stops every ship until the harbour master signs a waiver.
Ships that carry fruit are moored first, before those that carry stone.
The scheduler is read by four crews and has its own page of questions.
Cranes restart by themselves when the wind has been calm for an hour.
Papers are kept for seven years, in a cellar that was once a bakery.
"""
QUESTIONS = (
    "which ships may go first?",
    "what happens when there is no room left?",
    "how long do they keep the papers?",
    "scheduler",
    "pourquoi les grues redémarrent-elles ?",
)


@pytest.fixture(scope="module")
def folder(encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Publish a build of the notes."""
    folder = tmp_path_factory.mktemp("harbour")
    small_notes({"harbour/day1.txt": NOTES}).write(folder, encoder)
    return folder


def opened(folder: Path, encoder: Encoder, setting: str | None = None, budget_ms: float = 1e6) -> Searcher:
    """Open the build with a reader."""
    (build_id,) = (path.name for path in folder.iterdir() if path.is_dir())
    return Searcher.open(folder, encoder, build_id=build_id, reader=ReaderSetting(setting, budget_ms))


def rows(evidence: tuple[Evidence, ...]) -> list[int]:
    """Return the rows in their order."""
    return [item.row for item in evidence]


@pytest.mark.parametrize("question", QUESTIONS)
def test_reading_changes_the_order_of_the_best_few_alone(
    folder: Path, encoder: Encoder, question: str
) -> None:
    """The same passages stand among the best few, the others where they stood, and the scores from the first to the last."""
    before = opened(folder, encoder, NO_READER).search(Query(question)).evidence
    after = opened(folder, encoder).search(Query(question)).evidence
    read = read_card(SHIPPED).passages

    assert sorted(rows(after)[:read]) == sorted(rows(before)[:read])
    assert after[read:] == before[read:]
    assert [item.score for item in after] == [item.score for item in before]
    assert [item.reading is not None for item in after] == [at < read for at in range(len(after))]


def test_the_passage_that_says_it_in_other_words_is_read_as_the_answer(
    folder: Path, encoder: Encoder
) -> None:
    """Of what was read the answering passage has the highest order, and is likelier an answer than to another question."""
    searcher = opened(folder, encoder)
    texts = {row: passage.text for row, passage in enumerate(searcher.build.passages)}
    found = searcher.search(Query("what happens to ships when the quay is full?")).evidence
    other = searcher.search(Query("how much does mooring at a full quay cost?")).evidence
    best = max((item for item in found if item.reading), key=lambda item: item.reading.order)  # type: ignore[union-attr]
    same = next(item for item in other if item.row == best.row)

    assert texts[best.row].startswith("A full quay stops every ship")
    assert best.reading
    assert same.reading
    assert best.reading.answers > same.reading.answers


def test_switched_off_and_out_of_time_are_the_same(folder: Path, encoder: Encoder) -> None:
    """Where the time is not enough for all of the best few, the ranking is that without a reader."""
    for question in QUESTIONS:
        off = opened(folder, encoder, NO_READER)
        late = opened(folder, encoder, budget_ms=1e-6)

        assert late.search(Query(question)) == off.search(Query(question))
        assert off.search(Query(question)).evidence == off.rank(Query(question))


def test_a_question_longer_than_what_it_learnt_to_read_is_not_read(folder: Path, encoder: Encoder) -> None:
    """Its beginning is another question, so the ranking is that without a reader; one that just fits is read."""
    searcher = opened(folder, encoder)
    most = read_card(SHIPPED).question_pieces
    fits, longer = (" ".join(["quay"] * count) for count in (most, most + 1))

    assert searcher.search(Query(longer)).evidence == searcher.rank(Query(longer))
    assert any(item.reading for item in searcher.search(Query(fits)).evidence)


def test_the_same_question_is_read_the_same(folder: Path, encoder: Encoder) -> None:
    """Another process, another limit and a second time change no number."""
    one, two = opened(folder, encoder), opened(folder, encoder)
    first = one.search(Query(QUESTIONS[0]))

    assert two.search(Query(QUESTIONS[0], k=5)).evidence == first.evidence[:5]
    assert one.search(Query(QUESTIONS[0])) == first


def test_a_folder_without_a_reader_is_told_in_one_line(
    folder: Path, encoder: Encoder, tmp_path: Path
) -> None:
    """A missing folder, a damaged graph and a reader of other word pieces end in a line that names the way out."""
    damaged, strange = tmp_path / "damaged", tmp_path / "strange"
    for path in (damaged, strange):
        shutil.copytree(SHIPPED, path)
    (damaged / GRAPH_FILE).write_bytes(b"no graph")
    card = json.loads((strange / CARD_FILE).read_text(encoding="utf-8"))
    (strange / CARD_FILE).write_text(json.dumps({**card, "encoder": "0" * 64}), encoding="utf-8")

    for path in (tmp_path / "nowhere", damaged, strange):
        with pytest.raises(ReaderUnavailable, match="CONFNOTES_READER") as told:
            opened(folder, encoder, str(path)).search(Query(QUESTIONS[0]))
        assert str(path) in str(told.value)
        assert "\n" not in str(told.value)


def test_another_model_goes_unread_unless_a_reader_is_named(tmp_path: Path) -> None:
    """The reader that ships knows one model's word pieces: with another model nothing is read, and naming a reader is refused."""
    pytest.importorskip("torch", reason="the small model is made with it")
    model = small_bert(tmp_path / "model", layers=1, heads=2, hidden=32, pooling="mean_tokens")
    other = load_encoder(str(model))

    assert ReaderSetting().reader(other) is None
    assert ReaderSetting(NO_READER).reader(other) is None
    with pytest.raises(ReaderUnavailable):
        ReaderSetting(str(SHIPPED)).reader(other)


@given(st.lists(st.floats(-20, 20), min_size=1, max_size=6), st.floats(0, 0.2))
def test_what_reads_better_never_falls_behind_what_stood_with_it(orders: list[float], weight: float) -> None:
    """Of two passages with the same score the one that reads better comes first, and without weight nothing moves."""
    evidence = [_evidence(row, 0.5) for row in range(len(orders))]
    readings = [Reading(order, 0.0) for order in orders]
    found = reordered(evidence, readings, weight)
    read = [item.reading.order for item in found if item.reading]

    assert sorted(rows(found)) == list(range(len(orders)))
    assert rows(reordered(evidence, readings, 0.0)) == list(range(len(orders)))
    assert reordered(evidence, [], weight) == tuple(evidence)
    assert all(weight * one >= weight * two - 1e-3 for one, two in pairwise(read))


def _evidence(row: int, score: float) -> Evidence:
    """Make evidence without words."""
    nothing = WeightedWords((), (), (), (), np.zeros(0, dtype=np.float32))
    return Evidence(row, score, score, score, 0.0, 0.0, {}, nothing, np.zeros(0, dtype=np.float32))
