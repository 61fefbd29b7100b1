"""What the benchmark computes: percentiles, medians, tables, quality by one rule."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bench.figures import medians, over_rounds, percentile, shown, table, times
from benchmarks.bench.growth import stored
from benchmarks.bench.plots import write_plots
from benchmarks.bench.report import markdown
from benchmarks.peers.judging import is_judged, judged
from bot.evaluation.evaluation import fold
from bot.evaluation.questions import read_questions
from ingest.loaders import load
from tests.conftest import ROOT

SHIPPED = read_questions(ROOT / "benchmarks" / "questions.jsonl")


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=50), st.floats(0.01, 1))
def test_percentile_is_the_first_value_that_covers_the_share(values: list[float], share: float) -> None:
    """At least the share lies at or below it, and less than the share lies below it."""
    found = percentile(values, share)

    assert sum(value <= found for value in values) >= share * len(values) - 1e-9
    assert sum(value < found for value in values) < share * len(values)


def test_percentile_of_nothing_is_refused() -> None:
    """Without values there is no percentile."""
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_one_noisy_round_does_not_move_the_figures() -> None:
    """Percentiles are taken of each round, then the median over the rounds."""
    quiet = [float(ms) for ms in range(1, 101)]

    assert over_rounds([quiet, [1000.0] * 100, quiet]) == {"p50_ms": 50.0, "p99_ms": 99.0}


def test_medians_are_taken_figure_by_figure() -> None:
    """Runs may be best in one figure and worst in another."""
    assert medians([{"a": 1, "b": 9}, {"a": 2, "b": 8}, {"a": 3, "b": 1}]) == {"a": 2, "b": 8}


def test_a_ratio_needs_both_sides() -> None:
    """Nothing is divided by nothing."""
    assert times(6, 3) == 2
    assert times(6, 0) is None
    assert times(None, 3) is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.12345, "0.123"),
        (1.2345, "1.23"),
        (12.345, "12.3"),
        (123.45, "123"),
        (12345.6, "12,346"),
        (None, ""),
        (7, "7"),
    ],
)
def test_numbers_are_shown_with_the_digits_that_tell(value: float | None, text: str) -> None:
    """Three digits, thousands apart."""
    assert shown(value) == text


def test_a_table_leaves_a_missing_value_empty_and_keeps_bars_apart() -> None:
    """Every row has every column, and a bar in a value does not end its cell."""
    lines = table([{"a": 1, "b": "x|y"}, {"a": 2}], {"a": "one", "b": "two"}).splitlines()

    assert lines == ["| one | two |", "|---|---|", "| 1 | x\\|y |", "| 2 |  |"]


def test_evidence_counts_within_the_first_characters_whatever_the_pieces() -> None:
    """Hits are joined before they are cut, and only the first one tells source and talk."""
    question = {"evidence": ["idle clusters"], "talk": "Saving Money", "doc": "a.md", "type": "keyword"}
    far = [
        {"text": "x" * 700, "source": "b.md", "talk": "Other"},
        {"text": "Idle\nclusters", "source": "a.md", "talk": "Saving Money"},
    ]
    near = list(reversed(far))

    assert judged([question, question], [far, near]) == {
        "answered@400": 0.5,
        "answered@800": 1.0,
        "answered@1600": 1.0,
        "source@1": 0.5,
        "talk@1": 0.5,
    }


def test_a_peer_that_knows_no_talks_is_not_judged_by_them() -> None:
    """Where hits name no talk, there is no figure instead of a zero."""
    question = {"evidence": ["idle"], "talk": "Saving Money", "type": "keyword"}

    assert "talk@1" not in judged([question], [[{"text": "idle", "source": "a.md", "talk": None}]])


def test_the_questions_that_ship_have_their_evidence_in_the_notes_that_ship(notes: Path) -> None:
    """Every piece of evidence is verbatim in a recap, white space aside, and most questions have one."""
    texts = [fold(load(path, path.name).text) for path in notes.iterdir() if path.name.startswith("kubecon")]
    lost = [
        evidence
        for question in SHIPPED
        for evidence in question["evidence"]
        if not any(fold(evidence) in text for text in texts)
    ]

    assert lost == []
    assert sum(map(is_judged, SHIPPED)) >= 30


def test_a_page_shows_what_was_measured_and_why_the_rest_was_not(tmp_path: Path) -> None:
    """Parts without rows are absent, ratios are said, plots lie beside the page."""
    result: dict[str, Any] = {
        "measured_at": "2026-11-20T02:15:00+00:00",
        "commit": "abc1234",
        "command": "make bench",
        "cpus": 2,
        "processor": "any",
        "load_average": [0.1, 0.1, 0.1],
        "taken_s": 12.0,
        "rounds": 5,
        "material": "notes",
        "latency": {
            "notes": [
                {"stage": stage, "p50_ms": 1.5, "p99_ms": 4.0}
                for stage in ("first", "whole", "encode", "rest")
            ]
        },
        "cold": [
            {"command": "`confnotes ask`", "median_s": 0.25, "fastest_s": 0.2},
            {"command": "sentence-transformers + FAISS script", "median_s": 5.0, "fastest_s": 4.0},
        ],
        "growth": [
            {"passages": size, "p50_ms": ms, "p99_ms": 2 * ms} for size, ms in ((1000, 2.0), (1_000_000, 9.0))
        ],
        "quality": {
            "notes": [
                {"encoder": "reference", "shown": 0.9},
                {"encoder": "shipped: difference", "shown": -0.01},
            ]
        },
        "skipped": {"seeds": "they are not here"},
    }
    plots = write_plots(result, tmp_path / "day")
    page = markdown(result, plots)

    assert "The script takes 20.0 times as long" in page
    assert "More than 0.005 lost: shipped: difference shown." in page
    assert "they are not here" in page
    assert "## Memory" not in page
    assert [path.name for path in plots] == ["day-stages.svg", "day-cold.svg", "day-growth.svg"]
    assert all(f"]({path.name})" in page and path.read_text("utf-8").startswith("<?xml") for path in plots)


def test_the_newest_row_of_each_size_is_shown(tmp_path: Path) -> None:
    """Later files, which carry later dates in their names, replace the rows of earlier ones."""
    (tmp_path / "2026-01-01-a-scale.jsonl").write_text(
        "".join(json.dumps({"passages": n, "p50_ms": 9}) + "\n" for n in (1000, 100))
    )
    (tmp_path / "2026-02-01-b-scale.jsonl").write_text(json.dumps({"passages": 1000, "p50_ms": 5}) + "\n\n")

    assert stored(tmp_path) == [{"passages": 100, "p50_ms": 9}, {"passages": 1000, "p50_ms": 5}]
