"""The evaluation's figures, checked by hand on answers to small notes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from markupsafe import escape

from bot.cli import evaluate as command
from bot.errors import QuestionFault
from bot.evaluation.evaluation import Stage, auroc, evaluate, same_title, summary
from bot.evaluation.questions import read_questions
from bot.evaluation.report import Words, html_page, lost, read_run, run_of
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.answering.conftest import write_notes
from tests.conftest import ROOT

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
    assert "0 gained, 0 lost" in second.stdout
    assert "Quillwort&#39;s default retention" in page.read_text(encoding="utf-8")


def test_a_run_that_cannot_be_stored_is_one_line(index_dir: Path, questions: Path, tmp_path: Path) -> None:
    """A folder that is not there is named, with status two."""
    result = CliRunner().invoke(
        command, [str(questions), "--index", str(index_dir), "--save", str(tmp_path / "gone" / "run.json")]
    )

    assert result.exit_code == 2
    assert "gone/run.json: No such file or directory. Name a file" in result.stderr


def test_the_page_shows_every_question_with_its_answer(index_dir: Path, questions: Path) -> None:
    """Each question stands there with what was expected, the answer as shown and the verdict, without script or link."""
    outcomes = evaluate(read_questions(questions), Searcher.open(index_dir))
    page = html_page(outcomes, run_of(outcomes, "b"), None)

    assert "<h1>3 of 4 questions went as they should</h1>" in page
    for outcome in outcomes:
        assert escape(outcome.question) in page
        assert escape(outcome.answer) in page
        assert all(escape(piece) in page for piece in outcome.expected)
    assert page.count("<details open>") == len(lost(outcomes)) == 1
    assert not re.search(r"<script|<link|(?:src|href)=", page)


def test_every_figure_and_stage_has_plain_words(index_dir: Path, questions: Path) -> None:
    """No figure and no stage is shown by the mark that programs know it by."""
    outcomes = evaluate(read_questions(questions), Searcher.open(index_dir))
    words = Words()

    assert set(summary(outcomes)) == set(words.figures)
    assert set(get_args(Stage)) == set(words.stages)


def test_the_guide_names_the_figures_as_the_page_does() -> None:
    """The table of docs/evaluate.md holds every figure's mark, name and meaning, and no other."""
    guide = (ROOT / "docs" / "evaluate.md").read_text(encoding="utf-8")
    rows = re.findall(
        r"^\| `(\S+)` \| (.+?) \| (.+?) \|$", guide.partition("## The figures")[2], re.MULTILINE
    )

    assert rows == [(mark, row["name"], row["says"]) for mark, row in Words().figures.items()]


def test_a_list_is_right_when_it_is_complete(index_dir: Path, tmp_path: Path) -> None:
    """A list that lacks an expected talk is a miss, whatever else it names."""
    path = tmp_path / "questions.jsonl"
    talks = ["Autoscaling by Hand", "A Talk That Nobody Gave"]
    path.write_text(json.dumps({"question": "which talks mention Quillwort?", "talks": talks}), "utf-8")
    (outcome,) = evaluate(read_questions(path), Searcher.open(index_dir))

    assert (outcome.type, outcome.stage, outcome.hit) == ("list", "list incomplete", False)
    assert [outcome.holds(talk) for talk in talks] == [True, False]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"question": "x"}', "nothing says what a right answer is"),
        ('{"question": "x", "type": "detail"}', "nothing says what a right answer is"),
        ('{"question": "x", "type": "list"}', 'give it "talks"'),
        ('{"question": "x", "type": "review", "evidence": []}', "waits for a review"),
        ('{"question": "x", "evidence": "y"}', '"evidence": expected a list'),
        ('{"question": "x", "evidence": ["y", 3]}', '"evidence" 2: expected a text'),
        ('{"question": "x", "evidence": ["y", " "]}', '"evidence" 2: it is empty'),
        ('{"question": 3, "evidence": ["y"]}', '"question": expected a text'),
        ('{"evidence": ["y"]}', '"question": it is missing'),
        ('{"question": "x", "answer_regex": "("}', '"answer_regex": it is not a regular expression'),
        ('{"question": "x", "evidence": ["y"], "id": "first"}', 'has the "id" first already'),
        ('["x"]', "expected an object"),
        ("{x", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
    ],
)
def test_a_line_that_does_not_fit_is_named(tmp_path: Path, line: str, said: str) -> None:
    """The error says which line, what is wrong with it, and where the format is described."""
    path = tmp_path / "questions.jsonl"
    path.write_text(f'{{"question": "x", "evidence": ["y"], "id": "first"}}\n\n{line}\n', encoding="utf-8")

    with pytest.raises(QuestionFault) as raised:
        read_questions(path)
    assert ", line 3: " in str(raised.value)
    assert said in str(raised.value)
    assert "docs/evaluate.md" in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_line_needs_no_more_than_a_question_and_what_is_right(tmp_path: Path) -> None:
    """Type and id are filled in, names of others are kept, and Windows' mark at the beginning is no defect."""
    path = tmp_path / "questions.jsonl"
    lines = (
        '{"question": "how?", "evidence": ["a\u2028b"], "mine": 1}',
        '{"question": "which?", "talks": ["A", "B"]}',
        '{"question": "who?", "type": "unanswerable"}',
    )
    path.write_text("\n".join(lines), encoding="utf-8-sig")
    read = read_questions(path)

    assert [(row["id"], row["type"]) for row in read] == [
        ("1", "question"),
        ("2", "list"),
        ("3", "unanswerable"),
    ]
    assert read[0]["mine"] == 1


def test_an_empty_file_is_no_set_of_questions(tmp_path: Path) -> None:
    """Nothing is measured on nothing."""
    path = tmp_path / "questions.jsonl"
    path.write_text("\n", encoding="utf-8")

    with pytest.raises(QuestionFault, match="holds no question"):
        read_questions(path)
