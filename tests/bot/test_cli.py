"""The command line of questions, as a person and a script meet it."""

from __future__ import annotations

import json
import subprocess
import sys
from io import StringIO
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from bot.cli import ask, talks, web
from bot.terminal import print_grouped
from confnotes import main
from index.encoder.base import Encoder
from index.models import Talk
from tests.bot.answering.conftest import write_notes


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Give a folder with a published build."""
    folder = tmp_path_factory.mktemp("cli") / "index"
    write_notes(folder, encoder)
    return folder


def run(command: object, *arguments: str, text: str = "") -> Result:
    """Run a command in this process."""
    return CliRunner().invoke(command, arguments, input=text)  # type: ignore[arg-type]


def test_a_person_gets_a_quote_with_its_talk_and_link(index_dir: Path) -> None:
    """The terminal shows the words, the talk and the whole address."""
    result = run(ask, "how much did Lanternfish save?", "--index", str(index_dir))

    assert result.exit_code == 0
    assert "38% of its machines" in result.stdout
    assert "https://talks.example.org/lanterns" in result.stdout


def test_one_answer_object_has_the_contracts_fields(index_dir: Path) -> None:
    """--json prints one object with every field that scripts rely on."""
    row = json.loads(run(ask, "--json", "how much did Lanternfish save?", "--index", str(index_dir)).stdout)

    assert set(row) == {
        "id",
        "question",
        "status",
        "miss",
        "answer",
        "understood",
        "confidence",
        "quotes",
        "hits",
        "build",
        "ms",
    }
    assert set(row["understood"]) == {"event", "day", "speaker", "corrections", "intent"}
    assert set(row["quotes"][0]) == {"text", "passage_id", "start", "end", "talk", "url"}
    assert set(row["hits"][0]) == {
        "passage_id",
        "passage",
        "talk",
        "speakers",
        "event",
        "day",
        "recap",
        "url",
        "score",
    }


def test_lines_come_back_in_order_and_a_bad_one_does_not_stop_the_rest(index_dir: Path) -> None:
    """Each line gets its object; what is no question becomes an error object that says what a line looks like."""
    lines = [
        '{"id": "a", "question": "Quillwort?"}',
        "nonsense",
        '{"id": "c"}',
        "",
        json.dumps({"id": "d", "question": "x" * 9999}),
        '{"id": 5, "question": "x", "history": "y"}',
        '{"id": "\\ud800", "question": "Quillwort \\udfff?", "history": ["\\ud800"]}',
    ]
    rows = [
        json.loads(line)
        for line in run(ask, "--jsonl", "--index", str(index_dir), text="\n".join(lines)).stdout.splitlines()
    ]

    assert [row["id"] for row in rows] == ["a", None, "c", "d", 5, "\ud800"]
    assert [row["status"] for row in rows] == ["answered", "error", "error", "error", "error", "answered"]
    assert "2,000" in rows[3]["answer"]


def test_the_talks_of_an_event_and_a_day(index_dir: Path) -> None:
    """--jsonl prints the contract's talk objects within the limits."""
    result = run(talks, "--jsonl", "--event", "EU 2021", "--day", "2", "--index", str(index_dir))
    rows = [json.loads(line) for line in result.stdout.splitlines()]

    assert [row["title"] for row in rows] == ["Pier Budgets in Practice", "Autoscaling Without Tears"]
    assert set(rows[0]) == {
        "recap",
        "title",
        "speakers",
        "affiliations",
        "event",
        "day",
        "kind",
        "url",
        "links",
    }


def test_talks_are_grouped_for_a_person(index_dir: Path) -> None:
    """Without --jsonl talks stand under their event and day."""
    result = run(talks, "--index", str(index_dir))

    assert "EU 2021, day 1\n" in result.stdout
    assert "8 talks, 3 events" in result.stdout


def test_a_section_of_the_notes_is_told_from_a_talk() -> None:
    """What holds notes of no one talk stands among the talks, and says that it is none."""
    written = StringIO()
    rows = [
        Talk("a#1", "a", "Ropes that Age", "session", event_id="LockConf", day=1),
        Talk("a#2", "a", "Food and hallways", "section", event_id="LockConf", day=1),
    ]
    print_grouped(rows, Console(file=written, width=100))
    lines = [line.strip() for line in written.getvalue().splitlines() if "•" in line]

    assert lines == ["• Ropes that Age", "• Food and hallways (section)"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x", "--event", "EU 2035"), "the notes know EU 2018, EU 2021, PierConf 2023"),
        (("x", "--event", "EU 2021", "--day", "7"), "the notes know 1, 2"),
        (("x" * 10_000,), "at most 2,000 are read"),
        ((), "confnotes ask --jsonl < FILE"),
        (("x", "--jsonl"), "Give one QUESTION"),
    ],
)
def test_wrong_usage_is_one_line_and_status_two(
    index_dir: Path, arguments: tuple[str, ...], said: str
) -> None:
    """What cannot be asked is named with what can."""
    result = run(ask, *arguments, "--index", str(index_dir))

    assert result.exit_code == 2
    assert said in result.stderr


def test_without_an_index_the_status_is_five(tmp_path: Path) -> None:
    """A missing build is one line with the way out, on standard error, from a real process."""
    command = [sys.executable, "-m", "confnotes", "ask", "x", "--index", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    assert result.returncode == 5
    assert result.stdout == ""
    assert result.stderr.startswith("Cannot")
    assert "confnotes ingest" in result.stderr
    assert "Traceback" not in result.stderr


def test_help_does_not_load_the_model() -> None:
    """Asking for help imports neither torch nor the search."""
    code = "import sys; from bot.cli import commands; print([m for m in ('torch', 'faiss', 'slack_bolt', 'index.search') if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert result.stdout.strip() == "[]"


def test_the_page_is_not_opened_to_others_by_chance(index_dir: Path) -> None:
    """Beyond this machine the web page asks for a token in one line, and leaves with 2."""
    result = CliRunner().invoke(web, ["--index", str(index_dir), "--host", "0.0.0.0"])  # noqa: S104 what is refused

    assert result.exit_code == 2
    assert "without a token" in result.stderr
    assert result.stderr.count("\n") == 1


def test_no_summary_is_cut() -> None:
    """The list of commands, and of commands within commands, shows every summary to its end on 80 columns."""
    groups = [main, *(one for one in main.commands.values() if isinstance(one, click.Group))]
    shown = [CliRunner().invoke(group, ["--help"], terminal_width=80).output for group in groups]

    summaries = [line for output in shown for line in output.splitlines() if not line.startswith("Usage:")]
    assert not [line for line in summaries if line.endswith("...")]


def test_an_engine_that_is_away_is_said(index_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With Qdrant named and nothing listening there, a question ends with one line and status 5, not with an answer."""
    monkeypatch.setenv("CONFNOTES_ENGINE", "qdrant")
    monkeypatch.setenv("CONFNOTES_QDRANT_URL", "http://127.0.0.1:1")
    result = CliRunner().invoke(ask, ["how much did Lanternfish save?", "--index", str(index_dir)])

    assert result.exit_code == 5
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert "Cannot use Qdrant at http://127.0.0.1:1: it cannot be reached." in result.stderr
