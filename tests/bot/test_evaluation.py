"""The evaluation's figures, checked by hand on answers to small notes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import evaluate as command
from bot.errors import QuestionFault
from bot.evaluation.evaluation import auroc, evaluate, read_questions, same_title, summary
from bot.evaluation.report import html_page, read_run, run_of
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.answering.conftest import write_notes

QUESTIONS = (
    {
        "id": "1",
        "question": "how much did Lanternfish save?",
        "type": "detail",
        "evidence": ["38% of its machines"],
        "talk": "Keynote: Lanterns at Sea",
    },
    {
        "id": "2",
        "question": "how long is Quillwort's default retention?",
        "type": "detail",
        "evidence": ["words that stand nowhere"],
    },
    {"id": "3", "question": "what about Crossplane?", "type": "unanswerable"},
    {
        "id": "4",
        "question": "which talks mention Quillwort?",
        "type": "list",
        "talks": ["Autoscaling by Hand", "Pier Budgets in Practice"],
    },
)


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Give a folder with a published build."""
    folder = tmp_path_factory.mktemp("evaluation") / "index"
    write_notes(folder, encoder)
    return folder


@pytest.fixture
def questions(tmp_path: Path) -> Path:
    """Give a file of questions."""
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return path


def test_figures_and_stages_follow_from_the_answers(index_dir: Path, questions: Path) -> None:
    """Each question counts where it applies, and a miss says where the words were lost."""
    outcomes = evaluate(read_questions(questions), Searcher.open(index_dir))
    figures = summary(outcomes)

    assert [outcome.stage for outcome in outcomes] == ["shown", "not in candidates", "abstained", "shown"]
    assert (figures["shown"], figures["answered@400"], figures["talk@1"], figures["list_f1"]) == (
        0.5,
        0.5,
        1.0,
        1.0,
    )
    assert (figures["abstain"], figures["false_abstain"], figures["auroc"]) == (1.0, 0.0, 1.0)
    assert (figures["mrr"], figures["ndcg@10"]) == (0.5, 0.5)


def test_separation_is_counted_in_pairs() -> None:
    """Half of the pairs in the right order is one half, a tie counts half."""
    assert auroc([0.9, 0.1], [0.5]) == 0.5
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([], [0.5]) is None


def test_titles_meet_in_spite_of_small_differences() -> None:
    """Case, signs and a longer form do not part titles; another talk does."""
    assert same_title("Keynote: Lanterns at Sea", "lanterns at sea")
    assert not same_title("Lanterns at Sea", "Tide Tables as a Cache")


def test_a_run_is_stored_compared_and_drawn(index_dir: Path, questions: Path, tmp_path: Path) -> None:
    """The command stores a run, compares with it, and writes a page that escapes the questions."""
    stored, page = tmp_path / "run.json", tmp_path / "page.html"
    first = CliRunner().invoke(command, [str(questions), "--index", str(index_dir), "--save", str(stored)])
    second = CliRunner().invoke(
        command, [str(questions), "--index", str(index_dir), "--against", str(stored), "--html", str(page)]
    )

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert read_run(stored)["figures"]["shown"] == 0.5
    assert "0 gained [], 0 lost []" in second.stdout
    assert "Quillwort&#x27;s default retention" in page.read_text(encoding="utf-8")


def test_a_run_that_cannot_be_stored_is_one_line(index_dir: Path, questions: Path, tmp_path: Path) -> None:
    """A folder that is not there is named, with status two."""
    result = CliRunner().invoke(
        command, [str(questions), "--index", str(index_dir), "--save", str(tmp_path / "gone" / "run.json")]
    )

    assert result.exit_code == 2
    assert "gone/run.json: No such file or directory. Name a file" in result.stderr


def test_a_page_without_an_earlier_run(index_dir: Path, questions: Path) -> None:
    """The page stands alone."""
    outcomes = evaluate(read_questions(questions), Searcher.open(index_dir))

    assert "<h1>4 questions" in html_page(outcomes, run_of(outcomes, "b"), None)


def test_what_is_no_file_of_questions_is_named(tmp_path: Path) -> None:
    """A line without a type is refused with its number."""
    path = tmp_path / "questions.jsonl"
    path.write_text('{"question": "x", "type": "y"}\n{"question": "x"}\n', encoding="utf-8")

    with pytest.raises(QuestionFault, match="line 2"):
        read_questions(path)
