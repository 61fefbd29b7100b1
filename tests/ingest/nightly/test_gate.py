"""The gate: a build that answers worse than the live one does not take its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.build.layout import current_build_id, list_builds
from ingest.errors import PublishError, SourcesError
from ingest.nightly.gate import Figures, Limits, lost_talks, objection, read_questions
from ingest.nightly.report import Report

Night = Callable[..., Report]
MUST = {"question": "How many crates does the crane lift?", "expect": "forty crates", "must": True}
MAY = {
    "question": "What is a tide table?",
    "expect": ["a cache", "an almanac"],
    "talk": "tides for beginners",
}


def write(path: Path, *lines: object) -> Path:
    """Write questions."""
    path.write_text(
        "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8"
    )
    return path


def change(folder: Path, old: str, new: str) -> None:
    """Change words of the first day."""
    path = folder / "day1.md"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_build_that_answers_goes_live(night: Night, tmp_path: Path) -> None:
    """Questions by words, by talk or by both let a good build through."""
    gate = write(
        tmp_path / "gate.jsonl",
        MUST,
        MAY,
        {"question": "who mended the quay?", "talk": "Keynote: The State of the Quay"},
    )

    assert night(gate=gate).outcome == "published"


def test_a_question_that_must_be_answered_holds_a_build_back(
    night: Night, harbour: Path, tmp_path: Path
) -> None:
    """The old build stays live, nothing of the new one stays, the line names the question; accepted it goes live all the same."""
    gate = write(tmp_path / "gate.jsonl", MUST, MAY)
    first = night(gate=gate)
    change(harbour, "forty crates an hour", "a few things")
    with pytest.raises(
        PublishError, match=f"How many crates does the crane lift.*Build {first.build_id} stays live"
    ) as caught:
        night(gate=gate)

    assert "\n" not in str(caught.value)
    assert current_build_id(tmp_path / "index") == first.build_id
    assert list_builds(tmp_path / "index") == [first.build_id]
    with pytest.raises(PublishError):
        night(gate=gate)
    assert night(gate=gate, accept=True).outcome == "published"


def test_figures_may_fall_by_a_margin(night: Night, harbour: Path, tmp_path: Path) -> None:
    """A question that no longer finds its words holds a build back where the margin is narrow, and does not where it is wide."""
    gate = write(tmp_path / "gate.jsonl", MAY, {**MUST, "must": False})
    night(gate=gate)
    change(harbour, "a cache", "a guess")
    with pytest.raises(
        PublishError, match=r"answered questions fell from 1\.00 to 0\.50, by more than 0\.05"
    ):
        night(gate=gate)

    assert night(gate=gate, gate_margin=0.6).outcome == "published"


def test_the_list_of_sources_names_the_gate(night: Night, harbour: Path) -> None:
    """`gate` in sources.yaml is enough."""
    write(harbour / "gate.jsonl", {"question": "submarines?", "expect": "submarine", "must": True})
    (harbour / "sources.yaml").write_text("gate: gate.jsonl\n", encoding="utf-8")

    with pytest.raises(PublishError, match="submarines"):
        night()


def test_most_talks_must_still_be_there(night: Night, harbour: Path, tmp_path: Path) -> None:
    """A night on which most talks are gone publishes nothing until somebody says that it is meant."""
    talks = "\n".join(f"## Pier Number {number} - Ann Bee\n\nThe pier.\n" for number in range(20))
    (harbour / "day3.md").write_text(f"# KubeCon Europe 2021 - Day 3\n\n{talks}", encoding="utf-8")
    night()
    (harbour / "day3.md").unlink()
    with pytest.raises(PublishError, match=r"the number of talks fell from \d+ to \d+, by more than 30%"):
        night()

    assert night(accept=True).outcome == "published"


@pytest.mark.parametrize(
    ("before", "after", "refused"),
    [(10, 0, False), (11, 0, True), (100, 71, False), (100, 69, True), (20, 9, True), (0, 5, False)],
)
def test_few_talks_may_go(before: int, after: int, refused: bool) -> None:
    """Up to ten talks may go whatever their share."""
    assert bool(lost_talks(before, after, Limits())) is refused


def test_the_rank_counts_too() -> None:
    """Answers that slip down the list are a fall as well."""
    assert "mean reciprocal rank" in str(objection(Figures(1.0, 0.9), Figures(1.0, 0.5), Limits()))
    assert objection(Figures(1.0, 0.9), Figures(1.0, 0.86), Limits()) is None
    assert objection(None, Figures(0.0, 0.0), Limits()) is None


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", "it holds none"),
        ("{", "line 1 has no JSON object"),
        ("[]", "line 1 has no JSON object"),
        ('{"question": "a"}', "neither `expect` nor `talk`"),
        ('{"question": 1, "expect": "a"}', "that is not text"),
        ('{"question": "a", "expect": [1]}', "that is not text"),
        ('{"question": "a", "expect": {"x": 1}, "talk": "x"}', "that is not text"),
        ('{"question": "a", "expect": "b", "must": "yes"}', "neither true nor false"),
        ('{"question": "a", "expect": "?!"}', "that is not text"),
    ],
)
def test_unusable_questions_name_their_line(tmp_path: Path, line: str, words: str) -> None:
    """A mistake in the file is wrong usage with its place, not a gate that lets everything through."""
    with pytest.raises(SourcesError, match=words) as caught:
        read_questions(write(tmp_path / "gate.jsonl", line))

    assert "\n" not in str(caught.value)


def test_a_gate_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    """A path that leads nowhere does not mean that there is no gate."""
    with pytest.raises(SourcesError, match="No such file"):
        read_questions(tmp_path / "nowhere.jsonl")
